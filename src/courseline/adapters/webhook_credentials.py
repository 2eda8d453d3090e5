"""Who sent a webhook: GitLab's signature (Standard Webhooks, since 19.0) or its secret token, never one for the other."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from courseline.errors import InvalidInput, Problem

SIGNING = "whsec_"
_VARIABLE = "COURSELINE_WEBHOOK_SECRETS"


class Headers(Protocol):
    """Headers of a request, found in any letter case."""

    def get(self, name: str, default: str, /) -> str:
        """The value of one."""
        ...


@dataclass(frozen=True, slots=True)
class Rejected(Exception):  # noqa: N818 - what the receiver did with it
    """The sender could not show that it knows a secret; `reason` is for our log, never for the sender."""

    reason: str


@dataclass(frozen=True, slots=True)
class WebhookCredentials:
    """All secrets that are live; several at once while they are rotated.

    Attributes:
        signing: secrets that begin with `whsec_`.
        tokens: the others, compared with `X-Gitlab-Token`.
    """

    signing: tuple[Webhook, ...] = field(repr=False)
    tokens: tuple[bytes, ...] = field(repr=False)

    def verify(self, headers: Headers, body: bytes) -> None:
        """Accept what one of the secrets signed or names.

        A delivery with a signature must verify by it, also when its token is right: whoever can drop a header could
        otherwise choose the weaker way. Without a signature only a token counts, and where every secret is a signing
        one there is none.

        Args:
            headers: of the request, found in any letter case.
            body: the raw bytes that arrived.

        Raises:
            Rejected: neither holds.
        """
        if headers.get("webhook-signature", ""):
            self._verify_signature(headers, body)
            return
        given = headers.get("X-Gitlab-Token", "")
        if not given:
            raise Rejected("it carries neither a signature nor a token")
        if not self.tokens:
            raise Rejected("it carries a token, and only signing secrets are configured")
        # All are compared, so that the time tells nothing of which.
        equal = [hmac.compare_digest(token, given.encode("utf-8", "replace")) for token in self.tokens]
        if not any(equal):
            raise Rejected("its token is none of ours")

    def _verify_signature(self, headers: Headers, body: bytes) -> None:
        needed = {
            name: headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
        }
        for secret in self.signing:
            try:
                secret.verify(body, needed, json_parse=False)
            except (
                WebhookVerificationError,
                ValueError,
                OverflowError,
            ):  # also headers that are no base64 or number
                continue
            return
        raise Rejected("its signature is by none of our signing secrets, or older than five minutes")


def read_credentials(secrets: Sequence[str]) -> WebhookCredentials:
    """The secrets of COURSELINE_WEBHOOK_SECRETS.

    Raises:
        InvalidInput: there is none, or a signing secret is malformed.
    """
    if not secrets:
        fix = "Set it to the secret that GitLab's webhook was given: the signing token (whsec_...) or the secret token."
        problem = Problem(
            _VARIABLE,
            None,
            f"{_VARIABLE} is not set, and without a secret anybody could send events.",
            fix=fix,
        )
        raise InvalidInput("Starting the receiver: it has no webhook secret.", [problem])
    signing = []
    for position, secret in enumerate(secrets, start=1):
        if not secret.startswith(SIGNING):
            continue
        try:
            signing.append(Webhook(secret))
        except (ValueError, EmptyWebhookSecretError):
            fix = "Copy the whole signing token from GitLab; it is shown once."
            problem = Problem(
                _VARIABLE, None, f"Entry {position} begins with {SIGNING} and is not base64.", fix=fix
            )
            raise InvalidInput("Starting the receiver: a webhook secret is malformed.", [problem]) from None
    return WebhookCredentials(tuple(signing), tuple(s.encode() for s in secrets if not s.startswith(SIGNING)))
