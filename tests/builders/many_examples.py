"""Hundreds of made-up examples in every shape the rules know, each hidden file with a canary of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.builders.repositories import Content

CANARY = "CANARY"


def many_examples(count: int, seed: int = 7, *, more_files: int = 0) -> dict[str, Content]:
    """Files of `count` examples `example-0000` and so on.

    Args:
        count: how many.
        seed: of the random choices.
        more_files: further public and hidden files of each example.
    """
    files: dict[str, Content] = {}
    for number in range(count):
        chosen = random.Random(f"{seed}-{number}")
        for path, content in _example(number, chosen, more_files):
            files[f"example-{number:04}/{path}"] = content
    return files


def course_of(count: int, version: str = "v1.0") -> str:
    """The structure of a course with a place for each example, twenty a week."""
    lines: list[str] = []
    for number in range(count):
        week = f"week{number // 20 + 1}"
        if number % 20 == 0:
            lines.append(f"  - path: {week}\n    type: week\n    title: {week.title()}\n    content:\n")
        lines.append(
            f"      - {{path: {week}.task{number:04}, type: assignment, example: example-{number:04}, version: {version}}}\n"
        )
    return "".join(lines)


def _example(number: int, chosen: random.Random, more_files: int) -> Iterator[tuple[str, Content]]:
    counter = iter(range(1_000_000))

    def hidden(text: str) -> str:
        return f"# {CANARY}-{number}-{next(counter)}: nothing for students\n{text}\n"

    submissions, additional, tests, templates = ["main.py"], [], ["tests/test_main.py"], []
    way = chosen.choice(["template", "renamed template", "markers", "empty"])
    if way == "markers":
        sign = chosen.choice(["#", "//", "--", "%"])
        begin, end = chosen.choice([("BEGIN SOLUTION", "END SOLUTION"), ("solution begin", "Solution End")])
        yield "main.py", f"def task_{number}():\n{sign} {begin}\n{hidden('return 1')}{sign} {end}\n"
    else:
        yield "main.py", hidden(f"def task_{number}():\n    return {number}")
    if way == "template":
        templates.append("studentTemplates/main.py")
        yield "studentTemplates/main.py", f"def task_{number}():\n    '''Write this.'''\n"
    elif way == "renamed template":
        templates.append("{from: start/begin.py, to: main.py}")
        yield "start/begin.py", f"def task_{number}():\n    '''Write this one.'''\n"
        yield "start/main.py", hidden("the twin with the template's directory")
    if chosen.random() < 0.5:
        submissions.append("lib/extra.py")
        yield "lib/extra.py", hidden(f"EXTRA = {number}")
    if chosen.random() < 0.5:
        additional.append("data/")
        yield "data/words.txt", f"words of example {number}, for everybody to read\n"
        yield "data/.cache", hidden("a file whose name begins with a dot")
        if chosen.random() < 0.5:
            tests.append("data/expected.txt")
            yield "data/expected.txt", hidden(f"expected {number}")
    else:
        additional.append("data/words.txt")
        yield "data/words.txt", f"words of example {number}, for everybody to read\n"
        yield "data/answers.txt", hidden(f"answers {number}")
    if chosen.random() < 0.5:
        tests.append("checks/")
        yield "checks/deep/er/check.py", hidden(f"assert {number}")
    yield "tests/test_main.py", hidden(f"assert task_{number}() == {number}")
    yield "tests/README.md", hidden("how the tests work")
    yield "notes.md", hidden("what to say in the lecture")
    yield (
        "content/index.md",
        f"# Task {number}\n\n![drawing](mediaFiles/drawing.svg) and `mediaFiles/hidden.svg`\n",
    )
    yield "content/mediaFiles/drawing.svg", f"<svg><title>drawing {number} of the task</title></svg>\n"
    yield "content/mediaFiles/hidden.svg", hidden("<svg/>")
    for extra in range(more_files):
        yield f"more/{extra}.txt", hidden(f"more {extra}")
    lists = {
        "studentSubmissionFiles": submissions,
        "additionalFiles": additional,
        "testFiles": tests,
        "studentTemplates": templates,
    }
    properties = "".join(f"  {key}: [{', '.join(entries)}]\n" for key, entries in lists.items() if entries)
    comment = f"# {CANARY}-{number}: comments are for lecturers\n"
    yield (
        "meta.yaml",
        f"{comment}slug: example-{number:04}\ntitle: Example {number}\nproperties:\n{properties}",
    )
