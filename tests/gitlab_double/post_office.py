"""Webhooks on their way, as GitLab sends them: once, from the background, without regard to order.

Facts: https://docs.gitlab.com/user/project/integrations/webhooks/, `app/services/web_hook_service.rb` and
`lib/gitlab/web_hooks/recursion_detection.rb` of gitlabhq/gitlabhq. A delivery that fails is not sent again.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import requests
from flask import has_request_context, request
from tests.builders.waiting import until
from tests.gitlab_double import payloads, payloads_ci
from tests.gitlab_double.failure import Failure
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.hooks import Delivery, Hook
from tests.gitlab_double.places import Project

SECONDS = 10.0
"""After which GitLab gives a receiver up."""
LARGEST = 25 * 1024 * 1024
MOST_RECURSIONS = 100
MOST_TESTS = 5
_KINDS = {
    "push": ("push_events", "Push Hook", payloads.push),
    "tag_push": ("tag_push_events", "Tag Push Hook", payloads.push),
    "merge_request": ("merge_requests_events", "Merge Request Hook", payloads.merge_request),
    "note": ("note_events", "Note Hook", payloads.note),
    "pipeline": ("pipeline_events", "Pipeline Hook", payloads_ci.pipeline),
    "build": ("job_events", "Job Hook", payloads_ci.build),
    "access_token": ("resource_access_token_events", "Resource Access Token Hook", payloads.access_token),
}


class PostOffice:
    """Sends what happens to whom it concerns.

    Attributes:
        dropping: nothing is sent, as when the receiver's network is away.
        copies: how often each delivery is sent.
        holding: deliveries wait for `release`.
        disabling: whether hooks that fail are disabled, as on GitLab.com; off on Self-Managed since 15.10.
        seconds: of patience.
    """

    def __init__(self, forge: Forge) -> None:
        self.dropping = False
        self.copies = 1
        self.holding = False
        self.disabling = False
        self.seconds = SECONDS
        self._forge = forge
        self._held: list[tuple[Hook, Delivery]] = []
        self._seen: dict[str, set[int]] = defaultdict(set)
        self._tests: dict[tuple[object, ...], list[float]] = defaultdict(list)
        self._under_way = 0
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="hooks")
        forge.listeners.append(self._happened)

    def settle(self) -> None:
        """Wait until nothing is under way."""
        until(lambda: self._under_way == 0, "all webhooks were sent")

    def release(self, seed: int | None = None) -> None:
        """Send what was held; with a seed in another order."""
        with self._lock:
            held, self._held = self._held, []
        if seed is not None:
            random.Random(seed).shuffle(held)
        for hook, delivery in held:
            self._post(hook, delivery)

    def limit_tests(self, *of: object) -> None:
        """Five tests a minute.

        Raises:
            Failure: 429.
        """
        now = time.monotonic()
        recent = [at for at in self._tests[of] if at > now - 60]
        if len(recent) >= MOST_TESTS:
            why = "This endpoint has been requested too many times. Try again later."
            raise Failure(429, {"message": {"error": why}})
        self._tests[of] = [*recent, now]

    def test(self, hook: Hook, kind: str, body: dict[str, Any]) -> Delivery:
        """Send one now, as the button `Test` does; a success makes a disabled hook good again."""
        header = next(title for event, title, _ in _KINDS.values() if event == kind)
        delivery = self._letter(hook, header, json.dumps(body).encode(), str(uuid.uuid4()))
        self._send(hook, delivery)
        return delivery

    def resend(self, hook: Hook, delivery: Delivery) -> Delivery:
        """The same body and key once more."""
        again = self._letter(
            hook, delivery.kind, delivery.body, delivery.headers["X-Gitlab-Event-UUID"], delivery.key
        )
        self._send(hook, again)
        return again

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _happened(self, what: str, project: Project, **facts: Any) -> None:
        if what not in _KINDS or self.dropping:
            return
        event, header, build = _KINDS[what]
        if what == "note" and facts["note"].system:
            return
        hooks = [
            hook for hook in self._forge.hooks_of(project) if hook.events[event] and self._wants(hook, facts)
        ]
        if not hooks:
            return
        if what in {"push", "tag_push"}:
            facts = {"moved": facts["moved"], "of": facts["push"]}
        body = json.dumps(build(self._forge, project, **facts)).encode()  # type: ignore[operator]
        cause = request.headers.get("X-Gitlab-Event-UUID", "") if has_request_context() else ""
        for hook in hooks:
            if len(body) <= LARGEST and not self._recurs(hook, cause):
                self._queue(hook, self._letter(hook, header, body, cause or str(uuid.uuid4())))

    @staticmethod
    def _wants(hook: Hook, facts: dict[str, Any]) -> bool:
        ref = facts["moved"].ref if "moved" in facts else ""
        return payloads.passes_filter(hook.push_events_branch_filter, hook.branch_filter_strategy, ref)

    def _recurs(self, hook: Hook, cause: str) -> bool:
        """Whether this hook was already called for what caused the event."""
        seen = self._seen[cause] if cause else set()
        again = hook.id in seen or len(seen) >= MOST_RECURSIONS
        seen.add(hook.id)
        return again

    def _letter(self, hook: Hook, header: str, body: bytes, event: str, key: str = "") -> Delivery:
        key = key or str(uuid.uuid4())
        self._seen[event].add(hook.id)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"GitLab/{self._forge.version}",
            "X-Gitlab-Event": header,
            "X-Gitlab-Webhook-UUID": str(uuid.uuid4()),
            "X-Gitlab-Instance": self._forge.url,
            "X-Gitlab-Event-UUID": event,
        }
        if self._forge.at_least(17, 4):
            headers["Idempotency-Key"] = key
        if hook.token:
            headers["X-Gitlab-Token"] = hook.token.replace("\n", "")
        if hook.signing_token and self._forge.at_least(19, 0):
            headers |= _signature(hook.signing_token, key, body)
        made = Delivery(self._forge.number("delivery"), header, key, body, headers, url=hook.url)
        hook.deliveries.append(made)
        return made

    def _queue(self, hook: Hook, delivery: Delivery) -> None:
        for copy in range(self.copies):
            one = delivery if copy == 0 else replace(delivery, headers=dict(delivery.headers))
            if self.holding:
                with self._lock:
                    self._held.append((hook, one))
            else:
                self._post(hook, one)

    def _post(self, hook: Hook, delivery: Delivery) -> None:
        with self._lock:
            self._under_way += 1
        self._pool.submit(self._send_and_count, hook, delivery)

    def _send_and_count(self, hook: Hook, delivery: Delivery) -> None:
        try:
            if not self.disabling or hook.alert_status == "executable":
                self._send(hook, delivery)
        except Exception as fault:
            self._forge.broken.append(fault)
            raise
        finally:
            with self._lock:
                self._under_way -= 1

    def _send(self, hook: Hook, delivery: Delivery) -> None:
        began = time.monotonic()
        try:
            answer = requests.post(
                hook.url,
                data=delivery.body,
                headers=delivery.headers,
                timeout=self.seconds,
                allow_redirects=False,
            )
            delivery.status = str(answer.status_code)
        except requests.RequestException:
            delivery.status = "internal error"
        delivery.duration = time.monotonic() - began
        hook.record(success=delivery.status[0] in "23")


def _signature(secret: str, key: str, body: bytes) -> dict[str, str]:
    from standardwebhooks.webhooks import Webhook

    at = datetime.now(UTC)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, at, body.decode()),
    }
