from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders.library import Library, example_files
from tests.builders.repositories import Repository, build_repository

from courseline.domain.ids import example_id
from courseline.domain.ledger.history import Action, verify_chain
from courseline.domain.library.publication import PublicationStatus as Status
from courseline.errors import InvalidInput, NotFound, Severity
from courseline.usecases.library.sync import Synced

FIRST = {**example_files("hello"), **example_files("unit1/sums", body="print(1 + 1)\n")}


def statuses(synced: Synced) -> dict[str, Status]:
    return {example.directory: example.status for example in synced.examples}


def reasons(synced: Synced, directory: str) -> list[str]:
    return [
        f"{problem.where}: {problem.message}"
        for example in synced.examples
        if example.directory == directory
        for problem in example.problems
    ]


@pytest.fixture
def examples(tmp_path: Path) -> Repository:
    """Two examples, tagged v1.0."""
    return build_repository(tmp_path / "examples.git", [FIRST], tags={"v1.0": 0})


def test_a_tag_publishes_every_example_at_any_depth(library: Library, examples: Repository) -> None:
    synced = library.sync(examples, "v1.0")
    assert statuses(synced) == {"hello": Status.PUBLISHED, "unit1/sums": Status.PUBLISHED}
    assert library.labels(examples, "sums") == {"v1.0": "unit1/sums"}
    assert synced.examples[0].version_identifier == examples.git("rev-parse", "v1.0:hello")


def test_the_same_tag_again_uploads_nothing_and_fetches_no_blob(
    library: Library, examples: Repository
) -> None:
    library.sync(examples, "v1.0")
    before = library.rows()
    again = library.sync(examples, "v1.0")
    assert set(statuses(again).values()) == {Status.UNCHANGED}
    assert (library.puts(), library.fetched()) == ([], [])
    assert library.rows() == before


def test_unchanged_content_gets_the_next_label_without_upload_or_blob(
    library: Library, examples: Repository
) -> None:
    library.sync(examples, "v1.0")
    examples.commit({**FIRST, **example_files("hello", body="print('new')\n")})
    examples.git("tag", "v1.1")
    synced = library.sync(examples, "v1.1")
    assert statuses(synced) == {"hello": Status.PUBLISHED, "unit1/sums": Status.LABELLED}
    ids = library.version_ids(examples, "sums")
    assert ids["v1.0"] == ids["v1.1"]
    hello = example_id(library.repository(examples).id, "hello")
    assert {key.split("/")[2] for key in library.puts()} == {str(hello)}
    assert set(library.fetched()) == {
        examples.git("rev-parse", f"v1.1:hello/{name}") for name in ("meta.yaml", "main.py", "test_main.py")
    }


@pytest.mark.parametrize("tag", ["unit1/sums/v1.2", "sums/v1.2"])
def test_a_tag_with_a_directory_or_identifier_labels_that_example_only(
    library: Library, examples: Repository, tag: str
) -> None:
    examples.git("tag", tag, "v1.0")
    synced = library.sync(examples, tag)
    assert statuses(synced) == {"unit1/sums": Status.PUBLISHED}
    assert synced.label == "v1.2"
    assert library.labels(examples, "sums") == {"v1.2": "unit1/sums"}


def test_a_tag_of_an_example_that_is_not_there_names_those_that_are(
    library: Library, examples: Repository
) -> None:
    examples.git("tag", "helo/v1.0", "v1.0")
    with pytest.raises(NotFound, match=r"helo.*hello, unit1/sums"):
        library.sync(examples, "helo/v1.0")
    assert library.rows()["example_repository"] == []


def test_a_moved_tag_is_refused_and_the_published_content_stays(
    library: Library, examples: Repository
) -> None:
    library.sync(examples, "v1.0")
    before, objects = library.rows(), library.objects()
    examples.commit({**FIRST, **example_files("hello", body="print('changed')\n")})
    examples.git("tag", "-f", "v1.0")
    synced = library.sync(examples, "v1.0")
    assert statuses(synced) == {"hello": Status.REFUSED, "unit1/sums": Status.UNCHANGED}
    assert reasons(synced, "hello") == [
        "hello/meta.yaml: v1.0 was published before with other content, and versions never change."
    ]
    assert (library.rows(), library.objects()) == (before, objects)


