import json
import subprocess
import sys

import nbformat
import pytest
from tests.builders.notebooks import code, graded, notebook, text
from tests.builders.student_places import MadeUpCourse, Place, meta_text

from courseline.domain.students.gate.judge import judge
from courseline.domain.students.notebook import LARGEST, read_notebook
from courseline.domain.students.notebook_cut import cut_notebook
from courseline.domain.students.stubs import Stubs
from courseline.errors import Severity

MARKED = "def f(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION\n"
LEFT = "def f(x):\n    raise NotImplementedError\n"


def cells_of(raw, chosen=None):
    cut = cut_notebook(raw, "task.ipynb", Stubs(chosen or {}))
    assert cut.problems == ()
    assert cut.content is not None
    nbformat.validate(json.loads(cut.content))
    return json.loads(cut.content)["cells"]


def sources(raw, chosen=None):
    return ["".join(cell["source"]) for cell in cells_of(raw, chosen)]


def place_of(raw, **lists):
    meta = meta_text(**(lists or {"studentSubmissionFiles": ["task.ipynb"]}))
    return Place({"meta.yaml": meta, "task.ipynb": raw})


def test_markers_within_a_cell_are_cut():
    assert sources(notebook(text("# Task"), code(MARKED))) == ["# Task", LEFT]


def test_a_solution_cell_without_markers_is_a_solution_as_a_whole():
    raw = notebook(
        code("x = 42\n", nbgrader=graded(solution=True)),
        text("It is 42.", nbgrader=graded(solution=True, grade=True, points=3)),
        code("y = 42\n", tags=["Solution"]),
        code("z = 1\n"),
    )

    assert sources(raw) == [
        "raise NotImplementedError",
        "Write your answer here.",
        "raise NotImplementedError",
        "z = 1\n",
    ]


@pytest.mark.parametrize("said", [1, "true", "True", "yes", [1]])
def test_whatever_does_not_say_no_makes_a_solution_cell(said):
    raw = notebook(code("x = 42", nbgrader=graded(solution=said)))

    assert sources(raw) == ["raise NotImplementedError"]
    assert judge(MadeUpCourse([place_of(raw)]).case()) == []


@pytest.mark.parametrize("said", [False, None, 0, "false", "no", ""])
def test_a_cell_that_says_no_stays(said):
    raw = notebook(code("x = 1", nbgrader=graded(solution=said)), code(MARKED))

    assert sources(raw) == ["x = 1", LEFT]
    assert judge(MadeUpCourse([place_of(raw)]).case()) == []


def test_of_a_solution_cell_with_markers_the_rest_stays():
    assert sources(notebook(code("import math\n" + MARKED, nbgrader=graded(solution=True)))) == [
        "import math\n" + LEFT
    ]


def test_tests_stay_and_hidden_tests_go():
    hidden = "assert f(1) == 2\n### BEGIN HIDDEN TESTS\nassert f(41) == 42\n### END HIDDEN TESTS\n"
    raw = notebook(code(MARKED), code(hidden, nbgrader=graded(grade=True, locked=True, points=2)))

    assert sources(raw) == [LEFT, "assert f(1) == 2\n"]


def test_of_a_task_cell_the_mark_scheme_goes():
    scheme = "Explain it.\n=== BEGIN MARK SCHEME ===\nTwo points for why.\n=== END MARK SCHEME ===\n"
    raw = notebook(code(MARKED), text(scheme, nbgrader=graded(task=True, points=2)))

    assert sources(raw) == [LEFT, "Explain it.\n"]


def test_nothing_of_what_running_it_left_behind_reaches_students():
    picture = {"image/png": "aGlkZGVu"}
    raw = notebook(
        text(
            "![a](attachment:a.png)\n<solution>\n![b](attachment:b.png)\n</solution>",
            {"a.png": picture, "b.png": picture},
        ),
        code(
            MARKED,
            nbgrader=graded(solution=True, grade_id="f"),
            tags=["keep"],
            editable=False,
            secret="it is 42",
        ),
    )
    shown, run = cells_of(raw)
    content = cut_notebook(raw, "task.ipynb").content

    assert (run["execution_count"], run["outputs"]) == (None, [])
    assert run["metadata"] == {
        "editable": False,
        "nbgrader": {
            "grade": False,
            "grade_id": "f",
            "locked": False,
            "schema_version": 3,
            "solution": True,
            "task": False,
        },
        "tags": ["keep"],
    }
    assert list(shown["attachments"]) == ["a.png"]
    assert json.loads(content)["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for word in (
        b"Ada",
        b"widget",
        b"checksum",
        b"what it printed",
        b"b.png",
        b"it is 42",
        b"3.11.4",
        b"vscode",
    ):
        assert word not in content


