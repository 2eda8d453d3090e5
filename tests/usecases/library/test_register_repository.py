from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders.library import Library, example_files
from tests.builders.repositories import Repository, build_repository

from courseline.domain.library.example import Visibility
from courseline.errors import InvalidInput, Refused, Severity


@pytest.fixture
def examples(tmp_path: Path) -> Repository:
    tags = {"v1.0": 0, "v1.1": 0}
    return build_repository(tmp_path / "python-examples.git", [example_files()], tags=tags)


def test_without_options_a_repository_is_public_and_called_like_its_address(
    library: Library, examples: Repository
) -> None:
    assert library.sync(examples, "v1.0").repository == "python-examples"
    known = library.repository(examples)
    assert (known.name, known.organization, known.visibility) == ("python-examples", None, Visibility.PUBLIC)


def test_with_an_organization_it_is_private_unless_said_otherwise(
    library: Library, examples: Repository, tmp_path: Path
) -> None:
    library.sync(examples, "v1.0", organization="uni", name="basics")
    known = library.repository(examples)
    assert (known.name, known.organization, known.visibility) == ("basics", "uni", Visibility.PRIVATE)
    other = build_repository(tmp_path / "other.git", [example_files()], tags={"v1": 0})
    library.sync(other, "v1", organization="uni", visibility=Visibility.RESTRICTED)
    assert library.repository(other).visibility is Visibility.RESTRICTED


def test_options_that_differ_later_only_warn(library: Library, examples: Repository) -> None:
    library.sync(examples, "v1.0")
    synced = library.sync(examples, "v1.1", name="other", organization="uni", visibility=Visibility.PUBLIC)
    assert [(problem.path, problem.severity) for problem in synced.problems] == [
        ("--repository", Severity.WARNING),
        ("--organization", Severity.WARNING),
    ]
    assert library.repository(examples).name == "python-examples"


def test_a_taken_name_is_refused_naming_the_option_and_nothing_is_left(
    library: Library, examples: Repository, tmp_path: Path
) -> None:
    library.sync(examples, "v1.0")
    before, objects = library.rows(), library.objects()
    twin = build_repository(tmp_path / "twin" / "python-examples.git", [example_files()], tags={"v1.0": 0})
    with pytest.raises(Refused, match=r"already called `python-examples`.*--repository"):
        library.sync(twin, "v1.0")
    assert (library.rows(), library.objects()) == (before, objects)
    assert library.sync(twin, "v1.0", name="twin").repository == "twin"


def test_names_are_unique_within_an_organization_only(
    library: Library, examples: Repository, tmp_path: Path
) -> None:
    library.sync(examples, "v1.0")
    twin = build_repository(tmp_path / "twin" / "python-examples.git", [example_files()], tags={"v1.0": 0})
    assert library.sync(twin, "v1.0", organization="uni").repository == "python-examples"


def test_private_to_nobody_is_refused(library: Library, examples: Repository) -> None:
    with pytest.raises(Refused, match="--organization"):
        library.sync(examples, "v1.0", visibility=Visibility.PRIVATE)


@pytest.mark.parametrize("name", ["a:b", "a/b", "", "two words", "line\nbreak", ".hidden", "-x", "ü"])
def test_a_name_that_could_not_be_referred_to_is_refused(
    library: Library, examples: Repository, name: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        library.sync(examples, "v1.0", name=name, organization=name)
    assert [problem.path for problem in told.value.problems] == ["--repository", "--organization"]
    assert library.rows()["example_repository"] == []


def test_a_project_is_found_again_under_another_address_which_is_recorded(
    library: Library, examples: Repository, tmp_path: Path
) -> None:
    project = "gitlab.example.org#7"
    first = "gitlab.example.org/group/examples"
    library.sync(examples, "v1.0", url=first, project=project)
    library.sync(examples, "v1.1", url="gitlab.example.org/moved/examples", project=project)
    with library.database.transaction() as rows:
        known = rows.library.repository(urls=["gitlab.example.org/moved/examples"])
    assert known is not None
    assert (known.identity, known.project_id) == (project, 7)
    assert set(known.urls) == {first, "gitlab.example.org/moved/examples"}
    with library.database.transaction() as rows:
        reasons = [row.event.reason for row in rows.ledger.history(known.id)]
    assert reasons == ["", "", "seen at another address", ""]


def test_a_repository_registered_by_address_learns_its_project_number(
    library: Library, examples: Repository
) -> None:
    url = "gitlab.example.org/group/examples"
    library.sync(examples, "v1.0", url=url)
    library.sync(examples, "v1.1", url=url, project="gitlab.example.org#7")
    library.sync(examples, "v1.0", url="gitlab.example.org/moved/examples", project="gitlab.example.org#7")
    with library.database.transaction() as rows:
        known = rows.library.repository(urls=[url])
    assert known is not None
    assert (known.identity, known.project_id, len(known.urls)) == (url, 7, 2)


def test_another_project_at_the_old_address_is_not_taken_for_the_first(
    library: Library, examples: Repository
) -> None:
    url = "gitlab.example.org/group/examples"
    library.sync(examples, "v1.0", url=url, project="gitlab.example.org#7")
    before = library.rows()
    with pytest.raises(Refused, match="project 7, and this is project 8"):
        library.sync(examples, "v1.1", url=url, project="gitlab.example.org#8")
    assert library.rows() == before


def test_a_dry_run_records_no_address(library: Library, examples: Repository) -> None:
    library.sync(examples, "v1.0", url="gitlab.example.org/a/b", project="gitlab.example.org#7")
    before = library.rows()
    library.sync(examples, "v1.1", url="gitlab.example.org/c/d", project="gitlab.example.org#7", dry_run=True)
    assert library.rows() == before
