"""Hazards that keep the input survival curve although the cycle tilts them."""

from __future__ import annotations

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.lattice import GLUT, SHORTAGE, Cycle, switching, transition

_REACH, _STUDENT_REACH = 6.5, 14.0
"""Long-run standard deviations, regimes apart, that the points reach beyond the outermost level."""
_FEWEST, _MOST = 161, 641
_NEWTON_STEPS = 60


def compensated(cumulative: Floats, tilt: Floats, cycle: Cycle) -> Floats:
    """Month hazards whose mean survival over the tilted cycle equals the input curve.

    Parameters
    ----------
    cumulative : [party, month], cumulative hazard
        Input curve, zero at month 0 and never falling.
    tilt : [party], log intensity per standard deviation of the cycle
    cycle : the market's table

    Returns
    -------
    hazard : [party, month], cumulative hazard in the month
        With ``w = exp(-tilt (X_t - mean) / deviation)``, the mean of ``exp(-sum hazard_s w_s)`` over the
        cycle's paths is ``exp(-cumulative)`` at every month. Month 0 is zero.

    Notes
    -----
    The law of (cycle, regime), weighted with survival so far, is carried forward on points; each month one
    unknown per party is solved by Newton's method, which climbs monotonically because survival is convex in
    the hazard. Our own.
    """
    hazard = np.diff(cumulative, axis=1, prepend=cumulative[:, :1])
    tilted = np.flatnonzero(tilt)
    if tilted.size == 0:
        return hazard
    points, start = _points(cycle)
    score = (points - cycle.cycle_mean[0]) / cycle.cycle_deviation[0]
    weight = np.exp(-tilt[tilted, None] * score)
    moves = [
        transition(points, level, cycle.cycle_pull[0], cycle.cycle_noise[0], int(cycle.degrees[0]))
        for level in cycle.cycle_level
    ]
    switch = switching(cycle.cycle_leave)
    glut = np.zeros((tilted.size, points.size))
    glut[:, start] = 1.0 - cycle.cycle_shortage[0]
    shortage = np.zeros_like(glut)
    shortage[:, start] = cycle.cycle_shortage[0]
    survival = np.exp(-cumulative[tilted])
    found = np.zeros((tilted.size, cumulative.shape[1]))
    for t in range(1, cumulative.shape[1]):
        both = (glut, shortage)
        glut = (both[0] * switch[GLUT, GLUT] + both[1] * switch[SHORTAGE, GLUT]) @ moves[GLUT]
        shortage = (both[0] * switch[GLUT, SHORTAGE] + both[1] * switch[SHORTAGE, SHORTAGE]) @ moves[SHORTAGE]
        found[:, t] = _solve(glut + shortage, weight, survival[:, t])
        kept = np.exp(-found[:, t, None] * weight)
        glut, shortage = glut * kept, shortage * kept
    hazard[tilted] = found
    return hazard


def _points(cycle: Cycle) -> tuple[Floats, int]:
    """Evenly spaced points, wide enough for the fattest shocks, and the place of the start among them."""
    pull, noise, start = cycle.cycle_pull[0], cycle.cycle_noise[0], cycle.cycle_start[0]
    alone = noise / np.sqrt(1.0 - pull**2) if noise > 0.0 else 0.0
    reach = (_STUDENT_REACH if cycle.degrees[0] > 0 else _REACH) * alone
    low = min(start, float(cycle.cycle_level.min())) - max(reach, 1e-3)
    high = max(start, float(cycle.cycle_level.max())) + max(reach, 1e-3)
    count = _FEWEST if noise == 0.0 else int(np.clip(np.ceil((high - low) / (0.6 * noise)), _FEWEST, _MOST))
    step = (high - low) / (count - 1)
    before = int(np.ceil((start - low) / step))
    after = int(np.ceil((high - start) / step))
    return start + step * np.arange(-before, after + 1), before


def _solve(mass: Floats, weight: Floats, survival: Floats) -> Floats:
    """Hazard of the month for each party: ``sum mass exp(-hazard weight) = survival``."""
    hazard = np.zeros(survival.size)
    loss = mass.sum(axis=1) - survival
    for _ in range(_NEWTON_STEPS):
        decay = np.exp(-hazard[:, None] * weight)
        lost = (mass * -np.expm1(-hazard[:, None] * weight)).sum(axis=1)
        slope = (mass * weight * decay).sum(axis=1)
        move = np.where(slope > 0.0, (loss - lost) / np.maximum(slope, 1e-300), 0.0)
        hazard = np.maximum(hazard + move, 0.0)
        if (np.abs(move) <= 1e-12 * hazard + 1e-18).all():
            break
    return hazard
