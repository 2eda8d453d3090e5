"""A course from its first release on, at random: what is asked for in each stage of its life depends on a seed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit

from tests.builders.courses import HEADER, START, Bench, commit
from tests.builders.outputs import job_environment
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import Content, build_repository, git

SYNC, DEPLOY, TEMPLATE = "sync_examples.py", "deploy_examples.py", "generate_student_template.py"
KEPT = ("examples.git", "assignments.git", "template.git", "objects")
WORDS = ("loops", "lists", "strings", "files", "classes", "sorting", "graphs", "recursion")


@dataclass(frozen=True, slots=True)
class Stage:
    """A job that waits to be run, on data that can be brought back.

    Attributes:
        name: what it is about.
        script: of `scripts/`.
        arguments: of it.
    """

    name: str
    script: str
    arguments: tuple[str, ...]


@dataclass
class Life:
    """A course below one directory, in front of one of its stages.

    Attributes:
        root: holds repositories, store and home.
        postgres: where its databases are.
        seed: decides about examples, places and changes.
        run: runs a job on the given database, to move on.
    """

    root: Path
    postgres: PostgresServer
    seed: int
    run: Callable[[Stage, str], None]
    _opened: ExitStack = field(default_factory=ExitStack)
    _done: dict[str, tuple[Stage, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.wishes: dict[str, tuple[str, str, str]] = {}  # path -> (example, version, more of its entry)
        self._stages = self._live()
        self._url = ""

    @contextmanager
    def at(self, name: str) -> Iterator[tuple[Stage, str]]:
        """In front of a stage: it, and the URL of a database that stands there; nothing else of it was touched."""
        while name not in self._done:
            self._go_on()
        stage, database = self._done[name]
        self.restore(name)
        with self.postgres.fresh(database) as url:
            yield stage, url

    def restore(self, name: str) -> None:
        """Bring repositories and store back, and take everything else away."""
        for made in [self.root / kept for kept in (*KEPT, "home")]:
            if made.exists():
                # A killed job's push may still be at work in there, and goes on in what is moved away.
                gone = made.rename(Path(mkdtemp(dir=self.root, prefix="gone-")) / made.name)
                shutil.rmtree(gone.parent, ignore_errors=True)
        for saved in (self.root / "saved" / name).iterdir():
            shutil.copytree(saved, self.root / saved.name)

    def close(self) -> None:
        self._opened.close()

    def _go_on(self) -> None:
        """Run the stage that came last, prepare the next one, and keep what it starts from."""
        if self._done:
            last = next(reversed(self._done))
            stage, database = self._done[last]
            self.restore(last)
            self._url = self._opened.enter_context(self.postgres.fresh(database))
            self.run(stage, self._url)
        else:
            self._url = self._opened.enter_context(self.postgres.fresh())
        stage = next(self._stages)
        for name in KEPT:
            if (self.root / name).exists():
                shutil.copytree(self.root / name, self.root / "saved" / stage.name / name)
        self._done[stage.name] = (stage, urlsplit(self._url).path.lstrip("/"))

    def _live(self) -> Iterator[Stage]:
        """Prepares each stage where the one before has been run."""
        draw = self.random
        names = draw.sample(WORDS, k=4)
        self.root.mkdir(parents=True, exist_ok=True)
        for name in ("examples.git", "assignments.git", "template.git"):
            build_repository(self.root / name)
        one = {name: self._example(name, names[:number]) for number, name in enumerate(names[:3])}
        yield self._release("sync", "v1.0", list(one.values()))
        changed = draw.sample(names[:3], k=2)
        two = [{f"{name}/main.py": self._code("v1.1"), f"{name}/notes.txt": self._text()} for name in changed]
        yield self._release("sync again", "v1.1", [*two, self._example(names[3], names[:1])])
        course = Bench(self.root, self._url)
        course.register()
        course.close()
        for number, name in enumerate(names):
            self.wishes[f"week{number % 2 + 1}.{name}"] = (name, "v1.1" if name == names[3] else "v1.0", "")
        yield self._wished("deploy")
        yield Stage("template", TEMPLATE, ("--assignments", str(self.root / "assignments.git")))
        moves_on = draw.choice(changed)  # the others stay where they are, when the wish still admits it
        for path, (name, _, more) in self.wishes.items():
            version = "v1.1" if name == moves_on else draw.choice(["v1.1", "^1.0", "latest"])
            self.wishes[path] = (name, version, more)
        yield self._wished("update")
        yield Stage("template again", TEMPLATE, ("--assignments", str(self.root / "assignments.git")))
        for path in draw.sample(sorted(self.wishes), k=2):
            name, version, _ = self.wishes.pop(path)
            self.wishes[f"week3.{name}_{draw.randint(1, 9)}"] = (name, version, f", movedFrom: {path}")
        yield self._wished("move")
        gone = draw.choice(sorted(self.wishes))
        del self.wishes[gone]
        yield self._wished("remove")

    def _release(self, name: str, tag: str, parts: list[dict[str, Content]]) -> Stage:
        path = self.root / "examples.git"
        commit(path, {key: content for part in parts for key, content in part.items()})
        git(path, "tag", tag)
        return Stage(name, SYNC, ("--source", str(path), "--ref", tag, "--organization", "uni"))

    def _wished(self, name: str) -> Stage:
        weeks = sorted({path.partition(".")[0] for path in self.wishes})
        lines = [f"  - {{path: {week}, type: week, title: {self.random.choice(WORDS)}}}\n" for week in weeks]
        lines += [
            f'  - {{path: {path}, type: assignment, example: {example}, version: "{version}"{more}}}\n'
            for path, (example, version, more) in sorted(self.wishes.items())
        ]
        path = self.root / "assignments.git"
        commit(path, {"course-structure.yaml": f"{HEADER}structure:\n{''.join(lines)}"}, "Wish\n")
        return Stage(name, DEPLOY, ("--assignments", str(path)))

    def _example(self, name: str, others: list[str]) -> dict[str, Content]:
        draw = self.random
        needs = draw.sample(others, k=min(len(others), draw.randint(0, 2)))
        entries = ", ".join(f"{{example: {other}, files: [data.txt]}}" for other in needs[:1])
        meta = (
            f"slug: {name}\ntitle: {name.title()}\nproperties:\n  studentSubmissionFiles: [main.py]\n"
            f"  additionalFiles: [{'data.txt' if not needs else f'{name}.txt'}]\n  testFiles: [tests/]\n"
        )
        data = "data.txt" if not needs else f"{name}.txt"
        return {
            f"{name}/meta.yaml": meta + (f"  testDependencies: [{entries}]\n" if entries else ""),
            f"{name}/README.md": f"# {name.title()}\n\n{self._text()}",
            f"{name}/main.py": self._code("v1.0"),
            f"{name}/tests/test_main.py": f"assert {draw.random()} < 1  # {name}\n",
            f"{name}/{data}": self._text(),
            **{f"{name}/more/{number}.txt": self._text() for number in range(draw.randint(0, 3))},
        }

    def _code(self, version: str) -> str:
        number = self.random.randint(1000, 9999)
        return f"def answer():\n    # BEGIN SOLUTION\n    return {number}  # {version}\n    # END SOLUTION\n"

    def _text(self) -> str:
        return " ".join(self.random.choices(WORDS, k=12)) + "\n"

    def environment(self, database_url: str) -> Mapping[str, str]:
        """Variables of its jobs, for which the time stands still."""
        fixed = {"SOURCE_DATE_EPOCH": str(int(START.timestamp())), "PATH": "/usr/local/bin:/usr/bin:/bin"}
        return job_environment(self.root, database_url, {**fixed, "USER": "ada", "HOME": "/nonexistent"})


def query(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a statement."""
    import psycopg

    with psycopg.connect(database_url) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[arg-type]
