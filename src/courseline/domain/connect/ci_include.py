"""The include of our CI templates in a repository's pipeline file.

Facts: https://docs.gitlab.com/ci/yaml/#include
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courseline.domain.connect.role import Role
from courseline.domain.paths import printable
from courseline.errors import InvalidInput

_FILES = {Role.EXAMPLES: "ci-templates/examples.yml", Role.ASSIGNMENTS: "ci-templates/assignments.yml"}
_PROJECT = re.compile(r"(?P<project>[\w.-]+(?:/[\w.-]+)+)(?:@(?P<ref>[\w./-]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Templates:
    """Where our templates are: in a project of the same GitLab, or below an address.

    Attributes:
        project: `GROUP/courseline`; "" for an address.
        ref: tag or branch of that project; "" for its default branch.
        address: in front of `ci-templates/`; "" for a project.
    """

    project: str = ""
    ref: str = ""
    address: str = ""


def parse_templates(text: str) -> Templates:
    """Read `GROUP/courseline@v1.0.0`, or the https address of a directory that holds `ci-templates/`.

    Raises:
        InvalidInput: it is neither.
    """
    if text.startswith(("https://", "http://")):
        return Templates(address=text.rstrip("/").removesuffix("/ci-templates"))
    found = _PROJECT.fullmatch(text)
    if found is None:
        raise InvalidInput(
            f"--templates {printable(text)}: write the project that holds courseline with a tag, for example"
            " `tools/courseline@v1.0.0`, or the https address above its ci-templates/."
        )
    return Templates(project=found["project"], ref=found["ref"] or "")


def include_entry(role: Role, templates: Templates, inputs: Mapping[str, str]) -> dict[str, object]:
    """The entry of `include:` as it is written into the file."""
    file = _FILES[role]
    if templates.address:
        return {"remote": f"{templates.address}/{file}", "inputs": dict(inputs)}
    at = {"ref": templates.ref} if templates.ref else {}
    return {"project": templates.project, **at, "file": file, "inputs": dict(inputs)}


def is_included(entries: Sequence[object], role: Role) -> bool:
    """Whether one of the entries of `include:` brings our template, from wherever."""
    file = _FILES[role]
    return any(path.strip().lstrip("/") == file or path.endswith(f"/{file}") for path in _paths(entries))


def _paths(entries: Sequence[object]) -> list[str]:
    found: list[str] = []
    for entry in entries:
        if isinstance(entry, str):
            found.append(entry)
        elif isinstance(entry, Mapping):
            for key in ("file", "local", "remote"):
                value = entry.get(key)
                found += [
                    str(one) for one in (value if isinstance(value, list) else [value]) if one is not None
                ]
    return found
