#!/usr/bin/env python3
"""engine/value/letters.cpp has the letters and numbers of this Python, if it has the same Unicode.

letters_test.py --write writes them anew.
"""

import os
import pathlib
import re
import sys
import unicodedata

UNICODE = "14.0.0"  # CPython 3.11
ROOT = pathlib.Path(os.environ.get("LOCKSTEP_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
SOURCE = ROOT / "engine/value/letters.cpp"
TABLE = re.compile(r"(constexpr Run (\w+)\[\] = \{\n)(.*?)(\};)", re.DOTALL)
TABLES = {
    "letters": str.isalpha,
    "numbers": lambda c: c.isalnum() and not c.isalpha(),
    "capitals": str.isupper,
    "small": str.islower,
    "titles": lambda c: c.istitle() and not c.isupper(),
}


def runs(belongs):
    """First, last, stride: that of capitals and small letters is often 2."""
    found = []
    for code_point in filter(lambda c: belongs(chr(c)), range(sys.maxunicode + 1)):
        if found:
            first, last, stride = found[-1]
            step = code_point - last
            if step == stride or (first == last and step <= 2):
                found[-1] = (first, code_point, step)
                continue
        found.append((code_point, code_point, 1))
    return found


def rows(belongs):
    text, line = "", "   "
    for first, last, stride in runs(belongs):
        row = f" {{{first:#x}, {last:#x}, {stride}}},"
        if len(line + row) > 100:
            text, line = text + line + "\n", "   "
        line += row
    return text + line + "\n"


def main():
    if unicodedata.unidata_version != UNICODE:
        print(f"skipped: this Python has Unicode {unicodedata.unidata_version}, not {UNICODE}")
        return 0
    text = SOURCE.read_text()
    made = TABLE.sub(lambda m: m[1] + rows(TABLES[m[2]]) + m[4], text)
    if sys.argv[1:] == ["--write"]:
        SOURCE.write_text(made)
        return 0
    names = [m[2] for m in TABLE.finditer(text)]
    if names != list(TABLES):
        print(f"{SOURCE}: expected the tables {', '.join(TABLES)}, found {', '.join(names)}")
        return 1
    if made != text:
        print(f"{SOURCE} differs from what this Python says; letters_test.py --write mends it")
    return int(made != text)


if __name__ == "__main__":
    sys.exit(main())
