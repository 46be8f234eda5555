"""Notches, letters, and reading a rating table backwards."""

from __future__ import annotations

import pytest

from halflife import facts
from halflife.foundation.errors import SpecError
from halflife.foundation.units import RATING_SCALE


def table(name: str) -> facts.RatingTable:
    return next(item for item in facts.load_rating_tables().tables if item.name == name)


@pytest.mark.parametrize("grade", RATING_SCALE)
def test_a_letter_survives_the_way_there_and_back(grade: str) -> None:
    assert facts.letter(facts.notch(grade)) == grade


@pytest.mark.parametrize("name", ["sp-fit-pd", "sp-fit-el", "moodys-factor-10y"])
def test_a_tabulated_value_implies_its_own_grade(name: str) -> None:
    found = table(name)
    for place, grade in enumerate(found.grades):
        for column, horizon in enumerate(found.horizons):
            value = found.values[place][column]
            assert facts.implied_notch(found, horizon, value) == pytest.approx(facts.notch(grade))


def test_a_value_beyond_the_table_maps_to_its_end() -> None:
    found = table("sp-fit-pd")
    assert facts.implied_notch(found, 5.0, 0.0) == 1.0
    assert facts.implied_notch(found, 5.0, 1.0) == 19.0


def test_more_default_is_a_weaker_grade() -> None:
    found = table("sp-fit-pd")
    notches = [facts.implied_notch(found, 5.0, value / 1000) for value in range(1, 500)]
    assert notches == sorted(notches)


def test_expected_loss_is_default_times_the_stated_severity() -> None:
    losses, defaults = table("sp-fit-el"), table("sp-fit-pd")
    assert losses.recovery == 0.4
    for loss, default in zip(losses.values, defaults.values, strict=True):
        assert loss == pytest.approx([0.6 * value for value in default], rel=1e-4)


def test_a_horizon_outside_the_table_is_refused() -> None:
    with pytest.raises(SpecError, match="one of 10"):
        facts.implied_notch(table("moodys-factor-10y"), 5.0, 0.01)
