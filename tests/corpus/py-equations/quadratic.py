"""Solutions of a*x**2 + b*x + c == 0."""

from math import sqrt


def solutions(a, b, c):
    """All real solutions in ascending order; begin with the discriminant."""
    # --- begin solution ---
    inner = b * b - 4 * a * c
    if inner < 0:
        return []
    return sorted({(-b - sqrt(inner)) / (2 * a), (-b + sqrt(inner)) / (2 * a)})
    # --- end solution ---


if __name__ == "__main__":
    print("Solutions:", solutions(1, 0, -4))
