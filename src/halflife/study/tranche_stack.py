"""A stack of tranches on a pool's losses, each as thick as its rating allows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from halflife.facts import cumulative_pd, load_hazard, load_rating_tables, notch
from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.units import RATING_SCALE
from halflife.instruments.tranches import tranche_loss
from halflife.metrics.case import sample_of
from halflife.metrics.grades import EL_TABLE
from halflife.metrics.sample import Distribution, Estimated, Sample
from halflife.metrics.stress import Slice, Stack
from halflife.results.record import Results
from halflife.study.quantities import Part

EQUITY = "equity"
MANY_PATHS = 20_000
"""Paths for tails that senior tranches live in."""
METHODS = ("pd", "el")
LEVELS = np.linspace(0.0, 1.0, 41)
_THIN = 1e-6


def stack(results: Results, ratings: Sequence[str], by: str = "pd") -> Stack:
    """Cut the losses of a run into tranches that keep their ratings.

    Parameters
    ----------
    results : of a run; all its facilities are the pool
    ratings : best first
    by : ``pd``: probability that the tranche loses anything at most that of its rating over the life of the pool;
        ``el``: expected loss over the tranche at most that of a bond of its rating with the table's recovery

    Returns
    -------
    Stack
        Senior first, what no rating covers last. Losses are taken when the run ends: a tranche is hit in order of
        seniority, whatever the cash does before; interest left over does not protect it.

    Raises
    ------
    SpecError
        For ratings that are not on the scale, not in order, or a method that does not exist.

    References
    ----------
    Hull and White (2004), Journal of Derivatives 12, for the loss of a tranche; quantiles and jackknife as in `Sample`.
    """
    _check(ratings, by)
    pool, years = float(results.commitments.sum()), float(results.maturities.max()) / 12.0
    loss = np.asarray(results.columns["loss"].sum(axis=1) / pool, dtype=np.float64)
    sample = sample_of(results)
    recovery = next(table for table in load_rating_tables().tables if table.name == EL_TABLE).recovery or 0.0
    severity = 1.0 if by == "pd" else 1.0 - recovery
    allowed = [severity * float(cumulative_pd(notch(rating), np.asarray(years))) for rating in ratings]
    whole = _cuts(sample, loss, allowed, by)
    errors = _errors(sample, loss, allowed, by)
    slices, top = list[Slice](), 1.0
    for rating, limit, cut, error in zip((*ratings, EQUITY), (*allowed, 1.0), (*whole, 0.0), (*errors, 0.0),
                                         strict=True):  # fmt: skip
        slices.append(_slice(sample, loss, rating, limit, (cut, top), error, pool))
        top = cut
    losses = tuple((float(x), 1.0 - _below(sample, loss, float(x))) for x in LEVELS * max(float(loss.max()), _THIN))
    return Stack(
        results.name, pool, by, years, load_hazard().source, tuple(slices), sample.mean(loss), losses,
        results.provenance.paths, results.provenance.draws, results.provenance.seed,
    )  # fmt: skip


def _check(ratings: Sequence[str], by: str) -> None:
    findings = [
        Finding("--ratings", f"'{rating}'", "one of " + ", ".join(RATING_SCALE), "write S&P letters, best first")
        for rating in ratings
        if rating not in RATING_SCALE
    ]
    if by not in METHODS:
        findings.append(Finding("--by", f"'{by}'", "one of " + ", ".join(METHODS), "choose one"))
    places = [RATING_SCALE.index(rating) for rating in ratings if rating in RATING_SCALE]
    if not ratings or any(a >= b for a, b in pairwise(places)):
        found = ", ".join(ratings) or "no rating"
        findings.append(Finding("--ratings", found, "ratings from the best to the weakest", "put them in order"))
    if findings:
        raise SpecError(findings)


def _below(sample: Sample, loss: Floats, level: float) -> float:
    """Share of the weight with a loss of at most a level."""
    return sample.mean((loss <= level).astype(np.float64)).value


def _cuts(sample: Sample, loss: Floats, allowed: Sequence[float], by: str) -> list[float]:
    """Attachments, best rating first."""
    if by == "pd":
        sizes = Distribution(sample, loss)
        return [max(0.0, sizes.at(1.0 - limit)) for limit in allowed]
    cuts, top = list[float](), 1.0
    for limit in allowed:
        cuts.append(_by_loss(sample, loss, limit, top))
        top = cuts[-1]
    return cuts


def _by_loss(sample: Sample, loss: Floats, limit: float, top: float) -> float:
    """Lowest attachment at which the tranche up to `top` loses no more than its limit on average."""

    def excess(cut: float) -> float:
        return sample.mean(np.asarray(tranche_loss(loss, cut, top))).value - limit

    if top <= _THIN or excess(0.0) <= 0.0:
        return 0.0
    thinnest = top - _THIN
    return top if excess(thinnest) > 0.0 else float(brentq(excess, 0.0, thinnest, xtol=1e-9))


def _errors(sample: Sample, loss: Floats, allowed: Sequence[float], by: str) -> Floats:
    """Standard errors of the attachments, by leaving out one group of paths at a time."""
    group = sample.groups()
    count = int(group.max()) + 1
    if count < 2:
        return np.zeros(len(allowed))
    parts = (Part(sample, (group != one).astype(np.float64)) for one in range(count))
    without = np.array([_cuts(part, loss, allowed, by) for part in parts])
    errors: Floats = np.sqrt((count - 1) / count * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    return errors


def _slice(
    sample: Sample, loss: Floats, rating: str, limit: float, ends: tuple[float, float], error: float, pool: float
) -> Slice:
    low, high = ends
    hit = (loss > low + _THIN).astype(np.float64)
    el: Estimated | None = None
    if high - low > _THIN:
        el = sample.mean(np.asarray(tranche_loss(loss, low, high)))
    return Slice(rating, low, high, float(error), pool * (high - low), limit, sample.mean(hit), el, int(hit.sum()))
