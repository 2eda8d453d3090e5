from __future__ import annotations

import json
import os
import pwd
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.builders.postgres import UNSAFE_BUT_FAST, temporary_home
from tests.builders.waiting import PATIENCE, until

from courseline.adapters.embedded_postgres import SOCKET, SOCKET_PATH_LIMIT, EmbeddedPostgres
from courseline.adapters.postgres_programs import PostgresPrograms
from courseline.adapters.system_user import SystemUser, server_user
from courseline.errors import NeighbourFailed

FAST = {name: value for name, value in UNSAFE_BUT_FAST.items() if name != "max_connections"}
NOBODY = pwd.getpwnam("nobody")

START = """
import sys
from pathlib import Path
from courseline.adapters.embedded_postgres import EmbeddedPostgres
programs = Path(sys.argv[2]) if sys.argv[2:] else None
url = EmbeddedPostgres(Path(sys.argv[1]), programs, options={"fsync": "off"}).url()
import json, psycopg
with psycopg.connect(url) as connection:
    print(json.dumps([url, connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0], sorted(sys.modules)]))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as made:
        yield made


def server(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, options=FAST)


def answer(url: str, question: str = "SELECT current_database()") -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split("\n")[0])


def wait_for(gone: int) -> None:
    def has_gone() -> bool:
        # A killed postmaster is a zombie until init takes it; that is gone enough.
        try:
            return Path(f"/proc/{gone}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    until(has_gone, f"the server {gone} has ended")


def in_process(home: Path, *programs: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, str(home), *map(str, programs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def held_up_programs(home: Path) -> tuple[Path, Path, Path]:
    """PostgreSQL's programs with an `initdb` that says that it runs and then waits; which file says so, which lets it go on."""
    real = PostgresPrograms(None)
    if server_user(home).unreachable(real.directory / "postgres") is not None:
        real = real.copied_below(home)
    made = home / "held-up"
    made.mkdir()
    made.chmod(0o777)
    runs, go_on = made / "runs", made / "go-on"
    for name in ("postgres", "pg_ctl"):
        (made / name).symlink_to(real.directory / name)
    (made / "initdb").write_text(
        f"#!/bin/sh\n: > {runs}\nwhile [ ! -e {go_on} ]; do [ -e {made} ] || exit 1; sleep 0.05; done\n"
        f'exec {real.directory / "initdb"} "$@"\n'
    )
    (made / "initdb").chmod(0o755)
    return made, runs, go_on


def as_nobody(work: Callable[[], object]) -> None:
    """Do `work` in a child process of an ordinary user; for root, by forking, as that user may not reach our Python."""
    if os.geteuid() != 0:
        work()
        return
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(NOBODY.pw_gid)
            os.setuid(NOBODY.pw_uid)
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def finished(process: subprocess.Popen[str]) -> tuple[str, str, list[str]]:
    out, err = process.communicate()
    assert process.returncode == 0, err
    url, started, modules = json.loads(out)
    return url, started, modules


def test_the_first_use_makes_a_database_and_the_next_finds_it_running(home: Path):
    url = server(home).url()
    assert answer(url) == "courseline"
    pid = postmaster(home)
    assert (
        EmbeddedPostgres(home, home / "no-programs").url() == url
    )  # so that none can be run: they cost time
    assert postmaster(home) == pid


def test_it_keeps_its_rows_over_a_stop(home: Path):
    one = server(home)
    assert one.stop() is False
    with psycopg.connect(one.url()) as connection:
        connection.execute("CREATE TABLE kept (text text)")
        connection.execute("INSERT INTO kept VALUES ('größe')")
    assert (one.running(), one.stop(), one.running(), one.stop()) == (True, True, False, False)
    assert answer(one.url(), "SELECT text FROM kept") == "größe"


def test_it_outlives_the_process_that_started_it_and_that_process_loads_little(home: Path):
    url, started, modules = finished(in_process(home))
    assert answer(url, "SELECT pg_postmaster_start_time()::text") == started
    assert {"embedded_postgres", "sqlalchemy", "psutil"} & set(modules) == set()


