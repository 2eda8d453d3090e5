"""Degrees Celsius and Fahrenheit."""


def to_fahrenheit(celsius):
    # BEGIN SOLUTION
    return celsius * 9 / 5 + 32
    # END SOLUTION


def to_celsius(fahrenheit):
    # BEGIN SOLUTION
    return (fahrenheit - 32) * 5 / 9
    # END SOLUTION
