"""Messages of the commits courseline makes; their trailers are the witness that the history is checked against."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.deploying.step import Step, StepAction
from courseline.domain.deploying.trailers import parse_trailers
from courseline.domain.ledger.history import ChainHead

__all__ = [
    "EXAMPLE_VERSION",
    "HISTORY",
    "OPERATION",
    "ExampleVersionTrailer",
    "deploy_message",
    "parse_example_version",
    "parse_history_head",
    "parse_trailers",
    "safe_line",
    "steps_listed",
    "template_message",
]

OPERATION = "Courseline-Operation"
EXAMPLE_VERSION = "Example-Version"
HISTORY = "Courseline-History"

_STEP = "- "
_LONGEST = 120  # characters of foreign text in one line
_VERSION = re.compile(
    r"(?P<path>[A-Za-z0-9_.]+) (?P<example>\S+)@(?P<label>[^\s@]+) (?P<version>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_HEAD = re.compile(r"(?P<seq>0|[1-9][0-9]{0,17}):(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class ExampleVersionTrailer:
    """What an `Example-Version` trailer says: ltree path, `REPO:identifier`, label as shown, version."""

    path: str
    example: str
    label: str
    version_id: UUID


def deploy_message(
    steps: Sequence[Step], titles: Mapping[UUID, str], operation_id: UUID, history: ChainHead
) -> str:
    """Message of a deploy commit.

    Args:
        steps: those that were applied, in order.
        titles: title of each content by its id; foreign text.
        operation_id: the operation that made the commit.
        history: head of the course's chain before it.

    Returns:
        Subject, one line a step, trailers, a final newline.
    """
    body = [f"{_STEP}{_sentence(step, _title(step, titles))}" for step in steps]
    trailers = [f"{OPERATION}: {operation_id}"]
    trailers += [
        f"{EXAMPLE_VERSION}: {step.path} {_word(step.example)}@{_word(step.to_label)} {step.resolved_version}"
        for step in steps
        if step.example is not None and step.to_label is not None and step.resolved_version is not None
    ]
    trailers.append(f"{HISTORY}: {history}")
    return "\n".join([_subject(steps, titles), "", *body, *([""] if body else []), *trailers, ""])


def template_message(course_title: str, operation_id: UUID) -> str:
    """Message of a student-template commit; students read it, so it names nothing but the course."""
    return f"Update student template for {safe_line(course_title) or 'the course'}\n\n{OPERATION}: {operation_id}\n"


def parse_example_version(value: str) -> ExampleVersionTrailer | None:
    """What an `Example-Version` trailer says, None when its value has another form."""
    match = _VERSION.fullmatch(value)
    if match is None:
        return None
    return ExampleVersionTrailer(match["path"], match["example"], match["label"], UUID(match["version"]))


def parse_history_head(value: str) -> ChainHead | None:
    """What a `Courseline-History` trailer says, None when its value has another form."""
    match = _HEAD.fullmatch(value)
    return ChainHead(int(match["seq"]), match["hash"]) if match else None


def steps_listed(message: str) -> int:
    """How many steps the message of a deploy commit lists; 0 for other messages. Each has one row in the history."""
    return sum(line.startswith(_STEP) for line in message.split("\n"))


def safe_line(text: str) -> str:
    """Foreign text as one line of visible characters, cut where it grows long.

    Line breaks of any kind, controls and characters that change the direction of writing become spaces, so that no
    title can add a line, a paragraph or a trailer to a message, or dress up as something else in a terminal.
    """
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    line = " ".join(plain.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _subject(steps: Sequence[Step], titles: Mapping[UUID, str]) -> str:
    if len(steps) == 1:
        sentence = _sentence(steps[0], _title(steps[0], titles))
        return sentence[0].upper() + sentence[1:]
    count = Counter(step.action for step in steps)
    deployed = count[StepAction.ADD] + count[StepAction.UPDATE]
    if deployed or not steps:
        return f"Deploy {_examples(deployed)} from Example Library"
    if not count[StepAction.MOVE]:
        return f"Remove {_examples(len(steps))}"
    if not count[StepAction.REMOVE]:
        return f"Move {_examples(len(steps))}"
    return f"Move {_examples(count[StepAction.MOVE])} and remove {count[StepAction.REMOVE]}"


def _sentence(step: Step, title: str) -> str:
    directory = safe_line(step.directory)
    match step.action:
        case StepAction.ADD:
            return f"add {title} to {directory}"
        case StepAction.UPDATE:
            return f"update {title} in {directory}{_labels(step)}"
        case StepAction.MOVE:
            return f"move {title} from {step.old_path} to {step.path}"
        case StepAction.REMOVE if step.keep_files:
            return f"detach {title} in {directory}"
        case StepAction.REMOVE:
            return f"remove {title} from {directory}"
        case _:
            return f"{step.action} {title} in {directory}"


def _labels(step: Step) -> str:
    if step.from_label is not None and step.to_label is not None and step.from_label != step.to_label:
        return f" from {_word(step.from_label)} to {_word(step.to_label)}"
    return f" to {_word(step.to_label)}" if step.to_label is not None else ""


def _title(step: Step, titles: Mapping[UUID, str]) -> str:
    return safe_line(titles.get(step.content_id, "")) or step.path


def _word(text: str | None) -> str:
    """One word of a trailer."""
    return safe_line(text or "").replace(" ", "_") or "-"


def _examples(number: int) -> str:
    return f"{number} example" if number == 1 else f"{number} examples"
