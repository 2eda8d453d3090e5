from __future__ import annotations

import pytest
from tests.builders.rows import a_repository, a_version, an_example, publish

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.library.example import Example, ExampleRepository, Visibility
from courseline.domain.library.version import Dependency
from courseline.usecases.rows import Rows

OWN = a_repository("own")
SISTER = a_repository("sister")
PUBLIC = a_repository("public", organization="school", visibility=Visibility.PUBLIC)
CLOSED = a_repository("closed", organization="school", visibility=Visibility.PRIVATE)


@pytest.fixture
def library(database: PostgresDatabase) -> PostgresDatabase:
    with database.transaction() as rows:
        for repository in (OWN, SISTER, PUBLIC, CLOSED):
            rows.library.add_repository(repository)
    return database


def needing(rows: Rows, *written: str, directory: str = "basics/functions") -> Example:
    example = an_example(OWN, "functions", directory=directory)
    publish(rows, example, version=a_version(example, dependencies=[Dependency(one) for one in written]))
    return example


def found_by(rows: Rows, example: Example) -> list[str | None]:
    """`REPO:identifier` of what each dependency was linked to."""
    (labelled,) = rows.library.labels([example.id])[example.id]
    version = rows.library.versions([labelled.version_id])[labelled.version_id]
    ids = [needed.depends_id for needed in version.dependencies]
    names = rows.library.examples([one for one in ids if one is not None])
    return [None if one is None else names[one].name for one in ids]


def bring(rows: Rows, repository: ExampleRepository, identifier: str, directory: str | None = None) -> None:
    publish(rows, an_example(repository, identifier, directory=directory))


@pytest.mark.parametrize(
    "written",
    [
        "variables",
        "basics/vars",
        "../vars",
        "own:variables",
        "{{variables-uuid}}",
        str(an_example(OWN, "variables").id),
    ],
)
def test_an_example_of_the_same_repository_is_found_however_it_is_written(
    library: PostgresDatabase, written: str
):
    with library.transaction() as rows:
        example = needing(rows, written)
        bring(rows, OWN, "variables", "basics/vars")
        assert rows.library.link_dependencies(OWN.id) == 1
        assert found_by(rows, example) == ["own:variables"]
        assert rows.library.link_dependencies(OWN.id) == 0


def test_the_same_repository_comes_first(library: PostgresDatabase):
    with library.transaction() as rows:
        example = needing(rows, "variables", "sister:variables")
        bring(rows, SISTER, "variables")
        bring(rows, OWN, "variables")
        rows.library.link_dependencies(OWN.id)
        assert found_by(rows, example) == ["own:variables", "sister:variables"]


def test_what_a_repository_was_waiting_for_is_linked_when_another_brings_it(library: PostgresDatabase):
    with library.transaction() as rows:
        example = needing(rows, "lists", "trees", "nowhere")
        assert rows.library.link_dependencies(OWN.id) == 0
        bring(rows, SISTER, "lists")
        assert rows.library.link_dependencies(SISTER.id) == 1
        bring(rows, PUBLIC, "trees")
        assert rows.library.link_dependencies(PUBLIC.id) == 1
        assert found_by(rows, example) == ["sister:lists", "public:trees", None]


def test_every_version_of_every_example_that_waits_is_linked(library: PostgresDatabase):
    waiting = [an_example(OWN, name) for name in ("first", "second")]
    needed = [Dependency("lists"), Dependency("nowhere"), Dependency("own:lists")]
    with library.transaction() as rows:
        for example in waiting:
            for content, text in (("one", "v1.0"), ("two", "v2.0")):
                publish(rows, example, text, a_version(example, content, dependencies=needed))
        bring(rows, OWN, "lists")
        assert rows.library.link_dependencies(OWN.id) == 8
        meant = an_example(OWN, "lists").id
        for labels in rows.library.labels([example.id for example in waiting]).values():
            for version in rows.library.version_facts([known.version_id for known in labels]).values():
                assert [one.depends_id for one in version.dependencies] == [meant, None, meant]


def test_examples_that_the_repository_may_not_use_and_ambiguous_ones_stay_unlinked(library: PostgresDatabase):
    with library.transaction() as rows:
        example = needing(rows, "secret", "closed:secret", "both", "functions")
        bring(rows, CLOSED, "secret")
        bring(rows, SISTER, "both")
        bring(rows, PUBLIC, "both")
        assert rows.library.link_dependencies(CLOSED.id) == 0
        assert rows.library.link_dependencies(OWN.id) == 0
        assert found_by(rows, example) == [None, None, None, None]


def test_a_path_that_leaves_the_repository_means_nothing(library: PostgresDatabase):
    with library.transaction() as rows:
        example = needing(rows, "../../../etc", "..", directory="functions")
        bring(rows, OWN, "etc")
        assert rows.library.link_dependencies(OWN.id) == 0
        assert found_by(rows, example) == [None, None]
