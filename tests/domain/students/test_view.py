"""The view of one place. The eight cases that other systems get wrong are in `test_known_leaks.py`."""

import pytest
from tests.builders.student_places import Place, meta_text

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.library.version import Role
from courseline.domain.tree import EXECUTABLE, GITLINK, SYMLINK
from courseline.errors import Severity

MARKED = "def f():\n    # BEGIN SOLUTION\n    return 42\n    # END SOLUTION\n    pass\n"
CUT = b"def f():\n    raise NotImplementedError\n    pass\n"


def shipped(place):
    """Rule and bytes of each file, with what refuses the place as a readable failure."""
    assert not place.view.refused, [problem.sentence for problem in place.view.problems]
    return {
        file.path: (str(file.rule), place.blobs[file.oid] if file.content is None else file.content)
        for file in place.view.files
        if file.path != "meta.yaml"
    }


def student_meta(place):
    return read_yaml(
        next(one.content for one in place.view.files if one.path == "meta.yaml"), "meta.yaml"
    ).data


def errors(place):
    assert place.view.files == ()
    return [problem for problem in place.view.problems if problem.severity is Severity.ERROR]


def test_only_what_a_rule_admits_is_in_the_view():
    place = Place(
        {
            "meta.yaml": meta_text(
                studentSubmissionFiles=["main.py"],
                additionalFiles=["data/in.csv"],
                studentTemplates=["studentTemplates/main.py"],
                testFiles=["tests/test_main.py"],
            ),
            "content/index.md": "![a](mediaFiles/a.png)",
            "content/index_de.md": "Hallo",
            "content/mediaFiles/a.png": "linked",
            "content/mediaFiles/solution.png": "not linked",
            "content/notes.md": "for lecturers",
            "main.py": "the solution",
            "studentTemplates/main.py": "the template",
            "studentTemplates/other.py": "not listed",
            "data/in.csv": "1;2",
            "data/expected.csv": "not listed",
            "tests/test_main.py": "assert",
            ".gitignore": "x",
        }
    )

    assert shipped(place) == {
        "README.md": ("1", b"![a](mediaFiles/a.png)"),
        "README_de.md": ("1", b"Hallo"),
        "mediaFiles/a.png": ("1", b"linked"),
        "data/in.csv": ("2", b"1;2"),
        "main.py": ("3-template", b"the template"),
    }
    assert [file.source for file in place.view.files if file.path == "main.py"] == [
        "studentTemplates/main.py"
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main.py": "the solution"}, {"main.py": ("3-empty", b"")}),
        ({}, {"main.py": ("3-empty", b"")}),
        ({"main.py": MARKED}, {"main.py": ("3-cut", CUT)}),
        (
            {"main.py": "# BEGIN SOLUTION\nx\n# END SOLUTION\n"},
            {"main.py": ("3-cut", b"raise NotImplementedError\n")},
        ),
    ],
)
def test_without_a_template_a_file_is_cut_or_empty_and_never_its_source(files, expected):
    place = Place({"meta.yaml": meta_text(studentSubmissionFiles=["main.py"]), **files})

    assert shipped(place) == expected


@pytest.mark.parametrize(
    ("entry", "target"),
    [
        ("studentTemplates/pkg/main.py", "pkg/main.py"),
        ("studentTemplate/pkg/main.py", "pkg/main.py"),
        ("starter/main.py", "starter/main.py"),
        ({"from": "starter/main.py", "to": "pkg/main.py"}, "pkg/main.py"),
        ({"from": "studentTemplates/pkg/main.py"}, "pkg/main.py"),
    ],
)
def test_a_template_goes_where_its_entry_says(entry, target):
    source = entry["from"] if isinstance(entry, dict) else entry
    meta = meta_text(studentSubmissionFiles=["pkg/main.py"], studentTemplates=[entry])
    found = shipped(Place({"meta.yaml": meta, source: "the template", "pkg/main.py": "the solution"}))

    assert found[target] == ("3-template", b"the template")
    assert found["pkg/main.py"] in {("3-template", b"the template"), ("3-empty", b"")}


