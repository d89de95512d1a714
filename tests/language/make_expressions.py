#!/usr/bin/env python3
"""Asks Python how it understands expressions, and writes expressions.txt.

    make_expressions.py > expressions.txt     the committed file; CPython 3.11, always the same
    make_expressions.py --seed 7 --count 20000 > more.txt
    LOCKSTEP_EXPRESSIONS=more.txt lockstep_tests "[expression]"

A line is an expression, a tab, and the same with all parentheses, as to_text() of
tests/support/expression_text.h writes it: "1 + 2 * x[0]" and "(1 + (2 * x[0]))".
"""

import argparse
import ast
import random
import sys

UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not "}
BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//",
          ast.Mod: "%", ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
          ast.LShift: "<<", ast.RShift: ">>"}
COMPARISON = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
              ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is",
              ast.IsNot: "is not"}

# What random words would seldom say.
BY_HAND = r"""
not a in b
not a == b
a not in b is not c
-2 ** 2
2 ** -1 ** 2
-a ** -b
~a ** b
a if b else c if d else e
(a if b else c) if d else e
a or b and not c
a < b < c == d != e
a < (b < c)
1,
1, 2,
()
(1)
(1,)
((), [], {})
x[1, 2]
x[1,]
x[:]
x[::]
x[1:]
x[:-1]
x[::2]
x[a:b:c]
x[a:b]
x[(1, 2)]
f()(0) if 0 else 1
'a' "b" 'c'
'a' f'{b}' 'c'
f'' 'a'
f'a'
f'{a}{b}'
f'{{}}{a}}}'
f'{a!r}'
f'{a!s:>10}'
f'{a:>{w}}'
f'{a:{b}{c}x}'
f'{a=}'
f'{a = }'
f'{a + b = !s}'
f'{a=:>4}'
f'{a if b else c}'
f'{a, b}'
f'{a!=b}'
f'{a==b}'
f'{d["k"]}'
f'{ {1: 2}[1] }'
f"{'a' + 'b'}"
f'''{a}'{b}"'''
rf'\d{a}\n'
fr'{a}\\'
r'\n' '\n'
R'\''
'\x41\u0042\U00000043\104\0'
'\a\b\f\v\r\t\\\'\"'
'\q\ '
b'\x00\xff\'' b"\n"
Rb'\n'
bR'\\'
u'\u00e9'
'\u65e5\u672c'
1_000_000
0xFF_ff
0X1f
0o17
0b1_01
00
0_0
1.
.5
1e3
1E-3
1_0.0_1e+1_0
1.5e308
1e400
-1e-400
9223372036854775807
-9223372036854775808
- 9223372036854775808
-9_223_372_036_854_775_808
1if a else 2
1or 2
0x1for_
a.b.c
a.b().c(1)[2].d
1 .real
1.0.real
(1).real
{}.get(1)
{1: 2, **{}} if 0 else 0
'%s' % a
lambda_
Truth
is_not
_
a   .   b
a [ 1 ]
f ( 1 , 2 , )
[1, 2, ]
{1: 2, }
(1, 2, )
not not a
- - + ~ a
a - -b
a--b
a**b**c
a-b-c
a/b/c*d//e%f
a<<b>>c
a|b^c&d
a&b|c
a|b<c|d
a+b in c
a and b or c and d
a or (b and c) or d
"""
# Python's, and not lockstep's: the golden file leaves them out.
LEFT_OUT = {"f()(0) if 0 else 1", "{1: 2, **{}} if 0 else 0", "0x1for_"}


def constant(value):
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if isinstance(value, float):
        return "float('inf')" if value == float("inf") else repr(value)
    return repr(value)


