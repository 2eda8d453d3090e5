from guess import narrow, next_guess


def test_ten_questions_are_enough():
    for secret in (1, 500, 777, 1000):
        low, high, questions = 1, 1000, 0
        while low < high:
            guess = next_guess(low, high)
            answer = "h" if secret > guess else "l" if secret < guess else "c"
            low, high = narrow(low, high, guess, answer)
            questions += 1
        assert low == secret
        assert questions <= 10
