from __future__ import annotations

from courseline.domain.students.gate.names import refused_directories


def test_a_directory_that_says_nothing_is_not_refused():
    assert refused_directories(["week1/hello", "a/b/c"]) == set()


def test_a_directory_is_refused_where_the_gate_would_find_fault_with_every_file_in_it():
    bad = {"week1/.course-metadata", ".course-metadata/x", "week1/courseline-canary-1f"}
    assert refused_directories([*bad, "week1/hello"]) == bad
