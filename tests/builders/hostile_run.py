"""Runs a job of ours on a hostile repository, and judges what it did to the machine."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
from tests.builders.hostile import SECRET, Hostile, spring
from tests.builders.postgres import PostgresServer
from tests.builders.traced import ROOT, Act, Traced, traced_script

_VERBS = frozenset({
    "init", "ls-remote", "fetch", "index-pack", "unpack-objects", "rev-list", "rev-parse", "ls-tree", "cat-file",
    "upload-pack", "pack-objects", "fast-import", "push", "send-pack", "receive-pack", "merge-base", "merge-tree",
    "remote-http", "remote-https", "version",
    "for-each-ref", "gc", "prune-packed", "repack", "pack-refs", "reflog", "prune", "rerere", "worktree",  # a push to a directory
})  # fmt: skip
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/sbin", "/proc", "/sys", "/dev/null", "/dev/urandom", "/dev/tty", "/opt",
    "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/etc/timezone", "/etc/passwd", "/etc/group",
    "/etc/nsswitch.conf", "/etc/hosts", "/etc/host.conf", "/etc/resolv.conf", "/etc/gai.conf", "/etc/ssl",
    "/etc/mime.types", "/etc/python3.11", "/etc/python3", "/etc/protocols", "/etc/services", "/etc/os-release",
    "/etc/lsb-release", "/etc/debian_version", "/etc/locale.alias",
    "/etc/gitconfig",  # by `git version`, which GitPython asks when it is loaded
)  # fmt: skip
_LOCAL_SERVER = re.compile(r"git-(?:upload|receive)-pack '.*'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """A job that has ended.

    Attributes:
        traced: what it said and did.
        path: the hostile repository.
        trap: see `hostile.spring`.
        home: COURSELINE_HOME, which holds the object store too.
        database_url: of its database.
        reads: further places it may read.
        writes: further places it may change.
        before: digest of what must not change.
        case: what was run on.
        port: of the only server that it may connect to.
    """

    traced: Traced
    path: Path
    trap: Path
    home: Path
    database_url: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    before: str
    case: Hostile
    port: int | None = None

    @property
    def text(self) -> str:
        return self.traced.output.decode("utf-8", "replace")

    @property
    def story(self) -> str:
        """For the reader of a test that came out otherwise."""
        told = f"{self.case.name}: exit {self.traced.code}\n{self.text[:3000]}\n{self.traced.message.decode(errors='replace')[:2000]}"
        return told.encode("ascii", "backslashreplace").decode()


def environment(home: Path, database_url: str, protocols: str = "https,file") -> dict[str, str]:
    """Of a job that has everything below one directory; `http` among the protocols lets it talk to a server of a test."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "USER": "ada",
        "COURSELINE_HOME": str(home),
        "COURSELINE_DATABASE_URL": database_url,
        "COURSELINE_GIT_PROTOCOLS": protocols,
        "SOURCE_DATE_EPOCH": "1772352000",
    }


@contextmanager
def run_sync(case: Hostile, postgres: PostgresServer, base: Path) -> Iterator[Run]:
    """`courseline-sync` on one hostile repository, in a database and home of its own."""
    path, trap, home = base / "source.git", base / "trap", base / "home"
    for place in (trap, home):
        place.mkdir()
    spring(trap)
    case.make(path, trap)
    before = digest(path, trap)
    source = case.source.replace("{path}", str(path)).replace("{trap}", str(trap))
    with postgres.fresh() as url:
        traced = traced_script(
            "sync_examples.py", [f"--source={source}", f"--ref={case.ref}"], environment(home, url), base
        )
        follows = tuple(str(trap / name) for name in case.follows)
        yield Run(traced, path, trap, home, url, (str(path), *follows), (), before, case)


def judged(run: Run) -> list[str]:
    """What was started, read, changed, connected to, told or left behind that must not be."""
    acts, document = run.traced, run.traced.document
    found = [f"started {act.what} {act.arguments}" for act in acts.of("start") if not _may_start(act)]
    found += [f"changed {act.what}" for act in acts.of("change") if not _below(act.what, _writes(run))]
    found += [f"read {act.what}" for act in acts.of("read") if not _below(act.what, _reads(run))]
    found += [f"connected to {act.what}" for act in acts.of("connect") if not _may_connect(act, run)]
    found += ["nothing was traced"] if not acts.of("start") else []
    found += ["repository or trap changed"] if digest(run.path, run.trap) != run.before else []
    found += [f"exit {acts.code}"] if acts.code not in {0, 1, 3, 4} else []
    for text in (acts.output, acts.message):
        found += [
            f"said {word!r}"
            for word in (SECRET.encode(), b"Traceback", b"fault in courseline")
            if word in text
        ]
    messages = list(_messages(document))
    found += [
        f"control characters in {message!a}" for message in messages if any(map(_moves_the_cursor, message))
    ]
    found += ["no message"] if acts.code and not messages else []
    tmp = run.home / "tmp"
    found += [f"left {path}" for path in (tmp.iterdir() if tmp.exists() else [])]
    for path in run.home.rglob("*"):
        if path.is_symlink():
            found.append(f"made the link {path}")
        elif path.is_file() and not run.case.follows and SECRET.encode() in path.read_bytes():
            found.append(f"stored the secret in {path}")
    return found


