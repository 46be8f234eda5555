"""Forced value: the price of a whole fleet under the sale schedule."""

from __future__ import annotations

import math

import pytest

from halflife.liquidation.resolve import forced_shares
from halflife.liquidation.spec import EnforcementSpec, ResaleSpec


def resale(**changes: object) -> ResaleSpec:
    words = {"machine": "m", "depth": 1000, "absorption": 500, "floor": "30 %", "recovery": "50 %"}
    return ResaleSpec.model_validate(words | changes)


RULE = EnforcementSpec.model_validate(
    {"time_to_seize": "2 months", "sale_cost": "0 %", "workout": "14 months"},
)


def test_price_path_month_by_month():
    scale, pressure, proceeds = 0.7 * 1000, 0.0, 0.0
    for units in (500, 500, 200):
        pressure *= 0.5
        price = 0.3 + 0.7 * math.exp(-pressure / scale) * (1 - math.exp(-units / scale)) / (units / scale)
        proceeds += units * price
        pressure += units
    assert forced_shares(1200, resale(), RULE)[0] == pytest.approx(proceeds / 1200, rel=1e-9)


def test_what_is_left_at_the_end_of_the_workout_goes_at_once():
    slow = forced_shares(100_000, resale(), RULE)[0]
    assert 0.3 < slow < forced_shares(5000, resale(), RULE)[0]


def test_price_never_falls_below_the_floor_nor_rises_above_the_appraisal():
    for units in (1, 1000, 1_000_000):
        for share in forced_shares(units, resale(depth_after_successor="0 %"), RULE):
            assert 0.3 - 1e-12 <= share <= 1.0


def test_announcement_of_a_successor_costs():
    calm, announced = forced_shares(2000, resale(depth_after_successor="50 %"), RULE)
    assert announced < calm
