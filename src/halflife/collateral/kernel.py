"""What the machines are worth: on paper, appraised, sold in an orderly way, sold under force."""

from typing import Any

from halflife.collateral.state import (
    APPRAISED,
    COST,
    FORCED,
    IS_ANNOUNCED,
    ORDERLY,
    PAPER,
    UNIT,
    CollateralState,
    Cycle,
    Stock,
)
from halflife.collateral.table import CollateralTable
from halflife.foundation.backend import Number, floor, kernel, maximum, minimum, take, to_index, where
from halflife.foundation.elementary import log


@kernel
def place(x: Number, first: float, step: float, count: int) -> tuple[Number, Number]:
    """Find the cell left of `x` on an even axis and the weight of the next one; the ends hold outside.

    Returns
    -------
    cell : whole number from 0 to count - 2, as a float
    weight : 0 to 1

    References
    ----------
    Linear interpolation.
    """
    position = minimum(count - 1.0, maximum(0.0, (x - first) / step))
    cell = minimum(count - 2.0, floor(position))
    return cell, position - cell


@kernel
def appraise(
    table: CollateralTable, state: CollateralState, f: int, g: int, age: Any, decay: float, clock: Any,
    cycle: Cycle, t: int
) -> None:
    """Look up the appraised value of one machine of fleet f (machine type g), physical decay included.

    Parameters
    ----------
    age : flat ``[fleet, month]``, months
        Mean age of delivered machines on the undelayed schedule.
    decay : log output per month of age
    clock : [lane], month of the delivery schedule

    References
    ----------
    tests/reference/m1-vintage-pv/SOURCE.md for the special case; homogeneity in rent and cost is our own.
    """
    worth = state.worth
    rows, columns, phases = table.multiples[0], table.deviations[0], table.phases[g]
    months = age.shape[1]
    first_cell = table.first[g] + t * phases * 2 * rows * columns
    m_first, m_step = table.multiple_first[g], table.multiple_step[g]
    d_first, d_step = table.deviation_first[g], table.deviation_step[g]
    kwh, upkeep, cost = table.power[g], table.upkeep[g], table.cost[g]
    ages, value, last_phase = age.ravel(), table.value, phases - 1.0
    for k in range(worth.shape[-1]):
        costs = (upkeep + kwh * cycle.power[k]) / cost
        aged = decay * take(ages, f * months + to_index(clock[f, k]))
        i, wi = place(cycle.drop[g, k] - aged - log(costs), m_first, m_step, rows)
        j, wj = place(cycle.deviation[g, k], d_first, d_step, columns)
        phase = minimum(last_phase, cycle.phase[g, k])
        cell = first_cell + to_index(((phase * 2.0 + cycle.regime[k]) * rows + i) * columns + j)
        low = take(value, cell) * (1.0 - wj) + take(value, cell + 1) * wj
        high = take(value, cell + columns) * (1.0 - wj) + take(value, cell + columns + 1) * wj
        worth[f, UNIT, k] = costs * (low * (1.0 - wi) + high * wi)
        worth[f, IS_ANNOUNCED, k] = where(cycle.phase[g, k] > 0.5, 1.0, 0.0)


@kernel
def add_up(
    state: CollateralState, f: int, b: int, total_cost: float, units: float, book: Any, discount: float,
    forced: tuple[float, float, float], stock: Stock
) -> None:
    """Add fleet f to the values of borrower b.

    Parameters
    ----------
    book : [fleet, month], share of total cost
    discount : share lost in an orderly sale
    forced : price share in a forced sale of the fleet before and after a successor's announcement, USD of
        cost per machine sold

    References
    ----------
    docs/glossary.md, *paper value*, *orderly value*, *forced value*.
    """
    values, worth = state.values, state.worth
    flat, first = book.ravel(), f * book.shape[1]
    calm, announced, unit_cost = forced
    for k in range(values.shape[-1]):
        held = stock.held[f, k]
        machines = units * stock.share[f, k] * held
        unit = worth[f, UNIT, k]
        price = where(worth[f, IS_ANNOUNCED, k] > 0.5, announced, calm)
        values[b, PAPER, k] = values[b, PAPER, k] + total_cost * held * take(flat, first + to_index(stock.clock[f, k]))
        values[b, APPRAISED, k] = values[b, APPRAISED, k] + machines * unit
        values[b, ORDERLY, k] = values[b, ORDERLY, k] + machines * unit * (1.0 - discount)
        values[b, FORCED, k] = values[b, FORCED, k] + machines * maximum(0.0, unit * price - unit_cost)
        values[b, COST, k] = values[b, COST, k] + total_cost * stock.share[f, k] * held


@kernel
def open_month(state: CollateralState) -> None:
    """Clear the sums over fleets.

    References
    ----------
    Our own.
    """
    values = state.values
    for b in range(values.shape[0]):
        for field in range(values.shape[1]):
            for k in range(values.shape[-1]):
                values[b, field, k] = 0.0
