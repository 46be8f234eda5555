"""From a rating to a default curve: the fitted S&P cumulative hazard, smooth in tenor and in the notch."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halflife.facts.ratings import notch
from halflife.facts.reading import document, read
from halflife.facts.records import HazardFacts

Floats = NDArray[np.float64]


@cache
def load_hazard() -> HazardFacts:
    """The shipped rating-to-default curve with its errors and source."""
    return read(HazardFacts, document("hazard.yaml"), "hazard.yaml")


def grade_hazard(ceiling: float, midpoint: float, steepness: float, years: Floats) -> Floats:
    """Cumulative hazard of one grade.

    Parameters
    ----------
    ceiling : number
        Hazard accumulated after a very long time.
    midpoint : years
        Time at which half of it has accumulated.
    steepness : number
        Power of time at short tenors; above one, the hazard rate first rises.
    years : [any], years, non-negative

    Returns
    -------
    cumulative hazard : [any], ``-ln(survival)``

    Notes
    -----
    ``H(t) = ceiling / (1 + (midpoint / t) ** steepness)``: grows for ever, to the ceiling. Our own.
    """
    grown = (years / midpoint) ** steepness
    return ceiling * grown / (1.0 + grown)


def cumulative_hazard(rating: str | float, years: ArrayLike) -> Floats:
    """Cumulative default hazard of a rating.

    Parameters
    ----------
    rating : S&P-scale letter, or a numeric grade within [1, 19] (AAA = 1, CCC- = 19)
    years : [any], years, non-negative

    Returns
    -------
    hazard : [any], ``-ln(survival)``
        Never below AAA's, increasing in time and in the notch.

    Notes
    -----
    Monotone cubic (Fritsch-Carlson) interpolation of ``ln H`` in the notch between the fitted grades. Tenors
    beyond 15 years and grades below B are extrapolations.

    References
    ----------
    S&P cumulative default rates 1981-2020 as printed in Hull, RMFI, Table 17.1; see ``docs/calibration.md``.
    """
    tenor = np.asarray(years, dtype=np.float64)
    positive = np.where(tenor > 0.0, tenor, 1.0)
    known = load_hazard().knots
    places = [knot.notch for knot in known]
    logs = [
        np.log(grade_hazard(knot.ceiling.value, knot.midpoint.value, knot.steepness.value, positive)) for knot in known
    ]
    found = np.exp(_between(np.asarray(places), np.stack(logs), notch(rating)))
    return np.where(tenor > 0.0, found, 0.0)


def cumulative_pd(rating: str | float, years: ArrayLike) -> Floats:
    """Probability that a firm of this rating has defaulted by a time; arguments as `cumulative_hazard`."""
    hazard: Floats = -np.expm1(-cumulative_hazard(rating, years))
    return hazard


def average_hazard(default_probability: ArrayLike, years: ArrayLike) -> Floats:
    """Constant yearly intensity that gives a cumulative default probability.

    Parameters
    ----------
    default_probability : [any], decimal, below one
    years : [any], years, positive

    Returns
    -------
    hazard : [any], 1/yr
        ``-ln(1 - PD) / years``.

    References
    ----------
    Hull, Risk Management and Financial Institutions, Table 17.5.
    """
    survived = np.log1p(-np.asarray(default_probability, dtype=np.float64))
    average: Floats = -survived / np.asarray(years, dtype=np.float64)
    return average


def _between(places: Floats, values: Floats, at: float) -> Floats:
    """Monotone piecewise cubic through ``values[place]`` at one point."""
    widths = np.diff(places)
    rises = np.diff(values, axis=0) / widths.reshape(-1, *[1] * (values.ndim - 1))
    piece = min(int(np.searchsorted(places, at, side="right")) - 1, len(widths) - 1)
    left, right = _slope(widths, rises, piece), _slope(widths, rises, piece + 1)
    width = widths[piece]
    u = (at - places[piece]) / width
    whole: Floats = (
        values[piece] * (1 + 2 * u) * (1 - u) ** 2
        + values[piece + 1] * u**2 * (3 - 2 * u)
        + width * u * (1 - u) * (left * (1 - u) - right * u)
    )
    return whole


def _slope(widths: Floats, rises: Floats, place: int) -> Floats:
    """Fritsch-Carlson slope at a knot: weighted harmonic mean inside, one-sided at the ends."""
    if place in (0, len(widths)):
        edge: Floats = rises[0] if place == 0 else rises[-1]
        return edge
    before, after = rises[place - 1], rises[place]
    heavy, light = 2 * widths[place] + widths[place - 1], widths[place] + 2 * widths[place - 1]
    mean: Floats = (heavy + light) / (heavy / before + light / after)
    return mean
