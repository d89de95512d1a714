"""Subclasses of Thread: what they do here and, exported or written by hand, on CPython."""
import json
import os
import subprocess
import sys
import unittest

import binary

QUIET = {**os.environ, "LOCKSTEP_QUIET": "0.5"}


def tried(*body):
    return {"try": list(body),
            "except": {"type": "Exception", "as": "e", "do": [{"print": "repr(e)"}]}}


WORKER = {"Worker": {
    "attributes": ["jobs", "count", "late", "running"],
    "methods": {
        "__init__": {"params": ["name", "jobs"], "body": [
            {"if": "name", "then": [{"set": "self.name", "to": "name"}]},
            {"set": "self.jobs", "to": "jobs"}, {"set": "self.count", "to": 0},
            {"set": "self.running", "to": True}]},
        "run": [
            {"print": ["self.name", "current_thread() == self", "self.running"]},
            {"for": "job", "in": "self.jobs", "do": [
                {"call": "self.work", "args": ["job"], "into": "done"}, {"print": "done"}]},
            tried({"print": "self.late"}), tried({"append": "self.late", "item": 1}),
            {"set": "self.late", "to": "[self.twice(self.count)]"},
            {"append": "self.late", "item": 7}, {"set": "self.late[0]", "to": "self.late[0] + 1"}],
        "work": {"params": ["job"], "body": [
            {"set": "self.count", "to": "self.count + job"}, {"return": "self.count"}]},
        "twice": {"params": ["n"], "body": [{"return": "2 * n"}]}}}}

PROGRAM = {
    "lockstep": 1, "classes": {**WORKER, "Idle": {}},
    "main": [
        {"spawn": "Worker", "args": ["'w1'", [1, 2]], "as": "w"}, {"join": "w"},
        {"print": ["w.name", "w.count", "w.late", "w.is_alive()"]},
        {"thread": "v", "class": "Worker", "args": [None, []]},
        {"set": "v.running", "to": False}, {"append": "v.jobs", "item": 5},
        {"start": "v"}, {"join": "v"}, {"print": ["v.late", "v.jobs", "w.jobs"]},
        {"thread": "t"}, {"start": "t"}, {"join": "t"}, {"print": "t.name"},
        {"thread": "t", "name": "'bare'", "daemon": True}, {"print": ["t.name", "t.daemon"]},
        {"spawn": "Idle", "as": "i"}, {"join": "i"}, {"print": "i.name"},
        tried({"set": "i", "to": 3}, {"print": "i.count"}),
        tried({"set": "i.count", "to": 4}), tried({"append": "i.late", "item": 4})]}

BY_HAND = """
import threading
class Worker(threading.Thread):
    def __init__(self, name, jobs):
        super().__init__()
        if name:
            self.name = name
        self.jobs = jobs
        self.count = 0
        self.running = True
    def run(self):
        print(self.name, threading.current_thread() == self, self.running)
        for job in self.jobs:
            print(self.work(job))
        try:
            print(self.late)
        except Exception as e:
            print(repr(e))
        try:
            self.late.append(1)
        except Exception as e:
            print(repr(e))
        self.late = [self.twice(self.count)]
        self.late.append(7)
        self.late[0] = self.late[0] + 1
    def work(self, job):
        self.count = self.count + job
        return self.count
    def twice(self, n):
        return 2 * n
class Idle(threading.Thread):
    pass
w = Worker("w1", [1, 2]); w.start(); w.join()
print(w.name, w.count, w.late, w.is_alive())
v = Worker(None, [])
v.running = False
v.jobs.append(5)
v.start(); v.join()
print(v.late, v.jobs, w.jobs)
t = threading.Thread(); t.start(); t.join(); print(t.name)
t = threading.Thread(name="bare", daemon=True); print(t.name, t.daemon)
i = Idle(); i.start(); i.join(); print(i.name)
for wrong in ("print(i.count)", "i.count = 4", "i.late.append(4)"):
    i = 3
    try:
        exec(wrong)
    except Exception as e:
        print(repr(e))
"""

# tutorial/9.3: f1 takes a, b; f2 takes b, a.
CROSSING = {
    "lockstep": 1, "objects": {"a": "Lock", "b": "Lock"},
    "classes": {"Worker": {"attributes": ["rounds"], "methods": {
        "__init__": [{"set": "self.rounds", "to": "[]"}],
        "run": [{"call": "self.f1"}, {"call": "self.f2"}],
        "f1": [{"with": ["a", "b"], "do": [{"append": "self.rounds", "item": 1}]}],
        "f2": [{"with": "b", "do": [{"sleep": 0.1}, {"with": "a", "do": [
            {"append": "self.rounds", "item": 2}]}]}]}}},
    "main": [{"spawn": "Worker", "as": "w"}, {"spawn": "Worker", "as": "v"}, {"join": "w"},
             {"join": "v"}, {"print": ["w.rounds", "v.rounds"]}]}


