"""The path policy: which names may enter, and how names are shown.

Every file name that comes from a repository or is written in one of our files passes here before it is used. The
rules are those of the strictest system a student works on: what git for Windows or macOS cannot check out, or would
check out as another name, is refused
(https://learn.microsoft.com/windows/win32/fileio/naming-a-file, https://unicode.org/reports/tr15/).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from courseline.domain.plain_paths import are_plain
from courseline.domain.tree import EXECUTABLE, FILE, GITLINK, SYMLINK
from courseline.errors import Problem

LONGEST_NAME = 255
"""Bytes of one name in UTF-8; the limit of ext4, APFS and NTFS."""

LONGEST_PATH = 800
"""Bytes of a whole path: S3 keys end at 1024 bytes and our prefix in front of it takes up to 150."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³])(?=\.| *\Z| +\.)", re.IGNORECASE
)
_LTREE_LABEL = re.compile(r"[A-Za-z0-9_]{1,63}")
_LTREE_PATH = re.compile(rf"(?:{_LTREE_LABEL.pattern})(?:\.(?:{_LTREE_LABEL.pattern}))*")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Fault(NamedTuple):
    """Why a name is refused, and what to do about it."""

    message: str
    fix: str


def printable(name: str) -> str:
    """`name` safe to show on a terminal, in a log or a note: what is not printable becomes an escape."""
    if name.isprintable():
        return name
    return "".join(char if char.isprintable() else _escape(char) for char in name)


def path_problems(paths: Iterable[str], where: str = "") -> list[Problem]:
    """Check a set of file names that enter together.

    Args:
        paths: `/`-separated paths of files (not directories), relative to one directory; repeats count once.
        where: that directory, shown in front of each path; "" or "." for none.

    Returns:
        At most one error a path, ordered by path; empty when all may enter.
    """
    different = set(paths)
    if are_plain(different, LONGEST_NAME):
        return []
    return [
        Problem(printable(path), None, fault.message, fix=fault.fix).inside(printable(where))
        for path, fault in _faults(sorted(different))
    ]


def listed_path_problem(
    text: str, where: str, line: int | None, *, may_be_directory: bool = False
) -> Problem | None:
    """Check a path that a person wrote in one of our files, such as an entry of `additionalFiles`.

    Args:
        text: as written; must be relative, stay inside, and name exactly one thing.
        where: the file it is written in.
        line: and its line there.
        may_be_directory: whether a trailing slash is allowed; it then means a directory.
    """
    fault = _listed_fault(text, may_be_directory=may_be_directory)
    if fault is None:
        return None
    shown = printable(text)
    return Problem(where, line, f"The path `{shown}` cannot be used: {fault.message}", fix=fault.fix)


def mode_problem(path: str, mode: str, where: str = "") -> Problem | None:
    """Refuse what is no plain file: `mode` is git's, six octal digits."""
    if mode in {FILE, EXECUTABLE}:
        return None
    message, fix = {
        SYMLINK: ("It is a symbolic link.", "Put a copy of the file there instead."),
        GITLINK: ("It is a submodule.", "Put its files there instead."),
    }.get(mode, (f"Its mode is {printable(mode)}.", "Store it as a plain file, mode 644 or 755."))
    sentence = f"{message} Only plain files can be published."
    return Problem(printable(path), None, sentence, fix=fix).inside(printable(where))


def ltree_problem(path: str, where: str, line: int | None = None) -> Problem | None:
    """Check a path of the course tree, such as `week1.hello_world`.

    Every label becomes a directory name and a label of PostgreSQL's ltree, whose versions 14 and 15 know no hyphen
    (https://www.postgresql.org/docs/14/ltree.html).
    """
    if len(path) <= LONGEST_NAME and _LTREE_PATH.fullmatch(path):
        return None
    shown = printable(path[:80])
    if len(path) > LONGEST_NAME:
        message = f"The content path `{shown}...` has {len(path)} characters."
        return Problem(where, line, message, fix=f"Use at most {LONGEST_NAME}.")
    labels = path.split(".")
    wrong = [label for label in labels if not _LTREE_LABEL.fullmatch(label)]
    found = f"its part `{printable(wrong[0][:80])}`" if wrong[0] else "an empty part"
    message = f"The content path `{shown}` cannot be used: {found} is no label."
    proposal = ".".join(_label_from(label) for label in labels if label) or "week1.hello_world"
    fix = f"Write 1 to 63 of the characters A-Z a-z 0-9 _ between the dots, for example `{proposal}`."
    return Problem(where, line, message, fix=fix)


def name_fault(name: str) -> Fault | None:
    """Why one part of a path may not enter; None when it may."""
    if _PLAIN.fullmatch(name) and len(name) <= LONGEST_NAME and not _RESERVED.match(name):
        return None
    if name in {"", ".", ".."}:
        what = f"the part `{name}`" if name else "an empty part"
        return Fault(f"The path has {what}.", "Write the path without `.`, `..` and doubled slashes.")
    return _spelling_fault(name) or _foreign_fault(name)