def test_another_spelling_of_a_published_label_is_the_same_label(
    library: Library, examples: Repository
) -> None:
    library.sync(examples, "v1.0")
    examples.git("tag", "1.0.0", "v1.0")
    assert set(statuses(library.sync(examples, "1.0.0")).values()) == {Status.UNCHANGED}
    assert library.labels(examples, "hello") == {"v1.0": "hello"}


def test_a_label_below_the_highest_is_published_with_a_warning(
    library: Library, examples: Repository
) -> None:
    library.sync(examples, "v1.0")
    examples.commit(example_files("hello", body="print('a fix for the old one')\n"))
    examples.git("tag", "v0.9")
    synced = library.sync(examples, "v0.9")
    assert statuses(synced) == {"hello": Status.PUBLISHED}
    assert [problem.severity for problem in synced.examples[0].problems] == [Severity.WARNING]
    assert "lower than v1.0" in reasons(synced, "hello")[0]


def test_one_bad_example_is_refused_with_file_and_line_and_the_others_are_published(
    library: Library, tmp_path: Path
) -> None:
    bad = example_files("bad")
    bad["bad/meta.yaml"] = "title: Bad\nproperties:\n  additionalFiles:\n    - gone.txt\n"
    source = build_repository(tmp_path / "x.git", [{**FIRST, **bad}], tags={"v1": 0})
    synced = library.sync(source, "v1")
    assert statuses(synced) == {
        "bad": Status.REFUSED,
        "hello": Status.PUBLISHED,
        "unit1/sums": Status.PUBLISHED,
    }
    assert reasons(synced, "bad") == [
        "bad/meta.yaml:4: `additionalFiles` names `gone.txt`, which is not there."
    ]


def test_a_tag_that_is_no_release_is_ignored_before_anything_is_asked(library: Library) -> None:
    synced = library.sync("/nowhere/at/all", "draft")
    assert (synced.ignored, synced.examples) == (True, ())
    assert library.calls == []


def test_a_missing_tag_names_the_tags_there_are(library: Library, examples: Repository) -> None:
    with pytest.raises(NotFound, match=r"no such tag; it has v1\.0\. Push the tag") as told:
        library.sync(examples, "v2.0")
    assert told.value.problems[0].fix == "git push origin v2.0"


def test_a_missing_tag_in_an_empty_repository_says_that_it_is_empty(library: Library, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="the repository is empty"):
        library.sync(build_repository(tmp_path / "empty.git"), "v1.0")


def test_a_missing_tag_in_a_repository_without_tags_says_so(library: Library, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="it has no tags"):
        library.sync(build_repository(tmp_path / "x.git", [FIRST]), "v1.0")


def test_a_repository_without_examples_is_refused_and_not_registered(
    library: Library, tmp_path: Path
) -> None:
    source = build_repository(tmp_path / "x.git", [{"README.md": "# Nothing\n"}], tags={"v1": 0})
    with pytest.raises(InvalidInput, match=r"no directory has a meta\.yaml"):
        library.sync(source, "v1")
    assert library.rows()["example_repository"] == []


def test_a_tagged_commit_without_files_is_refused(library: Library, tmp_path: Path) -> None:
    source = build_repository(tmp_path / "x.git", [{}], tags={"v1": 0})
    with pytest.raises(InvalidInput, match="holds no files"):
        library.sync(source, "v1")


def test_an_annotated_tag_publishes_the_commit_it_names(library: Library, tmp_path: Path) -> None:
    source = build_repository(tmp_path / "x.git", [FIRST, {}], annotated_tags={"v1.0": 0})
    assert set(statuses(library.sync(source, "v1.0")).values()) == {Status.PUBLISHED}
    assert [row.event.details["commit"] for row in library.history(source)[1:]] == [source.commits[0]] * 2


def test_a_branch_of_the_tag_s_name_only_warns(library: Library, tmp_path: Path) -> None:
    source = build_repository(
        tmp_path / "x.git", [FIRST, example_files("hello", body="branch\n")], tags={"v1.0": 0}
    )
    source.git("update-ref", "refs/heads/v1.0", source.head)
    synced = library.sync(source, "v1.0")
    assert [(problem.path, problem.severity) for problem in synced.problems] == [
        ("refs/heads/v1.0", Severity.WARNING)
    ]
    assert synced.examples[0].version_identifier == source.git("rev-parse", "refs/tags/v1.0:hello")


