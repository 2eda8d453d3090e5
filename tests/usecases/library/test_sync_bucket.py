"""A bucket prefix with example directories is published like a git tag: same problems, same digests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.builders.bucket import Bucket
from tests.builders.library import Library, example_files
from tests.builders.repositories import Content, build_repository
from tests.builders.s3 import serve_s3

from courseline.domain.library.limits import LARGEST_META
from courseline.domain.library.publication import PublicationStatus as Status
from courseline.domain.library.source_type import SourceType
from courseline.errors import InvalidInput, NeighbourFailed, NotFound
from courseline.usecases.library.sync import Synced

FIRST = {**example_files("hello"), **example_files("unit1/sums", body="print(1 + 1)\n")}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with serve_s3() as address:
        yield address


@pytest.fixture
def bucket(endpoint: str) -> Bucket:
    return Bucket(endpoint, f"b-{uuid4().hex[:12]}")


def plain(files: dict[str, Content]) -> dict[str, str | bytes]:
    return {path: content for path, content in files.items() if isinstance(content, str | bytes)}


def statuses(synced: Synced) -> dict[str, Status]:
    return {example.directory: example.status for example in synced.examples}


def told(synced: Synced) -> list[tuple[str, str | None, str, Status, list[str]]]:
    return [
        (
            one.directory,
            one.identifier,
            one.version_identifier,
            one.status,
            [f"{problem.where}: {problem.sentence}" for problem in one.problems],
        )
        for one in synced.examples
    ]


def test_a_bucket_is_published_as_a_tag_of_the_same_files_is(
    library: Library, bucket: Bucket, tmp_path: Path
) -> None:
    files = {
        **FIRST,
        **example_files("broken", meta="identifier: NOT ONE\n"),
        **example_files("con"),
        **example_files("large"),
        "large/meta.yaml": "#" * (LARGEST_META + 1),
        "README.md": "# Examples\n",
        "lost/meta.yml": "title: misspelled\n",
    }
    bucket.put(plain(files))
    tagged = build_repository(tmp_path / "examples.git", [files], tags={"v1.0": 0})
    of_git = library.sync(tagged, "v1.0", name="examples")
    of_bucket = bucket.sync(library, "v1.0", organization="uni")
    assert statuses(of_bucket) == {
        "broken": Status.REFUSED,
        "con": Status.REFUSED,
        "hello": Status.PUBLISHED,
        "large": Status.REFUSED,
        "unit1/sums": Status.PUBLISHED,
    }
    # a meta.yaml too large to be read has no tree id here; git tells it without reading
    assert [one for one in told(of_bucket) if one[0] != "large"] == [
        one for one in told(of_git) if one[0] != "large"
    ]
    assert [one[4] for one in told(of_bucket)] == [one[4] for one in told(of_git)]
    assert of_bucket.problems == of_git.problems
    found = {
        (key.split("/")[3], "/".join(key.split("/")[4:])): data
        for key, data in library.objects().items()
        if not key.endswith("metadata.json")
    }
    assert len(found) * 2 == sum(not key.endswith("metadata.json") for key in library.objects())


def test_only_files_of_examples_are_read(library: Library, bucket: Bucket) -> None:
    bucket.put({**plain(FIRST), "data/huge.bin": "x", "README.md": "# Examples\n"})
    bucket.put({"elsewhere/meta.yaml": "title: not ours\n"}, prefix="")
    bucket.put({"meta.yaml": "title: not ours\n"}, prefix="examples2/")
    synced = bucket.sync(library, "v1.0")
    assert set(bucket.read) == set(FIRST)
    assert statuses(synced) == {"hello": Status.PUBLISHED, "unit1/sums": Status.PUBLISHED}


def test_the_same_prefix_again_uploads_nothing_and_reads_each_file_once(
    library: Library, bucket: Bucket
) -> None:
    bucket.put(plain(FIRST))
    bucket.sync(library, "v1.0")
    before = library.rows()
    again = bucket.sync(library, "v1.0")
    assert set(statuses(again).values()) == {Status.UNCHANGED}
    assert library.puts() == []
    assert sorted(bucket.read) == sorted(FIRST)
    assert library.rows() == before


def test_a_changed_directory_is_uploaded_alone_under_the_next_label(library: Library, bucket: Bucket) -> None:
    bucket.put(plain(FIRST))
    bucket.sync(library, "v1.0")
    bucket.put({"hello/main.py": "print('new')\n"})
    synced = bucket.sync(library, "v1.1")
    assert statuses(synced) == {"hello": Status.PUBLISHED, "unit1/sums": Status.LABELLED}
    assert len({key.split("/")[2] for key in library.puts()}) == 1


def test_a_label_is_never_given_to_other_content_of_a_bucket(library: Library, bucket: Bucket) -> None:
    bucket.put(plain(FIRST))
    bucket.sync(library, "v1.0")
    bucket.put({"hello/main.py": "print('new')\n"})
    assert statuses(bucket.sync(library, "v1.0"))["hello"] is Status.REFUSED
    assert library.puts() == []


@pytest.mark.parametrize("tag", ["unit1/sums/v1.0", "sums/v1.0"])
def test_a_label_with_a_directory_or_identifier_is_for_that_example_only(
    library: Library, bucket: Bucket, tag: str
) -> None:
    bucket.put(plain(FIRST))
    assert statuses(bucket.sync(library, tag)) == {"unit1/sums": Status.PUBLISHED}


def test_a_bucket_is_one_repository_however_it_is_written(library: Library, bucket: Bucket) -> None:
    bucket.put(plain(FIRST))
    first = bucket.sync(library, "v1.0", source_type=SourceType.MINIO)
    other = f"minio://{bucket.name}/examples/?region=eu-1&endpoint={bucket.endpoint}/"
    second = bucket.sync(library, "v1.0", url=other)
    assert set(statuses(second).values()) == {Status.UNCHANGED}
    with library.database.transaction() as rows:
        (card,) = rows.library.repositories()
    address = bucket.endpoint.removeprefix("http://")
    assert card.repository.identity == f"s3://{address}/{bucket.name}/examples"
    assert (card.repository.name, card.examples, card.has_credential) == ("examples", 2, False)
    assert card.repository.source_type is SourceType.MINIO
    assert (first.repository, second.repository) == ("examples", "examples")


@pytest.mark.parametrize("source", ["s3://absent-bucket/x", "s3://{name}/nothing"])
def test_a_bucket_or_prefix_that_is_not_there_is_named(library: Library, bucket: Bucket, source: str) -> None:
    url = f"{source.format(name=bucket.name)}?endpoint={bucket.endpoint}&region=eu-1"
    with pytest.raises((NotFound, NeighbourFailed)) as refused:
        bucket.sync(library, "v1.0", url=url)
    assert "--source" in refused.value.message
    assert "COURSELINE_OBJECT_STORE" not in refused.value.message
    assert library.rows()["example_repository"] == []


def test_keys_that_are_no_files_in_directories_are_all_named(library: Library, bucket: Bucket) -> None:
    bucket.put({**plain(FIRST), "hello/main.py/inside": "x", "hello//twice": "x", "bell\a/meta.yaml": "x"})
    with pytest.raises(InvalidInput) as refused:
        bucket.sync(library, "v1.0")
    assert sorted(problem.path for problem in refused.value.problems) == [
        "bell\\x07/meta.yaml",
        "hello//twice",
        "hello/main.py/inside",
    ]
    assert library.objects() == {}


def test_a_file_that_changes_while_it_is_read_publishes_nothing(library: Library, bucket: Bucket) -> None:
    bucket.put(plain(FIRST))

    def overwrite(name: str, _: object) -> None:
        if name == "store.get_many":  # between the first reading and the second
            bucket.put({"hello/main.py": "print('jello')\n"})
            library.watch = None

    bucket.sync(library, "v0.9")
    bucket.put({"hello/main.py": "print('cello')\n", "unit1/sums/main.py": "print(2 + 1)\n"})
    library.watch = overwrite
    with pytest.raises(NeighbourFailed, match=r"hello/main\.py was changed while it was read"):
        bucket.sync(library, "v1.0")
    assert library.puts() == []


def test_a_dry_run_of_a_bucket_changes_nothing(library: Library, bucket: Bucket) -> None:
    bucket.put(plain(FIRST))
    before = library.rows()
    synced = bucket.sync(library, "v1.0", dry_run=True)
    assert set(statuses(synced).values()) == {Status.PUBLISHED}
    assert (library.rows(), library.objects()) == (before, {})


def test_directory_markers_of_web_consoles_are_passed_over(library: Library, bucket: Bucket) -> None:
    bucket.put({**plain(FIRST), "hello/": "", "": ""})
    assert set(statuses(bucket.sync(library, "v1.0")).values()) == {Status.PUBLISHED}
