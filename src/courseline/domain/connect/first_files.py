"""What a new assignments repository starts with."""

from __future__ import annotations

COURSE_FILE = "course-structure.yaml"

_COURSE = """\
# Which example, in which version, goes to which place. Merging a change of this file deploys it.
contentTypes:
  - {kind: unit, slug: week, title: Week, color: "#4CAF50"}
  - {kind: assignment, slug: assignment, title: Assignment, color: "#2196F3"}

# A place looks like this; `courseline examples list` shows what there is:
#   - path: week1
#     type: week
#     title: "Week 1"
#     content:
#       - path: week1.hello_world
#         type: assignment
#         title: Hello World
#         example: hello-world
#         version: ^1.0
structure: []
"""

_README = """\
# {name}

{description}Assignments of this course. `course-structure.yaml` says which example goes to which place and in which version.

- Change it in a merge request; the pipeline checks it, and courseline answers with what would be deployed.
- Merge; the examples arrive in their directories, and students get the new template.
- Files in these directories are yours to edit: an update never writes over what you changed.

Students see {template} only. Solutions and tests stay here.
"""


def first_files(
    name: str, description: str, template_url: str, structure: bytes | None, pipeline: tuple[str, str] | None
) -> dict[str, bytes]:
    """Files of the first commit, by path.

    Args:
        name: of the course.
        description: of the course, "" for none.
        template_url: where students look.
        structure: a course file to start with; None for one without places.
        pipeline: path and text of the pipeline file, None to do without.
    """
    said = f"{description.strip()}\n\n" if description.strip() else ""
    files = {
        COURSE_FILE: structure if structure is not None else _COURSE.encode(),
        "README.md": _README.format(name=name, description=said, template=template_url).encode(),
    }
    if pipeline is not None:
        files[pipeline[0]] = pipeline[1].encode()
    return files
