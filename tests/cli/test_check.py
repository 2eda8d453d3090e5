from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.builders.command_line import answer, courseline, example, write
from tests.builders.repositories import git

DEMO = Path(__file__).parent.parent.parent / "demo"
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n".format("a" * 64)
COURSE = """\
contentTypes:
  - {kind: assignment, slug: task, title: Task}
structure:
  - {path: hello, type: task, title: Hello, example: hello}
"""


def inside(directory: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{directory}/{path}": content for path, content in files.items()}


def found(document: dict) -> list[tuple[str, int | None]]:
    return [
        (problem["path"], problem["line"])
        for part in (*document["examples"], *document["files"])
        for problem in part["problems"]
    ]


def test_the_demo_is_fine():
    document = answer("check", DEMO / "examples")
    assert (document["exit"], document["checked"], document["fine"], document["errors"]) == (0, 3, 3, 0)
    assert courseline("check", DEMO / "examples").stdout == "All 3 examples are fine.\n"


def test_each_mistake_is_one_line_with_file_line_and_remedy():
    done = courseline("check", DEMO / "mistakes")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "functions-intro/meta.yaml:27: error: `additionalFiles` names `data/marks.csv`, which is not there."
        " Add the file, or remove the entry."
    )
    assert lines[-1] == "The example would be refused."


