"""API: notes of merge requests.

Facts: https://docs.gitlab.com/api/notes/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response
from tests.gitlab_double import quick_actions, rim
from tests.gitlab_double.failure import Failure, forbidden, not_found
from tests.gitlab_double.merge_requests import MergeRequest, Note
from tests.gitlab_double.people import Level

api = Blueprint("notes", __name__)
Row = dict[str, Any]
MANY = "/projects/<path>/merge_requests/<iid>/notes"
LONGEST = 1_000_000


@api.get(MANY)
def notes(path: str, iid: str) -> Response:
    it = rim.forge().find_merge_request(rim.project(path), iid)
    by = "updated_at" if rim.given().get("order_by") == "updated_at" else "created_at"
    found = rim.ordered(it.notes, lambda note: (getattr(note, by), note.id))
    return rim.page(found, lambda note: note.as_json(rim.url(), it))


@api.post(MANY)
def create(path: str, iid: str) -> tuple[Row, int]:
    forge, who = rim.forge(), rim.actor()
    it = forge.find_merge_request(rim.project(path, Level.GUEST, writing=True), iid)
    text, changes = _spoken(it)
    if not text:
        return {"commands_changes": changes, "summary": [f"Applied {', '.join(changes)}"]}, 202
    made = Note(forge.number("note"), text, who)
    it.notes.append(made)
    forge.happened("note", it.target, it=it, note=made, action="create", user=who)
    return made.as_json(rim.url(), it), 201


@api.get(f"{MANY}/<number>")
def one(path: str, iid: str, number: str) -> Row:
    it = rim.forge().find_merge_request(rim.project(path), iid)
    return _note(it, number).as_json(rim.url(), it)


@api.put(f"{MANY}/<number>")
def update(path: str, iid: str, number: str) -> Row:
    forge, who = rim.forge(), rim.actor()
    it = forge.find_merge_request(rim.project(path), iid)
    note = _note(it, number)
    if note.author is not who and it.target.level(who) < Level.MAINTAINER:
        raise forbidden()
    note.body, note.updated_at = _spoken(it)[0], datetime.now(UTC)
    forge.happened("note", it.target, it=it, note=note, action="update", user=who)
    return note.as_json(rim.url(), it)


@api.delete(f"{MANY}/<number>")
def delete(path: str, iid: str, number: str) -> tuple[str, int]:
    who = rim.actor()
    it = rim.forge().find_merge_request(rim.project(path), iid)
    note = _note(it, number)
    if note.author is not who and it.target.level(who) < Level.MAINTAINER:
        raise forbidden()
    it.notes.remove(note)
    return "", 204


def _note(it: MergeRequest, number: str) -> Note:
    for note in it.notes:
        if str(note.id) == number:
            return note
    raise not_found("Note")


def _spoken(it: MergeRequest) -> tuple[str, Row]:
    """The text of a note, and what its quick actions did."""
    spoken, changes = quick_actions.read(_body()), {}
    for word, rest in spoken.actions:
        it.actions.append((word, rest))
        changes[word] = rest
        if word == "title":
            it.title = rest
        elif word in {"close", "reopen"} and it.state in {"opened", "closed"}:
            it.state = "closed" if word == "close" else "opened"
    return spoken.text, changes


def _body() -> str:
    text = str(rim.need("body")["body"])
    if len(text) > LONGEST:
        raise Failure(400, {"message": {"note": ["is too long (maximum is 1000000 characters)"]}})
    return text
