"""Losses of borrowers, what they do to lenders, and what next month inherits from both.

Every channel has a strength between 0 and 1; at 0 what it hands on is exactly what a deal of its own has.
"""

from typing import Any

from halflife.contagion.state import (
    ASSETS_LEFT,
    AVAILABLE,
    BEFORE,
    CLAIM_LOSS,
    CROSSED,
    FAILED,
    GAP,
    IDLE,
    IS_OPEN,
    IS_WEAK,
    JUNIOR_DEBT,
    LOAN_LOSS,
    LOSS,
    MARKED,
    PAYS,
    RATIO,
    RECENT,
    SHIFT,
    TOTAL,
    Capacity,
    ContagionState,
    Distress,
)
from halflife.contagion.table import ContagionTable
from halflife.foundation.backend import both, kernel, maximum, minimum, where
from halflife.foundation.elementary import exp

NOTHING = 1e-9
"""USD below which a denominator is no debt."""


@kernel
def start(table: ContagionTable, state: ContagionState) -> None:
    """Begin with whole lenders, full draws, and rents pressed by nothing but the shock.

    References
    ----------
    Our own.
    """
    lenders, machines, facilities = state.lenders, state.capacity, state.exposures
    for i in range(lenders.shape[0]):
        for k in range(lenders.shape[-1]):
            lenders[i, PAYS, k] = 1.0
            lenders[i, RATIO, k] = 1.0
    for g in range(machines.shape[0]):
        for k in range(machines.shape[-1]):
            machines[g, MARKED, k] = 1.0
            machines[g, SHIFT, k] = 0.0 + table.shock[g]
    for f in range(facilities.shape[0]):
        for k in range(facilities.shape[-1]):
            facilities[f, AVAILABLE, k] = 1.0


@kernel
def press(table: ContagionTable, state: ContagionState, rent: Any, deviation: Any) -> None:
    """Lower the month's rents by last month's idle machines, and by the shock under study.

    Parameters
    ----------
    rent : [machine, lane], USD/h;  deviation : [machine, lane], log; both are changed

    References
    ----------
    Our own: log rent falls by elasticity x idle / installed.
    """
    if table.is_watched[0] == 1:
        machines = state.capacity
        for g in range(machines.shape[0]):
            for k in range(machines.shape[-1]):
                shift = machines[g, SHIFT, k]
                rent[g, k] = rent[g, k] * exp(0.0 - shift)
                deviation[g, k] = deviation[g, k] - shift


@kernel
def open_refinancing(table: ContagionTable, state: ContagionState, is_open: Any) -> None:
    """Say whether anybody refinances this month: an open market, and recent losses that lenders can stomach.

    Parameters
    ----------
    is_open : [lane], flag of the market room

    References
    ----------
    Our own.
    """
    system, most = state.system, table.refinancing_loss[0] * table.commitments[0]
    for k in range(system.shape[-1]):
        calm = table.refinancing[0] * system[0, RECENT, k] <= most
        system[0, IS_OPEN, k] = where(calm, 1.0 * is_open[k], 0.0)


@kernel
def recognise(table: ContagionTable, state: ContagionState, distress: Distress) -> None:
    """Recognise what each facility of a defaulted borrower stands to lose; the junior debt loses first.

    References
    ----------
    Our own: debt above what a forced sale of the collateral would bring at today's prices; once everything is sold,
    the debt that is left.
    """
    facilities, borrowers, system = state.exposures, state.links, state.system
    for b in range(borrowers.shape[0]):
        for k in range(borrowers.shape[-1]):
            gap = maximum(0.0, distress.debt[b, k] - distress.forced[b, k])
            borrowers[b, GAP, k] = where(distress.defaulted[b, k] > 0.5, gap, 0.0)
            borrowers[b, JUNIOR_DEBT, k] = 0.0
    for f in range(facilities.shape[0]):
        if table.is_junior[f] == 1:
            b = table.owner[f]
            for k in range(borrowers.shape[-1]):
                owed = distress.balance[f, k] + distress.accrued[f, k]
                borrowers[b, JUNIOR_DEBT, k] = borrowers[b, JUNIOR_DEBT, k] + owed
    for k in range(system.shape[-1]):
        system[0, BEFORE, k] = system[0, TOTAL, k]
        system[0, TOTAL, k] = 0.0
    for f in range(facilities.shape[0]):
        b, is_junior, heard = table.owner[f], 1.0 * table.is_junior[f], table.heard[f]
        for k in range(facilities.shape[-1]):
            gap, junior = borrowers[b, GAP, k], borrowers[b, JUNIOR_DEBT, k]
            senior = distress.debt[b, k] - junior
            first = minimum(gap, junior) / maximum(junior, NOTHING)
            last = maximum(0.0, gap - junior) / maximum(senior, NOTHING)
            owed = distress.balance[f, k] + distress.accrued[f, k]
            loss = owed * (is_junior * first + (1.0 - is_junior) * last)
            facilities[f, LOSS, k] = loss
            system[0, TOTAL, k] = system[0, TOTAL, k] + heard * loss
    for k in range(system.shape[-1]):
        grown = maximum(0.0, system[0, TOTAL, k] - system[0, BEFORE, k])
        system[0, RECENT, k] = system[0, RECENT, k] * table.forgetting[0] + grown


