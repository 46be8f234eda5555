"""Counterparties become arrays; tilted hazards keep the input curve."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import numpy as np
import pytest

from halflife.counterparties.compensation import compensated
from halflife.counterparties.resolve import Backing, resolve
from halflife.counterparties.spec import GuaranteeSpec, PartySpec
from halflife.facts import cumulative_hazard
from halflife.foundation.grid import TimeGrid
from halflife.foundation.lattice import monthly, settled_deviation

GRID = TimeGrid(datetime.date(2026, 11, 30), 72)
RATED = {"name": "Meta", "roles": ["offtaker"], "rating": "AA-", "recovery": "40 %", "cycle_tilt": 0.5}
SPONSOR = {"name": "Sponsor", "roles": ["sponsor", "operator"], "rating": "B+", "recovery": "30 %"}
STARTUP = {
    "name": "Lab",
    "roles": ["offtaker"],
    "recovery": "10 %",
    "venture": {"cash": "2 bn USD", "burn": "1.2 bn USD/yr", "burn_growth": "20 %"},
}
LIMITED = {"kind": "limited", "guarantor": "Sponsor", "cap": "500 m USD", "liquidity": "900 m USD"}


def cycle(degrees=0, volatility=0.3, swing=0.6, start=0.1):
    """A strong cycle: two regimes and noise."""
    pull, noise = monthly(0.8, volatility)
    leave = np.array([0.04, 0.05]) if swing else np.zeros(2)
    deviation = settled_deviation(pull, noise, swing, leave)
    return SimpleNamespace(
        degrees=np.array([degrees]),
        cycle_level=np.array([-swing / 2, swing / 2]),
        cycle_leave=leave,
        cycle_start=np.array([start]),
        cycle_shortage=np.array([0.7 if swing else 0.0]),
        cycle_pull=np.array([pull]),
        cycle_noise=np.array([noise]),
        cycle_mean=np.array([-swing / 2 + swing * 0.04 / 0.09 if swing else 0.0]),
        cycle_deviation=np.array([deviation or 1.0]),
    )


def simulated_survival(law, hazard, tilt, paths, rng):
    """Mean survival over plain simulated cycles, and its standard error: ``[month]`` each."""
    x = np.full(paths, law.cycle_start[0])
    shortage = rng.random(paths) < law.cycle_shortage[0]
    total, mean, error = np.zeros(paths), [1.0], [0.0]
    degrees = int(law.degrees[0])
    for amount in hazard[1:]:
        shortage = shortage ^ (rng.random(paths) < np.where(shortage, law.cycle_leave[1], law.cycle_leave[0]))
        level = np.where(shortage, law.cycle_level[1], law.cycle_level[0])
        z = rng.standard_normal(paths)
        if degrees:
            z = z * np.sqrt((degrees - 2) / rng.chisquare(degrees, paths))
        x = level + (x - level) * law.cycle_pull[0] + law.cycle_noise[0] * z
        total = total + amount * np.exp(-tilt * (x - law.cycle_mean[0]) / law.cycle_deviation[0])
        alive = np.exp(-total)
        mean.append(alive.mean())
        error.append(alive.std() / np.sqrt(paths))
    return np.array(mean), np.array(error)


@pytest.mark.parametrize(("rating", "degrees"), [("CCC", 0), ("CCC", 4), ("B", 0), ("B", 8)])
def test_strong_tilt_reproduces_the_input_survival(rating, degrees):
    curve = cumulative_hazard(rating, GRID.years)
    law = cycle(degrees)
    hazard = compensated(curve[None], np.array([1.0]), law)[0]
    mean, error = simulated_survival(law, hazard, 1.0, 200_000, np.random.default_rng(11))
    assert (np.abs(mean - np.exp(-curve))[1:] <= 4.0 * error[1:]).all()
    assert not np.allclose(hazard[1:], np.diff(curve), rtol=0.02), "the tilt must need compensating"


def test_without_tilt_the_hazard_is_the_curve():
    curve = cumulative_hazard("BB", GRID.years)
    hazard = compensated(np.stack([curve, curve]), np.array([0.0, 1.0]), cycle())
    np.testing.assert_array_equal(hazard[0, 1:], np.diff(curve))
    assert hazard[0, 0] == hazard[1, 0] == 0.0


def test_a_cycle_that_stands_still_is_divided_out():
    curve = cumulative_hazard("BB", GRID.years)
    still = cycle(volatility=0.0, swing=0.0, start=0.0)
    hazard = compensated(curve[None], np.array([0.8]), still)[0]
    np.testing.assert_allclose(hazard[1:], np.diff(curve), rtol=1e-6)


def look(parties, *backings):
    findings = []
    table = resolve([PartySpec.model_validate(party) for party in parties], backings, cycle(), GRID, findings, str)
    return table, findings


def backing(guarantee=None, sponsor="Sponsor", committed=1e9, borrower="SPV"):
    return Backing(borrower, sponsor, GuaranteeSpec.model_validate(guarantee or {}), committed)


def test_rated_and_venture_parties_stand_in_their_order():
    table, findings = look([RATED, SPONSOR, STARTUP], backing())
    assert not findings
    assert table.hazard.shape == (3, 73)
    assert table.is_venture.tolist() == [0, 0, 1]
    assert (table.hazard[2] == 0.0).all()
    assert table.burn[2, 0] == 1e8
    assert table.burn[2, 12] == pytest.approx(1e8 * np.exp(0.2))
    assert table.sponsor.tolist() == [1]
    assert table.guarantor.tolist() == [-1]


def test_rare_defaults_that_matter_are_forced():
    vendor = RATED | {"name": "Vendor", "roles": ["vendor"]}
    doomed = RATED | {"name": "Doomed", "rating": "CCC-"}
    table, _ = look([RATED, SPONSOR, STARTUP, vendor, doomed], backing())
    assert table.forced.tolist() == [0, 1]
    total = cumulative_hazard("AA-", 6.0)
    assert table.forced_rate[0] == pytest.approx(1.0 / total)
    assert (table.forced_rate <= 1e5).all()


def test_outlook_weakens_the_rating():
    table, _ = look([RATED | {"cycle_tilt": 0, "outlook_notches": 1}], backing(sponsor=None))
    assert table.hazard[0].sum() == pytest.approx(float(cumulative_hazard("A+", 6.0)))


def test_liquidity_is_shared_pari_passu_also_inside_the_system():
    written = LIMITED | {"other_guarantees": "2 bn USD"}
    table, _ = look([SPONSOR], backing(written))
    assert table.guarantee_liquidity[0] == pytest.approx(9e8 / 3)
    assert table.guarantee_cap[0] == 5e8
    table, _ = look([SPONSOR], backing(written), backing(written, committed=3e9, borrower="SPV 2"))
    assert table.guarantee_liquidity.tolist() == pytest.approx([9e8 / 6, 9e8 / 2])


def test_release_is_a_month_or_a_monthly_chance():
    full = {"kind": "full", "guarantor": "Sponsor", "liquidity": "1 bn USD", "release": "2028-11-30"}
    upgrade = {"released_by_rating_of": "Sponsor", "release_probability": "20 %"}
    table, findings = look([SPONSOR], backing(full | upgrade))
    assert not findings
    assert table.guarantee_end.tolist() == [24.0]
    assert (1 - table.release_rate[0]) ** 12 == pytest.approx(0.8)
    assert table.release_party.tolist() == [0]
    assert np.isfinite(table.guarantee_cap).all()


def test_everything_wrong_is_found_at_once():
    idle = {"cash": "1 bn USD", "burn": "0 USD/yr", "raise_below": "12 months", "raise_to": "6 months"}
    parties = [RATED, RATED, STARTUP | {"outlook_notches": 1, "venture": idle}]
    ghost = LIMITED | {"guarantor": "Ghost", "release": "2020-01-01"}
    table, findings = look(parties, backing(ghost, sponsor="Nobody"))
    assert table is None
    assert {finding.where for finding in findings} == {
        "counterparties[Meta].name",
        "counterparties[Lab].outlook_notches",
        "counterparties[Lab].venture.burn",
        "counterparties[Lab].venture.raise_to",
        "borrowers[SPV].sponsor",
        "borrowers[SPV].guarantee.guarantor",
        "borrowers[SPV].guarantee.release",
    }
