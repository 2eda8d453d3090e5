"""Trees of hostile places by hypothesis: any file may be anything, and what students must not read carries a canary."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from tests.builders.leak_draft import Hostile
from tests.builders.student_places import MadeUpCourse, Place, dump

from courseline.domain.library.version import Role
from courseline.domain.tree import EXECUTABLE, FILE, SYMLINK

FOLDERS = (
    "",
    "src/",
    "data/",
    "data/in/",
    "tests/",
    "Tests/",
    "content/",
    "content/mediaFiles/",
    "studentTemplates/",
    "lib/__pycache__/",
)
FILES = (
    "main.py",
    "MAIN.PY",
    "a.csv",
    "sheet.ipynb",
    ".env",
    "main.py~",
    "main.pyc",
    "Übung.txt",
    "all.zip",
    "x.orig",
    "notes",
)
TEXTS = ("README.md", "README_de.md", "README_solution.md", "content/index.md", "content/index_en.md")
NAMES = tuple(f"{folder}{name}" for folder in FOLDERS for name in FILES) + TEXTS
ODD = (
    "*",
    "tests/**",
    "data/",
    "src/",
    "tests/",
    "content/",
    "content/mediaFiles/",
    "./",
    "../x",
    "gone.py",
    "data",
    "studentTemplates/",
)
LISTS = ("studentSubmissionFiles", "additionalFiles", "testFiles", "studentTemplates")
MARKERS = (
    ("BEGIN SOLUTION", "END SOLUTION"), ("solution begin", "Solution End"), ("begin_solution", "END-SOLUTION"),
    ("<solution>", "</solution>"),
)  # fmt: skip


def canary(salt: str, path: str, kind: str) -> str:
    """The words of one file, found nowhere else."""
    digest = hashlib.sha256(f"{salt}/{path}/{kind}".encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return f"zq{kind}{digest}"


@dataclass(frozen=True)
class Shaped:
    """A file's content, and whether it says `outer` in the open and `inner` between markers."""

    raw: bytes
    inner: bool = False


def _plain(outer: str, _inner: str, _marks: tuple[str, str]) -> Shaped:
    return Shaped(f"these are the words {outer} of this file alone\n".encode())


def _marked(outer: str, inner: str, marks: tuple[str, str]) -> Shaped:
    return Shaped(
        f"words {outer} for the file\n# {marks[0]}\nanswer = '{inner}'\n# {marks[1]}\n".encode(), inner=True
    )


def _half_marked(outer: str, inner: str, marks: tuple[str, str]) -> Shaped:
    return Shaped(f"words {outer} for the file\n# {marks[0]}\nanswer = '{inner}'\n".encode(), inner=True)


def _wide(outer: str, inner: str, marks: tuple[str, str]) -> Shaped:
    return Shaped(_marked(outer, inner, marks).raw.decode().encode("utf-16"), inner=True)


def _western(outer: str, inner: str, marks: tuple[str, str]) -> Shaped:
    return Shaped(b"# gr\xf6\xdfer\n" + _marked(outer, inner, marks).raw, inner=True)


def _conflict(outer: str, inner: str, _marks: tuple[str, str]) -> Shaped:
    return Shaped(
        f"words {outer}\n<<<<<<< HEAD\nours\n=======\n{inner}\n>>>>>>> theirs\n".encode(), inner=True
    )


def _packed(outer: str, _inner: str, _marks: tuple[str, str]) -> Shaped:
    return Shaped(gzip.compress(f"these are the words {outer} of this file alone\n".encode(), mtime=0))


def _book(outer: str, inner: str, marks: tuple[str, str]) -> Shaped:
    output = {"output_type": "stream", "name": "stdout", "text": [f"{inner}\n"]}
    cells = [
        {"cell_type": "code", "id": "a", "execution_count": 1, "metadata": {}, "outputs": [], "source": [f"x = '{outer}'\n", f"# {marks[0]}\n", f"x = '{inner}'\n", f"# {marks[1]}\n"]},
        {"cell_type": "code", "id": "b", "execution_count": 2, "metadata": {}, "outputs": [output], "source": ["x"]},
    ]  # fmt: skip
    return Shaped(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode(), inner=True
    )


SHAPES: tuple[Callable[[str, str, tuple[str, str]], Shaped], ...] = (
    _plain, _plain, _plain, _marked, _half_marked, _wide, _western, _conflict, _packed, _book,
)  # fmt: skip


