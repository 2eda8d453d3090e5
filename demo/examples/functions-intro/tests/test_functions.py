"""Tests of functions; run from the example's directory with: python -m unittest discover tests."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import functions  # noqa: E402 - the submission lies one directory up, with columns.py beside it
from columns import read_columns  # noqa: E402


class Statistics(unittest.TestCase):
    def test_mean_and_median_differ(self):
        self.assertEqual((functions.mean([1, 2, 9]), functions.median([9, 1, 2])), (4, 2))

    def test_median_of_an_even_list_is_between(self):
        self.assertEqual(functions.median([4, 1, 3, 2]), 2.5)

    def test_median_leaves_the_list_alone(self):
        values = [3, 1, 2]
        functions.median(values)
        self.assertEqual(values, [3, 1, 2])

    def test_an_empty_list_is_refused(self):
        for function in (functions.mean, functions.median):
            with self.subTest(function=function.__name__), self.assertRaisesRegex(ValueError, "empty"):
                function([])


class Grades(unittest.TestCase):
    def test_each_limit_belongs_to_the_better_grade(self):
        self.assertEqual(functions.apply_to_all(functions.grade, [87, 86.5, 75, 62, 50, 49.5]), [1, 2, 2, 3, 4, 5])

    def test_a_grade_that_nobody_got_counts_zero(self):
        self.assertEqual(functions.histogram([1, 5, 5]), {1: 1, 2: 0, 3: 0, 4: 0, 5: 2})


class Summary(unittest.TestCase):
    def test_the_exam(self):
        points = read_columns(ROOT / "data" / "marks.csv")["points"]
        expected = "11 exams, mean 69.9, median 74.0\n1: ***\n2: **\n3: ***\n4: *\n5: **"
        self.assertEqual(functions.summary(points), expected)


if __name__ == "__main__":
    unittest.main()
