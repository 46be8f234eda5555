"""The matching of a copula to a variance is undone by the variance it came from."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from halflife.foundation.errors import SpecError
from halflife.instruments.copula import gaussian, student
from halflife.instruments.implied_correlation import MOST, implied_correlation, implied_severity, loss_variance, rarer
from halflife.instruments.pool_losses import pool_losses

PD, LOST = np.array([0.02, 0.05, 0.10, 0.3]), np.array([3.0, 1.0, 2.0, 4.0])


@pytest.mark.parametrize("rho", [0.05, 0.3, 0.7])
def test_a_correlation_is_found_again(rho):
    found = implied_correlation(PD, LOST, loss_variance(gaussian(PD, rho), LOST))
    assert found.is_met
    assert found.number == pytest.approx(rho, abs=1e-5)


def test_the_variance_is_that_of_the_loss_distribution():
    conditioned = student(PD, 0.2, 4.0)
    chance = pool_losses(conditioned, LOST.astype(np.int64))
    sizes = np.arange(chance.size)
    assert loss_variance(conditioned, LOST) == pytest.approx(chance @ sizes**2 - (chance @ sizes) ** 2, rel=1e-9)


def test_independent_names_have_the_sum_of_their_variances():
    assert loss_variance(gaussian(PD, 0.0), LOST) == pytest.approx(float(LOST**2 @ (PD * (1.0 - PD))))


def test_what_cannot_be_met_is_said_and_held_at_the_end():
    low = implied_correlation(PD, LOST, 0.0)
    high = implied_correlation(PD, LOST, 1e6)
    assert (low.number, low.is_met) == (0.0, False)
    assert (high.number, high.is_met) == (MOST, False)


def test_a_severity_keeps_means_and_meets_the_variance():
    most = np.full(4, 10.0)
    copula = partial(gaussian, correlation=0.3)
    target = 2.0 * loss_variance(copula(PD), LOST)
    found = implied_severity(PD, LOST, most, target, copula)
    rare, large = rarer(PD, LOST, most, found.number)
    assert found.is_met
    np.testing.assert_allclose(rare * large, PD * LOST)
    assert loss_variance(copula(rare), large) == pytest.approx(target, rel=1e-5)
    assert (large <= most).all()


def test_a_severity_that_whole_debts_cannot_reach_is_said():
    found = implied_severity(PD, LOST, LOST, 1e6, partial(gaussian, correlation=0.3))
    assert (found.number, found.is_met) == (1.0, False)


def test_losses_and_names_must_be_as_many():
    with pytest.raises(SpecError):
        loss_variance(gaussian(PD, 0.1), LOST[:3])