def shape(node):
    kind = type(node)
    if kind is ast.Expression:
        return shape(node.body)
    if kind is ast.Constant:
        return constant(node.value)
    if kind is ast.Name:
        return node.id
    if kind is ast.UnaryOp:
        operand = node.operand
        # The least integer is one literal for lockstep, since 2 ** 63 is none.
        if (isinstance(node.op, ast.USub) and isinstance(operand, ast.Constant)
                and type(operand.value) is int and operand.value == 2 ** 63):
            return "-9223372036854775808"
        return f"({UNARY[type(node.op)]}{shape(operand)})"
    if kind is ast.BinOp:
        return f"({shape(node.left)} {BINARY[type(node.op)]} {shape(node.right)})"
    if kind is ast.Compare:
        text = shape(node.left)
        for op, right in zip(node.ops, node.comparators):
            text += f" {COMPARISON[type(op)]} {shape(right)}"
        return f"({text})"
    if kind is ast.BoolOp:
        word = " and " if isinstance(node.op, ast.And) else " or "
        return "(" + word.join(map(shape, node.values)) + ")"
    if kind is ast.IfExp:
        return f"({shape(node.body)} if {shape(node.test)} else {shape(node.orelse)})"
    if kind is ast.Call:
        return shape(node.func) + "(" + ", ".join(map(shape, node.args)) + ")"
    if kind is ast.Attribute:
        return f"{shape(node.value)}.{node.attr}"
    if kind is ast.Subscript:
        if isinstance(node.slice, ast.Slice):
            parts = (node.slice.lower, node.slice.upper, node.slice.step)
            return shape(node.value) + "[" + ":".join(shape(p) if p else "" for p in parts) + "]"
        return f"{shape(node.value)}[{shape(node.slice)}]"
    if kind is ast.List:
        return "[" + ", ".join(map(shape, node.elts)) + "]"
    if kind is ast.Tuple:
        comma = "," if len(node.elts) == 1 else ""
        return "(" + ", ".join(map(shape, node.elts)) + comma + ")"
    if kind is ast.Dict:
        return "{" + ", ".join(f"{shape(k)}: {shape(v)}"
                               for k, v in zip(node.keys, node.values)) + "}"
    if kind is ast.JoinedStr:
        return text_shape(node)
    raise NotImplementedError(ast.dump(node))


def text_shape(node):
    """Neighbouring texts are one piece, and an f-string of nothing else is a plain string."""
    pieces, text = [], None
    for value in node.values:
        if isinstance(value, ast.Constant):
            text = (text or "") + value.value
            continue
        if text:
            pieces.append(repr(text))
        text = None
        piece = "{" + shape(value.value)
        if value.conversion != -1:
            piece += "!" + chr(value.conversion)
        if value.format_spec and value.format_spec.values:
            piece += ":" + text_shape(value.format_spec)
        pieces.append(piece + "}")
    if not pieces:
        return repr(text or "")
    if text:
        pieces.append(repr(text))
    return "f(" + ", ".join(pieces) + ")"


