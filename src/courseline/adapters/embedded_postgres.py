"""A PostgreSQL server of our own below a home directory, for those who have none.

`HOME/postgres/data` exists only complete: it is made beside and renamed when it holds the database `courseline`, so
that a killed first start leaves nothing half-made. The server listens on a Unix socket inside its data directory,
which only its user (and root) can enter; nothing listens on a network. It keeps running when the process that
started it ends, and whoever comes next finds it by its `postmaster.pid`
(https://www.postgresql.org/docs/14/storage-file-layout.html).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from courseline.adapters.postgres_programs import PostgresPrograms
from courseline.adapters.system_user import SystemUser, server_user
from courseline.errors import NeighbourFailed

DATABASE = "courseline"
SUPERUSER = "postgres"
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path, less the final NUL: unix(7)
START_SECONDS = 30
PID_FILE = "postmaster.pid"


class EmbeddedPostgres:
    """The server below one home.

    Args:
        home: courseline's home directory; made when it is missing.
        programs: directory with `initdb`, `postgres` and `pg_ctl`; the package's own when None.
        options: server settings, written when the data directory is made.
    """

    def __init__(
        self, home: Path, programs: Path | None = None, options: Mapping[str, str] | None = None
    ) -> None:
        self._home = home.absolute()
        self._base = self._home / "postgres"
        self._data = self._base / "data"
        self._programs = PostgresPrograms(programs)
        self._options = dict(options or {})

    def url(self) -> str:
        """URL of the database `courseline` on the running server; starts, and the first time makes, it.

        Raises:
            NeighbourFailed: it cannot be started; the message says why and what to do.
        """
        if not self.running():
            try:
                self._bring_up(server_user(self._data))
            except OSError as fault:
                raise NeighbourFailed(
                    f"Starting the embedded database below {self._home}: {fault.filename}: {fault.strerror}."
                    " Set COURSELINE_HOME to a directory that you may write to."
                ) from fault
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(str(self._socket_directory()))}&port={PORT}"

    def running(self) -> bool:
        """Whether a server answers on the socket in the data directory."""
        if not self._ready():
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._socket_directory() / SOCKET))
            except OSError:
                return False
        return True

    def stop(self) -> bool:
        """Stop the server, waiting for it; whether one was running.

        Raises:
            NeighbourFailed: it does not stop.
        """
        if not self._data.exists():
            return False
        with self._alone():
            if not self.running():
                return False
            user = server_user(self._data)
            self._use_reachable_programs(user)
            self._run(user, "pg_ctl -D data -m fast -w stop")
        return True

    def _ready(self) -> bool:
        """Whether a server says it is; only root and the owner of the data directory can read that."""
        try:
            lines = (self._data / PID_FILE).read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _run(self, user: SystemUser, command: str, stdin: str = "", keeps: tuple[int, ...] = ()) -> None:
        program, *arguments = command.split()
        self._programs.run(user, self._base, program, *arguments, stdin=stdin, keeps=keeps)

    # --- making and starting ----------------------------------------------------------------------------

    def _bring_up(self, user: SystemUser) -> None:
        self._check_way(user)
        with self._alone() as lock:
            if not self.running():  # another process may have started it while we waited
                self._use_reachable_programs(user)
                self._make(user, lock)
                self._start(user)

    def _make(self, user: SystemUser, lock: int) -> None:
        """Make the data directory; what makes it keeps the lock, for it goes on when this process is killed."""
        if self._data.exists():
            self._check_release(user)
            return
        making = self._base / "data.new"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        if user.options:
            os.chown(making, user.uid, user.gid)
        self._run(
            user,
            f"initdb -D data.new -A trust -U {SUPERUSER} -E UTF8 --locale=C --no-instructions",
            keeps=(lock,),
        )
        # Names relative to the data directory have no length limit and stay right when home moves.
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": ".",
            "timezone": "UTC",
            **self._options,
        }
        with (making / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self._run(
            user,
            f"postgres --single -D data.new {SUPERUSER}",
            stdin=f"CREATE DATABASE {DATABASE}\n",
            keeps=(lock,),
        )
        making.rename(self._data)

    def _check_release(self, user: SystemUser) -> None:
        made_by = (self._data / "PG_VERSION").read_text().strip()
        ours = self._programs.release(user)
        if made_by != ours:
            raise NeighbourFailed(
                f"Starting the embedded database: {self._data} was made by PostgreSQL {made_by}, and the programs in"
                f" {self._programs.directory} are PostgreSQL {ours}. Set COURSELINE_POSTGRES_BIN to the programs of"
                f" {made_by}; to change over, save with its pg_dump, move {self._data} away and restore."
            )

    def _start(self, user: SystemUser) -> None:
        self._forget_dead_server()
        log = self._base / "server.log"
        log.touch()
        if user.options:
            os.chown(log, user.uid, user.gid)
        deadline = time.monotonic() + START_SECONDS
        while True:
            already = log.stat().st_size
            try:
                self._run(user, f"pg_ctl -D data -l {log.name} -t {START_SECONDS} -w start")
            except NeighbourFailed as fault:
                said = log.read_text(errors="replace")[already:].strip()
                # After a kill -9 of the server its children need a moment to notice and to leave the shared memory.
                if "pre-existing shared memory block" in said and time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                raise NeighbourFailed(f"{fault.message}\n{said[-1500:]}") from fault
            return

    def _forget_dead_server(self) -> None:
        """Remove lock files whose number now belongs to another program, or to a process that nobody buried.

        PostgreSQL itself removes those that belong to nobody, but takes any process of its user for its rival.
        """
        if not Path("/proc/self").exists():
            return  # then PostgreSQL's own rule has to do
        for name in (PID_FILE, f"{SOCKET}.lock"):
            lock = self._data / name
            try:
                pid = int(lock.read_text().split("\n")[0])
            except (OSError, ValueError):
                continue
            try:
                ours = Path(f"/proc/{pid}/cwd").samefile(self._data)  # a server works in its data directory
            except OSError:
                ours = False
            if not ours:
                lock.unlink()

    # --- the outside ------------------------------------------------------------------------------------

    def _check_way(self, user: SystemUser) -> None:
        for directory in (self._home, self._base):
            if not directory.exists():
                directory.mkdir(parents=True, exist_ok=True)
                directory.chmod(0o711)
        paths = [("data", self._data)]
        if not self._programs.is_packaged:
            paths.append(("programs", self._programs.directory / "postgres"))
        for what, path in paths:
            closed = user.unreachable(path)
            if closed is not None:
                cure = "COURSELINE_HOME" if what == "data" else "COURSELINE_POSTGRES_BIN"
                raise NeighbourFailed(
                    f"Starting the embedded database: its {what} lie in {path.parent}, and PostgreSQL, which runs as system"
                    f" user `{user.name}`, may not pass through {closed} (mode {closed.stat().st_mode & 0o7777:04o})."
                    f" Set {cure} to a directory elsewhere, or allow it: chmod o+x {closed}"
                )

    def _use_reachable_programs(self, user: SystemUser) -> None:
        if self._programs.is_packaged and user.unreachable(self._programs.directory / "postgres") is not None:
            self._programs = self._programs.copied_below(self._base)

    def _socket_directory(self) -> Path:
        """The data directory, or a short link to it where its path is too long for a socket's address."""
        if len(os.fsencode(self._data / SOCKET)) <= SOCKET_PATH_LIMIT:
            return self._data
        name = hashlib.sha256(os.fsencode(self._data)).hexdigest()[:16]
        link = Path("/tmp") / f"courseline-{os.geteuid()}-{name}"  # noqa: S108 - the link's owner is checked below
        if not link.is_symlink():
            with suppress(
                FileExistsError
            ):  # made just now by another process, or no link: the check below tells
                link.symlink_to(self._data)
        if not link.is_symlink() or link.lstat().st_uid != os.geteuid() or link.readlink() != self._data:
            raise NeighbourFailed(
                f"Reaching the embedded database: {self._data} is too long for a Unix socket, and the short link"
                f" {link} to it is somebody else's. Set COURSELINE_HOME to a shorter path."
            )
        return link

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """One process at a time starts or stops the server of a home; yields the open file that the lock is on."""
        with (self._base / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # released by closing, also of a killed process
            yield lock.fileno()
