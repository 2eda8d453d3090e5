"""Hostile examples in the making: every hidden file carries a secret of its own, whatever becomes of the file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.builders.student_places import Files, MadeUpCourse, Place, dump

from courseline.domain.library.version import Role
from courseline.domain.students.gate.history import HistoryCase

SIGNS = {"py": "#", "R": "#", "m": "%", "c": "//", "java": "//", "sql": "--", "tex": "%"}
WORDS = (
    "mean",
    "total",
    "queue",
    "sample",
    "vector",
    "length",
    "height",
    "index",
    "signal",
    "matrix",
    "weight",
    "angle",
)


@dataclass(frozen=True)
class Hostile:
    """One attempt to get something hidden to students.

    Attributes:
        course: what the builder and the gate are given.
        secrets: what must be in nothing that is pushed.
        leaked: what a careless publisher would push, by path in the template; the gate alone must stop it.
        library: roles in the library of contents that other versions hide, as (path, role, content).
        history: commits and refs of the push, when the attempt is about them.
    """

    course: MadeUpCourse
    secrets: frozenset[str]
    leaked: Files = field(default_factory=dict)
    library: Sequence[tuple[str, Role, bytes]] = ()
    history: HistoryCase | None = None


class Dice(random.Random):
    """Chance with a memory: all secrets it gave out."""

    def __init__(self, seed: str, *, plain: bool = False) -> None:
        super().__init__(seed)
        self.secrets: list[str] = []
        # Most secrets are no canaries, so that not the check for canaries alone is what stops a variant.
        self._form = "{}" if plain else self.choice(["COURSELINE-CANARY-{}", "answer_{}", "{}"])
        self.ending = self.choice(list(SIGNS))

    @property
    def sign(self) -> str:
        """Begins a comment in the language of this example."""
        return SIGNS[self.ending]

    def secret(self, *, canary: bool = False) -> str:
        form = "COURSELINE-CANARY-{}" if canary else self._form
        self.secrets.append(form.format(f"zq{self.getrandbits(80):020x}"))
        return self.secrets[-1]

    def name(self) -> str:
        """A file name without directory, new each time."""
        return f"{self.choice(WORDS)}_{self.randrange(10**6)}.{self.ending}"

    def lines(self, count: int) -> list[str]:
        """Lines of made-up code."""
        return [
            f"{self.choice(WORDS)}_{self.randrange(1000)} = {self.choice(WORDS)}({self.randrange(10**6)}, {self.choice(WORDS)})"
            for _ in range(count)
        ]

    def hidden(self, count: int | None = None, *, canary: bool = False) -> str:
        """A hidden text of several lines; each third carries a secret."""
        made = self.lines(count or self.randint(9, 16))
        for number in range(0, len(made), 3):
            made[number] = f'{self.choice(WORDS)} = "{self.secret(canary=canary)}"'
        return "\n".join(made) + "\n"

    def public(self) -> str:
        """A text for everybody."""
        return "\n".join(f"{self.sign} {line}" for line in self.lines(self.randint(2, 5))) + "\n"


@dataclass
class Draft:
    """An example with everything an honest one has; ways of leaking change it.

    Attributes:
        files: by path inside it.
        lists: of meta.yaml's properties, by their key.
        meta: further fields of meta.yaml.
        roles: of copied dependency files.
        main: the file that is handed in.
    """

    dice: Dice
    directory: str = ""
    files: dict[str, str | bytes | tuple[str, str | bytes]] = field(default_factory=dict)
    lists: dict[str, list[object]] = field(default_factory=dict)
    meta: dict[str, object] = field(default_factory=dict)
    properties: dict[str, object] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    main: str = ""
    test: str = ""

    @classmethod
    def of(cls, dice: Dice) -> Draft:
        draft = cls(dice, directory=f"week{dice.randint(1, 9)}/{dice.choice(WORDS)}")
        draft.main, draft.test = f"main.{dice.ending}", f"tests/test_{dice.name()}"
        draft.files = {
            "README.md": f"# Task\n\nCompute the {dice.choice(WORDS)}.\n",
            draft.main: dice.hidden(),
            f"studentTemplates/{draft.main}": dice.public(),
            draft.test: dice.hidden(),
            "notes.md": dice.hidden(),
            "data/values.csv": f"1;2;{dice.randrange(10**9)};measured values for everybody to read\n",
        }
        draft.lists = {
            "studentSubmissionFiles": [draft.main],
            "additionalFiles": ["data/values.csv"],
            "testFiles": [draft.test],
            "studentTemplates": [f"studentTemplates/{draft.main}"],
        }
        return draft

    def list(self, key: str, *entries: object) -> None:
        self.lists[key] = [*self.lists.get(key, []), *entries]

    def without_template(self) -> None:
        """Students begin with the cut source, or with an empty file."""
        del self.files[f"studentTemplates/{self.main}"]
        self.lists["studentTemplates"] = []

    @property
    def meta_text(self) -> bytes:
        data: dict[str, object] = {"identifier": "task", "version": "1.0", "title": "Task", "language": "en"}
        return dump(
            {
                **data,
                **self.meta,
                "properties": {**{k: v for k, v in self.lists.items() if v}, **self.properties},
            }
        )

    def place(self, deployed: Place | None = None) -> Place:
        files = self.files if "meta.yaml" in self.files else {**self.files, "meta.yaml": self.meta_text}
        return Place(dict(files), self.directory, dict(self.roles), deployed=deployed)

    def hostile(self, leaked: Files | None = None, *, deployed: Place | None = None) -> Hostile:
        """A course with this place alone; `leaked` by path inside it."""
        inside = {f"{self.directory}/{path}": content for path, content in (leaked or {}).items()}
        return Hostile(MadeUpCourse([self.place(deployed)]), frozenset(self.dice.secrets), inside)


def with_library(hostile: Hostile, *files: tuple[str, Role, bytes]) -> Hostile:
    """The same with contents that the library hides."""
    return replace(hostile, library=files)
