from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.builders.template_inputs import DIRECTORY
from tests.gitlab_double.ci_config import Config, load
from tests.gitlab_double.ci_inputs import ConfigError
from tests.gitlab_double.conftest import Lecturer


def config(ada: Lecturer, main: Any, **files: str) -> Config:
    """Of a project with these files besides `.gitlab-ci.yml`."""
    path = f"uni/p{len(ada.double.forge.projects)}"
    text = main if isinstance(main, str) else yaml.safe_dump(main, sort_keys=False)
    project = ada.double.forge.project(path, {".gitlab-ci.yml": text, **files})
    found = load(ada.double.forge, project, project.repository.resolve("main"), ada.user)
    assert found is not None
    return found


def test_a_commit_without_configuration_has_none(ada: Lecturer) -> None:
    assert load(ada.double.forge, ada.project, ada.project.repository.resolve("main"), ada.user) is None


def test_extends_merges_mappings_and_replaces_lists(ada: Lecturer) -> None:
    found = config(
        ada,
        {
            ".base": {
                "script": ["one"],
                "variables": {"A": "1", "B": "1"},
                "artifacts": {"reports": {"junit": "x"}},
            },
            "job": {
                "extends": ".base",
                "script": ["two"],
                "variables": {"B": "2"},
                "artifacts": {"reports": {"dotenv": "y"}},
            },
        },
    )
    assert found.jobs["job"]["script"] == ["two"]
    assert found.jobs["job"]["variables"] == {"A": "1", "B": "2"}
    assert found.jobs["job"]["artifacts"]["reports"] == {"junit": "x", "dotenv": "y"}
    assert found.jobs["job"]["stage"] == "test"


def test_default_reaches_jobs_that_inherit_it(ada: Lecturer) -> None:
    found = config(
        ada,
        {
            "default": {"image": "own", "before_script": ["spy"], "tags": ["t"]},
            "a": {"script": "x"},
            "b": {"script": "x", "inherit": {"default": ["tags"]}},
            "c": {"script": "x", "inherit": {"default": False}},
        },
    )
    assert [sorted(found.jobs[name].keys() & {"image", "before_script", "tags"}) for name in "abc"] == [
        ["before_script", "image", "tags"],
        ["tags"],
        [],
    ]


def test_a_template_of_another_project_is_included_with_inputs(ada: Lecturer) -> None:
    template = (
        "spec:\n  inputs:\n    name:\n    many:\n      type: number\n      default: 3\n---\n"
        "job $[[ inputs.name ]]:\n  script: echo\n  variables:\n    MANY: $[[ inputs.many ]]\n    TEXT: n=$[[ inputs.many ]]\n"
    )
    ada.double.forge.project("uni/templates", {"t.yml": template})
    include = [{"project": "uni/templates", "ref": "main", "file": "t.yml", "inputs": {"name": "one"}}]
    found = config(ada, {"include": include})
    assert found.jobs["job one"]["variables"] == {"MANY": 3, "TEXT": "n=3"}


@pytest.mark.parametrize("name", ["examples.yml", "assignments.yml"])
def test_the_real_templates_are_read_and_nothing_is_left_open(ada: Lecturer, name: str) -> None:
    text = (DIRECTORY / name).read_text(encoding="utf-8")
    include = [{"local": f"/ci-templates/{name}", "inputs": {"image": "registry/courseline:1.0"}}]
    found = config(ada, {"include": include}, **{f"ci-templates/{name}": text})
    assert "courseline:check" in found.jobs
    assert all(job["image"] for job in found.jobs.values())
    assert "$[[" not in str(found.jobs)


@pytest.mark.parametrize(
    ("main", "why"),
    [
        ({"include": [{"local": "none.yml"}]}, "Local file `none.yml` does not exist"),
        ({"include": [{"project": "uni/none", "file": "x"}]}, "not found or access denied"),
        ({"include": [{"local": "t.yml"}]}, "`a` input: required value has not been provided"),
        ({"include": [{"local": "t.yml", "inputs": {"a": "x", "b": "y"}}]}, "unknown input arguments: b"),
        ({"include": [{"local": "t.yml", "inputs": {"a": 3}}]}, "provided value is not a string"),
        ({"include": [{"local": "t.yml", "inputs": {"a": "z"}}]}, "not in the list of allowed options"),
        ({"job": {"script": "x", "stage": "none"}}, "chosen stage none does not exist"),
        ({"job": {"script": "x", "extends": ".none"}}, "unknown keys in `extends`"),
        ({"job": {"stage": "test"}}, "script can't be blank"),
        ({"job": {"script": "x", "sript": "y"}}, "unknown keys: sript"),
        ("a: [", "Invalid configuration format"),
    ],
)
def test_what_gitlab_does_not_take_is_told(ada: Lecturer, main: Any, why: str) -> None:
    template = "spec:\n  inputs:\n    a:\n      options: [x, y]\n---\njob:\n  script: $[[ inputs.a ]]\n"
    with pytest.raises(ConfigError, match=why):
        config(ada, main, **{"t.yml": template})