class Classes(binary.TestCase):
    def run_python(self, source, status=0):
        path = self.write("program.py", source)
        done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=120,
                              env=QUIET)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def printed(self, path, *more):
        trace, _ = self.lockstep("run", path, "--trace", "json", *more, status=0)
        return [event["output"] for line in trace.splitlines()
                for event in json.loads(line).get("events", []) if "output" in event]

    def test_what_they_do(self):
        path = self.write("s.json", PROGRAM)
        wanted = self.printed(path)
        if sys.version_info[:2] == (3, 11):
            self.assertEqual(self.run_python(BY_HAND).stdout.splitlines(), wanted)
        for forced in ([], ["--schedule", "finish:round-robin"]):
            out, _ = self.lockstep("export", path, "--python", *forced, status=0)
            self.assertIn("class Worker(threading.Thread):\n", out)
            self.assertIn("super().__init__()\n", out)
            self.assertEqual(self.run_python(out).stdout.splitlines(), wanted, forced)

    def test_a_local_makes_up_its_own_attributes(self):
        path = self.write("s.json", {
            "lockstep": 1, "objects": {"d": "Local"},
            "classes": {"W": {"attributes": ["a"], "methods": {"run": []}}},
            "main": [{"set": "d.a", "to": 3}, {"print": "d.a"}]})
        self.assertEqual(self.printed(path), ["3"])

    def test_what_may_be_a_local_is_not_taken_for_an_object(self):
        reads = {"params": ["x"], "body": [{"print": "x.a"}]}
        writes = {"params": ["x"], "body": [{"set": "x.a", "to": 4}]}
        appends = {"params": ["x"], "body": [{"append": "x.a", "item": 4}]}
        classes = {"W": {"attributes": ["a"], "methods": {"run": [{"set": "self.a", "to": 1}]}}}

        def scenario(objects, function, *main):
            return self.write("s.json", {"lockstep": 1, "objects": objects, "classes": classes,
                                         "functions": {"f": function}, "main": list(main)})
        given = {"set": "d.a", "to": 3}
        for objects, function, *main in [
            ({"d": "Local"}, reads, given, {"call": "f", "args": ["d"]}),
            ({"d": "Local"}, appends, given, {"call": "f", "args": ["d"]}),
            ({"d": "Local"}, writes, {"call": "f", "args": ["d"]}),
            ({"d": {"type": "Local", "count": 2}}, reads, {"set": "d[0].a", "to": 3}, {"call": "f", "args": ["d[1]"]}),
            ({"d": {"type": "Local", "count": 2}}, reads, {"set": "d[0].a", "to": 3}, {"set": "xs", "to": "d"}),
        ]:
            _, err = self.lockstep("run", scenario(objects, function, *main), status=2)
            self.assertRegex(err, r'whether this is "a" of the Local "d", which is used as a value, or of '
                                  r'something else is not known here; use the Local by its name only')
        # By its name only, or where no Local is given such an attribute, all is known.
        spawn = [{"spawn": "W", "as": "w"}, {"join": "w"}, {"call": "f", "args": ["w"]}]
        self.assertEqual(self.printed(scenario({"d": "Local"}, reads, given, *spawn)), ["1"])
        self.assertEqual(self.printed(scenario({"d": {"type": "Local", "count": 2}}, reads, {"set": "i", "to": 1},
                                               {"set": "d[i].a", "to": 3}, {"print": "d[i].a"}, *spawn)),
                         ["3", "1"])
        self.assertEqual(self.printed(scenario({"d": "Local"}, reads, {"print": "d == None"}, *spawn)),
                         ["False", "1"])

    def test_a_deadlock_of_objects(self):
        path = self.write("s.json", CROSSING)
        found, _ = self.lockstep("explore", path, status=1)
        self.assertIn("circular-wait", found)
        out, _ = self.lockstep("export", path, "--python", "--counterexample", status=0)
        said = self.run_python(out, status=3).stderr
        self.assertIn("Thread-1 is in acquire", said)
        self.assertIn("Thread-2 is in acquire", said)

    def test_an_attribute_is_shared_as_a_variable_is(self):
        step = [{"set": "x", "to": "N"}, {"sleep": 0}, {"set": "N", "to": "x + 1"}]
        body = json.dumps(step)
        by_object = {
            "lockstep": 1, "machine": {"gil": "none"}, "variables": {"n": 0},
            "classes": {"Owner": {"attributes": ["n"], "methods": {
                "__init__": [{"set": "self.n", "to": 0}]}}},
            "functions": {"f": {"params": ["o"], "body": json.loads(body.replace("N", "o.n"))}},
            "main": [{"thread": "o", "class": "Owner"}, {"spawn": "f", "args": ["o"], "as": "t"},
                     {"spawn": "f", "args": ["o"], "as": "u"}, {"join": "t"}, {"join": "u"},
                     {"set": "n", "to": "o.n"}]}
        for options in ([], ["--no-reduction"], ["--no-symmetry"], ["--workers", "2"]):
            found, _ = self.lockstep("explore", self.write("s.json", by_object), "--report", "json",
                                     *options, status=0)
            outcomes = json.loads(found)["outcomes"]
            self.assertEqual(sorted(outcome["variables"]["n"] for outcome in outcomes), [1, 2], options)


if __name__ == "__main__":
    unittest.main()
