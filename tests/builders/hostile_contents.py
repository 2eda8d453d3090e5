"""Hostile examples by what git makes of them: attributes, trees written by hand, sizes."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

from tests.builders.hostile import (
    META,
    SOUND,
    Hostile,
    blob,
    built,
    commit_text,
    content,
    entry,
    raw_tree,
    tag_commit,
    write,
)
from tests.builders.repositories import build_repository, git


def _attributes() -> list[Hostile]:
    lines = {
        "filter": "* filter=evil\n",
        "LFS": "* filter=lfs diff=lfs merge=lfs -text\n",
        "export-subst": "* export-subst ident\n",
        "export-ignore": "* export-ignore\n",
        "encoding": "* text working-tree-encoding=UTF-16 eol=crlf\n",
        "macro": "[attr]binary filter=evil\n* binary\n",
        "external diff": "* diff=evil merge=evil\n",
    }
    return [
        *(
            content(
                f"attributes: {name}",
                "R7",
                {".gitattributes": text, "x": "$Format:%H%ae$ $Id$\r\n"},
                harmless=True,
                root={".gitattributes": text},
                small=name == "filter",
            )
            for name, text in lines.items()
        ),
        content("attributes of a line too long", "R7", {}, harmless=True,
                root={".gitattributes": "x" * 5000 + " text\n"}),
        content("LFS server of the repository's choice", "R4", {"x.bin": "plain\n"}, harmless=True, small=True,
                root={".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:9/\n", ".gitattributes": "*.bin filter=lfs\n"}),
        content("LFS pointer", "R4", {"x.bin": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 9\n"}, "LFS"),
        content("LFS configuration in the example", "R4", {".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:9/\n"}, harmless=True),
    ]  # fmt: skip


def _raw_trees() -> list[Hostile]:
    names = {
        "..": (b"..", "hasDotdot"),
        ".": (b".", "hasDot"),
        ".git": (b".git", "hasDotgit"),
        ".GIT": (b".GIT", "hasDotgit"),
        "GIT~1": (b"GIT~1", "hasDotgit"),
        ".git with an ignored character": (b".g\xe2\x80\x8cit", "hasDotgit"),
        ".git with a stream": (b".git::$INDEX_ALLOCATION", "hasDotgit"),
        "a path": (b"a/b", "fullPathname"),
        "a path upwards": (b"../../hooks/post-checkout", "fullPathname"),
    }
    found = [
        raw_tree(
            f"tree with {name}",
            "R9",
            lambda path, raw=raw: entry(raw, blob(path, b"x\n")),
            says,
            small=name in {"..", ".git"},
        )
        for name, (raw, says) in names.items()
    ]
    return [
        *found,
        raw_tree("tree with no name", "R9", lambda path: entry(b"", blob(path, b"x\n")), "", exit=3),
        raw_tree("tree with one name twice", "R9", lambda path: entry(b"a", blob(path, b"1")) + entry(b"a", blob(path, b"2")), "duplicateEntries"),
        raw_tree("tree out of order", "R9", lambda path: entry(b"b", blob(path, b"1")) + entry(b"a", blob(path, b"2")), "treeNotSorted"),
        raw_tree("tree that ends in the middle", "R9", lambda path: entry(b"a", blob(path, b"1"))[:-3], "", published=("sound",)),
        raw_tree("tree with the id of nothing", "R9", lambda _: entry(b"a", "0" * 40), "nullSha1"),
        raw_tree("tree with a mode of its own", "R9", lambda path: entry(b"a", blob(path, b"1"), b"107777"), "", published=("bad", "sound"), exit=0),
        raw_tree("blob called a directory", "R9", lambda path: entry(b"a", blob(path, b"1"), b"40000"), "", exit=3),
        raw_tree("directory called a blob", "R9", lambda path: entry(b"a", write(path, "tree", entry(b"b", blob(path, b"1")))), ""),
    ]  # fmt: skip


def bomb_tree(path: Path) -> str:
    """Ten trees of ten entries each, one inside the other: ten thousand million paths in a repository of a few KiB."""
    oid = blob(path, b"x\n")
    tree = write(path, "tree", b"".join(entry(b"f%d" % n, oid) for n in range(10)))
    for _ in range(9):
        tree = write(path, "tree", b"".join(entry(b"d%d" % n, tree, b"40000") for n in range(10)))
    return tree


def _many_names(path: Path, _trap: Path) -> None:
    tag_commit(path, commit_text(bomb_tree(path)))


def _deep(levels: int, path: Path) -> None:
    tree = write(path, "tree", entry(b"f", blob(path, b"x\n")))
    lines: list[bytes] = []
    for _ in range(levels):
        raw = entry(b"d", tree, b"40000")
        lines.append(raw)
        tree = hashlib.sha1(b"tree %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
    _write_all(path, lines)
    sound = git(path, "rev-parse", "main:sound")
    tag_commit(
        path,
        commit_text(write(path, "tree", entry(b"bad", tree, b"40000") + entry(b"sound", sound, b"40000"))),
    )


def _write_all(path: Path, trees: list[bytes]) -> None:
    """As loose objects, without a process for each."""
    for raw in trees:
        body = b"tree %d\0" % len(raw) + raw
        name = hashlib.sha1(body, usedforsecurity=False).hexdigest()
        place = path / "objects" / name[:2] / name[2:]
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(zlib.compress(body, 1))


def _swollen(files: int, size: int) -> Hostile:
    """Highly compressible files: little to send, much to hold."""

    def make(path: Path, _trap: Path) -> None:
        zeros = bytes(size)
        bodies = {f"bad/{n}": b"%d" % n + zeros for n in range(files)}
        build_repository(path, [{**SOUND, "bad/meta.yaml": META, **bodies}], tags={"v1.0": 0})

    total = files * size // 1_000_000
    return Hostile(
        f"{files} files of {total} MB that compress to nothing",
        "R13",
        make,
        frozenset({"sound"}),
        says="larger|at most",
    )


def _sizes() -> list[Hostile]:
    return [
        content("10,000 tiny files", "R13", {f"data/{n % 100}/{n}": f"{n}\n" for n in range(10_000)}, harmless=True),
        content("many entries and many files", "R13", {
            **{f"f{n}": "x" for n in range(5000)},
            "meta.yaml": META + "properties:\n  additionalFiles: [" + ", ".join(f"g{n}" for n in range(20_000)) + "]\n",
        }, ""),
        content("300 directories deep", "R13", {"/".join("d" * 300) + "/f": "x\n"}, harmless=True),
        content("a path of 5,000 bytes", "R13", {"/".join(["directory"] * 500) + "/f": "x\n"}, "bytes"),
        built("30,000 directories deep", "R13", lambda path, _: _deep(30_000, path), ""),
        built("ten thousand million names", "R13", _many_names, "files", small=True),
        _swollen(1, 200_000_000),
        _swollen(12, 90_000_000),
    ]  # fmt: skip


CONTENTS: list[Hostile] = [*_attributes(), *_raw_trees(), *_sizes()]
