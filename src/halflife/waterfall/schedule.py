"""Schedules of the base case: draws, interest, principal; level, straight, custom and sculpted.

All arrays of months have a column 0 for the valuation date, in which nothing flows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, Ints


class Terms(NamedTuple):
    """What decides one facility's schedule.

    accrual : [month], years;  payments, instalments : months in which interest, principal is due
    maturity : month;  draw_end : last month with draws, 0 without
    advance : share of expenditure drawn;  equity_first : USD that equity spends before any draw, or 0
    """

    commitment: float
    opening: float
    accrual: Floats
    payments: Ints
    instalments: Ints
    maturity: int
    draw_end: int
    advance: float
    equity_first: float
    is_capitalised: bool


class Walk(NamedTuple):
    """One facility through the base case, ``[month]`` in USD.

    opening : balance on which interest accrues;  drawn : ever drawn, this month included
    draws : for capital expenditure
    accrued : interest of the month;  capitalised : the part of it that is drawn;  interest : paid
    principal : paid, balloon apart;  balloon : left at maturity;  balance : at the month's end
    """

    opening: Floats
    drawn: Floats
    draws: Floats
    accrued: Floats
    capitalised: Floats
    interest: Floats
    principal: Floats
    balloon: Floats
    balance: Floats


def walk(terms: Terms, rate: Floats, capex: Floats, unfunded: Floats, principal: Floats) -> Walk:
    """Carry a balance through the months.

    Parameters
    ----------
    rate : [month], 1/yr
    capex : [month], USD of capital expenditure
    unfunded : [month], USD of it that no other facility funds
    principal : [month], USD of scheduled principal, balloon excluded

    Notes
    -----
    The order of a month is that of `waterfall.kernel`: interest on the opening balance, capitalised as far as
    the commitment goes, then the draw, then payments.
    """
    months = len(rate)
    pays = np.zeros(months, dtype=bool)
    pays[terms.payments] = True
    spent, growth = np.cumsum(capex).tolist(), (rate * terms.accrual).tolist()
    bought, left, due, is_payment = capex.tolist(), unfunded.tolist(), principal.tolist(), pays.tolist()
    rows = [(terms.opening, terms.opening, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, terms.opening)]
    balance = drawn = terms.opening
    for_capex = owed = 0.0
    for t in range(1, months):
        opening, accrued, added, draw = balance, balance * growth[t], 0.0, 0.0
        if t <= terms.draw_end:
            if terms.is_capitalised:
                added = min(accrued, terms.commitment - drawn)
            wanted = min(terms.advance * bought[t], left[t])
            if terms.equity_first > 0.0:
                wanted = min(max(0.0, spent[t] - terms.equity_first) - for_capex, left[t])
            draw = min(max(0.0, wanted), terms.commitment - drawn - added)
        drawn += added + draw
        for_capex += draw
        owed += accrued - added
        interest = owed if is_payment[t] else 0.0
        owed -= interest
        paid = min(due[t], opening + added + draw)
        balance = opening + added + draw - paid
        balloon = balance if t == terms.maturity else 0.0
        balance -= balloon
        rows.append((opening, drawn, draw, accrued, added, interest, paid, balloon, balance))
    return Walk(*np.array(rows).T.copy())


def straight(count: int, balloon: float) -> Floats:
    """Equal instalments, as shares of the loan: ``[instalment]``."""
    return np.full(count, (1.0 - balloon) / count)


def level(rates: Floats, balloon: float) -> Floats:
    """Instalments of an annuity, as shares of the loan.

    Parameters
    ----------
    rates : [instalment]
        Interest of each period per unit of the balance at its start.
    balloon : share left after the last payment

    Notes
    -----
    Equal payments ``P`` with ``prod(1+i) - balloon = P * sum of the growth after each payment``.

    References
    ----------
    Reference case m2-annuity.
    """
    growth = np.append(np.cumprod((1.0 + rates)[::-1])[::-1], 1.0)
    payment = (growth[0] - balloon) / growth[1:].sum()
    instalments, balance = np.empty_like(rates), 1.0
    for k, rate in enumerate(rates.tolist()):
        instalments[k] = payment - balance * rate
        balance -= instalments[k]
    return instalments


def sculpting_dscr(cfads: Floats, rates: Floats, debt: float, balloon: float) -> float:
    """The constant DSCR that a given debt implies.

    Parameters
    ----------
    cfads : [instalment], USD;  rates : [instalment];  debt : USD;  balloon : share of the debt

    Notes
    -----
    ``DSCR = PV(CFADS) / (debt - PV(balloon))``, discounted at the loan's own rates.

    References
    ----------
    Reference case m2-sculpted-debt.
    """
    discount = 1.0 / np.cumprod(1.0 + rates)
    return float((cfads * discount).sum() / (debt * (1.0 - balloon * discount[-1])))


def sculpted(cfads: Floats, rates: Floats, debt: float, dscr: float) -> Floats:
    """Principal in USD so that interest and principal together are CFADS over the DSCR: ``[instalment]``."""
    principal, balance = np.empty_like(rates), debt
    for k, rate in enumerate(rates.tolist()):
        principal[k] = cfads[k] / dscr - balance * rate
        balance -= principal[k]
    return principal


def period_sums(figures: Floats, ends: Ints, every: int) -> Floats:
    """Monthly figures summed over the periods that end in the given months; one column per period."""
    total = np.concatenate((np.zeros((*figures.shape[:-1], 1)), np.cumsum(figures, axis=-1)), axis=-1)
    return np.asarray(total[..., ends + 1] - total[..., np.maximum(ends + 1 - every, 1)])
