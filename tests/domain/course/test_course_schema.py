from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator
from tests.builders.course_files import TYPES, errors, located, structure
from tests.domain.course.test_course_file import EVERYTHING, SEED

from courseline.domain.course.course_schema import course_structure_schema, schema_text


def test_the_shipped_schema_is_the_models():
    shipped = files("courseline") / "schemas" / "course-structure.schema.json"
    assert shipped.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: python -m courseline.domain.course.course_schema > src/courseline/schemas/course-structure.schema.json"
    )


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(course_structure_schema())


@pytest.mark.parametrize("text", [SEED, EVERYTHING, "structure: []\n"])
def test_good_files_fit_the_schema(text):
    assert list(Draft202012Validator(course_structure_schema()).iter_errors(located(text).data)) == []


@pytest.mark.parametrize(
    "entry",
    [
        "{type: week}",
        "{path: a}",
        "{path: week-1, type: week}",
        "{path: a, type: week, title: [a]}",
        "{path: a, type: week, content: a}",
        "{path: a, type: week, properties: {maxSubmissions: -1}}",
        "{path: a, type: week, properties: {maxTestRuns: '5'}}",
        "week",
    ],
)
def test_the_schema_and_the_reader_refuse_the_same_simple_mistakes(entry):
    data = located(TYPES + f"structure:\n  - {entry}\n").data
    assert errors(structure(f"  - {entry}\n")[1]) != []
    assert list(Draft202012Validator(course_structure_schema()).iter_errors(data)) != []
