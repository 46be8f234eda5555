"""Where a quantity crosses a line: tried from the deal as written outwards, then closed in on, every run once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from halflife.metrics.sample import Estimated
from halflife.metrics.stress import Aim
from halflife.study.quantities import BY_QUANTITY, Look, Quantity

SIDE = 4
"""Steps tried on either side of the deal as written, before the root is closed in on."""
MOST_STEPS = 12
CLOSE = 0.25
"""The root is good enough when the line is missed by no more than this share of the quantity's standard error."""
NARROW = 1e-4
"""... or when its bracket is narrower than this share of the range."""
NOISE = 2.0
"""Standard errors by which a quantity must turn back to be called not monotone."""
WIDENINGS = 4
FLAT = 1e-6
"""Least relative slope; below it the step is doubled, at most so often."""
SOFT = 0.1
"""Added to a multiple before its logarithm is taken: zero is in reach."""


@dataclass(frozen=True)
class Crossing:
    """A root.

    Parameters
    ----------
    amount, error : of what is moved, and its standard error;  found : the quantity there
    slope : of the quantity in the amount;  is_monotone : over the amounts tried;  others : further crossings
    """

    amount: float
    error: float
    found: Estimated
    slope: float
    is_monotone: bool
    others: tuple[float, ...]


@dataclass
class Search:
    """One thing that is moved on the way to one line.

    Parameters
    ----------
    run : amount -> look at that run;  aim : the line
    low, high, start : range, and the amount that changes nothing;  worse : 1 if more of it hurts, -1 if less
    is_multiple : amounts are factors;  is_whole : they are whole numbers
    stays_safe : the root is the last amount found on the safe side, and only the side that hurts is searched
    looks : runs so far
    """

    run: Callable[[float], Look]
    aim: Aim
    low: float
    high: float
    start: float
    worse: int
    is_multiple: bool = False
    is_whole: bool = False
    stays_safe: bool = False
    looks: dict[float, Look] = field(default_factory=dict)

    @property
    def quantity(self) -> Quantity:
        """What the line is drawn in."""
        return BY_QUANTITY[self.aim.quantity]

    def look(self, amount: float) -> Look:
        """Run an amount, once."""
        if amount not in self.looks:
            self.looks[amount] = self.run(amount)
        return self.looks[amount]

    def beyond(self, amount: float) -> float:
        """By how much the line is crossed: not above zero on the safe side."""
        excess = self.look(amount).read(self.quantity) - self.aim.level
        return excess if self.aim.is_crossed_above else -excess

    def crossings(self) -> list[tuple[float, float]]:
        """Neighbouring amounts tried between which the line is crossed."""
        tried = sorted(self.looks)
        return [(a, b) for a, b in pairwise(tried) if (self.beyond(a) > 0.0) != (self.beyond(b) > 0.0)]

    def is_monotone(self) -> bool:
        """Whether no step turns back by more than the noise of its own difference."""
        signs = set[bool]()
        for a, b in pairwise(sorted(self.looks)):
            step = self.looks[b].change(self.looks[a], self.quantity)
            if abs(step.value) > NOISE * step.error + 1e-12:
                signs.add(step.value > 0.0)
        return len(signs) < 2

    def tried(self) -> tuple[tuple[float, Estimated], ...]:
        """Every amount run, with the quantity there."""
        return tuple((amount, self.looks[amount].estimate(self.quantity)) for amount in sorted(self.looks))

    def find(self) -> Crossing | None:
        """Find the crossing next to the deal as written; None if there is none among the amounts tried.

        Notes
        -----
        The side on which the line should be crossed comes first, the other side only if it is not crossed there.
        All runs share their paths. The slope is a central difference; the error of the root is that of the quantity
        there over the slope (delta method).

        References
        ----------
        Illinois method: Dowell and Jarratt (1971), BIT 11; delta method: Serfling (1980), section 3.1.
        """
        self._spread()
        found = self.crossings()
        if not found:
            return None
        is_monotone = self.is_monotone()
        cell = min(found, key=lambda ends: min(abs(ends[0] - self.start), abs(ends[1] - self.start)))
        others = tuple(self._between(*ends) for ends in found if ends != cell)
        amount = self._close_in(*cell)
        here, slope = self.look(amount).estimate(self.quantity), self._slope(amount, 0.125 * (cell[1] - cell[0]))
        error = here.error / abs(slope) if slope != 0.0 else math.inf
        return Crossing(amount, error, here, slope, is_monotone, others)

    def _spread(self) -> None:
        is_safe = self.beyond(self.start) <= 0.0
        upwards = (self.worse > 0) == is_safe
        for side in (upwards,) if self.stays_safe else (upwards, not upwards):
            for amount in self._points(self.high if side else self.low):
                self.look(amount)
            if self.crossings():
                return

    def _points(self, end: float) -> list[float]:
        """Amounts from the start to an end, evenly spread; of multiples, their logarithms."""
        if end == self.start:
            return []
        if self.is_multiple:
            logs = np.linspace(math.log(self.start + SOFT), math.log(end + SOFT), SIDE + 1)
            inner = [float(math.exp(log)) - SOFT for log in logs[1:-1]]
        else:
            inner = [float(x) for x in np.linspace(self.start, end, SIDE + 1)[1:-1]]
        return sorted({self._rounded(x) for x in (*inner, end)} - {self.start})

    def _rounded(self, amount: float) -> float:
        return float(round(amount)) if self.is_whole else amount

    def _between(self, a: float, b: float) -> float:
        """Crossing of the straight line between two amounts tried."""
        below, above = self.beyond(a), self.beyond(b)
        return a - below * (b - a) / (above - below)

    def _close_in(self, a: float, b: float) -> float:
        """Root between two amounts on different sides; of whole numbers, the last one on the safe side."""
        at_a, at_b, kept = self.beyond(a), self.beyond(b), 0
        best = self._better(a, b)
        for _ in range(MOST_STEPS):
            if self.is_whole and b - a <= 1.0:
                break
            middle = a - at_a * (b - a) / (at_b - at_a)
            if self.is_whole or not a + 0.02 * (b - a) < middle < b - 0.02 * (b - a):
                middle = self._rounded(0.5 * (a + b))
            at_middle = self.beyond(middle)
            best = self._better(middle, best)
            if not self.is_whole and self._is_close(best, b - a):
                break
            if (at_middle > 0.0) == (at_b > 0.0):
                b, at_b = middle, at_middle
                at_a, kept = (0.5 * at_a if kept == 1 else at_a), 1
            else:
                a, at_a = middle, at_middle
                at_b, kept = (0.5 * at_b if kept == -1 else at_b), -1
        return best

    def _better(self, one: float, other: float) -> float:
        """The amount that is nearer to the line; of whole numbers, and where asked, the one on the safe side."""
        if (self.stays_safe or self.is_whole) and (self.beyond(one) > 0.0) != (self.beyond(other) > 0.0):
            return one if self.beyond(one) <= 0.0 else other
        return one if abs(self.beyond(one)) <= abs(self.beyond(other)) else other

    def _is_close(self, amount: float, width: float) -> bool:
        error = self.look(amount).estimate(self.quantity).error
        return abs(self.beyond(amount)) <= CLOSE * error or width < NARROW * (self.high - self.low)

    def _slope(self, amount: float, step: float) -> float:
        """Slope of the quantity at an amount, by a central difference inside the range; wider where it is flat."""
        step, slope = max(1.0, step) if self.is_whole else step, 0.0
        for _ in range(WIDENINGS):
            before = self._rounded(max(amount - step, self.low))
            after = self._rounded(min(amount + step, self.high))
            ends = [(self.looks.get(end) or self.run(end)).read(self.quantity) for end in (before, after)]
            slope, step = (ends[1] - ends[0]) / (after - before), 2.0 * step
            if abs(slope) > FLAT * max(abs(self.aim.level), FLAT) / (self.high - self.low):
                return slope
        return 0.0
