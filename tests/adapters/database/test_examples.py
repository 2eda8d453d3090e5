from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders.rows import a_course, a_repository, a_version, an_example, label, publish, save_course

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.library.example import Example, Visibility
from courseline.usecases.rows import Rows


def names(examples: list[Example]) -> list[str]:
    return [f"{example.repository_name}:{example.identifier}" for example in examples]


def publish_in(
    rows: Rows, repository: str, *identifiers: str, organization: str | None, visibility: Visibility
) -> None:
    registered = a_repository(repository, organization=organization, visibility=visibility)
    rows.library.add_repository(registered)
    for identifier in identifiers:
        publish(rows, an_example(registered, identifier))


def test_an_example_is_found_by_identifier_directory_qualified_name_and_id(database: PostgresDatabase):
    repository = a_repository()
    example = an_example(repository, "hello-world", directory="grundlagen/Hallo Welt")
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        publish(rows, example)
        publish(rows, replace(example, directory="basics/hello"), "v1.1")
        references = [
            "hello-world", "grundlagen/Hallo Welt", "basics/hello", "examples:hello-world", str(example.id),
            str(example.id).upper(), "other:hello-world", "hello", "basics", "Hello-World", "",
        ]  # fmt: skip
        found = rows.library.find(references, None)
    assert list(found) == references
    assert [len(found[reference]) for reference in references] == [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert {hit.id for hits in found.values() for hit in hits} == {example.id}


def test_an_identifier_comes_before_a_directory_of_the_same_repository_only(database: PostgresDatabase):
    first, second = a_repository("first"), a_repository("second")
    with database.transaction() as rows:
        for repository in (first, second):
            rows.library.add_repository(repository)
        publish(rows, an_example(first, "intro"))
        publish(
            rows, an_example(first, "other", directory="intro"), version=a_version(an_example(first, "other"))
        )
        publish(rows, an_example(second, "elsewhere", directory="intro"))
        assert names(rows.library.find(["intro"], None)["intro"]) == ["first:intro", "second:elsewhere"]


def test_more_than_one_example_of_a_name_are_all_answered(database: PostgresDatabase):
    with database.transaction() as rows:
        publish_in(rows, "a", "hello", organization="uni", visibility=Visibility.PUBLIC)
        publish_in(rows, "b", "hello", organization="uni", visibility=Visibility.PUBLIC)
        found = rows.library.find(["hello", "b:hello"], None)
    assert names(found["hello"]) == ["a:hello", "b:hello"]
    assert names(found["b:hello"]) == ["b:hello"]


def test_repositories_of_one_name_are_told_apart_by_their_organization(database: PostgresDatabase):
    with database.transaction() as rows:
        for organization in ("uni", "school/informatics", None):
            publish_in(rows, "shared", "hello", organization=organization, visibility=Visibility.PUBLIC)
        references = [
            "shared:hello",
            "uni/shared:hello",
            "school/informatics/shared:hello",
            "other/shared:hello",
        ]
        found = rows.library.find(references, None)
    assert [sorted(hit.full_name for hit in found[reference]) for reference in references] == [
        ["school/informatics/shared:hello", "shared:hello", "uni/shared:hello"],
        ["uni/shared:hello"],
        ["school/informatics/shared:hello"],
        [],
    ]


def test_a_course_finds_what_it_may_use_and_nothing_else(database: PostgresDatabase):
    with database.transaction() as rows:
        for visibility in Visibility:
            publish_in(rows, f"own-{visibility}", "hello", organization="uni", visibility=visibility)
            publish_in(rows, f"foreign-{visibility}", "hello", organization="school", visibility=visibility)
        publish_in(rows, "listed", "hello", organization="school", visibility=Visibility.RESTRICTED)
        publish_in(rows, "own-listed", "hello", organization="uni", visibility=Visibility.RESTRICTED)
        publish_in(rows, "listed-private", "hello", organization="school", visibility=Visibility.PRIVATE)
        course = save_course(rows, a_course(repositories=["listed", "own-listed", "listed-private"]))
        found = names(rows.library.find(["hello"], course.id)["hello"])
        everything = rows.library.find(["hello"], None)["hello"]
        hidden = next(one for one in everything if one.repository_name == "foreign-private")
        by_id = rows.library.find([str(hidden.id), "foreign-private:hello"], course.id)
    assert found == [
        "foreign-public:hello",
        "listed:hello",
        "own-listed:hello",
        "own-private:hello",
        "own-public:hello",
    ]
    assert len(everything) == 9
    assert by_id == {str(hidden.id): [], "foreign-private:hello": []}


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ([], []),
        (["shared"], ["school", "uni", None]),
        (["school/shared"], ["school"]),
        (["uni/shared"], ["uni"]),
        (["other/shared", "school/", "/shared", "school/shared/"], []),
    ],
)
def test_a_restricted_repository_is_listed_by_its_name_alone_or_with_its_organization(
    database: PostgresDatabase, listed: list[str], found: list[str | None]
):
    with database.transaction() as rows:
        owners = {}
        for organization in ("school", "uni", None):
            publish_in(rows, "shared", "hello", organization=organization, visibility=Visibility.RESTRICTED)
            owners[a_repository("shared", organization=organization).id] = organization
        course = save_course(rows, a_course(repositories=listed))
        hits = rows.library.find(["hello"], course.id)["hello"]
    assert sorted((owners[hit.repository_id] for hit in hits), key=str) == sorted(found, key=str)


