from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.instant import instant_text, parse_instant, parse_iso, zone_named

VIENNA = zone_named("Europe/Vienna")


@given(
    st.integers(86_400, 253_370_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.timezones(),
)
def test_an_instant_comes_back_as_it_was_written(at, zone):
    assert parse_instant(instant_text(at.astimezone(zone))) == at


@pytest.mark.parametrize(
    "text",
    [None, 5, "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00", "2026-13-01T00:00:00Z",
     "2026-01-01T00:00:00Z\n", "0001-01-01T00:00:00Z"],
)  # fmt: skip
def test_only_the_one_spelling_is_an_instant(text):
    assert parse_instant(text) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-10-01", datetime(2026, 9, 30, 22, tzinfo=UTC)),
        ("2026-10-01T08:00", datetime(2026, 10, 1, 6, tzinfo=UTC)),
        ("2026-12-01 08:00:30", datetime(2026, 12, 1, 7, 0, 30, tzinfo=UTC)),
        ("2026-10-01T08:00Z", datetime(2026, 10, 1, 8, tzinfo=UTC)),
        (
            "2026-10-01T08:00:00+05:30",
            datetime(2026, 10, 1, 8, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        ),
    ],
)
def test_a_time_without_offset_is_in_the_given_zone(text, at):
    assert parse_iso(text, VIENNA) == at


@pytest.mark.parametrize(
    "text", ["", "soon", "1.10.2026", "9999-99-99", "0001-01-01T00:00+14:00", "9999-12-31"]
)
def test_what_is_no_usable_time_is_none(text):
    assert parse_iso(text, VIENNA) is None


@given(st.text())
def test_reading_a_time_never_raises(text):
    at = parse_iso(text, UTC)
    assert at is None or at.tzinfo is not None


@pytest.mark.parametrize("name", ["Europe/Vienna", "UTC", "Etc/GMT+1", "America/Argentina/Buenos_Aires"])
def test_iana_names_are_zones(name):
    assert zone_named(name) is not None


@pytest.mark.parametrize(
    "name", ["", "Europe", "../etc/passwd", "/etc/localtime", "Europe/Wien", "a" * 5000, "x\0"]
)
def test_other_names_are_no_zones(name):
    assert zone_named(name) is None
