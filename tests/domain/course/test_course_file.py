from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.course_files import TYPES, course_file, errors, warnings

from courseline.domain.course.course import ContentKind, ContentType
from courseline.domain.course.course_file import parse_course_file
from courseline.domain.course.wish import COURSE_FILE, GateException, GateLimits, Removal
from courseline.domain.located import Located
from courseline.errors import Problem

SEED = """\
# course-structure.yaml
contentTypes:
  - kind: "unit"
    slug: "week"
    title: "Week"
    color: "#4CAF50"
  - kind: "assignment"
    slug: "assignment"
    title: "Assignment"
    color: "#2196F3"

structure:
  - path: "week1"
    type: "week"
    title: "Week 1: Introduction"
    content:
      - path: "week1.hello_world"
        type: "assignment"
        title: "Hello World"
        example_id: "{{hello-world-uuid}}"
        example_version: "v1.0"
      - path: "week1.variables"
        type: "assignment"
        title: "Variables Basics"
        example_id: "{{variables-basics-uuid}}"
        example_version: "v1.0"
  - path: "week2"
    type: "week"
    title: "Week 2: Functions"
    content:
      - path: "week2.functions"
        type: "assignment"
        title: "Function Basics"
        example_id: "{{functions-intro-uuid}}"
        example_version: "v1.0"
"""

EVERYTHING = """\
contentTypes:
  - {kind: unit, slug: week, title: Week, color: "#4CAF50"}
  - {kind: assignment, slug: assignment}
structure:
  - path: week1
    type: week
    content:
      - path: week1.hello_world
        type: assignment
        title: 101
        example: hello-world
        version: ^1.0
        pin: v1.2
        properties: {maxSubmissions: 5, maxTestRuns: 10, maxGroupSize: null, note: {any: [thing]}}
        directory: tasks/hello/
        movedFrom: week1.hello
        visibleFrom: 2026-10-01T08:00
        allowTemplateChange: v1.3
removed:
  - {path: week1.old, keepFiles: true}
  - {path: week1.older, allowTemplateChange: v2}
allowRemovals: 5
exceptions:
  - {path: week1/hello_world/data.txt, sha256: SUM, reason: public data, by: A. Lecturer}
""".replace("SUM", "a" * 64)


def test_the_seed_documents_course_is_read_as_it_is():
    file, problems = course_file(SEED)
    assert problems == []
    assert file.content_types == (
        ContentType(ContentKind.UNIT, "week", "Week", "#4CAF50"),
        ContentType(ContentKind.ASSIGNMENT, "assignment", "Assignment", "#2196F3"),
    )
    assert [(node.position, node.line, node.path, node.title) for node in file.nodes] == [
        (0, 13, "week1", "Week 1: Introduction"),
        (1, 17, "week1.hello_world", "Hello World"),
        (2, 22, "week1.variables", "Variables Basics"),
        (3, 27, "week2", "Week 2: Functions"),
        (4, 31, "week2.functions", "Function Basics"),
    ]
    wish = file.nodes[4].wish
    assert wish is not None
    assert (wish.example, wish.version, wish.pin) == ("{{functions-intro-uuid}}", "v1.0", None)
    assert (wish.line, wish.version_line) == (34, 35)


def test_every_key_is_read():
    file, problems = course_file(EVERYTHING, "Europe/Vienna")
    assert problems == []
    node = file.nodes[1]
    assert node.title == "101"
    assert node.wish is not None
    assert (node.wish.example, node.wish.version, node.wish.pin) == ("hello-world", "^1.0", "v1.2")
    assert node.properties == {
        "maxSubmissions": 5,
        "maxTestRuns": 10,
        "maxGroupSize": None,
        "note": {"any": ["thing"]},
    }
    assert (node.directory, node.moved_from, node.allow_template_change) == (
        "tasks/hello",
        "week1.hello",
        "v1.3",
    )
    assert node.visible_from == datetime(2026, 10, 1, 6, tzinfo=UTC)
    assert file.content_types[1].title == "assignment"
    assert file.removed == (
        Removal("week1.old", 20, keep_files=True),
        Removal("week1.older", 21, allow_template_change="v2"),
    )
    assert file.allow_removals == 5
    assert file.exceptions == (
        GateException("week1/hello_world/data.txt", "a" * 64, "public data", "A. Lecturer", 24),
    )


