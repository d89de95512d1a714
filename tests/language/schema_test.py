#!/usr/bin/python3
"""Holds schema/lockstep.schema.json and the loader to each other, in both directions.

Every file that the loader accepts validates; every bad file is rejected by the schema too; and
files changed at every place (a key removed, misspelt or added, a value of another type, an
array emptied) get the same verdict from both. What a schema cannot say stands in LOADER_ONLY,
with the reason. The validator is python3-jsonschema, which knows nothing of the loader.

LOCKSTEP_BINARY names the lockstep to ask; LOCKSTEP_SOURCE_DIR is the root of the sources.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

ROOT = pathlib.Path(os.environ.get("LOCKSTEP_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
BINARY = os.environ.get("LOCKSTEP_BINARY")
BAD = ROOT / "tests" / "language" / "bad"

# A complaint of the loader that no schema can make: why, and how its message reads.
LOADER_ONLY = {
    "JSON itself": [
        r"stands here already in line",
        r"does not fit into 64 bits",
        r"^the number .* is too large$",
        r"JSON has no NaN",
        r"is half of a pair of surrogates$",
        r"nested deeper than",
    ],
    "needs names": [
        r"^there is no (object|function|class|thread|variable|remedy|finding|cause|statement with the label) ",
        r"^there is .* already$",
        r" has its place in the order already, as ",
        r"^unknown name ",
        r"^unknown variable ",
        r" is already the name of ",
        r" is no constant(; as a text it is written .*)?$",
        r"^the second names stand for each other",
        r"^expected an? (Lock|RLock|Semaphore|BoundedSemaphore|Event|Condition|Barrier|future|(mp\.)?(Lifo|Priority|Simple|Joinable)?Queue|mp\.Pool|result of a Pool|ThreadPoolExecutor|File|Listener|connection|thread|process|function)\b.*, found ",
        r"^\"[^\"]*\" takes (at least |at most )?\d+ arguments? ",
        r" takes (no|\d+) arguments?",
        r"every outcome has the same variables",
        r"is no array$",
        r"^the array \"[^\"]*\" ends with ",
        r"the scenario has no parameter",
        r"^\"[^\"]*\" is a parameter",
        r"^expected the name of an mp.Pool$",
        r"^there are no arrays of pools$",
        r"^expected a number of steps .* after \*, found ",
        r"^an? \w+ has no ",
        r"is not shared",
        r"cannot be assigned to",
        r"is assigned to",
        r"^\"[^\"]*\" is no method: ",
        r"^\"[^\"]*\" is a method: ",
        r"^unknown method ",
        r"^unknown attribute ",
        r"\(\) is a statement of its own, ",
        r"^\"[^\"]*\" is a statement, ",
        r"depends on who asks",
        r"^as_completed",
        r"^there is no \"initializer\" that takes these arguments$",
        r"^a thread without \"target\" has no ",
        r"^a class takes \"args\" only",
        r"^a thread has either a target or a class$",
        r" has no __init__ that takes them$",
        r"^objects have \"[^\"]*\" already",
        r" begins with an underscore, ",
        r" is an attribute already$",
        r"^\"self\" is a parameter of every method",
        r"^run has no parameters",
        r"^there are no (sets|modules)",
        r"^(a queue|an executor) is shut down without ",
        r"^only a function of the scenario, by its name, takes arguments by name$",
        r"^there is a value for the parameter ",
        r"^\"[^\"]*\" has no parameter ",
        r"^expected an object: the parameters' names and the arguments$",
        r"^(a Pool|an executor) maps ",
        r"^this may be a Pool or an executor",
        r"^imap(_unordered)? takes a function and an iterable",
    ],
    "needs arithmetic": [
        r"^expected an integer from .*, which is ",
        r"^\w*(Error|Exception): ",
        r"^more than \d+ objects$",
    ],
    "needs Python's grammar": [
        r'^expected an expression, found (?!" *"$)',
        r"^expected an operator or the end, found ",
        r"^expected \"[^\"]*\"( or \"[^\"]*\")?, found ",
        r"^the string has no closing ",
        r"^expected a number or a name, found ",
        r"^lambda is not part of ",
        r"^the expression is nested deeper ",
        r"^expected a variable, an item or an attribute to assign to, found \"",
        r"^\"[^\"]*\" is not defined",
    ],
    "needs its surroundings": [
        r" stands outside a ",
        r"must be the last$",
        r"^the scenario has no \"(lock_order|invariants)\" ",
        r"^nothing is being handled",
    ],
}

# A line of lockstep validate: path, place, JSON Pointer (whose keys may hold blanks), message.
COMPLAINT = r"^(/.*?\.json):\d+:\d+: (?:/\S*: |/.*?: )?(.*)$"

# Files whose JSON is none: there is nothing to validate.
NO_JSON = re.compile(r"^json-")

PATTERNS = [re.compile(p) for patterns in LOADER_ONLY.values() for p in patterns]
failures = []


def fail(what, detail):
    failures.append(what)
    if len(failures) <= 20:
        print(f"FAILED: {what}\n  {detail}")


def without_comments(text):
    """The text as plain JSON: comments outside strings become blanks."""
    pattern = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
    return pattern.sub(lambda m: m.group() if m.group().startswith('"') else " ", text)


def loader(texts):
    """For each text: None if the loader accepts it, else the messages of its complaints."""
    accepted, messages = set(), {}
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{i}.json" for i in range(len(texts))]
        for path, text in zip(paths, texts):
            pathlib.Path(path).write_text(text)
        for begin in range(0, len(paths), 500):  # a process for each would cost more than all else
            done = subprocess.run(
                [BINARY, "validate", *paths[begin:begin + 500]], capture_output=True, check=False
            )
            if done.returncode not in (0, 2):
                raise RuntimeError(f"lockstep validate ended with {done.returncode}: {done.stderr}")
            accepted.update(re.findall(r"^ok +(.*)$", done.stdout.decode(), re.MULTILINE))
            for path, message in re.findall(COMPLAINT, done.stderr.decode(), re.MULTILINE):
                messages.setdefault(path, []).append(message)
    for path, text in zip(paths, texts):
        if (path in accepted) == (path in messages):
            raise RuntimeError(f"no verdict, or two, on {text}")
    return [messages.get(path) for path in paths]


def is_loader_only(message):
    return any(pattern.search(message) for pattern in PATTERNS)


def hold_together(what, messages, document, validator):
    """The schema must reject if the loader has a complaint of its shape, and only then."""
    error = next(validator.iter_errors(document), None)
    of_shape = [m for m in messages or [] if not is_loader_only(m)]
    if error is None and of_shape:
        fail(what, f"the schema accepts it, the loader says: {of_shape[0]}")
    if error is not None and not of_shape:
        error = jsonschema.exceptions.best_match(validator.iter_errors(document))
        where = "/".join(map(str, error.absolute_path))
        verdict = f"says only: {messages[0]}" if messages else "accepts it"
        fail(what, f"the schema says at /{where}: {error.message[:300]}; the loader {verdict}")


def places(document, path=()):
    """Paths of all values below the document."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield path + (key,)
            yield from places(value, path + (key,))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield path + (index,)
            yield from places(value, path + (index,))


