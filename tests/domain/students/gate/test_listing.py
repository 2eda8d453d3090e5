import pytest

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.students.gate.listing import read_listing


def listing(text):
    return read_listing(read_yaml(text.encode(), "meta.yaml").data)


def test_every_list_is_read_as_it_is_written():
    found = listing(
        "properties:\n"
        "  studentSubmissionFiles: [main.py, 7]\n"
        "  additionalFiles: [data/, a.txt]\n"
        "  testFiles: [tests/, check.py]\n"
        "  studentTemplates:\n"
        "    - studentTemplates/main.py\n"
        "    - {from: t/x, to: 7}\n"
        "    - {from: studentTemplate/y}\n"
        "    - z\n"
    )

    assert found.submissions == {"main.py", "7"}
    assert found.additional == {"a.txt"}
    assert found.directories == ("data",)
    assert found.tests == ("tests", "check.py")
    assert found.templates == (
        ("studentTemplates/main.py", "main.py"),
        ("t/x", "7"),
        ("studentTemplate/y", "y"),
        ("z", "z"),
    )


@pytest.mark.parametrize(
    "text",
    ["", "[]", "properties:", "properties: []", "properties: {additionalFiles: a.txt, studentTemplates: {from: a}}",
     "properties: {additionalFiles: [[a], {b: c}, true, null], studentTemplates: [[a], {to: b}, true]}",
     "additionalFiles: [a]", "properties: {additionalFiles: [/]}"],
)  # fmt: skip
def test_what_cannot_be_read_grants_nothing(text):
    found = listing(text)

    assert (found.submissions, found.additional, found.directories, found.templates) == (set(), set(), (), ())


def test_case_does_not_bring_a_hidden_file_back():
    found = listing("properties: {testFiles: [Tests/, Ü.py], studentSubmissionFiles: [Main.py]}")

    assert found.is_test("tests/deep/x")
    assert found.is_test("ü.PY")
    assert found.is_submission("MAIN.py")
    assert not found.is_test("tests2/x")
