"""Addresses of repositories: which are allowed, and what git is given of them.

git itself understands more than is good for an address that came from a file somebody wrote (`ext::sh -c ...`
runs a command, `ssh://-oProxyCommand=...` once did); here only https, http and directories exist.
Forms: https://git-scm.com/docs/git-fetch#_git_urls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from courseline.errors import InvalidInput
from courseline.usecases.ports import Credential

SETTING = "COURSELINE_GIT_PROTOCOLS"
KNOWN_PROTOCOLS = ("https", "http", "file")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HELPER = re.compile(r"([A-Za-z0-9][A-Za-z0-9+.-]*)::")
_USERINFO = re.compile(r"(://)[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class Target:
    """An allowed address.

    Attributes:
        shown: as given, without credentials; for messages.
        url: what git gets: an http(s) URL without credentials, or an absolute directory.
        protocol: `https`, `http` or `file`.
        host: lower-case host name without port; empty for a directory.
        credential: taken out of the URL when it carried one.
    """

    shown: str
    url: str
    protocol: str
    host: str = ""
    credential: Credential | None = None

    @property
    def is_path(self) -> bool:
        """Whether the repository is a directory on this machine."""
        return self.protocol == "file"


def checked_protocols(protocols: Iterable[str]) -> tuple[str, ...]:
    """The protocols in lower case, each once.

    Raises:
        InvalidInput: one is not spoken here, or there is none.
    """
    wanted = tuple(dict.fromkeys(protocol.strip().lower() for protocol in protocols))
    unknown = [protocol for protocol in wanted if protocol not in KNOWN_PROTOCOLS]
    if unknown or not wanted:
        found = ", ".join(ascii(protocol) for protocol in unknown) or "nothing"
        msg = f"{SETTING} names {found}; it takes a list of: {', '.join(KNOWN_PROTOCOLS)}."
        raise InvalidInput(msg)
    return wanted


def is_local_path(url: str) -> bool:
    """Whether `url` means a directory on this machine, by git's rule: no scheme but file, no colon before a slash."""
    scheme = _SCHEME.match(url)
    if scheme:
        return scheme[1].lower() == "file"
    if not url or url.startswith("-") or _HELPER.match(url):
        return False
    colon, slash = url.find(":"), url.find("/")
    return colon < 0 or 0 <= slash < colon


def directory_of(url: str) -> Path:
    """The directory that a local `url` means, its links resolved; `x` means `x.git` when only that exists, as for git.

    Args:
        url: for which `is_local_path` holds.

    Raises:
        InvalidInput: a `file:` address of another machine, or without a directory.
    """
    path = url
    if _SCHEME.match(url):
        rest = url.split("://", 1)[1]  # by hand: `?` and `#` are ordinary in a path
        host, slash, inside = rest.partition("/")
        if host.lower() not in {"", "localhost"} or not slash:
            msg = f"{url} names a directory on another machine. Write file:///directory."
            raise InvalidInput(msg)
        path = f"/{unquote(inside)}"
    real = Path(path).resolve()
    dotted = real.with_name(f"{real.name}.git") if real.name else real
    return dotted if not real.exists() and dotted.is_dir() else real


def without_userinfo(text: str) -> str:
    """`text` with the user and password part of every URL in it taken out."""
    return _USERINFO.sub(r"\1", text)


def parse_target(url: str, protocols: Iterable[str]) -> Target:
    """Check an address and take credentials out of it.

    Args:
        url: `https://host/group/project.git`, a directory, or `file:///directory`.
        protocols: those allowed.

    Raises:
        InvalidInput: the form or protocol is not allowed; the message names COURSELINE_GIT_PROTOCOLS.
    """
    allowed = tuple(protocols)
    shown = without_userinfo(url)
    if not url or url.startswith("-") or any(character < " " or character == "\x7f" for character in url):
        msg = f"{shown!a} is not the address of a repository. Give an https:// address or a directory."
        raise InvalidInput(msg)
    scheme = _protocol(url)
    if scheme not in allowed:
        spoken = (
            "Add it there to use it."
            if scheme in KNOWN_PROTOCOLS
            else "Use the https:// address of the repository."
        )
        msg = f"{shown} needs the protocol {scheme}, but {SETTING} allows only {', '.join(allowed)}. {spoken}"
        raise InvalidInput(msg)
    return _directory(url) if scheme == "file" else _web(url, shown, scheme)


def _protocol(url: str) -> str:
    helper, scheme = _HELPER.match(url), _SCHEME.match(url)
    if helper:
        return f"{helper[1].lower()}::"
    if scheme:
        return scheme[1].lower()
    return "file" if is_local_path(url) else "ssh"


def _directory(url: str) -> Target:
    real = directory_of(url)
    if real.exists() and not real.is_dir():
        msg = f"{url} is a file; a repository is a directory or an https:// address."
        raise InvalidInput(msg)
    return Target(shown=url, url=str(real), protocol="file")


def _web(url: str, shown: str, scheme: str) -> Target:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        msg = f"{shown} is not the address of a repository: {problem}."
        raise InvalidInput(msg) from None
    host = (parts.hostname or "").lower()
    if not re.fullmatch(r"[a-z0-9_.-]+|[0-9a-f:.]+", host) or host.startswith("-"):
        msg = f"{shown} names no host. Write {scheme}://HOST/GROUP/PROJECT.git."
        raise InvalidInput(msg)
    if parts.query or parts.fragment or "\\" in url or " " in url:
        msg = f"{shown} has more than host and path. Write {scheme}://HOST/GROUP/PROJECT.git."
        raise InvalidInput(msg)
    credential = None
    if parts.password:
        credential = Credential(host, unquote(parts.username or ""), unquote(parts.password))
    name = f"[{host}]" if ":" in host else host
    authority = name if port is None else f"{name}:{port}"
    return Target(shown, f"{scheme}://{authority}{parts.path}", scheme, host, credential)
