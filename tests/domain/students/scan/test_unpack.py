"""Files are looked into as deep as is harmless, and no further."""

import base64
import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
import zlib

import pytest

from courseline.domain.students.scan.unpack import MOST_BYTES, MOST_PARTS, parts_of

TEXT = b"what students must not see, however it is wrapped " * 3


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return packed.getvalue()


def tarred(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, raw in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(raw)
            archive.addfile(entry, io.BytesIO(raw))
    return packed.getvalue()


def contents(raw):
    return [part.raw for part in parts_of(raw)]


WRAPPED = {
    "zip": zipped({"a/b.txt": TEXT}),
    "tar": tarred({"a/b.txt": TEXT}),
    "gzip": gzip.compress(TEXT),
    "bzip2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "tar in gzip": gzip.compress(tarred({"x": TEXT})),
    "zip in zip": zipped({"inner.zip": zipped({"x": TEXT})}),
    "pdf": b"%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n"
    + zlib.compress(TEXT)
    + b"\nendstream\n",
    "base64": b"data:text/plain;base64," + base64.b64encode(TEXT),
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_what_is_inside_is_among_the_parts(kind):
    found = contents(WRAPPED[kind])
    assert found[0] == WRAPPED[kind]
    assert any(TEXT in one for one in found[1:])


def test_a_notebook_gives_its_cells_as_one_text_and_its_outputs_as_another():
    cell = {"cell_type": "code", "source": ["a = 1\n", "b = 2"], "outputs": [{"text": ["three\n"]}]}
    parts = {part.where: part.raw for part in parts_of(json.dumps({"cells": [cell]}).encode())}
    assert parts["cells"] == b"a = 1\nb = 2\n"
    assert b"three" in parts["outputs"]


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(b"\0" * (4 * MOST_BYTES)),
        zipped({str(number): b"\0" * MOST_BYTES for number in range(4)}),
        zipped({"inner.gz": gzip.compress(b"\0" * (4 * MOST_BYTES))}),
    ],
    ids=["gzip", "zip", "gzip in zip"],
)
def test_a_bomb_unfolds_to_no_more_than_the_limit(bomb):
    assert sum(len(part.raw) for part in parts_of(bomb)) <= len(bomb) + MOST_BYTES


def test_an_archive_of_very_many_files_gives_no_more_than_the_limit():
    assert len(contents(zipped({str(number): b"x" for number in range(MOST_PARTS + 10)}))) <= MOST_PARTS


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"PK\x03\x04 broken", b"\x1f\x8b broken", b"BZh9 broken", b"\xfd7zXZ\x00 broken", WRAPPED["zip"][:40], WRAPPED["tar"][:700],
        b'{"cells": 3}', b'{"cells": [', b'[1, "cells"]', b"%PDF-1.7\nstream\nbroken\nendstream", b"{" * 5000 + b'"cells"',
    ],
    ids=["nothing", "zip's sign", "gzip's sign", "bzip2's sign", "xz's sign", "cut zip", "cut tar",
         "cells that are a number", "cells that do not end", "a list", "PDF", "braces"],
)  # fmt: skip
def test_what_is_broken_is_at_least_itself(raw):
    assert contents(raw)[0] == raw
