"""What a release tag means, and what publishing a version under a label comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion


class PublicationStatus(StrEnum):
    """What became of an example at a tag."""

    PUBLISHED = "published"
    LABELLED = "labelled"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class ReleaseTag:
    """A git tag that is a release.

    Attributes:
        label: the label it gives.
        scope: directory or identifier of the one example it is about; None for the whole repository.
    """

    label: Label
    scope: str | None


def parse_release_tag(tag: str) -> ReleaseTag | None:
    """`v1.0` labels everything, `DIRECTORY/v1.0` or `IDENTIFIER/v1.0` one example; None for any other tag."""
    scope, slash, name = tag.rpartition("/")
    label = Label.parse(name)
    if label is None or (slash and not scope):
        return None
    return ReleaseTag(label, scope or None)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with an example at a tag.

    Attributes:
        status: PUBLISHED (a new version), LABELLED (known content, new label), UNCHANGED or REFUSED.
        refusal: why, when refused.
        warning: what a person should know, "" when nothing.
    """

    status: PublicationStatus
    refusal: str = ""
    warning: str = ""


def decide(label: Label, version_id: UUID, existing: Sequence[LabelledVersion]) -> Decision:
    """Decide on publishing `version_id` under `label` when the example has the `existing` labels."""
    for known in existing:
        if known.label == label:
            if known.version_id == version_id:
                return Decision(PublicationStatus.UNCHANGED)
            return Decision(
                PublicationStatus.REFUSED,
                refusal=f"{label.shown} was published before with other content, and versions never change.",
            )
    highest = max((known.label for known in existing), default=None)
    warning = ""
    if highest is not None and label < highest:
        warning = (
            f"{label.shown} is lower than {highest.shown}, which exists already; `latest` stays as it is."
        )
    known_content = any(known.version_id == version_id for known in existing)
    status = PublicationStatus.LABELLED if known_content else PublicationStatus.PUBLISHED
    return Decision(status, warning=warning)
