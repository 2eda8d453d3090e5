#include "fraction.hpp"

#include <numeric>

Fraction::Fraction(long top, long bottom) : top(top), bottom(bottom) {
    // BEGIN SOLUTION
    const long common = std::gcd(top, bottom);
    this->top /= common;
    this->bottom /= common;
    // END SOLUTION
}

Fraction operator+(const Fraction& left, const Fraction& right) {
    // BEGIN SOLUTION
    return {left.top * right.bottom + right.top * left.bottom, left.bottom * right.bottom};
    // END SOLUTION
}

bool operator==(const Fraction& left, const Fraction& right) {
    // BEGIN SOLUTION
    return left.top == right.top && left.bottom == right.bottom;
    // END SOLUTION
}
