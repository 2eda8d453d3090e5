from dataclasses import replace

import pytest

from courseline.domain.students.gate.history import (
    HISTORY_CHECKS,
    HistoryCase,
    TargetProject,
    TemplateCommit,
    judge_history,
)

OURS = "courseline <courseline@example.org>"
OPERATIONS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]
TREE = "a" * 40


def commit(number: int, parents: tuple[str, ...], message: str | None = None) -> TemplateCommit:
    text = f"Update student template for Python 101\n\nCourseline-Operation: {OPERATIONS[number]}\n"
    return TemplateCommit(f"{number}" * 40, parents, TREE, OURS, text if message is None else message)


FIRST = commit(0, ())
SECOND = commit(1, (FIRST.sha,))
NEW = commit(2, (SECOND.sha,))
HONEST = HistoryCase(
    commits=[NEW, SECOND, FIRST],
    candidate_tree=TREE,
    head=SECOND.sha,
    refs=["refs/heads/main"],
    branch="main",
    target_identity="https://gitlab.example.org/python/student-template",
    template_identity="https://gitlab.example.org/python/student-template",
    assignments_identity="https://gitlab.example.org/python/assignments",
    operations=OPERATIONS,
)
HUMAN = commit(1, (FIRST.sha,), "Fix a typo\n\nSigned-off-by: Eve <eve@example.org>\n")

FAULTS = {
    "another project": ("project", replace(HONEST, target_identity="https://gitlab.example.org/python/student-templates")),
    "the assignments repository": (
        "project",
        replace(HONEST, target_identity=HONEST.assignments_identity, template_identity=HONEST.assignments_identity),
    ),
    "another ref": ("refs", replace(HONEST, refs=["refs/heads/main", "refs/heads/solution"])),
    "a tag": ("refs", replace(HONEST, refs=["refs/tags/v1"])),
    "another tree than was judged": ("commit", replace(HONEST, commits=[replace(NEW, tree="b" * 40), SECOND, FIRST])),
    "another head": ("commit", replace(HONEST, head=FIRST.sha)),
    "a merge": (
        "linear",
        replace(HONEST, commits=[NEW, replace(SECOND, parents=(FIRST.sha, "9" * 40)), FIRST]),
    ),
    "a history below the first commit": ("linear", replace(HONEST, commits=[NEW, SECOND, replace(FIRST, parents=("9" * 40,))])),
    "a human commit": ("trailers", replace(HONEST, commits=[NEW, HUMAN, FIRST])),
    "an operation of nobody": (
        "trailers",
        replace(HONEST, operations=[OPERATIONS[0], OPERATIONS[2]]),
    ),
    "another project under the registered address": ("project-id", replace(HONEST, project=TargetProject(8, 7, "private"))),
    "a project that everybody sees": ("visibility", replace(HONEST, project=TargetProject(7, 7, "public", "internal"))),
    "a project of an unknown visibility": ("visibility", replace(HONEST, project=TargetProject(7, 7, "open", "public"))),
    "a canary in the message": (
        "message",
        replace(HONEST, commits=[replace(NEW, message=f"{'COURSELINE-'}CANARY-1\n\n{NEW.message}"), SECOND, FIRST]),
    ),
    "a marker in the message": (
        "message",
        replace(HONEST, commits=[replace(NEW, message=f"# BEGIN SOLUTION\n\n{NEW.message}"), SECOND, FIRST]),
    ),
    "a secret in the author": (
        "message",
        replace(HONEST, commits=[replace(NEW, author=f"Ada <{'gl' + 'pat'}-a8Zq3xW7pL0vR5tY2kNm>"), SECOND, FIRST]),
    ),
    "a trailer in the middle of the text": (
        "trailers",
        replace(
            HONEST,
            commits=[NEW, commit(1, (FIRST.sha,), f"Hi\n\nCourseline-Operation: {OPERATIONS[1]}\n\nmore text\n"), FIRST],
        ),
    ),
}  # fmt: skip


def test_our_own_linear_history_passes():
    assert judge_history(HONEST) == []
    assert judge_history(replace(HONEST, operations=None)) == []


def test_the_right_project_passes():
    for project in (
        TargetProject(7, 7, "private", "private"),
        TargetProject(7, None, "public"),
        TargetProject(7, 7, "private", "public"),
    ):
        assert judge_history(replace(HONEST, project=project)) == []


def test_a_first_commit_needs_no_head():
    assert judge_history(replace(HONEST, commits=[FIRST], head=None)) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_foreign_thing_in_the_push_gives_exactly_that_finding(name):
    rule, case = FAULTS[name]
    findings = judge_history(case)

    assert [finding.rule for finding in findings] == [rule]
    assert findings[0].blocking


@pytest.mark.parametrize("check", HISTORY_CHECKS)
def test_without_any_one_check_a_fault_gets_through(check):
    cases = [case for rule, case in FAULTS.values() if rule == check]
    others = [name for name in HISTORY_CHECKS if name != check]

    assert cases
    assert all(judge_history(case, others) == [] for case in cases)


def test_a_human_commit_is_named_on_one_line():
    human = replace(HUMAN, message="Fix\x1b[31m a typo\nmore", author="Eve <eve@example.org>")
    (finding,) = judge_history(replace(HONEST, commits=[NEW, human, FIRST]))

    assert human.sha in finding.path
    assert "Eve <eve@example.org>" in finding.message
    assert finding.message.isprintable()


def test_below_where_courseline_took_over_anything_may_lie():
    theirs = TemplateCommit("8" * 40, ("7" * 40, "6" * 40), TREE, "Eve <e@example.org>", "Start\n")
    case = replace(HONEST, commits=[NEW, replace(SECOND, parents=(theirs.sha,)), theirs], head=SECOND.sha)

    assert {finding.rule for finding in judge_history(case)} == {"linear", "trailers"}
    assert judge_history(replace(case, adopted=theirs.sha)) == []
