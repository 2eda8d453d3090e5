from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseline.domain.library.repository_identity import (
    default_name,
    normalise_url,
    project_identity,
    repository_address,
)
from courseline.errors import InvalidInput

SPELLINGS = [
    "https://git.example.org/group/sub/Repo.git",
    "https://git.example.org/group/sub/Repo",
    "https://git.example.org/group/sub/Repo/",
    "https://git.example.org/group/sub/Repo.git/",
    "https://GIT.Example.ORG:443/group/sub/Repo.git",
    "http://git.example.org:80/group/sub/Repo.git",
    "https://oauth2:secret@git.example.org/group/sub/Repo.git",
    "ssh://git@git.example.org/group/sub/Repo.git",
    "ssh://git@git.example.org:22/group/sub/Repo.git",
    "git@git.example.org:group/sub/Repo.git",
    "git.example.org:group/sub/Repo",
    "git@git.example.org:/group/sub/Repo.git",
    "https://git.example.org./group//sub/Repo.git",
    " https://git.example.org/group/sub/Repo.git\n",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_all_spellings_of_one_address_are_one(url):
    assert normalise_url(url) == "git.example.org/group/sub/Repo"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://git.example.org:8443/a/b", "git.example.org:8443/a/b"),
        ("ssh://git@git.example.org:2222/a/b.git", "git.example.org:2222/a/b"),
        ("http://[::1]:8080/a.git", "[::1]:8080/a"),
        ("http://127.0.0.1:9000/a.git", "127.0.0.1:9000/a"),
        ("git@[2001:db8::1]:a/b.git", "[2001:db8::1]/a/b"),
        ("https://git.example.org/~me/%C3%BCbung.git", "git.example.org/~me/übung"),
        ("/srv/git/repo.git", "file:///srv/git/repo.git"),
        ("/srv/git//repo.git/", "file:///srv/git/repo.git"),
        ("file:///srv/git/repo.git", "file:///srv/git/repo.git"),
        ("file://localhost/srv/my%20repo", "file:///srv/my repo"),
        ("file:///srv/c#?", "file:///srv/c#?"),
        ("/srv/100%25", "file:///srv/100%25"),
    ],
)
def test_other_ports_and_directories_are_kept(url, expected):
    assert normalise_url(url) == expected


def test_the_case_of_a_path_counts():
    assert normalise_url("https://h.org/A") != normalise_url("https://h.org/a")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "repo",
        "./repo",
        "../a/b",
        "https://",
        "https:///a",
        "https://h.org",
        "https://h.org/",
        "https://h.org/.git",
        "https://h.org:port/a",
        "https://h.org/a?b=c",
        "https://h.org/a#b",
        "file://other/a",
        "https://[::1/a",
        "::a",
    ],
)
def test_what_names_no_repository_is_refused_with_an_example(url):
    with pytest.raises(InvalidInput) as caught:
        normalise_url(url)
    assert "https://gitlab.example.org/group/project.git" in caught.value.message


def test_a_refusal_shows_no_password():
    with pytest.raises(InvalidInput) as caught:
        normalise_url("https://user:hunter2@h.org/")
    assert "hunter2" not in caught.value.message


hosts = st.from_regex(r"[a-z]{1,8}\.(org|example)", fullmatch=True)
parts = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True), min_size=1, max_size=4)


@settings(deadline=None)
@given(hosts, parts)
def test_scheme_user_port_case_and_endings_never_matter(host, path):
    inside = "/".join(path)
    spelled = {
        normalise_url(f"https://{host}/{inside}"),
        normalise_url(f"HTTPS://me@{host.upper()}:443/{inside}.git"),
        normalise_url(f"ssh://git@{host}:22/{inside}/"),
        normalise_url(f"git@{host}:{inside}.git"),
    }
    assert spelled == {f"{host}/{inside}"}


def test_a_gitlab_project_is_its_host_and_number():
    assert project_identity("https://me@GitLab.Example.org:443/a/b.git", 123) == "gitlab.example.org#123"
    assert project_identity("https://gitlab.example.org", 123) == "gitlab.example.org#123"
    assert project_identity("http://localhost:8080/x", 7) == "localhost:8080#7"
    assert project_identity("gitlab.example.org", 7) == "gitlab.example.org#7"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://git.example.org/group/Python-Examples.git", "Python-Examples"),
        ("git.example.org/group/examples", "examples"),
        ("git@git.example.org:examples.git", "examples"),
        ("file:///srv/git/my examples.git/", "my-examples"),
        ("/srv/git/examples", "examples"),
        ("https://git.example.org/g/a%20b:c", "c"),
        ("/", "examples"),
        ("/srv/\x1b", "examples"),
    ],
)
def test_the_default_name_is_the_last_part(url, name):
    assert default_name(url) == name


@pytest.mark.parametrize(
    ("identity", "address"),
    [
        ("gitlab.example.org:8443/uni/examples", "http://gitlab.example.org:8443/uni/examples"),
        ("git.example.org/uni/examples", "https://git.example.org/uni/examples"),
        ("file:///srv/git/examples", "file:///srv/git/examples"),
        ("/srv/git/examples", "/srv/git/examples"),
        ("s3://bucket/prefix", "s3://bucket/prefix"),
    ],
)
def test_what_was_normalised_gets_a_scheme_again_for_git(identity, address):
    assert repository_address(identity, "http://GitLab.example.org:8443") == address


def test_without_a_gitlab_every_server_is_asked_by_https():
    assert repository_address("gitlab.example.org/a/b") == "https://gitlab.example.org/a/b"
