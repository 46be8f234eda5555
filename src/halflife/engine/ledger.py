"""What is kept of a month: weighted sums of named quantities, and histograms on fan dates."""

from typing import Any

import numba
import numpy as np

from halflife.collateral import state as value
from halflife.contagion import state as between
from halflife.counterparties import state as party
from halflife.covenants import state as covenant
from halflife.default import state as standing
from halflife.engine.plan import Plan
from halflife.engine.state import State
from halflife.foundation.abreast import add_across
from halflife.foundation.axes import Floats, Ints
from halflife.foundation.backend import LANES, kernel
from halflife.foundation.elementary import exp
from halflife.liquidation import state as sale
from halflife.market import state as market
from halflife.operations import state as business
from halflife.results.record import Axis
from halflife.treasury import state as purse
from halflife.waterfall import state as debt
from halflife.waterfall.table import JUNIOR

BUSINESS = (business.REVENUE, business.CONTRACTED, business.OPEX, business.CFADS, business.SPENT)
POOL = (
    debt.EQUITY,
    debt.DISTRIBUTED,
    debt.SUPPORT,
    debt.DEBT,
    debt.LIQUIDITY,
    debt.SHORTFALL,
    debt.SERVICE,
    debt.PROCEEDS,
)
WORTH = (value.PAPER, value.APPRAISED, value.ORDERLY, value.FORCED)
LENDER = (between.LOAN_LOSS, between.CLAIM_LOSS, between.RATIO, between.IS_WEAK)
FACILITY = (
    debt.BALANCE,
    debt.DRAW,
    debt.PAID_INTEREST,
    debt.PAID_PRINCIPAL,
    debt.PAID_FEES,
    debt.REFINANCED,
    debt.RETURNED,
    debt.SETTLED,
    debt.BACKED,
)
COIN_LOAN = (purse.PLEDGED, purse.LTV, purse.REPAID)
PURSE = (purse.NEED, purse.KEPT, purse.ISSUED, purse.SHARE_PRICE, purse.CONVERTED)
ECONOMY = (market.RATE, market.IS_OPEN, market.REGIME, market.POWER)

QUANTITIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("borrower", ("revenue", "contracted", "opex", "cfads", "capex")),
    ("borrower", ("equity", "distributed", "support", "debt", "liquidity", "shortfall", "service", "proceeds")),
    ("borrower", ("paper", "appraised", "orderly", "forced")),
    ("borrower", ("defaulted",)),
    (
        "facility",
        ("balance", "draw", "interest", "principal", "fees", "refinanced", "returned", "settled", "backed"),
    ),
    ("step", ("paid",)),
    ("party", ("alive",)),
    ("machine", ("rent",)),
    ("machine", ("mark", "taken")),
    ("machine", ("idle",)),
    ("economy", ("short_rate", "market_open", "shortage", "power_price")),
    ("economy", ("recognised_loss", "refinancing_open")),
    ("lender", ("loan_loss", "claim_loss", "capital_ratio", "weak")),
    ("coin", ("price",)),
    ("network", ("hashprice",)),
    ("holding", ("coins_free", "coins_sold", "coins_raised")),
    ("coin_loan", ("coins_pledged", "coin_ltv", "coin_repaid")),
    ("treasury", ("cash_need", "mined_kept", "issued", "share_price", "converted")),
)
"""Quantity names in the order of the rows `record` writes: entity outside, quantity inside."""

FAN_QUANTITIES = ("dscr", "ltv_paper", "ltv_orderly", "ltv_realisable", "collateral", "llcr")
"""By borrower; then the rent of every machine over its month-0 rent."""
BINS = 256
TOP = {
    "dscr": 4.0,
    "ltv_paper": 2.0,
    "ltv_orderly": 3.0,
    "ltv_realisable": 4.0,
    "collateral": 2.0,
    "llcr": 4.0,
    "rent": 4.0,
}
"""Lower edge of the open last bin of each histogram."""
MOST_WITH_FANS = 64
"""Borrowers of the largest system that gets histograms: each borrower has a megabyte of them."""
EVERY = 3
"""Months between fan dates."""


