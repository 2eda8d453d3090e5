"""Dependencies written as relative paths, as old courses do: `../variables-basics` or `../variables-basics/utils.py`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from courseline.domain.library.meta import DependencyReference
from courseline.domain.paths import printable
from courseline.errors import Problem, Severity

_META_FILE = "meta.yaml"


def legacy_targets(directory: str, as_written: str) -> list[tuple[str, str | None]]:
    """What a relative path may mean, most specific first.

    Args:
        directory: of the example that has the dependency, in its repository.
        as_written: the reference.

    Returns:
        Pairs of an example's directory and a file in it (None for the example as a whole); empty when the reference
        is no relative path or leaves the repository.
    """
    if "/" not in as_written or ":" in as_written or as_written.startswith("/"):
        return []
    path = posixpath.normpath(posixpath.join(directory, as_written))
    if path == "." or path.startswith(".."):
        return []
    targets: list[tuple[str, str | None]] = [(path, None)]
    parts = path.split("/")
    targets += [
        ("/".join(parts[:length]), "/".join(parts[length:])) for length in range(len(parts) - 1, 0, -1)
    ]
    return targets


def legacy_warnings(
    references: Iterable[DependencyReference], directory: str, examples: Mapping[str, str]
) -> list[Problem]:
    """Name the relative paths among an example's dependencies: what each is read as, and how to write it today.

    Args:
        references: of its meta.yaml.
        directory: of the example in its repository.
        examples: identifier of each example of the repository, by its directory.

    Returns:
        Warnings about meta.yaml.
    """
    named = {*examples, *examples.values()}
    warnings: list[Problem] = []
    for reference in references:
        written = reference.as_written
        if written in named:
            continue
        targets = (
            (path, file)
            for path, file in legacy_targets(directory, written)
            if path in examples.keys() - {directory}
        )
        path, file = next(targets, (None, None))
        if path is None and not written.startswith(("./", "../")):
            continue
        message = f"`{printable(written)}` is the old form of a dependency, a relative path, and "
        if path is None:
            message += "there is no example of this repository."
            fix = "Write the identifier of the example, as in `variables-basics`."
        else:
            name = examples[path]
            message += (
                f"is read as {f'the file `{printable(file)}` of ' if file else ''}the example `{name}`."
            )
            listed = [file] if file else reference.files
            new = f"{{example: {name}, files: [{', '.join(listed)}]}}" if listed is not None else name
            fix = f"Write `{printable(new)}`."
        warnings.append(Problem(_META_FILE, reference.line, message, Severity.WARNING, fix))
    return warnings
