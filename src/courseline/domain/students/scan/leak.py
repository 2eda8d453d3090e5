"""What leaked: each content that should not be in the repository, with where it is and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from courseline.domain.library.version import Role
from courseline.domain.students.scan.graph import CommitNode, Reach
from courseline.domain.students.scan.look import Likeness, Trace


class State(StrEnum):
    """Where a content is: at the tip of a ref, only in the history of one, or in no ref's history any more."""

    TIP = "tip"
    HISTORY = "history"
    UNREACHABLE = "unreachable"


class Kind(StrEnum):
    """What holds it."""

    FILE = "file"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a check of the leak gate found that needs no example to be seen, such as a solution marker."""

    rule: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Leak:
    """One content that should not be there.

    Attributes:
        oid: its git object id.
        kind: a file, or the message of a commit or tag.
        state: see `State`.
        paths: under which names it was committed, ordered; none is known of what is in no commit.
        traces: hidden files it is or holds.
        signs: what else is wrong with it, when there is no trace.
        since: the first commit that brought it.
        tip_refs: refs at whose tip it is.
        history_refs: refs in whose history alone it is.
    """

    oid: str
    kind: Kind
    state: State
    paths: tuple[str, ...]
    traces: tuple[Trace, ...]
    signs: tuple[Sign, ...]
    since: CommitNode | None
    tip_refs: tuple[str, ...]
    history_refs: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """Whether a hidden file was recognised, so that it is more than a sign."""
        return bool(self.traces)


@dataclass(frozen=True)
class Traced:
    """All that was found out about a repository.

    Attributes:
        ordered: its commits, oldest first.
        refs: the commit, tree or blob that each ref leads to, by full name.
        traces: by object id.
        signs: by object id.
        brought: (commit, path) that brought an object, oldest first, by object id.
        at_tips: (path, object id) of what is at a tip, by the tip's id; at least of objects with a trace or sign.
        tags: what an annotated tag leads to, by the tag's own id.
    """

    ordered: Sequence[CommitNode]
    refs: Mapping[str, str]
    traces: Mapping[str, tuple[Trace, ...]]
    signs: Mapping[str, tuple[Sign, ...]]
    brought: Mapping[str, Sequence[tuple[str, str]]]
    at_tips: Mapping[str, Iterable[tuple[str, str]]]
    tags: Mapping[str, str] = field(default_factory=dict)


_STATES = list(State)
_SURE = list(Likeness)
_ROLES = [Role.SUBMISSION, Role.TEST]


def leaks_of(traced: Traced) -> list[Leak]:
    """Every leak: what is at a tip first, then solutions, tests and the rest, then by path."""
    reach = Reach(traced.ordered, traced.refs.values())
    commits = {commit.sha: commit for commit in traced.ordered}
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, tip in traced.refs.items():
        names[tip].append(name)
    shown: defaultdict[str, set[str]] = defaultdict(set)  # object -> tips that show it
    shown_as: defaultdict[str, set[str]] = defaultdict(set)
    for tip, files in traced.at_tips.items():
        for path, oid in files:
            shown[oid].add(tip)
            shown_as[oid].update([path] if path else [])
    leaks: list[Leak] = []
    for oid in dict.fromkeys([*traced.traces, *traced.signs]):
        message_of = oid if oid in commits else traced.tags.get(oid)
        kind = Kind.FILE if message_of is None else Kind.MESSAGE
        bringing = [sha for sha, _ in traced.brought.get(oid, ())] if message_of is None else [message_of]
        reached = reach.tips(bringing)
        tips = shown.get(oid, set()) | ({message_of} & set(names) if message_of is not None else set())
        tip_refs = sorted(name for tip in tips for name in names[tip])
        history_refs = sorted(name for tip in reached if tip not in tips for name in names[tip])
        state = State.TIP if tip_refs else State.HISTORY if history_refs else State.UNREACHABLE
        paths = {path for _, path in traced.brought.get(oid, ())} | shown_as.get(oid, set())
        since = next((commits[sha] for sha in bringing if sha in commits), None)
        leaks.append(
            Leak(
                oid,
                kind,
                state,
                tuple(sorted(paths)),
                traced.traces.get(oid, ()),
                traced.signs.get(oid, ()) if oid not in traced.traces else (),
                since,
                tuple(tip_refs),
                tuple(history_refs),
            )
        )
    return sorted(leaks, key=_rank)


def _rank(leak: Leak) -> tuple[bool, int, int, int, tuple[str, ...], str]:
    known = leak.traces[0].known if leak.traces else None
    role = _ROLES.index(known.role) if known is not None and known.role in _ROLES else len(_ROLES)
    sure = _SURE.index(leak.traces[0].likeness) if leak.traces else len(_SURE)
    return (not leak.certain, _STATES.index(leak.state), role, sure, leak.paths, leak.oid)
