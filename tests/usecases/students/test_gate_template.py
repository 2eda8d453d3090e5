"""What a lecturer's mistake brings into the places never comes out in the template repository."""

from __future__ import annotations

import hashlib

import pytest
from tests.builders.small_course import BLANK, HELLO, STRUCTURE, SUMS, TOOLS, USES
from tests.builders.template_course import TYPES, TemplateCourse

from courseline.usecases.library.sync import Synced
from courseline.usecases.students.publish_template import PublishedTemplate

UNLISTED = "slug: hello\ntitle: Hello World\nproperties:\n  additionalFiles: [hello.py, data/words.txt]\n"
LET_CHANGE = STRUCTURE.replace(
    "example: hello, version: v1.0", "example: hello, version: v1.0, allowTemplateChange: v1.0"
)
BESIDE = HELLO["hello/meta.yaml"].replace("[data/words.txt]", "[data/words.txt, data/more.txt]")


def stopped(course: TemplateCourse) -> PublishedTemplate:
    """Publish, and see that nothing whatever reached the repository."""
    before, objects = course.log(), course.everything()
    done = course.publish()
    assert done.stopped
    assert (done.commit, done.files) == (None, ())
    ended = {
        one: (state, why) for one, state, why in course.query("SELECT id, state, message FROM operation")
    }
    assert done.operation is not None
    assert ended[done.operation][0] == "refused"
    assert "leak gate found something in" in ended[done.operation][1]
    assert course.log() == before
    assert course.everything() == objects
    assert course.query("SELECT 1 FROM operation WHERE state = 'open'") == []
    return done


class TestHiddenFiles:
    def test_a_solution_that_is_listed_as_public_stops_everything(self, published: TemplateCourse) -> None:
        published.structure(LET_CHANGE)
        published.edit({"week1/hello/meta.yaml": UNLISTED, "week1/sums/README.md": "# Sum\n"})
        done = stopped(published)
        (finding,) = [one for one in done.refusals if one.path == "week1/hello/hello.py"]
        assert "solution hello.py of examples:hello@v1.0" in finding.message
        assert "no exception is possible" in finding.fix

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (USES["uses/use.py"], "solution use.py of examples:uses@v1.0"),
            (TOOLS["tools/check_tools.py"], "test file check_tools.py of examples:tools@v1.0"),
            (TOOLS["tools/tools.py"], "solution tools.py of examples:tools@v1.0"),
            (SUMS["sums/tests/test_sums.py"], "test file tests/test_sums.py of examples:sums@v1.0"),
            (BLANK["blank/answer.py"], "solution answer.py of examples:blank@v1.0"),
        ],
        ids=["solution", "test of a dependency", "solution of a dependency", "test", "own source"],
    )
    def test_what_is_hidden_elsewhere_is_stopped_under_another_name(
        self, published: TemplateCourse, content: str, words: str
    ) -> None:
        published.edit({"week1/hello/data/words.txt": content})
        (finding,) = stopped(published).refusals
        assert finding.path == "week1/hello/data/words.txt"
        assert words in finding.message

    def test_an_unlisted_file_of_the_deployed_version_is_stopped_as_a_template(
        self, published: TemplateCourse
    ) -> None:
        published.structure(LET_CHANGE)
        published.edit({"week1/hello/studentTemplates/hello.py": HELLO["hello/notes.txt"]})
        (finding,) = stopped(published).refusals
        assert finding.path == "week1/hello/hello.py"
        assert "unlisted file notes.txt" in finding.message

    def test_an_earlier_version_s_solution_is_stopped(self, published: TemplateCourse) -> None:
        published.sync(
            {"hello/hello.py": "# CANARY: a better answer\ndef greet(name):\n    return 'Hi'\n"}, "v1.1"
        )
        published.structure(STRUCTURE.replace("hello, version: v1.0", "hello, version: v1.1"))
        published.deploy()
        assert published.publish().refusals == ()
        published.edit(
            {"week1/hello/meta.yaml": BESIDE, "week1/hello/data/more.txt": HELLO["hello/hello.py"]}
        )
        (finding,) = stopped(published).refusals
        assert "solution hello.py of examples:hello@v1.0" in finding.message

    def test_a_later_version_s_solution_is_stopped(self, published: TemplateCourse) -> None:
        later = "# CANARY: a better answer\ndef greet(name):\n    return 'Hi'\n"
        published.sync({"hello/hello.py": later}, "v1.1")
        published.edit({"week1/hello/data/words.txt": later})
        (finding,) = stopped(published).refusals
        assert "solution hello.py of examples:hello@v1.1" in finding.message

    def test_a_place_that_waits_for_its_time_is_hidden_too(self, course: TemplateCourse) -> None:
        course.structure(
            STRUCTURE.replace("title: Hello World,", "title: Hello World, visibleFrom: 2027-01-01,")
        )
        course.edit({"week1/sums/README.md": HELLO["hello/README.md"] + "x" * 40})
        assert not course.publish().stopped
        course.edit({"week1/hello/README.md": HELLO["hello/README.md"] + "x" * 40})
        assert course.publish().refusals == ()  # the same text is public at another place
        secret = "CANARY: what the task of next week will be about\n"
        course.edit({"week1/hello/README.md": secret, "week1/sums/sums.py": secret})
        published = "".join(course.given().values())
        course.publish()
        assert "CANARY" not in published + "".join(course.given().values())


