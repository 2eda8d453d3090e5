"""What remains of a file when values that have errors are taken out, so that the rest can be checked as well."""

from __future__ import annotations

from collections.abc import Collection

from courseline.domain.located import Key, Located, Span


def without(located: Located, keys: Collection[Key]) -> Located:
    """The file without some of its values; every other value keeps its line.

    Args:
        located: the file.
        keys: of the values to take out; one that is not there stands for the nearest value around it.
    """
    wrong = {_nearest(key, located) for key in keys}
    spans: dict[Key, Span] = {}
    data = _rest(located.data, (), (), wrong, located, spans)
    return Located(located.path, data, spans, located.text)


def _nearest(key: Key, located: Located) -> Key:
    while key and key not in located.spans:
        key = key[:-1]
    return key


def _rest(  # old and new key differ behind a list entry that is gone
    value: object, old: Key, new: Key, wrong: Collection[Key], located: Located, spans: dict[Key, Span]
) -> object:
    if old in wrong:
        return None
    if old in located.spans:
        spans[new] = located.spans[old]
    if isinstance(value, dict):
        kept = {name: inner for name, inner in value.items() if (*old, name) not in wrong}
        return {
            name: _rest(inner, (*old, name), (*new, name), wrong, located, spans)
            for name, inner in kept.items()
        }
    if isinstance(value, list):
        entries = [(index, inner) for index, inner in enumerate(value) if (*old, index) not in wrong]
        return [
            _rest(inner, (*old, index), (*new, place), wrong, located, spans)
            for place, (index, inner) in enumerate(entries)
        ]
    return value
