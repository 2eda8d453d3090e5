from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.builders.repositories import build_repository, git

from courseline.adapters.git import GitAdapter
from courseline.adapters.git.objects import batch_reader
from courseline.domain.tree import EMPTY_TREE, Tree, TreeFile, blob_oid, tree_oid
from courseline.errors import InvalidInput, NeighbourFailed, NotFound
from courseline.usecases.ports import Change, DeletePath, PutFile, Workspace

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ODD_NAMES = [
    'say "hi".txt',
    "back\\slash",
    " leading",
    "trailing ",
    "new\nline",
    "tab\there",
    "esc\x1b[31m",
    "käse/ü.txt",
    "\udcff\udcfe",
    "-x",
    "#a",
    "d/-",
]


def test_odd_names_come_back_as_they_were_written(workspace: Workspace) -> None:
    changes = [PutFile(name, "100644", name.encode("utf-8", "surrogateescape")) for name in ODD_NAMES]
    sha = workspace.write_commit(parent=None, changes=changes, message="Odd\n", at=NOW)
    tree = workspace.tree(sha)
    assert sorted(tree.paths) == sorted(ODD_NAMES)
    contents = workspace.read_blobs(file.oid for file in tree)
    assert {file.path: contents[file.oid] for file in tree} == {
        name: name.encode("utf-8", "surrogateescape") for name in ODD_NAMES
    }


def test_single_files_are_found_without_the_listing(workspace: Workspace) -> None:
    changes = [PutFile(name, "100644", b"x") for name in ODD_NAMES]
    sha = workspace.write_commit(parent=None, changes=changes, message="m\n", at=NOW)
    tree = workspace.tree(sha)
    assert workspace.files(sha, ODD_NAMES) == {name: tree.get(name) for name in ODD_NAMES}
    # Neither a directory nor what it holds, and no pattern.
    assert workspace.files(sha, ["käse", "none", "*", ":(glob)**"]) == {}
    with pytest.raises(NotFound, match="Fetch it first"):
        workspace.files("1" * 40, ["-x"])


def test_a_listing_has_the_tree_id_git_computes(workspace: Workspace) -> None:
    changes = [PutFile(name, "100755", b"x") for name in ODD_NAMES]
    sha = workspace.write_commit(parent=None, changes=changes, message="m\n", at=NOW)
    assert (
        workspace.commits(sha)[0].tree
        == workspace.tree(sha).oid
        == tree_oid((n, "100755", blob_oid(b"x")) for n in ODD_NAMES)
    )


def test_links_and_submodules_are_listed(workspace: Workspace, tmp_path: Path) -> None:
    files = {
        "link": ("120000", "/etc/passwd"),
        "module": ("160000", "3" * 40),
        "run.sh": ("100755", "#!/bin/sh\n"),
    }
    head = workspace.remote(build_repository(tmp_path / "r.git", [files]).url).fetch("refs/heads/main")
    assert workspace.tree(head) == Tree(
        [
            TreeFile("link", "120000", blob_oid(b"/etc/passwd")),
            TreeFile("module", "160000", "3" * 40),
            TreeFile("run.sh", "100755", blob_oid(b"#!/bin/sh\n")),
        ]
    )


