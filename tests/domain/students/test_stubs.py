import ast

import pytest
from tests.builders.student_places import MadeUpCourse, Place, meta_text

from courseline.domain.students.cut import cut_solutions
from courseline.domain.students.gate.judge import judge
from courseline.domain.students.stubs import Stubs

SOURCE = "a\n  {0} BEGIN SOLUTION\n  the answer to all of it\n  {0} END SOLUTION\nz\n"


def cut(text, path, chosen=None):
    return cut_solutions(text.encode(), path, Stubs(chosen or {})).content.decode()


@pytest.mark.parametrize(
    ("path", "sign", "stub"),
    [
        ("main.py", "#", "raise NotImplementedError"),
        ("main.m", "%", "error('Not implemented yet.');"),
        ("main.R", "#", 'stop("Not implemented yet.")'),
        ("main.r", "#", 'stop("Not implemented yet.")'),
        ("src/main.c", "//", "// TODO: write your code here"),
        ("src/Main.java", "//", "// TODO: write your code here"),
        ("main.sql", "--", "-- TODO: write your code here"),
        ("main.tex", "%", "% TODO: write your code here"),
        ("index.html", "", "<!-- TODO: write your code here -->"),
        ("Makefile", "#", "# TODO: write your code here"),
        ("answers.txt", "", "Write your answer here."),
        ("README.md", "", "Write your answer here."),
    ],
)
def test_each_language_has_a_stub_that_the_gate_knows_too(path, sign, stub):
    source = SOURCE.format(sign)
    place = Place({"meta.yaml": meta_text(studentSubmissionFiles=[path]), path: source})

    assert cut(source, path) == f"a\n  {stub}\nz\n"
    if path != "README.md":
        assert judge(MadeUpCourse([place]).case()) == []


def test_a_language_that_is_not_known_gets_none():
    assert cut(SOURCE.format("#"), "main.unheard") == "a\nz\n"


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n",
        "def f():\n# BEGIN SOLUTION\n    return 1\n# END SOLUTION\n",
        "def f():\n    # BEGIN SOLUTION\n# an old idea\n    return 1\n    # END SOLUTION\n",
        "def f():\n    # BEGIN SOLUTION\n    # END SOLUTION\n",
        "class A:\n    # BEGIN SOLUTION\n    def f(self):\n        return 1\n    # END SOLUTION\n",
        "class A:\n    # BEGIN SOLUTION\n    @property\n    def f(self):\n        return 1\n    # END SOLUTION\n",
        "# BEGIN SOLUTION\nimport math\n# END SOLUTION\n",
        "for x in y:\n\t# BEGIN SOLUTION\n\n\tprint(x)\n\t# END SOLUTION\n",
        "if x:\n    # BEGIN SOLUTION\n    a = 1\nelse:\n    a = 2\n    # END SOLUTION\n",
        "def f(x):\n    # BEGIN SOLUTION\n    x += 1\n    # END SOLUTION\n    return x\n",
        "def f():\n    # BEGIN SOLUTION\n    return 1\n\n\ndef g():\n    return 2\n# END SOLUTION\n",
        "def test():\n    # BEGIN HIDDEN TESTS\n    assert f() == 1\n    # END HIDDEN TESTS\n# BEGIN SOLUTION\n# END SOLUTION\n",
    ],
)
def test_what_is_left_of_python_compiles(source):
    left = cut(source, "main.py")

    ast.parse(left)
    assert "pass" in left or "raise NotImplementedError" in left


