"""Webhooks of a GitLab's projects and groups.

Facts: https://docs.gitlab.com/api/project_webhooks/, https://docs.gitlab.com/api/group_webhooks/
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from courseline.adapters.gitlab.client import GitLabClient
from courseline.domain.connect.found import FoundHook
from courseline.domain.connect.webhook import EVENTS, Proof, WantedHook
from courseline.errors import NotFound
from courseline.usecases.connect.forge_setup import Place, PlaceKind

_TRIGGER = "push_events"
_NAME = "courseline"


class Webhooks:
    """The part of `usecases.connect.forge_setup.ForgeSetup` about webhooks.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def hooks(self, place: Place) -> list[FoundHook]:
        """Its webhooks."""
        with self._client.asking(f"Reading the webhooks of {place.path}"):
            return [_found(hook) for hook in self._manager(place).list(get_all=True)]

    def save_hook(self, place: Place, number: int | None, wanted: WantedHook) -> int:
        """Make a webhook, or change the one of a number; answers its number."""
        values: dict[str, Any] = {
            "url": wanted.url,
            "name": _NAME,
            "enable_ssl_verification": True,
            "push_events_branch_filter": "",
            "branch_filter_strategy": "all_branches",
            **dict.fromkeys(EVENTS, True),
            "signing_token" if wanted.proof is Proof.SIGNATURE else "token": wanted.secret,
        }
        doing = "Making" if number is None else "Changing"
        with self._client.asking(f"{doing} the webhook of {place.path}"):
            manager = self._manager(place)
            if number is None:
                return int(manager.create(values).id)
            manager.update(number, values)
            return number

    def delete_hook(self, place: Place, number: int) -> None:
        """Remove a webhook; one that is gone is no error."""
        with suppress(NotFound), self._client.asking(f"Removing the webhook of {place.path}"):
            self._manager(place).delete(number)

    def test_hook(self, place: Place, number: int) -> None:
        """Have a test push delivered and wait for what the receiver answers."""
        with self._client.asking(f"Having a test event sent by the webhook of {place.path}"):
            self._manager(place).get(number, lazy=True).test(_TRIGGER)

    def _manager(self, place: Place) -> Any:
        api = self._client.api
        if place.kind is PlaceKind.GROUP:
            return api.groups.get(place.id, lazy=True).hooks
        return api.projects.get(place.id, lazy=True).hooks


def _found(hook: Any) -> FoundHook:
    said: dict[str, Any] = hook.attributes
    strategy, pattern = said.get("branch_filter_strategy"), said.get("push_events_branch_filter")
    return FoundHook(
        id=int(said["id"]),
        url=str(said["url"]),
        events={name: bool(said[name]) for name in EVENTS if said.get(name) is not None},
        verifies_tls=bool(said.get("enable_ssl_verification", True)),
        has_signing=_told(said.get("signing_token_present")),
        has_token=_told(said.get("token_present")),
        every_branch=strategy == "all_branches" or not pattern,
        alert=str(said.get("alert_status") or "executable"),
    )


def _told(value: object) -> bool | None:
    return None if value is None else bool(value)
