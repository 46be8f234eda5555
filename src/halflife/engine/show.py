"""The resolved deal as plain data, for `halflife show`: nothing here is simulated."""

from __future__ import annotations

from typing import Any

import numpy as np

from halflife.engine.coverage import base_llcr
from halflife.engine.resolve import Deal
from halflife.foundation.axes import Floats
from halflife.ratios import wal
from halflife.waterfall.base_debt import Loan
from halflife.waterfall.spec import FixedSpec

Row = dict[str, Any]
Rows = list[Row]


def show(deal: Deal) -> dict[str, Rows]:
    """Tables of the base case.

    Returns
    -------
    dict
        ``deal``, ``facilities``, ``sources_and_uses``, ``prices``, ``schedule`` (by facility and payment
        date), ``coverage`` (by borrower and month until the last maturity), ``fleets``, ``backstops`` of vendors and
        ``leases`` with their residuals: rows of plain values, money in USD, rates and shares as decimals, dates as ISO
        text.
    """
    return {
        "deal": _deal(deal),
        "facilities": [_facility(deal, place) for place in range(len(deal.names.facilities))],
        "sources_and_uses": [row for place in range(len(deal.names.borrowers)) for row in _sources(deal, place)],
        "prices": _prices(deal),
        "schedule": [row for place in range(len(deal.names.facilities)) for row in _schedule(deal, place)],
        "coverage": [row for place in range(len(deal.names.borrowers)) for row in _coverage(deal, place)],
        "fleets": _fleets(deal),
        "backstops": _backstops(deal),
        "leases": [row for place in range(len(deal.names.facilities)) for row in _lease(deal, place)],
    }


def _deal(deal: Deal) -> Rows:
    spec = deal.spec
    return [
        {
            "name": spec.name,
            "about": spec.about,
            "valuation": spec.valuation.isoformat(),
            "end": deal.grid.dates[-1].isoformat(),
            "months": deal.grid.months,
            "borrowers": len(spec.borrowers),
            "market": spec.economy.market.facts,
        }
    ]


def _facility(deal: Deal, place: int) -> Row:
    loan, table = deal.base.debt.loans[place], deal.plan.waterfall
    repaid = loan.walk.principal + loan.walk.balloon
    is_fixed = isinstance(loan.spec.rate, FixedSpec)
    return {
        "facility": deal.names.facilities[place],
        "kind": loan.spec.kind,
        "commitment": loan.spec.commitment,
        "drawn": float(loan.walk.drawn[-1]),
        "maturity": loan.spec.maturity.isoformat(),
        "amortisation": loan.spec.amortisation.kind,
        "balloon": float(loan.walk.balloon.sum()),
        "rate_first_year": float(loan.rate[1 : min(13, len(loan.rate))].mean()),
        "margin": float(table.margin[place]),
        "swap_rate": None if is_fixed or table.hedged[place] == 0.0 else loan.swap,
        "hedged_share": float(table.hedged[place]),
        "sculpted_dscr": loan.dscr or None,
        "wal_years": float(wal(repaid, deal.grid.years)) if repaid.sum() > 0.0 else None,
    }


def _sources(deal: Deal, place: int) -> Rows:
    """Until draws end: what is bought and paid for, and who funds it; equity closes the gap."""
    loans = [
        loan for b, loan in zip(deal.plan.waterfall.facility_borrower, deal.base.debt.loans, strict=True) if b == place
    ]
    fees = sum(_commitment_fees(loan) for loan in loans)
    opening = sum(loan.terms.opening for loan in loans)
    draws = sum(float(loan.walk.draws.sum()) for loan in loans)
    interest = sum(float(loan.walk.capitalised.sum()) for loan in loans)
    discount = sum(float(loan.walk.drawn[-1]) * (1.0 - loan.spec.issue_price) for loan in loans)
    capex, table = float(deal.base.capex[place].sum()), deal.plan.operations
    own = table.fleet_borrower == place
    in_service = float((table.units * table.cost * table.delivered[:, 0])[own].sum())
    uses = {
        "machines in service at the valuation date": in_service,
        "machines to come": capex,
        "capitalised interest": interest,
        "commitment fees": fees,
        "original issue discount": discount,
    }
    funded = {
        "debt drawn at the valuation date": opening,
        "debt drawn for machines": draws,
        "debt drawn for interest": interest,
        "customers' prepayments": float(deal.base.prepaid[place]),
    }
    funded["equity"] = sum(uses.values()) - sum(funded.values())
    name = deal.names.borrowers[place]
    rows = [("use", item, amount) for item, amount in uses.items()]
    rows += [("source", item, amount) for item, amount in funded.items()]
    return [{"borrower": name, "side": side, "item": item, "usd": amount} for side, item, amount in rows]


def _commitment_fees(loan: Loan) -> float:
    """Commitment fees of the base case, USD, on what is undrawn when each month of the window opens."""
    if loan.spec.draws is None:
        return 0.0
    window = slice(1, loan.terms.draw_end + 1)
    undrawn = loan.terms.commitment - loan.walk.drawn[: loan.terms.draw_end]
    return float((undrawn * loan.terms.accrual[window]).sum()) * loan.spec.draws.commitment_fee


def _prices(deal: Deal) -> Rows:
    table = deal.plan.operations
    kinds = ("take_or_pay", "reserved", "spot")
    rows = []
    for place, name in enumerate(deal.names.contracts):
        if table.contract_units[place] == 0.0:
            continue
        is_firm = bool(table.in_term[place].any())
        rows.append(
            {
                "contract": name,
                "fleet": deal.names.fleets[table.contract_fleet[place]],
                "offtaker": deal.names.parties[table.offtaker[place]] if table.offtaker[place] >= 0 else None,
                "kind": kinds[table.kind[place]],
                "machines": float(table.contract_units[place]),
                "usd_per_hour": float(table.price[place, 0]) if is_firm else None,
                "inferred_before_credits": _inferred(deal, place),
                "cash_to_come": float(table.remaining[place, 0]),
            }
        )
    return rows