def test_a_template_that_is_itself_handed_in_is_cut_and_refused_without_markers():
    meta = meta_text(studentSubmissionFiles=["main.py"], studentTemplates=["main.py"])
    refused = errors(Place({"meta.yaml": meta, "main.py": "the solution"}))

    assert shipped(Place({"meta.yaml": meta, "main.py": MARKED})) == {"main.py": ("3-cut", CUT)}
    assert [(problem.path, problem.line) for problem in refused] == [("week1/hello_world/meta.yaml", 9)]
    assert "it is the solution" in refused[0].message


def test_a_directory_brings_what_lies_in_it_but_nothing_that_has_another_purpose():
    place = Place(
        {
            "meta.yaml": meta_text(
                additionalFiles=["src/"],
                testFiles=["src/tests", "src/Check.py"],
                studentSubmissionFiles=["src/main.py"],
                studentTemplates=[{"from": "src/start.py", "to": "src/main.py"}],
            ),
            "src/open.txt": "1",
            "src/deep/open.txt": "2",
            "src/tests/a.py": "3",
            "src/Check.py": "4",
            "src/main.py": "5",
            "src/start.py": "6",
            "src/.hidden": "7",
            "src/.git-secrets/x": "8",
            "src2/x": "9",
        }
    )

    assert shipped(place) == {
        "src/open.txt": ("2", b"1"),
        "src/deep/open.txt": ("2", b"2"),
        "src/main.py": ("3-template", b"6"),
    }


def test_a_file_handed_in_does_not_come_in_another_spelling_of_case():
    meta = meta_text(additionalFiles=["src/"], studentSubmissionFiles=["src/main.py"])
    found = errors(Place({"meta.yaml": meta, "src/Main.py": "s", "src/open.txt": "o"}))

    assert "src/main.py" in found[0].message
    assert "src/Main.py" in found[0].message


def test_copies_of_a_dependency_come_only_when_they_are_public_there():
    files = {
        "meta.yaml": meta_text(),
        "utils.py": "u",
        "solution.py": "s",
        "test_utils.py": "t",
        "notes.md": "n",
    }
    roles = {
        "utils.py": Role.PUBLIC,
        "solution.py": Role.SUBMISSION,
        "test_utils.py": Role.TEST,
        "notes.md": Role.OTHER,
        "gone.py": Role.PUBLIC,
    }

    assert shipped(Place(files, roles=roles)) == {"utils.py": ("2", b"u")}


@pytest.mark.parametrize("role", [Role.TEST, Role.SUBMISSION])
def test_a_hidden_copy_of_a_dependency_cannot_be_listed(role):
    meta = meta_text(additionalFiles=["utils.py"])
    found = errors(Place({"meta.yaml": meta, "utils.py": "u"}, roles={"utils.py": role}))

    assert [problem.line for problem in found] == [7]
    assert "`utils.py`" in found[0].message
    assert f"a {role} file" in found[0].message


def test_a_hidden_copy_of_a_dependency_is_not_brought_by_a_directory():
    meta = meta_text(additionalFiles=["lib/"])
    roles = {"lib/a.py": Role.OTHER, "lib/b.py": Role.TEST}
    place = Place({"meta.yaml": meta, "lib/a.py": "a", "lib/b.py": "b", "lib/c.py": "c"}, roles=roles)

    assert shipped(place) == {"lib/c.py": ("2", b"c")}