def edges(quantity: str) -> Floats:
    """Return the bin edges of a fan quantity: ``BINS`` lower edges, and the top once more."""
    lower = np.linspace(0.0, TOP[quantity], BINS)
    return np.append(lower, TOP[quantity])


def series_of(axis: Axis) -> dict[tuple[str, str], int]:
    """Return the row of every recorded quantity of every entity, as `record` writes them."""
    names = {
        "borrower": axis.borrowers,
        "facility": axis.facilities,
        "step": axis.steps,
        "party": axis.parties,
        "machine": axis.machines,
        "economy": ("economy",),
        "lender": axis.lenders,
        "coin": axis.coins,
        "network": axis.networks,
        "holding": axis.holdings,
        "coin_loan": axis.coin_loans,
        "treasury": axis.treasuries,
    }
    rows: dict[tuple[str, str], int] = {}
    for kind, quantities in QUANTITIES:
        for entity in names[kind]:
            for quantity in quantities:
                rows[quantity, entity] = len(rows)
    return rows


def fans_of(axis: Axis) -> dict[tuple[str, str], int]:
    """Return the row of every histogram, as `record_fans` writes them; none for systems of many borrowers."""
    if len(axis.borrowers) > MOST_WITH_FANS:
        return {}
    rows: dict[tuple[str, str], int] = {}
    for entity in axis.borrowers:
        for quantity in FAN_QUANTITIES:
            rows[quantity, entity] = len(rows)
    for machine in axis.machines:
        rows["rent", machine] = len(rows)
    return rows


def fan_months(last: int) -> Ints:
    """Return the fan dates: every third month up to the last maturity."""
    return np.arange(EVERY, last + 1, EVERY, dtype=np.int64)


@kernel
def add_row(sums: Any, row: int, t: int, values: Any, weights: Any) -> int:
    """Add the weighted sum of a block's values: one running sum by lane of a vector, joined in a fixed order."""
    total = 0.0 * weights[0]
    for k in range(weights.shape[-1]):
        total = total + values[k] * weights[k]
    sums[row, t] = sums[row, t] + add_across(total)
    return row + 1


@kernel
def add_all(sums: Any, row: int, t: int, array: Any, fields: Any, weights: Any) -> int:
    """Add the fields of every entity of a state array, entity outside, field inside."""
    for entity in range(array.shape[0]):
        for field in fields:
            row = add_row(sums, row, t, array[entity, field], weights)
    return row


@kernel
def record(state: State, sums: Any, t: int, weights: Any) -> None:
    """Add month t of a block to the sums, row by row in the order of `QUANTITIES`."""
    row = add_all(sums, 0, t, state.operations.businesses, BUSINESS, weights)
    row = add_all(sums, row, t, state.waterfall.pools, POOL, weights)
    row = add_all(sums, row, t, state.collateral.values, WORTH, weights)
    row = add_all(sums, row, t, state.default.standing, (standing.DEFAULTED,), weights)
    row = add_all(sums, row, t, state.waterfall.facilities, FACILITY, weights)
    row = add_all(sums, row, t, state.waterfall.flows, (debt.FLOW,), weights)
    row = add_all(sums, row, t, state.counterparties.parties, (party.ALIVE,), weights)
    row = add_all(sums, row, t, state.market.machines, (market.RENT,), weights)
    row = add_all(sums, row, t, state.liquidation.markets, (sale.MARK, sale.TAKEN), weights)
    row = add_all(sums, row, t, state.contagion.capacity, (between.IDLE,), weights)
    row = add_all(sums, row, t, state.market.economy, ECONOMY, weights)
    row = add_all(sums, row, t, state.contagion.system, (between.TOTAL, between.IS_OPEN), weights)
    row = add_all(sums, row, t, state.contagion.lenders, LENDER, weights)
    row = add_all(sums, row, t, state.market.coins, (market.PRICE,), weights)
    row = add_all(sums, row, t, state.market.network, (market.HASHPRICE,), weights)
    row = add_all(sums, row, t, state.treasury.holdings, (purse.FREE, purse.SOLD, purse.RAISED), weights)
    row = add_all(sums, row, t, state.treasury.loans, COIN_LOAN, weights)
    add_all(sums, row, t, state.treasury.purses, PURSE, weights)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def drop_in(bins: Any, above: Any, below: Any, scale: float, weights: Any, alive: Any) -> None:
    """Put ``above / below`` of every live lane into its bin; a zero denominator goes to the open end."""
    for k in range(LANES):
        if alive[k] > 0.0 and weights[k] > 0.0:
            x = above[k] / below[k] if below[k] > 0.0 else np.inf
            position = x * scale
            bins[min(BINS - 1, max(0, int(min(position, BINS - 1.0))))] += weights[k]


