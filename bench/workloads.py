"""Made-up repositories of any size, written by `git fast-import`: a commit of 50,000 files takes a second."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measure import ENVIRONMENT

FILES = 10
"""Files of an example."""

META = """\
slug: {name}
title: Example {name}
properties:
  studentSubmissionFiles: [main.py]
  additionalFiles: [data/]
  testFiles: [tests/test_main.py]
  studentTemplates: [studentTemplates/main.py]
"""
HEADER = """\
contentTypes:
  - {kind: unit, slug: week, title: Week}
  - {kind: assignment, slug: assignment, title: Assignment}
allowRemovals: 100000
structure:
"""
DEPLOYMENT = """\
organization: {{path: uni, name: University}}
courseFamily: {{path: python, name: Python}}
course:
  path: bench
  name: Bench
  settings:
    source: {{url: "{assignments}"}}
    studentTemplate: {{url: "{template}"}}
"""
PER_WEEK = 20


def name_of(number: int) -> str:
    """The example's directory and identifier."""
    return f"ex-{number:05d}"


def example(number: int, edition: int, count: int = FILES) -> dict[str, bytes]:
    """Files of an example by path in the repository.

    Another edition changes each of them but meta.yaml and the template: students may have begun to work on that, so a
    template that changes holds its place back until the course file lets it.
    """
    name = name_of(number)

    def text(what: str) -> bytes:
        lines = "".join(f"{what} of {name}, edition {edition}, line {line}\n" for line in range(12))
        return lines.encode()

    files = {
        "meta.yaml": META.format(name=name).encode(),
        "README.md": f"# {name}, edition {edition}\n".encode(),
        "main.py": text("answer = 'solution") + b"'\n",
        "studentTemplates/main.py": f"def task_{number}():\n    '''Write task {number} of the course.'''\n".encode(),
        "tests/test_main.py": text("assert 'test"),
        "notes.md": text("What to say in the lecture"),
    }
    files |= {f"data/words{one}.txt": text(f"Words {one}") for one in range(count - len(files))}
    return {f"{name}/{path}": content for path, content in files.items()}


def examples(numbers: range, edition: int, count: int = FILES) -> dict[str, bytes]:
    """Files of several examples of `count` files each."""
    return {path: data for number in numbers for path, data in example(number, edition, count).items()}


def make_repository(path: Path) -> Path:
    """An empty bare repository."""
    git(path.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    git(path, "config", "uploadpack.allowFilter", "true")
    git(path, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(path, "config", "gc.auto", "0")
    return path


def commit(repository: Path, files: Mapping[str, bytes], tag: str | None = None) -> str:
    """Commit files on top of `main`, and tag that; answers the commit's id."""
    parent = git(repository, "for-each-ref", "--format=%(objectname)", "refs/heads/main")
    return git(
        repository, "fast-import", "--quiet", "--date-format=raw", feed=b"".join(_stream(files, parent, tag))
    )


def structure(places: Mapping[int, int], more: str = "") -> dict[str, bytes]:
    """The course file with a place for each example, by number -> edition of it that is wished for."""
    lines = [HEADER]
    weeks = sorted({number // PER_WEEK for number in places})
    for week in weeks:
        lines.append(f"  - path: week{week}\n    type: week\n    title: Week {week}\n    content:\n")
        lines += [
            f"      - {{path: week{week}.task{number}, type: assignment, title: Task {number},"
            f" example: {name_of(number)}, version: v1.{places[number]}}}\n"
            for number in range(week * PER_WEEK, (week + 1) * PER_WEEK)
            if number in places
        ]
    return {"course-structure.yaml": ("".join(lines) + more).encode()}


def git(directory: Path, *arguments: str, feed: bytes = b"") -> str:
    """Output of git in a directory.

    Raises:
        subprocess.CalledProcessError: it ended with another exit code than 0.
    """
    done = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env={
            **ENVIRONMENT,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        },
        input=feed,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def _stream(files: Mapping[str, bytes], parent: str, tag: str | None) -> Iterator[bytes]:
    at = 1_767_225_600
    yield (
        b"commit refs/heads/main\nmark :1\ncommitter Ada Lovelace <ada@example.org> %d +0000\ndata 5\nwork\n\n"
        % at
    )
    if parent:
        yield f"from {parent}\n".encode()
    for path, content in files.items():
        yield f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
    if tag is not None:
        yield f"\nreset refs/tags/{tag}\nfrom :1\n".encode()
    yield b"get-mark :1\ndone\n"
