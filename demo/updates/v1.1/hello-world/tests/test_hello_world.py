"""Tests of hello_world; run from the example's directory with: python -m unittest discover tests."""

import json
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import hello_world  # noqa: E402 - the submission lies one directory up

CASES = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))


class ReadGreetings(unittest.TestCase):
    def test_every_line_with_a_greeting_is_there(self):
        self.assertEqual(len(hello_world.read_greetings(HERE.parent / "data" / "greetings.csv")), 11)

    def test_a_line_without_a_greeting_is_left_out(self):
        self.assertNotIn("la", hello_world.read_greetings(HERE.parent / "data" / "greetings.csv"))

    def test_letters_outside_ascii_survive(self):
        greetings = hello_world.read_greetings(HERE.parent / "data" / "greetings.csv")
        self.assertEqual(greetings["sl"], ("Živjo", "!"))


class Greet(unittest.TestCase):
    def setUp(self):
        self.greetings = hello_world.read_greetings(HERE.parent / "data" / "greetings.csv")

    def test_the_listed_cases(self):
        for case in CASES["greet"]:
            with self.subTest(case=case):
                sentence = hello_world.greet(case["name"], case["language"], self.greetings)
                self.assertEqual(sentence, case["expected"])

    def test_a_list_is_greeted_in_its_own_order(self):
        people = [("Bo", "en"), ("Al", "it")]
        self.assertEqual(hello_world.greet_all(people, self.greetings), "Hello, Bo!\nCiao, Al!")

    def test_nobody_is_an_empty_text(self):
        self.assertEqual(hello_world.greet_all([], self.greetings), "")


if __name__ == "__main__":
    unittest.main()
