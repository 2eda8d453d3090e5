"""What the guides show works when it is copied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from courseline.adapters.yaml_edits import YamlEdits
from courseline.adapters.yaml_files import read_yaml
from courseline.domain.course.course_file import parse_course_file
from courseline.domain.course.deployment_file import parse_deployment_file
from courseline.domain.library.label import Label
from courseline.domain.library.meta import parse_meta
from courseline.domain.library.version_range import VersionRange
from courseline.domain.located import Located

DOCS = Path(__file__).parent.parent / "docs"


def snippets(guide: str, key: str) -> list[Located]:
    """The YAML blocks of a guide that have `key` at their top level."""
    blocks = re.findall(
        r"^```yaml\n(.*?)^```$", (DOCS / guide).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    found = [read_yaml(block.encode(), guide) for block in blocks]
    return [located for located in found if isinstance(located.data, Mapping) and key in located.data]


def test_the_lecturers_meta_yaml_is_right() -> None:
    (located,) = snippets("lecturer.md", "identifier")
    assert parse_meta(located).problems == ()


def test_the_lecturers_dependencies_are_right() -> None:
    (located,) = snippets("lecturer.md", "testDependencies")
    whole = read_yaml(f"identifier: a\ntitle: A\n{located.text}".encode(), "lecturer.md")
    assert parse_meta(whole).problems == ()


def test_the_lecturers_course_file_is_right() -> None:
    (located,) = snippets("lecturer.md", "structure")
    _, problems = parse_course_file(located)
    assert problems == []


def test_the_operators_deployment_file_is_right() -> None:
    (located,) = snippets("operator.md", "organization")
    deployment, problems = parse_deployment_file(located)
    assert problems == []
    assert deployment is not None
    assert deployment.template_url.endswith("/python-101/student-template.git")


def test_the_demo_s_course_is_right() -> None:
    path = DOCS.parent / "demo" / "course" / "course-structure.yaml"
    _, problems = parse_course_file(read_yaml(path.read_bytes(), path.name))
    assert problems == []


def test_the_demo_s_deployment_file_lacks_only_what_create_course_fills_in() -> None:
    raw = (DOCS.parent / "demo" / "course" / "deployment.yaml").read_bytes()
    settings = ("course", "settings")
    urls = {
        (*settings, name, "url"): f"https://gitlab.example.org/{name}.git"
        for name in ("source", "studentTemplate")
    }
    deployment, problems = parse_deployment_file(
        read_yaml(YamlEdits().filled(raw, dict(urls)), "deployment.yaml")
    )
    assert problems == []
    assert deployment is not None
    assert {deployment.assignments_url, deployment.template_url} == set(urls.values())


def test_the_ranges_in_the_guides_are_ranges() -> None:
    text = (DOCS / "lecturer.md").read_text(encoding="utf-8") + (DOCS / "glossary.md").read_text(
        encoding="utf-8"
    )
    ranges = {
        found.strip('"')
        for found in re.findall(r"(?:`|version: )(\^[0-9.]+|~[0-9.]+|\">=[^`]+\"|>=[^`]+)`?", text)
    }
    labels = [label for text in ("v1.2.0", "v2.0.0") if (label := Label.parse(text)) is not None]
    assert {"^1.0", "~1.2", ">=1, <3"} <= ranges
    for written in ranges:
        assert any(VersionRange.parse(written).admits(label) for label in labels), written
