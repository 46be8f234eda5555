"""The correlation, and the size of losses, at which a copula spreads a pool's loss as widely as it was seen to."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from halflife.instruments.bounds import accept, outside, unlike
from halflife.instruments.copula import Conditioned, gaussian
from halflife.ratios.amount import Amount

MOST = 0.99
"""Largest correlation that is tried."""


class Matched(NamedTuple):
    """A correlation or a multiple, and whether it meets the variance or stands at the end of what was tried."""

    number: float
    is_met: bool


def loss_variance(conditioned: Conditioned, lost: Amount) -> float:
    """Variance of a finite pool's loss whose losses given default are known.

    Parameters
    ----------
    conditioned : pd [name, node]
        From `copula`.
    lost : [name], USD or fraction of the pool
        Lost if the name defaults.

    Returns
    -------
    squared unit of `lost`
        ``E[(sum l p)^2] + E[sum l^2 p (1 - p)] - (E[sum l p])^2`` over the nodes.

    Raises
    ------
    SpecError
        If losses and names are not as many.

    References
    ----------
    Law of total variance.
    """
    losses, chance, weight = np.asarray(lost, dtype=float), conditioned.pd, conditioned.weight
    accept(unlike("number of losses", losses.shape, chance.shape[-2:-1], "give one for each name"))
    mean = losses @ chance
    own = (losses**2) @ (chance * (1.0 - chance))
    return float(weight @ (mean**2 + own) - (weight @ mean) ** 2)


def implied_correlation(
    pd: Amount, lost: Amount, variance: float, condition: Callable[[Amount, Amount], Conditioned] = gaussian
) -> Matched:
    """Find the flat correlation at which the variance of the pool's loss is the one given.

    Parameters
    ----------
    pd : [name], probability;  lost : [name], lost if the name defaults
    variance : to be met, squared unit of `lost`
    condition : copula of one factor, (pd, correlation) -> Conditioned

    Returns
    -------
    Matched
        At 0 or `MOST`, and not met, where even these are too wide or too narrow.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Our own; of the same kind as compound correlation, Hull and White (2004).
    """
    accept(outside("variance", variance, 0.0))

    def excess(correlation: float) -> float:
        return loss_variance(condition(pd, correlation), lost) - variance

    if excess(0.0) >= 0.0:
        return Matched(0.0, is_met=False)
    if excess(MOST) <= 0.0:
        return Matched(MOST, is_met=False)
    return Matched(float(brentq(excess, 0.0, MOST, xtol=1e-6)), is_met=True)


def implied_severity(
    pd: Amount, lost: Amount, most: Amount, variance: float, condition: Callable[[Amount], Conditioned]
) -> Matched:
    """Find how much rarer and larger losses must be, each name's mean kept, for the pool's loss to vary as given.

    Parameters
    ----------
    pd : [name], probability;  lost : [name], mean loss if the name defaults
    most : [name], loss that the name cannot exceed: its whole debt
    variance : to be met, squared unit of `lost`
    condition : copula at its correlation, pd -> Conditioned

    Returns
    -------
    Matched
        The multiple of `lost`, from 1; not met where even 1 is too wide, or whole debts too narrow.

    Notes
    -----
    A mean over many mild defaults hides the severe ones. A name loses ``min(m l, most)`` with ``p l / min(m l, most)``.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Our own.
    """
    chance, mean, cap = (np.asarray(one, dtype=float) for one in (pd, lost, most))
    accept(outside("variance", variance, 0.0), outside("lost", mean, 0.0, is_low_in=False))

    def excess(multiple: float) -> float:
        rare, large = rarer(chance, mean, cap, multiple)
        return loss_variance(condition(rare), large) - variance

    end = max(float((cap / mean).max()), 1.0)
    if excess(1.0) >= 0.0:
        return Matched(1.0, is_met=False)
    if excess(end) <= 0.0:
        return Matched(end, is_met=False)
    return Matched(float(brentq(excess, 1.0, end, xtol=1e-6)), is_met=True)


def rarer(pd: Amount, lost: Amount, most: Amount, multiple: float) -> tuple[Amount, Amount]:
    """Probabilities and losses of names that default more rarely and lose more, with the same means.

    Parameters
    ----------
    pd, lost, most : as for `implied_severity`;  multiple : at least 1

    References
    ----------
    Our own.
    """
    mean = np.asarray(lost, dtype=float)
    large = np.maximum(np.minimum(multiple * mean, most), mean)
    return np.asarray(pd, dtype=float) * mean / large, large
