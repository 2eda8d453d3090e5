import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.students.gate.markers import marker_line
from courseline.domain.students.markers import cut_solutions, find_markers

SIGNS = [
    "# {}",
    "### {}",
    "#{}",
    "    # {}",
    "// {}",
    "% {}",
    "%% {}",
    "-- {}",
    "; {}",
    "* {}",
    "/* {} */",
    "<!-- {} -->",
    '"""{}"""',
    "' {}",
    "REM {}",
    "rem {}",
    "C {}",
    "(* {} *)",
    "{{- {} -}}",
    "{}",
    "# === {} ===",
    "\t#\t{}\t",
]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("BEGIN SOLUTION", "END SOLUTION"),
        ("SOLUTION BEGIN", "SOLUTION END"),
        ("Begin_Solution", "end   solution"),
    ],
)
def test_what_stands_between_markers_is_cut_after_any_comment_sign(sign, opening, closing):
    text = f"a\n{sign.format(opening)}\nsecret\n{sign.format(closing)}\nb\n"

    assert cut_solutions(text.encode(), "main.py").content == b"a\nb\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_and_the_missing_last_one_stay(ending):
    text = ending.join(["a", "# BEGIN SOLUTION", "x", "# END SOLUTION", "b", "  c"])

    assert cut_solutions(text.encode(), "main.py").content == ending.join(["a", "b", "  c"]).encode()


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", "utf-8-sig"), ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16-be")]
)
def test_utf_8_and_utf_16_keep_their_encoding_and_byte_order_mark(encoding, mark):
    bom = b"\xfe\xff" if mark == "utf-16-be" else b""
    raw = bom + "ü\n# BEGIN SOLUTION\nx\n# END SOLUTION\nä\n".encode(mark)
    content = cut_solutions(raw, "main.py").content

    assert content is not None
    assert content.startswith(raw[:2])
    assert content.endswith("ü\nä\n".encode(encoding))


def test_a_file_without_markers_gives_nothing_and_no_problem():
    cut = cut_solutions(b"print('the solution begins here')\n", "main.py")

    assert cut.content is None
    assert cut.problems == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# BEGIN SOLUTION\nx\n", 1, "no line ends"),
        ("x\n# END SOLUTION\n", 2, "no line begins"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION\n", 2, "inside the solution that line 1 begins"),
        ("# BEGIN SOLUTION\nx\n# SOLUTION END\n", 3, "same order of words"),
        ("# BEGIN SOLUTION part 1\nx\n# END SOLUTION\n", 1, "line of its own"),
        ("x = 1  # BEGIN SOLUTION\n# END SOLUTION\n", 1, "line of its own"),
    ],
)
def test_whatever_cannot_be_cut_safely_is_a_problem_with_its_line(text, line, words):
    cut = cut_solutions(text.encode(), "main.py")

    assert cut.content is None
    assert cut.problems[0].line == line
    assert words in cut.problems[0].sentence


def test_a_latin_1_file_with_markers_is_refused_and_without_them_is_left_alone():
    marked = cut_solutions("é\n# begin solution\nx\n# end solution\n".encode("latin-1"), "main.py")
    plain = cut_solutions("é\n".encode("latin-1"), "main.py")

    assert marked.content is None
    assert [problem.line for problem in marked.problems] == [2]
    assert "UTF-8" in marked.problems[0].fix
    assert plain.problems == ()


def test_utf_16_without_its_byte_order_mark_is_refused():
    cut = cut_solutions("a\n# BEGIN SOLUTION\nx\n# END SOLUTION\n".encode("utf-16-le"), "main.py")

    assert [problem.line for problem in cut.problems] == [2]


def test_markers_in_a_notebook_are_a_problem():
    raw = b'{"cells": [{"source": ["def f():\\n",\n "    ### BEGIN SOLUTION\\n"]}]}'

    assert [problem.line for problem in find_markers(raw, "task.ipynb").problems] == [2]
    assert find_markers(raw.replace(b"SOLUTION", b"TASK"), "task.ipynb").problems == ()


def test_a_string_of_json_that_is_a_marker_is_a_problem():
    assert find_markers(b'{"a": "x", "b": "# END SOLUTION"}', "data.json").problems


def test_a_long_line_of_comment_signs_is_searched_in_no_time():
    raw = b"#" * 2_000_000 + b" solution\n"

    assert find_markers(raw, "main.py").markers == ()


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "# BEGIN SOLUTION",
                "# END SOLUTION",
                "// solution begin",
                "// Solution End",
                "x = 1  # end solution",
            ]
        ),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12),
    ),
    max_size=14,
)


@given(LINES)
def test_what_is_left_is_made_of_lines_of_the_source_and_shows_the_gate_no_marker(lines):
    raw = "\n".join(lines).encode()
    cut = cut_solutions(raw, "main.py")

    if cut.content is not None:
        assert marker_line(cut.content) is None
        rest = iter(raw.split(b"\n"))
        assert all(line in rest for line in cut.content.split(b"\n") if line)
    elif not cut.problems:
        assert find_markers(raw, "main.py").markers == ()
        assert marker_line(raw) is None
