"""Large pools: limits, consistency of quantile, distribution, density and moments, and the joint normal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from halflife.foundation.errors import SpecError
from halflife.instruments import basel, vasicek
from halflife.instruments.bivariate import bivariate_normal

chance = st.floats(1e-4, 0.9999)
correlation = st.floats(0.01, 0.95)


@given(chance, correlation, st.floats(0.001, 0.999))
def test_the_quantile_inverts_the_distribution(pd, rho, level):
    loss = vasicek.loss_quantile(pd, rho, level)
    if 1e-12 < loss < 1 - 1e-9:
        assert vasicek.loss_cdf(loss, pd, rho) == pytest.approx(level, rel=1e-5)


def test_a_pool_without_correlation_loses_its_default_probability():
    np.testing.assert_allclose(vasicek.loss_quantile(0.03, 0.0, [0.01, 0.5, 0.999]), 0.03)
    assert vasicek.loss_variance(0.03, 0.0) == pytest.approx(0.0, abs=1e-16)


def test_a_pool_that_moves_as_one_is_a_coin():
    assert vasicek.loss_variance(0.03, 1 - 1e-12) == pytest.approx(0.03 * 0.97, rel=1e-4)


def test_density_mean_and_variance_are_of_one_distribution():
    def moment(power):
        return quad(lambda x: x**power * vasicek.loss_density(x, 0.05, 0.2), 0, 1, points=[0.01, 0.1], limit=200)[0]

    assert moment(0) == pytest.approx(1.0)
    assert moment(1) == pytest.approx(0.05)
    assert moment(2) - moment(1) ** 2 == pytest.approx(vasicek.loss_variance(0.05, 0.2))


def test_the_density_is_the_slope_of_the_distribution():
    step = 1e-6
    slope = (vasicek.loss_cdf(0.1 + step, 0.05, 0.2) - vasicek.loss_cdf(0.1 - step, 0.05, 0.2)) / (2 * step)
    assert vasicek.loss_density(0.1, 0.05, 0.2) == pytest.approx(slope, rel=1e-7)


def test_nothing_is_lost_below_nothing_nor_above_everything():
    assert vasicek.loss_cdf([-0.1, 1.1], 0.05, 0.2).tolist() == [0.0, 1.0]


@given(chance, correlation, st.floats(0.05, 1.0), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4, unique=True))
def test_tranches_of_a_large_pool_add_up_to_it(pd, rho, lgd, cuts):
    edges = np.unique(np.r_[0.0, np.round(cuts, 3), 1.0])
    losses = vasicek.expected_tranche_loss(edges[:-1], edges[1:], pd, rho, lgd)
    assert losses @ np.diff(edges) == pytest.approx(pd * lgd, abs=1e-12)
    assert (losses >= -1e-12).all()
    assert (np.diff(losses) <= 1e-12).all()


def test_the_excess_is_the_area_above_the_distribution():
    area = quad(lambda x: 1 - vasicek.loss_cdf(x, 0.05, 0.2), 0.1, 1)[0]
    assert vasicek.expected_excess(0.1, 0.05, 0.2) == pytest.approx(area)


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.5, 0.99])
def test_the_joint_normal_is_that_of_scipy(rho):
    points = [(-3.0, -2.0), (-1.0, 2.0), (0.0, 0.0), (0.0, -1.5), (1.5, 0.0), (2.0, 2.0), (-0.5, 0.0)]
    for x, y in points:
        expected = multivariate_normal.cdf([x, y], cov=[[1, rho], [rho, 1]], abseps=1e-12, releps=1e-12)
        assert bivariate_normal(x, y, rho) == pytest.approx(expected, abs=2e-9)


def test_the_joint_normal_at_its_edges():
    x = np.array([-1.0, 0.0, 0.7])
    np.testing.assert_allclose(bivariate_normal(x, np.inf, 0.4), norm.cdf(x))
    np.testing.assert_allclose(bivariate_normal(x, -np.inf, 0.4), 0.0)
    np.testing.assert_allclose(bivariate_normal(x, x[::-1], 1.0), norm.cdf(np.minimum(x, x[::-1])))
    np.testing.assert_allclose(bivariate_normal(x, 0.2, -1.0), np.maximum(0, norm.cdf(x) - norm.cdf(-0.2)))
    np.testing.assert_allclose(bivariate_normal(0.0, 0.0, x), 0.25 + np.arcsin(x) / (2 * np.pi), rtol=1e-14)


def test_capital_is_nothing_when_loss_is_certain_or_impossible_and_grows_with_maturity():
    capital = basel.capital_requirement(np.array([1e-12, 1 - 1e-12]), 0.45, 0.15)
    np.testing.assert_allclose(capital, 0.0, atol=1e-8)
    assert (np.diff(basel.maturity_adjustment(0.01, np.linspace(1, 5, 9))) > 0).all()
    assert basel.maturity_adjustment(0.01, 1.0) == pytest.approx(1.0)


def test_a_small_firm_is_less_correlated_within_the_committees_bounds():
    assert basel.corporate_correlation(0.01, 1.0) == basel.corporate_correlation(0.01, 5.0)
    assert basel.corporate_correlation(0.01, 500.0) == basel.corporate_correlation(0.01)
    assert basel.corporate_correlation(0.01) - basel.corporate_correlation(0.01, 5.0) == pytest.approx(0.04)
    assert basel.corporate_correlation(1e-9) == pytest.approx(0.24)


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        vasicek.loss_quantile([0.5, 1.5, float("nan")], 1.0, 0.0)
    assert [finding.where for finding in refused.value.findings] == ["pd", "correlation", "level"]
    assert "1.5 at [1]" in refused.value.findings[0].found


@pytest.mark.parametrize(
    ("tranche", "where"), [((0.2, 0.1), "detachment - attachment"), ((-0.1, 0.1), "attachment"), ((0, 2), "detachment")]
)
def test_what_is_not_a_tranche_is_refused(tranche, where):
    with pytest.raises(SpecError) as refused:
        vasicek.expected_tranche_loss(*tranche, 0.05, 0.2)
    assert where in {finding.where for finding in refused.value.findings}
