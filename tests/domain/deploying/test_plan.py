"""Every step a plan can hold, and what its digests are made of."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from courseline.domain.deploying.place_state import PlaceState, Recorded
from courseline.domain.deploying.plan import LeavingPlace, WishedPlace, make_plan, removal_problem
from courseline.domain.deploying.render import RENDERER, Render, RenderedFile
from courseline.domain.deploying.resolution import Resolution, ResolvedDependency, Unresolved
from courseline.domain.deploying.step import Step, StepAction, plan_digest
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import ExampleVersion
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid

REPOSITORY, EXAMPLE, TOOLS = UUID(int=1), UUID(int=2), UUID(int=3)
HELLO = Example(EXAMPLE, REPOSITORY, "examples", "hello", "hello", "Hello")
UTILS = Example(TOOLS, REPOSITORY, "examples", "tools", "tools", "Tools")
AT = datetime(2026, 1, 1, tzinfo=UTC)


def label(text: str) -> Label:
    found = Label.parse(text)
    assert found is not None
    return found


def render(text: str) -> Render:
    return Render((RenderedFile("a.txt", FILE, blob_oid(text.encode()), UUID(int=9), None, "0" * 64),))


def resolution(text: str = "one", shown: str = "v1.0", tools: int | None = None) -> Resolution:
    version_id = UUID(int=int.from_bytes(text.encode()))
    version = ExampleVersion(version_id, EXAMPLE, REPOSITORY, "a" * 40, "b" * 64, (), AT, ())
    dependencies = (
        (ResolvedDependency("tools", UTILS, UUID(int=tools), "c" * 40, label("v1.0"), ()),) if tools else ()
    )
    return Resolution(HELLO, version, label(shown), "hello", dependencies, render(text))


def state(
    text: str | None = None,
    recorded: str | None = None,
    *,
    tools: Mapping[UUID, UUID] | None = None,
    renderer: int = RENDERER,
    directory: str = "week1/hello",
    shown: str = "v1.0",
) -> PlaceState:
    tree = Tree([TreeFile("a.txt", FILE, blob_oid(text.encode()))] if text is not None else [])
    there = None
    if recorded is not None:
        version = UUID(int=int.from_bytes(recorded.encode()))
        there = Recorded(EXAMPLE, version, shown, render(recorded).tree.oid, renderer, tools or {})
    return PlaceState(directory, tree, there)


def wished(found: PlaceState, wish: Resolution | Unresolved | None, **more: object) -> WishedPlace:
    return WishedPlace(UUID(int=7), "week1.hello", found, wish, **more)  # type: ignore[arg-type]


def actions(*places: WishedPlace, leaving: tuple[LeavingPlace, ...] = ()) -> list[StepAction]:
    return [step.action for step in make_plan(places, leaving, None).steps]


@pytest.mark.parametrize(
    ("found", "wish", "action"),
    [
        (state(), resolution(), StepAction.ADD),
        (state("one"), resolution(), StepAction.ADD),
        (state("mine"), resolution(), StepAction.CONFLICT),
        (replace(state(), blocked="week1"), resolution(), StepAction.CONFLICT),
        (state("one", "one"), resolution(), StepAction.KEEP),
        (state("mine", "one"), resolution(), StepAction.KEEP),
        (state(None, "one"), resolution(), StepAction.KEEP),
        (state("one", "one"), resolution(shown="v1.1"), StepAction.KEEP),
        (state("one", "one"), resolution("two"), StepAction.UPDATE),
        (state("mine", "one"), resolution("two"), StepAction.CONFLICT),
        (state("one", "one"), resolution(tools=1), StepAction.UPDATE),
        (state("one", "one", tools={TOOLS: UUID(int=1)}), resolution(tools=1), StepAction.KEEP),
        (state("one", "one", tools={TOOLS: UUID(int=1)}), resolution(tools=2), StepAction.UPDATE),
        (state("one", "one", renderer=RENDERER - 1), resolution(), StepAction.UPDATE),
        (state("mine", "one", renderer=RENDERER - 1), resolution(), StepAction.CONFLICT),
        (state("one", "one"), None, StepAction.REMOVE),
        (state("mine", "one"), None, StepAction.CONFLICT),
        (state("one", "one"), Unresolved("no such example", 7), StepAction.REFUSED),
    ],
)
def test_every_place_gets_the_step_of_its_state_and_wish(
    found: PlaceState, wish: Resolution | Unresolved | None, action: StepAction
) -> None:
    assert actions(wished(found, wish)) == [action]


def test_a_content_without_example_and_without_files_needs_no_step() -> None:
    assert actions(wished(state(), None)) == []
    assert actions(wished(state("mine"), None)) == []


def test_a_refusal_says_where_in_the_course_file_the_wish_stands() -> None:
    (step,) = make_plan([wished(state(), Unresolved("no such example", 7))], [], None).steps
    assert step.message == "course-structure.yaml:7: no such example"


def test_a_move_alone_is_one_step_and_with_an_update_two_the_move_first() -> None:
    assert actions(wished(state("one", "one"), resolution(), old_path="week0.hello")) == [StepAction.MOVE]
    assert actions(wished(state("one", "one"), resolution("two"), old_path="week0.hello")) == [
        StepAction.MOVE,
        StepAction.UPDATE,
    ]
    assert actions(wished(state("mine", "one"), resolution("two"), old_path="week0.hello")) == [
        StepAction.MOVE,
        StepAction.CONFLICT,
    ]


@pytest.mark.parametrize(
    ("found", "keep_files", "action"),
    [
        (state("one", "one"), False, StepAction.REMOVE),
        (state("one", "one"), True, StepAction.REMOVE),
        (state("mine", "one"), False, StepAction.CONFLICT),
        (state("mine", "one"), True, StepAction.REMOVE),
    ],
)
def test_a_leaving_place_goes_unless_a_person_changed_it(
    found: PlaceState, *, keep_files: bool, action: StepAction
) -> None:
    (step,) = make_plan([], [LeavingPlace(UUID(int=7), "week1.hello", found, keep_files)], None).steps
    assert (step.action, step.keep_files) == (action, keep_files)


def test_a_directory_is_handed_over_from_a_place_that_leaves() -> None:
    leaving = LeavingPlace(UUID(int=8), "week0.old", state("one", "one"))
    plan = make_plan([wished(state("one"), resolution("two"))], [leaving], None)
    assert [(step.action, step.keep_files) for step in plan.steps] == [
        (StepAction.REMOVE, True),
        (StepAction.ADD, False),
    ]


@pytest.mark.parametrize(("text", "keep_files"), [("mine", False), ("one", True)])
def test_no_directory_is_handed_over_while_a_person_wants_its_files(text: str, *, keep_files: bool) -> None:
    leaving = LeavingPlace(UUID(int=8), "week0.old", state(text, "one"), keep_files)
    plan = make_plan([wished(state(text), resolution("two"))], [leaving], None)
    assert plan.steps[-1].action is StepAction.CONFLICT


def test_only_a_plan_of_keeps_is_empty() -> None:
    keep = wished(state("one", "one"), resolution())
    assert make_plan([keep], [], None).is_empty
    assert make_plan([], [], None).is_empty
    assert not make_plan([wished(state(), Unresolved("no", 1))], [], None).is_empty


STEP = Step("a.b", StepAction.UPDATE, "a/b", UUID(int=1), recorded_version=UUID(int=2), current_tree="a" * 40)
DECIDING = {
    "path": "a.c",
    "action": StepAction.KEEP,
    "directory": "a/c",
    "recorded_version": UUID(int=3),
    "current_tree": "b" * 40,
    "resolved_version": UUID(int=4),
    "dependencies": {UUID(int=5): UUID(int=6)},
    "old_path": "x.y",
    "keep_files": True,
}
SHOWN_ONLY = {"example": "r:e", "from_label": "v1", "to_label": "v2", "message": "because"}


@pytest.mark.parametrize("name", sorted(DECIDING))
def test_the_digest_changes_with_everything_that_decides(name: str) -> None:
    changed = replace(STEP, **{name: DECIDING[name]})  # type: ignore[arg-type]
    assert changed.digest != STEP.digest
    assert plan_digest([changed]) != plan_digest([STEP])


@pytest.mark.parametrize("name", sorted(SHOWN_ONLY))
def test_the_digest_stays_when_only_words_change(name: str) -> None:
    assert replace(STEP, **{name: SHOWN_ONLY[name]}).digest == STEP.digest  # type: ignore[arg-type]


def test_every_field_of_a_step_either_decides_or_is_shown() -> None:
    assert {field.name for field in fields(Step)} == {*DECIDING, *SHOWN_ONLY, "content_id"}


def test_the_plan_digest_depends_neither_on_order_nor_on_the_head() -> None:
    places = [
        WishedPlace(UUID(int=number), f"w.p{number}", state(directory=f"w/p{number}"), resolution())
        for number in range(6)
    ]
    leaving = [
        LeavingPlace(UUID(int=9), "w.gone", state("one", "one", directory="w/gone")),
        LeavingPlace(UUID(int=10), "w.left", state("one", "one", directory="w/left")),
    ]
    plan = make_plan(places, leaving, "a" * 40)
    mixed = random.Random(1).sample(places, len(places))
    again = make_plan(mixed, leaving[::-1], "b" * 40)
    assert again.digest == plan.digest
    assert again.steps == plan.steps


def test_the_order_of_dependencies_does_not_matter() -> None:
    pairs = [(UUID(int=5), UUID(int=6)), (UUID(int=7), UUID(int=8))]
    assert (
        replace(STEP, dependencies=dict(pairs)).digest == replace(STEP, dependencies=dict(pairs[::-1])).digest
    )


@pytest.mark.parametrize(
    ("removed", "kept", "allowed", "is_refused"),
    [
        (3, 0, None, False),
        (4, 16, None, False),
        (4, 15, None, True),
        (4, 15, 4, False),
        (5, 15, 4, True),
        (4, 0, 0, True),
    ],
)
def test_removing_many_places_needs_permission(
    removed: int, kept: int, allowed: int | None, *, is_refused: bool
) -> None:
    leaving = [
        LeavingPlace(UUID(int=number + 100), f"w.g{number}", state("one", "one", directory=f"g{number}"))
        for number in range(removed)
    ]
    places = [
        WishedPlace(
            UUID(int=number), f"w.p{number}", state("one", "one", directory=f"p{number}"), resolution()
        )
        for number in range(kept)
    ]
    problem = removal_problem(make_plan(places, leaving, None), allowed, "course-structure.yaml")
    assert (problem is not None) is is_refused
    if problem is not None:
        assert f"`allowRemovals: {removed}`" in problem.fix
