"""Successor launches as stages of a chain: what a buyer expects without knowing the dates."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from halflife.foundation.axes import Floats, Ints

_MOST_DROP = 0.9
_QUANTILES = 401


class Launches(Protocol):
    """Columns of the market's table that describe successors, by their names there."""

    @property
    def launch_machine(self) -> Ints:
        """Which machine loses rent: ``[launch]``."""

    @property
    def launch_announcement(self) -> Floats:
        """Mean month of announcement: ``[launch]``."""

    @property
    def launch_availability(self) -> Floats:
        """Mean month of availability: ``[launch]``."""

    @property
    def launch_deviation(self) -> Floats:
        """Standard deviation of both months, shifted together: ``[launch]``."""

    @property
    def launch_drop(self) -> Floats:
        """Mean fall of the rent: ``[launch], share``."""

    @property
    def launch_drop_deviation(self) -> Floats:
        """Standard deviation of the fall: ``[launch]``."""


class Stage(NamedTuple):
    """One step of the chain.

    hazard : [month], probability that it happens in the month given that it has not and its predecessor has
    log_drop : expected log change of the rent when it happens, zero for an announcement
    may_follow_at_once : it may happen in the same month as the step before
    """

    hazard: Floats
    log_drop: float
    may_follow_at_once: bool


def stages(launches: Launches, machine: int, months: int) -> list[Stage]:
    """Announcements and availabilities of one machine's successors, in order of their mean dates.

    Parameters
    ----------
    launches : the market's table
    machine : position in machine
    months : hazards are given for months 0 to this

    Notes
    -----
    Both dates of a launch move together by one normal number and are no earlier than month 1; an announcement
    already made at month 0 counts in month 1 at the latest. The chain remembers how many steps have happened,
    not when: an availability has the hazard of its date given that it is still to come and that the
    announcement has been made.
    """
    found: list[tuple[float, int, Stage]] = []
    for e in np.flatnonzero(launches.launch_machine == machine):
        announced, available = float(launches.launch_announcement[e]), float(launches.launch_availability[e])
        deviation = float(launches.launch_deviation[e])
        log_drop = expected_log_drop(float(launches.launch_drop[e]), float(launches.launch_drop_deviation[e]))
        hazard = announcement_hazard(announced, deviation, months)
        found.append((announced, int(e), Stage(hazard, 0.0, True)))
        hazard = availability_hazard(announced, available, deviation, months)
        found.append((available, int(e), Stage(hazard, log_drop, available - announced < 1.0)))
    found.sort(key=lambda item: item[0])
    chain: list[Stage] = []
    for place, (_, launch, stage) in enumerate(found):
        follows_own = place > 0 and found[place - 1][1] == launch
        chain.append(stage if follows_own else stage._replace(may_follow_at_once=True))
    return chain


def expected_log_drop(mean: float, deviation: float) -> float:
    """Expected ``ln(1 - J)`` of a normal fall J held between 0 and 90 %."""
    if deviation == 0.0:
        return float(np.log1p(-min(max(mean, 0.0), _MOST_DROP)))
    z = np.linspace(-5.0, 5.0, _QUANTILES)
    weight = np.exp(-0.5 * z**2)
    fall = np.clip(mean + deviation * z, 0.0, _MOST_DROP)
    return float((weight * np.log1p(-fall)).sum() / weight.sum())


def announcement_hazard(mean: float, deviation: float, months: int) -> Floats:
    """Probability of the announcement in each month, given none before: ``[month]``, month 0 is zero."""
    return _dated(mean, months) if mean <= 0.0 or deviation == 0.0 else _normal(mean, deviation, months)


def availability_hazard(announced: float, available: float, deviation: float, months: int) -> Floats:
    """Probability of availability in each month, given announcement and none before: ``[month]``."""
    if deviation == 0.0:
        return _dated(available, months)
    if announced <= 0.0:
        return _normal(available, deviation, months)
    if available - announced < 1.0:
        return _dated(0.0, months)
    t = np.arange(months + 1, dtype=np.float64)
    before = _passed(t - 1.0, available, deviation)
    happens = _passed(t, available, deviation) - before
    possible = _passed(t - 1.0, announced, deviation) - before
    return _ratio(happens, possible, t - 1.0 >= available)


def _dated(mean: float, months: int) -> Floats:
    t = np.arange(months + 1, dtype=np.float64)
    return np.where((t >= mean) & (t >= 1.0), 1.0, 0.0)


def _normal(mean: float, deviation: float, months: int) -> Floats:
    t = np.arange(months + 1, dtype=np.float64)
    before = _passed(t - 1.0, mean, deviation)
    return _ratio(_passed(t, mean, deviation) - before, 1.0 - before, t - 1.0 >= mean)


def _passed(month: Floats, mean: float, deviation: float) -> Floats:
    """Probability that the date is not after the month; dates before month 1 are held at month 1."""
    return np.where(month >= 1.0, ndtr((month - mean) / deviation), 0.0)


def _ratio(happens: Floats, possible: Floats, is_late: NDArray[np.bool_]) -> Floats:
    safe = np.where(possible > 1e-12, possible, 1.0)
    hazard = np.where(possible > 1e-12, happens / safe, np.where(is_late, 1.0, 0.0))
    hazard = np.clip(hazard, 0.0, 1.0)
    hazard[0] = 0.0
    return hazard
