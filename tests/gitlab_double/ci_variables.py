"""The variables of pipelines and jobs.

Facts: https://docs.gitlab.com/ci/variables/predefined_variables/,
https://docs.gitlab.com/ci/variables/#cicd-variable-precedence
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.gitlab_double.forge import Forge
from tests.gitlab_double.people import stamp
from tests.gitlab_double.pipelines import Job, Pipeline
from tests.gitlab_double.places import Project

Row = dict[str, Any]
_REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


def full_ref(pipeline: Pipeline) -> str:
    """The reference that decides whether a pipeline is protected; a merge request's never is."""
    if pipeline.merge_request:
        return f"refs/merge-requests/{pipeline.merge_request.iid}/head"
    return f"refs/{'tags' if pipeline.tag else 'heads'}/{pipeline.ref}"


def is_protected(pipeline: Pipeline) -> bool:
    return pipeline.project.protection(full_ref(pipeline)) is not None and not pipeline.merge_request


def of_pipeline(forge: Forge, pipeline: Pipeline) -> dict[str, str]:
    """Predefined ones that rules may use."""
    project, parts = pipeline.project, urlsplit(forge.url)
    commit = project.repository.commit(pipeline.sha)
    name = pipeline.merge_request.source_branch if pipeline.merge_request else pipeline.ref
    found = {
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_SERVER": "yes",
        "CI_SERVER_URL": forge.url,
        "CI_SERVER_HOST": parts.hostname or "",
        "CI_SERVER_PORT": str(parts.port or 443),
        "CI_SERVER_PROTOCOL": parts.scheme,
        "CI_SERVER_FQDN": parts.netloc,
        "CI_SERVER_NAME": "GitLab",
        "CI_SERVER_VERSION": forge.version,
        "CI_API_V4_URL": f"{forge.url}/api/v4",
        "CI_API_GRAPHQL_URL": f"{forge.url}/api/graphql",
        "CI_PROJECT_ID": str(project.id),
        "CI_PROJECT_NAME": project.path,
        "CI_PROJECT_TITLE": project.name,
        "CI_PROJECT_PATH": project.full_path,
        "CI_PROJECT_PATH_SLUG": _slug(project.full_path),
        "CI_PROJECT_NAMESPACE": project.group.full_path,
        "CI_PROJECT_NAMESPACE_ID": str(project.group.id),
        "CI_PROJECT_ROOT_NAMESPACE": project.group.line()[-1].path,
        "CI_PROJECT_URL": project.web_url(forge.url),
        "CI_PROJECT_VISIBILITY": project.visibility,
        "CI_DEFAULT_BRANCH": project.default_branch,
        "CI_CONFIG_PATH": ".gitlab-ci.yml",
        "CI_COMMIT_SHA": pipeline.sha,
        "CI_COMMIT_SHORT_SHA": pipeline.sha[:8],
        "CI_COMMIT_BEFORE_SHA": pipeline.before_sha,
        "CI_COMMIT_REF_NAME": name,
        "CI_COMMIT_REF_SLUG": _slug(name),
        "CI_COMMIT_REF_PROTECTED": str(is_protected(pipeline)).lower(),
        "CI_COMMIT_MESSAGE": commit.message,
        "CI_COMMIT_TITLE": commit.title,
        "CI_COMMIT_DESCRIPTION": commit.message.partition("\n")[2].strip(),
        "CI_COMMIT_AUTHOR": f"{commit.author[0]} <{commit.author[1]}>",
        "CI_COMMIT_TIMESTAMP": commit.committer[2].isoformat(),
        "CI_PIPELINE_ID": str(pipeline.id),
        "CI_PIPELINE_IID": str(pipeline.iid),
        "CI_PIPELINE_SOURCE": pipeline.source,
        "CI_PIPELINE_URL": pipeline.web_url(forge.url),
        "CI_PIPELINE_CREATED_AT": str(stamp(pipeline.created_at)),
        "GITLAB_USER_ID": str(pipeline.user.id),
        "GITLAB_USER_LOGIN": pipeline.user.username,
        "GITLAB_USER_NAME": pipeline.user.name,
        "GITLAB_USER_EMAIL": pipeline.user.email,
    }
    return found | _of_ref(pipeline)