def test_all_problems_of_a_file_come_at_once_in_order_of_lines():
    _, problems = course_file(
        """\
        contentTypes:
          - {kind: lesson, slug: week}
          - {kind: assignment, slug: assignment}
        structure:
          - path: week 1
            type: week
          - path: week2.a
            type: assigment
            example: [hello]
          - path: week2.a
            type: assignment
            version: newest
            visibleFrom: soon
            pin: ^1
        allowRemovals: many
        removed: week1
        """
    )
    assert [line for line, _ in errors(problems)] == [2, 5, 8, 9, 10, 12, 12, 13, 14, 15, 16]
    assert all(problem.fix for problem in problems)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "null\n"])
def test_an_empty_file_is_refused_with_what_to_write(text):
    file, problems = course_file(text)
    assert errors(problems) == [(1, "The course file is empty.")]
    assert "`structure:`" in problems[0].fix
    assert file.nodes == ()


def test_a_file_that_is_a_list_is_refused():
    assert errors(course_file("- a\n")[1]) == [(1, "The course file is not a mapping.")]


@pytest.mark.parametrize("text", [TYPES, TYPES + "structure:\n"])
def test_a_missing_structure_is_refused_so_that_a_cut_file_removes_nothing(text):
    assert [message for _, message in errors(course_file(text)[1])] == ["The course file has no `structure`."]


def test_an_empty_structure_is_a_course_without_contents():
    file, problems = course_file("structure: []\n")
    assert (file.nodes, problems) == ((), [])


def test_an_unknown_key_is_a_warning_with_the_nearest_known_one():
    _, problems = course_file("structure: []\nallowRemoval: 3\n")
    assert warnings(problems) == [(2, "Nothing reads `allowRemoval`.")]
    assert problems[0].fix == "Did you mean `allowRemovals`?"


def test_an_unquoted_color_is_told_from_a_missing_one():
    _, problems = course_file(
        "contentTypes:\n  - kind: unit\n    slug: week\n    color: #4CAF50\nstructure: []\n"
    )
    assert warnings(problems) == [(4, "`color` is empty: an unquoted `#` begins a comment.")]


def test_two_content_types_with_one_slug_are_refused():
    text = "contentTypes:\n  - {kind: unit, slug: a}\n  - {kind: assignment, slug: a}\nstructure: []\n"
    assert errors(course_file(text)[1]) == [(3, "The content type `a` is already defined on line 2.")]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{kind: Unit, slug: a}", "`kind` must be 'unit' or 'assignment', found `Unit`."),
        ("{slug: a}", "`kind` is missing."),
        ("{kind: unit}", "`slug` is missing."),
        ("{kind: unit, slug: a b}", "`slug`: `a b` is no slug."),
        ("{kind: unit, slug: a, color: '<b>'}", "`color`: `<b>` is no color."),
        ("week", "`contentTypes[0]` must be a mapping, found text."),
    ],
)
def test_a_wrong_content_type_says_what_is_wrong(entry, message):
    assert errors(course_file(f"contentTypes:\n  - {entry}\nstructure: []\n")[1]) == [(2, message)]


def test_contents_of_a_wrong_type_entry_are_not_blamed_for_it():
    _, problems = course_file("contentTypes:\n  - {slug: week}\nstructure:\n  - {path: a, type: week}\n")
    assert errors(problems) == [(2, "`kind` is missing.")]


@pytest.mark.parametrize("value", ["-1", "many", "true", "1.5", "[3]"])
def test_allow_removals_is_a_whole_number_from_0(value):
    assert [line for line, _ in errors(course_file(f"structure: []\nallowRemovals: {value}\n")[1])] == [2]


def test_a_course_sets_how_like_a_hidden_file_a_public_one_may_be():
    file, problems = course_file("structure: []\nleakGate: {sharedPercent: 60, fromLines: 12}\n")
    assert (file.limits, problems) == (GateLimits(60, 5, 12), [])
    assert course_file("structure: []\n")[0].limits == GateLimits(80, 5, 8)


@pytest.mark.parametrize("value", ["{sharedPercent: 0}", "{sharedPercent: 101}", "{shingleLines: 1}", "none"])
def test_no_course_switches_the_leak_gate_off(value):
    assert [line for line, _ in errors(course_file(f"structure: []\nleakGate: {value}\n")[1])] == [2]


