"""Deliveries, contracts, re-leasing, running cost: from prices and survival to CFADS."""

from typing import Any

import numpy as np

from halflife.foundation.backend import (
    both,
    either,
    floor,
    kernel,
    maximum,
    minimum,
    take,
    to_index,
    to_word,
    where,
)
from halflife.foundation.elementary import exp
from halflife.foundation.streams import normal, uniforms
from halflife.operations.state import (
    AGE,
    AHEAD,
    BACKED,
    BARGAINS,
    BOOK,
    CAPEX,
    CFADS,
    CLOCK,
    CONTRACTED,
    COST,
    DELAY,
    DOWNTIME,
    DUE_SHARE,
    EXPECTED,
    FILLED,
    HELD,
    IDLE,
    IN_TERM,
    IS_LIVE,
    LEANING,
    LOST_CUSTOMER,
    MINED,
    OPERATOR,
    OPEX,
    RELEASED,
    REMAINING,
    RENTED,
    REPRICED,
    REVENUE,
    SHARE,
    SPENT,
    TRAP_LEFT,
    OperationsState,
    Prices,
)
from halflife.operations.table import SPOT, OperationsTable

MONTH_0 = np.uint64(0)
HOURS = 730.0
"""Hours in a month."""


@kernel
def start(table: OperationsTable, state: OperationsState, paths: Any, seed: Any) -> None:
    """Put fleets and contracts at the valuation date; draw delivery delays and bargaining customers.

    References
    ----------
    Our own.
    """
    fleets, contracts, businesses = state.fleets, state.contracts, state.businesses
    for f in range(table.units.shape[0]):
        mean, deviation, stream, share = (
            table.delay[f],
            table.delay_deviation[f],
            to_word(table.fleet_stream[f]),
            table.delivered[f, 0],
        )
        for k in range(fleets.shape[-1]):
            z = normal(paths[k], MONTH_0, stream, seed[0], seed[1])
            fleets[f, DELAY, k] = maximum(0.0, floor(mean + deviation * z + 0.5))
            fleets[f, SHARE, k] = share
            fleets[f, CLOCK, k] = 0.0
            fleets[f, HELD, k] = 1.0
    for c in range(table.contract_units.shape[0]):
        chance, stream, ahead = table.renegotiate_chance[c], to_word(table.contract_stream[c]), table.remaining[c, 0]
        for k in range(contracts.shape[-1]):
            u, _ = uniforms(paths[k], MONTH_0, stream, seed[0], seed[1])
            contracts[c, IS_LIVE, k] = 1.0
            contracts[c, AHEAD, k] = ahead
            contracts[c, REPRICED, k] = 1.0
            contracts[c, BARGAINS, k] = where(u < chance, 1.0, 0.0)
    for b in range(table.pue.shape[0]):
        for k in range(businesses.shape[-1]):
            businesses[b, COST, k] = 0.0


@kernel
def look_up(schedule: Any, first: int, clock: Any, found: Any) -> None:
    """Read a row of a schedule at each lane's own month; look-ups stay apart from arithmetic, which vectorises.

    Parameters
    ----------
    schedule : [entity, month];  first : flat position of the entity's row
    clock : [lane], months;  found : [lane], written

    References
    ----------
    Our own.
    """
    flat = schedule.ravel()
    for k in range(found.shape[-1]):
        found[k] = take(flat, first + to_index(clock[k]))


@kernel
def deliver(table: OperationsTable, state: OperationsState, f: int, stopped: Any, t: int) -> None:
    """Take delivery of the month's machines, unless purchases are stopped; what a stop held back comes when it ends.

    The fleet's clock runs on the undelayed schedule and starts after the delay; machines in service age, and their
    contracts run, whatever happens to purchases.

    References
    ----------
    Our own.
    """
    fleets, businesses, b = state.fleets, state.businesses, table.fleet_borrower[f]
    first, price = f * table.delivered.shape[1], table.units[f] * table.cost[f]
    for k in range(fleets.shape[-1]):
        fleets[f, CLOCK, k] = fleets[f, CLOCK, k] + where(t > fleets[f, DELAY, k], 1.0, 0.0)
    look_up(table.delivered, first, fleets[f, CLOCK], fleets[f, DUE_SHARE])
    look_up(table.age, first, fleets[f, CLOCK], fleets[f, AGE])
    look_up(table.book, first, fleets[f, CLOCK], fleets[f, BOOK])
    for k in range(fleets.shape[-1]):
        due = fleets[f, DUE_SHARE, k]
        share = where(stopped[b, k] > 0.5, fleets[f, SHARE, k], due)
        filled = where(due > 0.0, share / where(due > 0.0, due, 1.0), 1.0)
        capex = price * (share - fleets[f, SHARE, k])
        fleets[f, SHARE, k] = share
        fleets[f, FILLED, k] = filled
        fleets[f, BOOK, k] = filled * fleets[f, BOOK, k]
        fleets[f, CAPEX, k] = capex
        businesses[b, SPENT, k] = businesses[b, SPENT, k] + capex


