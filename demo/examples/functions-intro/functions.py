"""Statistics of one exam, cut into functions."""

from pathlib import Path

from columns import read_columns, rounded

LIMITS = ((87, 1), (75, 2), (62, 3), (50, 4))
FAILED = 5


def mean(values):
    """Return the arithmetic mean of a list of numbers.

    Raises:
        ValueError: the list is empty.
    """
    if not values:
        raise ValueError("an empty list has no mean")
    return sum(values) / len(values)


def median(values):
    """Return the middle of the sorted list, or the mean of the two middle numbers.

    Raises:
        ValueError: the list is empty.
    """
    if not values:
        raise ValueError("an empty list has no median")
    ordered = sorted(values)
    middle, odd = divmod(len(ordered), 2)
    if odd:
        return ordered[middle]
    return mean(ordered[middle - 1 : middle + 1])


def grade(points):
    """Return the grade for a number of points, from 1 (best) to 5."""
    for limit, mark in LIMITS:
        if points >= limit:
            return mark
    return FAILED


def apply_to_all(function, values):
    """Return a new list with the function's result for each value."""
    return [function(value) for value in values]


def histogram(grades):
    """Return a dictionary from each grade, 1 to 5, to how often it occurs."""
    counts = dict.fromkeys(range(1, FAILED + 1), 0)
    for mark in grades:
        counts[mark] += 1
    return counts


def summary(points):
    """Return the lines that hang on the door of the lecture hall.

    Args:
        points: the points of all students.

    Returns:
        A text such as "11 exams, mean 69.9, median 74.0" and one line of stars a grade.
    """
    head = f"{len(points)} exams, mean {rounded(mean(points), 1)}, median {rounded(median(points), 1)}"
    lines = [f"{mark}: {'*' * count}".rstrip() for mark, count in histogram(apply_to_all(grade, points)).items()]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    print(summary(read_columns(Path(__file__).parent / "data" / "marks.csv")["points"]))
