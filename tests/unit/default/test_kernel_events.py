"""Events of default and refinancing, one borrower and one month at a time."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.default import state as standing
from halflife.default.kernel import join_traps, step
from halflife.default.kernel import test_refinancing as judge_refinancing
from halflife.default.state import DefaultState, Evidence
from halflife.default.table import DefaultTable
from halflife.foundation.backend import twin


def table(**changes):
    terms = {
        "grace": 0.0, "is_refinanceable": 1, "most_ltv": 0.8, "least_dscr": 1.2, "traps_on_customer": 0,
        "traps_on_sponsor": 0, "is_insolvency_default": 0, **changes,
    }  # fmt: skip
    return DefaultTable(**{name: np.array([term]) for name, term in terms.items()})


def fresh():
    return DefaultState(np.zeros((1, standing.STANDING_FIELDS, 1)))


def evidence(**changes):
    seen = {"shortfall": 0.0, "uncured": 0.0, "matured": 0.0, "lost": 0.0, "crossed": 0.0, "debt": 100e6,
            "liquidity": 5e6, "orderly": 200e6, **changes}  # fmt: skip
    return Evidence(**{name: np.array([[figure]]) for name, figure in seen.items()})


@pytest.mark.parametrize(
    ("terms", "seen", "cause"),
    [
        ({}, {}, 0),
        ({}, {"shortfall": 2.0}, standing.PAYMENT),
        ({}, {"shortfall": 0.5}, 0),
        ({"grace": 1.0}, {"shortfall": 2.0}, 0),
        ({}, {"uncured": 1.0}, standing.COVENANT),
        ({}, {"matured": 2.0}, standing.MATURITY),
        ({}, {"lost": 1.0}, 0),
        ({}, {"lost": 2.0}, standing.OPERATOR_LOST),
        ({}, {"liquidity": 0.0, "orderly": 50e6}, 0),
        ({"is_insolvency_default": 1}, {"liquidity": 0.0, "orderly": 50e6}, standing.INSOLVENCY),
        ({"is_insolvency_default": 1}, {"liquidity": 0.0}, 0),
        ({"is_insolvency_default": 1}, {"orderly": 50e6}, 0),
        ({}, {"uncured": 1.0, "shortfall": 2.0}, standing.PAYMENT),
        ({}, {"matured": 2.0, "shortfall": 2.0}, standing.MATURITY),
        ({}, {"uncured": 1.0, "debt": 0.5}, 0),
    ],
)
def test_first_cause_in_document_order_is_recorded(terms, seen, cause):
    state = fresh()
    twin(step)(table(**terms), state, evidence(**seen), 9)
    row = state.standing[0, :, 0]
    assert row[standing.CAUSE] == cause
    assert row[standing.DEFAULTED] == (cause > 0)
    assert row[standing.IS_NEW] == (cause > 0)
    assert row[standing.MONTH] == (9 if cause else 0)


def test_a_default_happens_once():
    state = fresh()
    twin(step)(table(), state, evidence(uncured=1.0), 9)
    twin(step)(table(), state, evidence(shortfall=2.0), 10)
    row = state.standing[0, :, 0]
    assert (row[standing.MONTH], row[standing.CAUSE], row[standing.IS_NEW]) == (9.0, standing.COVENANT, 0.0)


def test_the_grace_starts_anew_after_a_month_without_shortfall():
    state = fresh()
    for t, short in enumerate((2.0, 2.0, 0.0, 2.0, 2.0), start=1):
        twin(step)(table(grace=2.0), state, evidence(shortfall=short), t)
    assert state.standing[0, standing.DEFAULTED, 0] == 0.0
    twin(step)(table(grace=2.0), state, evidence(shortfall=2.0), 6)
    assert state.standing[0, standing.MONTH, 0] == 6.0


@pytest.mark.parametrize(
    ("terms", "is_open", "debt", "orderly", "dscr", "passes"),
    [
        ({}, 1.0, 80.0, 100.0, 1.2, True),
        ({}, 0.0, 80.0, 100.0, 1.2, False),
        ({}, 1.0, 80.1, 100.0, 1.2, False),
        ({}, 1.0, 80.0, 100.0, 1.19, False),
        ({"is_refinanceable": 0}, 1.0, 10.0, 100.0, 3.0, False),
        ({}, 1.0, 10.0, 0.0, 3.0, False),
    ],
)
def test_a_new_lender_wants_an_open_market_and_both_ratios(terms, is_open, debt, orderly, dscr, passes):
    state = fresh()
    figures = (np.array([x]) for x in (is_open, debt, orderly, dscr))
    twin(judge_refinancing)(table(**terms), state, 0, *figures)
    assert state.standing[0, standing.MAY_REFINANCE, 0] == passes


@pytest.mark.parametrize(
    ("terms", "covenant", "left", "lost", "sponsor", "traps"),
    [
        ({}, 0.0, 0.0, 1.0, 0.0, False),
        ({}, 1.0, 0.0, 0.0, 1.0, True),
        ({}, 0.0, 3.0, 0.0, 1.0, True),
        ({"traps_on_customer": 1}, 0.0, 0.0, 1.0, 1.0, True),
        ({"traps_on_sponsor": 1}, 0.0, 0.0, 0.0, 0.0, True),
        ({"traps_on_sponsor": 1}, 0.0, 0.0, 0.0, 1.0, False),
    ],
)
def test_cash_is_trapped_where_the_documents_say(terms, covenant, left, lost, sponsor, traps):
    state = fresh()
    twin(join_traps)(table(**terms), state, *(np.array([[x]]) for x in (covenant, left, lost, sponsor)))
    assert state.standing[0, standing.TRAPS, 0] == traps
