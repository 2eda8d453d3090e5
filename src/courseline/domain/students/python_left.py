"""Does what is left of a Python file still compile, when its source does: a solution may begin within an expression."""

from __future__ import annotations

import ast
import warnings

from courseline.errors import Problem, Severity

LARGEST = 256 * 1024
"""Bytes of a file that is tried; what people write by hand is shorter."""


def broken_python(source: bytes, left: bytes, path: str, cut: str) -> Problem | None:
    """The warning that students begin with a file that does not compile.

    Args:
        source: the file with its solutions, as its author has it here; it is parsed, not run.
        left: the file without them.
        path: its name in the problem.
        cut: what was cut from it, in words.
    """
    if len(source) > LARGEST or _fault(source) is not None:
        return None
    fault = _fault(left)
    if fault is None:
        return None
    message = f"Students begin with a file that does not compile ({fault}), once {cut} are cut out."
    fix = "Put the markers around whole statements, or choose another `solutionStub`."
    return Problem(path, None, message, Severity.WARNING, fix)


def _fault(raw: bytes) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in strings, for example
            ast.parse(raw)
    except SyntaxError as error:
        return f"{error.msg}, line {error.lineno}"
    except (ValueError, MemoryError, RecursionError) as error:
        return str(error) or type(error).__name__
    return None
