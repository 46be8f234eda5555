"""Coverage and covenants: how low the ratios go, how near the tests are, when the first one breaks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from halflife.covenants.spec import CovenantSpec
from halflife.covenants.state import UNTESTED
from halflife.foundation.axes import Floats, Ints
from halflife.metrics.case import Case, NoAnswer, Options
from halflife.metrics.defaults import Answer, Row, error_note
from halflife.metrics.sample import Distribution
from halflife.metrics.terms import CEILINGS, threshold_on

FAN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
FAN_NOTE = "errors count paths as independent; resolution one bin of the histogram"
FANS = ("dscr", "ltv_paper", "ltv_orderly", "ltv_realisable", "collateral", "llcr")
TESTED_BY = {"dscr": "dscr", "ltv_paper": "ltv_paper", "ltv_orderly": "ltv_orderly"}
"""Covenant tests whose ratio the record keeps as a fan."""


def minimum_dscr(level: float) -> Callable[[Case, Options], Answer]:
    """Build a quantile of each path's lowest DSCR."""

    def quantile(case: Case, options: Options) -> Answer:
        found = _lowest(case).quantile(level)
        return Answer(found.value, found.error, error_note(case))

    return quantile


def _lowest(case: Case) -> Distribution:
    least = case.column("least_dscr")
    found = Distribution(case.sample, least, (least < UNTESTED).astype(np.float64))
    if found.mass == 0.0:
        raise NoAnswer("no debt service is scheduled on any path, so that no DSCR is tested")
    return found


def dscr_below_one(case: Case, options: Options) -> Answer:
    """Probability that the reported DSCR falls below one before the debt is repaid."""
    lowest = _lowest(case)
    found = case.sample.ratio((lowest.x < 1.0) * lowest.counts, lowest.counts)
    assert found is not None
    return Answer(found.value, found.error, error_note(case))


def minimum_dscr_quantiles(case: Case, options: Options) -> list[Row]:
    """Quantiles over paths of the lowest DSCR."""
    found = [_lowest(case).quantile(level) for level in FAN_LEVELS]
    return [Row("lowest DSCR", list(FAN_LEVELS), [f.value for f in found], [f.error for f in found])]


def fan_of(quantity: str) -> Callable[[Case, Options], list[Row]]:
    """Build the quantiles of a recorded ratio by date, one row a level."""

    def fan(case: Case, options: Options) -> list[Row]:
        entity = case.entity if case.kind == "machine" else case.borrower_name
        return fan_rows(case, quantity, entity)

    return fan


def fan_rows(case: Case, quantity: str, entity: str) -> list[Row]:
    """Quantiles by fan date with their errors; dates on which no path has the ratio are left out."""
    kept, values, errors = _fan(case, quantity, entity, FAN_LEVELS)
    if kept.size == 0:
        raise NoAnswer("no path has this ratio on any date")
    at = list(case.results.fan_months[kept].astype(float))
    return [
        Row(f"{100 * level:g} %", at, list(row), list(error), FAN_NOTE)
        for level, row, error in zip(FAN_LEVELS, values, errors, strict=True)
    ]


def _fan(case: Case, quantity: str, entity: str, levels: tuple[float, ...]) -> tuple[Ints, Floats, Floats]:
    """Dates kept, quantiles and errors ``[level, date]``: Woodruff intervals from the histogram's weight."""
    results = case.results
    if (quantity, entity) not in results.fans:
        raise NoAnswer("a system of so many borrowers is recorded without histograms")
    counts = results.summary.fans[results.fans[quantity, entity]].sum(axis=-1)
    mean_weight = case.sample.total / case.sample.paths
    effective = np.maximum(counts / mean_weight * case.sample.effective_share, 1.0)
    values = results.fan(quantity, entity, levels)
    kept = np.flatnonzero(np.isfinite(values[0]))
    errors = np.zeros((len(levels), kept.size))
    for i, level in enumerate(levels):
        step = np.sqrt(level * (1.0 - level) / effective[kept])
        for j, date in enumerate(kept):
            ends = (max(level - step[j], 1e-9), min(level + step[j], 1.0 - 1e-9))
            low, high = _at(case, quantity, entity, int(date), ends)
            errors[i, j] = 0.5 * (high - low)
    return kept, values[:, kept], errors


def _at(case: Case, quantity: str, entity: str, date: int, levels: tuple[float, float]) -> Floats:
    """Quantiles of one fan date."""
    results = case.results
    row = results.summary.fans[results.fans[quantity, entity], date]
    edges = results.edges[quantity]
    below = np.concatenate(([0.0], np.cumsum(row)))
    return np.asarray(np.interp(np.asarray(levels) * below[-1], below, edges), dtype=np.float64)


