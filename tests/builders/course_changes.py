"""Things that lecturers do in a GitLab, drawn by lot: releases, wishes, merge requests, edits by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from gitlab.exceptions import GitlabError
from tests.builders.courses import HEADER, example, place
from tests.builders.gitlab_course import GitLabCourse

EXAMPLES = ("alpha", "beta", "gamma", "delta")
PLACES = tuple(f"week{number}.{name}" for number in (1, 2) for name in ("one", "two", "three"))
MOST_OPEN = 6
_ODD_TITLES = (
    "An update",
    "/close\n/merge @all",
    "![x](http://127.0.0.1:9/p.png) <script>",
    "$(touch x) `id`; '\"",
)


@dataclass
class Changes:
    """Changes of one course.

    Attributes:
        uni: the course.
        dice: draws them.
        labels: of each example, as released.
        wishes: by place: example and version; what main wishes.
        open: branch of each open merge request, by number.
        done: how often each kind of change was made.
    """

    uni: GitLabCourse
    dice: random.Random
    labels: dict[str, list[str]] = field(default_factory=dict)
    wishes: dict[str, tuple[str, str]] = field(default_factory=dict)
    open: dict[int, str] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    _number: int = 0

    def begin(self) -> None:
        """A first release, and the course file without a wish."""
        files = {path: content for name in EXAMPLES for path, content in example(name).items()}
        self.uni.publish(files, "v1.0")
        self.labels = {name: ["v1.0"] for name in EXAMPLES}
        self.uni.commit(self.uni.assignments, {"course-structure.yaml": course_file({})})

    def make(self) -> None:
        """One change."""
        kinds = {
            self.release: 3,
            self.release_many: 1,
            self.wish_on_main: 2,
            self.propose: 4,
            self.propose_notes: 1,
            self.push_again: 3,
            self.merge: 4,
            self.close: 1,
            self.edit_by_hand: 2,
        }
        kind = self.dice.choices(list(kinds), list(kinds.values()))[0]
        self.done[kind.__name__] = self.done.get(kind.__name__, 0) + 1
        kind()

    def release(self) -> None:
        name = self.dice.choice(EXAMPLES)
        label = self._label()
        scoped = self.dice.random() < 0.5
        self.uni.release({f"{name}/main.py": f"print('{label}')\n"}, f"{name}/{label}" if scoped else label)
        for one in [name] if scoped else EXAMPLES:
            self.labels[one].append(label)

    def release_many(self) -> None:
        """Five tags in one push: no webhook would tell of them."""
        for _ in range(5):
            self.release()

    def wish_on_main(self) -> None:
        self.wishes |= self._wish()
        self._put(self.wishes, "main")

    def propose(self) -> None:
        if len(self.open) >= MOST_OPEN:
            self.merge()
            return
        self._number += 1
        branch = f"wish-{self._number}"
        self._put(self._of(self.uni.head) | self._wish(), branch)
        self.open[self.uni.propose(branch, self.dice.choice(_ODD_TITLES))] = branch

    def propose_notes(self) -> None:
        """One that touches nothing of the course."""
        self._number += 1
        branch = f"notes-{self._number}"
        self.uni.commit(self.uni.assignments, {f"lectures/{self._number}.md": "# A lecture\n"}, branch)
        self.open[self.uni.propose(branch)] = branch

    def push_again(self) -> None:
        if not self.open:
            return
        branch = self.open[self.dice.choice(sorted(self.open))]
        if branch.startswith("notes"):
            self.uni.commit(self.uni.assignments, {f"{branch}.md": f"{self.dice.random()}\n"}, branch)
        else:
            tip = self.uni.assignments.repository.resolve(f"refs/heads/{branch}")
            self._put(self._of(tip) | self._wish(), branch)

    def merge(self) -> None:
        if not self.open:
            return
        iid = self.dice.choice(sorted(self.open))
        self.uni.assignments.merge_method = self.dice.choice(["merge", "merge", "rebase_merge"])
        try:
            self.uni.merge(iid, squash=self.dice.random() < 0.3)
        except GitlabError:  # two changed one line; she gives it up
            self._close(iid)
        self.open.pop(iid)
        self.wishes = self._of(self.uni.head)

    def close(self) -> None:
        if self.open:
            iid = self.dice.choice(sorted(self.open))
            self._close(iid)
            self.open.pop(iid)

    def edit_by_hand(self) -> None:
        """In a place, as far as one is deployed, else beside: customised places are no longer updated."""
        path = self.dice.choice(PLACES).replace(".", "/")
        deployed = self.uni.assignments.repository.entry(self.uni.head, f"{path}/content/index.md")
        file = f"{path}/content/index.md" if deployed and self.dice.random() < 0.3 else "README.md"
        self.uni.commit(self.uni.assignments, {file: f"# By hand {self.dice.random()}\n"})

    def _label(self) -> str:
        self._number += 1
        return f"v1.{self._number}"

    def _wish(self) -> dict[str, tuple[str, str]]:
        name = self.dice.choice(EXAMPLES)
        future = f"v1.{self._number + self.dice.randint(1, 3)}"
        version = self.dice.choice([*self.labels[name][-3:], "^1.0", "latest", future])
        return {self.dice.choice(PLACES): (name, version)}

    def _put(self, wishes: dict[str, tuple[str, str]], branch: str) -> None:
        text = course_file(wishes)
        tip = self.uni.assignments.repository.resolve(f"refs/heads/{branch}")
        if tip and self._of(tip) == wishes:
            text += f"# {self.dice.random()}\n"
        self.uni.commit(self.uni.assignments, {"course-structure.yaml": text}, branch)

    def _of(self, commit: str) -> dict[str, tuple[str, str]]:
        """The wishes of a commit's course file, read as it was written here."""
        repository = self.uni.assignments.repository
        entry = repository.entry(commit, "course-structure.yaml")
        found: dict[str, tuple[str, str]] = {}
        for line in repository.blob(entry[1]).decode().splitlines() if entry else ():
            words = dict(
                part.strip(" {}").split(": ", 1) for part in line.strip(" -").split(", ") if ": " in part
            )
            if "example" in words:
                found[words["path"]] = words["example"], words["version"].strip('"')
        return found

    def _close(self, iid: int) -> None:
        remote = self.uni.lecturer.projects.get(self.uni.assignments.id, lazy=True)
        request = remote.mergerequests.get(iid)
        request.state_event = "close"
        request.save()


def course_file(wishes: dict[str, tuple[str, str]]) -> str:
    """A course file in which each place has lines of its own, so that changes of two merge without a conflict."""
    lines = [place("week1"), place("week2")]
    for path in PLACES:
        lines.append(f"  # {path}\n  #\n")
        lines.append(place(path, *wishes[path]) if path in wishes else f"  # nothing at {path}\n")
        lines.append("  #\n")
    return f"{HEADER}structure:\n{''.join(lines)}"
