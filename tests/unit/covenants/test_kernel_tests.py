"""Ratios over a look-back, verdicts, grace and consequences."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.covenants import state as covenant
from halflife.covenants.kernel import start, step
from halflife.covenants.state import CovenantState, Position
from halflife.covenants.table import (
    COVERAGE,
    DEFAULT,
    DSCR,
    LIQUIDITY,
    LOAN_TO_COST,
    LTV_APPRAISED,
    LTV_ORDERLY,
    LTV_PAPER,
    REALISATION,
    STOP_DRAWS,
    SWEEP,
    TRAP,
    CovenantTable,
)
from halflife.foundation.backend import twin

MONTHS = 40
FIGURES = {"cfads": 12.0, "service": 10.0, "contracted": 9.0, "expected": 10.0, "debt": 100.0, "paper": 125.0,
           "appraised": 110.0, "orderly": 100.0, "cost": 160.0, "remaining": 150.0, "liquidity": 7.0}  # fmt: skip


def table(test, threshold, consequence=TRAP, *, look_back=1, grace=0.0, dates=range(1, MONTHS)):
    tested = np.zeros((1, MONTHS), dtype=np.int64)
    tested[0, list(dates)] = 1
    one = np.array([0])
    return CovenantTable(
        borrower=one, test=np.array([test]), threshold=np.full((1, MONTHS), threshold), is_tested=tested,
        look_back=np.array([look_back]), grace=np.array([grace]), consequence=np.array([consequence]),
        reported_from=one, reported_look_back=np.array([3]),
    )  # fmt: skip


def live(terms, months):
    """Take the tests on the given figures, month after month: ``[month]`` of states."""
    state = CovenantState(
        np.zeros((1, covenant.TEST_FIELDS, 1)), np.zeros((1, covenant.TRIGGER_FIELDS, 1)),
        np.zeros((1, covenant.HISTORY_FIELDS, 1)),
    )  # fmt: skip
    twin(start)(state)
    told = []
    for t, changes in enumerate(months, start=1):
        position = Position(**{name: np.array([[figure]]) for name, figure in {**FIGURES, **changes}.items()})
        twin(step)(terms, state, position, t)
        told.append((state.tests[0, :, 0].copy(), state.triggers[0, :, 0].copy()))
    return told


@pytest.mark.parametrize(
    ("test", "wanted"),
    [(DSCR, 1.2), (REALISATION, 0.9), (LTV_PAPER, 0.8), (LTV_APPRAISED, 100 / 110), (LTV_ORDERLY, 1.0),
     (LOAN_TO_COST, 0.625), (COVERAGE, 1.5), (LIQUIDITY, 7.0)],
)  # fmt: skip
def test_each_ratio_is_what_its_name_says(test, wanted):
    ((tests, triggers),) = live(table(test, wanted), [{}])
    assert tests[covenant.VALUE] == pytest.approx(wanted)
    assert tests[covenant.IS_BREACH] == 0.0
    is_ceiling = test in (LTV_PAPER, LTV_APPRAISED, LTV_ORDERLY, LOAN_TO_COST)
    worse = wanted * (0.999 if is_ceiling else 1.001)
    ((tests, triggers),) = live(table(test, worse), [{}])
    assert tests[covenant.IS_BREACH] == 1.0
    assert triggers[covenant.TRAP_FLAG] == 1.0


@pytest.mark.parametrize(
    ("consequence", "flag"),
    [(TRAP, covenant.TRAP_FLAG), (SWEEP, covenant.SWEEP_FLAG), (DEFAULT, covenant.DEFAULT_FLAG),
     (STOP_DRAWS, covenant.STOP_FLAG)],
)  # fmt: skip
def test_a_breach_has_its_own_consequence_and_no_other(consequence, flag):
    ((_, triggers),) = live(table(DSCR, 2.0, consequence), [{}])
    flags = {covenant.TRAP_FLAG, covenant.SWEEP_FLAG, covenant.DEFAULT_FLAG, covenant.STOP_FLAG}
    assert triggers[flag] == 1.0
    assert all(triggers[other] == 0.0 for other in flags - {flag})


@pytest.mark.parametrize("look_back", [1, 3, 12])
def test_flows_are_summed_over_the_look_back(look_back):
    cfads = [10.0 + t % 7 for t in range(30)]
    service = [8.0 + t % 5 for t in range(30)]
    told = live(
        table(DSCR, 0.1, look_back=look_back), [{"cfads": c, "service": s} for c, s in zip(cfads, service, strict=True)]
    )
    for t in range(30):
        first = max(0, t + 1 - look_back)
        assert told[t][0][covenant.VALUE] == pytest.approx(sum(cfads[first : t + 1]) / sum(service[first : t + 1]))


@pytest.mark.parametrize("grace", [0, 1, 3])
def test_the_consequence_waits_for_the_grace(grace):
    told = live(table(DSCR, 1.5, grace=float(grace)), [{}] * 6)
    flags = [triggers[covenant.TRAP_FLAG] for _, triggers in told]
    assert flags == [0.0] * grace + [1.0] * (6 - grace)


def test_a_cure_ends_the_breach_and_its_consequence():
    told = live(table(DSCR, 1.5), [{}, {}, {"cfads": 20.0}, {}])
    assert [triggers[covenant.TRAP_FLAG] for _, triggers in told] == [1.0, 1.0, 0.0, 1.0]
    assert told[-1][0][covenant.FIRST_BREACH] == 1.0
    assert told[-1][0][covenant.LASTING] == 1.0


def test_between_dates_the_last_verdict_stands():
    told = live(table(DSCR, 1.5, dates=(3, 6)), [{}, {}, {}, {"cfads": 20.0}, {"cfads": 20.0}, {"cfads": 20.0}])
    assert [tests[covenant.IS_BREACH] for tests, _ in told] == [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]


def test_nothing_is_breached_without_debt_or_service():
    ((tests, triggers),) = live(table(DSCR, 1.5), [{"debt": 0.0}])
    assert tests[covenant.IS_BREACH] == 0.0
    assert triggers[covenant.LEAST_DSCR] == covenant.UNTESTED
    ((tests, _),) = live(table(DSCR, 1.5), [{"service": 0.0}])
    assert tests[covenant.VALUE] == covenant.UNTESTED
    assert tests[covenant.IS_BREACH] == 0.0


def test_worthless_collateral_breaches_a_loan_to_value_test():
    ((tests, _),) = live(table(LTV_ORDERLY, 0.9), [{"orderly": 0.0}])
    assert tests[covenant.IS_BREACH] == 1.0


def test_least_dscr_is_the_lowest_reported():
    told = live(table(LTV_PAPER, 9.0), [{"cfads": c} for c in (12.0, 9.0, 6.0, 30.0)])
    values = [triggers[covenant.DSCR_VALUE] for _, triggers in told]
    assert values == pytest.approx([1.2, 1.05, 0.9, 1.5])
    assert told[-1][1][covenant.LEAST_DSCR] == pytest.approx(0.9)
