"""The base case: no randomness, no delay, no default; contract prices may still be open."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.operations.check import HOURS
from halflife.operations.resolve import Draft
from halflife.operations.table import OperationsTable


class Trend(NamedTuple):
    """The market on its trend, and the machines that are still there.

    rent : [machine, month], posted USD per machine-hour
    power_price : USD/kWh;  realisation : [machine], share of the posted rent that operators get
    held : [fleet, month], share of the delivered machines; 0 once leased ones have gone back
    """

    rent: Floats
    power_price: float
    realisation: Floats
    held: Floats


class Uses(NamedTuple):
    """How the machines of each contract row can be used along the trend, ``[contract, month]``.

    output : share of the hours that machines off contract can sell;  market : USD per hour they realise
    works : 1 where the market covers their power
    leans : 1 where the vendor leaves more after power than the market;  pays : 1 where it covers the power at all
    power : USD per machine-hour;  kwh : per machine-hour
    held : share of the machines still there
    """

    output: Floats
    market: Floats
    works: Floats
    leans: Floats
    pays: Floats
    power: Floats
    kwh: Floats
    held: Floats


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
    """Straight-line value of the machines held."""
    age: Floats
    """Months, mean over the machines held by cost."""
    prepaid: Floats
    """[borrower], USD"""
    prepaid_per_price: Floats
    """[borrower], hours"""


def uses(table: OperationsTable, trend: Trend) -> Uses:
    """Compare, month by month, what market, vendor and standing idle leave of a machine-hour after its power."""
    fleet, owner = table.contract_fleet, table.contract_borrower
    kwh = (table.power[fleet] * table.pue[owner])[:, None]
    power = kwh * trend.power_price
    output = np.exp(-table.decay[fleet][:, None] * table.age[fleet])
    machine = table.fleet_machine[fleet]
    market = trend.realisation[machine][:, None] * trend.rent[machine] * output
    month = np.arange(table.price.shape[1])
    is_open = (table.vendor[:, None] >= 0) & (month <= table.vendor_until[:, None])
    left = table.vendor_price[:, None] * output - power
    in_market = table.release_use[owner][:, None] * (market - power)
    return Uses(
        output=output,
        market=market,
        works=(market > power).astype(np.float64),
        leans=(is_open & (left > np.maximum(0.0, in_market))).astype(np.float64),
        pays=(is_open & (left > 0.0)).astype(np.float64),
        power=power,
        kwh=kwh,
        held=trend.held[fleet],
    )


def base_case(draft: Draft, trend: Trend) -> BaseCase:
    """Cash flow with the market on its trend.

    Notes
    -----
    Machines off contract run only while the rent they get is above their own power bill; a vendor's backstop takes its
    share of them while it pays more, and of those in downtime. Leased machines earn until they go back. The arithmetic
    is that of `operations.kernel` with every factor of chance at its start.
    """
    table, use = draft.table, uses(draft.table, trend)
    owner, count = table.contract_borrower, len(draft.table.fixed)
    hours = HOURS * table.contract_units[:, None] * use.held
    leaning = table.vendor_share[:, None] * use.leans
    waiting = np.maximum(0.0, table.delivered[table.contract_fleet] - table.in_term - table.released)
    free = hours * table.released * (1.0 - leaning) * use.works * table.release_use[owner][:, None]
    rented = hours * (leaning * table.released + table.vendor_share[:, None] * use.pays * waiting)
    firm = hours * table.in_term
    paid = (table.committed + (1.0 - table.committed) * table.use)[:, None]
    invoiced = firm * paid * table.price
    cash = invoiced * table.cash_share[:, None]
    free[:, 0] = firm[:, 0] = cash[:, 0] = rented[:, 0] = 0.0
    power = (firm * table.use[:, None] + free + rented) * use.power
    is_open = draft.is_inferred[:, None]
    backed = rented * use.output * table.vendor_price[:, None]
    revenue = _by_borrower(cash * (1.0 - is_open) + free * use.market + backed, owner, count)
    per_price = _by_borrower(cash * is_open, owner, count)
    service = (table.units[:, None] * table.delivered * trend.held) * table.upkeep[table.fleet_borrower][:, None]
    overhead = table.overhead[:, None]
    opex = _by_borrower(power, owner, count) + _by_borrower(service, table.fleet_borrower, count)
    opex = opex + table.fixed[:, None] + overhead * revenue
    opex[:, 0] = 0.0
    paid_ahead = (invoiced[:, 1:] * draft.prepayment[:, None]).sum(axis=1)
    capex, paper, age = _stock(draft, trend.held, count)
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


def _stock(draft: Draft, held: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """Capital expenditure, paper value and mean age of each borrower's machines.

    Leased machines have gone back when the values of the month in which their lease ends are taken.
    """
    table, owner = draft.table, draft.table.fleet_borrower
    bought = (table.units * table.cost)[:, None]
    arriving = np.zeros_like(table.delivered)
    arriving[:, 1:] = np.diff(table.delivered, axis=1)
    kept = np.concatenate((held[:, 1:], held[:, -1:]), axis=1)
    stock = bought * table.delivered * kept
    weight = _by_borrower(stock, owner, count)
    age = _by_borrower(stock * table.age, owner, count) / np.where(weight > 0.0, weight, 1.0)
    return _by_borrower(bought * arriving, owner, count), _by_borrower(bought * table.book * kept, owner, count), age


def _by_borrower(figures: Floats, owner: Ints, count: int) -> Floats:
    """Sum over rows of the same borrower."""
    total = np.zeros((count, *figures.shape[1:]))
    np.add.at(total, owner, figures)
    return total
