"""Properties of the lens on the five real deals: common random numbers, and assumptions that never hurt lenders."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halflife.metrics.lens import EL, FAIR_SPREAD, SCORE, Scale, figures
from halflife.study.lens import EVERYBODY, NOBODY, Bench, bench_of
from halflife.study.shapley import coalitions, shapley
from halflife.study.switches import ASSUMPTIONS
from halflife.study.termsheet import load

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DEALS = ("coreweave-ddtl-1.0", "coreweave-ddtl-3.0", "coreweave-ddtl-4.0", "coreweave-ddtl-5.0", "usdai-duos-b300")
PATHS, DRAWS = 1_024, 2
SMALL = 2e-5
"""Of the commitment: a default is a matter of dates as well, and an earlier one may cost a little more."""


@cache
def bench(deal: str) -> Bench:
    return bench_of(load(EXAMPLES / f"{deal}.yaml"), paths=PATHS, draws=DRAWS)


@cache
def losses(deal: str) -> dict[frozenset[str], float]:
    found = {}
    for held in coalitions(ASSUMPTIONS):
        columns = bench(deal).look(held).columns
        found[held] = float((columns.weight[0] * columns.loss.sum(axis=0)).sum() / columns.weight[0].sum())
    return found


@pytest.mark.parametrize("deal", DEALS)
def test_no_assumption_hurts_the_lenders_whatever_else_is_assumed(deal):
    lost, commitment = losses(deal), bench(deal).commitment
    for held in lost:
        for name in set(ASSUMPTIONS) - held:
            more = lost[held | {name}]
            assert more <= lost[held] + SMALL * commitment, f"{name} on top of {sorted(held)}"


@pytest.mark.parametrize("deal", DEALS)
def test_with_all_assumptions_nobody_defaults_and_nothing_is_lost(deal):
    columns = bench(deal).look(EVERYBODY).columns
    assert columns.default_month.max() == 0.0
    assert columns.loss.max() == 0.0


@pytest.mark.parametrize("deal", DEALS)
def test_all_sets_of_assumptions_walk_the_same_paths(deal):
    ends = [bench(deal).look(held).columns for held in (NOBODY, EVERYBODY)]
    np.testing.assert_array_equal(ends[0].weight, ends[1].weight)


def test_threads_change_nothing():
    one, two = (Bench(bench(DEALS[2]).sheet, bench(DEALS[2]).worlds, PATHS, 7, threads) for threads in (1, 2))
    held = frozenset({"life", "liquidity"})
    for a, b in zip(one.look(held).columns, two.look(held).columns, strict=True):
        np.testing.assert_array_equal(a, b)


@given(st.lists(st.floats(-1e3, 1e3), min_size=16, max_size=16))
def test_shapley_shares_of_four_assumptions_add_up_to_the_gap(numbers):
    worth = {chosen: np.array([number]) for chosen, number in zip(coalitions(ASSUMPTIONS), numbers, strict=True)}
    shares = shapley(ASSUMPTIONS, worth)
    assert sum(share[0] for share in shares.values()) == pytest.approx(numbers[-1] - numbers[0], abs=1e-9)


@given(st.floats(0.2, 30.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_loss_is_never_a_better_score(years, less, more):
    scale, (low, high) = Scale(years), sorted((less, more))
    assert 1.0 <= scale.score(low) <= scale.score(high) <= 19.0


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_figures_of_one_year_are_the_ratios_they_say(share, severity):
    sums = np.array([[share, share * severity * 90.0, 40.0, share * severity * 100.0], [1.0 - share, 0.0, 300.0, 0.0]])
    found = figures(sums, np.array([1.0]), 0.0, 100.0, Scale(1.0))
    assert found[EL] == pytest.approx(share * severity)
    assert found[FAIR_SPREAD] == pytest.approx(1e4 * share * severity * 90.0 / 340.0)
    assert found[SCORE] == Scale(1.0).score(found[EL])
