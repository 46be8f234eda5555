"""Closed forms of machines, checked by quadrature, by the pricing equation and by common sense."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from halflife.instruments import vintage

MACHINE = {"cash_cost": 2000.0, "decline": 0.3, "decay": 0.05}
OPTION = {"cash_cost": 2000.0, "scrap_value": 500.0, "decline": 0.3, "volatility": 0.4, "discount": 0.12}


@pytest.mark.parametrize("age", [0.0, 2.5])
@pytest.mark.parametrize("discount", [0.0, 0.12])
def test_the_value_is_the_discounted_quasi_rent(age, discount):
    life = vintage.economic_life(14_000.0, **MACHINE)

    def earned(s):
        return np.exp(-discount * s) * (14_000.0 * np.exp(-0.35 * (age + s)) - 2000.0)

    expected = quad(earned, 0.0, life - age, epsabs=1e-10)[0]
    assert vintage.vintage_value(14_000.0, **MACHINE, discount=discount, age=age) == pytest.approx(expected)


def test_a_machine_that_never_earns_its_power_lives_not_at_all():
    assert vintage.economic_life(1999.0, **MACHINE) == 0.0
    assert vintage.vintage_value(1999.0, **MACHINE, discount=0.1, age=0.0) == 0.0


def test_a_machine_without_running_cost_is_worth_its_growing_perpetuity():
    assert vintage.economic_life(1000.0, 0.0, 0.3) == np.inf
    assert vintage.vintage_value(1000.0, 0.0, 0.3, 0.05, 0.15, 0.0) == pytest.approx(2000.0)


def test_the_value_falls_when_power_becomes_dearer():
    costs = np.linspace(0.0, 14_000.0, 50)
    values = vintage.vintage_value(14_000.0, costs, 0.3, 0.05, 0.12, 1.0)
    assert (np.diff(values) <= 0).all()
    assert values[0] > values[10]


def test_the_value_falls_faster_with_age():
    values = vintage.vintage_value(14_000.0, **MACHINE, discount=0.12, age=np.linspace(0.0, 5.0, 30))
    assert (np.diff(np.log(values), 2) < 0).all()


def test_the_zero_profit_rental_buys_the_machine():
    rental = vintage.zero_profit_rental(30_000.0, **MACHINE, discount=0.12)
    assert vintage.vintage_value(rental, **MACHINE, discount=0.12, age=0.0) == pytest.approx(30_000.0)
    with pytest.raises(ValueError, match="positive"):
        vintage.zero_profit_rental(0.0, **MACHINE, discount=0.12)


def test_the_mean_price_with_launches_is_that_of_the_mixture():
    levels = np.linspace(0.0, 3e5, 4001)[1:]
    below = [vintage.probability_below_with_launches(level, 30_000.0, 0.2, 0.5, 0.25, 0.2, 3.0) for level in levels]
    mean = np.trapezoid(1.0 - np.array(below), levels) + levels[0]
    assert mean == pytest.approx(vintage.expected_price_with_launches(30_000.0, 0.2, 0.5, 0.25, 3.0), rel=2e-3)


def test_without_launches_the_price_is_lognormal():
    assert vintage.probability_below_with_launches(
        30_000 * np.exp(-0.66), 30_000, 0.2, 0.0, 0.25, 0.2, 3.0
    ) == pytest.approx(0.5)


def test_the_scrap_option_is_held_until_value_and_slope_meet():
    threshold = vintage.scrap_option(**OPTION).threshold
    assert vintage.machine_value_with_scrap_option(threshold * (1 + 1e-9), **OPTION) == pytest.approx(500.0)
    step = 1e-4 * threshold
    slope = (vintage.machine_value_with_scrap_option(threshold + step, **OPTION) - 500.0) / step
    assert abs(slope) < 1e-3 / OPTION["discount"]
    assert vintage.machine_value_with_scrap_option(0.5 * threshold, **OPTION) == 500.0


def test_the_value_with_scrap_option_solves_the_pricing_equation():
    rent, step = 6000.0, 1.0
    low, mid, high = (
        float(vintage.machine_value_with_scrap_option(rent + shift, **OPTION)) for shift in (-step, 0, step)
    )
    curvature, slope = (high - 2 * mid + low) / step**2, (high - low) / (2 * step)
    earned = 0.5 * 0.4**2 * rent**2 * curvature - 0.3 * rent * slope - 0.12 * mid + rent - 2000.0
    assert earned == pytest.approx(0.0, abs=0.1)


def test_waiting_is_worth_more_the_less_is_known():
    volatility = np.array([0.001, 0.2, 0.4, 0.8])
    thresholds = vintage.scrap_option(**OPTION | {"volatility": volatility}).threshold
    assert thresholds[0] == pytest.approx(2000.0 + 0.12 * 500.0, rel=1e-4)
    assert (np.diff(thresholds) < 0).all()


def test_the_right_to_scrap_never_costs_anything():
    rents = np.linspace(500.0, 20_000.0, 100)
    with_option = vintage.machine_value_with_scrap_option(rents, **OPTION)
    assert (with_option >= np.maximum(500.0, rents / 0.42 - 2000.0 / 0.12) - 1e-9).all()
