#!/usr/bin/env python3
"""Makes random programs, asks Python what they print, and writes programs.txt.

    make_programs.py > programs.txt           the committed file; CPython 3.11, always the same
    make_programs.py --seed 7 --count 5000 > more.txt
    LOCKSTEP_PROGRAMS=more.txt lockstep_tests "[programs]"

A line is a JSON array: a scenario, the lines that it prints, and the exception with which it
ends ("Type: text") or null. Each scenario has one thread. The programs are about control flow
(what leaves a block early, and what is done on its way out) and about the order in which
operands are evaluated: say(x) prints x and returns it. Nothing in them has two names for one
list, and nothing changes what a loop goes through: there lockstep's lists are not Python's.
"""

import argparse
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))
import to_python  # noqa: E402

LINES_MAX = 60
STEPS_MAX = 20000


class Programmer:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def scenario(self):
        self.functions = {}
        self.left = 40  # statements
        for i in range(self.random.randrange(1, 4)):
            self.locals = ["a"]
            self.held = set()
            self.callable = list(self.functions)
            body = [{"global": ["n", "xs", "d"]}] + self.block(3, loop=False, handling=False)
            self.functions[f"f{i}"] = {"params": ["a"], "body": body}
        last = list(self.functions)[-1]
        self.functions["say"] = {"params": ["x"], "body": [{"print": "x"}, {"return": "x"}]}
        main = [{"set": "n", "to": f"{last}(3)"}, {"print": ["n", "xs", "d"]}]
        return {
            "lockstep": 1, "name": "random",
            "objects": {"lock": "Lock", "other": "Lock", "again": "RLock"},
            "variables": {"n": 0, "xs": [1, 2, 3], "d": {"k": [0, 1]}},
            "functions": self.functions,
            "main": [{"try": main, "finally": [
                {"print": ["lock.locked()", "other.locked()"]}]}],
        }

    def value(self, depth=2):
        r = self.random
        if depth == 0:
            return r.choice(["0", "1", "2", "-1", "n", "xs[0]", "a", "len(xs)", "d['k'][1]", "True",
                             "None", "'t'", *self.locals])
        inner = lambda: self.value(depth - 1)  # noqa: E731
        return r.choice([
            lambda: f"say({inner()})",
            lambda: f"say({inner()})",
            inner,
            lambda: f"say({inner()}) {r.choice(['<', '==', '!=', 'in'])} say({inner()})",
            lambda: f"say({inner()}) {r.choice(['is', 'is not'])} None",
            lambda: f"say(1) < say({r.randrange(3)}) < say({r.randrange(4)}) != say(2)",
            lambda: f"say({inner()}) {r.choice(['and', 'or'])} say({inner()})",
            lambda: f"not say({inner()})",
            lambda: f"({inner()} if say({inner()}) else {inner()})",
            lambda: f"[say({inner()}), say({inner()})]",
            lambda: "{say(1): say(2), say('x'): say(3)}",
            lambda: f"[5, 6, 7][say({r.randrange(5)})]",
            lambda: f"xs[say({r.randrange(-1, 2)}):say({r.randrange(4)})]",
            lambda: f"f'<{{say({r.randrange(9)})!r:>3}}{{n}}>'",
            lambda: f"(say(8) {r.choice(['+', '-', '*', '//', '%', '&'])} say({r.randrange(3)}))",
            lambda: f"{r.choice(self.callable)}({inner()})" if self.callable else "say(4)",
            lambda: "ValueError(say(1))",
        ])()

    def test(self):
        r = self.random
        return r.choice([
            lambda: self.value(1),
            lambda: f"say({r.randrange(3)}) < say({r.randrange(3)}) <= say({r.randrange(3)})",
            lambda: f"not (say({r.randrange(2)}) or say({r.randrange(2)}))",
            lambda: f"say({r.randrange(2)}) and say({r.randrange(2)}) or say({r.randrange(2)})",
            lambda: f"say({r.randrange(2)}) if say({r.randrange(2)}) else not say(1)",
            lambda: r.choice(["True", "False", "not None", "n < 2"]),
        ])()

    def block(self, depth, loop, handling):
        body = []
        for _ in range(self.random.randrange(1, 4)):
            if self.left <= 0:
                break
            self.left -= 1
            body.append(self.statement(depth, loop, handling))
        return body or [{"print": f"'{self.random.choice('pqrs')}'"}]

    def variable(self):
        name = self.random.choice("bce")
        if name not in self.locals:
            self.locals.append(name)
        return name

    def statement(self, depth, loop, handling):
        r = self.random
        simple = [
            lambda: {"print": [f"'{r.choice('pqrs')}'", self.value(1)]},
            lambda: {"set": "n", "to": self.value()},
            lambda: {"set": self.variable(), "to": self.value()},
            lambda: {"set": "xs[say(0)]", "to": self.value(1)},
            lambda: {"set": "d['k'][say(1)]", "to": "say(n)"},
            lambda: {"append": r.choice(["xs", "d['k']"]), "item": self.value(1)},
            lambda: {"pop": "xs", "index": f"say({r.randrange(-2, 2)})", "into": self.variable()},
            lambda: {"raise": r.choice(["ValueError('v')", "KeyError(say('k'))", "IndexError",
                                        "RuntimeError()", "ValueError"])},
            lambda: {"set": "n", "to": "1 // 0"},
            lambda: {"assert": self.test(), "message": "say('m')"},
            lambda: {"return": self.value(1)},
            lambda: {"call": r.choice(self.callable), "args": [self.value(1)],
                     "into": self.variable()} if self.callable else {"pass": True},
            lambda: {"if": self.test(), "then": [{"return": self.value(1)}]},
        ]
        if loop:
            simple += [lambda: {"break": True}, lambda: {"continue": True},
                       lambda: {"if": self.test(), "then": [{"break": True}]},
                       lambda: {"if": self.test(), "then": [{"continue": True}],
                                "else": [{"print": "'on'"}]}]
        if handling:
            simple += [lambda: {"raise": None}]
        if depth == 0 or r.random() < 0.45:
            return r.choice(simple)()
        return r.choice([self.do_if, self.do_for, self.do_while, self.do_try, self.do_try,
                         self.do_try, self.do_with, self.do_with, self.do_atomic])(
                             depth - 1, loop, handling)

    def do_if(self, depth, loop, handling):
        return {"if": self.test(), "then": self.block(depth, loop, handling),
                "else": self.block(depth, loop, handling)}

    def do_for(self, depth, loop, handling):
        target = self.variable()
        row = {"for": target, "in": f"range(say({self.random.randrange(4)}))"}
        if self.random.random() < 0.3:
            other = self.random.choice([v for v in "bce" if v != target])
            self.locals += [other] if other not in self.locals else []
            row = {"for": [target, other],
                   "in": self.random.choice(["enumerate('ab')", "[(1, 2), 'ab']",
                                             "[(1, 2), 'abc']", "{'p': 1}.items()",
                                             "[[1, 2], 3]"])}
        row["do"] = self.block(depth, True, handling)
        return row

    def do_while(self, depth, loop, handling):
        # A counter of its own keeps it from running for ever.
        self.counters = getattr(self, "counters", 0) + 1
        name = f"i{self.counters}"
        body = [{"set": name, "to": f"{name} + 1"}, *self.block(depth, True, handling)]
        return {"if": "True", "then": [
            {"set": name, "to": "0"},
            {"while": f"{name} < {self.random.randrange(1, 4)} and ({self.test()} or True)",
             "do": body}]}

    def do_try(self, depth, loop, handling):
        r = self.random
        row = {"try": self.block(depth, loop, handling)}
        kind = r.randrange(4)
        if kind > 0:
            row["except"] = []
            for _ in range(r.randrange(1, 3)):
                handler = {"type": r.choice(["ValueError", "KeyError", "LookupError",
                                             ["ValueError", "ZeroDivisionError"], "Exception",
                                             "RuntimeError"])}
                if r.random() < 0.5:
                    handler["as"] = self.variable()
                handler["do"] = self.block(depth, loop, True)
                row["except"].append(handler)
            if r.random() < 0.3:
                row["except"].append({"do": self.block(depth, loop, True)})
            if r.random() < 0.4:
                row["else"] = self.block(depth, loop, handling)
        if kind == 0 or r.random() < 0.5:
            row["finally"] = self.block(depth, loop, handling)
        return row

    def do_with(self, depth, loop, handling):
        r = self.random
        free = [name for name in ("lock", "other") if name not in self.held]
        items = r.sample(free, r.randrange(len(free) + 1)) + ["again"] * r.randrange(2)
        if not items:
            items = ["again"]
        outer, callable_ = set(self.held), self.callable
        self.held.update(items)
        if self.held & {"lock", "other"}:
            self.callable = []  # it might take what is held
        row = {"with": items if len(items) > 1 else items[0],
               "do": self.block(depth, loop, handling)}
        self.held, self.callable = outer, callable_
        return row

    def do_atomic(self, depth, loop, handling):
        outer, self.held = self.held, {"lock", "other"}
        callable_, self.callable = self.callable, []
        row = {"atomic": self.block(depth, loop, handling)}
        self.held, self.callable = outer, callable_
        return row


