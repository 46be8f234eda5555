"""Default the first time that a firm's assets touch a barrier: Black and Cox (1976), and what simulations need of it.

A distance is the logarithm of assets over barrier; its drift is ``drift - barrier growth - volatility^2 / 2``.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from halflife.foundation.errors import Finding
from halflife.instruments.bounds import accept, finite, outside, positive
from halflife.ratios.amount import Amount


def _findings(drift: Amount, volatility: Amount, years: Amount) -> list[Finding]:
    return finite("drift", drift) + positive("volatility", volatility) + positive("years", years)


def passage_terms(
    distance: Amount, drift: Amount, volatility: Amount, years: Amount, rate: Amount = 0.0
) -> tuple[Amount, Amount]:
    """Two terms whose sum is the value of a dollar paid when a drifting distance first reaches zero.

    Parameters
    ----------
    distance : logarithm, non-negative
        Of assets over barrier [b].
    drift : 1/yr
        Of the distance [m].
    volatility : 1/sqrt(yr), positive
        [s]
    years : yr, positive
        Nothing is paid later [T].
    rate : 1/yr, non-negative
        Discounts [r]; at none the value is a probability.

    Returns
    -------
    downward, upward : USD
        ``exp(b (z -+ m) ...) N((-b -+ z T) / (s sqrt T))`` with ``z = sqrt(m^2 + 2 r s^2)``: exponents are added
        before they are raised, so that a far barrier neither overflows nor loses its digits.

    Notes
    -----
    Elementwise. Raises nothing: callers have checked.

    References
    ----------
    Reiner and Rubinstein (1991), "Unscrambling the binary code", Risk 4; Leland and Toft (1996), equations 4-6.
    """
    b, m, s, t = (np.asarray(number, dtype=float) for number in (distance, drift, volatility, years))
    z, spread = np.sqrt(m * m + 2.0 * np.asarray(rate) * s * s), s * np.sqrt(t)
    with np.errstate(divide="ignore", invalid="ignore"):
        down = np.exp((z - m) * b / s**2 + log_ndtr((-b - z * t) / spread))
        up = np.exp(-(z + m) * b / s**2 + log_ndtr((-b + z * t) / spread))
    return down, up


def dollar_at_passage(distance: Amount, drift: Amount, volatility: Amount, years: Amount, rate: Amount = 0.0) -> Amount:
    """Value of a dollar paid when the barrier is first touched, if it is within the horizon.

    Parameters
    ----------
    distance, drift, volatility, rate : as for `passage_terms`
        A distance of zero or less has touched already.
    years : yr, non-negative

    Returns
    -------
    USD
        ``E[exp(-r tau); tau <= T]``; at no rate the probability of default.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Reiner and Rubinstein (1991).
    """
    accept(
        outside("distance", distance, is_high_in=False),
        finite("drift", drift),
        positive("volatility", volatility),
        outside("years", years, 0.0, is_high_in=False),
        outside("rate", rate, 0.0, is_high_in=False),
    )
    b = np.asarray(distance, dtype=float)
    down, up = passage_terms(np.where(b > 0.0, b, 1.0), drift, volatility, years, rate)
    return np.where(b > 0.0, down + up, 1.0)[()]


def first_passage_probability(
    assets: Amount, barrier: Amount, drift: Amount, volatility: Amount, years: Amount, barrier_growth: Amount = 0.0
) -> Amount:
    """Probability that a firm's assets touch a barrier before a horizon.

    Parameters
    ----------
    assets, barrier : USD, positive
        Today; assets at or below the barrier have defaulted [V, B].
    drift : 1/yr
        Expected growth of the assets: of machines their fall in price and wear, a negative number [mu].
    volatility : 1/sqrt(yr), positive
        [s]
    years : yr, positive
        [T]
    barrier_growth : 1/yr
        The barrier at time t is ``B exp(gamma t)`` [gamma].

    Returns
    -------
    probability
        ``N((-b - m T) / (s sqrt T)) + exp(-2 m b / s^2) N((-b + m T) / (s sqrt T))`` with ``b = ln(V / B)`` and
        ``m = mu - gamma - s^2 / 2``.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Black and Cox (1976), "Valuing corporate securities", Journal of Finance 31;
    tests/reference/m3-black-cox-first-passage/SOURCE.md
    """
    accept(
        positive("assets", assets),
        positive("barrier", barrier),
        _findings(drift, volatility, years),
        finite("barrier_growth", barrier_growth),
    )
    distance = np.log(np.asarray(assets, dtype=float)) - np.log(np.asarray(barrier, dtype=float))
    pull = np.asarray(drift, dtype=float) - barrier_growth - 0.5 * np.asarray(volatility, dtype=float) ** 2
    return dollar_at_passage(distance, pull, volatility, years)


def passage_density(distance: Amount, drift: Amount, volatility: Amount, years: Amount) -> Amount:
    """Density of the time at which a drifting distance first reaches zero.

    Parameters
    ----------
    distance : logarithm, positive
    drift, volatility : as for `passage_terms`
    years : yr, positive
        At which the density is asked.

    Returns
    -------
    1/yr
        ``b / (s sqrt(2 pi t^3)) exp(-(b + m t)^2 / (2 s^2 t))``.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Karatzas and Shreve (1991), "Brownian motion and stochastic calculus", section 3.5.C.
    """
    accept(positive("distance", distance), _findings(drift, volatility, years))
    b, s, t = (np.asarray(number, dtype=float) for number in (distance, volatility, years))
    return b / (s * np.sqrt(2.0 * np.pi * t**3)) * np.exp(-((b + np.asarray(drift) * t) ** 2) / (2.0 * s * s * t))


def bridge_crossing(before: Amount, after: Amount, variance: Amount) -> Amount:
    """Probability that a simulated step touched the barrier between its two ends.

    Parameters
    ----------
    before, after : logarithms
        Of assets over barrier at the two ends of the step; at or below zero the barrier is touched for certain.
    variance : positive
        Of the step: ``volatility^2 dt``.

    Returns
    -------
    probability
        ``exp(-2 before after / variance)``. A path survives a step with the probability left; with it a
        simulation of any step length has no bias for a barrier that is flat in these logarithms.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Glasserman (2003), "Monte Carlo methods in financial engineering", section 6.4.
    """
    accept(finite("before", before), finite("after", after), positive("variance", variance))
    above = np.maximum(np.asarray(before, dtype=float), 0.0) * np.maximum(np.asarray(after, dtype=float), 0.0)
    return np.exp(-2.0 * above / variance)
