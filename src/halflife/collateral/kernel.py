"""What the machines are worth: on paper, appraised, sold in an orderly way, sold under force."""

from typing import Any

from halflife.collateral.state import (
    ACROSS,
    APPRAISED,
    CELL,
    CORNER,
    COST,
    COSTS,
    DOWN,
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
def find_cell(
    table: CollateralTable, state: CollateralState, f: int, g: int, decay: float, stock: Stock, cycle: Cycle, t: int
) -> None:
    """Find where fleet f (machine type g) stands in the value table: cell, weights and cost level.

    Parameters
    ----------
    decay : log output per month of age

    References
    ----------
    Homogeneity of value in rent and cost is our own; see `collateral.table`.
    """
    worth = state.worth
    rows, columns, phases = table.multiples[0], table.deviations[0], table.phases[g]
    first_cell = 1.0 * (table.first[g] + t * phases * 2 * rows * columns)
    m_first, m_step = table.multiple_first[g], table.multiple_step[g]
    d_first, d_step = table.deviation_first[g], table.deviation_step[g]
    kwh, upkeep, cost, last_phase = table.power[g], table.upkeep[g], table.cost[g], phases - 1.0
    for k in range(worth.shape[-1]):
        costs = (upkeep + kwh * cycle.power[k]) / cost
        i, down = place(cycle.drop[g, k] - decay * stock.age[f, k] - log(costs), m_first, m_step, rows)
        j, across = place(cycle.deviation[g, k], d_first, d_step, columns)
        phase = minimum(last_phase, cycle.phase[g, k])
        worth[f, CELL, k] = first_cell + (((phase * 2.0 + cycle.regime[k]) * rows + i) * columns + j)
        worth[f, DOWN, k] = down
        worth[f, ACROSS, k] = across
        worth[f, COSTS, k] = costs
        worth[f, IS_ANNOUNCED, k] = where(cycle.phase[g, k] > 0.5, 1.0, 0.0)


@kernel
def appraise(
    table: CollateralTable, state: CollateralState, f: int, g: int, decay: float, stock: Stock, cycle: Cycle, t: int
) -> None:
    """Look up the appraised value of one machine of fleet f, physical decay included.

    Parameters
    ----------
    decay : log output per month of age

    References
    ----------
    tests/reference/m1-vintage-pv/SOURCE.md for the special case; bilinear interpolation.
    """
    find_cell(table, state, f, g, decay, stock, cycle, t)
    worth, value, columns = state.worth, table.value, table.deviations[0]
    for k in range(worth.shape[-1]):
        cell = to_index(worth[f, CELL, k])
        worth[f, CORNER, k] = take(value, cell)
        worth[f, CORNER + 1, k] = take(value, cell + 1)
        worth[f, CORNER + 2, k] = take(value, cell + columns)
        worth[f, CORNER + 3, k] = take(value, cell + columns + 1)
    for k in range(worth.shape[-1]):
        down, across = worth[f, DOWN, k], worth[f, ACROSS, k]
        low = worth[f, CORNER, k] * (1.0 - across) + worth[f, CORNER + 1, k] * across
        high = worth[f, CORNER + 2, k] * (1.0 - across) + worth[f, CORNER + 3, k] * across
        worth[f, UNIT, k] = worth[f, COSTS, k] * (low * (1.0 - down) + high * down)


@kernel
def add_up(
    state: CollateralState,
    f: int,
    b: int,
    total_cost: float,
    units: float,
    discount: float,
    forced: tuple[float, float, float],
    marked: Any,
    stock: Stock,
) -> None:
    """Add fleet f to the values of borrower b.

    Parameters
    ----------
    discount : share lost in an orderly sale
    forced : price share in a forced sale of the fleet before and after a successor's announcement, USD of
        cost per machine sold
    marked : [lane], price share left by the sales of others

    References
    ----------
    docs/glossary.md, *paper value*, *orderly value*, *forced value*.
    """
    values, worth = state.values, state.worth
    calm, announced, unit_cost = forced
    for k in range(values.shape[-1]):
        held = stock.held[f, k]
        machines = units * stock.share[f, k] * held
        unit = worth[f, UNIT, k] * marked[k]
        price = where(worth[f, IS_ANNOUNCED, k] > 0.5, announced, calm)
        values[b, PAPER, k] = values[b, PAPER, k] + total_cost * held * stock.book[f, k]
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