def _inferred(deal: Deal, place: int) -> float | None:
    """The common inferred price, where this contract's price was left to a DSCR."""
    borrower = deal.names.borrowers[deal.plan.operations.contract_borrower[place]]
    spec = next(one for one in deal.spec.borrowers if one.name == borrower)
    name = deal.names.contracts[place].removeprefix(f"{borrower}: ")
    contract = next((one for one in spec.operations.contracts if one.name == name), None)
    if contract is None or isinstance(contract.price, float):
        return None
    return float(deal.base.price[deal.plan.operations.contract_borrower[place]])


def _schedule(deal: Deal, place: int) -> Rows:
    loan, name = deal.base.debt.loans[place], deal.names.facilities[place]
    walk = loan.walk
    moves = (walk.draws + walk.capitalised + walk.interest + walk.principal + walk.balloon) > 0.0
    return [
        {
            "facility": name,
            "month": int(t),
            "date": deal.grid.dates[t].isoformat(),
            "drawn": float(walk.draws[t] + walk.capitalised[t]),
            "interest": float(walk.interest[t] + walk.capitalised[t]),
            "principal": float(walk.principal[t]),
            "balloon": float(walk.balloon[t]),
            "balance": float(walk.balance[t]),
            "share_of_drawn": float(deal.plan.waterfall.instalment[place, t]),
        }
        for t in np.flatnonzero(moves)
    ]


def _coverage(deal: Deal, place: int) -> Rows:
    """CFADS against scheduled service over the reported look-back, and debt against paper value."""
    base, months = deal.base, int(deal.plan.covenants.reported_look_back[place])
    cfads, service = _looking_back(base.cfads[place], months), _looking_back(base.scheduled[place], months)
    owners = deal.plan.waterfall.facility_borrower
    debt = sum(
        (loan.walk.balance for b, loan in zip(owners, base.debt.loans, strict=True) if b == place),
        start=np.zeros_like(cfads),
    )
    llcr = base_llcr(deal.plan.waterfall, base.debt.loans, base.cfads, place)
    rows = []
    for t in range(1, int(deal.plan.waterfall.maturity[owners == place].max()) + 1):
        paper = float(base.paper[place, t])
        rows.append(
            {
                "borrower": deal.names.borrowers[place],
                "month": t,
                "date": deal.grid.dates[t].isoformat(),
                "cfads": float(base.cfads[place, t]),
                "service": float(base.scheduled[place, t]),
                "dscr": float(cfads[t] / service[t]) if service[t] > 0.0 else None,
                "llcr": float(llcr[t]) if np.isfinite(llcr[t]) else None,
                "debt": float(debt[t]),
                "paper_value": paper,
                "advance_on_paper": float(debt[t]) / paper if paper > 0.0 else None,
            }
        )
    return rows


def _looking_back(flow: Floats, months: int) -> Floats:
    """Sum of the last `months` months; fewer where fewer have passed."""
    total = np.cumsum(flow)
    total[months:] = total[months:] - np.cumsum(flow)[:-months]
    return np.asarray(total)


def _fleets(deal: Deal) -> Rows:
    table = deal.plan.operations
    rows = []
    for place, name in enumerate(deal.names.fleets):
        cost = float(table.units[place] * table.cost[place])
        rows.append(
            {
                "fleet": name,
                "machine": deal.names.machines[table.fleet_machine[place]],
                "machines": float(table.units[place]),
                "usd_per_machine": float(table.cost[place]),
                "usd": cost,
                "delivered": float(table.delivered[place, 0]),
                "paper_value": float(table.book[place, 0]) * cost,
            }
        )
    return rows


def _backstops(deal: Deal) -> Rows:
    """By contract row: who rents its machines when no customer does, at which price, for how long."""
    table = deal.plan.operations
    return [
        {
            "machines_of": deal.names.contracts[c],
            "fleet": deal.names.fleets[table.contract_fleet[c]],
            "vendor": deal.names.parties[table.vendor[c]],
            "usd_per_hour": float(table.vendor_price[c]),
            "share": float(table.vendor_share[c]),
            "until": deal.grid.dates[table.vendor_until[c]].isoformat(),
        }
        for c in np.flatnonzero((table.vendor >= 0) & (table.contract_units > 0.0))
    ]


def _lease(deal: Deal, place: int) -> Rows:
    """What goes back at the end of a lease, and who guarantees which residual."""
    table, fleet = deal.plan.waterfall, int(deal.plan.waterfall.lease_fleet[place])
    if fleet < 0:
        return []
    guarantor, drawn = int(table.residual_party[place]), float(deal.base.debt.loans[place].walk.drawn[-1])
    return [
        {
            "lease": deal.names.facilities[place],
            "fleet": deal.names.fleets[fleet],
            "machines": float(deal.plan.operations.units[fleet]),
            "goes_back": deal.grid.dates[table.maturity[place]].isoformat(),
            "residual": float(table.residual[place]) * drawn,
            "guaranteed": float(table.guaranteed[place]) * drawn,
            "guarantor": deal.names.parties[guarantor] if guarantor >= 0 else "the lessee",
            "cap": float(table.residual_cap[place]) if guarantor >= 0 else None,
        }
    ]
