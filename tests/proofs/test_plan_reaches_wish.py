"""P13: whatever lecturers do, a deploy does what its plan showed, reaches the wish, and leaves nothing to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders.courses import Bench, bench, example, place
from tests.builders.postgres import PostgresServer

from courseline.domain.deploying.step import StepAction
from courseline.domain.deploying.tracking import parse_tracking
from courseline.errors import InvalidInput, Refused
from courseline.usecases.deploying.deployed import STATUS_OF, Deployed

NAMES = ("a", "b", "c", "d")
PATHS = tuple(f"w.p{number}" for number in range(5))
LABELS = ("v1.0", "v1.1", "v2.0")
ADMITTED = {
    "^1.0": {"v1.0", "v1.1"},
    "*": set(LABELS),
    "v9.0": set[str](),
    **{label: {label} for label in LABELS},
}
DONE = {"deployed", "unchanged", "moved"}


@dataclass(frozen=True)
class Wished:
    """A line of the course file."""

    example: str | None
    version: str
    moved_from: str | None = None


Library = dict[str, int]
"""Example -> how many versions it has."""


@dataclass
class Edit:
    """One thing that a lecturer does."""

    kind: str
    path: str
    other: str
    example: str
    version: str


LIBRARIES = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=2)
EDITS = st.lists(
    st.builds(
        Edit,
        st.sampled_from(
            ["wish", "wish", "wish", "remove", "take out", "move", "change file", "delete", "revert", "title"]
        ),
        st.sampled_from(PATHS),
        st.sampled_from(PATHS),
        st.sampled_from(NAMES),
        st.sampled_from(["latest", *ADMITTED]),
    ),
    min_size=2,
    max_size=7,
)


@dataclass
class Lecturer:
    """Edits a course at random and knows what it should come to."""

    course: Bench
    library: Library
    wishes: dict[str, Wished] = field(default_factory=dict)
    deploys: list[str] = field(default_factory=list)

    def do(self, edit: Edit) -> None:
        before = dict(self.wishes)
        getattr(self, f"_{edit.kind.replace(' ', '_')}")(edit)
        if self.wishes != before or edit.kind == "title":
            self._write(edit.version if edit.kind == "title" else "Title")
        try:
            self.course.plan(dry_run=True)
        except (
            InvalidInput,
            Refused,
        ):  # a mistake, such as a directory that is taken: the lecturer takes it back
            self.wishes = before
            self._write("Title")

    def _write(self, title: str) -> None:
        lines = [
            place(
                path,
                wish.example,
                wish.version if wish.example else None,
                title=f'"{title}"',
                **({"movedFrom": wish.moved_from} if wish.moved_from else {}),
            )
            for path, wish in self.wishes.items()
        ]
        self.course.wish("".join(lines) or " []\n", "allowRemovals: 2\n")

    def _wish(self, edit: Edit) -> None:
        moved_from = self.wishes[edit.path].moved_from if edit.path in self.wishes else None
        self.wishes[edit.path] = Wished(edit.example, edit.version, moved_from)

    def _remove(self, edit: Edit) -> None:
        self.wishes.pop(edit.path, None)

    def _take_out(self, edit: Edit) -> None:
        if edit.path in self.wishes:
            self.wishes[edit.path] = replace(self.wishes[edit.path], example=None)

    def _move(self, edit: Edit) -> None:
        if edit.path in self.wishes and edit.other not in self.wishes:
            self.wishes[edit.other] = replace(self.wishes.pop(edit.path), moved_from=edit.path)

    def _change_file(self, edit: Edit) -> None:
        directory = edit.path.replace(".", "/")
        self.course.edit({f"{directory}/main.py": f"print('by hand {edit.version}')\n"})

    def _delete(self, edit: Edit) -> None:
        directory = edit.path.replace(".", "/")
        if any(path.startswith(f"{directory}/") for path in self.course.files()):
            self.course.edit({directory: None})

    def _revert(self, _edit: Edit) -> None:
        if self.deploys:
            self.course.revert(self.deploys[-1])

    def _title(self, edit: Edit) -> None:
        """Written by `do`."""

    def admitted(self, wish: Wished) -> set[str]:
        """Labels that answer a wish, of those that its example has."""
        labels = LABELS[: self.library.get(wish.example or "", 0)]
        return set(labels) if wish.version == "latest" else ADMITTED[wish.version] & set(labels)


def verify(lecturer: Lecturer, deployed: Deployed) -> None:
    """Every place that is not in a person's hands is as its line of the course file wishes."""
    course, files = lecturer.course, lecturer.course.files()
    statuses: dict[str, set[str]] = {}
    for result in deployed.results:
        statuses.setdefault(result.path, set()).add(result.status)
    for path, wish in lecturer.wishes.items():
        found = statuses.get(path, set())
        if wish.example is None:
            assert found <= {"removed", "moved", "conflict"}
        elif not lecturer.admitted(wish):
            assert "refused" in found
        elif found <= DONE:
            record = course.record(path)
            directory = record["deployment_path"]
            assert record["version_tag"] in lecturer.admitted(wish)
            if f"{directory}/.example-library" not in files:  # taken away by a person, who is told
                assert record["is_customized"]
                assert any("is gone" in one.message for one in deployed.results if one.path == path)
                continue
            tracking = parse_tracking(course.read(f"{directory}/.example-library").encode())
            assert tracking is not None
            assert record["version_tag"] == tracking.example_version
            assert record["deployed_version_id"] == tracking.example_version_id
            if not record["is_customized"]:
                text = f"print('{wish.example} {tracking.example_version}')\n"
                assert course.read(f"{directory}/main.py") == text
        else:
            assert found & {"conflict"}, found
    for path, found in statuses.items():
        if found == {"removed"} and path not in lecturer.wishes:
            assert course.record(path)["deployment_status"] == "unassigned"
    tracked = {path for path in files if path.endswith("/.example-library")}
    known = {
        f"{row[0]}/.example-library"
        for row in course.query("SELECT deployment_path FROM course_content_deployment")
    }
    assert tracked <= known


