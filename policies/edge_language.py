"""Cloudflare's rules language, as far as it takes to tell which requests an expression is true of.

`(http.host eq "a.example" and not starts_with(http.request.uri.path, "/hook"))`: operators in words or signs, lists,
networks, ranges, raw texts and functions. What is not known of a request (a bot's score, a header) leaves the answer
open instead of guessing it. Source: Cloudflare's documentation of the Ruleset Engine, "Rules language".
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from policies.edge_terms import (
    FUNCTIONS,
    Request,
    Term,
    applied,
    both,
    comparison,
    either,
    is_address,
    negated,
    one_of_two,
    unknown,
)

LONGEST, DEEPEST = 16_384, 60
"""Four times what Cloudflare takes; how deep parentheses may nest."""


class Unreadable(Exception):
    """It is no expression of the language, or one of a part of it that is not known here."""


def holds(expression: str, request: Request) -> bool | None:
    """Whether the expression is true of a request; None where that depends on what is not known of it.

    Raises:
        Unreadable: it cannot be read.
    """
    value = _parsed(expression)(request)
    return value if isinstance(value, bool) else None


@lru_cache(maxsize=4096)
def _parsed(expression: str) -> Term:
    if len(expression) > LONGEST:
        raise Unreadable("the expression is too long")
    return _Parser(expression).whole()


_TOKEN = re.compile(
    r"""\s*(?:
        r(?P<marks>\#*)"(?P<raw>.*?)"(?P=marks)
      | "(?P<text>(?:[^"\\]|\\.)*)"
      | (?P<sign>&&|\|\||\^\^|==|!=|<=|>=|[<>~!&(){}\[\],$])
      | (?P<word>[A-Za-z0-9_.:/*-]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {"&&": "and", "||": "or", "^^": "xor", "!": "not", "==": "eq", "!=": "ne", "~": "matches"}
_SIGNS |= {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "&": "bitwise_and"}
_COMPARED = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "contains", "matches", "wildcard", "in", "bitwise_and"})


class _Parser:
    """Recursive descent: or, xor, and, not, comparison."""

    def __init__(self, expression: str) -> None:
        self._tokens = list(_tokens(expression))
        self._at, self._depth = 0, 0

    def whole(self) -> Term:
        term = self._any()
        if self._at < len(self._tokens):
            raise Unreadable(f"{self._tokens[self._at][1]!r} is not expected there")
        return term

    def _any(self) -> Term:
        return self._chain(
            "or", lambda: self._chain("xor", lambda: self._chain("and", self._negated, both), one_of_two), either
        )

    def _chain(self, word: str, part: Callable[[], Term], join: Callable[[Term, Term], Term]) -> Term:
        term = part()
        while self._takes(word):
            term = join(term, part())
        return term

    def _negated(self) -> Term:
        negations = 0
        while self._takes("not"):
            negations += 1
        term = self._compared()
        return negated(term) if negations % 2 else term

    def _compared(self) -> Term:
        left = self._value()
        inverted = self._takes("not")
        strict = self._takes("strict")
        kind, word = self._peek()
        if kind != "word" or word not in _COMPARED:
            if inverted or strict:
                raise Unreadable("an operator is expected")
            return left
        self._at += 1
        right = self._list() if word == "in" else self._value()
        term = comparison("strict" if strict and word == "wildcard" else word, left, right)
        return negated(term) if inverted else term

    def _value(self) -> Term:
        kind, text = self._next()
        if kind == "text":
            return lambda _request: text
        if text == "(":
            return self._deeper(self._closed)
        if text == "$":
            self._next()
            return unknown  # a list that is kept at Cloudflare
        if kind != "word":
            raise Unreadable(f"{text!r} is not expected there")
        if self._takes("("):
            return self._deeper(lambda: self._called(text))
        if text in ("true", "false"):
            return lambda _request: text == "true"
        if re.fullmatch(r"-?\d+", text):
            return lambda _request: int(text)
        if is_address(text):
            return lambda _request: text
        return self._field(text)

    def _field(self, name: str) -> Term:
        steps = 0
        while self._takes("["):
            steps += 1
            self._next()
            self._expect("]")
        # Of headers, cookies and arguments nothing is known.
        return unknown if steps else lambda request: request.get(name)

    def _closed(self) -> Term:
        term = self._any()
        self._expect(")")
        return term

    def _called(self, name: str) -> Term:
        arguments: list[Term] = []
        while not self._takes(")"):
            arguments.append(self._any())
            if not self._takes(","):
                self._expect(")")
                break
        while self._takes("["):
            self._next()
            self._expect("]")
        made = FUNCTIONS.get(name)
        if made is None or len(arguments) != made[0]:
            return unknown
        return applied(made[1], arguments)

    def _list(self) -> Term:
        if self._takes("$"):
            self._next()
            return unknown
        self._expect("{")
        items: list[Any] = []
        while not self._takes("}"):
            kind, text = self._next()
            if kind not in ("text", "word"):
                raise Unreadable(f"{text!r} is no item of a list")
            items.append(text)
            self._takes(",")
        return lambda _request: items

    def _deeper(self, read: Callable[[], Term]) -> Term:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable("its parentheses are too deep")
        term = read()
        self._depth -= 1
        return term

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "the end")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token[0] == "end":
            raise Unreadable("it ends too early")
        self._at += 1
        return token

    def _takes(self, text: str) -> bool:
        kind, found = self._peek()
        if kind in ("word", "sign") and found == text:
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise Unreadable(f"{text!r} is expected instead of {self._peek()[1]!r}")


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(expression.rstrip())
    while at < end:
        found = _TOKEN.match(expression, at)
        if found is None:
            raise Unreadable("it has a sign that the language does not know")
        at = found.end()
        if found["raw"] is not None:
            yield "text", found["raw"]
        elif found["text"] is not None:
            yield "text", re.sub(r"\\(.)", r"\1", found["text"], flags=re.DOTALL)
        elif found["sign"] is not None:
            word = _SIGNS.get(found["sign"])
            yield ("word", word) if word else ("sign", found["sign"])
        else:
            yield "word", found["word"]
