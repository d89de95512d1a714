#!/usr/bin/python3
"""The sessions in README.md are what the commands print, but for times and memory."""
import os
import re
import shlex
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOCKSTEP = os.environ.get("LOCKSTEP_BINARY", os.path.join(ROOT, "build", "release", "lockstep"))


def without_measures(text):
    return re.sub(r"\b[\d.]+ (µs|ms|s|kB|MB)$|\b[\d.]+ (µs|ms|s), [\d.]+ (kB|MB)$", "MEASURED", text,
                  flags=re.MULTILINE)


class Readme(unittest.TestCase):
    maxDiff = None

    def test_every_session_is_real(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            sessions = re.findall(r"```console\n\$ \./lockstep ([^\n]*)\n(.*?)```", file.read(),
                                  re.DOTALL)
        self.assertGreater(len(sessions), 2)
        for command, expected in sessions:
            with self.subTest(command):
                result = subprocess.run([LOCKSTEP, *shlex.split(command)], capture_output=True,
                                        text=True, cwd=ROOT)
                self.assertEqual(without_measures(result.stdout), without_measures(expected))


if __name__ == "__main__":
    unittest.main()
