"""Starts jobs of `scripts/` as processes that note their calls to the outside and can die by `kill -9` at one of them.

The jobs are the real ones with the real adapters; what stands in front of the adapters only counts. Run as a module,
this is a process that has loaded everything and forks itself for each job, so that a job starts in no time.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from courseline.usecases.neighbours import Neighbours
from courseline.wiring import Wiring

ROOT = Path(__file__).parent.parent.parent
SLOW_PUSH = 0.5  # seconds that a repository goes on with a push whose sender is dying
_PAUSE = 0.005
SLOW_COMMIT = (
    "CREATE TEMPORARY TABLE slow (seconds float8)",
    """CREATE FUNCTION pg_temp.slow() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_sleep(NEW.seconds); RETURN NULL; END $$""",
    """CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
       EXECUTE FUNCTION pg_temp.slow()""",
    "INSERT INTO slow VALUES (0.5)",  # seconds
)
SLEEPS = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'"
READS_OUTSIDE = {"refs", "fetch", "fetch_blobs", "get_many"}
READS = {"tree", "read_blobs", "sizes", "commits", "get", "list", "check", "begin"}
WRITING_ROWS = (
    "add_", "save", "append", "start_", "end_", "checkpoint", "expose", "link_", "name_actor", "withdraw", "reinstate",
)  # fmt: skip
_GROUPS = {"library", "courses", "ledger"}


@dataclass(frozen=True, slots=True)
class Point:
    """A named point of a job at which it dies.

    Attributes:
        number: of the call, from 1.
        name: what is called; for a commit with what was written, so that a reader knows which one.
        moment: `before` or `after` the call, `during` it, or `cut`: during it and git with it.
    """

    number: int
    name: str
    moment: str

    def __str__(self) -> str:
        return f"{self.moment} call {self.number}, {self.name}"


def points(names: Sequence[str]) -> list[Point]:
    """Every point of a job that made these calls.

    Nothing changes by a call that only reads: of those that talk to another system the time before counts, of the
    others none.
    """
    found: list[Point] = []
    for number, name in enumerate(names, start=1):
        what, _, written = name.partition(" ")
        if what in READS or name == "commit":
            continue
        moments = ["before"] if what in READS_OUTSIDE else ["before", "after"]
        if written or what == "put_many":
            moments.append("during")
        if what == "push":
            moments += ["during", "cut"]
        found += [Point(number, name, moment) for moment in moments]
    return found


def telling(every: Sequence[Point]) -> list[Point]:
    """Of all points of a job those that find the outside in different states.

    A kill before a call finds what the one after the call before it finds.
    """
    return [*every[:1], *(point for point in every[1:] if point.moment != "before")]


@dataclass(frozen=True, slots=True)
class Job:
    """A command to run.

    Attributes:
        script: file name in `scripts/`.
        arguments: of the command.
        environment: all of it.
        notes: directory for what it prints and for its calls.
    """

    script: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    notes: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that has ended.

    Attributes:
        code: exit code; -9 when it was killed.
        calls: names of the calls it began, in order.
        said: everything it printed.
    """

    code: int
    calls: list[str]
    said: str


