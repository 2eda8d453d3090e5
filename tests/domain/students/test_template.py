import pytest
from tests.builders.student_places import MadeUpCourse, Place, meta_text, tree_of

from courseline.domain.students.readme import ReadmeRow
from courseline.domain.students.rule import Rule
from courseline.domain.students.template import TemplatePlace, assemble
from courseline.domain.tree import tree_oid
from courseline.errors import Refused

GOOD = {"meta.yaml": meta_text(additionalFiles=["data.csv"]), "data.csv": "1;2"}
BROKEN = {"meta.yaml": meta_text(additionalFiles=["gone.csv"]), "data.csv": "1;2"}


def test_the_template_is_the_views_of_all_places_and_a_readme():
    course = MadeUpCourse([Place(GOOD, "week1/a"), Place(GOOD, "week2/b")])

    assert [(file.path, str(file.rule), file.place) for file in course.template.files] == [
        ("README.md", "5", None),
        ("week1/a/data.csv", "2", "week1.a"),
        ("week1/a/meta.yaml", "4", "week1.a"),
        ("week2/b/data.csv", "2", "week2.b"),
        ("week2/b/meta.yaml", "4", "week2.b"),
    ]
    assert course.template.refused == ()
    assert course.template.tree.oid == tree_oid(
        (one.path, one.mode, one.oid) for one in course.template.files
    )


def test_a_place_with_an_error_keeps_what_students_have_and_the_others_go():
    course = MadeUpCourse([Place(GOOD, "week1/a"), Place(GOOD, "week2/b")])
    changed = {**GOOD, "data.csv": "3;4"}
    after = course.after(Place({**BROKEN, "data.csv": "5;6"}, "week1/a"), Place(changed, "week2/b"))
    rules = {file.path: file.rule for file in after.template.files}

    assert rules["week1/a/data.csv"] is rules["week1/a/meta.yaml"] is Rule.KEPT
    assert after.template.tree.subtree("week1/a") == course.template.tree.subtree("week1/a")
    assert after.template.tree.get("week2/b/data.csv") == tree_of({"week2/b/data.csv": "3;4"}).get(
        "week2/b/data.csv"
    )
    assert [place.directory for place in after.template.refused] == ["week1/a"]
    assert after.template.kept == {"week1/a"}


def test_a_place_with_an_error_that_students_never_had_brings_nothing():
    course = MadeUpCourse([Place(BROKEN, "week1/a")])

    assert [file.path for file in course.template.files] == ["README.md"]
    assert b"(week1/a/)" not in course.blobs[course.template.files[0].oid]


def test_nothing_else_of_the_head_survives():
    head = {
        "old.txt": "1",
        "week1/a/old.txt": "2",
        "week9/gone/x": "3",
        ".gitlab-ci.yml": "4",
        "README.md": "5",
    }
    course = MadeUpCourse([Place(GOOD, "week1/a")], head)
    written, removed = course.template.changes(course.head)

    assert removed == [".gitlab-ci.yml", "old.txt", "week1/a/old.txt", "week9/gone/x"]
    assert [file.path for file in written] == ["README.md", "week1/a/data.csv", "week1/a/meta.yaml"]


def test_building_again_on_its_own_result_changes_nothing():
    course = MadeUpCourse([Place(GOOD, "week1/a"), Place(BROKEN, "week2/b")])
    again = course.after(*course.places)

    assert again.template.changes(again.head) == ([], [])
    assert again.template.tree == course.template.tree


def test_two_places_with_one_directory_are_refused_naming_both():
    view = Place(GOOD, "week1/a").view
    places = [TemplatePlace("week1.a", "week1/a", view), TemplatePlace("week1.b", "week1/a", view)]

    with pytest.raises(Refused) as refused:
        assemble(places, None, "T", "", [ReadmeRow("week1.a", "A", "week1/a")])

    assert [problem.path for problem in refused.value.problems] == ["week1/a/data.csv", "week1/a/meta.yaml"]
    assert "week1.a" in refused.value.problems[0].message
    assert "week1.b" in refused.value.problems[0].message


def test_a_place_at_the_root_cannot_replace_the_readme_of_the_course():
    view = Place({"meta.yaml": meta_text(), "README.md": "mine"}, ".").view

    with pytest.raises(Refused):
        assemble([TemplatePlace("a", ".", view)], None, "T", "", [])