def test_a_meta_yaml_at_the_root_makes_the_repository_one_example_of_its_name(
    library: Library, tmp_path: Path
) -> None:
    source = build_repository(tmp_path / "Loops.git", [example_files(".")], tags={"v1.0": 0, "loops/v1.1": 0})
    assert statuses(library.sync(source, "v1.0")) == {".": Status.PUBLISHED}
    assert statuses(library.sync(source, "loops/v1.1")) == {".": Status.LABELLED}
    assert library.labels(source, "loops") == {"v1.1": ".", "v1.0": "."}


def test_a_meta_yaml_of_a_course_at_the_root_is_passed_over_with_a_warning(
    library: Library, tmp_path: Path
) -> None:
    files = {**FIRST, "meta.yaml": "kind: course\ntitle: All of it\n"}
    source = build_repository(tmp_path / "x.git", [files], tags={"v1.0": 0})
    synced = library.sync(source, "v1.0")
    assert statuses(synced) == {"hello": Status.PUBLISHED, "unit1/sums": Status.PUBLISHED}
    assert [(problem.path, problem.severity) for problem in synced.problems] == [
        ("meta.yaml", Severity.WARNING)
    ]


def test_a_renamed_directory_is_the_same_example_and_gets_a_label_there(
    library: Library, tmp_path: Path
) -> None:
    before = example_files("old", meta="identifier: hello\n")
    after = example_files("new/place", meta="identifier: hello\n")
    source = build_repository(tmp_path / "x.git", [before, after], tags={"v1.0": 0, "v1.1": 1})
    library.sync(source, "v1.0")
    assert statuses(library.sync(source, "v1.1")) == {"new/place": Status.LABELLED}
    assert library.puts() == []
    assert library.labels(source, "hello") == {"v1.1": "new/place", "v1.0": "old"}
    ids = library.version_ids(source, "hello")
    assert ids["v1.0"] == ids["v1.1"]


def test_two_examples_with_equal_files_stay_two_examples(library: Library, tmp_path: Path) -> None:
    files = {**example_files("one"), **example_files("two")}
    source = build_repository(tmp_path / "x.git", [files, files], tags={"v1.0": 0, "v1.1": 1})
    first = library.sync(source, "v1.0")
    assert {example.identifier: example.status for example in first.examples} == {
        "one": Status.PUBLISHED,
        "two": Status.PUBLISHED,
    }
    assert first.examples[0].version_identifier == first.examples[1].version_identifier
    assert statuses(library.sync(source, "v1.1")) == {"one": Status.LABELLED, "two": Status.LABELLED}
    assert library.version_ids(source, "one")["v1.0"] != library.version_ids(source, "two")["v1.0"]


def test_equal_identifiers_are_refused_naming_both_and_the_others_go(
    library: Library, tmp_path: Path
) -> None:
    files = {
        **example_files("a", meta="identifier: same\n"),
        **example_files("b", body="b\n", meta="identifier: same\n"),
        **FIRST,
    }
    source = build_repository(tmp_path / "x.git", [files], tags={"v1": 0})
    synced = library.sync(source, "v1")
    assert statuses(synced)["a"] is statuses(synced)["b"] is Status.REFUSED
    assert statuses(synced)["hello"] is Status.PUBLISHED
    assert "also that of b" in reasons(synced, "a")[0]
    assert "also that of a" in reasons(synced, "b")[0]
    assert reasons(synced, "a")[0].startswith("a/meta.yaml:1: ")


def test_a_copy_of_a_published_example_is_refused_and_the_original_keeps_its_identifier(
    library: Library, tmp_path: Path
) -> None:
    original = example_files("a", meta="identifier: same\n")
    both = {**original, **example_files("copy", meta="identifier: same\n")}
    source = build_repository(tmp_path / "x.git", [original, both], tags={"v1.0": 0, "v1.1": 1})
    library.sync(source, "v1.0")
    assert statuses(library.sync(source, "v1.1")) == {"a": Status.LABELLED, "copy": Status.REFUSED}