@pytest.mark.parametrize("mode", [SYMLINK, GITLINK])
@pytest.mark.parametrize(
    "path", ["data/link", "content/index.md", "studentTemplates/main.py", "content/mediaFiles/a.png"]
)
def test_a_link_or_submodule_is_refused_wherever_a_rule_would_bring_it(mode, path):
    files = {
        "content/index.md": "![a](mediaFiles/a.png)",
        "content/mediaFiles/a.png": "a",
        "data/link": "b",
        "studentTemplates/main.py": "c",
    }
    meta = meta_text(
        studentSubmissionFiles=["main.py"],
        studentTemplates=["studentTemplates/main.py"],
        additionalFiles=["data/"],
    )
    found = errors(Place({"meta.yaml": meta, **files, path: (mode, files[path])}))

    assert len(found) == 1
    assert path in found[0].message


def test_the_executable_bit_is_kept():
    meta = meta_text(additionalFiles=["run.sh"], studentSubmissionFiles=["main.py"])
    files = {"meta.yaml": meta, "run.sh": (EXECUTABLE, "#!/bin/sh"), "main.py": (EXECUTABLE, MARKED)}
    modes = {file.path: file.mode for file in Place(files).view.files}

    assert modes["run.sh"] == modes["main.py"] == EXECUTABLE


@pytest.mark.parametrize(
    ("lists", "files", "both"),
    [
        ({}, {"README.md": "a", "content/index.md": "b"}, ("README.md", "content/index.md")),
        (
            {"additionalFiles": ["mediaFiles/a.png"]},
            {
                "content/index.md": "![a](mediaFiles/a.png)",
                "content/mediaFiles/a.png": "a",
                "mediaFiles/a.png": "b",
            },
            ("mediaFiles/a.png", "content/mediaFiles/a.png"),
        ),
        (
            {"studentTemplates": [{"from": "t/a.py", "to": "a.py"}], "additionalFiles": ["a.py"]},
            {"t/a.py": "a", "a.py": "b"},
            ("a.py", "line 10"),
        ),
        (
            {"studentTemplates": ["studentTemplates/a.py", "studentTemplate/a.py"]},
            {"studentTemplates/a.py": "a", "studentTemplate/a.py": "b"},
            ("lines 7 and 8", "a.py"),
        ),
    ],
)
def test_two_files_for_one_target_are_an_error_that_names_both(lists, files, both):
    found = errors(Place({"meta.yaml": meta_text(**lists), **files}))

    assert len(found) == 1
    assert all(name in found[0].message for name in both)


def test_the_same_content_for_one_target_is_no_conflict():
    assert shipped(Place({"meta.yaml": meta_text(), "README.md": "a", "content/index.md": "a"})) == {
        "README.md": ("1", b"a")
    }


@pytest.mark.parametrize(
    "path", ["README.md", "content/index.md", "content/mediaFiles/a.png", "data/in.csv", "t/main.py"]
)
def test_a_file_both_public_and_test_is_an_error_that_names_both(path):
    meta = meta_text(
        studentSubmissionFiles=["main.py"],
        studentTemplates=[{"from": "t/main.py", "to": "main.py"}],
        additionalFiles=["data/in.csv"],
        testFiles=[path],
    )
    files = {"t/main.py": "t", "data/in.csv": "d", "content/mediaFiles/a.png": "a"}
    text = "README.md" if path == "README.md" else "content/index.md"
    found = errors(Place({"meta.yaml": meta, **files, text: "![a](mediaFiles/a.png)"}))

    assert found
    assert path in found[0].message
    assert "testFiles" in found[0].message


@pytest.mark.parametrize(
    "lists", [{"additionalFiles": ["x.py"]}, {"testFiles": ["x.py"]}, {"additionalFiles": ["x/"]}]
)
def test_a_listed_file_that_is_missing_is_an_error_with_its_line(lists):
    found = errors(Place({"meta.yaml": meta_text(**lists)}))

    assert [problem.where for problem in found] == ["week1/hello_world/meta.yaml:7"]
    assert "`x" in found[0].message


@pytest.mark.parametrize("name", ["additionalFiles", "studentSubmissionFiles", "testFiles"])
@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a\\b", "./x", "*.py", ""])
def test_a_path_that_leaves_the_place_is_refused(name, path):
    assert errors(Place({"meta.yaml": meta_text(**{name: [path]}), "x": "x", "a/b": "x"}))


