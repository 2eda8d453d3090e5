from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.builders.command_line import write
from tests.builders.repositories import git

from courseline.adapters.directory import LocalDirectory
from courseline.adapters.git.work_tree import work_tree_files
from courseline.domain.tree import EXECUTABLE, FILE, GITLINK, SYMLINK, Tree, TreeFile, blob_oid
from courseline.errors import InvalidInput


@pytest.fixture(params=["work tree", "plain directory"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "work tree":
        git(tmp_path, "init", "-q")
    return tmp_path


def test_files_are_listed_with_git_s_modes_in_order(directory: Path):
    write(directory, {"b/run.sh": "#!/bin/sh\n", "a.txt": "a\n", "b/ü x.txt": "u\n"})
    (directory / "b" / "run.sh").chmod(0o755)
    (directory / "link").symlink_to("b", target_is_directory=True)
    os.mkfifo(directory / "pipe")
    listing = LocalDirectory(directory).listing()
    assert listing == [("a.txt", FILE), ("b/run.sh", EXECUTABLE), ("b/ü x.txt", FILE), ("link", SYMLINK)]


def test_names_that_are_no_utf_8_survive(directory: Path):
    name = os.fsdecode(b"caf\xe9.txt")
    write(directory, {name: "x\n"})
    assert LocalDirectory(directory).listing() == [(name, FILE)]
    assert LocalDirectory(directory).read(name) == b"x\n"


def test_a_link_reads_as_where_it_leads(directory: Path):
    (directory / "link").symlink_to("/etc/passwd")
    assert LocalDirectory(directory).read("link") == b"/etc/passwd"


def test_what_is_read_is_what_git_stores(tmp_path: Path):
    git(tmp_path, "init", "-q")
    write(tmp_path, {"a/one.txt": "1\r\n", "a/run": "#!/bin/sh\n", "b": "\0"})
    (tmp_path / "a" / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("a")
    local = LocalDirectory(tmp_path)
    tree = Tree(TreeFile(path, mode, blob_oid(local.read(path))) for path, mode in local.listing())
    git(tmp_path, "add", "-A")
    assert tree.oid == git(tmp_path, "write-tree")


def test_ignored_and_deleted_files_are_passed_over_and_nested_repositories_are_submodules(tmp_path: Path):
    git(tmp_path, "init", "-q")
    write(tmp_path, {".gitignore": "*.log\n", "kept": "k\n", "gone": "g\n", "a.log": "l\n"})
    git(tmp_path, "add", "-A")
    (tmp_path / "gone").unlink()
    (tmp_path / "inner").mkdir()
    git(tmp_path / "inner", "init", "-q")
    write(tmp_path / "inner", {"file": "f\n"})
    git(tmp_path / "inner", "add", "-A")
    git(tmp_path / "inner", "commit", "-q", "-m", "one")
    assert LocalDirectory(tmp_path).listing() == [(".gitignore", FILE), ("inner", GITLINK), ("kept", FILE)]


def test_below_a_work_tree_paths_are_relative_to_the_directory(tmp_path: Path):
    git(tmp_path, "init", "-q")
    write(tmp_path, {"a/b/file": "x\n", "other": "y\n"})
    assert LocalDirectory(tmp_path / "a").listing() == [("b/file", FILE)]


def test_a_directory_that_its_work_tree_ignores_whole_is_read_all_the_same(tmp_path: Path):
    git(tmp_path, "init", "-q")
    write(tmp_path, {".gitignore": "a/\n", "a/file": "x\n"})
    assert work_tree_files(tmp_path / "a") is None
    assert LocalDirectory(tmp_path / "a").listing() == [("file", FILE)]


def test_a_file_that_is_gone_is_named(tmp_path: Path):
    with pytest.raises(InvalidInput) as caught:
        LocalDirectory(tmp_path).read("nothing")
    assert caught.value.problems[0].path == "nothing"
    assert caught.value.problems[0].message == "It cannot be read: No such file or directory."


def test_its_name_is_its_own_also_for_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert LocalDirectory(Path()).name == tmp_path.name
