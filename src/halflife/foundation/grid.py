"""Monthly time grid and day counts: the only place, with the specs, where dates live."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

DayCount = Literal["ACT/360", "ACT/365", "30/360"]

Floats = npt.NDArray[np.float64]


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of another month; a month end stays a month end, a day the month lacks becomes its last.

    Notes
    -----
    "End of month" rule of ISDA 2006 section 4.10: from 2026-02-28 one month on is 2026-03-31.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    is_month_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return datetime.date(year, month + 1, last if is_month_end else min(day.day, last))


@dataclass(frozen=True)
class TimeGrid:
    """Months counted from the valuation date; month ``t`` covers ``(dates[t-1], dates[t]]``.

    Attributes
    ----------
    valuation : the day everything is seen from
    months : number of months, positive
    """

    valuation: datetime.date
    months: int

    def __post_init__(self) -> None:
        assert self.months >= 1, f"a grid needs at least one month, not {self.months}"

    @cached_property
    def dates(self) -> tuple[datetime.date, ...]:
        """Valuation date and the end of each month: ``months + 1`` days, clipped to the month's last day."""
        return tuple(add_months(self.valuation, month) for month in range(self.months + 1))

    def month_of(self, day: datetime.date) -> int:
        """The month in which a day's payment is made: 0 on the valuation date, negative before it.

        Returns
        -------
        months, rounded up
            From 2026-03-31, the day 2032-03-31 is month 72 and 2032-04-01 is month 73. The day may lie beyond
            the grid: compare with `months`.
        """
        month = (day.year - self.valuation.year) * 12 + day.month - self.valuation.month
        while add_months(self.valuation, month) < day:
            month += 1
        while add_months(self.valuation, month - 1) >= day:
            month -= 1
        return month

    @cached_property
    def years(self) -> Floats:
        """Time from valuation to each date in model years of twelve equal months: ``[months + 1], years``."""
        return np.arange(self.months + 1, dtype=np.float64) / 12.0

    def year_fractions(self, day_count: DayCount) -> Floats:
        """Length of each month for interest.

        Parameters
        ----------
        day_count : ACT/360, ACT/365 (fixed) or 30/360

        Returns
        -------
        [months], years
            Entry ``t - 1`` belongs to month ``t``.
        """
        pairs = zip(self.dates[:-1], self.dates[1:], strict=True)
        return np.array([year_fraction(start, end, day_count) for start, end in pairs])


def year_fraction(start: datetime.date, end: datetime.date, day_count: DayCount) -> float:
    """Years between two days under a day count.

    Notes
    -----
    ISDA 2006 definitions, section 4.16 (d), (e) and (f). Under 30/360 (the bond basis) a 31st counts as a
    30th at the start, and at the end when the start is a 30th or 31st; the last of February is not moved.
    """
    if day_count == "ACT/360":
        return (end - start).days / 360.0
    if day_count == "ACT/365":
        return (end - start).days / 365.0
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return (360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first) / 360.0