def test_processes_that_start_at_once_share_one_server(home: Path):
    ends = [finished(one) for one in [in_process(home) for _ in range(4)]]
    assert len({url for url, _, _ in ends}) == 1
    assert len({started for _, started, _ in ends}) == 1


def test_after_kill_9_of_the_server_the_next_use_starts_it_again(home: Path):
    one = EmbeddedPostgres(home)  # with its own settings: what was committed survives
    with psycopg.connect(one.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept ()")
        pid = postmaster(home)
        os.kill(pid, signal.SIGKILL)
        wait_for(pid)
        assert answer(one.url(), "SELECT count(*) FROM kept") == 0


def test_a_pid_file_of_before_a_reboot_whose_number_another_program_has_now_is_no_obstacle(home: Path):
    one = server(home)
    one.url()
    old = postmaster(home)
    text = (home / "postgres/data/postmaster.pid").read_text()
    one.stop()
    wait_for(old)
    user = server_user(home / "postgres/data")
    other = subprocess.Popen(["sleep", "60"], **user.options)
    try:
        pid_file = home / "postgres/data/postmaster.pid"
        pid_file.write_text(text.replace(str(old), str(other.pid), 1))
        os.chown(pid_file, user.uid, user.gid)
        assert one.running() is False
        assert answer(one.url()) == "courseline"
    finally:
        other.kill()
        other.wait()


def test_a_first_start_that_was_killed_leaves_nothing_half_made(home: Path):
    programs, runs, go_on = held_up_programs(home)
    process = in_process(home, programs)
    until(runs.exists, "initdb runs")
    process.kill()
    process.communicate()
    assert not (home / "postgres/data").exists()
    urls: list[str] = []
    second = threading.Thread(target=lambda: urls.append(server(home).url()))
    second.start()
    # The initdb of the first still writes: whoever comes next has to wait for it.
    until(lambda: urls or somebody_waits_for(home / "postgres/start.lock"), "the second start waits")
    assert urls == []
    go_on.touch()
    second.join(PATIENCE)
    assert answer(urls[0]) == "courseline"
    assert not (home / "postgres/data.new").exists()


def somebody_waits_for(lock: Path) -> bool:
    """Whether a process is held up by the lock on a file: proc(5), /proc/locks."""
    node = f":{lock.stat().st_ino} "
    return any("->" in line and node in line for line in Path("/proc/locks").read_text().splitlines())


def test_only_its_user_can_reach_the_socket_and_nothing_listens_on_a_network(home: Path):
    url = server(home).url()
    data = home / "postgres/data"
    assert data.stat().st_mode & 0o077 == 0
    assert answer(url, "SHOW listen_addresses") == ""
    if os.geteuid() == 0:
        look = subprocess.run(
            ["ls", str(data / SOCKET)],
            check=False,
            capture_output=True,
            user=NOBODY.pw_uid,
            group=NOBODY.pw_gid,
        )
        assert look.returncode != 0


def test_a_home_too_long_for_a_socket_is_reached_by_a_short_link(home: Path):
    deep = home / ("x" * 60) / ('ä$`"' + "y" * 40)
    assert len(os.fsencode(deep)) > SOCKET_PATH_LIMIT
    one = server(deep)
    try:
        url = one.url()
        assert answer(url) == "courseline"
        assert one.running()
    finally:
        one.stop()
    link = Path(psycopg.conninfo.conninfo_to_dict(url)["host"])
    assert link.readlink() == deep / "postgres/data"
    link.unlink()
    link.symlink_to("/somewhere/else")
    try:
        with pytest.raises(
            NeighbourFailed, match=r"the short link .* is somebody else's. Set COURSELINE_HOME"
        ):
            one.url()
    finally:
        link.unlink()


def test_a_data_directory_of_another_release_is_named_and_left_alone(home: Path):
    one = server(home)
    one.url()
    one.stop()
    version = home / "postgres/data/PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(NeighbourFailed, match=r"was made by PostgreSQL 9, .* COURSELINE_POSTGRES_BIN"):
        one.url()


def test_programs_that_are_missing_are_named(home: Path):
    with pytest.raises(NeighbourFailed, match="/nowhere/bin/initdb"):
        EmbeddedPostgres(home, Path("/nowhere/bin")).url()


def test_a_server_that_does_not_start_tells_what_it_logged(home: Path):
    one = server(home)
    one.url()
    one.stop()
    with (home / "postgres/data/postgresql.conf").open("a") as configuration:
        configuration.write("nonsense = 1\n")
    with pytest.raises(NeighbourFailed, match='unrecognized configuration parameter "nonsense"'):
        one.url()


def test_a_home_behind_a_closed_directory_is_refused_with_the_remedy_and_nothing_is_opened(home: Path):
    user = server_user(home / "postgres/data")
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    if os.geteuid() == 0:
        with pytest.raises(NeighbourFailed) as failure:
            server(closed / "home").url()
        assert f"may not pass through {closed} (mode 0700)" in failure.value.message
        assert (
            f"Set COURSELINE_HOME to a directory elsewhere, or allow it: chmod o+x {closed}"
            in failure.value.message
        )
        assert closed.stat().st_mode & 0o777 == 0o700
    else:
        assert user.unreachable(closed / "home") is None


def test_what_a_user_cannot_pass_is_found_on_the_way(home: Path):
    (home / "a/b").mkdir(parents=True)
    (home / "a").chmod(0o750)
    owner = (home / "a").stat()
    somebody, member = (
        SystemUser(4_000_001, 4_000_001, "somebody"),
        SystemUser(4_000_001, owner.st_gid, "member"),
    )
    assert somebody.unreachable(home / "a/b/c") == home / "a"
    assert member.unreachable(home / "a/b/c") is None
    assert SystemUser(owner.st_uid, 4_000_001, "owner").unreachable(home / "a/b/c") is None
    (home / "a").chmod(0o711)
    assert somebody.unreachable(home / "a/b/c") is None


def test_an_ordinary_user_runs_a_server_of_their_own(home: Path):
    mine = home / "mine"
    mine.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(mine, NOBODY.pw_uid, NOBODY.pw_gid)
    one = server(mine)
    try:
        as_nobody(one.url)
        assert answer(one.url()) == "courseline"
        assert (mine / "postgres/data").stat().st_uid == mine.stat().st_uid
        as_nobody(one.stop)
        assert one.running() is False
    finally:
        one.stop()


def test_a_home_that_is_somebody_elses_is_told_with_the_remedy(home: Path):
    theirs = home / "theirs"
    theirs.mkdir()
    if os.geteuid() == 0:
        server(theirs).url()
    else:
        theirs.chmod(0o500)

    def refused() -> None:
        with pytest.raises(
            NeighbourFailed, match=r"Permission denied. Set COURSELINE_HOME to a directory that you may"
        ):
            server(theirs).url()

    try:
        as_nobody(refused)
    finally:
        theirs.chmod(0o700)
        server(theirs).stop()


def test_programs_out_of_the_users_reach_are_copied_to_where_they_can_be_run(home: Path):
    user = server_user(home / "postgres/data")
    packaged = PostgresPrograms(None)
    copied = packaged.copied_below(home)
    assert copied.directory.is_relative_to(home)
    assert copied.release(user) == packaged.release(server_user(Path("/")))
    assert packaged.copied_below(home).directory == copied.directory


def test_a_copy_that_was_cut_off_is_made_anew(home: Path):
    (home / "programs.new" / "embedded_postgres").mkdir(parents=True)
    copied = PostgresPrograms(None).copied_below(home)
    assert (copied.directory / "postgres").exists()
    assert not (home / "programs.new").exists()
