#!/usr/bin/python3
"""The table of statements in docs/scenario-format.md, made from the JSON Schema.

The schema is made from the rows of language/statements.cpp, so nothing is said twice.
With --write the document is brought up to date; LOCKSTEP_BINARY names the binary.
"""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(ROOT, "docs", "scenario-format.md")
BEGIN = "<!-- statements: made from the tables; tests/docs/statements.py --write -->\n"
END = "<!-- end of statements -->\n"


def statements(schema):
    """The schemas of the statements, each with its key first among the properties."""
    definitions = schema["definitions"]
    rows = []
    for option in definitions["statement"]["oneOf" if "oneOf" in definitions["statement"]
                                           else "anyOf"]:
        if "$ref" in option:
            option = definitions[option["$ref"].rsplit("/", 1)[1]]
        rows.append(option)
    return rows


def table(schema):
    lines = ["| statement | does | keys |", "| --- | --- | --- |"]
    for row in statements(schema):
        key = row["required"][0]
        example = json.dumps(row["examples"][0]).replace("|", "\\|")
        keys = []
        for name, value in row["properties"].items():
            if name in ("label", "note", "at"):
                continue
            optional = "" if name in row["required"] else " (optional)"
            keys.append(f"`{name}`: {value.get('description', '')}{optional}")
        description = row["description"].replace("|", "\\|")
        lines.append(f"| `{key}` | {description}<br>`{example}` | {'<br>'.join(keys)} |")
    return "\n".join(lines) + "\n"


def generated():
    binary = os.environ.get("LOCKSTEP_BINARY", os.path.join(ROOT, "build", "release", "lockstep"))
    schema = subprocess.run([binary, "schema"], capture_output=True, text=True, check=True).stdout
    with open(DOCUMENT, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return text, before + BEGIN + table(json.loads(schema)) + END + after


if __name__ == "__main__":
    old, new = generated()
    if sys.argv[1:] == ["--write"]:
        with open(DOCUMENT, "w", encoding="utf-8") as file:
            file.write(new)
    else:
        sys.stdout.write(new)
