"""Nothing is pushed that the gate has not judged by its present rules; what is as it was is not judged twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from tests.builders.fuse import Fuse, Killed, fused
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import git
from tests.builders.small_course import BLANK, HELLO, PLACES, STRUCTURE, make_small_course
from tests.builders.template_course import TYPES, Snapshot, TemplateCourse, snapshot

from courseline.domain.course.wish import Node
from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.students.gate.judge import CHECKS
from courseline.domain.students.gate.places import files_by_place
from courseline.domain.students.judgement import place_digest
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.students import judge_template
from courseline.usecases.students.publish_template import PublishedTemplate, PublishTemplate, publish_template

ALL = len(PLACES)
README = {"week1/sums/README.md": "# Sums\n\nAdd them up.\n"}
EXCEPTION = "exceptions: [{path: week1/hello/data/words.txt, sha256: %s, reason: known, by: Ada}]\n" % (
    "0" * 64
)


@pytest.fixture(scope="session")
def not_settled(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Here nothing is known of a version from its publication, so that a run has only the last template to go by."""

    def make(course: TemplateCourse) -> None:
        make_small_course(course, settles=False)

    with snapshot(postgres, tmp_path_factory.mktemp("not_settled"), make) as made:
        yield made


@pytest.fixture
def course(postgres: PostgresServer, not_settled: Snapshot) -> Iterator[TemplateCourse]:
    with not_settled.open(postgres) as opened:
        yield opened


@pytest.fixture
def published(course: TemplateCourse) -> TemplateCourse:
    assert course.publish().commit is not None
    return course


def run(
    course: TemplateCourse, neighbours: Neighbours | None = None, *, full: bool = False, dry_run: bool = False
) -> tuple[PublishedTemplate, list[int]]:
    """Publish; the answer, and how many places were built and judged each time something was."""
    built: list[int] = []

    def progress(what: str, done: int, total: int) -> None:
        if what == "Building the student view" and done == 0:
            built.append(total)

    watched = replace(neighbours or course.neighbours, progress=progress)
    command = PublishTemplate(str(course.assignments), full=full, dry_run=dry_run)
    return publish_template(command, watched), built


def stored(course: TemplateCourse) -> str:
    """What is kept of the published template, as text."""
    ((facts,),) = course.query("SELECT facts::text FROM operation_event WHERE name = 'judged'")
    return str(facts)


def files(done: PublishedTemplate) -> list[tuple[object, ...]]:
    """Every file of a template, without where its bytes are."""
    return [(file.path, file.mode, file.oid, file.rule, file.place) for file in done.files]


class TestUnchanged:
    def test_a_second_run_judges_no_place(self, published: TemplateCourse) -> None:
        done, built = run(published)
        assert (done.commit, built, done.places) == (None, [], ALL)

    def test_only_the_place_that_changed_is_judged(self, published: TemplateCourse) -> None:
        published.edit(README)
        done, built = run(published)
        assert (done.commit is not None, built, done.places) == (True, [1], ALL)
        assert published.given()["week1/sums/README.md"] == "# Sums\n\nAdd them up."

    def test_the_template_is_the_one_that_a_full_run_makes(self, published: TemplateCourse) -> None:
        published.edit(README)
        full, built = run(published, full=True, dry_run=True)
        assert built == [ALL]
        assert files(run(published)[0]) == files(full)
        again, built = run(published, full=True)
        assert (again.commit, built, files(again)) == (None, [ALL], files(full))

    def test_a_later_run_goes_on_from_the_last(self, published: TemplateCourse) -> None:
        published.edit(README)
        run(published)
        published.edit({"week1/blank/README.md": "# Nothing\n"})
        assert run(published)[1] == [1]
        assert run(published)[1] == []
        assert len(published.query("SELECT 1 FROM operation_event WHERE name = 'judged'")) == 1

    def test_lines_that_move_in_the_course_file_change_nothing(self, published: TemplateCourse) -> None:
        published.edit({"course-structure.yaml": "# A remark\n\n" + TYPES + STRUCTURE})
        assert run(published)[1] == []

    def test_what_an_unchanged_place_was_warned_of_is_said_again(self, published: TemplateCourse) -> None:
        meta = "slug: blank\ntitle: Blank\ndescriptoin: Print.\nproperties:\n  studentSubmissionFiles: [answer.py]\n"
        published.edit({**README, "week1/blank/meta.yaml": meta})
        first, built = run(published)
        assert built == [2]
        assert [(one.path, one.line) for one in first.warnings] == [("week1/blank/meta.yaml", 3)]
        again, built = run(published)
        assert (again.warnings, built) == (first.warnings, [])

    def test_an_edit_that_students_do_not_see_is_judged_all_the_same(self, published: TemplateCourse) -> None:
        published.edit({"week1/hello/notes.txt": "other notes\n"})
        done, built = run(published)
        assert (done.commit, built) == (None, [1])

    def test_a_run_that_was_killed_between_push_and_record_counts_as_judged(
        self, course: TemplateCourse
    ) -> None:
        def stop(name: str) -> None:
            if name == "pushed":
                raise Killed(name)

        with pytest.raises(Killed):
            publish_template(
                PublishTemplate(str(course.assignments)), fused(course.neighbours, Fuse(watch=stop))
            )
        done, built = run(course)
        assert (done.commit, built) == (None, [])


