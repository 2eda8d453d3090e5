"""How a repository is recognised under its many spellings.

Identity of a GitLab project is `HOST#PROJECT_ID` (`gitlab.example.org#123`), of anything else its normalised URL
(`git.example.org/courses/python`), of a directory `file://` and its real path. It is computed once, when the
repository is registered; later runs find the repository by project id or any URL it was seen under.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from courseline.domain.paths import printable
from courseline.errors import InvalidInput

_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:@\[\]]+):(?P<path>(?!//).+)", re.DOTALL)
_DEFAULT_PORTS = {80, 443, 22}  # the scheme is removed, so a port counts only when none of the schemes has it


def normalise_url(url: str) -> str:
    """The one spelling of a repository's address.

    Scheme, user, password, the ports 80, 443 and 22, a final `.git` or slash, and the case of the host are removed:
    `https://me@Git.example.org:443/a/b.git/`, `ssh://git@git.example.org/a/b` and `git@git.example.org:a/b.git` all
    become `git.example.org/a/b`.

    Args:
        url: an address, or the path of a directory, absolute and with its links resolved.

    Raises:
        InvalidInput: it names no host or no path, or is a relative path.
    """
    text = url.strip()
    if text.startswith("/"):
        return f"file://{_directory(text)}"
    if "://" not in text:
        scp = _SCP.fullmatch(text)
        if scp is None:
            raise _unusable(url, "It is neither an address nor an absolute path.")
        return _address(url, scp["host"], None, scp["path"])
    scheme, rest = text.split("://", 1)
    if scheme.lower() == "file":  # by hand: `?` and `#` are ordinary in a path, and git decodes only the %XX
        path = rest.removeprefix("localhost")
        if not path.startswith("/"):
            raise _unusable(url, "A `file://` address begins with `file:///`.")
        return f"file://{_directory(unquote(path))}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unusable(url, "Its host or port cannot be read.") from None
    if parts.query or parts.fragment:
        raise _unusable(url, "It has a `?` or `#` part, which no repository's address has.")
    return _address(url, host, port, unquote(parts.path))


def repository_address(identity: str, gitlab_url: str | None = None) -> str:
    """The address for git of what `normalise_url` made: it left the scheme out, and git needs one.

    Args:
        identity: normalised; what has a scheme, or is a path, stays.
        gitlab_url: of the GitLab whose scheme is known; all others are asked by https.
    """
    if "://" in identity or identity.startswith("/"):
        return identity
    scheme = "https"
    if gitlab_url is not None and "://" in gitlab_url:
        parts = urlsplit(gitlab_url)
        if identity.startswith(f"{_host(gitlab_url, parts.hostname, parts.port)}/"):
            scheme = parts.scheme
    return f"{scheme}://{identity}"


def project_identity(url: str, project_id: int) -> str:
    """Identity of a GitLab project: the host of `url` (any address on that server) and the project's number."""
    if "://" not in url:
        return f"{url.strip().lower().rstrip('./')}#{project_id}"
    parts = urlsplit(url.strip())
    return f"{_host(url, parts.hostname, parts.port)}#{project_id}"


def default_name(url: str) -> str:
    """The short name a repository gets when none is asked for: the last part of its address or path.

    Args:
        url: as given, or normalised.
    """
    last = re.split(r"[/:]", url.strip().rstrip("/"))[-1].removesuffix(".git")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", unquote(last)).strip("-.") or "examples"


def _address(url: str, host: str | None, port: int | None, path: str) -> str:
    inside = "/".join(part for part in path.split("/") if part).removesuffix(".git")
    if not inside or inside == ".git":
        raise _unusable(url, "It names a server and no repository.")
    return f"{_host(url, host, port)}/{inside}"


def _host(url: str, host: str | None, port: int | None) -> str:
    if not host:
        raise _unusable(url, "It names no server.")
    name = host.lower().rstrip(".").strip("[]")
    name = f"[{name}]" if ":" in name else name
    return name if port is None or port in _DEFAULT_PORTS else f"{name}:{port}"


def _directory(path: str) -> str:
    return "/" + "/".join(part for part in path.split("/") if part)


def _unusable(url: str, why: str) -> InvalidInput:
    shown = printable(re.sub(r"//[^/@]*@", "//", url))  # a password may stand before the @
    fix = "Write an address such as `https://gitlab.example.org/group/project.git`, or a path."
    return InvalidInput(f"The repository `{shown}` cannot be used: {why} {fix}")