def _spelling_fault(name: str) -> Fault | None:
    if any("\ud800" <= char <= "\udfff" for char in name):
        return Fault(f"The name `{printable(name)}` is not UTF-8.", "Rename it.")
    if any(unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} for char in name):
        return Fault(f"The name `{printable(name)}` holds a control or invisible character.", "Rename it.")
    if unicodedata.normalize("NFC", name) != name:
        return Fault(
            f"The name `{printable(name)}` is spelled with separate accents (not Unicode NFC).",
            "Rename it, for example with `convmv -f utf8 -t utf8 --nfc`.",
        )
    length = len(name.encode("utf-8"))
    if length > LONGEST_NAME:
        return Fault(f"The name has {length} bytes.", f"Shorten it to at most {LONGEST_NAME} bytes.")
    return None


def _foreign_fault(name: str) -> Fault | None:
    shown = printable(name)
    for char in "\\:":
        if char in name:
            return Fault(
                f"The name `{shown}` holds `{char}`, which Windows cannot store.", "Rename it without."
            )
    if name[-1] in ". ":
        ending = "dot" if name.endswith(".") else "space"
        return Fault(f"The name `{shown}` ends with a {ending}, which Windows drops.", "Rename it without.")
    if _RESERVED.match(name):
        return Fault(
            f"The name `{shown}` is a device on Windows.", "Rename it, for example with a `_` in front."
        )
    if name.casefold() in {".git", "git~1"}:
        return Fault(f"The name `{shown}` belongs to git itself.", "Remove it from the repository.")
    return None


def folded(name: str) -> str:
    """The spelling under which file systems that ignore case take two names for one."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _faults(paths: list[str]) -> Iterator[tuple[str, Fault]]:
    files = set(paths)
    spellings: dict[str, str] = {}  # folded path of every file and directory seen -> its spelling
    sound: set[str] = set()  # names already found to be in order
    for path in paths:
        fault = _shape_fault(path, sound) or _twin_fault(path, files, spellings)
        if fault is not None:
            yield path, fault


def _shape_fault(path: str, sound: set[str]) -> Fault | None:
    if path.startswith("/"):
        return Fault("The path is absolute.", "Write it relative to its directory.")
    for name in path.split("/"):
        if name in sound:
            continue
        fault = name_fault(name)
        if fault is not None:
            return fault
        sound.add(name)
    length = len(path.encode("utf-8"))
    if length > LONGEST_PATH:
        return Fault(f"The path has {length} bytes.", f"Shorten it to at most {LONGEST_PATH} bytes.")
    return None


def _twin_fault(path: str, files: set[str], spellings: dict[str, str]) -> Fault | None:
    end = 0
    while end != len(path):
        end = path.find("/", end + 1)
        end = len(path) if end < 0 else end
        part = path[:end]
        spelling = spellings.setdefault(folded(part), part)
        if spelling != part:
            return Fault(
                f"`{printable(part)}` and `{printable(spelling)}` are one name on Windows and macOS, which ignore case.",
                "Rename one of them.",
            )
        if end != len(path) and part in files:
            return Fault(f"`{printable(part)}` is both a file and a directory.", "Rename one of them.")
    return None


def _listed_fault(text: str, *, may_be_directory: bool) -> Fault | None:  # noqa: PLR0911 - one return a rule
    if not text.strip():
        return Fault("it is empty.", "Write the path of a file, or remove the entry.")
    if text.startswith("/") or re.match(r"[A-Za-z]:[\\/]", text):
        return Fault("it is absolute.", "Write it relative to the directory of this file.")
    if "\\" in text:
        return Fault("it holds `\\`.", f"Write it with slashes: `{printable(text.replace(chr(92), '/'))}`.")
    if any(char in text for char in "*?["):
        return Fault("it holds one of `* ? [`, and patterns are not expanded.", "Name every file by itself.")
    path = text
    if text.endswith("/"):
        path = text.rstrip("/")
        if not may_be_directory:
            return Fault("it names a directory, and only files can stand here.", "Name every file by itself.")
    parts = path.split("/")
    if ".." in parts:
        return Fault("it leaves the directory.", "Name a file inside the directory of this file.")
    if "." in parts or "" in parts or len(text) - len(path) > 1:
        plain = "/".join(part for part in parts if part not in {"", "."})
        if not plain:
            return Fault("it names the directory itself.", "Name the files inside it.")
        return Fault("it holds an empty part or `.`.", f"Write `{printable(plain)}{'/' * (text != path)}`.")
    fault = _shape_fault(path, set())
    return None if fault is None else Fault(fault.message[0].lower() + fault.message[1:], fault.fix)


def _escape(char: str) -> str:
    code = ord(char)
    if char in _ESCAPES:
        return _ESCAPES[char]
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, see PEP 383
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _label_from(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_")[:63] or "content"
