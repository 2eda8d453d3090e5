from __future__ import annotations

from dataclasses import fields, replace

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from tests.builders.rows import NOW, a_repository, a_version, an_example, hex_of, label, labelled, publish

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.library.version import Dependency, Role, VersionFacts
from courseline.errors import InvalidInput, NeighbourFailed, Refused

REPOSITORY = a_repository()
EXAMPLE = an_example(REPOSITORY, "functions-intro", title="Функции – 函数 🐍")


@pytest.fixture
def library(database: PostgresDatabase) -> PostgresDatabase:
    with database.transaction() as rows:
        rows.library.add_repository(REPOSITORY)
    return database


def test_a_version_comes_back_as_it_was_added(library: PostgresDatabase):
    version = a_version(
        EXAMPLE,
        files={
            "zürich/日本.txt": ("a", Role.OTHER),
            "Z.py": ("b", Role.SUBMISSION),
            "a.py": ("", Role.PUBLIC),
            "tests/t est.py": ("c", Role.TEST),
            "studentTemplates/Z.py": ("d", Role.TEMPLATE),
        },
        dependencies=[
            Dependency("variables-basics"),
            Dependency("other:thing", "^1.0", ("b.py", "a.py")),
            Dependency("../empty", None, ()),
        ],
    )
    with library.transaction() as rows:
        publish(rows, EXAMPLE, "v1.0", version, {"title": "\u0000 and \ud800", "n": 10**30})
    with library.transaction() as rows:
        assert rows.library.versions([version.id]) == {version.id: version}
        assert rows.library.version_by_tree(EXAMPLE.id, version.version_identifier) == version.id
        assert rows.library.version_by_tree(EXAMPLE.id, hex_of("other")) is None


def test_adding_a_version_again_changes_nothing(library: PostgresDatabase):
    version = a_version(EXAMPLE)
    other = replace(version, files=a_version(EXAMPLE, files={"b": ("b", Role.TEST)}).files)
    with library.transaction() as rows:
        publish(rows, EXAMPLE, "v1.0", version)
        rows.library.add_versions([(replace(EXAMPLE, title="Other"), other, {"description": "other"})])
    with library.transaction() as rows:
        assert rows.library.versions([version.id]) == {version.id: version}
        assert rows.library.example(REPOSITORY.id, EXAMPLE.identifier) == EXAMPLE


def test_labels_come_highest_first_in_semver_order(library: PostgresDatabase):
    version = a_version(EXAMPLE)
    with library.transaction() as rows:
        rows.library.add_versions([(EXAMPLE, version, {})])
        for text in ("v1.9", "v1.10", "2.0-rc.1", "v2", "0.1"):
            rows.library.add_labels([(EXAMPLE, labelled(version, text, "d"))], hex_of(text), NOW)
        found = rows.library.labels([EXAMPLE.id, REPOSITORY.id])
    assert [one.label.shown for one in found[EXAMPLE.id]] == ["v2", "2.0-rc.1", "v1.10", "v1.9", "0.1"]
    assert set(found) == {EXAMPLE.id}


def test_a_label_with_other_content_is_refused_naming_both_trees(library: PostgresDatabase):
    first, second = a_version(EXAMPLE, "one"), a_version(EXAMPLE, "two")
    with library.transaction() as rows:
        publish(rows, EXAMPLE, "v1.0", first)
    with pytest.raises(Refused) as refusal, library.transaction() as rows:
        publish(rows, EXAMPLE, "1.0.0", second)
    assert first.version_identifier[:12] in refusal.value.message
    assert second.version_identifier[:12] in refusal.value.message
    with library.transaction() as rows:
        assert list(rows.library.versions([first.id, second.id])) == [first.id]


def test_the_same_label_on_the_same_version_again_changes_nothing(library: PostgresDatabase):
    with library.transaction() as rows:
        version = publish(rows, EXAMPLE, "v1")
        rows.library.add_labels([(EXAMPLE, labelled(version, "1.0.0", "elsewhere"))], hex_of("later"), NOW)
        assert rows.library.labels([EXAMPLE.id])[EXAMPLE.id] == [labelled(version, "v1", EXAMPLE.directory)]


def test_directory_and_title_follow_the_highest_label_only(library: PostgresDatabase):
    moved = replace(EXAMPLE, directory="moved", title="Moved")
    old = replace(EXAMPLE, directory="old", title="Old")
    with library.transaction() as rows:
        publish(rows, EXAMPLE, "v1.0")
        publish(rows, moved, "v2.0", a_version(EXAMPLE, "two"))
        publish(rows, old, "v1.5", a_version(EXAMPLE, "three"))
        assert rows.library.example(REPOSITORY.id, EXAMPLE.identifier) == moved


