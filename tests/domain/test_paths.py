from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseline.domain.paths import (
    LONGEST_NAME,
    LONGEST_PATH,
    folded,
    listed_path_problem,
    ltree_problem,
    mode_problem,
    name_fault,
    path_problems,
    printable,
)

ORDINARY = [
    "meta.yaml",
    "src/main/java/Main.java",
    "content/mediaFiles/Übung 1.png",
    ".gitignore",
    "a b.txt",
    " leading space.txt",
    "Projekt (final).md",
    "数据/说明.txt",
    "100%.csv",
    "it's.txt",
    "communication.txt",
    "console.py",
    "com0",
    "null.txt",
    "emoji 😀.txt",
    "-rf",
    "pages/[slug].tsx",
]

HOSTILE = {
    "/etc/passwd": "absolute",
    "../x": "`..`",
    "a/../b": "`..`",
    "a/./b": "`.`",
    "a//b": "empty part",
    "a/": "empty part",
    "": "empty part",
    "a\nb": "control",
    "a\x1b[31m": "control",
    "a\x7f": "control",
    "a\u202eb": "invisible",
    "a\u200bb": "invisible",
    "a\u2028b": "invisible",
    "a\\b": "Windows",
    "c:x": "Windows",
    "CON": "device",
    "nul.txt": "device",
    "a/Com1.tar.gz": "device",
    "LPT9": "device",
    "aux .txt": "device",
    "prn ": "space",
    "a.": "dot",
    "a/b. ": "space",
    "caf\u0065\u0301": "NFC",
    ".git": "git itself",
    ".GIT/config": "git itself",
    "git~1": "git itself",
    "a\udcff": "not UTF-8",
    "n" * 256: "256 bytes",
    "ä" * 128: "256 bytes",
    "/".join(["n" * 200] * 4): "803 bytes",
}


@pytest.mark.parametrize("path", ORDINARY)
def test_ordinary_names_enter(path):
    assert path_problems([path]) == []


@pytest.mark.parametrize(("path", "why"), HOSTILE.items(), ids=ascii)
def test_hostile_names_are_refused_with_the_reason_and_a_remedy(path, why):
    (problem,) = path_problems([path], "week1")
    assert why in problem.message
    assert problem.fix
    assert problem.path == f"week1/{printable(path)}"
    assert problem.sentence.isprintable()


def test_names_that_differ_in_case_only_are_one_name():
    (problem,) = path_problems(["src/Main.py", "src/main.py", "other/main.py"])
    assert problem.path == "src/main.py"
    assert "`src/Main.py`" in problem.message


def test_directories_that_differ_in_case_only_are_one_name():
    problems = path_problems(["Src/a.py", "src/b.py"])
    assert [problem.path for problem in problems] == ["src/b.py"]
    assert "`Src`" in problems[0].message


def test_a_file_and_a_directory_cannot_share_a_name():
    (problem,) = path_problems(["data", "data/in.csv"])
    assert "both a file and a directory" in problem.message


def test_sharp_s_and_double_s_are_one_name():
    assert len(path_problems(["straße.txt", "STRASSE.TXT"])) == 1


def test_a_repeated_path_is_no_twin_of_itself():
    assert path_problems(["a.py", "a.py"]) == []


def test_problems_of_the_whole_tree_have_no_prefix():
    (problem,) = path_problems(["a:b"], ".")
    assert problem.path == "a:b"


@settings(deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec=None), max_size=12), max_size=6))
def test_what_passes_is_safe_on_every_system(paths):
    problems = path_problems(paths)
    if problems:
        assert all(problem.sentence.isprintable() for problem in problems)
        return
    seen = set()
    for path in paths:
        path.encode("utf-8")
        assert unicodedata.is_normalized("NFC", path)
        assert len(path.encode()) <= LONGEST_PATH
        for name in path.split("/"):
            assert name not in {"", ".", "..", ".git"}
            assert not set(name) & set("\\:\0\n\r\t\x1b")
            assert name[-1] not in ". "
            assert len(name.encode()) <= LONGEST_NAME
        seen.add(folded(path))
    assert len(seen) == len(set(paths))


@settings(deadline=None)
@given(
    st.sampled_from(
        ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
    ),
    st.sampled_from(["", ".txt", ".tar.gz", "."]),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_no_spelling_of_a_device_passes(stem, ending, upper):
    name = "".join(char.upper() if big else char for char, big in zip(stem, upper, strict=False)) + ending
    assert name_fault(name) is not None


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec=None)))
def test_printable_shows_no_control_character_and_leaves_plain_names_alone(name):
    shown = printable(name)
    assert shown.isprintable()
    shown.encode("utf-8")
    if name.isprintable():
        assert shown == name


