"""The issuer of id_tokens: keys, what it publishes, what a job gets.

Facts: https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload
"""

from __future__ import annotations

import json
import re
import time
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Blueprint, current_app
from jwt.algorithms import RSAAlgorithm
from tests.gitlab_double import rim
from tests.gitlab_double.ci_variables import full_ref, is_protected
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.pipelines import Job

api = Blueprint("oidc", __name__)
Row = dict[str, Any]
SHORTEST = 300
"""Seconds that a token lives whose job has no timeout."""
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True)
class _Key:
    kid: str

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(65537, 2048)

    def published(self) -> Row:
        shown: Row = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        return {**shown, "kid": self.kid, "use": "sig", "alg": "RS256"}


class Issuer:
    """The keys; the newest signs."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge
        self._keys = [_Key(uuid.uuid4().hex)]

    def rotate(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on; the old one stays published or not."""
        self._keys = [*(self._keys if keep_old else []), _Key(uuid.uuid4().hex)]

    def published(self) -> Row:
        return {"keys": [key.published() for key in self._keys]}

    def token(self, job: Job, audience: str | list[str], **other: Any) -> str:
        """A job's token; tests may give `other` claims, also wrong ones."""
        key = self._keys[-1]
        return jwt.encode(self.claims(job, audience) | other, key.private, "RS256", headers={"kid": key.kid})

    def claims(self, job: Job, audience: str | list[str]) -> Row:
        """All that is documented; ids and truths are strings."""
        pipeline, now = job.pipeline, int(time.time())
        project, who, kind = pipeline.project, pipeline.user, "tag" if pipeline.tag else "branch"
        ref = pipeline.merge_request.source_branch if pipeline.merge_request else pipeline.ref
        path = f"refs/{'tags' if pipeline.tag else 'heads'}/{ref}"
        protected = str(is_protected(pipeline)).lower()
        environment = job.config.get("environment") or {}
        config = (
            f"{urlsplit(self._forge.url).netloc}/{project.full_path}//.gitlab-ci.yml@{full_ref(pipeline)}"
        )
        claims: Row = {
            "iss": self._forge.url,
            "aud": audience,
            "sub": f"project_path:{project.full_path}:ref_type:{kind}:ref:{ref}",
            "iat": now,
            "nbf": now - 5,
            "exp": now + seconds(job.config.get("timeout")),
            "jti": str(uuid.uuid4()),
            "namespace_id": str(project.group.id),
            "namespace_path": project.group.full_path,
            "project_id": str(project.id),
            "project_path": project.full_path,
            "user_id": str(who.id),
            "user_login": who.username,
            "user_email": who.email,
            "user_access_level": project.level(who).name.lower(),
            "pipeline_id": str(pipeline.id),
            "pipeline_source": pipeline.source,
            "job_id": str(job.id),
            "ref": ref,
            "ref_type": kind,
            "ref_path": path,
            "ref_protected": protected,
            "runner_id": 1,
            "runner_environment": "self-hosted",
            "sha": pipeline.sha,
            "project_visibility": project.visibility,
            "ci_config_ref_uri": config,
            "ci_config_sha": pipeline.sha,
        }
        if environment:
            claims |= {
                "environment": environment["name"],
                "environment_protected": "false",
                "deployment_tier": environment.get("deployment_tier", "other"),
                "environment_action": environment.get("action", "start"),
            }
        return claims


def seconds(timeout: str | None) -> int:
    """`1h 30m`, `30 minutes` as seconds."""
    found = re.findall(r"(\d+)\s*(second|minute|hour|day|s|m|h|d)", timeout or "")
    units = {**_UNITS, **{name[0]: size for name, size in _UNITS.items()}}
    return sum(int(number) * units[unit] for number, unit in found) or SHORTEST


@api.get("/.well-known/openid-configuration")
def configuration() -> Row:
    url = rim.url()
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/oauth/authorize",
        "token_endpoint": f"{url}/oauth/token",
        "jwks_uri": f"{url}/oauth/discovery/keys",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat"],
    }


@api.get("/oauth/discovery/keys")
def keys() -> Row:
    return cast("Issuer", current_app.config["double"].issuer).published()
