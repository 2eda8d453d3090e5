"""P4: no excluded file reaches students; each of the thirty known ways is tried in forty variants and more.

Every variant goes through builder and gate: what would be pushed holds no secret, raw or unpacked. Then the gate is
asked alone about what a careless publisher would have pushed. `make prove P4` makes 40 variants a way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from tests.builders import leak_ways_content as content
from tests.builders import leak_ways_documents as documents
from tests.builders import leak_ways_meta as meta
from tests.builders import leak_ways_push as pushing
from tests.builders import leak_ways_words as words
from tests.builders.leak_draft import Dice, Hostile
from tests.builders.leak_push import found_in, gate_alone, push
from tests.builders.postgres import PostgresServer
from tests.builders.student_places import raw_of
from tests.builders.template_course import START, TemplateCourse

from courseline.cli.report import problem_json
from courseline.cli.report_case import CaseState, ReportCase
from courseline.cli.report_files import code_quality, junit
from courseline.usecases.students.preview_example import preview_directory

VARIANTS, FEW = 40, 6


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        count = VARIANTS if metafunc.config.getoption("--full") else FEW
        metafunc.parametrize("seed", range(count))


class Way:
    """One way of leaking."""

    make: ClassVar[Callable[[Dice], Hostile]]
    readable: ClassVar[bool] = True
    """Whether a secret can be read in what would leak; not in every encoding."""

    def variant(self, seed: int) -> Hostile:
        return type(self).make(Dice(f"{type(self).__name__}-{seed}"))

    def test_nothing_that_is_pushed_holds_a_secret(self, seed: int) -> None:
        hostile = self.variant(seed)
        assert hostile.secrets, "the variant hides nothing, so it proves nothing"
        done = push(hostile)
        assert found_in(done.objects, hostile.secrets) == []
        assert [text for text in done.said if any(secret in text for secret in hostile.secrets)] == []

    def test_the_gate_alone_stops_what_a_careless_builder_lets_out(self, seed: int) -> None:
        hostile = self.variant(seed)
        if hostile.history is not None:
            assert push(hostile).stopped
        elif hostile.leaked:
            leaked = [raw_of(one) for one in hostile.leaked.values()]
            assert not self.readable or found_in(leaked, hostile.secrets), "a leak would not be seen"
            assert [finding for finding in gate_alone(hostile) if finding.blocking] != []


class Test01TemplateMissing(Way):
    make = staticmethod(meta.template_missing)


class Test02TestInAdditionalFiles(Way):
    make = staticmethod(meta.test_in_additional_files)


class Test03MediaFolderCopiedWhole(Way):
    make = staticmethod(meta.media_folder)


class Test04MarkersSpeltOtherwise(Way):
    make = staticmethod(content.markers)


class Test05Undecodable(Way):
    make = staticmethod(content.undecodable)
    readable = False


class Test06PrivateInPublicFolder(Way):
    make = staticmethod(meta.private_in_public_folder)


class Test07OldFilesStay(Way):
    make = staticmethod(pushing.old_files)


class Test08HistoryCarriedOver(Way):
    make = staticmethod(pushing.foreign_history)


class Test09OtherBranchesAndTags(Way):
    make = staticmethod(pushing.other_refs)


class Test10MessagesThatQuote(Way):
    """Commit messages, descriptions and notes: each test of every way looks at what is said, here it is tempted."""

    make = staticmethod(words.quoted)


class Test11ReportsOfTheJob(Way):
    """Job logs, `--json` and report files are artifacts that others may read."""

    make = staticmethod(words.any_way)

    def test_no_report_holds_a_secret(self, seed: int) -> None:
        hostile = self.variant(seed)
        problems = [problem for place in hostile.course.places for problem in place.view.problems]
        problems += [finding.problem for finding in gate_alone(hostile)]
        case = ReportCase("template", "week1", CaseState.FAILED, problems=tuple(problems))
        shown = json.dumps([problem_json(problem) for problem in problems]).encode()
        reports = [shown, junit("courseline", [case]), code_quality("courseline", problems)]
        assert found_in(reports, hostile.secrets) == []


class Test12RepositoriesSeenByAll(Way):
    make = staticmethod(words.seen_by_all)


class Test13Submodules(Way):
    make = staticmethod(pushing.submodule)


class Test14SymbolicLinks(Way):
    make = staticmethod(pushing.symlink)


class Test15TwinsInCaseAndUnicode(Way):
    make = staticmethod(meta.twins)


class Test16Globs(Way):
    make = staticmethod(meta.globs)


class Test17CompiledAndBackups(Way):
    make = staticmethod(content.compiled)


class Test18ConflictMarkers(Way):
    make = staticmethod(content.conflict_markers)


class Test19MergedBack(Way):
    make = staticmethod(content.merged_back)


class Test20MetaItself(Way):
    make = staticmethod(meta.meta_itself)


class Test21TrackingFile(Way):
    make = staticmethod(meta.tracking_file)


class Test22AddressesOfObjects(Way):
    make = staticmethod(content.secrets_in_public)


class Test23WhatIsShownOfAnExample(Way):
    """What the product shows of an example beside its template: the preview."""

    make = staticmethod(words.own_way)

    def test_no_preview_holds_a_secret(self, seed: int) -> None:
        hostile = self.variant(seed)
        for place in hostile.course.places:
            shown = repr(preview_directory(words.offline_of(place))).encode()
            assert found_in([shown], hostile.secrets) == []


class Test24WrongTarget(Way):
    make = staticmethod(pushing.wrong_target)


class Test25BeforeTheDate:
    """One course on real repositories, a place a variant: none is given a second too early, all are given in time."""

    def test_nothing_is_pushed_before_its_date(
        self, postgres: PostgresServer, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        count = VARIANTS if request.config.getoption("--full") else FEW
        secrets, files, rows = [], {}, []
        for seed in range(count):
            dice = Dice(f"date-{seed}", plain=True)
            delay = timedelta(seconds=dice.choice([1, 59, 3600, 86400 * 30]))
            at = (START + delay).astimezone(ZoneInfo("Europe/Vienna"))
            written = dice.choice(
                [at.isoformat(), at.replace(tzinfo=None).isoformat(), (START + delay).isoformat()]
            )
            secrets.append(dice.secret())
            files[f"e{seed}/meta.yaml"] = f"title: Task {seed}\nproperties:\n  additionalFiles: [sheet.txt]\n"
            files[f"e{seed}/sheet.txt"] = f"{secrets[-1]}\n{dice.public()}"
            entry = f"type: assignment, title: Task {seed}, example: e{seed}, version: v1"
            if dice.random() < 0.5:
                rows.append(f"  - {{path: p{seed}, {entry}, visibleFrom: '{written}'}}\n")
            else:
                rows.append(
                    f"  - path: u{seed}\n    type: week\n    title: {dice.secret()}\n    visibleFrom: '{written}'\n"
                    f"    content:\n      - {{path: u{seed}.p{seed}, {entry}}}\n"
                )
                secrets.append(dice.secrets[-1])
        with postgres.fresh() as url:
            course = TemplateCourse(tmp_path / "course", url)
            course.register()
            course.sync(files, "v1")
            course.structure("".join(rows))
            assert course.deploy().count("deployed") == count
            course.publish()
            assert found_in([course.everything()], secrets) == []
            course.clock.now = START + timedelta(days=31)
            course.publish()
            assert len(found_in([course.everything()], secrets)) == len(set(secrets))
            course.close()


class Test26LooserRules(Way):
    make = staticmethod(pushing.looser_rules)


class Test27DependencyWithItsSolution(Way):
    make = staticmethod(pushing.dependency)


class Test28EditedLater(Way):
    make = staticmethod(content.edited_later)


class Test29AnswerInText(Way):
    make = staticmethod(content.answer_in_text)


class Test30Metadata(Way):
    make = staticmethod(documents.metadata)


def test_each_of_the_thirty_ways_has_its_class() -> None:
    numbers = {int(name[4:6]) for name in globals() if name.startswith("Test")}
    assert numbers == set(range(1, 31))


def test_many_variants_are_pushed_without_their_secrets() -> None:
    """That nothing leaks must not come from nothing being pushed."""
    pushed = [
        name
        for name, way in globals().items()
        if name.startswith("Test") and issubclass(way, Way) and _pushes(way)
    ]
    assert len(pushed) > 10, pushed


def _pushes(way: type[Way]) -> bool:
    return any(push(way().variant(seed)).files for seed in range(VARIANTS))
