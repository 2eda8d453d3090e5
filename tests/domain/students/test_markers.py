import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseline.domain.students.cut import cut_solutions
from courseline.domain.students.gate.markers import marker_line
from courseline.domain.students.markers import find_markers

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
        ("# START SOLUTION\nx\n# STOP SOLUTION\n", 1, "BEGIN SOLUTION"),
        ("# Begin of the solution\nx\n# End of the solution\n", 1, "BEGIN SOLUTION"),
        ("# BEGIN SOLUTIONS\nx\n# END SOLUTIONS\n", 1, "BEGIN SOLUTION"),
    ],
)
def test_whatever_cannot_be_cut_safely_is_a_problem_with_its_line(text, line, words):
    cut = cut_solutions(text.encode(), "main.py")

    assert cut.content is None
    assert cut.problems[0].line == line
    assert words in cut.problems[0].sentence


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "iso8859-15", "koi8-r", "shift_jis", "gbk"])
@pytest.mark.parametrize("declared", [True, False])
def test_a_file_in_any_encoding_that_extends_ascii_is_cut_in_its_own_bytes(encoding, declared):
    letters = {"koi8-r": "Привет", "shift_jis": "解答ソ", "gbk": "答案"}.get(encoding, "Straße ÄÖ")
    head = f"# -*- coding: {encoding} -*-\n" if declared else ""
    text = head + f"# {letters}\n# begin solution\nx = '{letters}'\n# end solution\nprint('{letters}')\n"
    kept = head + f"# {letters}\nprint('{letters}')\n"

    assert cut_solutions(text.encode(encoding), "main.py").content == kept.encode(encoding)


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (b"# coding: utf-8\n# \xe9\n# BEGIN SOLUTION\nx\n# END SOLUTION\n", 3, "cannot be read as UTF-8"),
        (b"a\n\x81\n# BEGIN SOLUTION\nx\n# END SOLUTION\n", 3, "cannot be read as CP1252"),
        (b"a\n\xe9\x02\n# BEGIN SOLUTION\nx\n# END SOLUTION\n", 3, "no text in any encoding"),
        (b"# coding: utf-7\n+ACM- BEGIN +AFMATwBMAFUAVABJAE8ATg-\n", 1, "in `utf-7`"),
    ],
)
def test_a_file_that_does_not_decode_is_refused_with_the_line_to_look_at(raw, line, reason):
    cut = cut_solutions(raw, "main.py")

    assert cut.content is None
    assert [problem.line for problem in cut.problems] == [line]
    assert reason in cut.problems[0].message
    assert cut.problems[0].fix == "Save it as UTF-8."


def test_a_file_of_any_bytes_without_markers_is_left_alone():
    for raw in ("é\n".encode("latin-1"), b"\x81\x00\x02", b"# coding: warmup for week 2\nprint(1)\n"):
        assert cut_solutions(raw, "main.py").content is None
        assert cut_solutions(raw, "main.py").problems == ()


@pytest.mark.parametrize("sign", ["{}", "<!-- {} -->", "# {}", "  {}  "])
def test_text_between_solution_tags_is_cut(sign):
    opening, closing = sign.format("<Solution>"), sign.format("</solution>")
    text = f"Why?\n{opening}\nBecause.\n{closing}\nThanks.\n"

    assert cut_solutions(text.encode(), "answers.txt").content == b"Why?\nThanks.\n"


def test_the_solution_environment_of_latex_is_cut():
    text = "\\question Why?\n  \\begin{solution}\n  Because.\n  \\end{solution}\n\\end{questions}\n"

    assert cut_solutions(text.encode(), "sheet.tex").content == b"\\question Why?\n\\end{questions}\n"
    assert marker_line(text.encode()) == 2


def test_a_solution_tag_within_a_line_of_text_is_a_problem():
    cut = cut_solutions(b"Why?\nIt is <solution>42</solution>.\n", "answers.md")

    assert [problem.line for problem in cut.problems] == [2]


def test_in_xml_a_solution_element_is_no_marker():
    raw = b"<quiz>\n<solution>\n42\n</solution>\n</quiz>\n"

    assert find_markers(raw, "quiz.xml").markers == ()
    assert find_markers(raw, "quiz.xml").problems == ()
    assert marker_line(raw, "quiz.xml") is None
    assert marker_line(raw, "quiz.html") == 2


def test_hidden_tests_and_mark_schemes_go_with_the_solutions_but_make_none():
    text = "# begin solution\nx\n# end solution\n### BEGIN HIDDEN TESTS\ny\n### END HIDDEN TESTS\nz\n# Begin mark scheme\n1\n# End mark scheme\n"

    assert cut_solutions(text.encode(), "main.py").content == b"z\n"
    assert cut_solutions(text[text.index("###") :].encode(), "main.py").content is None


def test_markers_of_two_kinds_do_not_pair():
    cut = cut_solutions(b"# BEGIN SOLUTION\nx\n# END HIDDEN TESTS\n", "main.py")

    assert [problem.line for problem in cut.problems] == [3]


def test_utf_16_without_its_byte_order_mark_is_refused():
    cut = cut_solutions("a\n# BEGIN SOLUTION\nx\n# END SOLUTION\n".encode("utf-16-le"), "main.py")

    assert [problem.line for problem in cut.problems] == [2]


def test_markers_in_a_notebook_are_a_problem():
    raw = b'{"cells": [{"source": ["def f():\\n",\n "    ### BEGIN SOLUTION\\n"]}]}'

    assert [problem.line for problem in find_markers(raw, "task.ipynb").problems] == [2]
    assert find_markers(raw.replace(b"SOLUTION", b"TASK"), "task.ipynb").problems == ()


@pytest.mark.parametrize(
    "line",
    ["# start the solution with a loop", "# Solutions", "## The end", "# It begins: solution 1", "Stop"],
)
def test_prose_is_no_marker_and_does_not_resemble_one(line):
    assert find_markers(f"{line}\n".encode(), "main.py") == find_markers(b"", "main.py")
    assert marker_line(f"{line}\n".encode()) is None


def test_the_words_may_stand_far_apart():
    text = f"# BEGIN{' ' * 20}SOLUTION\nx\n#\tEND \t- _ SOLUTION\ny\n"

    assert cut_solutions(text.encode(), "main.py").content == b"y\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("path", ["main.py", "a.ipynb"])
def test_markers_in_wide_characters_are_seen_in_any_file(encoding, path):
    raw = "a\n# BEGIN SOLUTION\nx\n# END SOLUTION\n".encode(encoding)

    assert [problem.line for problem in find_markers(raw, path).problems] == [2]


@pytest.mark.parametrize(
    "line", ["# START SOLUTION", "/* stop solution */", "% end of the solution", "# SOLUTION STARTS"]
)
def test_what_was_meant_for_a_marker_is_seen_by_builder_and_gate(line):
    assert [problem.line for problem in find_markers(f"a\n{line}\n".encode(), "main.py").problems] == [2]
    assert marker_line(f"a\n{line}\n".encode()) == 2


def test_a_picture_of_many_megabytes_is_looked_through_in_no_time():
    raw = bytes(range(256)) * 40_000

    assert find_markers(raw, "large.png").problems == ()


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


@settings(deadline=None)
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
