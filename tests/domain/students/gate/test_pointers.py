"""What leads elsewhere is found by name and by content, in any case of letters; what looks like it passes."""

import pytest

from courseline.domain.students.gate.case import GateCase
from courseline.domain.students.gate.pointers import check_pointers
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'7f' * 32}\nsize 4711\n".encode()


def found(path: str, raw: bytes | None = b"text\n") -> bool:
    oid = "0" * 40 if raw is None else blob_oid(raw)
    case = GateCase((), Tree([TreeFile(path, FILE, oid)]), {} if raw is None else {oid: raw}, {})
    return bool(list(check_pointers(case)))


@pytest.mark.parametrize(
    "path",
    [
        "a/.example-library", "a/.Example-Library", "a/data/.gitmodules", ".lfsconfig", "course-structure.yaml",
        "a/.course-metadata/deployed-examples.json", "a/.COURSE-METADATA/x/y.json",
    ],
)  # fmt: skip
def test_names(path):
    assert found(path)
    assert found(path, None)


@pytest.mark.parametrize("raw", [POINTER, POINTER.replace(b"\n", b"\r\n")])
def test_a_file_that_is_only_a_pointer(raw):
    assert found("a/data.bin", raw)


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("a/lfs.md", b"A pointer begins like this:\n\n" + POINTER),
        ("a/example-library", b"text\n"),
        ("a/course-structure.md", b"text\n"),
        ("a/.gitignore", b"*.pyc\n"),
        ("a/data.bin", None),
    ],
)
def test_what_looks_like_it(path, raw):
    assert not found(path, raw)
