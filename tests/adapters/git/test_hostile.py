"""Repositories and servers that mean harm: nothing is executed, written elsewhere, connected to or told."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.builders.git_http import serve_git
from tests.builders.repositories import Repository, build_repository, git

from courseline.adapters.git import GitAdapter
from courseline.domain.tree import blob_oid
from courseline.errors import CourselineError, InvalidInput
from courseline.usecases.ports import Credential, Workspace

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "glpat-c4nary-9f3b"


def commit_of_tree(repository: Repository, entries: bytes) -> None:
    """Point main at a commit of a tree that git would not make itself."""
    tree = git(repository.path, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=entries)
    sha = git(repository.path, "commit-tree", "-m", "hostile", tree)
    repository.git("update-ref", "refs/heads/main", sha)


def entry(name: bytes, oid: str, mode: bytes = b"100644") -> bytes:
    return mode + b" " + name + b"\0" + bytes.fromhex(oid)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"..", "hasDotdot"),
        (b".", "hasDot"),
        (b".git", "hasDotgit"),
        (b".GIT", "hasDotgit"),
        (b"GIT~1", "hasDotgit"),
        (b"a/b", "fullPathname"),
    ],
)
@pytest.mark.parametrize("over", ["path", "http"])
@pytest.mark.parametrize("filter_", ["blob:none", None])
def test_names_that_leave_the_tree_are_refused_on_arrival(
    workspace: Workspace, tmp_path: Path, name: bytes, reason: str, over: str, filter_: str | None
) -> None:
    repository = build_repository(tmp_path / "s" / "r.git", [{"a": "1"}])
    commit_of_tree(repository, entry(name, blob_oid(b"1")))
    with serve_git(tmp_path / "s") as server:
        remote = workspace.remote(repository.url if over == "path" else server.url("r.git"))
        with pytest.raises(InvalidInput, match=reason) as caught:
            remote.fetch("refs/heads/main", filter=filter_)
    assert "refused what it received" in caught.value.message


def test_names_with_line_breaks_and_escapes_are_listed_as_they_are(
    workspace: Workspace, tmp_path: Path
) -> None:
    names = sorted(["a\nb", 'q"q', "\x1b[2J", "-rf", "`id`", "$(id)", "CON", "a:b", "b\\c"])
    repository = build_repository(tmp_path / "r.git", [dict.fromkeys(names, "x")])
    assert workspace.tree(workspace.remote(repository.url).fetch("refs/heads/main")).paths == names


@pytest.mark.parametrize("tag", ["-x", "--upload-pack=touch", "v1;id", "$(touch${IFS}x)", "v1|x`id`"])
def test_tags_that_look_like_options_or_commands_are_only_names(
    workspace: Workspace, tmp_path: Path, tag: str
) -> None:
    repository = build_repository(tmp_path / "r.git", [{"a": "1"}])
    repository.git("update-ref", f"refs/tags/{tag}", repository.head)
    remote = workspace.remote(repository.url)
    assert remote.refs().refs[f"refs/tags/{tag}"] == repository.head
    assert remote.fetch(f"refs/tags/{tag}") == repository.head
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.git", "workspaces"]


def test_a_message_shows_no_control_characters_of_a_ref(workspace: Workspace, tmp_path: Path) -> None:
    repository = build_repository(tmp_path / "r.git", [{"a": "1"}])
    with pytest.raises(InvalidInput) as caught:
        workspace.remote(repository.url).fetch("refs/tags/\x1b[31mred\n")
    assert "\x1b" not in caught.value.message


def test_configuration_hooks_and_settings_of_a_repository_do_nothing(
    workspace: Workspace, tmp_path: Path, temp_root: Path, listener: list[str], listening: int
) -> None:
    address = f"http://127.0.0.1:{listening}/"
    trap = tmp_path / "trap"
    files = {
        ".gitattributes": "* filter=evil filter=lfs diff=lfs merge=lfs export-subst text eol=crlf\n",
        ".lfsconfig": f"[lfs]\n\turl = {address}lfs\n",
        ".gitmodules": f'[submodule "m"]\n\tpath = m\n\turl = {address}m.git\n',
        "m": ("160000", "3" * 40),
        "big.bin": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 10\n",
        "$Format:%H$": "$Id$\r\n",
        "link": ("120000", "../../../../etc/passwd"),
    }
    repository = build_repository(tmp_path / "r.git", [files])
    for key in (
        "core.fsmonitor",
        "filter.evil.smudge",
        "uploadpack.packObjectsHook",
        "core.sshCommand",
        "core.pager",
    ):
        repository.git("config", key, f"touch {trap}")
    for name in ("post-checkout", "pre-push", "post-upload", "reference-transaction", "post-index-change"):
        hook = repository.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
        hook.chmod(0o755)
    remote = workspace.remote(repository.url)
    head = remote.fetch("refs/heads/main", depth=None, filter="blob:none")
    tree = workspace.tree(head)
    remote.fetch_blobs(file.oid for file in tree if file.mode != "160000")
    contents = workspace.read_blobs(file.oid for file in tree if file.mode != "160000")
    shown = {file.path: contents[file.oid] for file in tree if file.mode != "160000"}
    assert shown["$Format:%H$"] == b"$Id$\r\n"
    assert shown["link"] == b"../../../../etc/passwd"
    assert shown["big.bin"].startswith(b"version https://git-lfs")
    assert not trap.exists()
    assert listener == []
    assert not [path for path in temp_root.rglob("*") if path.is_symlink() or path.name == "passwd"]


def test_the_machines_own_git_settings_are_not_read(
    adapter: GitAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with adapter.workspace():
        """GitPython is loaded and has asked git for its version."""
    repository = build_repository(tmp_path / "r.git", [{"a": "1"}])
    trap = tmp_path / "trap"
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    for name in ("pre-push", "reference-transaction"):
        (template / name).write_text(f"#!/bin/sh\ntouch {trap}\nexit 1\n")
        (template / name).chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(
        f"[core]\n\thooksPath = {template}\n\tfsmonitor = touch {trap}\n[transfer]\n\thideRefs = refs\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.hooksPath")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(template))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template.parent))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "ext")
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    with adapter.workspace() as workspace:
        remote = workspace.remote(repository.url)
        head = remote.fetch("refs/heads/main")
        sha = workspace.write_commit(parent=head, changes=[], message="m\n", at=NOW)
        remote.push(sha, "main", expected=head)
    assert repository.git("rev-parse", "main") == sha
    assert not trap.exists()
    assert not (tmp_path / "trace").exists()


def test_a_repository_larger_than_allowed_is_refused(tmp_path: Path, temp_root: Path) -> None:
    repository = build_repository(tmp_path / "r.git", [{"noise": os.urandom(3_000_000)}])
    with GitAdapter(["file"], "C <c@example.org>", temp_root, file_bytes=1_000_000).workspace() as workspace:
        remote = workspace.remote(repository.url)
        remote.fetch("refs/heads/main")
        with pytest.raises(InvalidInput, match="larger than is accepted"):
            remote.fetch("refs/heads/main", filter=None)


def test_a_tree_of_more_files_than_are_read_is_not_listed(adapter: GitAdapter, tmp_path: Path) -> None:
    """Nine trees of ten entries each, one inside the other: a thousand million paths in a few KiB."""
    repository = build_repository(tmp_path / "r.git", [{"a": "1"}])
    oid = blob_oid(b"1")
    for level in range(9):
        mode = b"40000" if level else b"100644"
        raw = b"".join(entry(b"%d" % name, oid, mode) for name in range(10))
        oid = git(repository.path, "hash-object", "-t", "tree", "-w", "--stdin", feed=raw)
    sha = git(repository.path, "commit-tree", "-m", "hostile", oid)
    repository.git("update-ref", "refs/heads/main", sha)
    with adapter.workspace() as workspace:
        head = workspace.remote(repository.url).fetch("refs/heads/main")
        with pytest.raises(InvalidInput, match="more than 250,000") as caught:
            workspace.tree(head)
    assert "Split it" in caught.value.message


@pytest.mark.parametrize("encoding", ["idna", "zlib_codec", "undefined", "punycode", "utf-7", "x" * 300])
def test_a_commit_in_an_encoding_that_cannot_be_read_is_shown_all_the_same(
    workspace: Workspace, tmp_path: Path, encoding: str
) -> None:
    repository = build_repository(tmp_path / "r.git", [{"a": "1"}])
    who = "Ada <a@b> 1767225600 +0000"
    tree = repository.git("rev-parse", "main^{tree}")
    raw = f"tree {tree}\nauthor {who}\ncommitter {who}\nencoding {encoding}\n\n".encode() + b"x \xff\n"
    sha = git(repository.path, "hash-object", "-t", "commit", "-w", "--stdin", feed=raw)
    repository.git("update-ref", "refs/heads/main", sha)
    head = workspace.remote(repository.url).fetch("refs/heads/main")
    (commit,) = workspace.commits(head)
    assert commit.message.startswith("x")


class TestSecrets:
    @pytest.fixture
    def seen(self) -> Iterator[dict[str, bool]]:
        """Whether the secret was in any process's arguments or environment while the test ran, and any were looked at."""
        found = {"looked": False, "argument": False, "environment": False}
        stop = threading.Event()
        me = str(os.getpid())

        def watch() -> None:
            while not stop.is_set():
                for process in Path("/proc").iterdir():
                    if not process.name.isdigit() or process.name == me:
                        continue
                    try:
                        arguments = (process / "cmdline").read_bytes()
                        environment = (process / "environ").read_bytes()
                    except OSError:
                        continue
                    found["looked"] |= b"fetch" in arguments and b"git" in arguments
                    found["argument"] |= SECRET.encode() in arguments
                    found["environment"] |= SECRET.encode() in environment

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        yield found
        stop.set()
        thread.join()

    def test_a_secret_is_in_no_argument_environment_file_or_message(
        self, adapter: GitAdapter, temp_root: Path, tmp_path: Path, seen: dict[str, bool]
    ) -> None:
        build_repository(tmp_path / "s" / "r.git", [{"a": "1"}])
        with (
            serve_git(tmp_path / "s", username="bot", secret=SECRET) as server,
            adapter.workspace() as workspace,
        ):
            for remote in (
                workspace.remote(server.url("r.git", f"bot:{SECRET}@")),
                workspace.remote(server.url("r.git"), Credential("127.0.0.1", "bot", SECRET)),
            ):
                seen["looked"] = False
                while not seen["looked"]:  # until a look has fallen into a fetch
                    remote.fetch("refs/heads/main")
                with pytest.raises(CourselineError) as caught:
                    remote.fetch("refs/heads/absent")
                assert SECRET not in str(caught.value) + repr(remote) + remote.url
            for path in temp_root.rglob("*"):
                assert not path.is_file() or SECRET.encode() not in path.read_bytes()
        assert any(request.authorization for request in server.requests)
        assert seen == {"looked": True, "argument": False, "environment": False}

    def test_what_a_server_says_back_is_redacted(self, workspace: Workspace, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "s" / "r.git", [{"a": "1"}])
        hook = repository.path / "hooks" / "pre-receive"
        hook.parent.mkdir()
        hook.write_text(
            f"#!/bin/sh\necho 'token {SECRET} of https://bot:{SECRET}@host/ may not push' >&2\nexit 1\n"
        )
        hook.chmod(0o755)
        with serve_git(tmp_path / "s", username="bot", secret=SECRET) as server:
            remote = workspace.remote(server.url("r.git"), Credential("127.0.0.1", "bot", SECRET))
            head = remote.fetch("refs/heads/main")
            sha = workspace.write_commit(parent=head, changes=[], message="m\n", at=NOW)
            with pytest.raises(CourselineError, match="may not push") as caught:
                remote.push(sha, "main", expected=head)
        assert SECRET not in caught.value.message


@pytest.fixture
def listener() -> list[str]:
    """What connected to the address that hostile files name."""
    return []


@pytest.fixture
def listening(listener: list[str]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                listener.append("connected")
                connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join()
