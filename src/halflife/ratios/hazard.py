"""Default probabilities and hazard rates, one from the other."""

from __future__ import annotations

import numpy as np

from halflife.ratios.amount import Amount


def average_hazard(cumulative_pd: Amount, years: Amount) -> Amount:
    """Constant hazard rate that gives a cumulative probability of default.

    Parameters
    ----------
    cumulative_pd : probability, below 1
        Default within `years`.
    years : years, positive

    Returns
    -------
    1/yr
        ``-ln(1 - cumulative_pd) / years``.

    References
    ----------
    Hull, "Risk management and financial institutions", section on hazard rates;
    tests/reference/m6-hull-hazard-table-17.5/SOURCE.md
    """
    return -np.log1p(-np.asarray(cumulative_pd, dtype=float)) / years


def survival(hazard: Amount, years: Amount) -> Amount:
    """Probability of no default under a constant hazard rate.

    Parameters
    ----------
    hazard : 1/yr
    years : years

    Returns
    -------
    probability
        ``exp(-hazard * years)``.

    References
    ----------
    Inverse of `average_hazard`.
    """
    return np.exp(-np.asarray(hazard, dtype=float) * years)
