"""What a file holds besides its own bytes: members of archives, cells of notebooks, texts in base64.

Every reading is bounded: what unfolds to more than `MOST_BYTES` is read up to there, and an archive inside an archive
inside an archive is not opened.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import io
import json
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 32 * 1024 * 1024
"""Bytes that one file may unfold to."""
MOST_PARTS = 4000
DEEPEST = 2

# Shorter runs are words, hashes and keys; 96 characters hold 72 bytes.
_SHORTEST = 96
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{%d,}={0,2}" % _SHORTEST)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)  # of a PDF: ISO 32000-1, 7.3.8


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file.

    Attributes:
        where: "" for the file itself, else where in it: "member src/main.py", "cells", "base64".
        raw: its bytes.
    """

    where: str
    raw: bytes


class _Budget:
    def __init__(self) -> None:
        self.left = MOST_BYTES

    def take(self, raw: bytes) -> bytes:
        taken = raw[: self.left]
        self.left -= len(taken)
        return taken


def parts_of(raw: bytes) -> Iterator[Part]:
    """The file itself, then what it holds, at most `MOST_PARTS` parts of `MOST_BYTES` bytes together."""
    budget = _Budget()
    for number, part in enumerate(_parts(Part("", raw), 0, budget)):
        if number >= MOST_PARTS:
            return
        yield part


def _parts(part: Part, depth: int, budget: _Budget) -> Iterator[Part]:
    yield part
    if depth >= DEEPEST:
        return
    for inner in _inner(part.raw, budget):
        if inner.raw:
            where = f"{part.where}, {inner.where}" if part.where else inner.where
            yield from _parts(Part(where, inner.raw), depth + 1, budget)


def _inner(raw: bytes, budget: _Budget) -> Iterator[Part]:
    if raw.startswith(b"PK\x03\x04"):
        yield from _zipped(raw, budget)
    elif raw.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")):
        yield Part("unpacked", _decompressed(raw, budget))
    elif raw[257:262] == b"ustar":
        yield from _tarred(raw, budget)
    elif raw.startswith(b"%PDF-"):
        for match in _STREAM.finditer(raw):
            yield Part("page", _inflated(match[1], budget))
    else:
        if raw.lstrip()[:1] == b"{" and b'"cells"' in raw:
            yield from _notebook(raw, budget)
        yield from _encoded(raw, budget)


def _zipped(raw: bytes, budget: _Budget) -> Iterator[Part]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in archive.infolist():
                if budget.left <= 0:
                    return
                if not member.is_dir():
                    with archive.open(member) as opened:
                        yield Part(f"member {member.filename}", budget.take(opened.read(budget.left)))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError, OSError):
        return  # damaged or locked: what could be read was read


def _tarred(raw: bytes, budget: _Budget) -> Iterator[Part]:
    try:
        with tarfile.open(fileobj=io.BytesIO(raw), mode="r:") as archive:
            for member in archive:
                if budget.left <= 0:
                    return
                opened = archive.extractfile(member) if member.isfile() else None
                if opened is not None:
                    yield Part(f"member {member.name}", budget.take(opened.read(budget.left)))
    except (tarfile.TarError, EOFError, ValueError, OSError):
        return


def _decompressed(raw: bytes, budget: _Budget) -> bytes:
    try:
        if raw.startswith(b"\x1f\x8b"):
            return budget.take(zlib.decompressobj(31).decompress(raw, max(1, budget.left)))
        if raw.startswith(b"BZh"):
            return budget.take(bz2.BZ2Decompressor().decompress(raw, max(1, budget.left)))
        return budget.take(lzma.LZMADecompressor(memlimit=256 * 1024**2).decompress(raw, max(1, budget.left)))
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
        return b""


def _inflated(raw: bytes, budget: _Budget) -> bytes:
    try:
        return budget.take(zlib.decompressobj().decompress(raw, max(1, budget.left)))
    except zlib.error:
        return b""


def _notebook(raw: bytes, budget: _Budget) -> Iterator[Part]:
    """All sources of a notebook as one text, all outputs as another."""
    try:
        cells = json.loads(raw)["cells"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    texts: list[str] = []
    printed: list[str] = []
    for cell in cells if isinstance(cells, list) else []:
        if isinstance(cell, dict):
            texts += [_joined(cell.get("source")), "\n"]
            printed += _strings(cell.get("outputs"), 0)
            printed += _strings(cell.get("metadata"), 0)
    yield Part("cells", budget.take("".join(texts).encode("utf-8", "replace")))
    yield Part("outputs", budget.take("\n".join(printed).encode("utf-8", "replace")))


def _joined(source: object) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _strings(data: object, depth: int) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        if all(isinstance(line, str) for line in data):
            yield "".join(data)
        else:
            for value in data:
                yield from _strings(value, depth + 1)
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value, depth + 1)


def _encoded(raw: bytes, budget: _Budget) -> Iterator[Part]:
    if max(map(len, raw.split(b"\n"))) < _SHORTEST:  # much faster than the pattern where there is nothing
        return
    for match in _BASE64.finditer(raw):
        if budget.left <= 0:
            return
        run = match[0].rstrip(b"=")
        try:
            decoded = base64.b64decode(run + b"=" * (-len(run) % 4))
        except binascii.Error:
            continue
        yield Part("base64", budget.take(decoded))
