"""What a comparison with the library says about one example at a tag."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from courseline.domain.library.example import Example
from courseline.domain.library.publication import PublicationStatus
from courseline.domain.library.version import LabelledVersion
from courseline.errors import Problem
from courseline.usecases.library.examine_example import Examined


class Entry(NamedTuple):
    """One example at the tag; a release has thousands, and a named tuple is made in a third of the time.

    Attributes:
        directory: in the repository.
        identifier: None when it could not be told.
        version_identifier: git tree id of the directory.
        status: what is to be done, or was not.
        problems: errors and warnings, paths relative to the repository.
        example: for everything that is not refused.
        labelled: the label to give, for PUBLISHED and LABELLED.
        examined: its content, for PUBLISHED, and for known content that was read because it lies elsewhere now or is
            missing in the store.
        meta: plain data of its meta.yaml, with `examined`.
        stays: the example shows this very version in this directory already, and no label is higher than the new one.
        settled: the student view of what is PUBLISHED, see `Inspected`.
    """

    directory: str
    identifier: str | None
    version_identifier: str
    status: PublicationStatus
    problems: tuple[Problem, ...] = ()
    example: Example | None = None
    labelled: LabelledVersion | None = None
    examined: Examined | None = None
    meta: Mapping[str, object] = MappingProxyType({})
    stays: bool = False
    settled: str | None = None

    @property
    def writes(self) -> bool:
        """Whether publishing it changes anything."""
        return self.status in {PublicationStatus.PUBLISHED, PublicationStatus.LABELLED}
