"""Say hello to everybody in their own language."""

import csv
import sys
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "greetings.csv"
FALLBACK = "en"


def read_greetings(path):
    """Read the table of greetings.

    Args:
        path: a CSV file with the columns language, greeting and mark.

    Returns:
        A dictionary from language code to the pair (greeting, mark).
    """
    with open(path, encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table)
        return {row["language"].strip().lower(): (row["greeting"], row["mark"]) for row in rows}


def greet(name, language, greetings):
    """Build the sentence that greets one person.

    Args:
        name: the person's name; spaces around it do not count, an empty name means the world.
        language: a language code; one that is not in the table is greeted in English.
        greetings: what read_greetings returned.

    Returns:
        One sentence, for example "Hallo, Mira!".
    """
    person = name.strip() or "world"
    code = language.strip().lower()
    if code not in greetings:
        code = FALLBACK
    greeting, mark = greetings[code]
    return f"{greeting}, {person}{mark}"


def greet_all(people, greetings):
    """Greet a list of people.

    Args:
        people: pairs (name, language) in the order in which they are greeted.
        greetings: what read_greetings returned.

    Returns:
        One text with a sentence a line; an empty text for an empty list.
    """
    sentences = []
    for name, language in people:
        sentences.append(greet(name, language, greetings))
    return "\n".join(sentences)


if __name__ == "__main__":
    table = read_greetings(TABLE)
    arguments = sys.argv[1:] or ["world"]
    print(greet_all([(name, FALLBACK) for name in arguments], table))
