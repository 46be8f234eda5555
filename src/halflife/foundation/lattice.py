"""A mean-reverting factor on evenly spaced points: the deterministic companion of a simulated cycle."""

from __future__ import annotations

from math import gamma, pi, sqrt
from typing import Protocol

import numpy as np
from scipy.special import ndtr, stdtr

from halflife.foundation.axes import Floats, Ints

GLUT, SHORTAGE = 0, 1


class Cycle(Protocol):
    """What a room must know of the compute cycle: columns of the market's table by their names there."""

    @property
    def degrees(self) -> Ints:
        """Degrees of freedom of the shocks, 0 for Gaussian: ``[1]``."""

    @property
    def cycle_level(self) -> Floats:
        """Level that pulls in each regime: ``[regime], log``."""

    @property
    def cycle_leave(self) -> Floats:
        """Chance to leave the regime at the start of a month: ``[regime]``."""

    @property
    def cycle_start(self) -> Floats:
        """Cycle at month 0: ``[1], log``."""

    @property
    def cycle_shortage(self) -> Floats:
        """Probability that month 0 is in shortage: ``[1]``."""

    @property
    def cycle_pull(self) -> Floats:
        """Share of a deviation left after a month: ``[1]``."""

    @property
    def cycle_noise(self) -> Floats:
        """Standard deviation of a month's shock: ``[1], log``."""

    @property
    def cycle_mean(self) -> Floats:
        """Long-run mean: ``[1], log``."""

    @property
    def cycle_deviation(self) -> Floats:
        """Long-run standard deviation, 1 if the cycle cannot move: ``[1], log``."""


def monthly(speed: float, volatility: float) -> tuple[float, float]:
    """Pull and noise of an Ornstein-Uhlenbeck factor over one month.

    Parameters
    ----------
    speed : 1/yr, non-negative
    volatility : per square root of a year

    Returns
    -------
    pull, noise
        ``exp(-speed / 12)`` and the standard deviation of the month's shock.

    References
    ----------
    Glasserman (2003), section 3.3.
    """
    if speed == 0.0:
        return 1.0, volatility / np.sqrt(12.0)
    pull = float(np.exp(-speed / 12.0))
    return pull, volatility * float(np.sqrt(-np.expm1(-2.0 * speed / 12.0) / (2.0 * speed)))


def settled_deviation(pull: float, noise: float, swing: float, leave: Floats) -> float:
    """Long-run standard deviation of a factor pulled towards one of two switching levels.

    Parameters
    ----------
    pull, noise : as `monthly` gives them; ``pull < 1`` unless there is no noise
    swing : distance of the two levels
    leave : [regime], probability per month

    Notes
    -----
    The own shocks give ``noise^2 / (1 - pull^2)``. The level is a two-state chain with autocorrelation
    ``rho^k``, ``rho = 1 - leave_0 - leave_1``, filtered by the pull:
    ``var(level) (1 - pull) / (1 + pull) (1 + rho pull) / (1 - rho pull)``. Our own.
    """
    total = float(leave.sum())
    shortage = float(leave[GLUT]) / total if total > 0.0 else 0.5
    rho = 1.0 - total
    shocks = noise**2 / (1.0 - pull**2) if noise > 0.0 else 0.0
    level = shortage * (1.0 - shortage) * swing**2 if total > 0.0 else 0.0
    drag = (1.0 - pull) / (1.0 + pull) * (1.0 + rho * pull) / (1.0 - rho * pull) if level > 0.0 else 0.0
    return float(np.sqrt(shocks + level * drag))


def switching(leave: Floats) -> Floats:
    """Probabilities of this month's regime: ``[from, to]``, glut first."""
    return np.array([[1.0 - leave[GLUT], leave[GLUT]], [leave[SHORTAGE], 1.0 - leave[SHORTAGE]]])


def transition(points: Floats, level: float, pull: float, noise: float, degrees: int) -> Floats:
    """One month's move between points: where the factor goes, as weights of linear interpolation.

    Parameters
    ----------
    points : [point], evenly spaced, at least two
    level, pull, noise : law of the month, ``x' = level + (x - level) pull + noise z``
    degrees : of freedom of a Student-t shock whose variance is kept, 0 for Gaussian

    Returns
    -------
    weights : [from, to]
        Non-negative, each row sums to one; ``weights @ f`` is the exact expectation of the function that is
        linear between the points and constant outside.

    Notes
    -----
    The weight of a point is the expected hat function, a second difference of ``E[(a - x')+]``. Interpolating
    between points adds a variance of about ``step^2 / 6``, which is taken off the shock's, in the manner of
    Sheppard's correction.

    References
    ----------
    Expected shortfall of a Student-t, McNeil, Frey, Embrechts (2015), example 2.15.
    """
    step = float(points[1] - points[0])
    scale = float(np.sqrt(max(noise**2 - step**2 / 6.0, 0.0)))
    gap = points[None, :] - (level + (points[:, None] - level) * pull)
    below = np.diff(_expected_gap(gap, scale, degrees), axis=1) / step
    edge = np.zeros((points.size, 1))
    weights: Floats = np.diff(np.hstack([edge, below, edge + 1.0]), axis=1)
    weights = np.maximum(weights, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def _expected_gap(gap: Floats, scale: float, degrees: int) -> Floats:
    """``E[(gap - scale z)+]`` for a standard normal or a unit-variance Student-t."""
    if scale == 0.0:
        return np.maximum(gap, 0.0)
    if degrees == 0:
        d = gap / scale
        normal: Floats = scale * (d * ndtr(d) + np.exp(-0.5 * d**2) / np.sqrt(2.0 * np.pi))
        return normal
    unit = scale * np.sqrt((degrees - 2.0) / degrees)
    d = gap / unit
    density = _student_density(d, degrees)
    student: Floats = unit * (d * stdtr(float(degrees), d) + density * (degrees + d**2) / (degrees - 1.0))
    return student


def _student_density(x: Floats, degrees: int) -> Floats:
    peak = gamma((degrees + 1) / 2) / (gamma(degrees / 2) * sqrt(degrees * pi))
    density: Floats = peak * (1.0 + x**2 / degrees) ** (-(degrees + 1) / 2)
    return density
