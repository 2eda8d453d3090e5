from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from tests.builders.repositories import Repository, build_repository
from tests.builders.rows import NOW, a_course, a_repository, save_course

from courseline.domain.course.course import Course
from courseline.domain.ledger.history import Action, ChainHead, Event, chained
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.errors import InvalidInput, NotFound
from courseline.settings import read_settings
from courseline.usecases.ledger.verify_history import (
    HistoryReport,
    VerifyHistory,
    WitnessReport,
    verify_history,
)
from courseline.wiring import Wiring


@dataclass
class Story:
    """A course whose assignments repository is written to by deploys."""

    wiring: Wiring
    course: Course
    repository: Repository
    heads: list[ChainHead]

    def deploy(self, *, events: int = 2, record: bool = True, end: bool = True) -> UUID:
        """One deploy: its commit, then its rows."""
        with self.wiring.database.transaction() as rows:
            before = rows.ledger.head(self.course.id)
            inputs = {"n": len(self.repository.commits)}
            run = rows.ledger.start_operation(
                OperationKind.DEPLOY, self.course.assignments_identity, inputs, NOW, self.course.id
            )
        self.commit(f"Courseline-Operation: {run.id}\nCourseline-History: {before}\n")
        with self.wiring.database.transaction() as rows:
            if record:
                made = [Event(Action.DEPLOYED, NOW, operation_id=run.id, path=f"p{n}") for n in range(events)]
                self.heads.append(rows.ledger.append(self.course.id, made))
            if end:
                rows.ledger.end_operation(run.id, OperationState.DONE, NOW)
        return run.id

    def commit(self, trailers: str) -> str:
        number = len(self.repository.commits)
        return self.repository.commit({"README.md": str(number)}, message=f"Work {number}\n\n{trailers}")

    def verify(self, course: str | None = None) -> HistoryReport:
        return verify_history(VerifyHistory(course, self.repository.url), self.wiring.neighbours())

    def witness(self) -> WitnessReport:
        witness = self.verify().witness
        assert witness is not None
        return witness

    def tamper(self, statement: str, *parameters: object) -> None:
        with psycopg.connect(self.wiring.database_url()) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement, parameters)


@pytest.fixture
def story(database_url: str, tmp_path: Path) -> Iterator[Story]:
    wiring = Wiring(
        read_settings(
            {
                "COURSELINE_DATABASE_URL": database_url,
                "COURSELINE_HOME": str(tmp_path / "home"),
                "COURSELINE_GIT_PROTOCOLS": "file",
            }
        )
    )
    repository = build_repository(tmp_path / "assignments.git", [{"README.md": "0"}])
    identity = wiring.neighbours().resolve_url(repository.url)
    course = replace(a_course(), assignments_url=repository.url, assignments_identity=identity)
    with wiring.database.transaction() as rows:
        save_course(rows, course)
    yield Story(wiring, course, repository, [])
    wiring.database.close()


def messages(story: Story) -> list[str]:
    return [problem.message for problem in story.witness().problems]


def test_an_honest_history_is_sound_and_says_from_where_on_it_has_no_witness(story: Story):
    story.deploy()
    story.deploy(events=3)
    report = story.verify()
    assert report.sound
    assert [chain.head.seq for chain in report.chains] == [5]
    assert report.witness == WitnessReport(story.repository.url, 2, 2, 3, ())


def test_work_of_people_between_deploys_says_nothing(story: Story):
    story.commit("Signed-off-by: Ada <ada@example.org>\n")
    story.deploy()
    story.commit("")
    assert story.witness().commits == 1


def test_a_course_that_never_deployed_is_sound(story: Story):
    assert story.verify().witness == WitnessReport(story.repository.url, 0, 0, None, ())


def test_a_history_that_was_written_anew_with_fitting_hashes_is_found_by_the_commits(story: Story):
    story.deploy()
    story.deploy()
    with story.wiring.database.transaction() as rows:
        recorded = list(rows.ledger.history(story.course.id))
    head = ChainHead()
    for row in recorded:
        forged = chained(row.chain, head, replace(row.event, reason="nothing to see"))
        head = ChainHead(forged.seq, forged.hash)
        story.tamper(
            "UPDATE deployment_history SET reason = 'nothing to see', previous_hash = %s, hash = %s WHERE seq = %s",
            forged.previous_hash,
            forged.hash,
            forged.seq,
        )
    report = story.verify()
    assert report.chains[0].broken is None
    assert not report.sound
    assert report.witness is not None
    (problem,) = report.witness.problems
    assert problem.message.startswith("It follows row 2 with hash ")
    assert problem.path == story.repository.head


