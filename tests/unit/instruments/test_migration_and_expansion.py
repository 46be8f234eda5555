"""Rating migration, binomial expansion, rating factors, and rare losses by importance sampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halflife.foundation.errors import SpecError
from halflife.instruments import binomial_expansion as bet
from halflife.instruments import copula, creditmetrics, importance, pool_losses

ROW = np.array([0.02, 0.33, 5.95, 86.93, 5.3, 1.17, 0.12, 0.18]) / 100
OTHER = np.array([0.09, 2.27, 91.05, 5.52, 0.74, 0.26, 0.01, 0.06]) / 100


@given(st.floats(-1.0, 1.0))
def test_joint_migration_has_the_rows_as_margins(rho):
    joint = creditmetrics.joint_migration(ROW, OTHER, rho)
    np.testing.assert_allclose(joint.sum(axis=1), ROW, atol=1e-15)
    np.testing.assert_allclose(joint.sum(axis=0), OTHER, atol=1e-15)


def test_uncorrelated_borrowers_migrate_independently():
    np.testing.assert_allclose(creditmetrics.joint_migration(ROW, OTHER, 0.0), np.outer(ROW, OTHER), atol=1e-15)


def test_twins_migrate_together():
    np.testing.assert_allclose(creditmetrics.joint_migration(ROW, ROW, 1.0), np.diag(ROW), atol=1e-15)


def test_correlation_makes_joint_default_likelier():
    both = [creditmetrics.joint_migration(ROW, OTHER, rho)[-1, -1] for rho in (-0.5, 0.0, 0.3, 0.9)]
    assert (np.diff(both) > 0).all()


def test_what_cannot_happen_has_no_threshold():
    edges = creditmetrics.thresholds([0.0, 0.5, 0.5, 0.0])
    assert edges.tolist() == [np.inf, 0.0, -np.inf]


def test_a_bond_at_its_own_yield_is_worth_par_and_its_coupon():
    assert creditmetrics.year_end_values(6.0, np.full((1, 4), 0.06), 51.13).tolist() == pytest.approx([106.0, 51.13])


def test_a_row_that_does_not_add_up_is_refused():
    with pytest.raises(SpecError, match="sum of transition"):
        creditmetrics.thresholds([0.5, 0.4])
    with pytest.raises(SpecError, match="number of values"):
        creditmetrics.value_moments([0.5, 0.5], [1.0])


@given(st.integers(1, 60), st.floats(0.001, 0.999), st.floats(0.0, 0.9))
def test_tranches_of_the_expansion_add_up_to_the_pool(diversity, pd, recovery):
    parts = [bet.expected_loss(diversity, pd, recovery, *cut) for cut in ((0.0, 0.1), (0.1, 0.4), (0.4, 1.0))]
    assert np.dot(parts, [0.1, 0.3, 0.6]) == pytest.approx(pd * (1 - recovery))


def test_a_less_diverse_pool_hurts_the_senior_tranche():
    losses = [bet.expected_loss(diversity, 0.2, 0.4, 0.3, 1.0) for diversity in (2, 5, 10, 40)]
    assert (np.diff(losses) < 0).all()


def test_equal_bonds_are_worth_their_number_only_if_uncorrelated():
    n, rho = 20, 0.15
    link = np.full((n, n), rho) + (1 - rho) * np.eye(n)
    found = bet.matched_diversity(np.ones(n), np.full(n, 0.1), link)
    assert found == pytest.approx(n / (1 + (n - 1) * rho))
    assert bet.matched_diversity(np.ones(n), np.full(n, 0.1), np.eye(n)) == pytest.approx(n)
    assert bet.matched_diversity(np.ones(n), np.full(n, 0.1), np.ones((n, n))) == pytest.approx(1.0)


def test_the_matched_pool_has_the_variance_of_the_real_one():
    balances, pds = np.array([1.0, 2.0, 5.0]), np.array([0.1, 0.1, 0.1])
    link = np.array([[1.0, 0.2, 0.3], [0.2, 1.0, 0.1], [0.3, 0.1, 1.0]])
    spread = np.sqrt(pds * (1 - pds)) * balances
    share = spread @ link @ spread / balances.sum() ** 2
    assert 0.1 * 0.9 / bet.matched_diversity(balances, pds, link) == pytest.approx(share)


def test_names_of_one_industry_score_less_than_names_of_many():
    table = [1.0, 1.4, 1.7]  # a table of our own: Moody's is the caller's to bring
    assert bet.diversity_score(np.ones(3), ["gpu", "gpu", "gpu"], table) == pytest.approx(1.7)
    assert bet.diversity_score(np.ones(3), ["gpu", "steel", "ships"], table) == pytest.approx(3.0)
    assert bet.diversity_score(np.ones(9), ["gpu"] * 9, table) == pytest.approx(1.7)
    assert bet.diversity_score([0.5, 1.5], ["gpu", "gpu"], table) == pytest.approx(1.2)


def test_the_average_factor_weighs_balances():
    assert bet.weighted_rating_factor([1.0, 3.0], ["Baa2", "B2"]) == pytest.approx(0.25 * 360 + 0.75 * 2720)


def test_factors_rise_with_every_grade():
    assert (np.diff(list(bet.RATING_FACTORS.values())) > 0).all()


def test_all_that_is_wrong_with_a_pool_is_said():
    with pytest.raises(SpecError) as refused:
        bet.weighted_rating_factor([-1.0, 1.0], ["Baa9"])
    assert {finding.where for finding in refused.value.findings} == {
        "grades",
        "balances",
        "number of grades",
        "sum of balances",
    }
    with pytest.raises(SpecError, match="round the score"):
        bet.default_distribution(4.5, 0.1)


@pytest.mark.parametrize("level", [8.5, 20.5, 35.5])
def test_rare_losses_of_one_factor_are_those_of_the_recursion(level):
    pds, losses = np.linspace(0.005, 0.03, 60), np.tile([1, 2, 3], 20)
    chance = pool_losses.pool_losses(copula.gaussian(pds, 0.3), losses)
    exact = chance[int(level) + 1 :].sum()
    found = importance.loss_tail(pds, losses, np.full((60, 1), np.sqrt(0.3)), level, draws=8192, seed=3)
    assert abs(found.probability - exact) < 3 * found.standard_error
    assert found.standard_error < 0.03 * exact


def test_the_same_seed_gives_the_same_estimate():
    pool = np.full(20, 0.02), np.ones(20), np.full((20, 2), 0.3)
    once, again, other = (importance.loss_tail(*pool, 5.5, draws=256, seed=seed) for seed in (4, 4, 5))
    assert once == again
    assert once != other


def test_every_wrong_input_of_the_simulation_is_named():
    with pytest.raises(SpecError) as refused:
        importance.loss_tail([0.1, 0.1], [1.0], np.ones((2, 1)), 5.0, draws=5)
    assert {finding.where for finding in refused.value.findings} == {
        "squared loadings",
        "number of losses",
        "level",
        "odd draws",
    }
