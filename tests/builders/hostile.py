"""Repositories that mean harm: what one is, and the small pieces they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.builders.repositories import Content, build_repository, git

from courseline.domain.tree import blob_oid

SECRET = "CANARY-7d1c-of-this-machine"
"""What the files outside hold; it must appear in no output and in nothing that is stored."""

Make = Callable[[Path, Path], object]
"""Makes the repository at the first path; the second is the trap: a directory that nobody may touch or read."""

SOUND: dict[str, Content] = {
    "sound/meta.yaml": "identifier: sound\ntitle: Sound\n",
    "sound/README.md": "# Sound\n",
}
META = "identifier: bad\ntitle: Bad\n"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A repository and what `courseline-sync` has to make of it.

    Attributes:
        name: of the case.
        threat: number in the list of threats, for the reader.
        make: see `Make`.
        published: identifiers of the examples that enter the library; exit 0 is right only when that is all of them.
        exit: code.
        says: pattern that the output must hold.
        ref: what is asked for; None leaves the usual tag.
        source: address to give instead of the repository's path; `{path}` and `{trap}` are filled in.
        follows: below the trap, what git may open because the directory is built of it (alternates, links).
        files: of the example `bad`, which must be in the store byte for byte when it is published.
        small: whether the short run has it.
    """

    name: str
    threat: str
    make: Make
    published: frozenset[str] = frozenset()
    exit: int = 1
    says: str = ""
    ref: str = "v1.0"
    source: str = "{path}"
    follows: tuple[str, ...] = ()
    files: Mapping[str, Content] = field(default_factory=dict)
    small: bool = False


def spring(trap: Path) -> None:
    """Lay out what must not be touched: a secret file, a directory with one, a repository of somebody else."""
    (trap / "directory").mkdir(parents=True)
    (trap / "secret").write_text(f"{SECRET}\n")
    (trap / "directory" / "README.md").write_text(f"{SECRET}\n")
    build_repository(
        trap / "other.git", [{"other/meta.yaml": META, "other/x": f"{SECRET}\n"}], tags={"v1.0": 0}
    )


def tripped(trap: Path) -> str:
    """The shell command that hostile configuration wants to run."""
    return f"touch {trap}/executed"


def content(
    name: str,
    threat: str,
    files: Mapping[str, Content],
    says: str = "",
    *,
    harmless: bool = False,
    whole: bool = False,
    root: Mapping[str, Content] | None = None,
    small: bool = False,
) -> Hostile:
    """An example `bad` with these files beside a sound one.

    Args:
        name: see `Hostile`.
        threat: see `Hostile`.
        files: by path inside `bad/`; a meta.yaml is added. `{trap}` in a text becomes the trap's path.
        says: see `Hostile`.
        harmless: it is published as it is.
        whole: nothing of the repository is published.
        root: further files, beside the examples.
        small: see `Hostile`.
    """
    inside: dict[str, Content] = {"meta.yaml": META, **files}

    def make(path: Path, trap: Path) -> None:
        everything = {**SOUND, **(root or {}), **{f"bad/{name}": body for name, body in inside.items()}}
        build_repository(
            path, [{name: _filled(body, trap) for name, body in everything.items()}], tags={"v1.0": 0}
        )

    return Hostile(
        name, threat, make,
        published=frozenset() if whole else frozenset({"sound", "bad"} if harmless else {"sound"}),
        exit=0 if harmless else 1, says=says, files=inside if harmless else {}, small=small,
    )  # fmt: skip


def _filled(body: Content, trap: Path) -> Content:
    if isinstance(body, tuple):
        mode, inner = body
        return mode, inner.replace("{trap}", str(trap)) if isinstance(inner, str) else inner
    return body.replace("{trap}", str(trap)) if isinstance(body, str) else body


def entry(name: bytes, oid: str, mode: bytes = b"100644") -> bytes:
    """One entry of a raw tree."""
    return mode + b" " + name + b"\0" + bytes.fromhex(oid)


def write(path: Path, kind: str, data: bytes) -> str:
    """Write an object that git would not make itself; answers its id."""
    return git(path, "hash-object", "-t", kind, "-w", "--literally", "--stdin", feed=data)


def commit_text(tree: str, head: Iterable[bytes] = (), message: bytes = b"hostile\n") -> bytes:
    """A raw commit."""
    who = b"Ada Lovelace <ada@example.org> 1767225600 +0000"
    lines = [b"tree " + tree.encode(), b"author " + who, b"committer " + who, *head]
    return b"\n".join(lines) + b"\n\n" + message


def tag_commit(path: Path, raw: bytes, *, tag: str = "v1.0") -> str:
    """Write a raw commit and point main and a tag at it."""
    sha = write(path, "commit", raw)
    put(path / "refs" / "heads" / "main", f"{sha}\n")
    retag(path, sha, tag)
    return sha


def put(place: Path, text: str | bytes) -> None:
    """Write a file, in place of a link too."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.write_bytes(text.encode() if isinstance(text, str) else text)


def retag(path: Path, oid: str, tag: str = "v1.0") -> None:
    """Point a tag anywhere; git is not asked."""
    put(path / "refs" / "tags" / tag, f"{oid}\n")


def raw_tree(
    name: str,
    threat: str,
    entries: Callable[[Path], bytes],
    says: str,
    *,
    published: Iterable[str] = (),
    exit: int = 1,  # noqa: A002 - the word of the output
    small: bool = False,
) -> Hostile:
    """The sound example beside an example `bad` whose tree is written by hand; what git refuses, it refuses whole."""

    def make(path: Path, trap: Path) -> None:
        build_repository(path, [SOUND], tags={"v1.0": 0})
        bad = write(path, "tree", entries(path) + entry(b"meta.yaml", blob(path, META.encode())))
        sound = git(path, "rev-parse", "main:sound")
        tag_commit(
            path,
            commit_text(write(path, "tree", entry(b"bad", bad, b"40000") + entry(b"sound", sound, b"40000"))),
        )

    return Hostile(name, threat, make, frozenset(published), exit, says, small=small)


def blob(path: Path, data: bytes) -> str:
    """Write a blob; answers its id."""
    write(path, "blob", data)
    return blob_oid(data)


def built(
    name: str,
    threat: str,
    change: Make,
    says: str = "",
    *,
    published: Iterable[str] = (),
    exit: int = 1,  # noqa: A002 - the word of the output
    ref: str = "v1.0",
    source: str = "{path}",
    follows: tuple[str, ...] = (),
    small: bool = False,
) -> Hostile:
    """A sound repository that `change` then does something to."""

    def make(path: Path, trap: Path) -> None:
        build_repository(path, [SOUND], tags={"v1.0": 0})
        change(path, trap)

    return Hostile(
        name, threat, make, frozenset(published), exit, says, ref, source, follows, small=small
    )  # fmt: skip