@kernel
def hit_lenders(table: ContagionTable, state: ContagionState, t: int) -> None:
    """Carry the losses to those who hold the loans, and to those who lend to them.

    A lender pays all its creditors alike out of what is left; claims on it are worth last month's share, so a
    failure travels one step a month and settles at the clearing vector.

    References
    ----------
    Eisenberg and Noe (2001), Management Science 47; Rogers and Veraart (2013) for the cost of failure.
    """
    lenders, facilities = state.lenders, state.exposures
    for i in range(lenders.shape[0]):
        for k in range(lenders.shape[-1]):
            lenders[i, LOAN_LOSS, k] = 0.0
            lenders[i, CLAIM_LOSS, k] = 0.0
    for h in range(table.holding_lender.shape[0]):
        i, f, share = table.holding_lender[h], table.holding_facility[h], table.holding_share[h]
        for k in range(lenders.shape[-1]):
            lenders[i, LOAN_LOSS, k] = lenders[i, LOAN_LOSS, k] + share * facilities[f, LOSS, k]
    for c in range(table.claim_creditor.shape[0]):
        i, j, amount = table.claim_creditor[c], table.claim_debtor[c], table.claim_amount[c] * table.interlender[0]
        for k in range(lenders.shape[-1]):
            lenders[i, CLAIM_LOSS, k] = lenders[i, CLAIM_LOSS, k] + amount * (1.0 - lenders[j, PAYS, k])
    for i in range(lenders.shape[0]):
        assets, owed, least = table.assets[i], table.assets[i] - table.capital[i], table.least_capital[i]
        kept = table.kept_in_bankruptcy[0]
        for k in range(lenders.shape[-1]):
            left = assets - lenders[i, LOAN_LOSS, k] - lenders[i, CLAIM_LOSS, k]
            fails = left < owed
            left = maximum(0.0, where(fails, kept * left, left))
            ratio = (left - owed) / maximum(left, NOTHING)
            is_new = both(fails, lenders[i, FAILED, k] < 0.5)
            lenders[i, ASSETS_LEFT, k] = left
            lenders[i, PAYS, k] = where(fails, left / maximum(owed, NOTHING), 1.0)
            lenders[i, RATIO, k] = maximum(-1.0, ratio)
            lenders[i, IS_WEAK, k] = where(ratio < least, 1.0, 0.0)
            lenders[i, FAILED, k] = where(is_new, 1.0 * t, lenders[i, FAILED, k])


@kernel
def ration(table: ContagionTable, state: ContagionState) -> None:
    """Let weak lenders fund nothing of next month's draws.

    References
    ----------
    Our own.
    """
    lenders, facilities, strength = state.lenders, state.exposures, table.funding[0]
    if strength > 0.0:
        for f in range(facilities.shape[0]):
            for k in range(facilities.shape[-1]):
                facilities[f, AVAILABLE, k] = 1.0
        for h in range(table.holding_lender.shape[0]):
            i, f, share = table.holding_lender[h], table.holding_facility[h], strength * table.holding_share[h]
            for k in range(facilities.shape[-1]):
                withdrawn = share * lenders[i, IS_WEAK, k]
                facilities[f, AVAILABLE, k] = maximum(0.0, facilities[f, AVAILABLE, k] - withdrawn)


@kernel
def idle(table: ContagionTable, state: ContagionState, capacity: Capacity) -> None:
    """Count the machines whose contract has failed, and the fall of rents that finding them work costs.

    References
    ----------
    Our own.
    """
    machines = state.capacity
    for g in range(machines.shape[0]):
        for k in range(machines.shape[-1]):
            machines[g, IDLE, k] = 0.0
    for c in range(table.contract_units.shape[0]):
        f, units = table.contract_fleet[c], table.contract_units[c]
        g = table.fleet_machine[f]
        for k in range(machines.shape[-1]):
            free = units * capacity.delivered[f, k] * (1.0 - capacity.is_live[c, k])
            machines[g, IDLE, k] = machines[g, IDLE, k] + free
    for g in range(machines.shape[0]):
        pressure = table.rents[0] * table.pressure[g]
        for k in range(machines.shape[-1]):
            machines[g, SHIFT, k] = pressure * machines[g, IDLE, k] + table.shock[g]


@kernel
def mark(table: ContagionTable, state: ContagionState, price: Any) -> None:
    """Mark everybody's machines at the price under pressure.

    Parameters
    ----------
    price : [machine, lane], what a marginal sale brings, as a share of the value without pressure

    References
    ----------
    Our own; Greenwood, Landier and Thesmar (2015) for the channel.
    """
    machines = state.capacity
    for g in range(machines.shape[0]):
        strength = table.marks[g]
        if strength > 0.0:
            for k in range(machines.shape[-1]):
                machines[g, MARKED, k] = 1.0 - strength * (1.0 - price[g, k])


@kernel
def cross(table: ContagionTable, state: ContagionState, defaulted: Any) -> None:
    """Carry defaults along the cross-default clauses; they count from next month.

    Parameters
    ----------
    defaulted : [borrower, lane], flag

    References
    ----------
    docs/glossary.md, *cross-default*.
    """
    borrowers = state.links
    if table.cross_default[0] > 0.0:
        for j in range(table.cross_from.shape[0]):
            source, target = table.cross_from[j], table.cross_to[j]
            for k in range(borrowers.shape[-1]):
                crossed = maximum(borrowers[target, CROSSED, k], defaulted[source, k])
                borrowers[target, CROSSED, k] = crossed


@kernel
def step(
    table: ContagionTable, state: ContagionState, distress: Distress, capacity: Capacity, price: Any, t: int
) -> None:
    """Close month t: what this month's troubles hand to the next.

    References
    ----------
    The functions above.
    """
    if table.is_watched[0] == 1:
        recognise(table, state, distress)
        hit_lenders(table, state, t)
        ration(table, state)
        idle(table, state, capacity)
        mark(table, state, price)
        cross(table, state, distress.defaulted)
