"""All that a use case may talk to, in one value; `wiring` makes the real one, tests make theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.library.repository_identity import repository_address
from courseline.errors import InvalidInput
from courseline.usecases.forge import FindProject, Forge, no_project
from courseline.usecases.object_store import ObjectStore
from courseline.usecases.ports import Clock, Credential, Git, ReadYaml
from courseline.usecases.rows import Database

FindCredential = Callable[[str, UUID | None, str], Credential | None]
"""(URL, course id or None, kind: `source`, `template` or `examples`) -> credential for that URL's host, if any."""

OpenBucket = Callable[[str, Credential | None], ObjectStore]
"""(`s3://BUCKET/PREFIX?endpoint=...`, access and secret key of its own) -> the objects below the prefix."""

WriteYaml = Callable[[Mapping[str, object]], bytes]
"""Plain data to YAML, keys in the order given."""

Progress = Callable[[str, int, int], None]
"""(what is being done, how many are done, how many there are); called often, shows itself or does nothing."""


def no_progress(_what: str, _done: int, _total: int) -> None:
    """For callers that show nothing."""


def no_rules() -> str:
    """For callers that judge everything each time."""
    return ""


def no_bucket(url: str, _credential: Credential | None) -> ObjectStore:
    """For callers that sync from git alone.

    Raises:
        InvalidInput: always.
    """
    raise InvalidInput(f"Opening {url}: buckets are not read here. Sync from a git repository.")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The outside.

    Attributes:
        database: PostgreSQL.
        store: the object store.
        git: opens workspaces.
        clock: the time.
        read_yaml: strict reader.
        write_yaml: writer of reduced meta.yaml files.
        credential: finds credentials of git repositories and buckets.
        resolve_url: normalised identity of a URL or PATH.
        actor: who acts, `host#user-id` or `local:USER`.
        holder: who holds leases, for those who wait.
        progress: see `Progress`.
        bucket: opens example repositories that are buckets.
        address_of: address for git of a normalised URL, which has no scheme.
        find_project: asks the GitLab of a repository about its project.
        forge: the GitLab itself; None when none is named or we have no token for it.
        rules: version of all that builds and judges what students get; "" when it is not known.
    """

    database: Database
    store: ObjectStore
    git: Git
    clock: Clock
    read_yaml: ReadYaml
    write_yaml: WriteYaml
    credential: FindCredential
    resolve_url: Callable[[str], str]
    actor: str
    holder: str
    progress: Progress = no_progress
    bucket: OpenBucket = no_bucket
    rules: Callable[[], str] = no_rules
    find_project: FindProject = no_project
    address_of: Callable[[str], str] = repository_address
    forge: Forge | None = None
