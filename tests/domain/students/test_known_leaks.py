"""Eight mistakes of lecturers that two systems of the same kind answer with a leak, an overwrite, or silence."""

import pytest
from tests.builders.student_places import MadeUpCourse, Place, meta_text

from courseline.domain.tree import blob_oid
from courseline.errors import Severity

SOLUTION = "def answer():\n    return 'everything that students are to find out for themselves'\n"


def content_of(place):
    return {
        file.path: place.blobs[file.oid] if file.content is None else file.content
        for file in place.view.files
    }


def only_error(place):
    found = [problem for problem in place.view.problems if problem.severity is Severity.ERROR]
    assert place.view.files == ()
    assert len(found) == 1, [problem.sentence for problem in found]
    return found[0]


def test_a_template_that_is_missing_is_not_replaced_by_a_file_of_the_same_name():
    place = Place(
        {
            "meta.yaml": meta_text(
                studentSubmissionFiles=["main.py"], studentTemplates=["studentTemplates/main.py"]
            ),
            "main.py": SOLUTION,
            "localTests/correctSolution/main.py": SOLUTION,
        }
    )
    problem = only_error(place)

    assert problem.where == "week1/hello_world/meta.yaml:9"
    assert "studentTemplates/main.py" in problem.message


def test_a_test_in_additional_files_is_refused_naming_both_lists():
    place = Place(
        {
            "meta.yaml": meta_text(
                additionalFiles=["localTests/test_main.py"], testFiles=["localTests/test_main.py"]
            ),
            "localTests/test_main.py": "assert answer() == 42\n",
        }
    )
    problem = only_error(place)

    assert problem.line == 7
    assert "additionalFiles" in problem.message
    assert "testFiles" in problem.message
    assert "(line 9)" in problem.message


def test_of_the_media_folder_only_what_a_text_links_to_is_published():
    place = Place(
        {
            "meta.yaml": meta_text(),
            "content/index.md": "![task](mediaFiles/task.png)",
            "content/mediaFiles/task.png": "task",
            "content/mediaFiles/solution.png": "solution",
            "content/mediaFiles/solution.py": SOLUTION,
        }
    )

    assert set(content_of(place)) == {"README.md", "mediaFiles/task.png", "meta.yaml"}


@pytest.mark.parametrize(
    "name", ["studentSubmissionFiles", "additionalFiles", "testFiles", "studentTemplates"]
)
def test_a_path_out_of_the_place_is_refused(name):
    place = Place({"meta.yaml": meta_text(**{name: ["../../escape.py"]})})

    assert only_error(place).where == "week1/hello_world/meta.yaml:7"


def test_a_template_cannot_be_sent_out_of_the_place():
    meta = meta_text(studentTemplates=[{"from": "start.py", "to": "../../escape.py"}])

    assert only_error(Place({"meta.yaml": meta, "start.py": "x"})).line in {7, 8}


def test_two_files_with_one_name_are_both_published_at_their_own_paths():
    place = Place(
        {
            "meta.yaml": meta_text(additionalFiles=["data/a/in.csv", "data/b/in.csv"]),
            "data/a/in.csv": "first",
            "data/b/in.csv": "second",
        }
    )
    found = content_of(place)

    assert found["data/a/in.csv"] == b"first"
    assert found["data/b/in.csv"] == b"second"
    assert "in.csv" not in found


def test_a_file_handed_in_below_a_directory_gets_its_template():
    place = Place(
        {
            "meta.yaml": meta_text(
                studentSubmissionFiles=["pkg/main.py"], studentTemplates=["studentTemplates/pkg/main.py"]
            ),
            "pkg/main.py": SOLUTION,
            "studentTemplates/pkg/main.py": "def answer(): ...\n",
        }
    )

    assert content_of(place)["pkg/main.py"] == b"def answer(): ...\n"
    assert set(content_of(place)) == {"meta.yaml", "pkg/main.py"}


def test_a_latin_1_file_with_a_solution_is_cut_in_its_own_encoding():
    raw = f"# é\n# SOLUTION BEGIN\n{SOLUTION}# SOLUTION END\n".encode("latin-1")

    found = content_of(Place({"meta.yaml": meta_text(studentSubmissionFiles=["main.py"]), "main.py": raw}))

    assert found["main.py"] == "# é\npass\n".encode("latin-1")


def test_a_latin_1_file_with_a_solution_is_refused_as_an_additional_file_with_its_line():
    raw = f"# é\n# SOLUTION BEGIN\n{SOLUTION}# SOLUTION END\n".encode("latin-1")

    problem = only_error(Place({"meta.yaml": meta_text(additionalFiles=["main.py"]), "main.py": raw}))

    assert problem.where == "week1/hello_world/main.py:2"


@pytest.mark.parametrize(
    "opening", ["# Solution begin", "# solution begin", "# begin Solution", "#Begin_solution"]
)
def test_a_marker_in_another_case_is_a_marker(opening):
    closing = opening.replace("begin", "end").replace("Begin", "End")
    text = f"a = 1\n{opening}\n{SOLUTION}{closing}\n"
    cut = Place({"meta.yaml": meta_text(studentSubmissionFiles=["main.py"]), "main.py": text})
    public = Place({"meta.yaml": meta_text(additionalFiles=["main.py"]), "main.py": text})

    assert content_of(cut)["main.py"] == b"a = 1\npass\n"
    assert only_error(public).line == 2


def test_a_private_file_in_a_public_folder_stays_private():
    place = Place(
        {
            "meta.yaml": meta_text(
                additionalFiles=["data/"],
                testFiles=["data/private_test.py"],
                studentSubmissionFiles=["data/main.py"],
            ),
            "data/open.csv": "1;2",
            "data/private_test.py": "assert answer() == 42",
            "data/main.py": SOLUTION,
        }
    )

    assert content_of(place)["data/main.py"] == b""
    assert set(content_of(place)) == {"data/main.py", "data/open.csv", "meta.yaml"}


def test_a_file_dropped_by_a_new_version_leaves_the_template():
    old = Place(
        {
            "meta.yaml": meta_text(additionalFiles=["data.csv", "hints.py"]),
            "data.csv": "1",
            "hints.py": SOLUTION,
        }
    )
    new = Place({"meta.yaml": meta_text(additionalFiles=["data.csv"]), "data.csv": "1", "hints.py": SOLUTION})
    course = MadeUpCourse([old]).after(new)

    assert "week1/hello_world/hints.py" in course.head.paths
    assert blob_oid(SOLUTION.encode()) not in {file.oid for file in course.template.tree}
