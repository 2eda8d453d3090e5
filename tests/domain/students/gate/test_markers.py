import pytest

from courseline.domain.students.gate.markers import marker_line


@pytest.mark.parametrize(
    "line",
    [
        "# BEGIN SOLUTION", "#begin solution", "// Solution End", "%% END_SOLUTION", "<!-- begin-solution -->",
        "END SOLUTION", "— BEGIN SOLUTION —", "REM Begin Solution", '"""END SOLUTION"""', "x = 1 # BEGIN SOLUTION",
        "### BEGIN SOLUTION part 1", "-- solution begin: task 2", "# BEGIN\u00a0SOLUTION", "C END SOLUTION",
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_marker_is_found_in_any_spelling_and_encoding(line, encoding):
    assert marker_line(f"a\n{line}\nb\n".encode(encoding)) is not None


def test_a_marker_is_found_beside_bytes_that_are_no_text():
    assert marker_line(b"\xff\xfe\x00\x81\n# \xe9 BEGIN SOLUTION\n\xff") == 2
    assert marker_line("é\r# end solution\r".encode("latin-1")) == 2


def test_a_marker_is_found_inside_the_strings_of_a_notebook():
    assert marker_line(b'{"cells":[{"source":["def f():\\n","    ### BEGIN SOLUTION\\n","    pass"]}]}') == 1


@pytest.mark.parametrize(
    "text",
    [
        "The solution begins at zero.",
        "a bad end: solution unknown",
        "Beginners' solutions",
        "# the end solution is",
        "x",
    ],
)
def test_prose_is_no_marker(text):
    assert marker_line(text.encode()) is None


def test_long_lines_are_searched_in_no_time():
    assert marker_line(b"solution " + b"#;%*-" * 400_000) is None
