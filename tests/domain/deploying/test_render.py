"""Rendering: the same inputs make the same tree, and a meta.yaml keeps every byte but its plain references."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders.repositories import build_repository, git

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.deploying.render import (
    META_FILE,
    Copies,
    PlainReference,
    render,
    rewrite_references,
)
from courseline.domain.library.meta import parse_meta
from courseline.domain.library.version import Role, VersionFile
from courseline.domain.tree import EXECUTABLE, FILE, blob_oid

VERSION = UUID(int=1)


def file(path: str, text: str = "", *, mode: str = FILE, role: Role = Role.PUBLIC) -> VersionFile:
    raw = text.encode()
    return VersionFile(path, mode, len(raw), hashlib.sha256(raw).hexdigest(), blob_oid(raw), role)


def copies(name: str, *files: VersionFile) -> Copies:
    return Copies(name, f"examples:{name}", uuid5(VERSION, name), files)


def references(meta: bytes) -> list[PlainReference]:
    read = parse_meta(read_yaml(meta, META_FILE)).meta
    assert read is not None
    return [
        PlainReference(entry.as_written, entry.span.start, entry.span.end)
        for entry in read.dependencies
        if entry.is_plain
    ]


def test_without_dependencies_the_tree_is_the_version() -> None:
    files = [file("b/run.sh", "x", mode=EXECUTABLE), file("a.py", "y")]
    rendered, problems = render(VERSION, files)
    assert problems == []
    assert [(one.path, one.mode, one.oid, one.origin) for one in rendered.files] == [
        ("a.py", FILE, files[1].git_oid, VERSION),
        ("b/run.sh", EXECUTABLE, files[0].git_oid, VERSION),
    ]


def test_the_order_of_the_files_does_not_matter() -> None:
    files = [file("a", "1"), file("b/c", "2"), file("b.txt", "3")]
    assert render(VERSION, files) == render(VERSION, reversed(files))


def test_a_copy_stands_at_its_path_inside_the_dependency_and_names_where_it_comes_from() -> None:
    source = copies("tools", file("lib/utils.py", "tool"))
    rendered, problems = render(VERSION, [file("main.py")], [source])
    assert problems == []
    assert [(one.path, one.origin) for one in rendered.files] == [
        ("lib/utils.py", source.version_id),
        ("main.py", VERSION),
    ]


def test_a_copy_of_the_same_bytes_is_no_problem() -> None:
    rendered, problems = render(VERSION, [file("u.py", "same")], [copies("tools", file("u.py", "same"))])
    assert problems == []
    assert [one.origin for one in rendered.files] == [VERSION]


@pytest.mark.parametrize(
    ("own", "brought", "named"),
    [("u.py", "u.py", "u.py"), ("lib", "lib/u.py", "lib"), ("lib/u.py", "lib", "lib/u.py")],
)
def test_a_copy_whose_path_is_taken_is_left_out_and_both_are_named(
    own: str, brought: str, named: str
) -> None:
    rendered, (problem,) = render(VERSION, [file(own, "1")], [copies("tools", file(brought, "2"))])
    assert [one.path for one in rendered.files] == [own]
    assert f"examples:tools brings {brought}, and {named} is already there" in problem.message
    assert "from the example itself" in problem.message


def test_of_two_dependencies_with_one_path_both_are_named() -> None:
    sources = [copies("a", file("d/u.py", "1")), copies("b", file("d/u.py", "2"), file("d", "3"))]
    rendered, problems = render(VERSION, [], sources)
    assert [one.path for one in rendered.files] == ["d/u.py"]
    assert ["examples:b brings" in problem.message for problem in problems] == [True, True]
    assert ["from examples:a" in problem.message for problem in problems] == [True, True]


def test_only_meta_yaml_is_written_anew_and_only_with_references() -> None:
    raw = b"testDependencies: [tools]\n"
    files = [file(META_FILE, raw.decode()), file("main.py")]
    source = copies("tools", file("utils.py", "u"))
    plain, _ = render(VERSION, files, [source], raw, [])
    assert all(one.content is None for one in plain.files)
    rewritten, _ = render(VERSION, files, [source], raw, references(raw))
    content = {one.path: one.content for one in rewritten.files}
    assert content == {
        META_FILE: b"testDependencies: [{example: tools, files: [utils.py]}]\n",
        "main.py": None,
        "utils.py": None,
    }


def test_a_tree_id_is_the_one_that_git_writes(tmp_path: Path) -> None:
    contents = {"b.txt": "1", "b/x": "2", "b0": "3", "Ä/ö.md": "4", "a": ("100755", "5"), "z/y/x": "6"}
    repository = build_repository(tmp_path / "r.git", [contents])
    files = [
        file(
            path, text if isinstance(text, str) else text[1], mode=FILE if isinstance(text, str) else text[0]
        )
        for path, text in contents.items()
    ]
    assert render(VERSION, files)[0].tree.oid == repository.git("rev-parse", "main^{tree}")


NAMES = st.text(st.sampled_from("aAb.-0_ ä"), min_size=1, max_size=4).filter(
    lambda name: name not in {".", ".."}
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(PATHS, st.booleans(), min_size=1, max_size=12))
def test_any_tree_id_is_the_one_that_git_writes(
    tmp_path_factory: pytest.TempPathFactory, modes: dict[str, bool]
) -> None:
    paths = {path for path in modes if not any(other.startswith(f"{path}/") for other in modes)}
    files = [file(path, path, mode=EXECUTABLE if modes[path] else FILE) for path in sorted(paths)]
    repository = _scratch(tmp_path_factory)
    feed = "".join(f"{one.mode} {one.git_oid}\t{one.path}\0" for one in files)
    index = {"GIT_INDEX_FILE": str(repository / "index"), "PATH": "/usr/bin:/bin"}
    (repository / "index").unlink(missing_ok=True)
    subprocess.run(
        ["git", "update-index", "-z", "--index-info"],
        cwd=repository,
        input=feed.encode(),
        env=index,
        check=True,
    )
    written = subprocess.run(
        ["git", "write-tree", "--missing-ok"], cwd=repository, env=index, check=True, capture_output=True
    )
    assert render(VERSION, files)[0].tree.oid == written.stdout.decode().strip()


def _scratch(factory: pytest.TempPathFactory) -> Path:
    path = factory.getbasetemp() / "trees.git"
    if not path.exists():
        git(factory.getbasetemp(), "init", "-q", "--bare", "--template=", str(path))
    return path


REFERENCE = st.sampled_from(
    ["tools", "variables-basics", "examples:tools", "../tools", "on", "1.5", "a b", "täg"]
)
COPIED = st.lists(
    st.sampled_from(
        ["utils.py", "data/a b.csv", "null", "1", "Übung.txt", "x y", "-", "]}", "a,b", "#c", "'q'.txt"]
    ),
    unique=True,
    max_size=4,
)


@st.composite
def metas(draw: st.DrawFn) -> tuple[bytes, list[str]]:
    """A meta.yaml with plain references in a form that people write, and these references."""
    names = draw(st.lists(REFERENCE, min_size=1, max_size=4, unique=True))
    quotes = [draw(st.sampled_from(["'", '"'])) for _ in names]
    plain = [
        name if draw(st.booleans()) and name not in {"on", "1.5"} else f"{quote}{name}{quote}"
        for name, quote in zip(names, quotes, strict=True)
    ]
    mapping = draw(st.sampled_from(["", "{example: other, files: []}", "{slug: other, version: ^1.0}"]))
    entries = [*plain, mapping] if mapping else plain
    if draw(st.booleans()):
        space = draw(st.sampled_from(["", " ", "\n    "]))
        comma = f",{space or ' '}"
        body = f" [{space}{comma.join(entries)}{space}]"
    else:
        note = draw(st.sampled_from(["", "  # why: it's needed", "   "]))
        body = "".join(f"\n    - {entry}{note}" for entry in entries)
    before = draw(st.sampled_from(["", "# Überschrift 😀\n", "description: |\n  tools\n  - tools\n"]))
    after = draw(st.sampled_from(["", "  maxTestRuns: 3\n", "  # tools\n\n"]))
    text = f"{before}title: Ä tools\nproperties:\n  testDependencies:{body}\n{after}"
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    bom = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return bom + text.encode(), names


@settings(max_examples=150, deadline=None)
@given(metas(), st.data())
def test_rewriting_keeps_every_other_byte_and_reads_back_as_what_was_copied(
    meta: tuple[bytes, list[str]], data: st.DataObject
) -> None:
    raw, names = meta
    brought = {name: data.draw(COPIED) for name in names}
    sources = [copies(name, *(file(path) for path in paths)) for name, paths in brought.items()]
    found = references(raw)
    assert [reference.as_written for reference in found] == names
    rewritten = rewrite_references(raw, found, sources)
    read = parse_meta(read_yaml(rewritten, META_FILE)).meta
    assert read is not None
    entries = {entry.as_written: entry.files for entry in read.dependencies if entry.as_written in names}
    assert entries == {name: tuple(sorted(paths)) for name, paths in brought.items()}
    assert references(rewritten) == []
    text, new, position, at = raw.decode(), rewritten.decode(), 0, 0
    for reference in found:
        kept = text[position : reference.start]
        assert new[at : at + len(kept)] == kept
        at = _end(new, at + len(kept))
        position = reference.end
    assert new[at:] == text[position:]


def _end(text: str, start: int) -> int:
    """Where the flow mapping that begins at `start` ends; quoted scalars may hold brackets."""
    quoted = False
    for index in range(start, len(text)):
        quoted ^= text[index] == '"' and text[index - 1] != "\\"
        if text[index] == "}" and not quoted:
            return index + 1
    raise AssertionError(text[start:])
