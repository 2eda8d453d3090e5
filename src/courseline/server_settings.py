"""What a server (receiver and worker for others) must be told; a first try on one machine needs none of it."""

from __future__ import annotations

from courseline.errors import InvalidInput, Problem
from courseline.settings import environment_value, read_settings

NEEDED = {
    "COURSELINE_DATABASE_URL": "postgresql://courseline:PASSWORD@db.example.org:5432/courseline",
    "COURSELINE_OBJECT_STORE": "s3://courseline?endpoint=https://s3.example.org&region=eu-1",
    "COURSELINE_SECRET_KEYS": "what `Fernet.generate_key()` of cryptography prints",
    "COURSELINE_WEBHOOK_SECRETS": "the signing token (whsec_...) or the secret token of GitLab's webhook",
    "COURSELINE_GITLAB_URL": "https://gitlab.example.org",
    "COURSELINE_GITLAB_TOKEN": "an access token with the scopes api and write_repository",
    "COURSELINE_SERVER": "https://courseline.example.org, where GitLab and its runners reach the receiver",
}
"""Variables without which a server cannot do its work, and what each looks like."""


def check_server_settings() -> None:
    """Look at all settings of this process's environment as a server needs them.

    Raises:
        InvalidInput: one problem for each that is wrong, and one for each that is missing.
    """
    problems: list[Problem] = []
    try:
        read_settings()
    except InvalidInput as wrong:
        problems += wrong.problems
    told = {problem.path for problem in problems}
    problems += [
        Problem(name, None, f"{name} is not set.", fix=f"Set it like: {example}")
        for name, example in NEEDED.items()
        if name not in told and environment_value(name) is None
    ]
    if problems:
        names = ", ".join(problem.path for problem in problems)
        raise InvalidInput(f"Reading the settings of a server: {names}.", problems)
