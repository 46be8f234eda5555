"""Finite pools, tranches and baskets: one distribution by three ways, and nothing lost between tranches."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halflife.foundation.errors import SpecError
from halflife.instruments import copula, pool_losses, tranches

chances = st.lists(st.floats(1e-4, 0.9), min_size=1, max_size=12)
correlation = st.floats(0.0, 0.8)
PAYMENTS = np.arange(1, 21) / 4


def by_enumeration(conditioned, units):
    """Every subset of defaults, the slow way."""
    answer = np.zeros(sum(units) + 1)
    for fate in product((0, 1), repeat=len(units)):
        failed = np.array(fate, dtype=bool)[:, None]
        odds = np.where(failed, conditioned.pd, 1 - conditioned.pd).prod(axis=0)
        answer[np.dot(fate, units)] += odds @ conditioned.weight
    return answer


def test_the_recursion_is_the_sum_over_all_subsets():
    pool, units = copula.gaussian(np.array([0.1, 0.3, 0.02, 0.5, 0.2]), 0.3), np.array([1, 3, 0, 2, 5])
    np.testing.assert_allclose(pool_losses.pool_losses(pool, units), by_enumeration(pool, units), atol=1e-15)


@given(st.floats(1e-4, 0.9), correlation, st.integers(1, 60))
def test_a_pool_of_equals_is_binomial(pd, rho, names):
    recursive = pool_losses.pool_losses(copula.gaussian(np.full(names, pd), rho))
    binomial = pool_losses.homogeneous_defaults(copula.gaussian(np.array([pd]), rho), names)
    np.testing.assert_allclose(recursive, binomial, rtol=1e-9, atol=1e-15)


@given(chances, correlation, st.data())
def test_recursion_and_fourier_transform_agree(pds, rho, data):
    units = np.array(data.draw(st.lists(st.integers(0, 6), min_size=len(pds), max_size=len(pds))))
    pool = copula.gaussian(np.array(pds), rho)
    recursive = pool_losses.pool_losses(pool, units)
    np.testing.assert_allclose(recursive, pool_losses.fourier_losses(pool, units), atol=1e-14)
    assert recursive.sum() == pytest.approx(1.0)
    assert recursive @ np.arange(len(recursive)) == pytest.approx(np.dot(pds, units), rel=1e-6, abs=1e-12)


@given(chances, correlation, st.integers(0, 20))
def test_stopping_early_leaves_the_beginning_as_it_is(pds, rho, most):
    pool, units = copula.gaussian(np.array(pds), rho), np.arange(1, len(pds) + 1)
    whole, part = pool_losses.pool_losses(pool, units), pool_losses.pool_losses(pool, units, most)
    np.testing.assert_array_equal(part, whole[: most + 1])


def test_many_dates_are_one_by_one():
    pds = np.linspace(0.01, 0.2, 12).reshape(3, 4)
    together = pool_losses.pool_losses(copula.gaussian(pds, 0.3))
    alone = [pool_losses.pool_losses(copula.gaussian(row, 0.3)) for row in pds]
    np.testing.assert_array_equal(together, alone)


@given(chances, correlation, st.lists(st.floats(0.01, 0.99), max_size=4))
def test_tranche_losses_add_up_to_the_pool(pds, rho, cuts):
    edges = np.unique(np.r_[0.0, np.round(cuts, 2), 1.0])
    pool, unit = copula.gaussian(np.array(pds), rho), 0.6 / len(pds)
    losses = [tranches.pool_tranche_loss(pool, unit, *cut) for cut in pairwise(edges)]
    assert np.dot(losses, np.diff(edges)) == pytest.approx(0.6 * np.mean(pds), rel=1e-6)
    assert (np.diff(losses) <= 1e-12).all()


def test_correlation_helps_the_first_loss_and_hurts_the_last():
    rhos = np.linspace(0.0, 0.9, 10)
    pools = [copula.gaussian(np.full(100, 0.05), rho) for rho in rhos]
    first = [tranches.pool_tranche_loss(pool, 0.006, 0.0, 0.03) for pool in pools]
    last = [tranches.pool_tranche_loss(pool, 0.006, 0.2, 1.0) for pool in pools]
    assert (np.diff(first) < 0).all()
    assert (np.diff(last) > 0).all()


def test_a_detachment_on_the_lattice_counts_the_loss_that_reaches_it():
    pool = copula.gaussian(np.full(10, 0.3), 0.2)
    chance = pool_losses.pool_losses(pool)
    expected = np.minimum(np.arange(11) / 10, 0.3) @ chance / 0.3
    assert tranches.pool_tranche_loss(pool, 0.1, 0.0, 0.3) == pytest.approx(expected)


def test_the_spread_of_the_whole_pool_is_that_of_its_names():
    gone = -np.expm1(-0.02 * PAYMENTS)
    whole = tranches.legs(PAYMENTS, gone, 0.6 * gone, 0.05)
    in_arrears = 1.0 + 0.05 / 8  # a premium at the quarter's end is worth less than one through it
    assert whole.par_spread == pytest.approx(0.6 * 0.02 * in_arrears, rel=1e-3)
    finer = np.arange(1, 5001) / 1000
    gone = -np.expm1(-0.02 * finer)
    assert tranches.legs(finer, gone, 0.6 * gone, 0.05).par_spread == pytest.approx(0.012, rel=5e-5)


def test_a_swap_on_what_cannot_default_pays_an_annuity():
    legs = tranches.tranche_legs(PAYMENTS, np.zeros(20), 0.05)
    assert legs.protection == 0.0
    assert legs.annuity == pytest.approx(np.exp(-0.05 * PAYMENTS).sum() / 4)


def test_all_ranks_of_a_basket_insure_every_default():
    pool = copula.gaussian(np.linspace(0.01, 0.2, 5), 0.4)
    ranks = [tranches.at_least_defaulted(pool, rank) for rank in range(1, 6)]
    assert sum(ranks) == pytest.approx(np.linspace(0.01, 0.2, 5).sum(), rel=1e-9)
    assert (np.diff(ranks) < 0).all()


def test_independent_names_share_the_first_default():
    pds = -np.expm1(-0.01 * PAYMENTS)[:, None] * np.ones(10)
    spread = tranches.nth_to_default_legs(PAYMENTS, copula.gaussian(pds, 0.0), 1, 0.4, 0.05).par_spread
    assert spread == pytest.approx(0.1 * 0.6, rel=1e-2)


def test_losses_are_rounded_to_the_lattice():
    assert pool_losses.units_of([0.0, 1.4, 2.6], 1.0).tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda pool: pool_losses.pool_losses(pool, np.array([0.5, 1.0])), "units"),
        (lambda pool: pool_losses.pool_losses(pool, np.array([1])), "shape of units"),
        (lambda pool: pool_losses.pool_losses(pool, np.array([1, -1])), "units"),
        (lambda pool: pool_losses.homogeneous_defaults(pool, 5), "names in a homogeneous pool"),
        (lambda pool: tranches.pool_tranche_loss(pool, 0.0, 0.0, 0.1), "unit"),
        (lambda pool: tranches.pool_tranche_loss(pool, 0.3, 0.2, 0.1), "detachment - attachment"),
        (lambda pool: tranches.at_least_defaulted(pool, 3), "rank"),
        (lambda pool: tranches.legs([1.0, 1.0], [0.0, 0.0], [0.0, 0.0], 0.05), "length of a period"),
        (lambda pool: tranches.legs([1.0, 2.0], [0.0], [0.0, 0.0], 0.05), "dates of what is gone"),
        (lambda pool: tranches.expected_tranche_loss([0.5, 0.5], [0.0], 0.0, 0.1), "number of probabilities"),
    ],
)
def test_what_makes_no_sense_is_refused(call, where):
    with pytest.raises(SpecError) as refused:
        call(copula.gaussian(np.array([0.1, 0.2]), 0.3))
    assert where in {finding.where for finding in refused.value.findings}