@numba.njit(cache=True, error_model="numpy", nogil=True)
def add_senior(plan: Plan, state: State, b: int, senior: Any) -> None:
    """Write the senior debt of borrower b with its accrued interest; all of its debt where none is senior."""
    facilities, counted = state.waterfall.facilities, 0
    for f in range(plan.waterfall.commitment.shape[0]):
        if plan.waterfall.facility_borrower[f] == b and plan.waterfall.kind[f] != JUNIOR:
            counted += 1
    senior[:] = 0.0
    for f in range(plan.waterfall.commitment.shape[0]):
        if plan.waterfall.facility_borrower[f] == b and (plan.waterfall.kind[f] != JUNIOR or counted == 0):
            for k in range(LANES):
                senior[k] += facilities[f, debt.BALANCE, k] + facilities[f, debt.ACCRUED, k]


@numba.njit(cache=True, error_model="numpy", nogil=True)
def record_fans(plan: Plan, state: State, fans: Any, date: int, tops: Any, weights: Any) -> None:
    """Add a block's ratios on a fan date to the histograms: debt outstanding and no default."""
    pools, values, triggers = state.waterfall.pools, state.collateral.values, state.covenants.triggers
    live, one, total = np.empty(LANES), np.ones(LANES), np.empty(LANES)
    senior = np.empty(LANES)
    row = 0
    for b in range(pools.shape[0]):
        commitment = 0.0
        for f in range(plan.waterfall.commitment.shape[0]):
            if plan.waterfall.facility_borrower[f] == b:
                commitment += plan.waterfall.commitment[f]
        for k in range(LANES):
            owes = pools[b, debt.DEBT, k] > 1.0 and state.default.standing[b, standing.DEFAULTED, k] < 0.5
            live[k] = 1.0 if owes else 0.0
            total[k] = commitment
        tested = np.where(triggers[b, covenant.DSCR_VALUE] < covenant.UNTESTED, live, 0.0)
        owed = pools[b, debt.DEBT]
        drop_in(fans[row, date], triggers[b, covenant.DSCR_VALUE], one, (BINS - 1) / tops[0], weights, tested)
        drop_in(fans[row + 1, date], owed, values[b, value.PAPER], (BINS - 1) / tops[1], weights, live)
        drop_in(fans[row + 2, date], owed, values[b, value.ORDERLY], (BINS - 1) / tops[2], weights, live)
        drop_in(fans[row + 3, date], owed, values[b, value.FORCED], (BINS - 1) / tops[3], weights, live)
        drop_in(fans[row + 4, date], values[b, value.ORDERLY], total, (BINS - 1) / tops[4], weights, one)
        add_senior(plan, state, b, senior)
        for k in range(LANES):
            tested[k] = live[k] if senior[k] > 1.0 else 0.0
        life = state.operations.businesses[b, business.LIFE]
        drop_in(fans[row + 5, date], life, senior, (BINS - 1) / tops[5], weights, tested)
        row += 6
    for g in range(state.market.machines.shape[0]):
        level = exp(plan.market.rental[g] + plan.market.deviation_start[g])
        first = np.full(LANES, level)
        drop_in(fans[row, date], state.market.machines[g, market.RENT], first, (BINS - 1) / tops[6], weights, one)
        row += 1