def test_without_a_directory_the_current_one_is_checked(tmp_path: Path):
    write(tmp_path, example())
    done = courseline("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "The example is fine.\n")


def test_nothing_found_is_an_error_that_says_what_is_expected(tmp_path: Path):
    (tmp_path / "lecture").mkdir()
    document = answer("check", tmp_path / "lecture")
    assert document["exit"] == 1
    assert document["error"]["message"] == "Checking lecture: there is nothing to check."
    (problem,) = document["error"]["problems"]
    assert problem["message"].startswith(
        "It has no meta.yaml at any depth, no course-structure.yaml and no deployment.yaml."
    )


def test_a_directory_that_is_not_there_is_a_usage_mistake(tmp_path: Path):
    document = answer("check", tmp_path / "nowhere")
    assert (document["exit"], document["command"]) == (2, "courseline check")
    assert "nowhere" in document["error"]["message"]


def test_check_needs_no_setting_and_minds_no_wrong_one(tmp_path: Path):
    write(tmp_path, example())
    wrong = {"COURSELINE_DATABASE_URL": "mysql://nobody", "COURSELINE_OBJECT_STORE": "s3://bucket"}
    assert courseline("check", tmp_path, settings=wrong).returncode == 0


def test_lfs_pointers_links_and_twins_are_found(tmp_path: Path):
    files = inside("a", {**example("same"), "data/words.txt": LFS}) | inside("b", example("same"))
    write(tmp_path, files)
    (tmp_path / "b" / "secret").symlink_to("/etc/passwd")
    document = answer("check", tmp_path)
    assert found(document) == [
        ("a/data/words.txt", 1),
        ("a/meta.yaml", 1),
        ("b/secret", None),
        ("b/meta.yaml", 1),
    ]
    messages = [problem["message"] for part in document["examples"] for problem in part["problems"]]
    assert "Git LFS pointer" in messages[0]
    assert "The identifier same is also that of b" in messages[1]
    assert "symbolic link" in messages[2]


def test_a_dependency_of_the_old_form_is_a_warning_with_the_new_one(tmp_path: Path):
    meta = "slug: hello\ntitle: Hello\nproperties:\n  testDependencies: [../tools/utils.py]\n"
    write(tmp_path, {**inside("hello", {"meta.yaml": meta}), **inside("tools", example("toolbox"))})
    document = answer("check", tmp_path)
    assert (document["exit"], document["warnings"]) == (0, 1)
    (problem,) = [problem for one in document["examples"] for problem in one["problems"]]
    assert (problem["path"], problem["line"]) == ("hello/meta.yaml", 4)
    assert "Write `{example: toolbox, files: [utils.py]}`." in problem["message"]


def test_what_a_sync_would_find_too_large_is_found_without_reading_it(tmp_path: Path):
    write(
        tmp_path,
        inside("large", example()) | inside("wordy", example("wordy")) | inside("fine", example("fine")),
    )
    with (tmp_path / "large" / "data.bin").open("wb") as file:
        file.truncate(501 * 1024 * 1024)
    with (tmp_path / "wordy" / "meta.yaml").open("ab") as file:
        file.truncate(2 * 1024 * 1024)
    document = answer("check", tmp_path)
    assert found(document) == [("large/data.bin", None), ("large/meta.yaml", None), ("wordy/meta.yaml", None)]
    messages = [problem["message"] for one in document["examples"] for problem in one["problems"]]
    assert "The file has 501 MiB; at most 100 MiB are published." in messages[0]
    assert "at most 500 MiB are published" in messages[1]
    assert "The file has more than 1048576 bytes." in messages[2]


def test_what_a_link_leads_to_is_never_read(tmp_path: Path):
    outside = write(tmp_path / "outside", example("outside"))
    write(tmp_path / "here", example())
    (tmp_path / "here" / "more").symlink_to(outside, target_is_directory=True)
    document = answer("check", tmp_path / "here")
    assert [one["identifier"] for one in document["examples"]] == ["hello"]
    assert found(document) == [("more", None)]


def test_a_solution_listed_as_additional_file_under_another_name_is_refused(tmp_path: Path):
    files = example()
    files["data/words.txt"] = files["main.py"]
    document = answer("check", write(tmp_path, files))
    assert document["exit"] == 1
    assert found(document) == [("data/words.txt", None)]
    assert "solution main.py of this example" in document["examples"][0]["problems"][0]["message"]


def test_an_unpaired_marker_is_found_in_the_file_students_get(tmp_path: Path):
    files = example() | {"studentTemplates/main.py": "def answer():\n    # BEGIN SOLUTION\n    return 42\n"}
    document = answer("check", write(tmp_path, files))
    assert document["exit"] == 1
    assert found(document) == [("studentTemplates/main.py", 2)]


def test_warnings_are_shown_and_do_not_fail(tmp_path: Path):
    files = example()
    files["meta.yaml"] = files["meta.yaml"].replace("title:", "descripton: a\ntitle:")
    done = courseline("check", write(tmp_path, files))
    assert done.returncode == 0
    assert "meta.yaml:2: warning: `descripton` is not known" in done.stdout
    assert done.stdout.endswith("The example is fine.\n")


def test_files_that_git_ignores_are_passed_over_and_new_ones_are_not(tmp_path: Path):
    git(tmp_path, "init", "-q")
    write(tmp_path, inside("kept", example("kept")) | inside("build/old", example("old")))
    write(tmp_path, {".gitignore": "build/\n"})
    git(tmp_path, "add", ".gitignore")
    assert [one["identifier"] for one in answer("check", tmp_path)["examples"]] == ["kept"]


def test_a_work_tree_whose_configuration_names_a_program_does_not_start_it(tmp_path: Path):
    git(tmp_path, "init", "-q")
    write(tmp_path, example())
    trap = tmp_path / "trap"
    trap.write_text('#!/bin/sh\ntouch "$(dirname "$0")/sprung"\n')
    trap.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(trap))
    answer("check", tmp_path)
    assert not (tmp_path / "sprung").exists()


def test_a_course_file_is_checked_with_its_directories(tmp_path: Path):
    write(tmp_path, {"course-structure.yaml": COURSE + "  - {path: hello, type: task}\n"})
    document = answer("check", tmp_path)
    assert [(file["path"], file["fine"]) for file in document["files"]] == [("course-structure.yaml", False)]
    assert found(document) == [("course-structure.yaml", 5)]


