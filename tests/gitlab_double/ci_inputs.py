"""`spec: inputs` and their places in a template.

Facts: https://docs.gitlab.com/ci/inputs/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"\$\[\[\s*inputs\.([\w-]+)\s*\]\]")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "number": (int, float),
    "array": list,
}


class ConfigError(ValueError):
    """What GitLab says of a configuration that it does not take."""


def filled(spec: Mapping[str, Any], given: Mapping[str, Any], body: Any) -> Any:
    """A template's body with its inputs put in.

    Args:
        spec: the `inputs` of its header.
        given: by the one who includes it.
        body: the second document.

    Raises:
        ConfigError: an input is missing, unknown or not allowed.
    """
    unknown = given.keys() - spec.keys()
    if unknown:
        raise ConfigError(f"unknown input arguments: {', '.join(sorted(unknown))}")
    values = {name: _value(name, entry or {}, given) for name, entry in spec.items()}
    return _put(body, values)


def _value(name: str, entry: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    if name not in given and "default" not in entry:
        raise ConfigError(f"`{name}` input: required value has not been provided")
    value = given.get(name, entry.get("default"))
    kind = entry.get("type", "string")
    if not isinstance(value, _TYPES[kind]) or (kind == "number" and isinstance(value, bool)):
        raise ConfigError(f"`{name}` input: provided value is not a {kind}")
    if "options" in entry and value not in entry["options"]:
        raise ConfigError(
            f"`{name}` input: `{value}` cannot be used because it is not in the list of allowed options"
        )
    if "regex" in entry and not re.search(entry["regex"], value):
        raise ConfigError(f"`{name}` input: provided value does not match required RE2 regex")
    return value


def _put(part: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(part, dict):
        return {_put(key, values): _put(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [_put(value, values) for value in part]
    if not isinstance(part, str):
        return part
    whole = _PLACE.fullmatch(part.strip())
    if whole:
        return _known(whole[1], values)
    return _PLACE.sub(lambda place: _text(_known(place[1], values)), part)


def _known(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise ConfigError(f"unknown interpolation key: `inputs.{name}`")
    return values[name]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
