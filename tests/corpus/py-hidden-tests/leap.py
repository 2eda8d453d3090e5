"""Leap years of the Gregorian calendar."""


def is_leap(year):
    """Whether a year has 366 days."""
    ### BEGIN SOLUTION
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    ### END SOLUTION


def test_years():
    assert is_leap(2024)
    assert not is_leap(2023)


def test_centuries():
    ### BEGIN HIDDEN TESTS
    assert is_leap(2000)
    assert not is_leap(1900)
    ### END HIDDEN TESTS


if __name__ == "__main__":
    test_years()
    test_centuries()
