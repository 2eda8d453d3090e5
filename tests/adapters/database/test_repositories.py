from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders.rows import a_repository

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.library.example import Visibility
from courseline.domain.library.source_type import SourceType
from courseline.errors import Refused


def test_a_registered_repository_is_found_under_each_of_its_urls(database: PostgresDatabase):
    repository = a_repository(urls=("git.example.org/a/b", "git.example.org/old/b"))
    with database.transaction() as rows:
        rows.library.add_repository(repository)
    with database.transaction() as rows:
        assert rows.library.repository(urls=["git.example.org/old/b"]) == repository
        assert rows.library.repository(urls=["elsewhere.example.org/x", "git.example.org/a/b"]) == repository
        assert rows.library.repository(urls=["git.example.org/a/c"]) is None


def test_a_project_is_found_by_its_identity_and_by_its_number_on_the_same_server(database: PostgresDatabase):
    by_identity = a_repository("one", identity="gitlab.example.org#7", urls=("gitlab.example.org/g/one",))
    by_number = a_repository("two", urls=("gitlab.example.org:8443/g/two",), project_id=8)
    with database.transaction() as rows:
        rows.library.add_repository(by_identity)
        rows.library.add_repository(by_number)
    with database.transaction() as rows:
        assert rows.library.repository(urls=[], project="gitlab.example.org#7") == by_identity
        assert (
            rows.library.repository(urls=["new.example.org/x"], project="gitlab.example.org#8") == by_number
        )
        assert rows.library.repository(urls=[], project="other.example.org#8") is None


def test_an_url_and_a_project_of_two_repositories_are_refused_naming_both(database: PostgresDatabase):
    with database.transaction() as rows:
        rows.library.add_repository(a_repository("one", identity="gitlab.example.org#7", urls=()))
        rows.library.add_repository(a_repository("two", urls=("gitlab.example.org/g/two",)))
    with database.transaction() as rows, pytest.raises(Refused) as refusal:
        rows.library.repository(urls=["gitlab.example.org/g/two"], project="gitlab.example.org#7")
    assert "one (gitlab.example.org#7)" in refusal.value.message
    assert "two (git.example.org/uni/two)" in refusal.value.message


def test_a_short_name_is_unique_within_its_organization_and_among_those_without_one(
    database: PostgresDatabase,
):
    with database.transaction() as rows:
        rows.library.add_repository(a_repository("demo", organization="uni"))
        rows.library.add_repository(a_repository("demo", organization="school"))
        rows.library.add_repository(a_repository("demo", organization=None, visibility=Visibility.PUBLIC))
    for organization in ("uni", None):
        other = a_repository("demo", organization=organization, identity="git.example.org/other", urls=())
        with database.transaction() as rows, pytest.raises(Refused, match="already called `demo`"):
            rows.library.add_repository(other)


def test_registering_again_adds_urls_and_a_project_number_and_changes_nothing_else(
    database: PostgresDatabase,
):
    repository = a_repository(urls=("git.example.org/a/b",))
    again = replace(repository, urls=("git.example.org/moved/b",), project_id=5)
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        rows.library.add_repository(again)
        rows.library.add_repository(replace(again, project_id=6))
    with database.transaction() as rows:
        found = rows.library.repository(urls=["git.example.org/moved/b"])
    urls = ("git.example.org/a/b", "git.example.org/moved/b")
    assert found == replace(repository, urls=urls, project_id=5, source_type=SourceType.GITLAB)


def test_an_url_belongs_to_one_repository_only(database: PostgresDatabase):
    with database.transaction() as rows:
        rows.library.add_repository(a_repository("one", urls=("git.example.org/x",)))
    with database.transaction() as rows, pytest.raises(Refused, match="already belongs to one"):
        rows.library.add_repository(a_repository("two", urls=("git.example.org/x",)))
