"""The CI templates as data, and the tables of their inputs in `ci-templates/README.md`.

`python -m tests.builders.template_inputs` writes the tables again.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

DIRECTORY = Path(__file__).parent.parent.parent / "ci-templates"
README = DIRECTORY / "README.md"
NAMES = ("examples.yml", "assignments.yml")


def load(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs by name, and jobs by name (hidden ones too), of a template."""
    text = (DIRECTORY / name).read_text(encoding="utf-8")
    # `key: $[[ inputs.x ]]` is a list of a list to YAML until GitLab has put the value in.
    head, jobs = yaml.safe_load_all(re.sub(r"(: )(\$\[\[.*?\]\])$", r'\1"\2"', text, flags=re.MULTILINE))
    return head["spec"]["inputs"], jobs


def table(name: str) -> str:
    """The inputs of a template as a Markdown table."""
    inputs, _ = load(name)
    rows = [
        f"| `{key}` | {_default(entry)} | {entry['description']}{_options(entry)} |"
        for key, entry in inputs.items()
    ]
    return "\n".join(["| input | default | what it says |", "|---|---|---|", *rows])


def with_tables(text: str) -> str:
    """`text` of the README with each table as it follows from its template."""
    for name in NAMES:
        begin, end = f"<!-- inputs of {name} -->\n", "\n<!-- end -->"
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        text = head + begin + table(name) + end + tail
    return text


def _default(entry: dict[str, Any]) -> str:
    if "default" not in entry:
        return "must be given"
    default = entry["default"]
    if default == "":
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _options(entry: dict[str, Any]) -> str:
    options = [f"`{option}`" for option in entry.get("options", []) if option]
    return f" One of {', '.join(options)}." if options else ""


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
