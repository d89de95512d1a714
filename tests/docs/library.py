#!/usr/bin/python3
"""The table in scenarios/library/README.md, made from the scenarios and from what explore says.

With --write the document is brought up to date; LOCKSTEP_BINARY names the binary.
"""
import glob
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.environ.get("LOCKSTEP_SOURCE_DIR", os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))))
LOCKSTEP = os.environ.get("LOCKSTEP_BINARY", os.path.join(ROOT, "build", "release", "lockstep"))
LIBRARY = os.path.join(ROOT, "scenarios", "library")
DOCUMENT = os.path.join(LIBRARY, "README.md")
BEGIN = "<!-- table: made from the scenarios; tests/docs/library.py --write -->\n"
END = "<!-- end of table -->\n"
SUFFIX = ".lockstep.json"

sys.path.insert(0, os.path.join(ROOT, "tests", "conformance"))
from to_python import load  # noqa: E402


def faulty():
    """The scenarios that show a fault; beside each lies its twin that does not."""
    paths = sorted(glob.glob(os.path.join(LIBRARY, "*", "*" + SUFFIX)))
    return [path for path in paths if not path.endswith("-fixed" + SUFFIX)]


def twin(path):
    return path.removesuffix(SUFFIX) + "-fixed" + SUFFIX


def explored(paths):
    """What explore says of each of them."""
    def explore(path):
        # Starvation is looked for only where it is asked for.
        asked = ["--starvation"] if "LS029" in load(path)["expect"]["explore"]["findings"] else []
        result = subprocess.run([LOCKSTEP, "explore", path, "--report", "json", *asked],
                                capture_output=True, text=True, check=False)
        return json.loads(result.stdout)
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(paths, pool.map(explore, paths)))


def found(report):
    """Code and kind of the findings, and the fewest preemptions that lead to one."""
    result = {}
    for finding in report["findings"]:
        name = (finding["code"], finding["kind"])
        result[name] = min(finding["preemptions"], result.get(name, finding["preemptions"]))
    return result


def table(reports):
    lines = ["| kind | scenario | twin | what explore finds | preemptions | states | source |",
             "| --- | --- | --- | --- | --- | --- | --- |"]
    for path, report in reports.items():
        kind, name = os.path.relpath(path, LIBRARY).removesuffix(SUFFIX).split(os.sep)
        findings = found(report)
        lines.append(" | ".join([
            f"| {kind}", f"[{name}]({kind}/{name}{SUFFIX})", f"[fixed]({kind}/{name}-fixed{SUFFIX})",
            ", ".join(" ".join(code_and_kind) for code_and_kind in findings) or "nothing",
            ", ".join(str(preemptions) for preemptions in findings.values()),
            str(report["stats"]["states"]), load(path)["source"] + " |"]))
    return "\n".join(lines) + "\n"


def generated(reports):
    """The document as it is, and as it should be."""
    with open(DOCUMENT, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return text, before + BEGIN + table(reports) + END + after


if __name__ == "__main__":
    old, new = generated(explored(faulty()))
    if sys.argv[1:] == ["--write"]:
        with open(DOCUMENT, "w", encoding="utf-8") as document:
            document.write(new)
    else:
        sys.stdout.write(new)
