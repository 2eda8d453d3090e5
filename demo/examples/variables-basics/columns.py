"""Columns of a table of numbers: several exercises read them, and round what they found."""

import csv
import math


def read_columns(path):
    """Read a CSV file column by column.

    Args:
        path: file with a header line.

    Returns:
        A dictionary from column name to the list of its values; what looks like a number is a float.
    """
    columns = {}
    with open(path, encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            for name, text in row.items():
                columns.setdefault(name, []).append(number_or_text(text))
    return columns


def number_or_text(text):
    """Turn text into a float where it is one, and leave it alone otherwise."""
    try:
        return float(text)
    except ValueError:
        return text


def rounded(value, digits=0):
    """Round half away from zero.

    Args:
        value: the number to round.
        digits: how many digits to keep behind the decimal point.

    Returns:
        The rounded number, always as a float.
    """
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)
