"""Read a table of sales and print a report."""

import csv
import sys
from collections import defaultdict
from pathlib import Path

WIDTH = 40


def read_sales(path):
    """All sales of a file as mappings."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def amount(sale):
    """What a sale brought in, in cents."""
    euros, cents = sale["price"].split(".")
    return int(sale["pieces"]) * (100 * int(euros) + int(cents))


def total_by_month(sales):
    """Month ("2026-01") to what was taken in that month, in cents."""
    # BEGIN SOLUTION
    totals = defaultdict(int)
    for sale in sales:
        totals[sale["date"][:7]] += amount(sale)
    return dict(totals)
    # END SOLUTION


def bar(value, largest):
    """A bar of hashes as long as the value asks for."""
    return "#" * round(WIDTH * value / largest)


def line(month, value, largest):
    """One line of the report."""
    euros = f"{value / 100:9.2f}"
    return f"{month} {euros} {bar(value, largest)}"


def report(sales):
    """The whole report as text."""
    totals = total_by_month(sales)
    largest = max(totals.values())
    lines = [line(month, value, largest) for month, value in sorted(totals.items())]
    return "\n".join(["Sales by month", "-" * WIDTH, *lines])


def main(arguments):
    """Print the report of a file."""
    if len(arguments) != 2:
        sys.exit("usage: report.py FILE")
    print(report(read_sales(arguments[1])))


if __name__ == "__main__":
    main(sys.argv)
