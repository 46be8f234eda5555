"""Schedules of a sale and what they bring: the arithmetic of the kernel with a value that stands still or declines.

Spreading a sale over more months lets the price recover between its parts; waiting costs the decline of the value,
the carry of the queue and the lenders' own rate. The best number of months balances the two, as in Almgren and Chriss
(2001), "Optimal execution of portfolio transactions", J. Risk 3, with three differences: carry and decline stand in
the place of the risk of waiting, the lenders are risk-neutral, and the parts are even. All functions take numbers or
arrays ``[draw]`` of them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats
from halflife.ratios.amount import Amount

EVEN = 1.0
"""Lot of a market that takes single machines."""


class Buyers(NamedTuple):
    """One market: machines per month, shares, machines in a lot."""

    depth: Amount
    fading: Amount
    absorption: Amount
    floor: Amount
    lot: float = EVEN
    whole: Amount = 1.0


class Costs(NamedTuple):
    """What a sale and a month in the queue cost.

    decline : expected log fall of the value per month;  discount : the lenders' rate per month
    carry : share of that month's value per month in the queue
    storage, unit : shares of the value at the first sale: a month in the queue, and one machine sold
    share : of the price
    """

    decline: Amount = 0.0
    discount: Amount = 0.0
    carry: Amount = 0.0
    storage: Amount = 0.0
    unit: Amount = 0.0
    share: Amount = 0.0


class Path(NamedTuple):
    """A sale month by month: ``[month]`` or ``[month, draw]``.

    sold, left : machines;  price : share of the appraised value of that month
    """

    sold: Floats
    left: Floats
    price: Floats


def average(pressure: Amount, sold: Amount, depth: Amount, floor: Amount) -> Floats:
    """Average price share of a sale on top of earlier pressure; `liquidation.kernel.average_price` in NumPy."""
    room = 1.0 - np.asarray(floor, dtype=np.float64)
    scale = room * depth + 1e-9
    steps = np.asarray(sold, dtype=np.float64) / scale
    mean = np.where(steps > 1e-6, -np.expm1(-steps) / np.where(steps > 1e-6, steps, 1.0), 1.0 - 0.5 * steps)
    price: Floats = floor + room * np.exp(-np.asarray(pressure) / scale) * mean
    return price


def even_parts(units: float, buyers: Buyers, months: float, last: int) -> Path:
    """Sell in even parts, single machines, the rest in the last month of the workout: closed form.

    Parameters
    ----------
    units : machines;  months : over which the sale is spread;  last : months until the workout ends
    """
    part = min(float(buyers.absorption), units / max(months, 1.0))
    full = min(math.floor(units / part), last - 1) if part > 0.0 else 0
    sold = np.append(np.full(full, part), units - full * part)
    fading = buyers.fading ** np.arange(len(sold))
    pressure = part * np.append(0.0, np.cumsum(fading[1:]))
    return Path(sold, units - np.cumsum(sold), average(pressure, sold, buyers.depth, buyers.floor) * buyers.whole)


def walk(units: float, buyers: Buyers, months: float, last: int) -> Path:
    """Sell as the kernel does, lots included, and stop when nothing is left."""
    shape = np.broadcast_shapes(*(np.shape(field) for field in buyers))
    left, pressure, credit = np.full(shape, float(units)), np.zeros(shape), np.zeros(shape)
    rows: list[tuple[Floats, Floats, Floats]] = []
    for j in range(last):
        is_last = j == last - 1
        offered = left / (1.0 if is_last else max(1.0, months - j))
        given = offered if is_last else np.minimum(offered, buyers.absorption)
        credit = credit + given
        in_lots = np.minimum(left, np.floor(credit / buyers.lot + 1e-9) * buyers.lot)
        sold = np.where(credit >= left, left, in_lots) if buyers.lot > EVEN else given
        credit = np.where(credit >= left, 0.0, credit - sold)
        price = average(pressure, sold, buyers.depth, buyers.floor) * buyers.whole
        left = np.where(left - sold > 1e-9 * units, left - sold, 0.0)
        rows.append((sold, left, price))
        pressure = (pressure + sold) * buyers.fading
        if not left.any():
            break
    return Path(*(np.array(column) for column in zip(*rows, strict=True)))


def present_value(path: Path, costs: Costs) -> Floats:
    """Value of a sale at its first month, in machines at their appraised value of that month.

    Notes
    -----
    ``sum over j of exp(-discount j) (sold_j max(0, v_j price_j (1 - share) - unit) - (carry v_j + storage) left_j)``
    with ``v_j = exp(-decline j)``, j months after the first sale.
    """
    j = np.arange(len(path.sold)).reshape((-1,) + (1,) * (path.sold.ndim - 1))
    value = np.exp(-np.asarray(costs.decline) * j)
    earned = path.sold * np.maximum(0.0, value * path.price * (1.0 - costs.share) - costs.unit)
    queue = (costs.carry * value + costs.storage) * path.left
    total: Floats = (np.exp(-np.asarray(costs.discount) * j) * (earned - queue)).sum(axis=0)
    return total


def best_months(units: float, buyers: Buyers, costs: Costs, last: int) -> int:
    """Months over which a sale brings the most, on average over the draws; 1 is a dump.

    Parameters
    ----------
    units : machines
    buyers : figures, or arrays ``[draw]`` of what the lenders hold possible
    last : most months, and the month in which all that is left goes

    Notes
    -----
    Every number of months is tried: the present value need not have a single peak where lots are large. The shortest of
    equals is taken.
    """
    worth = [float(present_value(walk(units, buyers, n, last), costs).mean()) for n in range(1, last + 1)]
    return int(np.argmax(worth)) + 1


def months_waited(path: Path) -> float:
    """Average months that a machine stands in the queue after the first month of the sale."""
    return float(path.left.sum() / path.sold.sum())
