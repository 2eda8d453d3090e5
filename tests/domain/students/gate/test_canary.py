import base64
import bz2
import gzip
import io
import json
import zipfile
import zlib

import pytest

from courseline.domain.students.gate.canary import canary_line

WORD = "COURSELINE-" + "CANARY-2b7e1516"
RAW = WORD.encode()


def zipped(name: str, raw: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("other.txt", "nothing")
        archive.writestr(name, raw)
    return stream.getvalue()


HOLDING = {
    "plain": RAW,
    "lower case": RAW.lower(),
    "between other bytes": b"\xff\x00" * 50 + RAW + b"\x80",
    "UTF-16 with its mark": WORD.encode("utf-16"),
    "UTF-16 without it": WORD.encode("utf-16-be"),
    "UTF-32": WORD.encode("utf-32"),
    "split by a line end": b"x = 'COURSELINE-\\\nCANARY-2b7e1516'",
    "split by quotes": b'x = "COURSELINE-" + "CANARY-2b7e1516"',
    "base64 of UTF-16": base64.b64encode(b"ab" + WORD.encode("utf-16-le")),
    "base64 in lines": base64.encodebytes(b"x" * 47 + RAW + b"y" * 60),
    "hexadecimal": RAW.hex().encode(),
    "hexadecimal, upper case": RAW.hex().upper().encode(),
    "a notebook's output": json.dumps(
        {"cells": [{"outputs": [{"data": {"image/png": base64.b64encode(b"\x89PNG" + RAW).decode()}}]}]}
    ).encode(),
    "a notebook's lines": json.dumps({"cells": [{"source": ["COURSELINE-", "CANARY-2b7e1516"]}]}).encode(),
    "a document": zipped("word/document.xml", RAW),
    "an archive in an archive": zipped("inner.zip", zipped("main.py", RAW)),
    "gzip": gzip.compress(RAW),
    "bzip2": bz2.compress(RAW),
    "a PDF": b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n" + zlib.compress(RAW) + b"\nendstream\nendobj\n",
}


@pytest.mark.parametrize("name", HOLDING)
def test_a_canary_is_found(name):
    assert canary_line(HOLDING[name]) == 1


@pytest.mark.parametrize("before", range(6))
def test_base64_is_known_wherever_the_canary_begins_in_it(before):
    assert canary_line(b"data: " + base64.b64encode(b"\xfb\xff" * 3 + b"x" * before + RAW + b"tail")) == 1


def test_its_line_is_told():
    assert canary_line(b"a\nb\n# " + RAW + b"\n") == 3


@pytest.mark.parametrize(
    "raw", [b"", b"A canary begins with COURSELINE-CANARY- and goes on.", b"canary", b"Courseline"]
)
def test_a_text_about_canaries_holds_none(raw):
    assert canary_line(raw) is None
