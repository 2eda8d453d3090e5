"""Verify the history: every chain by its hashes, and a course's also against what its commits say about it.

Each deploy commit carries the head its course's chain had just before (`Courseline-History: SEQ:HASH`) and the
operation that made it (`Courseline-Operation: ID`). Whoever rewrites the database, hashes and all, would have to
rewrite the repository's commits too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.deploying.commit_message import HISTORY, OPERATION, parse_history_head, steps_listed
from courseline.domain.deploying.trailers import parse_trailers
from courseline.domain.ledger.history import GENESIS, Break, ChainHead, HistoryRow, verify_chain
from courseline.domain.ledger.operation import OperationState
from courseline.errors import InvalidInput, NotFound, Problem, Severity, errors_among
from courseline.usecases.ledger.settle_repository import settle_repository
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Commit
from courseline.usecases.rows import LedgerRows


@dataclass(frozen=True, slots=True)
class VerifyHistory:
    """What to verify; everything when neither is given.

    Attributes:
        course: `organization/family/course`, course path or id.
        repository_url: assignments or student-template repository of a course, whose commits bear witness.
        wait: seconds to wait for a job that is writing to that repository.
    """

    course: str | None = None
    repository_url: str | None = None
    wait: float = 60.0


@dataclass(frozen=True, slots=True)
class ChainReport:
    """One chain.

    Attributes:
        chain: course or example repository id.
        name: what it belongs to, in words.
        head: its last row up to which all holds.
        broken: where and how it does not hold, None when it does.
    """

    chain: UUID
    name: str
    head: ChainHead
    broken: Break | None


@dataclass(frozen=True, slots=True)
class WitnessReport:
    """What the commits of a repository say about a course's chain.

    Attributes:
        url: the repository.
        commits: how many commits carry an operation.
        witnessed: last row whose hash a commit repeats, 0 for none.
        unwitnessed_from: first row that no commit vouches for, None when there is none.
        problems: rows that a commit tells of and that are missing or different.
    """

    url: str
    commits: int
    witnessed: int
    unwitnessed_from: int | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """The outcome; `sound` when nothing was found that cannot be."""

    chains: tuple[ChainReport, ...]
    witness: WitnessReport | None = None

    @property
    def sound(self) -> bool:
        """Whether every chain holds and no commit contradicts."""
        told = () if self.witness is None else errors_among(self.witness.problems)
        return not told and all(chain.broken is None for chain in self.chains)


@dataclass(slots=True)
class _Seen:
    """Hashes of the rows that were walked, and how many rows each operation has."""

    hashes: dict[int, str] = field(default_factory=lambda: {0: GENESIS})
    operations: Counter[UUID] = field(default_factory=Counter)

    def watch(self, rows: Iterable[HistoryRow]) -> Iterator[HistoryRow]:
        for row in rows:
            self.hashes[row.seq] = row.hash
            if row.event.operation_id is not None:
                self.operations[row.event.operation_id] += 1
            yield row


def verify_history(command: VerifyHistory, neighbours: Neighbours) -> HistoryReport:
    """Verify; what a killed run pushed and could not record any more is recorded before.

    Raises:
        NotFound: no such course, or no course with this repository.
        InvalidInput: the reference means several courses, or the repository is another course's.
        NeighbourFailed: a job is writing to the repository and does not end.
    """
    if command.course is None and command.repository_url is None:
        with neighbours.database.transaction() as rows:
            names = rows.ledger.chains()
            return HistoryReport(
                tuple(_verify(chain, name, rows.ledger, _Seen()) for chain, name in names.items())
            )
    course = _course(command, neighbours)
    if command.repository_url is not None:
        settle_repository(command.repository_url, command.wait, course, neighbours)
    # Commits first: rows of a commit are written after it, so what a commit tells of must be there by then.
    commits = None if command.repository_url is None else _commits(command.repository_url, course, neighbours)
    seen = _Seen()
    with neighbours.database.transaction() as rows:
        report = _verify(course.id, f"course {course.title}", rows.ledger, seen)
        if command.repository_url is None or commits is None:
            return HistoryReport((report,))
        witness = _heard(command.repository_url, commits, seen, rows.ledger)
    return HistoryReport((report,), witness)


def _verify(chain: UUID, name: str, ledger: LedgerRows, seen: _Seen) -> ChainReport:
    rows = seen.watch(ledger.history(chain))
    head, broken = verify_chain(chain, rows)
    for _ in rows:  # behind a break, for what commits tell of it
        pass
    return ChainReport(chain, name, head, broken)


def _course(command: VerifyHistory, neighbours: Neighbours) -> Course:
    with neighbours.database.transaction() as rows:
        found: list[Course] = []
        if command.course is not None:
            found = rows.courses.find(command.course)
        elif command.repository_url is not None:
            identity = neighbours.resolve_url(command.repository_url)
            course = rows.courses.by_assignments(identity) or rows.courses.by_template(identity)
            found = [] if course is None else [course]
    asked = command.course or command.repository_url
    if not found:
        raise NotFound(
            f"Verifying the history of {asked}: no registered course has it. See `courseline course list`."
        )
    if len(found) > 1:
        titles = ", ".join(course.title for course in found)
        raise InvalidInput(f"Verifying the history of {asked}: it means {titles}. Name one of them in full.")
    if command.course is not None and command.repository_url is not None:
        identity = neighbours.resolve_url(command.repository_url)
        if identity not in {found[0].assignments_identity, found[0].template_identity}:
            raise InvalidInput(
                f"Verifying the history of {found[0].title}: {command.repository_url} is none of its repositories."
                f" They are {found[0].assignments_url} and {found[0].template_url}."
            )
    return found[0]


def _commits(url: str, course: Course, neighbours: Neighbours) -> Sequence[Commit]:
    """All commits of the default branch, newest first; none for an empty repository."""
    kind = "template" if neighbours.resolve_url(url) == course.template_identity else "source"
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(url, neighbours.credential(url, course.id, kind))
        refs = remote.refs()
        ref = f"refs/heads/{refs.head_branch or 'main'}"
        if ref not in refs.refs:
            return ()
        return workspace.commits(remote.fetch(ref, depth=None, filter="tree:0"))


def _heard(url: str, commits: Sequence[Commit], seen: _Seen, ledger: LedgerRows) -> WitnessReport:
    problems: list[Problem] = []
    telling, witnessed = 0, 0
    for commit in reversed(commits):
        trailers = parse_trailers(commit.message)
        telling += OPERATION in trailers
        for text in trailers.get(OPERATION, ()):
            problems += _operation_problems(text, commit, seen, ledger)
        for text in trailers.get(HISTORY, ()):
            head = parse_history_head(text)
            if head is None:
                problems.append(
                    Problem(commit.sha, None, f"Its trailer `{HISTORY}: {text[:100]}` is no SEQ:HASH.")
                )
                continue
            recorded = seen.hashes.get(head.seq)
            if recorded is None:
                problems.append(
                    Problem(commit.sha, None, f"It follows row {head.seq}, which the history lacks.")
                )
            elif recorded != head.hash:
                found = f"It follows row {head.seq} with hash {head.hash}; the history has {recorded} there."
                problems.append(Problem(commit.sha, None, found))
            else:
                witnessed = max(witnessed, head.seq)
    last = max(seen.hashes)
    return WitnessReport(
        url, telling, witnessed, witnessed + 1 if last > witnessed else None, tuple(problems)
    )


def _operation_problems(text: str, commit: Commit, seen: _Seen, ledger: LedgerRows) -> list[Problem]:
    try:
        operation_id = UUID(text)
    except ValueError:
        return [Problem(commit.sha, None, f"Its trailer `{OPERATION}: {text[:100]}` is no operation.")]
    recorded, listed = seen.operations[operation_id], steps_listed(commit.message)
    if recorded >= max(1, listed):
        return []
    operation = ledger.operation(operation_id)
    if operation is not None and operation.state is OperationState.OPEN and not recorded:
        message = f"Its {operation.kind} has not ended, so its rows are not recorded yet."
        fix = "The next run of that command records them."
        return [Problem(commit.sha, None, message, Severity.WARNING, fix)]
    fix = (
        "Rows were removed, the database is older than the repository, or somebody wrote the trailer by hand."
    )
    if recorded:
        message = f"It lists {listed} steps of operation {operation_id}, of which the history has {recorded}."
    else:
        message = f"It was made by operation {operation_id}, of which the history has no row."
    return [Problem(commit.sha, None, message, fix=fix)]
