import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from courseline.domain.students.readme import ReadmeRow, course_readme, plain


def test_units_are_headings_and_assignments_rows_with_links_to_what_is_published():
    rows = [
        ReadmeRow("week1", "Week 1: Introduction"),
        ReadmeRow("week1.hello", "Hello World", "week1/hello", 5),
        ReadmeRow("week1.later", "Later", "week1/later"),
        ReadmeRow("week2", "Week 2"),
        ReadmeRow("week2.part", "Part"),
        ReadmeRow("week2.part.ü", "Übung", "week2/part/ü x", 1),
    ]

    assert course_readme("Python 101", "All of\nit.", rows, {"week1/hello", "week2/part/ü x"}).decode() == (
        "# Python 101\n\nAll of it.\n\n## Week 1: Introduction\n\n"
        "| Assignment | Path | Maximum submissions |\n|---|---|---|\n"
        "| [Hello World](week1/hello/) | `week1.hello` | 5 |\n"
        "| Later | `week1.later` |  |\n\n"
        "## Week 2\n\n### Part\n\n"
        "| Assignment | Path | Maximum submissions |\n|---|---|---|\n"
        "| [Übung](week2/part/%C3%BC%20x/) | `week2.part.ü` | 1 |\n"
    )


def test_a_course_without_assignments_says_so():
    assert course_readme("T", "", [], ()).decode() == "# T\n\nThis repository has no assignments yet.\n"


@pytest.mark.parametrize(
    "text",
    [
        "a | b", "*a*", "_a_", "`a`", "[a](b)", "<b>a</b>", "&lt;", "# a", "- a", "1. a", "12) a", "a\nb", "![a](b)",
        "https://example.org", "www.example.org", "a@example.org", "~~a~~", "\\*a", "a  b", "\u202ea", ":tada:",
    ],
)  # fmt: skip
def test_foreign_text_is_shown_letter_by_letter_and_never_read_as_markdown(text):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(plain(text))
    inline = [child for token in tokens for child in token.children or []]

    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in inline} <= {"text", "text_special"}
    assert "".join(child.content for child in inline) == " ".join(text.replace("\u202e", " ").split())


def test_a_bare_address_or_name_is_no_link_to_gitlab_either():
    assert re.search(r"https://|www\.|(?<!\\)@", plain("https://x www.x @all a@b")) is None


@given(st.text(max_size=40))
def test_any_title_stays_in_its_cell(title):
    lines = course_readme("T", "", [ReadmeRow("a", title, "a")], {"a"}).decode().split("\n")

    assert len(lines) == 6
    assert len(re.findall(r"(?<!\\)\|", lines[4])) == 4
