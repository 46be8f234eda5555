"""Expected CFADS to the last senior maturity, given where a path stands; `tabulate` has added up what is to come."""

from __future__ import annotations

from typing import Any

from halflife.foundation.backend import kernel, maximum, minimum, take, to_index, where
from halflife.operations.state import (
    CLOCK,
    COST,
    DOWNTIME,
    FILLED,
    HELD,
    IS_LIVE,
    LIFE,
    REPRICED,
    OperationsState,
    Prices,
)
from halflife.operations.table import SPOT, LifeTable, OperationsTable


@kernel
def look_ahead(
    life: LifeTable, table: OperationsTable, state: OperationsState, alive: Any, prices: Prices, t: int
) -> None:
    """Write every borrower's expected CFADS to its last senior maturity, discounted to month t.

    Parameters
    ----------
    life : LifeTable
    alive : [party, lane], flag
    prices : Prices of month t

    Notes
    -----
    ``LIFE = contracts alive (remaining schedule x repricing, power at the path's price)
    + free machines (the path's own rent along the trend, less power; never below nothing)
    - upkeep - fixed cost``, all after the operator's fee.

    Approximations: nobody else fails, nothing else is repriced, no successor takes more rent than it has taken, power
    stays at today's price; free machines are switched off, and leave the market for a vendor, on the best of three
    fixed plans (see `LifeTable`), so a value between them is not reached; what is left of an operator's downtime is
    not deducted; a delayed fleet is read on its own undelayed calendar. In the base case all of it is exact.

    References
    ----------
    docs/glossary.md, *llcr_fan*; Yescombe (2013), section 12.3.
    """
    fleets, businesses, months = state.fleets, state.businesses, life.back.shape[1]
    back, back_rent = life.back.ravel(), life.back_rent.ravel()
    for b in range(businesses.shape[0]):
        fixed = life.fixed[b, t] * life.back[b, t]
        for k in range(businesses.shape[-1]):
            businesses[b, LIFE, k] = -fixed + 0.0 * businesses[b, COST, k]
    care = life.care.ravel()
    for f in range(table.units.shape[0]):
        b = table.fleet_borrower[f]
        for k in range(fleets.shape[-1]):
            u = to_index(fleets[f, CLOCK, k])
            upkeep = take(care, f * months + u) * take(back, b * months + u)
            there = fleets[f, HELD, k] * fleets[f, FILLED, k]
            businesses[b, LIFE, k] = businesses[b, LIFE, k] - upkeep * there * (1.0 + businesses[b, COST, k])
    for c in range(table.contract_units.shape[0]):
        if table.contract_units[c] > 0.0 and table.kind[c] != SPOT:
            add_contract(life, table, state, c, prices, back)
        if table.contract_units[c] > 0.0:
            add_free(life, table, state, c, alive, prices, back, back_rent, t)


@kernel
def add_contract(
    life: LifeTable,
    table: OperationsTable,
    state: OperationsState,
    c: int,
    prices: Prices,
    back: Any,
) -> None:
    """Add what is left of contract c's schedule while it lives.

    References
    ----------
    `look_ahead`.
    """
    fleets, contracts, businesses, months = state.fleets, state.contracts, state.businesses, life.back.shape[1]
    b, f, hedged = table.contract_borrower[c], table.contract_fleet[c], table.pass_through[table.contract_borrower[c]]
    firm, firm_power, first_power = life.firm.ravel(), life.firm_power.ravel(), prices.first_power
    for k in range(contracts.shape[-1]):
        u = to_index(fleets[f, CLOCK, k])
        power = hedged * first_power + (1.0 - hedged) * prices.power[k]
        cash = take(firm, c * months + u) * contracts[c, REPRICED, k] - take(firm_power, c * months + u) * power
        there = contracts[c, IS_LIVE, k] * fleets[f, HELD, k] * fleets[f, FILLED, k]
        businesses[b, LIFE, k] = businesses[b, LIFE, k] + there * take(back, b * months + u) * cash


@kernel
def add_free(
    life: LifeTable,
    table: OperationsTable,
    state: OperationsState,
    c: int,
    alive: Any,
    prices: Prices,
    back: Any,
    back_rent: Any,
    t: int,
) -> None:
    """Add what the machines of contract row c bring without a customer: market, or vendor while it lives.

    References
    ----------
    `look_ahead`.
    """
    fleets, contracts, businesses, months = state.fleets, state.contracts, state.businesses, life.back.shape[1]
    b, f, g = table.contract_borrower[c], table.contract_fleet[c], table.fleet_machine[table.contract_fleet[c]]
    vendor, share = table.vendor[c], table.vendor_share[c] if t < table.vendor_until[c] else 0.0
    open_rent, open_power = life.open_rent.ravel(), life.open_power.ravel()
    mixed_rent, mixed_power, mixed_paid = life.mixed_rent.ravel(), life.mixed_power.ravel(), life.mixed_paid.ravel()
    first_rent, first_power, first_paid = life.vendor_rent.ravel(), life.vendor_power.ravel(), life.vendor_paid.ravel()
    for k in range(contracts.shape[-1]):
        u = to_index(fleets[f, CLOCK, k])
        live = contracts[c, IS_LIVE, k] > 0.5
        row = where(live, 2.0 * c, 2.0 * c + 1.0) * months
        later = fleets[f, CLOCK, k] + where(live, 0.0, maximum(0.0, contracts[c, DOWNTIME, k] - 1.0))
        cell = to_index(row + minimum(later, months - 1.0))
        today, rent = take(back, b * months + u), prices.rent[g, k] * take(back_rent, f * months + u)
        power = prices.power[k] * today
        there = fleets[f, HELD, k] * fleets[f, FILLED, k]
        value = maximum(0.0, rent * take(open_rent, cell) - power * take(open_power, cell))
        if vendor >= 0:
            now = to_index(row + fleets[f, CLOCK, k])
            mixed = rent * take(mixed_rent, cell) - power * take(mixed_power, cell)
            mixed = mixed + today * take(mixed_paid, cell)
            first = rent * take(first_rent, now) - power * take(first_power, now)
            first = first + today * take(first_paid, now)
            more = maximum(value, maximum(mixed, first)) - value
            value = value + where(alive[vendor, k] > 0.5, share, 0.0) * more
        businesses[b, LIFE, k] = businesses[b, LIFE, k] + there * value
