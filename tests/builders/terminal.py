"""A terminal: what a person sees who is asked, and what they type."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
from collections.abc import Mapping, Sequence

COLUMNS = 160
_SILENCE = 60.0
"""Seconds without a word, after which the program is taken for one that hangs."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def at_terminal(
    arguments: Sequence[str], settings: Mapping[str, str], answers: Mapping[str, str]
) -> tuple[int, str]:
    """Run `courseline` at a terminal.

    Args:
        arguments: of the command.
        settings: its whole environment but PATH.
        answers: end of a question -> what is typed when it is there.

    Returns:
        exit code, and all that was shown.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 60, COLUMNS, 0, 0))
        command = [sys.executable, "-c", "from courseline.cli.main import main; main()", *arguments]
        os.execve(  # noqa: S606 - an argument list, in the child of a fork
            sys.executable, command, {"PATH": os.environ["PATH"], "TERM": "xterm", **settings}
        )
    seen, left = "", dict(answers)
    try:
        while select.select([terminal], [], [], _SILENCE)[0]:
            try:
                seen += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # the program has ended
                break
            plain = _ESCAPES.sub("", seen)
            for question in [one for one in left if plain.rstrip().endswith(one)]:
                os.write(terminal, f"{left.pop(question)}\n".encode())
    finally:
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), _ESCAPES.sub("", seen).replace("\r\n", "\n")
