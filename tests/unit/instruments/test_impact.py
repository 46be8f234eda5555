"""Closed forms of price impact."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from halflife.instruments import impact


def test_linear_impact_stops_at_nothing():
    np.testing.assert_allclose(impact.linear([0.0, 5.0, 20.0], 10.0), [1.0, 0.5, 0.0])


def test_proceeds_are_the_area_under_the_price():
    expected = quad(lambda share: impact.exponential(share, 1.0536), 0.0, 0.4)[0]
    assert impact.exponential_proceeds(0.4, 1.0536) == pytest.approx(expected)


def test_a_forced_seller_of_everything_recovers_no_more_than_618_per_mille():
    assert impact.exponential_proceeds(1.0, 1.0536) == pytest.approx(0.618, abs=5e-4)


def test_the_share_to_sell_raises_what_was_asked():
    share = impact.share_to_raise(0.3, 1.0536)
    assert impact.exponential_proceeds(share, 1.0536) == pytest.approx(0.3)
    assert impact.share_to_raise(0.7, 1.0536) > 1.0
    assert impact.share_to_raise(0.99, 1.0536) == np.inf


def test_bounded_impact_starts_like_the_linear_and_ends_at_the_floor():
    assert impact.bounded_exponential(1e-6, 10.0, 0.4) == pytest.approx(1.0 - 1e-7, abs=1e-13)
    assert impact.bounded_exponential(1e9, 10.0, 0.4) == pytest.approx(0.4)
    assert impact.bounded_exponential(3.0, 10.0, 0.0) == pytest.approx(impact.exponential(0.3, 1.0))


def test_depth_grows_with_the_root_of_patience():
    assert impact.market_depth(100.0, 0.05, 4.0) == pytest.approx(2.0 * impact.market_depth(100.0, 0.05, 1.0))


def test_the_informed_seller_trades_against_the_impact_he_makes():
    auction = impact.kyle_auction(0.04, 2.0)
    assert auction.aggression == pytest.approx(1.0 / (2.0 * auction.impact))
    order_variance = auction.aggression**2 * 0.04 + 2.0**2
    assert auction.impact == pytest.approx(auction.aggression * 0.04 / order_variance)
