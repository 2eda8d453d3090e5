from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders.metas import meta, parsed

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.library.meta import ListedPath, TemplateEntry, parse_meta
from courseline.domain.library.meta_level import Level
from courseline.errors import Severity

SAMPLES = Path(__file__).parent / "samples"
EXAMPLES = sorted(path.name for path in SAMPLES.glob("*.yaml") if not path.name.endswith("_level.yaml"))


def sample(name):
    return parse_meta(read_yaml((SAMPLES / name).read_bytes(), name))


def said(text):
    """All problems as `line: message`, each with a remedy."""
    found = parsed(text).problems
    assert all(problem.fix and problem.sentence.isprintable() for problem in found)
    return [f"{problem.line}: {problem.message}" for problem in found]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_style_of_file_is_read(name):
    read = sample(name)
    assert read.meta is not None, read.problems
    assert [problem.message for problem in read.problems if problem.severity is Severity.ERROR] == []
    assert (read.problems == ()) == (name != "misspelled.yaml")
    assert read.meta.data["title"] is not None


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("lead", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_change_nothing_but_offsets(name, lead):
    raw = (SAMPLES / name).read_bytes()
    one, other = sample(name).meta, parse_meta(read_yaml(lead + raw.replace(b"\n", b"\r\n"), name)).meta
    assert one is not None
    assert other is not None
    assert other.student_submission_files == one.student_submission_files
    assert [entry.line for entry in other.dependencies] == [entry.line for entry in one.dependencies]
    for reference in other.dependencies:
        text = other.located.text[reference.span.start : reference.span.end]
        assert reference.as_written in text


def test_nothing_can_be_said_in_many_ways():
    read = sample("nothing_said.yaml").meta
    assert read is not None
    assert read.version == "1.10"
    assert [path.path for path in read.student_submission_files] == ["sieve.py"]
    assert (read.description, read.language, read.license, read.execution_backend) == (None, None, None, None)
    assert (read.max_test_runs, read.max_submissions, read.max_group_size) == (None, None, None)
    assert (read.keywords, read.additional_files, read.test_files, read.dependencies) == ((), (), (), ())


def test_numbers_where_text_belongs_are_that_text():
    read = sample("sorted_keywords.yaml").meta
    assert read is not None
    assert (read.title, read.version, read.max_submissions) == ("101", "3", 0)
    assert read.keywords == ("sql", "exercise", "computer science", "databases", "joins", "sqlite", "2024")
    assert read.execution_backend == "sqlite-3"


def test_the_execution_backend_is_a_name_or_a_mapping_with_one():
    for name, backend in [
        ("templates_with_targets.yaml", "maven-3.9"),
        ("dependencies_with_ranges.yaml", "python-3.12"),
        ("minimal.yaml", None),
    ]:
        read = sample(name).meta
        assert read is not None
        assert read.execution_backend == backend


def test_listed_paths_have_lines_and_directories_are_told_apart():
    read = sample("sorted_keywords.yaml").meta
    assert read is not None
    assert read.additional_files == (ListedPath("shop.db", 24), ListedPath("schema", 24, is_directory=True))
    assert read.test_files == (ListedPath("expected", 25),)


def test_templates_go_where_they_are_told_or_to_the_rest_of_their_path():
    read = meta(
        "title: x\nproperties:\n  studentTemplates:\n"
        "    - studentTemplates/a/b.py\n    - studentTemplate/c.py\n    - d.py\n    - {from: t/e.py, to: src/e.py}\n"
        "    - {from: studentTemplates/f.py}\n    - other/studentTemplates/g.py\n"
    )
    assert [entry.destination for entry in read.student_templates] == [
        "a/b.py",
        "c.py",
        "d.py",
        "src/e.py",
        "f.py",
        "other/studentTemplates/g.py",
    ]
    assert read.student_templates[3] == TemplateEntry("t/e.py", "src/e.py", 7)


def test_dependencies_of_all_lists_come_in_the_order_of_the_file():
    read = sample("dependencies_at_top.yaml").meta
    assert read is not None
    assert [(entry.as_written, entry.line, entry.is_plain) for entry in read.dependencies] == [
        ("variables-basics", 4, True),
        ("../loops-basics", 6, True),
        ("library:lists", 7, True),
    ]


def test_dependencies_carry_range_files_and_the_place_of_the_whole_entry():
    read = sample("dependencies_with_ranges.yaml").meta
    assert read is not None
    found = [(entry.as_written, entry.range, entry.files, entry.is_plain) for entry in read.dependencies]
    assert found == [
        ("python.numerics.derivative", None, None, True),
        ("python.numerics.plot", "^1.2", ("plotting.py", "style/theme.json"), False),
        ("python.numerics.bisect", ">=1.0.0,<2.0", None, False),
        ("7f0c9a52-6f0e-5b1c-9e2d-2f4c4d1f8a11", None, (), False),
        ("tables", "1.0", None, False),
    ]
    places = [read.located.text[entry.span.start : entry.span.end] for entry in read.dependencies]
    assert places[0] == "python.numerics.derivative"
    assert places[1].startswith("{example:")
    assert places[1].endswith("]}")
    assert places[2] == "slug: python.numerics.bisect\n      version: '>=1.0.0,<2.0'"


def test_unknown_keys_are_kept():
    read = sample("own_keys.yaml").meta
    assert read is not None
    assert read.data["lecture"] == {"number": 4, "room": "HS 1", "online": "no"}


def test_misspelled_and_misplaced_keys_are_warned_about():
    found = sample("misspelled.yaml").problems
    assert {problem.severity for problem in found} == {Severity.WARNING}
    assert [(problem.line, problem.fix) for problem in found] == [
        (3, "Write `authors` if you meant that."),
        (4, "Write it below `properties:`."),
        (6, "Write `studentSubmissionFiles` if you meant that."),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: The file is empty."),
        ("{}", "1: The file is empty."),
        ("[]", "1: The file is empty."),
        ("- a", "1: The file must be a mapping and is a list."),
        ("text", "1: The file must be a mapping and is text."),
        ("7", "1: The file must be a mapping and is a number."),
        ("title: [a]", "1: `title`: must be text and is a list."),
        ("title: true", "1: `title`: must be text and is true or false."),
        ("title: {a: b}", "1: `title`: must be text and is a mapping."),
        ("keywords: python", "1: `keywords`: must be a list and is text."),
        ("keywords:\n- a\n- [b]", "3: `keywords[1]`: must be text and is a list."),
        ("authors: {name: x}", "1: `authors`: must be a list and is a mapping."),
        ("authors:\n- name: [x]", "2: `authors[0].name`: must be text and is a list."),
        ("links: [true]", "1: `links[0]`: must be text or a mapping and is true or false."),
        ("content: x", "1: `content`: must be a mapping and is text."),
        ("properties: [x]", "1: `properties`: must be a mapping and is a list."),
    ],
)
def test_values_of_another_type_are_named_with_line_and_type(text, message):
    assert said(text) == [message]
    assert parsed(text).meta is None


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('maxTestRuns: "5"', "`properties.maxTestRuns`: must be a whole number and is `5`."),
        ("maxTestRuns: 5.0", "`properties.maxTestRuns`: must be a whole number and is `5.0`."),
        ("maxSubmissions: -1", "`properties.maxSubmissions`: is -1."),
        ("maxSubmissions: 99999999999", "`properties.maxSubmissions`: is 99999999999."),
        ("maxGroupSize: true", "`properties.maxGroupSize`: must be a whole number and is true or false."),
        ("testFiles: tests/", "`properties.testFiles`: must be a list and is text."),
        ("testFiles: [1.5, true]", "`properties.testFiles[1]`: must be text and is true or false."),
        (
            "additionalFiles: [../x]",
            "`properties.additionalFiles[0]`: The path `../x` cannot be used: it leaves",
        ),
        (
            "additionalFiles: ['*.csv']",
            "`properties.additionalFiles[0]`: The path `*.csv` cannot be used: it holds one",
        ),
        ("additionalFiles: ['']", "`properties.additionalFiles[0]`: The path `` cannot be used: it is empty"),
        (
            "testFiles: [/etc/passwd]",
            "`properties.testFiles[0]`: The path `/etc/passwd` cannot be used: it is absolute",
        ),
        (
            "studentSubmissionFiles: [src/]",
            "`properties.studentSubmissionFiles[0]`: The path `src/` cannot be used",
        ),
        (
            "studentSubmissionFiles: [../../x]",
            "`properties.studentSubmissionFiles[0]`: The path `../../x` cannot",
        ),
        ("studentTemplates: [t/]", "`properties.studentTemplates[0]`: The path `t/` cannot be used"),
        (
            "studentTemplates: [{from: a, to: ../b}]",
            "`properties.studentTemplates[0].to`: The path `../b` cannot",
        ),
        ("studentTemplates: [{to: b}]", "`properties.studentTemplates[0]`: `from` is missing."),
        ("executionBackend: {version: 1}", "`properties.executionBackend`: `slug` is missing."),
        ("executionBackend: [a]", "`properties.executionBackend`: must be text or a mapping and is a list."),
        ('testCommand: "python \'x"', "`properties.testCommand`: is no command: no closing quotation."),
        ("testCommand: ''", "`properties.testCommand`: is empty."),
        ("testCommand: [a]", "`properties.testCommand`: must be text and is a list."),
        ("testDependencies: a", "`properties.testDependencies`: must be a list and is text."),
        ("testDependencies: ['']", "`properties.testDependencies[0]`: must name one example."),
        ("testDependencies: [{version: 1}]", "`properties.testDependencies[0]`: must name one example."),
        (
            "testDependencies: [{example: a, slug: b}]",
            "`properties.testDependencies[0]`: must name one example.",
        ),
        (
            "dependencies: [{example: a, version: newest}]",
            "`properties.dependencies[0].version`: `newest` is no version",
        ),
        (
            "dependencies: [{example: a, files: x}]",
            "`properties.dependencies[0].files`: must be a list and is text.",
        ),
        (
            "dependencies: [{example: a, files: [../x]}]",
            "`properties.dependencies[0].files[0]`: The path `../x` cannot",
        ),
        ("testDependencies: [a, {example: a}]", "The dependency `a` is named twice, first in line 2."),
    ],
)
def test_wrong_entries_of_properties_are_named(entry, message):
    (found,) = said(f"properties:\n  {entry}\n")
    assert found.startswith(f"2: {message}")