class Starter:
    """The process that forks jobs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-m", "tests.proofs.killer"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, job: Job, point: Point | float | None = None) -> Ended:
        """Run a job to its end, or to a point of it, or for so many seconds."""
        Path(job.notes).mkdir(parents=True, exist_ok=True)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        (Path(job.notes) / "calls").write_bytes(b"")
        stdin.write(json.dumps([asdict(job), asdict(point) if isinstance(point, Point) else point]) + "\n")
        stdin.flush()
        code = int(stdout.readline())
        said = (Path(job.notes) / "said").read_text(encoding="utf-8", errors="replace")
        return Ended(code, (Path(job.notes) / "calls").read_text(encoding="utf-8").splitlines(), said)

    def close(self) -> None:
        self._process.communicate()


class Calls:
    """Counts the calls of this process, writes them down, and kills it at a point.

    Args:
        notes: file to write them to.
        point: where to die, None for nowhere.
    """

    def __init__(self, notes: Path, point: Point | None) -> None:
        self._notes = notes.open("a", encoding="utf-8", buffering=1)
        self._number = 0
        self._point = point

    @contextmanager
    def call(self, name: str) -> Iterator[str | None]:
        """Around a call; answers `during` or `cut` when the process is to die inside."""
        if threading.current_thread() is not threading.main_thread():
            yield None  # `usecases.beside`: it only reads, and comes now earlier and now later
            return
        self._number += 1
        self._notes.write(f"{name}\n")
        point = self._point if self._point is not None and self._point.number == self._number else None
        if point is not None and point.name != name:
            os._exit(70)  # not the job that was recorded
        if point is not None and point.moment == "before":
            _die()
        yield point.moment if point is not None and point.moment in {"during", "cut"} else None
        if point is not None and point.moment == "after":
            _die()


class _Counted:
    """Any adapter; what is called on it is counted, but for what is named in `through`."""

    def __init__(self, real: Any, calls: Calls, through: frozenset[str] = frozenset()) -> None:
        self._real, self._calls, self._through = real, calls, through

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if not callable(real) or name in self._through:
            return real

        def counted(*arguments: Any, **named: Any) -> Any:
            with self._calls.call(name):
                return real(*arguments, **named)

        return counted


class _Store(_Counted):
    def put_many(self, objects: Mapping[str, bytes]) -> None:
        with self._calls.call("put_many") as moment:
            if moment is not None:
                self._real.put_many(dict(list(objects.items())[: len(objects) // 2]))
                _die()
            self._real.put_many(objects)


class _Remote(_Counted):
    def push(self, *arguments: Any, **named: Any) -> None:
        with self._calls.call("push") as moment:
            if moment is not None:
                _die_while_pushing(Path(self._real.url), with_git=moment == "cut")
            with _or_else_die(moment):
                self._real.push(*arguments, **named)


class _Workspace(_Counted):
    def remote(self, *arguments: Any) -> _Remote:
        return _Remote(self._real.remote(*arguments), self._calls)


class _Git(_Counted):
    @contextmanager
    def workspace(self) -> Iterator[_Workspace]:
        with self._calls.call("workspace"):
            opened = self._real.workspace()
            real = opened.__enter__()
        try:
            yield _Workspace(real, self._calls)
        finally:
            opened.__exit__(None, None, None)


class _Rows:
    def __init__(self, real: Any, written: list[str]) -> None:
        self._real, self._written = real, written

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if name in _GROUPS:
            return _Rows(real, self._written)
        if not name.startswith(WRITING_ROWS):
            return real

        def noted(*arguments: Any, **named: Any) -> Any:
            what = f"{name}:{arguments[1]}" if name == "checkpoint" else name
            if what not in self._written:
                self._written.append(what)
            return real(*arguments, **named)

        return noted


class _Database(_Counted):
    @contextmanager
    def transaction(self) -> Iterator[_Rows]:
        written: list[str] = []
        with self._calls.call("begin"):
            opened = self._real.transaction()
            real = opened.__enter__()
        try:
            yield _Rows(real, written)
        except BaseException:
            if not opened.__exit__(*sys.exc_info()):
                raise
            return
        with self._calls.call(" ".join(["commit", *sorted(written)])) as moment:
            if moment is not None:
                _die_while_committing(real)
            with _or_else_die(moment):
                opened.__exit__(None, None, None)

    @contextmanager
    def lease(self, *arguments: Any, **named: Any) -> Iterator[None]:
        with self._calls.call("lease"):
            opened = self._real.lease(*arguments, **named)
            opened.__enter__()
        try:
            yield
        finally:
            opened.__exit__(None, None, None)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _or_else_die(moment: str | None) -> Iterator[None]:
    """Around what this process is to die in: at its end, when it was over before the kill came."""
    try:
        yield
    finally:
        if moment is not None:
            _die()


def _die_while_committing(rows: Any) -> None:
    """Let the server sleep in the commit of this transaction, behind all that was written in it, and die meanwhile."""
    connection = rows.ledger.append.__self__._connection
    for statement in SLOW_COMMIT:
        connection.exec_driver_sql(statement)
    server = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    watcher = psycopg.connect(os.environ["COURSELINE_DATABASE_URL"], autocommit=True)

    def watch() -> None:
        while watcher.execute(SLEEPS, (server,)).fetchone() == (0,):
            time.sleep(_PAUSE)
        _die()

    threading.Thread(target=watch, daemon=True).start()


def _die_while_pushing(target: Path, *, with_git: bool) -> None:
    """Have the target hold the next push that arrives, once, and this process die as soon as it does."""
    begun, hook = target / "begun", target / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nrm -- "$0"\n: > {begun}\nexec sleep {SLOW_PUSH}\n')
    hook.chmod(0o755)

    def watch() -> None:
        while not begun.exists():
            time.sleep(_PAUSE)
        victims = [os.getpid(), *(_below(os.getpid()) if with_git else ())]
        # One command for all: a process that kills itself last would still see its push fail.
        subprocess.Popen(["/bin/kill", "-9", *map(str, victims)], start_new_session=True)

    threading.Thread(target=watch, daemon=True).start()


def _below(pid: int) -> list[int]:
    """All processes that a process started, and theirs."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(parents.get(pid, []))
    for child in found:
        found += parents.get(child, [])
    return found


def _watching(calls: Calls) -> Any:
    """What stands for `courseline.wiring.wire`."""
    from courseline.settings import read_settings

    class Watched(Wiring):
        def neighbours(self) -> Neighbours:
            real = super().neighbours()
            return replace(
                real,
                database=_Database(real.database, calls),  # type: ignore[arg-type]
                store=_Store(real.store, calls),  # type: ignore[arg-type]
                git=_Git(real.git, calls, frozenset({"is_local_path"})),  # type: ignore[arg-type]
            )

    return lambda command, progress=None: Watched(read_settings(), command, progress)


def _become(job: Job, point: Point | None) -> int:
    """Be the job; answers its exit code."""
    import courseline.wiring

    os.environ.clear()
    os.environ.update(job.environment)
    notes = Path(job.notes)
    with (notes / "said").open("wb") as said, Path(os.devnull).open("rb") as nothing:
        for stream, descriptor in ((nothing, 0), (said, 1), (said, 2)):
            os.dup2(stream.fileno(), descriptor)
    os.chdir(tempfile.gettempdir())
    courseline.wiring.wire = _watching(Calls(notes / "calls", point))
    sys.argv = [job.script, *job.arguments]
    try:
        runpy.run_path(str(ROOT / "scripts" / job.script), run_name="__main__")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def main() -> None:
    """Fork a job for each line of standard input and answer its exit code."""
    import courseline.adapters.database.database
    import courseline.adapters.git.process
    import courseline.adapters.objects_folder
    import courseline.adapters.yaml_files
    import courseline.adapters.yaml_writer
    import courseline.usecases.deploying.deploy
    import courseline.usecases.library.sync
    import courseline.usecases.students.publish_template  # noqa: F401 - jobs find them loaded

    for line in sys.stdin:
        job, point = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 71
            try:
                code = _become(Job(**job), Point(**point) if isinstance(point, dict) else None)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        if isinstance(point, float):
            time.sleep(point)
            os.kill(pid, signal.SIGKILL)  # not waited for yet, so the number is still that process's
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
