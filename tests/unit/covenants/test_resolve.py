"""Covenants as arrays."""

from __future__ import annotations

import datetime

import numpy as np

from halflife.covenants.resolve import resolve
from halflife.covenants.spec import CovenantSpec
from halflife.covenants.table import DSCR, LIQUIDITY, TRAP
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import Written

GRID = TimeGrid(datetime.date(2026, 3, 31), 48)
WORDS = {"name": "b", "test": "dscr", "threshold": "1.10x", "first_test": "2026-09-30", "consequence": "trap"}


def table_of(*covenants: dict) -> object:
    findings: list = []
    specs = tuple(CovenantSpec.model_validate(WORDS | covenant) for covenant in covenants)
    table = resolve([Written("SPV", specs, str)], grid=GRID, last_maturity=[36], first_principal=[1], findings=findings)
    assert not findings
    return table


def test_tests_are_taken_from_the_first_date_to_maturity():
    table = table_of({})
    assert np.flatnonzero(table.is_tested[0]).tolist() == list(range(6, 37, 3))
    assert table.test.tolist() == [DSCR]
    assert table.consequence.tolist() == [TRAP]


def test_threshold_steps_on_its_date():
    steps = [{"on": "2028-03-31", "threshold": "1.30x"}, {"on": "2027-03-31", "threshold": "1.20x"}]
    threshold = table_of({"steps": steps}).threshold[0]
    assert threshold[[11, 12, 23, 24, 48]].tolist() == [1.10, 1.20, 1.20, 1.30, 1.30]


def test_first_written_dscr_decides_the_reported_look_back():
    rows = table_of({"name": "z", "look_back": "12 months"}, {"name": "a", "look_back": "1 month"})
    assert rows.reported_look_back.tolist() == [12]
    assert rows.look_back.tolist() == [1, 12]


def test_without_a_dscr_covenant_three_months_are_reported():
    liquidity = {
        "test": "minimum_liquidity",
        "threshold": None,
        "amount": "5 m USD",
        "look_back": "12 months",
    }
    table = table_of(liquidity)
    assert table.reported_look_back.tolist() == [3]
    assert table.test.tolist() == [LIQUIDITY]
    assert set(table.threshold[0].tolist()) == {5e6}
