"""A place and what is wished for it, as a resolution starts from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.course.wish import Wish
from courseline.domain.deploying.place_state import PlaceState, Recorded


@dataclass(frozen=True, slots=True)
class PlaceWish:
    """A place's wish with what is known of the place.

    Attributes:
        content_id: the content.
        wish: as written.
        state: what is there now.
        decided: version and dependency versions that a stored plan resolved already; None resolves anew.
    """

    content_id: UUID
    wish: Wish
    state: PlaceState
    decided: Decided | None = None

    @property
    def recorded(self) -> Recorded | None:
        """What courseline put there last."""
        return self.state.recorded


@dataclass(frozen=True, slots=True)
class Decided:
    """What a stored plan resolved for a place: apply does not resolve again."""

    version_id: UUID
    dependencies: Mapping[UUID, UUID]
