"""What is lost: exposure, loss given default, and the distribution of the loss."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from halflife.metrics.case import Case, NoAnswer, Options
from halflife.metrics.defaults import Answer, Row, error_note
from halflife.metrics.sample import Distribution, Estimated
from halflife.ratios import lgd as lgd_ratio

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
BINS = 25


def _or_no_default(found: Estimated | None) -> Estimated:
    if found is None:
        raise NoAnswer("no path defaults with money outstanding")
    return found


def ead(case: Case, options: Options) -> Answer:
    """Mean exposure at default."""
    found = _or_no_default(case.sample.ratio(case.column("ead") * case.is_default, case.is_default))
    share = found.value / case.commitment
    return Answer(found.value, found.error, f"{100 * share:.0f} % of the commitment; interest accrued included")


def _lgd_by_path(case: Case) -> Distribution:
    exposed = case.column("ead")
    given = lgd_ratio(np.maximum(exposed - case.column("loss"), 0.0), exposed)
    found = Distribution(case.sample, np.asarray(given), (exposed > 0.0).astype(np.float64))
    if found.mass == 0.0:
        raise NoAnswer("no path defaults with money outstanding")
    return found


def lgd(case: Case, options: Options) -> Answer:
    """Mean over defaults of the share of the exposure that is lost."""
    by_path = _lgd_by_path(case)
    found = _or_no_default(case.sample.ratio(by_path.x * by_path.counts, by_path.counts))
    return Answer(found.value, found.error, "each default counts once; recoveries discounted at the contract rate")


def lgd_by_exposure(case: Case, options: Options) -> Answer:
    """Expected loss over expected exposure."""
    found = _or_no_default(case.sample.ratio(case.column("loss"), case.column("ead")))
    return Answer(found.value, found.error, "each dollar exposed counts once")


def lgd_quantiles(case: Case, options: Options) -> list[Row]:
    """Quantiles of the LGD over the defaults."""
    by_path = _lgd_by_path(case)
    found = [by_path.quantile(level) for level in LEVELS]
    return [Row("LGD", list(LEVELS), [f.value for f in found], [f.error for f in found])]


def el(case: Case, options: Options) -> Answer:
    """Mean loss as a share of the commitment."""
    found = case.sample.mean(case.losses.x)
    return Answer(found.value, found.error, error_note(case))


def el_product(case: Case, options: Options) -> Answer:
    """PD times LGD times EAD, as a share of the commitment."""
    by_path = _lgd_by_path(case)
    shares = case.column("ead") / case.commitment
    ones, exposed = np.ones(case.sample.paths), by_path.counts
    parts = (ones, case.is_default, by_path.x * exposed, exposed, shares * case.is_default)
    columns = np.stack(parts, axis=1) * case.sample.weights[:, None]

    def product(sums: np.ndarray) -> list[float]:
        total, defaults, lost, exposed, exposure = (float(x) for x in sums)
        if defaults <= 0.0 or exposed <= 0.0:
            return [0.0]
        return [defaults / total * (lost / exposed) * (exposure / defaults)]

    def totals(group: np.ndarray, count: int) -> np.ndarray:
        return np.stack([np.bincount(group, column, minlength=count) for column in columns.T], axis=1)

    value = product(columns.sum(axis=0))[0]
    note = "differs from the mean loss by the covariance of LGD and exposure; error by the jackknife"
    return Answer(value, float(case.sample.jackknife(totals, product)[0]), note)


def ul(case: Case, options: Options) -> Answer:
    """Standard deviation of the loss as a share of the commitment."""
    found = case.sample.spread(case.losses.x)
    return Answer(found.value, found.error, error_note(case))


def var(level: float) -> Callable[[Case, Options], Answer]:
    """Build the quantile of the loss at a level."""

    def quantile(case: Case, options: Options) -> Answer:
        found = case.losses.quantile(level)
        return Answer(found.value, found.error, _tail_note(case, level))

    return quantile


def es(level: float) -> Callable[[Case, Options], Answer]:
    """Build the mean of the worst losses beyond a level."""

    def tail(case: Case, options: Options) -> Answer:
        found = case.losses.tail_mean(level)
        return Answer(found.value, found.error, _tail_note(case, level))

    return tail


def _tail_note(case: Case, level: float) -> str:
    inside = (1.0 - level) * case.sample.paths
    return f"the tail holds about {inside:.0f} of {case.sample.paths:,} paths" if inside < 50 else ""


def es_contribution(case: Case, options: Options) -> Answer:
    """Part of the borrower's 99 % expected shortfall that this facility carries (Euler)."""
    whole = Case(case.results, "borrower", case.borrower_name, case.sample, case.terms)
    level, loss = 0.99, whole.losses.x
    edge = whole.losses.at(level)
    above, at = (loss > edge).astype(np.float64), (loss == edge).astype(np.float64)
    tied = case.sample.mean(at).value
    share = (1.0 - level - case.sample.mean(above).value) / tied if tied > 0.0 else 0.0
    own = case.column("loss") / whole.commitment
    found = case.sample.mean(own * (above + share * at))
    at_edge = case.sample.ratio(own * at, at)
    beyond = (own - (at_edge.value if at_edge else 0.0)) * (above + share * at)
    error = case.sample.error(beyond - case.sample.mean(beyond).value)
    note = "as a share of the borrower's commitments; the facilities add up to the borrower's shortfall"
    return Answer(found.value / (1.0 - level), error / (1.0 - level), note)


