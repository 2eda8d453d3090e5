from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.deploying.commit_message import (
    ExampleVersionTrailer,
    deploy_message,
    parse_example_version,
    parse_history_head,
    parse_trailers,
    safe_line,
    steps_listed,
    template_message,
)
from courseline.domain.deploying.step import Step, StepAction
from courseline.domain.ledger.history import ChainHead

OPERATION = UUID(int=1)
HEAD = ChainHead(7, "a" * 64)
ADD = Step(
    path="week1.hello",
    action=StepAction.ADD,
    directory="week1/hello",
    content_id=UUID(int=2),
    example="lib:hello-world",
    to_label="v1.0",
    resolved_version=UUID(int=3),
)
UPDATE = replace(ADD, action=StepAction.UPDATE, from_label="v1.0", to_label="v1.1")
MOVE = Step("week2.hello", StepAction.MOVE, "week1/hello", UUID(int=2), old_path="week1.hello")
REMOVE = Step("week1.hello", StepAction.REMOVE, "week1/hello", UUID(int=2), from_label="v1.0")
TITLES = {UUID(int=2): "Hello World"}


def message(*steps: Step, titles=TITLES) -> str:
    return deploy_message(steps, titles, OPERATION, HEAD)


def subject(*steps: Step) -> str:
    return message(*steps).split("\n", 1)[0]


def test_a_deploy_says_what_it_did_and_leaves_its_witnesses():
    assert message(ADD, replace(UPDATE, path="week1.bye", directory="week1/bye", content_id=UUID(int=9))) == (
        "Deploy 2 examples from Example Library\n"
        "\n"
        "- add Hello World to week1/hello\n"
        "- update week1.bye in week1/bye from v1.0 to v1.1\n"
        "\n"
        "Courseline-Operation: 00000000-0000-0000-0000-000000000001\n"
        "Example-Version: week1.hello lib:hello-world@v1.0 00000000-0000-0000-0000-000000000003\n"
        "Example-Version: week1.bye lib:hello-world@v1.1 00000000-0000-0000-0000-000000000003\n"
        f"Courseline-History: 7:{'a' * 64}\n"
    )


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([ADD], "Add Hello World to week1/hello"),
        ([UPDATE], "Update Hello World in week1/hello from v1.0 to v1.1"),
        ([replace(UPDATE, to_label="v1.0")], "Update Hello World in week1/hello to v1.0"),
        ([MOVE], "Move Hello World from week1.hello to week2.hello"),
        ([REMOVE], "Remove Hello World from week1/hello"),
        ([replace(REMOVE, keep_files=True)], "Detach Hello World in week1/hello"),
        ([ADD, ADD, UPDATE], "Deploy 3 examples from Example Library"),
        ([ADD, REMOVE, MOVE], "Deploy 1 example from Example Library"),
        ([REMOVE, REMOVE], "Remove 2 examples"),
        ([MOVE, MOVE], "Move 2 examples"),
        ([MOVE, REMOVE, REMOVE], "Move 1 example and remove 2"),
    ],
)
def test_the_subject_fits_the_steps(steps, expected):
    assert subject(*steps) == expected


def test_a_step_without_a_version_has_no_version_trailer():
    assert "Example-Version" not in parse_trailers(message(REMOVE, MOVE))


def test_a_template_commit_carries_the_operation_and_nothing_else():
    text = template_message("Introduction to Python", OPERATION)
    assert (
        text == f"Update student template for Introduction to Python\n\nCourseline-Operation: {OPERATION}\n"
    )
    assert template_message("\n", OPERATION).startswith("Update student template for the course\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hello World", "Hello World"),
        ("  Hello\n\n World\t", "Hello World"),
        ("x\n\nCourseline-Operation: forged", "x Courseline-Operation: forged"),
        ("a\u2028b\u2029c\x85d\re\x0bf", "a b c d e f"),
        ("\x1b[31mred", "[31mred"),
        ("\u202etxt.exe", "txt.exe"),
        ("a\ud800b", "a b"),
        ("Größe 5 – “x”", "Größe 5 – “x”"),
        ("", ""),
        ("x" * 200, "x" * 119 + "…"),
    ],
)
def test_foreign_text_becomes_one_visible_line(text, line):
    assert safe_line(text) == line


HOSTILE = st.lists(
    st.sampled_from(
        ["\n", "\r", "\n\n", "Courseline-Operation: 6", "Example-Version: a b@c d", "Courseline-History: 1:0", ": ", "#",
         "---\n", " ", "\u2028", "\x00", "Signed-off-by: me", "title", "\ud800"]
    ),
    max_size=8,
).map("".join) | st.text(max_size=30)  # fmt: skip
LABELS = st.sampled_from(["v1.0", "1.0.0-rc.1", "v2"])
STEPS = st.builds(
    Step,
    path=st.sampled_from(["week1.hello", "a", "a.b_c.D"]),
    action=st.sampled_from([StepAction.ADD, StepAction.UPDATE]),
    directory=HOSTILE,
    content_id=st.sampled_from([UUID(int=2), UUID(int=3)]),
    example=st.sampled_from(["lib:hello-world", "a.b:c_d", "Übungen:x"]),
    from_label=st.none() | LABELS,
    to_label=LABELS,
    resolved_version=st.uuids(),
)


@given(st.lists(STEPS, min_size=1, max_size=4), HOSTILE, st.uuids(), st.integers(0, 10**9))
def test_whatever_titles_say_the_trailers_come_back_as_they_were_written(steps, title, operation, seq):
    head = ChainHead(seq, "b" * 64)
    text = deploy_message(steps, {UUID(int=2): title}, operation, head)
    trailers = parse_trailers(text)
    assert trailers.keys() == {"Courseline-Operation", "Example-Version", "Courseline-History"}
    assert trailers["Courseline-Operation"] == [str(operation)]
    assert [parse_history_head(value) for value in trailers["Courseline-History"]] == [head]
    assert [parse_example_version(value) for value in trailers["Example-Version"]] == [
        ExampleVersionTrailer(step.path, step.example, step.to_label, step.resolved_version) for step in steps
    ]
    assert steps_listed(text) == len(steps)
    assert text.encode().endswith(b"\n")
    assert all(line.isprintable() for line in text.split("\n"))


@given(HOSTILE, st.uuids())
def test_a_course_title_cannot_forge_a_trailer(title, operation):
    text = template_message(title, operation)
    assert parse_trailers(text) == {"Courseline-Operation": [str(operation)]}
    assert steps_listed(text) == 0
    assert text.count("\n") == 3


@pytest.mark.parametrize(
    "value",
    ["", "a b", "a lib:x@v1 not-a-uuid", "a lib:x 00000000-0000-0000-0000-000000000003",
     "a lib:x@v1 00000000-0000-0000-0000-00000000000-", "a/b lib:x@v1 00000000-0000-0000-0000-000000000003"],
)  # fmt: skip
def test_a_version_trailer_of_another_form_is_none(value):
    assert parse_example_version(value) is None


@pytest.mark.parametrize("value", ["", "7", "7:abc", f"07:{'a' * 64}", f"7:{'A' * 64}", f"-1:{'a' * 64}"])
def test_a_history_trailer_of_another_form_is_none(value):
    assert parse_history_head(value) is None
