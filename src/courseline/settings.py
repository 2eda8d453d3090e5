"""The only reader of COURSELINE_* and CI_* variables; what is wrong or missing is named all at once."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from courseline.errors import InvalidInput, Problem

_FERNET_BYTES = 32
DEFAULT_AUTHOR = "courseline <courseline@localhost>"
DEFAULT_BUDGET = 300
DEFAULT_ENVIRONMENT = "courseline"


@dataclass(frozen=True, slots=True)
class Job:
    """The CI job we run in, as GitLab describes it; empty outside of one.

    Attributes:
        repository_url: CI_PROJECT_URL, without credentials.
        project: `HOST#ID` of the project.
        tag: CI_COMMIT_TAG.
        host: CI_SERVER_HOST.
        port: CI_SERVER_PORT.
        token: CI_JOB_TOKEN; reads the job's own repository.
        actor: `HOST#USER_ID` of who started the job.
        actor_name: login of that user.
    """

    repository_url: str | None = None
    project: str | None = None
    tag: str | None = None
    host: str | None = None
    port: int | None = None
    token: str | None = field(default=None, repr=False)
    actor: str | None = None
    actor_name: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment says.

    Attributes:
        home: COURSELINE_HOME, where the embedded database, the folder store and keys live.
        database_url: COURSELINE_DATABASE_URL; None runs the embedded server.
        postgres_bin: COURSELINE_POSTGRES_BIN, a directory with PostgreSQL's programs for the embedded server.
        object_store: COURSELINE_OBJECT_STORE, `file:///dir` or `s3://bucket?...`.
        s3_access_key: COURSELINE_S3_ACCESS_KEY.
        s3_secret_key: COURSELINE_S3_SECRET_KEY.
        secret_keys: COURSELINE_SECRET_KEYS, Fernet keys, the first encrypts.
        webhook_secrets: COURSELINE_WEBHOOK_SECRETS, several while they are rotated.
        git_protocols: COURSELINE_GIT_PROTOCOLS.
        git_author: COURSELINE_GIT_AUTHOR, `Name <mail>`.
        gitlab_url: COURSELINE_GITLAB_URL; pushes to this host ask it not to start pipelines.
        gitlab_token: COURSELINE_GITLAB_TOKEN, with which that GitLab is asked about projects; never leaves this process.
        api_budget: COURSELINE_API_BUDGET, requests a minute that this process may make to that GitLab.
        server: COURSELINE_SERVER, where others reach the receiver; a job without a database works through it.
        audience: COURSELINE_AUDIENCE, what id_tokens must be made for; the server's address by default.
        environment: COURSELINE_ENVIRONMENT, what the names of the environments of jobs that write begin with.
        id_token: COURSELINE_ID_TOKEN, by which GitLab tells the receiver which job asks.
        source_date: SOURCE_DATE_EPOCH, fixes the clock for reproducible runs.
        actor: `local:USER`, or who started the job.
        job: see `Job`.
    """

    home: Path
    database_url: str | None
    postgres_bin: Path | None
    object_store: str
    s3_access_key: str | None
    s3_secret_key: str | None = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    git_protocols: tuple[str, ...]
    git_author: str
    gitlab_url: str | None
    gitlab_token: str | None = field(repr=False)
    api_budget: int
    server: str | None
    audience: str | None
    environment: str
    id_token: str | None = field(repr=False)
    source_date: datetime | None
    actor: str
    job: Job

    @property
    def through_receiver(self) -> bool:
        """Whether job commands work through the receiver: where it is named and no database is."""
        return self.server is not None and self.database_url is None


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment (the process's own when None).

    Raises:
        InvalidInput: one problem per variable that is wrong or missing.
    """
    env = os.environ if environment is None else environment
    problems: list[Problem] = []
    home = _home(env)
    url = env.get("COURSELINE_DATABASE_URL") or None
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        problems.append(
            _problem(
                "COURSELINE_DATABASE_URL",
                "is not a postgresql:// URL",
                "postgresql://user@host:5432/courseline",
            )
        )
    store = env.get("COURSELINE_OBJECT_STORE") or (home / "objects").as_uri()
    problems += _store_problems(store)
    if store.startswith("s3://"):
        problems += [
            _problem(name, "is not set, and an s3:// store needs it", "the key pair of the bucket's user")
            for name in ("COURSELINE_S3_ACCESS_KEY", "COURSELINE_S3_SECRET_KEY")
            if not env.get(name)
        ]
    protocols = env.get("COURSELINE_GIT_PROTOCOLS") or ("https" if url else "https,file")
    names = tuple(name.strip().lower() for name in protocols.split(",") if name.strip())
    unknown = sorted(set(names) - {"https", "http", "file"})
    if unknown or not names:
        found = f"names {', '.join(unknown) or 'nothing'}"
        problems.append(
            _problem("COURSELINE_GIT_PROTOCOLS", found, "https,file (a list of https, http and file)")
        )
    author = env.get("COURSELINE_GIT_AUTHOR") or DEFAULT_AUTHOR
    if not (author.endswith(">") and " <" in author and "\n" not in author):
        problems.append(_problem("COURSELINE_GIT_AUTHOR", "is no git identity", DEFAULT_AUTHOR))
    bin_directory = Path(env["COURSELINE_POSTGRES_BIN"]) if env.get("COURSELINE_POSTGRES_BIN") else None
    if bin_directory is not None and not (bin_directory / "postgres").exists():
        problems.append(
            _problem("COURSELINE_POSTGRES_BIN", "holds no `postgres` program", "/usr/lib/postgresql/15/bin")
        )
    secret_keys = _listed(env, "COURSELINE_SECRET_KEYS")
    if not all(_is_fernet_key(key) for key in secret_keys):
        found = "holds something that is no Fernet key (32 bytes in URL-safe base64)"
        problems.append(
            _problem("COURSELINE_SECRET_KEYS", found, "what `Fernet.generate_key()` of cryptography prints")
        )
    gitlab_url = _address(env, "COURSELINE_GITLAB_URL", "https://gitlab.example.org", problems)
    server = _address(env, "COURSELINE_SERVER", "https://courseline.example.org", problems)
    budget = env.get("COURSELINE_API_BUDGET") or str(DEFAULT_BUDGET)
    if not re.fullmatch("[1-9][0-9]{0,5}", budget):
        problems.append(
            _problem("COURSELINE_API_BUDGET", "is no number from 1 to 999999", str(DEFAULT_BUDGET))
        )
    source_date = _source_date(env, problems)
    if problems:
        names_of = ", ".join(problem.path for problem in problems)
        raise InvalidInput(f"Reading the settings: {names_of}.", problems)
    job = _job(env)
    return Settings(
        home=home,
        database_url=url,
        postgres_bin=bin_directory,
        object_store=store,
        s3_access_key=env.get("COURSELINE_S3_ACCESS_KEY") or None,
        s3_secret_key=env.get("COURSELINE_S3_SECRET_KEY") or None,
        secret_keys=secret_keys,
        webhook_secrets=_listed(env, "COURSELINE_WEBHOOK_SECRETS"),
        git_protocols=names,
        git_author=author,
        gitlab_url=gitlab_url or env.get("CI_SERVER_URL") or None,
        gitlab_token=env.get("COURSELINE_GITLAB_TOKEN") or None,
        api_budget=int(budget),
        server=server,
        audience=env.get("COURSELINE_AUDIENCE") or (server.rstrip("/") if server else None),
        environment=(env.get("COURSELINE_ENVIRONMENT") or DEFAULT_ENVIRONMENT).strip("/"),
        id_token=env.get("COURSELINE_ID_TOKEN") or None,
        source_date=source_date,
        actor=job.actor or f"local:{env.get('USER') or env.get('LOGNAME') or os.getuid()}",
        job=job,
    )


def environment_value(name: str) -> str | None:
    """The value behind a `${NAME}` that a deployment file names; None when it is not set."""
    return os.environ.get(name) or None


def _listed(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def _home(env: Mapping[str, str]) -> Path:
    if chosen := env.get("COURSELINE_HOME"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/courseline")
    return Path("~/.local/share/courseline").expanduser()


def _store_problems(store: str) -> list[Problem]:
    from courseline.adapters.objects_url import parse_store_url  # noqa: PLC0415 - its pattern and messages are there

    try:
        parse_store_url(store)
    except InvalidInput as wrong:
        return [Problem("COURSELINE_OBJECT_STORE", None, wrong.message)]
    return []


def _address(env: Mapping[str, str], name: str, example: str, problems: list[Problem]) -> str | None:
    found = env.get(name) or None
    if found is not None and not found.lower().startswith(("https://", "http://")):
        problems.append(_problem(name, "is no http(s) address", example))
    return found


def _is_fernet_key(text: str) -> bool:
    """As https://github.com/fernet/spec describes keys."""
    try:
        return len(base64.urlsafe_b64decode(text)) == _FERNET_BYTES
    except ValueError:
        return False


def _source_date(env: Mapping[str, str], problems: list[Problem]) -> datetime | None:
    text = env.get("SOURCE_DATE_EPOCH")
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        problems.append(_problem("SOURCE_DATE_EPOCH", "is not a number of seconds", "1767225600"))
        return None


def _job(env: Mapping[str, str]) -> Job:
    host, project, user = env.get("CI_SERVER_HOST"), env.get("CI_PROJECT_ID"), env.get("GITLAB_USER_ID")
    port = env.get("CI_SERVER_PORT", "")
    return Job(
        repository_url=env.get("CI_PROJECT_URL") or None,
        project=f"{host}#{project}" if host and project else None,
        tag=env.get("CI_COMMIT_TAG") or None,
        host=host or None,
        port=int(port) if port.isdecimal() else None,
        token=env.get("CI_JOB_TOKEN") or None,
        actor=f"{host}#{user}" if host and user else None,
        actor_name=env.get("GITLAB_USER_LOGIN") or None,
    )


def _problem(name: str, found: str, example: str) -> Problem:
    return Problem(name, None, f"{name} {found}.", fix=f"Set it like: {example}")
