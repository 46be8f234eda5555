"""A firm with one debt: limits, the identity of call and put, calibration back to where it came from, simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halflife.foundation.errors import SpecError
from halflife.instruments import merton

firms = st.tuples(
    st.floats(20, 500), st.floats(20, 300), st.floats(-0.02, 0.15), st.floats(0.05, 1.2), st.floats(0.2, 8)
)


@given(firms, st.floats(0.0, 0.3))
def test_owners_and_lenders_share_what_is_not_paid_out(firm, payout):
    assets, _, _, _, years = firm
    claims = merton.price(*firm, payout)
    assert claims.equity + claims.debt == pytest.approx(assets * np.exp(-payout * years), rel=1e-12)
    assert claims.equity >= -1e-12
    assert claims.spread >= -1e-12


@given(firms, st.floats(0.0, 0.2))
def test_assets_are_found_again_from_the_equity_they_give(firm, payout):
    assets, debt, rate, volatility, years = firm
    claims = merton.price(*firm, payout)
    if claims.equity < 1e-3 * assets:
        return
    step = 1e-5 * assets
    slope = (
        merton.price(assets + step, *firm[1:], payout).equity - merton.price(assets - step, *firm[1:], payout).equity
    )
    equity_volatility = slope / (2 * step) * volatility * assets / claims.equity
    found = merton.calibrate(claims.equity, equity_volatility, debt, rate, years, payout)
    assert found.worth == pytest.approx(assets, rel=1e-6)
    assert found.volatility == pytest.approx(volatility, rel=1e-5)


def test_a_firm_all_but_without_debt_is_its_equity():
    found = merton.calibrate(100.0, 0.4, 1e-9, 0.05, 1.0)
    assert found.worth == pytest.approx(100.0)
    assert found.volatility == pytest.approx(0.4)


def test_safe_debt_has_no_spread_and_hopeless_debt_is_the_firm():
    assert merton.price(1000.0, 1.0, 0.05, 0.2, 1.0).spread == pytest.approx(0.0, abs=1e-15)
    hopeless = merton.price(1.0, 1000.0, 0.05, 0.2, 1.0)
    assert hopeless.debt == pytest.approx(1.0)
    assert hopeless.equity == pytest.approx(0.0, abs=1e-15)


def test_machines_that_lose_worth_default_more_often_than_their_price_says():
    drifts = np.array([0.05, 0.0, -0.3])
    chance = merton.default_probability(100.0, 60.0, drifts, 0.35, 1.0)
    assert (np.diff(chance) > 0).all()


def test_equity_debt_and_default_are_those_of_a_simulation():
    draws = np.random.default_rng(11).standard_normal(400_000)
    priced = 100 * np.exp((0.05 - 0.08 - 0.35**2 / 2) * 2 + 0.35 * np.sqrt(2) * draws)
    claims = merton.price(100.0, 80.0, 0.05, 0.35, 2.0, 0.08)
    for flow, found in ((np.maximum(priced - 80, 0), claims.equity), (np.minimum(priced, 80), claims.debt)):
        worth = np.exp(-0.1) * flow
        assert abs(worth.mean() - found) < 4 * worth.std() / np.sqrt(len(draws))
    real = 100 * np.exp((-0.25 - 0.35**2 / 2) * 2 + 0.35 * np.sqrt(2) * draws) < 80
    found = merton.default_probability(100.0, 80.0, -0.25, 0.35, 2.0)
    assert abs(real.mean() - found) < 4 * real.std() / np.sqrt(len(draws))


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        merton.price(-1.0, 0.0, np.nan, -0.2, 0.0)
    assert [finding.where for finding in refused.value.findings] == ["assets", "volatility", "debt", "years", "rate"]
    with pytest.raises(SpecError, match="equity_volatility"):
        merton.calibrate(1.0, 0.0, 1.0, 0.05, 1.0)
    with pytest.raises(SpecError, match="drift"):
        merton.default_probability(1.0, 1.0, np.inf, 0.2, 1.0)
