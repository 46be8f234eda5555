"""Probability that two borrowers default together: by copula at a horizon, or at any time before it.

A Student t with a correlation of zero is not independence: a common scale moves both borrowers.
"""

from __future__ import annotations

from math import ceil, pi
from typing import NamedTuple

import numpy as np
from scipy.special import ive, ndtr, ndtri, stdtr, stdtrit

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.instruments.bivariate import bivariate_normal
from halflife.instruments.bounds import accept, outside, positive, probabilities
from halflife.ratios.amount import Amount

_STEP, _REACH = 0.05, 3.3  # of the double exponential rule; its last weight is 1e-17


def _rule() -> tuple[Floats, Floats, Floats]:
    """Points of (0, 1), their distances from 1, and weights: the double exponential rule of Takahasi and Mori."""
    steps = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    turned = pi * np.sinh(steps)
    points, left = 1.0 / (1.0 + np.exp(-turned)), 1.0 / (1.0 + np.exp(turned))
    return points, left, _STEP * pi * np.cosh(steps) * points * left


_POINTS, _LEFT, _WEIGHTS = _rule()


def _findings(first_pd: Amount, second_pd: Amount, correlation: Amount) -> list[Finding]:
    return [
        *probabilities("first_pd", first_pd),
        *probabilities("second_pd", second_pd),
        *outside("correlation", correlation, -1.0, 1.0),
    ]


def gaussian(first_pd: Amount, second_pd: Amount, correlation: Amount) -> Amount:
    """Probability that both of two borrowers default, under a Gaussian copula.

    Parameters
    ----------
    first_pd, second_pd : probability
    correlation : in [-1, 1]
        Of their asset values [rho].

    Returns
    -------
    probability
        ``N2(Ni(p1), Ni(p2); rho)``.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Lucas (1995), "Default correlation and credit analysis", Journal of Fixed Income 4;
    tests/reference/m3-joint-default-gauss-t/SOURCE.md
    """
    accept(_findings(first_pd, second_pd, correlation))
    return bivariate_normal(ndtri(first_pd), ndtri(second_pd), correlation)


def student(first_pd: Amount, second_pd: Amount, correlation: Amount, degrees: Amount) -> Amount:
    """Probability that both of two borrowers default, under a Student t copula.

    Parameters
    ----------
    first_pd, second_pd : probability
    correlation : in [-1, 1]
        [rho]
    degrees : positive, whole or not
        Of freedom [nu].

    Returns
    -------
    probability
        ``max(0, p1 + p2 - 1) + int (1 + q / nu)^(-nu / 2) dphi / (2 pi)`` over the angle from a correlation of
        -1 to `correlation`, with ``q = (x + y)^2 / (4 sin^2(phi / 2)) + (x - y)^2 / (4 cos^2(phi / 2))`` and
        ``x, y`` the quantiles of the two. Nothing is subtracted: small probabilities keep their digits.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Genz (2004), "Numerical computation of rectangular bivariate and trivariate normal and t probabilities",
    Statistics and Computing 14 (the derivative in the correlation); tests/reference/m3-joint-default-gauss-t/SOURCE.md
    """
    accept(_findings(first_pd, second_pd, correlation), positive("degrees", degrees))
    p, q, rho, nu = np.broadcast_arrays(
        *(np.asarray(number, dtype=float) for number in (first_pd, second_pd, correlation, degrees))
    )
    x, y = stdtrit(nu, p)[..., None], stdtrit(nu, q)[..., None]
    angle = 2.0 * np.arctan2(np.sqrt(1.0 + rho), np.sqrt(1.0 - rho))[..., None]
    rest = 2.0 * np.arctan2(np.sqrt(1.0 - rho), np.sqrt(1.0 + rho))[..., None]
    below, above = np.sin(0.5 * angle * _POINTS), np.sin(0.5 * (rest + angle * _LEFT))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        far = (0.5 * (x + y) / below) ** 2 + (0.5 * (x - y) / above) ** 2
        density = np.exp(-0.5 * nu[..., None] * np.log1p(far / nu[..., None]))
    together = angle[..., 0] / (2.0 * pi) * (np.where(angle > 0.0, density, 0.0) @ _WEIGHTS)
    return (np.maximum(0.0, p + q - 1.0) + together)[()]


