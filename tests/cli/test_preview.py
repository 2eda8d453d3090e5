from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.builders.command_line import answer, courseline, example, write
from tests.builders.notebooks import code, graded, notebook, text


def test_every_file_comes_with_its_rule_and_everything_else_with_its_role(tmp_path: Path):
    write(tmp_path, example() | {"notes.txt": "for the lecture\n"})
    document = answer("preview", tmp_path, "--as", "student")
    (hello,) = document["examples"]
    assert (document["as"], document["refused"], hello["identifier"]) == ("student", 0, "hello")
    assert [(file["path"], file["rule"], file["reason"]) for file in hello["files"]] == [
        ("README.md", "1", "task text"),
        ("data/words.txt", "2", "listed in additionalFiles"),
        ("main.py", "3-template", "from the template studentTemplates/main.py"),
        ("meta.yaml", "4", "shortened to what concerns students"),
    ]
    assert [(file["path"], file["role"]) for file in hello["hidden"]] == [
        ("main.py", "submission"),
        ("meta.yaml", "other"),
        ("notes.txt", "other"),
        ("tests/test_main.py", "test"),
    ]
    assert hello["dependencies"] == []


def test_the_other_rules_in_words(tmp_path: Path):
    files = {
        "meta.yaml": (
            "title: A\nproperties:\n  studentSubmissionFiles: [cut.py, new.txt]\n  additionalFiles: [data/]\n"
        ),
        "content/index.md": "![a](mediaFiles/a.svg)\n",
        "content/mediaFiles/a.svg": "<svg/>\n",
        "content/mediaFiles/unused.svg": "<svg>no</svg>\n",
        "data/one.txt": "one\n",
        "cut.py": "def f():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n",
    }
    (one,) = answer("preview", write(tmp_path / "an-example", files))["examples"]
    assert one["identifier"] == "an-example"
    assert {file["path"]: (file["rule"], file["reason"]) for file in one["files"]} == {
        "README.md": ("1", "task text, from content/index.md"),
        "mediaFiles/a.svg": ("1", "the task text links to it"),
        "data/one.txt": ("2", "below data/ of additionalFiles"),
        "cut.py": ("3-cut", "without its solutions: lines 2-4"),
        "new.txt": ("3-empty", "empty: no template, no solution markers"),
        "meta.yaml": ("4", "shortened to what concerns students"),
    }
    reasons = {file["path"]: file["reason"] for file in one["hidden"]}
    assert reasons["content/mediaFiles/unused.svg"] == "no task text links to it"
    assert reasons["cut.py"] == "a solution: students begin with what is left without the solutions"


def test_a_refused_example_shows_no_file_and_ends_1(tmp_path: Path):
    broken = example("broken") | {"data/words.txt": "# BEGIN SOLUTION\n"}
    write(tmp_path / "fine", example("fine"))
    write(tmp_path / "broken", broken)
    document = answer("preview", tmp_path)
    first, second = document["examples"]
    assert (document["exit"], document["refused"]) == (1, 1)
    assert (first["refused"], first["files"], first["hidden"]) == (True, [], [])
    assert first["problems"][0]["path"] == "broken/data/words.txt"
    assert second["refused"] is False
    assert "Students would get nothing of it." in courseline("preview", tmp_path).stdout


def test_what_dependencies_bring_is_said_to_be_unknown(tmp_path: Path):
    files = example()
    files["meta.yaml"] += "  testDependencies: [variables-basics, ../tools]\n"
    write(tmp_path, files)
    assert answer("preview", tmp_path)["examples"][0]["dependencies"] == ["variables-basics", "../tools"]
    assert courseline("preview", tmp_path).stdout.endswith(
        "\n  Files of variables-basics, ../tools are added at deployment; which ones, only the library knows.\n"
    )


def test_no_example_is_an_error(tmp_path: Path):
    document = answer("preview", tmp_path)
    assert document["exit"] == 1
    assert document["error"]["message"].endswith("there is none.")


def test_people_read_a_table_with_whole_paths(tmp_path: Path):
    long = "data/" + "a" * 150 + ".txt"
    files = example() | {long: "x\n"}
    files["meta.yaml"] = files["meta.yaml"].replace("[data/words.txt]", f"[{long}]")
    shown = courseline("preview", write(tmp_path, files)).stdout
    assert f"  {long}  2           listed in additionalFiles\n" in shown


def test_one_file_is_printed_as_students_would_get_it(tmp_path: Path):
    marked = "# größte\n# BEGIN SOLUTION\nx\n# END SOLUTION\n".encode("latin-1")
    meta = "title: A\nproperties: {studentSubmissionFiles: [a.py, sub/b.py]}\n"
    write(tmp_path / "one", {"meta.yaml": meta, "a.py": marked, "sub/b.py": "y = 1\n"})
    write(tmp_path / "two", {"meta.yaml": meta, "a.py": marked, "sub/b.py": "y = 1\n"})
    printed = subprocess.run(
        [
            sys.executable,
            "-c",
            "from courseline.cli.main import main; main()",
            "preview",
            tmp_path,
            "--file",
            "one/a.py",
        ],
        capture_output=True,
        check=True,
    ).stdout
    assert printed == "# größte\nraise NotImplementedError\n".encode("latin-1")
    assert answer("preview", tmp_path / "one", "--file", "sub/b.py")["file"] == {
        "path": "sub/b.py",
        "content": "",
    }
    assert "one/a.py, two/a.py" in answer("preview", tmp_path, "--file", "a.py")["error"]["message"]
    missing = answer("preview", tmp_path, "--file", "tests/test_a.py")
    assert (missing["exit"], missing["error"]["message"]) == (
        1,
        "Showing tests/test_a.py: Students would get no file of this path.",
    )


def test_of_a_notebook_the_cells_that_were_cut_are_named(tmp_path: Path):
    marked = "### BEGIN SOLUTION\nx = 42\n### END SOLUTION\n"
    write(
        tmp_path,
        {
            "meta.yaml": "title: A\nproperties: {studentSubmissionFiles: [a.ipynb]}\n",
            "a.ipynb": notebook(text("Why?"), code(marked), code("y", nbgrader=graded(solution=True))),
        },
    )
    (one,) = answer("preview", tmp_path)["examples"]
    assert one["files"][0]["reason"] == "without its solutions: cells 2, 3"


def test_an_author_is_warned_of_python_that_does_not_compile_without_its_solution(tmp_path: Path):
    meta = "title: A\nproperties: {studentSubmissionFiles: [a.py, b.py, old.py]}\n"
    within = "x = [\n    # BEGIN SOLUTION\n    1,\n    # END SOLUTION\n]\n"
    whole = "def f():\n    # BEGIN SOLUTION\n    return '\\d'\n    # END SOLUTION\n"
    old = "# BEGIN SOLUTION\nprint 1\n# END SOLUTION\nprint 2\n"
    write(tmp_path, {"meta.yaml": meta, "a.py": within, "b.py": whole, "old.py": old})
    document = answer("preview", tmp_path)
    (problem,) = document["examples"][0]["problems"]
    assert (document["exit"], problem["path"], problem["severity"]) == (0, "a.py", "warning")
    assert "does not compile (invalid syntax, line 2), once lines 2-4 are cut out" in problem["message"]
