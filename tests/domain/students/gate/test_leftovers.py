import io
import py_compile
import tarfile
import zipfile

import pytest

from courseline.domain.students.gate.leftovers import leftover, leftover_content

LEFT = """
__pycache__/main.py src/__pycache__/x.cpython-311.pyc Main.class build/main.o libx.so main.EXE a.out main.py~
.main.py.swp #main.py# .#main.py main.py.orig main.c.rej notes.bak main.old task.m~ task.asv .ipynb_checkpoints/a.ipynb
task-checkpoint.ipynb main_BACKUP_4711.py main_REMOTE_12.c .DS_Store Thumbs.db .Rhistory .RData octave-workspace .git/config
data.zip all.tar.gz all.tgz all.7z lib/junit.jar x.egg-info/PKG-INFO .idea/workspace.xml .netrc course.bundle node_modules/x.js
"""
HONEST = """
main.py Main.java average.c average.h task.m analysis.R notebook.ipynb README.md data/points.csv data/points.csv.gz
report.docx table.xlsx .gitignore Makefile old.py origin.txt classes.py object.json core.py packages.txt Class.java
measurements.RData teapot.obj model_base_12.py load_local_20.csv archive.md git.md swp.txt zip.py image.svg mediaFiles/a.png "rejected.txt" study.class.md data/so.csv
"""


@pytest.mark.parametrize("path", LEFT.split())
def test_what_tools_leave_behind_is_known_by_its_name(path):
    assert leftover(path)
    assert leftover(f"data/{path.upper()}")


@pytest.mark.parametrize("path", HONEST.split())
def test_honest_names_are_none(path):
    assert leftover(path) is None


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("main.py", "print(42)\n")
    return stream.getvalue()


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("main.py"))
    return stream.getvalue()


def bytecode(folder) -> bytes:
    source = folder / "main.py"
    source.write_text("print(42)\n")
    return (folder / py_compile.compile(str(source), str(folder / "main.bin"))).read_bytes()


def test_content_tells_under_whatever_name(tmp_path):
    program = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0"
    samples = [
        zipped(), tarred(), bytecode(tmp_path), program, b"\x7fELF" + bytes(9), b"\xca\xfe\xba\xbe\0\0\0\x41",
        b"# v2 git bundle\n", b"PACK\0\0\0\x02", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x01", b"b0VIM 9.0",
    ]  # fmt: skip

    assert [leftover_content(raw, "data/points.dat") is not None for raw in samples] == [True] * len(samples)


@pytest.mark.parametrize(
    "raw",
    [b"", b"a\r\nb\r\n", b"ab\r\n", b"MZ stands for a name\n", b"\x89PNG\r\n\x1a\n", b"PKZIP was a program"],
)
def test_honest_content_is_none(raw):
    assert leftover_content(raw, "notes.txt") is None


def test_a_document_may_be_a_zip_file():
    assert leftover_content(zipped(), "report.docx") is None
    assert leftover_content(zipped(), "report.txt")
