"""Build the template and judge it; what was published from the same before is neither built nor judged again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from courseline.domain.students.gate.case import Finding
from courseline.domain.students.judgement import (
    JudgedPlace,
    Judgement,
    course_digest,
    place_digest,
)
from courseline.domain.students.rule import Rule
from courseline.domain.students.template import TemplateFile, UnchangedPlace
from courseline.domain.tree import Tree
from courseline.errors import Problem
from courseline.usecases.beside import beside
from courseline.usecases.students.build_template import BuiltTemplate, build_template
from courseline.usecases.students.gate_template import Verdict, gate_template
from courseline.usecases.students.read_places import Place, likely_blobs, read_places
from courseline.usecases.students.settled_places import Settled, settled_places
from courseline.usecases.students.template_setting import Earlier, Setting


@dataclass(frozen=True, slots=True)
class JudgedTemplate:
    """A template with its verdict.

    Attributes:
        built: the template.
        written: its files that the head has not, or otherwise.
        deleted: paths of the head that it has not.
        tree: its git tree id.
        findings: what the gate found.
        warnings: reviewed exceptions that clear nothing, and what unchanged places were warned of.
        judgement: on what it was judged, for a later run.

    What the template has beside its head, and courseline did not write, is in the workspace.
    """

    built: BuiltTemplate
    written: Sequence[TemplateFile]
    deleted: Sequence[str]
    tree: str
    findings: tuple[Finding, ...]
    warnings: tuple[Problem, ...]
    judgement: Judgement


def judge_template(setting: Setting, *, full: bool) -> JudgedTemplate:
    """Build and judge what differs from the published template and from published versions, or everything.

    Everything, when it is asked for, when nothing that holds is known of either, when the rules of builder and gate are
    others, and as soon as anything at all is found in what differs. A settled place with a file that is hidden anywhere
    is judged as all others are.

    Raises:
        Refused: two places want one path.
    """
    earlier = None if full else setting.recorded.earlier
    known = None if earlier is None else setting.head
    unchanged = {} if earlier is None else _unchanged(setting, earlier)
    others = [entry for entry in setting.shown if entry.content.id not in unchanged]
    stored = setting.recorded.stored
    settled = {} if full else settled_places(setting.assignments, others, setting.neighbours, stored)
    while unchanged or settled:
        judged, verdict = _judged(setting, unchanged, settled, known)
        hits = {entry.content.id: verdict.hits.get(entry.node.path, ()) for entry in setting.shown}
        if judged.findings or any(place.hits != hits[one] for one, place in unchanged.items()):
            break
        doubtful = {one for one in settled if hits[one]}
        if not doubtful:
            said = (one for place in unchanged.values() for one in place.warnings)
            return replace(judged, warnings=(*judged.warnings, *said))
        settled = {one: place for one, place in settled.items() if one not in doubtful}
    judged, _ = _judged(setting, {}, {}, known)
    return judged


def _unchanged(setting: Setting, earlier: Earlier) -> dict[UUID, JudgedPlace]:
    """Places of which all is as it was when they were judged."""
    places, head = earlier.judgement.places, setting.head or Tree()
    versions = {
        entry.content.id: places[entry.content.id].versions
        for entry in setting.shown
        if entry.content.id in places
    }
    digests = _digests(setting, versions, earlier.digests)
    return {
        entry.content.id: place
        for entry in setting.shown
        if (place := places.get(entry.content.id)) is not None
        and place.digest == digests[entry.content.id]
        and len(place.rules) == len(head.subtree(entry.directory))
    }


def _digests(
    setting: Setting, versions: Mapping[UUID, Collection[UUID]], known: Mapping[UUID, str]
) -> dict[UUID, str]:
    """Digest of each of these places, by content id.

    Args:
        setting: where.
        versions: library versions that each place is made of, by content id.
        known: content digest of each version that the library has.
    """
    tree, course = setting.assignments.tree, course_digest(setting.assignments.file)
    return {
        entry.content.id: place_digest(
            entry.node,
            entry.directory,
            tree.subtree(entry.directory).oid,
            [(one, known.get(one)) for one in versions[entry.content.id]],
            course,
        )
        for entry in setting.shown
        if entry.content.id in versions
    }


def _judged(
    setting: Setting, unchanged: Mapping[UUID, JudgedPlace], settled: Settled, known: Tree | None
) -> tuple[JudgedTemplate, Verdict]:
    """Build and judge all but the unchanged and the settled places.

    Args:
        setting: where.
        unchanged: by content id.
        settled: by content id.
        known: the head when the bytes of all its files were judged by these rules, else None.
    """
    assignments, workspace, neighbours = setting.assignments, setting.workspace, setting.neighbours
    known_places = unchanged.keys() | settled.keys()
    entries = [entry for entry in setting.shown if entry.content.id not in known_places]
    source, settled_blobs = setting.remotes[0], _settled_blobs(settled, setting.head)
    # What will be written comes while it is put together and judged.
    with beside(lambda: source.fetch_blobs(settled_blobs)) as fetching_settled:
        source.fetch_blobs(likely_blobs(assignments, entries))
        places = read_places(assignments, entries, workspace, source, neighbours)
        built = build_template(
            setting.course,
            assignments,
            places,
            list(settled.values()),
            [
                UnchangedPlace(entry.node.path, entry.directory, unchanged[entry.content.id].rules)
                for entry in setting.shown
                if entry.content.id in unchanged
            ],
            setting.head,
            {file.oid for file in known or ()},
            workspace,
            source,
            neighbours,
        )
        written, deleted = built.template.changes(setting.head)
        wanted = {file.oid for file in written if file.content is None} - settled_blobs
        with beside(lambda: source.fetch_blobs(wanted)) as fetching:
            verdict = gate_template(
                setting.course,
                assignments,
                built,
                setting.head,
                known,
                _deployed(setting, [*places, *(place for place, _ in settled.values())], unchanged),
                workspace,
                setting.remotes,
                neighbours,
            )
            judgement = Judgement(neighbours.rules(), {**unchanged, **_clean(setting, built, verdict)})
            tree = built.template.oid
            fetching()
        fetching_settled()
    findings, warnings = verdict.findings, verdict.warnings
    return JudgedTemplate(built, written, deleted, tree, findings, warnings, judgement), verdict


def _settled_blobs(settled: Settled, head: Tree | None) -> set[str]:
    """What settled places give to students that is not in the template yet."""
    given = {file.oid for _, view in settled.values() for file in view.files if file.content is None}
    return given - {oid for _, _, oid in head or ()} if given else given


def _deployed(
    setting: Setting, places: Sequence[Place], unchanged: Mapping[UUID, JudgedPlace]
) -> dict[str, UUID]:
    """Version deployed at each place, by its directory."""
    deployed = {place.directory: place.version.id for place in places if place.version is not None}
    for entry in setting.shown:
        if entry.content.id in unchanged and (versions := unchanged[entry.content.id].versions):
            deployed[entry.directory] = versions[0]
    return deployed


def _clean(setting: Setting, built: BuiltTemplate, verdict: Verdict) -> dict[UUID, JudgedPlace]:
    """The places that were built and judged and in which nothing is wrong; the others are looked at again.

    A text that is also hidden somewhere may be free only because another place names it, so it is looked at again too.
    """
    found = {finding.place for finding in verdict.findings}
    texts = {
        path
        for path, hits in verdict.hits.items()
        if any(hit.split(" ")[1] == Rule.TEXT and "/mediaFiles/" not in hit for hit in hits)
    }
    clean = {
        place.entry.content.id: (place, view)
        for place, view in built.views
        if not view.refused and place.entry.node.path not in found | texts
    }
    versions = {content_id: place.versions for content_id, (place, _) in clean.items()}
    with setting.neighbours.database.transaction() as rows:
        known = rows.ledger.content_digests({one for named in versions.values() for one in named})
    digests = _digests(setting, versions, known)
    return {
        content_id: JudgedPlace(
            digests[content_id],
            tuple(file.rule for file in view.files),
            place.versions,
            verdict.hits.get(place.entry.node.path, ()),
            view.problems,
        )
        for content_id, (place, view) in clean.items()
    }
