"""Find the example repository a sync is about, or register it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from courseline.domain import ids
from courseline.domain.ledger.history import Action, Event
from courseline.domain.library.example import ExampleRepository, Visibility
from courseline.domain.library.repository_identity import default_name
from courseline.domain.library.source_type import SourceType, source_type
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, Problem, Refused, Severity
from courseline.usecases.rows import Rows

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?")


@dataclass(frozen=True, slots=True)
class Registration:
    """What is known about a repository when it is first met.

    Attributes:
        url: its normalised URL.
        project: its GitLab identity (`HOST#ID`), None outside of GitLab.
        name: short name asked for, None for the default.
        organization: path of the owning organization, None for none.
        visibility: asked for, None for the default.
        source_type: what kind of place it is; None to tell by URL and project.
    """

    url: str
    project: str | None = None
    name: str | None = None
    organization: str | None = None
    visibility: Visibility | None = None
    source_type: SourceType | None = None

    @property
    def identity(self) -> str:
        """GitLab host and project id when known, else the normalised URL."""
        return self.project or self.url

    @property
    def number(self) -> int | None:
        """The project's number, None outside of GitLab."""
        number = (self.project or "").rpartition("#")[2]
        return int(number) if number.isdecimal() else None


def find_repository(registration: Registration, rows: Rows) -> ExampleRepository | None:
    """The registered repository with this URL or project.

    Raises:
        Refused: URL and project are known as two repositories, or the URL as that of another project.
    """
    known = rows.library.repository(urls=[registration.url], project=registration.project)
    if known is None or registration.number is None or known.project_id in {None, registration.number}:
        return known
    # A project that moved away leaves its address to whoever takes it next.
    raise Refused(
        f"Looking for the example repository {registration.url}: it is registered as {known.name}, project"
        f" {known.project_id}, and this is project {registration.number}. Move this project to another address, or remove"
        " the old one from the table example_repository_url."
    )


def check_options(registration: Registration) -> None:
    """Whether the names asked for can be names.

    Raises:
        InvalidInput: one cannot; there is a problem for each.
    """
    problems = [
        Problem(
            option,
            None,
            f"`{printable(name)}` cannot be a name.",
            fix="Use letters, digits, `_`, `-` and dots, for example `python-examples`.",
        )
        for option, name in (
            ("--repository", registration.name),
            ("--organization", registration.organization),
        )
        if name is not None and not _NAME.fullmatch(name)
    ]
    if problems:
        raise InvalidInput(f"Registering {registration.url}: an option is not usable.", problems)


def proposed(registration: Registration) -> ExampleRepository:
    """The repository as it would be registered.

    Without an organization there is nobody to keep it to, so it is public; with one it is that organization's own
    unless said otherwise.

    Raises:
        Refused: private to an organization that is not named, so that nobody could use it.
    """
    if registration.visibility is Visibility.PRIVATE and registration.organization is None:
        raise Refused(
            f"Registering {registration.url}: --visibility private keeps it to its organization, and none is named. Add"
            " --organization, or leave --visibility out."
        )
    default = Visibility.PRIVATE if registration.organization else Visibility.PUBLIC
    return ExampleRepository(
        id=ids.repository_id(registration.identity),
        identity=registration.identity,
        name=registration.name or default_name(registration.url),
        organization=registration.organization,
        visibility=registration.visibility or default,
        urls=(registration.url,),
        project_id=registration.number,
        source_type=registration.source_type or source_type(registration.url, registration.project),
    )


def register(registration: Registration, rows: Rows, actor: str, now: datetime) -> ExampleRepository:
    """Register the repository and record it in its own history.

    Raises:
        Refused: another repository of the organization has the short name.
    """
    repository = proposed(registration)
    rows.library.add_repository(repository)
    details = {
        "identity": repository.identity,
        "name": repository.name,
        "organization": repository.organization,
        "visibility": str(repository.visibility),
        "source_type": str(repository.source_type),
    }
    rows.ledger.append(repository.id, [Event(Action.REGISTERED, now, actor=actor, details=details)])
    return repository


def is_recognised(registration: Registration, known: ExampleRepository) -> bool:
    """Whether a registered repository is known by this URL and project number."""
    return registration.url in known.urls and _number(registration, known) == known.project_id


def recognise(
    registration: Registration, known: ExampleRepository, rows: Rows, actor: str, now: datetime
) -> None:
    """Remember a URL or project number that a registered repository was not known by, and record that."""
    if is_recognised(registration, known):
        return
    number = _number(registration, known)
    rows.library.add_repository(replace(known, urls=(registration.url,), project_id=number))
    details = {"identity": known.identity, "url": registration.url, "project": registration.project}
    event = Event(Action.REGISTERED, now, actor=actor, reason="seen at another address", details=details)
    rows.ledger.append(known.id, [event])


def _number(registration: Registration, known: ExampleRepository) -> int | None:
    return registration.number if known.project_id is None else known.project_id


def differences(registration: Registration, repository: ExampleRepository) -> list[Problem]:
    """Warnings where options differ from what was fixed at registration."""
    asked = {
        "--repository": (registration.name, repository.name),
        "--organization": (registration.organization, repository.organization),
        "--visibility": (registration.visibility, repository.visibility),
    }
    return [
        Problem(
            option,
            None,
            f"{option} {wanted} has no effect: the repository is registered with {known or 'none'}.",
            Severity.WARNING,
            "Registration is fixed at the first sync.",
        )
        for option, (wanted, known) in asked.items()
        if wanted is not None and wanted != known
    ]
