"""Runs a command under strace and tells everything it started, opened, changed and connected to."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SECONDS = 900  # only what has hung takes so long

_CHANGES = (
    "creat,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,rmdir,mknod,mknodat,"
    "chmod,fchmodat,chown,lchown,fchownat,truncate,setxattr,lsetxattr"
)
_CALLS = f"execve,execveat,open,openat,openat2,chdir,fchdir,connect,bind,sendto,sendmsg,sendmmsg,mount,chroot,ptrace,{_CHANGES}"
_LINE = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)(?:<(.*)>)?(?: .*)?$", re.DOTALL)
_TEXT = r'"((?:[^"\\]|\\.)*)"(?:\.\.\.)?'
_WHERE = re.compile(r"(AT_FDCWD|\d+)<((?:[^<>\\]|\\.)*)>, ")
_WRITING = re.compile(r"\bO_(?:WRONLY|RDWR|CREAT|TRUNC|TMPFILE|APPEND)\b")
_ADDRESS = re.compile(r"sa_family=(\w+)(.*)")


@dataclass(frozen=True, slots=True)
class Act:
    """One call to the system, whether or not it succeeded.

    Attributes:
        kind: `start`, `read`, `change` or `connect`.
        what: absolute path, or for `connect` the address.
        arguments: of a program that was started.
    """

    kind: str
    what: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Traced:
    """A command that has ended.

    Attributes:
        code: exit code; 124 when it took too long.
        output: standard output.
        message: standard error.
        acts: of the command and all it started.
    """

    code: int
    output: bytes
    message: bytes
    acts: tuple[Act, ...]

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object on standard output."""
        document: dict[str, Any] = json.loads(self.output)
        return document

    def of(self, kind: str) -> list[Act]:
        return [act for act in self.acts if act.kind == kind]


def traced_script(
    script: str, arguments: Sequence[str], environment: Mapping[str, str], directory: Path
) -> Traced:
    """Run one of `scripts/` with `--json`, in an empty directory below `directory` that is made for it."""
    logs, work = directory / "trace", directory / "work"
    for place in (logs, work):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    strace, timeout = shutil.which("strace"), shutil.which("timeout")
    assert strace, "Install strace: apt-get install strace."
    assert timeout
    done = subprocess.run(
        [strace, "-ff", "--seccomp-bpf", "-y", "-qq", "-s", "8192", "-e", f"trace={_CALLS}", "-o", str(logs / "t"),
         timeout, str(SECONDS), sys.executable, str(ROOT / "scripts" / script), "--json", *arguments],
        cwd=work, env={"PYTHONDONTWRITEBYTECODE": "1", **environment}, capture_output=True, check=False,
    )  # fmt: skip
    acts = tuple(act for log in sorted(logs.iterdir()) for act in _acts(log))
    shutil.rmtree(logs)
    assert not list(work.iterdir())
    return Traced(done.returncode, done.stdout, done.stderr, acts)


def _acts(log: Path) -> Iterator[Act]:
    """Those of one process."""
    text = log.read_bytes().decode("latin-1")
    first = re.search(r"AT_FDCWD<((?:[^<>\\]|\\.)*)>", text)
    here = _decoded(first[1]) if first else "/unknown"
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:  # signals, and the end of the process
            continue
        call, inner, result, opened = match.groups()
        if call in {"chdir", "fchdir"}:
            told = re.match(_TEXT, inner) or re.match(r"\d+<((?:[^<>\\]|\\.)*)>", inner)
            if result == "0" and told:
                here = _absolute(here, _decoded(told[1]))
        elif call in {"execve", "execveat"}:
            yield _start(inner, here)
        elif call in {"connect", "bind", "sendto", "sendmsg", "sendmmsg"}:
            address = _ADDRESS.search(inner)
            if address:
                path = re.search(rf"sun_path={_TEXT}", address[2])
                yield Act("connect", _decoded(path[1]) if path else address[0])
        elif call in {"mount", "chroot", "ptrace"}:
            yield Act("change", f"{call}({inner})")
        else:
            reading = call.startswith("open") and not _WRITING.search(_without_texts(inner))
            for path in {*_paths(call, inner, here), *([_decoded(opened)] if opened else [])}:
                yield Act("read" if reading else "change", path)


def _start(inner: str, here: str) -> Act:
    program, _, rest = inner.partition(", [")
    told = re.search(_TEXT, program)
    arguments = rest.partition("], 0x")[0]
    return Act(
        "start",
        _absolute(here, _decoded(told[1]) if told else "?"),
        tuple(_decoded(text) for text in re.findall(_TEXT, arguments)),
    )


def _paths(call: str, inner: str, here: str) -> Iterator[str]:
    """Absolute paths that a call names; the text of a symbolic link is none."""
    place = here
    names = 0
    position = 0
    while position < len(inner):
        where, text = _WHERE.match(inner, position), re.compile(_TEXT).match(inner, position)
        if where:
            place, position = _decoded(where[2]), where.end()
            continue
        if text:
            names += 1
            if not (call.startswith("symlink") and names == 1):
                yield _absolute(place, _decoded(text[1]))
            position = text.end()
            place = here
            continue
        position += 1


def _absolute(here: str, name: str) -> str:
    """By the letters: whether a part is a link is not asked."""
    return os.path.normpath(f"{here}/{name}") if not name.startswith("/") else os.path.normpath(name)


def _without_texts(inner: str) -> str:
    return re.sub(_TEXT, '""', inner)


def _decoded(text: str) -> str:
    """A name as strace writes it, with C escapes."""
    if "\\" not in text:
        return text.encode("latin-1").decode("utf-8", "surrogateescape")
    raw = re.sub(
        rb"\\([0-7]{1,3}|x[0-9a-f]{2}|.)",
        lambda found: _escape(found[1]),
        text.encode("latin-1"),
        flags=re.DOTALL,
    )
    return raw.decode("utf-8", "surrogateescape")


def _escape(found: bytes) -> bytes:
    if found[:1].isdigit():
        return bytes([int(found, 8)])
    if found[:1] == b"x":
        return bytes([int(found[1:], 16)])
    return {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f"}.get(found, found)