def test_printable_shows_undecodable_bytes_as_bytes():
    assert printable("a\udcff\n\x1b\u202e\U000e0001") == "a\\xff\\n\\x1b\\u202e\\U000e0001"


# --- paths written in our files ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["main.py", "studentTemplates/main.py", "a b/ü.txt", "x..y"])
def test_a_plain_relative_path_may_be_listed(text):
    assert listed_path_problem(text, "meta.yaml", 3) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("../x", "leaves"),
        ("a/../../x", "leaves"),
        ("..", "leaves"),
        ("/etc/passwd", "absolute"),
        ("C:\\x", "absolute"),
        ("a\\b", "`a/b`"),
        ("*.py", "patterns"),
        ("test_?.py", "patterns"),
        ("[ab].py", "patterns"),
        ("data/", "directory"),
        ("./a.py", "`a.py`"),
        ("a//b", "`a/b`"),
        ("a/./b/", "directory"),
        (".", "itself"),
        ("", "empty"),
        ("  ", "empty"),
        ("nul", "device"),
        ("a\x1bb", "control"),
    ],
)
def test_other_listed_paths_are_refused_with_line_and_remedy(text, part):
    problem = listed_path_problem(text, "a/meta.yaml", 7)
    assert problem is not None
    assert problem.where == "a/meta.yaml:7"
    assert part in problem.sentence
    assert problem.fix
    assert problem.sentence.isprintable()


def test_a_trailing_slash_is_allowed_where_told():
    assert listed_path_problem("data/", "meta.yaml", 1, may_be_directory=True) is None
    doubled = listed_path_problem("data//", "meta.yaml", 1, may_be_directory=True)
    assert doubled is not None
    assert "`data/`" in doubled.fix
    itself = listed_path_problem("./", "meta.yaml", 1, may_be_directory=True)
    assert itself is not None
    assert "itself" in itself.message


@settings(deadline=None)
@given(st.text(alphabet="ab./\\*?[: ", max_size=8))
def test_no_listed_path_leaves_its_directory(text):
    if listed_path_problem(text, "meta.yaml", 1, may_be_directory=True) is None:
        parts = text.removesuffix("/").split("/")
        assert not set(parts) & {"", ".", ".."}
        assert not set(text) & set("\\*?[:")


# --- modes and ltree --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "word"), [("120000", "symbolic link"), ("160000", "submodule"), ("100664", "100664")]
)
def test_only_plain_files_may_be_published(mode, word):
    problem = mode_problem("link", mode, "hello")
    assert problem is not None
    assert problem.path == "hello/link"
    assert word in problem.message


@pytest.mark.parametrize("mode", ["100644", "100755"])
def test_plain_and_executable_files_may_be_published(mode):
    assert mode_problem("run.sh", mode) is None


@settings(deadline=None)
@given(
    st.lists(
        st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=20), min_size=1, max_size=6
    )
)
def test_every_path_of_ltree_labels_is_accepted(labels):
    assert ltree_problem(".".join(labels), "course-structure.yaml", 1) is None


@pytest.mark.parametrize(
    ("path", "proposal"),
    [
        ("week-1.hello", "`week_1.hello`"),
        ("week1..hello", "`week1.hello`"),
        ("", "`week1.hello_world`"),
        ("week1/hello", "`week1_hello`"),
        ("Übung", "`Ubung`"),
        ("../x", "`_x`"[:1]),
        ("w" * 64, "`" + "w" * 63 + "`"),
    ],
)
def test_other_content_paths_are_refused_with_a_proposal(path, proposal):
    problem = ltree_problem(path, "course-structure.yaml", 4)
    assert problem is not None
    assert problem.where == "course-structure.yaml:4"
    assert proposal in problem.fix


def test_an_endless_content_path_is_refused_and_shown_short():
    problem = ltree_problem(".".join(["a"] * 200), "course-structure.yaml", 4)
    assert problem is not None
    assert len(problem.sentence) < 250


@settings(deadline=None)
@given(st.text(max_size=30))
def test_a_content_path_that_passes_is_a_safe_directory(path):
    if ltree_problem(path, "f", 1) is None:
        assert ".." not in path
        assert set(path) <= set(string.ascii_letters + string.digits + "_.")
