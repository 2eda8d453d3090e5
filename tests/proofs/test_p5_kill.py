"""P5: every operation survives kill -9 at any point: run again, it comes to the same as if nothing had happened."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from tests.builders.life import Life, Stage, query
from tests.builders.postgres import PostgresServer
from tests.builders.waiting import until
from tests.proofs.end_state import differences, end_state
from tests.proofs.killer import Ended, Job, Point, Starter, points, telling

STAGES = ("sync", "sync again", "deploy", "template", "update", "template again", "move", "remove")
SEEDS, SMALL_SEEDS = (1, 2, 3), (1,)
LEFT_OPEN = "SELECT kind, target FROM operation WHERE state = 'open'"
LOCKS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
)
KILLED = -9


@dataclass
class Course:
    """A life, what runs its jobs, and what they came to when nobody disturbed them."""

    life: Life
    starter: Starter
    whole: dict[str, Undisturbed] = field(default_factory=dict)

    def run(self, stage: Stage, url: str, point: Point | float | None = None) -> Ended:
        arguments = (*stage.arguments, "--json")
        environment = self.life.environment(url)
        job = Job(stage.script, arguments, environment, str(self.life.root / "notes"))
        return self.starter.run(job, point)


@dataclass
class Undisturbed:
    """What a stage comes to when nobody disturbs it, and the calls that it makes."""

    state: dict[str, object]
    code: int
    calls: list[str]
    seconds: float


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "course" in metafunc.fixturenames:
        seeds = SEEDS if metafunc.config.getoption("--full") else SMALL_SEEDS
        metafunc.parametrize("course", seeds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def course(
    request: pytest.FixtureRequest, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Course]:
    root = tmp_path_factory.mktemp(f"life-{request.param}")
    starter = Starter()

    def run(stage: Stage, url: str) -> None:
        ended = made.run(stage, url)
        assert ended.code == 0, ended.said

    made = Course(Life(root, postgres, request.param, run), starter)
    yield made
    made.life.close()
    starter.close()


def undisturbed(course: Course, name: str) -> Undisturbed:
    if name in course.whole:
        return course.whole[name]
    with course.life.at(name) as (stage, url):
        began = time.monotonic()
        ended = course.run(stage, url)
        seconds = time.monotonic() - began
        assert ended.code == 0, ended.said
        made = Undisturbed(end_state(course.life.root, url), ended.code, ended.calls, seconds)
    return course.whole.setdefault(name, made)


def survives(course: Course, name: str, whole: Undisturbed, *killed_at: Point | float) -> int:
    """Kill a stage at these points, or after so many seconds, one run after the other, then let it be.

    Answers how many runs were killed. One that is killed by the clock may have been faster.
    """
    died = 0
    with course.life.at(name) as (stage, url):
        story = f"{name} of seed {course.life.seed}, killed {' and '.join(map(str, killed_at))}"
        for number, point in enumerate(killed_at):
            ended = course.run(stage, url, point)
            if number == 0 and isinstance(point, Point):
                assert ended.code == KILLED, f"{story}: {ended.code}\n{ended.said}"
            died += ended.code == KILLED
        ended = course.run(stage, url)
        assert ended.code == whole.code, f"{story}\n{ended.said}"
        found = differences(end_state(course.life.root, url), whole.state)
        assert found == [], "\n".join([story, *found])
        assert query(url, LEFT_OPEN) == [], story
        until(lambda url=url: query(url, LOCKS) == [(0,)], f"{story}: no session holds a lock")
        assert list((course.life.root / "home" / "tmp").glob("*")) == [], story
    return died


@pytest.mark.parametrize("name", STAGES)
def test_a_job_killed_at_a_point_comes_to_the_same_when_it_is_run_again(
    course: Course, name: str, request: pytest.FixtureRequest
) -> None:
    whole = undisturbed(course, name)
    every = points(whole.calls)
    if not request.config.getoption("--full"):
        every = chosen(course, name, [point for point in every if point.moment in {"during", "cut"}], 1)
    elif course.life.seed != SEEDS[0]:
        every = telling(every)
    for point in every:
        survives(course, name, whole, point)


@pytest.mark.parametrize("name", STAGES)
def test_a_job_killed_twice_in_a_row_does_too(
    course: Course, name: str, request: pytest.FixtureRequest
) -> None:
    whole = undisturbed(course, name)
    firsts = chosen(course, name, points(whole.calls), 8 if request.config.getoption("--full") else 2)
    died = 0
    for first in firsts:
        with course.life.at(name) as (stage, url):
            course.run(stage, url, first)
            calls = course.run(stage, url).calls
        for second in chosen(course, f"{name} {first}", points(calls), 1):
            died += survives(course, name, whole, first, second)
    # A push under way when the first run died may arrive in time or not, and then the second comes another way.
    sure = [first for first in firsts if first.name != "push" or first.moment not in {"during", "cut"}]
    assert died >= len(firsts) + len(sure)


@pytest.mark.parametrize("name", STAGES)
def test_a_job_killed_at_any_instant_does_too(
    course: Course, name: str, request: pytest.FixtureRequest
) -> None:
    """Also between and inside the calls, where no point has a name."""
    whole = undisturbed(course, name)
    for instant in range(8 if request.config.getoption("--full") else 1):
        delay = random.Random(f"{course.life.seed} {name} {instant}").uniform(0, whole.seconds)
        survives(course, name, whole, delay)


def test_there_are_forty_points_and_more_for_each_kind_of_job(course: Course) -> None:
    named = {
        name: {(point.name, point.moment) for point in points(undisturbed(course, name).calls)}
        for name in STAGES
    }
    assert len(set().union(*named.values())) >= 40, named
    # What each stage is there for does happen in it.
    commits = {
        name: " ".join(call for call, _ in calls if call.startswith("commit"))
        for name, calls in named.items()
    }
    for name in ("sync", "sync again"):
        assert "add_version" in commits[name]
    for name in ("deploy", "update", "move", "remove"):
        assert "checkpoint:planned" in commits[name]
        assert "save_deployment" in commits[name]
    for name in ("template", "template again"):
        assert "expose" in commits[name]


def chosen(course: Course, name: str, every: Sequence[Point], number: int) -> list[Point]:
    return random.Random(f"{course.life.seed} {name}").sample(list(every), k=min(number, len(every)))
