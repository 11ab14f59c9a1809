"""A recursive-descent parser for the formulas that users type."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NoReturn

from flint import fmpq, fmpz

from pgb.errors import InputError
from pgb.expressions import tree as build
from pgb.expressions.functions import ALIASES, CONSTANTS, FUNCTIONS, call
from pgb.expressions.tree import Constant, DivisionByZeroError, Name, Tree, TreeError

MAX_DIGITS = 10_000
MAX_DECIMAL_EXPONENT = 1000

_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)|(?P<symbol>\*\*|[-+*/^(),])|(?P<end>\Z)|(?P<other>.))",
    re.ASCII | re.DOTALL,
)


def parse(text: str, names: Collection[str] = ()) -> Tree:
    """Parse a formula with the given names of parameters and inputs.

    The grammar: ``+ - * / ^`` (``**`` means ``^``), parentheses, integers, decimals and scientific
    notation (all rational), ``pi``, ``e``, the names, and the functions in ``FUNCTIONS``
    (``leaky_relu(x, slope below 0, slope above 0)``). Exponents are integers or 1/2.

    Raises:
        InputError: one sentence with the position, what was found and what is allowed.
    """
    if not isinstance(text, str):
        raise InputError(f"expression: found {type(text).__name__}, expected a string")
    if len(text) > build.MAX_LENGTH:
        raise InputError(
            f"expression: found {len(text)} characters, expected at most {build.MAX_LENGTH}"
        )
    return _Parser(text, names).whole()


class _Parser:
    """The text, the current token, and one method per rule of the grammar."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text = text
        self.names = names
        self.depth = 0
        self.advance(0)

    def advance(self, start: int) -> None:
        match = _TOKEN.match(self.text, start)
        assert match is not None and match.lastgroup is not None
        self.kind: str = match.lastgroup
        self.token: str = match.group(self.kind)
        self.position = match.start(self.kind)
        self.next_start = match.end()

    def take(self) -> str:
        token = self.token
        self.advance(self.next_start)
        return token

    def fail(self, position: int, found: str, expected: str) -> NoReturn:
        shown = self.text if len(self.text) <= 60 else self.text[:57] + "..."
        raise InputError(
            f"expression {shown!r}, position {position + 1}: found {found}, expected {expected}"
        )

    def unexpected(self, expected: str) -> NoReturn:
        found = "the end of the text" if self.kind == "end" else repr(self.token[:40])
        self.fail(self.position, found, expected)

    def whole(self) -> Tree:
        try:
            result = self.sum()
            if self.kind != "end":
                self.unexpected("an operator + - * / ^ or the end of the text")
            build.check_size(result)
        except DivisionByZeroError as error:
            self.fail(self.position, str(error), "a nonzero divisor")
        except TreeError as error:
            self.fail(self.position, str(error), "a smaller or different expression")
        return result

    def sum(self) -> Tree:
        result = self.product()
        while self.token in ("+", "-"):
            minus = self.take() == "-"
            term = self.product()
            result = build.add(result, build.negate(term) if minus else term)
        return result

    def product(self) -> Tree:
        result = self.signed()
        while self.token in ("*", "/"):
            quotient = self.take() == "/"
            factor = self.signed()
            result = (build.divide if quotient else build.multiply)(result, factor)
        return result

    def signed(self) -> Tree:
        minus = False
        while self.token in ("+", "-"):
            minus ^= self.take() == "-"
        result = self.power()
        return build.negate(result) if minus else result

    def power(self) -> Tree:
        base = self.atom()
        if self.token not in ("^", "**"):
            return base
        self.take()
        self.deeper()
        exponent = self.signed()
        self.depth -= 1
        return build.power(base, exponent)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > build.MAX_DEPTH:
            raise TreeError(f"an expression nested deeper than {build.MAX_DEPTH} levels")

    def atom(self) -> Tree:
        if self.kind == "number":
            return self.number()
        if self.kind == "name":
            return self.named()
        if self.token == "(":
            return self.parenthesised()[0]
        self.unexpected("a number, a name, a function or '('")

    def parenthesised(self, several: bool = False) -> tuple[Tree, ...]:
        self.take()
        self.deeper()
        args = [self.sum()]
        while several and self.token == ",":
            self.take()
            args.append(self.sum())
        if self.token != ")":
            self.unexpected("')' or an operator + - * / ^")
        self.take()
        self.depth -= 1
        return tuple(args)

    def number(self) -> Tree:
        position, token = self.position, self.take()
        mantissa, _, exponent = token.lower().partition("e")
        whole, _, fraction = mantissa.partition(".")
        if len(whole) + len(fraction) > MAX_DIGITS:
            self.fail(position, f"a number of more than {MAX_DIGITS} digits", "a shorter one")
        # The length is looked at first: int() of a long text is slow or refused.
        if len(exponent) > 6 or abs(int(exponent or 0)) > MAX_DECIMAL_EXPONENT:
            limit = f"a power of ten from -{MAX_DECIMAL_EXPONENT} to {MAX_DECIMAL_EXPONENT}"
            self.fail(position, f"the exponent {exponent[:12]}", limit)
        scale = int(exponent or 0) - len(fraction)
        digits = fmpq(fmpz((whole + fraction).lstrip("0") or "0"))
        return build.number(digits * fmpq(10) ** scale)

    def named(self) -> Tree:
        position, name = self.position, self.take()
        if name in self.names:
            return Name(name)
        function = ALIASES.get(name, name) in FUNCTIONS
        if self.token == "(" and function:
            return call(name, self.parenthesised(several=True))
        if name in CONSTANTS:
            return Constant(name)
        if function:
            self.unexpected(f"'(' after the function {name}")
        kind = "function" if self.token == "(" else "name"
        self.fail(position, f"the unknown {kind} {name[:40]!r}", self.allowed())

    def allowed(self) -> str:
        names = sorted(self.names)
        listed = ", ".join([*names[:12], "..."] if len(names) > 12 else names)
        known = f"a name ({listed}), " if names else ""
        return f"{known}a constant ({', '.join(CONSTANTS)}) or a function ({', '.join(FUNCTIONS)})"
