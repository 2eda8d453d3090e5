#include <cassert>

#include "fraction.hpp"

int main() {
    assert((Fraction(1, 2) + Fraction(1, 3) == Fraction(5, 6)));
    assert((Fraction(2, 4) == Fraction(1, 2)));
}