def median_fan(case: Case, quantity: str) -> tuple[Ints, Floats, Floats]:
    """Months, medians and errors of a recorded ratio of the borrower."""
    kept, values, errors = _fan(case, quantity, case.borrower_name, (0.5,))
    if kept.size == 0:
        raise NoAnswer("no path has this ratio on any date")
    return case.results.fan_months[kept], values[0], errors[0]


def lowest_llcr(level: float) -> Callable[[Case, Options], Answer]:
    """Build the lowest value over the fan dates of a quantile of the LLCR."""

    def lowest(case: Case, options: Options) -> Answer:
        kept, values, errors = _fan(case, "llcr", case.borrower_name, (level,))
        if kept.size == 0:
            raise NoAnswer("no path has this ratio on any date")
        place = int(np.argmin(values[0]))
        when = case.results.dates[int(case.results.fan_months[kept[place]])]
        note = f"lowest over the dates, on {when:%Y-%m-%d}, on paths not in default; {FAN_NOTE}"
        return Answer(float(values[0, place]), float(errors[0, place]), note)

    return lowest


def breach_probability(case: Case, options: Options) -> Answer:
    """Probability that the test is failed at least once."""
    found = case.sample.mean((case.own_column("first_breach", case.axis.covenants) > 0).astype(np.float64))
    return Answer(found.value, found.error, error_note(case))


def first_breach(case: Case, options: Options) -> Answer:
    """Median time of the first breach, on the paths that have one."""
    month = case.own_column("first_breach", case.axis.covenants)
    when = Distribution(case.sample, month, (month > 0).astype(np.float64))
    if when.mass == 0.0:
        raise NoAnswer("the test is failed on no path")
    found = when.quantile(0.5)
    day = case.results.dates[int(found.value)]
    return Answer(found.value / 12.0, found.error / 12.0, "on the paths that breach", text=f"{day:%Y-%m-%d}")


def first_breach_by_month(case: Case, options: Options) -> list[Row]:
    """Probability, by month, that the test has been failed."""
    month = case.own_column("first_breach", case.axis.covenants)
    at = list(range(1, case.last_month + 1))
    found = [case.sample.mean(((month > 0) & (month <= t)).astype(np.float64)) for t in at]
    return [Row("breached", [float(t) for t in at], [f.value for f in found], [f.error for f in found])]


def headroom(case: Case, options: Options) -> Answer:
    """Least distance of the bad 5 % quantile from the threshold over the test dates, as a share of it."""
    covenant = written_covenant(case)
    if covenant.test not in TESTED_BY:
        raise NoAnswer(f"the record keeps no quantiles of {covenant.test}")
    is_ceiling = covenant.test in CEILINGS
    kept, values, errors = _fan(case, TESTED_BY[covenant.test], case.borrower_name, (0.95 if is_ceiling else 0.05,))
    months = case.results.fan_months[kept]
    days = [case.results.dates[int(month)] for month in months]
    tested = np.flatnonzero([day >= covenant.first_test for day in days])
    if tested.size == 0:
        raise NoAnswer("no path is tested on any date kept")
    threshold = np.array([threshold_on(covenant, days[place]) for place in tested])
    ratio, error = values[0, tested], errors[0, tested]
    room = 1.0 - ratio / threshold if is_ceiling else ratio / threshold - 1.0
    worst = int(np.argmin(room))
    note = (
        f"{'95' if is_ceiling else '5'} % quantile {ratio[worst]:.2f} against {threshold[worst]:.2f} "
        f"on {days[tested[worst]]:%Y-%m-%d}; {FAN_NOTE}"
    )
    return Answer(float(room[worst]), float(error[worst] / threshold[worst]), note)


def written_covenant(case: Case) -> CovenantSpec:
    """The covenant as written, or why it is not known."""
    if case.entity not in case.terms.covenants:
        raise NoAnswer(case.terms.trouble or "the term sheet in the record has no covenant of this name")
    return case.terms.covenants[case.entity]


def thresholds(case: Case, options: Options) -> list[Row]:
    """Threshold of the covenant by month, from its first test to the last maturity."""
    covenant = written_covenant(case)
    dates = case.results.dates
    months = [t for t in range(1, case.last_month + 1) if dates[t] >= covenant.first_test]
    if not months:
        raise NoAnswer("the first test lies after the last maturity")
    levels = [threshold_on(covenant, dates[t]) for t in months]
    return [Row(covenant.test, [float(t) for t in months], levels, [], "as written, without error")]
