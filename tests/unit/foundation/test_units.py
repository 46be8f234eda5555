"""Figures as a deal lawyer writes them, and what is refused."""

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from halflife.foundation import units
from halflife.foundation.quantity import Drawn, parse_quantity

GOOD = [
    ("Usd", "8.5 bn USD", 8.5e9),
    ("Usd", "USD 8,500 m", 8.5e9),
    ("Usd", "$8.5bn", 8.5e9),
    ("Usd", "US$ 8.5 billion", 8.5e9),
    ("Usd", "8500 musd", 8.5e9),
    ("Usd", "1_250 USD", 1250.0),
    ("Usd", "0 USD", 0.0),
    ("Rate", "5.9 %", 0.059),
    ("Rate", "590 bp", 0.059),
    ("Rate", "5.9 %/yr", 0.059),
    ("Rate", "5.9 % p.a.", 0.059),
    ("Rate", "5.9 percent per annum", 0.059),
    ("SignedRate", "-29 %/yr", -0.29),
    ("SignedRate", "\u221229 %", -0.29),
    ("Margin", "225 bp", 0.0225),
    ("Margin", "2.25 %", 0.0225),
    ("Share", "90 %", 0.9),
    ("Share", "100 %", 1.0),
    ("Ratio", "1.20x", 1.2),
    ("Ratio", 1.2, 1.2),
    ("Factor", -1.5, -1.5),
    ("Loading", "-0.3", -0.3),
    ("Months", "72 months", 72),
    ("Months", "6 years", 72),
    ("Months", "1.5 years", 18),
    ("Months", "18 mo", 18),
    ("Years", "6 years", 6.0),
    ("Years", "18 months", 1.5),
    ("UsdPerHour", "2.50 USD/h", 2.5),
    ("UsdPerHour", "2.50 USD/GPU-h", 2.5),
    ("UsdPerHour", "$2.50 per GPU hour", 2.5),
    ("UsdPerKwh", "0.0866 USD/kWh", 0.0866),
    ("UsdPerKwh", "86.6 USD/MWh", 0.0866),
    ("Kilowatt", "1.4 kW", 1.4),
    ("Kilowatt", "700 W", 0.7),
    ("UsdPerYear", "1500 USD/yr", 1500.0),
    ("UsdPerYear", "125 USD/month", 1500.0),
    ("UsdPerYear", "$30m a year", 3e7),
    ("UsdPerMonth", "30 USD/month", 30.0),
    ("UsdPerMonth", "360 USD/yr", 30.0),
    ("Count", "2,304", 2304),
    ("Count", 2304, 2304),
    ("Count", "2304 units", 2304),
    ("Date", "2026-03-31", datetime.date(2026, 3, 31)),
    ("Date", datetime.date(2026, 3, 31), datetime.date(2026, 3, 31)),
    ("Rating", "bbb-", "BBB-"),
    ("Rating", "Baa3", "BBB-"),
    ("Rating", "A1", "A+"),
    ("Rating", "Aaa", "AAA"),
    ("Rating", "Caa3", "CCC-"),
    ("Volatility", "35 %/sqrt(yr)", 0.35),
    ("Volatility", "35 %", 0.35),
    ("Intensity", "0.5 /yr", 0.5),
    ("Intensity", "0.5 per year", 0.5),
]

