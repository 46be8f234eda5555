"""What every ratio is made of: an amount, and a quotient that never is NaN for want of a denominator."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Amount: TypeAlias = Any
"""A number, or an array of numbers elementwise."""


def quotient(above: Amount, below: Amount, *, when_nothing_below: float) -> Amount:
    """Divide, with a named answer where the denominator is zero.

    Parameters
    ----------
    above, below : same unit
        Numerator and denominator; `below` is not negative.
    when_nothing_below : number
        The answer where ``below == 0``.

    Returns
    -------
    number
        ``above / below``.

    Raises
    ------
    ValueError
        If a denominator is negative: amounts in this house are positive, direction is in the name.
    """
    top, bottom = np.broadcast_arrays(np.asarray(above, dtype=float), np.asarray(below, dtype=float))
    if np.any(bottom < 0.0):
        raise ValueError(f"denominator {bottom.min()} is negative")
    answer = np.full(top.shape, when_nothing_below)
    return np.divide(top, bottom, out=answer, where=bottom > 0.0)[()]


def periods(flows: Amount, rate: Amount) -> tuple[Amount, Amount]:
    """Line up flows with one rate per period.

    Parameters
    ----------
    flows : [..., period], USD
        What falls due at the end of each period.
    rate : number or [period], 1/period
        Interest of each period.

    Returns
    -------
    flows, discount factors : [..., period], [period]
        ``1 / prod(1 + rate)`` up to each period's end.

    Raises
    ------
    ValueError
        If a rate is -1 or less.
    """
    dues = np.atleast_1d(np.asarray(flows, dtype=float))
    rates = np.broadcast_to(np.asarray(rate, dtype=float), dues.shape[-1:])
    if np.any(rates <= -1.0):
        raise ValueError(f"rate {rates.min()} per period is -100 % or less")
    return dues, 1.0 / np.cumprod(1.0 + rates)


def present_value(flows: Amount, rate: Amount) -> Amount:
    """Value today of flows at the ends of the coming periods.

    Parameters
    ----------
    flows : [..., period], USD
    rate : number or [period], 1/period

    Returns
    -------
    [...], USD

    References
    ----------
    tests/reference/m2-annuity/SOURCE.md
    """
    dues, factors = periods(flows, rate)
    return (dues * factors).sum(axis=-1)[()]
