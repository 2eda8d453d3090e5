"""The exceptions to the hidden set; that it is searched at all is in `test_judge.py`."""

from dataclasses import replace

from tests.builders.student_places import MadeUpCourse, Place, meta_text

from courseline.domain.library.version import Role
from courseline.domain.students.gate.hidden_set import library_hidden
from courseline.domain.students.gate.judge import judge
from courseline.domain.tree import blob_oid

DATA = "name;points\nAda;12\nGrace;11\nAlan;10\nEdsger;9\nBarbara;12\n"
BASE = {
    "meta.yaml": meta_text(additionalFiles=["data/"], testFiles=["tests/"]),
    "data/points.csv": DATA,
    "tests/points.csv": DATA,
    "old/points.csv": DATA,
    "content/index.md": "![a](mediaFiles/a.svg)",
    "content/mediaFiles/a.svg": f"<svg><!-- {DATA} --></svg>",
    "drafts/a.svg": f"<svg><!-- {DATA} --></svg>",
}


def findings(course, **hidden):
    return [(finding.path, finding.blocking) for finding in judge(course.case(library=hidden.get("library")))]


def test_listed_data_and_linked_media_may_have_twins_in_hidden_folders():
    assert findings(MadeUpCourse([Place(BASE, "a")])) == []


def test_a_twin_in_a_test_of_the_library_is_never_excepted():
    library = library_hidden(blob_oid(DATA.encode()), Role.TEST, "points.csv", "other:example", "v1.0")

    assert findings(MadeUpCourse([Place(BASE, "a")]), library=library) == [("a/data/points.csv", True)]


def test_what_the_version_hides_and_the_course_lists_may_be_public_but_no_template():
    version = Place({**BASE, "meta.yaml": meta_text()}, "a")
    public = Place({**BASE, "meta.yaml": meta_text(additionalFiles=["data/"])}, "a", deployed=version)
    meta = meta_text(studentTemplates=[{"from": "t/start.csv", "to": "start.csv"}])
    template = Place({"meta.yaml": meta, "t/start.csv": DATA}, "b")

    assert findings(MadeUpCourse([public])) == []
    assert findings(MadeUpCourse([template])) == []
    assert findings(MadeUpCourse([public, template])) == [("b/start.csv", True)]


def test_files_that_are_alike_by_chance_do_not_count():
    small = "x = 1\n" * 5
    library = library_hidden(blob_oid(small.encode()), Role.TEST, "test_x.py", "other:example", "v1.0")
    big = "x = 1\n" * 11
    found = library_hidden(blob_oid(big.encode()), Role.TEST, "test_x.py", "other:example", "v1.0")

    assert findings(MadeUpCourse([Place({**BASE, "data/x": small}, "a")]), library=library) == []
    assert findings(MadeUpCourse([Place({**BASE, "data/x": big}, "a")]), library=found) == [
        ("a/data/x", True)
    ]


def test_a_blob_whose_bytes_are_not_at_hand_counts():
    course = MadeUpCourse([Place({**BASE, "data/x": "x"}, "a")])
    oid = blob_oid(b"x")
    case = course.case(library=library_hidden(oid, Role.TEST, "t", "o:e", "v1"))
    without = replace(case, blobs={key: raw for key, raw in case.blobs.items() if key != oid})

    assert judge(case) == []
    assert [finding.path for finding in judge(without)] == ["a/data/x"]


def test_a_file_that_courseline_writes_may_equal_one_in_the_assignments_repository():
    reduced = MadeUpCourse([Place({"meta.yaml": meta_text()}, "a")]).template.files
    written = next(file.content for file in reduced if file.path == "a/meta.yaml")

    assert written == meta_text().encode() or b"properties" not in written
    assert findings(MadeUpCourse([Place({"meta.yaml": written}, "a")])) == []
