import pytest

from courseline.domain.students.python_left import LARGEST, broken_python
from courseline.errors import Severity

SOUND = b"x = [1]\n"
BROKEN = b"x = [\n"


def test_a_file_that_no_longer_compiles_is_a_warning_that_says_where():
    problem = broken_python(SOUND, BROKEN, "a.py", "lines 2-4")

    assert problem.severity is Severity.WARNING
    assert problem.message == (
        "Students begin with a file that does not compile ('[' was never closed, line 1), once lines 2-4 are cut out."
    )


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (SOUND, SOUND),
        (b"print 'two'\n", BROKEN),
        (b"%matplotlib inline\n", BROKEN),
        (b"# coding: latin-1\nx = '\xe9'\n", b"# coding: latin-1\ny = '\xe9'\n"),
        (b"x = '\\d'\n", b"y = '\\d'\n"),
        (SOUND + b"#" * LARGEST, BROKEN),
        (b"-" * 200_000 + b"1", BROKEN),
    ],
)
def test_nothing_is_said_when_it_compiles_or_its_source_does_not(source, left):
    assert broken_python(source, left, "a.py", "lines 2-4") is None


def test_what_is_too_deep_for_the_parser_does_not_compile_either():
    assert broken_python(SOUND, b"-" * 200_000 + b"1", "a.py", "lines 2-4") is not None
