"""Value of one machine as the present value of its net rent up to the best moment to scrap it.

The rent follows the market's own law: trend, mean-reverting deviation in two regimes, successors. Three
things are simplified. A successor that becomes available takes its expected fall at once (no ramp).
The power price keeps its ratio to today's. The physical life is counted from the valuation date.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from halflife.collateral.launches import Launches, Stage, stages
from halflife.foundation.axes import Floats
from halflife.foundation.lattice import Cycle, settled_deviation, switching, transition

DEVIATIONS = 33
_WIDTH = 4.0
"""Long-run standard deviations on either side of the mean."""
_RIG_MONTHS = 36.0
"""Months over which the axis lets a rig's rent wander."""
_REFINEMENT = 2
"""Points of the induction for each step of the table's multiple axis."""


class Axis(NamedTuple):
    """Evenly spaced points."""

    first: float
    step: float
    size: int

    @property
    def points(self) -> Floats:
        """Coordinates: ``[point]``."""
        return np.linspace(self.first, self.first + self.step * (self.size - 1), self.size)


_BELOW, _ABOVE, _STEP = 30, 10, 0.075
MULTIPLES = Axis(-_BELOW * _STEP, _STEP, _BELOW + _ABOVE + 1)


class Market(Cycle, Launches, Protocol):
    """Columns of the market's table that the value of a machine depends on."""

    @property
    def rental(self) -> Floats:
        """Log rent at month 0 without deviation: ``[machine]``."""

    @property
    def drift(self) -> Floats:
        """Fall of the log rent in a month: ``[machine]``."""

    @property
    def loading(self) -> Floats:
        """Loading on the cycle: ``[machine]``."""

    @property
    def noise(self) -> Floats:
        """Own noise in a month: ``[machine], log``."""

    @property
    def hashrate(self) -> Floats:
        """TH/s of a rig, 0 of other machines: ``[machine]``."""

    @property
    def pull(self) -> Floats:
        """Monthly pull of the deviation: ``[machine]``."""

    @property
    def deviation_start(self) -> Floats:
        """Deviation at month 0: ``[machine], log``."""


class Machine(NamedTuple):
    """One machine in a buyer's eyes, per month.

    rent, cost : USD per month at month 0, multiple and deviation zero
    drift, decay, discount : 1/month
    life : months
    """

    rent: float
    cost: float
    drift: float
    decay: float
    discount: float
    life: int


def deviation_axis(market: Market, g: int) -> Axis:
    """Points of loading x cycle + own noise: four long-run deviations about the mean, today's included."""
    loading = float(market.loading[g])
    mean, today = loading * float(market.cycle_mean[0]), float(market.deviation_start[g])
    swing = abs(loading) * float(market.cycle_level[1] - market.cycle_level[0])
    deviation = settled_deviation(float(market.pull[g]), _shock(market, g), swing, market.cycle_leave)
    if market.hashrate[g] > 0.0:  # the gap of the hashprice hardly returns: what it may reach while a rig lasts
        deviation = min(deviation, _shock(market, g) * _RIG_MONTHS**0.5)
    half = max(_WIDTH * deviation, 1.05 * abs(today - mean), 0.05)
    return Axis(mean - half, 2.0 * half / (DEVIATIONS - 1), DEVIATIONS)


def vintage(machine: Machine, axis: Axis, market: Market, g: int, months: int) -> Floats:
    """Tabulate the value of one machine by backward induction.

    Parameters
    ----------
    machine : Machine
    axis : points of the deviation
    market : the market's table
    g : position of the machine in it
    months : table for months 0 to this

    Returns
    -------
    value : [month, phase, regime, multiple, deviation], USD per machine

    Notes
    -----
    ``V = max(flow up to a scrap moment within the month, flow of the month + discount x E[next month's V])``.
    Flows are exact integrals of the falling rent; the deviation within a month is the mean of its two ends.
    The points of the multiple drift with physical decay, so that only successors need interpolation.

    References
    ----------
    Optimal scrapping of a vintage: Salter (1960), Boucekkine, del Rio and Martinez (2005); without noise the
    result is the closed form of reference case m1-vintage-pv.
    """
    chain = stages(market, g, machine.life)
    move = _move(market, g, axis)
    lift = np.exp(np.tile(axis.points, 2))
    lift_over_month = 0.5 * (lift + move @ lift)
    step = MULTIPLES.step / _REFINEMENT
    above = int(np.ceil(machine.decay * months / step)) + _REFINEMENT * (MULTIPLES.size - 1)
    nodes = MULTIPLES.first + step * np.arange(above + 1)
    table = np.zeros((months + 1, len(chain) + 1, 2, MULTIPLES.size, axis.size))
    value = np.zeros((lift.size, len(chain) + 1, nodes.size))
    held = np.exp(-machine.discount)
    for t in range(machine.life - 1, -1, -1):
        expected = (move @ value.reshape(lift.size, -1)).reshape(value.shape)
        kept = _launched(expected, chain, t + 1, step)
        rent = machine.rent * np.exp(nodes - (machine.drift + machine.decay) * t)
        kept *= held
        kept += _month_flow(machine, lift_over_month[:, None] * rent)[:, None, :]
        value = np.maximum(kept, _last_flow(machine, lift[:, None] * rent)[:, None, :], out=kept)
        if t <= months:
            table[t] = _on_axis(value, machine.decay * t / step, axis.size)
    return table


