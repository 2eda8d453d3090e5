"""The computer guesses a number that a person has in mind."""

LOWEST = 1
HIGHEST = 1000


def ask(question):
    """Ask until the answer is h, l or c."""
    while True:
        answer = input(f"{question} (h)igher, (l)ower, (c)orrect? ").strip().lower()
        if answer in ("h", "l", "c"):
            return answer
        print("Please answer h, l or c.")


def next_guess(low, high):
    """The number to ask about when it lies between low and high."""
    raise NotImplementedError


def narrow(low, high, guess, answer):
    """What is left after an answer."""
    raise NotImplementedError


def play():
    """Play one game and say how many questions it took."""
    low, high, questions = LOWEST, HIGHEST, 0
    print(f"Think of a number from {LOWEST} to {HIGHEST}.")
    while low < high:
        guess = next_guess(low, high)
        low, high = narrow(low, high, guess, ask(f"Is it {guess}?"))
        questions += 1
        if low > high:
            print("That cannot be.")
            return
    print(f"It is {low}; that took {questions} questions.")


if __name__ == "__main__":
    play()