class TestBuilder:
    def test_a_listed_solution_refuses_its_place_alone(self, published: TemplateCourse) -> None:
        meta = HELLO["hello/meta.yaml"].replace("[data/words.txt]", "[data/words.txt, hello.py]")
        published.edit({"week1/hello/meta.yaml": meta, "week1/sums/README.md": "# Sum\n"})
        done = published.publish()
        assert not done.stopped
        assert {refusal.where for refusal in done.refusals} == {"week1/hello/meta.yaml:8"}
        assert published.given()["week1/sums/README.md"] == "# Sum"
        assert "CANARY" not in "".join(published.given().values())

    def test_a_forgotten_marker_refuses_its_place_alone(self, published: TemplateCourse) -> None:
        published.edit({"week1/hello/studentTemplates/hello.py": "# begin_solution\nprint('CANARY')\n"})
        done = published.publish()
        assert done.refusals
        assert not done.stopped
        assert "CANARY" not in published.given()["week1/hello/hello.py"]

    def test_tests_below_a_public_directory_stay_hidden(self, published: TemplateCourse) -> None:
        meta = (
            HELLO["hello/meta.yaml"]
            .replace("[data/words.txt]", "[data/]")
            .replace("[tests/test_hello.py]", "[tests/test_hello.py, data/expected.txt]")
        )
        published.edit(
            {"week1/hello/meta.yaml": meta, "week1/hello/data/expected.txt": "CANARY: Hello, Ada!\n"}
        )
        assert published.publish().refusals == ()
        assert [path for path in published.given() if "/data/" in path] == ["week1/hello/data/words.txt"]

    def test_copies_of_hidden_dependency_files_stay_hidden_below_a_public_directory(
        self, published: TemplateCourse
    ) -> None:
        """The role comes from the library: that this place's meta.yaml says nothing about the copy is no way out."""
        meta = "slug: uses\ntitle: Uses\nproperties:\n  additionalFiles: [check_tools.py]\n"
        published.edit({"week2/uses/meta.yaml": meta})
        done = published.publish()
        assert [refusal.path for refusal in done.refusals] == ["week2/uses/meta.yaml"]
        assert "copied from a dependency" in done.refusals[0].message


class TestExceptions:
    TEST = TOOLS["tools/check_tools.py"]
    NOTES = HELLO["hello/notes.txt"]
    TEMPLATE = "week1/hello/studentTemplates/hello.py"
    GIVEN = "week1/hello/hello.py"

    def reviewed(self, course: TemplateCourse, content: str, path: str = GIVEN) -> None:
        digest = hashlib.sha256(content.encode()).hexdigest()
        entry = f"exceptions:\n  - {{path: {path}, sha256: {digest}, reason: an old exam, by: ada}}\n"
        course.edit({"course-structure.yaml": TYPES + LET_CHANGE + entry})

    def test_a_reviewed_one_lets_exactly_that_file_through(self, published: TemplateCourse) -> None:
        published.structure(LET_CHANGE)
        published.edit({self.TEMPLATE: self.NOTES})
        (finding,) = stopped(published).refusals
        assert "add it to `exceptions:` in the course file" in finding.fix
        self.reviewed(published, self.NOTES)
        assert published.publish().refusals == ()
        assert published.given()[self.GIVEN] == self.NOTES.rstrip("\n")

    def test_it_is_good_for_no_other_content(self, published: TemplateCourse) -> None:
        self.reviewed(published, self.NOTES + "\n")
        published.edit({self.TEMPLATE: self.NOTES})
        assert len(stopped(published).refusals) == 1

    def test_it_is_good_for_no_other_path(self, published: TemplateCourse) -> None:
        self.reviewed(published, self.NOTES, "week1/sums/README.md")
        published.edit({self.TEMPLATE: self.NOTES})
        assert len(stopped(published).refusals) == 1

    def test_one_that_clears_nothing_is_warned_of_with_its_line(self, published: TemplateCourse) -> None:
        self.reviewed(published, "an earlier content")
        done = published.publish()
        (warning,) = [one for one in done.warnings if one.path == "course-structure.yaml"]
        assert (
            published.read("course-structure.yaml")
            .split("\n")[(warning.line or 0) - 1]
            .strip()
            .startswith("- {path")
        )
        assert "has changed since it was reviewed" in warning.message

    def test_none_lets_a_test_or_a_solution_through(self, published: TemplateCourse) -> None:
        path = "week1/hello/data/words.txt"
        self.reviewed(published, self.TEST, path)
        published.edit({path: self.TEST})
        (finding,) = stopped(published).refusals
        assert finding.path == path
        assert "no exception is possible" in finding.fix


