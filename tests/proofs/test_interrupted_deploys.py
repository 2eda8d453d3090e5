"""P5 and P7: a deploy survives a kill at every call to the outside, and nobody's commit is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from tests.builders.courses import START, Bench, bench, example, place
from tests.builders.interruption import Calls, Killed, kill_at
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import Content, git

from courseline.domain.deploying.commit_message import OPERATION, parse_trailers
from courseline.errors import NeighbourFailed

ROOT = Path(__file__).parent.parent.parent
CONTENTS = "SELECT id, path, first_path, title, directory, removed_at IS NULL FROM course_content ORDER BY 1"
DEPLOYMENTS = (
    "SELECT course_content_id, example_version_id, deployed_version_id, deployed_commit, rendered_tree, deployed_tree,"
    " deployed_at, deployment_status, deployment_path, deployment_metadata::text, workflow_id, example_identifier,"
    " version_tag, is_customized FROM course_content_deployment ORDER BY 1"
)
HISTORY = (
    "SELECT chain, seq, action, path, version_tag, workflow_id, actor, reason, details::text, created_at, hash"
    " FROM deployment_history ORDER BY 1, 2"
)
OPERATIONS = "SELECT id, state, started_at FROM operation ORDER BY 1"
READING = {"refs", "fetch", "fetch_blobs", "tree", "read_blobs", "commits", "get_many", "begin"}
QUERIES = (CONTENTS, DEPLOYMENTS, HISTORY, OPERATIONS)


@dataclass
class Saved:
    """A course in the middle of its life, to be taken up again and again at the same paths."""

    root: Path
    copies: Path
    database: str
    postgres: PostgresServer

    @contextmanager
    def taken_up(self) -> Iterator[Bench]:
        for copy in self.copies.iterdir():
            shutil.rmtree(self.root / copy.name, ignore_errors=True)
            shutil.copytree(copy, self.root / copy.name)
        with self.postgres.fresh(self.database) as url:
            course = Bench(self.root, url)
            course.neighbours = course.with_(clock=lambda: START)
            yield course
            course.close()


def tools(text: str) -> dict[str, Content | None]:
    return example("tools", text, meta="  additionalFiles: [utils.py]\n", files={"utils.py": f"# {text}\n"})


def eventful(course: Bench) -> None:
    """Every kind of step at once waits to be deployed, and a commit was reverted."""
    hello = example("c", meta="  testDependencies: [{example: tools, files: [utils.py]}, b]\n")
    course.publish(example("a") | example("b") | tools("one") | hello, "v1.0")
    course.publish(example("a", "two") | example("b", "two") | tools("two"), "v1.1")
    before = ["a", "b", "tools", "gone", "mine", "back"]
    course.wish(
        "".join(place(f"w.{name}", name if name in {"a", "b", "tools"} else "a", "v1.0") for name in before)
    )
    course.deploy()
    course.wish(
        "".join(
            place(
                f"w.{name}",
                name if name in {"a", "b", "tools"} else "a",
                "v1.1" if name == "back" else "v1.0",
            )
            for name in before
        )
    )
    update = course.deploy().commit
    assert update is not None
    course.revert(update)
    course.edit({"w/mine/main.py": "print('mine')\n"})
    course.wish(
        place("w.a", "a", "v1.0")
        + place("v.b", "b", "v1.1")  # a guessed move
        + place("w.tools", "tools", "v1.1")
        + place("w.mine", "a", "v1.1")
        + place("w.back", "a", "v1.0")
        + place("w.c", "c", "v1.0")
        + place("w.none", "nowhere")
    )


@pytest.fixture(scope="module")
def saved(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    root = tmp_path_factory.mktemp("interrupted")
    with postgres.fresh() as url:
        course = bench(root / "course", url)
        eventful(course)
        course.close()
        for name in ("examples.git", "assignments.git", "template.git", "objects"):
            shutil.copytree(course.root / name, root / "saved" / name)
        database = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        yield Saved(course.root, root / "saved", str(database), postgres)


def result(course: Bench) -> list[object]:
    """Refs, and all rows but the times at which they were written."""
    return [git(course.assignments, "for-each-ref"), *(course.query(query) for query in QUERIES)]


@pytest.fixture(scope="module")
def undisturbed(saved: Saved) -> tuple[list[object], list[str]]:
    """What a deploy comes to, and the calls that it makes."""
    calls = Calls(lambda _number, _name: None)
    with saved.taken_up() as course:
        deployed = course.deploy(calls.watch(course.neighbours))
        assert sorted(one.status for one in deployed.results) == [
            "conflict", "deployed", "deployed", "deployed", "moved", "refused", "removed", "unchanged", "unchanged",
        ]  # fmt: skip
        return result(course), calls.names


def worth_stopping_at(names: list[str], *, full: bool) -> list[tuple[int, str]]:
    """Every call between which anything can have changed, and of those that only read a few.

    Nothing changes outside between two that only read; at full size all of them are tried all the same.
    """
    calls = list(enumerate(names, start=1))
    if full:
        return calls
    reading = [call for call in calls if call[1] in READING]
    return sorted({*(call for call in calls if call[1] not in READING), *reading[::8]})


def test_a_deploy_that_is_stopped_at_any_call_comes_to_the_same_when_it_is_run_again(
    saved: Saved, undisturbed: tuple[list[object], list[str]], pytestconfig: pytest.Config
) -> None:
    expected, names = undisturbed
    for number, name in worth_stopping_at(names, full=bool(pytestconfig.getoption("--full"))):
        with saved.taken_up() as course:
            with pytest.raises(Killed):
                course.deploy(kill_at(number).watch(course.neighbours))
            course.deploy()
            assert result(course) == expected, f"stopped before call {number}, {name}"


def test_a_second_stop_while_settling_the_first_changes_nothing_either(
    saved: Saved, undisturbed: tuple[list[object], list[str]]
) -> None:
    expected, names = undisturbed
    pushed = names.index("pushed") + 1
    count = Calls(lambda _number, _name: None)
    with saved.taken_up() as course:
        with pytest.raises(Killed):
            course.deploy(kill_at(pushed).watch(course.neighbours))
        course.deploy(count.watch(course.neighbours))
    for number in range(2, len(count.names) + 1, 7):
        with saved.taken_up() as course:
            with pytest.raises(Killed):
                course.deploy(kill_at(pushed).watch(course.neighbours))
            with pytest.raises(Killed):
                course.deploy(kill_at(number).watch(course.neighbours))
            course.deploy()
            assert result(course) == expected, (
                f"stopped again before call {number}, {count.names[number - 1]}"
            )


def child(course: Bench, *number: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-B", "-m", "tests.builders.interruption"]
    arguments = [str(course.root), course.database_url, START.isoformat(), *number]
    return subprocess.Popen([*command, *arguments], cwd=ROOT, stderr=subprocess.PIPE)


@pytest.mark.parametrize("checkpoint", ["write_commit", "push", "pushed", "commit"])
def test_a_process_that_dies_without_a_word_is_taken_up_by_the_next(
    checkpoint: str, saved: Saved, undisturbed: tuple[list[object], list[str]]
) -> None:
    expected, names = undisturbed
    last = max(number for number, name in enumerate(names, start=1) if name == checkpoint)
    with saved.taken_up() as course:
        dying = child(course, str(last))
        _, said = dying.communicate()
        assert dying.returncode == 9, said.decode()
        course.deploy()
        assert result(course) == expected


def test_two_deploys_at_once_make_one_commit(
    saved: Saved, undisturbed: tuple[list[object], list[str]]
) -> None:
    expected, _ = undisturbed
    with saved.taken_up() as course:
        both = [child(course), child(course)]
        for process in both:
            _, said = process.communicate()
            assert process.returncode == 0, said.decode()
        assert result(course) == expected


def test_a_deploy_that_finds_another_one_running_waits_and_then_names_it(saved: Saved) -> None:
    with saved.taken_up() as course:
        target = course.course.assignments_identity
        with (
            course.database.lease(target, wait=0, holder="the first deploy"),
            pytest.raises(NeighbourFailed, match="the first deploy"),
        ):
            course.deploy(wait=0.1)


def pushing(course: Bench, files: dict[str, str], times: int) -> Calls:
    """A lecturer who pushes right before the deploy does, so many times."""
    left = [times]

    def push(_number: int, name: str) -> None:
        if name == "push" and left[0]:
            left[0] -= 1
            course.edit(
                {path: f"{text} {left[0]}\n" for path, text in files.items()}, f"Lecturer {left[0]}\n"
            )

    return Calls(push)


def test_a_commit_pushed_meanwhile_is_built_upon(saved: Saved) -> None:
    with saved.taken_up() as course:
        before = course.head
        deployed = course.deploy(pushing(course, {"README.md": "hello"}, 3).watch(course.neighbours))
        assert deployed.commit == course.head
        titles = git(course.assignments, "log", "--format=%s", f"{before}..main").split("\n")
        assert titles[1:] == ["Lecturer 0", "Lecturer 1", "Lecturer 2"]
        assert course.read("README.md") == "hello 0\n"
        assert course.operations()[-1] == ("deploy", "done")


def test_a_place_that_is_changed_meanwhile_is_planned_again_and_stays(saved: Saved) -> None:
    with saved.taken_up() as course:
        deployed = course.deploy(pushing(course, {"w/tools/main.py": "mine"}, 1).watch(course.neighbours))
        assert next(one.status for one in deployed.results if one.path == "w.tools") == "conflict"
        assert course.read("w/tools/main.py") == "mine 0\n"


def test_a_remote_that_is_always_ahead_ends_the_run_which_the_next_one_resumes(saved: Saved) -> None:
    with saved.taken_up() as course:
        with pytest.raises(NeighbourFailed):
            course.deploy(pushing(course, {"README.md": "hello"}, 99).watch(course.neighbours))
        assert course.operations()[-1] == ("deploy", "open")
        course.deploy()
        assert course.operations()[-1] == ("deploy", "done")
        log = git(course.assignments, "log", "--format=%B%x00", "main").split("\0")
        trailers = [parse_trailers(message.strip() + "\n").get(OPERATION, []) for message in log]
        assert len([one for one in trailers if one]) == len(course.operations())


def test_an_operation_with_nothing_left_to_do_is_closed(saved: Saved) -> None:
    with saved.taken_up() as course:
        with pytest.raises(NeighbourFailed):
            course.deploy(pushing(course, {"README.md": "hello"}, 99).watch(course.neighbours))
        wish = "".join(place(f"w.{name}", "a", "v1.0") for name in ("mine", "a", "gone", "back"))
        course.wish(wish + place("w.tools", "tools", "v1.0") + place("w.b", "b", "v1.0"))
        assert course.deploy().commit is None
        assert course.operations()[-1] == ("deploy", "abandoned")
