"""Keep with a template's operation what it is about to give to students, and on what that was judged."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from courseline.domain.ledger.operation import Operation
from courseline.domain.students.judgement import data_digest
from courseline.domain.students.rule import Rule
from courseline.usecases.rows import Exposure
from courseline.usecases.students.build_template import BuiltTemplate
from courseline.usecases.students.judge_template import JudgedTemplate
from courseline.usecases.students.rows import GivenFile
from courseline.usecases.students.settle_template import Given
from courseline.usecases.students.template_setting import Setting


def keep_given(setting: Setting, judged: JudgedTemplate, operation: Operation) -> Given:
    """Keep what is about to be given; it counts once the operation's checkpoint names a commit that was pushed."""
    course, neighbours = setting.course, setting.neighbours
    judgement = judged.judgement.to_data()
    built = {place.entry.content.id for place, _ in judged.built.views}
    with neighbours.database.transaction() as rows:
        exposures = _exposures(judged.built, rows.ledger.exposures(course.id, built))
        rows.ledger.keep_given(operation.id, exposures, judgement)
    new_files = sum(len(one.files) for one in exposures)
    return Given(new_files, len(judged.built.template.files), data_digest(judgement))


def _exposures(built: BuiltTemplate, earlier: Sequence[Exposure]) -> list[Exposure]:
    """What students get with this template for the first time; the root README belongs to no place.

    A content of a file at a place is given once, by whatever rule it came first.
    """
    known: dict[UUID, set[tuple[str, str]]] = {}
    for one in earlier:
        known.setdefault(one.content_id, set()).update((path, oid) for path, oid, _ in one.files)
    found: dict[str | None, list[GivenFile]] = {place.entry.node.path: [] for place, _ in built.views}
    for file in built.template.files:
        if file.place in found and file.rule is not Rule.KEPT:
            found[file.place].append((file.path, file.oid, str(file.rule)))
    exposures: list[Exposure] = []
    for place, _ in built.views:
        files, content_id = found[place.entry.node.path], place.entry.content.id
        if content_id in known:
            files = [one for one in files if one[:2] not in known[content_id]]
        if files:
            version_id = None if place.version is None else place.version.id
            exposures.append(Exposure(content_id, version_id, tuple(files)))
    return exposures
