from temperature import to_celsius, to_fahrenheit


def test_there_and_back():
    assert to_celsius(to_fahrenheit(36.6)) == 36.6
    assert to_fahrenheit(100) == 212
