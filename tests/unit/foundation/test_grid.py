"""Months, dates and day counts."""

import datetime
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halflife.foundation.grid import TimeGrid, add_months, year_fraction

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def test_month_ends_stay_month_ends():
    grid = TimeGrid(date(2026, 3, 31), 12)
    assert grid.dates[:4] == (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30))
    assert grid.dates[11] == date(2027, 2, 28)
    assert TimeGrid(date(2026, 2, 28), 1).dates[1] == date(2026, 3, 31)


def test_a_day_the_month_lacks_becomes_its_last_day():
    assert add_months(date(2026, 1, 30), 1) == date(2026, 2, 28)
    assert add_months(date(2028, 1, 30), 1) == date(2028, 2, 29)
    assert add_months(date(2026, 3, 15), -3) == date(2025, 12, 15)


def test_a_six_year_maturity_is_month_72_and_the_next_day_month_73():
    grid = TimeGrid(date(2026, 3, 31), 72)
    assert grid.month_of(date(2032, 3, 31)) == 72
    assert grid.month_of(date(2032, 4, 1)) == 73
    assert grid.month_of(date(2026, 3, 31)) == 0
    assert grid.month_of(date(2026, 4, 1)) == 1
    assert grid.month_of(date(2026, 3, 30)) == 0
    assert grid.month_of(date(2026, 2, 28)) == -1


@given(DAYS, DAYS)
def test_month_t_covers_the_days_after_the_previous_date_up_to_its_own(valuation, day):
    month = TimeGrid(valuation, 1).month_of(day)
    assert add_months(valuation, month - 1) < day <= add_months(valuation, month)


@given(DAYS, st.integers(1, 400))
def test_every_grid_date_belongs_to_its_own_month(valuation, months):
    grid = TimeGrid(valuation, months)
    assert grid.month_of(grid.dates[-1]) == months
    assert list(grid.dates) == sorted(set(grid.dates))


@given(DAYS, st.integers(1, 120))
def test_actual_year_fractions_add_up_to_the_days_between(valuation, months):
    grid = TimeGrid(valuation, months)
    days = (grid.dates[-1] - grid.dates[0]).days
    np.testing.assert_allclose(grid.year_fractions("ACT/360").sum(), days / 360, rtol=1e-13)
    np.testing.assert_allclose(grid.year_fractions("ACT/365").sum(), days / 365, rtol=1e-13)


def test_thirty_day_months_from_a_mid_month_day_are_twelfths():
    fractions = TimeGrid(date(2026, 3, 15), 24).year_fractions("30/360")
    assert fractions.shape == (24,)
    assert (fractions == 30 / 360).all()


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        # Worked pairs published with the ISDA 30/360 day count workbook (bond basis column).
        (date(2007, 1, 15), date(2007, 1, 30), 15),
        (date(2007, 1, 15), date(2007, 2, 15), 30),
        (date(2007, 1, 15), date(2007, 7, 15), 180),
        (date(2007, 9, 30), date(2008, 3, 31), 180),
        (date(2007, 9, 30), date(2007, 10, 31), 30),
        (date(2007, 9, 30), date(2008, 9, 30), 360),
        (date(2007, 1, 15), date(2007, 1, 31), 16),
        (date(2007, 1, 31), date(2007, 2, 28), 28),
        (date(2007, 2, 28), date(2007, 3, 31), 33),
        (date(2006, 8, 31), date(2007, 2, 28), 178),
        (date(2007, 2, 28), date(2007, 8, 31), 183),
        (date(2008, 2, 29), date(2008, 8, 31), 182),
    ],
)
def test_bond_basis_agrees_with_published_pairs(start, end, days):
    assert year_fraction(start, end, "30/360") == days / 360


def test_actual_365_counts_a_leap_year_as_366_days():
    assert year_fraction(date(2028, 1, 1), date(2029, 1, 1), "ACT/365") == 366 / 365


def test_model_years_are_twelfths():
    np.testing.assert_array_equal(TimeGrid(date(2026, 3, 31), 24).years[[0, 12, 24]], [0.0, 1.0, 2.0])


def test_a_grid_is_the_same_whenever_its_words_are_the_same():
    assert TimeGrid(date(2026, 3, 31), 72) == TimeGrid(datetime.date(2026, 3, 31), 72)
