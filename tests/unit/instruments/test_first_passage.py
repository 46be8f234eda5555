"""First passage: limits, its density, its discounted value, and what a bridge mends in a simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from halflife.foundation.errors import SpecError
from halflife.instruments import first_passage, merton

laws = st.tuples(st.floats(0.01, 2.0), st.floats(-0.5, 0.5), st.floats(0.05, 1.0), st.floats(0.1, 10.0))


@given(laws, st.floats(0.0, 0.3))
def test_the_density_adds_up_to_probability_and_value(law, rate):
    distance, drift, volatility, years = law
    middle = min(years, distance**2 / (3 * volatility**2))
    parts = [
        quad(
            lambda t: np.exp(-rate * t) * first_passage.passage_density(distance, drift, volatility, t),
            *span,
            limit=200,
        )[0]
        for span in ((1e-12, middle), (middle, years))
    ]
    assert first_passage.dollar_at_passage(*law, rate) == pytest.approx(sum(parts), rel=1e-7, abs=1e-9)


def test_without_drift_passage_is_twice_the_end():
    assert first_passage.dollar_at_passage(0.3, 0.0, 0.2, 2.0) == pytest.approx(2 * norm.cdf(-0.3 / (0.2 * 2**0.5)))


@given(laws)
def test_touching_is_likelier_than_ending_below(law):
    distance, drift, volatility, years = law
    firm = (100.0, 100 * np.exp(-distance), drift, volatility, years)
    touched = first_passage.first_passage_probability(*firm)
    assert merton.default_probability(*firm) - 1e-13 <= touched <= 1 + 1e-13


def test_a_barrier_that_grows_is_a_slower_firm():
    grown = first_passage.first_passage_probability(100, 70, 0.05, 0.25, 5, 0.03)
    assert grown == pytest.approx(first_passage.first_passage_probability(100, 70, 0.02, 0.25, 5), rel=1e-13)


def test_assets_at_the_barrier_have_defaulted_and_far_ones_never_will():
    chance = first_passage.first_passage_probability([100, 50, 70, 1e30], 70, -0.3, 0.1, 0.01)
    np.testing.assert_allclose(chance[1:], [1.0, 1.0, 0.0])
    assert 0 <= chance[0] < 1e-100


def test_a_steep_fall_neither_overflows_nor_loses_certainty():
    assert first_passage.first_passage_probability(100, 1, -5.0, 0.05, 10) == pytest.approx(1.0, rel=1e-12)
    assert first_passage.dollar_at_passage(3.0, 4.0, 0.02, 10.0) == 0.0


def test_a_bridge_takes_the_bias_out_of_long_steps():
    paths, steps, years, volatility = 40_000, 8, 2.0, 0.35
    drift, dt = -0.25 - volatility**2 / 2, years / steps
    moves = np.random.default_rng(5).standard_normal((steps, paths))
    distance = np.full(paths, np.log(100 / 60))
    alive, seen = np.ones(paths), np.ones(paths, dtype=bool)
    for move in moves:
        after = distance + drift * dt + volatility * np.sqrt(dt) * move
        alive *= 1 - first_passage.bridge_crossing(distance, after, volatility**2 * dt)
        seen &= after > 0
        distance = after
    exact = first_passage.first_passage_probability(100, 60, -0.25, volatility, years)
    error = alive.std() / np.sqrt(paths)
    assert abs(1 - alive.mean() - exact) < 4 * error
    assert exact - (1 - seen.mean()) > 10 * error


def test_a_bridge_with_an_end_below_the_barrier_has_touched_it():
    chance = first_passage.bridge_crossing([-0.1, 0.2, 0.0, 1.0], [0.2, -0.1, 1.0, 1.0], 0.04)
    np.testing.assert_allclose(chance, [1.0, 1.0, 1.0, np.exp(-50)])


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        first_passage.first_passage_probability(0.0, -1.0, np.nan, 0.0, -1.0, np.inf)
    found = [finding.where for finding in refused.value.findings]
    assert found == ["assets", "barrier", "drift", "volatility", "years", "barrier_growth"]
    with pytest.raises(SpecError, match="variance"):
        first_passage.bridge_crossing(0.1, 0.1, 0.0)
    with pytest.raises(SpecError, match="rate"):
        first_passage.dollar_at_passage(0.1, 0.1, 0.2, 1.0, -0.1)
