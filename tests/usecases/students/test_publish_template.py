"""Publishing the student template: what students get, and what becomes of it over time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders.repositories import git
from tests.builders.small_course import BLANK, HELLO, PLACES, STRUCTURE
from tests.builders.template_course import AUTHOR, START, TemplateCourse, change

from courseline.domain.students.rule import Rule
from courseline.errors import NotFound
from courseline.usecases.students.publish_template import PublishedTemplate


def rules(done: PublishedTemplate) -> dict[str, str]:
    return {file.path: str(file.rule) for file in done.files}


def touched(course: TemplateCourse) -> list[str]:
    """Paths that the newest commit of the template changes."""
    return git(course.template, "diff-tree", "-r", "--root", "--no-commit-id", "--name-only", "main").split(
        "\n"
    )


class TestFirstRun:
    def test_students_get_exactly_what_a_rule_admits(self, course: TemplateCourse) -> None:
        done = course.publish()
        given = course.given()
        assert done.refusals == ()
        assert (
            rules(done)
            == {path: rules(done)[path] for path in given}
            == {
                "README.md": "5",
                "week1/blank/README.md": "1",
                "week1/blank/answer.py": "3-empty",
                "week1/blank/meta.yaml": "4",
                "week1/hello/README.md": "1",
                "week1/hello/README_de.md": "1",
                "week1/hello/data/words.txt": "2",
                "week1/hello/hello.py": "3-template",
                "week1/hello/mediaFiles/wave.svg": "1",
                "week1/hello/meta.yaml": "4",
                "week1/sums/README.md": "1",
                "week1/sums/meta.yaml": "4",
                "week1/sums/sums.py": "3-cut",
                "week2/uses/README.md": "1",
                "week2/uses/draw.py": "2",
                "week2/uses/meta.yaml": "4",
                "week2/uses/use.py": "3-empty",
            }
        )
        assert "CANARY" not in "".join(given.values())

    def test_files_have_the_content_their_rule_promises(self, course: TemplateCourse) -> None:
        course.publish()
        given = course.given()
        assert given["week1/hello/hello.py"] == HELLO["hello/studentTemplates/hello.py"].rstrip("\n")
        assert given["week1/hello/README_de.md"] == HELLO["hello/content/index_de.md"].rstrip("\n")
        assert given["week1/blank/answer.py"] == given["week2/uses/use.py"] == ""
        assert (
            given["week1/sums/sums.py"]
            == "def add(a, b):\n    raise NotImplementedError\n\n\nprint(add(1, 2))"
        )
        assert "maxSubmissions: 5" in given["week1/hello/meta.yaml"]  # the course's value wins over 3
        assert "tests" not in given["week1/hello/meta.yaml"]

    def test_the_commit_is_the_judged_tree(self, course: TemplateCourse) -> None:
        done = course.publish()
        listing = git(course.template, "ls-tree", "-r", "main").split("\n")
        assert listing == [f"{file.mode} blob {file.oid}\t{file.path}" for file in done.files]

    def test_the_commit_is_the_first_and_carries_only_its_operation(self, course: TemplateCourse) -> None:
        done = course.publish()
        assert course.log() == [done.commit]
        assert course.log("%an <%ae>|%cn <%ce>|%P") == [f"{AUTHOR}|{AUTHOR}|"]
        trailers = git(course.template, "log", "--format=%(trailers:only,unfold)", "main").strip()
        assert trailers == f"Courseline-Operation: {done.operation}"

    def test_paths_need_not_be_in_the_titles(self, course: TemplateCourse) -> None:
        course.structure(STRUCTURE.replace("Week 1: ", "").replace("Week 2", "Later"))
        course.deploy()
        assert course.publish().refusals == ()
        assert "`week1.hello`" in course.given()["README.md"]

    def test_the_readme_leads_to_every_place(self, course: TemplateCourse) -> None:
        course.publish()
        assert course.given()["README.md"].split("\n") == [
            "# Python 101",
            "",
            "An introduction.",
            "",
            "## Week 1: First steps",
            "",
            "| Assignment | Path | Maximum submissions |",
            "|---|---|---|",
            "| [Hello World](week1/hello/) | `week1.hello` | 5 |",
            "| [Sums](week1/sums/) | `week1.sums` |  |",
            "| [Blank](week1/blank/) | `week1.blank` |  |",
            "",
            "## Week 2",
            "",
            "| Assignment | Path | Maximum submissions |",
            "|---|---|---|",
            "| [Uses](week2/uses/) | `week2.uses` |  |",
        ]

    def test_a_missing_repository_is_named_with_what_to_do(self, course: TemplateCourse) -> None:
        course.apply(str(course.root / "nowhere.git"))
        with pytest.raises(NotFound, match=r"nowhere\.git") as caught:
            course.publish()
        assert f"git init --bare {course.root / 'nowhere.git'}" in caught.value.problems[0].fix
        assert caught.value.exit_code == 1
        assert course.query("SELECT * FROM operation WHERE kind = 'student-template'") == []

    def test_it_goes_to_the_branch_that_head_names(self, published: TemplateCourse) -> None:
        git(published.template, "branch", "-m", "main", "trunk")
        published.edit({"week1/hello/README.md": "# Hello\n\nNow on another branch.\n"})
        done = published.publish()
        assert git(published.template, "for-each-ref", "--format=%(refname) %(objectname)") == (
            f"refs/heads/trunk {done.commit}"
        )


class TestNextRun:
    def test_what_students_have_already_is_not_committed_again(self, published: TemplateCourse) -> None:
        before = published.state()
        done = published.publish()
        assert (done.commit, done.operation, done.refusals) == (None, None, ())
        assert len(done.files) == 17
        assert published.state() == before

    def test_a_change_at_one_place_touches_nothing_else(self, published: TemplateCourse) -> None:
        (first,) = published.log()
        published.edit({"week1/hello/README.md": "# Hello\n\nGreet them twice.\n"})
        done = published.publish()
        assert touched(published) == ["week1/hello/README.md"]
        assert published.log("%H %P") == [f"{done.commit} {first}", f"{first} "]

    def test_a_lecturers_change_of_a_hidden_file_changes_nothing(self, published: TemplateCourse) -> None:
        published.edit({"week1/hello/hello.py": "# CANARY\ndef greet(name):\n    return 'Hi ' + name\n"})
        assert published.publish().commit is None

    def test_a_removed_place_disappears_with_all_its_files(self, published: TemplateCourse) -> None:
        removed = "removed: [{path: week2.uses, allowTemplateChange: v1.0}]\n"
        published.structure(STRUCTURE.rpartition("    content:")[0], removed)
        assert published.deploy().count("removed") == 1
        published.publish()
        assert not any(path.startswith("week2/") for path in published.given())
        assert "Uses" not in published.given()["README.md"]
        assert all(path == "README.md" or path.startswith("week2/uses/") for path in touched(published))

    def test_a_moved_place_keeps_its_directory(self, published: TemplateCourse) -> None:
        lines = [line for line in STRUCTURE.splitlines() if "week1.sums" not in line]
        moved = "      - {path: week2.sums, movedFrom: week1.sums, type: assignment, title: Sums, example: sums, version: v1.0}"
        published.structure("\n".join([*lines, moved]) + "\n")
        assert published.deploy().count("moved") == 1
        published.publish()
        assert touched(published) == ["README.md"]
        assert "| [Sums](week1/sums/) | `week2.sums` |" in published.given()["README.md"]

    def test_an_old_file_goes_when_the_new_version_no_longer_lists_it(
        self, published: TemplateCourse
    ) -> None:
        meta = HELLO["hello/meta.yaml"].replace("  additionalFiles: [data/words.txt]\n", "")
        published.sync({"hello/meta.yaml": meta}, "v1.1")
        published.structure(
            STRUCTURE.replace("example: hello, version: v1.0", "example: hello, version: v1.1")
        )
        published.deploy()
        published.publish()
        assert "week1/hello/data/words.txt" not in published.given()
        assert touched(published) == ["week1/hello/data/words.txt", "week1/hello/meta.yaml"]


class TestRefusedPlace:
    BROKEN = HELLO["hello/meta.yaml"].replace("data/words.txt", "data/no_such_file.txt")

    def test_it_keeps_what_students_have_and_the_others_go(self, published: TemplateCourse) -> None:
        before = published.given()
        published.edit(
            {
                "week1/hello/meta.yaml": self.BROKEN,
                "week1/hello/README.md": "# New\n",
                "week1/sums/README.md": "# Sum\n",
            }
        )
        done = published.publish()
        assert touched(published) == ["week1/sums/README.md"]
        assert {path: text for path, text in published.given().items() if "sums" not in path} == {
            path: text for path, text in before.items() if "sums" not in path
        }
        kept = {file.path for file in done.files if file.rule is Rule.KEPT}
        assert kept == {path for path in before if path.startswith("week1/hello/")}
        (refusal,) = done.refusals
        assert refusal.where == "week1/hello/meta.yaml:8"
        assert "data/no_such_file.txt" in refusal.message
        assert refusal.fix

    def test_one_that_students_never_had_stays_away(self, course: TemplateCourse) -> None:
        course.edit({"week1/hello/meta.yaml": self.BROKEN})
        done = course.publish()
        assert len(done.refusals) == 1
        given = course.given()
        assert not any(path.startswith("week1/hello/") for path in given)
        assert "week1/sums/sums.py" in given
        assert "| Hello World | `week1.hello` | 5 |" in given["README.md"]  # named, and not linked

    def test_it_comes_back_when_it_is_mended(self, published: TemplateCourse) -> None:
        published.edit({"week1/hello/meta.yaml": self.BROKEN})
        assert published.publish().commit is None
        published.edit(
            {"week1/hello/meta.yaml": HELLO["hello/meta.yaml"], "week1/hello/README.md": "# New\n"}
        )
        assert published.publish().refusals == ()
        assert touched(published) == ["week1/hello/README.md"]

    def test_a_version_that_the_library_does_not_know_is_not_guessed_at(
        self, published: TemplateCourse
    ) -> None:
        path = "week2/uses/.example-library"
        tracking = published.read(path)
        version = tracking.rsplit('"example_version_id": "', 1)[1][:36]
        published.edit({path: tracking.replace(version, "00000000-0000-5000-8000-000000000000")})
        (refusal,) = published.publish().refusals
        assert refusal.path == path
        assert "v1.0" in refusal.message
        assert "courseline-sync" in refusal.fix


class TestVisibility:
    def later(self, course: TemplateCourse, when: str) -> None:
        course.structure(STRUCTURE.replace("title: Sums,", f"title: Sums, visibleFrom: '{when}',"))

    def test_a_place_waits_for_its_time_in_the_course_s_own_zone(self, course: TemplateCourse) -> None:
        self.later(course, "2026-03-01T10:00")  # in Vienna, so 09:00 UTC
        course.clock.now = START.replace(hour=8, minute=59, second=59)
        course.publish()
        assert "Sums" not in course.given()["README.md"]
        assert not any(path.startswith("week1/sums") for path in course.given())
        course.clock.now = START.replace(hour=9)
        course.publish()
        assert "week1/sums/sums.py" in course.given()
        assert "[Sums](week1/sums/)" in course.given()["README.md"]

    def test_what_students_have_been_given_stays(self, published: TemplateCourse) -> None:
        self.later(published, "2027-01-01T00:00")
        assert published.publish().commit is None
        assert "week1/sums/sums.py" in published.given()

    def test_a_unit_keeps_back_all_that_is_inside_it_and_its_title(self, course: TemplateCourse) -> None:
        course.structure(
            STRUCTURE.replace("title: Week 2", "title: Week 2\n    visibleFrom: 2026-03-08T08:00")
        )
        course.publish()
        assert not any(path.startswith("week2/") for path in course.given())
        assert "Week 2" not in course.given()["README.md"]
        course.clock.now = START + timedelta(days=7)
        course.publish()
        assert "week2/uses/use.py" in course.given()
        assert "## Week 2" in course.given()["README.md"]


class TestTraditionalContent:
    STRUCTURE = STRUCTURE + "      - {path: week2.essay, type: assignment, title: Essay}\n"
    META = "slug: essay\ntitle: Essay\nproperties: {studentSubmissionFiles: [essay.md], additionalFiles: [rules.txt]}\n"

    def test_its_own_meta_yaml_decides(self, course: TemplateCourse) -> None:
        course.edit(
            {
                "week2/essay/meta.yaml": self.META,
                "week2/essay/essay.md": "CANARY: a model essay about many things and their reasons\n",
                "week2/essay/rules.txt": "At most two pages.\n",
                "week2/essay/grading.txt": "CANARY: what points are given for\n",
            }
        )
        course.structure(self.STRUCTURE)
        course.deploy()
        assert course.publish().refusals == ()
        mine = {path: text for path, text in course.given().items() if path.startswith("week2/essay/")}
        assert sorted(mine) == [f"week2/essay/{name}" for name in ("essay.md", "meta.yaml", "rules.txt")]
        assert mine["week2/essay/essay.md"] == ""

    def test_without_one_it_is_refused_and_the_others_go(self, course: TemplateCourse) -> None:
        course.edit({"week2/essay/rules.txt": "At most two pages.\n"})
        course.structure(self.STRUCTURE)
        course.deploy()
        done = course.publish()
        (refusal,) = done.refusals
        assert refusal.path == "week2/essay/meta.yaml"
        assert "no meta.yaml" in refusal.message
        assert {path.rpartition("/")[0] for path in course.given()} >= set(PLACES)
        assert not any(path.startswith("week2/essay") for path in course.given())

    def test_one_without_files_is_no_place_yet(self, course: TemplateCourse) -> None:
        course.structure(self.STRUCTURE)
        course.deploy()
        done = course.publish()
        assert (done.places, done.refusals, done.warnings) == (len(PLACES), (), ())

    def test_one_that_no_deploy_has_recorded_waits_for_it(self, course: TemplateCourse) -> None:
        course.edit({"week2/essay/meta.yaml": self.META, "week2/essay/rules.txt": "At most two pages.\n"})
        course.structure(self.STRUCTURE)
        done = course.publish()
        assert not any(path.startswith("week2/essay") for path in course.given())
        (warning,) = done.warnings
        assert warning.where == "course-structure.yaml:17"
        assert "courseline-deploy" in warning.fix
        course.deploy()
        course.publish()
        assert "week2/essay/meta.yaml" in course.given()


class TestDryRun:
    def test_it_shows_everything_and_changes_nothing(self, course: TemplateCourse) -> None:
        before = course.state()
        done = course.publish(dry_run=True)
        assert (len(done.files), done.commit, done.operation) == (17, None, None)
        assert course.state() == before

    def test_it_tells_what_the_gate_finds(self, published: TemplateCourse) -> None:
        published.edit({"week1/hello/data/words.txt": BLANK["blank/answer.py"]})
        before = published.state()
        done = published.publish(dry_run=True)
        assert done.stopped
        assert published.state() == before


def test_a_commit_of_nobody_is_needed_for_the_state_of_the_assignments(course: TemplateCourse) -> None:
    """What lies beside the places, such as notes at the root, never concerns students."""
    change(
        course.assignments, {"notes/exam.txt": "CANARY: the exam\n", "README.md": "CANARY: for lecturers\n"}
    )
    course.publish()
    assert "CANARY" not in "".join(course.given().values())
