#!/usr/bin/env python3
"""Asks Python what operations on values give, and writes cases.txt.

    make_cases.py > cases.txt          the committed file; CPython 3.11, always the same
    make_cases.py --seed 7 --factor 20 > more.txt
    LOCKSTEP_CASES=more.txt lockstep_tests "[cases]"

A line is an operation, its operands and what it gives, between tabs:

    +       1       'a'     !TypeError: unsupported operand type(s) for +: 'int' and 'str'
    //      -7      2       =-4

"=" stands before the repr of the result, "!" before the last line of a traceback.
Operands are Python literals in ASCII; range(0, 3), ValueError('x') and the class
ValueError are literals too. The operations are listed in cases_test.cpp.

What lockstep does otherwise on purpose (engine/value/arithmetic.h) is either told here as
lockstep tells it (integers beyond 64 bits, complex numbers) or left out: unions of
classes, equality of exceptions, surrogates, and what needs gigabytes.
"""

import argparse
import itertools
import operator
import random
import sys

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
OVERFLOW = "!OverflowError: integer leaves the 64 bits that lockstep computes with"
COMPLEX = (
    "!ValueError: negative number cannot be raised to a fractional power: "
    "lockstep has no complex numbers"
)
NAN = float("nan")  # one object, as lockstep has one NaN
INF = float("inf")

INTS = [0, 1, -1, 2, -2, 3, -3, 5, 7, -7, 10, -10, 12, 100, -100, 255, 1000, 12345, 1234567,
        2**28 - 1, 2**28, -(2**28), -(2**28) - 1, 2**31, 2**32 + 1, 2**53, 2**53 + 1,
        -(2**53) - 1, 10**18, 2**62, -(2**62), INT_MAX, INT_MAX - 1, INT_MIN, INT_MIN + 1]
SMALL_INTS = [0, 1, -1, 2, -2, 3, 4, 5, -5, 10]
FLOATS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 3.14159, 0.1, 0.2, 1 / 3, 2.675,
          1e16, 1e15, 123456789.125, 1e-5, 0.0001, -1e-7, 1e22, 1e100, 5e-324,
          1.7976931348623157e308, 2.0**53, 2.0**63, -(2.0**63), 1234.5, 999999.5, INF, -INF, NAN]
STRINGS = ["", "a", "b", "ab", "abc", "abcabc", "Hello World", "  x  ", "a b  c ", "\t x\n",
           "\u00e9", "na\u00efve", "Stra\u00dfe", "\u65e5\u672c\u8a9e", "\U0001f600",
           "x\U0001f600y", "it's", '"q"', "both'\"", "a\tb\nc\rd\\", "\x00\x1f\x7f",
           "\u00ad\u200b\u2028\u00a0", "\u00c0\u00c9x", "\u0416\u0443\u043a",
           "\u03a9\u03bc\u03ad\u03b3\u03b1", "they're bill's", "a-b c1d", "1", "42", "-7", "+5",
           "007", "%s", "{}", "x=1,y=2", "aXbXc", "XX", "\u0665", "\u00b2", "\u0178\u00ff"]
BYTES = [b"", b"a", b"abc", b"abcabc", b" x ", b"\x00\xff", b"it's", b'"', b"'\"", b"\t\n\r\\",
         b"Hello", b"42", b"caf\xc3\xa9"]
LISTS = [[], [1], [1, 2], [1, 2, 3], [3, 1, 2], [1, "a"], ["a", "b"], [[1], [2, 3]], [None],
         [1.0, 2], [True, False], [(1, 2), (3, 4)], ["b", "a", "c"], [0, 0.0, False], [NAN]]
TUPLES = [(), (1,), (1, 2), (1, "a"), ((1, 2), 3), ("a", "b"), ([1],), (1.5,), (NAN, 1)]
DICTS = [{}, {"a": 1}, {"a": 1, "b": 2}, {"b": 2, "a": 1}, {1: "x"}, {(1, 2): [3]}, {None: {}},
         {1.0: "f"}, {True: 0}, {"a": 1.0}]
RANGES = [range(0), range(3), range(1, 10, 3), range(5, 0, -2), range(0, -3), range(2, 3),
          range(2, 5, 7), range(INT_MIN, INT_MAX, 2**61)]
EXCEPTIONS = [ValueError("x"), ValueError(), KeyError("k"), KeyError(), RuntimeError("a", 1),
              OSError(98, "Address already in use"), KeyError(1, 2), TimeoutError(), IndexError([1])]
CLASSES = [ValueError, KeyError, Exception]
KINDS = [None, True, 3, 2.5, "ab", b"xy", [1, 2], (1,), {"a": 1}, range(3), ValueError("x"),
         ValueError]
HASHABLE = [None, True, 0, 1, 3, 2.5, 1.0, "a", "b", b"a", (), (1,), (1, 2), range(3), NAN]
UNHASHABLE = [[], {}, ([],), (1, {})]
ANYTHING = ([None, True, False] + INTS + FLOATS + STRINGS + BYTES + LISTS + TUPLES + DICTS +
            RANGES + EXCEPTIONS + CLASSES)


