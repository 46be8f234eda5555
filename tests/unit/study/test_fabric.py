"""How a system hangs together: shares add up, and the signs of danger are those of a system worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from halflife.metrics.breakdown import shares_by
from halflife.study.cascade import field_of
from halflife.study.fabric import OPEN_MARKET, _fails, _peaks, fabric_of
from halflife.study.termsheet import load

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def fabric():
    return fabric_of(field_of(load(ROOT / "examples" / "sector-2026.yaml"), paths=64, draws=1))


def test_every_grouping_shares_out_every_facility(fabric):
    assert list(fabric.groupings) == ["borrower", "machine", "offtaker", "lender"]
    for grouping in fabric.groupings.values():
        assert grouping.shares.shape[0] == 63
        np.testing.assert_allclose(grouping.shares.sum(axis=1), 1.0, rtol=1e-9)


def test_holdings_are_the_commitments(fabric):
    assert sum(amount for _, _, amount in fabric.holdings) == pytest.approx(101.52e9, rel=1e-3)


def test_indicators_are_shares_and_symmetric_where_they_must_be(fabric):
    found = fabric.indicators
    assert found is not None
    np.testing.assert_allclose(found.similarity, found.similarity.T)
    np.testing.assert_allclose(np.diag(found.similarity), 1.0)
    np.testing.assert_allclose(found.overlap, found.overlap.T)
    assert ((found.lost >= 0.0) & (found.lost < 1.0)).all()
    assert (np.diag(found.fails) == 0.0).all()
    assert found.failure_radius >= 1.0
    apart = found.borrowers.index("Galaxy Helios II"), found.borrowers.index("Lambda")  # space and GPUs
    assert found.overlap[apart] == 0.0
    assert found.fails[apart] == 0.0


def test_a_borrower_without_weights_stands_with_the_rest():
    grouping = shares_by({"X": {"H100": 3.0, "B200": 1.0}}, ("X", "Y"), OPEN_MARKET)
    assert grouping.names == ("B200", "H100", OPEN_MARKET)
    assert grouping.shares.tolist() == [[0.25, 0.75, 0.0], [0.0, 0.0, 1.0]]


def test_a_seller_fails_whom_its_share_of_the_market_takes_below_zero():
    """Two hold one asset, 10 and 30; a fall of 1 - exp(-0.5) costs the second 11.8 and the first 3.9."""
    exposed = np.array([[10.0], [30.0]])
    steps = np.array([[0.5], [0.5]])
    hit = 30.0 * -np.expm1(-0.5)
    assert _fails(exposed, np.array([5.0, 1.01 * hit]), steps).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert _fails(exposed, np.array([3.0, 0.99 * hit]), steps).tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_pressure_peaks_at_what_buyers_can_install(fabric):
    """At most a month's absorption over the share that fades; a small seller presses with all it has."""
    plan = load(ROOT / "examples" / "sector-2026.yaml").base.plan
    many = np.full((1, plan.market.rental.size), 1e9)
    top = plan.liquidation.absorption / (1.0 - plan.liquidation.fading)
    np.testing.assert_allclose(_peaks(plan, many)[0], top)
    few = np.full((1, plan.market.rental.size), 10.0)
    np.testing.assert_allclose(_peaks(plan, few), few)
