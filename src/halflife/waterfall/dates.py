"""Payment dates as months."""

from __future__ import annotations

import numpy as np

from halflife.foundation.axes import Ints
from halflife.foundation.grid import TimeGrid
from halflife.waterfall.spec import FacilitySpec


def maturity_month(facility: FacilitySpec, grid: TimeGrid) -> int:
    """Month in which the facility matures."""
    return grid.month_of(facility.maturity)


def draw_end_month(facility: FacilitySpec, grid: TimeGrid) -> int:
    """Last month with draws, 0 without."""
    return 0 if facility.draws is None else max(grid.month_of(facility.draws.until), 0)


def payment_months(facility: FacilitySpec, grid: TimeGrid) -> Ints:
    """Months in which interest is due, counted back from maturity."""
    return np.arange(maturity_month(facility, grid), 0, -facility.every)[::-1].copy()


def instalment_months(facility: FacilitySpec, grid: TimeGrid) -> Ints:
    """Months in which principal is due: from the first payment date, else the first period after draws."""
    months = payment_months(facility, grid)
    if facility.first_payment is not None:
        return months[months >= grid.month_of(facility.first_payment)]
    return months[months > draw_end_month(facility, grid)]
