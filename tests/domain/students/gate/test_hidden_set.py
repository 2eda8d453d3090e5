from dataclasses import replace

from tests.builders.student_places import STUB, MadeUpCourse, Place, meta_text

from courseline.domain.library.version import Role
from courseline.domain.students.gate.case import HiddenKind
from courseline.domain.students.gate.hidden_set import library_hidden, merge_hidden, place_hidden
from courseline.domain.tree import blob_oid

PLACE = Place(
    {
        "meta.yaml": meta_text(
            studentSubmissionFiles=["main.py"],
            studentTemplates=["studentTemplates/main.py"],
            additionalFiles=["data.csv"],
            testFiles=["tests/"],
        ),
        "content/index.md": "![a](mediaFiles/a.png)",
        "content/mediaFiles/a.png": "linked",
        "content/mediaFiles/b.png": "not linked",
        "main.py": "solution",
        "studentTemplates/main.py": STUB,
        "data.csv": "data",
        "tests/data.csv": "data",
        "tests/test.py": "test",
        "notes.md": "notes",
    },
    "week1/a",
)


def kinds(course):
    found = course.hidden()
    return {
        raw.decode(): found[blob_oid(raw)].kind.value
        for raw in course.blobs.values()
        if blob_oid(raw) in found
    }


def test_hidden_is_all_but_what_a_rule_admits_somewhere():
    found = kinds(MadeUpCourse([PLACE]))

    assert {text: found.get(text) for text in ("solution", "test", "notes", "not linked")} == dict.fromkeys(
        ("solution", "test", "notes", "not linked"), "b"
    )
    assert not {"data", STUB, "![a](mediaFiles/a.png)"} & set(found)


def test_what_is_in_the_assignments_repository_alone_is_hidden_too():
    course = MadeUpCourse(
        [replace(PLACE, deployed=Place({}))], other_files={"drafts/x": "draft", "drafts/data": "data"}
    )

    assert set(kinds(course).values()) == {"c"}
    assert "draft" in kinds(course)
    assert "data" not in kinds(course)


def test_the_strictest_reason_stays():
    library = library_hidden("1" * 40, Role.SUBMISSION, "main.py", "examples:mean", "v1.0")
    place = PLACE.gate_place()
    other = place_hidden([place], {}, place.tree, {})
    merged = merge_hidden(other, {**library, next(iter(other)): library["1" * 40]})

    assert merged["1" * 40].kind is HiddenKind.LIBRARY
    assert merged[next(iter(other))].kind is HiddenKind.LIBRARY
    assert merged["1" * 40].words == "solution main.py of examples:mean@v1.0"
