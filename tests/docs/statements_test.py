#!/usr/bin/python3
"""docs/scenario-format.md says of the statements what the tables say."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from statements import generated  # noqa: E402


class Statements(unittest.TestCase):
    maxDiff = None

    def test_the_document_is_up_to_date(self):
        old, new = generated()
        self.assertEqual(old, new, "run tests/docs/statements.py --write")


if __name__ == "__main__":
    unittest.main()
