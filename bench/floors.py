"""What git alone needs for the same work, and what people did by hand before: floors and peers.

A floor is the least that brings the same change about with the same protocol: our own design without everything that
makes it right (no database, no history, no fsck, no gate). A peer is the way with a check-out.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.measure import Run, run, timed
from bench.workloads import git

BLOBS = ("-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--filter=blob:none", "--stdin", "origin")  # fmt: skip
PARTIAL = ("--quiet", "--depth=1", "--no-tags", "--filter=blob:none")


def sync_floor(source: Path, tag: str, directories: Sequence[str], work: Path) -> Run:
    """Fetch a tag without blobs, list it, fetch the changed directories' blobs, write them as files.

    The repository that is fetched into is there before the clock starts: making one is no part of the floor.
    """
    changed = set(directories)
    shutil.rmtree(work, ignore_errors=True)
    _prepared(source, work)

    def floor() -> None:
        git(work, "fetch", *PARTIAL, "origin", f"+refs/tags/{tag}:refs/heads/made")
        listed = _listed(work, "refs/heads/made")
        wanted = [(path, oid) for path, oid in listed.items() if path.partition("/")[0] in changed]
        oids = "".join(f"{oid}\n" for oid in dict.fromkeys(oid for _, oid in wanted)).encode()
        git(work, *BLOBS, feed=oids)
        contents = dict(_blobs(work, [oid for _, oid in wanted]))
        for path, oid in wanted:
            target = work / "written" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(contents[oid])

    try:
        return timed(floor)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def deploy_floor(target: Path | str, files: Mapping[str, bytes], work: Path) -> Run:
    """Clone the branch without blobs, put the files on top of it, push, take the clone away."""

    def floor() -> None:
        _fetched(target, "refs/heads/main", work, listing=False)
        _import(
            work,
            [f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data for path, data in files.items()],
        )
        git(work, "push", "--quiet", "--no-thin", "origin", "made:main")
        shutil.rmtree(work)

    return _alone(floor, work)


def deploy_by_checkout(target: Path | str, files: Mapping[str, bytes], work: Path) -> Run:
    """Clone with all files, copy the directories of the new ones over, commit, push, take the clone away.

    The clone comes by the protocol that ours and the floor use, as it does from a server: `git clone PATH` would link
    to the files of the repository on the same disk instead.

    Args:
        target: directory or URL of the repository.
        files: by path, to be copied.
        work: a directory that is made.
    """
    source = work.with_name(f"{work.name}-source")
    shutil.rmtree(source, ignore_errors=True)
    for path, data in files.items():
        place = source / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    def peer() -> None:
        git(work.parent, "clone", "--quiet", _url(target), work.name)
        shutil.copytree(source, work, dirs_exist_ok=True)
        _commit_all(work)
        shutil.rmtree(work)

    try:
        return _alone(peer, work)
    finally:
        shutil.rmtree(source)


def template_floor(
    source: Path, target: Path, kept: Sequence[str], directories: Sequence[str], work: Path
) -> Run:
    """Fetch both heads without blobs, list them, put what differs into the template by blob id, push.

    Args:
        source: assignments repository.
        target: template repository.
        kept: paths inside a directory that students get.
        directories: whose files are looked at; all when there are none.
        work: a directory that is made.
    """

    def floor() -> None:
        here = _fetched(source, "refs/heads/main", work)
        there: dict[str, str] = {}
        if git(target, "for-each-ref", "refs/heads/main"):
            git(work, "fetch", *PARTIAL, str(target), "+refs/heads/main:refs/heads/head")
            there = _listed(work, "refs/heads/head")
        wanted = {
            path: oid
            for path, oid in here.items()
            if any(path.endswith(f"/{name}") for name in kept)
            and (not directories or any(path.startswith(f"{directory}/") for directory in directories))
            and there.get(path) != oid
        }
        oids = "".join(f"{oid}\n" for oid in dict.fromkeys(wanted.values())).encode()
        git(work, *BLOBS, feed=oids)
        lines = [f"M 100644 {oid} {path}".encode() for path, oid in wanted.items()]
        _import(work, lines, parent="refs/heads/head" if there else "")
        git(work, "push", "--quiet", "--no-thin", str(target), "made:main")
        shutil.rmtree(work)

    return _alone(floor, work)


def template_by_checkout(source: Path, target: Path, kept: Sequence[str], work: Path) -> Run:
    """Check both out, copy what students get with rsync (cp where there is none), commit, push, take both away.

    Both come by the protocol that ours and the floor use, as they do from a server.
    """

    def peer() -> None:
        work.mkdir()
        git(work, "clone", "--quiet", source.as_uri(), "source")
        git(work, "clone", "--quiet", target.as_uri(), "target")
        copy_kept(work / "source", work / "target", kept)
        _commit_all(work / "target")
        shutil.rmtree(work)

    return _alone(peer, work)


def copy_kept(source: Path, target: Path, kept: Sequence[str]) -> None:
    """Copy the files that students get; the same by rsync where that is installed."""
    if shutil.which("rsync"):
        rules = [f"--include={name}" for name in kept]
        run(["rsync", "-a", "--checksum", "--prune-empty-dirs", "--exclude=.git", "--include=*/", *rules, "--exclude=*",
             f"{source}/", f"{target}/"])  # fmt: skip
        return
    for path in source.rglob("*"):
        name = str(path.relative_to(source))
        if path.is_file() and ".git" not in path.parts and any(name.endswith(f"/{end}") for end in kept):
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _alone(work: Callable[[], None], directory: Path) -> Run:
    shutil.rmtree(directory, ignore_errors=True)
    try:
        return timed(work)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _url(repository: Path | str) -> str:
    return repository if isinstance(repository, str) else repository.as_uri()


def _prepared(source: Path | str, work: Path) -> None:
    """An empty repository that may fetch from `source` without blobs."""
    git(work.parent, "init", "--quiet", "--bare", work.name)
    for name, value in (("url", _url(source)), ("promisor", "true"), ("partialclonefilter", "blob:none")):
        git(work, "config", f"remote.origin.{name}", value)


def _fetched(source: Path | str, ref: str, work: Path, *, listing: bool = True) -> dict[str, str]:
    _prepared(source, work)
    git(work, "fetch", *PARTIAL, "origin", f"+{ref}:refs/heads/made")
    return _listed(work, "refs/heads/made") if listing else {}


def _listed(work: Path, ref: str) -> dict[str, str]:
    entries = (entry.partition("\t") for entry in git(work, "ls-tree", "-r", "-z", ref).split("\0") if entry)
    return {path: head.split(" ")[2] for head, _, path in entries}


def _blobs(work: Path, oids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    text = git(work, "cat-file", "--batch", feed="".join(f"{oid}\n" for oid in oids).encode()).encode()
    at = 0
    while at < len(text):
        end = text.index(b"\n", at)
        oid, _, size = text[at:end].decode().split(" ")
        yield oid, text[end + 1 : end + 1 + int(size)]
        at = end + int(size) + 2


def _import(work: Path, lines: Sequence[bytes], parent: str = "refs/heads/made") -> None:
    head = (
        b"commit refs/heads/made\ncommitter Ada Lovelace <ada@example.org> 1767225600 +0000\ndata 5\nwork\n\n"
    )
    base = f"from {parent}^0\n".encode() if parent else b""
    if not parent:
        head = b"reset refs/heads/made\n\n" + head
    git(
        work,
        "fast-import",
        "--quiet",
        "--force",
        feed=head + base + b"".join(line + b"\n" for line in lines) + b"\n",
    )


def _commit_all(work: Path) -> None:
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message=work")
    git(work, "push", "--quiet", "origin", "HEAD:main")
