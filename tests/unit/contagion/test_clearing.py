"""Clearing of small networks one can do by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.contagion import clearing
from halflife.contagion.valuation import Valuation, furfine, in_step, rogers_veraart
from halflife.foundation.errors import SpecError


def chain(outside, **debts):
    """A owes B 10, B owes C 10."""
    return clearing.build_network([[0, 10, 0], [0, 0, 10], [0, 0, 0]], outside, **debts)


def places(refused):
    return [finding.where for finding in refused.value.findings]


def test_a_loss_runs_down_the_chain():
    cleared = clearing.clear(chain([4.0, 3.0, 0.0]))
    np.testing.assert_allclose(cleared.paid, [[4.0, 7.0, 0.0]])
    np.testing.assert_allclose(cleared.equity, [[-6.0, -3.0, 7.0]])
    assert cleared.defaulted.tolist() == [[True, True, False]]


def test_outside_creditors_share_pro_rata_and_senior_ones_come_first():
    beside = clearing.clear(chain([4.0, 3.0, 0.0], outside_debt=[10.0, 0.0, 0.0]))
    before = clearing.clear(chain([4.0, 3.0, 0.0], senior_debt=[3.0, 0.0, 0.0]))
    np.testing.assert_allclose(beside.received, [[0.0, 2.0, 5.0]])
    np.testing.assert_allclose(before.received, [[0.0, 1.0, 4.0]])
    np.testing.assert_allclose(before.senior_paid, [[3.0, 0.0, 0.0]])


def test_a_bankruptcy_costs_its_creditors():
    cleared = clearing.clear(chain([4.0, 8.0, 0.0]), 0.5, 0.5)
    np.testing.assert_allclose(cleared.paid, [[2.0, 10.0, 0.0]])
    np.testing.assert_allclose(cleared.cost, [[2.0, 0.0, 0.0]])


def test_a_node_worth_exactly_its_debt_does_not_fail():
    cleared = clearing.clear(
        chain([0.1 + 0.2, 0.0, 0.0], outside_debt=0.0)._replace(
            liabilities=np.array([[[0, 0.3, 0], [0, 0, 0.3], [0, 0, 0.0]]])
        ),
        0.0,
        0.0,
    )
    assert not cleared.defaulted.any()


def test_a_ring_without_outside_assets_pays_all_or_nothing():
    ring = clearing.build_network([[0, 1], [1, 0]], [0.0, 0.0])
    both = clearing.clear_both(ring)
    assert both.greatest.share.tolist() == [[1.0, 1.0]]
    assert both.least.share.tolist() == [[0.0, 0.0]]
    assert both.gap.tolist() == [2.0]


def test_costs_can_turn_a_solvent_ring_into_one_that_waits_for_itself():
    ring = clearing.build_network([[0, 10], [10, 0]], [2.0, 2.0])
    assert clearing.clear_both(ring).gap[0] == pytest.approx(0.0, abs=1e-12)
    both = clearing.clear_both(ring, 0.5, 0.5)
    np.testing.assert_allclose(both.least.paid, [[2.0, 2.0]])
    np.testing.assert_allclose(both.gap, [16.0])


def test_nodes_of_one_network_may_follow_different_rules():
    network = chain([4.0, 3.0, 0.0])
    clearing_rule, fixed = rogers_veraart(), furfine(0.2)
    mixed = Valuation(
        np.array([int(fixed.kind), int(clearing_rule.kind), int(clearing_rule.kind)]),
        np.array([0.2, 1.0, 1.0]),
        np.ones(3),
    )
    np.testing.assert_allclose(clearing.solve(network, mixed).share, [[0.2, 0.5, 1.0]])


def test_a_slow_spiral_settles_on_the_exact_answer():
    # Half a per mille of what comes in leaves the ring: plain iteration would need tens of thousands of rounds.
    ring = clearing.build_network([[0, 1000.0], [1000.0, 0]], [0.1, 0.1], [0.5, 0.5])
    found = clearing.solve(ring, rogers_veraart())
    assert found.rounds[0] <= 3
    np.testing.assert_allclose(found.share, 0.1 / 0.5, rtol=1e-11)
    np.testing.assert_allclose(clearing.solve(ring, rogers_veraart(), least=True).share, 0.1 / 0.5, rtol=1e-11)


def test_scenarios_of_different_columns_go_together():
    network = clearing.build_network([[0, 10], [0, 0]], np.array([[10.0, 0.0], [5.0, 0.0]]))
    cleared = clearing.clear(network)
    np.testing.assert_allclose(cleared.received, [[0.0, 10.0], [0.0, 5.0]])
    by_claims = clearing.build_network([[[0, 10], [0, 0]], [[0, 20], [0, 0]]], [10.0, 0.0])
    np.testing.assert_allclose(clearing.clear(by_claims).share[:, 0], [1.0, 0.5])
    by_rule = clearing.solve(chain([4.0, 3.0, 0.0]), in_step(np.array([[8.0, 8.0, 8.0], [2.0, 2.0, 2.0]])))
    assert by_rule.share.shape == (2, 3)


def test_everything_wrong_with_a_network_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        clearing.build_network([[1.0, -2.0], [0.0, 0.0]], [-1.0, np.nan], [0.0, np.inf])
    assert places(refused) == [
        "outside_assets[1]",
        "liabilities[0][1]",
        "outside_assets[0]",
        "outside_debt[1]",
        "liabilities[0][0]",
    ]


def test_shapes_that_do_not_fit_are_named_at_once():
    with pytest.raises(SpecError) as refused:
        clearing.build_network(np.zeros((2, 3)), [1.0, 1.0], [[[1.0]]])
    assert places(refused) == ["outside_debt", "liabilities", "outside_assets", "outside_debt"]
    with pytest.raises(SpecError) as refused:
        clearing.build_network(np.zeros((3, 2, 2)), np.zeros((4, 2)))
    assert places(refused) == ["scenarios"]
    assert "liabilities 3, outside_assets 4" in str(refused.value)
