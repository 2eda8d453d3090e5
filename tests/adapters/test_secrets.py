from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from courseline.adapters.secrets import KEY_FILE, SecretBox, key_of_home
from courseline.errors import InvalidInput, NeighbourFailed

OWNER = uuid4()


def key() -> str:
    return Fernet.generate_key().decode()


def test_a_sealed_secret_opens_for_its_owner_and_purpose_only() -> None:
    box = SecretBox((key(),))
    sealed = box.seal(OWNER, "source", "sesame")
    assert b"sesame" not in sealed
    assert box.open(OWNER, "source", sealed) == "sesame"
    for owner, kind in ((uuid4(), "source"), (OWNER, "template")):
        with pytest.raises(NeighbourFailed, match="another owner or purpose"):
            box.open(owner, kind, sealed)


def test_after_a_rotation_old_secrets_open_and_new_ones_use_the_first_key() -> None:
    old, new = key(), key()
    sealed = SecretBox((old,)).seal(OWNER, "source", "sesame")
    both = SecretBox((new, old))
    assert both.open(OWNER, "source", sealed) == "sesame"
    assert SecretBox((new,)).open(OWNER, "source", both.seal(OWNER, "source", "open")) == "open"


def test_without_the_right_key_the_message_names_the_setting() -> None:
    sealed = SecretBox((key(),)).seal(OWNER, "source", "sesame")
    with pytest.raises(NeighbourFailed, match="COURSELINE_SECRET_KEYS"):
        SecretBox((key(),)).open(OWNER, "source", sealed)
    with pytest.raises(NeighbourFailed, match="COURSELINE_SECRET_KEYS"):
        SecretBox((key(),)).open(OWNER, "source", b"torn")


@pytest.mark.parametrize("keys", [(), ("short",)])
def test_without_a_usable_key_nothing_is_sealed(keys: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="COURSELINE_SECRET_KEYS"):
        SecretBox(keys).seal(OWNER, "source", "sesame")


def test_the_key_of_a_home_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    made = key_of_home(tmp_path)
    assert key_of_home(tmp_path) == made
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert SecretBox((made,)).seal(OWNER, "source", "sesame")


def test_first_runs_at_once_end_with_one_key(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from courseline.adapters.secrets import key_of_home\n"
        "from cryptography.fernet import Fernet\n"
        "print('ready', flush=True); sys.stdin.readline(); print(key_of_home(Path(sys.argv[1])))"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    keys = set()
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    for run in runs:
        keys.add(run.communicate()[0])
    assert keys == {key_of_home(tmp_path) + "\n"}


def test_a_home_that_cannot_hold_a_key_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(NeighbourFailed, match=r"secret\.key: .*COURSELINE_SECRET_KEYS"):
        key_of_home(tmp_path)
