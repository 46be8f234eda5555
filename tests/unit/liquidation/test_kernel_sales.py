"""The arithmetic of a sale into a thin market."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halflife.foundation.backend import twin
from halflife.liquidation.kernel import average_price, measure_since

units_sold = st.floats(0.0, 1e6)
depths = st.floats(1.0, 1e6)
floors = st.floats(0.0, 0.99)


def price(pressure, units, depth, floor):
    with np.errstate(all="ignore"):
        return float(twin(average_price)(pressure, units, depth, floor))


@given(units_sold, units_sold, depths, floors)
def test_price_lies_between_floor_and_one(pressure, units, depth, floor):
    assert floor - 1e-12 <= price(pressure, units, depth, floor) <= 1.0 + 1e-12


@given(st.floats(1.0, 1e5), st.floats(1.0, 1e5), st.floats(10.0, 1e5), floors)
def test_selling_in_two_parts_at_once_earns_the_same(first, second, depth, floor):
    """The average price is the mean of the marginal price: it does not matter how an order is cut."""
    together = (first + second) * price(0.0, first + second, depth, floor)
    apart = first * price(0.0, first, depth, floor) + second * price(first, second, depth, floor)
    assert together == pytest.approx(apart, rel=1e-6)


@given(units_sold, units_sold, depths, floors)
def test_pressure_never_raises_the_price(more, units, depth, floor):
    assert price(more, units, depth, floor) <= price(0.0, units, depth, floor) + 1e-12


def test_one_machine_fetches_the_appraised_value_and_a_flood_the_floor():
    assert price(0.0, 1e-9, 1000.0, 0.3) == pytest.approx(1.0, abs=1e-9)
    assert price(0.0, 1e9, 1000.0, 0.3) == pytest.approx(0.3, abs=1e-5)


def test_without_a_floor_depth_moves_the_price_by_a_factor_e():
    """Depth units sold: marginal price 1/e, average price 1 - 1/e."""
    assert price(0.0, 1000.0, 1000.0, 0.0) == pytest.approx(1.0 - np.exp(-1.0), rel=1e-9)


def test_average_price_is_the_integral_of_the_marginal_one():
    floor, depth, pressure, units = 0.4, 500.0, 200.0, 900.0
    q = np.linspace(pressure, pressure + units, 200_001)
    marginal = floor + (1.0 - floor) * np.exp(-q / ((1.0 - floor) * depth))
    middle = (marginal[1:] + marginal[:-1]) / 2.0
    assert price(pressure, units, depth, floor) == pytest.approx(middle.mean(), rel=1e-9)


def test_the_clock_of_a_seizure_runs_only_while_money_is_owed():
    since = np.array([7.0, 7.0, 7.0])
    defaulted, month, owed = np.array([0.0, 1.0, 1.0]), np.array([0.0, 4.0, 4.0]), np.array([5.0, 0.0, 5.0])
    for k in range(3):
        row = since[k : k + 1]
        twin(measure_since)(row, defaulted[k : k + 1], month[k : k + 1], owed[k : k + 1], 10)
    assert since.tolist() == [-1.0, -1.0, 6.0]
