"""How the result of a leak scan is told: what leaked first, then what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from courseline.cli.report import problem_json, show_problems, shown

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.domain.students.scan.leak import Leak, Sign
    from courseline.domain.students.scan.look import Trace
    from courseline.errors import Problem
    from courseline.usecases.students.scan_repository import Scanned

MOST_SHOWN = 30
_MOST_REFS = 4
_STATES = {
    "tip": "students see it now",
    "history": "in the history only",
    "unreachable": "in no branch or tag any more, readable by its id",
}


def leak_payload(scanned: Scanned, warnings: Sequence[Problem]) -> dict[str, object]:
    """The command's part of the JSON object.

    Args:
        scanned: what was found.
        warnings: about the examples it was compared with.
    """
    certain = [leak for leak in scanned.leaks if leak.certain]
    return {
        "repository": scanned.repository,
        "clean": not scanned.leaks,
        "leaks": [_leak_json(leak) for leak in certain],
        "signs": [_leak_json(leak) for leak in scanned.leaks if not leak.certain],
        "blobs": [leak.oid for leak in certain if leak.kind == "file"],
        "recovery": list(scanned.recovery),
        "refs": scanned.refs,
        "commits": scanned.commits,
        "files": scanned.files,
        "examples": scanned.examples,
        "unreachable": scanned.sees_unreachable,
        "problems": [problem_json(problem) for problem in (*warnings, *scanned.warnings)],
    }


def show_scan(console: Console, scanned: Scanned, warnings: Sequence[Problem]) -> None:
    """The same for a person: the verdict in one line, what leaked by where it is, then the steps."""
    _line(console, _verdict(scanned), "bold red" if scanned.leaks else "green")
    for heading, leaks in groupby(scanned.leaks[:MOST_SHOWN], _heading):
        console.print()
        _line(console, heading, "bold")
        for leak in leaks:
            names = ", ".join(leak.paths[:3]) or f"{leak.kind} {leak.oid}"
            said = [_trace_words(trace) for trace in leak.traces] + [_sign_words(sign) for sign in leak.signs]
            _line(console, f"  {names}: {'; '.join(said)}")
    if len(scanned.leaks) > MOST_SHOWN:
        console.print()
        _line(console, f"... and {len(scanned.leaks) - MOST_SHOWN} more; --json lists them all.")
    if scanned.recovery:
        console.print()
        _line(console, "What to do, in this order:", "bold")
        for number, step in enumerate(scanned.recovery, start=1):
            _line(console, f"  {number}. {step}")
    console.print()
    _line(console, _looked_at(scanned))
    show_problems(console, [*warnings, *scanned.warnings])


def _verdict(scanned: Scanned) -> str:
    if not scanned.leaks:
        return f"{scanned.repository}: nothing hidden was found."
    states = Counter(leak.state for leak in scanned.leaks if leak.certain)
    signs = sum(not leak.certain for leak in scanned.leaks)
    parts = [f"{states[state]} {words}" for state, words in _STATES.items() if states[state]]  # type: ignore[index]
    told = f"{_count(states.total(), 'hidden file')} leaked ({'; '.join(parts)})" if parts else ""
    more = f"signs of a leak in {_count(signs, 'file')}" if signs else ""
    return f"{scanned.repository}: {' and '.join(filter(None, [told, more]))}."


def _heading(leak: Leak) -> str:
    """Where it is and since when; the same for all that one commit brought."""
    refs = [_short(ref) for ref in (*leak.tip_refs, *leak.history_refs)]
    listed = ", ".join(refs[:_MOST_REFS])
    if len(refs) > _MOST_REFS:
        listed += f" and {len(refs) - _MOST_REFS} more"
    words = "Signs of a leak, " if not leak.certain else ""
    heading = words + _STATES[leak.state] + (f" ({listed})" if listed else "")
    if leak.since is not None:
        when = leak.since.at.strftime("%Y-%m-%d")
        heading += (
            f', since commit {leak.since.sha[:12]} of {when} by {leak.since.author}: "{leak.since.subject}"'
        )
    return heading[0].upper() + heading[1:]


def _trace_words(trace: Trace) -> str:
    known = trace.known.words if trace.known else "file of an example that is not at hand"
    verbs = {
        "same-bytes": f"is the {known}, byte for byte",
        "same-text": f"has the text of the {known}",
        "contained": f"holds the {known}" + (f", {trace.share} % of it" if trace.share < 100 else ""),
        "canary": f"holds the canary of the {known}",
    }
    place = [trace.where] if trace.where else []
    place += [f"line {trace.line}"] if trace.line is not None else []
    return verbs[trace.likeness] + (f" ({', '.join(place)})" if place else "")


def _sign_words(sign: Sign) -> str:
    return f"{sign.rule}: {sign.message}" + (f" (line {sign.line})" if sign.line is not None else "")


def _short(ref: str) -> str:
    for prefix, word in (("refs/heads/", "branch"), ("refs/tags/", "tag")):
        if ref.startswith(prefix):
            return f"{word} {ref.removeprefix(prefix)}"
    return ref


def _looked_at(scanned: Scanned) -> str:
    compared = f"compared with {_count(scanned.examples, 'example')}"
    unreachable = (
        "Objects that no ref reaches were looked at too."
        if scanned.sees_unreachable
        else "What no ref reaches was not seen: only the server's own directory shows that."
    )
    return (
        f"Looked at {_count(scanned.files, 'file')} in {_count(scanned.commits, 'commit')} of"
        f" {_count(scanned.refs, 'ref')}, {compared}."
        f" {unreachable}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(shown(text), markup=False, soft_wrap=True, style=style)


def _leak_json(leak: Leak) -> dict[str, object]:
    since = leak.since
    return {
        "paths": [shown(path) for path in leak.paths],
        "oid": leak.oid,
        "kind": str(leak.kind),
        "state": str(leak.state),
        "is": [
            {
                "likeness": str(trace.likeness),
                "example": trace.known.example if trace.known else None,
                "file": trace.known.path if trace.known else None,
                "role": str(trace.known.role) if trace.known else None,
                "where": trace.where,
                "line": trace.line,
                "share": trace.share,
            }
            for trace in leak.traces
        ],
        "signs": [
            {"rule": sign.rule, "message": shown(sign.message), "line": sign.line} for sign in leak.signs
        ],
        "since": None
        if since is None
        else {
            "commit": since.sha,
            "at": since.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "author": since.author,
            "subject": since.subject,
        },
        "at_tip_of": list(leak.tip_refs),
        "in_history_of": list(leak.history_refs),
    }
