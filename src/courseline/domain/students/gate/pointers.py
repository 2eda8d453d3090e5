"""Check `pointers`: nothing that leads students to other repositories, or tells how the course is kept.

A Git LFS pointer and a `.gitmodules` stand for content elsewhere, which a project that students can read may have; a
tracking file names versions and where they are stored.
"""

from __future__ import annotations

from collections.abc import Iterator

from courseline.domain.library.lfs_pointer import is_lfs_pointer
from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.students.gate.places import files_by_place

_TRACKING = "file in which courseline keeps what it deployed"
_FILES = {
    ".example-library": _TRACKING,
    "course-structure.yaml": "course file",
    ".gitmodules": "list of submodules",
    ".lfsconfig": "address of a file server",
}
_DIRECTORIES = {".course-metadata": _TRACKING}


def check_pointers(case: GateCase) -> Iterator[Finding]:
    """Every file by its name, and by its bytes when they are at hand."""
    for place, file in files_by_place(case):
        *directories, name = file.path.casefold().split("/")
        raw = case.blobs.get(file.oid)
        kind = _FILES.get(name) or next(
            (_DIRECTORIES[one] for one in directories if one in _DIRECTORIES), None
        )
        if kind is None and raw is not None and is_lfs_pointer(raw):
            kind = "Git LFS pointer, not the file itself"
        if kind is None:
            continue
        yield Finding(
            place.content_path if place else None,
            file.path,
            None,
            "pointers",
            f"The file is a {kind}.",
            "It leads to what is kept elsewhere, which students may be able to read there.",
            "Publish the content itself, or take the entry out of meta.yaml; no exception is possible.",
            blocking=not (place and place.kept),
        )
