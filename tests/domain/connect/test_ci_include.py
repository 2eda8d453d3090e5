"""The include of our CI templates."""

from __future__ import annotations

import pytest

from courseline.domain.connect.ci_include import Templates, include_entry, is_included, parse_templates
from courseline.domain.connect.role import Role
from courseline.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "templates"),
    [
        ("tools/courseline@v1.0.0", Templates(project="tools/courseline", ref="v1.0.0")),
        ("a/b/courseline", Templates(project="a/b/courseline")),
        ("https://host/x/ci-templates/", Templates(address="https://host/x")),
    ],
)
def test_where_templates_are_is_a_project_or_an_address(text: str, templates: Templates) -> None:
    assert parse_templates(text) == templates


@pytest.mark.parametrize("text", ["courseline", "a b/c", "tools/courseline@", "$(id)/x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="--templates"):
        parse_templates(text)


def test_the_entry_names_project_tag_file_and_inputs() -> None:
    entry = include_entry(Role.EXAMPLES, parse_templates("tools/courseline@v1.0.0"), {"image": "i:1"})
    assert entry == {
        "project": "tools/courseline",
        "ref": "v1.0.0",
        "file": "ci-templates/examples.yml",
        "inputs": {"image": "i:1"},
    }
    remote = include_entry(Role.ASSIGNMENTS, parse_templates("https://host/x"), {})
    assert remote == {"remote": "https://host/x/ci-templates/assignments.yml", "inputs": {}}


@pytest.mark.parametrize(
    "entry",
    [
        {"project": "x/courseline", "file": "ci-templates/examples.yml"},
        {"project": "x/courseline", "file": ["other.yml", "/ci-templates/examples.yml"]},
        {"remote": "https://host/v1/ci-templates/examples.yml"},
        {"local": "/ci-templates/examples.yml"},
        "https://host/ci-templates/examples.yml",
    ],
)
def test_an_include_is_found_however_it_is_written(entry: object) -> None:
    assert is_included(["a.yml", entry], Role.EXAMPLES)
    assert not is_included(["a.yml", entry], Role.ASSIGNMENTS)
