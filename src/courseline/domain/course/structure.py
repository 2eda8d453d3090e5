"""Reading `structure`, the tree of contents in a course file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

from courseline.domain.course.course import ContentKind
from courseline.domain.course.course_model import StructureEntry
from courseline.domain.course.directories import Claim, Reason, overlaps
from courseline.domain.course.node import Item, NodeReader
from courseline.domain.course.validation import check_entry, kind_of, list_at
from courseline.domain.course.wish import Node
from courseline.domain.located import Key, Located
from courseline.domain.paths import ltree_problem, printable
from courseline.errors import Problem, Severity

_CONTENT = frozenset({"content"})
_NAMES = frozenset({"text", "a number"})  # kinds of values that can be a path or a type


def read_structure(
    located: Located,
    data: Mapping[str, object],
    kinds: Mapping[str, ContentKind | None],
    zone: tzinfo,
    problems: list[Problem],
) -> tuple[Node, ...]:
    """All contents, nested or flat, parents before children, else in file order.

    Args:
        located: the file.
        data: its top mapping.
        kinds: kind of each content type's slug, None where the type itself is wrong.
        zone: for times without an offset.
        problems: what is found is added here.
    """
    items = _items(located, data, problems)
    reader = NodeReader(located, kinds, zone, problems)
    if items and not kinds:
        message = "Contents have a `type`, and no content type is defined."
        fix = "Add `contentTypes:` with an entry such as `{kind: unit, slug: week, title: Week}` for each."
        problems.append(Problem(located.path, located.line("contentTypes"), message, fix=fix))
    by_path: dict[str, Item] = {}
    for item in items:
        if item.path is None:
            continue
        first = by_path.setdefault(item.path, item)
        if first is not item:
            reader.report(
                item.line, f"The path `{item.path}` is already used on line {first.line}.", "Rename one."
            )
    for item in items:
        _check_nesting(reader, item, by_path)
    nodes: list[Node] = []
    for item in items:
        if item.entry is None:
            continue
        node = reader.node(item, item.entry, item.path or printable(item.entry.path), len(nodes))
        if item.path is not None and by_path[item.path] is item:
            nodes.append(node)
    _check_moves(reader, nodes)
    _check_directories(reader, nodes)
    return _parents_first(nodes)


def _items(located: Located, data: Mapping[str, object], problems: list[Problem]) -> list[Item]:
    if data.get("structure") is None:
        message = "The course file has no `structure`."
        fix = "Add it; `structure: []` means a course without contents."
        problems.append(Problem(located.path, located.line("structure"), message, fix=fix))
        return []
    values, found = list_at(data["structure"], located, ("structure",))
    problems += found
    items: list[Item] = []
    waiting = _entries(values, ("structure",), None)
    while waiting:
        key, value, parent = waiting.pop()
        entry, found = check_entry(StructureEntry, value, located, key, without=_CONTENT)
        problems += found
        if not isinstance(value, dict):
            continue
        path = entry.path if entry is not None else None
        if entry is None:  # read the rest of it all the same, so that all is told at once
            entry, _ = check_entry(StructureEntry, _with_names(value), located, key, without=_CONTENT)
            path = entry.path if entry is not None and kind_of(value.get("path")) in _NAMES else None
        line = located.line(*key, "path")
        if path is not None:
            wrong = ltree_problem(path, located.path, line)
            if wrong is not None:
                problems.append(wrong)
                path = None
        item = Item(key, line, value, entry, path, parent)
        items.append(item)
        if value.get("content") is not None:
            children, found = list_at(value["content"], located, (*key, "content"))
            problems += found
            waiting += _entries(children, (*key, "content"), item)
    return items


def _with_names(value: Mapping[str, object]) -> dict[str, object]:
    """The entry with an empty path or type where it has none that can be read."""
    return {
        name: value.get(name) if kind_of(value.get(name)) in _NAMES else "" for name in ("path", "type")
    } | {name: inner for name, inner in value.items() if name not in {"path", "type"}}


def _entries(values: list[object], key: Key, parent: Item | None) -> list[tuple[Key, object, Item | None]]:
    """As a stack: the first is popped first."""
    return [((*key, number), values[number], parent) for number in reversed(range(len(values)))]


def _parents_first(nodes: list[Node]) -> tuple[Node, ...]:
    by_path = {node.path: node for node in nodes}
    ordered: dict[str, Node] = {}
    for node in nodes:
        path, chain = node.path, [node]
        while (path := path.rpartition(".")[0]) and path not in ordered:
            chain += [by_path[path]] if path in by_path else []
        for above in reversed(chain):
            ordered.setdefault(above.path, above)
    return tuple(
        node if node.position == position else replace(node, position=position)
        for position, node in enumerate(ordered.values())
    )


def _check_nesting(reader: NodeReader, item: Item, by_path: Mapping[str, Item]) -> None:
    if item.data.get("content") and reader.kind(item) is ContentKind.ASSIGNMENT:
        line = reader.located.line(*item.key, "content")
        message = f"`{printable(str(item.path))}` is an assignment, and only units have `content`."
        reader.report(line, message, "Move the contents out of it, or give it the type of a unit.")
    if item.path is None:
        return
    outer = item.parent.path if item.parent is not None else None
    if outer is not None and not item.path.startswith(f"{outer}."):
        last = item.path.rsplit(".", 1)[-1]
        message = (
            f"`{item.path}` stands under `content` of `{outer}`, and its path does not begin with `{outer}.`."
        )
        reader.report(item.line, message, f"Write `{outer}.{last}`, or move the entry.")
        return
    above, dot, _ = item.path.rpartition(".")
    if not dot or above == outer:
        return
    parent = by_path.get(above)
    if parent is None:
        message = f"`{item.path}` lies in `{above}`, and the structure has no such content."
        reader.report(item.line, message, f"Add a unit with the path `{above}`.", Severity.WARNING)
    elif reader.kind(parent) is ContentKind.ASSIGNMENT:
        message = f"`{item.path}` lies in `{above}`, which is an assignment (line {parent.line})."
        reader.report(item.line, message, "Only units hold contents: choose another path.")


def _check_moves(reader: NodeReader, nodes: list[Node]) -> None:
    """No two contents come from one path, and no circle: nobody could tell which content is which afterwards."""
    came: dict[str, Node] = {}
    for node in nodes:
        if node.moved_from is None:
            continue
        first = came.setdefault(node.moved_from, node)
        if first is not node:
            message = f"`{first.path}` (line {first.line}) and `{node.path}` are both moved from `{node.moved_from}`."
            reader.report(node.line, message, "Keep `movedFrom` on the one that it became.")
    sources = {node.path: node for node in came.values()}
    seen: set[str] = set()
    for node in sources.values():
        chain: list[str] = []
        at: Node | None = node
        while at is not None and at.path not in seen:
            seen.add(at.path)
            chain.append(at.path)
            at = sources.get(at.moved_from or "")
        if at is not None and at.path in chain:
            circle = " from ".join(f"`{path}`" for path in [*chain[chain.index(at.path) :], at.path])
            message = f"The moves form a circle: {circle}."
            reader.report(
                at.line, message, "Move one of them to a free path first, in a merge request of its own."
            )


def _check_directories(reader: NodeReader, nodes: list[Node]) -> None:
    """The written directories; the others are known only together with the contents that exist."""
    claims = [
        Claim(node.path, node.directory, Reason.WRITTEN, node.line)
        for node in nodes
        if node.directory is not None and reader.kinds.get(node.type_slug) is not ContentKind.UNIT
    ]
    reader.problems.extend(overlaps(claims, reader.located.path))