@kernel
def watch_operator(table: OperationsTable, state: OperationsState, b: int, alive: Any, paths: Any, seed: Any) -> None:
    """Replace a failed operator, or lose the business: downtime, dearer upkeep and a cash trap.

    References
    ----------
    Our own: the operator's failure is never by itself a default of the ring-fenced borrower.
    """
    businesses, operator, stream = state.businesses, table.operator[b], to_word(table.operator_stream[b])
    downtime, chance = table.operator_downtime[b], table.operator_replaced[b]
    dearer, trap = table.operator_cost[b], table.operator_trap[b]
    for k in range(businesses.shape[-1]):
        u, _ = uniforms(paths[k], MONTH_0, stream, seed[0], seed[1])
        fails = both(businesses[b, OPERATOR, k] < 0.5, alive[operator, k] < 0.5)
        businesses[b, OPERATOR, k] = where(fails, where(u < chance, 1.0, 2.0), businesses[b, OPERATOR, k])
        businesses[b, IDLE, k] = where(fails, downtime, maximum(0.0, businesses[b, IDLE, k] - 1.0))
        businesses[b, COST, k] = where(fails, dearer, businesses[b, COST, k])
        businesses[b, TRAP_LEFT, k] = where(fails, trap, maximum(0.0, businesses[b, TRAP_LEFT, k] - 1.0))


@kernel
def watch_contract(table: OperationsTable, state: OperationsState, c: int, alive: Any, defaulted: Any) -> None:
    """End a contract whose customer, operator or borrower has failed; its machines go into downtime.

    References
    ----------
    Our own.
    """
    contracts, businesses = state.contracts, state.businesses
    b, offtaker, terminates = table.contract_borrower[c], table.offtaker[c], table.terminates[c] == 1
    downtime = table.release_downtime[b]
    for k in range(contracts.shape[-1]):
        customer_lives = alive[offtaker, k] > 0.5
        ends = either(businesses[b, OPERATOR, k] > 1.5, both(terminates, defaulted[b, k] > 0.5))
        runs = both(contracts[c, IS_LIVE, k] > 0.5, contracts[c, AHEAD, k] > 0.0)
        breaks = both(runs, either(ends, alive[offtaker, k] < 0.5))
        left = maximum(0.0, contracts[c, DOWNTIME, k] - 1.0)
        contracts[c, DOWNTIME, k] = where(breaks, downtime, left)
        contracts[c, IS_LIVE, k] = where(breaks, 0.0, contracts[c, IS_LIVE, k])
        businesses[b, LOST_CUSTOMER, k] = where(
            either(customer_lives, contracts[c, AHEAD, k] <= 0.0), businesses[b, LOST_CUSTOMER, k], 1.0
        )