def library_of(run: Run) -> frozenset[str]:
    """Identifiers of what is published; that database and store agree and that each byte is as it was is checked too."""
    with psycopg.connect(run.database_url) as connection:
        rows = connection.execute(
            "SELECT example.identifier, version.meta::text FROM example_version AS version JOIN example ON example.id = example_id"
        ).fetchall()
    recorded = {identifier for identifier, _ in rows}
    stored = {}
    for manifest in (run.home / "objects").rglob("metadata.json"):
        stored[json.loads(manifest.read_text())["example"]["identifier"]] = manifest.parent
    assert set(stored) == recorded, run.story
    for name, body in run.case.files.items():
        raw = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
        assert not isinstance(raw, tuple)
        place = stored["bad"] / ("meta.yaml" if name == "meta.yaml" else f"files/{name}")
        assert place.read_bytes() == raw, name
    return frozenset(recorded)


def digest(*places: Path) -> str:
    """Of names, kinds, modes and contents below some directories."""
    told = hashlib.sha256()
    for place in places:
        for path in sorted([place, *place.rglob("*")] if place.exists() else []):
            kind = "link" if path.is_symlink() else "directory" if path.is_dir() else "file"
            told.update(f"{path}\0{kind}\0{path.lstat().st_mode}\0".encode("utf-8", "surrogateescape"))
            if kind == "link":
                told.update(os.fsencode(path.readlink()))
            elif kind == "file":
                told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()


def _may_start(act: Act) -> bool:
    """Python once, git and its parts with a verb that we use, `env`, and the shell that git starts its own server by."""
    name = Path(act.what).name
    if act.what == sys.executable or name in {"timeout", "env"}:
        return True
    if name == "git" or act.what.startswith("/usr/lib/git-core/"):
        return _verb(act.arguments) in _VERBS
    if act.what == "/bin/sh":
        return act.arguments[1:2] == ("-c",) and all(
            _LOCAL_SERVER.fullmatch(text) for text in act.arguments[2:]
        )
    return False


def _verb(arguments: tuple[str, ...]) -> str:
    program, *rest = arguments
    if Path(program).name != "git":
        return Path(program).name.removeprefix("git-")
    options = iter(rest)
    for option in options:
        if option in {"-c", "--shallow-file"}:
            next(options, None)
        elif option == "--version":
            return "version"
        elif not option.startswith("-"):
            return option
    return ""


def _writes(run: Run) -> tuple[str, ...]:
    return (str(run.home), "/dev/null", "/dev/tty", *run.writes)


def _reads(run: Run) -> tuple[str, ...]:
    interpreter = (sys.prefix, sys.base_prefix, str(ROOT / "src"), str(ROOT / "scripts"))
    return (*_SYSTEM, *interpreter, *_writes(run), *run.reads, str(run.home.parent / "work"))


def _below(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _may_connect(act: Act, run: Run) -> bool:
    asked = parse_qs(urlsplit(run.database_url).query).get("host", ["/nowhere"])
    server = f'sin_port=htons({run.port}), sin_addr=inet_addr("127.0.0.1")'
    return (
        act.what.startswith(f"{asked[0]}/.s.PGSQL.")
        or act.what == "/var/run/nscd/socket"
        or server in act.what
    )


def _messages(document: dict[str, object]) -> Iterator[str]:
    """Every sentence and every place that is shown to a person."""
    lists = [document.get("problems"), *([document["error"]] if "error" in document else [])]
    lists += [document.get(key) or [] for key in ("examples", "results", "refusals")]
    pending = list(lists)
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            pending += [value for key, value in one.items() if key in {"problems", "message", "reason"}]
            if "severity" in one and one.get("path"):
                yield str(one["path"])
        elif isinstance(one, list):
            pending += one
        elif isinstance(one, str):
            yield one


def _moves_the_cursor(char: str) -> bool:
    return (
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
        or char in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
    )
