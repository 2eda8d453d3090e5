"""Check `secrets`: no key, token or password of a person or a service.

Patterns are those of the services' own documentation, narrow enough that what teaches about secrets passes: examples,
placeholders and variables are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.students.gate.exceptions import how_to_except
from courseline.domain.students.gate.places import files_by_place

_WORD = rb"(?<![A-Za-z0-9_])"
_AWS_SECRET = re.compile(
    rb"(?i)aws_secret_access_key[\"']?\s{0,4}[=:]\s{0,4}[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])"
)
# (what stands in every hit, pattern, what it is): the first costs next to nothing where there is no hit.
_PATTERNS = (
    # https://www.rfc-editor.org/rfc/rfc7468; a key has lines of base64, a text about keys has not
    (
        b"PRIVATE KEY",
        re.compile(rb"-----BEGIN (?:[A-Z0-9]+ ){0,2}PRIVATE KEY(?: BLOCK)?-----[\s\\nr\"',+]{1,20}(?:[^\n]{1,80}\n){0,4}?"
                   rb"[\s\"'+]{0,20}[A-Za-z0-9+/=]{40}"),
        "a private key",
    ),
    # https://docs.gitlab.com/security/tokens/#token-prefixes
    (b"gl", re.compile(_WORD + rb"(?:glpat|gldt|glrt|glrtr|glcbt|glptt|glft|glagent|gloas|glsoat|glffct)-[A-Za-z0-9_.-]{20,}"), "a GitLab token"),
    # https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    (b"gh", re.compile(_WORD + rb"gh[pousr]_[A-Za-z0-9]{36,}"), "a GitHub token"),
    (b"github_pat_", re.compile(_WORD + rb"github_pat_[A-Za-z0-9_]{60,}"), "a GitHub token"),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    (b"AKIA", re.compile(_WORD + rb"AKIA[A-Z2-7]{16}(?![A-Za-z0-9])"), "an AWS access key"),
    (b"ASIA", re.compile(_WORD + rb"ASIA[A-Z2-7]{16}(?![A-Za-z0-9])"), "an AWS access key"),
    (b"ret", _AWS_SECRET, "an AWS secret key"),
    (b"RET", _AWS_SECRET, "an AWS secret key"),  # as the environment has it
    (b"xox", re.compile(_WORD + rb"xox[abposr]-[0-9]{6,}-[A-Za-z0-9-]{10,}"), "a Slack token"),
    (b"AIza", re.compile(_WORD + rb"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"), "a Google API key"),
    # A link that opens one object of a store to everybody: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    (b"Signature=", re.compile(rb"[?&]X-(?:Amz|Goog)-Signature=[0-9A-Fa-f]{64,}"), "a signed link into an object store"),
    (b"whsec_", re.compile(_WORD + rb"whsec_[A-Za-z0-9+/]{32,}={0,2}"), "a webhook secret"),
)  # fmt: skip
_IN_URL = re.compile(
    rb"[A-Za-z][A-Za-z0-9+.-]{1,20}://([^\s/:@\"'<>`]{0,64}):([^\s/@\"'<>`]{3,128})@([A-Za-z0-9.-]+)"
)
_MADE_UP = re.compile(
    rb"(?i)example|x{4}|\*{3}|\.{3}|[$%{}\[\]]|your|1234|abcd|test|dummy|sample|placeholder"
)
_NO_PASSWORDS = frozenset(
    b"password passwort passwd pass pwd secret geheim token user username admin root guest changeme postgres mysql"
    b" rabbitmq redis key port".split()
)
_OWN_HOSTS = re.compile(
    rb"(?i)localhost|127\.[0-9.]+|0\.0\.0\.0|db|host|server|.*\.(?:example|invalid|test|local)|(?:.*\.)?example\.[a-z]+"
)


def secret_in(raw: bytes) -> tuple[int, str] | None:
    """The 1-based line of the first secret and what it is; None when there is none."""
    found = [
        (match.start(), words)
        for part, pattern, words in _PATTERNS
        if part in raw
        for match in pattern.finditer(raw)
        if not _MADE_UP.search(match[0]) or words == "a private key"
    ]
    if b"://" in raw and b"@" in raw:
        found += [
            (match.start(), "a password in an address")
            for match in _IN_URL.finditer(raw)
            if _is_password(match)
        ]
    if not found:
        return None
    start, words = min(found)
    return 1 + raw.count(b"\n", 0, start), words


def _is_password(match: re.Match[bytes]) -> bool:
    user, password, host = match[1], match[2], match[3]
    return not (
        _MADE_UP.search(password)
        or password.lower() in _NO_PASSWORDS
        or password == user
        or _OWN_HOSTS.fullmatch(host)
        or (b"." not in host)
    )


def check_secrets(case: GateCase) -> Iterator[Finding]:
    """Every file whose bytes are at hand, as they are and without the NULs of UTF-16."""
    for place, file in files_by_place(case):
        raw = case.blobs.get(file.oid)
        if raw is None:
            continue
        found = secret_in(raw) or (secret_in(raw.replace(b"\0", b"")) if b"\0" in raw else None)
        if found is None:
            continue
        line, words = found
        yield Finding(
            place.content_path if place else None,
            file.path,
            line,
            "secrets",
            f"The file holds {words}.",
            "Whoever reads it can act in the name of its owner.",
            "Revoke it where it was issued, since it is in the history of the example repository, and take it out of the"
            f" file. {how_to_except(case, file)}",
            blocking=not (place and place.kept),
            exceptable=True,
        )
