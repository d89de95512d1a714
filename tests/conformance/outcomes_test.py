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
HANGS_AFTER = 6  # seconds; the longest program takes less than 2


def python_outcome(source):
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=HANGS_AFTER)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the children that it has forked too
            return "hangs"
    last = json.loads(output.splitlines()[-1])
    # Values are compared as Python values: reports have them as JSON.
    final = {name: eval(text, {}) for name, text in last["final"].items()}
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
            report = subprocess.run([LOCKSTEP, "explore", path, "--report", "json"],
                                    capture_output=True, text=True, timeout=120)
            report = json.loads(report.stdout)
            # Where it can do nothing but hang, one run shows as much as several, and each takes long.
            may_finish = any(o["status"] == "finished" for o in report["outcomes"])
            runs = RUNS if may_finish else 1
            return path, report, [python_outcome(source) for _ in range(runs)]

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
                finished = [{"variables": o["variables"], "exceptions": o["exceptions"]}
                            for o in report["outcomes"] if o["status"] == "finished"]
                may_hang = any(o["status"] == "deadlock" for o in report["outcomes"])
                for run in runs:
                    if run == "hangs":
                        self.assertTrue(may_hang)
                    else:
                        self.assertIn(run, finished)


if __name__ == "__main__":
    unittest.main()
