"""Hostile examples by their names and kinds of files: no control characters, no twins, no links, no submodules."""

from __future__ import annotations

import os

from tests.builders.hostile import META, Hostile, content

_ODD_NAMES = {
    "line break": "a\nb",
    "carriage return": "a\rb",
    "tab": "a\tb",
    "escape sequence": "\x1b[2J\x1b[31mred",
    "bell": "a\x07b",
    "delete": "a\x7fb",
    "C1 control": "a\x9bb",
    "colon": "a:b",
    "stream": "a.txt::$DATA",
    "backslash": "b\\c",
    "backslash up": "..\\..\\etc\\passwd",
    "CON": "CON",
    "con.txt": "con.txt",
    "NUL directory": "NUL/x",
    "COM1": "COM1.log",
    "trailing dot": "name.",
    "trailing space": "name ",
    "trailing dot of a directory": "dir./x",
    "256 bytes": "n" * 256,
    "NFD": "e\u0301.txt",
    "not UTF-8": os.fsdecode(b"caf\xe9.txt"),
    "overlong UTF-8": os.fsdecode(b"\xc0\xaf"),
    "surrogate": os.fsdecode(b"\xed\xa0\x80"),
    "gitlab-ci beside git": ".gitlab-ci.yml/.git-x/y",
    "gitmodules": ".gitmodules.d/.gitmodules",
    "a file of git": ".gitfoo",
    "tracking file": "deep/.example-library",
    "line separator": "a\u2028b",
    "zero width": "a\u200bb",
    "bidirectional": "a\u202egpj.exe",
    "three dots": "...",
}
_PLAIN_NAMES = {
    "option": "-rf",
    "long option": "--output=x",
    "command": "$(touch executed)",
    "backquotes": "`id`",
    "quote": "it's; id",
    "double quote": 'q"q',
    "percent": "%2e%2e%2f",
    "markup": "[bold red]x[/]",
    "variable": "$HOME",
    "tilde": "~root",
    "pipe": "|id",
    "glob": "*",
    "leading space": " x",
    "workflow command": "::add-mask::x".replace(":", "-"),
}
_TWINS = {
    "case": ("readme.txt", "README.TXT"),
    "sharp s": ("strasse", "straße"),
    "directory case": ("Tests/a", "tests/b"),
    "kelvin": ("k", "\u212a"),
    "ligature": ("fi", "\ufb01"),
    "NFC and NFD": ("\u00e9", "e\u0301"),
}


def _names() -> list[Hostile]:
    odd = [
        content(f"name with {name}", "R8", {path: "x\n"}, "", small=name in {"line break", "escape sequence"})
        for name, path in _ODD_NAMES.items()
    ]
    directories = [
        content(f"directory of an example: {name}", "R8", {}, root={f"{path}/meta.yaml": META})
        for name, path in (
            ("line break", "a\nb"),
            ("CON", "CON"),
            ("escape", "\x1b]0;x\x07"),
            ("NFD", "e\u0301"),
        )
    ]
    plain = [
        content(f"name like {name}", "R8", {path: "x\n"}, harmless=True, small=name == "command")
        for name, path in _PLAIN_NAMES.items()
    ]
    twins = [
        content(f"twins by {name}", "R8", {one: "1\n", two: "2\n"}, "", small=name == "case")
        for name, (one, two) in _TWINS.items()
    ]
    return [*odd, *directories, *plain, *twins]


def _modes() -> list[Hostile]:
    links = {
        "to /etc/passwd": ("x", "/etc/passwd"),
        "to the trap": ("x", "{trap}/secret"),
        "upwards": ("x", "../../../../../../../etc/passwd"),
        "to the trap's directory": ("content/mediaFiles", "{trap}/directory"),
        "to another example": ("x", "../sound/README.md"),
        "to nothing": ("x", "nothing"),
        "to itself": ("x", "x"),
        "as README.md": ("README.md", "{trap}/directory/README.md"),
        "as meta.yaml": ("meta.yaml", "../sound/meta.yaml"),
        "with an empty text": ("x", ""),
    }
    symlinks = [
        content(
            f"symbolic link {name}",
            "R6",
            {path: ("120000", text)},
            "symbolic link",
            small=name == "to the trap",
        )
        for name, (path, text) in links.items()
        if name != "with an empty text"
    ]
    modules = {
        "ext": "ext::sh -c touch% {trap}/executed",
        "file": "file://{trap}/other.git",
        "path": "{trap}/other.git",
        "http": "http://127.0.0.1:9/",
        "option": "-u./x",
        "metadata service": "http://169.254.169.254/latest/meta-data/",
    }
    submodules = [
        content(
            f"submodule by {name}",
            "R5",
            {"module": ("160000", "3" * 40)},
            "submodule",
            root={".gitmodules": f'[submodule "m"]\n\tpath = bad/module\n\turl = {url}\n'},
            small=name == "ext",
        )
        for name, url in modules.items()
    ]
    return [
        *symlinks,
        *submodules,
        content("submodule that updates by a command", "R5", {"m": ("160000", "3" * 40)}, "submodule",
                root={".gitmodules": '[submodule "m"]\n\tpath = bad/m\n\turl = x\n\tupdate = !touch executed\n'}),
        content("submodule named upwards", "R5", {"m": ("160000", "3" * 40)}, "submodule",
                root={".gitmodules": '[submodule "../../hooks"]\n\tpath = bad/m\n\turl = x\n'}),
        content(".gitmodules as a symbolic link", "R6", {}, "gitmodulesSymlink", whole=True,
                root={".gitmodules": ("120000", "{trap}/secret")}),
        content("the example itself is a link", "R6", {}, harmless=True, root={"linked": ("120000", "bad")}),
    ]  # fmt: skip


NAMES: list[Hostile] = [*_names(), *_modes()]
