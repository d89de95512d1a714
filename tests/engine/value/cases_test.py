#!/usr/bin/env python3
"""cases.txt is what make_cases.py writes with the Python that it speaks of."""

import pathlib
import sys

import make_cases

VERSION = (3, 11)


def main():
    if sys.version_info[:2] != VERSION:
        print("skipped: cases.txt is CPython %d.%d's answers, and this is %d.%d"
              % (*VERSION, *sys.version_info[:2]))
        return 0
    path = pathlib.Path(__file__).with_name("cases.txt")
    committed = path.read_text(encoding="utf-8").split("\n")
    made = make_cases.make().split("\n")
    for number, (old, new) in enumerate(zip(committed, made), start=1):
        if old != new:
            print(f"{path}:{number}: differs from what make_cases.py writes")
            print("-" + old)
            print("+" + new)
            return 1
    if len(committed) != len(made):
        print(f"{path}: {len(committed)} lines; make_cases.py writes {len(made)}")
        return 1
    print(f"{len(made) - 1} cases are what this Python says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
