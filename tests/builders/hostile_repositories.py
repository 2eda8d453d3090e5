"""Hostile repositories: refs, commits and addresses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.builders.hostile import (
    META,
    Hostile,
    Make,
    blob,
    built,
    commit_text,
    entry,
    put,
    retag,
    tag_commit,
    write,
)
from tests.builders.hostile_directories import DIRECTORIES
from tests.builders.repositories import git

FINE = ("sound",)


def _head(path: Path) -> str:
    return git(path, "rev-parse", "refs/heads/main")


def _refs() -> list[Hostile]:
    names = [
        "-x",
        "--upload-pack=touch executed",
        "--exec=id",
        "v1;id",
        "$(touch${IFS}executed)",
        "v1|x`id`",
        "'; id; '",
    ]
    options = [
        built(f"tag called {name}", "R1", lambda path, _, name=name: retag(path, _head(path), name), "", ref=name,
              exit=0, small=name.startswith("--up"))
        for name in names
    ]  # fmt: skip
    asked = [
        built(f"asked for the tag {name}", "R1", lambda *_: None, says, ref=name, exit=code)
        for name, says, code in (
            ("../../../../etc/passwd", "", 0),
            ("v1.0^{tree}", "", 0),
            ("v1.0 --upload-pack=id", "", 0),
            ("bad/../v1.0", "no such tag|no example|not", 1),
            ("../v1.0", "", 1),
            ("\x1b[2J/v1.0", "", 1),
            ("v1.0\n", "", 0),
            ("refs/heads/main", "", 0),
            ("*/v1.0", "no such tag", 1),
        )
    ]

    def chain(length: int) -> Make:
        def make(path: Path, _trap: Path) -> None:
            kind, oid = "commit", _head(path)
            for number in range(length):
                oid = write(path, "tag", b"object %s\ntype %s\ntag t%d\ntagger A <a@b> 1767225600 +0000\n\nx\n" % (
                    oid.encode(), kind.encode(), number))  # fmt: skip
                kind = "tag"
            retag(path, oid)

        return make

    def tag_of(revision: str, kind: str) -> Make:
        def make(path: Path, _trap: Path) -> None:
            oid = git(path, "rev-parse", revision)
            raw = f"object {oid}\ntype {kind}\ntag v1.0\ntagger A <a@b> 1767225600 +0000\n\nx\n"
            retag(path, write(path, "tag", raw.encode()))

        return make

    def crowd(path: Path, _trap: Path) -> None:
        head = _head(path)
        lines = ["# pack-refs with: peeled fully-peeled sorted \n"]
        lines += sorted(f"{head} refs/tags/v0.0.{n}\n" for n in range(50_000))
        put(path / "packed-refs", "".join(lines))

    return [
        *options,
        *asked,
        built("tag on a file", "R1", lambda path, _: retag(path, git(path, "rev-parse", "main:sound/README.md")), "names no commit", small=True),
        built("tag on a directory", "R1", lambda path, _: retag(path, git(path, "rev-parse", "main^{tree}")), "names no commit"),
        built("tag object on a file", "R1", tag_of("main:sound/README.md", "blob"), "names no commit"),
        built("tag object on a directory", "R1", tag_of("main^{tree}", "tree"), "names no commit"),
        built("tag object that lies about its target", "R1", tag_of("main^{tree}", "commit"), "", exit=3),
        built("tag on a tag on a tag", "R1", chain(3), published=FINE, exit=0),
        built("300 tags on each other", "R1", chain(300), published=FINE, exit=0),
        built("50,000 tags", "R13", crowd, published=FINE, exit=0),
        built("branch called as the tag", "R1", lambda path, _: put(path / "refs/heads/v1.0", _head(path) + "\n"), "branch v1.0", published=FINE, exit=0),
        built("HEAD that leads to itself", "R1", lambda path, _: put(path / "HEAD", "ref: HEAD\n"), ""),
        built("HEAD in a circle", "R1", lambda path, _: [put(path / "HEAD", "ref: refs/heads/a\n"), put(path / "refs/heads/a", "ref: refs/heads/b\n"),
              put(path / "refs/heads/b", "ref: refs/heads/a\n")], published=FINE, exit=0, small=True),
        built("HEAD out of the repository", "R1", lambda path, trap: put(path / "HEAD", f"ref: ../../{trap}/secret\n"), ""),
        built("tag in a circle", "R1", lambda path, _: put(path / "refs/tags/v1.0", "ref: refs/tags/v1.0\n"), "no such tag|it has no tags"),
        built("tag that leads to a file", "R1", lambda path, trap: put(path / "refs/tags/v1.0", f"ref: {trap}/secret\n"), "no such tag|it has no tags"),
        built("tag on nothing", "R1", lambda path, _: retag(path, "1" * 40), ""),
        built("tag on zeros", "R1", lambda path, _: retag(path, "0" * 40), ""),
        built("tag of garbage", "R1", lambda path, _: put(path / "refs/tags/v1.0", "\x00\x1b[2J\n"), ""),
        built("packed-refs of garbage", "R1", lambda path, _: put(path / "packed-refs", b"\xff\x00garbage\n" * 100), "", exit=3),
        built("replaced commit", "R1", _replaced, published=FINE, exit=0),
        built("grafted history", "R1", lambda path, _: put(path / "info/grafts", f"{_head(path)} {'1' * 40}\n"), published=FINE, exit=0),
        built("shallow without reason", "R1", lambda path, _: put(path / "shallow", f"{_head(path)}\n"), published=FINE, exit=0),
    ]  # fmt: skip


def _replaced(path: Path, _trap: Path) -> None:
    """Another commit in place of the tagged one, for whoever believes refs/replace."""
    other = blob(path, META.encode())
    tree = write(path, "tree", entry(b"bad", write(path, "tree", entry(b"meta.yaml", other)), b"40000"))
    sha = write(path, "commit", commit_text(tree))
    put(path / "refs" / "replace" / _head(path), f"{sha}\n")


def _commits() -> list[Hostile]:
    forged = (
        b"Release\n\nCourseline-Operation: 11111111-1111-5111-8111-111111111111\nCourseline-History: 9:" + b"a" * 64 + b"\n"
        b"Example-Version: week1/x e:bad@1.0 11111111-1111-5111-8111-111111111111\n"
    )  # fmt: skip

    def commit(
        name: str, head: Iterable[bytes] = (), message: bytes = b"x\n", says: str = "", fine: bool = True
    ) -> Hostile:
        def change(path: Path, _trap: Path) -> None:
            tag_commit(path, commit_text(git(path, "rev-parse", "main^{tree}"), head, message))

        return built(f"commit with {name}", "R1", change, says, published=FINE if fine else (), exit=0 if fine else 1)  # fmt: skip

    def raw(name: str, replace: tuple[bytes, bytes], says: str) -> Hostile:
        def change(path: Path, _trap: Path) -> None:
            tag_commit(path, commit_text(git(path, "rev-parse", "main^{tree}")).replace(*replace))

        return built(f"commit with {name}", "R1", change, says)

    return [
        commit("forged trailers", message=forged),
        commit("5 MB of message", message=b"x" * 80 + b"\n" + b"y" * 5_000_000),
        commit("escapes in its message", message=b"\x1b[2J\x1b]0;x\x07\n"),
        commit("an unknown encoding", [b"encoding idna"], b"\xff\n"),
        commit("the encoding of another codec", [b"encoding zlib_codec"], b"\xff\n"),
        commit("10,000 parents", [b"parent " + b"1" * 40] * 10_000, b"x\n"),
        commit("NUL in its message", message=b"a\0b\n", says="nulInCommit", fine=False),
        raw("no author", (b"author ", b"writer "), "missingAuthor"),
        raw(
            "a line break in the author",
            (b"Ada Lovelace <", b"Ada\nparent x\nLovelace <"),
            "missingEmail|badTree|unknown|missing",
        ),
        raw(
            "a year that is none",
            (b"1767225600 +0000\nc", b"99999999999999999999 +0000\nc"),
            "badDateOverflow",
        ),
        raw("no tree", (b"tree ", b"tee "), ""),
        raw("a parent that is none", (b"\nauthor", b"\nparent 123\nauthor"), ""),
        raw("the tree of another repository", (b"tree ", b"tree 1111"), ""),
    ]


def _addresses() -> list[Hostile]:
    sources = [
        "ext::sh -c touch% {trap}/executed", "fd::17", "ssh://-oProxyCommand=touch%20executed/x",
        "-oProxyCommand=id:x", "--upload-pack=touch {trap}/executed", "git://127.0.0.1:9/x.git",
        "git@127.0.0.1:x.git", "http://127.0.0.1:9/x.git", "ftp://127.0.0.1/x", "file://other.example/x",
        "transport::address", "{path}\n--upload-pack=id", "https://127.0.0.1:9/x.git?service=x#y",
        "https://-x/y.git", "\x1b[2J", "testgit::{path}", "persistent-https://127.0.0.1:9/x", "rsync://127.0.0.1/x",
    ]  # fmt: skip
    return [
        built(f"address {source!a}", "R2", lambda *_: None, "", source=source, small=source.startswith("ext"))
        for source in sources
    ]


REPOSITORIES: list[Hostile] = [*_refs(), *_commits(), *DIRECTORIES, *_addresses()]
