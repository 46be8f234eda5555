"""How a system hangs together: who holds what, on which machines and customers it stands, and how far sales reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from halflife.collateral.state import UNIT
from halflife.contagion.overlap import failure_propagation, overlap, relative_exposures, similarity, spectral_radius
from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.engine.twin import replay, rows
from halflife.foundation.axes import Floats
from halflife.metrics.breakdown import shares_by
from halflife.metrics.portfolio import Grouping, by_label
from halflife.metrics.systemic import Fabric, Indicators
from halflife.study.cascade import Field
from halflife.waterfall.state import BALANCE

LOOK = 64
"""Paths on which machines are appraised and debt is read for the indicators, one month from the valuation date."""
OPEN_MARKET = "open market"


def fabric_of(field: Field) -> Fabric:
    """Describe a system for its report.

    Parameters
    ----------
    field : from `cascade.field_of`

    Notes
    -----
    Shares and indicators at the base values of the assumed ranges; the range of the radius over their draws.
    """
    deal = field.sheet.base
    owners = tuple(deal.names.borrowers[b] for b in deal.plan.waterfall.facility_borrower)
    groupings = {
        "borrower": by_label(owners),
        "machine": shares_by(_added(links_of(deal)), owners, "no machines"),
        "offtaker": shares_by(_added(customers_of(deal)), owners, OPEN_MARKET),
    }
    held = _held(deal)
    if held is not None:
        groupings["lender"] = held
    found = indicators_of(field.sheet.base, field.seed)
    if len(field.deals) > 1:
        radii = [indicators_of(one, field.seed).failure_radius for one in field.deals]
        found = replace(found, radius_range=(min(radii), max(radii)))
    return Fabric(holdings_of(deal), links_of(deal), groupings, found)


def holdings_of(deal: Deal) -> list[tuple[str, str, float]]:
    """Who holds what: (lender, facility, USD of commitment)."""
    table, names, committed = deal.plan.contagion, deal.names, deal.plan.waterfall.commitment
    held = zip(table.holding_lender, table.holding_facility, table.holding_share, strict=True)
    return [(names.lenders[i], names.facilities[f], float(share * committed[f])) for i, f, share in held]


def links_of(deal: Deal) -> list[tuple[str, str, float]]:
    """What each borrower's debt stands on: (borrower, machine type, USD of cost)."""
    table, names = deal.plan.operations, deal.names
    columns = zip(table.fleet_borrower, table.fleet_machine, table.units * table.cost, strict=True)
    return [(names.borrowers[b], names.machines[m], float(cost)) for b, m, cost in columns]


def customers_of(deal: Deal) -> list[tuple[str, str, float]]:
    """Who rents each borrower's machines: (borrower, offtaker or the open market, USD of cost of the machines)."""
    table, names = deal.plan.operations, deal.names
    cost = table.cost[table.contract_fleet]
    columns = zip(table.contract_borrower, table.offtaker, table.contract_units * cost, strict=True)
    return [(names.borrowers[b], OPEN_MARKET if c < 0 else names.parties[c], float(amount)) for b, c, amount in columns]


def _added(triples: Iterable[tuple[str, str, float]]) -> dict[str, dict[str, float]]:
    """Sums by borrower and name."""
    sums: dict[str, dict[str, float]] = {}
    for borrower, name, weight in triples:
        groups = sums.setdefault(borrower, {})
        groups[name] = groups.get(name, 0.0) + weight
    return sums


def _held(deal: Deal) -> Grouping | None:
    """Which share of each facility every lender holds; None where the term sheet names no lenders."""
    table, names = deal.plan.contagion, deal.names
    if not names.lenders:
        return None
    shares = np.zeros((len(names.facilities), len(names.lenders)))
    np.add.at(shares, (table.holding_facility, table.holding_lender), table.holding_share)
    return Grouping(names.lenders, shares)


