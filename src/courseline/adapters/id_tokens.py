"""GitLab's id_tokens: which job is asking, signed by GitLab.

The claims and the place of the keys: https://docs.gitlab.com/ci/secrets/id_token_authentication/. Algorithm, issuer and
audience are ours and never the token's (RFC 8725, 2.1 and 3.8-3.9).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import jwt
import requests

from courseline.domain.ledger.claims import Claims
from courseline.domain.paths import printable
from courseline.errors import NeighbourFailed

ALGORITHM = "RS256"
REQUIRED = ("exp", "iat", "nbf", "aud", "iss", "jti", "sub")
LEEWAY_SECONDS = 30
FETCH_SECONDS = 5.0
FETCH_AGAIN_SECONDS = 30.0  # at most so often, whatever key ids are asked for
KEEP_SECONDS = 3600.0
LONGEST_TOKEN = 16 * 1024
_MOST_KEYS = 50
_KEYS = "/oauth/discovery/keys"
_LONGEST_ID = 200
_DIGITS = 18
_LONGEST_CLAIM = 1024  # characters; longer than any name of GitLab's


class TokenRejected(Exception):  # noqa: N818 - it says what became of it
    """It proves nothing.

    Args:
        reason: for the sender and the log, without anything of the token in it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IdTokens:
    """Verifies id_tokens of one GitLab.

    Args:
        issuer: its URL, without a final slash.
        audience: what the tokens must be made for.
        monotonic: seconds that only go forward.
    """

    def __init__(self, issuer: str, audience: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer.rstrip("/")
        self._audience = audience
        self._monotonic = monotonic
        self._lock = Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._asked: float | None = None

    def verify(self, token: str) -> Claims:
        """The claims of a token.

        Raises:
            TokenRejected: it is not one of ours.
            NeighbourFailed: GitLab does not give the keys.
        """
        if len(token) > LONGEST_TOKEN:
            raise TokenRejected("The id_token is too long to be one.")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as odd:
            raise TokenRejected("The bearer is no id_token.") from odd
        if header.get("alg") != ALGORITHM:
            raise TokenRejected(f"The id_token is not signed with {ALGORITHM}.")
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid or len(kid) > _LONGEST_ID:
            raise TokenRejected("The id_token names no key.")
        key = self._key(kid)
        if key is None:
            raise TokenRejected(f"The id_token is signed with a key that {self._issuer} does not have.")
        try:
            payload: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": list(REQUIRED), "strict_aud": True},
            )
        except jwt.PyJWTError as wrong:
            raise TokenRejected(_reason(wrong, self._issuer, self._audience)) from wrong
        return _claims(payload)

    def _key(self, kid: str) -> jwt.PyJWK | None:
        with self._lock:
            now = self._monotonic()
            old = self._fetched is None or now - self._fetched > KEEP_SECONDS
            if not old and kid in self._keys:
                return self._keys[kid]
            if self._asked is None or now - self._asked >= FETCH_AGAIN_SECONDS:
                self._asked = now
                try:
                    self._keys = self._fetch()
                    self._fetched = now
                except NeighbourFailed:
                    if kid not in self._keys:  # a key that was good an hour ago is good while GitLab is away
                        raise
            elif self._fetched is None:
                raise NeighbourFailed(f"Reading the keys of {self._issuer}: it did not answer just now.")
            return self._keys.get(kid)

    def _fetch(self) -> dict[str, jwt.PyJWK]:
        address = self._issuer + _KEYS
        try:
            answer = requests.get(address, timeout=FETCH_SECONDS, allow_redirects=False)
            if answer.status_code != requests.codes.ok:
                raise NeighbourFailed(
                    f"Reading the keys of {self._issuer}: it answered {answer.status_code}."
                )
            listed = answer.json().get("keys", [])
        except (requests.RequestException, ValueError, AttributeError) as fault:
            raise NeighbourFailed(
                f"Reading the keys of {self._issuer} at {address}: {type(fault).__name__}. Check COURSELINE_GITLAB_URL and"
                " that the server reaches it."
            ) from fault
        keys: dict[str, jwt.PyJWK] = {}
        for entry in listed[:_MOST_KEYS] if isinstance(listed, list) else []:
            if (
                not isinstance(entry, dict)
                or entry.get("kty") != "RSA"
                or not isinstance(entry.get("kid"), str)
            ):
                continue
            try:
                keys[entry["kid"]] = jwt.PyJWK(entry, algorithm=ALGORITHM)
            except jwt.PyJWTError:  # one that is broken does not take the others away
                continue
        return keys


def _reason(wrong: jwt.PyJWTError, issuer: str, audience: str) -> str:
    told: dict[type[jwt.PyJWTError], str] = {
        jwt.ExpiredSignatureError: "has expired; run the job again",
        jwt.InvalidAudienceError: f"is not made for {audience}. Set `aud` under `id_tokens` to that address",
        jwt.InvalidIssuerError: f"is not of {issuer}",
        jwt.MissingRequiredClaimError: f"lacks one of {', '.join(REQUIRED)}",
        jwt.ImmatureSignatureError: "is not valid yet; check the clocks of GitLab and of this server",
        jwt.InvalidSignatureError: "has a signature that is not right",
    }
    return f"The id_token {told.get(type(wrong), 'is malformed')}."


def _claims(payload: Mapping[str, Any]) -> Claims:
    environment = payload.get("environment")
    return Claims(
        token_id=_text(payload, "jti"),
        project_id=int(_number(payload, "project_id")),
        project_path=_text(payload, "project_path"),
        ref=_text(payload, "ref"),
        ref_type=_text(payload, "ref_type"),
        ref_protected=payload.get("ref_protected") == "true",
        pipeline_source=_text(payload, "pipeline_source"),
        environment=environment if isinstance(environment, str) and environment else None,
        sha=_text(payload, "sha"),
        pipeline_id=_number(payload, "pipeline_id"),
        job_id=_number(payload, "job_id"),
        user_id=_number(payload, "user_id"),
        user_login=_text(payload, "user_login"),
    )


def _text(payload: Mapping[str, Any], name: str) -> str:
    """A claim; GitLab writes all of these as text."""
    value = payload.get(name)
    if not isinstance(value, str) or not value or len(value) > _LONGEST_CLAIM or value != printable(value):
        raise TokenRejected(f"The id_token says nothing of {name}.")
    return value


def _number(payload: Mapping[str, Any], name: str) -> str:
    text = _text(payload, name)
    if not (text.isdecimal() and text.isascii() and len(text) <= _DIGITS):
        raise TokenRejected(f"The id_token's {name} is no number.")
    return text
