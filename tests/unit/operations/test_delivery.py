"""Delivery, terms, paper value."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from halflife.foundation.grid import TimeGrid
from halflife.operations.delivery import arrivals, book_and_age, delivered, in_term, months_until, released
from halflife.operations.spec import FleetSpec

GRID = TimeGrid(datetime.date(2026, 3, 31), 60)


def fleet(**changes: object) -> FleetSpec:
    words = {"name": "f", "machine": "m", "units": 10, "cost": "1 USD", "book_life": "48 months"}
    return FleetSpec.model_validate(words | changes)


def test_machines_in_service_have_their_term_less_their_age():
    came = arrivals(fleet(age="6 months"), GRID)
    share = in_term(came, 24, GRID.months)
    assert share[1:19].tolist() == [1.0] * 18
    assert share[19:].sum() == 0.0
    assert delivered(came, GRID.months).tolist() == [1.0] * 61


def test_new_machines_in_service_have_their_whole_term():
    share = in_term(arrivals(fleet(), GRID), 24, GRID.months)
    assert share[1:].sum() == 24


def test_delivery_is_straight_line_between_its_dates():
    dates = {"first": "2026-03-31", "last": "2026-09-30"}
    share = delivered(arrivals(fleet(delivery=dates), GRID), GRID.months)
    np.testing.assert_allclose(share[:8], [0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1], atol=1e-12)


def test_one_delivery_date_brings_all_machines_at_once():
    share = delivered(arrivals(fleet(delivery={"first": "2026-05-15", "last": "2026-05-15"}), GRID), GRID.months)
    assert share[:4].tolist() == [0.0, 0.0, 1.0, 1.0]


def test_delivery_begun_before_the_valuation_date_counts_as_here():
    dates = {"first": "2025-12-31", "last": "2026-06-30"}
    share = delivered(arrivals(fleet(delivery=dates), GRID), GRID.months)
    assert share[0] == pytest.approx(0.5, abs=1e-12)
    assert share[3] == 1.0


def test_every_machine_is_in_one_state():
    dates = {"first": "2026-02-10", "last": "2026-11-20"}
    came = arrivals(fleet(delivery=dates), GRID)
    here = delivered(came, GRID.months)
    down = here - in_term(came, 12, GRID.months) - released(came, 15, GRID.months)
    assert down.min() > -1e-12
    assert down[13:16].max() > 0.0
    assert released(came, 15, GRID.months)[-1] == 1.0


def test_paper_value_falls_in_a_straight_line():
    book, age = book_and_age(arrivals(fleet(age="12 months"), GRID), 48, GRID.months)
    np.testing.assert_allclose(book[[0, 12, 36, 60]], [0.75, 0.5, 0.0, 0.0])
    np.testing.assert_allclose(age[[0, 12]], [12, 24])


def test_mean_age_is_that_of_the_machines_here():
    dates = {"first": "2026-03-31", "last": "2026-09-30"}
    book, age = book_and_age(arrivals(fleet(delivery=dates), GRID), 48, GRID.months)
    assert age[0] == 0.0
    assert age[6] == pytest.approx(3.0)
    assert book[6] == pytest.approx(1.0 - 3.0 / 48)


def test_part_of_a_month_counts_by_days():
    assert months_until(GRID, datetime.date(2026, 4, 15)) == pytest.approx(0.5)
    assert months_until(GRID, datetime.date(2026, 2, 28)) == -1.0
