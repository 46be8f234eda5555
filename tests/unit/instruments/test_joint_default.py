"""Two borrowers: dependence without correlation, limits, reflections, a simulation of first passages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import multivariate_t, norm
from scipy.stats import t as student_t

from halflife.foundation.errors import SpecError
from halflife.instruments import first_passage, joint_default
from halflife.instruments.bivariate import bivariate_normal

chance = st.floats(1e-6, 0.999)
correlation = st.floats(-1.0, 1.0)
degrees = st.floats(0.5, 200.0)


def test_a_student_t_without_correlation_is_not_independence():
    assert joint_default.student(0.02, 0.05, 0.0, 3) > 4 * 0.02 * 0.05
    assert joint_default.gaussian(0.02, 0.05, 0.0) == pytest.approx(0.001, rel=1e-12)


@given(chance, chance, correlation, degrees)
def test_joint_default_lies_within_the_bounds_of_frechet(first, second, rho, nu):
    for joint in (joint_default.gaussian(first, second, rho), joint_default.student(first, second, rho, nu)):
        assert max(0.0, first + second - 1) - 1e-13 <= joint <= min(first, second) + 1e-13


@given(chance, chance, degrees)
def test_a_perfect_correlation_is_one_borrower_and_its_opposite_excludes(first, second, nu):
    assert joint_default.student(first, second, 1.0, nu) == pytest.approx(min(first, second), rel=1e-9)
    assert joint_default.student(first, second, -1.0, nu) == pytest.approx(max(0.0, first + second - 1), abs=1e-15)


@given(chance, chance, correlation, degrees)
def test_a_borrower_defaults_with_the_other_or_without(first, second, rho, nu):
    with_other = joint_default.student(first, second, rho, nu)
    without = joint_default.student(first, 1 - second, -rho, nu)
    assert with_other + without == pytest.approx(first, rel=1e-9, abs=1e-12)


@given(st.floats(1e-4, 0.9), st.floats(1e-4, 0.9), st.floats(-0.95, 0.95))
def test_many_degrees_of_freedom_are_a_gaussian(first, second, rho):
    gaussian = joint_default.gaussian(first, second, rho)
    assert joint_default.student(first, second, rho, 1e9) == pytest.approx(gaussian, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("nu", [0.7, 1.0, 2.5, 4.0, 31.0])
@pytest.mark.parametrize("rho", [-0.9, -0.2, 0.0, 0.6, 0.99])
def test_the_student_t_is_the_integral_of_its_conditional_law(nu, rho):
    first, second = 0.03, 0.2
    x, y = student_t.ppf([first, second], nu)

    def conditional(seen):
        width = np.sqrt((nu + seen**2) * (1 - rho**2) / (nu + 1))
        return student_t.pdf(seen, nu) * student_t.cdf((y - rho * seen) / width, nu + 1)

    slow = quad(conditional, -np.inf, x, epsabs=1e-13, epsrel=1e-11, limit=400)[0]
    assert joint_default.student(first, second, rho, nu) == pytest.approx(slow, rel=1e-7)


def test_the_student_t_is_that_of_scipy():
    places = student_t.ppf([0.1, 0.3], 4)
    law = multivariate_t(shape=[[1, 0.5], [0.5, 1]], df=4, seed=1)
    assert joint_default.student(0.1, 0.3, 0.5, 4) == pytest.approx(law.cdf(places, maxpts=200_000), abs=2e-5)


def test_a_whole_table_is_worked_out_at_once():
    pds, rhos = np.array([0.01, 0.02, 0.05]), np.array([[0.0], [0.4]])
    table = joint_default.student(pds, 0.03, rhos, 4)
    assert table.shape == (2, 3)
    assert table[1, 2] == pytest.approx(joint_default.student(0.05, 0.03, 0.4, 4), rel=1e-12)


def test_tail_dependence_is_the_limit_of_conditional_default():
    for rho, nu in ((0.0, 3), (0.5, 4), (-0.5, 2)):
        limit = joint_default.tail_dependence(rho, nu)
        conditional = [joint_default.student(p, p, rho, nu) / p for p in (1e-6, 1e-9, 1e-12)]
        assert (np.diff(np.abs(np.array(conditional) - limit)) < 0).all()
        assert conditional[-1] == pytest.approx(limit, rel=1e-3)
    assert joint_default.gaussian(1e-12, 1e-12, 0.5) / 1e-12 < 1e-3


@given(st.floats(1e-6, 0.999), st.floats(1.0, 50.0))
def test_the_tail_can_be_stressed_itself(tail, nu):
    assert joint_default.tail_dependence(joint_default.correlation_for_tail(tail, nu), nu) == pytest.approx(
        tail, rel=1e-8
    )


def test_defaults_are_far_less_correlated_than_assets():
    joint = joint_default.gaussian(0.02, 0.05, 0.3)
    assert 0 < joint_default.default_correlation(0.02, 0.05, joint) < 0.1
    assert joint_default.default_correlation(0.02, 0.02, 0.02) == pytest.approx(1.0)


@given(st.floats(0.05, 5.0), st.floats(0.05, 5.0))
def test_first_passages_without_correlation_are_independent(first, second):
    found = joint_default.first_passages(first, second, 0.0)
    assert found.both == pytest.approx(4 * norm.cdf(-first) * norm.cdf(-second), abs=1e-13)
    assert found.first == pytest.approx(first_passage.dollar_at_passage(first, 0.0, 1.0, 1.0), rel=1e-12)


@pytest.mark.parametrize("mirrors", [3, 4, 6])
@pytest.mark.parametrize(("first", "second"), [(0.3, 0.4), (1.5, 2.0), (3.0, 0.8)])
def test_first_passages_are_those_of_reflections_where_mirrors_close(mirrors, first, second):
    """A wedge that divides a half turn is filled by mirror images; each ends in the quadrant with its own sign."""
    rho = -np.cos(np.pi / mirrors)
    image, sign, kept = np.array([first, second]), 1.0, 0.0
    for turn in range(2 * mirrors):
        kept += sign * bivariate_normal(image[0], image[1], rho)
        own, other = turn % 2, 1 - turn % 2
        image = image.copy()
        image[other] -= 2 * rho * image[own]
        image[own] = -image[own]
        sign = -sign
    assert 1 - joint_default.first_passages(first, second, rho).either == pytest.approx(kept, abs=1e-12)


@given(st.floats(0.1, 5.0), st.floats(0.1, 5.0), st.floats(-0.999, 0.999))
def test_first_passages_lie_within_their_bounds_and_above_the_day_itself(first, second, rho):
    found = joint_default.first_passages(first, second, rho)
    assert max(0.0, found.first + found.second - 1) - 1e-12 <= found.both <= min(found.first, found.second)
    assert found.both >= bivariate_normal(-first, -second, rho) - 1e-12


def test_more_correlation_joins_first_passages_until_they_are_one():
    found = joint_default.first_passages(1.0, 1.0, np.array([-0.9, -0.3, 0.0, 0.5, 0.9, 0.999999]))
    assert (np.diff(found.both) > 0).all()
    assert found.both[-1] == pytest.approx(found.first[-1], rel=5e-3)


def test_first_passages_are_those_of_a_simulation():
    paths, steps, rho = 20_000, 1_000, 0.5
    draws = np.random.default_rng(9)
    distance, alive = np.tile([[1.2], [0.9]], paths), np.ones((2, paths))
    for _ in range(steps):
        moves = draws.standard_normal((2, paths)) / np.sqrt(steps)
        moves[1] = rho * moves[0] + np.sqrt(1 - rho**2) * moves[1]
        alive *= 1 - first_passage.bridge_crossing(distance, distance + moves, 1 / steps)
        distance += moves
    both = (1 - alive[0]) * (1 - alive[1])  # bridges of short steps as if independent
    found = joint_default.first_passages(1.2, 0.9, rho)
    assert abs(both.mean() - found.both) < 4 * both.std() / np.sqrt(paths) + 1e-3


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        joint_default.student(0.0, 1.0, 1.5, 0.0)
    found = [finding.where for finding in refused.value.findings]
    assert found == ["first_pd", "second_pd", "correlation", "degrees"]
    with pytest.raises(SpecError) as refused:
        joint_default.first_passages(0.0, -1.0, 1.0)
    assert [finding.where for finding in refused.value.findings] == ["first", "second", "correlation"]
    with pytest.raises(SpecError, match="joint"):
        joint_default.default_correlation(0.1, 0.1, 1.1)
    with pytest.raises(SpecError, match="tail"):
        joint_default.correlation_for_tail(0.0, 3)