def changed(document, path, change):
    """A copy of the document in which `change` was applied to the parent of `path`."""
    copy = json.loads(json.dumps(document))
    parent = copy
    for step in path[:-1]:
        parent = parent[step]
    change(parent, path[-1])
    return copy


def misspelt(key):
    return key[:-1] + key[-2:-1] + key[-1:] + "q" if len(key) > 1 else key + "q"


def rename(parent, key):
    items = [(misspelt(k) if k == key else k, v) for k, v in parent.items()]
    parent.clear()
    parent.update(items)


def mutations(document):
    """(what was done, document): one change at one place each."""
    others = [None, True, 0, -1.5, "", "a b", [], {}, ["x"], {"x": 1}]
    for path in places(document):
        where = "/" + "/".join(map(str, path))
        yield f"{where} removed", changed(document, path, lambda p, k: p.pop(k))
        if isinstance(path[-1], str):
            yield f"{where} misspelt", changed(document, path, rename)
        for other in others:

            def put(parent, key, value=other):
                parent[key] = value

            yield f"{where} = {json.dumps(other)}", changed(document, path, put)
        value = document
        for step in path:
            value = value[step]
        if type(value) is int:

            def as_real(parent, key, value=value):
                parent[key] = float(value)

            yield f"{where} = {float(value)}", changed(document, path, as_real)
        if isinstance(value, dict):
            for key in ("zzz", "x-zzz"):

                def add(parent, last, key=key):
                    parent[last][key] = 1

                yield f"{where} with {key}", changed(document, path, add)


# What the examples of statements need. Changed at every place, without statements, and then each
# statement with it: all in one would be validated over and over.
SURROUNDINGS = {
    "lockstep": 1,
    "objects": {"mutexA": "Lock", "cond": "Condition"},
    "variables": {"n": 0, "ready": False},
    "functions": {"f": {"params": ["a"], "body": [{"return": "a"}]}},
}