def literal(value):
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(literal, value)) + (",)" if len(value) == 1 else ")")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, BaseException):
        return type(value).__name__ + "(" + ", ".join(map(literal, value.args)) + ")"
    return ascii(value)


VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
LAZY = (reversed, enumerate, zip, type(reversed([])), type(reversed(range(0))),
        type(reversed({})))


class Beyond64Bits(Exception):
    pass


def checked(value):
    """The result with lazy iterators and views as lists; raises for a large int in it."""
    if isinstance(value, VIEWS + LAZY):
        value = list(value)
    if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
        raise Beyond64Bits
    if isinstance(value, (list, tuple)):
        for item in value:
            checked(item)
    if isinstance(value, range):
        for bound in (value.start, value.stop, value.step):
            checked(bound)
    return value


def answer(function, operands):
    try:
        value = checked(function(*operands))
        return COMPLEX if isinstance(value, complex) else "=" + repr(value)
    except Beyond64Bits:
        return OVERFLOW
    except Exception as error:
        return COMPLEX if "complex" in str(error) else "!" + exception_line(error)


def with_item(container, index, item):
    if isinstance(container, (list, dict)):
        container = container.copy()
    container[index] = item
    return container


def appended(container, item):
    if isinstance(container, list):
        container = container.copy()
    container.append(item)
    return container


def popped(container, *index):
    if isinstance(container, (list, dict)):
        container = container.copy()
    item = container.pop(*index)
    return (container, item)


def exception_line(error):
    text = str(error)
    return type(error).__name__ + (": " + text if text else "")


BINARY = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
          "//": operator.floordiv, "%": operator.mod, "**": operator.pow, "&": operator.and_,
          "|": operator.or_, "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift}
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
EQUALITY = {"==": operator.eq, "!=": operator.ne}
UNARY = {"neg": operator.neg, "pos": operator.pos, "invert": operator.inv, "not": operator.not_}
CONTAINERS = {
    "in": lambda item, container: item in container,
    "not in": lambda item, container: item not in container,
    "subscript": lambda container, index: container[index],
    "slice": lambda container, start, stop, step: container[start:stop:step],
    "with_item": with_item,
    "appended": appended,
    "popped": popped,
    "iterate": lambda iterable: [item for item in iterable],
    "format": format,
    "exception_line": exception_line,
}
BUILTINS = {f.__name__ + "()": f for f in (
    len, range, min, max, sum, abs, sorted, reversed, int, float, str, repr, bool, list, tuple,
    dict, enumerate, zip, any, all, round, ord, chr)}
PREDICATES = ["isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower"]
METHODS = ["upper", "lower", "title", "capitalize", "strip", "lstrip", "rstrip", "split", "join",
           "format", "replace", "startswith", "endswith", "isdigit", "find", "count", "index",
           "zfill", "encode", "decode", "get", "keys", "values", "items", "rsplit", "splitlines",
           "partition", "rpartition", "removeprefix", "removesuffix", "rfind", "rindex"]


def calls(name):
    return lambda receiver, *arguments: getattr(receiver, name)(*arguments)


OPERATIONS = {**BINARY, **ORDER, **EQUALITY, **UNARY, **CONTAINERS, **BUILTINS,
              **{"." + name: calls(name) for name in METHODS + PREDICATES}}


