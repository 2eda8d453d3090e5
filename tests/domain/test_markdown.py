"""Text of others in our Markdown: one line, one code span, nothing that is acted on."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from courseline.domain.markdown import code, link

EVIL = [
    "/close\n/merge",
    "`x` @all #1 !2 ~bug",
    "``` \n/close\n```",
    "![i](http://127.0.0.1/x.png)",
    "<img src=x onerror=alert(1)>",
    "a\r\nb\u2028c\u0085d\x1b[31m",
    "``",
    "`",
    "",
    " ",
    "\\`",
    "|a|b|\n|-|-|",
    "x" * 1000,
]


@pytest.mark.parametrize("text", EVIL)
def test_it_is_one_code_span_and_nothing_else(text: str) -> None:
    written = code(text)
    assert "\n" not in written
    (inline,) = [token for token in MarkdownIt().parse(f"- **x** {written} end") if token.type == "inline"]
    kinds = [child.type for child in inline.children or () if child.type != "text"]
    assert kinds == ["strong_open", "strong_close", "code_inline"]
    assert len(written) <= 302


def test_a_link_is_one_only_to_an_address_that_cannot_end_it() -> None:
    assert link("log", "https://gitlab.example.org/j/1") == "[log](https://gitlab.example.org/j/1)"
    for url in ("javascript:alert(1)", "https://x/) ![i](y", "https://x/`a", "https://x/\nb"):
        assert not link("log", url).startswith("[")
