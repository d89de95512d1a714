#!/usr/bin/python3
"""scenarios/library: each scenario shows what it is there for, and its twin does not.

What is found, and after how few preemptions, is said by hand in each scenario
(expect.explore.findings). That, and that the twins are clean, is held by `lockstep check scenarios`.
"""
import glob
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from library import LIBRARY, SUFFIX, explored, faulty, found, generated, load, twin  # noqa: E402

STATES_MAX = 5000


class Library(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.reports = explored(faulty())

    def test_there_are_at_least_eighty(self):
        self.assertGreaterEqual(len(self.reports), 80)

    def test_the_document_is_up_to_date(self):
        old, new = generated(self.reports)
        self.assertEqual(old, new, "run tests/docs/library.py --write")

    def test_explore_finds_what_was_reasoned_by_hand(self):
        for path, report in self.reports.items():
            with self.subTest(os.path.relpath(path, LIBRARY)):
                by_hand = load(path)["expect"]["explore"]["findings"]
                self.assertEqual({code: preemptions for (code, _), preemptions
                                  in found(report).items()}, by_hand)
                self.assertTrue(report["complete"])
                self.assertTrue(all(finding["shortest"] for finding in report["findings"]))
                self.assertLessEqual(report["stats"]["states"], STATES_MAX)

    def test_every_scenario_has_a_twin_of_the_same_kind_and_source(self):
        twins = [twin(path) for path in self.reports]
        self.assertEqual(sorted([*self.reports, *twins]),
                         sorted(glob.glob(os.path.join(LIBRARY, "*", "*" + SUFFIX))))
        for path, fixed in zip(self.reports, twins):
            with self.subTest(os.path.relpath(path, LIBRARY)):
                one, other = load(path), load(fixed)
                self.assertEqual(one["tags"], ["library", os.path.basename(os.path.dirname(path))])
                self.assertEqual(other["tags"], one["tags"])
                self.assertEqual(other["source"], one["source"])
                self.assertEqual(other["expect"]["explore"]["deadlock"], "impossible")
                self.assertNotIn("findings", other["expect"]["explore"])


if __name__ == "__main__":
    unittest.main()