def test_what_folds_a_cell_away_and_long_texts_in_metadata_go():
    about = {
        "kernelspec": {"name": "python3", "display_name": "x" * 201},
        "language_info": {"name": "python"},
    }
    raw = notebook(
        code(MARKED, tags=["hide-input", "remove_cell", "hidden", "week-1"], jupyter={"source_hidden": True}),
        code("x", nbgrader=graded(grade_id="line\nanother"), tags=["a\nb", "hide-cell"]),
        metadata=about,
    )
    first, second = cells_of(raw)
    content = cut_notebook(raw, "task.ipynb").content

    assert first["metadata"] == {"tags": ["week-1"]}
    assert set(second["metadata"]) == {"nbgrader"}
    assert "grade_id" not in second["metadata"]["nbgrader"]
    assert json.loads(content)["metadata"] == {"language_info": {"name": "python"}}
    assert judge(MadeUpCourse([place_of(raw)]).case()) == []


@pytest.mark.parametrize("minor", [0, 2, 4, 5])
def test_the_result_is_valid_the_same_each_time_and_passes_the_gate(minor):
    raw = notebook(text("# Ü"), code(MARKED), code("x = 42", nbgrader=graded(solution=True)), minor=minor)
    place = place_of(raw)
    files = {file.path: (str(file.rule), file.content) for file in place.view.files}
    rule, content = files["task.ipynb"]

    assert rule == "3-cut"
    assert content == cut_notebook(raw, "task.ipynb", Stubs()).content
    assert b"\xc3\x9c" in content
    assert content.endswith(b"}\n")
    nbformat.validate(nbformat.reads(content.decode(), as_version=nbformat.NO_CONVERT))
    assert judge(MadeUpCourse([place]).case()) == []


def test_cells_without_an_id_or_with_that_of_another_get_one_that_is_always_the_same():
    twins = [{**code(MARKED), "id": "a"}, {**code("x"), "id": "a"}]
    raw = notebook(*twins, minor=5).replace(b'"id": "a"', b'"id": "a"')
    bare = json.loads(raw)
    del bare["cells"][0]["id"]

    ids = [cell["id"] for cell in cells_of(raw)]
    assert ids[0] == "a"
    assert len(set(ids)) == 2
    assert cells_of(json.dumps(bare).encode()) == cells_of(json.dumps(bare).encode())


