"""export: programs whose scenarios name things as Python, or the program itself, does.

Two scenarios use whatever the exporter writes. Every name that stands in their exports is given to
a function, to an object, to a variable, to a thread and to a local variable, and the programs must
do what they did before.
"""
import ast
import builtins
import copy
import keyword
import os
import subprocess
import sys
import unittest

import binary

QUIET = {**os.environ, "LOCKSTEP_QUIET": "0.5"}

# Expressions call none of Python's functions: with such a name the scenario means its own.
RICH = {
    "lockstep": 1, "params": {"limit": 2}, "input": ["typed", "more"],
    "variables": {"items_": [1], "far": "1e400", "late": "'none'", "code_": "answer_", "who": "T_1"},
    "objects": {
        "lock_": "Lock", "rlock_": "RLock", "locks_": {"type": "Lock", "count": 2},
        "semaphore_": {"type": "Semaphore", "value": 1}, "bounded_": "BoundedSemaphore",
        "event_": "Event", "condition_": {"type": "Condition", "lock": "lock_"},
        "queue_1": {"type": "Queue", "maxsize": 1}, "lifo_": "LifoQueue",
        "priority_": "PriorityQueue", "simple_": "SimpleQueue",
        "barrier_": {"type": "Barrier", "parties": 1, "action": "note"},
        "log_": "File", "server_": "Listener", "local_": "Local",
        "pool_": {"type": "ThreadPoolExecutor", "max_workers": 1}},
    "functions": {
        "note": [{"print": "'noted'"}],
        "answer_": {"params": ["given"], "body": [
            {"write": "log_", "text": "'x'"}, {"return": "given"}]},
        "client_": [{"connect": "server_", "into": "end_"}, {"send": "end_", "data": "b'hi'"},
                    {"close": "end_"}],
        "fail_": [
            {"try": [{"get": "queue_1", "block": False}],
             "except": [{"type": ["Empty", "Full"], "do": [{"print": "'empty'"}]}]},
            {"try": [{"raise": "ValueError('bad')"}],
             "except": [{"type": ["KeyError", "ValueError"], "as": "error_",
                         "do": [{"print": "f'{error_!s:>5}\\n\"'"}]}]},
            {"try": [{"raise": "BrokenBarrierError()"}],
             "except": [{"as": "error_", "do": [{"print": "'broken'"}]}]},
            {"try": [{"raise": "CancelledError()"}],
             "except": [{"type": "CancelledError", "do": [{"print": "'cancelled'"}]}]}],
        "leave_": [{"print": "'left'"}]},
    "threads": {"T_1": {"target": "client_"}},
    "main": [
        {"atexit": "leave_"}, {"call": "fail_"}, {"listen": "server_"}, {"start": "T_1"},
        {"accept": "server_", "into": "end_"}, {"recv": "end_", "size": 9, "into": "data_"},
        {"print": ["data_", "far > 1", "limit", "code_(4)"]}, {"join": "who"},
        {"with": ["lock_", "rlock_"], "do": [{"pass": True}]},
        {"acquire": "locks_[1]"}, {"acquire": "semaphore_"}, {"release": "semaphore_"},
        {"acquire": "bounded_"}, {"event_set": "event_"}, {"wait": "event_"},
        {"put": "queue_1", "item": 3}, {"get": "queue_1"}, {"put": "lifo_", "item": 3},
        {"put": "priority_", "item": 3}, {"put": "simple_", "item": 3},
        {"barrier_wait": "barrier_"}, {"set": "local_.x", "to": 5}, {"print": "local_.x"},
        {"spawn": "client_", "as": "t_"}, {"join": "t_"},
        {"thread": "t_", "target": "note"}, {"start": "t_"}, {"join": "t_"},
        {"timer": "t_", "interval": 0.001, "function": "note"}, {"start": "t_"}, {"join": "t_"},
        {"input": "line_"}, {"input": "line_", "prompt": "'? '"}, {"print": "line_"},
        {"choose": "picked_", "from": "[7]"}, {"print": "picked_"},
        {"atomic": [{"append": "items_", "item": "picked_"}]}, {"await": "items_"},
        {"set": "items_[0]", "to": 9}, {"print": "items_"},
        {"sleep": 0.001}, {"io": 0.001}, {"compute": 0.001}, {"yield": True},
        {"submit": "pool_", "function": "answer_", "args": [8], "into": "future_"},
        {"result": "future_", "into": "result_"}, {"print": "result_"},
        {"map": "pool_", "function": "answer_", "over": "[1, 2]", "into": "results_"},
        {"wait_futures": ["future_"], "return_when": "'FIRST_COMPLETED'", "done": "done_"},
        {"for": "one_", "in": "as_completed([future_], 9)", "do": [{"print": "one_.done()"}]},
        {"print": ["done_[0].done()", "results_", "log_.read()", "current_thread().name"]}],
}
PROCESSES = {
    "lockstep": 1,
    "objects": {"lock_": "mp.Lock", "rlock_": "mp.RLock", "value_": {"type": "mp.Value", "value": 3},
                "event_": "mp.Event", "semaphore_": "mp.Semaphore",
                "bounded_": "mp.BoundedSemaphore"},
    "functions": {"child_": [{"with": "lock_", "do": [{"set": "value_.value", "to": 4}]},
                             {"event_set": "event_"}]},
    "main": [{"process": "p_", "target": "child_"}, {"start": "p_"}, {"join": "p_"},
             {"wait": "event_"}, {"print": ["value_.value", "p_.exitcode", "current_process().name",
                                            "getpid() > 0", "getppid() == getpid()"]}],
}


