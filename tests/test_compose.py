"""`compose.yaml` and `.env.example` say what the programs understand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from courseline.server_settings import NEEDED

ROOT = Path(__file__).parent.parent
COMPOSE, EXAMPLE = ROOT / "compose.yaml", ROOT / ".env.example"
OF_JOBS = {"COURSELINE_ID_TOKEN"}
OF_COMPOSE = {"COURSELINE_IMAGE"}


def settings() -> set[str]:
    """All variables that `settings.py` reads."""
    text = (ROOT / "src/courseline/settings.py").read_text(encoding="utf-8")
    return set(re.findall(r"\"(COURSELINE_[A-Z0-9_]+)\"", text))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return found


def test_it_is_a_compose_file() -> None:
    program = Path(sys.executable).parent / "check-jsonschema"
    checked = subprocess.run(
        [program, "--builtin-schema", "vendor.compose-spec", COMPOSE],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    named = set(re.findall(r"^#?(COURSELINE_[A-Z0-9_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert named - OF_COMPOSE == settings() - OF_JOBS


def test_what_a_server_needs_comes_from_one_of_both() -> None:
    filled_in = set(
        re.findall(r"^(COURSELINE_[A-Z0-9_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    given = set(
        re.findall(r"^ {4}(COURSELINE_[A-Z0-9_]+):", COMPOSE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(NEEDED) <= filled_in | given
    assert filled_in & given == set()


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE.read_text(encoding="utf-8")))
    named = set(re.findall(r"^#?([A-Z0-9_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert used <= named


def test_the_schema_is_brought_up_to_date_once_and_before_both(services: dict[str, Any]) -> None:
    for name in ("receiver", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert "db upgrade" in services["migrate"]["command"][-1]
    assert services["migrate"]["restart"] == "no"


def test_every_lasting_service_is_asked_for_its_health(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}


def test_no_secret_is_written_down(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|TOKEN|SECRET", name):
                assert re.fullmatch(r"\$\{[A-Z0-9_]+\}", value), name
    empty = re.findall(
        r"^([A-Z0-9_]*(?:PASSWORD|KEYS?|TOKEN|SECRETS))=(.*)$", EXAMPLE.read_text(), re.MULTILINE
    )
    assert empty
    assert [value for _, value in empty if value] == []