@pytest.mark.parametrize(
    ("entries", "line", "words"),
    [
        ("[{path: week-1}]", 2, "cannot be used"),
        ("[{keepFiles: true}]", 2, "`path` is missing"),
        ("[{path: a, keepFiles: yes}]", 2, "must be true or false, found text"),
        ("[{path: a, allowTemplateChange: ^1}]", 2, "not the label of one version"),
        ("\n  - {path: a}\n  - {path: a}", 4, "already under `removed` on line 3"),
    ],
)
def test_a_wrong_removal_says_what_is_wrong(entries, line, words):
    ((found_line, message),) = errors(course_file(f"structure: []\nremoved: {entries}\n")[1])
    assert found_line == line
    assert words in message


def test_a_content_cannot_be_both_there_and_removed():
    text = TYPES + "structure:\n  - {path: week1, type: week}\nremoved:\n  - {path: week1}\n"
    assert errors(course_file(text)[1]) == [
        (7, "`week1` is under `removed`, and in the structure on line 5.")
    ]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{path: a, sha256: abc, reason: r, by: b}", "SHA-256"),
        (f"{{path: a, sha256: {'A' * 64}, reason: r, by: b}}", "SHA-256"),
        (f"{{path: a, sha256: {'a' * 64}, reason: '', by: b}}", "`reason`"),
        (f"{{path: a, sha256: {'a' * 64}, reason: r}}", "`by` is missing"),
        (f"{{path: ../a, sha256: {'a' * 64}, reason: r, by: b}}", "leaves the directory"),
        (f"{{sha256: {'a' * 64}, reason: r, by: b}}", "`path` is missing"),
    ],
)
def test_an_exception_to_the_gate_must_be_complete(entry, words):
    file, problems = course_file(f"structure: []\nexceptions:\n  - {entry}\n")
    assert [line for line, _ in errors(problems)] == [3]
    assert words in problems[0].message
    assert file.exceptions == ()


def test_a_course_with_an_unknown_time_zone_is_told_so():
    _, problems = course_file("structure: []\n", "Europe/Wien")
    assert "`Europe/Wien` is no IANA time zone" in problems[0].message


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)
PATHS = st.sampled_from(["a", "a.b", "a.b.c", "b", "b.a", "week 1", "", "a..b", 5, None])
ENTRIES = st.recursive(
    st.fixed_dictionaries(
        {"path": PATHS, "type": st.sampled_from(["week", "assignment", "nothing", None])},
        optional={
            "title": PLAIN,
            "example": PLAIN,
            "example_id": st.text(max_size=5),
            "version": st.sampled_from(["^1", "1.0", "latest", "foo", 1, None, []]),
            "pin": PLAIN,
            "properties": PLAIN,
            "directory": st.sampled_from(["x", "x/y", "X", "..", "", 3]),
            "movedFrom": PATHS,
            "visibleFrom": st.text(max_size=12),
        },
    ),
    lambda inner: st.tuples(inner, st.lists(inner, max_size=3)).map(
        lambda pair: {**pair[0], "content": pair[1]}
    ),
    max_leaves=6,
)
FILES = st.fixed_dictionaries(
    {},
    optional={
        "contentTypes": st.just(
            [{"kind": "unit", "slug": "week"}, {"kind": "assignment", "slug": "assignment"}]
        )
        | PLAIN,
        "structure": st.lists(ENTRIES | PLAIN, max_size=5) | PLAIN,
        "removed": st.lists(st.fixed_dictionaries({"path": PATHS}) | PLAIN, max_size=3) | PLAIN,
        "allowRemovals": PLAIN,
        "exceptions": PLAIN,
        "leakGate": PLAIN,
    },
)


@given(PLAIN | FILES, st.sampled_from(["UTC", "Europe/Vienna", "nowhere"]))
def test_any_plain_data_gives_a_course_file_or_problems_and_never_an_exception(data, timezone):
    file, problems = parse_course_file(Located(COURSE_FILE, data, {}), timezone)
    assert all(isinstance(problem, Problem) and problem.message and problem.line for problem in problems)
    paths = [node.path for node in file.nodes]
    assert len(set(paths)) == len(paths)
    assert [node.position for node in file.nodes] == list(range(len(paths)))
    for position, path in enumerate(paths):
        assert not any(later == path.rpartition(".")[0] for later in paths[position:])
