"""The webhook that GitLab is to have: where it sends to, what it tells of, how it shows who it is.

Facts: https://docs.gitlab.com/api/project_webhooks/, https://docs.gitlab.com/user/project/integrations/webhooks/
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from courseline.domain.connect.found import FoundHook
from courseline.errors import Refused

ADDRESS = "/hooks/gitlab"
"""Where the receiver listens."""

EVENTS = (
    "push_events",
    "tag_push_events",
    "merge_requests_events",
    "pipeline_events",
    "job_events",
    "resource_access_token_events",
)
SIGNING = "whsec_"
SIGNING_SINCE = (19, 0)
_SIGNING_BYTES = 32
_VARIABLE = "COURSELINE_WEBHOOK_SECRETS"


class Proof(StrEnum):
    """How a delivery shows that it comes from GitLab."""

    SIGNATURE = "signature"
    TOKEN = "secret token"  # noqa: S105 - a word, no secret


@dataclass(frozen=True, slots=True)
class WantedHook:
    """A webhook as it should be.

    Attributes:
        url: of the receiver, with `ADDRESS`.
        proof: see `Proof`.
        secret: with which it signs, or which it shows.
    """

    url: str
    proof: Proof
    secret: str = field(repr=False)


def hook_url(receiver: str) -> str:
    """Address of the webhook at a receiver's own address."""
    return receiver.rstrip("/").removesuffix(ADDRESS) + ADDRESS


def wanted_hook(receiver: str, secrets: Sequence[str], version: tuple[int, int]) -> WantedHook:
    """The webhook for a receiver that knows `secrets`, at a GitLab of a version.

    GitLab signs since 19.0, and a signature is preferred: it also shows that nobody changed the delivery.

    Raises:
        Refused: none of the secrets is of use to that GitLab; the message says what to set.
    """
    signing = [secret for secret in secrets if secret.startswith(SIGNING)]
    tokens = [secret for secret in secrets if not secret.startswith(SIGNING)]
    signs = version >= SIGNING_SINCE
    usable = [secret for secret in signing if _has_right_length(secret)]
    if signs and usable:
        return WantedHook(hook_url(receiver), Proof.SIGNATURE, usable[0])
    if tokens:
        return WantedHook(hook_url(receiver), Proof.TOKEN, tokens[0])
    shown = f"GitLab {version[0]}.{version[1]}"
    if not secrets:
        found = f"{_VARIABLE} is not set, so the receiver could not tell GitLab's events from forged ones"
    elif signs:
        found = f"the signing secret in {_VARIABLE} is not `{SIGNING}` and 32 bytes in base64, and {shown} takes no other"
    else:
        found = f"{_VARIABLE} holds signing secrets only, and {shown} cannot sign yet (19.0 can)"
    cure = _signing_cure() if signs else _token_cure()
    raise Refused(f"Choosing the webhook's secret: {found}. {cure}")


def lacking(found: FoundHook, wanted: WantedHook) -> tuple[str, ...]:
    """What a webhook has otherwise than it should, in words; empty when it is as wanted.

    Events beyond ours are left on: somebody wanted them, and they are ignored. What GitLab does not tell counts as right.
    """
    off = [event_word(name) for name in EVENTS if found.events.get(name) is False]
    words = [f"without {', '.join(off)}"] if off else []
    if not found.every_branch:
        words.append("only some branches")
    if wanted.url.startswith("https://") and not found.verifies_tls:
        words.append("certificate not verified")
    if wanted.proof is Proof.SIGNATURE and found.has_signing is False:
        words.append("no signing token")
    if wanted.proof is Proof.TOKEN and found.has_token is False:
        words.append("no secret token")
    return tuple(words)


def ours(hooks: Iterable[FoundHook], url: str) -> FoundHook | None:
    """The webhook that sends to our receiver; the oldest when there are several."""
    return min(
        (hook for hook in hooks if hook.url.rstrip("/") == url), key=lambda hook: hook.id, default=None
    )


def event_word(name: str) -> str:
    """`tag_push_events` -> `tag push`, as GitLab's page calls it."""
    return name.removesuffix("_events").replace("_", " ")


def _has_right_length(secret: str) -> bool:
    try:
        return len(base64.b64decode(secret.removeprefix(SIGNING), validate=True)) == _SIGNING_BYTES
    except binascii.Error:
        return False


def _signing_cure() -> str:
    make = "python3 -c 'import base64, os; print(\"whsec_\" + base64.b64encode(os.urandom(32)).decode())'"
    return f"Make one with {make}, give it to the receiver too, and run this again."


def _token_cure() -> str:
    make = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
    return f"Add a secret token, made with {make}; give it to the receiver too, and run this again."
