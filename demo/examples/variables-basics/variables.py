"""A week of weather in variables."""

from pathlib import Path

from columns import read_columns, rounded

WEEK = read_columns(Path(__file__).parent / "data" / "weather.csv")


def mean_temperature(week):
    """Return the mean temperature of the week, rounded to one digit."""
    # BEGIN SOLUTION
    total = 0.0
    for degrees in week["temperature"]:
        total += degrees
    days = len(week["temperature"])
    return rounded(total / days, 1)
    # END SOLUTION


def fahrenheit(celsius):
    """Return a temperature in degrees Fahrenheit, rounded to a whole number."""
    # BEGIN SOLUTION
    factor = 9 / 5
    offset = 32
    return rounded(celsius * factor + offset)
    # END SOLUTION


def wettest_day(week):
    """Return the name of the day with the most rain; the earlier one if two are alike."""
    # BEGIN SOLUTION
    best_day = week["day"][0]
    best_rain = week["rain"][0]
    for day, rain in zip(week["day"], week["rain"]):
        if rain > best_rain:
            best_day = day
            best_rain = rain
    return best_day
    # END SOLUTION


def report(week):
    """Return one line for the newspaper: "mean 13.1 °C (56 °F), wettest on Wednesday"."""
    # BEGIN SOLUTION
    mean = mean_temperature(week)
    in_fahrenheit = fahrenheit(mean)
    day = wettest_day(week)
    return f"mean {mean} °C ({in_fahrenheit:.0f} °F), wettest on {day}"
    # END SOLUTION


if __name__ == "__main__":
    print(report(WEEK))
