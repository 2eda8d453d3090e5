"""Checking plain data against a pydantic model, so that every finding is a problem with its line and a fix."""

from __future__ import annotations

import types
from collections.abc import Collection, Sequence
from copy import deepcopy
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from courseline.domain.located import Key, Located
from courseline.domain.paths import printable
from courseline.errors import Problem, Severity

_ROUNDS = 3  # fields, then what only whole entries can be asked, then what is left
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "a mapping"),
)
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


class Entry(BaseModel):
    """A mapping of a file with known keys; each field's description completes "write ..." in a fix."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        field_title_generator=lambda name, field: (
            field.alias or name
        ),  # else the schema shows "Maxsubmissions"
    )


Text = Annotated[
    str,
    StringConstraints(strict=False),  # as numbers are taken; nothing else that is not text is in plain data
    Field(coerce_numbers_to_str=True),
    WithJsonSchema({"type": ["string", "number"]}),
]
"""Text that may look like a number: `title: 101`."""

E = TypeVar("E", bound=Entry)


def invalid(message: str, fix: str) -> PydanticCustomError:
    """What a model's own validator raises: `message` says what was found, `fix` what to write."""
    return PydanticCustomError("courseline", "{message}", {"message": message, "fix": fix})


def check_entry(
    model: type[E], data: object, located: Located, key: Key, *, without: Collection[str] = ()
) -> tuple[E | None, list[Problem]]:
    """Read one mapping; unknown keys are warnings, values of a wrong kind are left out after they are reported.

    Args:
        model: what the mapping should be.
        data: the value at `key`.
        located: the file, for names and lines.
        key: where `data` stands in the file.
        without: keys that the caller reads by himself.

    Returns:
        the entry, None when a required part is missing or wrong; and everything found.
    """
    if not isinstance(data, dict):
        message = f"{_name(key) or 'The file'} must be a mapping, found {kind_of(data)}."
        return None, [Problem(located.path, located.line(*key), message, fix="Write `key: value` lines.")]
    rest = data
    if without and not data.keys().isdisjoint(without):
        rest = {name: value for name, value in data.items() if name not in without}
    try:
        return model.model_validate(rest), []
    except ValidationError:
        rest = deepcopy(rest)  # what is wrong will be taken out of it
    problems: list[Problem] = []
    for number in range(_ROUNDS):
        try:
            return model.model_validate(rest), problems
        except ValidationError as error:
            details = error.errors(include_url=False)
        # What is missing in a later round is what an earlier round took out and reported.
        reported = [detail for detail in details if number == 0 or detail["type"] != "missing"]
        found = [_problem(model, detail, located, key) for detail in reported]
        problems += [problem for problem in found if problem not in problems]
        if not any([_drop(rest, detail["loc"]) for detail in details]):  # noqa: C419 - all are dropped, not the first
            break
    return None, problems


def list_at(data: object, located: Located, key: Key) -> tuple[list[object], list[Problem]]:
    """The list at `key`; null counts as empty, anything else is reported."""
    if data is None:
        return [], []
    if isinstance(data, list):
        return data, []
    message = f"{_name(key)} must be a list, found {kind_of(data)}."
    return [], [
        Problem(located.path, located.line(*key), message, fix="Begin each entry with `- ` on its own line.")
    ]


def kind_of(value: object) -> str:
    """What kind of value it is, in words of the file's author."""
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "nothing")


def nearest(word: str, known: Collection[str]) -> str:
    """A sentence part that names the known word which `word` was likely meant to be, else all of them."""
    close = get_close_matches(word, known, n=1, cutoff=0.6) or get_close_matches(
        word.lower(), known, n=1, cutoff=0.6
    )
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Known are {', '.join(f'`{name}`' for name in sorted(known))}." if known else ""


def _problem(model: type[Entry], detail: ErrorDetails, located: Located, key: Key) -> Problem:
    loc, kind, value = detail["loc"], detail["type"], detail["input"]
    name = _name(loc) or _name(key)
    parent = _model_at(model, loc[:-1])
    described = _description(parent, loc[-1]) if parent and loc else ""
    fix = f"Write {described}." if described else ""
    line = located.line(*key, *loc)
    if kind == "extra_forbidden":
        message = f"Nothing reads {name}."
        known = (
            [field.alias or field_name for field_name, field in parent.model_fields.items()] if parent else []
        )
        return Problem(located.path, line, message, Severity.WARNING, nearest(str(loc[-1]), known))
    if kind == "missing":
        fix = f"Add `{loc[-1]}:` with {described}." if described else f"Add `{loc[-1]}:`."
        return Problem(located.path, line, f"{name} is missing.", fix=fix)
    if kind == "courseline":
        context = detail["ctx"]
        return Problem(located.path, line, f"{name}: {context['message']}", fix=context["fix"])
    if kind in _WANTED:
        message = f"{name} must be {_WANTED[kind]}, found {kind_of(value)}."
    elif kind == "greater_than_equal":
        message = f"{name} must be {detail['ctx']['ge']} or more, found {value}."
    elif kind == "literal_error":
        found = f"`{printable(value)}`" if isinstance(value, str) else kind_of(value)
        message = f"{name} must be {detail['ctx']['expected']}, found {found}."
    else:
        message = f"{name}: {detail['msg']}."
    return Problem(located.path, line, message, fix=fix)


def _name(loc: Sequence[str | int]) -> str:
    """`settings.source.url` or `executionBackends[0].slug`, in back quotes; "" for nothing."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{printable(part)}" for part in loc)
    return f"`{text.removeprefix('.')}`" if text else ""


def _drop(data: object, loc: Sequence[str | int]) -> bool:
    """Take out the value at `loc`; whether there was one."""
    *around, last = loc or (None,)
    for part in around:
        data = _child(data, part)
    if isinstance(data, dict) and last in data:
        del data[last]
        return True
    return False  # entries of lists stay, so that the positions of the others do


def _child(data: object, part: str | int | None) -> object:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _model_at(model: type[BaseModel], loc: Sequence[str | int]) -> type[BaseModel] | None:
    found: Any = model
    for part in loc:
        if isinstance(part, int):
            found = next((_plain(item) for item in get_args(found)), None)
        elif isinstance(found, type) and issubclass(found, BaseModel):
            fields = {field.alias or name: field for name, field in found.model_fields.items()}
            found = _plain(fields[part].annotation) if part in fields else None
        else:
            return None
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _plain(annotation: Any) -> Any:
    """The annotation without `| None` and `Annotated`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, types.UnionType}:
            annotation = next(item for item in get_args(annotation) if item is not type(None))
        else:
            return annotation


def _description(model: type[BaseModel], part: str | int) -> str:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    field = fields.get(part) if isinstance(part, str) else None
    return (field.description or "") if field else ""
