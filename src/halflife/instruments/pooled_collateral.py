"""Two assets behind one loan, for example coins and machines: what the lender lacks when the loan is due.

Each asset is lognormal; their dependence is a Gaussian or a Student t copula. No correlation of coins and machines,
and no degrees of freedom, has been published: whoever states them states where they come from.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf, isinf
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.instruments.bounds import accept, finite, outside, positive

NODES = 256
"""Points of the Gauss-Legendre rule over the calmer asset."""
INNER = 96
"""Points over the other one, for the mean shortfall under a Student t copula."""
_REACH = 9.0  # standard deviations; beyond lies 1e-19
_FARTHEST = 12.0  # beyond lies 2e-33; far beyond it the quantile of a Student t is no longer a number


class Holding(NamedTuple):
    """One asset of the pool."""

    worth: float
    """USD today, positive"""
    drift: float
    """1/yr, expected growth: of machines a negative number"""
    volatility: float
    """1/sqrt(yr), positive"""


class Shortfall(NamedTuple):
    """What a loan lacks on the day it is due."""

    probability: float
    """that the pool is worth less than the debt"""
    mean: float
    """USD, over all outcomes: ``E[max(0, debt - pool)]``"""
    severity: float
    """USD, over the outcomes with a shortfall; zero if there are none"""


class _Lognormal(NamedTuple):
    centre: float
    deviation: float

    def worth(self, z: Floats) -> Floats:
        """USD at `z` standard deviations."""
        return np.asarray(np.exp(self.centre + self.deviation * z))

    def place(self, worth: Floats) -> Floats:
        """Standard deviations at which the asset is worth so much."""
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(worth) - self.centre) / self.deviation)


def _holding_findings(name: str, holding: Holding) -> list[Finding]:
    return [
        *positive(f"{name}.worth", holding.worth),
        *finite(f"{name}.drift", holding.drift),
        *positive(f"{name}.volatility", holding.volatility),
    ]


def _law(holding: Holding, years: float) -> _Lognormal:
    centre = np.log(holding.worth) + (holding.drift - 0.5 * holding.volatility**2) * years
    return _Lognormal(float(centre), float(holding.volatility * np.sqrt(years)))


def _answer(probability: float, mean: float) -> Shortfall:
    return Shortfall(probability, mean, mean / probability if probability > 0.0 else 0.0)


@lru_cache(maxsize=4)
def _rule(count: int) -> tuple[Floats, Floats]:
    points, weights = np.polynomial.legendre.leggauss(count)
    points.flags.writeable = weights.flags.writeable = False
    return points, weights


def _towards(most: float) -> tuple[Floats, Floats]:
    """Points and weights up to where the calmer asset alone pays the debt; they crowd there, where odds fall."""
    points, weights = _rule(NODES)
    left, span = 0.5 * (1.0 - points), most + _REACH
    return most - span * left**2, span * left * weights


def _student_of(z: Floats, degrees: float) -> Floats:
    """Student t at the same probability as a standard normal, without loss in either tail."""
    return np.asarray(np.sign(z) * -stdtrit(degrees, ndtr(-np.minimum(np.abs(z), _FARTHEST))))


def _below(z: Floats, seen: Floats, correlation: float, degrees: float) -> Floats:
    """Probability that the second asset is below `z` deviations when the first is at `seen`."""
    across = (1.0 - correlation) * (1.0 + correlation)
    if isinf(degrees):
        return np.asarray(ndtr((z - correlation * seen) / np.sqrt(across)))
    first = _student_of(seen, degrees)
    width = np.sqrt((degrees + first**2) * across / (degrees + 1.0))
    return np.asarray(stdtr(degrees + 1.0, (_student_of(z, degrees) - correlation * first) / width))


def alone(holding: Holding, debt: float, years: float) -> Shortfall:
    """Shortfall of a loan on one asset.

    Parameters
    ----------
    holding : Holding
    debt : USD, positive
        Due on that day.
    years : yr, positive

    Returns
    -------
    Shortfall
        ``P = N(d)``, ``mean = D N(d) - E[V] N(d - s sqrt T)``.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Merton (1974), "On the pricing of corporate debt", Journal of Finance 29, at the real drift.
    """
    accept(_holding_findings("holding", holding), positive("debt", debt), positive("years", years))
    law = _law(holding, years)
    place = law.place(np.asarray(debt, dtype=float))
    kept = holding.worth * np.exp(holding.drift * years) * ndtr(place - law.deviation)
    return _answer(float(ndtr(place)), float(debt * ndtr(place) - kept))


def pooled(
    first: Holding, second: Holding, debt: float, correlation: float, years: float, degrees: float = inf
) -> Shortfall:
    """Shortfall of a loan on two assets together.

    Parameters
    ----------
    first, second : Holding
        For example coins and machines.
    debt : USD, positive
        Due on that day, whatever the split of the pool.
    correlation : in (-1, 1)
        Of the logarithms, or of the Student t behind them [rho].
    years : yr, positive
    degrees : positive
        Of freedom of the Student t copula; infinity is the Gaussian.

    Returns
    -------
    Shortfall
        An integral over the calmer asset of the other's conditional law. The rule's error is below 1e-11 for
        correlations within 0.95 and volatilities from 5 to 120 %, but 2e-6 at 0.99 and 2e-3 at 0.999, where one
        asset stands for both. The mean under a Student t takes a second integral.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Our own; the conditional law of a Student t: Ding (2016), "On the conditional distribution of the multivariate t
    distribution", American Statistician 70; tests/reference/m3-btc-gpu-joint/SOURCE.md
    """
    accept(
        _holding_findings("first", first),
        _holding_findings("second", second),
        positive("debt", debt),
        outside("correlation", correlation, -1.0, 1.0, is_low_in=False, is_high_in=False),
        positive("years", years),
        outside("degrees", degrees, 0.0, is_low_in=False),
    )
    calm, wild = sorted((_law(first, years), _law(second, years)), key=lambda law: law.deviation)
    z, weight = _towards(float(np.clip(calm.place(np.asarray(debt, dtype=float)), -_REACH, _REACH)))
    density = weight * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    lacking = np.maximum(debt - calm.worth(z), 0.0)
    place = wild.place(lacking)
    fails = _below(place, z, correlation, degrees)
    if isinf(degrees):
        lost = _conditional_put(wild, z, lacking, correlation)
    else:
        lost = _student_put(wild, z, lacking, correlation, degrees)
    return _answer(float(density @ fails), float(density @ lost))


def _conditional_put(wild: _Lognormal, seen: Floats, lacking: Floats, correlation: float) -> Floats:
    """Mean shortfall when the calmer asset is seen: a put on a lognormal."""
    deviation = wild.deviation * np.sqrt((1.0 - correlation) * (1.0 + correlation))
    centre = wild.centre + wild.deviation * correlation * seen
    with np.errstate(divide="ignore"):
        place = (np.log(lacking) - centre) / deviation
    return np.asarray(lacking * ndtr(place) - np.exp(centre + 0.5 * deviation**2) * ndtr(place - deviation))


def _student_put(wild: _Lognormal, seen: Floats, lacking: Floats, correlation: float, degrees: float) -> Floats:
    """Mean shortfall when the calmer asset is seen: the area under the conditional distribution."""
    top = np.clip(wild.place(lacking), -_REACH, _REACH)
    points, weights = _rule(INNER)
    half = 0.5 * (top + _REACH)[..., None]
    z, weight = half * (points + 1.0) - _REACH, half * weights
    chance = _below(z, seen[..., None], correlation, degrees)
    area = wild.deviation * (weight * chance * wild.worth(z)).sum(axis=-1)
    beyond = np.maximum(lacking - wild.worth(top), 0.0)
    return np.asarray(area + beyond * _below(top, seen, correlation, degrees))