def default_correlation(first_pd: Amount, second_pd: Amount, joint: Amount) -> Amount:
    """Correlation of two events of default.

    Parameters
    ----------
    first_pd, second_pd : probability
    joint : probability
        Of both.

    Returns
    -------
    correlation
        ``(joint - p1 p2) / sqrt(p1 (1 - p1) p2 (1 - p2))``; far below that of the asset values.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Lucas (1995); tests/reference/m3-joint-default-gauss-t/SOURCE.md
    """
    p, q = np.asarray(first_pd, dtype=float), np.asarray(second_pd, dtype=float)
    accept(probabilities("first_pd", p), probabilities("second_pd", q), outside("joint", joint, 0.0, 1.0))
    return (joint - p * q) / np.sqrt(p * (1.0 - p) * q * (1.0 - q))


def tail_dependence(correlation: Amount, degrees: Amount) -> Amount:
    """Probability that the second fails when the first's failure was next to impossible, under a Student t copula.

    Parameters
    ----------
    correlation : in (-1, 1]
    degrees : positive

    Returns
    -------
    probability
        ``2 t_{nu + 1}(-sqrt((nu + 1) (1 - rho) / (1 + rho)))``; a Gaussian copula has none.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    McNeil, Frey and Embrechts (2015), "Quantitative risk management", section 7.3.1;
    tests/reference/m3-t-tail-dependence/SOURCE.md
    """
    accept(outside("correlation", correlation, -1.0, 1.0, is_low_in=False), positive("degrees", degrees))
    rho, above = np.asarray(correlation, dtype=float), np.asarray(degrees, dtype=float) + 1.0
    return 2.0 * stdtr(above, -np.sqrt(above * (1.0 - rho) / (1.0 + rho)))


def correlation_for_tail(tail: Amount, degrees: Amount) -> Amount:
    """Correlation that gives a Student t copula a stated tail dependence: to stress the tail itself.

    Parameters
    ----------
    tail : probability
        [lambda]
    degrees : positive
        [nu]

    Returns
    -------
    correlation
        ``(nu + 1 - q^2) / (nu + 1 + q^2)`` with ``q`` the quantile of ``lambda / 2`` at ``nu + 1`` degrees.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Our own: the inverse of `tail_dependence`.
    """
    accept(probabilities("tail", tail), positive("degrees", degrees))
    above = np.asarray(degrees, dtype=float) + 1.0
    square = stdtrit(above, 0.5 * np.asarray(tail, dtype=float)) ** 2
    return (above - square) / (above + square)


class Passages(NamedTuple):
    """Probabilities that one or both of two firms touch their barriers."""

    first: Amount
    second: Amount
    both: Amount
    """absolute error about 1e-14"""
    either: Amount


def first_passages(first: Amount, second: Amount, correlation: Amount) -> Passages:
    """Probability that both of two firms default at any time before a horizon, not on the same day only.

    Parameters
    ----------
    first, second : standard deviations, positive
        Distances ``ln(V / B) / (s sqrt T)``. The barriers grow as the logarithms of the assets do: with another
        drift the formula does not hold and a simulation with bridges is needed.
    correlation : in (-1, 1)

    Returns
    -------
    Passages
        A series of Bessel functions gives the probability that both survive.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Zhou (2001), "An analysis of default correlations and multiple defaults", Review of Financial Studies 14,
    proposition 1; the functions are scaled by ``exp(-x)``, so that a far barrier does not overflow.
    """
    accept(
        positive("first", first),
        positive("second", second),
        outside("correlation", correlation, -1.0, 1.0, is_low_in=False, is_high_in=False),
    )
    x, y, rho = np.broadcast_arrays(*(np.asarray(number, dtype=float) for number in (first, second, correlation)))
    across = np.sqrt((1.0 - rho) * (1.0 + rho))
    wedge, angle = np.arccos(-rho), np.arctan2(y * across, x - rho * y)
    radius = np.sqrt(y**2 + ((x - rho * y) / across) ** 2)
    scale = 0.25 * radius**2
    highest = np.sqrt(80.0 * scale) + 40.0
    orders = np.arange(1, ceil(float(np.max(wedge / pi * (2.0 * highest + 1.0)))) + 2, 2)
    power, turned = orders * (pi / wedge)[..., None], np.sin(orders * (pi * angle / wedge)[..., None]) / orders
    bessel = ive(0.5 * (power + 1.0), scale[..., None]) + ive(0.5 * (power - 1.0), scale[..., None])
    kept = 2.0 * radius / np.sqrt(2.0 * pi) * (turned * bessel).sum(axis=-1)
    alone, other = 2.0 * ndtr(-x), 2.0 * ndtr(-y)
    both = np.clip(alone + other - 1.0 + kept, 0.0, np.minimum(alone, other))
    return Passages(alone[()], other[()], both[()], (alone + other - both)[()])
