"""A release in a bucket: the objects below a prefix, as they are now, under the label that is given.

The listing tells which objects belong to examples and how large they are; those are read, for only their bytes tell the
ids by which a version is known. Nothing is kept between that and publishing: new content is read a second time, and
refused when it is not what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn

from courseline.domain.library.example_scan import META_FILE, Candidate, find_examples
from courseline.domain.library.limits import (
    LARGEST_EXAMPLE,
    LARGEST_FILE,
    LARGEST_META,
    count_problem,
)
from courseline.domain.library.objects import checked_key
from courseline.domain.paths import printable
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid
from courseline.errors import InvalidInput, NeighbourFailed, NotFound, Problem
from courseline.usecases.library.read_version import batches
from courseline.usecases.library.release_source import Tagged
from courseline.usecases.neighbours import Progress
from courseline.usecases.object_store import ObjectStore

MOST_OBJECTS = 250_000
"""Below one prefix; as many files as are listed of a git repository."""
AT_ONCE = 32 * 1024 * 1024
"""Bytes that are read together; a larger object comes alone."""


class BucketSource:
    """Implements `ReleaseSource`.

    Args:
        store: whose keys are the paths below the prefix.
        progress: see `Neighbours`.
    """

    def __init__(self, store: ObjectStore, progress: Progress) -> None:
        self._store = store
        self._progress = progress
        self._asked = ""
        self._sizes: dict[str, int] = {}
        self._paths: dict[str, str] = {}

    def tagged(self, tag: str, asked: str) -> Tagged:
        """See `ReleaseSource`; a bucket has no tags, so what lies there now is what is meant."""
        del tag
        self._asked = asked
        listed = {entry.key: entry.size for entry in self._store.list("")}
        if not listed:
            raise NotFound(
                f"{asked}: no object lies there. Correct the bucket and the prefix in --source, or upload the examples."
            )
        self._demand_tree(listed)
        unread = {path: blob_oid(f"unread {size} {path}".encode()) for path, size in listed.items()}
        scan = find_examples(_tree(unread), "")
        wanted = [path for candidate in scan.candidates for path in _readable(candidate, listed)]
        metas = [_inside(candidate, META_FILE) for candidate in scan.outer]
        wanted += [path for path in metas if listed[path] <= LARGEST_META]
        oids = unread | self._hashed({path: listed[path] for path in wanted})
        self._paths = {oid: path for path, oid in oids.items()}
        self._sizes = {oid: listed[path] for path, oid in oids.items()}
        tree = _tree(oids)
        return Tagged(tree.oid, tree)

    def fetch(self, oids: Iterable[str]) -> None:
        """See `ReleaseSource`; there is nothing to prepare."""

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """See `ReleaseSource`; as listed, which those that were read turned out to have."""
        return {oid: self._sizes[oid] for oid in oids}

    def read(self, oids: Iterable[str]) -> dict[str, bytes]:
        """See `ReleaseSource`.

        Raises:
            NeighbourFailed: an object is not any more what it was.
        """
        paths = {self._paths[oid]: oid for oid in oids}
        found: dict[str, bytes] = {}
        for batch in batches({path: self._sizes[oid] for path, oid in paths.items()}, AT_ONCE):
            contents = self._store.get_many(batch)
            for path in batch:
                if path not in contents or blob_oid(contents[path]) != paths[path]:
                    self._changed(path)
                found[paths[path]] = contents[path]
        return found

    def _hashed(self, sizes: Mapping[str, int]) -> dict[str, str]:
        """Blob ids by path."""
        oids: dict[str, str] = {}
        for batch in batches(sizes, AT_ONCE):
            self._progress("Reading the bucket", len(oids), len(sizes))
            contents = self._store.get_many(batch)
            for path in batch:
                if path not in contents or len(contents[path]) != sizes[path]:
                    self._changed(path)
                oids[path] = blob_oid(contents[path])
        return oids

    def _changed(self, path: str) -> NoReturn:
        raise NeighbourFailed(
            f"{self._asked}: {printable(path)} was changed while it was read, so nothing was published. Run the command"
            " again when the upload is finished."
        )

    def _demand_tree(self, listed: Mapping[str, int]) -> None:
        """Refuse keys of which no directory can be made; git refuses such trees as a whole too."""
        if len(listed) > MOST_OBJECTS:
            raise InvalidInput(
                f"{self._asked}: there are {len(listed):,} objects; at most {MOST_OBJECTS:,} are read of one prefix."
                " Choose a longer prefix."
            )
        problems: list[Problem] = []
        for key in listed:
            parts = key.split("/")
            above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
            if not _is_path(key):
                message = "The key is no path of a file: it has an empty part, `.`, `..` or a control character, or is too long."
                problems.append(Problem(printable(key), None, message, fix="Rename the object."))
            elif file := next((path for path in above if path in listed), None):
                message = f"The object lies below `{printable(file)}`, which is an object itself."
                problems.append(Problem(printable(key), None, message, fix="Rename one of them."))
        if problems:
            raise InvalidInput(f"{self._asked}: the keys are not those of files in directories.", problems)


def _tree(oids: Mapping[str, str]) -> Tree:
    return Tree(TreeFile(path, FILE, oid) for path, oid in oids.items())


def _readable(candidate: Candidate, sizes: Mapping[str, int]) -> list[str]:
    """Paths of the files of an example that are small enough to be read, all in all; of the others a sync says so."""
    paths = [_inside(candidate, file.path) for file in candidate.files]
    total = sum(sizes[path] for path in paths)
    if count_problem(candidate.files, META_FILE) is not None or total > LARGEST_EXAMPLE:
        paths = [_inside(candidate, META_FILE)]
    meta = _inside(candidate, META_FILE)
    return [path for path in paths if sizes[path] <= (LARGEST_META if path == meta else LARGEST_FILE)]


def _inside(candidate: Candidate, path: str) -> str:
    return path if candidate.directory == "." else f"{candidate.directory}/{path}"


def _is_path(key: str) -> bool:
    try:
        checked_key(key)
    except InvalidInput:
        return False
    return True
