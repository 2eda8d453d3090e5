"""Read a key of the object store back into what it was made from; keys of another form are nobody's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.library.objects import MANIFEST_FILE, META_FILE, ROOT, checked_key
from courseline.errors import InvalidInput

_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_KEY = re.compile(
    rf"{re.escape(ROOT)}({_UUID})/({_UUID})/([0-9a-f]{{40}})/({re.escape(MANIFEST_FILE)}|{re.escape(META_FILE)}|files/.+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What a key names.

    Attributes:
        repository_id: the repository.
        example_id: the example.
        version_identifier: git tree id of the version.
        path: of a file inside the version; None for the manifest.
    """

    repository_id: UUID
    example_id: UUID
    version_identifier: str
    path: str | None

    @property
    def is_manifest(self) -> bool:
        """Whether it is the manifest, which makes the version exist."""
        return self.path is None


def parse_key(key: str) -> StoredKey | None:
    """What `key` names; None when no version has such a key."""
    try:
        match = _KEY.fullmatch(checked_key(key))
    except InvalidInput:
        return None
    if match is None:
        return None
    repository, example, tree, rest = match.groups()
    path = {MANIFEST_FILE: None, META_FILE: META_FILE}.get(rest, rest.removeprefix("files/"))
    return StoredKey(UUID(repository), UUID(example), tree, path)
