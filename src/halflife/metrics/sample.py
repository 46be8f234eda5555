"""Estimates from weighted paths, with the errors that importance weights and shared draws really leave."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, Ints

GROUPS = 40
"""Groups of a jackknife where no draws give natural ones."""


class Estimated(NamedTuple):
    """A number estimated from paths and its standard error."""

    value: float
    error: float


class Sample:
    """The weights of the paths, and which draw of the assumed ranges each belongs to.

    Parameters
    ----------
    weights : [path], importance weights, mean about one
    draw : [path], number of the draw; paths of one draw share its figures, so they are one observation

    Notes
    -----
    Means are ratio estimators ``sum(w x) / sum(w)``. Their error is that of the linearised residuals, summed
    within draws where there are several.

    References
    ----------
    Cochran (1977), "Sampling techniques", sections 6.3 and 9A.2 (ratio estimators of unequal clusters).
    """

    def __init__(self, weights: Floats, draw: Floats | Ints | None = None) -> None:
        self.weights = np.asarray(weights, dtype=np.float64)
        numbers = np.zeros(self.paths) if draw is None else np.asarray(draw)
        names, self._cluster = np.unique(numbers, return_inverse=True)
        self.draws = int(names.size)

    @property
    def paths(self) -> int:
        """Number of paths."""
        return int(self.weights.size)

    @cached_property
    def total(self) -> float:
        """Sum of the weights."""
        return float(self.weights.sum())

    @cached_property
    def effective_share(self) -> float:
        """Kish's effective sample size of the weights, over the number of paths."""
        return self.total**2 / (float((self.weights**2).sum()) * self.paths)

    def error(self, influence: Floats) -> float:
        """Standard error of an estimator from each path's influence on it.

        Parameters
        ----------
        influence : [path], same unit as the estimator
            Its weighted mean is zero.
        """
        parts = np.asarray(self.weights * influence, dtype=np.float64)
        if self.draws > 1:
            parts = np.bincount(self._cluster, parts, minlength=self.draws).astype(np.float64)
        count = parts.size
        if count < 2:
            return 0.0
        return math.sqrt(count / (count - 1) * float((parts**2).sum())) / self.total

    def mean(self, x: Floats) -> Estimated:
        """Weighted mean of ``[path]`` numbers."""
        value = float((self.weights * x).sum()) / self.total
        return Estimated(value, self.error(x - value))

    def ratio(self, above: Floats, below: Floats) -> Estimated | None:
        """Ratio of two weighted means; None where the lower one is zero."""
        under = float((self.weights * below).sum()) / self.total
        if under <= 0.0:
            return None
        value = float((self.weights * above).sum()) / self.total / under
        return Estimated(value, self.error((above - value * below) / under))

    def spread(self, x: Floats) -> Estimated:
        """Standard deviation of ``[path]`` numbers, and its error by the delta method."""
        centred = x - self.mean(x).value
        variance = self.mean(centred**2).value
        if variance <= 0.0:
            return Estimated(0.0, 0.0)
        deviation = math.sqrt(variance)
        return Estimated(deviation, self.error((centred**2 - variance) / (2.0 * deviation)))

    def groups(self) -> Ints:
        """Group of each path for a jackknife: the draws, or else `GROUPS` runs of neighbouring paths."""
        if self.draws > 1:
            return np.asarray(self._cluster, dtype=np.int64)
        return np.arange(self.paths, dtype=np.int64) * min(GROUPS, self.paths) // self.paths

    def jackknife(self, totals: Callable[[Ints, int], Floats], answer: Callable[[Floats], Sequence[float]]) -> Floats:
        """Standard errors of functions of totals, by leaving out one group at a time.

        Parameters
        ----------
        totals : (group of each path, number of groups) -> [group, ...], sums by group
        answer : [...] -> the numbers whose errors are wanted

        References
        ----------
        Shao and Tu (1995), "The jackknife and bootstrap", section 2.3 (grouped jackknife).
        """
        group = self.groups()
        count = int(group.max()) + 1
        if count < 2:
            return np.zeros(len(answer(totals(group, count).sum(axis=0))))
        by_group = totals(group, count)
        whole = by_group.sum(axis=0)
        without = np.array([answer(whole - part) for part in by_group])
        deviations = without - without.mean(axis=0)
        return np.asarray(np.sqrt((count - 1) / count * (deviations**2).sum(axis=0)))


class Distribution:
    """A quantity over the paths, in order of size.

    Parameters
    ----------
    sample : Sample
    x : [path]
    where : [path], bool, optional
        Paths that count; the others have no such quantity.
    """

    def __init__(self, sample: Sample, x: Floats, where: Floats | None = None) -> None:
        self.sample, self.x = sample, x
        self.counts = np.ones(x.size) if where is None else np.asarray(where, dtype=np.float64)
        mass = sample.weights * self.counts
        order = np.argsort(x, kind="stable")
        order = order[mass[order] > 0.0]
        self._sorted = x[order]
        self._below = np.cumsum(mass[order])
        self.mass = float(self._below[-1]) if order.size else 0.0

    def at(self, level: float) -> float:
        """Smallest value with at least this share of the weight at or below it."""
        wanted = min(max(level, 0.0), 1.0) * self.mass
        place = int(np.searchsorted(self._below, wanted * (1.0 - 1e-12)))
        return float(self._sorted[min(place, self._sorted.size - 1)])

    def quantile(self, level: float) -> Estimated:
        """Quantile, with half the width of Woodruff's one-standard-error interval as its error.

        References
        ----------
        Woodruff (1952), "Confidence intervals for medians and other position measures", JASA 47.
        """
        value = self.at(level)
        share = self.sample.ratio(self.counts * (self.x <= value), self.counts)
        step = 0.0 if share is None else share.error
        return Estimated(value, 0.5 * (self.at(level + step) - self.at(level - step)))

    def tail_mean(self, level: float) -> Estimated:
        """Mean of the worst ``1 - level`` of the weight (expected shortfall).

        Notes
        -----
        ``q + E[(x - q)+] / (1 - level)`` with ``q`` the quantile: ties there are split as they must.

        References
        ----------
        Acerbi and Tasche (2002), "On the coherence of expected shortfall", proposition 3.2.
        """
        edge = self.at(level)
        beyond = self.sample.mean(np.maximum(self.x - edge, 0.0))
        return Estimated(edge + beyond.value / (1.0 - level), beyond.error / (1.0 - level))
