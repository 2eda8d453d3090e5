from quadratic import solutions


def test_numbers_of_solutions():
    assert [len(solutions(*abc)) for abc in ((1, 0, -4), (1, 2, 1), (1, 0, 1))] == [2, 1, 0]
