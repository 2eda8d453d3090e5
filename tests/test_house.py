"""The repository keeps its own rules: what is tracked, what is pinned, what is packaged, what is written down."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMMANDS = {"courseline-deploy", "courseline-plan", "courseline-student-template", "courseline-sync"}

SOMEBODY = re.compile(rb"/home/(?!courseline\b)[a-z]|/Users/[A-Za-z]|[A-Z]:\\Users")
SECRETS = {
    "GitLab token": re.compile(rb"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[0-9A-Za-z_-]{20,}"),
    "webhook secret": re.compile(rb"\bwhsec_[0-9A-Za-z+/]{24,}"),
    "private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[0-9A-Za-z+/]{40}"),
    "access key": re.compile(rb"\bAKIA[0-9A-Z]{16}\b"),
    "Fernet key": re.compile(rb"(?<![0-9A-Za-z_-])[0-9A-Za-z_-]{43}=(?![0-9A-Za-z_=-])"),
    "password in a URL": re.compile(rb"\b(?:https?|postgresql)://[^\s/:@'\"{]+:[^\s/:@'\"{]{12,}@"),
}


def tracked(*patterns: str) -> dict[str, str]:
    """Path -> mode of the tracked files that still exist."""
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-s", "-z", "--", *patterns],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    entries = (entry.partition("\t") for entry in listing.split("\0") if entry)
    return {path: head.split()[0] for head, _, path in entries if (ROOT / path).is_file()}


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_pin_of_the_lock_has_hashes_and_no_address() -> None:
    lock = text("requirements.lock")
    assert "://" not in lock
    assert "http" not in lock
    assert not re.search(r"^-", lock, re.MULTILINE), "the lock chooses no index"
    pins = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert len(pins) > 30
    for pin in pins:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,0-9]+\])?==\S+", pin), pin
        assert "--hash=sha256:" in pin, pin


def test_every_dependency_is_in_the_lock() -> None:
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", text("requirements.lock"), re.MULTILINE))
    names = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    wanted = {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~!; ]", name)[0]).lower() for name in names}
    assert wanted <= {re.sub(r"[-_.]+", "-", name).lower() for name in pinned}


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    here = [os.fsencode(path) for path in (ROOT, Path.home(), sys.base_prefix) if len(Path(path).parts) > 1]
    found = []
    for path in tracked():
        data = (ROOT / path).read_bytes()
        if SOMEBODY.search(data) or any(re.search(re.escape(place) + rb"\b", data) for place in here):
            found.append(path)
    assert found == []


def test_no_tracked_file_holds_a_secret() -> None:
    found = [
        f"{path}: {kind}"
        for path in tracked()
        for kind, pattern in SECRETS.items()
        if pattern.search((ROOT / path).read_bytes())
    ]
    assert found == []


def test_what_starts_with_an_interpreter_line_can_be_executed() -> None:
    modes = tracked()
    scripts = {path for path in modes if (ROOT / path).read_bytes().startswith(b"#!")}
    assert {
        path for path in scripts if modes[path] != "100755" or not os.access(ROOT / path, os.X_OK)
    } == set()
    assert ".ci/run" in scripts
    assert set(tracked("scripts/*.py")) <= scripts


def test_pyproject_is_the_only_configuration_file_of_the_tools() -> None:
    others = {
        "setup.py", "setup.cfg", "tox.ini", "pytest.ini", "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", ".flake8",
        ".importlinter", ".coveragerc", ".pylintrc", "alembic.ini", "uv.lock", "requirements.txt", "hatch.toml",
    }  # fmt: skip
    assert {path for path in tracked() if path.rpartition("/")[2] in others} == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "service", "services", "misc", "base"}
    assert {
        path
        for path in tracked("src", "scripts", "tests/*.py")
        if empty & set(Path(path).with_suffix("").parts)
    } == set()


def test_test_directories_are_no_packages() -> None:
    assert tracked("tests/**/__init__.py", "tests/__init__.py") == {}


def test_readme_names_the_two_commands() -> None:
    assert "make demo" in text("README.md")
    assert "make test" in text("README.md")


def test_changelog_speaks_of_this_version() -> None:
    assert f"## [{PROJECT['project']['version']}]" in text("CHANGELOG.md")


def test_links_between_the_documents_lead_somewhere() -> None:
    broken = [
        f"{document}: {target}"
        for document in tracked("*.md", "docs/**")
        if not document.startswith(("demo/", "tests/corpus/"))
        for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", text(document))
        if not (ROOT / document).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_every_setting_is_documented_with_an_example_and_none_beyond() -> None:
    read = set(re.findall(r"\bCOURSELINE_[A-Z0-9_]+", text("src/courseline/settings.py")))
    rows = dict(
        re.findall(
            r"^\| `(COURSELINE_[A-Z0-9_]+)` \|.*\| `([^`]+)` \|$", text("docs/operator.md"), re.MULTILINE
        )
    )
    assert set(rows) == read


def test_the_map_of_the_rooms_names_every_package() -> None:
    packages = {path.rpartition("/")[0] + "/" for path in tracked("src/**/__init__.py")} - {"src/courseline/"}
    listed = set(re.findall(r"`(src/courseline/[a-z0-9_/]+/)`", text("docs/architecture.md")))
    missing = {package for package in packages if not any(package.startswith(room) for room in listed)}
    assert missing == set()
    assert {room for room in listed if not (ROOT / room).is_dir()} == set()


def test_decisions_are_dated_and_have_four_parts() -> None:
    decisions = tracked("docs/adr/*.md")
    assert len(decisions) >= 4
    for path in decisions:
        assert re.search(r"^# \d+\. .+\n\nDate: 20\d\d-\d\d-\d\d\n", text(path)), path
        headings = re.findall(r"^## (.+)$", text(path), re.MULTILINE)
        assert headings == ["Status", "Context", "Decision", "Consequences"], path


def test_the_pipeline_runs_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    pipeline = yaml.safe_load(text(".gitlab-ci.yml"))
    lines = [line for job in pipeline.values() if isinstance(job, dict) for line in job.get("script", [])]
    lines += re.findall(r"^(?:tested )?(make [a-z]+)", text(".ci/run"), re.MULTILINE)
    lines += re.findall(r"^make [a-z]+", text("README.md"), re.MULTILINE)
    assert {"make check", "make test", "make demo", ".ci/run"} <= set(lines)
    assert {line for line in lines if line != ".ci/run"} <= {f"make {target}" for target in targets}


def test_every_target_explains_itself() -> None:
    makefile = text("Makefile")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(re.findall(r"^([a-z]+):.*## .+", makefile, re.MULTILINE))


def test_dockerfile_satisfies_hadolint() -> None:
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    assert hadolint is not None, "hadolint comes with the development requirements: make setup"
    run = subprocess.run([hadolint, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


def test_the_image_has_a_user_of_its_own_and_imports_nothing_from_its_working_directory() -> None:
    stages = text("Dockerfile").split("\nFROM ")
    assert len(stages) == 3
    assert "--require-hashes" in stages[1]
    assert re.search(r"^USER \d+$", stages[2], re.MULTILINE)
    assert "PYTHONSAFEPATH=1" in stages[2]
    assert "WORKDIR /srv/empty" in stages[2]


def test_no_test_depends_on_how_fast_the_machine_is() -> None:
    """`tests/builders/waiting.py` waits for events, `effort.py` counts work, and both are alike everywhere."""
    timed = re.compile(
        r"^ *assert .*\b(?:monotonic|perf_counter|process_time)\(\).*<|^ +time\.sleep\([1-9]|\bcommunicate\(timeout=[0-9]"
        r"|\bassert .*\b(?:waited|took|elapsed|seconds) < ",
        re.MULTILINE,
    )
    found = {path: timed.findall(text(path)) for path in tracked("tests/**/test_*.py", "tests/builders/*.py")}
    assert {path: lines for path, lines in found.items() if lines} == {
        "tests/builders/waiting.py": ["        assert time.monotonic() <"]
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy of what packaging needs."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, source / name)
    for name in ("src", "scripts"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (path,) = target.glob("*.whl")
    assert path.name == f"courseline-{PROJECT['project']['version']}-py3-none-any.whl"
    return zipfile.ZipFile(path)


def test_the_wheel_holds_the_package_and_the_commands_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    name = f"courseline-{PROJECT['project']['version']}"
    files = set(wheel.namelist())
    scripts = {path.rpartition("/")[2] for path in files if path.startswith(f"{name}.data/scripts/")}
    assert scripts == COMMANDS
    rest = {
        path
        for path in files
        if not path.startswith(("courseline/", f"{name}.data/scripts/", f"{name}.dist-info/"))
    }
    assert rest == set()


def test_every_tracked_file_of_the_package_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    assert {path.removeprefix("src/") for path in tracked("src/courseline")} <= set(wheel.namelist())


def test_commands_get_the_interpreter_they_are_installed_with(wheel: zipfile.ZipFile) -> None:
    for path in wheel.namelist():
        if "/scripts/" in path:
            assert wheel.read(path).startswith(b"#!python"), path
