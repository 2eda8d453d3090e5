from __future__ import annotations

import pytest
from tests.builders.metas import meta

from courseline.domain.library.roles import classify, task_text_target
from courseline.domain.library.version import Role

META = meta("""
title: x
properties:
  studentSubmissionFiles: [main.py, pkg/solution.py]
  studentTemplates: [studentTemplates/main.py, {from: t/solution.py, to: pkg/solution.py}]
  additionalFiles: [util.py, data/, main.py, tests/shown.py, studentTemplates/main.py, images]
  testFiles: [tests, data/secret/, test_all.py]
""")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("README.md", Role.PUBLIC),
        ("README_de.md", Role.PUBLIC),
        ("README_pt-BR.md", Role.PUBLIC),
        ("content/index.md", Role.PUBLIC),
        ("content/index_en.md", Role.PUBLIC),
        ("util.py", Role.PUBLIC),
        ("data/a.csv", Role.PUBLIC),
        ("data/b/c.csv", Role.PUBLIC),
        ("data/secret/key.csv", Role.TEST),
        ("tests/test_a.py", Role.TEST),
        ("tests/shown.py", Role.TEST),
        ("test_all.py", Role.TEST),
        ("main.py", Role.SUBMISSION),
        ("pkg/solution.py", Role.SUBMISSION),
        ("studentTemplates/main.py", Role.TEMPLATE),
        ("t/solution.py", Role.TEMPLATE),
        ("meta.yaml", Role.OTHER),
        ("content/mediaFiles/a.png", Role.OTHER),
        ("localTests/correctSolution/main.py", Role.OTHER),
        ("other/util.py", Role.OTHER),
        ("images/a.png", Role.OTHER),
        ("data.csv", Role.OTHER),
        ("tests.py", Role.OTHER),
        ("README_solution.md", Role.OTHER),
        ("README_sol.md", Role.OTHER),
        ("content/index_sol.md", Role.OTHER),
        ("README_de_key1.md", Role.OTHER),
        ("README.txt", Role.OTHER),
        ("sub/README.md", Role.OTHER),
        ("content/index_solutions.md", Role.OTHER),
    ],
)
def test_the_most_hidden_role_wins_and_everything_unlisted_is_other(path, role):
    assert classify([path], META) == {path: role}


def test_index_texts_take_the_names_of_readmes():
    assert task_text_target("content/index.md") == "README.md"
    assert task_text_target("content/index_de.md") == "README_de.md"
    assert task_text_target("README_de.md") == "README_de.md"
    assert task_text_target("content/other.md") is None


def test_meta_yaml_is_never_public():
    read = meta("title: x\nproperties: {additionalFiles: [meta.yaml]}")
    assert classify(["meta.yaml"], read) == {"meta.yaml": Role.OTHER}
