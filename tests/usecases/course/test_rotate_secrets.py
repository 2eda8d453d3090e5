"""Kept tokens and their keys, on the real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from cryptography.fernet import Fernet
from tests.builders.courses import Bench
from tests.builders.rows import a_course, a_repository, save_course

from courseline.adapters.secrets import SecretBox
from courseline.errors import InvalidInput, NeighbourFailed, Refused
from courseline.usecases.course.rotate_secrets import check_secrets, rotate_secrets

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
FIRST, SECOND = a_course("python-101"), a_course("python-102")
TOKENS = {
    (FIRST.id, "source"): "token-a",
    (FIRST.id, "template"): "token-b",
    (SECOND.id, "source"): "token-c",
}


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    """Three tokens of two courses, encrypted with the old key."""
    made = Bench(tmp_path, database_url)
    keep(made, SecretBox((OLD,)))
    yield made
    made.close()


def keep(bench: Bench, box: SecretBox) -> None:
    with bench.database.transaction() as rows:
        save_course(rows, FIRST)
        save_course(rows, SECOND)
        for (owner, kind), token in TOKENS.items():
            rows.courses.save_credential(owner, kind, box.seal(owner, kind, token))


def kept(bench: Bench) -> list[tuple[object, ...]]:
    return bench.query("SELECT course_id, kind, ciphertext, updated_at FROM credential ORDER BY 1, 2")


def opened(bench: Bench, box: SecretBox) -> dict[tuple[UUID, str], str]:
    with bench.database.transaction() as rows:
        return {
            (one.owner, one.kind): box.open(one.owner, one.kind, one.ciphertext)
            for one in rows.courses.credentials()
        }


def states(bench: Bench, *keys: str) -> list[tuple[str, str, str]]:
    checked = check_secrets(SecretBox(keys), bench.neighbours)
    return [(one.name, one.kind, str(one.state)) for one in checked]


def test_after_a_rotation_the_first_key_alone_opens_every_token(bench: Bench):
    assert len(rotate_secrets(SecretBox((NEW, OLD)), bench.neighbours)) == 3
    assert opened(bench, SecretBox((NEW,))) == TOKENS
    with pytest.raises(NeighbourFailed, match="none of the keys"):
        opened(bench, SecretBox((OLD,)))


def test_rotating_again_does_no_harm(bench: Bench):
    rotate_secrets(SecretBox((NEW, OLD)), bench.neighbours)
    rotate_secrets(SecretBox((NEW,)), bench.neighbours)
    assert opened(bench, SecretBox((NEW,))) == TOKENS


def test_the_token_of_an_example_repository_is_rotated_too(bench: Bench):
    repository = a_repository("tasks")
    with bench.database.transaction() as rows:
        rows.library.add_repository(repository)
    with psycopg.connect(bench.database_url) as connection:
        connection.execute(
            "INSERT INTO credential (example_repository_id, kind, ciphertext) VALUES (%s, 'examples', %s)",
            (repository.id, SecretBox((OLD,)).seal(repository.id, "examples", "token-d")),
        )
    assert len(rotate_secrets(SecretBox((NEW, OLD)), bench.neighbours)) == 4
    assert opened(bench, SecretBox((NEW,)))[repository.id, "examples"] == "token-d"
    assert ("example repository tasks", "examples", "current") in states(bench, NEW)


def test_a_token_that_no_key_opens_is_named_and_nothing_is_changed(bench: Bench):
    with bench.database.transaction() as rows:
        lost = SecretBox((LOST,)).seal(FIRST.id, "template", "token-x")
        rows.courses.save_credential(FIRST.id, "template", lost)
    before = kept(bench)
    with pytest.raises(Refused, match="1 of 3 cannot be opened, so nothing was changed") as refused:
        rotate_secrets(SecretBox((NEW, OLD)), bench.neighbours)
    (problem,) = refused.value.problems
    assert problem.path == "course uni/python/python-101, template"
    assert "none of the keys in COURSELINE_SECRET_KEYS opens it" in problem.message
    assert kept(bench) == before


@pytest.mark.parametrize(
    "swap",
    [
        ((FIRST.id, "source"), (SECOND.id, "source")),
        ((FIRST.id, "source"), (FIRST.id, "template")),
    ],
    ids=["another course's", "another purpose's"],
)
def test_a_ciphertext_put_into_another_row_is_refused_on_use_and_by_the_rotation(bench: Bench, swap):
    """Fernet itself would open it: whose it is, is said inside (threat C11)."""
    (first, second), box = swap, SecretBox((OLD,))
    with bench.database.transaction() as rows:
        texts = {place: rows.courses.credential(*place) for place in (first, second)}
        rows.courses.save_credential(*first, texts[second])
        rows.courses.save_credential(*second, texts[first])
    for owner, kind in (first, second):
        with bench.database.transaction() as rows:
            sealed = rows.courses.credential(owner, kind)
        assert sealed is not None
        assert Fernet(OLD).decrypt(sealed)
        with pytest.raises(NeighbourFailed, match="encrypted for another owner or purpose"):
            box.open(owner, kind, sealed)
    before = kept(bench)
    with pytest.raises(Refused, match="2 of 3 cannot be opened"):
        rotate_secrets(SecretBox((NEW, OLD)), bench.neighbours)
    assert kept(bench) == before
    assert [state for _, _, state in states(bench, OLD)].count("unreadable") == 2


def test_the_check_tells_which_tokens_still_need_an_old_key(bench: Bench):
    with bench.database.transaction() as rows:
        rows.courses.save_credential(FIRST.id, "source", SecretBox((NEW,)).seal(FIRST.id, "source", "t"))
        lost = SecretBox((LOST,)).seal(SECOND.id, "source", "t")
        rows.courses.save_credential(SECOND.id, "source", lost)
    assert states(bench, NEW, OLD) == [
        ("course uni/python/python-101", "source", "current"),
        ("course uni/python/python-101", "template", "old key"),
        ("course uni/python/python-102", "source", "unreadable"),
    ]


def test_a_dry_run_opens_everything_and_changes_nothing(bench: Bench):
    before = kept(bench)
    assert len(rotate_secrets(SecretBox((NEW, OLD)), bench.neighbours, dry_run=True)) == 3
    assert kept(bench) == before


def test_without_a_key_and_with_something_that_is_none_the_setting_is_named(bench: Bench):
    for keys in ((), ("no key",)):
        with pytest.raises(InvalidInput, match="COURSELINE_SECRET_KEYS"):
            rotate_secrets(SecretBox(keys), bench.neighbours)
        with pytest.raises(InvalidInput, match="COURSELINE_SECRET_KEYS"):
            check_secrets(SecretBox(keys), bench.neighbours)


def test_without_tokens_no_key_is_needed(tmp_path: Path, database_url: str):
    empty = Bench(tmp_path, database_url)
    assert rotate_secrets(SecretBox(()), empty.neighbours) == ()
    assert check_secrets(SecretBox(()), empty.neighbours) == ()
    empty.close()


def test_no_token_is_in_what_the_check_answers(bench: Bench):
    with bench.database.transaction() as rows:
        assert "token-" not in repr(rows.courses.credentials())
    assert "token-" not in repr(check_secrets(SecretBox((OLD,)), bench.neighbours))
