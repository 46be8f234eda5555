"""Contributions to the tail against closed forms, brute force and the bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from halflife.foundation.errors import SpecError
from halflife.metrics.portfolio import Grouping, Portfolio, by_label, default_width
from halflife.metrics.sample import Sample

PATHS = 40_000
COVARIANCE = np.array([[1.0, 0.5, 0.0], [0.5, 2.0, -0.3], [0.0, -0.3, 0.5]])
LEVEL = 0.95


@pytest.fixture(scope="module")
def gaussian() -> Portfolio:
    """Jointly normal losses around 10: Euler contributions are known."""
    rng = np.random.default_rng(4)
    losses = 10.0 + rng.multivariate_normal(np.zeros(3), COVARIANCE, PATHS)
    return Portfolio(Sample(np.ones(PATHS)), losses, ("a", "b", "c"))


def normal_contributions(multiple: float) -> np.ndarray:
    """Mean plus covariance with the total over its deviation, times a multiple."""
    return 10.0 + COVARIANCE.sum(axis=1) / np.sqrt(COVARIANCE.sum()) * multiple


def test_contributions_of_normal_losses_are_their_betas(gaussian):
    z = norm.ppf(LEVEL)
    for found, wanted in (
        (gaussian.es_contributions(LEVEL), normal_contributions(norm.pdf(z) / (1 - LEVEL))),
        (gaussian.var_contributions(LEVEL, width=0.01), normal_contributions(z)),
    ):
        for part, exact in zip(found, wanted, strict=True):
            assert abs(part.amount.value - exact) < 4.0 * part.amount.error
            assert part.amount.error < 0.1


def test_errors_of_contributions_are_the_scatter_over_samples():
    rng = np.random.default_rng(8)
    runs = []
    for _ in range(200):
        weights = rng.gamma(4.0, 0.25, 2000)
        losses = rng.lognormal(0.0, 0.8, (2000, 2)) @ np.array([[1.0, 0.3], [0.2, 1.0]])
        portfolio = Portfolio(Sample(weights), losses, ("a", "b"))
        parts = (*portfolio.es_contributions(LEVEL), *portfolio.var_contributions(LEVEL))
        runs.append([part.amount for part in parts])
    values = np.array([[amount.value for amount in run] for run in runs])
    said = np.array([[amount.error for amount in run] for run in runs])
    np.testing.assert_allclose(said.mean(axis=0), values.std(axis=0, ddof=1), rtol=0.2)


def test_the_shortfall_is_the_mean_of_the_worst_paths_by_hand():
    losses = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 2.0], [0.0, 10.0], [3.0, 1.0]])
    portfolio = Portfolio(Sample(np.ones(5)), losses, ("a", "b"))
    found = portfolio.es_contributions(0.6)
    assert [part.amount.value for part in found] == pytest.approx([(0 + 0.5 * 2 + 0.5 * 3) / 2, (10 + 1.5) / 2])
    assert portfolio.es(0.6).value == pytest.approx(7.0)


def test_heavier_weights_are_more_paths():
    rng = np.random.default_rng(2)
    losses, repeats = rng.exponential(1.0, (300, 3)), rng.integers(1, 4, 300)
    heavy = Portfolio(Sample(repeats.astype(float)), losses, ("a", "b", "c"))
    many = Portfolio(Sample(np.ones(repeats.sum())), np.repeat(losses, repeats, axis=0), ("a", "b", "c"))
    for method in ("es_contributions", "var_contributions"):
        one, other = (getattr(portfolio, method)(0.9) for portfolio in (heavy, many))
        assert [p.amount.value for p in one] == pytest.approx([p.amount.value for p in other], rel=1e-12)


def test_groups_gather_their_positions(gaussian):
    single = [part.amount.value for part in gaussian.es_contributions(LEVEL)]
    generations = by_label(["hopper", "blackwell", "hopper"])
    found = {part.name: part.amount.value for part in gaussian.es_contributions(LEVEL, generations)}
    assert found == pytest.approx({"hopper": single[0] + single[2], "blackwell": single[1]})
    held = Grouping(("bank", "fund"), np.array([[1.0, 0.0], [0.25, 0.75], [0.0, 1.0]]))
    by_lender = {part.name: part.amount.value for part in gaussian.es_contributions(LEVEL, held)}
    assert by_lender["bank"] == pytest.approx(single[0] + 0.25 * single[1])
    assert sum(part.share for part in gaussian.es_contributions(LEVEL, held)) == pytest.approx(1.0)


def test_without_losses_nothing_is_shared_out():
    portfolio = Portfolio(Sample(np.ones(50)), np.zeros((50, 2)), ("a", "b"))
    for part in (*portfolio.es_contributions(0.9), *portfolio.var_contributions(0.9)):
        assert (part.amount.value, part.share) == (0.0, None)


def test_the_facilities_of_a_run_are_a_portfolio(made_up):
    portfolio = Portfolio.of(made_up, "loss")
    owner = by_label([made_up.axis.borrowers[b] for b in made_up.axis.facility_borrower])
    (whole,) = portfolio.es_contributions(0.99, owner)
    assert whole.name == "spv"
    assert whole.amount.value == pytest.approx(portfolio.es(0.99).value, rel=1e-12)


def test_bad_input_is_refused_with_all_findings(gaussian):
    with pytest.raises(SpecError) as caught:
        Grouping(("x", "y"), np.array([[0.5, 0.4], [0.5, 0.5], [1.0, 1.0]]))
    assert [finding.where for finding in caught.value.findings] == ["shares[0]", "shares[2]"]
    with pytest.raises(SpecError, match="probability between 0 and 1"):
        gaussian.es(99.0)
    with pytest.raises(SpecError, match=r"at most 0\.05"):
        gaussian.var_contributions(LEVEL, width=0.2)
    with pytest.raises(SpecError, match="3 positions"):
        gaussian.es_contributions(LEVEL, by_label(["a", "b"]))
    assert default_width(0.99) == pytest.approx(0.005)
