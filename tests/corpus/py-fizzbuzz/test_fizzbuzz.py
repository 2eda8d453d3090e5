from fizzbuzz import fizzbuzz


def test_the_first_fifteen():
    said = " ".join(fizzbuzz(n) for n in range(1, 16))
    assert said == "1 2 Fizz 4 Buzz Fizz 7 8 Fizz Buzz 11 Fizz 13 14 FizzBuzz"
