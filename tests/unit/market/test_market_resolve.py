"""The written market becomes arrays, and everything wrong in it is said at once."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest

from halflife.facts import load_market
from halflife.foundation.grid import TimeGrid
from halflife.foundation.lattice import monthly, settled_deviation, transition
from halflife.market.resolve import resolve
from halflife.market.spec import MarketSpec

GRID = TimeGrid(datetime.date(2026, 11, 30), 60)
SUCCESSOR = {
    "name": "next",
    "announcement": "2027-03-31",
    "availability": "2027-11-30",
    "date_uncertainty": "2 months",
    "rent_drop": "9 %",
    "rent_drop_uncertainty": "5 %",
}
MACHINE = {"name": "gpu", "rental": "3.00 USD/h", "power": "1.4 kW"}
WRITTEN = {
    "machines": [MACHINE],
    "compute": {
        "speed": "0.8 /yr",
        "volatility": "20 %",
        "start": 0.1,
        "age_drift": "15 %/yr",
        "idiosyncratic": "10 %",
        "regimes": {
            "shortage_level": 0.3,
            "glut_level": -0.3,
            "into_shortage": "0.4 /yr",
            "into_glut": "0.8 /yr",
            "shortage_probability": "60 %",
        },
    },
    "short_rate": {"curve": ["4 %", "5 %"], "speed": "0.1 /yr", "volatility": "60 bp"},
    "credit": {
        "level": "480 bp",
        "start": "300 bp",
        "speed": "0.4 /yr",
        "volatility": "30 %",
        "shut_above": "800 bp",
    },
    "power": {"price": "0.08 USD/kWh", "speed": "0.3 /yr", "volatility": "5 %"},
    "correlations": [],
    "realisation": "0.8x",
}


def look(**changes):
    findings = []
    table = resolve(MarketSpec.model_validate(WRITTEN | changes), GRID, findings, lambda path: f"deal.yaml: {path}")
    return table, findings


def said(findings):
    return [(finding.where.removeprefix("deal.yaml: "), finding.found) for finding in findings]


def test_month_zero_reproduces_the_quoted_rent():
    table, findings = look()
    assert not findings
    assert math.exp(table.rental[0] + table.loading[0] * table.cycle_start[0]) == pytest.approx(3.0, rel=1e-14)


def test_regime_chain_has_the_written_long_run():
    table, _ = look()
    leave = table.cycle_leave
    assert leave[0] / leave.sum() == pytest.approx(1 / 3)
    assert 1 - leave.sum() == pytest.approx(math.exp(-1.2 / 12))
    assert table.cycle_mean[0] == pytest.approx(-0.3 * 2 / 3 + 0.3 / 3)


def test_curve_holds_each_year_and_the_last_for_ever():
    curve = look()[0].rate_curve
    assert curve.shape == (61,)
    assert (curve[:13] == 0.04).all()
    assert (curve[13:] == 0.05).all()


def test_launch_months_count_from_the_valuation_date():
    table, findings = look(machines=[MACHINE | {"successors": [SUCCESSOR]}])
    assert not findings
    assert table.launch_announcement[0] == 4.0
    assert table.launch_availability[0] == 12.0
    assert table.launch_drop[0] == 0.09


def test_another_machine_changes_nobody_elses_stream():
    one, two = look()[0], look(machines=[{**MACHINE, "name": "a"}, MACHINE])[0]
    assert one.machine_stream[0] == two.machine_stream[1]
    assert (one.factor_stream == two.factor_stream).all()


def test_parts_left_out_come_from_the_facts():
    written = {
        "machines": [MACHINE, {**MACHINE, "name": "old", "successors": [SUCCESSOR]}],
        "facts": "steady-30",
    }
    findings = []
    table = resolve(MarketSpec.model_validate(written), GRID, findings, str)
    facts = load_market("steady-30")
    assert not findings
    assert table.realisation[0] == facts.realisation.value
    assert table.drift * 12 == pytest.approx([facts.compute.total_drift.value, facts.compute.age_drift.value])


def test_all_findings_are_listed_at_once():
    early = SUCCESSOR | {"name": "early", "announcement": "2025-01-01", "availability": "2026-01-01"}
    backward = SUCCESSOR | {"name": "backward", "announcement": "2028-01-01"}
    machine = MACHINE | {
        "fact": "no-such-machine",
        "rental": "0 USD/h",
        "successors": [early, backward, backward],
    }
    table, findings = look(facts="no-such-entry", machines=[machine, machine])
    assert table is None
    wheres = {where for where, _ in said(findings)}
    assert {
        "facts",
        "machines[gpu].fact",
        "machines[gpu].name",
        "machines[gpu].rental",
        "machines[gpu].successors[backward].name",
        "machines[gpu].successors[backward].availability",
        "machines[gpu].successors[early].availability",
    } <= wheres
    assert any("already available: today's rent contains it" in found for _, found in said(findings))


@pytest.mark.parametrize(
    ("part", "change", "where"),
    [
        ("compute", {"speed": "0 /yr"}, "compute.speed"),
        ("credit", {"level": "0 bp"}, "credit.level"),
        ("credit", {"shut_above": "0 bp"}, "credit.shut_above"),
        ("short_rate", {"curve": []}, "short_rate.curve"),
    ],
)
def test_a_part_that_cannot_be_meant_is_found(part, change, where):
    table, findings = look(**{part: WRITTEN[part] | change})
    assert table is None
    assert [place for place, _ in said(findings)] == [where]


def test_exchanged_regime_levels_are_found():
    regimes = WRITTEN["compute"]["regimes"] | {"shortage_level": -0.3, "glut_level": 0.3}
    table, findings = look(compute=WRITTEN["compute"] | {"regimes": regimes})
    assert table is None
    assert said(findings)[0][0] == "compute.regimes.glut_level"


def test_correlations_that_cannot_hold_together_are_named():
    def pair(a, b, number):
        return {"between": [a, b], "correlation": number}

    good = [pair("compute", "rates", 0.5), pair("credit", "energy", -0.4)]
    assert look(correlations=good)[0] is not None
    bad = [pair("compute", "rates", 0.9), pair("compute", "credit", 0.9), pair("rates", "credit", -0.9)]
    table, findings = look(correlations=[*bad, pair("energy", "rates", 0.05)])
    assert table is None
    where, found = said(findings)[0]
    assert where == "correlations"
    assert "smallest eigenvalue -0.8" in found
    assert "compute-rates 0.9, compute-credit 0.9, rates-credit -0.9" in found
    table, findings = look(correlations=[pair("rates", "rates", 1), bad[0], pair("rates", "compute", 0.1)])
    assert [where for where, _ in said(findings)] == ["correlations[0].between", "correlations[2].between"]


@pytest.mark.parametrize("degrees", [0, 4, 8])
def test_transition_keeps_mean_and_variance(degrees):
    points = np.linspace(-3.0, 3.0, 241)
    pull, noise = monthly(0.8, 0.3)
    weights = transition(points, 0.2, pull, noise, degrees)
    middle = slice(90, 151)
    mean = weights @ points
    variance = weights @ points**2 - mean**2
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(mean[middle], (0.2 + (points - 0.2) * pull)[middle], atol=3e-4)
    np.testing.assert_allclose(variance[middle], noise**2, rtol=0.01 if degrees == 0 else 0.04)


def test_transition_without_noise_interpolates():
    points = np.linspace(-1.0, 1.0, 11)
    weights = transition(points, 0.0, 0.95, 0.0, 0)
    np.testing.assert_allclose(weights @ points, 0.95 * points, atol=1e-14)


def test_long_run_deviation_is_that_of_a_long_path():
    pull, noise = monthly(0.8, 0.2)
    leave = np.array([0.05, 0.08])
    rng = np.random.default_rng(3)
    x, shortage, seen = np.zeros(4000), np.zeros(4000, dtype=bool), []
    for t in range(400):
        shortage ^= rng.random(4000) < np.where(shortage, leave[1], leave[0])
        level = np.where(shortage, 0.3, -0.2)
        x = level + (x - level) * pull + noise * rng.standard_normal(4000)
        if t >= 100 and t % 60 == 0:
            seen.append(x)
    assert np.std(seen) == pytest.approx(settled_deviation(pull, noise, 0.5, leave), rel=0.015)
