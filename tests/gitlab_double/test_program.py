from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from gitlab import Gitlab
from tests.builders.outputs import ROOT


def test_it_is_a_program_that_says_where_it_is_and_ends_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.gitlab_double", "--root", str(tmp_path), "--version", "19.0.0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        client = Gitlab(told["url"], private_token=told["token"], timeout=60)
        assert client.version()[0] == "19.0.0"
        client.groups.create({"name": "Uni", "path": "uni"})
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
