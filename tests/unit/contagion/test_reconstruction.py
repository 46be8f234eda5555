"""Networks from their totals."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.contagion import reconstruction
from halflife.foundation.errors import SpecError

ASSETS, LIABILITIES = [7.0, 5.0, 3.0, 1.0, 3.0, 0.0, 1.0], [4.0, 5.0, 5.0, 0.0, 0.0, 2.0, 4.0]


def test_even_claims_are_products_of_factors_off_the_diagonal():
    claims = reconstruction.maximum_entropy(ASSETS, LIABILITIES)
    assert claims[0, 5] * claims[1, 6] == pytest.approx(claims[0, 6] * claims[1, 5], rel=1e-12)
    assert claims[3, 0] * claims[4, 1] == pytest.approx(claims[3, 1] * claims[4, 0], rel=1e-12)


def test_known_zeros_stay_zero_and_the_totals_stay_exact():
    no_claim = np.zeros((7, 7), dtype=bool)
    no_claim[0, 1] = no_claim[1, 2] = True
    claims = reconstruction.maximum_entropy(ASSETS, LIABILITIES, no_claim)
    assert claims[0, 1] == claims[1, 2] == 0.0
    np.testing.assert_allclose(claims.sum(axis=1), ASSETS, atol=2e-12)
    np.testing.assert_allclose(claims.sum(axis=0), LIABILITIES, atol=2e-12)


def test_totals_that_force_pairs_to_nothing_are_met():
    # Node 0 holds or owes every claim there is: nobody else can have one on another.
    claims = reconstruction.maximum_entropy([3.0, 1.0, 2.0], [3.0, 2.0, 1.0])
    np.testing.assert_allclose(claims, [[0, 2, 1], [1, 0, 0], [2, 0, 0]], atol=1e-12)


def test_totals_that_nearly_force_pairs_to_nothing_are_met():
    gap = 1e-7
    assets, liabilities = [3.0, 1.0 + gap, 2.0], [3.0, 2.0, 1.0 + gap]
    claims = reconstruction.maximum_entropy(assets, liabilities)
    np.testing.assert_allclose(claims.sum(axis=1), assets, atol=1e-11)
    np.testing.assert_allclose(claims.sum(axis=0), liabilities, atol=1e-11)


def test_few_links_carry_the_totals_and_the_seed_decides():
    first, again, other = (reconstruction.minimum_density(ASSETS, LIABILITIES, seed=s, tries=1) for s in (7, 7, 8))
    assert first.exposures.tobytes() == again.exposures.tobytes()
    assert first.exposures.tobytes() != other.exposures.tobytes()
    best = reconstruction.minimum_density(ASSETS, LIABILITIES, seed=7, tries=400)
    assert best.fewest_possible == 6
    assert best.fewest_possible <= best.links <= first.links
    assert best.links == np.count_nonzero(best.exposures)


def test_a_large_drawn_network_is_sparse_and_exact():
    draws = np.random.default_rng(7)
    claims = draws.lognormal(0.0, 2.0, (30, 30)) * (1.0 - np.eye(30))
    totals = claims.sum(axis=1), claims.sum(axis=0)
    found = reconstruction.minimum_density(*totals, seed=7, tries=8)
    assert found.links < 2 * 30 + 5
    np.testing.assert_allclose(found.exposures.sum(axis=1), totals[0], rtol=1e-12)
    np.testing.assert_allclose(found.exposures.sum(axis=0), totals[1], rtol=1e-12)


def test_the_only_network_that_fits_a_pattern_is_found():
    no_claim = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    ring = np.array([[0, 2.0, 0], [0, 0, 2.0], [2.0, 0, 0]])
    np.testing.assert_allclose(reconstruction.maximum_entropy([2.0] * 3, [2.0] * 3, no_claim), ring, atol=1e-12)
    found = reconstruction.minimum_density([2.0] * 3, [2.0] * 3, no_claim, seed=7)
    np.testing.assert_allclose(found.exposures, ring, atol=1e-12)


def test_an_empty_network_has_no_claims():
    assert (reconstruction.maximum_entropy([0.0, 0.0], [0.0, 0.0]) == 0.0).all()
    assert reconstruction.minimum_density([0.0, 0.0], [0.0, 0.0], seed=7).links == 0


def test_totals_that_do_not_add_up_are_told_by_how_much():
    with pytest.raises(SpecError, match=r"7 of assets and 5 of liabilities, \+2"):
        reconstruction.maximum_entropy([4.0, 3.0], [3.0, 2.0])


def test_a_node_larger_than_the_rest_is_named():
    with pytest.raises(SpecError) as refused:
        reconstruction.maximum_entropy([5.0, 1.0], [5.0, 1.0])
    assert [finding.where for finding in refused.value.findings] == ["totals[0]"]


def test_a_pattern_that_cannot_carry_the_totals_is_refused():
    only_one_row = np.array([[0, 0, 0], [1, 0, 1], [1, 1, 0]])
    for fill in (
        reconstruction.maximum_entropy,
        lambda *totals: reconstruction.minimum_density(*totals, seed=7),
    ):
        with pytest.raises(SpecError, match="pairs that can carry"):
            fill([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], only_one_row)


def test_everything_wrong_with_totals_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        reconstruction.minimum_density([-1.0, 2.0], [1.0, np.nan], np.zeros((3, 3)), seed=7)
    assert [finding.where for finding in refused.value.findings] == ["liabilities[1]", "no_claim", "assets[0]"]