@pytest.mark.parametrize(
    ("language", "sign", "stub"),
    [
        ("python", "#", "raise NotImplementedError"),
        ("octave", "%", "error('Not implemented yet.');"),
        ("R", "#", 'stop("Not implemented yet.")'),
        ("java", "//", "// TODO: write your code here"),
    ],
)
def test_the_stub_is_one_of_the_kernel_s_language(language, sign, stub):
    about = {"kernelspec": {"name": language.lower(), "display_name": language, "language": language}}
    raw = notebook(code(f"a\n{sign} BEGIN SOLUTION\nb\n{sign} END SOLUTION\n"), metadata=about)

    assert sources(raw) == [f"a\n{stub}\n"]
    assert judge(MadeUpCourse([place_of(raw)]).case()) == []


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [({".py": "pass"}, "pass"), ("pass", "pass"), ({"task.ipynb": "..."}, "..."), ({".py": ""}, "")],
)
def test_meta_yaml_chooses_the_stub(chosen, expected):
    raw = notebook(code("x = 42", nbgrader=graded(solution=True)))
    place = place_of(raw, studentSubmissionFiles=["task.ipynb"], solutionStub=chosen)
    content = next(file.content for file in place.view.files if file.path == "task.ipynb")

    assert ["".join(cell["source"]) for cell in json.loads(content)["cells"]] == [expected]
    assert judge(MadeUpCourse([place]).case()) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a\n### BEGIN SOLUTION\n", "Cell 2, line 2: `BEGIN SOLUTION` begins a solution that no line ends."),
        ("### END SOLUTION\n", "Cell 2, line 1: `END SOLUTION` ends a solution that no line begins."),
        (f"# BEGIN SOLUTION\n{MARKED}# END SOLUTION\n", "Cell 2, line 3: `BEGIN SOLUTION` stands inside"),
        ("x = 1  # BEGIN SOLUTION\n# END SOLUTION\n", "Cell 2, line 1: The line resembles"),
    ],
)
def test_markers_that_make_no_pair_within_a_cell_are_named_by_cell_and_line(source, message):
    cut = cut_notebook(notebook(text("a"), code(source)), "task.ipynb")

    assert cut.content is None
    assert message in cut.problems[0].message


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"not a notebook", 1, "no JSON"),
        (b'{"cells": [],\n "metadata": }', 2, "no JSON"),
        (b'{"cells": "\xe9"}', 1, "not UTF-8"),
        (b"[]", None, "no list of cells"),
        (b'{"cells": {}}', None, "no list of cells"),
        (b'{"cells": [], "metadata": {}}', None, "which version"),
        (b'{"worksheets": [], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}', None, "format 3"),
        (b'{"cells": [], "cells": [], "nbformat": 4, "nbformat_minor": 4}', None, "one key twice"),
        (b'{"cells": [], "metadata": {"a": NaN}, "nbformat": 4, "nbformat_minor": 4}', None, "NaN"),
        (b"[" * 5_000, None, "nested too deeply"),
        (b'{"a":' * 120 + b"1" + b"}" * 120, None, "levels"),
        (
            b'{"cells": [], "metadata": {"a": "\\ud800"}, "nbformat": 4, "nbformat_minor": 4}',
            None,
            "half of a character",
        ),
        (
            b'{"cells": [], "metadata": {"kernelspec": 3}, "nbformat": 4, "nbformat_minor": 4}',
            None,
            "beside its cells",
        ),
        (b'{"metadata": {}, "nbformat": 4, "nbformat_minor": 4}', None, "beside its cells"),
        (notebook(text("a"), {**code("b"), "outputs": 3}), None, "Cell 2 of the notebook is not valid"),
        (notebook(text("a"), {"cell_type": "code"}), None, "Cell 2 of the notebook is not valid"),
        (notebook({"cell_type": "video"}), None, "Cell 1 of the notebook is not valid: it is no code"),
        (notebook({**code("a"), "source": 3}), None, "Cell 1 of the notebook is not valid"),
    ],
)
def test_what_is_no_valid_notebook_is_refused_with_line_or_cell(raw, line, words):
    cut = cut_notebook(raw, "task.ipynb")

    assert cut.content is None
    assert [problem.line for problem in cut.problems] == [line]
    assert words in cut.problems[0].message
    assert cut.problems[0].fix


@pytest.mark.parametrize(
    "broken",
    [
        {"source": 3, "outputs": "it is 42"},
        {"outputs": [{"output_type": "it is 42"}]},
        {"it is 42": "it is 42"},
        {"metadata": "it is 42"},
        {"execution_count": "it is 42"},
    ],
)
def test_what_is_wrong_with_a_cell_is_said_without_quoting_it(broken):
    cut = cut_notebook(notebook(text("a"), {**code("x = 'it is 42'"), **broken}), "task.ipynb")

    assert "Cell 2 of the notebook is not valid: its " in cut.problems[0].message
    assert "42" not in cut.problems[0].sentence


def test_a_notebook_that_would_fill_the_memory_is_refused_unread():
    many = cut_notebook(b'{"cells": [' + b"{}," * 200_000 + b"{}]}", "task.ipynb")
    large = cut_notebook(b'{"cells": "' + b"a" * LARGEST + b'"}', "task.ipynb")

    for cut in (many, large):
        assert cut.content is None
        assert "very many parts; up to 20,971,520 bytes" in cut.problems[0].message


def test_a_notebook_of_a_later_format_is_read_or_refused_and_never_published_as_it_is():
    place = place_of(notebook(code(MARKED), minor=9))

    assert all(file.oid not in place.blobs for file in place.view.files if file.path == "task.ipynb")


