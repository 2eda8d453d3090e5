"""Write our one note at a merge request: found by its mark and its author, edited in place, never twice."""

from __future__ import annotations

from courseline.domain.deploying.plan_note import MARKER
from courseline.usecases.forge import Forge, ForgeNote, ProjectRef


def write_note(forge: Forge, project: ProjectRef, iid: int, body: str, *, only_edit: bool = False) -> bool:
    """Make our note say `body`; whether there is one now.

    A note of somebody else that carries the mark is not ours. Of two of ours, as two workers that began at once may have
    written, the older stays.

    Args:
        forge: the GitLab.
        project: of the merge request.
        iid: its number.
        body: begins with the mark.
        only_edit: write none where there is none.
    """
    ours = _ours(forge, project, iid)
    if not ours:
        if only_edit:
            return False
        forge.add_note(project, iid, body)
        ours = _ours(forge, project, iid)
    for younger in ours[1:]:
        forge.delete_note(project, iid, younger.id)
    if ours and ours[0].body.strip() != body.strip():
        forge.edit_note(project, iid, ours[0].id, body)
    return True


def _ours(forge: Forge, project: ProjectRef, iid: int) -> list[ForgeNote]:
    me = forge.me()
    found = [one for one in forge.notes(project, iid) if one.author == me and one.body.startswith(MARKER)]
    return sorted(found, key=lambda note: note.id)