def test_a_definition_that_is_cut_out_does_not_break_the_import_of_the_rest():
    left = cut("# BEGIN SOLUTION\nasync def f():\n    return 1\n# END SOLUTION\nx = 2\n", "main.py")

    assert left == "pass\nx = 2\n"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("return None", "a\n  return None\nz\n"),
        ({".py": "return 1", ".c": "x"}, "a\n  return 1\nz\n"),
        ({"main.py": "by its path", ".py": "x"}, "a\n  by its path\nz\n"),
        ({".PY": "return 1"}, "a\n  return 1\nz\n"),
        ({".c": "x"}, "a\n  raise NotImplementedError\nz\n"),
        ("", "a\nz\n"),
        ("# two\nreturn None  # lines\n", "a\n  # two\n  return None  # lines\nz\n"),
        ("# schön", "a\n  # schön\nz\n"),
    ],
)
def test_meta_yaml_chooses_the_stub_and_the_gate_agrees(chosen, expected):
    meta = meta_text(studentSubmissionFiles=["main.py"], solutionStub=chosen)
    place = Place({"meta.yaml": meta, "main.py": SOURCE.format("#")})
    found = {file.path: file.content for file in place.view.files}

    assert found["main.py"].decode() == expected
    assert "solutionStub" not in found["meta.yaml"].decode()
    assert judge(MadeUpCourse([place]).case()) == []


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_a_stub_is_written_in_the_encoding_of_the_file(encoding):
    meta = meta_text(studentSubmissionFiles=["main.py"], solutionStub="# schön")
    place = Place({"meta.yaml": meta, "main.py": SOURCE.format("# ü\n#").encode(encoding)})
    found = {file.path: file.content for file in place.view.files}

    assert found["main.py"].decode(encoding) == "a\n  # ü\n  # schön\nz\n"
    assert judge(MadeUpCourse([place]).case()) == []


def test_a_stub_that_the_encoding_of_the_file_has_no_letters_for_is_refused_with_the_line():
    source = SOURCE.format("# é\n#").encode("latin-1")
    found = cut_solutions(source, "main.py", Stubs({".py": "# 答案"}))

    assert found.content is None
    assert [problem.line for problem in found.problems] == [3]
    assert "`# 答案`" in found.problems[0].message


def test_a_stub_that_is_a_marker_is_refused():
    place = Place(
        {
            "meta.yaml": meta_text(studentSubmissionFiles=["main.py"], solutionStub="# BEGIN SOLUTION"),
            "main.py": SOURCE.format("#"),
        }
    )

    assert place.view.files == ()
    assert "solutionStub" in place.view.problems[0].sentence


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (True, "must be text or a mapping"),
        ({".py": ["a"]}, "must be text"),
        ({".py": "x" * 2001}, "at most 2000 characters"),
        ({".py": "a\u200b"}, "printable"),
        ({"other.py": "pass"}, "which students do not hand in"),
    ],
)
def test_a_stub_that_makes_no_sense_is_a_problem_of_meta_yaml(written, words):
    meta = meta_text(studentSubmissionFiles=["main.py"], solutionStub=written)
    place = Place({"meta.yaml": meta, "main.py": SOURCE.format("#")})

    assert place.view.files == ()
    assert words in place.view.problems[0].message


@pytest.mark.parametrize("written", [None, [], {}])
def test_a_stub_that_says_nothing_is_the_usual_one(written):
    meta = meta_text(studentSubmissionFiles=["main.py"], solutionStub=written)
    place = Place({"meta.yaml": meta, "main.py": SOURCE.format("#")})

    assert {file.path: file.content for file in place.view.files}[
        "main.py"
    ] == b"a\n  raise NotImplementedError\nz\n"


@pytest.mark.parametrize(
    "planted", ["the answer to all of it", "raise SystemExit('the answer')", "    pass  # the answer"]
)
def test_the_gate_takes_no_other_line_for_a_stub(planted):
    place = Place({"meta.yaml": meta_text(studentSubmissionFiles=["main.py"]), "main.py": SOURCE.format("#")})
    course = MadeUpCourse([place])
    changed = {"week1/hello_world/main.py": f"a\n  {planted}\nz\n"}

    assert [finding.rule for finding in judge(course.case(changed))] == ["justification"]


def test_the_gate_takes_a_stub_only_where_something_was_cut():
    place = Place({"meta.yaml": meta_text(studentSubmissionFiles=["main.py"]), "main.py": SOURCE.format("#")})
    changed = {"week1/hello_world/main.py": "raise NotImplementedError\na\nz\n"}

    assert [finding.rule for finding in judge(MadeUpCourse([place]).case(changed))] == ["justification"]
