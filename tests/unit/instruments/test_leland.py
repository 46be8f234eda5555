"""Capital structures: nothing is lost, owners stop where the slope ends, rolled debt is the sum of its bonds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from halflife.foundation.errors import SpecError
from halflife.instruments import first_passage, leland

BASE = leland.Firm(100.0, 0.2, 0.06, 0.35, 0.5)
ROLLER = leland.Firm(100.0, 0.2, 0.075, 0.35, 0.5, 0.07)  # assets that pay out, as in Leland and Toft
firms = st.builds(
    leland.Firm,
    st.just(100.0),
    st.floats(0.1, 0.8),
    st.floats(0.01, 0.12),
    st.floats(0.05, 0.45),
    st.floats(0.05, 0.9),
    st.floats(0.0, 0.1),
)


def shares(structure):
    return structure.debt + structure.equity


@given(firms)
def test_the_optimal_coupon_makes_the_firm_worth_most(firm):
    best = leland.optimal_coupon(firm)
    worth = leland.perpetual_debt(firm, best)
    barrier = leland.owners_barrier(firm, best)
    assert barrier < firm.assets
    assert shares(worth) == pytest.approx(worth.firm)
    search = minimize_scalar(
        lambda coupon: -leland.perpetual_debt(firm, coupon).firm,
        bounds=(0.2 * best, min(2.0, 0.999 * firm.assets / barrier) * best),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert worth.firm == pytest.approx(-search.fun, rel=1e-9)
    assert best == pytest.approx(search.x, rel=1e-3)


@given(firms, st.floats(0.1, 0.9))
def test_owners_stop_where_equity_ends_without_a_slope(firm, share):
    coupon = share * firm.assets / leland.owners_barrier(firm, 1.0)
    barrier = leland.owners_barrier(firm, coupon)
    step = 1e-4 * barrier
    at_barrier = leland.perpetual_debt(firm._replace(assets=barrier + step), coupon, barrier).equity
    assert at_barrier == pytest.approx(0.0, abs=1e-5 * barrier)
    near = firm._replace(assets=1.2 * barrier)
    chosen = leland.perpetual_debt(near, coupon).equity
    assert all(chosen > leland.perpetual_debt(near, coupon, other * barrier).equity for other in (0.9, 1.1))


def test_a_firm_without_tax_and_cost_is_worth_its_assets_whoever_owns_it():
    free = BASE._replace(tax=0.0, bankruptcy_cost=0.0)
    for coupon in (1.0, 3.0, 5.0):
        assert leland.perpetual_debt(free, coupon).firm == pytest.approx(100.0)
        assert leland.rolled_debt(free, leland.RolledDebt(coupon, 40.0, 5.0)).firm == pytest.approx(100.0)


def test_little_debt_is_riskless():
    assert leland.perpetual_debt(BASE, 1e-6).spread == pytest.approx(0.0, abs=1e-12)
    assert leland.rolled_debt(ROLLER, leland.RolledDebt(0.075, 1.0, 3.0)).debt == pytest.approx(1.0, rel=1e-9)


def test_a_covenant_ends_the_firm_at_the_worth_of_its_debt():
    for cost in (0.1, 0.5, 0.9):
        found = leland.protected_debt(BASE._replace(bankruptcy_cost=cost), 5.0)
        assert found.default_at == pytest.approx(found.debt)
    safe = leland.protected_debt(BASE._replace(bankruptcy_cost=0.0), 5.0)
    assert (safe.debt, safe.spread) == pytest.approx((5 / 0.06, 0.0))


maturities = pytest.mark.parametrize("years", [0.5, 5.0, 20.0])


@maturities
def test_owners_who_roll_debt_stop_where_equity_ends_without_a_slope(years):
    debt = leland.RolledDebt(4.0, 50.0, years)
    barrier = float(leland.rolled_debt(ROLLER, debt).default_at)
    steps = np.array([0.0, 1e-3, 2e-3]) * barrier
    equity = [leland.rolled_debt(ROLLER._replace(assets=barrier + step), debt, barrier).equity for step in steps]
    assert equity[0] == pytest.approx(0.0, abs=1e-10)
    slope = (4 * equity[1] - equity[2]) / (2 * steps[1])  # one-sided, of second order
    assert slope == pytest.approx(0.0, abs=1e-4)
    early = leland.rolled_debt(ROLLER._replace(assets=1.1 * barrier + steps[1]), debt, 1.1 * barrier).equity
    late = leland.rolled_debt(ROLLER._replace(assets=0.9 * barrier + steps[1]), debt, 0.9 * barrier).equity
    assert early > 10 * equity[1] > 0 > late  # to stop earlier gives equity away, later is paid by the owners


@maturities
def test_rolled_debt_is_the_sum_of_its_bonds(years):
    debt = leland.RolledDebt(4.0, 50.0, years)
    found = leland.rolled_debt(ROLLER, debt)
    barrier = float(found.default_at)
    drift = ROLLER.rate - ROLLER.payout - ROLLER.volatility**2 / 2
    law = (np.log(ROLLER.assets / barrier), drift, ROLLER.volatility)

    def bond(left):
        """A dollar of the bonds with so many years left: coupons, principal, and its share of what is seized."""
        riskless = debt.coupon / ROLLER.rate
        failed = first_passage.dollar_at_passage(*law, left)
        seized = first_passage.dollar_at_passage(*law, left, ROLLER.rate)
        kept = (1 - ROLLER.bankruptcy_cost) * barrier
        alive = np.exp(-ROLLER.rate * left) * (debt.principal - riskless) * (1 - failed)
        return riskless + alive + (kept - riskless) * seized

    assert found.debt == pytest.approx(quad(bond, 0, years, epsabs=1e-12, epsrel=1e-12)[0] / years, rel=1e-10)
    assert shares(found) == pytest.approx(found.firm)


def test_very_long_rolled_debt_is_perpetual():
    coupon = 4.0
    rolled = leland.rolled_debt(ROLLER, leland.RolledDebt(coupon, 50.0, 5_000.0))
    perpetual = leland.perpetual_debt(ROLLER, coupon)
    assert rolled.default_at == pytest.approx(perpetual.default_at, rel=5e-3)
    assert rolled.debt == pytest.approx(perpetual.debt, rel=5e-3)


def test_short_debt_makes_owners_stop_earlier():
    barriers = [leland.rolled_debt(ROLLER, leland.RolledDebt(4.0, 50.0, years)).default_at for years in (0.5, 5, 20)]
    assert (np.diff(barriers) < 0).all()


@maturities
def test_a_par_coupon_sells_debt_at_par(years):
    coupon = leland.par_coupon(ROLLER, 40.0, years)
    assert leland.rolled_debt(ROLLER, leland.RolledDebt(coupon, 40.0, years)).debt == pytest.approx(40.0, rel=1e-9)
    assert coupon > ROLLER.rate * 40.0


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        leland.perpetual_debt(leland.Firm(-1.0, 0.0, 0.0, 1.0, 2.0, -0.1), -5.0, 0.0)
    found = [finding.where for finding in refused.value.findings]
    assert found == [
        "assets",
        "volatility",
        "rate",
        "tax",
        "bankruptcy_cost",
        "payout",
        "coupon",
        "default_at",
    ]
    with pytest.raises(SpecError, match="walk away at once"):
        leland.perpetual_debt(BASE, 50.0)
    with pytest.raises(SpecError, match="tax"):
        leland.optimal_coupon(BASE._replace(tax=0.0))
    with pytest.raises(SpecError, match="principal"):
        leland.par_coupon(ROLLER, 200.0, 5.0)
