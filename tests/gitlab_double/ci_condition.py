"""`rules: if`: the small language of GitLab's conditions.

Facts: https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(
    r"""\s*(?:(?P<variable>\$\w+|\$\{\w+\})|(?P<text>"[^"]*"|'[^']*')|(?P<pattern>/(?:\\.|[^/\\])+/[ims]*)"""
    r"""|(?P<null>null\b)|(?P<operator>==|!=|=~|!~|&&|\|\||\(|\)))"""
)
Value = str | None


class ConditionError(ValueError):
    """It is not of the language."""


def holds(text: str, variables: Mapping[str, str]) -> bool:
    """Whether a condition holds.

    Raises:
        ConditionError: see there.
    """
    parser = _Parser(_tokens(text), variables)
    found = parser.either()
    if parser.rest:
        raise ConditionError(f"invalid expression syntax: {text}")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ConditionError(f"invalid expression syntax: {text}")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], variables: Mapping[str, str]) -> None:
        self.rest = tokens
        self._variables = variables

    def either(self) -> bool:
        found = self._both()
        while self._take("||"):
            right = self._both()
            found = found or right
        return found

    def _both(self) -> bool:
        found = self._one()
        while self._take("&&"):
            right = self._one()
            found = found and right
        return found

    def _one(self) -> bool:
        if self._take("("):
            found = self.either()
            if not self._take(")"):
                raise ConditionError("invalid expression syntax: a parenthesis is open")
            return found
        left = self._value()
        for operator in ("==", "!=", "=~", "!~"):
            if self._take(operator):
                right = self._value()
                if operator in {"==", "!="}:
                    return (left == right) == (operator == "==")
                return _matches(left, right) == (operator == "=~")
        return bool(left)

    def _value(self) -> Value:
        if not self.rest:
            raise ConditionError("invalid expression syntax: it ends too early")
        kind, text = self.rest.pop(0)
        if kind == "variable":
            return self._variables.get(text.strip("${}"))
        if kind == "text":
            return text[1:-1]
        if kind == "pattern":
            return text
        if kind == "null":
            return None
        raise ConditionError(f"invalid expression syntax at {text}")

    def _take(self, operator: str) -> bool:
        if self.rest and self.rest[0] == ("operator", operator):
            self.rest.pop(0)
            return True
        return False


def _matches(left: Value, pattern: Value) -> bool:
    if left is None or pattern is None:
        return False
    body, _, letters = pattern.removeprefix("/").rpartition("/")
    flags = re.IGNORECASE if "i" in letters else re.NOFLAG
    return re.search(body.replace("\\/", "/"), left, flags) is not None
