"""A project's `.gitlab-ci.yml` with everything worked in: includes, inputs, `extends`, `default`.

Facts: https://docs.gitlab.com/ci/yaml/. What the double does not know it refuses, as a configuration error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from tests.gitlab_double.ci_inputs import ConfigError, filled
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.people import User
from tests.gitlab_double.places import Project

Row = dict[str, Any]
FILE = ".gitlab-ci.yml"
STAGES = ["build", "test", "deploy"]
MOST_INCLUDES = 150
_GLOBAL = {"include", "stages", "variables", "default", "workflow", "spec", "image", "services", "cache"}
_INHERITED = {
    "image", "tags", "before_script", "after_script", "retry", "timeout", "interruptible", "artifacts", "id_tokens",
}  # fmt: skip
_JOB = _INHERITED | {
    "script", "stage", "extends", "rules", "needs", "variables", "environment", "resource_group", "allow_failure", "when",
    "inherit", "only", "except",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """It.

    Attributes:
        stages: in order, with `.pre` and `.post`.
        jobs: name -> keys, `extends` and `default` worked in, hidden ones left out.
    """

    stages: list[str]
    variables: Row
    workflow: list[Row]
    jobs: dict[str, Row]


def load(forge: Forge, project: Project, sha: str, user: User) -> Config | None:
    """The configuration of a commit; None when it has none.

    Raises:
        ConfigError: GitLab would not take it.
    """
    if project.repository.entry(sha, FILE) is None:
        return None
    whole = _Includes(forge, user).read(project, sha, FILE, {})
    stages = [".pre", *(whole.get("stages") or STAGES), ".post"]
    jobs = {
        name: _with_default(_extended(whole, name, ()), whole.get("default") or {})
        for name, body in whole.items()
        if name not in _GLOBAL and not name.startswith(".") and isinstance(body, dict)
    }
    for name, job in jobs.items():
        _check(name, job, stages)
    return Config(
        stages, whole.get("variables") or {}, (whole.get("workflow") or {}).get("rules") or [], jobs
    )


class _Includes:
    def __init__(self, forge: Forge, user: User) -> None:
        self._forge = forge
        self._user = user
        self._count = 0

    def read(self, project: Project, sha: str, path: str, inputs: Row) -> Row:
        """A file with all that it includes; its own keys win."""
        entry = project.repository.entry(sha, path.lstrip("/"))
        if entry is None:
            raise ConfigError(f"Local file `{path}` does not exist!")
        try:
            documents = [
                document or {} for document in yaml.safe_load_all(project.repository.blob(entry[1]).decode())
            ]
        except (yaml.YAMLError, UnicodeDecodeError) as fault:
            raise ConfigError(f"Invalid configuration format: {fault}") from None
        spec = (documents[0].get("spec") or {}).get("inputs") or {} if len(documents) > 1 else {}
        own: Row = filled(spec, inputs, documents[-1] if documents else {})
        merged: Row = {}
        for include in _listed(own.get("include")):
            merged = merge(merged, self._include(project, sha, include))
        return merge(merged, {key: value for key, value in own.items() if key != "include"})

    def _include(self, project: Project, sha: str, include: Row | str) -> Row:
        self._count += 1
        if self._count > MOST_INCLUDES:
            raise ConfigError(f"Maximum of {MOST_INCLUDES} nested includes are allowed!")
        given = {"local": include} if isinstance(include, str) else include
        inputs = given.get("inputs") or {}
        if "local" in given:
            return self.read(project, sha, given["local"], inputs)
        if "project" not in given:
            raise ConfigError(f"The stand-in includes `local` and `project` only, not {sorted(given)}")
        other = next((found for found in self._forge.projects if found.full_path == given["project"]), None)
        if other is None or not other.is_visible_to(self._user):
            raise ConfigError(f"Project `{given['project']}` not found or access denied!")
        revision = str(given.get("ref") or "HEAD")
        there = other.repository.resolve(revision)
        if not there:
            raise ConfigError(f"Project `{given['project']}` reference `{revision}` does not exist!")
        merged: Row = {}
        for path in _listed(given.get("file")):
            merged = merge(merged, self.read(other, there, path, inputs))
        return merged


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> Row:
    """Deep for mappings; all else is replaced."""
    whole = dict(base)
    for key, value in over.items():
        there = whole.get(key)
        whole[key] = merge(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return whole


def _extended(whole: Row, name: str, seen: tuple[str, ...]) -> Row:
    if name not in whole:
        raise ConfigError(f"{seen[-1]}: unknown keys in `extends` ({name})")
    if name in seen:
        raise ConfigError(f"{name}: circular dependency detected in `extends`")
    body: Row = whole[name]
    merged: Row = {}
    for parent in _listed(body.get("extends")):
        merged = merge(merged, _extended(whole, parent, (*seen, name)))
    return merge(merged, {key: value for key, value in body.items() if key != "extends"})


def _with_default(job: Row, default: Row) -> Row:
    inherits = (job.get("inherit") or {}).get("default", True)
    wanted = _INHERITED if inherits is True else set(inherits or [])
    return {**{key: value for key, value in default.items() if key in wanted}, **job}


def _check(name: str, job: Row, stages: list[str]) -> None:
    unknown = job.keys() - _JOB
    if unknown:
        raise ConfigError(f"jobs:{name} config contains unknown keys: {', '.join(sorted(unknown))}")
    if not job.get("script"):
        raise ConfigError(f"jobs:{name} script can't be blank")
    stage = job.setdefault("stage", "test")
    if stage not in stages:
        raise ConfigError(
            f"{name} job: chosen stage {stage} does not exist; available stages are {', '.join(stages)}"
        )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
