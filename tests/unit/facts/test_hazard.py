"""The rating-to-default curve: order, floor, fit to the table, published average hazards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from halflife import facts
from halflife.foundation.errors import SpecError
from halflife.foundation.units import RATING_SCALE

TENORS = np.concatenate([[1 / 12, 0.25, 0.5], np.arange(1.0, 31.0)])
NOTCHES = np.linspace(1.0, 19.0, 73)


def case(data_folder: Path, name: str) -> dict:
    cases = json.loads((data_folder / "reference" / "reference_cases.json").read_text(encoding="utf-8"))
    return next(item for item in cases if item["id"] == name)


def test_a_weaker_grade_never_defaults_less() -> None:
    surface = np.stack([facts.cumulative_hazard(float(n), TENORS) for n in NOTCHES])
    assert np.all(np.diff(surface, axis=0) > 0)


def test_hazard_accumulates() -> None:
    surface = np.stack([facts.cumulative_hazard(float(n), TENORS) for n in NOTCHES])
    assert np.all(np.diff(surface, axis=1) > 0)


def test_no_grade_is_safer_than_aaa() -> None:
    floor = facts.cumulative_pd("AAA", TENORS)
    assert all(np.all(facts.cumulative_pd(grade, TENORS) >= floor) for grade in RATING_SCALE)


def test_nothing_defaults_at_once() -> None:
    assert facts.cumulative_hazard("CCC-", 0.0) == 0.0
    np.testing.assert_array_equal(facts.cumulative_pd("B", [0.0, 0.0]), [0.0, 0.0])


def test_a_letter_is_its_notch() -> None:
    np.testing.assert_array_equal(facts.cumulative_pd("BBB", TENORS), facts.cumulative_pd(9.0, TENORS))


def test_the_curve_is_smooth_between_grades() -> None:
    fine = np.linspace(1.0, 19.0, 1801)
    logs = np.log([float(facts.cumulative_hazard(float(n), 5.0)) for n in fine])
    assert np.abs(np.diff(logs)).max() < 0.01


@pytest.mark.parametrize("rating", [0.5, 20.0, "A++", "NR"])
def test_an_unknown_rating_is_refused(rating: str | float) -> None:
    with pytest.raises(SpecError):
        facts.cumulative_pd(rating, 1.0)


def test_the_fit_keeps_the_error_it_states(data_folder: Path) -> None:
    found = case(data_folder, "m6-sp-cumulative-default-1981-2020")
    years = np.asarray(found["inputs"]["years"], dtype=float)
    for knot in facts.load_hazard().knots:
        if knot.grade.startswith("CCC"):
            continue
        table = np.asarray(found["expected"][knot.grade]) / 100
        seen = table > 0
        relative = np.abs(facts.cumulative_pd(knot.grade, years[seen]) / table[seen] - 1)
        assert knot.worst_error is not None
        assert relative.max() <= knot.worst_error * 1.01
        if knot.worst_in_standard_errors is not None:
            assert knot.worst_in_standard_errors < 1.0


def test_liquid_grades_fit_within_five_percent_beyond_rounding(data_folder: Path) -> None:
    found = case(data_folder, "m6-sp-cumulative-default-1981-2020")
    years = np.asarray(found["inputs"]["years"], dtype=float)
    for grade in ("A", "BBB", "BB", "B"):
        table = np.asarray(found["expected"][grade]) / 100
        allowed = 0.05 * table + 5e-5
        assert np.all(np.abs(facts.cumulative_pd(grade, years) - table) <= allowed), grade


def test_average_hazards_are_those_published(data_folder: Path) -> None:
    found = case(data_folder, "m6-hull-hazard-table-17.5")
    average = 100 * facts.average_hazard(np.asarray(found["inputs"]["cum_pd7"]) / 100, 7.0)
    np.testing.assert_allclose(average, found["expected"], atol=found["tolerance"]["abs"])


def test_the_fitted_curve_gives_the_published_average_hazards(data_folder: Path) -> None:
    expected = case(data_folder, "m6-hull-hazard-table-17.5")["expected"]
    grades = ("AAA", "AA", "A", "BBB", "BB", "B")
    average = [100 * float(facts.cumulative_hazard(grade, 7.0)) / 7 for grade in grades]
    np.testing.assert_allclose(average, expected, rtol=0.08)