@kernel
def ask_vendor(table: OperationsTable, state: OperationsState, c: int, alive: Any, prices: Prices, t: int) -> None:
    """Rent the machines of one contract row that have no customer to the vendor, while it lives and pays more.

    The vendor takes its share of the machines that wait in downtime, and of those released where its price leaves
    more after power than the market does; it pays for every working hour, and the borrower for the power.

    References
    ----------
    docs/glossary.md, *backstop*.
    """
    fleets, contracts, businesses = state.fleets, state.contracts, state.businesses
    b, f, units, vendor = table.contract_borrower[c], table.contract_fleet[c], table.contract_units[c], table.vendor[c]
    first, clock = c * table.in_term.shape[1], fleets[table.contract_fleet[c], CLOCK]
    look_up(table.in_term, first, clock, contracts[c, IN_TERM])
    look_up(table.released, first, clock, contracts[c, RELEASED])
    price, decay, open_use = table.vendor_price[c], table.decay[f], table.release_use[b]
    share, kwh = table.vendor_share[c] if t <= table.vendor_until[c] else 0.0, HOURS * table.power[f] * table.pue[b]
    rent, power, machine = prices.rent, prices.power, table.fleet_machine[f]
    for k in range(contracts.shape[-1]):
        live, filled = contracts[c, IS_LIVE, k] > 0.5, fleets[f, FILLED, k]
        idle = maximum(0.0, fleets[f, DUE_SHARE, k] - contracts[c, IN_TERM, k] - contracts[c, RELEASED, k])
        in_downtime = contracts[c, DOWNTIME, k] > 0.0
        waits = where(live, filled * idle, where(in_downtime, fleets[f, SHARE, k], 0.0))
        loose = where(live, filled * contracts[c, RELEASED, k], where(in_downtime, 0.0, fleets[f, SHARE, k]))
        output = exp(-decay * fleets[f, AGE, k])
        market = (
            HOURS * open_use * output * (prices.realisation[machine] * rent[machine, k]) - kwh * open_use * power[k]
        )
        paid = HOURS * output * price
        margin = paid - kwh * power[k]
        runs = where(both(alive[vendor, k] > 0.5, businesses[b, IDLE, k] <= 0.0), share, 0.0)
        leaning = where(margin > maximum(0.0, market), runs, 0.0)
        rented = units * fleets[f, HELD, k] * (leaning * loose + where(margin > 0.0, runs, 0.0) * waits)
        contracts[c, LEANING, k] = leaning
        contracts[c, RENTED, k] = rented
        businesses[b, BACKED, k] = businesses[b, BACKED, k] + rented * paid
        businesses[b, REVENUE, k] = businesses[b, REVENUE, k] + rented * paid
        businesses[b, OPEX, k] = businesses[b, OPEX, k] + rented * kwh * power[k]


@kernel
def give_back(state: OperationsState, f: int, defaulted: Any) -> None:
    """Send the machines of leased fleet f home; after acceleration the lenders keep and sell them.

    Parameters
    ----------
    defaulted : [lane], flag of acceleration

    References
    ----------
    docs/glossary.md, *residual guarantee*.
    """
    fleets = state.fleets
    for k in range(fleets.shape[-1]):
        fleets[f, HELD, k] = where(defaulted[k] > 0.5, fleets[f, HELD, k], 0.0)


@kernel
def earn(table: OperationsTable, state: OperationsState, c: int, prices: Prices, t: int) -> None:
    """Earn one contract row's revenue and bear its power bill: in term, or released to the open market.

    Machines under contract bill the contract price; released ones earn the realised market rent while it
    covers their power, and stand idle otherwise. Those that a vendor rents are not counted here.

    References
    ----------
    Our own; `ask_vendor`.
    """
    fleets, contracts, businesses = state.fleets, state.contracts, state.businesses
    b, f, units = table.contract_borrower[c], table.contract_fleet[c], table.contract_units[c]
    first, clock = c * table.in_term.shape[1], fleets[table.contract_fleet[c], CLOCK]
    look_up(table.in_term, first, clock, contracts[c, IN_TERM])
    look_up(table.released, first, clock, contracts[c, RELEASED])
    look_up(table.remaining, first, clock, contracts[c, AHEAD])
    price, committed, use = table.price[c, t], table.committed[c], table.use[c]
    cash_share, decay, open_use = table.cash_share[c], table.decay[f], table.release_use[b]
    below, upto, least = table.renegotiate_below[c], table.renegotiate_to[c], table.renegotiate_floor[c]
    kwh, hedged = HOURS * table.power[f] * table.pue[b], table.pass_through[b]
    paid_hours = HOURS * (committed + (1.0 - committed) * use)
    promise = 0.0 if table.kind[c] == SPOT else units * price * cash_share * paid_hours
    rent, power, machine = prices.rent, prices.power, table.fleet_machine[f]
    if table.mines[c] == 1:
        for k in range(contracts.shape[-1]):
            businesses[b, MINED, k] = businesses[b, MINED, k] - businesses[b, REVENUE, k] + businesses[b, CONTRACTED, k]
    realisation, first_power = prices.realisation[machine], prices.first_power
    for k in range(contracts.shape[-1]):
        market = realisation * rent[machine, k]
        runs = where(businesses[b, IDLE, k] > 0.0, 0.0, 1.0)
        live, held, filled = contracts[c, IS_LIVE, k], fleets[f, HELD, k], fleets[f, FILLED, k]
        threatens = both(contracts[c, BARGAINS, k] > 0.5, market < below * price * contracts[c, REPRICED, k])
        offered = maximum(least, market / maximum(upto * price, 1e-9))
        repriced = where(threatens, minimum(contracts[c, REPRICED, k], offered), contracts[c, REPRICED, k])
        under = units * held * filled * contracts[c, IN_TERM, k] * live
        broken = where(contracts[c, DOWNTIME, k] > 0.0, 0.0, fleets[f, SHARE, k])
        loose = units * held * where(live > 0.5, filled * contracts[c, RELEASED, k], broken)
        output = exp(-decay * fleets[f, AGE, k])
        power_price = hedged * first_power + (1.0 - hedged) * power[k]
        margin = HOURS * open_use * output * market - kwh * open_use * power[k]
        works = where(margin > 0.0, runs, 0.0) * (loose * (1.0 - contracts[c, LEANING, k]))
        billed = under * price * repriced * cash_share * paid_hours
        contracts[c, REPRICED, k] = repriced
        businesses[b, CONTRACTED, k] = businesses[b, CONTRACTED, k] + billed * runs
        businesses[b, EXPECTED, k] = businesses[b, EXPECTED, k] + promise * filled * contracts[c, IN_TERM, k]
        businesses[b, REVENUE, k] = (
            businesses[b, REVENUE, k] + billed * runs + works * HOURS * open_use * output * market
        )
        bill = under * runs * kwh * use * power_price + works * kwh * open_use * power[k]
        businesses[b, OPEX, k] = businesses[b, OPEX, k] + bill
        businesses[b, REMAINING, k] = (
            businesses[b, REMAINING, k] + contracts[c, AHEAD, k] * live * repriced * held * filled
        )
    if table.mines[c] == 1:
        for k in range(contracts.shape[-1]):
            businesses[b, MINED, k] = businesses[b, MINED, k] + (
                businesses[b, REVENUE, k] - businesses[b, CONTRACTED, k]
            )


