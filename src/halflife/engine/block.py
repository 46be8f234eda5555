"""The compiled walk over a chunk of paths, block by block."""

from typing import Any, NamedTuple

import numba
import numpy as np

from halflife.counterparties import state as party
from halflife.covenants import state as covenant
from halflife.default import state as standing
from halflife.engine import state as outcome
from halflife.engine.ledger import EVERY, record, record_fans
from halflife.engine.loop import finish, start, step
from halflife.engine.plan import Plan
from halflife.engine.state import State, new_state
from halflife.foundation.abreast import abreast, borrow, is_any
from halflife.foundation.axes import Floats
from halflife.foundation.backend import LANES, both, either, empty_state, kernel, where
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


def new_columns(plan: Plan, paths: int) -> Columns:
    """Make room for the outcomes of `paths` paths."""
    borrowers, facilities = plan.default.grace.shape[0], plan.waterfall.commitment.shape[0]
    covenants, parties = plan.covenants.test.shape[0], plan.counterparties.hazard.shape[0]
    shapes = (1, *(borrowers,) * 7, *(facilities,) * 6, covenants, parties)
    return Columns(*(np.zeros((entities, paths)) for entities in shapes))


COLUMN_BYTES = 8
"""Bytes of one outcome of one path."""


@numba.njit(cache=True, error_model="numpy", nogil=True)
def copy_out(source: Any, field: int, column: Any, at: int, count: int) -> None:
    """Copy one field of every entity of a block into its column."""
    for entity in range(source.shape[0]):
        for k in range(count):
            column[entity, at + k] = source[entity, field, k]


@numba.njit(cache=True, error_model="numpy", nogil=True)
def forget_after(column: Any, last: int, at: int, count: int) -> None:
    """Forget months after `last`: how long a block is walked depends on its other paths."""
    for entity in range(column.shape[0]):
        for k in range(at, at + count):
            if column[entity, k] > last:
                column[entity, k] = 0.0


@numba.njit(cache=True, error_model="numpy", nogil=True)
def keep(state: State, columns: Columns, at: int, count: int, last_maturity: int) -> None:
    """Write a finished block's outcomes into the columns, from position `at`."""
    standings, claims, equity = state.default.standing, state.outcome.claims, state.outcome.equity
    copy_out(state.counterparties.weights, party.WEIGHT, columns.weight, at, count)
    copy_out(standings, standing.MONTH, columns.default_month, at, count)
    copy_out(standings, standing.CAUSE, columns.cause, at, count)
    copy_out(state.covenants.triggers, covenant.LEAST_DSCR, columns.least_dscr, at, count)
    copy_out(state.waterfall.pools, debt.FIRST_SHORT, columns.first_shortfall, at, count)
    copy_out(equity, outcome.PV_IN, columns.equity_in, at, count)
    copy_out(equity, outcome.PV_OUT, columns.equity_out, at, count)
    copy_out(equity, outcome.PV_SUPPORT, columns.support, at, count)
    copy_out(claims, outcome.EAD, columns.ead, at, count)
    copy_out(claims, outcome.LOSS, columns.loss, at, count)
    copy_out(claims, outcome.PV_LOSS, columns.pv_loss, at, count)
    copy_out(claims, outcome.ANNUITY, columns.annuity, at, count)
    copy_out(claims, outcome.REPAID, columns.repaid, at, count)
    copy_out(claims, outcome.REPAID_TIME, columns.repaid_time, at, count)
    copy_out(state.covenants.tests, covenant.FIRST_BREACH, columns.first_breach, at, count)
    copy_out(state.counterparties.parties, party.FAILED, columns.party_failed, at, count)
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
def is_over(state: State) -> bool:
    """Say whether no path of the block owes anything any more."""
    answer = True
    for k in range(state.waterfall.pools.shape[-1]):
        if is_any(owes(state, k)):
            answer = False
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
    rows, lanes, shares, end = abreast(state), abreast(paths), abreast(weights), np.uint64(first + count)
    read = borrow(plan)
    months = plan.market.rate_curve.shape[0] - 1
    for begin in range(0, count, LANES):
        here = min(LANES, count - begin)
        clear(state)
        for k in range(LANES):
            paths[k] = np.uint64(first + begin + k)
        start(read, rows, lanes, seed)
        for t in range(1, months + 1):
            weigh(rows, shares, lanes, end, t > last_maturity)
            step(read, rows, lanes, seed, t)
            record(rows, sums, t, shares)
            if t % EVERY == 0 and t <= last_maturity:
                record_fans(plan, state, fans, t // EVERY - 1, tops, weights)
            if t >= last_maturity and is_over(rows):
                break
        finish(read, rows)
        keep(state, columns, at + begin, here, last_maturity)
        for k in range(here):
            total += state.counterparties.weights[0, party.WEIGHT, k]
        weights[0] = 1.0 * paths[0]  # the rows own nothing: Numba frees an array after its last use
    return total


@numba.njit(cache=True, error_model="numpy", nogil=True)
def clear(state: State) -> None:
    """Set a block's state to zero before its next paths."""
    state.market.economy[:] = 0.0
    state.market.machines[:] = 0.0
    state.market.launches[:] = 0.0
    state.counterparties.parties[:] = 0.0
    state.counterparties.guarantees[:] = 0.0
    state.operations.fleets[:] = 0.0
    state.operations.contracts[:] = 0.0
    state.operations.businesses[:] = 0.0
    state.covenants.tests[:] = 0.0
    state.covenants.triggers[:] = 0.0
    state.covenants.history[:] = 0.0
    state.waterfall.facilities[:] = 0.0
    state.waterfall.accounts[:] = 0.0
    state.waterfall.pools[:] = 0.0
    state.waterfall.flows[:] = 0.0
    state.default.standing[:] = 0.0
    state.liquidation.sales[:] = 0.0
    state.outcome.claims[:] = 0.0
    state.outcome.equity[:] = 0.0
