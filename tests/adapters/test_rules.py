"""The version of the rules is that of the sources: no release that judges otherwise can be taken for this one."""

from __future__ import annotations

from pathlib import Path

import courseline
from courseline.adapters.rules import PACKAGE, rules_version, sources_digest


def make(root: Path, **sources: str) -> Path:
    for name, text in sources.items():
        path = root / "gate" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_it_is_made_of_the_whole_package() -> None:
    assert Path(courseline.__file__).parent == PACKAGE
    assert rules_version() == sources_digest(PACKAGE)
    assert (PACKAGE / "domain" / "students" / "gate" / "judge.py").is_file()


def test_any_line_anywhere_makes_another(tmp_path: Path) -> None:
    first = sources_digest(make(tmp_path / "a", judge="x = 1\n", hidden="y = 1\n"))
    assert sources_digest(make(tmp_path / "b", judge="x = 1\n", hidden="y = 1\n")) == first
    others = {
        sources_digest(make(tmp_path / "c", judge="x = 2\n", hidden="y = 1\n")),
        sources_digest(make(tmp_path / "d", judge="x = 1\n")),
        sources_digest(make(tmp_path / "e", judge="x = 1\n", hiding="y = 1\n")),
        sources_digest(make(tmp_path / "f", judge="x = 1\n", hidden="y = 1\n", more="")),
    }
    assert len(others | {first}) == 5
