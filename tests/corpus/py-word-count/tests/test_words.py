import json
from pathlib import Path

import pytest
from words import most_frequent

EXPECTED = json.loads(Path("tests/expected.json").read_text())


@pytest.mark.parametrize("name", EXPECTED)
def test_most_frequent_words(name):
    found = most_frequent(Path("texts", name).read_text(), 1)
    assert [list(one) for one in found] == EXPECTED[name][:1]
