"""The base case: no randomness, no delay, no default; contract prices may still be open."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.operations.check import HOURS
from halflife.operations.resolve import Draft


class BaseCase(NamedTuple):
    """Monthly figures, ``[borrower, month]`` in USD; inferred prices enter in proportion.

    With p the inferred price in USD per machine-hour, revenue is ``revenue + p * revenue_per_price``, CFADS
    is ``cfads + p * cfads_per_price`` and the customers' prepayments are ``prepaid + p * prepaid_per_price``.
    """

    revenue: Floats
    revenue_per_price: Floats
    cfads: Floats
    cfads_per_price: Floats
    opex: Floats
    opex_per_price: Floats
    capex: Floats
    paper: Floats
    """Straight-line value of delivered machines."""
    age: Floats
    """Months, mean over delivered machines by cost."""
    prepaid: Floats
    """[borrower], USD"""
    prepaid_per_price: Floats
    """[borrower], hours"""


def base_case(draft: Draft, *, rent: Floats, power_price: float, realisation: float) -> BaseCase:
    """Cash flow with the market on its trend.

    Parameters
    ----------
    rent : [machine, month], USD per machine-hour
        Posted rent along its trend.
    power_price : USD/kWh
    realisation : share of the posted rent that operators get

    Notes
    -----
    Machines off contract run only while the rent they get is above their own power bill. The arithmetic is
    that of `operations.kernel` with every factor of chance at its start.
    """
    table = draft.table
    fleet, owner = table.contract_fleet, table.contract_borrower
    hours = HOURS * table.contract_units[:, None]
    power_hour = (table.power[fleet] * table.pue[owner] * power_price)[:, None]
    market = realisation * rent[table.fleet_machine[fleet]]
    market = market * np.exp(-table.decay[fleet][:, None] * table.age[fleet])
    free = hours * table.released * (market > power_hour) * table.release_use[owner][:, None]
    firm = hours * table.in_term
    paid = (table.committed + (1.0 - table.committed) * table.use)[:, None]
    invoiced = firm * paid * table.price
    cash = invoiced * table.cash_share[:, None]
    free[:, 0] = firm[:, 0] = cash[:, 0] = 0.0
    power = (firm * table.use[:, None] + free) * power_hour
    is_open = draft.is_inferred[:, None]
    count = len(table.fixed)
    revenue = _by_borrower(cash * (1.0 - is_open) + free * market, owner, count)
    per_price = _by_borrower(cash * is_open, owner, count)
    service = (table.units[:, None] * table.delivered) * table.upkeep[table.fleet_borrower][:, None]
    overhead = table.overhead[:, None]
    opex = _by_borrower(power, owner, count) + _by_borrower(service, table.fleet_borrower, count)
    opex = opex + table.fixed[:, None] + overhead * revenue
    opex[:, 0] = 0.0
    paid_ahead = (invoiced[:, 1:] * draft.prepayment[:, None]).sum(axis=1)
    capex, paper, age = _stock(draft, count)
    return BaseCase(
        revenue=revenue,
        revenue_per_price=per_price,
        cfads=revenue - opex,
        cfads_per_price=per_price * (1.0 - overhead),
        opex=opex,
        opex_per_price=per_price * overhead,
        capex=capex,
        paper=paper,
        age=age,
        prepaid=_by_borrower(paid_ahead * (1.0 - draft.is_inferred), owner, count),
        prepaid_per_price=_by_borrower(paid_ahead * draft.is_inferred, owner, count),
    )


def _stock(draft: Draft, count: int) -> tuple[Floats, Floats, Floats]:
    """Capital expenditure, paper value and mean age of each borrower's machines."""
    table, owner = draft.table, draft.table.fleet_borrower
    bought = (table.units * table.cost)[:, None]
    arriving = np.zeros_like(table.delivered)
    arriving[:, 1:] = np.diff(table.delivered, axis=1)
    weight = _by_borrower(bought * table.delivered, owner, count)
    age = _by_borrower(bought * table.delivered * table.age, owner, count) / np.where(weight > 0.0, weight, 1.0)
    return _by_borrower(bought * arriving, owner, count), _by_borrower(bought * table.book, owner, count), age


def _by_borrower(figures: Floats, owner: Ints, count: int) -> Floats:
    """Sum over rows of the same borrower."""
    total = np.zeros((count, *figures.shape[1:]))
    np.add.at(total, owner, figures)
    return total
