"""What a GitLab has, as values."""

from __future__ import annotations

import base64
from dataclasses import replace

from courseline.domain.connect.found import FoundHook
from courseline.domain.connect.webhook import EVENTS

SIGNING = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SHORT = "whsec_" + base64.b64encode(b"short").decode()
RECEIVER = "https://courseline.example.org"
URL = f"{RECEIVER}/hooks/gitlab"
NEW, OLD = (19, 1), (18, 5)


def hook(**changes: object) -> FoundHook:
    found = FoundHook(
        7,
        URL,
        dict.fromkeys(EVENTS, True),
        verifies_tls=True,
        has_signing=True,
        has_token=False,
        every_branch=True,
        alert="executable",
    )
    return replace(found, **changes)  # type: ignore[arg-type]
