"""Work through the receiver: an order is opened, its job gets everything it needs from it, and says how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from courseline.adapters.database.revision import REVISION
from courseline.adapters.jobs_api.client import Client
from courseline.adapters.jobs_api.copied_database import copied_database
from courseline.adapters.jobs_api.order import Order
from courseline.adapters.jobs_api.remote_store import RemoteStore
from courseline.adapters.jobs_api.reporting_git import ReportingGit
from courseline.adapters.jobs_api.reports import AT_THE_END, Reports
from courseline.errors import Busy, CourselineError, InvalidInput, NeighbourFailed, Problem, Refused
from courseline.usecases.forge import ForgeProject
from courseline.usecases.object_store import ObjectStore
from courseline.usecases.ports import Credential, Git
from courseline.usecases.rows import Database

RECORD_SECONDS = 30.0
"""How long an ended job waits to hear that its work is recorded."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job works.

    Attributes:
        server: address of the receiver.
        id_token: of the job.
        home: for what lives as long as the job.
        programs: PostgreSQL's, None for the package's.
        git: the real one.
        resolve_url: normalised identity of a URL or PATH.
        tell: shows a sentence to whoever reads the job's log.
    """

    server: str
    id_token: str | None
    home: Path
    programs: Path | None
    git: Git
    resolve_url: Callable[[str], str]
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Given:
    """What a job has instead of adapters of its own."""

    order: Order
    database: Database
    store: ObjectStore
    git: Git

    def clock(self) -> datetime:
        """The order's time: who records the work sees the same."""
        return self.order.started_at.astimezone(UTC)

    def credential(self, url: str, kind: str) -> Credential | None:
        """The order's secret for the server that it was given for."""
        given = self.order.credentials.get(kind)
        if given is None or urlsplit(given.url)[:2] != urlsplit(url)[:2]:
            return None
        return given.as_credential()

    def find_project(self, url: str) -> ForgeProject | None:
        """What GitLab told the receiver of a project."""
        found = self.order.projects.get(url)
        return None if found is None else found.as_project()


@contextmanager
def given_work(place: Place, kind: str, inputs: Mapping[str, object], wait: float) -> Iterator[Given]:
    """Open an order and work on it inside the block.

    Args:
        place: where the job works.
        kind: of the work.
        inputs: what is asked.
        wait: seconds to wait for somebody else, and for a receiver that is away.

    Raises:
        InvalidInput: the job has no id_token, or the receiver knows no such work.
        Refused: the receiver refuses it, or what was done was not what the order says.
        NeighbourFailed: it is away, or somebody else holds the work.
    """
    if place.id_token is None:
        raise InvalidInput(
            f"Opening a {kind} at {place.server}: there is no id_token.",
            [
                Problem(
                    "COURSELINE_ID_TOKEN",
                    None,
                    "It is not set.",
                    fix="Give the job `id_tokens: COURSELINE_ID_TOKEN: {aud: ...}`, as ci-templates do.",
                )
            ],
        )
    client = Client(place.server.rstrip("/"))
    order = _opened(client, place.id_token, kind, inputs, wait)
    is_reading = order.state == "reading"
    reports = Reports(client, order, every=order.lease.seconds / 4)
    git = ReportingGit(place.git, place.resolve_url, reports)
    reports.start()
    error: CourselineError | None = None
    try:
        with copied_database(
            place.home / "jobs", place.programs, [one.as_copy() for one in order.rows]
        ) as database:
            yield Given(order, database, RemoteStore(client, order), git)
    except CourselineError as problem:
        error = problem
        raise
    except BaseException:
        error = NeighbourFailed("interrupted")
        raise
    finally:
        said = _ended(reports, git, error)
    if not is_reading:
        _await_record(reports, place.tell, said=said)


def _opened(client: Client, token: str, kind: str, inputs: Mapping[str, object], wait: float) -> Order:
    from pydantic import ValidationError  # noqa: PLC0415 - start-up time

    question = {"kind": kind, "inputs": dict(inputs), "revision": REVISION}
    try:
        answer = client.ask(
            "POST", "/api/v1/operations", token, json=question, seconds=wait, wait_for_busy=True
        )
    except Busy as busy:
        raise NeighbourFailed(
            f"{busy.message} Waited {wait:g} s; run the job again when that has ended."
        ) from None
    try:
        return Order.model_validate(answer)
    except ValidationError:
        raise NeighbourFailed(
            f"Opening a {kind} at {client.server}: it answered, and not as a receiver of courseline does. Check"
            " COURSELINE_SERVER and that image and server are of one release."
        ) from None


def _ended(reports: Reports, git: ReportingGit, error: CourselineError | None) -> bool:
    """Say that the work has ended; whether that has arrived."""
    reports.add("seen", git.seen)
    reports.add("ended", {"error": None if error is None else error.kind})
    try:
        return reports.delivered(AT_THE_END)
    except NeighbourFailed:
        return False
    finally:
        reports.stop()


def _await_record(reports: Reports, tell: Callable[[str], None], *, said: bool) -> None:
    standing = reports.recorded(RECORD_SECONDS) if said else None
    if standing is not None and standing.state == "refused":
        raise Refused(standing.message)
    if standing is None or standing.state not in {"recorded", "nothing"}:
        why = f" {standing.message}" if standing is not None and standing.message else ""
        tell(
            f"The receiver has not recorded this yet.{why} The work is done; it records what the repository shows by"
            " itself, at the latest with its next reconcile."
        )
