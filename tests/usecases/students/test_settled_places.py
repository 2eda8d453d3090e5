"""A view that was judged when its version was published is used where all is the same, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace

import psycopg
import pytest
from tests.builders.repositories import git
from tests.builders.small_course import BLANK, HELLO, STRUCTURE, SUMS
from tests.builders.template_course import TemplateCourse

from courseline.usecases.neighbours import Neighbours
from courseline.usecases.students.publish_template import PublishedTemplate, PublishTemplate, publish_template

SETTLED = {"week1/sums", "week1/blank"}
"""The places of which the course says nothing and which have no dependency."""

EXCEPTION = f"exceptions: [{{path: week1/sums/README.md, sha256: {'0' * 64}, reason: known, by: Ada}}]\n"
EXPOSED = (
    "SELECT file ->> 0, file ->> 1, file ->> 2, example_version_id"
    " FROM template_exposure, json_array_elements(files) AS file ORDER BY file ->> 0, file ->> 1"
)


def run(
    course: TemplateCourse, neighbours: Neighbours | None = None, *, full: bool = False
) -> tuple[PublishedTemplate, list[int]]:
    """Publish; the answer, and how many places were built and judged each time something was."""
    built: list[int] = []

    def progress(what: str, done: int, total: int) -> None:
        if what == "Building the student view" and done == 0:
            built.append(total)

    watched = replace(neighbours or course.neighbours, progress=progress)
    return publish_template(PublishTemplate(str(course.assignments), full=full), watched), built


def forge(course: TemplateCourse, column: str, value: str, identifier: str = "sums") -> None:
    """Change a view as only somebody can who may take the guards away."""
    course.commit("ALTER TABLE example_version DISABLE TRIGGER trg_example_version_immutable")
    course.commit(
        f"UPDATE example_version SET {column} = {value} WHERE example_id ="  # noqa: S608 - our own text
        f" (SELECT id FROM example WHERE identifier = '{identifier}')"
    )


class TestSettled:
    def test_of_a_first_template_only_places_are_built_of_which_the_course_or_a_dependency_says_more(
        self, course: TemplateCourse
    ) -> None:
        done, built = run(course)
        assert (done.commit is not None, built, done.places) == (True, [2], 4)

    def test_a_full_run_makes_the_same_template_and_records_the_same(self, course: TemplateCourse) -> None:
        first, _ = run(course)
        given = course.query(EXPOSED)
        git(course.template, "update-ref", "-d", "refs/heads/main")
        course.commit("DELETE FROM template_exposure")
        again, built = run(course, full=True)
        assert built == [4]
        assert [(one.path, one.mode, one.oid, one.rule, one.place) for one in again.files] == [
            (one.path, one.mode, one.oid, one.rule, one.place) for one in first.files
        ]
        assert course.query(EXPOSED) == given

    def test_a_place_that_gets_a_published_version_is_not_built(self, published: TemplateCourse) -> None:
        published.sync({"blank/README.md": "# Blank\n\nAnything goes.\n"}, "v1.1")
        published.structure(
            STRUCTURE.replace("example: blank, version: v1.0", "example: blank, version: v1.1")
        )
        published.deploy()
        done, built = run(published)
        assert (done.commit is not None, built) == (True, [])
        assert published.given()["week1/blank/README.md"] == "# Blank\n\nAnything goes."

    def test_what_reading_its_meta_gave_is_said(self, course: TemplateCourse) -> None:
        meta = "slug: blank\ntitle: Blank\ndescriptoin: Print.\nproperties:\n  studentSubmissionFiles: [answer.py]\n"
        course.sync({"blank/meta.yaml": meta}, "v1.1")
        course.structure(STRUCTURE.replace("example: blank, version: v1.0", "example: blank, version: v1.1"))
        course.deploy()
        settled, built = run(course)
        full, _ = run(course, full=True)
        assert built == [2]
        assert [(one.path, one.line) for one in settled.warnings] == [("week1/blank/meta.yaml", 3)]
        assert settled.warnings == full.warnings

    def test_a_file_that_students_hand_in_is_held_back_all_the_same(self, published: TemplateCourse) -> None:
        published.sync({"sums/sums.py": SUMS["sums/sums.py"].replace("1, 2", "3, 4")}, "v1.1")
        published.structure(STRUCTURE.replace("example: sums, version: v1.0", "example: sums, version: v1.1"))
        published.deploy()
        done, _ = run(published)
        assert [one.path for one in done.refusals] == ["course-structure.yaml"]
        assert "print(add(1, 2))" in published.given()["week1/sums/sums.py"]


class TestBuiltAndJudged:
    def test_when_a_full_run_is_asked_for(self, course: TemplateCourse) -> None:
        assert run(course, full=True)[1] == [4]

    def test_by_other_rules(self, course: TemplateCourse) -> None:
        assert run(course, replace(course.neighbours, rules=lambda: "0" * 64))[1] == [4]

    def test_without_known_rules(self, course: TemplateCourse) -> None:
        assert run(course, replace(course.neighbours, rules=lambda: ""))[1] == [4]

    def test_by_other_thresholds_of_the_course(self, course: TemplateCourse) -> None:
        course.structure(STRUCTURE, "leakGate: {fromLines: 5}\n")
        assert run(course)[1] == [4]

    def test_where_the_course_has_an_exception(self, course: TemplateCourse) -> None:
        course.structure(STRUCTURE, EXCEPTION)
        assert run(course)[1] == [3]

    def test_where_the_course_has_a_value_of_its_own(self, course: TemplateCourse) -> None:
        course.structure(
            STRUCTURE.replace(
                "example: sums, version: v1.0", "example: sums, version: v1.0, properties: {maxGroupSize: 2}"
            )
        )
        assert run(course)[1] == [3]
        assert "maxGroupSize: 2" in course.given()["week1/sums/meta.yaml"]

    @pytest.mark.parametrize("path", ["README.md", "notes.txt", "tests/test_sums.py"])
    def test_where_a_lecturer_changed_a_file(self, course: TemplateCourse, path: str) -> None:
        course.edit({f"week1/sums/{path}": "# Sums of all kinds\n"})
        assert run(course)[1] == [3]

    def test_where_a_lecturer_added_a_leak(self, course: TemplateCourse) -> None:
        course.edit({"week1/sums/README.md": HELLO["hello/hello.py"]})
        done, built = run(course)
        assert (done.stopped, [one.path for one in done.refusals]) == (True, ["week1/sums/README.md"])
        assert built == [3, 4]

    def test_where_the_tracking_file_is_not_what_the_deploy_wrote(self, course: TemplateCourse) -> None:
        tracking = json.loads(course.read("week1/sums/.example-library"))
        course.edit({"week1/sums/.example-library": json.dumps(tracking)})
        assert run(course)[1] == [3]

    def test_where_the_tracking_file_is_gone(self, course: TemplateCourse) -> None:
        course.edit({"week1/sums/.example-library": None})
        assert run(course)[1] == [3]

    def test_a_version_that_was_published_by_other_rules(self, course: TemplateCourse) -> None:
        course.sync({"blank/README.md": "# Blank\n\nAnything goes.\n"}, "v1.1", settles=False)
        course.structure(STRUCTURE.replace("example: blank, version: v1.0", "example: blank, version: v1.1"))
        course.deploy()
        assert run(course)[1] == [3]

    def test_a_version_of_which_the_gate_said_something(self, course: TemplateCourse) -> None:
        long = "".join(f"Line {number} of what to say in the lecture.\n" for number in range(20))
        synced = course.sync({"blank/README.md": long, "blank/notes.md": f"{long}Done.\n"}, "v1.1")
        assert [str(one.status) for one in synced.examples if one.directory == "blank"] == ["published"]
        course.structure(STRUCTURE.replace("example: blank, version: v1.0", "example: blank, version: v1.1"))
        course.deploy()
        done, built = run(course)
        assert (done.stopped, built) == (True, [3, 4])
        assert {one.path for one in done.refusals} == {"week1/blank/README.md"}

    def test_where_a_file_became_hidden_in_the_library(self, course: TemplateCourse) -> None:
        test = {
            "later/meta.yaml": "slug: later\ntitle: Later\nproperties:\n  testFiles: [words.txt]\n",
            "later/words.txt": "A text that is long enough to count among those that are hidden.\n",
        }
        course.sync({"blank/README.md": test["later/words.txt"]}, "v1.1")
        course.structure(STRUCTURE.replace("example: blank, version: v1.0", "example: blank, version: v1.1"))
        course.deploy()
        course.sync(test, "v2.0")
        done, built = run(course)
        assert (done.stopped, built) == (True, [2, 3, 4])
        assert [one.path for one in done.refusals] == ["week1/blank/README.md"]

    def test_where_another_place_has_hidden_what_students_get_cut(self, course: TemplateCourse) -> None:
        run(course)
        cut = git(course.template, "cat-file", "blob", "HEAD:week1/sums/sums.py") + "\n"
        git(course.template, "update-ref", "-d", "refs/heads/main")
        course.edit({"week1/hello/more.py": cut})
        done, built = run(course)
        assert (done.stopped, built) == (True, [2, 3, 4])
        assert [one.path for one in done.refusals] == ["week1/sums/sums.py"]


class TestForged:
    def test_a_view_cannot_be_changed_where_the_guards_stand(self, course: TemplateCourse) -> None:
        with pytest.raises(psycopg.Error, match="a published version never changes"):
            course.commit("UPDATE example_version SET view = ''")

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("view", "replace(view, 'README.md', 'tests/test_sums.py')"),
            ("view", "view || ' '"),
            ("view", "(SELECT max(view) FROM example_version WHERE view LIKE '%answer.py%')"),
            ("view", "'{}'"),
        ],
    )
    def test_a_changed_view_counts_for_nothing(self, course: TemplateCourse, column: str, value: str) -> None:
        forge(course, column, value)
        done, built = run(course)
        assert (done.stopped, built) == (False, [3])
        assert "week1/sums/tests/test_sums.py" not in course.given()

    def test_a_view_of_old_rules_cannot_be_given_new_ones(self, course: TemplateCourse) -> None:
        newer = "1" * 64
        forge(course, "view_rules", f"'{newer}'")
        assert run(course, replace(course.neighbours, rules=lambda: newer))[1] == [4]

    def test_a_view_fits_no_other_tree_whatever_the_database_says_of_the_place(
        self, course: TemplateCourse
    ) -> None:
        course.edit({"week1/sums/sums.py": SUMS["sums/sums.py"] + "# one line more\n"})
        tree = git(course.assignments, "rev-parse", "HEAD:week1/sums")
        course.commit(
            "UPDATE course_content_deployment SET deployment_metadata = (deployment_metadata::jsonb || "  # noqa: S608 - our own text
            f'\'{{"directory_tree": "{tree}"}}\')::json'
        )
        assert run(course)[1] == [3]

    def test_a_view_without_a_seal_counts_for_nothing(self, course: TemplateCourse) -> None:
        course.commit("ALTER TABLE deployment_history DISABLE TRIGGER ALL")
        course.commit("DELETE FROM deployment_history WHERE action = 'published'")
        assert run(course)[1] == [4]

    def test_a_view_of_another_place_that_the_database_names_for_it_counts_for_nothing(
        self, course: TemplateCourse
    ) -> None:
        course.commit(
            "UPDATE course_content_deployment SET deployed_version_id = (SELECT version.id FROM example_version AS"
            " version JOIN example ON example.id = version.example_id WHERE identifier = 'blank')"
        )
        done, built = run(course)
        assert (done.stopped, built) == (False, [3])
        assert course.given()["week1/sums/README.md"] == "# Sums"
        assert BLANK["blank/README.md"].strip() == course.given()["week1/blank/README.md"]
