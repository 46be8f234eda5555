"""What the default liquidation model says, as numbers that an observation can be set against.

Everything is the default question of `halflife liquidate` (H100, dealer market, dump) with only the number of machines
or the size of the claim changed. Every number is computed once for each of `SEEDS`; its standard error is that of the
mean over the seeds.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from halflife.facts import load_liquidation
from halflife.foundation.axes import Floats
from halflife.liquidation.schedule import average
from halflife.results.sale import Sale, Spread
from halflife.study.liquidate import appraisals, liquidate
from halflife.study.question import Question
from halflife.study.seized import buyers, fleet
from halflife.study.termsheet import latin_hypercube, one_blas_thread

SEEDS = tuple(range(7, 15))
PATHS = 4_000
DEFAULT = Question(paths=PATHS)
ONE_SERVER = 8
"""Machines in the default unit of sale."""


class Number(NamedTuple):
    """A number with its standard error."""

    value: float
    error: float


class Band(NamedTuple):
    """Mean over the paths, and what 5 and 95 % of them stay below."""

    mean: Number
    low: Number
    high: Number


def over_seeds(rows: Sequence[Sequence[float]]) -> Band:
    """Mean, low and high of each seed to their means with standard errors: ``[seed, 3]``."""
    columns = np.array(rows)
    errors = columns.std(axis=0, ddof=1) / math.sqrt(len(rows))
    return Band(*(Number(float(m), float(e)) for m, e in zip(columns.mean(axis=0), errors, strict=True)))


def _three(values: Floats) -> tuple[float, float, float]:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(values.mean()), float(low), float(high)


@functools.cache
def _sale(units: int, seed: int, claim: float | None = None) -> Sale:
    claims = () if claim is None else (("claim", claim),)
    return liquidate(dataclasses.replace(DEFAULT, units=units, seed=seed, claims=claims))


def _spread(units: int, pick: Callable[[Sale], Spread], scale: float = 1.0) -> Band:
    found = [pick(_sale(units, seed)) for seed in SEEDS]
    return over_seeds([(one.mean / scale, one.low / scale, one.high / scale) for one in found])


def price_share(units: int) -> Band:
    """Price received over the appraised value of the same month, before cost: one seller of so many machines."""
    return _spread(units, lambda sale: sale.spreads["price received"])


def price_usd(units: int) -> Band:
    """What buyers pay for a machine, USD: one seller of so many machines."""
    return _spread(units, lambda sale: sale.spreads["price per machine"])


def appraised_usd() -> Band:
    """Appraised value of a machine in the month after default, USD."""
    return _spread(ONE_SERVER, lambda sale: sale.spreads["appraised value"], scale=float(ONE_SERVER))


def recovered(units: int, ltv: float | None = None) -> Band:
    """Cash after all cost per dollar of claim, at most 1.

    Parameters
    ----------
    units : machines behind the claim
    ltv : claim over the mean appraised value at default; None is the default claim, 80 % of straight-line book value
    """
    rows = []
    for seed in SEEDS:
        sale = _sale(units, seed)
        if ltv is not None:
            sale = _sale(units, seed, ltv * sale.spreads["appraised value"].mean)
        claim = sale.claims[0]
        rows.append(tuple(one / claim.owed for one in (claim.paid.mean, claim.paid.low, claim.paid.high)))
    return over_seeds(rows)


@functools.cache
def _worth(seed: int) -> Floats:
    """Appraised USD per machine, ``[month, path]``."""
    with one_blas_thread():
        seized = fleet(DEFAULT.machine, DEFAULT.workout)
    return appraisals(dataclasses.replace(DEFAULT, seed=seed), seized, {}).worth


def left_from_today(months: int) -> Band:
    """Appraised value after so many months over that of the first month; nobody sells."""
    return over_seeds([_three(worth[months] / worth[0]) for worth in map(_worth, SEEDS)])


def left_in_worst_window(months: int) -> Band:
    """The same over the worst window of that length in the 36 months of every path; no window begins at nothing."""
    rows = []
    for worth in map(_worth, SEEDS):
        start, end = worth[:-months], worth[months:]
        rows.append(_three((end / np.where(start > 0.0, start, np.inf) + (start <= 0.0)).min(axis=0)))
    return over_seeds(rows)


def second_over_first(first: int, second: int, months: float) -> Band:
    """Average price of a second batch over that of the first, by the seller's own impact alone."""
    known, rows = buyers(DEFAULT.market, "server"), []
    names = ("depth", "floor", "recovery", "depth after a successor")
    for seed in SEEDS:
        order = latin_hypercube(PATHS, len(names), seed).T
        depth, floor, fades, left = (known[name].span.at(u) for name, u in zip(names, order, strict=True))
        pressure = first * (1.0 - fades) ** months
        prices = [average(held, sold, depth * left, floor) for held, sold in ((pressure, second), (0.0, first))]
        rows.append(_three(prices[0] / prices[1]))
    return over_seeds(rows)


def floor_share() -> Band:
    """Value to the outside user over the appraised value: an assumed range, so its ends are no quantiles."""
    floor = load_liquidation().figures["floor"]
    low, high = (floor.value if end is None else end for end in (floor.low, floor.high))
    return Band(Number(floor.value, 0.0), Number(low, 0.0), Number(high, 0.0))
