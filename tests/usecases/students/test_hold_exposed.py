"""What students have begun to work on stays as it is, until the course file lets one version change it."""

from __future__ import annotations

from tests.builders.repositories import Content
from tests.builders.small_course import HELLO, STRUCTURE
from tests.builders.template_course import TemplateCourse

from courseline.usecases.students.publish_template import PublishedTemplate

STARTED = "week1/hello/hello.py"
CHANGED: dict[str, Content | None] = {
    "hello/studentTemplates/hello.py": "def greet(name, polite):\n    '''Return a polite greeting.'''\n",
    "hello/README.md": "# Hello\n\nGreet them all, politely.\n",
}
META = str(HELLO["hello/meta.yaml"])
RENAMED: dict[str, Content | None] = {
    "hello/meta.yaml": META.replace("hello.py", "greet.py").replace(
        "tests/test_greet.py", "tests/test_hello.py"
    ),
    "hello/greet.py": HELLO["hello/hello.py"],
    "hello/hello.py": None,
    "hello/studentTemplates/greet.py": HELLO["hello/studentTemplates/hello.py"],
    "hello/studentTemplates/hello.py": None,
}


def release(course: TemplateCourse, files: dict[str, Content | None], allowed: str = "") -> PublishedTemplate:
    """Give out `files` as v1.1 of hello, and publish the template."""
    course.sync(files, "v1.1")
    more = f", allowTemplateChange: {allowed}" if allowed else ""
    course.structure(
        STRUCTURE.replace("example: hello, version: v1.0", f"example: hello, version: v1.1{more}")
    )
    course.deploy()
    return course.publish()


def test_a_changed_template_waits_and_the_place_stays_whole(published: TemplateCourse) -> None:
    before = published.given()
    done = release(published, CHANGED)
    (refusal,) = done.refusals
    assert (refusal.path, done.stopped) == ("course-structure.yaml", False)
    assert STARTED in refusal.message
    assert "allowTemplateChange: v1.1" in refusal.fix
    assert published.given() == before
    assert {str(file.rule) for file in done.files if file.place == "week1.hello"} == {"kept"}


def test_the_other_places_go_on(published: TemplateCourse) -> None:
    published.edit({"week1/sums/README.md": "# Sums\n\nAdd them up.\n"})
    release(published, CHANGED)
    assert published.given()["week1/sums/README.md"].endswith("Add them up.")
    assert "politely" not in published.given()["week1/hello/README.md"]


def test_the_label_of_the_version_lets_it_through(published: TemplateCourse) -> None:
    assert release(published, CHANGED, allowed="1.1.0").refusals == ()
    assert "polite" in published.given()[STARTED]


def test_the_label_of_another_version_does_not(published: TemplateCourse) -> None:
    assert len(release(published, CHANGED, allowed="v1.0").refusals) == 1
    assert "polite" not in published.given()[STARTED]


def test_what_is_not_handed_in_follows_the_version(published: TemplateCourse) -> None:
    done = release(published, {"hello/README.md": CHANGED["hello/README.md"], "hello/data/words.txt": "hi\n"})
    assert done.refusals == ()
    assert published.given()["week1/hello/README.md"].endswith("politely.")


def test_a_file_that_is_added_is_no_change(published: TemplateCourse) -> None:
    more = META.replace("[hello.py]", "[hello.py, more.py]")
    assert release(published, {"hello/meta.yaml": more, "hello/more.py": "print(1)\n"}).refusals == ()
    assert published.given()["week1/hello/more.py"] == ""


def test_a_renamed_file_is_named_with_what_it_would_become(published: TemplateCourse) -> None:
    (refusal,) = release(published, RENAMED).refusals
    assert f"{STARTED}, which" in refusal.message
    assert "become week1/hello/greet.py" in refusal.message
    assert STARTED in published.given()


def test_a_lecturer_s_own_edit_waits_too(published: TemplateCourse) -> None:
    published.edit({"week1/hello/studentTemplates/hello.py": "def greet(name):\n    pass\n"})
    (refusal,) = published.publish().refusals
    assert "allowTemplateChange: v1.0" in refusal.fix
    allowed = STRUCTURE.replace(
        "example: hello, version: v1.0", "example: hello, version: v1.0, allowTemplateChange: v1.0"
    )
    published.structure(allowed)
    published.deploy()
    assert published.publish().refusals == ()
    assert published.given()[STARTED].endswith("pass")


class TestRemoved:
    WITHOUT = "".join(line for line in STRUCTURE.splitlines(keepends=True) if "week1.hello" not in line)

    def remove(self, course: TemplateCourse, more: str = "") -> PublishedTemplate:
        course.structure(self.WITHOUT, more)
        course.deploy()
        return course.publish()

    def test_a_place_that_students_work_on_is_not_taken_away(self, published: TemplateCourse) -> None:
        before = published.given()
        (refusal,) = self.remove(published).refusals
        assert "be removed" in refusal.message
        assert "removed: [{path: week1.hello, allowTemplateChange: v1.0}]" in refusal.fix
        after = published.given()
        assert {path for path in after if path.startswith("week1/hello/")} == {
            path for path in before if path.startswith("week1/hello/")
        }

    def test_it_goes_when_the_course_file_says_so(self, published: TemplateCourse) -> None:
        more = "removed: [{path: week1.hello, allowTemplateChange: v1.0}]\n"
        assert self.remove(published, more).refusals == ()
        assert not any(path.startswith("week1/hello/") for path in published.given())

    def test_it_may_come_back(self, published: TemplateCourse) -> None:
        self.remove(published)
        published.structure(STRUCTURE)
        published.deploy()
        assert published.publish().refusals == ()
        assert STARTED in published.given()


def test_an_empty_template_repository_holds_nothing_back(published: TemplateCourse) -> None:
    from tests.builders.repositories import build_repository

    published.apply(build_repository(published.root / "next.git").url)
    assert release(published, CHANGED).refusals == ()
