"""What our API takes and gives, as the job's side of it (`courseline.adapters.jobs_api`) knows it too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from courseline.domain.ledger.work_order import WorkKind
from courseline.usecases.jobs.take_report import ReportName

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Strict(BaseModel):
    """Nothing is guessed, nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenRequest(Strict):
    """`POST /api/v1/operations`."""

    kind: WorkKind
    inputs: dict[str, str | bool | None] = Field(max_length=20)
    revision: str = Field(max_length=20)


class ReportRequest(Strict):
    """One report."""

    seq: int = Field(ge=1, le=1_000_000)
    name: ReportName
    facts: dict[str, str | None] = Field(default_factory=dict, max_length=20)


class EventsRequest(Strict):
    """`POST /api/v1/operations/{id}/events`."""

    events: list[ReportRequest] = Field(max_length=200)


class UploadRequest(Strict):
    """One object."""

    key: str = Field(max_length=1100)
    sha256: Sha256
    size: int = Field(ge=0)


class UploadsRequest(Strict):
    """`POST /api/v1/operations/{id}/uploads`."""

    objects: list[UploadRequest] = Field(max_length=1000)


class DownloadsRequest(Strict):
    """`POST /api/v1/operations/{id}/downloads`."""

    keys: list[Annotated[str, Field(max_length=1100)]] = Field(max_length=1000)


class ListingRequest(Strict):
    """`POST /api/v1/operations/{id}/listings`."""

    prefix: str = Field(max_length=1100)


class StateAnswer(BaseModel):
    """Where an order stands."""

    id: UUID
    kind: WorkKind
    state: str
    message: str
    started_at: datetime
    expires_at: datetime
    last_seq: int
