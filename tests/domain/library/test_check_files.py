from __future__ import annotations

import pytest
from tests.builders.metas import meta

from courseline.domain.library.check_files import check_meta_against_files


def said(properties, *paths):
    lines = "\n".join(f"  {line}" for line in properties.strip().splitlines())
    read = meta(f"title: x\nproperties:\n{lines}\n", "a/meta.yaml")
    found = check_meta_against_files(read, ["meta.yaml", *paths])
    assert all(problem.path == "a/meta.yaml" and problem.fix for problem in found)
    return [f"{problem.line}: {problem.sentence}" for problem in found]


def test_a_sound_example_has_no_problem():
    assert (
        said(
            """
studentSubmissionFiles: [main.py, new.py]
studentTemplates: [studentTemplates/main.py]
additionalFiles: [util.py, data/, README.md]
testFiles: [tests, more/, check.py]
""",
            *("main.py", "studentTemplates/main.py", "util.py", "data/a.csv", "README.md"),
            *("tests/a.py", "more/b.py", "check.py"),
        )
        == []
    )


def test_a_submission_file_need_not_exist():
    assert said("studentSubmissionFiles: [created/by/students.py]") == []


@pytest.mark.parametrize(
    ("properties", "paths", "message"),
    [
        (
            "additionalFiles: [x.py]",
            [],
            "`additionalFiles` names `x.py`, which is not there. Add the file, or",
        ),
        ("additionalFiles: [x/]", [], "`additionalFiles` names `x/`, which is not there."),
        (
            "additionalFiles: [x]",
            ["x/a"],
            "`additionalFiles` names `x`, which is a directory. End it with a slash",
        ),
        ("additionalFiles: [x/]", ["x"], "`additionalFiles` names `x/`, which is a file. Remove the slash."),
        (
            "additionalFiles: [util.py]",
            ["Util.py"],
            "not there. There is `Util.py`; write that if you meant it.",
        ),
        ("testFiles: [x.py]", [], "`testFiles` names `x.py`, which is not there."),
        ("testFiles: [x.py/]", ["x.py"], "`testFiles` names `x.py/`, which is a file."),
        ("studentTemplates: [t/x.py]", [], "`studentTemplates` names `t/x.py`, which is not there."),
        (
            "studentTemplates: [t]",
            ["t/x.py"],
            "`studentTemplates` names `t`, which is a directory. Name its files.",
        ),
        (
            "studentSubmissionFiles: [src]",
            ["src/a.py"],
            "`studentSubmissionFiles` names `src`, which is a directory.",
        ),
        (
            "studentSubmissionFiles: [a.py, a.py]",
            [],
            "`studentSubmissionFiles` names `a.py` twice, first in line 3.",
        ),
        ("studentSubmissionFiles: [a.py, A.py]", [], "`studentSubmissionFiles` names `A.py` twice"),
        ("additionalFiles: [meta.yaml]", [], "who get one without the hidden entries anyway."),
        ("studentSubmissionFiles: [meta.yaml]", [], "Students hand in `meta.yaml`, which they get as it is."),
        (
            "studentSubmissionFiles: [README.md]",
            ["README.md"],
            "Students hand in `README.md`, which they get as it is.",
        ),
        (
            "testFiles: [README.md]",
            ["README.md"],
            "`README.md` is a task text, which students get, and `testFiles`",
        ),
        ("testFiles: [content/]", ["content/index.md"], "`content/index.md` is a task text"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(properties, paths, message):
    found = said(properties, *paths)
    assert found[0].startswith("3: ")
    assert message in found[0]


def test_a_missing_template_is_not_replaced_by_a_file_of_its_name():
    (found,) = said("studentTemplates: [studentTemplates/main.py]", "localTests/correctSolution/main.py")
    assert "localTests" not in found


def test_a_readme_that_students_write_is_allowed_where_there_is_none():
    assert said("studentSubmissionFiles: [README.md]") == []


@pytest.mark.parametrize("test_files", ["[tests/a.py]", "[tests]", "[tests/]"])
def test_a_file_both_public_and_test_is_named_with_both_entries(test_files):
    (found,) = said(f"additionalFiles: [tests/a.py]\ntestFiles: {test_files}", "tests/a.py")
    assert found.startswith(
        "3: `additionalFiles` gives `tests/a.py` to students, and `testFiles` hides it (line 4)."
    )


def test_a_directory_given_away_may_hold_hidden_files_unless_it_holds_nothing_else():
    properties = "additionalFiles: [data/]\ntestFiles: [data/secret.csv]"
    assert said(properties, "data/secret.csv", "data/open.csv") == []
    (found,) = said(properties, "data/secret.csv")
    assert "all its files are hidden" in found


def test_a_submission_file_given_away_is_its_solution():
    (found,) = said("studentSubmissionFiles: [a.py]\nadditionalFiles: [a.py]", "a.py")
    assert found.startswith(
        "4: `additionalFiles` gives `a.py` to students with its solution, and they hand it in (line 3)"
    )


def test_a_template_or_submission_file_that_is_a_test_is_refused():
    assert len(said("studentTemplates: [tests/a.py]\ntestFiles: [tests]", "tests/a.py")) == 1
    assert len(said("studentSubmissionFiles: [a.py]\ntestFiles: [a.py]", "a.py")) == 1


def test_two_templates_for_one_file_are_named_with_both_lines():
    (found,) = said(
        "studentTemplates:\n- studentTemplates/a.py\n- {from: other.py, to: a.py}",
        "studentTemplates/a.py",
        "other.py",
    )
    assert found.startswith("5: The templates in lines 4 and 5 both become `a.py`.")


def test_a_template_for_a_file_that_is_given_away_is_refused():
    (found,) = said(
        "additionalFiles: [a.py]\nstudentTemplates: [studentTemplates/a.py]", "a.py", "studentTemplates/a.py"
    )
    assert found.startswith("4: The template becomes `a.py`, which `additionalFiles` gives (line 3).")


def test_a_template_cannot_become_a_task_text_or_meta_yaml():
    assert len(said("studentTemplates: [{from: t.md, to: README.md}]", "t.md", "content/index.md")) == 1
    assert len(said("studentTemplates: [{from: t.md, to: meta.yaml}]", "t.md")) == 1
    assert said("studentTemplates: [{from: t.md, to: README.md}]", "t.md") == []


def test_a_template_that_is_a_submission_file_itself_is_left_to_the_markers():
    assert said("studentSubmissionFiles: [a.py]\nstudentTemplates: [a.py]", "a.py") == []


def test_names_that_one_system_takes_for_one_are_refused_for_students_too():
    (found,) = said("additionalFiles: [Data.csv]\nstudentSubmissionFiles: [data.csv]", "Data.csv")
    assert "ignore case" in found
    (found,) = said("additionalFiles: [pkg/x.py]\nstudentSubmissionFiles: [pkg]", "pkg/x.py")[-1:]
    assert "directory" in found


def test_all_problems_come_in_the_order_of_the_file():
    found = said("testFiles: [a]\nadditionalFiles: [b, c]\nstudentTemplates: [d]")
    assert [line.split(":")[0] for line in found] == ["3", "4", "4", "5"]
