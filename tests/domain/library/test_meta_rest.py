from __future__ import annotations

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.library.check_files import check_meta_against_files
from courseline.domain.library.meta import parse_meta
from courseline.domain.library.meta_rest import without

TEXT = b"""slug: words
title: [1]
properties:
  studentSubmissionFiles: [main.py, ../x, second.py]
  additionalFiles:
    - /etc/passwd
    - missing.csv
  maxSubmissions: many
"""


def test_a_value_taken_out_leaves_every_other_value_its_line():
    located = read_yaml(TEXT, "meta.yaml")
    rest = without(located, [("title",), ("properties", "additionalFiles", 0)])
    assert rest.data == {
        "slug": "words",
        "properties": {
            "studentSubmissionFiles": ["main.py", "../x", "second.py"],
            "additionalFiles": ["missing.csv"],
            "maxSubmissions": "many",
        },
    }
    assert rest.line("properties", "additionalFiles", 0) == 7
    assert rest.line("properties", "maxSubmissions") == 8


def test_a_place_that_is_not_there_takes_out_what_is_around_it():
    located = read_yaml(b"links:\n  - {a: 1}\nslug: words\n", "meta.yaml")
    assert without(located, [("links", 0, "url", "function-before")]).data == {"links": [], "slug": "words"}


def test_taking_out_everything_leaves_nothing():
    assert without(read_yaml(b"slug: words\n", "meta.yaml"), [()]).data is None


def test_what_is_right_in_a_meta_yaml_with_errors_is_checked_as_well():
    parsed = parse_meta(read_yaml(TEXT, "meta.yaml"))
    assert parsed.meta is None
    assert {problem.line for problem in parsed.problems} == {2, 4, 6, 8}
    assert parsed.rest is not None
    assert parsed.rest.slug == "words"
    assert [entry.path for entry in parsed.rest.student_submission_files] == ["main.py", "second.py"]
    (missing,) = check_meta_against_files(parsed.rest, ["meta.yaml", "main.py", "second.py"])
    assert (missing.line, "missing.csv" in missing.message) == (7, True)
