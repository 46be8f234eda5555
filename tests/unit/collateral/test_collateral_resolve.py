"""Tables of machine values: closed form, monotonicity, the market's own law, interpolation."""

from __future__ import annotations

import datetime
import math
from types import SimpleNamespace

import numpy as np
import pytest

from halflife.collateral import launches
from halflife.collateral.resolve import resolve
from halflife.collateral.spec import CollateralSpec
from halflife.foundation.grid import TimeGrid
from halflife.foundation.lattice import monthly, settled_deviation

GRID = TimeGrid(datetime.date(2026, 11, 30), 72)
SPEC = {
    "machine": "gpu",
    "discount_rate": "12 %",
    "use": "80 %",
    "realisation": "100 %",
    "operating_cost": "125 USD/month",
    "pue": 1.3,
    "physical_decay": "5 %",
    "orderly_discount": "10 %",
}
POWER = {"gpu": 0.7 / 0.8}
DATED = (12.0, 24.0, 0.0, 0.2, 0.0)
UNSURE = (12.0, 24.0, 4.0, 0.2, 0.0)


def market(volatility=0.2, swing=0.6, own=0.1, drift=0.3, successors=(), power=0.08, rental=2.0, speed=0.8):
    """The columns of a market's table that machine values read; a rent of 2 USD/h as in m1-vintage-pv."""
    pull, noise = monthly(speed, volatility)
    leave = np.array([0.05, 0.05]) if swing else np.zeros(2)
    dates = np.array(successors, dtype=np.float64).reshape(-1, 5)
    return SimpleNamespace(
        degrees=np.array([0]),
        cycle_level=np.array([-swing / 2, swing / 2]),
        cycle_leave=leave,
        cycle_start=np.zeros(1),
        cycle_shortage=np.array([0.5]),
        cycle_pull=np.array([pull]),
        cycle_noise=np.array([noise]),
        cycle_mean=np.zeros(1),
        cycle_deviation=np.array([settled_deviation(pull, noise, swing, leave) or 1.0]),
        power_price=np.array([power]),
        rental=np.array([math.log(rental)]),
        drift=np.array([drift / 12.0]),
        loading=np.ones(1),
        noise=np.array([monthly(speed, own)[1]]),
        pull=np.array([pull]),
        deviation_start=np.zeros(1),
        hashrate=np.zeros(1),
        launch_machine=np.zeros(len(dates), dtype=np.int64),
        launch_announcement=dates[:, 0],
        launch_availability=dates[:, 1],
        launch_deviation=dates[:, 2],
        launch_drop=dates[:, 3],
        launch_drop_deviation=dates[:, 4],
    )


STILL = {"volatility": 0.0, "swing": 0.0, "own": 0.0}


def tabulate(prices, grid=GRID, **changes):
    findings = []
    table = resolve([CollateralSpec.model_validate(SPEC | changes)], prices, POWER, grid, findings, str)
    assert not findings, findings
    return table


def value(table, t=0, phase=0, regime=0, multiple=0.0, deviation=0.0):
    """Look a value up as the kernel does: bilinear, ends hold."""
    rows, columns = int(table.multiples[0]), int(table.deviations[0])
    cells = table.value.reshape(-1, int(table.phases[0]), 2, rows, columns)[t, phase, regime]
    i = min(max((multiple - table.multiple_first[0]) / table.multiple_step[0], 0.0), rows - 1.0)
    j = min(max((deviation - table.deviation_first[0]) / table.deviation_step[0], 0.0), columns - 1.0)
    a, b = min(int(i + 1e-9), rows - 2), min(int(j + 1e-9), columns - 2)
    u, v = i - a, j - b
    low = cells[a, b] * (1 - v) + cells[a, b + 1] * v
    high = cells[a + 1, b] * (1 - v) + cells[a + 1, b + 1] * v
    return low * (1 - u) + high * u


