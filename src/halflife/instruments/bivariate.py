"""Probability that two correlated normals both stay below their thresholds."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, owens_t

from halflife.instruments.bounds import accept, outside
from halflife.ratios.amount import Amount

_ALMOST_ZERO = 1e-300  # Owen's formula divides by each threshold; its limit at zero is reached from here


def bivariate_normal(first: Amount, second: Amount, correlation: Amount) -> Amount:
    """Joint distribution function of two standard normals.

    Parameters
    ----------
    first, second : standard deviations
        Thresholds; infinities allowed.
    correlation : in [-1, 1]

    Returns
    -------
    probability
        ``P(X <= first, Y <= second)``; absolute error about 2e-16.

    Raises
    ------
    SpecError
        If a correlation is outside its range.

    References
    ----------
    Owen (1956), "Tables for computing bivariate normal probabilities", Annals of Mathematical Statistics 27.
    """
    accept(outside("correlation", correlation, -1.0, 1.0))
    x, y, rho = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (first, second, correlation)))
    x, y = np.where(x == 0.0, _ALMOST_ZERO, x), np.where(y == 0.0, _ALMOST_ZERO, y)
    is_owen = np.isfinite(x) & np.isfinite(y) & (np.abs(rho) < 1.0)
    h, k, r = np.where(is_owen, x, 1.0), np.where(is_owen, y, 1.0), np.where(is_owen, rho, 0.0)
    across = np.sqrt((1.0 - r) * (1.0 + r))
    with np.errstate(over="ignore"):
        slope_h, slope_k = (k / h - r) / across, (h / k - r) / across
    crossed = np.where(np.sign(h) == np.sign(k), 0.0, 0.5)
    inside = 0.5 * (ndtr(h) + ndtr(k)) - owens_t(h, slope_h) - owens_t(k, slope_k) - crossed
    together = ndtr(np.minimum(x, y))
    apart = np.maximum(0.0, ndtr(x) - ndtr(-y))
    unbounded = ndtr(x) * ndtr(y)  # one of the two is nothing or certain
    edge = np.where(np.isinf(x) | np.isinf(y), unbounded, np.where(rho > 0.0, together, apart))
    return np.where(is_owen, np.maximum(inside, 0.0), edge)[()]
