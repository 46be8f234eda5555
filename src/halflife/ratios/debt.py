"""Schedules of debt: level, sculpted to a coverage, and how long the principal stays out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats
from halflife.ratios.amount import Amount, periods, quotient


class DebtSchedule(NamedTuple):
    """A debt and how it is paid back; flows at the ends of the periods."""

    debt: float
    """USD, drawn at the start."""
    principal: Floats
    """[period], USD"""
    interest: Floats
    """[period], USD, on the opening balance"""
    balance: Floats
    """[period], USD, closing"""


def annuity_payment(principal: Amount, rate: Amount, number: int) -> Amount:
    """Level payment that repays a loan with interest.

    Parameters
    ----------
    principal : USD
    rate : 1/period, above -1
    number : periods, positive

    Returns
    -------
    USD per period
        ``principal * rate / (1 - (1 + rate)**-number)``; ``principal / number`` at a rate of zero.

    Raises
    ------
    ValueError
        If there is no period, or the rate is -1 or less.

    References
    ----------
    tests/reference/m2-annuity/SOURCE.md
    """
    if number < 1:
        raise ValueError(f"number of payments {number} is not positive")
    _, factors = periods(np.ones(number), rate)
    return principal / factors.sum()


def level_debt(debt: float, rate: float, number: int) -> DebtSchedule:
    """Repay a debt in level payments of interest and principal together.

    Parameters
    ----------
    debt : USD
    rate : 1/period
    number : periods, positive

    Returns
    -------
    DebtSchedule
        The last balance is zero up to rounding.

    Raises
    ------
    ValueError
        As `annuity_payment`.

    References
    ----------
    tests/reference/m2-annuity/SOURCE.md
    """
    service = np.full(number, annuity_payment(debt, rate, number))
    return _schedule(debt, service, np.full(number, rate))


def sculpted_debt(cfads: Amount, rate: Amount, dscr: Amount) -> DebtSchedule:
    """Largest debt whose service leaves a target DSCR in every period, and its schedule.

    Parameters
    ----------
    cfads : [period], USD, non-negative
        Cash flow available for debt service, at the periods' ends.
    rate : number or [period], 1/period
        Interest on the opening balance.
    dscr : number or [period], positive
        Target coverage.

    Returns
    -------
    DebtSchedule
        ``debt = sum(cfads / dscr / prod(1 + rate))``; ``principal = cfads / dscr - interest``. Principal is
        negative in a period whose cash does not carry the interest: the debt then grows.

    Raises
    ------
    ValueError
        For CFADS below zero, which no debt service can be sculpted to, a DSCR that is not positive, or a rate
        of -1 or less.

    Notes
    -----
    Acyclic: no iteration between debt and interest. `llcr` at the loan's rate equals a constant `dscr` at
    every date.

    References
    ----------
    tests/reference/m2-sculpted-debt/SOURCE.md, tests/reference/pysam_sculpted_debt/SOURCE.md
    """
    flows, factors = periods(cfads, rate)
    target = np.broadcast_to(np.asarray(dscr, dtype=float), flows.shape)
    if np.any(flows < 0.0):
        first = int(np.argmax(flows < 0.0))
        raise ValueError(f"CFADS {flows[first]} of period {first + 1} is negative: nothing to sculpt")
    if not np.all(target > 0.0):
        raise ValueError(f"target DSCR {target.min()} is not positive")
    service = flows / target
    rates = np.broadcast_to(np.asarray(rate, dtype=float), flows.shape)
    return _schedule(float((service * factors).sum()), service, rates)


def _schedule(debt: float, service: Floats, rates: Floats) -> DebtSchedule:
    """Split a debt service into interest on the opening balance and principal."""
    interest = np.empty_like(service)
    balance = np.empty_like(service)
    owed = debt
    for period, (due, rate) in enumerate(zip(service, rates, strict=True)):
        interest[period] = owed * rate
        owed = owed - (due - interest[period])
        balance[period] = owed
    return DebtSchedule(debt, service - interest, interest, balance)


def wal(principal: Amount, times: Amount) -> Amount:
    """Weighted average life: the mean time until a dollar of principal is repaid.

    Parameters
    ----------
    principal : [..., payment], USD, non-negative
    times : [payment], years
        From today.

    Returns
    -------
    [...], years
        ``sum(principal * times) / sum(principal)``; 0 where no principal is paid.

    References
    ----------
    Market practice; our own definition without principal.
    """
    paid = np.asarray(principal, dtype=float)
    return quotient((paid * np.asarray(times)).sum(axis=-1), paid.sum(axis=-1), when_nothing_below=0.0)