@pytest.mark.parametrize(
    ("age", "expected"),
    list(enumerate([18968.9673435, 11050.0338357, 5844.95964525, 2600.15986309, 790.692912518, 53.5172742261])),
)
def test_constant_decline_is_the_closed_form(age, expected):
    """Reference case m1-vintage-pv; the physical decay of a machine in use lowers its multiple."""
    decayed = tabulate(market(**STILL), physical_decay="0 %")
    steeper = tabulate(market(**STILL, drift=0.35), physical_decay="0 %")
    assert value(steeper, t=12 * age) == pytest.approx(expected, rel=1e-6)
    assert value(decayed, t=12 * age) > expected
    in_use = value(tabulate(market(**STILL)), t=12 * age, multiple=-0.05 * age)
    assert in_use == pytest.approx(expected, rel=0.005, abs=0.001 * 18968.97)


def test_value_rises_with_rent_and_falls_with_cost():
    table = tabulate(market())
    cells = table.value.reshape(73, 1, 2, int(table.multiples[0]), int(table.deviations[0]))
    assert (np.diff(cells, axis=3) >= -1e-9).all()
    assert (np.diff(cells, axis=4) >= -1e-9).all()
    assert (cells >= 0.0).all()
    dearer = 1.25
    costs = float((table.upkeep[0] + table.power[0] * 0.08 * dearer) / table.cost[0])
    by_homogeneity = costs * value(table, multiple=-math.log(costs))
    afresh = value(tabulate(market(power=0.08 * dearer)))
    assert by_homogeneity < value(table)
    assert by_homogeneity == pytest.approx(afresh, rel=0.005)


def test_shortage_is_worth_more_than_glut():
    table = tabulate(market())
    assert value(table, regime=1) > value(table, regime=0)


def test_announcement_lowers_value_and_a_successor_lowers_it_before():
    free, unsure = tabulate(market()), tabulate(market(successors=[UNSURE]))
    assert value(unsure) < value(free)
    assert value(unsure, t=14, phase=1) < value(unsure, t=14, phase=0)
    assert value(unsure, t=30, phase=2) == pytest.approx(value(free, t=30), rel=1e-9)


def test_a_dated_launch_comes_when_it_is_due():
    free, dated = tabulate(market(**STILL)), tabulate(market(**STILL, successors=[DATED]))
    before = value(dated, t=23, phase=1)
    flow_then_drop = value(free, t=23) - math.exp(-0.01) * (value(free, 24) - value(free, 24, 0, 0, math.log(0.8)))
    assert before == pytest.approx(flow_then_drop, rel=0.005)


def test_table_agrees_with_plain_simulation_of_the_law():
    """Cost near zero, so that nobody scraps: the value is the mean discounted rent."""
    prices = market(successors=[UNSURE], drift=0.2)
    table = tabulate(prices, operating_cost="0.001 USD/month", pue=1e-9, physical_life=5)
    rng = np.random.default_rng(5)
    paths, total = 20_000, 0.0
    x, own = np.zeros(paths), np.zeros(paths)
    shortage = np.zeros(paths, dtype=bool)
    available = np.maximum(1.0, 24.0 + 4.0 * rng.standard_normal(paths))
    before = np.exp(x)
    for t in range(1, 61):
        shortage ^= rng.random(paths) < prices.cycle_leave[shortage.astype(int)]
        level = prices.cycle_level[shortage.astype(int)]
        x = level + (x - level) * prices.cycle_pull[0] + prices.cycle_noise[0] * rng.standard_normal(paths)
        own = own * prices.cycle_pull[0] + prices.noise[0] * rng.standard_normal(paths)
        now = np.exp(x + own)
        fall, rate = (0.2 + 0.05) / 12, 0.12 / 12
        month = -math.expm1(-(fall + rate)) / (fall + rate) * math.exp(-(fall + rate) * (t - 1))
        total = total + 730 * 0.8 * 2.0 * month * 0.5 * (before + now) * np.where(t - 1 >= available, 0.8, 1.0)
        before = now
    error = total.std() / math.sqrt(paths)
    assert value(table) == pytest.approx(total.mean(), rel=0.002, abs=4 * error)


