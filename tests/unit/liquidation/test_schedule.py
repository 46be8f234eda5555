"""Schedules: what a pace sells when, and what it brings."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.instruments.impact import bounded_exponential
from halflife.liquidation.resolve import forced_shares
from halflife.liquidation.schedule import (
    Buyers,
    Costs,
    best_months,
    even_parts,
    months_waited,
    present_value,
    walk,
)
from halflife.liquidation.spec import EnforcementSpec, ResaleSpec

BUYERS = Buyers(depth=1000.0, fading=0.5, absorption=800.0, floor=0.3)


@pytest.mark.parametrize("months", [1, 3, 7])
@pytest.mark.parametrize("units", [100.0, 2400.0, 50_000.0])
def test_the_closed_form_is_the_walk(units, months):
    """Even parts of single machines: the rest after the stated months goes as fast as buyers take it."""
    closed, walked = even_parts(units, BUYERS, months, 12), walk(units, BUYERS, months, 12)
    np.testing.assert_allclose(closed.sold[: len(walked.sold)], walked.sold, rtol=1e-9)
    assert (closed.price * closed.sold).sum() == pytest.approx((walked.price * walked.sold).sum(), rel=1e-9)
    assert closed.sold.sum() == pytest.approx(units)


def test_a_dump_sells_what_buyers_take_and_an_orderly_sale_even_parts():
    assert walk(2000.0, BUYERS, 1, 12).sold.tolist() == [800.0, 800.0, 400.0]
    np.testing.assert_allclose(walk(2000.0, BUYERS, 4, 12).sold, [500.0] * 4)


def test_lots_are_sold_whole_and_room_that_does_not_make_one_is_kept():
    path = walk(1000.0, BUYERS._replace(absorption=100.0, lot=72.0), 1, 24)
    assert path.sold[:4].tolist() == [72.0, 72.0, 144.0, 72.0]
    assert path.sold[:-1].sum() <= 100.0 * (len(path.sold) - 1)
    assert (np.round(path.sold[:-1] / 72.0, 9) % 1.0 == 0.0).all()
    assert path.sold.sum() == pytest.approx(1000.0)


def test_a_cluster_waits_until_buyers_have_room_for_it():
    path = walk(2000.0, BUYERS._replace(absorption=400.0, lot=1000.0), 1, 24)
    assert path.sold.tolist() == [0.0, 0.0, 1000.0, 0.0, 1000.0]


def test_what_is_left_goes_in_the_last_month():
    path = walk(10_000.0, BUYERS, 1, 3)
    assert path.sold.tolist() == [800.0, 800.0, 8400.0]
    assert path.left[-1] == 0.0


def test_pressure_that_never_fades_makes_the_order_one_sale():
    """Without recovery the proceeds are the integral of the marginal price, however the order is cut."""
    stuck = BUYERS._replace(fading=1.0)
    path = walk(2000.0, stuck, 8, 12)
    grid = (np.arange(100_000) + 0.5) / 100_000 * 2000.0
    whole = bounded_exponential(grid, 1000.0, 0.3).mean() * 2000.0
    assert (path.price * path.sold).sum() == pytest.approx(whole, rel=1e-6)


def test_value_of_a_sale_by_hand():
    path = walk(1000.0, BUYERS, 2, 12)
    costs = Costs(decline=0.02, discount=0.01, carry=0.003, storage=0.002, unit=0.05, share=0.1)
    first = 500.0 * (path.price[0] * 0.9 - 0.05) - (0.003 + 0.002) * 500.0
    second = np.exp(-0.01) * 500.0 * (np.exp(-0.02) * path.price[1] * 0.9 - 0.05)
    assert float(present_value(path, costs)) == pytest.approx(first + second, rel=1e-12)
    assert months_waited(path) == pytest.approx(0.5)


def test_waiting_that_costs_nothing_is_used_and_waiting_that_costs_is_not():
    assert best_months(5000.0, BUYERS, Costs(), 24) == 24
    assert best_months(5000.0, BUYERS._replace(absorption=1e9), Costs(decline=2.0), 24) == 1
    few = best_months(5000.0, BUYERS, Costs(decline=0.30), 24)
    many = best_months(5000.0, BUYERS, Costs(decline=0.06), 24)
    assert 1 <= few < many < 24


def test_the_best_number_of_months_is_the_best_of_all():
    costs = Costs(decline=0.03, discount=0.01, carry=0.002)
    best = best_months(5000.0, BUYERS, costs, 24)
    worth = [float(present_value(walk(5000.0, BUYERS, n, 24), costs)) for n in range(1, 25)]
    assert worth[best - 1] == max(worth)


def test_lenders_who_do_not_know_the_depth_choose_for_the_average():
    crowd = BUYERS._replace(depth=np.array([200.0, 5000.0]))
    costs = Costs(decline=0.03)
    thin, deep = (best_months(5000.0, BUYERS._replace(depth=d), costs, 24) for d in (200.0, 5000.0))
    assert min(thin, deep) <= best_months(5000.0, crowd, costs, 24) <= max(thin, deep)


def test_break_up_takes_its_share_of_every_price():
    whole, broken = (
        forced_shares(
            1200,
            ResaleSpec.model_validate(
                {"machine": "m", "depth": 1000, "absorption": 500, "floor": "30 %", "break_up": b}
            ),
            EnforcementSpec.model_validate({"time_to_seize": "2 months", "sale_cost": "0 %", "workout": "14 months"}),
        )
        for b in ("0 %", "20 %")
    )
    assert broken == pytest.approx([0.8 * share for share in whole])
