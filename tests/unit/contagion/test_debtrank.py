"""Stress before default."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.contagion import debtrank, overlap
from halflife.foundation.errors import SpecError

EXPOSURES = np.array([[0.0, 3.0, 1.0], [2.0, 0.0, 4.0], [0.5, 1.0, 0.0]])
EQUITY = np.array([10.0, 20.0, 5.0])


def test_small_stress_is_the_linear_solution_with_unequal_equities():
    shock = np.array([1.0, 0.0, 0.2])
    found = debtrank.linear_debtrank(EXPOSURES, EQUITY, shock)
    expected = np.linalg.solve(np.eye(3) - EXPOSURES / EQUITY[:, None], shock / EQUITY)
    np.testing.assert_allclose(found.lost[0], expected, rtol=1e-13)
    np.testing.assert_allclose(found.equity[0], EQUITY * (1.0 - expected), rtol=1e-13)


def test_nobody_loses_more_than_all():
    found = debtrank.linear_debtrank(4.0 * EXPOSURES, EQUITY, [12.0, 0.0, 0.0])
    assert found.lost[0, 0] == 1.0
    assert (found.lost <= 1.0).all()
    assert (found.equity >= 0.0).all()


def test_no_shock_no_stress_even_where_stress_would_grow():
    grown = 10.0 * EXPOSURES
    assert overlap.spectral_radius(overlap.relative_exposures(grown, EQUITY))[0] > 1.0
    assert (debtrank.linear_debtrank(grown, EQUITY, np.zeros(3)).lost == 0.0).all()
    assert (debtrank.linear_debtrank(grown, EQUITY, [1e-6, 0.0, 0.0]).lost > 0.1).all()


def test_shocks_go_through_as_a_batch():
    shocks = np.array([[1.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
    found = debtrank.linear_debtrank(EXPOSURES, EQUITY, shocks, threads=2)
    for s, shock in enumerate(shocks):
        assert found.lost[s].tobytes() == debtrank.linear_debtrank(EXPOSURES, EQUITY, shock).lost[0].tobytes()


def test_distress_goes_around_a_ring_once():
    ring = np.array([[0.0, 0.5, 0.0], [0.0, 0.0, 0.5], [0.5, 0.0, 0.0]])
    found = debtrank.debtrank(ring, np.full(3, 1 / 3), [0.4, 0.0, 0.0])
    np.testing.assert_allclose(found.distress, [0.45, 0.2, 0.1])
    assert found.debtrank == pytest.approx((0.05 + 0.2 + 0.1) / 3)


def test_an_impact_above_one_counts_as_one_and_starts_go_through_as_a_batch():
    starts = np.eye(2)
    found = debtrank.debtrank([[0.0, 7.0], [0.1, 0.0]], [0.5, 0.5], starts)
    np.testing.assert_allclose(found.distress, [[1.0, 1.0], [0.1, 1.0]])
    np.testing.assert_allclose(found.debtrank, [0.5, 0.05])


def test_who_no_single_default_can_fail_is_not_susceptible():
    found = debtrank.impact_susceptibility(EXPOSURES, EQUITY)
    assert found.by_node.tolist() == [0.0, 0.0, 0.0]
    assert found.fluidity == 0.0


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        debtrank.linear_debtrank([[1.0, -1.0], [0.0, 0.0]], [0.0, 1.0], [-1.0, 0.0])
    assert [finding.where for finding in refused.value.findings] == [
        "exposures[0][1]",
        "shock[0]",
        "equity[0]",
        "exposures[0][0]",
    ]
    with pytest.raises(SpecError) as refused:
        debtrank.debtrank([[0.0, -0.1], [0.0, 0.0]], [0.5, 0.4], [1.5, 0.0])
    assert [finding.where for finding in refused.value.findings] == ["impact[0][1]", "start[0]", "weights"]
    with pytest.raises(SpecError):
        debtrank.impact_susceptibility(EXPOSURES, [1.0, 0.0, 1.0])
