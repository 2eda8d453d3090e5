from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.builders.git_http import GitServer, serve_git
from tests.builders.repositories import Repository, build_repository, git

from courseline.adapters.git import GitAdapter
from courseline.domain.tree import blob_oid
from courseline.errors import InvalidInput, NeighbourFailed, NotFound, PushRejected
from courseline.usecases.ports import Credential, DeletePath, PutFile, Workspace

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FILES = {"a/one.txt": "one\n", "b/two.txt": "two\n", "b/c/three.txt": "three\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    commits = [{"a/one.txt": "first\n"}, {**FILES, "old.txt": "old\n"}, FILES]
    return build_repository(
        tmp_path / "served" / "r.git", commits, tags={"v1": 0, "v3": 2}, annotated_tags={"v2": 1}
    )


@pytest.fixture
def server(repository: Repository) -> Iterator[GitServer]:
    with serve_git(repository.path.parent) as running:
        yield running


@pytest.fixture(params=["path", "http"])
def url(request: pytest.FixtureRequest, repository: Repository, server: GitServer) -> str:
    return repository.url if request.param == "path" else server.url("r.git")


class TestRefs:
    def test_refs_are_listed_without_head_and_peeled_entries(
        self, workspace: Workspace, url: str, repository: Repository
    ) -> None:
        shown = workspace.remote(url).refs()
        assert shown.head_branch == "main"
        assert sorted(shown.refs) == ["refs/heads/main", "refs/tags/v1", "refs/tags/v2", "refs/tags/v3"]
        assert shown.refs["refs/heads/main"] == repository.head
        assert shown.refs["refs/tags/v2"] == repository.git("rev-parse", "refs/tags/v2")

    @pytest.mark.parametrize("over", ["path", "http"])
    def test_an_empty_repository_has_neither_refs_nor_head(
        self, workspace: Workspace, server: GitServer, repository: Repository, over: str
    ) -> None:
        empty = build_repository(repository.path.parent / "empty.git")
        shown = workspace.remote(empty.url if over == "path" else server.url("empty.git")).refs()
        assert (shown.head_branch, dict(shown.refs)) == (None, {})

    def test_head_may_name_another_branch(self, workspace: Workspace, tmp_path: Path) -> None:
        trunk = build_repository(tmp_path / "t.git", [{"a": "1"}], branch="trunk")
        assert workspace.remote(trunk.url).refs().head_branch == "trunk"

    @pytest.mark.parametrize("name", ["absent.git", "r.git/objects"])
    def test_an_absent_repository_is_not_found(
        self, workspace: Workspace, server: GitServer, name: str
    ) -> None:
        with pytest.raises(NotFound, match="no such repository"):
            workspace.remote(server.url(name)).refs()

    def test_an_absent_directory_is_not_found(self, workspace: Workspace, tmp_path: Path) -> None:
        with pytest.raises(
            NotFound, match=f"Reading the refs of {tmp_path}/absent: there is no such repository"
        ):
            workspace.remote(f"{tmp_path}/absent").refs()

    def test_a_server_that_is_away_is_a_failed_neighbour(self, workspace: Workspace) -> None:
        with pytest.raises(NeighbourFailed, match="does not answer"):
            workspace.remote("http://127.0.0.1:9/r.git").refs()

    def test_a_repository_with_sha256_names_is_refused(self, workspace: Workspace, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", "long.git")
        stream = (
            b"commit refs/heads/main\ncommitter A <a@b> 0 +0000\ndata 2\nx\nM 100644 inline a\ndata 2\ny\n"
        )
        git(tmp_path / "long.git", "fast-import", "--quiet", feed=stream)
        remote = workspace.remote(str(tmp_path / "long.git"))
        with pytest.raises(InvalidInput, match="SHA-1"):
            remote.refs()
        with pytest.raises(InvalidInput, match="SHA-1"):
            remote.fetch("refs/heads/main")


class TestFetch:
    @pytest.mark.parametrize(
        ("ref", "index"), [("refs/heads/main", 2), ("refs/tags/v1", 0), ("refs/tags/v2", 1)]
    )
    def test_branches_and_both_kinds_of_tags_lead_to_commits(
        self, workspace: Workspace, url: str, repository: Repository, ref: str, index: int
    ) -> None:
        assert workspace.remote(url).fetch(ref) == repository.commits[index]

    def test_a_commit_can_be_fetched_by_its_id(
        self, workspace: Workspace, url: str, repository: Repository
    ) -> None:
        sha = repository.commits[1]
        assert workspace.remote(url).fetch(sha) == sha
        assert "old.txt" in workspace.tree(sha).paths

    def test_a_filtered_fetch_brings_the_listing_but_no_file(self, workspace: Workspace, url: str) -> None:
        tree = workspace.tree(workspace.remote(url).fetch("refs/heads/main"))
        assert tree.paths == sorted(FILES)
        with pytest.raises(NotFound, match="Fetch them first"):
            workspace.read_blobs([blob_oid(b"one\n")])

    def test_an_unfiltered_fetch_brings_the_files(self, workspace: Workspace, url: str) -> None:
        workspace.remote(url).fetch("refs/heads/main", filter=None)
        assert workspace.read_blobs([blob_oid(b"one\n")]) == {blob_oid(b"one\n"): b"one\n"}

    def test_a_depth_cuts_history_and_none_brings_all_of_it(
        self, workspace: Workspace, url: str, repository: Repository
    ) -> None:
        remote = workspace.remote(url)
        head = remote.fetch("refs/heads/main")
        assert [commit.sha for commit in workspace.commits(head)] == [head]
        remote.fetch("refs/heads/main", depth=None, filter="tree:0")
        assert [commit.sha for commit in workspace.commits(head)] == repository.commits[::-1]
        assert workspace.tree(head).paths == sorted(FILES)

    @pytest.mark.parametrize("filter_", ["blob:none", None])
    def test_files_after_all_commits_cut_no_history(
        self, workspace: Workspace, url: str, repository: Repository, filter_: str | None
    ) -> None:
        remote = workspace.remote(url)
        head = remote.fetch("refs/heads/main", depth=None, filter="tree:0")
        with pytest.raises(NotFound, match="all its trees"):
            workspace.tree(head)
        assert remote.fetch("refs/heads/main", filter=filter_) == head
        assert workspace.tree(head).paths == sorted(FILES)
        assert len(workspace.commits(head)) == len(repository.commits)
        if filter_ is None:
            assert workspace.read_blobs([blob_oid(b"three\n")])

    @pytest.mark.parametrize("first", ["tree:0", "blob:none"])
    def test_more_can_be_asked_for_after_less(
        self, workspace: Workspace, url: str, repository: Repository, first: str
    ) -> None:
        remote = workspace.remote(url)
        remote.fetch("refs/heads/main", depth=None, filter=first)
        head = remote.fetch("refs/heads/main", depth=None, filter=None)
        assert workspace.tree(repository.commits[1]).get("old.txt") is not None
        assert workspace.read_blobs([blob_oid(b"old\n"), blob_oid(b"one\n")])
        assert len(workspace.commits(head)) == 3

    def test_a_branch_that_moved_is_fetched_anew(
        self, workspace: Workspace, url: str, repository: Repository
    ) -> None:
        remote = workspace.remote(url)
        remote.fetch("refs/heads/main", depth=None, filter="tree:0")
        newer = repository.commit({"n.txt": "new\n"})
        assert remote.fetch("refs/heads/main") == newer
        assert workspace.tree(newer).paths == ["n.txt"]
        assert len(workspace.commits(newer)) == 4

    def test_a_missing_ref_is_not_found_and_named_with_the_url(self, workspace: Workspace, url: str) -> None:
        with pytest.raises(NotFound) as caught:
            workspace.remote(url).fetch("refs/tags/v9")
        assert "refs/tags/v9" in caught.value.message
        assert url in caught.value.message

    def test_a_missing_commit_is_not_found(self, workspace: Workspace, url: str) -> None:
        with pytest.raises(NotFound, match="no such ref or commit"):
            workspace.remote(url).fetch("1" * 40)

    def test_a_tag_of_a_file_is_refused(self, workspace: Workspace, repository: Repository) -> None:
        repository.git("update-ref", "refs/tags/file", blob_oid(b"one\n"))
        with pytest.raises(InvalidInput, match="names no commit"):
            workspace.remote(repository.url).fetch("refs/tags/file")

    def test_a_shallow_clone_with_files_checked_out_can_be_fetched_from(
        self, workspace: Workspace, repository: Repository, tmp_path: Path
    ) -> None:
        git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository.path}", "clone")
        remote = workspace.remote(str(tmp_path / "clone"))
        assert remote.fetch("refs/heads/main") == repository.head
        assert remote.fetch("refs/heads/main", depth=None, filter="tree:0") == repository.head
        assert len(workspace.commits(repository.head)) == 1

    def test_nothing_is_written_to_the_configuration_by_a_fetch(
        self, workspace: Workspace, url: str, temp_root: Path
    ) -> None:
        (config,) = temp_root.glob("*/repository/config")
        before = config.read_text()
        remote = workspace.remote(url)
        remote.fetch("refs/heads/main")
        remote.fetch("refs/heads/main", depth=None, filter="tree:0")
        remote.fetch_blobs([blob_oid(b"one\n")])
        assert config.read_text() == before


class TestRefsAhead:
    @pytest.mark.parametrize("ref", ["HEAD", "refs/heads/main", "refs/tags/v2", "refs/tags/v3"])
    def test_what_came_beside_the_list_is_not_fetched_again(
        self, workspace: Workspace, server: GitServer, ref: str
    ) -> None:
        remote = workspace.remote(server.url("r.git"))
        name = "refs/heads/main" if ref == "HEAD" else ref
        listed = remote.refs(ahead=ref).refs[name]
        before = len(server.requests)
        commit = remote.fetch(name)
        assert remote.fetch(listed) == commit
        assert len(server.requests) == before
        assert len(workspace.tree(commit)) == (4 if ref == "refs/tags/v2" else 3)
        assert commit == workspace.remote(server.url("r.git") + "/").fetch(name)

    def test_more_than_a_listing_is_fetched_all_the_same(self, workspace: Workspace, url: str) -> None:
        remote = workspace.remote(url)
        remote.refs(ahead="HEAD")
        head = remote.fetch("refs/heads/main", filter=None)
        assert len(workspace.read_blobs([blob_oid(b"two\n"), blob_oid(b"one\n")])) == 2
        remote.fetch("refs/heads/main", depth=None, filter="tree:0")
        assert len(workspace.commits(head)) == 3

    @pytest.mark.parametrize("ref", ["refs/tags/none", "--upload-pack=x", "refs/heads/../x", ""])
    def test_a_ref_that_is_not_there_fails_when_it_is_fetched(
        self, workspace: Workspace, url: str, ref: str
    ) -> None:
        remote = workspace.remote(url)
        assert "refs/heads/main" in remote.refs(ahead=ref).refs
        with pytest.raises((NotFound, InvalidInput)):
            remote.fetch(ref)

    def test_after_all_commits_nothing_is_cut(self, workspace: Workspace, url: str) -> None:
        remote = workspace.remote(url)
        head = remote.fetch("refs/heads/main", depth=None, filter="tree:0")
        remote.refs(ahead="HEAD")
        assert len(workspace.commits(head)) == 3

    def test_an_empty_repository_has_nothing_to_bring(self, workspace: Workspace, tmp_path: Path) -> None:
        empty = build_repository(tmp_path / "empty.git", [])
        assert workspace.remote(empty.url).refs(ahead="HEAD").refs == {}

    def test_a_list_that_fails_leaves_no_fetch_behind(self, workspace: Workspace, server: GitServer) -> None:
        with pytest.raises(NotFound):
            workspace.remote(server.url("absent.git")).refs(ahead="HEAD")


class TestFetchBlobs:
    def test_all_missing_files_come_in_one_request(self, workspace: Workspace, server: GitServer) -> None:
        remote = workspace.remote(server.url("r.git"))
        head = remote.fetch("refs/heads/main")
        before = server.fetches()
        oids = [file.oid for file in workspace.tree(head)]
        remote.fetch_blobs(oids)
        assert server.fetches() - before == 1
        assert set(workspace.read_blobs(oids).values()) == {text.encode() for text in FILES.values()}

    def test_files_that_are_there_are_not_asked_for_again(
        self, workspace: Workspace, server: GitServer
    ) -> None:
        remote = workspace.remote(server.url("r.git"))
        oids = [file.oid for file in workspace.tree(remote.fetch("refs/heads/main"))]
        remote.fetch_blobs(oids)
        before = len(server.requests)
        remote.fetch_blobs(oids)
        remote.fetch_blobs([])
        assert len(server.requests) == before

    def test_looking_for_a_missing_file_connects_to_nobody(
        self, workspace: Workspace, server: GitServer
    ) -> None:
        remote = workspace.remote(server.url("r.git"))
        head = remote.fetch("refs/heads/main")
        before = len(server.requests)
        workspace.tree(head)
        with pytest.raises(NotFound):
            workspace.read_blobs([blob_oid(b"one\n")])
        workspace.write_commit(parent=head, changes=[PutFile("n", "100644", b"n")], message="n\n", at=NOW)
        assert len(server.requests) == before

    def test_a_path_serves_files_too(self, workspace: Workspace, repository: Repository) -> None:
        remote = workspace.remote(repository.url)
        remote.fetch("refs/heads/main")
        remote.fetch_blobs([blob_oid(b"one\n"), blob_oid(b"two\n")])
        assert len(workspace.read_blobs([blob_oid(b"one\n"), blob_oid(b"two\n")])) == 2

    def test_a_server_without_filters_works(self, workspace: Workspace, repository: Repository) -> None:
        with serve_git(repository.path.parent, filtering=False) as plain:
            remote = workspace.remote(plain.url("r.git"))
            head = remote.fetch("refs/heads/main")
            before = plain.fetches()
            oids = [file.oid for file in workspace.tree(head)]
            remote.fetch_blobs(oids)
            assert len(workspace.read_blobs(oids)) == 3
            assert plain.fetches() == before

    def test_a_file_nobody_has_is_not_found(self, workspace: Workspace, url: str) -> None:
        remote = workspace.remote(url)
        remote.fetch("refs/heads/main")
        with pytest.raises(NotFound):
            remote.fetch_blobs(["2" * 40])


class TestPush:
    def test_a_commit_on_a_fetched_head_is_pushed(
        self, workspace: Workspace, url: str, repository: Repository
    ) -> None:
        remote = workspace.remote(url)
        head = remote.fetch("refs/heads/main")
        changes = [PutFile("a/new.txt", "100644", b"new\n"), DeletePath("b/c")]
        sha = workspace.write_commit(parent=head, changes=changes, message="Deploy\n", at=NOW)
        remote.push(sha, "main", expected=head)
        assert repository.git("rev-parse", "main") == sha
        assert repository.git("ls-tree", "-r", "--name-only", "main").split() == [
            "a/new.txt",
            "a/one.txt",
            "b/two.txt",
        ]
        repository.git("fsck", "--strict")

    def test_pushing_the_same_commit_again_is_harmless(self, workspace: Workspace, url: str) -> None:
        remote = workspace.remote(url)
        head = remote.fetch("refs/heads/main")
        sha = workspace.write_commit(parent=head, changes=[], message="Empty\n", at=NOW)
        remote.push(sha, "main", expected=head)
        remote.push(sha, "main", expected=head)

    def test_a_branch_that_moved_meanwhile_is_never_overwritten(
        self, workspace: Workspace, url: str, repository: Repository
    ) -> None:
        remote = workspace.remote(url)
        head = remote.fetch("refs/heads/main")
        sha = workspace.write_commit(
            parent=head, changes=[PutFile("x", "100644", b"x")], message="m\n", at=NOW
        )
        colleague = repository.commit({"colleague.txt": "mine\n"})
        with pytest.raises(PushRejected, match="stale info"):
            remote.push(sha, "main", expected=head)
        assert repository.git("rev-parse", "main") == colleague

    def test_a_commit_that_does_not_build_on_the_branch_is_not_pushed(
        self, workspace: Workspace, url: str, repository: Repository
    ) -> None:
        remote = workspace.remote(url)
        head = remote.fetch("refs/heads/main")
        sha = workspace.write_commit(
            parent=None, changes=[PutFile("x", "100644", b"x")], message="m\n", at=NOW
        )
        with pytest.raises(PushRejected, match="nothing is overwritten"):
            remote.push(sha, "main", expected=head)
        assert repository.git("rev-parse", "main") == head

    def test_a_first_push_needs_an_absent_branch(
        self, workspace: Workspace, server: GitServer, repository: Repository
    ) -> None:
        empty = build_repository(repository.path.parent / "empty.git")
        remote = workspace.remote(server.url("empty.git"))
        first = workspace.write_commit(
            parent=None, changes=[PutFile("x", "100644", b"x")], message="m\n", at=NOW
        )
        other = workspace.write_commit(
            parent=None, changes=[PutFile("y", "100644", b"y")], message="m\n", at=NOW
        )
        remote.push(first, "main", expected=None)
        assert empty.git("rev-parse", "main") == first
        with pytest.raises(PushRejected):
            remote.push(other, "main", expected=None)
        assert empty.git("rev-parse", "main") == first

    @pytest.mark.parametrize("over", ["path", "http"])
    def test_a_rule_of_the_target_rejects_in_its_own_words(
        self, workspace: Workspace, server: GitServer, repository: Repository, over: str
    ) -> None:
        hook = repository.path / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho 'GitLab: main is \\033[31mprotected' >&2\nexit 1\n")
        hook.chmod(0o755)
        remote = workspace.remote(repository.url if over == "path" else server.url("r.git"))
        head = remote.fetch("refs/heads/main")
        sha = workspace.write_commit(parent=head, changes=[], message="m\n", at=NOW)
        with pytest.raises(PushRejected, match="hook declined") as caught:
            remote.push(sha, "main", expected=head)
        assert "GitLab: main is" in caught.value.message
        assert "\x1b" not in caught.value.message

    def test_a_repository_with_files_checked_out_is_no_target(
        self, workspace: Workspace, repository: Repository, tmp_path: Path
    ) -> None:
        git(tmp_path, "clone", "-q", repository.url, "clone")
        for path in ("clone", "clone/.git"):
            remote = workspace.remote(str(tmp_path / path))
            head = remote.fetch("refs/heads/main")
            sha = workspace.write_commit(parent=head, changes=[], message="m\n", at=NOW)
            with pytest.raises(InvalidInput, match="git init --bare"):
                remote.push(sha, "main", expected=head)

    def test_a_configuration_in_other_words_is_read_by_git(
        self, workspace: Workspace, repository: Repository, tmp_path: Path
    ) -> None:
        remote = workspace.remote(repository.url)
        head = remote.fetch("refs/heads/main")
        sha = workspace.write_commit(parent=head, changes=[], message="m\n", at=NOW)
        (repository.path / "more").write_text("[core]\n\tbare = false\n\tworktree = /nowhere\n")
        git(repository.path, "config", "include.path", "more")
        with pytest.raises(InvalidInput, match="files checked out"):
            remote.push(sha, "main", expected=head)
        (repository.path / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = 1 # yes\n")
        remote.push(sha, "main", expected=head)

    def test_a_target_that_does_not_exist_is_not_found(self, workspace: Workspace, tmp_path: Path) -> None:
        sha = workspace.write_commit(parent=None, changes=[], message="m\n", at=NOW)
        with pytest.raises(NotFound, match="git init --bare"):
            workspace.remote(str(tmp_path / "none")).push(sha, "main", expected=None)

    def test_a_large_tree_is_updated_without_its_files(self, workspace: Workspace, tmp_path: Path) -> None:
        files = {f"d{n % 100}/f{n}.txt": f"{n}\n" for n in range(5000)}
        big = build_repository(tmp_path / "big" / "big.git", [files, {**files, "d0/extra": "x"}])
        with serve_git(big.path.parent) as server:
            remote = workspace.remote(server.url("big.git"))
            head = remote.fetch("refs/heads/main")
            remote.fetch("refs/heads/main", depth=None, filter="tree:0")
            before = server.fetches()
            changes = [
                PutFile("d1/f1.txt", "100644", b"changed\n"),
                DeletePath("d2"),
                PutFile("d3/new", "100755", b"n"),
            ]
            sha = workspace.write_commit(parent=head, changes=changes, message="m\n", at=NOW)
            remote.push(sha, "main", expected=head)
            assert server.fetches() == before
        big.git("fsck", "--connectivity-only")
        assert len(big.git("ls-tree", "-r", "--name-only", "main").splitlines()) == 5000 - 50 + 2

    def test_gitlab_hosts_are_asked_to_start_no_pipeline(
        self, repository: Repository, server: GitServer, temp_root: Path
    ) -> None:
        hook = repository.path / "hooks" / "post-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nprintenv GIT_PUSH_OPTION_0 >> options\n")
        hook.chmod(0o755)
        gitlab = GitAdapter(
            ["http", "file"], "C <c@example.org>", temp_root, ci_skip_hosts=frozenset({"127.0.0.1"})
        )
        with gitlab.workspace() as workspace:
            for url in (server.url("r.git"), repository.url):
                remote = workspace.remote(url)
                head = remote.fetch("refs/heads/main")
                sha = workspace.write_commit(parent=head, changes=[], message="m\n", at=NOW)
                remote.push(sha, "main", expected=head)
        assert (repository.path / "options").read_text() == "ci.skip\n"


class TestTwoRemotes:
    def test_files_of_one_go_into_a_commit_of_the_other(
        self, workspace: Workspace, server: GitServer, repository: Repository
    ) -> None:
        target = build_repository(
            repository.path.parent / "target.git", [{"t": "1\n"}, {"t": "2\n"}, {"t": "3\n"}]
        )
        source = workspace.remote(server.url("r.git"))
        there = workspace.remote(server.url("target.git"))
        head = source.fetch("refs/heads/main")
        base = there.fetch("refs/heads/main", depth=None, filter="tree:0")
        assert [commit.sha for commit in workspace.commits(base)] == target.commits[::-1]
        assert [commit.sha for commit in workspace.commits(head)] == [head], (
            "the other remote's history stays cut"
        )
        assert there.fetch(base) == base
        source.fetch_blobs([blob_oid(b"one\n")])
        changes = [PutFile("one.txt", "100644", blob_oid(b"one\n"))]
        sha = workspace.write_commit(parent=base, changes=changes, message="m\n", at=NOW)
        there.push(sha, "main", expected=base)
        assert target.git("show", "main:one.txt") == "one"
        assert target.git("show", "main:t") == "3"
        target.git("fsck", "--strict")

    def test_a_commit_of_one_can_be_pushed_to_an_empty_other(
        self, workspace: Workspace, server: GitServer, repository: Repository
    ) -> None:
        empty = build_repository(repository.path.parent / "empty.git")
        source = workspace.remote(server.url("r.git"))
        oids = [file.oid for file in workspace.tree(source.fetch("refs/heads/main"))]
        source.fetch_blobs(oids)
        sha = workspace.write_commit(
            parent=None, changes=[PutFile("f", "100644", oid) for oid in oids[:1]], message="m\n", at=NOW
        )
        workspace.remote(server.url("empty.git")).push(sha, "main", expected=None)
        empty.git("fsck", "--strict")


class TestAddresses:
    def test_an_address_without_dot_git_is_followed_to_the_one_with_it(
        self, workspace: Workspace, repository: Repository
    ) -> None:
        with serve_git(repository.path.parent, moved={"r": "/r.git"}) as gitlab:
            remote = workspace.remote(gitlab.url("r"))
            assert remote.fetch("refs/heads/main") == repository.head
            assert remote.url == gitlab.url("r")

    def test_other_redirects_are_not_followed(
        self, workspace: Workspace, repository: Repository, server: GitServer
    ) -> None:
        with (
            serve_git(repository.path.parent, moved={"x.git": server.url("r.git")}) as hostile,
            pytest.raises(InvalidInput, match="redirects"),
        ):
            workspace.remote(hostile.url("x.git")).fetch("refs/heads/main")
        assert server.requests == []

    def test_the_same_address_is_the_same_remote(self, workspace: Workspace, repository: Repository) -> None:
        assert workspace.remote(repository.url) is workspace.remote(f"file://{repository.path}")


class TestCredentials:
    @pytest.fixture
    def private(self, repository: Repository) -> Iterator[GitServer]:
        with serve_git(repository.path.parent, username="deploy bot", secret="s3cr3t'\"$ tok/en") as running:
            yield running

    def test_the_host_gets_its_credential(
        self, workspace: Workspace, private: GitServer, repository: Repository
    ) -> None:
        remote = workspace.remote(
            private.url("r.git"), Credential("127.0.0.1", "deploy bot", "s3cr3t'\"$ tok/en")
        )
        head = remote.fetch("refs/heads/main")
        sha = workspace.write_commit(parent=head, changes=[], message="m\n", at=NOW)
        remote.push(sha, "main", expected=head)
        assert repository.git("rev-parse", "main") == sha

    def test_a_host_written_with_its_port_gets_its_credential_too(
        self, workspace: Workspace, private: GitServer
    ) -> None:
        remote = workspace.remote(
            private.url("r.git"), Credential(private.host, "deploy bot", "s3cr3t'\"$ tok/en")
        )
        assert remote.refs().head_branch == "main"

    def test_a_credential_in_the_address_is_used_and_not_shown(
        self, workspace: Workspace, private: GitServer
    ) -> None:
        remote = workspace.remote(private.url("r.git", "deploy%20bot:s3cr3t%27%22%24%20tok%2Fen@"))
        assert remote.url == private.url("r.git")
        assert remote.refs().head_branch == "main"

    @pytest.mark.parametrize(
        "host", ["gitlab.example.org", "27.0.0.1", "127.0.0.1:1", "127.0.0.", "*", "127?0.0.1"]
    )
    def test_another_host_gets_nothing(self, workspace: Workspace, private: GitServer, host: str) -> None:
        remote = workspace.remote(private.url("r.git"), Credential(host, "deploy bot", "s3cr3t'\"$ tok/en"))
        with pytest.raises(NeighbourFailed):
            remote.refs()
        assert {request.authorization for request in private.requests} == {""}

    def test_without_a_credential_the_message_says_so(self, workspace: Workspace, private: GitServer) -> None:
        with pytest.raises(NeighbourFailed, match="was given none"):
            workspace.remote(private.url("r.git")).refs()

    def test_a_wrong_credential_is_refused_and_not_shown(
        self, workspace: Workspace, private: GitServer
    ) -> None:
        remote = workspace.remote(private.url("r.git"), Credential("127.0.0.1", "deploy bot", "wr0ng-t0ken"))
        with pytest.raises(NeighbourFailed, match="refused the credential") as caught:
            remote.fetch("refs/heads/main")
        assert "wr0ng" not in caught.value.message