def test_interpolation_error_is_below_half_a_percent(monkeypatch):
    from halflife.collateral import vintage

    prices = market(successors=[UNSURE])
    coarse = tabulate(prices)
    monkeypatch.setattr(vintage, "DEVIATIONS", 129)
    fine_axis = vintage.Axis(vintage.MULTIPLES.first, vintage.MULTIPLES.step / 4, 4 * (vintage.MULTIPLES.size - 1) + 1)
    monkeypatch.setattr(vintage, "MULTIPLES", fine_axis)
    machine = vintage.Machine(730 * 0.8 * 2.0, float(coarse.cost[0]), 0.3 / 12, 0.05 / 12, 0.01, 120)
    axis = vintage.deviation_axis(prices, 0)
    fine = vintage.vintage(machine, axis, prices, 0, 24)
    start = fine[0, 0, :, 120, 64].mean()
    rng = np.random.default_rng(2)
    for t, i, j in zip(rng.integers(0, 25, 200), rng.integers(60, 150, 200), rng.integers(20, 109, 200), strict=True):
        exact = fine[t, 0, 1, i, j]
        found = value(coarse, t, 0, 1, float(fine_axis.points[i]), float(axis.points[j]))
        assert abs(found - exact) <= 0.005 * max(exact, 0.2 * start)


def test_hedonic_curve_starts_at_the_vintage_value_of_today():
    vintage = tabulate(market())
    changes = {"method": "hedonic", "hedonic_age": "20 %", "hedonic_rent": 1.5}
    table = tabulate(market(), **changes)
    today = 0.5 * (value(vintage, regime=0) + value(vintage, regime=1))
    assert value(table) == pytest.approx(today, rel=1e-9)
    assert value(table, t=12) == pytest.approx(today * math.exp(-0.2), rel=1e-9)
    step = float(table.multiple_step[0])
    assert value(table, multiple=4 * step) == pytest.approx(today * math.exp(1.5 * 4 * step), rel=1e-9)


def test_a_machine_is_worth_nothing_after_its_physical_life():
    table = tabulate(market(**STILL), physical_life=2)
    assert value(table, t=23) > 0.0
    assert value(table, t=24) == value(table, t=72) == 0.0


def test_running_cost_counts_use_and_pue():
    table = tabulate(market())
    assert table.power[0] == pytest.approx(0.7 / 0.8 * 1.3 * 730 * 0.8)
    assert table.cost[0] == pytest.approx(125 + table.power[0] * 0.08)


def test_stage_hazards_follow_the_law_of_the_dates():
    rng = np.random.default_rng(9)
    shift = 5.0 * rng.standard_normal(400_000)
    announced, available = np.maximum(1, np.ceil(10 + shift)), np.maximum(1, np.ceil(16 + shift))
    first = launches.announcement_hazard(10.0, 5.0, 40)
    second = launches.availability_hazard(10.0, 16.0, 5.0, 40)
    assert first[0] == second[0] == 0.0
    for t in (1, 5, 10, 15):
        waits = announced >= t
        assert first[t] == pytest.approx((announced[waits] == t).mean(), abs=0.01)
    for t in (8, 12, 16, 20):
        waits = (announced < t) & (available >= t)
        assert second[t] == pytest.approx((available[waits] == t).mean(), abs=0.01)


def test_dated_and_already_announced_launches():
    assert launches.announcement_hazard(-8.0, 3.0, 5).tolist() == [0, 1, 1, 1, 1, 1]
    assert launches.availability_hazard(2.0, 3.0, 0.0, 5).tolist() == [0, 0, 0, 1, 1, 1]
    assert launches.expected_log_drop(0.2, 0.0) == pytest.approx(math.log(0.8))
    assert launches.expected_log_drop(0.2, 0.05) < math.log(0.8)


def test_every_machine_must_be_valued_once():
    findings = []
    other = CollateralSpec.model_validate(SPEC | {"machine": "other", "use": "0 %"})
    assert resolve([other, other], market(), POWER, GRID, findings, str) is None
    assert {finding.where for finding in findings} == {
        "collateral[other].machine",
        "collateral",
        "collateral[other].use",
    }


def test_a_machine_that_costs_nothing_to_run_is_refused():
    findings = []
    free = CollateralSpec.model_validate(SPEC | {"operating_cost": "0 USD/month"})
    assert resolve([free], market(power=0.0), POWER, GRID, findings, str) is None
    assert findings[0].where == "collateral[gpu].operating_cost"
