"""The types of values that meta.yaml is made of.

Validators raise `invalid`, whose message goes on after the name of the entry. A key without a value, and the empty list
where a text or number belongs, mean that nothing is said; whole numbers count as the text that was written.
"""

from __future__ import annotations

import shlex
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from courseline.domain.library.version_range import VersionRange
from courseline.domain.paths import listed_path_problem
from courseline.errors import InvalidInput

MOST_ENTRIES = 1000
"""Of a list: every file is compared with every entry."""
LONGEST_STUB = 2000
"""Characters of a stub in `solutionStub`."""
LARGEST_LIMIT = 2_147_483_647  # PostgreSQL's integer

_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a number",
    list: "a list",
    dict: "a mapping",
    type(None): "empty",
}


def kind_of(value: object) -> str:
    """What a plain value is, in words."""
    return _KINDS.get(type(value), type(value).__name__)


def invalid(message: str, fix: str) -> PydanticCustomError:
    """What a validator raises: what was found, after the name of the entry, and what to do."""
    return PydanticCustomError("courseline", "{message}", {"message": message, "fix": fix})


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    fix = "Put it in quotes." if isinstance(value, bool) else "Write a text."
    raise invalid(f"must be text and is {kind_of(value)}.", fix)


def _nothing(value: object) -> object:
    return None if value == [] else value


def _limit(value: object) -> object:
    if value is None or value == []:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        found = f"`{value[:40]}`" if isinstance(value, str) else kind_of(value)
        raise invalid(f"must be a whole number and is {found}.", "Write a number without quotes, or nothing.")
    if not 0 <= value <= LARGEST_LIMIT:
        raise invalid(f"is {value}.", f"Write a number from 0 to {LARGEST_LIMIT}, or nothing for no limit.")
    return value


def _items(value: object) -> object:
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(
            f"must be a list and is {kind_of(value)}.", "Write each entry in a line of its own, behind `- `."
        )
    if len(value) > MOST_ENTRIES:
        fix = "Put the files into a directory and name that, with a slash at its end."
        raise invalid(f"has {len(value):,} entries; at most {MOST_ENTRIES:,} are read.", fix)
    return value


def _file(text: str) -> str:
    return _listed(text, may_be_directory=False)


def _file_or_directory(text: str) -> str:
    return _listed(text, may_be_directory=True)


def _listed(text: str, *, may_be_directory: bool) -> str:
    problem = listed_path_problem(text, "meta.yaml", None, may_be_directory=may_be_directory)
    if problem is not None:
        raise invalid(problem.message, problem.fix)
    return text


def _stub(text: str) -> str:
    if len(text) > LONGEST_STUB or any(not char.isprintable() and char not in "\n\t" for char in text):
        raise invalid(
            f"is no stub: it must be printable text of at most {LONGEST_STUB} characters.",
            "Write one line of code.",
        )
    return text


def _stubs(value: object) -> object:
    if value is None or value == []:
        return {}
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return {"": value}
    if not isinstance(value, dict):
        raise invalid(
            f"must be text or a mapping and is {kind_of(value)}.",
            'Write one stub for all files, or `".py": stub` for each kind of file.',
        )
    return value


def range_text(text: str) -> str:
    """A validator: `text`, which must be a version range."""
    try:
        VersionRange.parse(text)
    except InvalidInput as error:
        raise invalid(error.problems[0].message, error.problems[0].fix) from None
    return text


def command_text(text: str) -> str:
    """A validator: `text`, which must be a command with its arguments, quoted as in a POSIX shell."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise invalid(f"is no command: {str(error).lower()}.", "Close each quote that is opened.") from None
    if not words:
        raise invalid("is empty.", "Write a command, for example `python -m pytest -q tests`, or remove it.")
    return text


class OrNull:
    """Tells JSON Schema that null is as good as an empty list."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core)
        return {**schema, "type": [schema["type"], "null"]}


class OrEmptyList:
    """Reads the empty list as null, for a type that JSON Schema shows as `anyOf`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_nothing, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core)
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "array", "maxItems": 0}]}


class OrText:
    """Reads a bare text as a mapping with that text under one key.

    Args:
        key: of the mapping.
    """

    def __init__(self, key: str) -> None:
        self.key = key

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._mapping, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": ["string", "integer"]}, handler(core)]}

    def _mapping(self, value: object) -> object:
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return {self.key: value}
        if not isinstance(value, dict):
            raise invalid(
                f"must be text or a mapping and is {kind_of(value)}.", f"Write text, or `{self.key}:`."
            )
        return value


Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number"]})]
"""A text; editors' YAML takes `1.10` for a number, so their schema must allow one."""

OptionalText = Annotated[
    Text | None,
    BeforeValidator(_nothing),
    WithJsonSchema({"type": ["string", "number", "null", "array"], "maxItems": 0}),
]
Limit = Annotated[
    int | None,
    BeforeValidator(_limit),
    WithJsonSchema(
        {"type": ["integer", "null", "array"], "minimum": 0, "maximum": LARGEST_LIMIT, "maxItems": 0}
    ),
]
Stubs = Annotated[
    dict[str, Annotated[Text, AfterValidator(_stub)]],
    BeforeValidator(_stubs),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number", "null"], "maxLength": LONGEST_STUB},
                {"type": "array", "maxItems": 0},
                {
                    "type": "object",
                    "additionalProperties": {"type": ["string", "number"], "maxLength": LONGEST_STUB},
                },
            ]
        }
    ),
]
"""Stubs by path, suffix, or "" for all files; a bare text is the latter."""
Listed = Annotated[Text, AfterValidator(_file), WithJsonSchema({"type": "string", "minLength": 1})]
ListedOrDirectory = Annotated[
    Text, AfterValidator(_file_or_directory), WithJsonSchema({"type": "string", "minLength": 1})
]
LIST = (BeforeValidator(_items), OrNull())
Texts = Annotated[list[Text], *LIST]
