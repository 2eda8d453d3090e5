"""The sieve of Eratosthenes, as shown in the lecture."""


def primes(limit):
    numbers = [True] * limit
    for number in range(2, limit):
        if numbers[number]:
            yield number
            for multiple in range(number * number, limit, number):
                numbers[multiple] = False


print(*primes(100))