@kernel
def open_month(state: OperationsState) -> None:
    """Clear the month's flows before they are added up.

    References
    ----------
    Our own.
    """
    businesses = state.businesses
    for b in range(businesses.shape[0]):
        for k in range(businesses.shape[-1]):
            businesses[b, REVENUE, k] = 0.0
            businesses[b, CONTRACTED, k] = 0.0
            businesses[b, EXPECTED, k] = 0.0
            businesses[b, OPEX, k] = 0.0
            businesses[b, SPENT, k] = 0.0
            businesses[b, BACKED, k] = 0.0
            businesses[b, REMAINING, k] = 0.0
            businesses[b, MINED, k] = 0.0


@kernel
def close_month(table: OperationsTable, state: OperationsState) -> None:
    """Add upkeep, overhead and fixed cost; CFADS is revenue less operating cost.

    References
    ----------
    docs/glossary.md, *cfads*.
    """
    fleets, businesses = state.fleets, state.businesses
    for f in range(table.units.shape[0]):
        b, units, upkeep = table.fleet_borrower[f], table.units[f], table.upkeep[table.fleet_borrower[f]]
        for k in range(fleets.shape[-1]):
            machines = units * fleets[f, SHARE, k] * fleets[f, HELD, k]
            businesses[b, OPEX, k] = businesses[b, OPEX, k] + machines * upkeep * (1.0 + businesses[b, COST, k])
    for b in range(businesses.shape[0]):
        fixed, overhead = table.fixed[b], table.overhead[b]
        for k in range(businesses.shape[-1]):
            opex = businesses[b, OPEX, k] + fixed + overhead * businesses[b, REVENUE, k]
            businesses[b, OPEX, k] = opex
            businesses[b, CFADS, k] = businesses[b, REVENUE, k] - opex


@kernel
def step(
    table: OperationsTable,
    state: OperationsState,
    alive: Any,
    defaulted: Any,
    prices: Prices,
    paths: Any,
    seed: Any,
    t: int,
) -> None:
    """Run all businesses through month t (deliveries have been made).

    Parameters
    ----------
    alive : [party, lane], flag
    defaulted : [borrower, lane], flag of acceleration
    prices : Prices

    References
    ----------
    The functions above.
    """
    for b in range(state.businesses.shape[0]):
        if table.operator[b] >= 0:
            watch_operator(table, state, b, alive, paths, seed)
    for c in range(table.contract_units.shape[0]):
        if table.offtaker[c] >= 0:
            watch_contract(table, state, c, alive, defaulted)
        if table.vendor[c] >= 0:
            ask_vendor(table, state, c, alive, prices, t)
        earn(table, state, c, prices, t)
    close_month(table, state)