def names_in(source):
    """What the program calls things by: a superset of what a scenario's name could hide."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
    return names


def hiding(scenario, names, where):
    """The scenario, with something of its own under each of the names."""
    changed = copy.deepcopy(scenario)
    if where == "locals":
        own = [{"set": name, "to": 0} for name in names]
        changed["main"] = own + changed["main"]
        for name, function in changed["functions"].items():
            if isinstance(function, list):
                changed["functions"][name] = own + function
            else:
                function["body"] = own + function["body"]
        return changed
    made = {"functions": [{"pass": True}], "objects": "Lock", "variables": 0,
            "threads": [{"pass": True}], "params": 0}[where]
    changed.setdefault(where, {}).update({name: made for name in names})
    return changed


class Names(binary.TestCase):
    def exported(self, scenario, *arguments):
        path = self.write("s.json", scenario)
        out, _ = self.lockstep("export", path, "--python", *arguments, status=0)
        return out

    def output(self, source):
        program = self.write("program.py", source)
        done = subprocess.run([sys.executable, program], input="typed\nmore\n", timeout=120,
                              capture_output=True, text=True, env=QUIET)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def check(self, scenario, arguments, wanted):
        plain = self.exported(scenario, *arguments)
        self.assertEqual(self.output(plain), wanted)
        own = set(scenario["objects"]) | set(scenario["functions"]) | set(
            scenario.get("variables", {})) | set(scenario.get("threads", {})) | {"limit"}
        names = names_in(plain) | {name for name in dir(builtins) if not name.startswith("__")}
        names = sorted(name for name in names - own if not keyword.iskeyword(name))
        self.assertGreater(len(names), 150)
        # What the scenario itself says in expressions is not to mean something else.
        said = {"ValueError", "BrokenBarrierError", "CancelledError", "current_thread", "getpid",
                "getppid", "current_process", "given", "as_completed"}
        names = [name for name in names if name not in said and
                 (name == "__name__" or not name.endswith("_"))]
        for where in ("functions", "objects", "variables", "threads", "params", "locals"):
            with self.subTest(where, arguments=arguments):
                source = self.exported(hiding(scenario, names, where), *arguments)
                self.assertEqual(self.output(source), wanted)
        # One at a time: nothing depends on another name that is hidden too.
        for name in ("print", "queue", "begin", "threading", "Thread", "len", "shared", "main"):
            for where in ("functions", "locals"):
                with self.subTest(where, arguments=arguments, name=name):
                    source = self.exported(hiding(scenario, [name], where), *arguments)
                    self.assertEqual(self.output(source), wanted)

    RICH_OUTPUT = ("empty\n  bad\n\"\nbroken\ncancelled\nb'hi' True 2 4\nnoted\n5\nnoted\nnoted\n"
                   "? more\n7\n[9, 7]\n8\nTrue\nTrue [1, 2] xxxx MainThread\nleft\n")

    def test_a_program_of_its_own(self):
        self.check(RICH, [], self.RICH_OUTPUT)

    def test_a_program_that_takes_turns(self):
        self.check(RICH, ["--schedule", "finish:round-robin"], self.RICH_OUTPUT)

    def test_processes(self):
        self.check(PROCESSES, [], "4 0 MainProcess True False\n")

    def test_what_hides_nothing_is_written_as_ever(self):
        source = self.exported(PROCESSES)
        self.assertIn("\nimport multiprocessing\nimport os\n", source)
        self.assertIn("lock_ = multiprocessing.Lock()\n", source)
        self.assertIn("    print(value_.value, ", source)
        hidden = self.exported(hiding(PROCESSES, ["os"], "objects"))
        self.assertIn("\nimport multiprocessing\nimport os as os_\n", hidden)

    def test_a_function_and_a_thread_of_one_name(self):
        scenario = {
            "lockstep": 1, "variables": {"kept": "work"},
            "functions": {"work": {"params": ["n"], "body": [{"print": "n"}]}},
            "threads": {"work": {"target": "work", "args": [1]}, "work 1": [{"print": 2}]},
            "main": [{"call": "work", "args": [3]}, {"call": "kept", "args": [4]},
                     {"spawn": "work", "args": [5], "as": "t"}, {"join": "t"}]}
        for arguments in ([], ["--schedule", "finish:round-robin"]):
            self.assertEqual(self.output(self.exported(scenario, *arguments)), "3\n4\n5\n")


if __name__ == "__main__":
    unittest.main()
