"""Edits YAML that people wrote with ruamel.yaml, which keeps comments, order, quotes and tags."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from courseline.errors import InvalidInput

if TYPE_CHECKING:
    from ruamel.yaml import YAML

LARGEST_FILE = 256 * 1024
_WIDTH = 4096
_BELOW = re.compile(r"^[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?P<indent> +)[^\s#-]", re.MULTILINE)


class YamlEdits:
    """Implements `usecases.connect.pipeline_file.EditFiles`."""

    def includes(self, raw: bytes) -> Sequence[object]:
        """The entries of `include:`; one that stands alone is a list of one."""
        document = _document(raw)[0]
        return [_plain(entry) for entry in _listed(document.get("include"))]

    def with_include(self, raw: bytes, entry: Mapping[str, object]) -> bytes:
        """The file with one more entry behind the others; a new `include:` comes first."""
        from ruamel.yaml.comments import CommentedSeq  # noqa: PLC0415 - only for who edits

        document, yaml = _document(raw)
        if not document:  # nothing but comments, which belong to no key
            gap = b"\n" if raw.strip() else b""
            return raw.rstrip() + gap + self.written({"include": [entry]}).encode()
        added = _commented(entry)
        known = document.get("include")
        if isinstance(known, CommentedSeq) and known:
            known.append(added)
            _keep_gap(known)
        elif known is None and "include" not in document:
            document.insert(0, "include", CommentedSeq([added]))
        else:
            document["include"] = CommentedSeq([*_listed(known), added])
        return _dumped(document, yaml)

    def filled(self, raw: bytes, values: dict[tuple[str, ...], object]) -> bytes:
        """The file with values at keys."""
        from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415 - as above

        document, yaml = _document(raw)
        for key, value in reversed(values.items()):  # each new key comes first
            inside = document
            for part in key[:-1]:
                if not isinstance(inside.get(part), CommentedMap):
                    _set(inside, part, CommentedMap())
                inside = inside[part]
            _set(inside, key[-1], value)
        return _dumped(document, yaml)

    def written(self, data: Mapping[str, object]) -> str:
        """YAML of our own."""
        _, yaml = _document(b"{}")
        stream = io.StringIO()
        yaml.dump(_commented(data), stream)
        return stream.getvalue()


def _document(raw: bytes) -> tuple[Any, YAML]:
    """The one mapping of a file and what writes it back in the same style."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - as above
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415 - as above
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - as above
    from ruamel.yaml.util import load_yaml_guess_indent  # noqa: PLC0415 - as above

    if len(raw) > LARGEST_FILE:
        raise InvalidInput(f"it has {len(raw)} bytes, and at most {LARGEST_FILE} are edited")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("it is not UTF-8") from None
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    try:
        documents = list(yaml.load_all(text))
        _, mapping, sequence = load_yaml_guess_indent(text) if len(documents) == 1 else (None, None, None)
    except (YAMLError, ValueError, RecursionError) as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise InvalidInput(f"it cannot be read as YAML{where}") from None
    if len(documents) > 1:
        raise InvalidInput("it holds several YAML documents")
    document = documents[0] if documents else None
    if document is None:
        document = CommentedMap()
    if not isinstance(document, CommentedMap):
        raise InvalidInput("it is no mapping of keys to values")
    yaml.indent(mapping=_mapping_indent(text), sequence=mapping or 4, offset=sequence if mapping else 2)
    return document, yaml


def _mapping_indent(text: str) -> int:
    """Spaces of the first key that stands below one without any."""
    found = _BELOW.search(text)
    return len(found["indent"]) if found else 2


def _set(mapping: Any, key: str, value: object) -> None:
    """A new key comes first: what follows the last one, blank lines and comments, belongs to what comes next."""
    if key in mapping:
        mapping[key] = value
    else:
        mapping.insert(0, key, value)


def _dumped(document: Any, yaml: YAML) -> bytes:
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue().encode()


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _plain(value: Any) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _commented(value: Any) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415 - as above

    if isinstance(value, Mapping):
        return CommentedMap((key, _commented(one)) for key, one in value.items())
    if isinstance(value, list | tuple):
        return CommentedSeq(map(_commented, value))
    return value


def _keep_gap(entries: Any) -> None:
    """The blank line or comment behind the last entry stays behind the list: ruamel hangs it on that entry."""
    before = len(entries) - 2
    trailing = _last_comment(entries, before)
    if trailing is None:
        return
    holder, key, position, token = trailing
    text = token.value
    head, newline, rest = text.partition("\n")
    if not newline or not rest:
        return
    holder.ca.items[key][position] = _token(token, head + newline) if head.strip() else None
    last = entries[len(entries) - 1]
    _hang(last, rest, token)


def _last_comment(entries: Any, index: int) -> tuple[Any, Any, int, Any] | None:
    value: Any = entries[index]
    holder: Any = entries
    key: Any = index
    position = 0
    while isinstance(value, dict | list) and value and hasattr(value, "ca"):
        key = len(value) - 1 if isinstance(value, list) else list(value)[-1]
        holder, position = value, 0 if isinstance(value, list) else 2
        value = value[key]
    comments = holder.ca.items.get(key)
    if comments is None or len(comments) <= position or comments[position] is None:
        return None
    return holder, key, position, comments[position]


def _token(model: Any, text: str) -> Any:
    from ruamel.yaml.tokens import CommentToken  # noqa: PLC0415 - as above

    return CommentToken(text, model.start_mark, None)


def _hang(value: Any, text: str, model: Any) -> None:
    holder: Any = value
    while isinstance(holder, dict):
        key = list(holder)[-1]
        if not isinstance(holder[key], dict) or not holder[key]:
            _comments(holder)[key] = [None, None, _token(model, "\n" + text), None]
            return
        holder = holder[key]


def _comments(value: Any) -> Any:
    """What ruamel keeps beside a value: comments by key."""
    return value.ca.items
