"""Look for hidden files of examples in a whole repository: all refs, all history, and what no ref reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from courseline.domain.paths import printable
from courseline.domain.students.scan.graph import CommitNode, Reach, oldest_first
from courseline.domain.students.scan.leak import Leak, Sign, Traced, leaks_of
from courseline.domain.students.scan.look import Trace, look
from courseline.domain.students.scan.recovery import recovery_steps
from courseline.domain.students.scan.signs import content_signs, name_signs
from courseline.domain.students.scan.sought import Sought
from courseline.errors import NeighbourFailed, Problem, Severity
from courseline.usecases.neighbours import Progress
from courseline.usecases.whole_repository import GitObject, WholeRepository

BATCH_BYTES = 32 * 1024 * 1024
"""Bytes of objects that are held at once; a single larger one is read alone."""
LARGEST = 64 * 1024 * 1024
"""A larger file is known by its id alone."""
LARGEST_SIGNED = 4 * 1024 * 1024
"""Signs are looked for in files that people write, which are not larger."""
_MESSAGES = frozenset({"commit", "tag"})


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a repository was found to hold.

    Attributes:
        repository: as named.
        leaks: see `leaks_of`; none means clean.
        recovery: what to do, in order.
        files: how many contents of files were looked at.
        commits: how many commits were.
        refs: how many refs there are.
        examples: how many examples it was compared with; 0 for signs alone.
        sees_unreachable: whether objects that no ref reaches were looked at.
        warnings: what could not be looked at.
    """

    repository: str
    leaks: tuple[Leak, ...]
    recovery: tuple[str, ...]
    files: int
    commits: int
    refs: int
    examples: int
    sees_unreachable: bool
    warnings: tuple[Problem, ...] = ()


@dataclass
class _Found:
    """What is known so far."""

    traces: dict[str, tuple[Trace, ...]] = field(default_factory=dict)
    signs: dict[str, tuple[Sign, ...]] = field(default_factory=dict)
    brought: defaultdict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, tuple[str, str]] = field(default_factory=dict)  # path -> first commit and blob
    tags: dict[str, str] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)


def scan_repository(whole: WholeRepository, sought: Sought, progress: Progress) -> Scanned:
    """Look at everything once; of the contents a few are in memory at a time.

    Args:
        whole: the repository.
        sought: what is looked for.
        progress: see `Progress`.

    Raises:
        NeighbourFailed: the repository lacks objects that its refs reach.
    """
    objects = [one for one in whole.objects() if one.kind != "tree"]
    found = _Found()
    commits = _commits(whole, [one for one in objects if one.kind == "commit"])
    _look_at_contents(whole, objects, sought, found, progress)
    ordered = oldest_first(commits)
    refs = _peeled(whole.refs, found.tags)
    _walk(whole, ordered, Reach(ordered, refs.values()), found, progress)
    _confirm(whole, objects, found)
    for path, sign in name_signs(found.names):
        commit, oid = found.names[path]
        if oid not in found.traces:
            found.signs[oid] = (*found.signs.get(oid, ()), sign)
            found.brought[oid] = found.brought[oid] or [(commit, path)]
    traced = Traced(
        ordered, refs, found.traces, found.signs, found.brought, _tips(whole, refs, found), found.tags
    )
    leaks = tuple(leaks_of(traced))
    return Scanned(
        repository=whole.url,
        leaks=leaks,
        recovery=tuple(recovery_steps(leaks, whole.url)),
        files=sum(one.kind == "blob" for one in objects),
        commits=len(commits),
        refs=len(refs),
        examples=sought.examples,
        sees_unreachable=whole.sees_unreachable,
        warnings=tuple(found.warnings),
    )


def _commits(whole: WholeRepository, objects: Sequence[GitObject]) -> dict[str, CommitNode]:
    commits: dict[str, CommitNode] = {}
    for batch in _batches(objects):
        for one in whole.commits(batch):
            subject = printable(one.message.split("\n", 1)[0][:80])
            commits[one.sha] = CommitNode(
                one.sha, one.parents, one.tree, one.committed_at, printable(one.author), subject
            )
    return commits


