"""What the commands about examples say of them, for JSON and for tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from courseline.usecases.library.browse import Found, ShownExample
    from courseline.usecases.rows import ExampleCard


def found_json(found: Found) -> dict[str, object]:
    """A list of examples."""
    return {"total": found.total, "examples": [card_json(card) for card in found.cards]}


def card_json(card: ExampleCard) -> dict[str, object]:
    """One example of a list."""
    example = card.example
    return {
        "id": str(example.id),
        "name": example.name,
        "identifier": example.identifier,
        "repository": example.repository_name,
        "organization": card.organization,
        "title": example.title,
        "description": card.description,
        "language": card.subject,
        "tags": list(card.tags),
        "latest": latest(card),
        "versions": versions(card),
    }


def latest(card: ExampleCard) -> str | None:
    """The label that `latest` means, as shown; the highest when every one is withdrawn."""
    from courseline.usecases.library.browse import newest  # noqa: PLC0415 - loaded already

    labelled = newest(card.labels)
    return labelled.label.shown if labelled is not None else None


def latest_marked(card: ExampleCard) -> str:
    """The same for a person, with a word when it is withdrawn."""
    from courseline.usecases.library.browse import newest  # noqa: PLC0415 - loaded already

    labelled = newest(card.labels)
    if labelled is None:
        return "-"
    return f"{labelled.label.shown} (withdrawn)" if labelled.withdrawn else labelled.label.shown


def versions(card: ExampleCard) -> int:
    """How many different contents were published."""
    return len({labelled.version_id for labelled in card.labels})


def shown_json(shown: ShownExample) -> dict[str, object]:
    """Everything about one example."""
    version = shown.version
    return {
        **card_json(shown.card),
        "labels": [
            {
                "label": labelled.label.shown,
                "canonical": labelled.label.canonical,
                "version_identifier": labelled.version_identifier,
                "directory": labelled.directory,
                "withdrawn": labelled.withdrawn,
                "withdrawn_reason": labelled.withdrawn_reason,
            }
            for labelled in shown.card.labels
        ],
        "version": {
            "label": shown.labelled.label.shown,
            "id": str(version.id),
            "version_identifier": version.version_identifier,
            "content_digest": version.content_digest,
            "directory": shown.labelled.directory,
            "published_at": version.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "files": [
                {
                    "path": file.path,
                    "role": str(file.role),
                    "size": file.size,
                    "mode": file.mode,
                    "sha256": file.sha256,
                }
                for file in version.files
            ],
            "dependencies": [
                {
                    "reference": one.as_written,
                    "range": one.range,
                    "files": None if one.files is None else list(one.files),
                    "example": one.name,
                }
                for one in shown.dependencies
            ],
        },
        "deployed": [
            {
                "course": use.course,
                "path": use.path,
                "version_tag": use.label,
                "customized": use.is_customized,
            }
            for use in shown.uses
        ],
    }
