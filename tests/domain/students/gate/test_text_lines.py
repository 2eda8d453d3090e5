import pytest

from courseline.domain.students.gate.text_lines import line_of, text_lines

TEXT = "def größe(x):\n\n    # erhöht\n    return x + 1\n"
LINES = ["defgröße(x):", "erhöht", "returnx+1"]


def lines(raw: bytes) -> list[str] | None:
    found = text_lines(raw)
    return None if found is None else [line.decode() for line in found.lines]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_lines_are_the_same_in_every_encoding(encoding):
    assert lines(TEXT.encode(encoding)) == LINES


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_the_same_with_every_line_end(end):
    assert lines(TEXT.replace("\n", end).encode()) == LINES


def test_lines_in_comments_are_the_same():
    assert lines("\n".join(f"//   {line}" for line in TEXT.split("\n")).encode()) == LINES
    assert lines("\n".join(f"> # {line.upper()}" for line in ["ab", " cd"]).encode()) == ["ab", "cd"]


@pytest.mark.parametrize(
    "raw", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), b"a" * (1024 * 1024 + 1)]
)
def test_what_is_no_text_has_no_lines(raw):
    assert text_lines(raw) is None


def test_a_line_is_found_again():
    assert line_of(TEXT.encode("utf-16"), b"returnx+1") == 4
    assert line_of(b"nothing", b"returnx+1") is None
