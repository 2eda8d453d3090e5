"""Whatever is marked is gone, in any language, encoding and kind of file, and the gate agrees with what is left."""

from __future__ import annotations

import json

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders.notebooks import code, graded, notebook, text
from tests.builders.student_places import MadeUpCourse, Place, meta_text

from courseline.domain.students.gate.judge import judge

CANARY = "canary that sings of the answer"
SIGNS = {
    ".py": "# {}", ".c": "/* {} */", ".java": "//{}", ".m": "%% {}", ".R": "## {} ##", ".txt": "{}", ".md": "<!-- {} -->",
    ".tex": "\\{}", ".hs": "-- {}", ".unheard": "''' {} '''",
}  # fmt: skip
PAIRS = [
    ("BEGIN SOLUTION", "END SOLUTION"),
    ("solution begin", "Solution_End"),
    ("Begin Hidden Tests", "END HIDDEN TEST"),
    ("MARK SCHEME BEGIN", "mark-scheme end"),
    ("<solution>", "</ SOLUTION >"),
]
WORDS = st.text("abc äö().:=;'\"{}[]\\\t#%", max_size=14)
VISIBLE = st.tuples(st.just("shown"), WORDS)
CUT = st.tuples(st.sampled_from(PAIRS), st.lists(WORDS, max_size=3))
PARTS = st.lists(st.one_of(VISIBLE, CUT), min_size=1, max_size=6)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"]


def written(parts, sign, ending="\n"):
    lines = []
    for pair, body in parts:
        if pair == "shown":
            lines.append(body)
        else:
            opening, closing = pair
            lines += [
                f"  {sign.format(opening)}",
                *(f"    {line} {CANARY}" for line in body),
                sign.format(closing),
            ]
    return ending.join(lines) + ending


def marked(parts):
    return any(pair in PAIRS[:2] or pair == PAIRS[4] for pair, _ in parts)


@settings(deadline=None)
@given(
    PARTS, st.sampled_from(sorted(SIGNS)), st.sampled_from(ENCODINGS), st.sampled_from(["\n", "\r\n", "\r"])
)
def test_no_marked_line_of_a_text_is_left(parts, suffix, encoding, ending):
    raw = written(parts, SIGNS[suffix], ending).encode(encoding)
    path = f"main{suffix}"
    place = Place({"meta.yaml": meta_text(studentSubmissionFiles=[path]), path: raw})
    files = {file.path: file for file in place.view.files}

    assert place.view.problems == ()
    assert str(files[path].rule) == ("3-cut" if marked(parts) else "3-empty")
    assert CANARY not in files[path].content.decode(encoding)
    shown = [body for pair, body in parts if pair == "shown"]
    rest = iter(files[path].content.decode(encoding).split(ending))
    assert not marked(parts) or all(body in rest for body in shown)
    assert judge(MadeUpCourse([place]).case()) == []


@st.composite
def cells(draw):
    parts = draw(PARTS)
    source = written(parts, "# {}")
    is_text, whole = draw(st.booleans()), draw(st.booleans())
    said = (
        {"nbgrader": graded(solution=True)}
        if whole
        else {"tags": draw(st.lists(st.sampled_from(["a", "hidden", "b"]), unique=True))}
    )
    said[draw(st.sampled_from(["author", "vscode", "name"]))] = CANARY
    if whole and not marked(parts):
        source += f"\n{CANARY}\n"
    if is_text:
        return text(source, {"a.png": {"image/png": CANARY}}, **said), whole or marked(parts)
    cell = code(source, **said)
    cell["outputs"][0]["text"] = [CANARY]
    return cell, whole or marked(parts)


@settings(deadline=None)
@given(st.lists(cells(), min_size=1, max_size=5), st.sampled_from([2, 4, 5]))
def test_no_marked_cell_output_or_attachment_of_a_notebook_is_left(drawn, minor):
    raw = notebook(*(cell for cell, _ in drawn), minor=minor)
    place = Place({"meta.yaml": meta_text(studentSubmissionFiles=["a.ipynb"]), "a.ipynb": raw})
    file = {file.path: file for file in place.view.files}["a.ipynb"]

    assert str(file.rule) == ("3-cut" if any(solved for _, solved in drawn) else "3-empty")
    assert CANARY.encode() not in file.content
    if file.content:
        nbformat.validate(json.loads(file.content))
    assert judge(MadeUpCourse([place]).case()) == []
