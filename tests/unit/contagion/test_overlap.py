"""Signs of a system that can fall."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.contagion import overlap
from halflife.foundation.errors import SpecError


def test_overlap_is_the_first_order_loss_from_anothers_sale():
    found = overlap.overlap([[10.0, 0.0], [4.0, 6.0]], [100.0, 50.0])
    np.testing.assert_allclose(found, [[[1.0, 0.4], [0.4, 0.16 + 0.72]]])
    sale = 10.0 * (1.0 - 1e-9)
    fall = -np.expm1(-sale / 1e8)
    np.testing.assert_allclose(overlap.overlap([[10.0], [4.0]], 1e8)[0, 0, 1], 4.0 * fall, rtol=1e-6)


def test_similarity_knows_the_mix_and_not_the_size():
    found = overlap.similarity([[1.0, 2.0], [10.0, 20.0], [2.0, -0.0], [0.0, 0.0]])[0]
    assert found[0, 1] == pytest.approx(1.0)
    assert found[0, 2] == pytest.approx(1.0 / np.sqrt(5.0))
    assert (found[3] == 0.0).all()


@pytest.mark.parametrize("leverage", [10.0, 40.0, 100.0])
def test_equal_weights_fail_a_neighbour_at_the_published_threshold(leverage):
    # Two holders of one common asset among four each; every asset is held in equal parts by its holders.
    each, alpha = 4, 1.0536
    holdings = np.zeros((2, 7))
    holdings[0, :4] = holdings[1, 3:] = 100.0 / each
    found = overlap.failure_propagation(holdings, 100.0 / leverage, alpha)[0]
    fails = leverage / each * -np.expm1(-alpha * 0.5) >= 1.0
    assert found.tolist() == [[0.0, float(fails)], [float(fails), 0.0]]


def test_a_matrix_of_neighbours_who_fail_each_other_is_unstable():
    holdings = np.ones((3, 1))
    fragile = overlap.failure_propagation(holdings, 0.1, 1.0)
    assert overlap.spectral_radius(fragile)[0] == pytest.approx(2.0)
    assert overlap.spectral_radius(overlap.failure_propagation(holdings, 0.9, 1.0))[0] == 0.0


def test_scenarios_go_through_together():
    holdings = np.ones((5, 3, 2))
    assert overlap.overlap(holdings, 10.0).shape == (5, 3, 3)
    assert overlap.failure_propagation(holdings, np.ones((5, 3)), 1.0).shape == (5, 3, 3)
    assert overlap.spectral_radius(overlap.overlap(holdings, 10.0)).shape == (5,)


def test_what_is_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        overlap.overlap([[-1.0, 1.0]], [1.0, 0.0])
    assert [finding.where for finding in refused.value.findings] == ["holdings[0][0]", "depth[1]"]
    with pytest.raises(SpecError):
        overlap.failure_propagation([[1.0]], [1.0, 1.0], [-1.0])
    with pytest.raises(SpecError):
        overlap.relative_exposures([[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0])
