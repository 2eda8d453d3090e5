from __future__ import annotations

import hashlib
import os
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from courseline.domain.library import digest
from courseline.domain.library.digest import content_digest
from courseline.domain.library.version import Role, VersionFile

FILES = {
    "meta.yaml": b"title: x\n",
    "a b/ü.txt": "Grüße\n".encode(),
    "a-b.txt": b"",
    "a/z.bin": bytes(range(256)),
    "Z.sh": b"#!/bin/sh\n",
}


def version_file(path, data, mode="100644", role=Role.OTHER):
    return VersionFile(path, mode, len(data), hashlib.sha256(data).hexdigest(), "0" * 40, role)


def version_files():
    return [
        version_file(path, data, "100755" if path == "Z.sh" else "100644") for path, data in FILES.items()
    ]


def test_anybody_can_compute_it_again_with_the_commands_of_the_docstring(tmp_path):
    for path, data in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "Z.sh").chmod(0o755)
    script = digest.__doc__.split("\n\n")[2]
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    printed = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=env, capture_output=True, check=True, text=True
    )
    assert printed.stdout.split()[0] == content_digest(version_files())


def test_order_roles_and_git_ids_do_not_count():
    other = [
        VersionFile(f.path, f.mode, f.size, f.sha256, "f" * 40, Role.TEST) for f in reversed(version_files())
    ]
    assert content_digest(other) == content_digest(version_files())


def test_path_mode_and_content_count():
    one = content_digest([version_file("a", b"1")])
    assert content_digest([version_file("b", b"1")]) != one
    assert content_digest([version_file("a", b"2")]) != one
    assert content_digest([version_file("a", b"1", "100755")]) != one


def test_an_empty_version_has_the_digest_of_nothing():
    assert content_digest([]) == hashlib.sha256().hexdigest()


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["C"]), min_size=1), st.binary(max_size=9)))
def test_paths_are_ordered_by_their_bytes(files):
    lines = sorted(
        (path.encode(), b"100644 %d %s  " % (len(data), hashlib.sha256(data).hexdigest().encode()))
        for path, data in files.items()
    )
    text = b"".join(line + path + b"\n" for path, line in lines)
    assert content_digest(version_file(*item) for item in files.items()) == hashlib.sha256(text).hexdigest()
