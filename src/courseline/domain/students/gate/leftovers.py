"""Check `leftovers`: nothing that compilers, editors and merges leave behind, and no archive.

Such files hold what the sources beside them held at some time, solutions included, and nobody looks into them. They are
known by name and, under whatever name, by their first bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.students.gate.exceptions import how_to_except
from courseline.domain.students.gate.places import files_by_place

_COMPILED, _EDITOR, _TOOL, _ARCHIVE = (
    "compiled code",
    "a copy that an editor or a merge left",
    "a file that a tool keeps for itself",
    "an archive",
)
_DIRECTORIES = {
    "__pycache__": _COMPILED,
    "cmakefiles": _COMPILED,
    "__macosx": _TOOL,
    "node_modules": _TOOL,
    **dict.fromkeys(
        (
            ".ipynb_checkpoints", ".git", ".svn", ".hg", ".idea", ".vs", ".pytest_cache", ".mypy_cache", ".ruff_cache",
            ".hypothesis", ".tox", ".nox", ".venv", ".gradle", ".rproj.user", ".cache",
        ),
        _TOOL,
    ),
}  # fmt: skip
_FILES = dict.fromkeys(
    (
        ".rhistory", ".rdata", ".python_history", ".bash_history", "octave-workspace", ".octave_hist", ".coverage",
        ".ds_store", "thumbs.db", "desktop.ini", "nohup.out", ".netrc",
    ),
    _TOOL,
) | {"a.out": _COMPILED}  # fmt: skip
_SUFFIXES = {
    **dict.fromkeys(
        ("pyc", "pyo", "class", "o", "lo", "so", "dll", "dylib", "exe", "elc", "beam", "gch", "pdb", "ilk"),
        _COMPILED,
    ),
    **dict.fromkeys(("mexa64", "mexw64", "mexmaci64", "gcda", "gcno", "gcov"), _COMPILED),
    **dict.fromkeys(("orig", "rej", "bak", "old", "asv", "autosave", "kate-swp"), _EDITOR),
    **dict.fromkeys(
        (
            "zip", "tar", "tgz", "tbz2", "txz", "7z", "rar", "jar", "war", "ear", "apk", "whl", "egg", "deb", "rpm", "cab",
            "iso", "dmg", "bundle", "pack",
        ),
        _ARCHIVE,
    ),
}  # fmt: skip
_PATTERNS = (
    (re.compile(r".+~|#.*#|\.#.*|\..*\.sw[a-p]|.*\.swp"), _EDITOR),
    (re.compile(r".*\.tar\.[a-z0-9]+"), _ARCHIVE),
    (re.compile(r".*-checkpoint\.ipynb"), _TOOL),
)
_MERGETOOL = re.compile(r".*_(?:BACKUP|BASE|LOCAL|REMOTE)_\d{2,}(?:\..*)?")
"""How `git mergetool` names its copies; in lower case these are honest names."""
_DOCUMENTS = (
    ".docx", ".dotx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".odg", ".epub", ".npz", ".mlx", ".slx",
    ".ggb", ".h5p", ".3mf", ".kmz", ".sb3",
)  # fmt: skip
"""Zip files by format that are one document to whoever opens them; other checks look inside."""


def leftover(path: str) -> str | None:
    """What kind of leftover a file is by its name; None when it is none.

    Args:
        path: inside its place.
    """
    *directories, name = path.casefold().split("/")
    kind = next((_DIRECTORIES[one] for one in directories if one in _DIRECTORIES), None) or _FILES.get(name)
    if _MERGETOOL.fullmatch(path.rpartition("/")[2]):
        kind = _EDITOR
    if any(one.endswith((".egg-info", ".dsym")) for one in directories):
        kind = _COMPILED
    stem, _, suffix = name.rpartition(".")
    if kind is None and stem:
        kind = _SUFFIXES.get(suffix)
    return kind or next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(name)), None)


def leftover_content(raw: bytes, path: str) -> str | None:
    """What kind of leftover a file is by its first bytes, each as its format defines them; None when it is none."""
    if raw.startswith(
        (b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
    ):
        return _COMPILED
    if raw.startswith(b"\xca\xfe\xba\xbe") or _is_windows_program(raw) or _is_bytecode(raw):
        return _COMPILED
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None if path.casefold().endswith(_DOCUMENTS) else _ARCHIVE
    if raw.startswith(
        (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"# v2 git bundle", b"# v3 git bundle", b"PACK\0\0\0")
    ):
        return _ARCHIVE
    if raw[257:262] == b"ustar":
        return _ARCHIVE
    return _EDITOR if raw.startswith(b"b0VIM ") else None


def _is_windows_program(raw: bytes) -> bool:
    start = int.from_bytes(raw[60:64], "little")
    return raw.startswith(b"MZ") and raw[start : start + 4] == b"PE\0\0"


def _is_bytecode(raw: bytes) -> bool:
    """Python's: a number of the interpreter (3,000 to 4,000 since Python 3), then CR LF."""
    return raw[2:4] == b"\r\n" and 3000 <= int.from_bytes(raw[:2], "little") < 4000


def check_leftovers(case: GateCase) -> Iterator[Finding]:
    """Every file; by its bytes when they are at hand."""
    for place, file in files_by_place(case):
        raw = case.blobs.get(file.oid)
        if raw is None and case.head is not None and case.head.get(file.path) == file:
            continue  # was judged when students got it
        path = file.path[len(place.directory) + 1 :] if place else file.path
        kind = leftover(path) or (leftover_content(raw, path) if raw is not None else None)
        if kind is None:
            continue
        yield Finding(
            place.content_path if place else None,
            file.path,
            None,
            "leftovers",
            f"The file is {kind}.",
            "It may hold what a source file held before the solutions were taken out, and nobody reads it.",
            f"Delete it from the example and keep it out with .gitignore. {how_to_except(case, file)}",
            blocking=not (place and place.kept),
            exceptable=True,
        )