BAD = [
    ("Usd", 8.5e9, "no unit"),
    ("Usd", "8500000000", "no unit"),
    ("Usd", "8,5 bn USD", "comma"),
    ("Usd", "8.5 bn EUR", "does not fit"),
    ("Usd", "-1 USD", "negative"),
    ("Usd", "-$1", "negative"),
    ("Usd", "1e30 USD", "cannot be meant"),
    ("Usd", "nan USD", "no readable number"),
    ("Usd", "inf USD", "no readable number"),
    ("Usd", "1e400 USD", "does not fit"),
    ("Usd", "", "no readable number"),
    ("Usd", None, "not a figure"),
    ("Usd", True, "not a figure"),
    ("Usd", ["1 USD"], "not a figure"),
    ("Usd", "9" * 5000 + " USD", "no readable number"),
    ("Rate", 0.059, "no unit"),
    ("Rate", "-1 %", "negative"),
    ("Rate", "5.9 months", "does not fit"),
    ("Margin", 225, "no unit"),
    ("Margin", "225", "no unit"),
    ("Share", 0.9, "no unit"),
    ("Share", "0.9", "no unit"),
    ("Share", "101 %", "more than 100 %"),
    ("Ratio", 0, "zero"),
    ("Ratio", math.nan, "no readable number"),
    ("Ratio", "120 %", "does not fit"),
    ("Loading", 1.01, "more than 1"),
    ("Loading", -1.01, "below -1"),
    ("Months", 72, "no unit"),
    ("Months", "1.3 years", "not a whole number"),
    ("Months", "-1 months", "negative"),
    ("Months", "3000 months", "cannot be meant"),
    ("UsdPerHour", "2.50 USD", "does not fit"),
    ("UsdPerKwh", "0.08 USD/kW", "does not fit"),
    ("Kilowatt", "1.4 kWh", "does not fit"),
    ("UsdPerYear", "1500 USD", "does not fit"),
    ("Count", -1, "negative"),
    ("Count", 2.5, "not a whole number"),
    ("Count", "23,04", "no readable number"),
    ("Date", "2026-02-30", "no such day"),
    ("Date", "31/03/2026", "not a date"),
    ("Date", "20260331", "not a date"),
    ("Date", datetime.datetime(2026, 3, 31), "not a date"),
    ("Date", "9999-01-01", "outside"),
    ("Rating", "CC", "not on the scale"),
    ("Rating", 3, "not a rating"),
    ("Volatility", 0.35, "no unit"),
    ("Intensity", 0.5, "no unit"),
]


def adapter(name: str) -> TypeAdapter:
    return TypeAdapter(getattr(units, name))


@pytest.mark.parametrize(("name", "written", "value"), GOOD)
def test_a_figure_with_its_unit_becomes_the_exact_number(name, written, value):
    assert adapter(name).validate_python(written) == value


@pytest.mark.parametrize(("name", "written", "why"), BAD)
def test_a_doubtful_figure_is_refused_with_the_accepted_forms(name, written, why):
    with pytest.raises(ValidationError) as caught:
        adapter(name).validate_python(written)
    refusal = caught.value.errors()[0]["ctx"]["error"]
    assert why in refusal.found
    assert refusal.wanted
    assert refusal.fix.startswith("write it like ")
    assert len(refusal.found) < 200


LIMITS = {
    "Usd": (0, 1e15),
    "Rate": (0, 10),
    "SignedRate": (-10, 10),
    "Margin": (0, 1),
    "Share": (0, 1),
    "Ratio": (1e-12, 1e6),
    "Factor": (-1e9, 1e9),
    "Loading": (-1, 1),
    "Years": (0, 100),
    "UsdPerHour": (0, 1e5),
    "UsdPerKwh": (0, 100),
    "Kilowatt": (0, 1e8),
    "UsdPerYear": (0, 1e15),
    "UsdPerMonth": (0, 1e13),
    "Volatility": (0, 10),
    "Intensity": (0, 1e4),
}


@pytest.mark.parametrize("name", sorted(LIMITS))
@given(data=st.data())
def test_what_is_written_back_reads_as_the_same_float(name, data):
    low, high = LIMITS[name]
    value = data.draw(st.floats(low, high).filter(lambda x: x == 0 or abs(x) > 1e-60))
    kind = adapter(name)
    assert kind.validate_python(kind.dump_python(value, mode="json")) == value


@given(st.integers(0, 1200))
def test_whole_months_survive_a_round_trip(months):
    kind = adapter("Months")
    assert kind.validate_python(kind.dump_python(months, mode="json")) == months


@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2150, 12, 31)))
def test_dates_survive_a_round_trip(day):
    kind = adapter("Date")
    assert kind.validate_python(kind.dump_python(day, mode="json")) == day


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    for name in (*LIMITS, "Months", "Count", "Date", "Rating"):
        try:
            adapter(name).validate_python(text)
        except ValidationError:
            continue


@given(st.integers(0, 10**12))
def test_thousands_separators_change_nothing(number):
    commas, scores = parse_quantity(f"{number:,} USD"), parse_quantity(f"{number:_} USD")
    assert commas is not None
    assert scores is not None
    assert commas.number == scores.number == number


def test_the_rating_scale_has_a_moodys_letter_for_every_notch():
    letters = {adapter("Rating").validate_python(letter) for letter in units.RATING_SCALE}
    assert letters == set(units.RATING_SCALE)
    assert len(units.RATING_SCALE) == 19


def test_a_drawn_figure_is_rounded_where_only_whole_numbers_are_meant():
    assert adapter("Count").validate_python(Drawn("2303.6")) == 2304
    assert adapter("Months").validate_python(Drawn("4.7 years")) == 56
    assert adapter("Years").validate_python(Drawn("4.7 years")) == 4.7
