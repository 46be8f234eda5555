"""Rating migration as moves of an asset value past thresholds (CreditMetrics).

Ratings run from the best to default, as in the rows of a transition matrix.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.instruments.bivariate import bivariate_normal
from halflife.instruments.bounds import accept, outside, unlike
from halflife.ratios.amount import Amount

_ROW_SUM = 1e-3
"""How far printed probabilities of a row may be from adding up to 1."""


def _findings(where: str, row: Floats) -> list[Finding]:
    total = row.sum(axis=-1)
    return outside(where, row, 0.0, 1.0) + outside(
        f"sum of {where}", total, 1.0 - _ROW_SUM, 1.0 + _ROW_SUM, fix="probabilities of a row add up to 1"
    )


def thresholds(transition: Amount) -> Floats:
    """Asset values at which a borrower's rating changes.

    Parameters
    ----------
    transition : [..., rating], probability
        Of a year's end in each rating, best first, default last.

    Returns
    -------
    [..., rating - 1], standard deviations
        ``Ni(sum of what is worse)``: below the first the best rating is lost, below the last is default.
        Infinite where nothing worse is possible.

    Raises
    ------
    SpecError
        If a row is not one of probabilities.

    References
    ----------
    Gupton, Finger and Bhatia (1997), "CreditMetrics technical document", J.P. Morgan, section 8.2.
    """
    row = np.asarray(transition, dtype=float)
    accept(_findings("transition", row))
    worse = np.cumsum(row[..., ::-1], axis=-1)[..., :-1][..., ::-1]
    return np.asarray(ndtri(np.clip(worse / row.sum(axis=-1, keepdims=True), 0.0, 1.0)))


def joint_migration(first: Amount, second: Amount, correlation: float) -> Floats:
    """Probability of every pair of ratings of two borrowers.

    Parameters
    ----------
    first, second : [rating], probability
        As for `thresholds`.
    correlation : in [-1, 1]
        Of the asset values.

    Returns
    -------
    [rating of the first, rating of the second], probability

    Raises
    ------
    SpecError
        If a row is not one of probabilities, or the correlation is outside its range.

    References
    ----------
    Gupton, Finger and Bhatia (1997), section 8.3; tests/reference/m6-creditmetrics-joint/SOURCE.md
    """
    one, other = (np.r_[np.inf, thresholds(row), -np.inf] for row in (first, second))
    below = bivariate_normal(one[:, None], other[None, :], correlation)
    return np.asarray(np.maximum(below[:-1, :-1] - below[1:, :-1] - below[:-1, 1:] + below[1:, 1:], 0.0))


def year_end_values(coupon: float, forward_zero: Amount, recovery: float, face: float = 100.0) -> Floats:
    """Value of a bond after a year, by the rating it then has.

    Parameters
    ----------
    coupon : USD per year
        The first is paid at the year's end and counted.
    forward_zero : [rating, year], 1/yr, compounded yearly
        Zero rates a year ahead, for the years left.
    recovery : USD
        Worth in default.
    face : USD

    Returns
    -------
    [rating, default last], USD

    Raises
    ------
    SpecError
        If a rate is -100 % or less.

    References
    ----------
    Gupton, Finger and Bhatia (1997), section 1.3; tests/reference/m6-creditmetrics-bbb/SOURCE.md
    """
    rates = np.asarray(forward_zero, dtype=float)
    accept(outside("forward_zero", rates, -1.0, is_low_in=False))
    discount = (1.0 + rates) ** -np.arange(1.0, rates.shape[-1] + 1.0)
    alive = coupon * (1.0 + discount.sum(axis=-1)) + face * discount[..., -1]
    return np.append(alive, recovery)


class Moments(NamedTuple):
    """Mean and spread of a value."""

    mean: float
    """USD"""
    deviation: float
    """USD: standard deviation"""


def value_moments(transition: Amount, values: Amount) -> Moments:
    """Mean and standard deviation of a bond's value after a year.

    Parameters
    ----------
    transition : [rating], probability
    values : [rating], USD
        As from `year_end_values`.

    Returns
    -------
    Moments
        Without the uncertainty of the recovery.

    Raises
    ------
    SpecError
        If the row is not one of probabilities or does not match the values.

    References
    ----------
    Gupton, Finger and Bhatia (1997), section 1.4; tests/reference/m6-creditmetrics-bbb/SOURCE.md
    """
    row, worth = np.asarray(transition, dtype=float), np.asarray(values, dtype=float)
    accept(_findings("transition", row), unlike("number of values", worth.shape, row.shape, "one for each rating"))
    mean = float(row @ worth)
    return Moments(mean, float(np.sqrt(row @ (worth - mean) ** 2)))