@pytest.mark.parametrize("path", ["meta.yaml", ".example-library"])
def test_meta_yaml_and_the_tracking_file_cannot_be_listed(path):
    assert errors(Place({"meta.yaml": meta_text(additionalFiles=[path]), ".example-library": "{}"}))


@pytest.mark.parametrize("path", ["data/in.txt", "studentTemplates/main.py", "content/index.md"])
def test_a_marker_in_a_file_that_is_published_as_it_is_is_an_error_with_its_line(path):
    meta = meta_text(
        studentSubmissionFiles=["main.py"],
        studentTemplates=["studentTemplates/main.py"],
        additionalFiles=["data/in.txt"],
    )
    files = {"data/in.txt": "d", "studentTemplates/main.py": "t", "content/index.md": "c"}
    found = errors(Place({"meta.yaml": meta, **files, path: MARKED}))

    assert [problem.where for problem in found] == [f"week1/hello_world/{path}:2"]


def test_a_dead_link_is_a_warning_and_the_rest_is_published():
    place = Place({"meta.yaml": meta_text(), "content/index.md": "\n![a](mediaFiles/gone.png)"})

    assert list(shipped(place)) == ["README.md"]
    assert [(problem.where, problem.severity) for problem in place.view.problems] == [
        ("week1/hello_world/content/index.md:2", Severity.WARNING)
    ]


def test_without_a_readable_meta_yaml_nothing_is_published():
    missing = errors(Place({"main.py": "x", "README.md": "y"}))
    broken = errors(Place({"meta.yaml": "properties: [", "README.md": "y"}))

    assert [problem.path for problem in missing] == ["week1/hello_world/meta.yaml"]
    assert "no meta.yaml" in missing[0].message
    assert broken[0].line == 1


def test_the_reduced_meta_yaml_has_only_what_students_may_see_in_this_order():
    place = Place(
        {
            "meta.yaml": (
                "title: T\nslug: s\nversion: 1.10\nauthors: [{name: A}]\nlanguage: de\nkeywords: [k]\n"
                "links: [{url: 'https://example.org', description: D}]\nlicense: MIT\ndescription: Long\nnotes: secret\n"
                "properties:\n  maxSubmissions: 1\n  maxTestRuns: 7\n  points: 10\n  testFiles: [t.py]\n"
                "  executionBackend: {slug: py, version: '3', settings: {expected: 42}}\n"
                "  studentTemplates: [studentTemplates/m.py]\n  additionalFiles: [a.txt, hidden/]\n"
                "  studentSubmissionFiles: [m.py]\n  testDependencies: [other]\n"
            ),
            "t.py": "t",
            "a.txt": "a",
            "hidden/.x": "h",
            "studentTemplates/m.py": "m",
        },
        properties={"maxSubmissions": 5, "maxTestRuns": None, "maxGroupSize": 2, "secret": "x"},
    )
    reduced = student_meta(place)

    assert list(reduced) == [
        "slug",
        "version",
        "title",
        "description",
        "language",
        "license",
        "links",
        "keywords",
        "properties",
    ]
    assert reduced["version"] == "1.10"
    assert list(reduced["properties"].items()) == [
        ("studentSubmissionFiles", ["m.py"]),
        ("additionalFiles", ["a.txt"]),
        ("executionBackend", {"slug": "py", "version": "3"}),
        ("maxTestRuns", 7),
        ("maxSubmissions", 5),
        ("maxGroupSize", 2),
    ]


def test_the_same_place_gives_the_same_view():
    files = {"meta.yaml": meta_text(additionalFiles=["b/", "a.txt"]), "b/x": "1", "b/y": "2", "a.txt": "3"}

    assert Place(files).view == Place(dict(reversed(files.items()))).view
