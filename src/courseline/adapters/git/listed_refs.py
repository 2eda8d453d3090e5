"""Reads what `git ls-remote --symref` answers: https://git-scm.com/docs/git-ls-remote."""

from __future__ import annotations

from courseline.adapters.git.refname import is_oid
from courseline.errors import InvalidInput
from courseline.usecases.ports import RemoteRefs


def parse_refs(output: bytes, doing: str) -> RemoteRefs:
    """The refs and the branch that HEAD names, without peeled entries.

    Raises:
        InvalidInput: the repository names its objects otherwise than by SHA-1.
    """
    head, refs = None, {}
    for line in output.decode("utf-8", "surrogateescape").splitlines():
        value, _, name = line.partition("\t")
        if name == "HEAD" and value.startswith("ref: refs/heads/"):
            head = value.removeprefix("ref: refs/heads/")
        elif name.startswith("refs/") and not name.endswith("^{}"):
            refs[name] = value
    if not all(is_oid(value) for value in refs.values()):
        msg = f"{doing}: its objects do not have SHA-1 names; only SHA-1 repositories can be used."
        raise InvalidInput(msg)
    return RemoteRefs(head, refs)
