"""The shipped facts: complete, typed, sourced, and refused politely when misnamed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from halflife import facts
from halflife.facts.reading import read
from halflife.facts.records import Estimate
from halflife.foundation.errors import DataError, SpecError

SMALL_FILES = (
    facts.load_spreads,
    facts.load_opex,
    facts.load_liquidation,
    facts.load_useful_life,
    facts.load_rating_tables,
    facts.load_hazard,
)
STEADY = {"steady-20": 0.20, "steady-30": 0.30, "steady-40": 0.40}
SIGNED = ("known-2023-07", "known-2025-07", "known-2026-03", "known-2026-05")


def estimates(record: Any, where: str = "") -> Iterator[tuple[str, Estimate]]:
    if isinstance(record, Estimate):
        yield where, record
    elif dataclasses.is_dataclass(record):
        for item in dataclasses.fields(record):
            yield from estimates(getattr(record, item.name), f"{where}.{item.name}")
    elif isinstance(record, dict):
        for key, item in record.items():
            yield from estimates(item, f"{where}.{key}")
    elif isinstance(record, tuple):
        for place, item in enumerate(record):
            yield from estimates(item, f"{where}[{place}]")


def everything() -> list[Any]:
    markets = [facts.load_market(name) for name in facts.market_names()]
    machines = [facts.load_machine(name) for name in facts.machine_names()]
    return [*markets, *machines, *(load() for load in SMALL_FILES)]


def test_every_number_says_where_it_comes_from_and_how_well_it_is_known() -> None:
    seen = 0
    for record in everything():
        for where, found in estimates(record, type(record).__name__):
            seen += 1
            assert found.source, where
            assert found.date, where
            assert found.unit, where
            assert found.sample, where
            if found.kind == "estimated":
                assert found.standard_error is not None, where
                assert found.standard_error > 0, where
            if found.kind == "assumed":
                assert found.note, where
                assert found.low is not None, where
                assert found.high is not None, where
    assert seen > 300


def test_values_lie_inside_their_own_intervals() -> None:
    for record in everything():
        for where, found in estimates(record, type(record).__name__):
            if found.low is not None:
                assert found.low <= found.value, where
            if found.high is not None:
                assert found.value <= found.high, where


def test_the_named_entries_are_there() -> None:
    wanted = {"default", "mean-reverting", "spot-volatile", "recovery-2026", *STEADY, *SIGNED}
    assert wanted <= set(facts.market_names())
    assert {"A100", "H100", "H200", "B200", "B300", "GB200", "GB300", "VR200"} == set(facts.machine_names())


@pytest.mark.parametrize("name", facts.market_names())
def test_an_entry_says_its_own_name(name: str) -> None:
    assert facts.load_market(name).name == name


@pytest.mark.parametrize(("name", "fall"), STEADY.items())
def test_steady_deflation_is_the_claimed_rate_with_launches_inside(name: str, fall: float) -> None:
    market = facts.load_market(name)
    assert market.compute.regimes is None
    assert market.compute.age_drift.value == pytest.approx(-np.log1p(-fall), rel=1e-4)
    assert market.compute.total_drift.value == market.compute.age_drift.value
    assert market.launch.rent_drop.value == 0.0


def test_regime_levels_average_to_zero_in_the_long_run() -> None:
    regimes = facts.load_market().compute.regimes
    assert regimes is not None
    into, out = regimes.into_shortage.value, regimes.into_glut.value
    mean = (into * regimes.shortage_level.value + out * regimes.glut_level.value) / (into + out)
    assert mean == pytest.approx(0.0, abs=1e-4)


def test_launches_are_not_counted_twice_in_the_default() -> None:
    market = facts.load_market()
    launches = -market.launch.per_year.value * np.log1p(-market.launch.rent_drop.value)
    assert market.compute.age_drift.value + launches == pytest.approx(market.compute.total_drift.value, abs=1e-4)


@pytest.mark.parametrize("name", SIGNED)
def test_an_entry_of_a_past_signing_ends_before_it(name: str) -> None:
    market = facts.load_market(name)
    assert market.as_of < name.removeprefix("known-")
    assert market.compute.regimes is None
    default = facts.load_market().compute.total_drift.standard_error
    error = market.compute.total_drift.standard_error
    assert error is not None
    assert default is not None
    assert error > default


@pytest.mark.parametrize("name", facts.market_names())
def test_correlations_form_a_positive_definite_matrix(name: str) -> None:
    factors = ("compute", "rates", "credit", "energy")
    matrix = np.eye(4)
    for link in facts.load_market(name).correlations:
        one, other = (factors.index(factor) for factor in link.between)
        matrix[one, other] = matrix[other, one] = link.used
    assert np.linalg.eigvalsh(matrix).min() > 0.05


@pytest.mark.parametrize("name", facts.market_names())
def test_shock_degrees_are_even(name: str) -> None:
    degrees = facts.load_market(name).compute.shock_degrees.value
    assert degrees % 2 == 0
    assert degrees >= 4


def test_an_unknown_market_names_the_nearest() -> None:
    with pytest.raises(SpecError, match="did you mean 'steady-20'") as refused:
        facts.load_market("steady20")
    assert refused.value.findings[0].where == "economy.facts"


def test_an_unknown_machine_names_the_nearest() -> None:
    with pytest.raises(SpecError, match="did you mean 'GB200'"):
        facts.load_machine("gb-200")


def test_an_unverified_rating_table_does_not_ship() -> None:
    text = files("halflife.facts").joinpath("rating_tables.yaml").read_text(encoding="utf-8")
    moodys = next(table for table in facts.load_rating_tables().tables if table.name == "moodys-factor-10y")
    assert moodys.horizons == (10.0,)
    assert "derived EL" not in text


def test_a_roadmap_step_is_announced_before_it_is_available() -> None:
    for step in facts.load_roadmap():
        assert step.announced < step.available


def test_a_successor_comes_after_the_machine() -> None:
    for name in facts.machine_names():
        machine = facts.load_machine(name)
        assert all(step.available >= machine.launched[:4] for step in machine.successors)


def test_a_damaged_file_is_a_data_error() -> None:
    with pytest.raises(DataError, match="missing keys"):
        read(Estimate, {"value": 1.0, "colour": "red"}, "test")


def test_loading_is_cached() -> None:
    assert facts.load_market() is facts.load_market()
