"""Coins and machines behind one loan: each alone, both in step, tails, a simulation."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr, stdtr
from scipy.stats import norm

from halflife.foundation.errors import SpecError
from halflife.instruments import merton
from halflife.instruments.pooled_collateral import Holding, alone, pooled

COINS, MACHINES = Holding(100.0, 0.0, 0.65), Holding(100.0, -0.3, 0.35)
holdings = st.builds(Holding, st.floats(5, 300), st.floats(-0.4, 0.3), st.floats(0.1, 1.2))
laws = st.sampled_from([inf, 2.5, 4.0, 20.0])
pools = st.tuples(holdings, holdings, st.floats(10, 500), st.floats(-0.9, 0.9), st.floats(0.1, 3.0), laws)


def test_one_asset_is_a_firm_of_merton():
    found = alone(MACHINES, 60.0, 1.0)
    assert found.probability == pytest.approx(merton.default_probability(100.0, 60.0, -0.3, 0.35, 1.0), rel=1e-13)
    growth = merton.price(100.0, 60.0, -0.3, 0.35, 1.0)  # a put, discounted at the drift
    assert found.mean == pytest.approx(60.0 - growth.debt * np.exp(-0.3), rel=1e-12)


@pytest.mark.parametrize("degrees", [inf, 4.0])
def test_a_pool_with_next_to_nothing_of_one_asset_is_the_other(degrees):
    for order in (1, -1):
        pool = (COINS, MACHINES._replace(worth=1e-9))[::order]
        found, other = pooled(*pool, 60.0, 0.35, 1.0, degrees), alone(COINS, 60.0, 1.0)
        np.testing.assert_allclose(found, other, rtol=1e-7)


@settings(max_examples=40)
@given(pools)
def test_the_order_of_the_assets_does_not_matter_and_a_shortfall_is_within_the_debt(pool):
    first, second, debt, *law = pool
    found, turned = pooled(*pool), pooled(second, first, debt, *law)
    np.testing.assert_allclose(found[:2], turned[:2], rtol=0, atol=1e-11 * debt)
    assert 0 <= found.probability <= 1 + 1e-12
    assert 0 <= found.mean <= debt * found.probability + 1e-9


@settings(max_examples=40)
@given(pools, st.floats(0.05, 0.95))
def test_one_pool_never_lacks_more_than_two_loans_together(pool, share):
    first, second, debt, _, years, _ = pool
    apart = alone(first, share * debt, years).mean + alone(second, (1 - share) * debt, years).mean
    assert pooled(*pool).mean <= apart + 1e-8 * debt


@pytest.mark.parametrize("degrees", [inf, 3.0])
def test_the_mean_is_the_area_under_the_probability(degrees):
    def chance(debt):
        return pooled(COINS, MACHINES, debt, 0.35, 1.0, degrees).probability

    area = quad(chance, 1e-9, 110.0, epsabs=1e-11, epsrel=1e-10, limit=200)[0]
    assert pooled(COINS, MACHINES, 110.0, 0.35, 1.0, degrees).mean == pytest.approx(area, rel=1e-8)


@pytest.mark.parametrize("degrees", [inf, 4.0])
def test_assets_in_step_fail_together(degrees):
    """All but perfectly correlated assets of one law are one asset twice the size."""
    found = pooled(COINS, COINS, 110.0, 0.99, 1.0, degrees)
    one = alone(COINS._replace(worth=200.0), 110.0, 1.0)
    assert found.probability == pytest.approx(one.probability, rel=0.02)
    assert found.mean == pytest.approx(one.mean, rel=0.02)


@pytest.mark.parametrize(("degrees", "seed"), [(inf, 1), (4.0, 2)])
def test_the_pool_is_that_of_a_simulation(degrees, seed):
    count, rho, years, debt = 400_000, 0.35, 1.5, 110.0
    draws = np.random.default_rng(seed)
    z = draws.standard_normal((2, count))
    z[1] = rho * z[0] + np.sqrt(1 - rho**2) * z[1]
    if degrees < inf:
        z = norm.ppf(stdtr(degrees, z / np.sqrt(draws.chisquare(degrees, count) / degrees)))
    pool = sum(
        asset.worth * np.exp((asset.drift - asset.volatility**2 / 2) * years + asset.volatility * np.sqrt(years) * luck)
        for asset, luck in zip((COINS, MACHINES), z, strict=True)
    )
    lacking = np.maximum(debt - pool, 0.0)
    found = pooled(COINS, MACHINES, debt, rho, years, degrees)
    for drawn, exact in ((lacking > 0, found.probability), (lacking, found.mean)):
        assert abs(drawn.mean() - exact) < 4 * drawn.std() / np.sqrt(count)


def test_fat_tails_bite_deep_in_the_tail_only():
    """A moderately likely shortfall is a little less likely under a Student t; an unlikely one far more likely."""
    moderate = [pooled(COINS, MACHINES, 125.0, 0.35, 1.0, degrees).probability for degrees in (inf, 4.0)]
    assert moderate[0] == pytest.approx(0.304, abs=5e-4)
    assert 0.95 * moderate[0] < moderate[1] < moderate[0]
    deep = [pooled(COINS, MACHINES, 40.0, 0.35, 1.0, degrees).probability for degrees in (inf, 4.0)]
    assert deep[1] > 3 * deep[0]


def test_many_degrees_of_freedom_are_a_gaussian():
    gaussian, nearly = (pooled(COINS, MACHINES, 110.0, 0.35, 1.0, degrees) for degrees in (inf, 1e7))
    np.testing.assert_allclose(nearly, gaussian, rtol=1e-6)


def test_the_rule_is_exact_where_assets_are_as_unlike_as_they_get():
    calm, wild = Holding(50.0, 0.0, 0.02), Holding(50.0, 0.0, 1.5)
    law, top = (np.log(50.0) - 0.02**2 / 2, 0.02), 9.0

    def chance(z):
        left = 90.0 - np.exp(law[0] + law[1] * z)
        place = (np.log(left / 50.0) + 1.5**2 / 2) / 1.5
        return norm.pdf(z) * ndtr((place - 0.9 * z) / np.sqrt(1 - 0.81))

    slow = quad(chance, -top, top, epsabs=1e-13, epsrel=1e-12, limit=400, points=[-2, 0, 1, 2])[0]
    assert pooled(wild, calm, 90.0, 0.9, 1.0).probability == pytest.approx(slow, abs=1e-11)


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        pooled(Holding(-1.0, np.nan, 0.0), Holding(0.0, 0.0, -0.1), 0.0, 1.0, 0.0, 0.0)
    assert [finding.where for finding in refused.value.findings] == [
        "first.worth",
        "first.drift",
        "first.volatility",
        "second.worth",
        "second.volatility",
        "debt",
        "correlation",
        "years",
        "degrees",
    ]