class TestJudgedAgain:
    def test_by_other_rules_everything(self, published: TemplateCourse) -> None:
        newer = replace(published.neighbours, rules=lambda: "rules of a later release")
        assert run(published, newer)[1] == [ALL]

    def test_by_other_rules_every_byte_that_students_have(
        self, published: TemplateCourse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stricter(case: GateCase) -> Iterator[Finding]:
            for place, file in files_by_place(case):
                if place and b"good morning" in case.blobs.get(file.oid, b""):
                    yield Finding(
                        place.content_path, file.path, None, "stricter", "A greeting.", "Rude.", "None."
                    )

        monkeypatch.setitem(cast("dict[str, Any]", CHECKS), "stricter", stricter)
        newer = replace(published.neighbours, rules=lambda: "rules of a later release")
        assert not run(published)[0].stopped
        done, _ = run(published, newer)
        assert (done.stopped, [one.path for one in done.refusals]) == (True, ["week1/hello/data/words.txt"])

    def test_without_known_rules_everything(self, published: TemplateCourse) -> None:
        assert run(published, replace(published.neighbours, rules=lambda: ""))[1] == [ALL]

    def test_when_a_full_run_is_asked_for(self, published: TemplateCourse) -> None:
        assert run(published, full=True)[1] == [ALL]

    @pytest.mark.parametrize(
        "statement",
        [
            (
                "UPDATE template_exposure SET files = jsonb_set(files::jsonb, '{0,2}', '\"kept\"')::json"
                " WHERE files::text LIKE '%week1/hello/hello.py%'"
            ),
            "UPDATE template_exposure SET files = (files::jsonb - 0)::json WHERE files::text LIKE '%week1/sums/sums.py%'",
            "DELETE FROM template_exposure WHERE files::text LIKE '%week1/sums/sums.py%'",
        ],
    )
    def test_when_what_students_were_given_is_recorded_otherwise(
        self, published: TemplateCourse, statement: str
    ) -> None:
        published.commit(statement)
        assert run(published)[1] == [ALL]

    def test_when_an_exception_comes_or_goes(self, published: TemplateCourse) -> None:
        published.structure(STRUCTURE, EXCEPTION)
        assert run(published)[1] == [ALL]

    def test_when_its_entry_in_the_course_file_changed(self, published: TemplateCourse) -> None:
        published.structure(STRUCTURE.replace("maxSubmissions: 5", "maxSubmissions: 6"))
        assert run(published)[1] == [1]
        assert "maxSubmissions: 6" in published.given()["week1/hello/meta.yaml"]

    def test_when_the_stored_digest_was_changed(self, published: TemplateCourse) -> None:
        published.commit(
            "UPDATE operation_event SET facts = replace(facts::text, 'a', 'b')::json WHERE name = 'judged'"
        )
        assert run(published)[1] == [ALL]

    def test_when_a_stored_digest_was_made_to_fit_a_leak(
        self, published: TemplateCourse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fits: dict[str, str] = {}

        def watched(node: Node, *arguments: Any) -> str:
            return fits.setdefault(node.path, place_digest(node, *arguments))

        with monkeypatch.context() as patched:
            patched.setattr(judge_template, "place_digest", watched)
            run(published, dry_run=True)
            was = fits.pop("week1.hello")
            published.edit({"week1/hello/data/words.txt": BLANK["blank/answer.py"]})
            run(published, dry_run=True)
        assert was in stored(published)
        assert fits["week1.hello"] != was
        forged = stored(published).replace(was, fits["week1.hello"])
        published.commit(
            f"UPDATE operation_event SET facts = '{forged}'::json WHERE name = 'judged'"  # noqa: S608 - our own text
        )
        done, built = run(published)
        assert (done.stopped, built) == (True, [ALL])

    def test_when_nothing_is_stored(self, published: TemplateCourse) -> None:
        published.commit("DELETE FROM operation_event WHERE name = 'judged'")
        assert run(published)[1] == [ALL]

    def test_when_a_first_template_goes_to_another_repository(self, published: TemplateCourse) -> None:
        git(published.template, "update-ref", "-d", "refs/heads/main")
        assert run(published)[1] == [ALL]


class TestFound:
    def test_a_file_that_became_hidden_in_the_library_is_found_in_an_unchanged_place(
        self, published: TemplateCourse
    ) -> None:
        test = {
            "later/meta.yaml": "slug: later\ntitle: Later\nproperties:\n  testFiles: [words.txt]\n",
            "later/words.txt": HELLO["hello/data/words.txt"],
        }
        published.sync(test, "v2.0")
        done, built = run(published)
        assert (done.stopped, built) == (True, [ALL])
        assert [one.path for one in done.refusals] == ["week1/hello/data/words.txt"]

    def test_a_place_that_could_not_be_built_is_looked_at_each_time(self, published: TemplateCourse) -> None:
        published.edit({"week1/sums/meta.yaml": "title: [\n"})
        for _ in range(2):
            done, built = run(published)
            assert (built, [one.path for one in done.refusals]) == ([1], ["week1/sums/meta.yaml"])

    def test_what_one_place_hides_is_found_in_another_that_changed(self, published: TemplateCourse) -> None:
        published.edit({"week1/sums/README.md": HELLO["hello/notes.txt"]})
        done, built = run(published)
        assert done.stopped
        assert built == [1, ALL]

    def test_what_students_got_cut_is_judged_when_the_course_has_it_elsewhere(
        self, published: TemplateCourse
    ) -> None:
        cut = git(published.template, "cat-file", "blob", "HEAD:week1/sums/sums.py") + "\n"
        published.edit({"week1/blank/notes.py": cut})
        assert run(published)[1] == [1, ALL]
