"""Conditional default probabilities: they average to the unconditional, and copulas meet in their limits."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm
from scipy.stats import t as student_t

from halflife.foundation.errors import SpecError
from halflife.instruments import copula, pool_losses, vasicek
from halflife.instruments.bivariate import bivariate_normal

PDS = np.array([0.0005, 0.01, 0.2, 0.7])
MODELS = {
    "gaussian": lambda pd, rho: copula.gaussian(pd, rho),
    "student": lambda pd, rho: copula.student(pd, rho, 4.0),
    "double t": lambda pd, rho: copula.double_t(pd, rho, 4.0, 5.0),
    "t factor": lambda pd, rho: copula.double_t(pd, rho, 3.0, inf),
    "t luck": lambda pd, rho: copula.double_t(pd, rho, inf, 3.0),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("rho", [0.0, 0.2, 0.6])
def test_conditional_probabilities_average_to_the_unconditional(name, rho):
    found = MODELS[name](PDS, rho)
    assert found.weight.sum() == pytest.approx(1.0, abs=1e-14)
    np.testing.assert_allclose(found.pd @ found.weight, PDS, rtol=1e-7)


@given(st.floats(1e-3, 0.5), st.floats(0.0, 0.6))
def test_two_gaussian_names_default_together_as_the_joint_normal_says(pd, rho):
    pair = copula.gaussian(np.array([pd, pd]), rho)
    both = pool_losses.pool_losses(pair)[2]
    assert both == pytest.approx(bivariate_normal(norm.ppf(pd), norm.ppf(pd), rho), rel=1e-6)


def test_each_name_may_have_its_own_correlation():
    loads = np.array([0.1, 0.6])
    both = pool_losses.pool_losses(copula.gaussian(np.array([0.05, 0.1]), loads))[2]
    expected = bivariate_normal(norm.ppf(0.05), norm.ppf(0.1), np.sqrt(0.06))
    assert both == pytest.approx(expected, rel=1e-9)


def test_a_student_with_many_degrees_is_gaussian():
    fat, thin = copula.student(PDS, 0.3, 1e6), copula.gaussian(PDS, 0.3)
    found, expected = (pool_losses.pool_losses(one) for one in (fat, thin))
    np.testing.assert_allclose(found, expected, atol=2e-6)
    double = copula.double_t(PDS, 0.3, 1e6, 1e6)
    np.testing.assert_allclose(pool_losses.pool_losses(double), expected, atol=2e-6)


def test_a_student_copula_clusters_defaults_without_correlation():
    pair = np.array([0.01, 0.01])
    together = [pool_losses.pool_losses(copula.student(pair, 0.0, nu))[2] for nu in (3.0, 10.0, 100.0)]
    assert together[0] > together[1] > together[2] > 0.01**2


def test_the_joint_student_tail_is_that_of_its_density():
    """Both below t: an integral of the conditional Student distribution over the first name."""
    nu, rho, pd = 4.0, 0.3, 0.05
    edge = student_t.ppf(pd, nu)

    def given_first(x):
        spread = np.sqrt((1 - rho**2) * (nu + x**2) / (nu + 1))
        return student_t.pdf(x, nu) * student_t.cdf((edge - rho * x) / spread, nu + 1)

    expected = quad(given_first, -np.inf, edge, epsabs=1e-13)[0]
    found = pool_losses.pool_losses(copula.student(np.array([pd, pd]), rho, nu))[2]
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("factor_degrees", "own_degrees"), [(5.0, inf), (inf, 5.0), (5.0, 5.0), (2.5, 2.5)])
def test_the_double_t_is_its_integral(factor_degrees, own_degrees):
    def scaled(degrees):
        return norm() if degrees == inf else student_t(degrees, scale=np.sqrt((degrees - 2) / degrees))

    factor, own, pd, rho = scaled(factor_degrees), scaled(own_degrees), 0.04, 0.3

    def moment(threshold, power):
        def integrand(m):
            return factor.pdf(m) * own.cdf((threshold - np.sqrt(rho) * m) / np.sqrt(1 - rho)) ** power

        halves = (quad(integrand, *ends, epsabs=1e-12, limit=400)[0] for ends in ((-np.inf, -3), (-3, 3), (3, np.inf)))
        return sum(halves)

    threshold = brentq(lambda c: moment(c, 1) - pd, -20, 0, xtol=1e-12)
    found = copula.double_t(np.array([pd]), rho, factor_degrees, own_degrees)
    for power in (2, 3):
        assert found.pd[0] ** power @ found.weight == pytest.approx(moment(threshold, power), rel=1e-7, abs=1e-10)


def test_more_nodes_change_nothing():
    coarse, fine = (pool_losses.pool_losses(copula.gaussian(np.full(50, 0.05), 0.3, nodes)) for nodes in (128, 300))
    np.testing.assert_allclose(coarse, fine, atol=1e-8)


def test_a_large_finite_pool_is_nearly_vasiceks():
    shares = np.array([0.02, 0.05, 0.1, 0.2])
    limit = vasicek.loss_cdf(shares, 0.05, 0.2)
    gaps = []
    for names in (100, 400, 1600):
        defaults = pool_losses.homogeneous_defaults(copula.gaussian(np.array([0.05]), 0.2, 300), names)
        below = (
            np.cumsum(defaults)[np.rint(shares * names).astype(int)]
            - 0.5 * defaults[np.rint(shares * names).astype(int)]
        )
        gaps.append(np.abs(below - limit).max())
    assert gaps[0] > 2 * gaps[1] > 4 * gaps[2]


def test_every_wrong_input_is_named():
    with pytest.raises(SpecError) as refused:
        copula.double_t(np.array([0.0]), 1.0, 2.0, 1.0)
    assert [finding.where for finding in refused.value.findings] == [
        "pd",
        "correlation",
        "factor_degrees",
        "own_degrees",
    ]
