from timing import counted


@counted
def double(number):
    return 2 * number


def test_calls_are_counted():
    assert [double(n) for n in range(4)] == [0, 2, 4, 6]
    assert double.calls == 4