EVERYTHING = {
    "$schema": "lockstep.schema.json",
    "lockstep": 1,
    "name": "everything",
    "tags": ["all"],
    "machine": {"gil": "3.9", "cores": 2, "switch_interval": 0.005,
                "costs": {"bytecode": 1e-7, "thread_start": 0}},
    "params": {"N": 3, "M": "N + 1"},
    "objects": {
        "mutexA": "Lock",
        "forks": {"type": "Lock", "count": "N"},
        "sm": {"type": "Semaphore", "value": 2},
        "bounded": {"type": "BoundedSemaphore", "value": "N"},
        "set": {"type": "Event"},
        "cond": {"type": "Condition", "lock": "mutexA"},
        "second": {"same_as": "mutexA"},
        "meeting": {"type": "Barrier", "parties": "N", "action": "g", "timeout": 1.5},
        "pool": {"type": "ThreadPoolExecutor", "max_workers": "N", "thread_name_prefix": "w"},
        "data": "Local",
    },
    "input": ["3", ""],
    "variables": {"n": 0, "xs": ["1 + 1", "'a'"]},
    "functions": {"f": {"params": ["a"], "body": [{"return": "a"}]}, "g": [{"pass": True}]},
    "threads": {
        "T1": [{"acquire": "mutexA", "label": "here", "note": "why", "at": "app.py:1"}],
        "T2": {"target": "f", "args": ["N"], "daemon": True},
        "T3": {"body": [], "daemon": False},
    },
    "schedule": ["T1", "T1*3", {"run": "T1", "steps": 2}, {"run": "T1", "until": "blocked"},
                 {"run": "T1", "until": {"label": "here", "holds": "mutexA"}},
                 {"timeout": "T1"}, {"choose": "T1", "value": 2}, {"finish": "pct"}],
    "invariants": ["n >= 0"],
    "finally": ["n == 0"],
    "expect": {
        "run": {"policy": "random", "seed": 1, "outcome": "finished", "output": ["a"],
                "final": {"n": 0}, "exceptions": {"T1": "ValueError"}, "exit_status": 0,
                "lock_order": "broken"},
        "explore": {"deadlock": "impossible", "partial_deadlock": "possible",
                    "livelock": "possible", "starvation": "possible", "lock_order": "kept", "exceptions": "certain", "outcomes": [{"n": 0}],
                    "findings": {"LS001": 1, "invariant": None}, "causes": ["lost-update"]},
        "fix": {"remedy": "lock-order"},
    },
    "main": [],
}


def changed_documents(schema):
    """(what was done, document) of everything, changed at every place."""
    for what, document in mutations(EVERYTHING):
        yield "everything: " + what, document
    for row in schema["definitions"]["statement"]["anyOf"]:
        example = row["examples"][0]
        # Every third: of some five thousand many are alike, and each takes the validator a while.
        for what, statement in list(mutations({"main": [example]}))[::3]:
            yield f"{json.dumps(example)}: {what}", {**SURROUNDINGS, **statement}


def main():
    if not BINARY:
        print("LOCKSTEP_BINARY is not set: there is no lockstep to ask")
        return 1
    schema = json.loads((ROOT / "schema" / "lockstep.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    cases = []

    for path in sorted((ROOT / "scenarios").rglob("*.lockstep.json*")):
        text = path.read_text()
        name = str(path.relative_to(ROOT))
        document = json.loads(without_comments(text))
        cases.append((name, text, document))
    if not cases:
        fail("scenarios/", "no scenario found")
    good = [name for name, _, _ in cases]

    for path in sorted(BAD.glob("*.json")):
        text = path.read_text()
        try:
            document = json.loads(without_comments(text))
        except json.JSONDecodeError:
            if not NO_JSON.match(path.name):
                fail(path.name, "is no JSON")
            continue
        cases.append((path.name, text, document))

    cases.append(("everything", json.dumps(EVERYTHING), EVERYTHING))
    for what, document in changed_documents(schema):
        cases.append((what, json.dumps(document), document))

    verdicts = loader([text for _, text, _ in cases])
    for (name, _, document), messages in zip(cases, verdicts):
        hold_together(name, messages, document, validator)
    for name, messages in zip(good, verdicts):
        if messages:
            fail(name, f"the loader does not accept it: {messages[0]}")

    print(f"{len(cases)} documents, {len(failures)} with different verdicts")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