class Writer(to_python.Writer):
    def do_atomic(self, s, depth):
        self.line(depth, "if True:")
        self.block(s["atomic"], depth + 1)

    def do_set(self, s, depth):
        self.line(depth, f"{s['set']} = {to_python.literal(s['to'])}")


class TooLong(BaseException):
    pass


def run(scenario):
    """The lines printed and the last line of the traceback; None if it takes too long."""
    import threading
    writer = Writer(scenario)
    for name, value in scenario["variables"].items():
        writer.line(0, f"{name} = {value!r}")
    for name, function in scenario["functions"].items():
        writer.line(0, f"def {name}({', '.join(function['params'])}):")
        writer.block(function["body"], 1)
    writer.line(0, "def _main():")
    writer.line(1, "global n")
    writer.block(scenario["main"], 1)
    printed, steps = [], 0

    def out(*values):
        if len(printed) == LINES_MAX:
            raise TooLong
        printed.append(" ".join(map(str, values)))

    def watch(frame, event, argument):
        nonlocal steps
        steps += 1
        if steps > STEPS_MAX:
            raise TooLong
        return watch

    space = {"print": out, "lock": threading.Lock(), "other": threading.Lock(),
             "again": threading.RLock()}
    exec(compile("\n".join(writer.lines), "random", "exec"), space)
    sys.settrace(watch)
    try:
        space["_main"]()
    except TooLong:
        return None
    except BaseException as error:  # whatever the program raises
        text = str(error)
        return printed, type(error).__name__ + (": " + text if text else "")
    finally:
        sys.settrace(None)
    return printed, None


def has_identity(printed):
    """What prints addresses, or depends on what CPython makes one object of."""
    return any(" at 0x" in line for line in printed)


def make(seed=1, count=150):
    import warnings
    warnings.simplefilter("ignore")  # of "is" with literals
    lines = []
    programmer = Programmer(seed)
    while len(lines) < count:
        scenario = programmer.scenario()
        ran = run(scenario)
        if ran is None or has_identity(ran[0]) or len(ran[0]) < 3:
            continue
        lines.append(json.dumps([scenario, *ran], separators=(",", ":")))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150)
    options = parser.parse_args()
    sys.stdout.write(make(options.seed, options.count))


if __name__ == "__main__":
    main()
