def fizzbuzz(n):
    words = "Fizz" * (n % 3 == 0) + "Buzz" * (n % 5 == 0)
    return words or str(n)
