from __future__ import annotations

import pytest

from courseline.domain.library.lfs_pointer import is_lfs_pointer

OID = b"4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + OID + b"\nsize 12345\n"


@pytest.mark.parametrize(
    "data",
    [
        POINTER,
        POINTER.replace(b"\n", b"\r\n"),
        POINTER.rstrip(),
        POINTER.replace(b"git-lfs.github.com", b"hawser.github.com"),
        POINTER.replace(b"oid ", b"ext-0-foo sha256:" + OID + b"\noid "),
    ],
)
def test_pointers_are_recognised(data):
    assert is_lfs_pointer(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"version 1\n",
        b"# How LFS works\n" + POINTER,
        POINTER + b"more text\n",
        POINTER.replace(b"size 12345\n", b""),
        POINTER + b"\n" * 1024,
        POINTER.replace(OID, OID[:-1]),
        b"\x00" * 100,
    ],
)
def test_other_files_are_not(data):
    assert not is_lfs_pointer(data)
