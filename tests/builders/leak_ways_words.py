"""Ways by which words about a repository tell what it hides: messages, reports, previews, and a target seen by all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tests.builders import leak_ways_content as content
from tests.builders import leak_ways_meta as meta
from tests.builders.leak_draft import Dice, Draft, Hostile
from tests.builders.leak_ways_push import (
    ASSIGNMENTS,
    TEMPLATE,
    dependency,
    honest_history,
    looser_rules,
    old_files,
)
from tests.builders.student_places import Place, raw_of

from courseline.adapters.yaml_files import read_yaml
from courseline.adapters.yaml_writer import write_yaml
from courseline.domain.students.gate.history import TargetProject
from courseline.usecases.offline import Offline

MIXED = (
    meta.template_missing, meta.test_in_additional_files, meta.media_folder, meta.private_in_public_folder, meta.twins,
    meta.globs, meta.meta_itself, content.markers, content.undecodable, content.conflict_markers, dependency, looser_rules,
    old_files,
)  # fmt: skip


def any_way(dice: Dice) -> Hostile:
    """One of the ways of careless examples."""
    return dice.choice(MIXED)(dice)


def own_way(dice: Dice) -> Hostile:
    """One of those that an example alone shows, without a library or a course."""
    return dice.choice([way for way in MIXED if way not in {dependency, looser_rules, old_files}])(dice)


def quoted(dice: Dice) -> Hostile:
    """Something is wrong right beside a secret, so that a message about it is tempted to quote."""
    draft = Draft.of(dice)
    secret = dice.secret()
    text = raw_of(draft.place().files["meta.yaml"]).decode()
    path, raw = dice.choice(
        [
            ("meta.yaml", f"{text}hints: [unclosed, {secret}\n"),
            ("meta.yaml", f"{text}hints: '{secret}\n"),
            ("meta.yaml", f"{text}a: &name {secret}\nb: *name\n"),
            ("meta.yaml", f"{text}hints:\n\t- {secret}\n"),
            ("meta.yaml", f"{text}hints: !kind {secret}\n"),
            ("meta.yaml", f"{text}hints: {secret}: {secret}\n"),
            ("data/values.csv", f"x = 1\n{dice.sign} BEGIN SOLUTION {secret}\n"),
            ("data/values.csv", f"{dice.sign} BEGIN SOLUTION\n{secret}\n"),
            (f"studentTemplates/{draft.main}", f"{dice.sign} END SOLUTION {secret}\n"),
            ("data/values.csv", f"<<<<<<< {secret}\nx\n=======\ny\n>>>>>>> {secret}\n"),
        ]
    )
    draft.files[path] = raw
    target = draft.main if path.startswith("student") else path
    return draft.hostile({} if path == "meta.yaml" else {target: raw})


def seen_by_all(dice: Dice) -> Hostile:
    """The push goes to the assignments repository, however its address is written, or to a project others can see."""
    from courseline.domain.library.repository_identity import normalise_url

    case = honest_history(dice, dice.randint(0, 2))
    if dice.random() < 0.5:
        wanted = dice.choice(["private", "internal"])
        found = "public" if wanted == "internal" else dice.choice(["internal", "public"])
        number = dice.randrange(1, 9999)
        project = dice.choice(
            [
                TargetProject(number, number, found, wanted),
                TargetProject(number, number + dice.randrange(1, 99), wanted, wanted),
                TargetProject(number, None, found, wanted),
            ]
        )
        return replace(Draft.of(dice).hostile(), history=replace(case, project=project))
    spelled = dice.choice(
        [
            f"{ASSIGNMENTS}.git", f"{ASSIGNMENTS}/", "https://GITLAB.example.org/python/assignments",
            "https://gitlab.example.org:443/python/assignments", "https://oauth2@gitlab.example.org/python/assignments.git",
        ]
    )  # fmt: skip
    target = normalise_url(spelled)
    swapped = dice.random() < 0.5
    changed = replace(
        case,
        target_identity=target,
        template_identity=target if swapped else normalise_url(TEMPLATE),
        assignments_identity=normalise_url(ASSIGNMENTS),
    )
    return replace(Draft.of(dice).hostile(), history=changed)


@dataclass(frozen=True)
class MemoryDirectory:
    """A place's files as a directory of this machine; see `usecases.offline.Directory`."""

    place: Place

    @property
    def name(self) -> str:
        return "task"

    def listing(self) -> Sequence[tuple[str, str]]:
        return [(file.path, file.mode) for file in self.place.tree]

    def size(self, path: str) -> int:
        return len(self.read(path))

    def read(self, path: str) -> bytes:
        return raw_of(self.place.files[path])


def offline_of(place: Place) -> Offline:
    """What `courseline preview` is given on that directory."""
    return Offline(MemoryDirectory(place), read_yaml, write_yaml, lambda: datetime(2026, 3, 1, tzinfo=UTC))
