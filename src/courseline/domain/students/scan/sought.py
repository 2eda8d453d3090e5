"""What is looked for: the hidden files of examples, made into tables in which a line is found at once.

Of a hidden file only those lines count that are in nothing students get: what a solution shares with its own template
says nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from courseline.domain.library.version import Role
from courseline.domain.students.gate.markers import marker_line
from courseline.domain.students.scan.text import decoded, is_text, lines_of, same_text
from courseline.domain.tree import blob_oid

SMALLEST = 32
"""Bytes that are not blank, from which on a file counts; below it files are alike by chance."""
FEW_SMALLEST = 48
"""The same for what has one or two lines of its own."""
FEW, MANY = 3, 8
SHARE = 0.8
"""Of this share of a hidden file's own lines, when there are MANY, another file has the file in it."""
LARGEST_TEXT = 1024 * 1024
"""Bytes of a file whose lines are compared; a larger one is known by its bytes alone."""

CANARY = re.compile(rb"COURSELINE-CANARY-[0-9A-Za-z_-]+")
_META = "meta.yaml"
_HIDING = (b"testFiles", b"studentTemplates", b"testDependencies", b"testCases")
_WORDS = {Role.TEST: "test file", Role.SUBMISSION: "solution", Role.OTHER: "unlisted file"}


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A hidden file: `example` as people name it, path inside it, and what it is there for."""

    example: str
    path: str
    role: Role

    @property
    def words(self) -> str:
        """`solution main.py of hello-world`."""
        return f"{_WORDS.get(self.role, str(self.role))} {self.path} of {self.example}"


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """A file of an example: path, what it is for, git blob id, bytes (None when they were not read)."""

    path: str
    role: Role
    oid: str
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class KnownExample:
    """An example that is compared with.

    Attributes:
        name: as people name it.
        files: all of them.
        given: contents that students get of it.
    """

    name: str
    files: Sequence[ExampleFile]
    given: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Needed:
    """What a file must have of a hidden one: its own lines, and how many of them."""

    known: KnownFile
    own: int
    enough: int


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    Attributes:
        by_oid: hidden files by blob id.
        by_text: hidden files by the hash of their text.
        by_line: numbers in `needed` by the hash of a line.
        needed: what a file must have of each hidden one.
        canaries: hidden files by the canaries in them.
        examples: how many examples there are.
    """

    by_oid: Mapping[str, KnownFile] = field(default_factory=dict)
    by_text: Mapping[int, KnownFile] = field(default_factory=dict)
    by_line: Mapping[int, Sequence[int]] = field(default_factory=dict)
    needed: Sequence[Needed] = ()
    canaries: Mapping[bytes, KnownFile] = field(default_factory=dict)
    examples: int = 0


def seek(examples: Iterable[KnownExample]) -> Sought:
    """Make the tables; examples may come one after the other, none is kept."""
    making = _Making()
    for example in examples:
        making.add(example)
    return making.made()


class _Making:
    def __init__(self) -> None:
        self._by_oid: dict[str, KnownFile] = {}
        self._by_text: dict[int, KnownFile] = {}
        self._canaries: dict[bytes, KnownFile] = {}
        self._own: list[tuple[KnownFile, Mapping[int, int]]] = []
        self._given_oids: set[str] = set()
        self._given_texts: set[int] = set()
        self._given_lines: set[int] = set()
        self._examples = 0

    def add(self, example: KnownExample) -> None:
        self._examples += 1
        public = {Role.PUBLIC, Role.TEMPLATE}
        shown = [file.raw for file in example.files if file.role in public and file.raw is not None]
        for raw in (*shown, *example.given):
            self._given_lines.update(_lines(raw))
            self._given_texts.update([hash(same_text(decoded(raw)))] if is_text(raw) else [])
        self._given_oids.update(file.oid for file in example.files if file.role in public)
        self._given_oids.update(map(blob_oid, example.given))
        for file in example.files:
            if file.role not in public:
                self._hide(KnownFile(example.name, file.path, file.role), file)

    def _hide(self, known: KnownFile, file: ExampleFile) -> None:
        raw = file.raw
        if (
            raw is not None
            and file.path.rpartition("/")[2] == _META
            and not any(word in raw for word in _HIDING)
        ):
            return
        if raw is None:
            self._by_oid.setdefault(file.oid, known)
            return
        for canary in CANARY.findall(raw):
            self._canaries.setdefault(canary, known)
        if file.oid in self._by_oid or len(b"".join(raw.split())) < SMALLEST:
            return
        self._by_oid[file.oid] = known
        if len(raw) > LARGEST_TEXT or not is_text(raw):
            return
        self._by_text.setdefault(hash(same_text(decoded(raw))), known)
        if file.path != _META:
            self._own.append((known, _lines(raw)))

    def made(self) -> Sought:
        by_line: defaultdict[int, list[int]] = defaultdict(list)
        needed: list[Needed] = []
        for known, lines in self._own:
            own = {line: size for line, size in lines.items() if line not in self._given_lines}
            least = SMALLEST if len(own) >= FEW else FEW_SMALLEST
            if not own or sum(own.values()) < least:
                continue
            enough = len(own) if len(own) < MANY else round(SHARE * len(own))
            for line in own:
                by_line[line].append(len(needed))
            needed.append(Needed(known, len(own), enough))
        free = {
            oid for oid, known in self._by_oid.items() if known.role is Role.OTHER and oid in self._given_oids
        }
        by_oid = {oid: known for oid, known in self._by_oid.items() if oid not in free}
        by_text = {text: known for text, known in self._by_text.items() if text not in self._given_texts}
        return Sought(by_oid, by_text, by_line, needed, self._canaries, self._examples)


def _lines(raw: bytes) -> dict[int, int]:
    """Hash of each line that says something, with how many characters it has that are no blanks."""
    if len(raw) > LARGEST_TEXT or not is_text(raw):
        return {}
    return {
        hash(line): len(line) - line.count(" ")
        for _, line in lines_of(decoded(raw))
        if "solution" not in line.lower() or marker_line(line.encode("utf-8", "replace")) is None
    }
