from analyse import warmest


def test_warmest():
    assert warmest("tests/measurements.csv") == 20
