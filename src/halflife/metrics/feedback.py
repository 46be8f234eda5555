"""What a page about feedback shows: the tail, defaults by month, lenders and facilities without and with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.metrics.portfolio import Portfolio
from halflife.metrics.sample import Distribution, Estimated, Sample
from halflife.metrics.systemic import Backstop, Cascade, Cliff
from halflife.results.record import Results

LEVEL = 0.99
"""Level of the tail that the page names."""
STEEP = 2.0
"""A step this many times as steep as the whole range is called a cliff."""
STOPPED = 1.05
"""Amplification up to which a backstop is said to stop the cascade."""
SURE = 2.0
"""Standard errors beyond which a difference is said to be one."""


@dataclass(frozen=True)
class Tails:
    """Loss of all lenders, USD present value: mean, quantile and mean beyond it, without and with feedback."""

    mean_off: Estimated
    mean_on: Estimated
    added: Estimated
    var_off: Estimated
    var_on: Estimated
    es_off: Estimated
    es_on: Estimated


def tails(cascade: Cascade) -> Tails:
    """Estimate mean, 99 % quantile and 99 % expected shortfall of the loss without and with feedback, USD.

    Notes
    -----
    Both runs share their paths, so `added`, the mean difference, has a smaller error than either mean.
    """
    sample = cascade.sample
    off, on = (Distribution(sample, loss) for loss in (cascade.loss_off, cascade.loss_on))
    return Tails(
        sample.mean(cascade.loss_off),
        sample.mean(cascade.loss_on),
        sample.mean(cascade.loss_on - cascade.loss_off),
        off.quantile(LEVEL),
        on.quantile(LEVEL),
        off.tail_mean(LEVEL),
        on.tail_mean(LEVEL),
    )


def exceedance(sample: Sample, loss: Floats, points: int = 240) -> tuple[Floats, Floats]:
    """Probability that the loss exceeds each of a row of sizes.

    Parameters
    ----------
    sample : weights of the paths;  loss : [path], USD
    points : most sizes that are given

    Returns
    -------
    sizes, probabilities : [point], USD and shares; sizes are 0 and losses of single paths, denser in the tail
    """
    order = np.argsort(-loss, kind="stable")
    beyond = np.concatenate(([0.0], np.cumsum(sample.weights[order]) / sample.total))
    losing = int(np.count_nonzero(loss > 0.0))
    spots = np.arange(losing)
    if losing > points:
        spots = np.unique(np.geomspace(1, losing, points).astype(np.int64)) - 1
    sizes: Floats = loss[order][spots][::-1]
    return np.append(0.0, sizes), np.append(beyond[losing], beyond[spots][::-1])


def defaults_by_month(results: Results, sample: Sample) -> Floats:
    """Probability that each borrower has defaulted by each month up to the last maturity, ``[month, borrower]``."""
    months = int(results.maturities.max()) + 1
    when = results.columns["default_month"].astype(np.int64)
    found = np.zeros((months, when.shape[1]))
    for borrower in range(when.shape[1]):
        month = when[:, borrower]
        counted = np.where((month > 0) & (month < months), sample.weights, 0.0)
        found[:, borrower] = np.cumsum(np.bincount(np.clip(month, 0, months - 1), counted, minlength=months))
    return found / sample.total


def share_defaulted(results: Results, sample: Sample) -> Estimated:
    """Mean share of the borrowers that have defaulted by the last maturity."""
    month, last = results.columns["default_month"], int(results.maturities.max())
    return sample.mean(((month > 0.0) & (month <= last)).mean(axis=1))


@dataclass(frozen=True)
class LenderRow:
    """One lender without and with feedback.

    Parameters
    ----------
    ratio_start : capital over assets in the first month
    ratio_off, ratio_on : lowest of the monthly means
    weak_off, weak_on : largest of the monthly probabilities of being below its own least capital
    failed_off, failed_on : probability of failure
    """

    name: str
    ratio_start: float
    ratio_off: float
    ratio_on: float
    weak_off: float
    weak_on: float
    failed_off: Estimated
    failed_on: Estimated


def lender_rows(cascade: Cascade) -> list[LenderRow]:
    """Describe every lender, most likely to fail first."""
    last, rows = int(cascade.on.maturities.max()), []
    for place, name in enumerate(cascade.on.axis.lenders):
        runs = (cascade.off, cascade.on)
        ratios = [run.mean("capital_ratio", name)[1 : last + 1] for run in runs]
        weak = [float(run.mean("weak", name)[1 : last + 1].max()) for run in runs]
        failed = [cascade.sample.mean((run.columns["lender_failed"][:, place] > 0.0).astype(np.float64))
                  for run in runs]  # fmt: skip
        lowest = [float(ratio.min()) for ratio in ratios]
        rows.append(LenderRow(name, float(ratios[1][0]), lowest[0], lowest[1], weak[0], weak[1], failed[0], failed[1]))
    return sorted(rows, key=lambda row: (-row.failed_on.value, -row.weak_on, row.ratio_on))


@dataclass(frozen=True)
class FacilityRow:
    """One facility without and with feedback.

    Parameters
    ----------
    commitment : USD
    el_off, el_on : expected present value of its loss over the commitment
    added : USD that feedback adds to it
    tail : USD, its part of the system's 99 % expected shortfall with feedback
    """

    name: str
    borrower: str
    commitment: float
    el_off: Estimated
    el_on: Estimated
    added: Estimated
    tail: Estimated


def facility_rows(cascade: Cascade) -> list[FacilityRow]:
    """Describe every facility, the one to which feedback adds most first."""
    axis, sample, rows = cascade.on.axis, cascade.sample, []
    off, on = (run.columns["pv_loss"] for run in (cascade.off, cascade.on))
    parts = Portfolio(sample, on, axis.facilities).es_contributions(LEVEL)
    for place, name in enumerate(axis.facilities):
        commitment = float(cascade.on.commitments[place])
        shares = [_over(sample.mean(losses[:, place]), commitment) for losses in (off, on)]
        added = sample.mean(on[:, place] - off[:, place])
        borrower = axis.borrowers[axis.facility_borrower[place]]
        rows.append(FacilityRow(name, borrower, commitment, shares[0], shares[1], added, parts[place].amount))
    return sorted(rows, key=lambda row: -row.added.value)


def _over(amount: Estimated, whole: float) -> Estimated:
    return Estimated(amount.value / whole, amount.error / whole) if whole > 0.0 else Estimated(0.0, 0.0)


def most_lowered(off: Floats, on: Floats, count: int) -> Ints:
    """Positions of the columns whose lowest value feedback lowers most: ``[month, entity]`` each, `count` of them."""
    fall = off.min(axis=0) - on.min(axis=0)
    return np.asarray(np.sort(np.argsort(-fall, kind="stable")[:count]), dtype=np.int64)


def is_cliff(cliff: Cliff) -> bool:
    """Say whether a loss jumps: a step much steeper than the range, by more than its error."""
    return cliff.steepness >= STEEP and cliff.jump.value > SURE * cliff.jump.error


def smallest_that_stops(backstops: Sequence[Backstop], most: float = STOPPED) -> Backstop | None:
    """Return the backstop with the least mean outlay under which feedback adds no more than `most` - 1 to the loss."""
    enough = [one for one in backstops if one.amplification is not None and one.amplification.value <= most]
    return min(enough, key=lambda one: (one.spent.value, one.size, one.price), default=None)