@dataclass(frozen=True)
class HostilePlace:
    """A place, and what may not be read of it."""

    place: Place
    secrets: frozenset[str]


@st.composite
def hostile_places(draw: st.DrawFn, directory: str) -> HostilePlace:
    """One place: some files, each used for something or nothing, listed rightly or not."""
    paths = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=2, max_size=12))
    choose = random.Random(draw(st.integers(0, 2**64)))
    salt = f"{directory} {choose.getrandbits(60)} {paths}"
    wild = choose.choice([0.0, 0.05, 0.5])  # how often something is as nobody careful would write it
    lists: dict[str, list[object]] = {name: [] for name in LISTS}
    roles: dict[str, Role] = {}
    files: dict[str, tuple[str, bytes]] = {}
    inner: set[str] = set()
    for path in paths:
        use = choose.choice([*LISTS, *LISTS, "copied", "nothing", "nothing"])
        if use == "copied":
            roles[path] = choose.choice(list(Role))
        elif use != "nothing":
            lists[use].append(path)
        calm = _marked if use == "studentSubmissionFiles" else _plain
        shape = choose.choice(SHAPES) if choose.random() < wild else calm
        shaped = shape(canary(salt, path, "o"), canary(salt, path, "i"), choose.choice(MARKERS))
        inner |= {path} if shaped.inner else set()
        raw = shaped.raw
        if path in TEXTS and choose.random() < 0.5:
            links = [
                name.removeprefix("content/") for name in NAMES if name.startswith("content/mediaFiles/")
            ]
            raw += f"\n![x](<{choose.choice(links)}>)\n".encode()
        mode = choose.choice([EXECUTABLE, SYMLINK]) if choose.random() < wild / 5 else FILE
        files[path] = (mode, raw)
    if choose.random() < wild:
        lists[choose.choice(LISTS)].append(choose.choice(ODD))
    if choose.random() < 0.3:
        lists["additionalFiles"].append(choose.choice(["data/", "src/", "tests/", "lib/"]))
    if choose.random() < 0.2:
        lists["studentTemplates"].append(
            {"from": choose.choice(paths), "to": choose.choice([*paths, "begin.py"])}
        )
    if choose.random() < wild:
        lists["testFiles"].append(choose.choice(paths))
    noted = canary(salt, "meta.yaml", "c")
    meta = dump(
        {
            "identifier": "task",
            "title": "Task",
            "hints": noted,
            "properties": {name: entries for name, entries in lists.items() if entries},
        }
    )
    place = Place({**files, "meta.yaml": f"# {noted}\n".encode() + meta}, directory, roles)
    shown = readable_paths(paths, lists, roles)
    secrets = {noted} | {canary(salt, path, "o") for path in paths if path not in shown}
    secrets |= {canary(salt, path, "i") for path in inner}
    return HostilePlace(place, frozenset(secrets))


def readable_paths(paths: list[str], lists: Mapping[str, list[Any]], roles: Mapping[str, Role]) -> set[str]:
    """The rules of the student view once more, so short that they can be read: which files may show open words.

    Where a rule depends on more (links, markers) the file counts as readable; its words between markers never are.
    """
    folders = tuple(str(entry) for entry in lists["additionalFiles"] if str(entry).endswith("/"))
    templates = {entry["from"] if isinstance(entry, dict) else entry for entry in lists["studentTemplates"]}
    shown: set[str] = set()
    for path in paths:
        role = roles.get(path, Role.PUBLIC)
        if role in {Role.TEST, Role.SUBMISSION} or path in lists["testFiles"]:
            continue
        listed = path in lists["additionalFiles"] or path in templates or path in roles
        below = bool(folders) and path.startswith(folders)
        text = path in {"README.md", "README_de.md", "content/index.md", "content/index_en.md"}
        handed_in = path in lists["studentSubmissionFiles"]
        if handed_in or listed or below or text or path.startswith("content/mediaFiles/"):
            shown.add(path)
    return shown


@st.composite
def hostile_courses(draw: st.DrawFn) -> Hostile:
    """Two places, sometimes on top of what students have from earlier ones."""
    first, second = draw(hostile_places("week1/a")), draw(hostile_places("week2/b"))
    course = MadeUpCourse([first.place, second.place])
    secrets = first.secrets | second.secrets
    return Hostile(course, secrets)
