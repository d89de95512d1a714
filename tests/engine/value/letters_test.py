#!/usr/bin/env python3
"""What is said of code points, and their other cases, are those of this Python, if it has the same
Unicode: the tables of engine/value, and what the methods of str give. LOCKSTEP_BINARY names the
binary.

letters_test.py --write writes the tables anew.
"""

import ast
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import unicodedata

UNICODE = "14.0.0"  # CPython 3.11
ROOT = pathlib.Path(os.environ.get("LOCKSTEP_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
LOCKSTEP = os.environ.get("LOCKSTEP_BINARY", "lockstep")
TABLE = re.compile(r"(constexpr \w+ (\w+)\[\] = \{\n)(.*?)(\};)", re.DOTALL)
ALL = [chr(c) for c in range(sys.maxunicode + 1)]


# CPython has no names for these two, but shows them.
def is_cased(c):
    return (c + "a").title()[-1] == "a"


def is_case_ignorable(c):
    return ("A" + c + "Σ").lower()[-1] == "ς" and (c + "Σ").lower()[-1] != "ς"


PROPERTIES = {
    "letters": str.isalpha,
    "numbers": lambda c: c.isalnum() and not c.isalpha(),
    "capitals": str.isupper,
    "small": str.islower,
    "titles": lambda c: c.istitle() and not c.isupper(),
    "decimals": str.isdecimal,
    "other_digits": lambda c: c.isdigit() and not c.isdecimal(),
    "spaces": str.isspace,
    "unprintable": lambda c: not c.isprintable(),
    "cased": is_cased,
    "case_ignorable": is_case_ignorable,
}
CASES = {"lower": str.lower, "upper": str.upper, "title": str.title}
METHODS = ["upper", "lower", "title", "capitalize", "isdigit", "isalpha", "isalnum", "isspace",
           "isupper", "islower"]


def runs(numbers_of):
    """First, last, stride and the number of those that have the same: that of capitals and small
    letters is often 2."""
    found = []
    for code_point, number in numbers_of:
        if found:
            first, last, stride, its = found[-1]
            step = code_point - last
            if number == its and (step == stride or (first == last and step <= 2)):
                found[-1] = (first, code_point, step, its)
                continue
        found.append((code_point, code_point, 1, number))
    return found


def property_rows(belongs):
    numbers = ((ord(c), 0) for c in ALL if belongs(c))
    return [f"{{{first:#x}, {last:#x}, {stride}}}" for first, last, stride, _ in runs(numbers)]


def shift_rows(convert):
    others = ((ord(c), ord(convert(c)) - ord(c)) for c in ALL if len(convert(c)) == 1)
    moved = ((code_point, by) for code_point, by in others if by != 0)
    return [f"{{{first:#x}, {last:#x}, {stride}, {by}}}" for first, last, stride, by in runs(moved)]


def text_rows(convert):
    def quoted(text):
        return "".join(f"\\{byte:03o}" for byte in text.encode())
    return [f'{{{ord(c):#x}, "{quoted(convert(c))}"}}' for c in ALL if len(convert(c)) > 1]


def rows(name):
    if name in PROPERTIES:
        return property_rows(PROPERTIES[name])
    case, _, kind = name.partition("_")
    return shift_rows(CASES[case]) if kind == "shifts" else text_rows(CASES[case])


def laid_out(rows_of_table):
    text, line = "", "   "
    for row in rows_of_table:
        if len(f"{line} {row},") > 100:
            text, line = text + line + "\n", "   "
        line += f" {row},"
    return text + line + "\n"


def faults_of_tables(write):
    faults = []
    wanted = {"letters.cpp": list(PROPERTIES),
              "casing.cpp": [f"{case}_{kind}" for kind in ("shifts", "texts") for case in CASES]}
    for file, tables in wanted.items():
        source = ROOT / "engine/value" / file
        text = source.read_text()
        made = TABLE.sub(lambda m: m[1] + laid_out(rows(m[2])) + m[4], text)
        names = [m[2] for m in TABLE.finditer(text)]
        if names != tables:
            faults.append(f"{source}: expected the tables {', '.join(tables)}, found {names}")
        if write:
            source.write_text(made)
        elif made != text:
            faults.append(f"{source} differs from what this Python says; --write mends it")
    return faults


def words():
    """Of letters whose case depends on what is beside them."""
    dice = random.Random(1)
    few = "aAΣσςßŉǆǅ'ʰͅ·1 \u0301\u00adİ𐐀𐐨"
    return ["".join(dice.choices(few, k=dice.randint(2, 6))) for _ in range(3000)]


def faults_of_methods():
    # Of those that are nobody's, some.
    letters = [c for c in ALL if unicodedata.category(c) not in ("Cs", "Co", "Cn") or
               (unicodedata.category(c) == "Cn" and ord(c) % 100 == 0)]
    asked, answers = letters + words(), []
    looked = "[" + ", ".join(f"c.{method}()" for method in METHODS) + ", repr(c)]"
    body = [{"set": "o", "to": "[]"},
            {"for": "c", "in": "those", "do": [{"append": "o", "item": looked}]}, {"print": "o"}]
    chars = [{"set": "o", "to": "[]"},
             {"for": "i", "in": "those", "do": [{"append": "o", "item": "chr(i)"}]},
             {"call": "words", "args": ["o"]}]
    spans = []
    for c in letters:
        if spans and ord(c) == spans[-1][1] and ord(c) - spans[-1][0] < 300:
            spans[-1][1] += 1
        else:
            spans.append([ord(c), ord(c) + 1])
    scenario = {
        "lockstep": 1,
        "functions": {"words": {"params": ["those"], "body": body},
                      "chars": {"params": ["those"], "body": chars}},
        "main": [{"call": "chars", "args": [f"range({begin}, {end})"]} for begin, end in spans] +
                [{"call": "words", "args": [repr(asked[i:i + 300])]}
                 for i in range(len(letters), len(asked), 300)]}
    result = subprocess.run([LOCKSTEP, "run", "-", "--trace", "json"], input=json.dumps(scenario),
                            capture_output=True, text=True, timeout=300)
    for line in result.stdout.splitlines():
        if line.startswith("{"):
            for event in json.loads(line).get("events", []):
                if "output" in event:
                    answers += ast.literal_eval(event["output"])
    if len(answers) != len(asked):
        return [f"lockstep answered {len(answers)} of {len(asked)}: {result.stderr}"]
    faults = []
    for text, answer in zip(asked, answers):
        wanted = [getattr(text, method)() for method in METHODS] + [repr(text)]
        faults += [f"{text!a}.{method}() is {ours!a}, of Python {theirs!a}"
                   for method, ours, theirs in zip(METHODS + ["repr"], answer, wanted)
                   if ours != theirs]
    return faults


def main():
    if unicodedata.unidata_version != UNICODE:
        print(f"skipped: this Python has Unicode {unicodedata.unidata_version}, not {UNICODE}")
        return 0
    write = sys.argv[1:] == ["--write"]
    faults = faults_of_tables(write)
    if not write:
        faults += faults_of_methods()
    for fault in faults[:20]:
        print(fault)
    if len(faults) > 20:
        print(f"and {len(faults) - 20} more")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
