"""Tokens by a real issuer over HTTP, and forged ones."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.builders.issuer import KEY, KID, Issuer, id_token_issuer

from courseline.adapters.id_tokens import FETCH_AGAIN_SECONDS, KEEP_SECONDS, IdTokens, TokenRejected
from courseline.errors import NeighbourFailed

AUDIENCE = "https://courseline.example.org"
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with id_token_issuer() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(issuer: Issuer, clock: Clock) -> IdTokens:
    return IdTokens(issuer.url, AUDIENCE, clock)


def signed(issuer: Issuer, key: object = KEY, algorithm: str = "RS256", kid: str | None = KID) -> str:
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode(issuer.claims(AUDIENCE), key, algorithm=algorithm, headers=headers)  # type: ignore[arg-type]


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(issuer: Issuer) -> str:
    return f"{part({'alg': 'none', 'kid': KID})}.{part(issuer.claims(AUDIENCE))}."


def with_public_key_as_secret(issuer: Issuer) -> str:
    import hashlib
    import hmac

    text = f"{part({'alg': 'HS256', 'kid': KID})}.{part(issuer.claims(AUDIENCE))}"
    mark = hmac.new(PUBLIC_PEM, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def with_other_payload(issuer: Issuer) -> str:
    head, _, mark = issuer.token(AUDIENCE).split(".")
    return f"{head}.{part(issuer.claims(AUDIENCE, project_id='1'))}.{mark}"


def with_own_key_inside(issuer: Issuer) -> str:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)
    return jwt.encode(
        issuer.claims(AUDIENCE),
        STRANGER,
        algorithm="RS256",
        headers={"kid": KID, "jwk": jwk, "jku": "http://127.0.0.1:1/keys"},
    )


FORGED: dict[str, Callable[[Issuer], str]] = {
    "no token": lambda _: "sesame",
    "empty": lambda _: "",
    "two dots": lambda _: "..",
    "three parts of nothing": lambda _: "a.b.c",
    "very long": lambda issuer: issuer.token(AUDIENCE) + "a" * 20_000,
    "not signed": unsigned,
    "signed with the public key as secret": with_public_key_as_secret,
    "another signature": lambda issuer: signed(issuer, STRANGER),
    "another payload": with_other_payload,
    "a key of its own": with_own_key_inside,
    "cut off": lambda issuer: issuer.token(AUDIENCE)[:-20],
    "RS512": lambda issuer: signed(issuer, KEY, "RS512"),
    "PS256": lambda issuer: signed(issuer, KEY, "PS256"),
    "ES256": lambda issuer: signed(issuer, ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "HS256": lambda issuer: signed(issuer, "s" * 32, "HS256"),
    "no kid": lambda issuer: signed(issuer, kid=None),
    "unknown kid": lambda issuer: signed(issuer, kid="other"),
    "kid that is a path": lambda issuer: signed(issuer, kid="../../etc/passwd"),
    "long kid": lambda issuer: signed(issuer, kid="k" * 500),
    "expired": lambda issuer: issuer.token(AUDIENCE, exp=int(time.time()) - 60),
    "not valid yet": lambda issuer: issuer.token(AUDIENCE, nbf=int(time.time()) + 600),
    "made tomorrow": lambda issuer: issuer.token(AUDIENCE, iat=int(time.time()) + 86_400),
    "another audience": lambda issuer: issuer.token("https://other.example.org"),
    "several audiences": lambda issuer: issuer.token(AUDIENCE, aud=[AUDIENCE, "https://other.example.org"]),
    "audience with a slash": lambda issuer: issuer.token(f"{AUDIENCE}/"),
    "another issuer": lambda issuer: issuer.token(AUDIENCE, iss="https://gitlab.example.org"),
    "issuer that begins the same": lambda issuer: issuer.token(AUDIENCE, iss=issuer.url + ".example.org"),
    **{
        f"without {claim}": lambda issuer, claim=claim: issuer.token(AUDIENCE, **{claim: None})  # type: ignore[misc]
        for claim in ("exp", "iat", "nbf", "aud", "iss", "jti", "sub", "project_id", "project_path", "ref")
    },
    "project that is no number": lambda issuer: issuer.token(AUDIENCE, project_id="42; DROP TABLE course"),
    "project that is an integer": lambda issuer: issuer.token(AUDIENCE, project_id=42),
    "negative project": lambda issuer: issuer.token(AUDIENCE, project_id="-42"),
    "project in other digits": lambda issuer: issuer.token(AUDIENCE, project_id="४२"),
    "endless project": lambda issuer: issuer.token(AUDIENCE, project_id="9" * 40),
    "user that is no number": lambda issuer: issuer.token(AUDIENCE, user_id="7#8"),
    "line break in a path": lambda issuer: issuer.token(AUDIENCE, project_path="uni/a\nb"),
    "list as ref": lambda issuer: issuer.token(AUDIENCE, ref=["main"]),
    "endless ref": lambda issuer: issuer.token(AUDIENCE, ref="m" * 2000),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=list(FORGED))
def test_a_forged_or_odd_token_is_rejected_with_a_reason(
    issuer: Issuer, tokens: IdTokens, forge: Callable[[Issuer], str]
) -> None:
    token = forge(issuer)
    with pytest.raises(TokenRejected) as rejected:
        tokens.verify(token)
    assert rejected.value.reason.endswith(".")
    assert len(token) < 10 or token[-20:] not in rejected.value.reason


def test_a_token_of_a_job_says_who_it_is(issuer: Issuer, tokens: IdTokens) -> None:
    claims = tokens.verify(issuer.token(AUDIENCE, environment=None))
    assert (claims.project_id, claims.project_path, claims.ref) == (42, "uni/python-101", "main")
    assert (claims.user_id, claims.job_id, claims.environment) == ("7", "2000", None)
    assert claims.ref_protected


@pytest.mark.parametrize("value", ["false", "True", "1", True, None])
def test_only_the_word_true_means_protected(issuer: Issuer, tokens: IdTokens, value: object) -> None:
    assert not tokens.verify(issuer.token(AUDIENCE, ref_protected=value)).ref_protected


def test_clocks_may_differ_by_half_a_minute(issuer: Issuer, tokens: IdTokens) -> None:
    now = int(time.time())
    assert tokens.verify(issuer.token(AUDIENCE, exp=now - 10, nbf=now + 10)).project_id == 42


def test_keys_are_asked_for_once_an_hour(issuer: Issuer, tokens: IdTokens, clock: Clock) -> None:
    for _ in range(5):
        tokens.verify(issuer.token(AUDIENCE))
    assert issuer.asked == 1
    clock.now += KEEP_SECONDS + 1
    tokens.verify(issuer.token(AUDIENCE))
    assert issuer.asked == 2


def test_a_flood_of_unknown_key_ids_asks_gitlab_once(issuer: Issuer, tokens: IdTokens) -> None:
    for number in range(200):
        with pytest.raises(TokenRejected):
            tokens.verify(signed(issuer, STRANGER, kid=f"k{number}"))
    assert issuer.asked == 1


def test_a_new_key_of_gitlab_is_known_after_half_a_minute(
    issuer: Issuer, tokens: IdTokens, clock: Clock
) -> None:
    tokens.verify(issuer.token(AUDIENCE))
    issuer.keys["new"] = STRANGER
    with pytest.raises(TokenRejected):
        tokens.verify(issuer.token(AUDIENCE, kid="new"))
    clock.now += FETCH_AGAIN_SECONDS
    assert tokens.verify(issuer.token(AUDIENCE, kid="new")).project_id == 42


def test_while_gitlab_is_away_its_known_keys_are_good(issuer: Issuer, tokens: IdTokens, clock: Clock) -> None:
    tokens.verify(issuer.token(AUDIENCE))
    issuer.away = True
    clock.now += KEEP_SECONDS + 1
    assert tokens.verify(issuer.token(AUDIENCE)).project_id == 42


def test_without_any_key_nobody_is_rejected_for_gitlabs_sake(
    issuer: Issuer, tokens: IdTokens, clock: Clock
) -> None:
    issuer.away = True
    for _ in range(3):
        with pytest.raises(NeighbourFailed):
            tokens.verify(issuer.token(AUDIENCE))
    assert issuer.asked == 1
    issuer.away = False
    clock.now += FETCH_AGAIN_SECONDS
    assert tokens.verify(issuer.token(AUDIENCE)).project_id == 42