class Cases:
    """Lines without duplicates. `factor` multiplies how many random ones are drawn."""

    def __init__(self, seed, factor):
        self.random = random.Random(seed)
        self.factor = factor
        self.lines = {}

    def add(self, operation, *operands):
        words = [operation] + [literal(operand) for operand in operands]
        given = answer(OPERATIONS[operation], operands)
        if given.isprintable():  # a message may hold its operand's tabs and newlines
            self.lines["\t".join(words + [given])] = None

    def times(self, n):
        return range(n * self.factor)

    def pick(self, *pools):
        pool = pools[self.random.randrange(len(pools))]
        return pool[self.random.randrange(len(pool))]

    def number(self):
        """Any float or int, with every magnitude."""
        shape = self.random.randrange(6)
        if shape == 0:
            return self.pick(INTS)
        if shape == 1:
            return self.pick(FLOATS)
        if shape == 2:
            return self.random.randint(-50, 50)
        if shape == 3:
            n = self.random.getrandbits(self.random.randrange(1, 64))
            return -n if self.random.random() < 0.5 else n
        if shape == 4:
            return round(self.random.uniform(-1000, 1000), self.random.randrange(6))
        return self.random.uniform(-10, 10) * 10.0 ** self.random.randrange(-30, 30)

    # ---- what is asked ----

    def operators(self):
        for name in BINARY:
            for _ in self.times(19):
                left, right = self.pick(KINDS), self.pick(KINDS)
                if not too_much(name, left, right):
                    self.add(name, left, right)
            for _ in self.times(15):
                left, right = self.number(), self.number()
                if name in ("**", "<<", ">>") and self.random.random() < 0.8:
                    right = self.pick(SMALL_INTS, [20, 31, 62, 63, 64, -3])
                    left = self.pick([left], SMALL_INTS)
                if not too_much(name, left, right):
                    self.add(name, left, right)
        for name in ("+", "*"):
            for pool in (STRINGS, BYTES, LISTS, TUPLES):
                for _ in self.times(2):
                    right = self.pick(pool) if name == "+" else self.pick(SMALL_INTS, [True])
                    self.add(name, self.pick(pool), right)
        for _ in self.times(3):
            self.add("|", self.pick(DICTS), self.pick(DICTS))
            self.add(self.pick(["&", "|", "^"]), self.pick([True, False]), self.pick([True, False]))
        for name in UNARY:
            for value in KINDS + [False, -0.0, INT_MIN, INT_MAX, "", 0, NAN, INF]:
                self.add(name, value)
        for a, b in itertools.product([-7, 7, 7.5, -7.5], [2, -2, 2.5, -2.5, INF, -INF]):
            self.add("//", a, b)
            self.add("%", a, b)
        for a in (INT_MIN, INT_MAX, 2**53 + 1, 10**18 + 1, -(10**18) - 1):
            for b in (3, -7, 10**17 + 3, INT_MAX, INT_MIN, 2**60 + 1, 1):
                self.add("/", a, b)

    def comparisons(self):
        for name in ORDER:
            for _ in self.times(12):
                self.add(name, self.pick(KINDS), self.pick(KINDS))
        everything = {**ORDER, **EQUALITY}
        for name in everything:
            for _ in self.times(7):
                self.add(name, self.number(), self.number())
            for pool in (STRINGS, BYTES, LISTS, TUPLES):
                for _ in self.times(3):
                    self.add(name, self.pick(pool), self.pick(pool))
        pool = [v for v in ANYTHING if not isinstance(v, BaseException)]
        for name in EQUALITY:
            for _ in self.times(8):
                self.add(name, self.pick(pool), self.pick(pool))
            for pair in itertools.product(DICTS[:4] + RANGES[:3], repeat=2):
                self.add(name, *pair)
        for whole in (2**53 + 1, INT_MAX, INT_MIN, 2**62 + 1, 3):
            for name in everything:
                self.add(name, whole, float(whole))
                self.add(name, float(whole), whole)

    def containment(self):
        for name in ("in", "not in"):
            for _ in self.times(12):
                self.add(name, self.pick(KINDS), self.pick(KINDS))
            for _ in self.times(8):
                self.add(name, self.pick(STRINGS), self.pick(STRINGS))
                self.add(name, self.pick(HASHABLE), self.pick(LISTS, TUPLES, DICTS, RANGES))
        for item in (0, 1, 3, -1, 1.0, 1.5, True, INF, NAN, INT_MAX, INT_MIN, "a", 4, 7):
            for container in RANGES:
                self.add("in", item, container)
        for item in (b"", b"a", b"ca", 97, 256, -1, "a", None):
            self.add("in", item, b"abcabc")
        for item in UNHASHABLE:
            self.add("in", item, {1: 2})

    def subscripts(self):
        sequences = STRINGS + BYTES + LISTS + TUPLES + RANGES
        bounds = [None, None, 0, 1, 2, 3, 5, -1, -2, -5, 100, -100, INT_MAX, INT_MIN]
        steps = [None, None, 1, 2, 3, -1, -2, -3, 100, INT_MAX, -INT_MAX]
        for _ in self.times(37):
            self.add("subscript", self.pick(sequences), self.pick(SMALL_INTS, [True, -100]))
            self.add("slice", self.pick(sequences), self.pick(bounds), self.pick(bounds),
                     self.pick(steps))
        for container in KINDS:
            for index in (0, "a", 1.5, None, [1]):
                self.add("subscript", container, index)
                self.add("with_item", container, index, 9)
            self.add("slice", container, 0, 2, None)
            self.add("slice", container, "a", None, None)
            self.add("slice", container, None, 1.0, 0)
            self.add("slice", container, 1, None, "x")
            self.add("appended", container, 5)
            self.add("popped", container)
            self.add("popped", container, 0)
            self.add("popped", container, "a")
            self.add("popped", container, [1])
            self.add("iterate", container) if hasattr(container, "__iter__") else None
        for _ in self.times(8):
            self.add("subscript", self.pick(DICTS), self.pick(HASHABLE, UNHASHABLE))
            self.add("with_item", self.pick(DICTS), self.pick(HASHABLE, UNHASHABLE), 9)
            self.add("with_item", self.pick(LISTS), self.pick(SMALL_INTS), "new")
            self.add("popped", self.pick(LISTS), self.pick(SMALL_INTS))
            self.add("popped", self.pick(DICTS), self.pick(HASHABLE, UNHASHABLE))
            self.add("iterate", self.pick(STRINGS, BYTES, LISTS, TUPLES, DICTS, RANGES[:7]))

    def texts(self):
        for value in ANYTHING:
            self.add("repr()", value)
            if str(value) != repr(value):
                self.add("str()", value)
        for error in EXCEPTIONS:
            self.add("exception_line", error)
        for _ in self.times(44):
            self.add("repr()", self.random.uniform(-1, 1) * 10.0 ** self.random.randrange(-310, 308))
        for exponent in range(-7, 20):
            self.add("repr()", 10.0**exponent)
            self.add("repr()", -1.5 * 10.0**exponent)
        for _ in self.times(8):
            text = "".join(self.pick(STRINGS) for _ in range(3))
            self.add("repr()", text)
            self.add("repr()", [text.encode(), {text: (1.5, None)}])

    def formats(self):
        numbers = "bcdoxXneEfFgG%s"
        for _ in self.times(143):
            value = self.pick([self.number()], [self.number()], SMALL_INTS, [True, False], STRINGS)
            is_text = isinstance(value, str)
            spec = self.pick(["", "", "", "<", ">", "^", "=", "*<", "0>", "\u00e9^", "x="])
            spec += self.pick(["", "", "", "", "+", "-", " "])
            spec += self.pick([""] * 11 + ["z"])
            spec += self.pick([""] * 5 + ["#"])
            spec += self.pick([""] * 4 + ["0"])
            spec += self.pick(["", "", "1", "5", "8", "12", "20"])
            spec += self.pick([""] * 5 + [",", "_"])
            spec += self.pick(["", "", "", ".0", ".1", ".2", ".3", ".6", ".10", ".17"])
            spec += self.pick(["", "", "s"] if is_text and self.random.random() < 0.7
                              else ["", *numbers])
            if spec.endswith("c") and not is_text and not isinstance(value, float):
                value = self.pick([65, 233, 0x65E5, 0x1F600, -1, 0x110000])
            self.add("format", value, spec)
        for value in KINDS + EXCEPTIONS[:4]:
            self.add("format", value, "")
            self.add("format", value, "5")
            self.add("format", value, "q")
        for spec in ("xx", ",,", ",_", "_,", "_d,", ".", ".x", "5.", "99999999999999999999", "{",
                     "\u00e9", "<>", "<<", ",s", ",x", "_x", "_c", ",n", "\u0665", "010", "\x01"):
            for value in (12345, -3.5, "ab"):
                self.add("format", value, spec)
        for x in (0.0, -0.0, 1e-10, -0.04, 123456.0, 1e16, NAN, INF, -INF, 99999.95, 0.00012345):
            for spec in ("g", "#g", ".0g", "e", ".0e", "#.0e", ".0f", "#.0f", ".1f", "%", ".1%",
                         "", ".3", ".0", "#", "010", "+", "012.3f", "z.1f", "G", "015,.2f", "n"):
                if self.random.random() < 0.5:
                    self.add("format", x, spec)

    def percents(self):
        for _ in self.times(95):
            flags = "".join(self.pick(["", "", "-", "+", " ", "#", "0"]) for _ in range(2))
            width = self.pick(["", "", "", "4", "9", "*"])
            precision = self.pick(["", "", "", ".0", ".1", ".3", ".8", ".", ".*"])
            kind = self.pick(list("sssrdddiuxXofFeEgGca%"))
            operands = [self.pick([6, -6, 3, 0]) for star in (width, precision) if "*" in star]
            operands.append(self.pick(SMALL_INTS, [self.number()], STRINGS, KINDS))
            if isinstance(operands[-1], float) and abs(operands[-1]) > 2**62 and kind in "diu":
                operands[-1] = -3.7
            if kind == "c" and isinstance(operands[-1], int):
                operands[-1] = self.pick([65, 233, 0x65E5, 0x1F600, -1, 0x110000])
            self.add("%", "<%" + flags + width + precision + kind + ">", tuple(operands))
        for form, operands in (
                ("%s is running", "T1"), ("%s and %s", ("a", 1)), ("%s", (1, 2)), ("%s", ()),
                ("%s %s", 1), ("%s", [1, 2]), ("no", [1]), ("no", {}), ("no", "x"), ("no", 1),
                ("no", ()), ("no", (1,)), ("%", 1), ("%5", 1), ("%z", 1), ("%\u00e9", 1),
                ("\u00e9%y", 1), ("%%", ()), ("%5%|", ()), ("%(a)s", {"a": 1}), ("%(a)s", {}),
                ("%(a)d %(b)s", {"a": 1, "b": []}), ("%(a)s", 1), ("%(a)s", [1]), ("%(a", {}),
                ("%(a(b))s", {"a(b)": 1}), ("%()s", {"": 5}), ("%d", NAN), ("%d", INF),
                ("%d", 2.9), ("%d", -2.9), ("%x", 255), ("%x", -255), ("%X", 255), ("%#x", 255),
                ("%#o", 8), ("%05d", -3), ("%-5d|", 3), ("%+d", 3), ("% d", 3), ("%.3d", 7),
                ("%c", 65), ("%c", "x"), ("%c", "xy"), ("%c", -1), ("%c", 1.5), ("%*d", ("a", 1)),
                ("%*d", (5,)), ("%ld", 5), ("%lld", 5), ("%.2f%%", 99.5), ("%s", None),
                ("%r", "it's"), ("%a", "\u00e9"), ("%s", ValueError("x")), ("%5s|%-5s|", ("a", "b")),
                ("%.2s", "\u65e5\u672c\u8a9e"), ("%s", "\u65e5"), ("%5s", "\u65e5"), ("%", ())):
            self.add("%", form, operands)

    def str_formats(self):
        for form, *arguments in (
                ("{}", 1), ("{} {}", 1, "a"), ("{0} {1} {0}", "x", "y"), ("{}",), ("{1}", 0),
                ("{a}", 1), ("{0} {}", 1, 2), ("{} {0}", 1, 2), ("{", 1), ("}", 1), ("{{}}",),
                ("{{{}}}", 5), ("{!r}", "a"), ("{!s:>5}|", "a"), ("{!a}", "\u00e9"), ("{!x}", 1),
                ("{!}", 1), ("{!r", 1), ("{!", 1), ("{!rx}", 1), ("{:", 1), ("{0", 1), ("{:{", 1),
                ("{:{}}|", "a", 5), ("{:{}.{}f}", 3.14159, 8, 2), ("{0:{1}}", 7, "05"),
                ("{:{:{}}}", 1, 2, 3), ("{0[1]}", [1, 2]), ("{0[a]}", {"a": 5}), ("{0[a]}", [1]),
                ("{0[5]}", [1]), ("{0[0]}", 5), ("{0[0][1]}", [[1, 2]]), ("{0[]}", [1]),
                ("{0[0}", [1]), ("{0[0]x}", [1]), ("{0.}", 1), ("{0.nope}", 1), ("{.nope}", "a"),
                ("{[0]}", "abc"), ("{0[-1]}", {"-1": 2}), ("{:>10}|{:^10}|{:<10}|", "a", "b", "c"),
                ("{:,}", 1234567), ("{:.2f}", 2.675), ("{:d}", "a"), ("{:5}", None), ("{}", None),
                ("{:%}", 0.25), ("x{}y{}z", "\u65e5", [1, "\u65e5"]), ("{99999999999999999999}", 1),
                ("{ 0}", 1), ("{0 }", 1), ("{:}}", 1), ("{}}", 1), ("{{}", 1), ("}}",), ("{{",),
                ("{0!r:^9}", "ab"), ("{:\u00e9^5}", "a"), ("{0[a}b]}", {"a}b": 1}), ("{a[0]}", 1),
                ("",), ("", 1), ("{:{}}", 1), ("{!\u00e9}", 1), ("{-1}", 1), ("{0.x[0]}", 1)):
            self.add(".format", form, *arguments)
        for _ in self.times(14):
            form = "".join(self.pick(["a", " ", "{}", "{0}", "{1}", "{!r}", "{:>4}", "{:{}}", "{{",
                                      "}}", "{", "}"]) for _ in range(4))
            self.add(".format", form, *(self.pick(SMALL_INTS, ["a", "\u65e5"]) for _ in range(3)))

    def builtins(self):
        for name in BUILTINS:
            for value in KINDS:
                self.add(name, value)
            for count in (0, 2, 3, 4):
                if name != "str()" or count == 0:  # str(bytes, encoding) is left out
                    self.add(name, *range(1, count + 1))
            for _ in self.times(3):
                self.add(name, self.pick(LISTS, TUPLES, STRINGS, BYTES, DICTS, RANGES[:7]))
        for _ in self.times(15):
            self.add("abs()", self.number())
            self.add("int()", self.number())
            self.add("float()", self.number())
            self.add("round()", self.number())
            self.add("round()", self.number(), self.pick(SMALL_INTS, [None, -1, -2, -3, 15, 400]))
        for x in (0.5, 1.5, 2.5, -0.5, 2.675, 1e22, 5e15 + 0.5, 25.0, 35.0, 1.7e308, 12345.678):
            for places in (None, 0, 1, 2, -1, -2, -308, -309, 323, 324, "a", 1.0):
                self.add("round()", x, places)
        for n in (15, 25, 35, -15, -25, 5, 4, 6, 149, 150, 151, 250, INT_MAX, INT_MIN):
            for places in (-1, -2, -18, -19, -20, 0, 3, True):
                self.add("round()", n, places)
        texts = ["0", "12", " 12 ", "-3", "+3", "--3", "1_000", "1__0", "_1", "1_", "0x1f", "0X1F",
                 "0b101", "0o17", "1f", "z", "", " ", "\u0665\u0666", "12\u00a0", "1.5", "9" * 18,
                 "9223372036854775807", "9223372036854775808", "-9223372036854775808", "9" * 30,
                 "010", "0", "00", "0_0", "0x", "0x_f", "-0x1f", "1 2", "\u00b2", "it's", "1\n"]
        for text in texts:
            self.add("int()", text)
            self.add("float()", text)
            for base in (0, 2, 8, 10, 16, 36):
                if self.random.random() < 0.4:
                    self.add("int()", text, base)
        for text in ("1.5", ".5", "5.", ".", "1e5", "1e", "1e+5", "-1E-5", "inf", "-Infinity",
                     "nan", "NaN", "+nan", "infinit", "1e400", "-1e400", "1e-400", "1_0.5_0",
                     "1_.5", "1._5", "0x1p3", "1e5_0", " 2.5\n", "1e99999999999999999999",
                     "1e-99999999999999999999", "0e999", "4.9e-324", "2e-324",
                     "1.7976931348623159e308", "123456789012345678901234567890", "0.1e1", "e5",
                     "0.0000000000000000000000000000001e40", "\u0661.\u0662", "1d5", "1e5L"):
            self.add("float()", text)
        for value in (b"12", b" 7 ", b"x", b"\xff", b"1_0", b""):
            self.add("int()", value)
            self.add("float()", value)
        for arguments in (("1", 1), ("1", 37), ("1", -1), ("1", "a"), (5, 10), ("10", True),
                          ("10", 2.0), ([], 10), ("7", INT_MAX)):
            self.add("int()", *arguments)
        for arguments in ((5,), (2, 5), (5, 2), (0, 10, 3), (10, 0, -3), (0, 5, 0), ("a",), (1.0,),
                          (None,), (1, "a"), (1, 2, 2.0), (True,), (INT_MIN, INT_MAX)):
            self.add("range()", *arguments)
        self.add("len()", range(INT_MAX))
        self.add("len()", range(INT_MIN, INT_MAX))
        for _ in self.times(10):
            numbers = [self.pick(SMALL_INTS, [self.number()]) for _ in range(self.random.randrange(9))]
            mixed = [self.pick(SMALL_INTS, [1.5], ["a", "b"]) for _ in range(3)]
            words = [self.pick(STRINGS) for _ in range(5)]
            for name in ("min()", "max()", "sorted()", "any()", "all()", "reversed()"):
                self.add(name, self.pick([numbers], [mixed], [words]))
            self.add("sum()", [n for n in numbers if abs(n) < 2**40])
            self.add("sum()", mixed)
            self.add("sum()", self.pick(LISTS), self.pick(KINDS))
            self.add(self.pick(["min()", "max()"]), *mixed)
            self.add("zip()", *(self.pick(LISTS, TUPLES, ["ab", "\u65e5\u672c\u8a9e"])
                                for _ in range(self.random.randrange(4))))
            self.add("enumerate()", self.pick(LISTS, STRINGS, DICTS), self.pick(SMALL_INTS))
        for n in (20, 63, 64, 65, 200):
            self.add("sorted()", [self.random.randrange(n) for _ in range(n)])
        self.add("sorted()", [1.0, 1, True, 0, False, 0.0, -0.0])
        self.add("sorted()", [3, NAN, 1, NAN, 2])
        self.add("sum()", [[1], [2]], [])
        self.add("sum()", [0.1] * 10)
        self.add("sum()", [INT_MAX, 1])
        for argument in ([("a", 1), ["b", 2]], ["ab", "cd"], [(1, 2), (1, 3)], [1], ["abc"],
                         [([], 1)], {"a": 1}, "ab", [(1,)], ["ab", 5], [{1: 2, 3: 4}]):
            self.add("dict()", argument)
        for n in (0, 65, 233, 0x65E5, 0x10FFFF, 0x110000, -1, True, "a", 1.5):
            self.add("chr()", n)
        for text in ("a", "\u00e9", "\U0001f600", "", "ab", b"a", b"ab"):
            self.add("ord()", text)
        self.add("enumerate()", [1], "a")
        self.add("enumerate()", 5, "a")

    def methods(self):
        for name in METHODS:
            receivers = STRINGS + LISTS + TUPLES + DICTS
            for receiver in KINDS:
                if isinstance(receiver, range) and name in ("count", "index"):
                    continue
                self.add("." + name, receiver)
                self.add("." + name, receiver, 1)
                if name in ("encode", "decode"):
                    continue
                self.add("." + name, receiver, "a", "b")
                self.add("." + name, receiver, [1], 2, 3, 4)
            for _ in self.times(6):
                receiver = self.pick(receivers, STRINGS, STRINGS)
                operand = self.pick(STRINGS, [receiver[:1] if hasattr(receiver, "find") else 1])
                self.add("." + name, receiver, *self.pick([()], [(operand,)]))
        for name in ("find", "index", "count", "startswith", "endswith"):
            for _ in self.times(14):
                text = self.pick(STRINGS)
                at = self.random.randrange(len(text) + 1)
                wanted = text[at:at + self.random.randrange(3)]
                bounds = [self.pick(SMALL_INTS, [None]) for _ in range(self.random.randrange(3))]
                self.add("." + name, text, wanted, *bounds)
        for name in ("startswith", "endswith"):
            for wanted in (("a", "x"), (), ("x", 1), (1,), ("ab", 1), None, b"a"):
                self.add("." + name, "abc", wanted)
            for wanted in (b"a", b"c", (b"x", b"a"), ("a",), "a", b"", 97):
                self.add("." + name, b"abc", wanted)
                self.add("." + name, b"abc", wanted, 1, -1)
            self.add("." + name, "abc", "a", "x")
        for name in ("strip", "lstrip", "rstrip"):
            for text in STRINGS:
                self.add("." + name, text)
            for text, chars in (("xxabcxx", "x"), ("xyabcyx", "xy"), ("\u00e9a\u00e9", "\u00e9"),
                                ("\u00e9a\u00e8", "\u00e8"), ("abc", ""), ("aaa", "a"),
                                ("abc", None), (b" a\n", None), (b"xax", b"x"), (b"a", "a"),
                                ("a", b"a")):
                self.add("." + name, text, chars)
        for text in STRINGS:
            self.add(".split", text)
            self.add(".title", text)
            self.add(".capitalize", text)
            self.add(".upper", text)
            self.add(".lower", text)
            for name in PREDICATES:
                self.add("." + name, text)
        for _ in self.times(14):
            self.add(".split", self.pick(STRINGS), self.pick(["a", " ", "X", "", ",", None, "b"]),
                     *self.pick([()], [(self.pick(SMALL_INTS),)]))
            self.add(".replace", self.pick(STRINGS), self.pick(["a", "", "b", "abc", "\u65e5"]),
                     self.pick(["", "X", "\u00e9\u00e9"]),
                     *self.pick([()], [(self.pick(SMALL_INTS),)]))
            self.add(".zfill", self.pick(STRINGS), self.pick(SMALL_INTS))
        for arguments in (([],), (["a"],), (["a", "b"],), (("a", "b", "c"),), ("abc",), ({"x": 1},),
                          (["a", 1],), ([b"a"],), (5,), (range(2),)):
            self.add(".join", ", ", *arguments)
        for encoding in ("utf-8", "UTF-8", "utf8", "ascii", "latin-1", "ISO-8859-1", "nope"):
            for text in ("", "abc", "\u00e9", "a\u00e9\u00e8b\u00e9", "\u65e5", "x\U0001f600",
                         "\u00e9\u0416x\u0416"):
                self.add(".encode", text, encoding)
            for data in (b"", b"abc", b"\xff", b"a\xc3\xa9", b"a\xc3", b"\xe2\x82", b"\xe2\x28\xa1",
                         b"\x80", b"\xf0\x9f\x98\x80", b"\xf0\x9f\x98", b"\xed\xa0\x80",
                         b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe2\x82x"):
                self.add(".decode", data, encoding)
        for errors in ("strict", "ignore", "replace", "REPLACE", "", None, 3):
            for encoding in ("utf-8", "ascii", "latin-1"):
                for text in ("", "abc", "a\u00e9\u65e5\u65e5b\u65e5", "\U0001f600"):
                    self.add(".encode", text, encoding, errors)
                for data in (b"", b"abc", b"\xff\xfe", b"a\xc3\xa9\xc3", b"\xe2\x82x\xff\xf0\x9f\x98b",
                             b"\xed\xa0\x80\xc0\xaf", b"\xf4\x90\x80\x80y"):
                    self.add(".decode", data, encoding, errors)
        self.add(".decode", b"a", "utf-8", "strict", 1)
        self.add(".encode", "a", "utf-8\0")
        self.add(".decode", b"a", "utf-8", "x\0")
        for text in ("aB", "AB1", "ab\u00df", "\u00aa\u00ba", "\u0416\u0436", "\u0416", "\u0391\u03a9", "\u03b1",
                     "1\u00bd", "\u2160", "\u65e5\u672c", "\u0301", "a\u0301", "\x1c", "\u2003\xa0", "\x85",
                     "\u01c5", "A\u01c5", "\u01c5a", "\u0390", "\u03d2", "\U0001d400", "\u10a0", "_", "a_1", "\u0663", "\u2155x", "\U00020000", "x\U0001f600"):
            for name in PREDICATES:
                self.add("." + name, text)
        for data in (b"aB", b"AB1", b"\x1c", b"\t\x0b \r", b"a\xe9", b"\xe9", b"\xaa", b"1a", b" a"):
            for name in PREDICATES:
                self.add("." + name, data)
        for key in HASHABLE + UNHASHABLE:
            self.add(".get", self.pick(DICTS), key)
            self.add(".get", self.pick(DICTS), key, "default")
        for container in ([1, 2, 1, 1.0, True], ("a", "b", "a"), [NAN, [1], [1]]):
            for item in (1, "a", 2.0, [1], NAN, "z"):
                self.add(".count", container, item)
                self.add(".index", container, item)
                self.add(".index", container, item, 1)
                self.add(".index", container, item, -2, 100)

    def methods_of_texts(self):
        """What str and bytes share, and what each says of the other's arguments."""
        lines = ["a\nb", "a\r\nb\r", "\n", "a\n\rb\n", "x\x0by\x0cz\x1c\x1d\x1e|\x85|\u2028|\u2029|"]
        alike = [text.encode("latin-1", "replace") for text in STRINGS + lines]
        pools = ((STRINGS + lines, ["a", "b", "ab", "", " ", ",", "X", "\u65e5", "\n", "\r\n", " \t"]),
                 (BYTES + alike, [b"a", b"b", b"ab", b"", b" ", b",", b"X", b"\xff", b"\n", b"\r\n", b" \t"]))
        for texts, parts in pools:
            for text in texts:
                for name in ("title", "capitalize", "splitlines", "split", "rsplit",
                             "upper", "lower", "strip"):
                    if isinstance(text, bytes) or name in ("rsplit", "splitlines"):
                        self.add("." + name, text)
                for name in PREDICATES:
                    if isinstance(text, bytes):
                        self.add("." + name, text)
                self.add(".splitlines", text, True)
            for _ in self.times(16):
                text, part = self.pick(texts), self.pick(parts, parts, [None])
                for name in ("split", "rsplit"):
                    self.add("." + name, text, part)
                    self.add("." + name, text, part, self.pick(SMALL_INTS))
                part = self.pick(parts)
                for name in ("partition", "rpartition", "removeprefix", "removesuffix"):
                    self.add("." + name, text, part)
                bounds = [self.pick(SMALL_INTS, [None]) for _ in range(self.random.randrange(3))]
                for name in ("find", "rfind", "index", "rindex", "count"):
                    self.add("." + name, text, part, *bounds)
                self.add(".replace", text, part, self.pick(parts))
                self.add(".replace", text, part, self.pick(parts), self.pick(SMALL_INTS))
                self.add(".zfill", text, self.pick(SMALL_INTS))
                self.add(".join", part, [self.pick(texts) for _ in range(self.random.randrange(4))])
        for receiver in ("abc", b"abc"):
            for argument in ("b", b"b", 98, 256, -1, None, 1.5, True, [b"b"]):
                for name in ("split", "rsplit", "partition", "rpartition", "find", "rfind", "index",
                             "rindex", "count", "removeprefix", "removesuffix", "splitlines", "join",
                             "zfill"):
                    self.add("." + name, receiver, argument)
                self.add(".replace", receiver, argument, receiver)
                self.add(".replace", receiver, receiver, argument)
            self.add(".find", receiver, receiver[:1], "x")
            self.add(".find", receiver, 1.5, "x")
            self.add(".splitlines", receiver, 2**40)
            for times in (2**62, -(2**62), INT_MAX):
                self.add("*", receiver, times)
                self.add("*", times, receiver[:0])
        for joined in ([], [b"a"], (b"a", b"b"), [b"a", 1], ["a"], b"ab", 5, "ab", {b"x": 1}):
            self.add(".join", b", ", joined)

    def percents_of_bytes(self):
        for _ in self.times(60):
            flags = "".join(self.pick(["", "", "-", "+", " ", "#", "0"]) for _ in range(2))
            width = self.pick(["", "", "", "4", "9", "*"])
            precision = self.pick(["", "", "", ".0", ".1", ".3", ".8", ".", ".*"])
            kind = self.pick(list("sbbradddiuxXofFeEgGca%"))
            operands = [self.pick([6, -6, 3, 0]) for star in (width, precision) if "*" in star]
            operands.append(self.pick(SMALL_INTS, [self.number()], BYTES, KINDS))
            if isinstance(operands[-1], float) and abs(operands[-1]) > 2**62 and kind in "diu":
                operands[-1] = -3.7
            form = "<%" + flags + width + precision + kind + ">"
            self.add("%", form.encode(), tuple(operands))
        for form, operands in (
                (b"%s", b"x"), (b"%b", "x"), (b"%s", 1), (b"%d", 3), (b"GET %s\r\n", (b"/",)),
                (b"%a", "\u00e9"), (b"%r", "\u00e9"), (b"%c", 255), (b"%c", 256), (b"%c", b"x"),
                (b"%c", b"xy"), (b"%c", "x"), (b"no", b"x"),
                (b"no", "x"), (b"no", [1]), (b"no", {}), (b"no", 1), (b"no", (1,)), (b"%%", ()),
                (b"%", 1), (b"%5", 1), (b"%(a)s", {b"a": b"1"}), (b"%(a)s", {"a": b"1"}),
                (b"%(a)d", 1), (b"%(a", {}), (b"%*d", ("a", 1)), (b"%s %s", (b"a",)), (b"%f", "x"),
                (b"%x", 1.5), (b"%i", NAN), (b"%.2s|%5s|%-5s|", (b"abc", b"a", b"b"))):
            self.add("%", form, operands)


def too_much(name, left, right):
    """What would take Python gigabytes, or what lockstep leaves out."""
    kinds = (type(left), type(right))
    if name == "|" and type in kinds:
        return True
    if not all(isinstance(x, int) for x in (left, right)):
        return False
    if name == "**":
        return abs(left) > 1 and right > 200
    return name == "<<" and right > 1000


def make(seed=1, factor=1):
    cases = Cases(seed, factor)
    for part in (cases.operators, cases.comparisons, cases.containment, cases.subscripts,
                 cases.texts, cases.formats, cases.percents, cases.str_formats, cases.builtins,
                 cases.methods, cases.methods_of_texts, cases.percents_of_bytes):
        part()
    return "".join(line + "\n" for line in cases.lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--factor", type=int, default=1, help="more random cases")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(make(arguments.seed, arguments.factor))


if __name__ == "__main__":
    main()
