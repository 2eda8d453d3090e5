from __future__ import annotations

import pytest
from tests.gitlab_double.ci_condition import ConditionError, holds

VARIABLES = {"A": "main", "B": "main", "TAG": "v1.2", "EMPTY": "", "RULE": "/^v/"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A", True),
        ("$EMPTY", False),
        ("$NONE", False),
        ("$A == $B", True),
        ('$A == "main" && $TAG', True),
        ("$A != 'main' || $TAG == \"v1.2\"", True),
        ("$NONE == null", True),
        ("$EMPTY == null", False),
        ('$NONE == ""', False),
        (r"$TAG =~ /^v\d+/", True),
        ("$TAG =~ /^V/i", True),
        ("$TAG !~ /^x/", True),
        ("$TAG =~ $RULE", True),
        ("$NONE =~ /x/", False),
        ("$NONE && $A || $B", True),
        ("$NONE && ($A || $B)", False),
        ('"true" == "true" && "" == "" && $TAG', True),
    ],
)
def test_a_condition_holds_or_not(text: str, expected: bool) -> None:
    assert holds(text, VARIABLES) is expected


@pytest.mark.parametrize("text", ["$A ==", "$A = 1", "($A", "$A $B", "main"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        holds(text, VARIABLES)