def test_a_notebook_without_solutions_is_empty_for_students_who_are_warned():
    place = place_of(notebook(code("x = 42")))

    assert {file.path: str(file.rule) for file in place.view.files} == {
        "meta.yaml": "4",
        "task.ipynb": "3-empty",
    }
    assert [(problem.severity, problem.where) for problem in place.view.problems] == [
        (Severity.WARNING, "week1/hello_world/task.ipynb")
    ]


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("x = 42", True),
        ("def f(x):\n    return x + 1", True),
        ("", False),
        ("# YOUR CODE HERE\nraise NotImplementedError()", False),
        ("def f(x):\n    raise NotImplementedError", False),
    ],
)
def test_a_notebook_published_as_it_is_has_no_filled_in_solution_cell(source, refused):
    raw = notebook(text("a"), code(source, nbgrader=graded(solution=True)))
    place = place_of(raw, additionalFiles=["task.ipynb"])

    assert bool(place.view.files) is not refused
    if refused:
        assert "its cell 2 holds a solution" in place.view.problems[0].message


@pytest.mark.parametrize(
    "lists",
    [{"additionalFiles": ["task.ipynb"]}, {"studentTemplates": [{"from": "task.ipynb", "to": "a.ipynb"}]}],
)
def test_markers_in_escapes_of_json_are_seen_in_a_notebook_published_as_it_is(lists):
    raw = notebook(code(MARKED)).replace(b"BEGIN", b"\\u0042EGIN").replace(b"END SOL", b"\\u0045ND SOL")
    place = place_of(raw, **lists)
    honest = place_of(notebook(code("x = 1")), **lists)
    target = "task.ipynb" if "additionalFiles" in lists else "a.ipynb"
    findings = judge(MadeUpCourse([honest]).case({f"week1/hello_world/{target}": raw}))

    assert place.view.files == ()
    assert "its cell 1 holds a solution" in place.view.problems[0].message
    assert "markers" in {finding.rule for finding in findings}


FAULTS = {
    "an output": lambda data: data["cells"][1].update(
        outputs=[{"output_type": "stream", "name": "stdout", "text": "the answer is 42"}]
    ),
    "an execution count": lambda data: data["cells"][1].update(execution_count=3),
    "the solution": lambda data: data["cells"][1].update(
        source=MARKED.replace("###", "#").splitlines(keepends=True)
    ),
    "a line of it": lambda data: data["cells"][1]["source"].append("    return x + 1"),
    "a cell": lambda data: data["cells"].append(data["cells"][0]),
    "an attachment": lambda data: data["cells"][0].update(attachments={"b.png": {"image/png": "aGlkZGVu"}}),
    "an author": lambda data: data["metadata"].update(authors=[{"name": "Ada"}]),
    "a field": lambda data: data.update(answer=42),
    "a field of a cell": lambda data: data["cells"][1].update(answer=42),
    "metadata of a cell": lambda data: data["cells"][1]["metadata"].update(answer=42),
    "a tag": lambda data: data["cells"][1]["metadata"].update(tags=["it is 42"]),
    "an account of nbgrader's": lambda data: data["cells"][1]["metadata"].update(nbgrader={"checksum": "42"}),
    "another kernel": lambda data: data["metadata"]["kernelspec"].update(name="it is 42"),
    "another id": lambda data: data["cells"][1].update(id="it-is-42"),
    "another type": lambda data: data["cells"][0].update(cell_type="raw"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_gate_finds_what_the_builder_must_not_leave_in(fault):
    raw = notebook(
        text("![a](attachment:a.png)", {"a.png": {"image/png": "YQ=="}, "b.png": {"image/png": "Yg=="}}),
        code(MARKED),
        minor=5,
    )
    place = place_of(raw)
    content = next(file.content for file in place.view.files if file.path == "task.ipynb")
    data = json.loads(content)
    FAULTS[fault](data)
    course = MadeUpCourse([place])

    assert judge(course.case()) == []
    findings = judge(course.case({"week1/hello_world/task.ipynb": json.dumps(data).encode()}))
    assert "justification" in {finding.rule for finding in findings}


def test_nbformat_is_loaded_for_notebooks_only():
    program = (
        "import sys; import courseline.domain.students.view; assert 'nbformat' not in sys.modules;"
        "from courseline.domain.students.notebook import LARGEST, read_notebook;"
        'read_notebook(b\'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}\', "a.ipynb");'
        "assert 'nbformat' in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_byte_order_mark_is_no_part_of_it():
    assert read_notebook(b"\xef\xbb\xbf" + notebook(code("x")), "a.ipynb").cells[0].source == "x"
