#!/usr/bin/python3
"""The course in scenarios/tutorial/README.md says what is so.

Each of its commands prints what the course shows, where a line `...` stands for lines that are
left out and times and memory may differ; its table has every row of the tutorial once, with the
scenarios that are tagged for that row.
"""
import glob
import os
import re
import shlex
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("LOCKSTEP_SOURCE_DIR", os.path.dirname(os.path.dirname(HERE)))
LOCKSTEP = os.environ.get("LOCKSTEP_BINARY", os.path.join(ROOT, "build", "release", "lockstep"))
TUTORIAL = os.path.join(ROOT, "scenarios", "tutorial")

sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "conformance")]
from readme_test import without_measures  # noqa: E402
from to_python import load  # noqa: E402

LEFT_OUT = "..."
# How many rows each section of the tutorial has.
ROWS = [1, 2, 3, 4, 3, 6, 11, 14, 5, 4, 4, 3, 2, 5, 8, 1]


def lines_of(text):
    return [line.rstrip() for line in without_measures(text).rstrip("\n").split("\n")]


def misses(excerpt, output):
    """The part of the excerpt that the output does not have where it should, or None."""
    parts = [[]]
    for line in excerpt:
        if line == LEFT_OUT:
            parts.append([])
        else:
            parts[-1].append(line)
    if len(parts) == 1:
        return None if parts[0] == output else parts[0]
    # The first part is the output's beginning, the last its end, the others stand in between.
    first, *between, last = parts
    if output[:len(first)] != first:
        return first
    at, end = len(first), len(output) - len(last)
    if end < at or output[end:] != last:
        return last
    for part in between:
        starts = range(at, end - len(part) + 1)
        at = next((i + len(part) for i in starts if output[i:i + len(part)] == part), None)
        if at is None:
            return part
    return None


class Course(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(TUTORIAL, "README.md"), encoding="utf-8") as file:
            cls.text = file.read()
        cls.table = re.findall(r"^\| (\d+\.\d+) \|(.*)\|$", cls.text, re.MULTILINE)

    def test_every_excerpt_is_real(self):
        blocks = re.findall(r"```console\n(.*?)```", self.text, re.DOTALL)
        self.assertGreater(len(blocks), 40)
        for block in blocks:
            command, *excerpt = lines_of(block)
            with self.subTest(command):
                self.assertTrue(command.startswith("$ ./lockstep "))
                result = subprocess.run([LOCKSTEP, *shlex.split(command)[2:]], cwd=ROOT,
                                        capture_output=True, text=True, timeout=60)
                self.assertEqual(result.stderr, "")
                missed = misses(excerpt, lines_of(result.stdout))
                if missed is not None:
                    self.fail("not printed so:\n" + "\n".join(missed)
                              + "\nprinted:\n" + result.stdout)

    def test_what_is_not_printed_is_missed(self):
        printed = ["a", "b", "c", "d"]
        for good in (["a", "b", "c", "d"], ["a", "..."], ["...", "d"], ["...", "b", "c", "..."],
                     ["a", "...", "c", "..."], ["a", "...", "d"], ["...", "a", "...", "d", "..."]):
            self.assertIsNone(misses(good, printed), good)
        for bad in (["a", "b"], ["b", "..."], ["...", "c"], ["...", "a", "c", "..."],
                    ["...", "c", "...", "b", "..."], ["...", "d", "...", "d"], ["...", "e", "..."],
                    ["a", "b", "c", "...", "c", "d"]):
            self.assertIsNotNone(misses(bad, printed), bad)

    def test_every_section_has_a_command_or_says_why_not(self):
        for section in re.split(r"^## ", self.text, flags=re.MULTILINE)[1:-1]:
            self.assertTrue("```console" in section or "no executors yet" in section, section)

    def test_the_table_has_every_row_once(self):
        expected = [f"{section}.{row}" for section, count in enumerate(ROWS, 1)
                    for row in range(1, count + 1)]
        self.assertEqual([row for row, _ in self.table], expected)

    def test_the_table_names_the_scenarios_by_their_tags(self):
        tagged = {row: [] for row, _ in self.table}
        for path in sorted(glob.glob(os.path.join(TUTORIAL, "**", "*.json"), recursive=True)):
            rows = [tag.removeprefix("tutorial/") for tag in load(path)["tags"]
                    if tag.startswith("tutorial/")]
            self.assertTrue(rows, f"{path} has no tag of a row")
            for row in rows:
                self.assertIn(row, tagged, path)
                tagged[row].append(os.path.relpath(path, TUTORIAL))
        for row, cells in self.table:
            with self.subTest(row):
                self.assertEqual(re.findall(r"\]\(([^)]*)\)", cells), tagged[row])
                _, scenarios, remarks = [cell.strip() for cell in cells.split("|")]
                self.assertTrue(scenarios or remarks, "neither a scenario nor why there is none")


if __name__ == "__main__":
    unittest.main()