def library_of(course: Bench, versions: Library) -> None:
    """Publish every version of every example; the third takes a file of the second, where there is one."""
    for number, label in enumerate(LABELS):
        for name in (name for name, many in versions.items() if number < many):
            needs = "  testDependencies: [{example: b, files: [content/index.md]}]\n" if name == "c" else ""
            made = example(name, label, meta=needs if "b" in versions else "")
            if name == "c":
                del made["c/content/index.md"]
            course.publish(made, f"{name}/{label}")


def live(lecturer: Lecturer, edits: list[Edit]) -> None:
    """Edit, plan, deploy, and look at what came of it."""
    course = lecturer.course
    for edit in edits:
        lecturer.do(edit)
    shown = course.plan().plan
    deployed = course.deploy(plan=shown.digest)
    assert [(step.path, STATUS_OF[step.action]) for step in shown.steps] == [
        (result.path, result.status) for result in deployed.results
    ]
    verify(lecturer, deployed)
    if deployed.commit is not None:
        lecturer.deploys.append(deployed.commit)
    settled, state = course.plan(dry_run=True).plan, course.state()
    assert {step.action for step in settled.steps} <= {
        StepAction.KEEP,
        StepAction.CONFLICT,
        StepAction.REFUSED,
    }
    again = course.deploy()
    assert (again.commit, again.operation, again.rows_changed) == (None, None, False)
    assert course.state() == state
    assert course.plan(dry_run=True).plan.digest == settled.digest


def test_applying_a_plan_does_what_it_showed_and_leaves_nothing_to_do(
    pytestconfig: pytest.Config, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(
        max_examples=100 if pytestconfig.getoption("--full") else 5,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(LIBRARIES, st.lists(EDITS, min_size=2, max_size=4))
    def holds(versions: Library, rounds: list[list[Edit]]) -> None:
        with postgres.fresh() as url:
            course = bench(tmp_path_factory.mktemp("course"), url)
            library_of(course, versions)
            lecturer = Lecturer(course, versions)
            lecturer.do(Edit("title", PATHS[0], PATHS[0], "a", "Start"))
            for edits in rounds:
                live(lecturer, edits)
            course.close()

    holds()
