"""Turns what git said into an error that tells a person what was done, what was found and what to do next."""

from __future__ import annotations

import re

from courseline.adapters.git.url import without_userinfo
from courseline.domain.paths import printable
from courseline.errors import CourselineError, InvalidInput, NeighbourFailed, NotFound

_FSCK = re.compile(r"object ([0-9a-f]{40}): (\w+): ([^\n]*)")
_LONGEST = 1500

_REDIRECTED = ("returned error: 301", "returned error: 302", "returned error: 307", "returned error: 308")
_CONNECTION = (
    "could not resolve host",
    "failed to connect",
    "couldn't connect",
    "connection refused",
    "timed out",
)

# What git or a server says (in lower case) and what it means, the first that applies; {said} are their words.
_MEANINGS: tuple[tuple[tuple[str, ...], type[CourselineError], str], ...] = (
    (
        ("mismatched algorithms",),
        InvalidInput,
        "the repository uses SHA-256 object names; only SHA-1 repositories can be used.",
    ),
    (
        ("died of signal 25", "file too large"),
        InvalidInput,
        "what the remote sends is larger than is accepted. Keep large files elsewhere.",
    ),
    (
        ("couldn't find remote ref", "not our ref", "no such remote ref"),
        NotFound,
        "the remote has no such ref or commit. Check its name, or push it first.",
    ),
    (
        ("unadvertised object",),
        NeighbourFailed,
        (
            "the server hands out only the tips of branches and tags. Set uploadpack.allowAnySHA1InWant=true and "
            "uploadpack.allowFilter=true there (GitLab has both)."
        ),
    ),
    (
        _REDIRECTED,
        InvalidInput,
        (
            "the server redirects to another address, which is not followed. Write the address that the project's page "
            "offers for cloning, ending in .git."
        ),
    ),
    (
        (
            "authentication failed",
            "could not read username",
            "could not read password",
            "returned error: 401",
            "returned error: 403",
            "access denied",
            "http basic",
        ),
        NeighbourFailed,
        "the server {access}. Check that the project exists and that the token reaches it. It said: {said}",
    ),
    (
        _CONNECTION,
        NeighbourFailed,
        "the server does not answer. Check its address, or try again later. git said: {said}",
    ),
    (
        (
            "does not appear to be a git repository",
            "not found",
            "does not exist",
            "could not be found",
            "returned error: 404",
            "returned error: 410",
        ),
        NotFound,
        "there is no such repository. Check the address.",
    ),
    ((), NeighbourFailed, "the remote did not do its part. It said: {said}"),
)


def quoted(text: str) -> str:
    """Foreign words fit for a message: no control characters, no credentials, not longer than a screen."""
    safe = printable(without_userinfo(text.strip()))
    return safe if len(safe) <= _LONGEST else f"{safe[:_LONGEST]} ..."


def words(message: str) -> str:
    """What git and the remote said, in one line, without git's own headings."""
    lines = (
        re.sub(r"^(?:(?:fatal|error|remote|warning): ?)+", "", line).strip() for line in message.splitlines()
    )
    return quoted("; ".join(line for line in lines if line) or "nothing")


def remote_words(message: str) -> str:
    """Only what the remote itself said, in one line; empty when it said nothing."""
    lines = (
        line.removeprefix("remote:").strip() for line in message.splitlines() if line.startswith("remote:")
    )
    return quoted("; ".join(line for line in lines if line))


def is_redirect(message: str) -> bool:
    """Whether an HTTP server answered with another address."""
    return any(sign in message.lower() for sign in _REDIRECTED)


def network_error(doing: str, message: str, *, with_credential: bool) -> CourselineError:
    """The error for a command that talked to a remote and ended badly.

    Args:
        doing: `Fetching refs/tags/v1 from URL`.
        message: git's standard error.
        with_credential: whether git was given one.
    """
    low = message.lower()
    if "fsck error" in low or _FSCK.search(message):
        return InvalidInput(f"{doing}: git refused what it received. {_fsck_reason(message)}")
    kind, sentence = next(
        (kind, sentence)
        for signs, kind, sentence in _MEANINGS
        if not signs or any(sign in low for sign in signs)
    )
    access = (
        "refused the credential it was given" if with_credential else "wants a credential and was given none"
    )
    return kind(f"{doing}: {sentence}".replace("{access}", access).replace("{said}", words(message)))


def _fsck_reason(message: str) -> str:
    found = _FSCK.search(message)
    if found is None:
        return f"It said: {words(message)}"
    oid, rule, reason = found.groups()
    return f"Object {oid} breaks git's rule {rule}: {quoted(reason)}. Find it with `git fsck`, make the commit anew without it."
