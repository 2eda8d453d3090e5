from __future__ import annotations

from pathlib import Path

from tests.builders.command_line import answer, courseline, example, write


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
        "cut.py": ("3-cut", "without its solutions"),
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
