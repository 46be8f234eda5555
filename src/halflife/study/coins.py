"""Coins that secure the same debt as the machines: when they are sold, and what their market takes for it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats
from halflife.instruments.impact import square_root

ORDERS = ("machines_first", "coins_first", "pro_rata")
DAYS = 30.4375
"""Days of a month: coins trade on every one of them."""
_OF_THE_PEAK = 2.0 / 3.0
"""A sale under the square-root law pays, on average over its parts, two thirds of its final impact."""
_HALVINGS = 50


class Coins(NamedTuple):
    """A pile of coins.

    worth : USD, at today's price;  volume : USD, market turnover of a day at today's price
    volatility : per square root of a day;  order : one of `ORDERS`, which collateral is sold first
    """

    worth: float
    volume: float
    volatility: float
    order: str


class Sold(NamedTuple):
    """What became of the coins, by path: proceeds and what was not needed, USD at the price of the sale."""

    proceeds: Floats
    kept: Floats


def prices(volatility: float, months: int, paths: int, seed: int) -> Floats:
    """Coin price over today's: ``[month, path]``, month 0 is 1, without drift.

    Notes
    -----
    Geometric Brownian motion, independent of the rents: what data there are do not tell the correlation from zero.
    """
    generator = np.random.Generator(np.random.Philox(key=seed).jumped())
    step = volatility * np.sqrt(DAYS)
    moves = step * generator.standard_normal((months, paths)) - 0.5 * step**2
    price: Floats = np.exp(np.vstack([np.zeros(paths), np.cumsum(moves, axis=0)]))
    return price


def raised(share: Floats, coins: Coins) -> Floats:
    """USD per USD of price that a share of the pile brings when it is sold within a month.

    References
    ----------
    Donier and Bonart (2015), arXiv 1412.4503, for the square root; `instruments.impact.square_root`.
    """
    amount = share * coins.worth
    fall = _OF_THE_PEAK * square_root(amount, coins.volume, coins.volatility)
    brought: Floats = amount * np.maximum(0.0, 1.0 - fall)
    return brought


def sell(coins: Coins, lacking: Floats, machines: Floats, ended: Floats, seed: int) -> Sold:
    """Sell coins beside machines.

    Parameters
    ----------
    lacking : [path], USD that the machines leave unpaid
    machines : [month, path], share of the machines sold in each month from month 1
    ended : [path], month of the last sale of machines

    Notes
    -----
    machines_first waits for the last machine and sells what the debt still lacks; coins_first sells the whole pile in
    the first month; pro_rata sells in step with the machines. What order is best is not known beforehand: waiting
    saves impact that was not needed and risks the price (Duffie and Ziegler, 2003).
    """
    months, paths = machines.shape
    price = prices(coins.volatility, months + 1, paths, seed)
    nothing = np.zeros(paths)
    if coins.order == "coins_first":
        return Sold(price[1] * raised(np.ones(paths), coins), nothing)
    if coins.order == "pro_rata":
        return Sold((price[1:-1] * raised(machines, coins)).sum(axis=0), nothing)
    last = price[np.minimum(ended.astype(int) + 1, months + 1), np.arange(paths)]
    share = _enough(lacking / last, coins)
    return Sold(last * raised(share, coins), last * (1.0 - share) * coins.worth)


def _enough(wanted: Floats, coins: Coins) -> Floats:
    """Least share of the pile that raises so much; the share that raises most where none does."""
    peak = min(1.0, coins.volume / coins.worth / coins.volatility**2)
    low, high = np.zeros_like(wanted), np.full_like(wanted, peak)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        is_short = raised(middle, coins) < wanted
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    return high