def test_a_past_leak_in_a_kept_place_is_told_and_stops_nobody_else(published: TemplateCourse) -> None:
    words = HELLO["hello/data/words.txt"]
    tools = TOOLS["tools/meta.yaml"].replace("[check_tools.py]", "[check_tools.py, words.txt]")
    published.sync(
        {"tools/words.txt": words, "tools/meta.yaml": tools}, "v1.1"
    )  # a test now, and students have it
    published.edit({"week1/hello/meta.yaml": "properties: [\n", "week1/sums/README.md": "# Sum\n"})
    done = published.publish()
    assert not done.stopped
    assert any(
        "test file words.txt of examples:tools@v1.1" in one.message and "have it already" in one.message
        for one in done.refusals
    )
    assert published.given()["week1/sums/README.md"] == "# Sum"


class TestTwins:
    META = "slug: twins\ntitle: Twins\nproperties:\n  studentSubmissionFiles: [answer.py]\n  testFiles: [tests/check.py]\n"
    DATA = "name,height\nAda,165\nGrace,168\nMary,170\nEmmy,163\n"
    CHECK = "from answer import mean\n\nassert mean([1, 2, 3, 4]) == 2.5, 'CANARY'\n"
    ANSWER = "# CANARY: the answer of the twins\nprint(sum(heights) / len(heights))\n"

    def sync(self, course: TemplateCourse, public: str, content: str) -> Synced:
        files = {
            "twins/meta.yaml": f"{self.META}  additionalFiles: [{public}]\n",
            "twins/answer.py": self.ANSWER,
            "twins/tests/heights.csv": self.DATA,
            "twins/tests/check.py": self.CHECK,
            f"twins/{public}": content,
        }
        return course.sync(files, "twins/v1.0")

    def deploy(self, course: TemplateCourse, public: str, content: str) -> None:
        self.sync(course, public, content)
        course.structure(STRUCTURE + "      - {path: week2.twins, type: assignment, example: twins}\n")
        assert course.deploy().count("deployed") == 1

    def test_data_that_a_version_publishes_beside_its_tests_is_no_secret(
        self, published: TemplateCourse
    ) -> None:
        self.deploy(published, "heights.csv", self.DATA)
        assert published.publish().refusals == ()
        assert published.given()["week2/twins/heights.csv"] == self.DATA.rstrip("\n")

    def test_elsewhere_the_same_data_is_one_that_students_have(self, published: TemplateCourse) -> None:
        self.deploy(published, "heights.csv", self.DATA)
        published.edit({"week1/hello/data/words.txt": self.DATA})
        assert published.publish().refusals == ()

    @pytest.mark.parametrize(
        ("name", "words"), [("CHECK", "test file tests/check.py"), ("ANSWER", "solution answer.py")]
    )
    def test_a_version_that_publishes_a_test_or_solution_under_another_name_is_refused(
        self, published: TemplateCourse, name: str, words: str
    ) -> None:
        synced = self.sync(published, "open.py", getattr(self, name))
        (refused,) = (one for one in synced.examples if one.directory == "twins")
        assert str(refused.status) == "refused"
        assert [problem.path for problem in refused.problems] == ["twins/open.py"]
        assert words in refused.problems[0].message

    @pytest.mark.parametrize(
        ("name", "words"), [("CHECK", "test file tests/check.py"), ("ANSWER", "solution answer.py")]
    )
    def test_an_edit_that_publishes_a_test_or_solution_under_another_name_is_stopped(
        self, published: TemplateCourse, name: str, words: str
    ) -> None:
        self.deploy(published, "open.py", "print('for everybody to read, and nothing more')\n")
        published.edit({"week2/twins/open.py": getattr(self, name)})
        (finding,) = stopped(published).refusals
        assert finding.path == "week2/twins/open.py"
        assert f"{words} of examples:twins@v1.0" in finding.message
