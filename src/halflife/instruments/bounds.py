"""Holding what a closed form is given against the range in which it means something."""

from __future__ import annotations

from functools import partial

import numpy as np

from halflife.foundation.errors import Finding, SpecError
from halflife.ratios.amount import Amount

MOST_SHOWN = 3


def outside(
    where: str,
    numbers: Amount,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    is_low_in: bool = True,
    is_high_in: bool = True,
    fix: str = "",
) -> list[Finding]:
    """Find numbers outside an interval; a number that is none is outside every interval.

    Parameters
    ----------
    where : name of the argument
    numbers : number or array
    low, high : same unit
    is_low_in, is_high_in : whether the ends belong to the interval
    fix : what to do

    Returns
    -------
    list of Finding
        None or one, which shows the first offenders and their positions.

    References
    ----------
    Our own.
    """
    array = np.atleast_1d(np.asarray(numbers, dtype=float))
    above = array >= low if is_low_in else array > low
    below = array <= high if is_high_in else array < high
    bad = np.argwhere(~(above & below))
    if not bad.size:
        return []
    shown = ", ".join(f"{array[tuple(place)]:g} at {place.tolist()}" for place in bad[:MOST_SHOWN])
    more = f" and {len(bad) - MOST_SHOWN} more" if len(bad) > MOST_SHOWN else ""
    wanted = f"{'[' if is_low_in else '('}{low:g}, {high:g}{']' if is_high_in else ')'}"
    return [Finding(where, shown + more, f"within {wanted}", fix)]


positive = partial(outside, low=0.0, is_low_in=False, is_high_in=False)
"""Find numbers that are not positive and finite, as `outside`."""
finite = partial(outside, is_low_in=False, is_high_in=False)
"""Find numbers that are not finite, as `outside`."""


def probabilities(where: str, numbers: Amount) -> list[Finding]:
    """Find what is not a probability strictly between 0 and 1, as `outside`."""
    return outside(where, numbers, 0.0, 1.0, is_low_in=False, is_high_in=False, fix="give it as a fraction of one")


def unlike(where: str, found: object, wanted: object, fix: str = "") -> list[Finding]:
    """Find that two things that must be equal are not: shapes, counts, sums."""
    return [] if found == wanted else [Finding(where, str(found), str(wanted), fix)]


def accept(*findings: list[Finding]) -> None:
    """Refuse the whole call if anything was found.

    Raises
    ------
    SpecError
        With all findings.
    """
    everything = [finding for some in findings for finding in some]
    if everything:
        raise SpecError(everything)
