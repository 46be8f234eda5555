"""The compiled walk over a chunk of paths, block by block."""

from typing import Any, NamedTuple

import numba
import numpy as np

from halflife.contagion import state as between
from halflife.counterparties import state as party
from halflife.covenants import state as covenant
from halflife.default import state as standing
from halflife.engine import state as outcome
from halflife.engine.ledger import EVERY, record, record_fans
from halflife.engine.loop import finish, start, step
from halflife.engine.plan import Plan
from halflife.engine.state import State, new_state
from halflife.foundation.abreast import abreast, borrow
from halflife.foundation.axes import Floats
from halflife.foundation.backend import LANES, both, either, empty_state, kernel, where
from halflife.foundation.lanes import WIDTH
from halflife.liquidation import state as sale
from halflife.waterfall import state as debt


class Columns(NamedTuple):
    """Outcomes by path: ``[entity, path]`` while a run is made, so that a block writes runs of memory."""

    weight: Floats
    default_month: Floats
    cause: Floats
    least_dscr: Floats
    first_shortfall: Floats
    equity_in: Floats
    equity_out: Floats
    support: Floats
    ead: Floats
    loss: Floats
    pv_loss: Floats
    annuity: Floats
    repaid: Floats
    repaid_time: Floats
    first_breach: Floats
    party_failed: Floats
    lender_failed: Floats
    backstop_spent: Floats
    backstop_cost: Floats


def new_columns(plan: Plan, paths: int) -> Columns:
    """Make room for the outcomes of `paths` paths."""
    borrowers, facilities = plan.default.grace.shape[0], plan.waterfall.commitment.shape[0]
    covenants, parties = plan.covenants.test.shape[0], plan.counterparties.hazard.shape[0]
    lenders = plan.contagion.capital.shape[0]
    shapes = (1, *(borrowers,) * 7, *(facilities,) * 6, covenants, parties, lenders, 1, 1)
    return Columns(*(np.zeros((entities, paths)) for entities in shapes))


COLUMN_BYTES = 8
"""Bytes of one outcome of one path."""


@numba.njit(cache=True, error_model="numpy", nogil=True)
def copy_out(source: Any, field: int, column: Any, places: Any) -> None:
    """Copy one field of every entity of a block into its column, every lane to its place."""
    for entity in range(source.shape[0]):
        for k in range(places.shape[0]):
            if places[k] >= 0:
                column[entity, places[k]] = source[entity, field, k]


@numba.njit(cache=True, error_model="numpy", nogil=True)
def forget_after(column: Any, last: int, at: int, count: int) -> None:
    """Forget months after `last`: how long a block is walked depends on its other paths."""
    for entity in range(column.shape[0]):
        for k in range(at, at + count):
            if column[entity, k] > last:
                column[entity, k] = 0.0


@numba.njit(cache=True, error_model="numpy", nogil=True)
def keep(state: State, columns: Columns, places: Any, at: int, count: int, last_maturity: int) -> None:
    """Write a finished block's outcomes into the columns, every lane to its place; `count` places from `at` on."""
    standings, claims, equity = state.default.standing, state.outcome.claims, state.outcome.equity
    copy_out(state.counterparties.weights, party.WEIGHT, columns.weight, places)
    copy_out(standings, standing.MONTH, columns.default_month, places)
    copy_out(standings, standing.CAUSE, columns.cause, places)
    copy_out(state.covenants.triggers, covenant.LEAST_DSCR, columns.least_dscr, places)
    copy_out(state.waterfall.pools, debt.FIRST_SHORT, columns.first_shortfall, places)
    copy_out(equity, outcome.PV_IN, columns.equity_in, places)
    copy_out(equity, outcome.PV_OUT, columns.equity_out, places)
    copy_out(equity, outcome.PV_SUPPORT, columns.support, places)
    copy_out(claims, outcome.EAD, columns.ead, places)
    copy_out(claims, outcome.LOSS, columns.loss, places)
    copy_out(claims, outcome.PV_LOSS, columns.pv_loss, places)
    copy_out(claims, outcome.ANNUITY, columns.annuity, places)
    copy_out(claims, outcome.REPAID, columns.repaid, places)
    copy_out(claims, outcome.REPAID_TIME, columns.repaid_time, places)
    copy_out(state.covenants.tests, covenant.FIRST_BREACH, columns.first_breach, places)
    copy_out(state.counterparties.parties, party.FAILED, columns.party_failed, places)
    copy_out(state.contagion.lenders, between.FAILED, columns.lender_failed, places)
    copy_out(state.liquidation.backstop, sale.SPENT, columns.backstop_spent, places)
    copy_out(state.liquidation.backstop, sale.OVERPAID, columns.backstop_cost, places)
    forget_after(columns.party_failed, last_maturity, at, count)


@kernel
def owes(state: State, k: int) -> Any:
    """Say on which lanes somebody owes something."""
    pools = state.waterfall.pools
    answer = pools[0, debt.DEBT, k] > 0.0
    for b in range(1, pools.shape[0]):
        answer = either(answer, pools[b, debt.DEBT, k] > 0.0)
    return answer


