import pytest

from courseline.domain.students.text_file import TextFile, Unreadable, read_text


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"", "utf-8"),
        (b"a\n", "utf-8"),
        ("ü\n".encode(), "utf-8"),
        ("ü\n".encode("utf-8-sig"), "utf-8"),
        ("ü\n".encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + "ü\n".encode("utf-16-be"), "utf-16-be"),
        ("ü\n".encode("latin-1"), "cp1252"),
        ("„ü“ – €\n".encode("cp1252"), "cp1252"),
        ("# -*- coding: latin-1 -*-\n# ü\n".encode("latin-1"), "iso8859-1"),
        ("#!/usr/bin/ruby\n# encoding: iso-8859-15\n# €\n".encode("iso8859-15"), "iso8859-15"),
        ("% vim: set fileencoding=latin1 :\n% ü\n".encode("latin-1"), "iso8859-1"),
        ("# -*- coding: utf-8-unix -*-\n# ü\n".encode(), "utf-8"),
        (
            "\\documentclass{article}\n\\usepackage[latin9]{inputenc}\n% €\n".encode("iso8859-15"),
            "iso8859-15",
        ),
        ("\\usepackage[utf8x]{inputenc}\n% ü\n".encode(), "utf-8"),
        ("<?xml version='1.0' encoding='windows-1251'?>\n<a>Ж</a>\n".encode("cp1251"), "cp1251"),
        ("# coding: shift_jis\n# ソース\n".encode("shift_jis"), "shift_jis"),
        ("# coding: gbk\n# 答案\n".encode("gbk"), "gbk"),
    ],
)
def test_the_encoding_is_told_and_every_byte_comes_back(raw, encoding):
    text = read_text(raw)

    assert isinstance(text, TextFile)
    assert text.encoding == encoding
    assert text.bytes_of(text.body) == raw
    assert "".join(text.lines) == text.body


@pytest.mark.parametrize(
    "line",
    [
        "# Week 2, coding: warmup",
        "# coding: hex",
        "# coding: rot13, by hand",
        "# coding: utf-16",
        "<?xml version='1.0' encoding='UTF-16'?>",
        "x = 'coding: utf-7'",
    ],
)
def test_prose_and_mistakes_are_no_declaration(line):
    text = read_text(f"{line}\nü\n".encode())

    assert isinstance(text, TextFile)
    assert text.encoding == "utf-8"


@pytest.mark.parametrize(
    "name", ["utf-7", "iso-2022-jp", "hz", "unicode_escape", "raw-unicode-escape", "cp037", "utf7"]
)
def test_an_encoding_that_can_hide_a_marker_is_refused_where_it_is_declared(name):
    text = read_text(f"#!/usr/bin/python\n# coding: {name}\nx\n".encode())

    assert isinstance(text, Unreadable)
    assert (text.line, text.hides) == (2, True)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("a\nb\n".encode("utf-16-le"), 1),
        ("a\n".encode("utf-32"), 1),
        (b"a\nb\n\xe9\x01\n", 3),
        (b"a\r\xe9\r\x8d\r", 3),
        (b"# coding: utf-8\r\n\r\n\xe9\r\n", 3),
        (b"\x89PNG\r\n\x1a\n\x00", 3),
    ],
)
def test_what_is_no_text_says_in_which_line(raw, line):
    text = read_text(raw)

    assert isinstance(text, Unreadable)
    assert (text.line, text.hides) == (line, False)
    assert text.reason.endswith(".")


def test_other_text_is_written_in_the_encoding_of_the_file_or_not_at_all():
    latin = read_text("# é\n".encode("latin-1"))
    wide = read_text("é".encode("utf-16"))

    assert latin.bytes_of(latin.written("ö")) == "ö".encode("latin-1")
    assert latin.written("答") is None
    assert wide.bytes_of(wide.written("答")) == "答".encode("utf-16")
