"""P8 with a hostile server: whatever it answers, nobody else is connected to, and its words cannot act on a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.builders.canned import serve_answer
from tests.builders.hostile import Hostile, spring
from tests.builders.hostile_run import Run, digest, environment, judged, library_of
from tests.builders.postgres import PostgresServer
from tests.builders.traced import traced_script

pytestmark = pytest.mark.needs_strace
SMART = "application/x-git-upload-pack-advertisement"
SHA = "1" * 40


def packet(text: str) -> bytes:
    raw = text.encode()
    return b"%04x" % (len(raw) + 4) + raw


SERVICE = packet("# service=git-upload-pack\n") + b"0000"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says to every request; `{elsewhere}` in a header is an address that nobody may connect to."""

    name: str
    says: str
    exit: int = 3
    status: int = 200
    kind: str = SMART
    body: bytes = b""
    header: tuple[str, str] = ("X-Nothing", "x")


ANSWERS = [
    Answer("redirects elsewhere", "redirects", 1, 302, header=("Location", "{elsewhere}/x.git/info/refs")),
    Answer("redirects for good", "redirects", 1, 301, header=("Location", "{elsewhere}/x.git")),
    Answer("redirects to a file", "redirects", 1, 302, header=("Location", "file:///etc/passwd")),
    Answer("redirects by a page", "no such tag", 1, kind="text/html",
           body=b"<meta http-equiv=refresh content='0; url=http://127.0.0.1:9/'>"),
    Answer("wants a password", "credential", 3, 401, header=("WWW-Authenticate", 'Basic realm="\x1b[2J"')),
    Answer("refuses with escapes", "remote error", body=SERVICE + packet("ERR \x1b[2J\x1b]0;x\x07 no\n")),
    Answer("sends half a packet", "", body=SERVICE + b"0100abc"),
    Answer("sends garbage", "", body=b"\xff\x00" * 1000),
    Answer("names refs that are none", "no such tag|Reading the refs", 1, body=SERVICE
           + packet(f"{SHA} refs/tags/../../x\0 symref=HEAD:refs/heads/\x1b[2J agent=x\n")
           + packet(f"{SHA} refs/tags/\x1b[2J\n") + b"0000"),
    Answer("offers packs of another server", "", body=SERVICE + packet("version 2\n") + packet("bundle-uri\n")
           + packet("fetch=packfile-uris sideband-all\n") + packet("ls-refs=unborn\n") + b"0000"),
    Answer("is as simple as a directory", "", kind="text/plain", body=f"{SHA}\trefs/tags/v1.0\n".encode()),
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_a_hostile_server_is_told_and_leads_nowhere(
    answer: Answer, postgres: PostgresServer, tmp_path: Path
) -> None:
    trap, home = tmp_path / "trap", tmp_path / "home"
    for place in (trap, home):
        place.mkdir()
    spring(trap)
    with (
        serve_answer(200, "text/plain", b"elsewhere") as elsewhere,
        serve_answer(
            answer.status,
            answer.kind,
            answer.body,
            {answer.header[0]: answer.header[1].replace("{elsewhere}", elsewhere)},
        ) as server,
        postgres.fresh() as url,
    ):
        before = digest(trap)
        traced = traced_script(
            "sync_examples.py",
            [f"--source={server}/x.git", "--ref=v1.0"],
            environment(home, url, "https,http,file"),
            tmp_path,
        )
        case = Hostile(answer.name, "R2", lambda *_: None)
        run = Run(
            traced, trap / "nothing", trap, home, url, (), (), digest(trap / "nothing", trap), case,
            port=urlsplit(server).port,
        )  # fmt: skip
        outcome = (
            judged(run),
            traced.code,
            library_of(run),
            bool(re.search(answer.says, run.text)),
            digest(trap),
        )
        assert outcome == ([], answer.exit, frozenset(), True, before), run.story
