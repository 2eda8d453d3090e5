"""A mistake in the command line is told under the full name of the command or group that it was made in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.builders.command_line import courseline


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["nothing"], "courseline"),
        (["repositories", "nothing"], "courseline repositories"),
        (["examples", "--nothing"], "courseline examples"),
        (["repositories", "remove-secret"], "courseline repositories remove-secret"),
        (["course", "status", "a", "b", "c"], "courseline course status"),
    ],
)
def test_the_answer_carries_the_full_name(arguments: list[str], name: str, tmp_path: Path) -> None:
    done = courseline(*arguments, "--json", settings={"COURSELINE_HOME": str(tmp_path)})
    document = json.loads(done.stdout)
    assert (done.returncode, document["exit"], document["error"]["kind"]) == (2, 2, "usage")
    assert document["command"] == name
