"""Of places that stay nothing is read: neither their tracking files nor the lists of their versions' files."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import pytest
from tests.builders.courses import Bench, place
from tests.builders.repositories import git

from courseline.adapters.database.versions import VersionRows
from courseline.adapters.git.remote import GitRemote
from courseline.domain.library.version import ExampleVersion, VersionFacts

TOOLS = place("week1.tools", "tools", "v1.0")
WISHED = place("week1.hello", "hello", "v1.0") + TOOLS


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Blobs that are asked for, and versions whose files are, from here on."""
    seen: dict[str, set[str]] = {"blobs": set(), "versions": set()}
    fetch_blobs, with_files = GitRemote.fetch_blobs, VersionRows.with_files

    def fetching(self: GitRemote, oids: Iterable[str]) -> None:
        wanted = list(oids)
        seen["blobs"].update(wanted)
        fetch_blobs(self, wanted)

    def listing(self: VersionRows, versions: Iterable[VersionFacts]) -> dict[UUID, ExampleVersion]:
        wanted = list(versions)
        seen["versions"].update(str(version.id) for version in wanted)
        return with_files(self, wanted)

    monkeypatch.setattr(GitRemote, "fetch_blobs", fetching)
    monkeypatch.setattr(VersionRows, "with_files", listing)
    return seen


def blobs(course: Bench, *paths: str) -> set[str]:
    return {git(course.assignments, "rev-parse", f"main:{path}") for path in paths}


def forget(read: dict[str, set[str]]) -> None:
    for seen in read.values():
        seen.clear()


COURSE_WIDE = (
    "course-structure.yaml",
    ".course-metadata/deployed-examples.json",
    ".course-metadata/deployment-history.json",
)


def test_an_update_of_one_place_reads_nothing_of_the_other(course: Bench, read: dict[str, set[str]]) -> None:
    course.wish(WISHED)
    course.deploy()
    course.wish(place("week1.hello", "hello", "v1.1") + TOOLS)
    expected = blobs(course, *COURSE_WIDE)
    forget(read)
    assert course.deploy().count("deployed") == 1
    assert read["blobs"] == expected
    assert read["versions"] == {str(course.record("week1.hello")["deployed_version_id"])}


def test_a_tracking_file_that_somebody_wrote_is_read(course: Bench, read: dict[str, set[str]]) -> None:
    course.wish(WISHED)
    course.deploy()
    course.edit({"week1/tools/.example-library": "{}\n"})
    forget(read)
    course.deploy()
    assert blobs(course, "week1/tools/.example-library") <= read["blobs"]
    assert not blobs(course, "week1/hello/.example-library") & read["blobs"]
