import pytest
from tests.builders.course_files import course_file, errors, sound_structure, structure, warnings

from courseline.domain.course.course_file import parse_course_file
from courseline.domain.course.wish import COURSE_FILE, Wish
from courseline.domain.located import Located


def test_a_flat_and_a_nested_structure_are_the_same():
    nested = sound_structure(
        """\
          - path: week1
            type: week
            content:
              - path: week1.part
                type: week
                content: [{path: week1.part.a, type: assignment}]
        """
    )
    flat = sound_structure(
        """\
          - {path: week1, type: week}
          - {path: week1.part, type: week}
          - {path: week1.part.a, type: assignment}
        """
    )
    seen = [
        [(node.path, node.type_slug, node.title, node.position) for node in file.nodes]
        for file in (nested, flat)
    ]
    assert seen[0] == seen[1]


def test_parents_come_before_children_and_the_rest_stays_in_order():
    file = sound_structure(
        """\
          - {path: b.x, type: assignment}
          - {path: a, type: week}
          - {path: b, type: week}
          - {path: a.y, type: assignment}
        """
    )
    assert [(node.path, node.position) for node in file.nodes] == [("b", 0), ("b.x", 1), ("a", 2), ("a.y", 3)]


def test_content_without_an_example_has_no_wish():
    (node,) = sound_structure("  - {path: reading, type: assignment}\n").nodes
    assert (node.wish, node.properties, node.title) == (None, {}, "reading")


def test_a_wish_without_a_version_leaves_it_open():
    (node,) = sound_structure(
        "  - path: a\n    type: assignment\n    example: lib:hello\n    pin: v1.0\n"
    ).nodes
    assert node.wish == Wish("lib:hello", None, "v1.0", 7, 7)


def test_a_whole_number_is_a_version():
    (node,) = sound_structure("  - {path: a, type: assignment, example: 7, version: 1}\n").nodes
    assert node.wish is not None
    assert (node.wish.example, node.wish.version) == ("7", "1")


def test_both_spellings_may_stand_together_when_they_agree():
    (node,) = sound_structure(
        "  - {path: a, type: assignment, example: x, example_id: x, version: 1.0}\n"
    ).nodes
    assert node.wish is not None
    assert node.wish.example == "x"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{type: week}", "`path` is missing"),
        ("{path: a}", "`type` is missing"),
        ("{path: [a], type: week}", "`path` must be text, found a list"),
        ("{path: '', type: week}", "cannot be used"),
        ("{path: week-1, type: week}", "cannot be used"),
        ("{path: a..b, type: week}", "cannot be used"),
        ("{path: a, type: unit}", "The content type `unit` of `a` is not defined"),
        ("{path: a, type: ''}", "is not defined"),
        ("{path: a, type: week, title: [a]}", "`title` must be text, found a list"),
        ("{path: a, type: week, content: a}", "must be a list, found text"),
        ("{path: a, type: week, example: x}", "has an example, and its type `week` is a unit"),
        ("{path: a, type: assignment, version: ^1.0}", "says which version, and not of which example"),
        ("{path: a, type: assignment, pin: v1.0}", "says which version, and not of which example"),
        ("{path: a, type: assignment, example: x, version: one}", "`one` is no version"),
        ("{path: a, type: assignment, example: x, pin: ^1.0}", "`pin`: `^1.0` is not the label"),
        ("{path: a, type: assignment, example: x, pin: latest}", "`pin`: `latest` is not the label"),
        ("{path: a, type: assignment, example: x, example_id: y}", "say different things"),
        ("{path: a, type: assignment, example: x, version: 1, example_version: 2}", "say different things"),
        (
            "{path: a, type: assignment, allowTemplateChange: all}",
            "`allowTemplateChange`: `all` is not the label",
        ),
        ("{path: a, type: assignment, visibleFrom: 1.10.2026}", "which is no ISO 8601 time"),
        ("{path: a, type: assignment, visibleFrom: 9999-99-99}", "which is no ISO 8601 time"),
        ("{path: a, type: assignment, directory: ../b}", "leaves the directory"),
        ("{path: a, type: assignment, directory: .hidden/a}", "hidden name `.hidden`"),
        ("{path: a, type: assignment, movedFrom: a}", "names the path `a` itself"),
        ("{path: a, type: assignment, movedFrom: old-place}", "cannot be used"),
        ("{path: a, type: assignment, properties: {maxSubmissions: -1}}", "must be 0 or more, found -1"),
        ("{path: a, type: assignment, properties: {maxTestRuns: '5'}}", "must be a whole number, found text"),
        (
            "{path: a, type: assignment, properties: {maxGroupSize: true}}",
            "must be a whole number, found true or false",
        ),
        ("{path: a, type: assignment, properties: [5]}", "`properties` must be a mapping, found a list"),
        ("week", "`structure[0]` must be a mapping, found text"),
    ],
)
def test_a_wrong_entry_says_what_is_wrong_on_its_line(entry, words):
    ((line, message),) = errors(structure(f"  - {entry}\n")[1])
    assert line == 5
    assert words in message


