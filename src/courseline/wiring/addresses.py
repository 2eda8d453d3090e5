"""What addresses mean: whose repository, which server, whose GitLab."""

from __future__ import annotations

from urllib.parse import urlsplit

from courseline.errors import InvalidInput, Problem


def resolve_url(url: str) -> str:
    """Normalised identity of a URL, of a bucket and its prefix, or of a PATH, whose links are resolved.

    Raises:
        InvalidInput: it is none of them.
    """
    from courseline.domain.library.source_type import is_bucket  # noqa: PLC0415 - start-up time

    if is_bucket(url):
        from courseline.adapters.objects_url import parse_source_url  # noqa: PLC0415 - as above

        return parse_source_url(url).identity
    from courseline.adapters.git.url import directory_of, is_local_path  # noqa: PLC0415 - start-up time
    from courseline.domain.library.repository_identity import normalise_url  # noqa: PLC0415 - as above

    return normalise_url(str(directory_of(url)) if is_local_path(url) else url)


def no_gitlab(url: str | None, token: str | None) -> InvalidInput:
    """What is missing before a GitLab can be asked."""
    needed = {
        "COURSELINE_GITLAB_URL": (url, "Set it like: https://gitlab.example.org"),
        "COURSELINE_GITLAB_TOKEN": (
            token,
            "Set it to a token with the scope `api` of a maintainer (of a group: owner).",
        ),
    }
    problems = [
        Problem(name, None, f"{name} is not set.", fix=fix)
        for name, (value, fix) in needed.items()
        if not value
    ]
    return InvalidInput("Asking GitLab: it is not said which, or as whom.", problems)


def server_of(url: str) -> tuple[str, int] | None:
    """Host and port of an http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and port and parts.scheme in {"https", "http"} else None
