"""Tests of variables; run from the example's directory with: python -m unittest discover tests."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import columns  # noqa: E402 - both lie one directory up
import variables  # noqa: E402

DRY = {"day": ["A", "B"], "temperature": [-1.0, 2.0], "rain": [0.0, 0.0]}


class Weather(unittest.TestCase):
    def test_mean_of_the_week(self):
        self.assertEqual(variables.mean_temperature(variables.WEEK), 13.1)

    def test_half_a_degree_rounds_away_from_zero(self):
        self.assertEqual(variables.fahrenheit(2.5), 37.0)
        self.assertEqual(columns.rounded(-2.5), -3.0)

    def test_freezing_and_boiling(self):
        self.assertEqual((variables.fahrenheit(0), variables.fahrenheit(100)), (32.0, 212.0))

    def test_wettest_day(self):
        self.assertEqual(variables.wettest_day(variables.WEEK), "Wednesday")

    def test_the_earlier_of_two_equal_days_counts(self):
        self.assertEqual(variables.wettest_day(DRY), "A")

    def test_report_of_the_week(self):
        self.assertEqual(variables.report(variables.WEEK), "mean 13.1 °C (56 °F), wettest on Wednesday")


if __name__ == "__main__":
    unittest.main()