def test_the_rest_of_an_entry_is_checked_when_its_path_or_type_is_wrong():
    _, problems = structure(
        "  - {path: week-1, example: x, version: one}\n  - {type: week, visibleFrom: x}\n"
    )
    assert [line for line, _ in errors(problems)] == [5, 5, 5, 6, 6]


def test_a_missing_list_of_types_is_one_problem_and_not_one_for_each_content():
    _, problems = course_file("structure:\n  - {path: a, type: week}\n  - {path: b, type: week}\n")
    assert [message for _, message in errors(problems)] == [
        "Contents have a `type`, and no content type is defined."
    ]


def test_a_path_used_twice_names_both_lines():
    _, problems = structure(
        "  - {path: a, type: week}\n  - {path: b, type: week}\n  - {path: a, type: week}\n"
    )
    assert errors(problems) == [(7, "The path `a` is already used on line 5.")]


def test_a_nested_path_must_begin_with_the_one_above():
    _, problems = structure("  - path: a\n    type: week\n    content: [{path: b.x, type: assignment}]\n")
    assert errors(problems) == [
        (7, "`b.x` stands under `content` of `a`, and its path does not begin with `a.`.")
    ]
    assert "Write `a.x`" in problems[0].fix


def test_only_units_hold_contents():
    nested = "  - path: a\n    type: assignment\n    content: [{path: a.b, type: assignment}]\n"
    flat = "  - {path: a, type: assignment}\n  - {path: a.b, type: assignment}\n"
    assert errors(structure(nested)[1]) == [(7, "`a` is an assignment, and only units have `content`.")]
    assert errors(structure(flat)[1]) == [(6, "`a.b` lies in `a`, which is an assignment (line 5).")]


def test_a_missing_unit_is_a_warning():
    file, problems = structure("  - {path: week1.a, type: assignment}\n")
    assert errors(problems) == []
    assert warnings(problems) == [(5, "`week1.a` lies in `week1`, and the structure has no such content.")]
    assert len(file.nodes) == 1


def test_a_misspelt_key_or_property_is_a_warning_with_the_nearest_one():
    _, problems = structure(
        "  - {path: a, type: assignment, moved_from: b, properties: {maxSubmission: 3, color: red}}\n"
    )
    assert errors(problems) == []
    assert [(problem.message, problem.fix) for problem in problems] == [
        ("Nothing reads `moved_from`.", "Did you mean `movedFrom`?"),
        ("Nothing reads the property `maxSubmission`.", "Did you mean `maxSubmissions`?"),
    ]


def test_two_contents_cannot_come_from_one_path():
    _, problems = structure(
        "  - {path: a, type: week, movedFrom: x}\n  - {path: b, type: week, movedFrom: x}\n"
    )
    assert errors(problems) == [(6, "`a` (line 5) and `b` are both moved from `x`.")]


@pytest.mark.parametrize("length", [2, 3, 5])
def test_a_circle_of_moves_is_refused_once(length):
    entries = [f"  - {{path: p{n}, type: week, movedFrom: p{(n + 1) % length}}}\n" for n in range(length)]
    ((line, message),) = errors(structure("".join(entries))[1])
    assert line == 5
    assert (
        message == f"The moves form a circle: {' from '.join(f'`p{n % length}`' for n in range(length + 1))}."
    )


def test_a_chain_of_moves_is_no_circle():
    entries = [f"  - {{path: p{n}, type: week, movedFrom: p{n + 1}}}\n" for n in range(5)]
    assert errors(structure("".join(entries))[1]) == []


def test_written_directories_are_kept_apart():
    _, problems = structure(
        """\
          - {path: a, type: assignment, directory: tasks/one}
          - {path: b, type: assignment, directory: Tasks/ONE/}
          - {path: c, type: assignment, directory: tasks/one/inner}
          - {path: d, type: week, directory: tasks}
        """
    )
    assert [line for line, _ in errors(problems)] == [6, 7]


def test_names_from_the_file_cannot_write_control_characters_to_a_terminal():
    entry = {"path": "a\x1b[31m", "type": "\u202eweek", "visibleFrom": "\x1b", "directory": "a\nb", "\x07": 1}
    types = [{"kind": "\x1b", "slug": "\x1b"}, {"kind": "unit", "slug": "week"}]
    data = {"contentTypes": types, "structure": [entry], "\x1b": 1}
    _, problems = parse_course_file(Located(COURSE_FILE, data, {}))
    assert len(problems) == 8
    assert all(problem.sentence.isprintable() for problem in problems)