def indicators_of(deal: Deal, seed: int) -> Indicators:
    """Measure how alike lenders and borrowers are, and whom a sale of all machines of each borrower would fail.

    Parameters
    ----------
    deal : resolved
    seed : of the paths on which machines are appraised, one month from the valuation date

    Notes
    -----
    A seller dumps what buyers can install, month by month; the price at the height of its pressure marks the same
    machines of everybody. That is the sale of the liquidation room, at the depth of new machines and without a
    successor's announcement. Machines are valued as appraised. A borrower fails where its loss exceeds what its
    machines are worth beyond its debt.

    References
    ----------
    Caccioli, Shrestha, Moore and Farmer (2014), JBF 46; Cont and Schaanning (2017); May (1972), Nature 238.
    """
    plan, names = deal.plan, deal.names
    machines, values, debt = _standing(plan, seed)
    peaks = _peaks(plan, machines)
    room = 1.0 - plan.liquidation.floor
    scale = room * plan.liquidation.depth
    falls = room * -np.expm1(-peaks / scale)
    losses = falls @ values.T
    whole, capital = values.sum(axis=1), values.sum(axis=1) - debt
    off = ~np.eye(len(whole), dtype=bool)
    lost = np.where(off, np.divide(losses, whole, out=np.zeros_like(losses), where=whole > 0.0), 0.0)
    solvent = capital > 0.0
    over = np.divide(losses, capital, out=np.zeros_like(losses), where=solvent) * off
    fails = _fails(values * room, np.where(solvent, capital, np.inf), peaks / scale)
    return Indicators(
        lenders=names.lenders,
        borrowers=names.borrowers,
        similarity=similarity(_books(plan))[0] if names.lenders else np.zeros((0, 0)),
        overlap=overlap(values, np.maximum(_worth_of_depth(plan, machines, values), 1.0))[0],
        lost=lost,
        fails=fails,
        under_water=tuple(name for name, is_sound in zip(names.borrowers, solvent, strict=True) if not is_sound),
        failure_radius=float(spectral_radius(fails)),
        loss_radius=float(spectral_radius(over)),
        claim_radius=_claim_radius(plan),
    )


def _books(plan: Plan) -> Floats:
    """What each lender has committed to each borrower, ``[lender, borrower]``, USD."""
    table = plan.contagion
    books = np.zeros((table.capital.size, plan.default.grace.size))
    amounts = table.holding_share * plan.waterfall.commitment[table.holding_facility]
    np.add.at(books, (table.holding_lender, table.owner[table.holding_facility]), amounts)
    return books


def _standing(plan: Plan, seed: int) -> tuple[Floats, Floats, Floats]:
    """Machines and their appraised value in USD, ``[borrower, machine]``, and debt of each borrower, USD."""
    for month, state in replay(plan, range(LOOK), seed):
        if month == 1:
            unit = rows(state.collateral.worth, LOOK)[:, UNIT].mean(axis=1)
            balance = rows(state.waterfall.facilities, LOOK)[:, BALANCE].mean(axis=1)
            break
    table, shape = plan.operations, (plan.default.grace.size, plan.market.rental.size)
    machines, values, debt = np.zeros(shape), np.zeros(shape), np.zeros(shape[0])
    place = (table.fleet_borrower, table.fleet_machine)
    np.add.at(machines, place, table.units)
    np.add.at(values, place, table.units * unit)
    np.add.at(debt, plan.waterfall.facility_borrower, balance)
    return machines, values, debt


def _peaks(plan: Plan, machines: Floats) -> Floats:
    """Machines that weigh on the price when a seller's pressure is highest, ``[seller, machine]``."""
    table = plan.liquidation
    rate = np.minimum(machines, table.absorption)
    months = np.divide(machines, rate, out=np.zeros_like(machines), where=rate > 0.0)
    stays = np.minimum(table.fading, 1.0 - 1e-12)
    built: Floats = np.minimum(rate * (1.0 - stays**months) / (1.0 - stays), machines)
    return built


def _worth_of_depth(plan: Plan, machines: Floats, values: Floats) -> Floats:
    """USD of machines that move the price by a factor 1/e, ``[machine]``."""
    units = machines.sum(axis=0)
    price = np.divide(values.sum(axis=0), units, out=np.zeros_like(units), where=units > 0.0)
    found: Floats = plan.liquidation.depth * price
    return found


def _fails(exposed: Floats, capital: Floats, steps: Floats) -> Floats:
    """Whom each seller alone would fail; every seller is a scenario, since none sells more than buyers can install."""
    whole = exposed.sum(axis=0)
    part = np.divide(exposed, whole, out=np.zeros_like(exposed), where=whole > 0.0)
    strength = np.divide(steps, part, out=np.zeros_like(steps), where=part > 0.0)
    everybody = failure_propagation(np.repeat(exposed[np.newaxis], len(exposed), axis=0), capital, strength)
    sellers = np.arange(len(exposed))
    return np.asarray(everybody[sellers, sellers])


def _claim_radius(plan: Plan) -> float | None:
    """Spectral radius of claims between lenders over the creditor's capital."""
    table = plan.contagion
    if not table.claim_amount.size:
        return None
    claims = np.zeros((table.capital.size, table.capital.size))
    np.add.at(claims, (table.claim_creditor, table.claim_debtor), table.claim_amount)
    return float(spectral_radius(relative_exposures(claims, table.capital))[0])
