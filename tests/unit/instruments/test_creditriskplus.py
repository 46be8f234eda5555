"""CreditRisk+: recursion and Fourier transform are one distribution with the stated moments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from halflife.foundation.errors import SpecError
from halflife.instruments import creditriskplus as plus

POOL = {"exposure": [1.0, 2.5, 4.0, 4.0], "pd": [0.1, 0.05, 0.2, 0.3]}
WEIGHTS = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.2, 0.8], [0.3, 0.3, 0.4]])
SECTORS = [0.25, 0.0, 1.5]


def moments(chance, unit):
    loss = unit * np.arange(len(chance))
    return chance @ loss, chance @ loss**2 - (chance @ loss) ** 2


def test_equal_loans_without_common_risk_default_like_poisson():
    pool = plus.on_lattice(np.ones(50), np.full(50, 0.04), 1.0, 0.0)
    chance = plus.by_recursion(pool, 30)
    np.testing.assert_allclose(chance, poisson.pmf(np.arange(30), 2.0), rtol=1e-12)


def test_equal_loans_of_one_sector_default_like_a_negative_binomial():
    pool = plus.on_lattice(np.ones(50), np.full(50, 0.04), 1.0, 0.5)
    chance = plus.loss_distribution(pool)
    expected = nbinom.pmf(np.arange(len(chance)), 2.0, 1.0 / (1.0 + 0.5 * 2.0))
    np.testing.assert_allclose(chance, expected, atol=1e-15)


@given(
    st.lists(st.tuples(st.floats(0.1, 20.0), st.floats(0.001, 0.3)), min_size=1, max_size=15),
    st.floats(0.0, 2.0),
    st.floats(0.2, 3.0),
)
def test_both_ways_give_one_distribution_with_the_stated_moments(loans, variance, unit):
    exposure, pd = np.array(loans).T
    pool = plus.on_lattice(exposure, pd, unit, variance)
    chance = plus.loss_distribution(pool)
    np.testing.assert_allclose(plus.by_recursion(pool, len(chance)), chance, atol=1e-14)
    mean, spread = moments(chance, unit)
    assert plus.expected_loss(pool) == pytest.approx(exposure @ pd)
    assert mean == pytest.approx(plus.expected_loss(pool), rel=1e-8)
    assert spread == pytest.approx(plus.loss_variance(pool), rel=1e-6)


def test_sectors_are_independent_and_their_variances_add():
    pool = plus.on_lattice(POOL["exposure"], POOL["pd"], 0.5, SECTORS, WEIGHTS)
    chance = plus.loss_distribution(pool)
    np.testing.assert_allclose(plus.by_recursion(pool, len(chance)), chance, atol=1e-14)
    assert moments(chance, 0.5)[1] == pytest.approx(plus.loss_variance(pool))


def test_merged_sectors_keep_mean_and_variance():
    pool = plus.on_lattice(POOL["exposure"], POOL["pd"], 0.5, SECTORS, WEIGHTS)
    link = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.0], [0.6, 0.0, 1.0]])
    merged = plus.single_sector(pool, link)
    assert plus.expected_loss(merged) == pytest.approx(plus.expected_loss(pool))
    assert plus.loss_variance(merged) == pytest.approx(plus.loss_variance(pool, link))
    assert plus.loss_variance(merged) > plus.loss_variance(pool)


def test_quantiles_rise_with_confidence_from_nothing():
    pool = plus.on_lattice(POOL["exposure"], POOL["pd"], 0.5, 0.5)
    chance = plus.loss_distribution(pool)
    found = plus.loss_quantile(chance, 0.5, [0.5 * chance[0], 0.7, 0.9, 0.999])
    assert found[0] == 0.0
    assert (np.diff(found) > 0).all()


def test_a_coarser_lattice_keeps_the_expected_loss():
    for unit in (0.3, 1.0, 7.0):
        pool = plus.on_lattice(POOL["exposure"], POOL["pd"], unit, 0.25)
        assert plus.expected_loss(pool) == pytest.approx(np.dot(POOL["exposure"], POOL["pd"]))


def test_every_wrong_input_is_named():
    with pytest.raises(SpecError) as refused:
        plus.on_lattice([0.0, 1.0], [0.5], -1.0, [0.1, -0.1])
    assert {finding.where for finding in refused.value.findings} == {
        "exposure",
        "unit",
        "variance",
        "number of default probabilities",
        "shape of weights",
    }
    chance = plus.by_recursion(plus.on_lattice([1.0], [0.5], 1.0, 0.0), 2)
    with pytest.raises(SpecError, match="carry the distribution further"):
        plus.loss_quantile(chance, 1.0, 0.999)


def test_a_distribution_with_gaps_does_not_fold_back():
    pool = plus.on_lattice([1.5], [0.004], 0.5, 0.0)
    assert plus.loss_distribution(pool)[[1, 2, 4, 5]].max() < 1e-15


def test_a_lattice_that_is_too_fine_is_refused():
    with pytest.raises(SpecError, match="larger unit"):
        plus.loss_distribution(plus.on_lattice([1.0], [0.5], 1e-7, 0.25))


def test_a_recursion_that_would_start_at_nothing_is_refused():
    pool = plus.on_lattice(np.ones(10_000), np.full(10_000, 0.1), 1.0, 0.0)
    with pytest.raises(SpecError, match="loss_distribution"):
        plus.by_recursion(pool, 10)
    chance = plus.loss_distribution(pool)
    assert moments(chance, 1.0) == pytest.approx((1000.0, 1000.0))
