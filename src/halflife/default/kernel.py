"""Events of default, acceleration, and whether a balloon can be refinanced."""

from typing import Any

from halflife.default.state import (
    CAUSE,
    COVENANT,
    CROSS,
    DEFAULTED,
    INSOLVENCY,
    IS_NEW,
    MATURITY,
    MAY_REFINANCE,
    MONTH,
    OPERATOR_LOST,
    PAYMENT,
    SHORT_MONTHS,
    TRAPS,
    DefaultState,
    Evidence,
)
from halflife.default.table import DefaultTable
from halflife.foundation.backend import both, either, kernel, where

TOLERANCE = 1.0
"""A shortfall of less than a dollar is rounding."""


@kernel
def test_refinancing(
    table: DefaultTable, state: DefaultState, b: int, is_open: Any, debt: Any, orderly: Any, dscr: Any
) -> None:
    """Say whether a new lender would take out the debt today: open market, LTV and DSCR within its terms.

    Parameters
    ----------
    is_open, debt, orderly, dscr : [lane]

    References
    ----------
    Our own.
    """
    standing, allowed = state.standing, table.is_refinanceable[b] == 1
    most, least = table.most_ltv[b], table.least_dscr[b]
    for k in range(standing.shape[-1]):
        passes = both(both(is_open[k] > 0.5, debt[k] <= most * orderly[k]), dscr[k] >= least)
        standing[b, MAY_REFINANCE, k] = where(both(passes, allowed), 1.0, 0.0)


@kernel
def join_traps(
    table: DefaultTable, state: DefaultState, covenant: Any, months_left: Any, lost_customer: Any, sponsor_alive: Any
) -> None:
    """Trap cash for a covenant, a failed operator, and, where documented, a failed customer or sponsor.

    Parameters
    ----------
    covenant, lost_customer, sponsor_alive : [borrower, lane], flags
    months_left : [borrower, lane], months of the operator's trap

    References
    ----------
    docs/glossary.md, *cash trap*.
    """
    standing = state.standing
    for b in range(standing.shape[0]):
        on_customer, on_sponsor = 1.0 * table.traps_on_customer[b], 1.0 * table.traps_on_sponsor[b]
        for k in range(standing.shape[-1]):
            parent = on_sponsor * (1.0 - sponsor_alive[b, k]) > 0.5
            people = either(on_customer * lost_customer[b, k] > 0.5, parent)
            traps = either(either(covenant[b, k] > 0.5, months_left[b, k] > 0.0), people)
            standing[b, TRAPS, k] = where(traps, 1.0, 0.0)


@kernel
def step(table: DefaultTable, state: DefaultState, evidence: Evidence, t: int) -> None:
    """Declare the month's events of default; the first cause in document order is recorded.

    References
    ----------
    Our own.
    """
    standing = state.standing
    for b in range(standing.shape[0]):
        grace, checks_solvency = table.grace[b], table.is_insolvency_default[b] == 1
        for k in range(standing.shape[-1]):
            owes = evidence.debt[b, k] > TOLERANCE
            short = where(evidence.shortfall[b, k] > TOLERANCE, standing[b, SHORT_MONTHS, k] + 1.0, 0.0)
            broke = both(evidence.liquidity[b, k] < TOLERANCE, evidence.orderly[b, k] < evidence.debt[b, k])
            cause = where(evidence.crossed[b, k] > 0.5, 1.0 * CROSS, 0.0)
            cause = where(evidence.lost[b, k] > 1.5, 1.0 * OPERATOR_LOST, cause)
            cause = where(both(broke, checks_solvency), 1.0 * INSOLVENCY, cause)
            cause = where(evidence.uncured[b, k] > 0.5, 1.0 * COVENANT, cause)
            cause = where(short > grace, 1.0 * PAYMENT, cause)
            cause = where(evidence.matured[b, k] > TOLERANCE, 1.0 * MATURITY, cause)
            falls = both(both(cause > 0.5, owes), standing[b, DEFAULTED, k] < 0.5)
            standing[b, SHORT_MONTHS, k] = short
            standing[b, IS_NEW, k] = where(falls, 1.0, 0.0)
            standing[b, CAUSE, k] = where(falls, cause, standing[b, CAUSE, k])
            standing[b, MONTH, k] = where(falls, 1.0 * t, standing[b, MONTH, k])
            standing[b, DEFAULTED, k] = where(falls, 1.0, standing[b, DEFAULTED, k])
