"""Browse the library: which examples there are, and all that is known of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from uuid import UUID

from courseline.domain.course.reference import strip_placeholder
from courseline.domain.deploying.deployment import DeploymentStatus
from courseline.domain.library.example import telling_names
from courseline.domain.library.version import ExampleVersion, LabelledVersion
from courseline.domain.library.version_range import VersionRange
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, NotFound, Problem
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import ExampleCard, Rows

SHOWN_NAMES = 5
SHOWN_LABELS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """Examples that were asked for.

    Attributes:
        cards: ordered by name.
        total: how many examples the library holds.
    """

    cards: tuple[ExampleCard, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Use:
    """A place that holds some version of an example: course, ltree path, label as shown, customised or not."""

    course: str
    path: str
    label: str
    is_customized: bool


@dataclass(frozen=True, slots=True)
class ShownDependency:
    """What a version needs of another example.

    Attributes:
        as_written: in its meta.yaml.
        range: admitted versions, None for any.
        files: exactly these are copied; None for what the other one gives to students.
        name: `REPO:identifier` of the example meant, None while the library has none.
    """

    as_written: str
    range: str | None
    files: tuple[str, ...] | None
    name: str | None


@dataclass(frozen=True, slots=True)
class ShownExample:
    """Everything about an example, and the files of one of its versions.

    Attributes:
        card: its names and all its labels.
        labelled: the label whose version is shown.
        version: that version.
        dependencies: of that version.
        uses: places that hold any version of it, ordered by course and path.
    """

    card: ExampleCard
    labelled: LabelledVersion
    version: ExampleVersion
    dependencies: tuple[ShownDependency, ...]
    uses: tuple[Use, ...]


def search_examples(text: str, tags: Collection[str], neighbours: Neighbours) -> Found:
    """Examples with `text` in identifier, title, description, language or a keyword that carry all `tags`.

    Without regard to case; "" and no tags mean all.
    """
    wanted = text.casefold()
    with neighbours.database.transaction() as rows:
        every = rows.library.cards()
        tagged = rows.library.cards(tags=tags) if tags else every
        named = {card.example.id for card in rows.library.cards(text=text)} if text else set()
    cards = [
        card
        for card in tagged
        if not text or card.example.id in named or any(wanted in tag.casefold() for tag in card.tags)
    ]
    return Found(tuple(cards), len(every))


def newest(labels: Sequence[LabelledVersion]) -> LabelledVersion | None:
    """What `latest` means: the highest release; where there is none, the highest label that is not withdrawn, or any."""
    standing = [known for known in labels if not known.withdrawn]
    release = VersionRange.parse("latest").choose(labels)
    return release or max(standing or labels, key=lambda known: known.label, default=None)


def show_example(reference: str, neighbours: Neighbours) -> ShownExample:
    """Everything about the example that `REF` or `REF@VERSION` means.

    Args:
        reference: identifier, directory, `REPO:identifier` or UUID, and a label, range or tree id behind `@`;
            without one the newest release is shown.
        neighbours: the outside.

    Raises:
        NotFound: no such example or version; the message names those that come close.
        InvalidInput: several examples are meant, or what stands behind `@` is no version.
    """
    name, at, wanted = reference.partition("@")
    with neighbours.database.transaction() as rows:
        card = _only_card(strip_placeholder(name), rows)
        labelled = _chosen(card, wanted if at else None)
        version = rows.library.versions([labelled.version_id])[labelled.version_id]
        needed = rows.library.examples(
            {entry.depends_id for entry in version.dependencies if entry.depends_id is not None}
        )
        dependencies = tuple(
            ShownDependency(
                entry.as_written,
                entry.range,
                entry.files,
                needed[entry.depends_id].name if entry.depends_id in needed else None,
            )
            for entry in version.dependencies
        )
        uses = _uses({known.version_id for known in card.labels}, rows)
    return ShownExample(card, labelled, version, dependencies, uses)


def _only_card(reference: str, rows: Rows) -> ExampleCard:
    cards = rows.library.cards(reference=reference)
    if len(cards) == 1:
        return cards[0]
    shown = printable(reference)
    if cards:
        names = ", ".join(telling_names([card.example for card in cards]))
        raise InvalidInput(
            f"Looking for the example {shown}: {len(cards)} examples are called so.",
            [Problem(shown, None, f"It means {names}.", fix="Write one of these names.")],
        )
    every = rows.library.cards()
    if not every:
        raise NotFound(
            f"Looking for the example {shown}: the library is empty.",
            [
                Problem(
                    shown,
                    None,
                    "No such example.",
                    fix="Publish one: courseline-sync --source URL --ref v1.0",
                )
            ],
        )
    names_of = {
        name: card.example.name for card in every for name in (card.example.identifier, card.example.name)
    }
    close = dict.fromkeys(
        names_of[name] for name in get_close_matches(reference.lower(), names_of, SHOWN_NAMES)
    )
    fix = f"Did you mean {' or '.join(close)}?" if close else "See them all with `courseline examples list`."
    raise NotFound(
        f"Looking for the example {shown}: it is not in the library, which holds {len(every)}.",
        [Problem(shown, None, "No such example.", fix=fix)],
    )


def _chosen(card: ExampleCard, wanted: str | None) -> LabelledVersion:
    name = card.example.name
    if wanted is None:
        found = newest(card.labels)
    else:
        found = VersionRange.parse(wanted, f"{name}@{printable(wanted)}").choose(card.labels)
    if found is not None:
        return found
    labels = [known.label.shown for known in card.labels]
    more = f" and {len(labels) - SHOWN_LABELS} more" if len(labels) > SHOWN_LABELS else ""
    has = f"It has {', '.join(labels[:SHOWN_LABELS])}{more}." if labels else "It has no label."
    asked = f"{name}@{printable(wanted or 'latest')}"
    raise NotFound(
        f"Looking for {asked}: there is no such version.",
        [Problem(asked, None, "No such version.", fix=has)],
    )


def _uses(version_ids: Collection[UUID], rows: Rows) -> tuple[Use, ...]:
    uses: list[Use] = []
    for course in rows.courses.all():
        here = {
            content_id: deployment
            for content_id, deployment in rows.ledger.deployments(course.id).items()
            if deployment.deployed_version_id in version_ids
            and deployment.status is not DeploymentStatus.UNASSIGNED
        }
        contents = rows.courses.contents(course.id) if here else ()
        uses += [
            Use(course.title, content.path, here[content.id].label or "", here[content.id].is_customized)
            for content in contents
            if content.id in here
        ]
    return tuple(sorted(uses, key=lambda use: (use.course, use.path)))