def test_the_same_dependency_in_two_lists_is_named_twice():
    (found,) = said("dependencies: [a]\nproperties:\n  testDependencies:\n  - b\n  - a\n")
    assert found == "5: The dependency `a` is named twice, first in line 1."


def test_all_problems_are_told_at_once_in_the_order_of_the_file():
    found = said(
        "title: {}\ntitel: x\nlanguage: [de]\nproperties:\n  testFiles: [a, ../b, true]\n  maxTestRuns: many\n"
        "dependencies: [{example: x, version: '>'}]\n"
    )
    assert [line.split(":")[0] for line in found] == ["1", "2", "3", "5", "5", "6", "7"]


# --- levels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("course_level.yaml", Level.COURSE),
        ("unit_level.yaml", Level.UNIT),
        ("collection.yaml", None),
        ("minimal.yaml", None),
        ("no_files_at_all.yaml", None),
        ("nothing_said.yaml", Level.EXAMPLE),
        ("dependencies_at_top.yaml", Level.EXAMPLE),
        ("written_by_dumper.yaml", Level.EXAMPLE),
    ],
)
def test_the_level_is_told_from_what_only_it_has(name, level):
    assert sample(name).level is level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("kind: assignment\ncontentTypes: []", Level.EXAMPLE),
        ("kind: Course\nproperties: {testFiles: []}", Level.COURSE),
        ("kind: other\nstructure: []", Level.COURSE),
        ("properties: {executionBackends: []}", Level.COURSE),
        ("properties: {maxTestRuns: 3}", None),
        ("- a", None),
    ],
)
def test_kind_decides_before_everything_else(text, level):
    assert parsed(text).level is level


@pytest.mark.parametrize("name", ["course_level.yaml", "unit_level.yaml"])
def test_what_describes_a_course_or_unit_is_no_example(name):
    read = sample(name)
    assert read.meta is None
    assert any("not an example" in problem.message for problem in read.problems)
