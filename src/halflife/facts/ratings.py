"""Letters, notches, and the table that turns a PD or an expected loss into a grade."""

from __future__ import annotations

import bisect
import math

from halflife.facts.records import RatingTable
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.units import RATING_SCALE

WEAKEST = float(len(RATING_SCALE))


def notch(rating: str | float) -> float:
    """Number of a grade: AAA = 1, AA+ = 2, ... CCC- = 19; a number between passes through.

    Parameters
    ----------
    rating : S&P-scale letter, or a number within [1, 19]

    Returns
    -------
    notch : numeric grade
    """
    if isinstance(rating, str):
        if rating in RATING_SCALE:
            return 1.0 + RATING_SCALE.index(rating)
        fix = "write the S&P letter, for example 'BBB-'"
        raise SpecError([Finding("rating", f"'{rating}'", "one of " + ", ".join(RATING_SCALE), fix)])
    if not 1.0 <= rating <= WEAKEST:
        raise SpecError([Finding("rating", f"{rating:g}", f"a notch from 1 (AAA) to {WEAKEST:g} (CCC-)", "")])
    return float(rating)


def letter(number: float) -> str:
    """Nearest S&P letter of a numeric grade; beyond the scale, its end."""
    return RATING_SCALE[min(max(round(number), 1), len(RATING_SCALE)) - 1]


def implied_notch(table: RatingTable, horizon: float, value: float) -> float:
    """Numeric grade whose tabulated PD or EL at the horizon equals the value.

    Parameters
    ----------
    table : rating table
    horizon : years
        Must be one of the table's horizons: a table is not interpolated in time.
    value : decimal
        PD or expected loss over the horizon.

    Returns
    -------
    notch : between the first and the last grade of the table, and held there

    Notes
    -----
    Log-linear between neighbouring grades. A value better than the best grade maps to the best.
    """
    if horizon not in table.horizons:
        wanted = ", ".join(f"{item:g}" for item in table.horizons)
        raise SpecError([Finding("horizon", f"{horizon:g} years", f"one of {wanted}", f"see table '{table.name}'")])
    column = [row[table.horizons.index(horizon)] for row in table.values]
    first = notch(table.grades[0])
    if value <= column[0]:
        return first
    if value >= column[-1]:
        return notch(table.grades[-1])
    place = bisect.bisect_right(column, value)
    below, above = column[place - 1], column[place]
    share = 0.0 if above == below else math.log(value / below) / math.log(above / below)
    lower, upper = notch(table.grades[place - 1]), notch(table.grades[place])
    return lower + share * (upper - lower)
