#!/usr/bin/env python3
"""expressions.txt and programs.txt are what their makers write with the Python they speak of."""

import pathlib
import sys

import make_expressions
import make_programs

VERSION = (3, 11)


def differs(name, made):
    path = pathlib.Path(__file__).with_name(name)
    committed = path.read_text(encoding="utf-8").split("\n")
    made = made.split("\n")
    for number, (old, new) in enumerate(zip(committed, made), start=1):
        if old != new:
            print(f"{path}:{number}: differs from what its maker writes")
            print("-" + old)
            print("+" + new)
            return True
    if len(committed) != len(made):
        print(f"{path}: {len(committed)} lines; its maker writes {len(made)}")
        return True
    print(f"{len(made) - 1} lines of {name} are what this Python says")
    return False


def main():
    if sys.version_info[:2] != VERSION:
        print("skipped: the files are CPython %d.%d's answers, and this is %d.%d"
              % (*VERSION, *sys.version_info[:2]))
        return 0
    return int(differs("expressions.txt", make_expressions.make())
               or differs("programs.txt", make_programs.make()))


if __name__ == "__main__":
    sys.exit(main())
