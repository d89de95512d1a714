"""export: the programs that it writes, run by a real interpreter, and what it refuses."""
import json
import os
import subprocess
import sys
import unittest

import binary

LOCK_ORDER = binary.ROOT / "scenarios/tutorial/09-deadlock/lock-order.lockstep.json"
QUIET = {**os.environ, "LOCKSTEP_QUIET": "0.5"}


class Export(binary.TestCase):
    def run_python(self, source):
        program = self.write("program.py", source)  # whose lines the stacks show
        return subprocess.run([sys.executable, program], capture_output=True, text=True,
                              timeout=120, env=QUIET)

    def test_a_program_of_its_own(self):
        path = self.write("s.json", {
            "lockstep": 1, "name": "say \"hi\" \\ there", "variables": {"n": 2},
            "objects": {"m": "Lock", "q": {"type": "Queue", "maxsize": 2}},
            "functions": {"f": {"params": ["k"], "body": [
                {"global": ["n"]}, {"with": "m", "do": [{"set": "n", "to": "n * k"}]},
                {"put": "q", "item": "n"}]}},
            "threads": {"T 1": {"target": "f", "args": [3]}},
            "main": [
                {"call": "f", "args": [5]}, {"get": "q", "into": "got"},
                {"print": ["got", "f'{n:>4}|'"]}]})
        out, err = self.lockstep("export", path, "--python", status=0)
        self.assertEqual(err, "")
        done = self.run_python(out)
        self.assertEqual((done.returncode, done.stdout), (0, "10   10|\n"), done.stderr)

    def test_a_deadlock_found_here_deadlocks_there(self):
        out, _ = self.lockstep("export", binary.TWO_MUTEXES, "--python", "--counterexample", status=0)
        done = self.run_python(out)
        self.assertEqual(done.returncode, 3)
        for said in ["deadlock: nobody can go on", "T1 is in acquire mutexA",
                     "T2 is in acquire mutexB", "mutexA.acquire()"]:
            self.assertIn(said, done.stderr)

    def test_who_hangs_beside_others_that_go_on_is_told(self):
        path = self.write("partial.json", {
            "lockstep": 1, "objects": {"m": "Lock", "e": "Event"}, "threads": {
                "A": [{"with": "m", "do": [{"wait": "e"}]}],
                "B": [{"with": "m", "do": [{"event_set": "e"}]}],
                "S": [{"while": "True", "do": [{"sleep": 0.01}]}]}})
        out, _ = self.lockstep("export", path, "--python", "--counterexample", status=0)
        done = self.run_python(out)
        self.assertEqual(done.returncode, 3)
        for said in ["deadlock: A, B cannot go on, whatever the others do", "A is in wait e",
                     "B is in acquire m"]:
            self.assertIn(said, done.stderr)

    def test_an_interleaving_that_ends_well(self):
        out, _ = self.lockstep("export", binary.TWO_MUTEXES, "--python", "--schedule",
                               "finish:round-robin", status=0)
        done = self.run_python(out)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        out, _ = self.lockstep("export", LOCK_ORDER, "--python", "--schedule", "finish:round-robin",
                               status=0)
        self.assertEqual(self.run_python(out).returncode, 0)

    def test_how_a_process_ends(self):
        path = self.write("s.json", {
            "lockstep": 1,
            "functions": {
                "f": [{"for": "i", "in": "range(5)", "do": [{"yield": True}]},
                      {"print": "main_thread().is_alive()"}],
                "d": [{"while": "True", "do": [{"print": "'tick'"}]}]},
            "main": [{"spawn": "f"}, {"spawn": "d", "daemon": True}, {"print": "'main'"}]})
        schedule = ["--schedule", "finish:round-robin"]
        trace, _ = self.lockstep("run", path, *schedule, "--trace", "json", status=0)
        printed = [event["output"] for line in trace.splitlines()
                   for event in json.loads(line).get("events", []) if "output" in event]
        self.assertIn("False", printed)
        self.assertIn("tick", printed)
        out, _ = self.lockstep("export", path, "--python", *schedule, status=0)
        done = self.run_python(out)
        self.assertEqual((done.returncode, done.stdout.splitlines()), (0, printed), done.stderr)

    def test_lengths_and_values_at_their_bounds(self):
        def tried(what):
            return {"try": [what], "except": {"type": "ValueError", "as": "e", "do": [{"print": "e"}]}}
        path = self.write("s.json", {
            "lockstep": 1, "objects": {"v": {"type": "mp.Value", "value": -2147483648}},
            "main": [tried({"compute": -1}), tried({"sleep": -1}), tried({"io": -1}),
                     {"compute": 0}, {"print": "v.value"}]})
        wanted = ("compute length must be non-negative\nsleep length must be non-negative\n"
                  "sleep length must be non-negative\n-2147483648\n")
        out, _ = self.lockstep("export", path, "--python", status=0)
        self.assertEqual(self.run_python(out).stdout, wanted)
        out, _ = self.lockstep("run", path, "--trace", "json", status=0)
        printed = [event["output"] for line in out.splitlines()
                   for event in json.loads(line).get("events", []) if "output" in event]
        self.assertEqual(printed, wanted.splitlines())
        path = self.write("s.json", {"lockstep": 1, "main": [tried({"compute": -1})]})
        out, _ = self.lockstep("export", path, "--python", "--schedule", "finish:round-robin",
                               status=0)
        self.assertEqual(self.run_python(out).stdout, wanted.splitlines()[0] + "\n")

    def test_who_asks_again_and_again_waits(self):
        path = self.write("s.json", {"lockstep": 1, "variables": {"n": 0},
                                     "threads": {"A": [{"await": "n > 0"}]}})
        out, _ = self.lockstep("export", path, "--python", "--counterexample", status=0)
        done = self.run_python(out)
        self.assertEqual(done.returncode, 3)
        self.assertIn("A is in await", done.stderr)

    def test_who_waits_for_a_future_is_told_which(self):
        path = binary.ROOT / "scenarios/classics/pool-nested-submit.lockstep.json"
        out, _ = self.lockstep("export", path, "--python", "--counterexample", status=0)
        done = self.run_python(out)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"\n  ThreadPoolExecutor-0_[01] is in result future [123] of pool\n")

    def test_main_thread_at_its_end_is_told_for_whom_it_waits(self):
        waits = {"lockstep": 1, "objects": {"e": "Event"}, "functions": {"f": [{"wait": "e"}]}}
        for more, said in [
            ({"main": [{"spawn": "f"}, {"spawn": "f", "daemon": True}]},
             "MainThread is in join Thread-1 (f)"),
            ({"threads": {"A": {"target": "f"}, "B": {"target": "f", "daemon": True}}},
             "MainThread is in join A, B"),
        ]:
            path = self.write("s.json", {**waits, **more})
            out, _ = self.lockstep("export", path, "--python", "--counterexample", status=0)
            done = self.run_python(out)
            self.assertEqual(done.returncode, 3)
            self.assertIn("\n  " + said + "\n", done.stderr)

    def test_a_child_process_has_no_input(self):
        path = self.write("s.json", {
            "lockstep": 1, "input": ["1", "2"],
            "functions": {"f": [{"try": [{"input": "a"}, {"print": "a"}],
                                 "except": {"as": "e", "do": [{"print": "repr(e)"}]}}]},
            "main": [{"process": "p", "target": "f"}, {"start": "p"}, {"join": "p"},
                     {"input": "b"}, {"print": "b"}]})
        wanted = ["EOFError('EOF when reading a line')", "1"]
        trace, _ = self.lockstep("run", path, "--trace", "json", status=0)
        self.assertEqual([event["output"] for line in trace.splitlines()
                          for event in json.loads(line).get("events", []) if "output" in event],
                         wanted)
        out, _ = self.lockstep("export", path, "--python", status=0)
        self.assertEqual(self.run_python(out).stdout.splitlines(), wanted)

    def test_turns_that_do_not_fit_are_told(self):
        out, _ = self.lockstep("export", binary.TWO_MUTEXES, "--python", "--counterexample", status=0)
        begin = out.index("repeat([")
        spoilt = out[:begin] + "repeat([\"1 1 7\"])" + out[out.index(")", begin) + 1:]
        done = self.run_python(spoilt)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("turn 3 of 3 does not come", done.stderr)

    def test_pools(self):
        path = self.write("s.json", {
            "lockstep": 1,
            "objects": {"workers": {"type": "mp.Pool", "processes": 1, "initializer": "begin",
                                    "initargs": [5], "maxtasksperchild": 2},
                        "second": {"same_as": "workers"},
                        "executor": {"type": "ProcessPoolExecutor", "max_workers": 1},
                        "threads": {"type": "ThreadPoolExecutor", "max_workers": 1}},
            "variables": {"n": 0},
            "functions": {
                "begin": {"params": ["k"], "body": [{"global": ["n"]}, {"set": "n", "to": "k"}]},
                "add": {"params": ["i", "j"], "body": [{"return": "n + i - j"}]},
                "one": {"params": ["i"], "body": [{"return": "n + i"}]},
                "leave": [{"_exit": 3}],
                "note": {"params": ["v"], "body": [{"print": ["'noted'", "v"]}]},
                "make": {"params": ["make_workers"], "body": [{"pool": "second"}]}},
            "main": [
                {"call": "make", "args": [1]},
                {"apply": "workers", "function": "one", "args": [1], "into": "x"}, {"print": "x"},
                {"starmap": "second", "function": "add", "over": "[(1, 2)]", "chunksize": 1,
                 "into": "x"}, {"print": "x"},
                # CPython divides by the number of workers where no chunksize is given: by 0 while the
                # only one is being replaced.
                {"map": "workers", "function": "one", "over": "range(3)", "chunksize": 3,
                 "into": "x"},
                {"print": "x"},
                {"map_async": "workers", "function": "one", "over": [["1"]], "chunksize": 1,
                 "callback": "note", "error_callback": "note", "into": "r"},
                {"try": [{"get": "r"}], "except": {"type": "TypeError", "do": [{"print": "'no'"}]}},
                {"try": [{"apply_async": "workers", "function": "leave", "into": "r"},
                         {"get": "r", "timeout": 0.3}],
                 "except": {"type": "mp.TimeoutError", "do": [{"print": "'lost'"}]}},
                {"imap": "workers", "function": "one", "over": "[7]", "into": "it"},
                {"next": "it", "timeout": 9, "into": "x"}, {"print": "x"},
                {"for": "x", "in": "workers.imap(one, [8])", "do": [{"print": "x"}]},
                {"terminate": "workers"}, {"join": "workers"},
                {"submit": "threads", "function": "add", "args": [9], "kwargs": {"j": "n + 1"},
                 "into": "f"}, {"result": "f", "into": "x"}, {"print": "x"},
                {"submit": "executor", "function": "leave", "into": "f"},
                {"try": [{"result": "f"}],
                 "except": {"type": "BrokenProcessPool", "do": [{"print": "'broken'"}]}}]})
        out, _ = self.lockstep("export", path, "--python", status=0)
        trace, _ = self.lockstep("run", path, "--trace", "json", status=0)
        steps = [json.loads(line) for line in trace.splitlines()]
        printed = [e["output"] for s in steps for e in s.get("events", []) if "output" in e]
        done = self.run_python(out)
        self.assertEqual((done.returncode, sorted(done.stdout.splitlines())), (0, sorted(printed)),
                         done.stderr)
        self.assertEqual(len(printed), 10)

    def test_what_it_refuses(self):
        exits = self.write("exits.json", {"lockstep": 1, "main": [{"_exit": 1}]})
        builtins = self.write("b.json", {"lockstep": 1, "variables": {"__builtins__": 1}, "main": []})
        for arguments, status, said in [
            ([exits, "--python", "--schedule", "MainThread"], 2, "calls os._exit()"),
            ([builtins, "--python"], 2, "a variable has the name __builtins__"),
            ([binary.TWO_MUTEXES], 2, "say what to export to: --python"),
            ([binary.TWO_MUTEXES, "--python", "--schedule", "T1", "--counterexample"], 2,
             "exclude each other"),
            ([binary.TWO_MUTEXES, "--python", "--schedule", "T9"], 2, "there is no thread \"T9\""),
            ([binary.TWO_MUTEXES, "--python", "--schedule", "T1*99"], 5, "does not fit"),
            ([binary.TWO_MUTEXES, "--python", "--output", self.folder / "no" / "x.py"], 2,
             "cannot write"),
            ([LOCK_ORDER, "--python", "--counterexample"], 4, "nothing was found"),
            ([self.folder / "none.json", "--python"], 2, "cannot read"),
        ]:
            with self.subTest(arguments):
                out, err = self.lockstep("export", *arguments, status=status)
                self.assertEqual(out, "")
                self.assertIn(said, err)


if __name__ == "__main__":
    unittest.main()