def hedonic(
    first_value: float,
    age: float,
    elasticity: float,
    today: float,
    axis: Axis,
    shape: tuple[int, int],
    life: int,
) -> Floats:
    """Tabulate a hedonic curve: value falls with age and follows the rent with a constant elasticity.

    Parameters
    ----------
    first_value : USD
        Value at month 0 and today's rent.
    age : 1/yr;  elasticity : 1;  today : deviation at month 0
    axis : points of the deviation
    shape : months of the table, phases
    life : months after which the value is zero

    Returns
    -------
    value : [month, phase, regime, multiple, deviation], USD per machine
    """
    months, phases = shape
    t = np.arange(months + 1)
    aged = np.where(t < life, np.exp(-age * t / 12.0), 0.0)
    rent = np.exp(elasticity * (MULTIPLES.points[:, None] + axis.points - today))
    one = first_value * aged[:, None, None, None, None] * rent
    return np.ascontiguousarray(np.broadcast_to(one, (months + 1, phases, 2, MULTIPLES.size, axis.size)))


def value_today(table: Floats, axis: Axis, market: Market, g: int) -> float:
    """Value at month 0 before any launch, at today's deviation, mixed over the regime: USD."""
    at_zero = table[0, 0, :, _BELOW, :]
    shortage = float(market.cycle_shortage[0])
    by_deviation = (1.0 - shortage) * at_zero[0] + shortage * at_zero[1]
    return float(np.interp(float(market.deviation_start[g]), axis.points, by_deviation))


def _shock(market: Market, g: int) -> float:
    """Standard deviation of a month's move of the deviation."""
    return float(np.hypot(market.loading[g] * market.cycle_noise[0], market.noise[g]))


def _move(market: Market, g: int, axis: Axis) -> Floats:
    """Law of next month's (regime, deviation), the regime switching first: ``[from, to]``."""
    switch = switching(market.cycle_leave)
    pull, degrees, points = float(market.pull[g]), int(market.degrees[0]), axis.points
    levels = [float(market.loading[g] * level) for level in market.cycle_level]
    laws = [transition(points, level, pull, _shock(market, g), degrees) for level in levels]
    return np.block([[switch[s, to] * laws[to] for to in range(2)] for s in range(2)])


def _launched(expected: Floats, chain: list[Stage], month: int, step: float) -> Floats:
    """Mix the phases of next month: ``[state, phase, node]``, the last phase first."""
    mixed = np.empty_like(expected)
    mixed[:, -1] = expected[:, -1]
    for p in range(len(chain) - 1, -1, -1):
        stage = chain[p]
        chance = float(stage.hazard[month])
        mixed[:, p] = expected[:, p]
        if chance > 0.0:
            onward = p + 1 < len(chain) and chain[p + 1].may_follow_at_once
            arrived = mixed[:, p + 1] if onward else expected[:, p + 1]
            mixed[:, p] += chance * (_lowered(arrived, stage.log_drop / step) - expected[:, p])
    return mixed


def _lowered(value: Floats, shift: float) -> Floats:
    """Values read `shift` points away (negative or zero), linear between points, the first holding."""
    if shift == 0.0:
        return value
    place = np.maximum(np.arange(value.shape[-1]) + shift, 0.0)
    left = np.minimum(place.astype(np.int64), value.shape[-1] - 2)
    part = place - left
    lowered: Floats = value[:, left] * (1.0 - part) + value[:, left + 1] * part
    return lowered


def _on_axis(value: Floats, shift: float, deviations: int) -> Floats:
    """From drifting points to the table's axis: ``[phase, regime, multiple, deviation]``."""
    place = _REFINEMENT * np.arange(MULTIPLES.size) + shift
    left = np.minimum(place.astype(np.int64), value.shape[-1] - 2)
    part = place - left
    fixed = value[..., left] * (1.0 - part) + value[..., left + 1] * part
    cells: Floats = fixed.reshape(2, deviations, *fixed.shape[1:]).transpose(2, 0, 3, 1)
    return cells


def _annuity(rate: Floats | float, time: Floats | float) -> Floats:
    """``integral of exp(-rate s) ds`` from 0 to time, also for a rate of zero."""
    product = np.asarray(rate * time, dtype=np.float64)
    safe = np.where(np.abs(product) < 1e-12, 1.0, product)
    whole: Floats = np.where(np.abs(product) < 1e-12, 1.0 - product / 2.0, -np.expm1(-safe) / safe) * time
    return whole


def _month_flow(machine: Machine, rent: Floats) -> Floats:
    """Discounted net rent of a whole month that begins at this rent: USD."""
    fall = machine.drift + machine.decay
    flow: Floats = rent * _annuity(machine.discount + fall, 1.0) - machine.cost * _annuity(machine.discount, 1.0)
    return flow


def _last_flow(machine: Machine, rent: Floats) -> Floats:
    """Discounted net rent up to the moment in the month when rent no longer covers cost: USD."""
    fall = machine.drift + machine.decay
    ahead = np.log(np.maximum(rent / machine.cost, 1e-300))
    time = np.clip(ahead / fall, 0.0, 1.0) if fall > 0.0 else np.where(ahead > 0.0, 1.0, 0.0)
    kept: Floats = rent * _annuity(machine.discount + fall, time) - machine.cost * _annuity(machine.discount, time)
    return np.maximum(kept, 0.0)
