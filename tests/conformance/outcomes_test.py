#!/usr/bin/python3
"""What CPython does to a scenario is among what the exploration says can happen.

Every scenario under scenarios/ that can be written as a Python program is run a few times on
the real interpreter; how it ends (variables, exceptions, or a hang) must be one of the
explored outcomes. The real run follows durations, which an exploration ignores, so nothing
can be said the other way round. LOCKSTEP_BINARY names the binary.
"""
import glob
import json
import os
import signal
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from to_python import load, to_python  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOCKSTEP = os.environ.get("LOCKSTEP_BINARY", "lockstep")
RUNS = 3
DURATIONS = {"sleep", "io", "compute", "timeout", "interval"}
HANGS_AFTER = 6  # seconds, where it must not hang
MAY_HANG_AFTER = 2  # seconds beside those that the program names


def seconds_named(part):
    """The sum of all durations in a scenario."""
    if isinstance(part, dict):
        return sum(value if key in DURATIONS and isinstance(value, (int, float))
                   else seconds_named(value) for key, value in part.items())
    return sum(map(seconds_named, part)) if isinstance(part, list) else 0


def without_handles(variables):
    return {name: "<" if isinstance(value, str) and value.startswith("<") else value
            for name, value in variables.items()}


def may_hang(report):
    """Whether some interleaving deadlocks, also while others go on, starves, or none ever ends."""
    return not report["outcomes"] or any(finding["threads"] or finding["code"] in ("LS017", "LS029")
                                         for finding in report["findings"])


def python_outcome(source, hangs_after):
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=hangs_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the children that it has forked too
            return "hangs"
    last = json.loads(output.splitlines()[-1])
    # Values are compared as Python values: reports have them as JSON. A handle's text is its own.
    final = {name: "<" if text.startswith("<") else eval(text, {})
             for name, text in last["final"].items()}
    return {"variables": json.loads(json.dumps(final)), "exceptions": last["exceptions"]}


class Outcomes(unittest.TestCase):
    def test_every_real_run_is_an_explored_outcome(self):
        def both(path):
            scenario = load(path)
            if "explore" not in scenario.get("expect", {}):
                return path, None, []  # too large to explore, or about durations
            try:
                source = to_python(scenario)
            except NotImplementedError as why:
                return path, None, str(why)
            expected = scenario["expect"]["explore"].get("findings", {})
            asked = ["--starvation"] if {"LS029", "starvation"} & set(expected) else []
            report = subprocess.run([LOCKSTEP, "explore", path, "--report", "json", *asked],
                                    capture_output=True, text=True, timeout=120)
            report = json.loads(report.stdout)
            hangs_after = (MAY_HANG_AFTER + seconds_named(scenario) if may_hang(report)
                           else HANGS_AFTER)
            runs = []
            # A hang takes long, and another one would show no more.
            while len(runs) < RUNS and "hangs" not in runs:
                runs.append(python_outcome(source, hangs_after))
            return path, report, runs

        paths = sorted(glob.glob(os.path.join(ROOT, "scenarios", "**", "*.lockstep.json"),
                                 recursive=True))
        with ThreadPoolExecutor(12) as pool:  # most of them wait
            results = list(pool.map(both, paths))
        self.assertTrue(any(report for _, report, _ in results))
        for path, report, runs in results:
            if report is None:
                if runs:
                    with self.subTest(os.path.relpath(path, ROOT)):
                        self.skipTest(runs)
                continue
            with self.subTest(os.path.relpath(path, ROOT)):
                self.assertTrue(report["complete"])
                finished = [{"variables": without_handles(o["variables"]),
                             "exceptions": o["exceptions"]}
                            for o in report["outcomes"] if o["status"] == "finished"]
                for run in runs:
                    if run == "hangs":
                        self.assertTrue(may_hang(report))
                    else:
                        self.assertIn(run, finished)


if __name__ == "__main__":
    unittest.main()