@kernel
def weigh(state: State, weights: Any, paths: Any, end: Any, is_workout: bool) -> None:
    """Write the weights that count in the coming month's sums: after the last maturity only paths in workout.

    Parameters
    ----------
    end : uint64; paths from there on do not belong to the chunk
    """
    for k in range(weights.shape[-1]):
        counts = both(paths[k] < end, either(owes(state, k), not is_workout))
        weights[k] = where(counts, state.counterparties.weights[0, party.WEIGHT, k], 0.0)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def walk_chunk(
    plan: Plan,
    seed: Any,
    first: int,
    count: int,
    columns: Columns,
    at: int,
    sums: Any,
    fans: Any,
    tops: Any,
    last_maturity: int,
) -> float:
    """Walk paths ``first`` to ``first + count - 1`` from month 0 to the end of the workout.

    Parameters
    ----------
    seed : (low, high) words;  first, count : paths of the chunk
    columns, at : where the chunk's outcomes go
    sums, fans : [series, month] and [fan, date, bin], added to
    tops : [fan quantity], upper ends of the histograms

    Returns
    -------
    sum of the chunk's weights
    """
    state, weights, total = new_state(plan), empty_state(1, 1)[0, 0], 0.0
    paths = empty_state(1, 1)[0, 0].view(np.uint64)
    read, end = borrow(plan), np.uint64(first + count)
    months, places = plan.market.rate_curve.shape[0] - 1, np.empty(LANES, np.int64)
    for begin in range(0, count, LANES):
        here, running = min(LANES, count - begin), LANES
        clear(state)
        for k in range(LANES):
            paths[k] = np.uint64(first + begin + k)
        rows, lanes, shares = abreast(state, LANES), abreast(paths, LANES), abreast(weights, LANES)
        start(read, rows, lanes, seed)
        for t in range(1, months + 1):
            if t > last_maturity and (t - last_maturity) % EVERY == 1:
                running = bring_forward(state, paths, running)
                rows, lanes, shares = abreast(state, running), abreast(paths, running), abreast(weights, running)
            if running == 0:
                break
            weigh(rows, shares, lanes, end, t > last_maturity)
            step(read, rows, lanes, seed, t)
            record(rows, sums, t, shares)
            if t % EVERY == 0 and t <= last_maturity and fans.shape[0] > 0:
                record_fans(plan, state, fans, t // EVERY - 1, tops, weights)
        finish(read, abreast(state, LANES))
        for k in range(LANES):
            places[k] = at + np.int64(paths[k]) - first if paths[k] < end else -1
            total += state.counterparties.weights[0, party.WEIGHT, k] if paths[k] < end else 0.0
        keep(state, columns, places, at + begin, here, last_maturity)
        weights[0] = 1.0 * paths[0]  # the rows own nothing: Numba frees an array after its last use
    return total


@numba.njit(cache=True, error_model="numpy", nogil=True)
def bring_forward(state: State, paths: Any, running: int) -> int:
    """Bring the paths that still owe something to the front of the block, and count how many lanes to walk on.

    What comes after the last maturity concerns few paths: the others keep their lane, and stand still.  Lanes change
    places two by two, and only if a whole vector is saved: an exchange costs as much as some months of a lane.

    Parameters
    ----------
    paths : [lane], path numbers, moved with their lanes
    running : lanes in front that may still owe something
    """
    pools, owing, count = state.waterfall.pools, np.zeros(running, np.bool_), 0
    for b in range(pools.shape[0]):
        for k in range(running):
            owing[k] = owing[k] or pools[b, debt.DEBT, k] > 0.0
    for k in range(running):
        count += 1 if owing[k] else 0
    if (count + WIDTH - 1) // WIDTH == (running + WIDTH - 1) // WIDTH:
        return running
    last = running - 1
    for front in range(count):
        if not owing[front]:
            while not owing[last]:
                last -= 1
            paths[front], paths[last] = paths[last], paths[front]
            for array in arrays_of(state):
                exchange(array, front, last)
            last -= 1
    return count


@numba.njit(cache=True, error_model="numpy", nogil=True)
def exchange(array: Any, i: int, k: int) -> None:
    """Exchange two lanes of a state array."""
    for entity in range(array.shape[0]):
        for field in range(array.shape[1]):
            kept = array[entity, field, i]
            array[entity, field, i] = array[entity, field, k]
            array[entity, field, k] = kept


@numba.njit(cache=True, error_model="numpy", nogil=True)
def clear(state: State) -> None:
    """Set a block's state to zero before its next paths."""
    for array in arrays_of(state):
        array[:] = 0.0


@numba.njit(cache=True, error_model="numpy", nogil=True)
def arrays_of(state: State) -> Any:
    """Return every array of a block's state."""
    return (
        state.market.economy,
        state.market.machines,
        state.market.launches,
        state.market.shocks,
        state.market.coins,
        state.market.network,
        state.counterparties.parties,
        state.counterparties.guarantees,
        state.counterparties.weights,
        state.operations.fleets,
        state.operations.contracts,
        state.operations.businesses,
        state.collateral.worth,
        state.collateral.values,
        state.treasury.purses,
        state.treasury.holdings,
        state.treasury.loans,
        state.covenants.tests,
        state.covenants.triggers,
        state.covenants.history,
        state.waterfall.facilities,
        state.waterfall.accounts,
        state.waterfall.pools,
        state.waterfall.flows,
        state.default.standing,
        state.liquidation.sales,
        state.contagion.lenders,
        state.contagion.capacity,
        state.contagion.exposures,
        state.contagion.links,
        state.contagion.system,
        state.liquidation.sellers,
        state.liquidation.markets,
        state.liquidation.backstop,
        state.outcome.claims,
        state.outcome.equity,
    )
