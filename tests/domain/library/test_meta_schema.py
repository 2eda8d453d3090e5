from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.library.meta import parse_meta
from courseline.domain.library.meta_schema import meta_schema, schema_text

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "src/courseline/schemas/meta.schema.json"
SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.yaml"))


def objections(text):
    data = read_yaml(text.encode(), "meta.yaml").data
    return [error.message for error in Draft202012Validator(meta_schema()).iter_errors(data)]


def test_the_committed_schema_is_the_generated_one():
    assert COMMITTED.read_text(encoding="utf-8") == schema_text()


def test_the_command_prints_the_schema():
    command = [sys.executable, "-m", "courseline.domain.library.meta_schema"]
    printed = subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout
    assert printed == COMMITTED.read_bytes()


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(json.loads(COMMITTED.read_bytes()))


def test_every_key_of_the_schema_has_a_description_for_editors():
    schema = meta_schema()
    for entry in (schema, *schema["$defs"].values()):
        assert all(field.get("description") for field in entry["properties"].values())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_fits_the_schema(path):
    assert objections(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "title: [a]",
        "title: true",
        "title: {a: b}",
        "keywords: python",
        "keywords: [[a]]",
        "authors: x",
        "authors: [true]",
        "links: {a: b}",
        "content: x",
        "properties: [a]",
        "properties: {maxTestRuns: '5'}",
        "properties: {maxTestRuns: -1}",
        "properties: {maxGroupSize: true}",
        "properties: {maxSubmissions: 99999999999}",
        "properties: {testFiles: tests/}",
        "properties: {additionalFiles: [true]}",
        "properties: {studentSubmissionFiles: ['']}",
        "properties: {studentTemplates: [{to: a}]}",
        "properties: {studentTemplates: x}",
        "properties: {executionBackend: {version: x}}",
        "properties: {executionBackend: [a]}",
        "properties: {testCommand: [a]}",
        "properties: {testDependencies: [{version: x}]}",
        "properties: {testDependencies: [{example: a, slug: b}]}",
        "dependencies: [{example: a, files: x}]",
    ],
)
def test_schema_and_reader_object_to_the_same_types(text):
    assert objections(text) != []
    assert parse_meta(read_yaml(text.encode(), "meta.yaml")).meta is None


@pytest.mark.parametrize(
    "text",
    [
        "title: 101",
        "title:",
        "description: []",
        "keywords:",
        "properties:",
        "properties: {executionBackend: []}",
        "properties: {executionBackend: python}",
        "properties: {maxTestRuns: []}",
        "properties: {testCommand: python -m pytest}",
        "properties: {testCommand: }",
        "properties: {testDependencies: [a, 101, {slug: b, version: 1}]}",
        "authors: [Ada]",
        "anything: {at: [all]}",
    ],
)
def test_schema_and_reader_accept_the_same_types(text):
    assert objections(text) == []
    assert parse_meta(read_yaml(text.encode(), "meta.yaml")).meta is not None


def test_editors_that_read_versions_as_numbers_do_not_object():
    assert Draft202012Validator(meta_schema()).is_valid({"version": 1.10, "title": 2.5})
