"""What is wrong with the entries of a meta.yaml, in sentences with lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from pydantic_core import ErrorDetails

from courseline.domain.library.meta_fields import kind_of
from courseline.domain.library.meta_model import MetaEntry, PropertiesEntry
from courseline.domain.located import Key, Located
from courseline.domain.paths import printable
from courseline.errors import Problem, Severity

_TOP_KEYS = [field.alias or name for name, field in MetaEntry.model_fields.items()]
_PROPERTY_KEYS = [field.alias or name for name, field in PropertiesEntry.model_fields.items()]


def key_warnings(located: Located, data: Mapping[str, object]) -> Iterator[Problem]:
    """Warn about keys that look misspelled or misplaced; other unknown keys are the author's own."""
    inner = data.get("properties")
    for place, keys, known in (((), data, _TOP_KEYS), (("properties",), inner, _PROPERTY_KEYS)):
        for key in keys if isinstance(keys, Mapping) else ():
            if key in known:
                continue
            close = difflib.get_close_matches(key, known, n=1, cutoff=0.8)
            if not place and key in _PROPERTY_KEYS:
                message, fix = f"`{key}` is not read at the top level.", "Write it below `properties:`."
            elif close:
                message, fix = (
                    f"`{printable(key)}` is not known and not read.",
                    f"Write `{close[0]}` if you meant that.",
                )
            else:
                continue
            yield Problem(located.path, located.line(*place, key), message, Severity.WARNING, fix)


def entry_problem(located: Located, details: ErrorDetails) -> Problem:
    """Say what one of pydantic's errors means, with the line of the nearest value there is."""
    key: Key = details["loc"]
    while key and key not in located.spans:
        key = key[:-1]
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{printable(part)}" for part in key).lstrip(
        "."
    )
    kind, context = details["type"], details.get("ctx", {})
    if kind == "courseline":
        message, fix = str(context["message"]), str(context["fix"])
    elif kind == "missing":
        message, fix = f"`{details['loc'][-1]}` is missing.", f"Add `{details['loc'][-1]}:`."
    elif kind == "list_type":
        message, fix = f"must be a list and is {kind_of(details['input'])}.", "Write `[` and `]` around it."
    else:  # what is left is a value of another type than a mapping
        message, fix = (
            f"must be a mapping and is {kind_of(details['input'])}.",
            "Write `key: value` lines below it.",
        )
    return Problem(located.path, located.line(*key), f"`{shown or 'meta.yaml'}`: {message}", fix=fix)
