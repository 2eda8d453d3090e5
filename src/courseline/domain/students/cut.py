"""Cutting out of a text what lies between solution markers."""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.students.marker import Kind, Marker
from courseline.domain.students.markers import find_markers, markers_in
from courseline.domain.students.stubs import Stubs
from courseline.domain.students.text_file import Unreadable, read_text
from courseline.errors import Problem

_NO_STUBS = Stubs({"": ""})


@dataclass(frozen=True, slots=True)
class Cut:
    """A file without its solutions.

    Attributes:
        content: what is left; None when nothing in the file is marked as a solution, or there are problems.
        problems: why nothing could be cut, each with its line.
        places: what was cut, in words: "lines 3-5, 9-11", or "cells 2, 4".
    """

    content: bytes | None
    problems: tuple[Problem, ...] = ()
    places: str = ""


def cut_solutions(raw: bytes, path: str, stubs: Stubs | None = None) -> Cut:
    """The file without marker lines and what lies between them; every other byte stays.

    Args:
        raw: the file, plain text.
        path: its name in problems; its suffix tells the language.
        stubs: what stands where a solution was; None for nothing.
    """
    found = find_markers(raw, path)
    if found.problems or all(marker.kind is not Kind.SOLUTION for marker in found.markers):
        return Cut(None, found.problems)
    text = read_text(raw)
    if isinstance(text, Unreadable):  # in which no marker would have been found
        return Cut(None)
    kept = cut_lines(text.lines, found.markers, path, stubs or _NO_STUBS)
    written: list[str] = []
    for line, number in kept:
        own = line if number is None else text.written(line)
        if own is None:
            message = f"The stub `{line.strip()}` cannot be written in this file's encoding, {text.encoding}."
            return Cut(
                None,
                (Problem(path, number, message, fix="Save the file as UTF-8, or choose an ASCII stub."),),
            )
        written.append(own)
    left = markers_in(written, path)
    if left.markers or left.problems:
        message = "A stub of meta.yaml is itself a solution marker."
        return Cut(None, (Problem(path, None, message, fix="Choose another `solutionStub`."),))
    pairs = zip(found.markers[::2], found.markers[1::2], strict=True)
    places = ", ".join(f"{opening.line}-{closing.line}" for opening, closing in pairs)
    return Cut(text.bytes_of("".join(written)), places=f"lines {places}")


def cut_lines(
    lines: list[str], markers: tuple[Marker, ...], path: str, stubs: Stubs
) -> list[tuple[str, int | None]]:
    """The lines that stay.

    Args:
        lines: of the text, with their ends.
        markers: all that are in it, in pairs.
        path: as for `cut_solutions`.
        stubs: what stands where a solution was.

    Returns:
        Lines with their ends; beside a line of a stub the 1-based line of the marker it stands for, else None.
    """
    kept: list[tuple[str, int | None]] = []
    start = 0
    for opening, closing in zip(markers[::2], markers[1::2], strict=True):
        kept += [(line, None) for line in lines[start : opening.line - 1]]
        marker, cut = lines[opening.line - 1], lines[opening.line : closing.line - 1]
        make = stubs.lines if opening.kind is Kind.SOLUTION else stubs.lines_for_tests
        end = marker[len(marker.rstrip("\r\n")) :] or "\n"
        kept += [(line + end, opening.line) for line in make(path, cut, marker)]
        start = closing.line
    return [*kept, *((line, None) for line in lines[start:])]