def _look_at_contents(
    whole: WholeRepository, objects: Sequence[GitObject], sought: Sought, found: _Found, progress: Progress
) -> None:
    kinds = {one.oid: one.kind for one in objects}
    small = [one for one in objects if one.size <= LARGEST]
    for one in objects:
        if one.size > LARGEST:
            if one.oid in sought.by_oid:
                found.traces[one.oid] = look(b"", one.oid, sought)
            else:
                found.warnings.append(_too_large(one))
    done = 0
    for batch in _batches(small):
        progress("Looking at files", done, len(small))
        contents = whole.read(batch)
        done += len(batch)
        for oid, raw in contents.items():
            kind = kinds[oid]
            if kind == "tag":
                found.tags[oid] = _target_of(raw)
            text = raw.partition(b"\n\n")[2] if kind in _MESSAGES else raw
            traces = look(text, oid, sought)
            if traces:
                found.traces[oid] = traces
        blobs = {
            oid: raw
            for oid, raw in contents.items()
            if kinds[oid] == "blob" and oid not in found.traces and len(raw) <= LARGEST_SIGNED
        }
        for oid, sign in content_signs(blobs):
            found.signs[oid] = (*found.signs.get(oid, ()), sign)


def _walk(
    whole: WholeRepository, ordered: Sequence[CommitNode], reach: Reach, found: _Found, progress: Progress
) -> None:
    """Find out which commits brought what was found, and under which names files went at all."""
    there = {commit.sha for commit in ordered}
    done = 0

    def seen(commit: str, path: str, oid: str) -> None:
        found.names.setdefault(path, (commit, oid))
        if oid in found.traces or oid in found.signs:
            found.brought[oid].append((commit, path))

    def lines(commits: Iterable[CommitNode]) -> Iterator[tuple[str, list[str]]]:
        nonlocal done
        for commit in commits:
            progress("Looking through the history", done, len(ordered))
            done += 1
            yield commit.sha, [parent for parent in commit.parents if parent in there]

    whole.brought(lines(commit for commit in ordered if reach.reached(commit.sha)), seen)
    try:
        whole.brought(lines(commit for commit in ordered if not reach.reached(commit.sha)), seen)
    except NeighbourFailed:
        found.warnings.append(
            Problem(
                "unreachable commits",
                None,
                "Some commits that no ref reaches have lost a part of their files, so the names of what is in them are"
                " not all known.",
                Severity.WARNING,
                "Prune the repository (git gc --prune=now), and scan it again.",
            )
        )


def _confirm(whole: WholeRepository, objects: Sequence[GitObject], found: _Found) -> None:
    """Look at contents with signs once more, now that their names are known."""
    suspects = [one for one in objects if one.oid in found.signs]
    found.signs.clear()
    names = {oid: [path for _, path in brought] for oid, brought in found.brought.items()}
    for batch in _batches(suspects):
        for oid, sign in content_signs(whole.read(batch), names):
            if sign not in found.signs.get(oid, ()):
                found.signs[oid] = (*found.signs.get(oid, ()), sign)


def _tips(whole: WholeRepository, refs: Mapping[str, str], found: _Found) -> dict[str, list[tuple[str, str]]]:
    wanted = found.traces.keys() | found.signs.keys()
    if not wanted:
        return {}
    return {
        tip: [(path, oid) for path, oid in whole.listing(tip) if oid in wanted]
        for tip in dict.fromkeys(refs.values())
    }


def _peeled(refs: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, str]:
    peeled: dict[str, str] = {}
    for name, oid in refs.items():
        target, steps = oid, 0
        while target in tags and steps < len(tags):
            target, steps = tags[target], steps + 1
        peeled[name] = target
    return peeled


def _target_of(raw: bytes) -> str:
    """What an annotated tag names: https://git-scm.com/docs/git-mktag."""
    return raw.partition(b"\n")[0].removeprefix(b"object ").decode("ascii", "replace")


def _batches(objects: Sequence[GitObject]) -> Iterator[list[str]]:
    batch: list[str] = []
    held = 0
    for one in objects:
        if batch and held + one.size > BATCH_BYTES:
            yield batch
            batch, held = [], 0
        batch.append(one.oid)
        held += one.size
    if batch:
        yield batch


def _too_large(one: GitObject) -> Problem:
    message = f"It has {one.size} bytes; files up to {LARGEST} bytes are looked into, larger ones are known by their id."
    fix = "Look at it yourself: git cat-file blob with this id."
    return Problem(one.oid, None, message, Severity.WARNING, fix)
