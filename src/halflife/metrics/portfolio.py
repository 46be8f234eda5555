"""The tail of a portfolio's loss, and what each part of the portfolio adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.sample import Distribution, Estimated, Sample
from halflife.results.record import Results

WIDTH = 0.5
"""Half-width of the neighbourhood of a quantile, over the distance from the level to the nearer end of (0, 1)."""
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Grouping:
    """Which part of each position belongs to whom.

    Parameters
    ----------
    names : of the groups
    shares : [position, group]; the shares of a position add up to 1
    """

    names: tuple[str, ...]
    shares: Floats

    def __post_init__(self) -> None:
        found = []
        if self.shares.ndim != 2 or self.shares.shape[1] != len(self.names):
            wanted = f"one column for each of {len(self.names)} groups"
            found.append(Finding("shares", f"an array of shape {self.shares.shape}", wanted, "pass [position, group]"))
        elif not np.isfinite(self.shares).all() or (self.shares < 0.0).any():
            found.append(Finding("shares", "a negative or missing share", "shares of 0 or more", "check the holdings"))
        else:
            sums = self.shares.sum(axis=1)
            found += [
                Finding(f"shares[{place}]", f"a sum of {sums[place]:.6g}", "1", "add a group that holds the rest")
                for place in np.flatnonzero(np.abs(sums - 1.0) > TOLERANCE)
            ]
        if found:
            raise SpecError(found)


def by_label(labels: Sequence[str]) -> Grouping:
    """Group positions by a label each, for example the borrower, the generation of machine or the offtaker.

    Parameters
    ----------
    labels : [position]

    Returns
    -------
    Grouping
        One group a label, in the order in which the labels appear.
    """
    names = tuple(dict.fromkeys(labels))
    place = {name: column for column, name in enumerate(names)}
    shares = np.zeros((len(labels), len(names)))
    shares[np.arange(len(labels)), [place[label] for label in labels]] = 1.0
    return Grouping(names, shares)


@dataclass(frozen=True)
class Contribution:
    """What one group adds to a tail measure of the whole.

    Parameters
    ----------
    name : of the group
    amount : USD;  share : of the whole; None where the whole is zero
    """

    name: str
    amount: Estimated
    share: float | None


class Portfolio:
    """Losses of many positions on the same paths.

    Parameters
    ----------
    sample : weights and draws of the paths
    losses : [path, position], USD
    names : of the positions

    Notes
    -----
    Both tail measures are means of the loss over a range of its ranks: (level, 1) for the expected shortfall, a
    neighbourhood of the level for the value at risk. A path's part of the range is its part of the weight, and
    paths of equal loss share theirs evenly; so parts add up to the whole whatever the weights and ties.

    References
    ----------
    Tasche (1999), "Risk contributions and performance measurement"; Acerbi and Tasche (2002), proposition 3.2.
    """

    def __init__(self, sample: Sample, losses: Floats, names: Sequence[str]) -> None:
        self.sample, self.losses, self.names = sample, np.asarray(losses, dtype=np.float64), tuple(names)
        if self.losses.shape != (sample.paths, len(self.names)):
            wanted = f"({sample.paths}, {len(self.names)}): paths by positions"
            fix = "pass one row a path and one column a name"
            raise SpecError([Finding("losses", f"an array of shape {self.losses.shape}", wanted, fix)])
        if not np.isfinite(self.losses).all():
            raise SpecError([Finding("losses", "a loss that is not a number", "finite USD", "drop unresolved paths")])

    @staticmethod
    def of(results: Results, column: str = "pv_loss") -> Portfolio:
        """Return the facilities of a run as a portfolio.

        Parameters
        ----------
        results : Results
        column : ``pv_loss`` (present value at the valuation date) or ``loss`` (at the default), USD
        """
        draw = np.ravel(results.columns["draw"]) if results.provenance.draws > 1 else None
        sample = Sample(np.ravel(results.columns["weight"]), draw)
        return Portfolio(sample, results.columns[column], results.axis.facilities)

    @cached_property
    def total(self) -> Floats:
        """Loss of all positions, ``[path]``, USD."""
        total: Floats = self.losses.sum(axis=1)
        return total

    @cached_property
    def distribution(self) -> Distribution:
        """Distribution of the loss of all positions."""
        return Distribution(self.sample, self.total)

    def var(self, level: float) -> Estimated:
        """Value at risk: smallest loss that is not exceeded with this probability, USD.

        Parameters
        ----------
        level : in (0, 1), for example 0.99

        References
        ----------
        Woodruff (1952), JASA 47, for the error.
        """
        _check(level)
        return self.distribution.quantile(level)

    def es(self, level: float) -> Estimated:
        """Return the expected shortfall: mean of the worst ``1 - level`` of the losses, USD.

        Parameters
        ----------
        level : in (0, 1), for example 0.99

        References
        ----------
        Acerbi and Tasche (2002), proposition 3.2.
        """
        _check(level)
        return self.distribution.tail_mean(level)

    def es_contributions(self, level: float, grouping: Grouping | None = None) -> tuple[Contribution, ...]:
        """Share out the expected shortfall: the mean loss of each group over the worst paths of the whole.

        Parameters
        ----------
        level : in (0, 1)
        grouping : who the positions belong to; each on its own when left out

        Returns
        -------
        tuple of Contribution
            They add up to `es` at the same level.

        Notes
        -----
        ``E[L_i | worst 1 - level]``. The error counts that the quantile is estimated too: the influence of a path is
        ``(L_i - E[L_i | L = VaR]) phi``, with ``phi`` its density in the tail.

        References
        ----------
        Tasche (1999); Glasserman (2005), "Measuring marginal risk contributions in credit portfolios".
        """
        _check(level)
        names, parts = self._grouped(grouping)
        tail, whole = self._density(level, 1.0), self.es(level).value
        edge = self._at_quantile(level, default_width(level), parts)
        found = []
        for place, name in enumerate(names):
            amount = self.sample.mean(tail * parts[:, place]).value
            influence = tail * (parts[:, place] - edge[place]) - (amount - edge[place])
            found.append(_contribution(name, Estimated(amount, self.sample.error(influence)), whole))
        return tuple(found)

    def var_contributions(
        self, level: float, grouping: Grouping | None = None, width: float | None = None
    ) -> tuple[Contribution, ...]:
        """Share out the value at risk: the mean loss of each group on paths whose total is near the quantile.

        Parameters
        ----------
        level : in (0, 1)
        grouping : as for `es_contributions`
        width : half-width of the neighbourhood, as a probability; `default_width` when left out

        Returns
        -------
        tuple of Contribution
            They add up to `var` at the same level.

        Notes
        -----
        ``VaR E[L_i | level - width < rank < level + width] / E[L | same]``: one path alone stands at the quantile, so
        its neighbours speak for it, scaled by what the mean of the neighbourhood differs from the quantile. The
        error holds that of the quantile, whose density is the probability of the neighbourhood over its range of
        losses, and that of the shares; not the bias of a wide neighbourhood.

        References
        ----------
        Gourieroux, Laurent and Scaillet (2000), "Sensitivity analysis of values at risk"; Tasche (1999).
        """
        _check(level)
        names, parts = self._grouped(grouping)
        near = default_width(level) if width is None else width
        low, high = level - near, level + near
        if not (near > 0.0 and low >= 0.0 and high <= 1.0):
            wanted = f"above 0 and at most {min(level, 1.0 - level):g}"
            raise SpecError([Finding("width", f"{near:g}", wanted, "leave it out to take half of that")])
        whole = self.distribution.at(level)
        band = self._density(low, high)
        density_times = (self.distribution.at(high) - self.distribution.at(low)) / (high - low)
        of_quantile = -density_times * ((self.total <= whole).astype(np.float64) - level)
        of_quantile = of_quantile - self.sample.mean(of_quantile).value
        found = []
        for place, name in enumerate(names):
            share = self.sample.ratio(band * parts[:, place], band * self.total)
            if share is None:
                found.append(Contribution(name, Estimated(0.0, 0.0), None))
                continue
            under = self.sample.mean(band * self.total).value
            of_share = band * (parts[:, place] - share.value * self.total) / under
            error = self.sample.error(share.value * of_quantile + whole * of_share)
            found.append(_contribution(name, Estimated(share.value * whole, error), whole))
        return tuple(found)

    def _grouped(self, grouping: Grouping | None) -> tuple[tuple[str, ...], Floats]:
        """Names and losses ``[path, group]`` of the groups."""
        if grouping is None:
            return self.names, self.losses
        if grouping.shares.shape[0] != len(self.names):
            found = f"{grouping.shares.shape[0]} positions"
            fix = "give one row of shares for each position"
            raise SpecError([Finding("grouping", found, f"{len(self.names)} positions", fix)])
        return grouping.names, self.losses @ grouping.shares

    @cached_property
    def _ranks(self) -> tuple[Floats, Floats]:
        """First and last rank of every path, as shares of the weight; paths of equal loss share one range."""
        order = np.argsort(self.total, kind="stable")
        above = np.cumsum(self.sample.weights[order])
        edges = np.concatenate(([0.0], above / above[-1]))
        _, first, inverse = np.unique(self.total[order], return_index=True, return_inverse=True)
        last = np.append(first[1:], order.size)
        low, high = np.empty(order.size), np.empty(order.size)
        low[order], high[order] = edges[first][inverse], edges[last][inverse]
        return low, high

    def _density(self, low: float, high: float) -> Floats:
        """Density of every path in the range of ranks from `low` to `high`; its weighted mean is 1."""
        first, last = self._ranks
        inside = np.clip(last, low, high) - np.clip(first, low, high)
        width = last - first
        density: Floats = np.divide(inside, width * (high - low), out=np.zeros_like(width), where=width > 0.0)
        return density

    def _at_quantile(self, level: float, width: float, parts: Floats) -> Floats:
        """Mean loss of each group around the quantile, scaled to add up to it, ``[group]``."""
        weights = self.sample.weights * self._density(level - width, level + width)
        near: Floats = weights @ parts / self.sample.total
        total = float(near.sum())
        return near * (self.distribution.at(level) / total) if total > 0.0 else near


def default_width(level: float) -> float:
    """Half-width of the neighbourhood of a quantile: half of the way to the nearer end, as a probability."""
    return WIDTH * min(level, 1.0 - level)


def _contribution(name: str, amount: Estimated, whole: float) -> Contribution:
    return Contribution(name, amount, amount.value / whole if whole > 0.0 else None)


def _check(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise SpecError([Finding("level", f"{level:g}", "a probability between 0 and 1", "write 0.99 for 99 %")])