def test_a_dry_run_says_the_same_and_changes_nothing(library: Library, examples: Repository) -> None:
    before = library.rows()
    dry = library.sync(examples, "v1.0", dry_run=True)
    assert (library.rows(), library.objects()) == (before, {})
    assert dry == library.sync(examples, "v1.0")
    after, objects = library.rows(), library.objects()
    examples.git("tag", "v1.1", "v1.0")
    assert set(statuses(library.sync(examples, "v1.1", dry_run=True)).values()) == {Status.LABELLED}
    assert (library.rows(), library.objects()) == (after, objects)


def test_what_a_sync_did_is_in_the_repository_s_chain(library: Library, examples: Repository) -> None:
    library.sync(examples, "v1.0")
    examples.git("tag", "hello/v1.1", "v1.0")
    library.sync(examples, "hello/v1.1")
    rows = library.history(examples)
    assert [(row.event.action, row.event.path, row.event.version_tag) for row in rows] == [
        (Action.REGISTERED, "", None),
        (Action.PUBLISHED, "hello", "v1.0"),
        (Action.PUBLISHED, "sums", "v1.0"),
        (Action.LABELLED, "hello", "v1.1"),
    ]
    assert {row.event.actor for row in rows} == {"local:ada"}
    head, broken = verify_chain(library.repository(examples).id, rows)
    assert (head.seq, broken) == (4, None)


def test_examples_that_only_get_another_label_share_one_row_of_the_chain(
    library: Library, examples: Repository
) -> None:
    first = library.sync(examples, "v1.0")
    examples.git("tag", "hello/v1.1", "v1.0")
    library.sync(examples, "hello/v1.1")
    examples.git("tag", "v1.2", "v1.0")
    library.sync(examples, "v1.2")
    row = library.history(examples)[-1]
    assert (row.seq, row.event.action, row.event.path, row.event.version_tag) == (
        5,
        Action.LABELLED,
        "",
        "v1.2",
    )
    assert row.event.details["examples"] == {
        example.identifier: [example.directory, example.version_identifier] for example in first.examples
    }
    head, broken = verify_chain(library.repository(examples).id, library.history(examples))
    assert (head.seq, broken) == (5, None)


def test_a_new_example_beside_more_that_stay_is_published_and_they_are_labelled(
    library: Library, examples: Repository
) -> None:
    library.sync(examples, "v1.0")
    examples.commit({**FIRST, **example_files("later", body="print('later')\n")})
    examples.git("tag", "v1.1")
    assert statuses(library.sync(examples, "v1.1")) == {
        "hello": Status.LABELLED,
        "later": Status.PUBLISHED,
        "unit1/sums": Status.LABELLED,
    }
    assert library.labels(examples, "later") == {"v1.1": "later"}


def test_a_label_below_that_of_another_example_is_given_without_a_warning(
    library: Library, examples: Repository
) -> None:
    library.sync(examples, "v1.0")
    for tag in ("hello/v3.0", "sums/v2.0"):
        examples.git("tag", tag, "v1.0")
        (labelled,) = library.sync(examples, tag).examples
        assert (labelled.status, labelled.problems) == (Status.LABELLED, ())
    examples.git("tag", "v2.5", "v1.0")
    hello, sums = library.sync(examples, "v2.5").examples
    assert (hello.status, [problem.severity for problem in hello.problems]) == (
        Status.LABELLED,
        [Severity.WARNING],
    )
    assert (sums.status, sums.problems) == (Status.LABELLED, ())


def test_a_meta_yaml_that_is_a_link_or_submodule_refuses_that_example_only(
    library: Library, tmp_path: Path
) -> None:
    files = {
        **FIRST,
        "link/meta.yaml": ("120000", "../hello/meta.yaml"),
        "module/meta.yaml": ("160000", "c" * 40),
        "outer/meta.yaml": ("160000", "c" * 40),
        **example_files("outer/inner"),
    }
    source = build_repository(tmp_path / "x.git", [files], tags={"v1": 0})
    synced = library.sync(source, "v1")
    assert statuses(synced) == {
        "hello": Status.PUBLISHED,
        "link": Status.REFUSED,
        "module": Status.REFUSED,
        "outer/inner": Status.PUBLISHED,
        "unit1/sums": Status.PUBLISHED,
    }
    assert "symbolic link" in reasons(synced, "link")[0]
    assert "submodule" in reasons(synced, "module")[0]
    assert [problem.path for problem in synced.problems] == ["outer/meta.yaml"]
