"""A work order as the receiver answers it; parsed strictly, kept in memory."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from courseline.usecases.forge import ForgeProject
from courseline.usecases.jobs.rows import TableCopy
from courseline.usecases.ports import Credential


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Lease(_Answer):
    """Who we are to others, and for how long without a word."""

    holder: str
    seconds: int


class GivenCredential(_Answer):
    """A secret for one server."""

    url: str
    host: str
    username: str
    secret: str = Field(repr=False)

    def as_credential(self) -> Credential:
        """For git."""
        return Credential(self.host, self.username, self.secret)


class GivenProject(_Answer):
    """What GitLab says of a project."""

    id: int
    visibility: str

    def as_project(self) -> ForgeProject:
        """For use cases."""
        return ForgeProject(self.id, self.visibility)


class GivenRows(_Answer):
    """Rows of one table."""

    table: str
    columns: tuple[str, ...]
    lines: str = Field(repr=False)

    def as_copy(self) -> TableCopy:
        """For the database."""
        return TableCopy(self.table, self.columns, self.lines)


class Order(_Answer):
    """The order.

    Attributes:
        id: of the order.
        key: with which we come back.
        started_at: our clock.
        actor: who started the job.
        lease: see `Lease`.
        rows: what we may read.
        credentials: by kind, `source` and `template`.
        projects: URL -> what GitLab says of the project there.
    """

    id: UUID
    key: str = Field(repr=False)
    state: str
    started_at: datetime
    actor: str
    lease: Lease
    rows: tuple[GivenRows, ...] = Field(repr=False)
    credentials: dict[str, GivenCredential]
    projects: dict[str, GivenProject | None]
