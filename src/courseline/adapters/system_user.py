"""The system user that runs PostgreSQL, which refuses to run as root, and what that user can reach."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from courseline.errors import NeighbourFailed

PREFERRED = "postgres"  # Debian's package makes it
OWN = "courseline-postgres"  # made by us where there is none


@dataclass(frozen=True, slots=True)
class SystemUser:
    """Who programs run as.

    Attributes:
        uid: user id.
        gid: primary group id.
        name: for messages.
        options: for `subprocess`: how to become this user; empty when we already are.
    """

    uid: int
    gid: int
    name: str
    options: dict[str, int | list[int]] = field(default_factory=dict)

    def unreachable(self, path: Path) -> Path | None:
        """The first directory on the way to `path` that this user cannot pass through, None when there is none."""
        for parent in reversed(path.absolute().parents):
            if parent.exists() and not self._may_pass(parent.stat()):
                return parent
        return None

    def _may_pass(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def server_user(data: Path) -> SystemUser:
    """We ourselves, or as root the owner of `data`, else `postgres`, else a user made for it.

    Raises:
        NeighbourFailed: root has no such user and cannot make one.
    """
    if os.geteuid() != 0:
        return SystemUser(os.geteuid(), os.getegid(), "you")
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return _become(pwd.getpwuid(owner))
    for name in (PREFERRED, OWN):
        try:
            return _become(pwd.getpwnam(name))
        except KeyError:
            continue
    return _become(_made())


def _become(entry: pwd.struct_passwd) -> SystemUser:
    options: dict[str, int | list[int]] = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return SystemUser(entry.pw_uid, entry.pw_gid, entry.pw_name, options)


def _made() -> pwd.struct_passwd:
    program = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN]
    try:
        made = subprocess.run(program, check=False, capture_output=True, text=True)
        said = made.stderr.strip()
        return pwd.getpwnam(OWN)
    except OSError as fault:
        said = str(fault)
    except KeyError:
        pass
    raise NeighbourFailed(
        f"Starting the embedded database as root: PostgreSQL refuses to run as root, there is no system user"
        f" `{PREFERRED}`, and making `{OWN}` said: {said}. Make one of them, or run courseline as an ordinary user."
    )
