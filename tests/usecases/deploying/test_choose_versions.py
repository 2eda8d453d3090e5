"""The version chosen by a few labels is the one chosen by all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import SimpleNamespace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.course.wish import Wish
from courseline.domain.deploying.choose import Chosen, choose_planned, choose_version
from courseline.domain.deploying.place_state import PlaceState, Recorded
from courseline.domain.deploying.render import RENDERER
from courseline.domain.deploying.resolution import Unresolved
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.domain.tree import Tree
from courseline.usecases.deploying.choose_versions import choose_versions
from courseline.usecases.deploying.place_wish import Decided, PlaceWish

TEXTS = ["v0.9", "v1.0", "v1.1", "v1.2-rc.1", "v1.2", "v2.0", "v2.0.1"]
WISHES = [None, "latest", "*", "^1.0", "~1.1", ">=1.1,<2", "=1.1", f"{2:040x}", "nonsense", "v3.0", *TEXTS]
NUMBERS = st.integers(1, 4)
EXAMPLES = [
    Example(UUID(int=number), UUID(int=9), "r", f"e{number}", f"e{number}", "Title", None)
    for number in (1, 2)
]


@dataclass
class Labels:
    """The labels of a library, how often all of some were asked for, and how many were given when few were."""

    by_example: dict[UUID, list[LabelledVersion]]
    asked: int = 0
    given: int = 0

    def labels(self, example_ids: Collection[UUID]) -> dict[UUID, list[LabelledVersion]]:
        self.asked += 1
        return {id_: found for id_, found in self.by_example.items() if id_ in example_ids and found}

    def labels_among(
        self, example_ids: Collection[UUID], canonical: Collection[str], version_ids: Collection[UUID]
    ) -> dict[UUID, list[LabelledVersion]]:
        few = {
            id_: [one for one in found if one.label.canonical in canonical or one.version_id in version_ids]
            for id_, found in self.by_example.items()
            if id_ in example_ids
        }
        self.given += sum(map(len, few.values()))
        return few


def labelled(example: Example, text: str, number: int, *, withdrawn: bool) -> LabelledVersion:
    label = Label.parse(text)
    assert label is not None
    return LabelledVersion(label, version(example, number), f"{number:040x}", "hello", withdrawn)


def version(example: Example, number: int) -> UUID:
    return UUID(int=100 * example.id.int + number)


@st.composite
def libraries(draw: st.DrawFn) -> Labels:
    found: dict[UUID, list[LabelledVersion]] = {}
    for example in EXAMPLES:
        texts = draw(st.lists(st.sampled_from(TEXTS), unique=True))
        labels = [labelled(example, text, draw(NUMBERS), withdrawn=draw(st.booleans())) for text in texts]
        found[example.id] = sorted(labels, key=lambda one: one.label, reverse=True)
    return Labels(found)


@st.composite
def places(draw: st.DrawFn, number: int) -> tuple[PlaceWish, Example]:
    example, held = draw(st.sampled_from(EXAMPLES)), draw(st.sampled_from(EXAMPLES))
    recorded = Recorded(held.id, version(held, draw(NUMBERS)), "v1.0", "a" * 40, RENDERER, {})
    state = PlaceState("d", Tree(), draw(st.none() | st.just(recorded)))
    wish = Wish(
        example.identifier, draw(st.sampled_from(WISHES)), draw(st.none() | st.sampled_from(TEXTS)), 1, 2
    )
    decided = draw(st.none() | NUMBERS)
    plan = None if decided is None else Decided(version(example, decided), {})
    return PlaceWish(UUID(int=1000 + number), wish, state, plan), example


@given(libraries(), st.tuples(places(1), places(2), places(3)))
def test_fewer_labels_never_choose_otherwise(
    library: Labels, given: tuple[tuple[PlaceWish, Example], ...]
) -> None:
    examples = {place.content_id: example for place, example in given}
    rows = SimpleNamespace(library=library)
    chosen, missing = choose_versions([place for place, _ in given], examples, rows)
    for place, example in given:
        expected = by_all_labels(place, example, library.by_example[example.id])
        if isinstance(expected, Chosen):
            assert chosen[place.content_id] == expected
        else:
            assert missing[place.content_id] == Unresolved(expected, 2, example.name)
    assert chosen.keys().isdisjoint(missing)


def by_all_labels(place: PlaceWish, example: Example, labels: list[LabelledVersion]) -> Chosen | str:
    planned = None
    if place.decided is not None:
        planned = choose_planned(example.name, place.wish, labels, place.decided.version_id)
    recorded = place.recorded
    there = recorded.version_id if recorded and recorded.example_id == example.id else None
    return planned or choose_version(example.name, place.wish, labels, there)


def test_not_all_labels_are_read_of_places_that_stay_or_name_their_version() -> None:
    example = EXAMPLES[0]
    library = Labels(
        {
            example.id: [
                labelled(example, "v1.1", 2, withdrawn=False),
                labelled(example, "v1.0", 1, withdrawn=False),
            ]
        }
    )
    recorded = Recorded(example.id, version(example, 1), "v1.0", "a" * 40, RENDERER, {})
    state = PlaceState("d", Tree(), recorded)
    wishes = [
        PlaceWish(UUID(int=number), Wish("e1", text, None, 1, 2), state)
        for number, text in enumerate(["latest", "^1.0", "v1.1"])
    ]
    rows = SimpleNamespace(library=library)
    chosen, _ = choose_versions(wishes, dict.fromkeys((place.content_id for place in wishes), example), rows)
    assert [choice.labelled.label.shown for choice in chosen.values()] == ["v1.0", "v1.0", "v1.1"]
    assert library.asked == 0


def test_a_wish_for_one_label_does_not_ask_for_all_labels_of_the_content_that_is_there() -> None:
    # Each release labels every example anew: a content that stays has as many labels as there were releases since.
    example = EXAMPLES[0]
    library = Labels(
        {example.id: [labelled(example, text, 1, withdrawn=False) for text in ("v1.1", "v1.0", "v0.9")]}
    )
    state = PlaceState("d", Tree(), Recorded(example.id, version(example, 1), "v1.0", "a" * 40, RENDERER, {}))
    place = PlaceWish(UUID(int=1), Wish("e1", "v1.0", None, 1, 2), state)
    chosen, _ = choose_versions([place], {place.content_id: example}, SimpleNamespace(library=library))
    assert chosen[place.content_id].labelled.label.shown == "v1.0"
    assert (library.given, library.asked) == (1, 0)