class TestWriteCommit:
    def test_the_same_arguments_make_the_same_commit(self, adapter: GitAdapter) -> None:
        made = []
        for zone in (UTC, timezone(timedelta(hours=9))):
            with adapter.workspace() as workspace:
                files: list[Change] = [PutFile("a", "100644", b"1"), PutFile("b/c", "100755", b"2")]
                first = workspace.write_commit(
                    parent=None, changes=files, message="One\n", at=NOW.astimezone(zone)
                )
                more: list[Change] = [DeletePath("b"), PutFile("a", "100644", b"3")]
                made.append(
                    workspace.write_commit(parent=first, changes=more, message="Two\n\nX: y\n", at=NOW)
                )
        assert made[0] == made[1]

    def test_a_commit_says_who_when_and_why(self, workspace: Workspace) -> None:
        first = workspace.write_commit(parent=None, changes=[], message="One", at=NOW)
        message = "Zwölf Änderungen\n\nCourseline-Operation: 1\n"
        second = workspace.write_commit(
            parent=first, changes=[], message=message, at=NOW, author="Jörg <j@example.org>"
        )
        (commit, parent) = workspace.commits(second)
        assert (commit.sha, commit.parents, commit.message) == (second, (first,), message)
        assert (commit.author, commit.committed_at) == ("Jörg <j@example.org>", NOW)
        assert (parent.author, parent.message, parent.tree) == (
            "Courseline <courseline@example.org>",
            "One\n",
            EMPTY_TREE,
        )

    def test_an_empty_change_is_still_a_commit(self, workspace: Workspace) -> None:
        first = workspace.write_commit(
            parent=None, changes=[PutFile("a", "100644", b"1")], message="m\n", at=NOW
        )
        second = workspace.write_commit(
            parent=first, changes=[PutFile("a", "100644", b"1")], message="m\n", at=NOW
        )
        assert second != first
        assert workspace.tree(second) == workspace.tree(first)

    def test_deletions_come_before_puts_of_the_same_path(self, workspace: Workspace) -> None:
        files = [PutFile("d/a", "100644", b"1"), PutFile("d/b", "100644", b"2"), PutFile("e", "100644", b"3")]
        first = workspace.write_commit(parent=None, changes=files, message="m\n", at=NOW)
        changes = [
            PutFile("d/a", "100644", b"new"),
            DeletePath("d"),
            DeletePath("absent"),
            PutFile("e/f", "100644", b"4"),
        ]
        second = workspace.write_commit(parent=first, changes=changes, message="m\n", at=NOW)
        assert {file.path: file.oid for file in workspace.tree(second)} == {
            "d/a": blob_oid(b"new"),
            "e/f": blob_oid(b"4"),
        }

    def test_everything_can_be_deleted_at_once(self, workspace: Workspace) -> None:
        first = workspace.write_commit(
            parent=None, changes=[PutFile("d/a", "100644", b"1")], message="m\n", at=NOW
        )
        second = workspace.write_commit(
            parent=first, changes=[DeletePath("."), PutFile("b", "100644", b"2")], message="m\n", at=NOW
        )
        assert workspace.tree(second).paths == ["b"]

    def test_files_and_trees_can_be_put_by_their_ids(self, workspace: Workspace) -> None:
        first = workspace.write_commit(
            parent=None, changes=[PutFile("d/a", "100644", b"1")], message="m\n", at=NOW
        )
        tree = workspace.tree(first).subtree("d").oid
        changes = [PutFile("copy", "100755", blob_oid(b"1")), PutFile("e", "040000", tree)]
        second = workspace.write_commit(parent=first, changes=changes, message="m\n", at=NOW)
        assert [(file.path, file.mode) for file in workspace.tree(second)] == [
            ("copy", "100755"),
            ("d/a", "100644"),
            ("e/a", "100644"),
        ]

    def test_an_id_that_is_not_here_is_not_found(self, workspace: Workspace) -> None:
        with pytest.raises(NotFound, match="4444"):
            workspace.write_commit(
                parent=None, changes=[PutFile("a", "100644", "4" * 40)], message="m\n", at=NOW
            )
        with pytest.raises(NotFound, match="5555"):
            workspace.write_commit(parent="5" * 40, changes=[], message="m\n", at=NOW)

    @pytest.mark.parametrize(
        "path", ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", ".git/config", "a/.GIT/x", "a\0b"]
    )
    def test_a_path_that_leaves_the_tree_is_refused(self, workspace: Workspace, path: str) -> None:
        with pytest.raises(InvalidInput, match="plain relative path"):
            workspace.write_commit(
                parent=None, changes=[PutFile(path, "100644", b"x")], message="m\n", at=NOW
            )

    @pytest.mark.parametrize(
        ("mode", "content"), [("120000", b"/etc"), ("100644", "abc"), ("644", b"x"), ("160000", b"x")]
    )
    def test_a_mode_that_is_no_files_is_refused(
        self, workspace: Workspace, mode: str, content: bytes | str
    ) -> None:
        with pytest.raises(InvalidInput):
            workspace.write_commit(parent=None, changes=[PutFile("a", mode, content)], message="m\n", at=NOW)

    @pytest.mark.parametrize(
        "author", ["nobody", "A <a@b>\ncommitter B <b@b> 0 +0000", "A <<a@b>", "A <a@b> x"]
    )
    def test_an_author_that_is_no_author_is_refused(self, workspace: Workspace, author: str) -> None:
        with pytest.raises(InvalidInput, match="Name <mail"):
            workspace.write_commit(parent=None, changes=[], message="m\n", at=NOW, author=author)

    def test_content_may_look_like_commands(self, workspace: Workspace) -> None:
        content = b"done\nD a\nM 100644 inline x\ndata 3\n"
        sha = workspace.write_commit(
            parent=None, changes=[PutFile("a", "100644", content)], message="done\n", at=NOW
        )
        assert workspace.read_blobs([blob_oid(content)]) == {blob_oid(content): content}
        assert workspace.tree(sha).paths == ["a"]