def test_a_label_above_all_goes_to_what_the_examples_show_but_for_those_named(library: PostgresDatabase):
    first, moved, left, foreign = (
        an_example(REPOSITORY, "first"),
        an_example(REPOSITORY, "moved"),
        an_example(REPOSITORY, "left"),
        an_example(a_repository("other"), "foreign"),
    )
    with library.transaction() as rows:
        rows.library.add_repository(a_repository("other"))
        for example in (first, moved, left, foreign):
            publish(rows, example, "v1.0", a_version(example, "one"))
        shown = publish(rows, replace(moved, directory="elsewhere"), "v2.0", a_version(moved, "two"))
        publish(rows, moved, "v1.5", a_version(moved, "three"))
        assert rows.library.highest_label(REPOSITORY.id) == label("v2.0")
        assert rows.library.label_again(REPOSITORY.id, label("v3.0"), {left.id}, hex_of("c"), NOW) == 2
        found = rows.library.labels([example.id for example in (first, moved, left, foreign)])
        assert rows.library.highest_label(REPOSITORY.id) == label("v3.0")
        assert rows.library.given(REPOSITORY.id, label("3")) == {
            example.id: found[example.id][0].version_id for example in (first, moved)
        }
    assert found[moved.id][0] == labelled(shown, "v3.0", "elsewhere")
    assert {example.identifier: len(found[example.id]) for example in (first, left, foreign)} == {
        "first": 2,
        "left": 1,
        "foreign": 1,
    }


def test_labels_for_all_and_for_some_go_together_and_raise_the_highest_once(library: PostgresDatabase):
    stays, changes = an_example(REPOSITORY, "stays"), an_example(REPOSITORY, "changes")
    with library.transaction() as rows:
        for example in (stays, changes):
            publish(rows, example, "v1.0")
    new = a_version(changes, "two")
    with library.transaction() as rows:
        rows.library.add_versions([(changes, new, {"description": "new", "keywords": ["a", "b", "a"]})])
        again = rows.library.label_again(
            REPOSITORY.id, label("v2.0"), {changes.id}, hex_of("c"), NOW, more=True
        )
        assert (again, rows.library.highest_label(REPOSITORY.id)) == (1, label("v1.0"))
        rows.library.add_labels(
            [(replace(changes, title="New"), labelled(new, "v2.0", "changes"))], hex_of("c"), NOW
        )
        assert rows.library.highest_label(REPOSITORY.id) == label("v2.0")
        with pytest.raises(NeighbourFailed, match=r"v2\.0 meanwhile"):
            rows.library.label_again(REPOSITORY.id, label("v1.5"), (), hex_of("c"), NOW)
    with library.transaction() as rows:
        cards = {card.example.identifier: card for card in rows.library.cards()}
    assert [known.label.shown for known in cards["stays"].labels] == ["v2.0", "v1.0"]
    assert cards["changes"].labels[0] == labelled(new, "v2.0", "changes")
    shown = cards["changes"]
    assert (shown.example.title, shown.description, shown.tags) == ("New", "new", ("a", "b"))


@pytest.mark.parametrize("count", [1, 30])
def test_a_release_takes_few_statements_however_many_examples_it_changes(
    library: PostgresDatabase, count: int
):
    examples = [an_example(REPOSITORY, f"example-{n}") for n in range(count)]
    needed = [Dependency("example-0"), Dependency("nowhere")]
    sent: list[str] = []
    with library.transaction() as rows:
        for example in examples:
            publish(rows, example, "v1.0")
    new = [(replace(one, title="New"), a_version(one, "two", dependencies=needed)) for one in examples]
    labels = [(example, labelled(version, "v2.0", example.directory)) for example, version in new]
    with library.transaction() as rows:
        event.listen(library._engine, "before_cursor_execute", lambda *sending: sent.append(sending[2]))
        rows.library.add_versions([(*pair, {}) for pair in new])
        assert len(sent) == 1
        rows.library.add_labels(labels, hex_of("c"), NOW)
        assert len(sent) == 5  # the turn, the labels, what is shown otherwise, and that it is shown
        rows.library.link_dependencies(REPOSITORY.id)
        assert len(sent) <= 10


def test_labels_of_two_repositories_raise_the_highest_of_each(library: PostgresDatabase):
    other = a_repository("other")
    foreign = an_example(other)
    with library.transaction() as rows:
        rows.library.add_repository(other)
        first, second = a_version(EXAMPLE), a_version(foreign)
        rows.library.add_versions([(EXAMPLE, first, {}), (foreign, second, {})])
        labels = [(EXAMPLE, labelled(first, "v1.0", "a")), (foreign, labelled(second, "v3.0", "b"))]
        rows.library.add_labels(labels, hex_of("c"), NOW)
        rows.library.add_labels([(EXAMPLE, labelled(first, "v0.9", "a"))], hex_of("c"), NOW)
        highest = [rows.library.highest_label(one.id) for one in (REPOSITORY, other)]
    assert highest == [label("v1.0"), label("v3.0")]