class Writer:
    """Random expressions, with just as many parentheses and blanks as chance has it."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def blank(self):
        return self.random.choice(["", "", " ", " ", "  "])

    def name(self):
        return self.random.choice("a b c x y n xs temp forks".split())

    def number(self):
        return self.random.choice(
            ["0", "1", "2", "7", "10", "1_000", "0xff", "0o17", "0b11", "1.5", ".5", "1.", "2e3",
             "1e-7", "9223372036854775807", "268435456", "1e16", "123456789012345678"])

    def string(self):
        quote = self.random.choice(["'", '"'])
        body = "".join(self.random.choice(["a", "b", " ", "%", "\\n", "\\t", "\\\\", "\u00e9",
                                           "\\x41", "\\u00e9", "#", "{", "}"])
                       for _ in range(self.random.randrange(4)))
        return self.random.choice(["", "", "r", "u"]) + quote + body + quote

    def f_string(self, depth):
        pieces = []
        for _ in range(self.random.randrange(4)):
            kind = self.random.randrange(3)
            if kind == 0:
                pieces.append(self.random.choice(["a", " ", "{{", "}}", "\\n", "x="]))
                continue
            inner = self.expression(0 if depth <= 1 else 1, quotes=False)
            if inner[0] == "{" or inner[-1] in "=!<>":
                inner = f"({inner})"
            field = "{" + inner
            if self.random.random() < 0.2:
                field += self.random.choice(["=", " = "])
            if self.random.random() < 0.3:
                field += self.random.choice(["!r", "!s"])
            if self.random.random() < 0.3:
                field += self.random.choice([":", ":>3", ":{n}", ":^{n}.2", ":,d"])
            pieces.append(field + "}")
        quote = self.random.choice(["'", '"', "'''"])
        return self.random.choice(["f", "F"]) + quote + "".join(pieces) + quote

    def atom(self, quotes):
        kinds = [self.name, self.name, self.number,
                 lambda: self.random.choice(["True", "False", "None"])]
        if quotes:
            kinds += [self.string, lambda: self.string() + " " + self.string()]
        return self.random.choice(kinds)()

    def items(self, depth, quotes, least=0):
        count = self.random.randrange(least, 4)
        items = [self.expression(depth - 1, quotes) for _ in range(count)]
        comma = "," + self.blank()
        tail = comma if items and self.random.random() < 0.2 else ""
        return comma.join(items) + tail, count, bool(tail)

    def primary(self, depth, quotes):
        text = self.expression(depth - 1, quotes)
        if not text.isidentifier() and not text.startswith("("):
            text = f"({text})"
        return text if text not in ("True", "False", "None") else self.name()

    def expression(self, depth, quotes=True):
        if depth <= 0:
            return self.atom(quotes)
        b = self.blank()
        inner = lambda: self.expression(depth - 1, quotes)  # noqa: E731
        kind = self.random.randrange(17)
        if kind < 5:
            op = self.random.choice(list(BINARY.values()))
            return f"{inner()} {op} {inner()}" if self.random.random() < 0.7 else \
                f"{inner()}{op}{b}{inner()}"
        if kind == 5:
            return self.random.choice("-+~") + b + inner()
        if kind == 6:
            return "not " + inner()
        if kind == 7:
            text = inner()
            for _ in range(self.random.randrange(1, 4)):
                text += f" {self.random.choice(list(COMPARISON.values()))} {inner()}"
            return text
        if kind == 8:
            return f" {self.random.choice(['and', 'or'])} ".join(
                inner() for _ in range(self.random.randrange(2, 4)))
        if kind == 9:
            return f"{inner()} if {inner()} else {inner()}"
        if kind == 10:
            return f"{self.name()}{b}({b}{self.items(depth, quotes)[0]})"
        if kind == 11:
            return f"{self.primary(depth, quotes)}.{self.name()}({self.items(depth, quotes)[0]})"
        if kind == 12:
            index = self.random.choice([
                inner, lambda: f"{inner()}:{inner()}", lambda: f":{inner()}",
                lambda: f"{inner()}:", lambda: f"::{inner()}",
                lambda: f"{inner()},{b}{inner()}"])()
            return f"{self.primary(depth, quotes)}[{index}]"
        if kind == 13:
            return f"[{self.items(depth, quotes)[0]}]"
        if kind == 14:
            text, count, tail = self.items(depth, quotes)
            return f"({text}{',' if count == 1 and not tail else ''})"
        if kind == 15:
            return "{" + ", ".join(f"{inner()}:{b}{inner()}"
                                   for _ in range(self.random.randrange(3))) + "}"
        if quotes:
            return self.f_string(depth)
        return f"({inner()})"


def understood(text):
    """The expression with all its parentheses; None where Python does not take it."""
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of "is" with literals, and of \q
        try:
            return shape(ast.parse(text, mode="eval"))
        except (SyntaxError, ValueError):
            return None


def make(seed=1, count=1500):
    lines = []
    for text in BY_HAND.strip().split("\n"):
        if text not in LEFT_OUT:
            result = understood(text)
            assert result is not None, text
            lines.append((text, result))
    writer = Writer(seed)
    seen = {text for text, _ in lines}
    while len(lines) < count:
        text = writer.expression(writer.random.randrange(1, 4))
        result = understood(text)
        if result is None or text in seen or len(text) > 200:
            continue
        seen.add(text)
        lines.append((text, result))
    return "".join(f"{text}\t{result}\n" for text, result in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1500)
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(make(options.seed, options.count))


if __name__ == "__main__":
    main()
