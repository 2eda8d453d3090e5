"""What the operator guide alerts on is what `/metrics` tells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from flask import Flask
from tests.builders.gitlab_events import access_token, body_of, tag_push, with_token
from tests.webhook.conftest import SECRET

from courseline.wiring import Wiring

GUIDE = Path(__file__).parent.parent.parent / "docs" / "operator.md"
NAME = re.compile(r"courseline_[a-z_]+")


def rules() -> list[dict[str, Any]]:
    (block,) = [
        text
        for text in re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
        if text.startswith("groups:")
    ]
    (group,) = yaml.safe_load(block)["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def told(app: Flask, wiring: Wiring) -> str:
    """Metrics of a receiver that has accepted, refused and warned, beside a worker and after a reconcile."""
    client = app.test_client()
    client.post("/hooks/gitlab", data=body_of(tag_push()), headers=with_token(SECRET, "d1"))
    client.post("/hooks/gitlab", data=body_of(access_token()), headers=with_token(SECRET, "d2"))
    client.post("/hooks/gitlab", data=b"{}", headers=with_token("wrong", "d3"))
    wiring.worker(1).run(wait=False)
    text: str = client.get("/metrics").text
    return text


def test_every_alert_asks_for_what_is_told(app: Flask, wiring: Wiring) -> None:
    text = told(app, wiring)
    names = set(re.findall(r"^(courseline_[a-z_]+)", text, re.MULTILINE))
    wanted = {name for rule in rules() for name in NAME.findall(rule["expr"])}
    assert len(rules()) >= 7
    assert wanted - {"courseline_worker_age_seconds"} <= names


def test_every_label_that_an_alert_asks_for_is_told(app: Flask, wiring: Wiring) -> None:
    text = told(app, wiring)
    for rule in rules():
        for label in re.findall(r'\{(\w+="\w+")\}', rule["expr"]):
            assert label in text or label == 'state="failed"', label
