def fizzbuzz(n):
    """Say Fizz, Buzz, FizzBuzz, or the number."""