def test_a_cut_tail_is_found_by_the_commits(story: Story):
    story.deploy()
    second = story.deploy()
    third = story.deploy()
    story.tamper("DELETE FROM deployment_history WHERE seq > 2")
    assert story.verify().chains[0].broken is None
    found = messages(story)
    assert f"It was made by operation {second}, of which the history has no row." in found
    assert f"It was made by operation {third}, of which the history has no row." in found
    assert "It follows row 4, which the history lacks." in found


def test_a_cut_among_the_rows_of_the_last_commit_is_found_by_the_steps_it_lists(story: Story):
    run = story.deploy(events=3)
    body = story.repository.git("log", "-1", "--format=%B", "main")
    story.repository.git("update-ref", "refs/heads/main", "main~1")
    story.commit("- add One to w/one\n- add Two to w/two\n- remove Three\n\n" + body.partition("\n\n")[2])
    assert messages(story) == []
    story.tamper("DELETE FROM deployment_history WHERE seq > 1")
    assert messages(story) == [f"It lists 3 steps of operation {run}, of which the history has 1."]


def test_a_broken_chain_and_the_witnesses_are_both_told(story: Story):
    story.deploy()
    story.deploy()
    story.tamper("UPDATE deployment_history SET reason = 'x' WHERE seq = 1")
    report = story.verify()
    assert not report.sound
    assert report.chains[0].broken is not None
    assert report.chains[0].broken.seq == 1
    assert report.witness is not None
    assert report.witness.problems == ()


@pytest.mark.parametrize(
    ("trailers", "message"),
    [
        ("Courseline-Operation: hello\n", "Its trailer `Courseline-Operation: hello` is no operation."),
        ("Courseline-History: 1:abc\n", "Its trailer `Courseline-History: 1:abc` is no SEQ:HASH."),
        (f"Courseline-History: 7:{'a' * 64}\n", "It follows row 7, which the history lacks."),
    ],
)
def test_trailers_of_another_form_are_told(story: Story, trailers: str, message: str):
    story.commit(trailers)
    assert messages(story) == [message]


def test_a_history_trailer_of_row_zero_must_be_the_beginning(story: Story):
    story.commit(f"Courseline-History: 0:{'0' * 64}\n")
    assert messages(story) == []
    story.commit(f"Courseline-History: 0:{'1' * 64}\n")
    assert len(messages(story)) == 1


def test_without_a_repository_the_chains_alone_are_verified(story: Story):
    story.deploy()
    repository = a_repository()
    with story.wiring.database.transaction() as rows:
        rows.library.add_repository(repository)
        rows.ledger.append(repository.id, [Event(Action.REGISTERED, NOW)])
    report = verify_history(VerifyHistory(), story.wiring.neighbours())
    assert [(chain.name, chain.head.seq) for chain in report.chains] == [
        ("course uni/python/python-101", 2),
        ("example repository examples", 1),
    ]
    assert report.sound
    story.tamper("UPDATE deployment_history SET actor = 'somebody' WHERE example_repository_id IS NOT NULL")
    report = verify_history(VerifyHistory(), story.wiring.neighbours())
    assert [chain.broken is None for chain in report.chains] == [True, False]
    assert verify_history(VerifyHistory(course="python-101"), story.wiring.neighbours()).sound


def test_what_is_not_registered_or_not_of_that_course_is_refused(story: Story, tmp_path: Path):
    other = build_repository(tmp_path / "other.git", [{"a": "b"}])
    neighbours = story.wiring.neighbours()
    with pytest.raises(NotFound, match="no registered course"):
        verify_history(VerifyHistory(repository_url=other.url), neighbours)
    with pytest.raises(NotFound, match="no registered course"):
        verify_history(VerifyHistory(course="nothing"), neighbours)
    with pytest.raises(InvalidInput, match="is none of its repositories"):
        verify_history(VerifyHistory("python-101", other.url), neighbours)
    with story.wiring.database.transaction() as rows:
        save_course(rows, a_course(organization="school"))
    with pytest.raises(
        InvalidInput, match=r"school/python/python-101, uni/python/python-101\. Name one of them in full"
    ):
        verify_history(VerifyHistory("python-101"), neighbours)
