"""Default probabilities once the common factor is known: Gaussian, Student t and double t.

Each function answers with the factor's nodes already weighted, so that losses conditional on a node can be
worked out as if borrowers were independent, and averaged (`pool_losses`).
"""

from __future__ import annotations

from functools import lru_cache
from math import inf, isinf
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, ndtr, ndtri, roots_hermitenorm, stdtr, stdtrit

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.instruments.bounds import accept, outside, probabilities
from halflife.ratios.amount import Amount

NODES = 128
"""Points of the Gauss-Hermite rule over the factor; those that weigh nothing are left out."""
SCALES = 64
"""Points over the common scale of a Student t."""
NEGLIGIBLE = 1e-19
_STEPS = 241  # of the trapezoid rule over a fat-tailed factor
_FAR = 1e-17  # tail that the rule leaves out


class Conditioned(NamedTuple):
    """Probabilities of default in every state of the economy."""

    pd: Floats
    """``[..., name, node]``"""
    weight: Floats
    """probability of the node; they add up to 1: ``[node]``"""


def _findings(pd: Amount, correlation: Amount) -> list[Finding]:
    return probabilities("pd", pd) + outside("correlation", correlation, 0.0, 1.0, is_high_in=False)


def _kept(points: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Drop nodes that weigh nothing, hand back the rest read-only and with unit weight."""
    keep = weights > NEGLIGIBLE
    points, weights = points[keep], weights[keep] / weights[keep].sum()
    points.flags.writeable = weights.flags.writeable = False
    return points, weights


@lru_cache(maxsize=32)
def normal_nodes(count: int = NODES) -> tuple[Floats, Floats]:
    """Points and weights to average over a standard normal.

    Parameters
    ----------
    count : points of the Gauss-Hermite rule, before the weightless are left out

    Returns
    -------
    points, weights : [node]

    References
    ----------
    Golub and Welsch (1969), "Calculation of Gauss quadrature rules", Mathematics of Computation 23.
    """
    points, weights = roots_hermitenorm(count)
    return _kept(np.asarray(points), np.asarray(weights) / np.sqrt(2.0 * np.pi))


@lru_cache(maxsize=32)
def _scale_nodes(degrees: float, count: int) -> tuple[Floats, Floats]:
    """Average over ``sqrt(chi2 / degrees)``: Gauss-Legendre in the root, where the density is smooth."""
    low, high = np.sqrt(chdtri(degrees, 1.0 - 1e-16)), np.sqrt(chdtri(degrees, _FAR))
    points, weights = np.polynomial.legendre.leggauss(count)
    root = low + 0.5 * (high - low) * (points + 1.0)
    log_density = (degrees - 1.0) * np.log(root) - 0.5 * root**2
    return _kept(root / np.sqrt(degrees), weights * np.exp(log_density - log_density.max()))


@lru_cache(maxsize=32)
def _fat_nodes(degrees: float, count: int) -> tuple[Floats, Floats]:
    """Average over a Student t of unit variance: a trapezoid rule in ``asinh``, which converges geometrically."""
    reach = np.arcsinh(-stdtrit(degrees, _FAR))
    steps = np.linspace(-reach, reach, count)
    points = np.sinh(steps)
    log_density = -0.5 * (degrees + 1.0) * np.log1p(points**2 / degrees)
    return _kept(points * np.sqrt((degrees - 2.0) / degrees), np.exp(log_density) * np.cosh(steps))


def _own_cdf(x: Floats, degrees: float) -> Floats:
    """Distribution of a borrower's own luck, of unit variance."""
    found = ndtr(x) if isinf(degrees) else stdtr(degrees, x * np.sqrt(degrees / (degrees - 2.0)))
    return np.asarray(found)


def gaussian(pd: Amount, correlation: Amount, nodes: int = NODES) -> Conditioned:
    """Condition default probabilities on one Gaussian factor.

    Parameters
    ----------
    pd : [..., name], probability
    correlation : number or [..., name], in [0, 1)
        Share of a name's variance that is the factor's; of two equal names, their asset correlation [rho].
    nodes : points of the Gauss-Hermite rule
        More names and more correlation need more: 128 give a tranche of 100 names to 1e-8 at a correlation
        of 0.3 and to 3e-5 at 0.6, of 1,000 names to 3e-4 at 0.3.

    Returns
    -------
    Conditioned
        ``N((Ni(pd) - sqrt(rho) M) / sqrt(1 - rho))``.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Li (2000), "On default correlation: a copula function approach", Journal of Fixed Income 9;
    Laurent and Gregory (2005), "Basket default swaps, CDOs and factor copulas", Journal of Risk 7.
    """
    accept(_findings(pd, correlation))
    factor, weight = normal_nodes(nodes)
    rho = np.asarray(correlation, dtype=float)[..., None]
    threshold = np.asarray(ndtri(pd))[..., None]
    return Conditioned(ndtr((threshold - np.sqrt(rho) * factor) / np.sqrt(1.0 - rho)), weight)


def student(
    pd: Amount, correlation: Amount, degrees: float, nodes: int = NODES // 2, scales: int = SCALES
) -> Conditioned:
    """Condition default probabilities on one factor and one common scale: the Student t copula.

    Parameters
    ----------
    pd, correlation : as for `gaussian`
    degrees : positive
        Of freedom [nu]; few make defaults cluster even without correlation.
    nodes, scales : points over the factor and over the scale

    Returns
    -------
    Conditioned
        ``N((S ti(pd) - sqrt(rho) M) / sqrt(1 - rho))`` with ``S = sqrt(chi2 / nu)``, a node per pair.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Demarta and McNeil (2005), "The t copula and related copulas", International Statistical Review 73.
    """
    accept(_findings(pd, correlation), outside("degrees", degrees, 0.0, is_low_in=False, is_high_in=False))
    factor, weight = normal_nodes(nodes)
    scale, scale_weight = _scale_nodes(float(degrees), scales)
    joint = np.outer(scale_weight, weight).ravel()
    keep = joint > NEGLIGIBLE
    scales_kept: Floats = np.repeat(scale, len(factor))[keep]
    factors_kept: Floats = np.tile(factor, len(scale))[keep]
    kept_weight: Floats = joint[keep]
    rho = np.asarray(correlation, dtype=float)[..., None]
    threshold: Floats = np.asarray(stdtrit(degrees, pd), dtype=float)[..., None]
    conditional: Floats = ndtr((threshold * scales_kept - np.sqrt(rho) * factors_kept) / np.sqrt(1.0 - rho))
    return Conditioned(conditional, kept_weight / joint[keep].sum())


def double_t(
    pd: Amount, correlation: float, factor_degrees: float = inf, own_degrees: float = inf, nodes: int = _STEPS
) -> Conditioned:
    """Condition default probabilities on one factor when factor and own luck both have fat tails.

    Parameters
    ----------
    pd : [..., name], probability
    correlation : in [0, 1)
        Of two borrowers' asset values [rho].
    factor_degrees, own_degrees : above 2, or infinity for a Gaussian
        Of freedom; both parts are scaled to unit variance.
    nodes : points over the factor

    Returns
    -------
    Conditioned
        ``F((c - sqrt(rho) M) / sqrt(1 - rho))``; the sum of two Student t has no closed quantile, so the
        threshold ``c`` is found where the average over the nodes is `pd`.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Hull and White (2004), "Valuation of a CDO and an nth to default CDS without Monte Carlo simulation",
    Journal of Derivatives 12; tests/reference/hull_white_double_t_basket/SOURCE.md
    """
    accept(
        _findings(pd, correlation),
        outside("factor_degrees", factor_degrees, 2.0, is_low_in=False),
        outside("own_degrees", own_degrees, 2.0, is_low_in=False),
    )
    is_normal = isinf(factor_degrees)
    factor, weight = normal_nodes(nodes) if is_normal else _fat_nodes(float(factor_degrees), nodes)
    drift, own = np.sqrt(correlation) * factor, np.sqrt(1.0 - correlation)

    def conditional(threshold: Amount) -> Floats:
        return _own_cdf((np.asarray(threshold)[..., None] - drift) / own, own_degrees)

    chances, place = np.unique(np.asarray(pd, dtype=float), return_inverse=True)
    thresholds = np.empty(len(chances))
    for i, chance in enumerate(chances):
        reach = 4.0
        while not weight @ conditional(-reach) < chance < weight @ conditional(reach):
            reach = 2.0 * reach
        thresholds[i] = brentq(
            lambda c, wanted=chance: float(weight @ conditional(c)) - wanted, -reach, reach, xtol=1e-13, rtol=1e-14
        )
    return Conditioned(conditional(thresholds[place].reshape(np.shape(pd))), weight)
