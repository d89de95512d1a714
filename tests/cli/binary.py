"""The lockstep binary from outside, for the tests of this folder."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BINARY = os.environ["LOCKSTEP_BINARY"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
TWO_MUTEXES = ROOT / "scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json"
WITH_LOCK = ROOT / "scenarios/tutorial/07-gil-and-lock/with-lock.lockstep.json"
COLOUR_VARIABLES = ("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE")


def deadlock(first="mutexA", second="mutexB", **more):
    """Two threads that take two locks in opposite order."""
    return {
        "lockstep": 1,
        "objects": {first: "Lock", second: "Lock"},
        "threads": {
            "T1": [{"acquire": first}, {"acquire": second}, {"release": second}, {"release": first}],
            "T2": [{"acquire": second}, {"acquire": first}, {"release": first}, {"release": second}],
        },
        **more,
    }


def harmless(**more):
    return {"lockstep": 1, "variables": {"n": 0}, "threads": {"T1": [{"set": "n", "to": "1"}]}, **more}


class TestCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lockstep-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def start(self, *arguments, environment=(), **more):
        variables = {k: v for k, v in os.environ.items() if k not in COLOUR_VARIABLES}
        variables.update(environment)
        more.setdefault("cwd", self.folder)
        return subprocess.Popen([BINARY, *map(str, arguments)], env=variables, **more)

    def lockstep(self, *arguments, status, stdin=b"", environment=(), cwd=None):
        """Runs it to its end; (standard output, standard error) as text. Status None: any of ours."""
        process = self.start(*arguments, environment=environment, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             cwd=cwd or self.folder)
        out, err = process.communicate(stdin, timeout=120)
        out, err = out.decode(errors="replace"), err.decode(errors="replace")
        if status is None:
            status = process.returncode if 0 <= process.returncode < 10 else 0
        self.assertEqual(process.returncode, status, f"{arguments}\n{out}\n{err}")
        return out, err
