import pytest

from courseline.domain.students.student_text import LONGEST_TEXT, StudentText, media_links, student_texts
from courseline.domain.tree import FILE, Tree, TreeFile
from courseline.errors import Severity

TEXT = StudentText(TreeFile("content/index.md", FILE, "0" * 40), "README.md")


def targets(text):
    links, _ = media_links(TEXT, text.encode())
    return [link.target for link in links]


def test_texts_are_readme_and_index_files_with_at_most_a_language():
    paths = [
        "README.md", "README_de.md", "README_de-AT.md", "README_zh_Hant.md", "content/index_fr.md",
        "README_solution.md", "README_de_solution.md", "readme.md", "README.txt", "content/indexes.md",
        "content/index_sol.md", "docs/README.md", "content/sub/index.md",
    ]  # fmt: skip
    tree = Tree(TreeFile(path, FILE, "0" * 40) for path in paths)

    assert {text.source.path: text.target for text in student_texts(tree)} == {
        "README.md": "README.md",
        "README_de.md": "README_de.md",
        "README_de-AT.md": "README_de-AT.md",
        "README_zh_Hant.md": "README_zh_Hant.md",
        "content/index_fr.md": "README_fr.md",
    }


@pytest.mark.parametrize(
    "text",
    [
        "![a](mediaFiles/a.png)",
        "![a](./mediaFiles/a.png 'title')",
        "![a](<mediaFiles/a.png>)",
        "[a](mediaFiles/a.png#part)",
        "[a](mediaFiles/a.png?raw=1)",
        "[a][ref]\n\n[REF]: mediaFiles/a.png",
        "<img src='mediaFiles/a.png'>",
        "<div>\n<img alt=x\n src=mediaFiles/a.png></div>",
        "[![a](https://example.org/b.png)](mediaFiles/a.png)",
        "[![a](mediaFiles/a.png)](https://example.org)",
        "| a |\n|---|\n| ![a](mediaFiles/a.png) |",
        "![a](mediaFiles/%61.png)",
        "![a](content/mediaFiles/a.png)",
        "# ![a](mediaFiles/a.png)",
        "1. > ![a](mediaFiles/a.png)",
    ],
)
def test_a_link_is_found_in_every_way_to_write_it(text):
    assert targets(text) == ["mediaFiles/a.png"]


@pytest.mark.parametrize(
    "text",
    [
        "`![a](mediaFiles/a.png)`",
        "```\n![a](mediaFiles/a.png)\n```",
        "    ![a](mediaFiles/a.png)",
        "<!-- ![a](mediaFiles/a.png) <img src='mediaFiles/a.png'> -->",
        "text <!-- <img src='mediaFiles/a.png'> --> text",
        "[ref]: mediaFiles/a.png",
        "mediaFiles/a.png",
        "![a](/mediaFiles/a.png)",
        "![a](https://example.org/mediaFiles/a.png)",
        "![a](//mediaFiles/a.png)",
        "![a](http://[mediaFiles/a.png)",
        "![a](media/a.png)",
    ],
)
def test_what_is_no_link_to_a_media_file_brings_nothing(text):
    assert targets(text) == []


@pytest.mark.parametrize(
    "link",
    [
        "mediaFiles/../../solution.py",
        "mediaFiles/%2e%2e/index.md",
        "mediaFiles/./a.png",
        "mediaFiles/",
        "mediaFiles//a",
    ],
)
def test_a_link_that_does_not_name_one_media_file_is_a_warning(link):
    links, problems = media_links(TEXT, f"hello\n\n![a]({link})".encode())

    assert links == []
    assert [(problem.line, problem.severity) for problem in problems] == [(3, Severity.WARNING)]


def test_links_are_found_beside_bytes_that_are_not_utf_8():
    links, _ = media_links(TEXT, b"caf\xe9 ![a](mediaFiles/a.png)")

    assert [link.source for link in links] == ["content/mediaFiles/a.png"]


def test_a_text_too_long_to_look_for_links_is_an_error():
    links, problems = media_links(TEXT, b"x" * (LONGEST_TEXT + 1))

    assert links == []
    assert [problem.severity for problem in problems] == [Severity.ERROR]
