"""Text of others inside our Markdown: shown as it is, never acted on.

GitLab reads mentions, references, images, HTML and quick actions (`/close` at the beginning of a line) out of comments;
it reads none of them out of a code span that lies within a line of ours. Facts:
https://docs.gitlab.com/user/markdown/, https://docs.gitlab.com/user/project/quick_actions/,
https://spec.commonmark.org/0.31.2/#code-spans.
"""

from __future__ import annotations

from courseline.domain.paths import printable

LONGEST = 300


def code(text: str, longest: int = LONGEST) -> str:
    """`text` as one code span: one line, no backtick inside, cut when it is long."""
    plain = printable(" ".join(text.split())).replace("`", "'")
    if len(plain) > longest:
        plain = plain[: longest - 3].rstrip() + "..."
    return f"`{plain or ' '}`"


def link(text: str, url: str) -> str:
    """A link with words of ours; an address that could end it early is shown instead of linked."""
    if (
        url.startswith(("https://", "http://"))
        and url.isascii()
        and not set(url) & set(" <>()[]\"'`\\\n\r\t")
    ):
        return f"[{text}]({url})"
    return f"{text} {code(url)}"
