"""The same by trying every divisor, for comparison."""

print(*(n for n in range(2, 100) if all(n % d for d in range(2, n))))