class TestCommits:
    def test_the_newest_comes_first_and_since_cuts_off(self, workspace: Workspace) -> None:
        shas: list[str] = []
        for number in range(5):
            at = NOW + timedelta(minutes=number)
            parent = shas[-1] if shas else None
            shas.append(workspace.write_commit(parent=parent, changes=[], message=f"{number}\n", at=at))
        assert [commit.sha for commit in workspace.commits(shas[4])] == shas[::-1]
        assert [commit.sha for commit in workspace.commits(shas[4], since=shas[2])] == [shas[4], shas[3]]
        assert [commit.sha for commit in workspace.commits(shas[4], limit=1)] == [shas[4]]
        assert workspace.commits(shas[4], since=shas[4]) == []

    def test_a_commit_that_was_not_fetched_is_not_found(self, workspace: Workspace) -> None:
        sha = workspace.write_commit(parent=None, changes=[], message="m\n", at=NOW)
        with pytest.raises(NotFound, match="6666"):
            workspace.commits("6" * 40)
        with pytest.raises(NotFound, match="7777"):
            workspace.commits(sha, since="7" * 40)

    def test_other_encodings_and_merges_are_read(self, workspace: Workspace, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "r.git", [{"a": "1"}, {"a": "2"}])
        one, two = repository.commits
        tree = repository.git("rev-parse", f"{two}^{{tree}}")
        raw = f"tree {tree}\nparent {two}\nparent {one}\nauthor J\xf6rg <j@x> 1700000000 +0200\n".encode(
            "latin-1"
        )
        raw += b"committer C <c@x> 1700000001 -0500\nencoding ISO-8859-1\n\nGr\xfc\xdfe\n\nmore\n"
        oid = git(repository.path, "hash-object", "-t", "commit", "-w", "--stdin", feed=raw)
        repository.git("update-ref", "refs/heads/main", oid)
        head = workspace.remote(repository.url).fetch("refs/heads/main", depth=None, filter="tree:0")
        commit = workspace.commits(head)[0]
        assert (commit.parents, commit.tree, commit.author) == ((two, one), tree, "Jörg <j@x>")
        assert commit.message == "Grüße\n\nmore\n"
        assert commit.committed_at == datetime.fromtimestamp(1700000001, UTC)


class TestReadBlobs:
    def test_any_bytes_come_back(self, workspace: Workspace) -> None:
        bodies = [b"", b"\n", b"\0" * 10, bytes(range(256)) * 5000, b"x" * 3_000_000, b"crlf\r\n"]
        changes = [PutFile(str(number), "100644", body) for number, body in enumerate(bodies)]
        workspace.write_commit(parent=None, changes=changes, message="m\n", at=NOW)
        oids = [blob_oid(body) for body in bodies]
        assert workspace.read_blobs([*oids, oids[0]]) == dict(zip(oids, bodies, strict=True))
        assert workspace.read_blobs([]) == {}

    def test_a_file_beyond_the_limit_is_refused(self, temp_root: Path) -> None:
        with GitAdapter(["file"], "C <c@example.org>", temp_root, blob_bytes=1000).workspace() as workspace:
            changes = [PutFile("small", "100644", b"s" * 1000), PutFile("large", "100644", b"l" * 1001)]
            workspace.write_commit(parent=None, changes=changes, message="m\n", at=NOW)
            assert workspace.read_blobs([blob_oid(b"s" * 1000)])
            with pytest.raises(InvalidInput, match="1001 bytes; at most 1000"):
                workspace.read_blobs([blob_oid(b"l" * 1001)])

    def test_a_tree_is_not_a_file(self, workspace: Workspace) -> None:
        sha = workspace.write_commit(
            parent=None, changes=[PutFile("a", "100644", b"1")], message="m\n", at=NOW
        )
        with pytest.raises(NotFound):
            workspace.read_blobs([workspace.tree(sha).oid])

    @pytest.mark.parametrize("oid", ["HEAD", "--help", "abc", "A" * 40, "1" * 40 + "\n"])
    def test_only_full_ids_are_taken(self, workspace: Workspace, oid: str) -> None:
        for ask in (workspace.tree, workspace.commits, lambda text: workspace.read_blobs([text])):
            with pytest.raises(InvalidInput, match="Forty"):
                ask(oid)


def test_git_is_loaded_only_when_it_is_used() -> None:
    code = "import sys, courseline.adapters.git as g; assert 'git' not in sys.modules, 'loaded early'"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_machine_without_git_is_told_so(temp_root: Path, tmp_path: Path) -> None:
    adapter = GitAdapter(["file"], "C <c@example.org>", temp_root, search_path=str(tmp_path))
    with pytest.raises(NeighbourFailed, match="Install git"), adapter.workspace():
        pass


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(NeighbourFailed, match="temporary directory"),
        GitAdapter(["file"], "C <c@x>", tmp_path / "file").workspace(),
    ):
        pass


def test_sizes_are_told_without_reading_and_only_of_what_is_here(
    workspace: Workspace, tmp_path: Path
) -> None:
    repository = build_repository(tmp_path / "r.git", [{"a": "12345", "b": "x" * 1000}])
    remote = workspace.remote(repository.url)
    tree = workspace.tree(remote.fetch("refs/heads/main"))
    oids = {file.path: file.oid for file in tree}
    assert workspace.sizes(oids.values()) == {}
    remote.fetch_blobs([oids["a"]])
    assert workspace.sizes(oids.values()) == {oids["a"]: 5}


def test_objects_that_are_too_much_together_are_not_read() -> None:
    answer = b"".join(b"%040d blob 4\n1234\n" % number for number in range(3))
    assert len(batch_reader(4, together=12)(io.BytesIO(answer))) == 3
    with pytest.raises(InvalidInput, match="together have more than 11 bytes"):
        batch_reader(4, together=11)(io.BytesIO(answer))
