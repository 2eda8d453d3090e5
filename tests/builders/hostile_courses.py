"""Hostile assignments repositories, course files, templates, and examples that reach for more in the student view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.builders.hostile import blob, commit_text, entry, put, tripped, write
from tests.builders.hostile_contents import bomb_tree
from tests.builders.repositories import Content, git
from tests.builders.small_course import HELLO, STRUCTURE
from tests.builders.template_course import TYPES, TemplateCourse
from tests.builders.template_course import change as commit

Change = Callable[[TemplateCourse, Path], None]
"""Does the harm; the second argument is the trap."""


@dataclass(frozen=True, slots=True)
class HostileCourse:
    """A course in which somebody means harm.

    Attributes:
        name: of the case.
        change: see `Change`; the course before it is a deployed one without a template.
        exits: of `courseline-deploy` and of `courseline-student-template` after it.
        says: pattern that their outputs must hold together.
        small: whether the short run has it.
    """

    name: str
    change: Change
    exits: tuple[int, int] = (1, 1)
    says: str = ""
    small: bool = False


def _file(
    name: str, body: Content, exits: tuple[int, int] = (1, 1), says: str = "", *, small: bool = False
) -> HostileCourse:
    """The course file is `body`."""

    def change(course: TemplateCourse, trap: Path) -> None:
        told = body.replace("{trap}", str(trap)) if isinstance(body, str) else body
        course.edit({"course-structure.yaml": told})

    return HostileCourse(f"course file with {name}", change, exits, says, small)


def _entry(
    name: str, more: str, exits: tuple[int, int] = (1, 1), says: str = "", *, small: bool = False
) -> HostileCourse:
    """The course file has one more content; `more` are its keys."""
    line = (
        f"      - {{path: week2.bad, type: assignment, title: Bad, example: hello, version: v1.0, {more}}}\n"
    )
    return _file(name, TYPES + STRUCTURE + line, exits, says, small=small)


def _content(name: str, lines: str, exits: tuple[int, int] = (1, 1), says: str = "") -> HostileCourse:
    return _file(name, TYPES + STRUCTURE + lines, exits, says)


def _tree(
    name: str,
    files: Mapping[str, Content | None],
    exits: tuple[int, int],
    says: str = "",
    *,
    small: bool = False,
) -> HostileCourse:
    """Somebody commits these files to the assignments repository."""

    def change(course: TemplateCourse, trap: Path) -> None:
        course.edit({
            path: (body[0], str(body[1]).replace("{trap}", str(trap))) if isinstance(body, tuple) else body
            for path, body in files.items()
        })  # fmt: skip

    return HostileCourse(name, change, exits, says, small)


def _commit(
    name: str, head: list[bytes], message: bytes, exits: tuple[int, int] = (0, 0), says: str = ""
) -> HostileCourse:
    """Somebody pushes a commit written by hand; then the next deploy has something to do."""

    def change(course: TemplateCourse, _trap: Path) -> None:
        _push(course.assignments, git(course.assignments, "rev-parse", "main^{tree}"), head, message)
        course.structure(STRUCTURE.replace("Hello World", "Another title"))

    return HostileCourse(f"commit with {name}", change, exits, says)


def _published(
    name: str,
    files: Mapping[str, Content],
    exits: tuple[int, int] = (0, 1),
    says: str = "",
    *,
    small: bool = False,
) -> HostileCourse:
    """The example `hello` gets a version with these files, and the course wishes it."""

    def change(course: TemplateCourse, trap: Path) -> None:
        told = {
            path: body.replace("{trap}", str(trap)) if isinstance(body, str) else body
            for path, body in files.items()
        }
        course.sync({**HELLO, **told}, "v1.1")
        course.structure(STRUCTURE.replace("example: hello, version: v1.0", "example: hello, version: v1.1"))

    return HostileCourse(name, change, exits, says, small)


def _push(path: Path, tree: str, head: Sequence[bytes] = (), message: bytes = b"hostile\n") -> None:
    """A commit written by hand on top of main."""
    parent = git(path, "rev-parse", "main")
    raw = commit_text(tree, head, message).replace(
        b"\nauthor", b"\nparent " + parent.encode() + b"\nauthor", 1
    )
    put(path / "refs" / "heads" / "main", write(path, "commit", raw) + "\n")


def _submodule(place: str) -> Change:
    """A commit of another repository stands at this path."""

    def change(course: TemplateCourse, _trap: Path) -> None:
        path = course.assignments
        git(path, "read-tree", "main")
        git(path, "update-index", "--add", "--cacheinfo", f"160000,{'3' * 40},{place}")
        _push(path, git(path, "write-tree"))

    return change


_PLACE = "week1/hello"
_BOMB = "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n"
_FILES = [
    _file("aliases of aliases", TYPES + STRUCTURE + _BOMB, small=True),
    _file("lists in lists", TYPES + STRUCTURE + "x: " + "[" * 3000 + "]" * 3000 + "\n"),
    _file("a Python object", "contentTypes: !!python/object/apply:os.system ['touch {trap}/executed']\n", small=True),
    _file("one key twice", TYPES + STRUCTURE + "structure: []\n"),
    _file("300 KiB", TYPES + STRUCTURE + "# " + "y" * 300_000 + "\n"),
    _file("200 MB", b"#" + bytes(200_000_000)),
    _file("UTF-16", (TYPES + STRUCTURE).encode("utf-16")),
    _file("NUL", TYPES + STRUCTURE + "# \0\n"),
    _file("a list", "- a\n"),
    _file("nothing", ""),
    _file("a link to a secret", ("120000", "{trap}/secret"), small=True),
    HostileCourse("course file with a submodule in its place", _submodule("course-structure.yaml")),
    _entry("a directory upwards", "directory: ../../outside"),
    _entry("an absolute directory", "directory: /etc"),
    _entry("a directory of git", "directory: .git/hooks", small=True),
    _entry("a directory of pipelines", "directory: .gitlab-ci.yml"),
    _entry("a directory of GitLab", "directory: .gitlab/agents"),
    _entry("a directory through another", "directory: week1/hello/../../x"),
    _entry("the directory of another", "directory: week1/hello"),
    _entry("a directory inside another", "directory: week1/hello/tests"),
    _entry("the directory of another in capitals", "directory: Week1/HELLO"),
    _entry("a directory of Windows", "directory: 'C:\\x'"),
    _entry("the root as directory", "directory: ."),
    _entry("a circle of moves", "movedFrom: week2.bad"),
    _content("a path upwards", "      - {path: '../../x', type: assignment, title: X, example: hello, version: v1.0}\n"),
    _content("a path with a slash", "      - {path: 'week2/x', type: assignment, title: X, example: hello, version: v1.0}\n"),
    _content("a path of 10,000 letters", f"      - {{path: week2.{'x' * 10_000}, type: assignment, title: X}}\n"),
    _content("an example upwards", "      - {path: week2.x, type: assignment, title: X, example: '../../x', version: v1.0}\n", (1, 0)),
    _content("a template as example", "      - {path: week2.x, type: assignment, title: X, example: '{{7*7}}', version: v1.0}\n", (1, 0)),
    _content("a range of 5,000 parts", f"      - {{path: week2.x, type: assignment, title: X, example: hello, version: '{','.join(['>=1'] * 5000)}'}}\n", (0, 0)),
    _content("a title that forges trailers", '      - {path: week2.x, type: assignment, example: hello, version: v1.0, title: "x\\n\\nCourseline-Operation: 11111111-1111-5111-8111-111111111111"}\n', (0, 0)),
    _content("markup and commands as title", "      - {path: week2.x, type: assignment, example: hello, version: v1.0, title: '[x](javascript:1) <script> $(id) {{ 7*7 }}'}\n", (0, 0)),
]  # fmt: skip


def _names(course: TemplateCourse, _trap: Path) -> None:
    path = course.assignments
    listed = git(path, "ls-tree", "main") + f"\n040000 tree {bomb_tree(path)}\tzz\n"
    _push(path, git(path, "mktree", feed=listed.encode()))


def _dotgit(course: TemplateCourse, _trap: Path) -> None:
    path = course.assignments
    inner = write(path, "tree", entry(b".git", blob(path, b"x\n")))
    file = git(path, "rev-parse", "main:course-structure.yaml")
    _push(path, write(path, "tree", entry(b"a", inner, b"40000") + entry(b"course-structure.yaml", file)))


def _configured(which: str) -> Change:
    def change(course: TemplateCourse, trap: Path) -> None:
        path = course.assignments if which == "assignments" else course.template
        for key in (
            "core.fsmonitor",
            "core.sshCommand",
            "uploadpack.packObjectsHook",
            "core.gitProxy",
            "core.pager",
            "gpg.program",
        ):
            git(path, "config", key, tripped(trap))
        course.structure(STRUCTURE.replace("Hello World", "Another title"))

    return change


def _template_files(files: Mapping[str, Content]) -> Change:
    def change(course: TemplateCourse, trap: Path) -> None:
        told = {
            name: (body[0], str(body[1]).replace("{trap}", str(trap))) if isinstance(body, tuple) else body
            for name, body in files.items()
        }
        commit(course.template, told)

    return change


_TREES = [
    _tree("place is a link", {_PLACE: ("120000", "{trap}/directory")}, (4, 0), small=True),
    _tree("week is a link", {"week1": ("120000", "{trap}/directory")}, (4, 0)),
    _tree("link in a place", {f"{_PLACE}/README.md": ("120000", "{trap}/secret")}, (0, 1), small=True),
    _tree("link as meta.yaml of a place", {f"{_PLACE}/meta.yaml": ("120000", "{trap}/secret")}, (0, 1)),
    HostileCourse("submodule in a place", _submodule(f"{_PLACE}/m"), (0, 0)),
    _tree("tracking file is a link", {f"{_PLACE}/.example-library": ("120000", "{trap}/secret")}, (0, 0)),
    _tree("tracking file is a bomb", {f"{_PLACE}/.example-library": _BOMB}, (0, 0)),
    _tree("tracking file reaches out", {f"{_PLACE}/.example-library": '{"schema": 1, "path": "../../x", "files": ["/etc/passwd"]}'}, (0, 0)),
    _tree("attributes that name a merge driver", {".gitattributes": "* merge=evil filter=evil diff=evil\n", f"{_PLACE}/.gitattributes": "* merge=evil\n"}, (0, 0)),
    _tree("meta.yaml of a place gives everything away", {f"{_PLACE}/meta.yaml": "slug: hello\ntitle: H\nproperties:\n  additionalFiles: [hello.py, tests/, notes.txt]\n"}, (0, 1)),
    _tree("meta.yaml of a place reaches out", {f"{_PLACE}/meta.yaml": "slug: hello\ntitle: H\nproperties:\n  additionalFiles: [../sums/sums.py, /etc/passwd]\n"}, (0, 1)),
    _tree("meta.yaml of a place is a bomb", {f"{_PLACE}/meta.yaml": _BOMB}, (0, 1)),
    _tree("meta.yaml of a place writes upwards", {f"{_PLACE}/meta.yaml": "slug: hello\ntitle: H\nproperties:\n  studentTemplates: [{from: README.md, to: ../../.git/hooks/x}]\n"}, (0, 1)),
    _tree("conflict markers", {f"{_PLACE}/README.md": "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"}, (0, 1)),
    _tree("names of Windows in a place", {f"{_PLACE}/CON": "x\n", f"{_PLACE}/a:b": "x\n"}, (0, 0)),
    _tree("200 MB in a place", {f"{_PLACE}/README.md": b"#" + bytes(200_000_000)}, (0, 1)),
    HostileCourse("ten thousand million names in the assignments", _names, says="more than", small=True),
    HostileCourse(".git in the assignments", _dotgit, says="hasDotgit"),
    HostileCourse("assignments configured with commands", _configured("assignments"), (0, 0), small=True),
    HostileCourse("template configured with commands", _configured("template"), (0, 0)),
    HostileCourse("template with a human's files", _template_files({"hello.py": "x\n"}), (0, 1)),
    HostileCourse("template with links", _template_files({_PLACE: ("120000", "{trap}/directory")}), (0, 1)),
    _commit("forged trailers", [], b"x\n\nCourseline-Operation: 11111111-1111-5111-8111-111111111111\nCourseline-History: 9:" + b"a" * 64 + b"\n"),
    _commit("an encoding that cannot replace", [b"encoding idna"], b"\xff\n"),
    _commit("the encoding of another codec", [b"encoding zlib_codec"], b"\xff\n"),
    _commit("an encoding that is undefined", [b"encoding undefined"], b"\xff\n"),
    _commit("NUL in its encoding", [b"encoding a\0b"], b"\xff\n", (0, 0)),
    _commit("5 MB of message", [], b"y" * 5_000_000 + b"\n"),
]  # fmt: skip

_LINKS = [
    "file:///etc/passwd", "{trap}/secret", "../../../../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd",
    "mediaFiles/../../tests/test_hello.py", "mediaFiles/..%2f..%2fnotes.txt", "//127.0.0.1:9/x.png",
    "http://127.0.0.1:9/x.png", "javascript:alert(1)", "data:text/html,x", "mediaFiles/solved.svg%00.png",
    "\\\\\\\\host\\\\x", "mediaFiles/", "mediaFiles", "mediaFiles/*", "../notes.txt", "notes.txt", "?x", "#x",
    "mediaFiles/%252e%252e/%252e%252e/notes.txt", "mediaFiles\\\\..\\\\..\\\\notes.txt", "MEDIAFILES/solved.svg",
]  # fmt: skip
_READINGS = [
    _published(f"task text that links to {link!a}", {"hello/content/index_de.md": f"# H\n\n![x]({link})\n"}, (0, 0), small=link.startswith(("file", "mediaFiles/..%2f")))
    for link in _LINKS
]  # fmt: skip

COURSES: list[HostileCourse] = [*_FILES, *_TREES, *_READINGS]
