"""Asking a GitLab about a project, over real HTTP."""

from __future__ import annotations

import json
import socket

import pytest
from tests.builders.canned import serve_answer

from courseline.adapters.gitlab import GitLabClient, GitLabForge
from courseline.errors import NeighbourFailed, NotFound
from courseline.usecases.forge import ForgeProject

TOKEN = "sesame-of-a-bot"
PROJECT = json.dumps(
    {"id": 42, "visibility": "private", "path_with_namespace": "uni/student-template"}
).encode()


def forge(url: str, *, seconds: float = 5) -> GitLabForge:
    return GitLabForge(GitLabClient(url, TOKEN, seconds=seconds))


def ask(
    status: int, body: bytes = b'{"message": "sesame-of-a-bot"}', kind: str = "application/json"
) -> object:
    with serve_answer(status, kind, body) as url:
        return forge(url).find_project(f"{url}/uni/student-template.git")


def test_its_number_and_visibility() -> None:
    assert ask(200, PROJECT) == ForgeProject(42, "private")


@pytest.mark.parametrize("status", [403, 404])
def test_a_project_that_is_not_shown_to_us_is_not_found(status: int) -> None:
    with pytest.raises(NotFound, match=r"uni/student-template.*COURSELINE_GITLAB_TOKEN") as caught:
        ask(status)
    assert TOKEN not in caught.value.message


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"{}", "application/json"),
        (418, b"{}", "application/json"),
        (200, b"<html>Sign in</html>", "text/html"),
        (200, b"[]", "application/json"),
        (200, b"{}", "application/json"),
    ],
)
def test_any_other_answer_is_one_to_try_again(status: int, body: bytes, kind: str) -> None:
    with pytest.raises(NeighbourFailed, match=r"ry again later|is tried again"):
        ask(status, body, kind)


@pytest.mark.parametrize(
    "address",
    [
        "/srv/git/template.git",
        "file:///srv/git/template.git",
        "https://other.example.org/uni/student-template.git",
        "https://gitlab.example.org:8443/uni/student-template.git",
        "https://gitlab.example.org/",
        "https://gitlab.example.org/elsewhere",
        "https://[::1/x",
    ],
)
def test_what_is_elsewhere_is_not_asked_about(address: str) -> None:
    base = "https://gitlab.example.org/git" if address.endswith("elsewhere") else "https://gitlab.example.org"
    assert forge(base).find_project(address) is None


def test_the_token_is_in_no_representation() -> None:
    assert TOKEN not in repr(forge("https://gitlab.example.org"))


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(NeighbourFailed, match="no answer"):
            forge(url, seconds=0.2).find_project(f"{url}/uni/x.git")