def test_both_course_files_of_the_demo_are_fine_with_the_address_that_create_course_fills_in(tmp_path: Path):
    text = (DEMO / "course" / "deployment.yaml").read_text(encoding="utf-8")
    filled = text.replace(
        "    source:\n", "    source:\n      url: https://gitlab.example.org/uni/assignments.git\n"
    )
    structure = (DEMO / "course" / "course-structure.yaml").read_text(encoding="utf-8")
    write(tmp_path, {"deployment.yaml": filled, "course-structure.yaml": structure})
    done = courseline("check", tmp_path)
    assert done.stdout == "deployment.yaml: fine\ncourse-structure.yaml: fine\n"


def test_a_course_may_hold_one_example_twice_and_its_tracking_files(tmp_path: Path):
    text = COURSE + "  - {path: again, type: task, title: Again, example: hello}\n"
    files = {"course-structure.yaml": text, "hello/.example-library": "{}\n"}
    write(tmp_path, files | inside("hello", example()) | inside("again", example()))
    document = answer("check", tmp_path)
    assert (document["exit"], document["fine"], document["checked"]) == (0, 3, 3)


def test_outside_of_a_course_a_tracking_file_is_refused(tmp_path: Path):
    write(tmp_path, example() | {".example-library": "{}\n"})
    assert found(answer("check", tmp_path)) == [(".example-library", None)]


def test_a_place_with_files_and_no_meta_yaml_is_named(tmp_path: Path):
    write(tmp_path, {"course-structure.yaml": COURSE, "hello/main.py": "print()\n"})
    document = answer("check", tmp_path)
    assert found(document) == [("course-structure.yaml", 4)]
    assert "`hello/meta.yaml`" in document["files"][0]["problems"][0]["message"]


def test_a_move_is_believed_where_no_course_can_be_asked(tmp_path: Path):
    write(tmp_path, {"course-structure.yaml": COURSE.replace("type:", "movedFrom: week1, type:")})
    document = answer("check", tmp_path)
    assert (document["exit"], document["errors"], document["warnings"]) == (0, 0, 0)


def with_exception(path: str, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return COURSE + f"exceptions:\n  - {{path: {path}, sha256: {digest}, reason: it is the task, by: Ada}}\n"


def test_a_reviewed_exception_of_the_course_admits_the_file(tmp_path: Path):
    text = "To resolve:\n<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs\n"
    write(
        tmp_path, {"course-structure.yaml": COURSE, **inside("hello", example() | {"data/words.txt": text})}
    )
    before = answer("check", tmp_path)
    assert (before["exit"], {path for path, _ in found(before)}) == (1, {"hello/data/words.txt"})
    write(tmp_path, {"course-structure.yaml": with_exception("hello/data/words.txt", text)})
    assert answer("check", tmp_path)["exit"] == 0


def test_no_exception_admits_the_content_of_a_test(tmp_path: Path):
    table = "a,b\n" + "".join(f"{number},{number * number}\n" for number in range(20))
    files = inside("hello", example() | {"data/words.txt": table, "tests/test_main.py": table})
    write(tmp_path, {"course-structure.yaml": with_exception("hello/data/words.txt", table), **files})
    document = answer("check", tmp_path)
    assert (document["exit"], ("hello/data/words.txt", None) in found(document)) == (1, True)


@pytest.mark.parametrize("broken", ["meta.yaml", "course-structure.yaml"])
def test_a_file_that_is_no_yaml_is_a_problem_with_its_line(tmp_path: Path, broken: str):
    write(tmp_path, {"course-structure.yaml": COURSE, **inside("hello", example())})
    name = broken if broken == "course-structure.yaml" else f"hello/{broken}"
    write(tmp_path, {name: "a: 1\nb: [\n"})
    document = answer("check", tmp_path)
    assert document["exit"] == 1
    assert {path for path, _ in found(document)} == {name}