def tranche_loss(case: Case, options: Options) -> Answer:
    """Expected loss of a slice of the debt, as a share of the slice."""
    attachment, detachment = options.get("attachment"), options.get("detachment")
    if attachment is None or detachment is None:
        raise NoAnswer("give `attachment` and `detachment`, as shares of the commitment")
    low, high = float(attachment), float(detachment)
    if not 0.0 <= low < high <= 1.0:
        raise NoAnswer(f"a slice from {low:g} to {high:g} is not one of 0 <= attachment < detachment <= 1")
    found = case.sample.mean(np.clip(case.losses.x - low, 0.0, high - low) / (high - low))
    return Answer(found.value, found.error, f"losses from {100 * low:g} % to {100 * high:g} % of the commitment")


def loss_histogram(case: Case, options: Options) -> list[Row]:
    """Probability of each range of the loss, on the paths that lose; at the middle of the range."""
    loss = case.losses.x
    top = float(loss.max(initial=0.0))
    if top <= 1e-9:
        raise NoAnswer("no path loses anything")
    width = _round_up(top / BINS)
    place = np.minimum((loss / width).astype(np.int64), BINS - 1)
    rows = [case.sample.mean(((place == i) & (loss > 1e-9)).astype(np.float64)) for i in range(math.ceil(top / width))]
    middles = [(i + 0.5) * width for i in range(len(rows))]
    return [Row("loss", middles, [row.value for row in rows], [row.error for row in rows])]


def _round_up(width: float) -> float:
    """Next of 1, 2, 2.5, 5 times a power of ten."""
    scale = 10.0 ** math.floor(math.log10(width))
    return next(step * scale for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * scale >= width)


def recovery_lag(case: Case, options: Options) -> Answer:
    """Time from default to the sale proceeds, on average."""
    proceeds = case.mean("proceeds")
    if proceeds.sum() <= 0.0:
        raise NoAnswer("no machine is sold on any path")
    exposed = _or_no_default(case.sample.ratio(case.column("ead") * case.default_month / 12.0, case.column("ead")))
    when = float((proceeds * np.arange(proceeds.size)).sum() / proceeds.sum()) / 12.0
    note = (
        "mean date of the proceeds less mean date of default, both weighted by USD; no error: "
        "the record keeps monthly sums of the proceeds, not their scatter over paths"
    )
    return Answer(when - exposed.value, None, note)


def recovery_timing(case: Case, options: Options) -> list[Row]:
    """Share of all expected sale proceeds received by each month."""
    proceeds = case.mean("proceeds")
    if proceeds.sum() <= 0.0:
        raise NoAnswer("no machine is sold on any path")
    share = np.cumsum(proceeds) / proceeds.sum()
    note = "no errors: the record keeps monthly sums of the proceeds, not their scatter over paths"
    return [Row("proceeds", [float(t) for t in range(share.size)], list(share), [], note)]
