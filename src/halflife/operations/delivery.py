"""When machines arrive, and what follows from it: service, age, paper value, contract terms.

A machine delivered in month d is in service for the whole of month d and is paid for at its end. Machines
in service at the valuation date, with age a, count as delivered in month ``1 - a``: ``T`` months of contract
from delivery leave the months 1 to ``T - a``.
"""

from __future__ import annotations

import datetime
import math
from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.foundation.grid import TimeGrid, add_months
from halflife.operations.spec import FleetSpec


class Arrivals(NamedTuple):
    """Deliveries by month of first service.

    month : [arrival], first month of service, ascending, may be negative
    share : [arrival], share of the fleet
    time : [arrival], months from valuation to the mean delivery in that month
    """

    month: Ints
    share: Floats
    time: Floats


def months_until(grid: TimeGrid, day: datetime.date) -> float:
    """Months from the valuation date to a day, parts of a month by days; negative before it."""
    month = grid.month_of(day)
    start, end = add_months(grid.valuation, month - 1), add_months(grid.valuation, month)
    return month - 1 + (day - start).days / (end - start).days


def arrivals(fleet: FleetSpec, grid: TimeGrid) -> Arrivals:
    """Straight-line delivery from the first to the last date, or all at once at the fleet's age."""
    if fleet.delivery is None:
        first = last = -float(fleet.age)
    else:
        first, last = months_until(grid, fleet.delivery.first), months_until(grid, fleet.delivery.last)
    if last == first:
        return Arrivals(np.array([math.floor(first) + 1]), np.ones(1), np.array([first]))
    month = np.arange(math.floor(first) + 1, math.ceil(last) + 1)
    start, end = np.maximum(month - 1.0, first), np.minimum(month.astype(np.float64), last)
    return Arrivals(month, (end - start) / (last - first), (start + end) / 2.0)


def delivered(came: Arrivals, months: int) -> Floats:
    """Share in service in each month; column 0 what was in service at the valuation date."""
    service = cumulative(came, 0, months)
    service[0] = came.share[came.time <= 0.0].sum()
    return service


def cumulative(came: Arrivals, lag: int, months: int) -> Floats:
    """Share delivered by month ``t - lag``, for t from 0 to `months`."""
    total = np.concatenate((np.zeros(1), np.cumsum(came.share)))
    total[-1] = 1.0
    return total[np.searchsorted(came.month, np.arange(months + 1) - lag, side="right")]


def in_term(came: Arrivals, term: int, months: int) -> Floats:
    """Share of units within their contract term in each month."""
    share = cumulative(came, 0, months) - cumulative(came, term, months)
    share[0] = came.share[(came.time <= 0.0) & (came.time > -term)].sum()
    return share


def released(came: Arrivals, lag: int, months: int) -> Floats:
    """Share of units past term and downtime, which together last `lag` months."""
    share = cumulative(came, lag, months)
    share[0] = came.share[came.time <= -max(lag, 0)].sum()
    return share


def book_and_age(came: Arrivals, life: int, months: int) -> tuple[Floats, Floats]:
    """Straight-line paper value as a share of cost, and mean age in months, at the end of each month."""
    at_end = np.arange(months + 1)[:, None]
    age = at_end - came.time
    here = ((came.month <= at_end) & (at_end > 0)) | (came.time <= 0.0)
    weight = np.where(here, came.share, 0.0)
    age = np.maximum(age, 0.0)
    book = (weight * np.clip(1.0 - age / life, 0.0, 1.0)).sum(axis=1)
    total = weight.sum(axis=1)
    mean = (weight * age).sum(axis=1) / np.where(total > 0.0, total, 1.0)
    return book, mean
