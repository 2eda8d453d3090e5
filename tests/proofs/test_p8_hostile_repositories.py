"""P8: a hostile repository executes nothing, reads nothing, writes nothing and connects to nothing of this machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.builders.hostile import Hostile
from tests.builders.hostile_contents import CONTENTS
from tests.builders.hostile_metas import METAS
from tests.builders.hostile_names import NAMES
from tests.builders.hostile_repositories import REPOSITORIES
from tests.builders.hostile_run import judged, library_of, run_sync
from tests.builders.postgres import PostgresServer

pytestmark = pytest.mark.needs_strace
ALL = [*NAMES, *METAS, *CONTENTS, *REPOSITORIES]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    full = metafunc.config.getoption("--full")
    chosen = [case for case in ALL if full or case.small]
    metafunc.parametrize("case", chosen, ids=[ascii(case.name).strip("'\"") for case in chosen])


def test_a_hostile_repository_is_told_and_touches_nothing(
    case: Hostile, postgres: PostgresServer, tmp_path: Path
) -> None:
    with run_sync(case, postgres, tmp_path) as run:
        outcome = (judged(run), run.traced.code, library_of(run), bool(re.search(case.says, run.text)))
        assert outcome == ([], case.exit, case.published, True), run.story
