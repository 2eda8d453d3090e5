"""What lecturers get wrong and attackers try: each is refused by name and place, and all that is right is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.builders.library import example_files
from tests.builders.outputs import job_environment, run_job, run_text
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import Content, build_repository

from courseline.adapters.database.database import PostgresDatabase

META = "title: Bad\nproperties:\n  additionalFiles:\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b]\ntitle: Bad\n"


@dataclass(frozen=True)
class Case:
    """Files beside a good example, and what is said about them.

    Attributes:
        files: in the directory `bad` unless they name another.
        told: `file:line: ` as shown, and a part of the message, for each problem that must be told.
    """

    files: Mapping[str, Content]
    told: tuple[tuple[str, str], ...]


def meta(text: str, **more: Content) -> dict[str, Content]:
    return {"bad/meta.yaml": text, **{f"bad/{name}": content for name, content in more.items()}}


def beside(files: Mapping[str, Content], directory: str = "bad") -> dict[str, Content]:
    return {**example_files(directory), **{f"{directory}/{name}": content for name, content in files.items()}}


CASES = {
    "broken YAML": Case(
        meta("title: Bad\nproperties: [unclosed\nkind: x\n"), (("bad/meta.yaml:2: ", "is not closed"),)
    ),
    "tab": Case(meta("title: Bad\nproperties:\n\ttestFiles: []\n"), (("bad/meta.yaml:3: ", "tab"),)),
    "alias bomb": Case(
        meta(BOMB),
        (("bad/meta.yaml:1: ", "anchor"), ("bad/meta.yaml:2: ", "alias"), ("bad/meta.yaml:3: ", "alias")),
    ),
    "300 KiB": Case(
        meta("title: Bad\ndescription: |\n" + "  words and more words\n" * 14_000),
        (("bad/meta.yaml: ", "bytes; at most 262144"),),
    ),
    "3,000 nested brackets": Case(
        meta("title: Bad\nx: " + "[" * 3000 + "]" * 3000 + "\n"), (("bad/meta.yaml:2: ", "20 deep"),)
    ),
    "300 nested blocks": Case(
        meta("title: Bad\nx:\n" + "".join(f"{' ' * n}- \n" for n in range(300))),
        (("bad/meta.yaml:22: ", "20 deep"),),
    ),
    "duplicate keys": Case(
        meta("title: Bad\nlanguage: en\ntitle: Worse\n"),
        (("bad/meta.yaml:3: ", "second time, first in line 1"),),
    ),
    "tag": Case(meta("title: !!python/object/apply:os.system [id]\n"), (("bad/meta.yaml:1: ", "a tag"),)),
    "not UTF-8": Case(meta(b"title: Gr\xfc\xdfe\n"), (("bad/meta.yaml:1: ", "not UTF-8"),)),  # type: ignore[arg-type]
    "empty file": Case(meta(""), (("bad/meta.yaml:1: ", "empty"),)),
    "a list": Case(meta("- title\n"), (("bad/meta.yaml:1: ", "mapping"),)),
    "missing listed file": Case(
        meta(META + "    - data.txt\n    - more.txt\n", **{"data.txt": "1\n"}),
        (("bad/meta.yaml:5: ", "`more.txt`, which is not there"),),
    ),
    "parent path": Case(
        meta(META + "    - ../hello/main.py\n"), (("bad/meta.yaml:4: ", "leaves the directory"),)
    ),
    "inner parent path": Case(
        meta(META + "    - a/../../b\n"), (("bad/meta.yaml:4: ", "leaves the directory"),)
    ),
    "absolute path": Case(meta(META + "    - /etc/passwd\n"), (("bad/meta.yaml:4: ", "is absolute"),)),
    "drive path": Case(meta(META + "    - C:\\x\n"), (("bad/meta.yaml:4: ", "is absolute"),)),
    "pattern": Case(meta(META + "    - '*.py'\n"), (("bad/meta.yaml:4: ", "patterns are not expanded"),)),
    "symlink": Case(
        beside({"secret.txt": ("120000", "/etc/passwd")}), (("bad/secret.txt: ", "symbolic link"),)
    ),
    "symlinked directory": Case(beside({"up": ("120000", "..")}), (("bad/up: ", "symbolic link"),)),
    "submodule": Case(beside({"lib": ("160000", "c" * 40)}), (("bad/lib: ", "submodule"),)),
    "case twins": Case(beside({"Data.txt": "1\n", "data.txt": "2\n"}), (("bad/data.txt: ", "ignore case"),)),
    "directory case twins": Case(
        beside({"Data/a.txt": "1\n", "data/b.txt": "2\n"}), (("bad/data/b.txt: ", "ignore case"),)
    ),
    "separate accents": Case(beside({"u\u0308.txt": "1\n"}), (("bad/u\u0308.txt: ", "separate accents"),)),
    "Unicode twins": Case(
        beside({"stra\u00dfe.txt": "1\n", "strasse.txt": "2\n"}), (("bad/stra\u00dfe.txt: ", "ignore case"),)
    ),
    "reserved name": Case(beside({"aux.py": "1\n"}), (("bad/aux.py: ", "device on Windows"),)),
    "trailing dot": Case(beside({"end.": "1\n"}), (("bad/end.: ", "ends with a dot"),)),
    "backslash": Case(beside({"a\\b": "1\n"}), (("bad/a\\b: ", "Windows cannot store"),)),
    "newline in a name": Case(beside({"a\nb": "1\n"}), (("bad/a\\nb: ", "control"),)),
    "escape sequence in a name": Case(beside({"\x1b[31mred": "1\n"}), (("bad/\\x1b[31mred: ", "control"),)),
    "direction override in a name": Case(beside({"a\u202eb": "1\n"}), (("bad/a\\u202eb: ", "invisible"),)),
    "name that is not UTF-8": Case(beside({"\udcff.txt": "1\n"}), (("bad/\\xff.txt: ", "not UTF-8"),)),
    "long name": Case(beside({"x" * 256: "1\n"}), ((f"bad/{'x' * 256}: ", "256 bytes"),)),
    "newline in the directory": Case(example_files("bad\nname"), (("bad\\nname", "control"),)),
    "directory that is not UTF-8": Case(example_files("\udcff"), (("\\xff", "not UTF-8"),)),
    "markup in the directory": Case(
        beside({"aux": "1\n"}, "[bold]bad[/nope]"), (("[bold]bad[/nope]/aux: ", "device on Windows"),)
    ),
    "identifier that is none": Case(
        meta("title: Bad\nidentifier: Not One!\n"), (("bad/meta.yaml:2: ", "Not One!"),)
    ),
    "duplicate identifiers": Case(
        {
            **example_files("bad", meta="identifier: twin\n"),
            **example_files("bad2", meta="identifier: twin\n"),
        },
        (("bad/meta.yaml:1: ", "also that of bad2"), ("bad2/meta.yaml:1: ", "also that of bad")),
    ),
    "nested example": Case(
        {**example_files("bad"), **example_files("bad/inner")},
        (("bad/inner/meta.yaml: ", "examples do not nest"),),
    ),
    "tracking file": Case(
        beside({".example-library": "{}\n"}), (("bad/.example-library: ", "must not come"),)
    ),
    "git's own files": Case(beside({".gitmodules": "[x]\n"}), (("bad/.gitmodules: ", "Files of git"),)),
    "LFS pointer": Case(
        beside(
            {
                "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:"
                + "a" * 64
                + "\nsize 12345\n",
            }
        ),
        (("bad/big.bin:1: ", "12345 bytes kept elsewhere"),),
    ),
}


def numbered(number: int, case: Case) -> Case:
    """The case in a directory of its own, so that all of them are in one repository."""

    def own(text: str) -> str:
        return text.replace("bad", f"c{number:02}")

    return Case(
        {own(name): content for name, content in case.files.items()},
        tuple((own(where), own(part)) for where, part in case.told),
    )


NUMBERED = {name: numbered(number, case) for number, (name, case) in enumerate(CASES.items())}


@dataclass(frozen=True)
class Told:
    """What one sync of all cases and a good example said, for programs and for people, and what it left."""

    output: dict[str, Any]
    text: str
    identifiers: list[str]


@pytest.fixture(scope="module")
def told(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    directory = tmp_path_factory.mktemp("bad")
    files = {name: content for case in NUMBERED.values() for name, content in case.files.items()}
    source = build_repository(directory / "examples.git", [files | example_files("good")], tags={"v1.0": 0})
    with postgres.fresh() as url:
        env = job_environment(directory, url)
        args = ["--source", source.url, "--ref", "v1.0"]
        code, output, stderr = run_job("courseline-sync", args, env)
        assert (code, stderr) == (1, "")
        code, text, stderr = run_text("courseline-sync", args, env)
        assert (code, stderr) == (1, "")
        yield Told(output, text, stored(directory, url))


@pytest.mark.parametrize("case", NUMBERED.values(), ids=NUMBERED.keys())
def test_a_bad_example_is_refused_by_name_and_place(case: Case, told: Told) -> None:
    problems = [problem for example in told.output["examples"] for problem in example["problems"]]
    for where, part in case.told:
        assert any(place(problem).startswith(where) and part in problem["message"] for problem in problems), (
            problems
        )
        assert any(where in line and part in line for line in told.text.splitlines()), told.text


def place(problem: Mapping[str, Any]) -> str:
    return f"{problem['path']}:{problem['line']}: " if problem["line"] else f"{problem['path']}: "


def test_among_all_bad_examples_the_good_one_is_published_and_nothing_else_kept(told: Told) -> None:
    statuses = {example["directory"]: example["status"] for example in told.output["examples"]}
    assert statuses.pop("good") == "published"
    assert len(statuses) >= len(CASES)
    assert set(statuses.values()) == {"refused"}
    assert (told.output["published"], told.output["refused"]) == (1, len(statuses))
    assert told.identifiers == ["good"]


def test_every_refused_example_says_why(told: Told) -> None:
    refused = [example for example in told.output["examples"] if example["status"] == "refused"]
    assert [one["directory"] for one in refused if not one["problems"]] == []


def test_no_control_character_reaches_the_terminal(told: Told) -> None:
    assert [character for character in told.text if not character.isprintable() and character != "\n"] == []


def stored(directory: Path, database_url: str) -> list[str]:
    """Identifiers of what is in the library; the store holds objects of nothing else."""
    database = PostgresDatabase(database_url)
    with database.transaction() as rows:
        examples = {str(card.example.id): card.example.identifier for card in rows.library.cards()}
    database.close()
    kept = {path.name for path in (directory / "objects" / "repositories").glob("*/*")}
    assert kept == set(examples)
    return sorted(examples.values())


@pytest.mark.parametrize(
    ("commits", "tags", "kind", "part"),
    [
        pytest.param([], {}, "not_found", "the repository is empty", id="empty repository"),
        pytest.param([example_files()], {}, "not_found", "it has no tags", id="missing tag"),
        pytest.param([example_files()], {"v2.0": 0}, "not_found", "it has v2.0", id="other tag"),
        pytest.param(
            [{"a.txt": "1\n"}], {"v1.0": 0}, "invalid_input", "no directory has a meta.yaml", id="none"
        ),
        pytest.param([{}], {"v1.0": 0}, "invalid_input", "holds no files", id="no files"),
    ],
)
def test_a_repository_without_what_was_asked_for_is_told_in_one_sentence(
    commits: list[Mapping[str, Content]],
    tags: Mapping[str, int],
    kind: str,
    part: str,
    tmp_path: Path,
    database_url: str,
) -> None:
    source = build_repository(tmp_path / "examples.git", commits, tags=tags)
    env = job_environment(tmp_path, database_url)
    args = ["--source", source.url, "--ref", "v1.0"]
    code, output, _ = run_job("courseline-sync", args, env)
    assert (code, output["error"]["kind"]) == (1, kind)
    assert part in output["error"]["message"]
    code, stdout, stderr = run_text("courseline-sync", args, env)
    assert (code, stdout) == (1, "")
    assert part in stderr


@pytest.mark.parametrize(
    ("source", "code", "part"),
    [
        ("{tmp}/nowhere.git", 1, "nowhere.git"),
        ("{tmp}", 1, "{tmp}"),
        ("{tmp}/file.txt", 1, "file.txt"),
        ("ext::sh -c id", 1, "protocol"),
        ("ssh://git@git.example.org/a/b.git", 1, "COURSELINE_GIT_PROTOCOLS"),
        ("git@git.example.org:a/b.git", 1, "COURSELINE_GIT_PROTOCOLS"),
        ("--upload-pack=id", 1, "--upload-pack=id"),
        ("https://", 1, "https://"),
    ],
)
def test_a_source_that_is_no_repository_is_told_with_its_name(
    source: str, code: int, part: str, tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "file.txt").write_text("not a repository\n")
    env = job_environment(tmp_path, database_url)
    args = [f"--source={source.format(tmp=tmp_path)}", "--ref=v1.0"]
    found, output, _ = run_job("courseline-sync", args, env)
    assert found == code, output
    assert part.format(tmp=tmp_path) in output["error"]["message"]
    assert run_text("courseline-sync", args, env)[0] == code
