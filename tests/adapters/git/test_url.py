from __future__ import annotations

from pathlib import Path

import pytest

from courseline.adapters.git import GitAdapter
from courseline.adapters.git.url import is_local_path, parse_target
from courseline.errors import InvalidInput

ALL = ("https", "http", "file")


@pytest.mark.parametrize(
    ("url", "given", "shown"),
    [
        (
            "https://gitlab.example.org/g/p.git",
            "https://gitlab.example.org/g/p.git",
            "https://gitlab.example.org/g/p.git",
        ),
        (
            "HTTPS://GitLab.Example.org:8443/G/p",
            "https://gitlab.example.org:8443/G/p",
            "HTTPS://GitLab.Example.org:8443/G/p",
        ),
        ("https://bot:t0ken@h.org/p.git", "https://h.org/p.git", "https://h.org/p.git"),
        ("https://oauth2@h.org/p.git", "https://h.org/p.git", "https://h.org/p.git"),
        ("http://[::1]:8080/p.git", "http://[::1]:8080/p.git", "http://[::1]:8080/p.git"),
    ],
)
def test_git_gets_an_address_without_credentials(url: str, given: str, shown: str) -> None:
    target = parse_target(url, ALL)
    assert (target.url, target.shown) == (given, shown)


def test_a_credential_in_an_address_is_decoded_and_belongs_to_its_host() -> None:
    credential = parse_target("https://deploy%20bot:a%2Fb%40c@H.org:8443/p.git", ALL).credential
    assert credential is not None
    assert (credential.host, credential.username, credential.secret) == ("h.org", "deploy bot", "a/b@c")
    assert parse_target("https://oauth2@h.org/p.git", ALL).credential is None


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch /tmp/x'",
        "fd::17",
        "ssh://git@gitlab.example.org/g/p.git",
        "ssh://-oProxyCommand=touch%20x/p",
        "git@gitlab.example.org:g/p.git",
        "git://example.org/p.git",
        "ftp://example.org/p.git",
        "rsync://example.org/p.git",
        "http+unix://x/p",
        "https::https://example.org/p",
    ],
)
def test_other_protocols_are_refused_naming_the_setting(url: str) -> None:
    with pytest.raises(InvalidInput, match="COURSELINE_GIT_PROTOCOLS"):
        parse_target(url, ALL)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "-x",
        "--upload-pack=touch x",
        "https://",
        "https:///p.git",
        "https://-oProxyCommand=x/p",
        "https://h.org/p\n.git",
        "https://h.org/\x1b[31m",
        "https://h.org:port/p.git",
        "https://h.org/p.git?x=1",
        "https://h.org/p.git#x",
        "https://h.org\\@evil.org/p.git",
        "https://h org/p.git",
        "file://elsewhere/p.git",
        "file://",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        parse_target(url, ALL)


@pytest.mark.parametrize(
    "url", ["ssh://git:s3cret@h.org/p", "https://u:s3cret@h.org/p?x=1", "ext::https://u:s3cret@h.org/p"]
)
def test_a_refusal_shows_no_credential(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_target(url, ALL)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://h.org/p.git", "/srv/p.git", "file:///srv/p.git", "./p.git"])
def test_by_default_only_https_is_allowed(url: str) -> None:
    with pytest.raises(InvalidInput, match=r"allows only https\. Add it there"):
        parse_target(url, ("https",))


def test_a_directory_is_meant_by_its_real_path(tmp_path: Path) -> None:
    (tmp_path / "a b.git").mkdir()
    (tmp_path / "link").symlink_to("a b.git")
    real = str(tmp_path / "a b.git")
    for url in (
        real,
        f"file://{tmp_path}/a%20b.git",
        f"file://localhost{real}",
        str(tmp_path / "link"),
        str(tmp_path / "a b"),
    ):
        assert parse_target(url, ALL).url == real


def test_a_file_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / "bundle").write_text("")
    with pytest.raises(InvalidInput, match="is a file"):
        parse_target(str(tmp_path / "bundle"), ALL)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("/srv/p.git", True),
        ("p.git", True),
        ("./a:b", True),
        ("/a:b", True),
        ("file:///srv/p.git", True),
        ("https://h.org/p.git", False),
        ("git@h.org:p.git", False),
        ("h:p", False),
        ("ext::sh", False),
        ("-x", False),
        ("", False),
    ],
)
def test_a_local_path_is_told_from_an_address_as_git_does(tmp_path: Path, url: str, local: bool) -> None:
    assert is_local_path(url) is local
    assert GitAdapter(["https"], "C <c@x>", tmp_path).is_local_path(url) is local


@pytest.mark.parametrize("protocols", [["ssh"], ["https", "ext"], []])
def test_only_known_protocols_can_be_allowed(tmp_path: Path, protocols: list[str]) -> None:
    with pytest.raises(InvalidInput, match="COURSELINE_GIT_PROTOCOLS"):
        GitAdapter(protocols, "C <c@x>", tmp_path)