@pytest.mark.parametrize("text", ["v2.0", "2", "v1.9"])
def test_a_label_that_is_not_above_all_is_not_given_to_all(library: PostgresDatabase, text: str):
    with library.transaction() as rows:
        publish(rows, EXAMPLE, "v2.0")
    with pytest.raises(NeighbourFailed, match=r"v2\.0 meanwhile"), library.transaction() as rows:
        rows.library.label_again(REPOSITORY.id, label(text), (), hex_of("c"), NOW)


def test_versions_are_seen_again_by_tree_with_every_directory_they_were_labelled_in(
    library: PostgresDatabase,
):
    version, unlabelled = a_version(EXAMPLE, "one"), a_version(EXAMPLE, "two")
    with library.transaction() as rows:
        publish(rows, EXAMPLE, "v1.0", version)
        rows.library.add_labels([(EXAMPLE, labelled(version, "v1.1", "b"))], hex_of("1.1"), NOW)
        rows.library.add_labels([(EXAMPLE, labelled(version, "v0.9", "a"))], hex_of("0.9"), NOW)
        rows.library.add_versions([(EXAMPLE, unlabelled, {})])
        seen = rows.library.seen(
            REPOSITORY.id, [version.version_identifier, unlabelled.version_identifier, hex_of("never")]
        )
        elsewhere = rows.library.seen(a_repository("other").id, [version.version_identifier])
    by_version = {one.version_id: one for one in seen}
    assert by_version[version.id].directories == ("a", "b", "functions-intro")
    assert by_version[version.id].example == EXAMPLE
    assert by_version[unlabelled.id].directories == ()
    assert elsewhere == []


def test_text_that_postgresql_cannot_hold_is_told_as_invalid_input(library: PostgresDatabase):
    for title in ("nul \0", "surrogate \ud800"):
        with pytest.raises(InvalidInput, match="cannot be stored"), library.transaction() as rows:
            publish(rows, replace(EXAMPLE, title=title))


def test_a_view_that_postgresql_cannot_hold_is_told_as_invalid_input(library: PostgresDatabase):
    version = a_version(EXAMPLE)
    for view in ("nul \0", "surrogate \ud800"):
        with pytest.raises(InvalidInput, match="cannot be stored"), library.transaction() as rows:
            rows.library.add_versions([(EXAMPLE, version, {})], {version.id: ("f" * 64, view)})


def test_a_time_without_a_zone_is_refused(library: PostgresDatabase):
    version = a_version(EXAMPLE)
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"), library.transaction() as rows:
        rows.library.add_versions([(EXAMPLE, replace(version, published_at=naive), {})])
    with library.transaction() as rows:
        publish(rows, EXAMPLE, "v1.0", version)
    with pytest.raises(ValueError, match="no time zone"), library.transaction() as rows:
        rows.library.add_labels([(EXAMPLE, labelled(version, "v2.0", "d"))], hex_of("c"), naive)


def test_who_asks_for_nothing_gets_nothing(library: PostgresDatabase):
    with library.transaction() as rows:
        assert rows.library.versions([]) == rows.library.version_facts([]) == rows.library.labels([]) == {}
        assert rows.library.find([], None) == rows.library.examples([]) == {}
        assert rows.library.seen(REPOSITORY.id, []) == []


def test_a_digest_of_another_form_is_refused_by_the_database(library: PostgresDatabase):
    with (
        pytest.raises(IntegrityError, match="ck_example_version_content_digest_hex"),
        library.transaction() as rows,
    ):
        rows.library.add_versions([(EXAMPLE, replace(a_version(EXAMPLE), content_digest="A" * 64), {})])


def test_labels_are_read_by_name_or_by_version_of_these_examples_only(library: PostgresDatabase):
    first, second, third = (a_version(EXAMPLE, content) for content in ("one", "two", "three"))
    other = an_example(REPOSITORY, "other")
    with library.transaction() as rows:
        for text, version in (("v1.0", first), ("v1.1", second), ("v1.2", second), ("v2.0", third)):
            publish(rows, EXAMPLE, text, version)
        publish(rows, other, "v1.0", a_version(other))
        found = rows.library.labels_among([EXAMPLE.id], ["1.0.0", "3.0.0"], [second.id])
        none = rows.library.labels_among([EXAMPLE.id], [], [])
    assert {id_: [one.label.shown for one in labels] for id_, labels in found.items()} == {
        EXAMPLE.id: ["v1.2", "v1.1", "v1.0"]
    }
    assert none == {}


def test_the_facts_of_a_version_are_all_but_its_files(library: PostgresDatabase):
    version = a_version(EXAMPLE, dependencies=[Dependency("other:thing", "^1.0", ("b.py",))])
    with library.transaction() as rows:
        publish(rows, EXAMPLE, "v1.0", version)
        facts = rows.library.version_facts([version.id, EXAMPLE.id])[version.id]
    for field in fields(VersionFacts):
        assert getattr(facts, field.name) == getattr(version, field.name)
