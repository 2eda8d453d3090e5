"""The note at a merge request: short, readable, and nothing in it that GitLab acts on."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from courseline.domain.deploying.merged_note import deployed_note, failed_note
from courseline.domain.deploying.plan import Plan
from courseline.domain.deploying.plan_note import (
    MARKER,
    conflict_note,
    plan_note,
    problems_note,
    refusal,
    summary,
    untouched_note,
)
from courseline.domain.deploying.step import Step, StepAction
from courseline.errors import Problem, Severity

EVIL = "x`\n/close\n@all ![i](http://127.0.0.1/x) <script>alert(1)</script> [a](b)"
STEP = Step("week1.a", StepAction.ADD, "week1/a", UUID(int=1), example="examples:a", to_label="v1.0")


def plan(*steps: Step) -> Plan:
    return Plan(
        tuple(replace(step, content_id=UUID(int=number)) for number, step in enumerate(steps, 1)), None
    )


def test_it_counts_and_lists_what_changes_and_says_what_comes_next() -> None:
    kept = replace(STEP, action=StepAction.KEEP, from_label="v1.0")
    moved = replace(STEP, action=StepAction.UPDATE, path="week2.b", from_label="v1.0", to_label="v1.1")
    assert plan_note(plan(STEP, kept, kept, moved), (), "main").splitlines() == [
        MARKER,
        "**courseline:** 2 places change.",
        "",
        "- **add** `week1.a`: `examples:a` `v1.0`",
        "- **update** `week2.b`: `examples:a` `v1.0` → `v1.1`",
        "",
        "2 places stay as they are.",
        "",
        "Next: Once this is merged, the pipeline of `main` does exactly these steps.",
    ]


def test_what_has_to_be_mended_comes_first() -> None:
    asks = replace(STEP, action=StepAction.CONFLICT, path="week9.z", message="changed by hand")
    note = plan_note(plan(STEP, asks), (), "main")
    assert note.index("**conflict** `week9.z`") < note.index("**add**")
    assert summary(plan(STEP, asks)) == "1 place changes, 1 conflict."
    assert "Mend what is marked" in note


def test_a_course_file_that_cannot_be_used_is_told_by_its_lines() -> None:
    problems = [
        Problem("course-structure.yaml", 7, "There is no type `x`.", fix="Use one."),
        Problem("course-structure.yaml", 9, "Only a hint.", Severity.WARNING),
    ]
    note = problems_note("It cannot be used.", problems)
    assert "- `course-structure.yaml:7` `There is no type 'x'. Use one.`" in note
    assert "hint" not in note
    assert refusal(problems) == "the course cannot be planned: 1 problem. First: course-structure.yaml:7"
    assert "`It cannot be used.`" in problems_note("It cannot be used.", [])


def test_a_long_plan_stays_short() -> None:
    note = plan_note(plan(*[STEP] * 500), (), "main")
    assert note.count("- **add**") == 40
    assert "and 460 more" in note
    assert len(refusal([Problem("x" * 900, 1, "y")])) <= 255


EVIL_STEP = replace(
    STEP, path=EVIL, example=EVIL, from_label=EVIL, to_label=f"{EVIL}2", message=EVIL, old_path=EVIL
)


@pytest.mark.parametrize(
    "note",
    [
        plan_note(plan(EVIL_STEP), [Problem(EVIL, 1, EVIL)], EVIL),
        problems_note(EVIL, [Problem(EVIL, 1, EVIL, fix=EVIL)]),
        problems_note(EVIL, []),
        conflict_note(EVIL),
        untouched_note(),
        deployed_note(EVIL, [(EVIL, "refused", EVIL)], "", [EVIL]),
        deployed_note(EVIL, [], EVIL, [EVIL]),
        failed_note(EVIL, [(EVIL, f"https://x/{EVIL}")], EVIL),
    ],
)
def test_nothing_that_others_wrote_is_acted_on(note: str) -> None:
    from markdown_it import MarkdownIt

    assert note.startswith(f"{MARKER}\n")
    assert not [line for line in note.splitlines() if line.lstrip().startswith(("/", ">", "`", "|"))]
    tokens = MarkdownIt("commonmark").parse(note.removeprefix(MARKER))
    kinds = {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or ()
    }
    assert not kinds & {"image", "html_block", "html_inline", "fence", "code_block", "link_open"}
    texts = [
        child.content
        for token in tokens
        for child in token.children or ()
        if child.type in {"text", "softbreak"}
    ]
    assert not [text for text in texts if "@" in text or "/close" in text or "<" in text]
