"""Loan life coverage of the base case, and the rate and horizon by which every path's is measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.waterfall.base_debt import Loan
from halflife.waterfall.table import JUNIOR, WaterfallTable


def senior_rates(table: WaterfallTable, loans: Sequence[Loan]) -> tuple[Floats, Ints]:
    """Rate of the senior debt and month of its last maturity.

    Returns
    -------
    rate : [borrower, month]
        Interest of the month per dollar of the balance it accrues on, base case; weighted by commitment where nothing
        is outstanding.
    last : [borrower]
        Of all debt where none is senior.
    """
    count, months = len(table.opening_cash), table.accrual.shape[1]
    rate, last = np.zeros((count, months)), np.zeros(count, dtype=np.int64)
    for b in range(count):
        own = counted(table, b)
        terms = np.array([loans[f].rate * table.accrual[f] for f in own])
        owed = np.array([loans[f].walk.opening for f in own])
        weight = np.where(owed.sum(axis=0) > 0.0, owed, table.commitment[own][:, None])
        rate[b] = (terms * weight).sum(axis=0) / weight.sum(axis=0)
        last[b] = table.maturity[own].max()
    return rate, last


def counted(table: WaterfallTable, b: int) -> list[int]:
    """Positions of the senior facilities of borrower b; of all its facilities where none is senior."""
    own = [int(f) for f in np.flatnonzero(table.facility_borrower == b)]
    return [f for f in own if table.kind[f] != JUNIOR] or own


def base_llcr(table: WaterfallTable, loans: Sequence[Loan], cfads: Floats, b: int) -> Floats:
    """LLCR of the base case of borrower b at the end of each month; infinite once its senior debt is repaid.

    Notes
    -----
    ``LLCR(t) = sum(CFADS(s) * D(s) / D(t), s = t+1 ... last senior maturity) / senior debt(t)``, D by `senior_rates`.

    References
    ----------
    Yescombe (2013), section 12.3.
    """
    rates, last = senior_rates(table, loans)
    discount = 1.0 / np.cumprod(1.0 + rates[b])
    flow = cfads[b] * discount * (np.arange(len(discount)) <= last[b])
    ahead = np.append(np.cumsum(flow[:0:-1])[::-1], 0.0) / discount
    debt = np.sum([loans[f].walk.balance for f in counted(table, b)], axis=0)
    return np.asarray(np.where(debt > 1.0, ahead / np.where(debt > 1.0, debt, 1.0), np.inf), dtype=np.float64)
