"""The JSON Schema of `course-structure.yaml`, for editors.

`src/courseline/schemas/course-structure.schema.json` is what this gives;
`python -m courseline.domain.course.course_schema > src/courseline/schemas/course-structure.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from courseline.domain.course.course_model import CourseStructure


def course_structure_schema() -> dict[str, Any]:
    """The schema, draft 2020-12; what needs several entries (paths, types, moves) only `parse_course_file` checks."""
    schema = CourseStructure.model_json_schema(by_alias=True)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "course-structure.yaml",
        "description": "Which contents a course has, and which example in which version is at each.",
    }
    return {**schema, **head}


def schema_text() -> str:
    """The schema as the file holds it: 2 spaces, a final newline."""
    return json.dumps(course_structure_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
