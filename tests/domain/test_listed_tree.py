"""A listing of git is the tree of its files, whichever of them are looked at."""

from __future__ import annotations

import pytest
from tests.builders.repositories import build_repository

from courseline.domain.listed_tree import ListedTree
from courseline.domain.tree import Tree, TreeFile

FILES = {
    "meta.yaml": "a",
    "a/meta.yaml": "b",
    "a/data/words.txt": "c",
    "a-b/Meta.YML": "d",
    "a.b/x\t040000 tree y/deep/META.yaml": "e",
    "run.sh": ("100755", "f"),
    "z/link": ("120000", "../a"),
    "z/module": ("160000", "c" * 40),
}


@pytest.fixture(scope="module")
def listings(tmp_path_factory: pytest.TempPathFactory) -> tuple[ListedTree, Tree, dict[str, str]]:
    """The listing, the same files as a plain tree, and the id of each directory as git tells it."""
    repository = build_repository(tmp_path_factory.mktemp("listed") / "r.git", [FILES], tags={"v1.0": 0})
    listing = repository.git("ls-tree", "-r", "-t", "-z", "--full-tree", "v1.0")
    entries = [entry.partition("\t") for entry in listing.split("\0") if entry]
    files = [
        TreeFile(path, head.split()[0], head.split()[2]) for head, _, path in entries if " tree " not in head
    ]
    ids = {path: head.split()[2] for head, _, path in entries if " tree " in head}
    return ListedTree(listing.encode()), Tree(files), ids


def test_it_holds_the_files_and_no_directory(listings: tuple[ListedTree, Tree, dict[str, str]]) -> None:
    listed, plain, _ = listings
    assert listed == plain
    assert len(listed) == len(FILES)
    assert listed.oid == plain.oid


def test_each_directory_has_its_files_and_the_id_git_gave_it(
    listings: tuple[ListedTree, Tree, dict[str, str]],
) -> None:
    listed, plain, ids = listings
    assert set(ids) == {"a", "a/data", "a-b", "a.b", "a.b/x\t040000 tree y", "a.b/x\t040000 tree y/deep", "z"}
    for directory, oid in ids.items():
        assert listed.subtree(directory) == plain.subtree(directory)
        assert listed.subtree(directory).oid == plain.subtree(directory).oid == oid
    assert listed.subtree("none") == Tree()
    assert listed.subtree(".") == plain


def test_files_are_found_by_their_blobs(listings: tuple[ListedTree, Tree, dict[str, str]]) -> None:
    listed, plain, ids = listings
    some = {file.oid for file in plain if file.path in {"a/meta.yaml", "run.sh", "z/link"}}
    wanted = some | set(ids.values()) | {"c" * 40, "0" * 40}
    for tree in (listed, plain):
        assert {file.path for file in tree.holding(wanted)} == {"a/meta.yaml", "run.sh", "z/link"}
    assert listed.subtree("a").holding(some) == plain.subtree("a").holding(some)


def test_a_directory_is_the_same_without_one_of_its_files(
    listings: tuple[ListedTree, Tree, dict[str, str]],
) -> None:
    listed, plain, ids = listings
    for directory in ids:
        for file in (*plain.subtree(directory), TreeFile("absent", "100644", "0" * 40)):
            less, expected = (tree.subtree(directory).without(file.path) for tree in (listed, plain))
            assert (less.oid, len(less), less.get(file.path)) == (expected.oid, len(expected), None)
            assert less == expected
            assert bool(less) is bool(len(expected))
            assert listed.subtree(directory).without(file.path, oid="1" * 40).oid == "1" * 40
    both = listed.subtree("a").without("meta.yaml").without("absent")
    assert [file.path for file in both] == ["data/words.txt"]
    assert listed.subtree("a").without("meta.yaml", "data/words.txt").oid == Tree().oid


def test_single_files_and_those_below_a_directory_are_found(
    listings: tuple[ListedTree, Tree, dict[str, str]],
) -> None:
    listed, plain, ids = listings
    for path in (*FILES, *ids, "", "a/", "a/m", "zz"):
        assert listed.get(path) == plain.get(path)
        assert listed.below(path) == plain.below(path)
    for directory in ids:
        for path in ("meta.yaml", "deep/META.yaml", "module", "none"):
            assert listed.subtree(directory).get(path) == plain.subtree(directory).get(path)


def test_files_are_found_by_name_in_any_case(listings: tuple[ListedTree, Tree, dict[str, str]]) -> None:
    listed, plain, _ = listings
    names = {"meta.yaml", "meta.yml", "a.yaml"}  # what ends in two of them is found once
    found = ["a-b/Meta.YML", "a.b/x\t040000 tree y/deep/META.yaml", "a/meta.yaml", "meta.yaml"]
    assert sorted(listed.named(names)) == sorted(plain.named(names)) == found
