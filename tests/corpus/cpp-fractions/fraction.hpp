#pragma once

struct Fraction {
    long top;
    long bottom;
    Fraction(long top, long bottom);
};

Fraction operator+(const Fraction& left, const Fraction& right);
bool operator==(const Fraction& left, const Fraction& right);
