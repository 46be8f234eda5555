"""Survival and default-swap spread of a listed firm from its share price and debt per share: CreditGrades.

Kiesel and Veraart (2008, "A note on the survival probability in CreditGrades") prove the exact formula of the
technical document wrong; this is its approximation, in which an uncertain barrier is a head start of the clock. It
gives some probability of default to the first instant: that is the model, not an error.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.instruments.bounds import accept, outside, positive, probabilities
from halflife.instruments.first_passage import dollar_at_passage
from halflife.ratios.amount import Amount

_LONG, _POINTS = 5.0, 48  # riskless growth, as a logarithm, after which the closed form has lost three digits


class Listed(NamedTuple):
    """A listed firm as CreditGrades sees it."""

    share_price: Amount
    """USD per share [S]"""
    equity_volatility: Amount
    """1/sqrt(yr)"""
    debt_per_share: Amount
    """USD per share [D]"""
    mean_recovery: Amount = 0.5
    """fraction of the debt that the assets are worth at default [L]"""
    recovery_deviation: Amount = 0.3
    """of its logarithm [lambda]"""


class _Start(NamedTuple):
    """Where the distance to the barrier starts."""

    distance: Floats
    """logarithm of ``d = (S + L D) / (L D) exp(lambda^2)``"""
    volatility: Floats
    """of the assets, 1/sqrt(yr)"""
    head_start: Floats
    """yr for which the assets would have to move to be as uncertain as the barrier is: ``lambda^2 / sigma^2``"""


def _findings(firm: Listed) -> list[Finding]:
    return [
        *positive("share_price", firm.share_price),
        *positive("equity_volatility", firm.equity_volatility),
        *positive("debt_per_share", firm.debt_per_share),
        *outside("mean_recovery", firm.mean_recovery, 0.0, 1.0, is_low_in=False),
        *outside("recovery_deviation", firm.recovery_deviation, 0.0, is_high_in=False),
    ]


def _start(firm: Listed) -> _Start:
    share, jitter = np.asarray(firm.share_price, dtype=float), np.asarray(firm.recovery_deviation, dtype=float)
    barrier = np.asarray(firm.mean_recovery, dtype=float) * firm.debt_per_share
    volatility = np.asarray(firm.equity_volatility) * share / (share + barrier)
    return _Start(np.log1p(share / barrier) + jitter**2, volatility, (jitter / volatility) ** 2)


def _dollar(start: _Start, years: Amount, rate: Amount = 0.0) -> Floats:
    """Value of a dollar at passage, the clock counted from where the barrier was certain."""
    return np.asarray(dollar_at_passage(start.distance, -0.5 * start.volatility**2, start.volatility, years, rate))


def _dollar_later(start: _Start, years: Floats, rate: Floats) -> Floats:
    """Value of a dollar at a default between now and `years`.

    The closed form subtracts values discounted over the head start. After a long one, which a firm with little equity
    has, nothing of them is left; but then the odds change so slowly that a rule of a few points is exact.
    """
    begun, wait = start.head_start, rate * start.head_start
    closed = _dollar(start, begun + years, rate) - _dollar(start, begun, rate)
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    times = 0.5 * np.expand_dims(np.broadcast_to(years, np.shape(wait * years)), -1) * (points + 1.0)
    slow = _Start(*(np.expand_dims(np.broadcast_to(part, np.shape(wait * years)), -1) for part in start))
    odds = np.exp(-np.expand_dims(rate, -1) * times) * _dollar(slow, slow.head_start + times)
    summed = np.exp(-rate * years) * _dollar(start, begun + years) - _dollar(start, begun)
    summed = summed + 0.5 * rate * years * (odds @ weights)
    return np.where(wait > _LONG, summed, np.exp(np.minimum(wait, _LONG)) * closed)


def survival(firm: Listed, years: Amount) -> Amount:
    """Probability of no default before a horizon.

    Parameters
    ----------
    firm : Listed
    years : yr, non-negative

    Returns
    -------
    probability
        ``N(-A / 2 + ln d / A) - d N(-A / 2 - ln d / A)`` with ``A^2 = sigma^2 t + lambda^2`` and
        ``sigma = sigma_E S / (S + L D)``; below 1 at once.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Finger et al. (2002), "CreditGrades technical document", equation 2.13;
    tests/reference/m3-creditgrades/SOURCE.md
    """
    accept(_findings(firm), outside("years", years, 0.0, is_high_in=False))
    start = _start(firm)
    return 1.0 - _dollar(start, np.asarray(years, dtype=float) + start.head_start)[()]


def swap_spread(firm: Listed, years: Amount, rate: Amount, recovery: Amount) -> Amount:
    """Spread of a default swap that costs nothing to enter, paid continuously.

    Parameters
    ----------
    firm : Listed
    years : yr, positive
        Of the swap [t].
    rate : 1/yr, positive
        Riskless, continuous [r].
    recovery : fraction, below 1
        Of the bond that the swap insures [R].

    Returns
    -------
    1/yr
        ``r (1 - R) (1 - P(0) + H) / (P(0) - P(t) exp(-r t) - H)``, where ``H`` is the value of a dollar at a
        default between now and `years`, by the integral of Reiner and Rubinstein.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Finger et al. (2002), equation 2.14; tests/reference/m3-creditgrades/SOURCE.md
    """
    accept(
        _findings(firm),
        positive("years", years),
        positive("rate", rate),
        [] if np.all(np.asarray(recovery) == 0.0) else probabilities("recovery", recovery),
    )
    start = _start(firm)
    end = start.head_start + years
    later = _dollar_later(start, np.asarray(years, dtype=float), np.asarray(rate, dtype=float))
    at_once, kept = _dollar(start, start.head_start), 1.0 - _dollar(start, end)
    premium = (1.0 - at_once - kept * np.exp(-np.asarray(rate) * years) - later) / rate
    return ((1.0 - np.asarray(recovery)) * (at_once + later) / premium)[()]
