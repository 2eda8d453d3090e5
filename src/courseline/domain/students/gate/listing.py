"""The gate's own reading of meta.yaml: what it lists, from plain data.

Entries the gate cannot read grant nothing, so a misreading stops a push and never lets a file through.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from courseline.domain.students.gate.case import GatePlace

_TEMPLATE_DIRECTORIES = ("studentTemplates/", "studentTemplate/")


@dataclass(frozen=True)
class Listing:
    """What a meta.yaml lists.

    Attributes:
        submissions: files students hand in.
        additional: files named one by one.
        directories: directories named with a trailing slash, without it.
        tests: files and directories of tests.
        templates: (source, target) of every template.
    """

    submissions: frozenset[str]
    additional: frozenset[str]
    directories: tuple[str, ...]
    tests: tuple[str, ...]
    templates: tuple[tuple[str, str], ...]

    def is_test(self, path: str) -> bool:
        """Whether `path` is a test file, also in another spelling of upper and lower case."""
        own = fold(path)
        return own in self._folded_tests or own.startswith(self._below_tests)

    def is_submission(self, path: str) -> bool:
        """Whether `path` is a file students hand in, whose source in the example is a solution."""
        return fold(path) in self._folded_submissions

    def is_template_source(self, path: str) -> bool:
        """Whether `path` is where a template comes from."""
        return any(path == source for source, _ in self.templates)

    @cached_property
    def _folded_tests(self) -> frozenset[str]:
        return frozenset(map(fold, self.tests))

    @cached_property
    def _below_tests(self) -> tuple[str, ...]:
        return tuple(f"{test}/" for test in self._folded_tests)

    @cached_property
    def _folded_submissions(self) -> frozenset[str]:
        return frozenset(map(fold, self.submissions))

    def directory_of(self, path: str) -> str | None:
        """The listed directory that brings `path`, None when none does.

        What is hidden inside is not brought: tests, files students hand in, templates, names that begin with a dot.
        """
        known = self._directory_of
        if path not in known:
            known[path] = self._brought_by(path)
        return known[path]

    @cached_property
    def _directory_of(self) -> dict[str, str | None]:
        """What `directory_of` has answered: several checks ask about every file of a place."""
        return {}

    def _brought_by(self, path: str) -> str | None:
        if self.is_test(path) or self.is_submission(path) or self.is_template_source(path):
            return None
        for directory in self.directories:
            if path.startswith(f"{directory}/"):
                inner = path[len(directory) + 1 :].split("/")
                if not any(part.startswith(".") for part in inner):
                    return directory
        return None


def listing_of(place: GatePlace) -> Listing:
    """What the meta.yaml of a place lists, read once."""
    known = place.worked_out.get("listing")
    if not isinstance(known, Listing):
        known = place.worked_out["listing"] = read_listing(place.meta)
    return known


def read_listing(meta: object) -> Listing:
    """What plain data of a meta.yaml lists; nothing where it is not in the expected form."""
    properties = meta.get("properties") if isinstance(meta, dict) else None
    lists = properties if isinstance(properties, dict) else {}
    additional = list(_texts(lists.get("additionalFiles")))
    return Listing(
        submissions=frozenset(_texts(lists.get("studentSubmissionFiles"))),
        additional=frozenset(entry for entry in additional if not entry.endswith("/")),
        directories=tuple(
            entry.rstrip("/") for entry in additional if entry.endswith("/") and entry.rstrip("/")
        ),
        tests=tuple(entry.rstrip("/") for entry in _texts(lists.get("testFiles"))),
        templates=tuple(_templates(lists.get("studentTemplates"))),
    )


@lru_cache(maxsize=16384)  # the places of a course have the same few names in them
def fold(path: str) -> str:
    """One spelling for all names that a file system without upper and lower case takes for the same."""
    return unicodedata.normalize("NFC", path).casefold()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            if isinstance(entry, str | int) and not isinstance(entry, bool):
                yield str(entry)


def _templates(value: object) -> Iterator[tuple[str, str]]:
    for entry in value if isinstance(value, list) else []:
        written = [entry.get("from"), entry.get("to")] if isinstance(entry, dict) else [entry, None]
        source, target = (next(_texts([part]), None) for part in written)
        if source is not None:
            start = next((name for name in _TEMPLATE_DIRECTORIES if source.startswith(name)), "")
            yield source, source[len(start) :] if target is None else target
