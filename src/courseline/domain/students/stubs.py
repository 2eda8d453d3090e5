"""What stands in a file where a solution was cut out: a statement or comment of its language that says so.

meta.yaml chooses another with `solutionStub`; an empty text there leaves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

EVERY_FILE = ""
"""Key of a stub for all files."""

_CODE = "TODO: write your code here"
_TEXT = "Write your answer here."
_STATEMENTS = {
    ".py": "raise NotImplementedError",
    ".pyi": "...",
    ".m": "error('Not implemented yet.');",
    ".r": 'stop("Not implemented yet.")',
    ".jl": 'error("Not implemented yet.")',
    ".rb": "raise NotImplementedError",
}
_COMMENTS = {
    "// {}": "c h cc cpp cxx hpp hh java js mjs ts jsx tsx cs go rs kt kts swift scala php dart groovy v sv",
    "# {}": "sh bash zsh ps1 pl tcl mk cmake yaml yml toml awk gd nix",
    "-- {}": "sql hs lua adb ads vhd vhdl elm",
    "% {}": "tex sty pro erl",
    "; {}": "asm s lisp clj scm el ini",
    "! {}": "f90 f95 f03 f08",
    "' {}": "vb bas vbs",
    "(* {} *)": "ml mli",
    "/* {} */": "css",
    "<!-- {} -->": "html htm xml svg",
}
_BY_SUFFIX = {
    **_STATEMENTS,
    **{
        f".{suffix}": sign.format(_CODE)
        for sign, suffixes in _COMMENTS.items()
        for suffix in suffixes.split()
    },
    **dict.fromkeys((".md", ".txt", ".rst", ".adoc"), _TEXT),
}
_BY_NAME = {"makefile": f"# {_CODE}", "dockerfile": f"# {_CODE}"}
_PYTHON = ".py"
# Raising where a definition is expected would break everything else in the file.
_DEFINITION = re.compile(r"(?:async\s+def|def|class|import|from)\b|@")
_REMARK = re.compile(r"#|//|%|--|/\*|\*")


@dataclass(frozen=True, slots=True)
class Stubs:
    """The stubs of a place.

    Attributes:
        chosen: by path, by suffix in lower case (".py"), or for `EVERY_FILE`; what meta.yaml says.
    """

    chosen: Mapping[str, str] = field(default_factory=dict)

    def lines(self, path: str, cut: Sequence[str], opening: str) -> list[str]:
        """What stands in place of a solution, without line ends, indented as the solution was.

        Args:
            path: of the file, or any with the suffix of a language.
            cut: lines of the solution.
            opening: the line of the marker in front of it.
        """
        first = next((line for line in cut if line.strip() and not _REMARK.match(line.strip())), None)
        space = _indentation(opening if first is None else first)
        own = self._chosen(path)
        text = own if own is not None else _default(path)
        if (
            own is None
            and _suffix(path) == _PYTHON
            and first is not None
            and _DEFINITION.match(first.strip())
        ):
            text = "pass"
        return [space + line if line else line for line in text.splitlines()]

    def lines_for_tests(self, path: str, cut: Sequence[str], opening: str) -> list[str]:
        """What stands in place of hidden tests: nothing, but for Python, where a block must not be empty."""
        space = _indentation(next((line for line in cut if line.strip()), opening))
        return [f"{space}pass"] if space and _suffix(path) == _PYTHON else []

    def _chosen(self, path: str) -> str | None:
        for key in (path, _suffix(path), EVERY_FILE):
            if key in self.chosen:
                return self.chosen[key]
        return None


def _default(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    return _BY_NAME.get(name, _BY_SUFFIX.get(_suffix(path), ""))


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    return name[name.rfind(".") :] if "." in name else name


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
