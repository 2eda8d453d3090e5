"""Hostile directories: one that says it is a repository, and whose configuration, hooks and object store mean harm."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

from tests.builders.hostile import Hostile, Make, built, commit_text, put, retag, tag_commit, tripped, write
from tests.builders.repositories import build_repository, git

FINE = ("sound",)

_KEYS = [
    "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy",
    "core.alternateRefsCommand", "uploadpack.packObjectsHook", "gc.recentObjectsHook", "credential.helper",
    "filter.evil.smudge", "diff.external", "gpg.program", "alias.upload-pack", "remote.origin.uploadpack",
]  # fmt: skip


def _configured(path: Path, trap: Path) -> None:
    for key in _KEYS:
        value = f"!{tripped(trap)}" if key.startswith(("alias", "credential")) else tripped(trap)
        git(path, "config", key, value)


def _hooked(path: Path, trap: Path) -> None:
    for name in (
        "post-checkout", "pre-push", "post-upload", "pre-upload", "reference-transaction", "post-index-change",
        "fsmonitor-watchman", "proc-receive", "update", "pre-receive", "post-merge", "pre-auto-gc",
    ):  # fmt: skip
        put(path / "hooks" / name, f"#!/bin/sh\n{tripped(trap)}\n")
        (path / "hooks" / name).chmod(0o755)
    git(path, "config", "core.hooksPath", str(path / "hooks"))


def _promised(url: str) -> Make:
    """A partial clone: who asks for the missing file makes it fetch from a place of its own choice."""

    def make(path: Path, trap: Path) -> None:
        oid = git(path, "rev-parse", "main:sound/README.md")
        _unpack(path)
        (path / "objects" / oid[:2] / oid[2:]).unlink()
        for key, value in (
            ("core.repositoryformatversion", "1"),
            ("extensions.partialClone", "origin"),
            ("remote.origin.promisor", "true"),
            ("remote.origin.url", url.replace("{trap}", str(trap))),
            ("remote.origin.uploadpack", tripped(trap)),
            ("protocol.ext.allow", "always"),
        ):
            git(path, "config", key, value)

    return make


def _included(path: Path, trap: Path) -> None:
    git(path, "config", "include.path", f"{trap}/secret")


def _config(text: str) -> Make:
    return lambda path, _trap: put(path / "config", text)


def _version(number: int, *extensions: tuple[str, str]) -> Make:
    def make(path: Path, _trap: Path) -> None:
        for key, value in (("core.repositoryformatversion", str(number)), *extensions):
            git(path, "config", key, value)

    return make


def _sha256(path: Path, _trap: Path) -> None:
    shutil.rmtree(path)
    git(path.parent, "init", "-q", "--bare", "--object-format=sha256", "--initial-branch=main", str(path))
    tree = git(path, "mktree", feed=b"")
    git(path, "update-ref", "refs/tags/v1.0", git(path, "commit-tree", "-m", "x", tree))


def _damaged(pick: str, change: Make) -> Make:
    def make(path: Path, trap: Path) -> None:
        _unpack(path)
        oid = git(path, "rev-parse", pick)
        place = path / "objects" / oid[:2] / oid[2:]
        place.chmod(0o644)
        change(place, trap)

    return make


def _other_text(place: Path, _trap: Path) -> None:
    place.write_bytes(zlib.compress(b"blob 8\0# Other\n"))


def _bomb(place: Path, _trap: Path) -> None:
    place.write_bytes(zlib.compress(b"blob 8\0" + bytes(300_000_000), 9))


def _boast(place: Path, _trap: Path) -> None:
    place.write_bytes(zlib.compress(b"blob 99999999999999\0x"))


def _pack(change: Make) -> Make:
    def make(path: Path, trap: Path) -> None:
        git(path, "repack", "-a", "-d", "-q")
        (place,) = (path / "objects" / "pack").glob("*.pack")
        place.chmod(0o644)
        change(place, trap)

    return make


def _flip(place: Path, _trap: Path) -> None:
    raw = bytearray(place.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    place.write_bytes(bytes(raw))


def _cut(place: Path, _trap: Path) -> None:
    place.write_bytes(place.read_bytes()[:-30])


def _alternates(path: Path, trap: Path) -> None:
    put(path / "objects" / "info" / "alternates", f"{trap}/other.git/objects\n")
    retag(path, git(trap / "other.git", "rev-parse", "v1.0"))


def _directory_link(path: Path, trap: Path) -> None:
    shutil.rmtree(path / "objects")
    (path / "objects").symlink_to(trap / "other.git" / "objects")


def _tag_link(path: Path, trap: Path) -> None:
    (path / "refs/tags/v1.0").unlink()
    (path / "refs/tags/v1.0").symlink_to(trap / "secret")


def _gitfile(path: Path, trap: Path) -> None:
    shutil.rmtree(path)
    path.mkdir()
    put(path / ".git", f"gitdir: {trap}/secret\n")


def _other_worktree(path: Path, trap: Path) -> None:
    git(path, "config", "core.worktree", str(trap / "directory"))
    git(path, "config", "core.bare", "false")


def _all() -> list[Hostile]:
    readme, tree = "main:sound/README.md", "main^{tree}"
    return [
        built("configuration full of commands", "R1", _configured, published=FINE, exit=0, small=True),
        built("hooks of every name", "R1", _hooked, published=FINE, exit=0, small=True),
        built("partial clone of ext::", "R2", _promised("ext::sh -c touch% {trap}/executed"), "", small=True),
        built("partial clone of a directory", "R2", _promised("{trap}/other.git"), ""),
        built("partial clone of a server", "R2", _promised("http://127.0.0.1:9/x.git"), ""),
        built("configuration that includes a file", "R1", _included, published=FINE, exit=0, follows=("secret",)),
        built("configuration of garbage", "R1", _config("\x00\x1b[2J[[[\n"), "", exit=3),
        built("configuration of a later git", "R1", _version(99), "", exit=3),
        built("reftable", "R1", _version(1, ("extensions.refStorage", "reftable")), "", exit=3),
        built("an unknown extension", "R1", _version(1, ("extensions.evil", "true")), "", exit=3),
        built("SHA-256", "R1", _sha256, "SHA-256|SHA-1", small=True),
        built("work tree elsewhere", "R1", _other_worktree, published=FINE, exit=0),
        built("damaged file", "R9", _damaged(readme, _flip), "", small=True, exit=3),
        built("file of other content than its name says", "R9", _damaged(readme, _other_text), "", exit=3),
        built("file cut short", "R9", _damaged(readme, _cut), "", exit=3),
        built("missing file", "R9", _damaged(readme, lambda place, _: place.unlink()), ""),
        built("file that swells to 300 MB", "R13", _damaged(readme, _bomb), "", exit=3),
        built("file that boasts of 100 TB", "R13", _damaged(readme, _boast), "", exit=3),
        built("missing tree", "R9", _damaged(tree, lambda place, _: place.unlink()), "", exit=3),
        built("damaged tree", "R9", _damaged(tree, _flip), "", exit=3),
        built("missing commit", "R9", _damaged("main", lambda place, _: place.unlink()), ""),
        built("damaged commit", "R9", _damaged("main", _flip), "", exit=3),
        built("damaged pack", "R9", _pack(_flip), "", exit=3),
        built("pack cut short", "R9", _pack(_cut), ""),
        built("pack of nothing", "R9", _pack(lambda place, _: place.write_bytes(b"")), ""),
        built("objects of somebody else", "R1", _alternates, published=("bad",), exit=0, follows=("other.git",)),
        built("alternates in a circle", "R1", lambda path, _: put(path / "objects/info/alternates", f"{path}/objects\n"), published=FINE, exit=0),
        built("object directory is a link", "R6", _directory_link, "", follows=("other.git",)),
        built("tag is a link to a file", "R6", _tag_link, "", follows=("secret",)),
        built("leads elsewhere", "R1", _gitfile, "", follows=("secret",), exit=3),
        built("empty directory", "R1", lambda path, _: [shutil.rmtree(path), path.mkdir()], "no such repository"),
        built("a file", "R1", lambda path, _: [shutil.rmtree(path), path.write_text("x")], "is a file"),
        built("without commits", "R1", lambda path, _: [shutil.rmtree(path), build_repository(path)], "empty"),
        built("with an empty commit", "R1", lambda path, _: tag_commit(path, commit_text(write(path, "tree", b""))), "no files"),
    ]  # fmt: skip


def _unpack(path: Path) -> None:
    """All objects loose; few objects of an import are loose already."""
    packs = [place.read_bytes() for place in (path / "objects" / "pack").glob("*.pack")]
    for file in (path / "objects" / "pack").iterdir():
        file.unlink()
    for raw in packs:
        git(path, "unpack-objects", "-q", feed=raw)


DIRECTORIES: list[Hostile] = _all()
