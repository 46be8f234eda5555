"""What must hold for every schedule and price, whatever the numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from halflife import ratios
from halflife.instruments import impact, vintage

cash = st.lists(st.floats(0.0, 1e9), min_size=1, max_size=40)
rate = st.floats(0.0, 0.5)
coverage = st.floats(0.5, 5.0)


@given(cash, rate, coverage)
def test_loan_life_coverage_of_sculpted_debt_is_the_target_at_every_date(cfads, rate, target):
    schedule = ratios.sculpted_debt(cfads, rate, target)
    opening = np.append(schedule.debt, schedule.balance[:-1])
    for t in range(len(cfads)):
        if opening[t] > 1e-6 * schedule.debt and opening[t] > 1.0:
            found = ratios.llcr(cfads[t:], rate, opening[t])
            np.testing.assert_allclose(found, target, rtol=1e-6)


@given(cash, rate, coverage)
def test_sculpted_principal_repays_the_debt(cfads, rate, target):
    schedule = ratios.sculpted_debt(cfads, rate, target)
    scale = 1.0 + schedule.debt * (1.0 + rate) ** len(cfads)
    np.testing.assert_allclose(schedule.principal.sum(), schedule.debt, atol=1e-12 * scale)
    np.testing.assert_allclose(schedule.balance[-1], 0.0, atol=1e-12 * scale)


@given(st.floats(1.0, 1e6), rate, st.integers(1, 60))
def test_the_rate_of_return_of_a_loan_at_par_is_its_rate(debt, rate, number):
    schedule = ratios.level_debt(debt, rate, number)
    flows = np.append(-debt, schedule.principal + schedule.interest)
    np.testing.assert_allclose(ratios.irr(flows), rate, atol=1e-10)


@given(st.floats(1e3, 1e5), st.floats(1.0, 1e4), st.floats(0.01, 1.0), st.floats(0.0, 0.3), st.floats(0.0, 10.0))
def test_an_older_machine_is_never_worth_more(rental, cost, decline, discount, age):
    young = vintage.vintage_value(rental, cost, decline, 0.05, discount, age)
    old = vintage.vintage_value(rental, cost, decline, 0.05, discount, age + 0.5)
    assert 0.0 <= old <= young + 1e-9 * rental


@given(st.floats(0.0, 1e3), st.floats(0.1, 100.0), st.floats(0.0, 0.99))
def test_a_price_under_impact_stays_between_floor_and_one(sold, depth, floor):
    price = impact.bounded_exponential(sold, depth, floor)
    assert floor - 1e-12 <= price <= 1.0
    assert impact.bounded_exponential(2 * sold, depth, floor) <= price
