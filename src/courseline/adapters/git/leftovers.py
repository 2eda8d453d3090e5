"""Directories of workspaces: made, locked while in use, and swept when their owner died.

A lock of the kernel's tells a living owner from a dead one. It goes with the process however that ends, and it
holds across containers that share the directory but not their process numbers.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from courseline.errors import NeighbourFailed

PREFIX = "courseline-git-"


@contextmanager
def temporary_directory(root: Path) -> Iterator[Path]:
    """A fresh directory below `root`, named after this process and gone at the end; leftovers of the dead go first.

    Raises:
        NeighbourFailed: `root` cannot be written to.
    """
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(root):
            _sweep(root)
            directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=root))
            lock = _open_locked(directory)
    except OSError as problem:
        msg = f"Making a temporary directory in {root}: {problem.strerror}. Make room there or make it writable."
        raise NeighbourFailed(msg) from problem
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(lock)


def _sweep(root: Path) -> None:
    for directory in root.glob(f"{PREFIX}*"):
        try:
            lock = _open_locked(directory)
        except OSError:  # its owner lives, or it belongs to somebody else
            continue
        shutil.rmtree(directory, ignore_errors=True)
        os.close(lock)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Keeps others from sweeping between the making of a directory and its lock."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open_locked(directory: Path) -> int:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
