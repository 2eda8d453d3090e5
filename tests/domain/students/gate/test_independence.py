"""The gate must not share a mistake with the builder, so it shares no code with it."""

import ast
from pathlib import Path

from courseline.domain.students import gate

ALLOWED = {
    "courseline.errors",
    "courseline.domain.tree",
    "courseline.domain.library.lfs_pointer",
    "courseline.domain.library.version",
    "courseline.domain.course.wish",
    "courseline.domain.students.scan.unpack",
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_gate_imports_no_module_of_the_builder():
    files = list(Path(gate.__path__[0]).glob("*.py"))
    found = {name for path in files for name in imports(path) if name.startswith("courseline")}
    own = {f"courseline.domain.students.gate.{path.stem}" for path in files}

    assert len(files) > 8
    assert found - own <= ALLOWED


def test_the_builder_imports_no_module_of_the_gate():
    folder = Path(gate.__path__[0]).parent

    assert not [name for path in folder.glob("*.py") for name in imports(path) if "students.gate" in name]
