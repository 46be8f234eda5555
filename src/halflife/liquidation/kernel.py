"""Selling seized machines into a thin market, month by month."""

from typing import Any

from halflife.foundation.backend import Number, both, kernel, maximum, minimum, where
from halflife.foundation.elementary import exp
from halflife.liquidation.state import PRESSURE, PRICE, PROCEEDS, SOLD, LiquidationState
from halflife.liquidation.table import STEP_IN, LiquidationTable


@kernel
def average_price(pressure: Number, units: Number, depth: Number, floor: Number) -> Number:
    """Average price share while `units` are sold on top of the pressure of earlier sales.

    The marginal price is ``floor + (1 - floor) exp(-q / ((1 - floor) depth))``, q the units already sold.

    References
    ----------
    Cont and Schaanning (2017), bounded exponential impact with an outside user's value as floor.
    """
    room = 1.0 - floor
    scale = room * depth + 1e-9
    steps = units / scale
    mean = where(steps > 1e-6, (1.0 - exp(-steps)) / where(steps > 1e-6, steps, 1.0), 1.0 - 0.5 * steps)
    return floor + room * exp(-pressure / scale) * mean


@kernel
def measure_since(since: Any, defaulted: Any, month: Any, owed: Any, t: int) -> None:
    """Write the months since acceleration while debt is outstanding, -1 otherwise.

    Parameters
    ----------
    since : [lane], written;  defaulted : [lane], flag;  month : [lane], of default;  owed : [lane], USD

    References
    ----------
    Our own.
    """
    for k in range(since.shape[-1]):
        since[k] = where(both(defaulted[k] > 0.5, owed[k] > 0.01), t - month[k], -1.0)


@kernel
def sell(
    table: LiquidationTable,
    state: LiquidationState,
    f: int,
    g: int,
    b: int,
    units: float,
    delivered: Any,
    held: Any,
    worth: Any,
    since: Any,
    is_last: bool,
) -> None:
    """Sell what the market absorbs of fleet f this month, if the lenders are selling.

    Parameters
    ----------
    units : machines of the fleet;  delivered, held : [lane], shares
    worth : [2, lane], appraised USD per machine and flag of a successor's announcement
    since : [lane], months since acceleration, negative without
    is_last : the workout ends with this month, and everything goes

    References
    ----------
    `average_price`; the schedule is our own.
    """
    sales = state.sales
    wait = table.seize[b] + (table.step_in[b] if table.policy[b] == STEP_IN else 0.0)
    depth, after, fading = table.depth[g], table.depth_after[g], table.fading[g]
    absorbs = 1e18 if is_last else table.absorption[g]
    floor, cost, unit_cost = table.floor[g], table.sale_cost[b], table.unit_cost[b]
    for k in range(sales.shape[-1]):
        machines = units * delivered[k] * held[k]
        sold = where(since[k] > wait, minimum(machines, absorbs), 0.0)
        pressure = sales[f, PRESSURE, k] * fading
        price = average_price(pressure, sold, where(worth[1, k] > 0.5, depth * after, depth), floor)
        sales[f, PRESSURE, k] = pressure + sold
        sales[f, SOLD, k] = sold
        sales[f, PRICE, k] = price
        sales[f, PROCEEDS, k] = sold * maximum(0.0, worth[0, k] * price * (1.0 - cost) - unit_cost)


@kernel
def deduct(state: LiquidationState, f: int, held: Any, delivered: Any, units: float) -> None:
    """Take the machines sold out of the share held.

    Parameters
    ----------
    held, delivered : [lane], shares;  units : machines of the fleet

    References
    ----------
    Our own.
    """
    sales = state.sales
    for k in range(sales.shape[-1]):
        machines = units * delivered[k]
        held[k] = where(
            sales[f, SOLD, k] > 0.0, maximum(0.0, held[k] - sales[f, SOLD, k] / maximum(machines, 1e-9)), held[k]
        )