def test_examples_are_read_by_key_and_by_id(database: PostgresDatabase):
    repository = a_repository()
    example = an_example(repository, "größe".replace("ö", "oe").replace("ß", "ss"), title="Größe 📏")
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        publish(rows, example)
    with database.transaction() as rows:
        assert rows.library.example(repository.id, example.identifier) == example
        assert rows.library.example(repository.id, "nothing") is None
        assert rows.library.examples([example.id, repository.id]) == {example.id: example}
        assert rows.library.examples([]) == {}


@pytest.fixture
def catalogue(database: PostgresDatabase) -> PostgresDatabase:
    with database.transaction() as rows:
        repository = a_repository()
        rows.library.add_repository(repository)
        publish(
            rows,
            an_example(repository, "vokabeln", title="ÜBUNG Vokabeln"),
            meta={"description": "Wörterbuch", "language": "python", "keywords": ["dict", "Basics", 7]},
        )
        loops = an_example(repository, "loops")
        publish(rows, loops, "v1.0", a_version(loops, "old"), {"description": "old", "keywords": ["basics"]})
        publish(
            rows,
            loops,
            "v2.0",
            a_version(loops, "new"),
            {"description": "for and while", "keywords": ["basics"]},
        )
        lonely = a_repository("alone", organization=None, visibility=Visibility.PUBLIC)
        rows.library.add_repository(lonely)
        publish(rows, an_example(lonely, "a-star"), meta={"description": None, "keywords": "nope"})
    return database


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({}, ["alone:a-star", "examples:loops", "examples:vokabeln"]),
        ({"text": "übung"}, ["examples:vokabeln"]),
        ({"text": "WÖRTER"}, ["examples:vokabeln"]),
        ({"text": "PYTHON"}, ["examples:vokabeln"]),
        ({"text": "while"}, ["examples:loops"]),
        ({"text": "old"}, []),
        ({"tags": ["basics"]}, ["examples:loops", "examples:vokabeln"]),
        ({"tags": ["basics", "dict"]}, ["examples:vokabeln"]),
        ({"tags": ["basics"], "text": "loop"}, ["examples:loops"]),
        ({"reference": "examples:loops"}, ["examples:loops"]),
        ({"reference": "nothing"}, []),
        ({"text": "%"}, []),
    ],
)
def test_cards_are_filtered_by_text_tags_and_reference(catalogue: PostgresDatabase, question, answer):
    with catalogue.transaction() as rows:
        assert [card.example.name for card in rows.library.cards(**question)] == answer


def test_a_card_shows_the_newest_description_and_all_labels_highest_first(catalogue: PostgresDatabase):
    with catalogue.transaction() as rows:
        loops, words, alone = (
            rows.library.cards(reference=name)[0] for name in ("loops", "vokabeln", "a-star")
        )
    assert (loops.organization, loops.description, loops.tags) == ("uni", "for and while", ("basics",))
    assert [one.label for one in loops.labels] == [label("2"), label("1")]
    assert (words.subject, words.tags) == ("python", ("dict", "Basics"))
    assert (alone.organization, alone.description, alone.subject, alone.tags) == (None, "", "", ())
