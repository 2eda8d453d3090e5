"""Answers git's question for a user name and secret.

git starts the script named by GIT_ASKPASS with its question as argument (gitcredentials(7)). The secret lies in an
anonymous file in memory that git and the script inherit: it is in no argument, no environment and no directory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from courseline.errors import InvalidInput
from courseline.usecases.ports import Credential

# Questions read: Username for 'https://host:port': and Password for 'https://user@host:port': . A colon may follow
# the host, so that a credential belongs to the host whatever the port; the host is quoted, so that its dots are dots.
_SCRIPT = """\
#!/bin/sh
host=$COURSELINE_ASKPASS_HOST
case "$1" in
  "Username for '"*"://$host': " | "Username for '"*"://$host:"[0-9]*"': ") line=1 ;;
  "Password for '"*"@$host': " | "Password for '"*"@$host:"[0-9]*"': ") line=2 ;;
  *) exit 1 ;;
esac
exec sed -n "${line}p" "/proc/self/fd/$COURSELINE_ASKPASS_FD"
"""


def write_script(path: Path) -> None:
    """Write the script that git starts; it holds nothing secret and answers nothing by itself."""
    path.write_text(_SCRIPT)
    path.chmod(0o700)


@contextmanager
def lent(credential: Credential | None, script: Path) -> Iterator[tuple[Mapping[str, str], tuple[int, ...]]]:
    """Lend a credential to one git command.

    Args:
        credential: None lends nothing; git then says that it could not read a user name.
        script: see `write_script`.

    Yields:
        Environment variables to add (none of them secret) and the descriptors the process must inherit.

    Raises:
        InvalidInput: a line break in user name or secret.
    """
    if credential is None:
        yield {}, ()
        return
    if re.search(r"[\r\n\0]", credential.username + credential.secret):
        msg = f"The git credential for {credential.host} holds a line break. Write user name and token without one."
        raise InvalidInput(msg)
    descriptor = os.memfd_create("askpass")
    try:
        os.write(descriptor, f"{credential.username or 'oauth2'}\n{credential.secret}\n".encode())
        names = {
            "GIT_ASKPASS": str(script),
            "COURSELINE_ASKPASS_HOST": _as_in_question(credential.host.lower()),
            "COURSELINE_ASKPASS_FD": str(descriptor),
        }
        yield names, (descriptor,)
    finally:
        os.close(descriptor)


def _as_in_question(host: str) -> str:
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
