"""A whole repository is looked through: what leaked is named with where it is and since when; clean ones raise no alarm."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.builders.git_http import serve_git
from tests.builders.leaked import (
    NOTES,
    SOLUTION,
    TEMPLATE,
    TEST,
    found_as,
    mean_example,
    only,
    scan,
    student_files,
)
from tests.builders.repositories import Content, build_repository, git
from tests.builders.small_course import HELLO
from tests.builders.template_course import TemplateCourse, change

from courseline.domain.students.scan.sought import seek
from courseline.usecases.neighbours import no_progress
from courseline.usecases.students.known_examples import examples_of_library
from courseline.usecases.students.scan_repository import scan_repository

CLEAN = student_files()
HERE = "week1/mean/main.py"


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def notebook(*sources: str, outputs: str = "") -> str:
    cells = [
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": source.splitlines(keepends=True),
         "outputs": [{"output_type": "stream", "name": "stdout", "text": outputs.splitlines(keepends=True)}]}
        for source in sources
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


class TestClean:
    def test_what_students_should_have_raises_no_alarm(self, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "r.git", [CLEAN, {**CLEAN, "more.txt": "more\n"}])
        scanned = scan(repository.path, tmp_path)
        assert (scanned.leaks, scanned.recovery) == ((), ())
        assert (scanned.examples, scanned.commits, scanned.refs) == (1, 2, 1)
        assert scanned.sees_unreachable

    def test_an_empty_repository_is_clean(self, tmp_path: Path) -> None:
        scanned = scan(build_repository(tmp_path / "r.git").path, tmp_path)
        assert (scanned.leaks, scanned.files) == ((), 0)

    def test_a_solution_written_otherwise_is_none_of_ours(self, tmp_path: Path) -> None:
        own = "def average(values):\n    return sum(values) / len(values)\n"
        repository = build_repository(tmp_path / "r.git", [{**CLEAN, HERE: own}])
        assert scan(repository.path, tmp_path).leaks == ()

    def test_what_an_example_gives_away_is_no_leak_where_another_hides_it(self, tmp_path: Path) -> None:
        words = "one two three four five six seven eight\n"
        files: dict[str, str | bytes] = {f"mean/{path}": text for path, text in mean_example().items()}
        files |= {"other/meta.yaml": "title: Other\n", "other/hidden-twin.txt": words}
        repository = build_repository(tmp_path / "r.git", [CLEAN])
        assert scan(repository.path, tmp_path, files).leaks == ()

    def test_media_that_a_text_links_to_are_no_leak(self, tmp_path: Path) -> None:
        image = b"\x89PNG\r\n" + bytes(range(256))
        files: dict[str, str | bytes] = {f"mean/{path}": text for path, text in mean_example().items()}
        files |= {"mean/README.md": "![a](mediaFiles/a.png)\n", "mean/content/mediaFiles/a.png": image}
        repository = build_repository(tmp_path / "r.git", [{**CLEAN, "week1/mean/mediaFiles/a.png": image}])
        assert scan(repository.path, tmp_path, files).leaks == ()


class TestWhere:
    def test_at_the_tip(self, tmp_path: Path) -> None:
        leaked = {**CLEAN, "week1/mean/tests/test_main.py": TEST}
        repository = build_repository(tmp_path / "r.git", [CLEAN, leaked, {**leaked, "a.txt": "a\n"}])
        leak = only(scan(repository.path, tmp_path))
        assert found_as(leak) == ("same-bytes", "tests/test_main.py")
        assert (str(leak.state), leak.paths) == ("tip", ("week1/mean/tests/test_main.py",))
        assert (leak.tip_refs, leak.history_refs) == (("refs/heads/main",), ())
        assert leak.since is not None
        assert (leak.since.sha, leak.since.subject) == (repository.commits[1], "Commit 2")

    def test_removed_later_it_is_in_the_history(self, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "r.git", [CLEAN, {**CLEAN, "notes.md": NOTES}, CLEAN])
        leak = only(scan(repository.path, tmp_path))
        assert (str(leak.state), leak.paths) == ("history", ("notes.md",))
        assert (leak.tip_refs, leak.history_refs) == ((), ("refs/heads/main",))
        assert leak.since is not None
        assert leak.since.sha == repository.commits[1]

    @pytest.mark.parametrize(
        "ref", ["refs/heads/solution", "refs/tags/v1.0", "refs/merge-requests/7/head", "refs/notes/commits"]
    )
    def test_only_under_another_ref(self, tmp_path: Path, ref: str) -> None:
        repository = build_repository(tmp_path / "r.git", [CLEAN, {**CLEAN, HERE: SOLUTION}])
        repository.git("update-ref", ref, repository.head)
        repository.git("update-ref", "refs/heads/main", repository.commits[0])
        leak = only(scan(repository.path, tmp_path))
        assert (str(leak.state), leak.tip_refs, leak.history_refs) == ("tip", (ref,), ())

    def test_an_annotated_tag_leads_to_its_commit(self, tmp_path: Path) -> None:
        repository = build_repository(
            tmp_path / "r.git", [{**CLEAN, HERE: SOLUTION}, CLEAN], annotated_tags={"v1": 0}
        )
        leak = only(scan(repository.path, tmp_path))
        assert (leak.tip_refs, leak.history_refs) == (("refs/tags/v1",), ("refs/heads/main",))

    def test_a_tag_on_the_file_itself(self, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "r.git", [CLEAN])
        blob = git(repository.path, "hash-object", "-w", "--stdin", feed=SOLUTION.encode())
        repository.git("update-ref", "refs/tags/answer", blob)
        leak = only(scan(repository.path, tmp_path))
        assert (str(leak.state), leak.tip_refs, leak.paths) == ("tip", ("refs/tags/answer",), ())

    def test_brought_by_a_merge(self, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "r.git", [CLEAN, {**CLEAN, "a.txt": "a\n"}])
        git(repository.path, "update-ref", "refs/heads/side", repository.commits[0])
        side = repository.commit({**CLEAN, "b.txt": "b\n", "notes.md": NOTES}, branch="side")
        tree = git(repository.path, "rev-parse", f"{side}^{{tree}}")
        merge = git(
            repository.path, "commit-tree", tree, "-p", repository.commits[1], "-p", side, "-m", "Merge"
        )
        repository.git("update-ref", "refs/heads/main", merge)
        leak = only(scan(repository.path, tmp_path))
        assert leak.tip_refs == ("refs/heads/main", "refs/heads/side")
        assert leak.since is not None
        assert leak.since.sha == side

    def test_in_commits_that_no_ref_reaches_any_more(self, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "r.git", [CLEAN, {**CLEAN, HERE: SOLUTION}])
        repository.git("update-ref", "refs/heads/main", repository.commits[0])
        leak = only(scan(repository.path, tmp_path))
        assert (str(leak.state), leak.paths) == ("unreachable", (HERE,))
        assert (leak.tip_refs, leak.history_refs) == ((), ())
        assert leak.since is not None
        assert leak.since.sha == repository.commits[1]

    def test_in_a_loose_object_of_no_commit(self, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "r.git", [CLEAN])
        git(repository.path, "hash-object", "-w", "--stdin", feed=TEST.encode())
        leak = only(scan(repository.path, tmp_path))
        assert (str(leak.state), leak.paths, leak.since) == ("unreachable", (), None)

    def test_unreachable_commits_that_lost_their_trees_are_warned_of(self, tmp_path: Path) -> None:
        repository = build_repository(tmp_path / "r.git", [CLEAN])
        lost = f"tree {'1' * 40}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nLost\n"
        git(
            repository.path,
            "hash-object",
            "--literally",
            "-w",
            "-t",
            "commit",
            "--stdin",
            feed=lost.encode(),
        )
        scanned = scan(repository.path, tmp_path)
        assert scanned.leaks == ()
        assert [problem.path for problem in scanned.warnings] == ["unreachable commits"]

    def test_in_a_work_tree_with_its_own_git_directory(self, tmp_path: Path) -> None:
        work = tmp_path / "work"
        git(tmp_path, "init", "-q", "-b", "main", str(work))
        (work / "main.py").write_text(SOLUTION)
        git(work, "add", ".")
        assert str(only(scan(work, tmp_path)).state) == "unreachable"  # staged, in no commit yet
        git(work, "commit", "-q", "-m", "All of it")
        assert str(only(scan(work, tmp_path)).state) == "tip"

    def test_in_the_message_of_a_commit(self, tmp_path: Path) -> None:
        repository = build_repository(
            tmp_path / "r.git", [CLEAN], messages=["Here it is\n\n" + SOLUTION.replace("\n", "\n    ")]
        )
        leak = only(scan(repository.path, tmp_path))
        assert (str(leak.kind), str(leak.state), leak.oid) == ("message", "tip", repository.head)
        assert found_as(leak)[1] == "main.py"


SHAPES: dict[str, tuple[str, Content, str]] = {
    "renamed": ("data/values.txt", SOLUTION, "same-bytes"),
    "CRLF": (HERE, SOLUTION.replace("\n", "\r\n"), "same-text"),
    "indented with tabs": (HERE, SOLUTION.replace("    ", "\t"), "same-text"),
    "UTF-16 with a mark": (HERE, SOLUTION.encode("utf-16"), "same-text"),
    "UTF-16 without a mark": (HERE, SOLUTION.encode("utf-16-le"), "same-text"),
    "UTF-8 with a mark": (HERE, SOLUTION.encode("utf-8-sig"), "same-text"),
    "in the middle of another file": (HERE, f"import sys\n\n{SOLUTION}\n\nprint(average(sys.argv))\n", "contained"),
    "in comments of the template": (
        HERE,
        TEMPLATE + "".join(f"# {line}\n" for line in SOLUTION.splitlines()),
        "contained",
    ),
    "without a few lines": (HERE, "\n".join(SOLUTION.split("\n")[:-2]) + "\n", "contained"),
    "in a cell of a notebook": ("n.ipynb", notebook("import math\n", SOLUTION), "contained"),
    "in an output of a notebook": ("n.ipynb", notebook("print(1)\n", outputs=SOLUTION), "contained"),
    "in a zip archive": ("all.zip", zipped({"x/main.py": SOLUTION}), "same-bytes"),
    "in an archive in an archive": (
        "all.zip",
        zipped({"inner.zip": zipped({"main.py": SOLUTION})}),
        "same-bytes",
    ),
    "gzipped": ("main.py.gz", gzip.compress(SOLUTION.encode()), "same-bytes"),
    "in base64": ("page.html", f'<a href="data:;base64,{base64.b64encode(SOLUTION.encode()).decode()}">', "same-bytes"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_solution_is_known_again(tmp_path: Path, shape: str) -> None:
    path, content, likeness = SHAPES[shape]
    repository = build_repository(tmp_path / "r.git", [{**CLEAN, path: content}])
    leak = only(scan(repository.path, tmp_path))
    assert found_as(leak) == (likeness, "main.py")
    assert leak.paths == (path,)


def test_a_latin_1_test_is_known_again_as_utf_8(tmp_path: Path) -> None:
    words = TEST + "# Überprüft größere Mengen, wie in der Übung besprochen\n"
    files: dict[str, str | bytes] = {f"mean/{path}": text for path, text in mean_example().items()}
    files["mean/tests/test_main.py"] = words.encode("latin-1")
    repository = build_repository(tmp_path / "r.git", [{**CLEAN, "check.py": words}])
    assert found_as(only(scan(repository.path, tmp_path, files))) == ("same-text", "tests/test_main.py")


def test_only_what_lies_between_markers_is_a_solution(tmp_path: Path) -> None:
    cut = "def area(width, height):\n    # BEGIN SOLUTION\n    return abs(width) * abs(height) + 0 * max(width, height)\n    # END SOLUTION\n"
    files: dict[str, str | bytes] = {
        "area/meta.yaml": "title: Area\nproperties:\n  studentSubmissionFiles: [area.py]\n",
        "area/area.py": cut,
    }
    given = "def area(width, height):\n"
    clean = build_repository(tmp_path / "clean.git", [{"area.py": given}])
    assert scan(clean.path, tmp_path, files).leaks == ()
    solved = given + "    return abs(width) * abs(height) + 0 * max(width, height)\n"
    leaked = build_repository(tmp_path / "leaked.git", [{"area.py": solved}])
    assert found_as(only(scan(leaked.path, tmp_path, files))) == ("contained", "area.py")


def test_a_canary_tells_which_file_it_comes_from(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"mean/{path}": text for path, text in mean_example().items()}
    files["mean/notes.md"] = NOTES + "COURSELINE-CANARY-mean-notes-1\n"
    text = "# Hello\n\nCOURSELINE-CANARY-mean-notes-1 and COURSELINE-CANARY-of-nobody\n"
    repository = build_repository(tmp_path / "r.git", [{**CLEAN, "README.md": text}])
    leak = only(scan(repository.path, tmp_path, files))
    assert [(str(trace.likeness), trace.known and trace.known.path, trace.line) for trace in leak.traces] == [
        ("canary", "notes.md", 3),
        ("canary", None, 3),
    ]


def test_signs_need_no_example(tmp_path: Path) -> None:
    marked = "a = 1\n# BEGIN SOLUTION\nb = 2\n# END SOLUTION\n"
    repository = build_repository(
        tmp_path / "r.git", [{"a.py": marked, "week1/x/.example-library": "{}\n"}, {"b.txt": "b\n"}]
    )
    scanned = scan(repository.path, tmp_path, {})
    assert [(leak.certain, leak.paths, leak.signs[0].rule, leak.signs[0].line) for leak in scanned.leaks] == [
        (False, ("a.py",), "markers", 2),
        (False, ("week1/x/.example-library",), "pointers", None),
    ]
    assert "--examples" in scanned.recovery[0]


def test_the_steps_name_what_is_to_be_done(tmp_path: Path) -> None:
    files = {**CLEAN, HERE: SOLUTION, "t.py": TEST}
    repository = build_repository(tmp_path / "r.git", [files])
    repository.git("update-ref", "refs/merge-requests/1/head", repository.head)
    scanned = scan(repository.path, tmp_path)
    text = "\n".join(scanned.recovery)
    for leak in scanned.leaks:
        assert leak.oid in text
    for word in (
        "filter-repo",
        "Remove blobs",
        "Forks",
        "merge requests",
        "another variant of mean",
        "inputs and expected",
    ):
        assert word in text, word


def test_over_http_all_refs_are_seen_and_what_none_reaches_is_said_not_to_be(tmp_path: Path) -> None:
    repository = build_repository(tmp_path / "r.git", [CLEAN, {**CLEAN, HERE: SOLUTION}, CLEAN])
    repository.git("update-ref", "refs/merge-requests/7/head", repository.commits[1])
    with serve_git(tmp_path) as server:
        scanned = scan(server.url("r.git"), tmp_path)
    leak = only(scanned)
    assert (leak.tip_refs, leak.history_refs) == (("refs/merge-requests/7/head",), ("refs/heads/main",))
    assert not scanned.sees_unreachable


def test_every_version_of_the_library_is_compared_with(published: TemplateCourse) -> None:
    earlier = HELLO["hello/hello.py"]
    published.sync(
        {"hello/hello.py": "# CANARY: another answer\ndef greet(name):\n    return 'Hi'\n"}, "v1.1"
    )
    sought = seek(examples_of_library(published.neighbours))
    assert sought.examples == 6
    with published.neighbours.git.whole(str(published.template)) as whole:
        assert scan_repository(whole, sought, no_progress).leaks == ()
    change(published.template, {"week1/hello/old.py": earlier})
    with published.neighbours.git.whole(str(published.template)) as whole:
        (leak,) = scan_repository(whole, sought, no_progress).leaks
    known = leak.traces[0].known
    assert known is not None
    assert (known.example, known.path) == ("examples:hello@v1.0", "hello.py")