def _of_ref(pipeline: Pipeline) -> dict[str, str]:
    it, project = pipeline.merge_request, pipeline.project
    if it:
        return {
            "CI_MERGE_REQUEST_ID": str(it.id),
            "CI_MERGE_REQUEST_IID": str(it.iid),
            "CI_MERGE_REQUEST_TITLE": it.title,
            "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
            "CI_MERGE_REQUEST_REF_PATH": f"refs/merge-requests/{it.iid}/head",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": it.source_branch,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": it.target_branch,
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": it.base,
            "CI_MERGE_REQUEST_PROJECT_ID": str(it.target.id),
            "CI_MERGE_REQUEST_PROJECT_PATH": it.target.full_path,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": str(it.source.id),
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": it.source.full_path,
        }
    if pipeline.tag:
        target = project.repository.refs(f"refs/tags/{pipeline.ref}").get(f"refs/tags/{pipeline.ref}", "")
        annotated = bool(target) and project.repository.line("cat-file", "-t", target) == "tag"
        text = project.repository.git("cat-file", "tag", target).decode(errors="replace") if annotated else ""
        return {"CI_COMMIT_TAG": pipeline.ref, "CI_COMMIT_TAG_MESSAGE": text.partition("\n\n")[2].strip()}
    open_ones = [
        f"{found.target.full_path}!{found.iid}"
        for found in project.merge_requests
        if (found.state, found.source_branch) == ("opened", pipeline.ref)
    ]
    branch = {"CI_COMMIT_BRANCH": pipeline.ref}
    return branch | ({"CI_OPEN_MERGE_REQUESTS": ",".join(open_ones)} if open_ones else {})


def of_job(forge: Forge, job: Job, token: str) -> dict[str, str]:
    """Those that only a job has."""
    parts, environment = urlsplit(forge.url), job.config.get("environment") or {}
    found = {
        "CI_JOB_ID": str(job.id),
        "CI_JOB_NAME": job.name,
        "CI_JOB_NAME_SLUG": _slug(job.name),
        "CI_JOB_STAGE": job.stage,
        "CI_JOB_TOKEN": token,
        "CI_JOB_URL": job.web_url(forge.url),
        "CI_JOB_STARTED_AT": str(stamp(job.started_at)),
        "CI_JOB_IMAGE": str(job.config.get("image") or ""),
        "CI_DEPENDENCY_PROXY_SERVER": parts.netloc,
        "CI_REPOSITORY_URL": (
            f"{parts.scheme}://gitlab-ci-token:{token}@{parts.netloc}/{job.pipeline.project.full_path}.git"
        ),
        "CI_RUNNER_ID": "1",
        "CI_RUNNER_EXECUTABLE_ARCH": "linux/amd64",
    }
    if environment:
        found |= {
            "CI_ENVIRONMENT_NAME": environment["name"],
            "CI_ENVIRONMENT_SLUG": _slug(environment["name"]),
            "CI_ENVIRONMENT_ACTION": environment.get("action", "start"),
            "CI_ENVIRONMENT_TIER": environment.get("deployment_tier", "other"),
        }
    return found


def of_settings(project: Project, *, protected: bool, environment: str = "") -> dict[str, str]:
    """Those that people set: of the groups from the top, then of the project; raw ones stay as they are."""
    found: dict[str, str] = {}
    for rows in (*(group.variables for group in reversed(project.group.line())), project.variables):
        for row in rows:
            scope = row.get("environment_scope", "*")
            if (protected or not row.get("protected")) and (
                scope == "*" or fnmatch.fnmatchcase(environment, scope)
            ):
                found[row["key"]] = str(row["value"])
    return found


def masked(project: Project) -> list[str]:
    """Values that no log shows."""
    groups = (row for group in project.group.line() for row in group.variables)
    return [str(row["value"]) for row in (*groups, *project.variables) if row.get("masked")]


def expanded(variables: Mapping[str, str], *, rounds: int = 5) -> dict[str, str]:
    """`$NAME` inside of values worked in; what is not known becomes empty, what means itself stays."""
    whole = dict(variables)
    for _ in range(rounds):
        new = {name: _expand(name, value, whole) for name, value in whole.items()}
        if new == whole:
            break
        whole = new
    return whole


def _expand(name: str, value: str, known: Mapping[str, str]) -> str:
    def put(found: re.Match[str]) -> str:
        other = found[1] or found[2]
        return found[0] if other == name else known.get(other, "")

    return _REFERENCE.sub(put, value)


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """`variables:` of a configuration; an entry may be `{value, description}`."""
    texts = {
        name: value.get("value", "") if isinstance(value, dict) else value for name, value in values.items()
    }
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in texts.items()
    }


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:63].strip("-")
