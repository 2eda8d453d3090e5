"""Which jobs of a configuration a pipeline gets.

Facts: https://docs.gitlab.com/ci/jobs/job_rules/, https://docs.gitlab.com/ci/yaml/workflow/,
https://docs.gitlab.com/ci/yaml/#needs
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.gitlab_double.ci_condition import ConditionError, holds
from tests.gitlab_double.ci_config import Config
from tests.gitlab_double.ci_inputs import ConfigError
from tests.gitlab_double.ci_variables import plain

Row = dict[str, Any]
_RULE = {"if", "when", "allow_failure", "variables"}


@dataclass(frozen=True, slots=True)
class Selected:
    """A job that runs.

    Attributes:
        when: `on_success`, `on_failure`, `always` or `manual`.
        variables: of the configuration, the job and its rule.
        needs: (job, takes artifacts); None without `needs`, when all earlier stages count.
    """

    name: str
    config: Row
    when: str
    allow_failure: bool
    variables: dict[str, str]
    needs: list[tuple[str, bool]] | None


def select(config: Config, source: str, variables: Mapping[str, str]) -> list[Selected]:
    """The jobs, in the order of their stages; none when there is to be no pipeline.

    Raises:
        ConfigError: a rule or a need cannot be followed.
    """
    known = {**plain(config.variables), **variables}
    if config.workflow and not _starts(config.workflow, known):
        return []
    found = []
    for name, job in config.jobs.items():
        chosen = _selected(name, job, source, config, known)
        if chosen:
            found.append(chosen)
    names = {job.name for job in found}
    checked = [_with_needs(job, names) for job in found]
    return sorted(checked, key=lambda job: config.stages.index(job.config["stage"]))


def _starts(rules: list[Row], variables: Mapping[str, str]) -> bool:
    rule = _first(rules, variables, "workflow")
    return rule is not None and rule.get("when", "always") != "never"


def _selected(name: str, job: Row, source: str, config: Config, known: Mapping[str, str]) -> Selected | None:
    inherits = (job.get("inherit") or {}).get("variables", True)
    wider = {
        key: value
        for key, value in plain(config.variables).items()
        if inherits is True or key in (inherits or [])
    }
    own = {**wider, **plain(job.get("variables") or {})}
    rule: Row | None = {}
    if "rules" in job:
        rule = _first(job["rules"], {**known, **own}, name)
    elif source == "merge_request_event":
        rule = None
    if rule is None:
        return None
    when = rule.get("when") or job.get("when", "on_success")
    if when == "never":
        return None
    allowed = rule.get("allow_failure", job.get("allow_failure", when == "manual" and "rules" not in job))
    return Selected(name, job, when, allowed is True, {**own, **plain(rule.get("variables") or {})}, None)


def _first(rules: list[Row], variables: Mapping[str, str], where: str) -> Row | None:
    for rule in rules:
        if rule.keys() - _RULE:
            raise ConfigError(f"{where}: the stand-in knows no rules:{sorted(rule.keys() - _RULE)}")
        try:
            if "if" not in rule or holds(rule["if"], variables):
                return rule
        except ConditionError as fault:
            raise ConfigError(f"{where}: rules:rule if {fault}") from None
    return None


def _with_needs(job: Selected, names: set[str]) -> Selected:
    if "needs" not in job.config:
        return job
    needs = []
    for need in job.config["needs"]:
        given = {"job": need} if isinstance(need, str) else need
        if given["job"] in names:
            needs.append((given["job"], given.get("artifacts", True)))
        elif not given.get("optional"):
            raise ConfigError(
                f"'{job.name}' job needs '{given['job']}' job, but '{given['job']}' does not exist in the pipeline"
            )
    return Selected(job.name, job.config, job.when, job.allow_failure, job.variables, needs)
