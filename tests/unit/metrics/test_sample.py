"""Weighted estimators against loops, exact cases and the bootstrap."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.metrics.sample import Distribution, Sample

PATHS = 4000


def skewed(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Weights with mean about one, and a quantity with many zeros."""
    rng = np.random.default_rng(seed)
    x = np.where(rng.random(PATHS) < 0.2, rng.lognormal(0.0, 0.7, PATHS), 0.0)
    return rng.gamma(3.0, 1.0 / 3.0, PATHS), x


def bootstrap(weights: np.ndarray, draw: np.ndarray | None, estimate, repeats: int = 400) -> float:
    """Standard deviation of an estimator over resamples of paths, or of whole draws."""
    rng = np.random.default_rng(11)
    names = np.unique(draw) if draw is not None else None
    found = []
    for _ in range(repeats):
        if names is None:
            picked = rng.integers(0, PATHS, PATHS)
        else:
            chosen = rng.choice(names, names.size)
            picked = np.concatenate([np.flatnonzero(draw == name) for name in chosen])
        found.append(estimate(picked))
    return float(np.std(found, ddof=1))


def test_a_weighted_mean_is_the_loop_over_paths():
    weights, x = skewed()
    found = Sample(weights).mean(x)
    by_hand = sum(w * v for w, v in zip(weights, x, strict=True)) / sum(weights)
    assert found.value == pytest.approx(by_hand, rel=1e-13)


def test_equal_weights_give_the_textbook_error():
    _, x = skewed()
    found = Sample(np.ones(PATHS)).mean(x)
    assert found.error == pytest.approx(x.std(ddof=1) / np.sqrt(PATHS), rel=1e-12)


def test_the_error_of_a_mean_agrees_with_the_bootstrap():
    weights, x = skewed()
    expected = bootstrap(weights, None, lambda p: (weights[p] * x[p]).sum() / weights[p].sum())
    assert Sample(weights).mean(x).error == pytest.approx(expected, rel=0.12)


def test_the_error_of_a_ratio_agrees_with_the_bootstrap():
    weights, x = skewed()
    below = 1.0 + 2.0 * x + np.arange(PATHS) / PATHS
    expected = bootstrap(weights, None, lambda p: (weights[p] * x[p]).sum() / (weights[p] * below[p]).sum())
    found = Sample(weights).ratio(x, below)
    assert found is not None
    assert found.error == pytest.approx(expected, rel=0.12)


def test_the_error_of_a_standard_deviation_agrees_with_the_bootstrap():
    weights, x = skewed()

    def deviation(p: np.ndarray) -> float:
        mean = (weights[p] * x[p]).sum() / weights[p].sum()
        return float(np.sqrt((weights[p] * (x[p] - mean) ** 2).sum() / weights[p].sum()))

    assert Sample(weights).spread(x).error == pytest.approx(bootstrap(weights, None, deviation), rel=0.2)


def test_paths_that_share_a_draw_count_as_one_observation():
    weights, x = skewed()
    draw = np.arange(PATHS) // 100.0
    rng = np.random.default_rng(5)
    shared = x + rng.normal(0.0, 0.5, 40)[draw.astype(int)]
    sample = Sample(weights, draw)
    expected = bootstrap(weights, draw, lambda p: (weights[p] * shared[p]).sum() / weights[p].sum())
    assert sample.draws == 40
    assert sample.mean(shared).error == pytest.approx(expected, rel=0.15)
    assert sample.mean(shared).error > 3.0 * Sample(weights).mean(shared).error


def test_the_jackknife_of_a_mean_is_the_error_of_the_mean():
    weights, x = skewed()
    sample = Sample(weights)

    def totals(group: np.ndarray, count: int) -> np.ndarray:
        return np.stack([np.bincount(group, c, minlength=count) for c in (weights, weights * x)], axis=1)

    found = sample.jackknife(totals, lambda sums: [sums[1] / sums[0]])
    assert found[0] == pytest.approx(sample.mean(x).error, rel=0.25)


def test_a_quantile_has_its_share_of_the_weight_at_or_below_it():
    weights, x = skewed()
    distribution = Distribution(Sample(weights), x)
    for level in (0.05, 0.5, 0.9, 0.99):
        value = distribution.at(level)
        assert weights[x <= value].sum() >= level * weights.sum() * (1 - 1e-12)
        assert weights[x < value].sum() < level * weights.sum()


def test_the_error_of_a_quantile_agrees_with_the_bootstrap():
    weights, x = skewed()
    expected = bootstrap(weights, None, lambda p: Distribution(Sample(weights[p]), x[p]).at(0.95))
    assert Distribution(Sample(weights), x).quantile(0.95).error == pytest.approx(expected, rel=0.35)


def test_the_tail_mean_is_the_mean_of_the_worst_weight_with_ties_split():
    weights = np.ones(10)
    x = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 3.0])
    distribution = Distribution(Sample(weights), x)
    assert distribution.tail_mean(0.8).value == pytest.approx(2.0)
    assert distribution.tail_mean(0.85).value == pytest.approx((3.0 + 0.5 * 1.0) / 1.5)


def test_the_error_of_a_tail_mean_agrees_with_the_bootstrap():
    weights, x = skewed()
    expected = bootstrap(weights, None, lambda p: Distribution(Sample(weights[p]), x[p]).tail_mean(0.95).value)
    assert Distribution(Sample(weights), x).tail_mean(0.95).error == pytest.approx(expected, rel=0.15)


def test_a_quantity_that_no_path_has_has_no_mass():
    weights, x = skewed()
    assert Distribution(Sample(weights), x, np.zeros(PATHS)).mass == 0.0
