"""The shipped miner runs, and what follows from its words alone holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import halflife as hl
from halflife import ratios

MINER = Path(__file__).resolve().parents[3] / "examples" / "miner-2026.yaml"


@pytest.fixture(scope="module")
def deal():
    return hl.load(MINER).deal(0, 1, 7)


def test_its_coins_debt_and_pledge_are_the_filed_ones(deal):
    plan = deal.plan
    assert plan.treasury.free[0] + plan.treasury.pledged[0] == pytest.approx(52_850.0)
    assert plan.waterfall.commitment.sum() == pytest.approx((350.0 + 48.1 + 1_000.0 + 925.0 + 300.0 + 1_025.0) * 1e6)
    assert plan.waterfall.opening_cash[0] == 826.4e6


def test_its_rigs_earn_the_filed_revenue_at_the_hashprice_of_the_quarter(deal):
    """56 USD/PH/day is the mean of the three months; 252.4 m USD were filed for them, all revenue included."""
    petahash = float(deal.plan.operations.units[0] * deal.plan.market.hashrate[0]) / 1000.0
    assert petahash * 56.0 * 92 == pytest.approx(252.4e6, rel=0.02)


def test_its_network_is_that_of_the_filed_difficulty(deal):
    found = float(np.exp(deal.plan.market.network_hash[0]))
    assert found == pytest.approx(ratios.network_hashrate(142.343e12), rel=0.03)
