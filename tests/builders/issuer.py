"""A GitLab as far as id_tokens go: it signs them, and publishes its keys."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.builders.loopback import QuietHandler, serve_loopback

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KID = "the-issuer-s-key"


@dataclass
class Issuer:
    """A running one.

    Attributes:
        port: on 127.0.0.1.
        keys: kid -> private key; all of them are published.
        asked: how often the keys were asked for.
        away: whether it answers 503.
    """

    port: int
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=lambda: {KID: KEY})
    asked: int = 0
    away: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def claims(self, audience: str, **changed: Any) -> dict[str, Any]:
        """Those of a job on the protected default branch; None leaves a claim out."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": audience,
            "sub": "project_path:uni/python-101:ref_type:branch:ref:main",
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now - 5,
            "exp": now + 300,
            "namespace_id": "3",
            "namespace_path": "uni",
            "project_id": "42",
            "project_path": "uni/python-101",
            "user_id": "7",
            "user_login": "ada",
            "user_email": "ada@example.org",
            "pipeline_id": "1000",
            "pipeline_source": "push",
            "job_id": "2000",
            "ref": "main",
            "ref_type": "branch",
            "ref_path": "refs/heads/main",
            "ref_protected": "true",
            "environment": "courseline/assignments",
            "environment_protected": "false",
            "runner_id": 1,
            "runner_environment": "self-hosted",
            "sha": "0" * 40,
            "project_visibility": "private",
        }
        claims |= changed
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, audience: str, *, kid: str = KID, **changed: Any) -> str:
        """A signed id_token."""
        claims = self.claims(audience, **changed)
        return jwt.encode(claims, self.keys[kid], algorithm="RS256", headers={"kid": kid})

    def jwks(self) -> bytes:
        """What it publishes."""
        algorithm = jwt.algorithms.RSAAlgorithm
        keys = [
            {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "RS256"}
            for kid, key in self.keys.items()
        ]
        return json.dumps({"keys": keys}).encode()


class _Handler(QuietHandler):
    protocol_version = "HTTP/1.1"
    issuer: Issuer

    def do_GET(self) -> None:  # noqa: N802 - name of http.server
        self.issuer.asked += 1
        known = self.path == "/oauth/discovery/keys" and not self.issuer.away
        body = self.issuer.jwks() if known else b"{}"
        self.send_response(200 if known else 503 if self.issuer.away else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def id_token_issuer() -> Iterator[Issuer]:
    """Run one."""
    issuer = Issuer(0)
    with serve_loopback(type("Handler", (_Handler,), {"issuer": issuer})) as url:
        issuer.port = int(url.rpartition(":")[2])
        yield issuer
