"""What an investor earns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from halflife.foundation.axes import Floats
from halflife.ratios.amount import Amount, quotient

_LEAST_RATE = -0.999999
_GREATEST_RATE = 1e6
_GRID = 2000


def moic(received: Amount, invested: Amount) -> Amount:
    """Multiple on invested capital: everything received over everything put in.

    Parameters
    ----------
    received, invested : USD, non-negative
        Undiscounted totals.

    Returns
    -------
    number
        ``received / invested``; infinity where nothing was put in.

    References
    ----------
    Market practice; our own definition at zero investment.
    """
    return quotient(received, invested, when_nothing_below=np.inf)


def irr(flows: Amount, times: Amount | None = None) -> float:
    """Internal rate of return: the yearly rate at which the flows are worth nothing today.

    Parameters
    ----------
    flows : [flow], USD
        Paid negative, received positive: the one place where a sign carries the direction.
    times : [flow], years
        From today; 0, 1, 2, ... if not given.

    Returns
    -------
    1/yr
        Compounded once a year, between -99.9999 % and 1e6.

    Raises
    ------
    ValueError
        If the flows do not change sign, or more than one rate fits: no rate describes them.

    Notes
    -----
    Every change of sign of the present value on a grid of 2,000 rates is bracketed, then solved by Brent.

    References
    ----------
    Brent (1973), "Algorithms for minimization without derivatives", chapter 4; definition is standard.
    """
    dues = np.asarray(flows, dtype=float)
    when = np.arange(dues.size, dtype=float) if times is None else np.asarray(times, dtype=float)

    def worth(growth: float) -> float:
        """Value at the date where no factor exceeds one: its sign is that of the present value."""
        date = when.min() if growth > 0.0 else when.max()
        return float((dues * np.exp(-growth * (when - date))).sum())

    growths = np.linspace(np.log1p(_LEAST_RATE), np.log1p(_GREATEST_RATE), _GRID)
    roots = _roots(worth, growths)
    if len(roots) != 1:
        raise ValueError(f"{len(roots)} rates of return fit these flows; an IRR needs exactly one")
    return float(np.expm1(roots[0]))


def _roots(function: Callable[[float], float], grid: Floats) -> list[float]:
    """Find every root between neighbours of the grid where the function changes sign."""
    values = [function(float(point)) for point in grid]
    roots = []
    for left, right, low, high in zip(grid, grid[1:], values, values[1:], strict=False):
        if low == 0.0:
            roots.append(float(left))
        elif low * high < 0.0:
            roots.append(float(brentq(function, left, right, xtol=1e-15, rtol=8.9e-16)))
    return roots


def discount_margin(price: float, flows: Amount, index_rates: Amount, lengths: Amount) -> float:
    """Margin over the index at which a floater's projected flows are worth its price.

    Parameters
    ----------
    price : USD, positive
        Paid today, accrued interest included.
    flows : [period], USD
        Interest and principal as projected with the quoted margin, at the periods' ends.
    index_rates : [period], 1/yr
        Projected index of each period.
    lengths : [period], years
        Length of each period by the loan's day count.

    Returns
    -------
    1/yr
        ``m`` with ``price = sum(flows / prod(1 + (index + m) * length))``. At par it is the quoted margin.

    Raises
    ------
    ValueError
        If the price is not positive or no margin up to 1,000 per year fits.

    References
    ----------
    Fabozzi (2016), "Bond markets, analysis and strategies", chapter on floating-rate securities.
    """
    dues = np.asarray(flows, dtype=float)
    index, length = np.asarray(index_rates, dtype=float), np.asarray(lengths, dtype=float)

    def excess(margin: float) -> float:
        return float((dues / np.cumprod(1.0 + (index + margin) * length)).sum()) - price

    least = float(np.max(-1.0 / length - index)) + 1e-9
    if not price > 0.0 or excess(least) * excess(1000.0) > 0.0:
        raise ValueError(f"no margin prices these flows at {price}")
    return float(brentq(excess, least, 1000.0, xtol=1e-15, rtol=8.9e-16))
