"""When and why the borrower defaults, and who had failed before."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from halflife.default.state import CAUSES
from halflife.foundation.axes import Floats
from halflife.metrics.case import Case, NoAnswer, Options
from halflife.metrics.sample import Estimated


class Answer(NamedTuple):
    """What a measure found; `measure` adds its name, unit and formula."""

    value: float
    error: float | None
    note: str = ""
    low: float | None = None
    high: float | None = None
    text: str = ""


class Row(NamedTuple):
    """One curve found: ``at``, ``value`` and ``error`` of equal length, or no errors and a note."""

    label: str
    at: list[float]
    value: list[float]
    error: list[float]
    note: str = ""
    ticks: tuple[str, ...] = ()


UPPER_WITHOUT_DEFAULTS = 3.0
"""Rule of three: with no default in n paths the 95 % upper bound of the PD is about 3 / n."""


def horizon(case: Case, options: Options) -> float:
    """Years asked for, else the time to the last maturity."""
    asked = options.get("years")
    return case.years if asked is None else float(asked)


def error_note(case: Case) -> str:
    """Say which errors a standard error holds."""
    if case.sample.draws > 1:
        return f"error between {case.sample.draws} draws of the assumed ranges"
    return ""


def pd(case: Case, options: Options) -> Answer:
    """Probability of default within the horizon."""
    years = horizon(case, options)
    found = case.default_probability(12.0 * years)
    note = f"within {years:.3g} years; {error_note(case)}".removesuffix("; ")
    high = min(1.0, found.value + 1.96 * found.error)
    if found.value == 0.0:
        high = UPPER_WITHOUT_DEFAULTS / case.sample.paths
        note += f"; no default in {case.sample.paths:,} paths, so the PD may be up to {high:.2g}"
    return Answer(found.value, found.error, note, max(0.0, found.value - 1.96 * found.error), high)


def hazard(case: Case, options: Options) -> Answer:
    """Average yearly default intensity over the horizon."""
    years = horizon(case, options)
    found = case.default_probability(12.0 * years)
    if found.value >= 1.0:
        raise NoAnswer("every path defaults, so that no finite intensity fits")
    return Answer(
        -math.log1p(-found.value) / years,
        found.error / (1.0 - found.value) / years,
        f"over {years:.3g} years",
    )


def effective_paths(case: Case, options: Options) -> Answer:
    """Number of plain paths that would give the PD this standard error."""
    found = case.default_probability(12.0 * horizon(case, options))
    if found.error <= 0.0:
        raise NoAnswer("the PD has no sampling error in this run")
    number = found.value * (1.0 - found.value) / found.error**2
    return Answer(number, None, "a description of the sample, not an estimate: it has no error of its own")


def default_time(case: Case, options: Options) -> Answer:
    """Mean time of default, on the paths that default."""
    found = case.sample.ratio(case.default_month / 12.0 * case.is_default, case.is_default)
    if found is None:
        raise NoAnswer("no path defaults")
    return Answer(found.value, found.error, "on the paths that default")


def pd_by_year(case: Case, options: Options) -> list[Row]:
    """Cumulative PD at the end of each year."""
    return [_term_structure(case, [*range(12, case.last_month, 12), case.last_month], "cumulative")]


def pd_by_month(case: Case, options: Options) -> list[Row]:
    """Cumulative PD at the end of each month."""
    return [_term_structure(case, list(range(1, case.last_month + 1)), "cumulative")]


def _term_structure(case: Case, months: list[int], label: str) -> Row:
    found = [case.default_probability(month) for month in months]
    return Row(label, [float(month) for month in months], [f.value for f in found], [f.error for f in found])


def pd_by_cause(case: Case, options: Options) -> list[Row]:
    """Cumulative PD by month and cause; the causes add up to the PD."""
    codes = case.column("cause")
    rows = []
    for code, name in enumerate(CAUSES):
        is_cause = (codes == code) & (case.default_month > 0.0)
        if code and is_cause.any():
            by_month = _cumulative(case, np.where(is_cause, case.default_month, 0.0))
            errors = [case.sample.mean((is_cause & (case.default_month <= m)).astype(float)).error
                      for m in range(1, case.last_month + 1)]  # fmt: skip
            rows.append(Row(name, _months(case), by_month, errors))
    return rows


def default_causes(case: Case, options: Options) -> list[Row]:
    """Probability of default by cause, to the last maturity."""
    codes = case.column("cause")
    found = {
        name: case.sample.mean(((codes == code) & (case.default_month > 0.0)).astype(np.float64))
        for code, name in enumerate(CAUSES)
        if code
    }
    return [_bars("cause", found)]


def _bars(label: str, found: dict[str, Estimated]) -> Row:
    values, errors = [f.value for f in found.values()], [f.error for f in found.values()]
    return Row(label, [float(place) for place in range(len(found))], values, errors, ticks=tuple(found))


def _months(case: Case) -> list[float]:
    return [float(month) for month in range(1, case.last_month + 1)]


def _cumulative(case: Case, event_month: Floats) -> list[float]:
    """Share of the weight whose event (month, 0: none) has come by each month to the last maturity."""
    months = np.clip(event_month, 0, case.last_month + 1).astype(np.int64)
    mass = np.bincount(months, case.sample.weights, minlength=case.last_month + 2)
    return list(np.cumsum(mass[1 : case.last_month + 1]) / case.sample.total)


def _failed_by(case: Case, party: str) -> Floats:
    return np.asarray(case.results.columns["party_failed"][:, case.axis.parties.index(party)])


def party_pd(case: Case, options: Options) -> Answer:
    """Probability that the party has failed by the horizon, as simulated."""
    month, years = _failed_by(case, case.entity), horizon(case, options)
    found = case.sample.mean(((month > 0) & (month <= 12.0 * years)).astype(np.float64))
    return Answer(found.value, found.error, f"within {years:.3g} years")


def survival_of_party(case: Case, options: Options) -> list[Row]:
    """Probability, by month, that the party is still alive."""
    gone = np.asarray(_cumulative(case, _failed_by(case, case.entity)))
    errors = np.sqrt(np.maximum(gone * (1.0 - gone), 0.0) / (case.sample.paths * case.sample.effective_share))
    note = "errors count paths as independent"
    return [Row("alive", _months(case), list(1.0 - gone), list(errors), note)]


def _before_default(case: Case, party: str) -> Floats:
    """[path], whether the party failed by the default, or by maturity on paths without one."""
    month = _failed_by(case, party)
    until = np.where(case.default_month > 0, case.default_month, float(case.last_month))
    return ((month > 0) & (month <= until)).astype(np.float64)


def pd_if_failed(case: Case, options: Options) -> Answer:
    """Probability of default where the party has failed."""
    failed = _before_default(case, case.entity)
    found = case.sample.ratio(case.is_default * failed, failed)
    if found is None:
        raise NoAnswer(f"{case.entity} fails on no path")
    return Answer(found.value, found.error, f"borrower {case.borrower_name}")


def pd_if_alive(case: Case, options: Options) -> Answer:
    """Probability of default where the party has not failed."""
    alive = 1.0 - _before_default(case, case.entity)
    found = case.sample.ratio(case.is_default * alive, alive)
    if found is None:
        raise NoAnswer(f"{case.entity} fails on every path")
    return Answer(found.value, found.error, f"borrower {case.borrower_name}")


def share_after_failure(case: Case, options: Options) -> Answer:
    """Share of the defaults that the party's failure preceded."""
    found = case.sample.ratio(case.is_default * _before_default(case, case.entity), case.is_default)
    if found is None:
        raise NoAnswer("no path defaults")
    return Answer(found.value, found.error, f"borrower {case.borrower_name}")


def failed_first(case: Case, options: Options) -> list[Row]:
    """Probability of default by which counterparty had failed first: each default is counted once."""
    first = np.full(case.sample.paths, np.inf)
    who = np.full(case.sample.paths, -1)
    for place, party in enumerate(case.axis.parties):
        month = np.where(_before_default(case, party) > 0.5, _failed_by(case, party), np.inf)
        earlier = month < first
        first[earlier], who[earlier] = month[earlier], place
    found = {party: case.sample.mean(case.is_default * (who == place)) for place, party in enumerate(case.axis.parties)}
    found["nobody"] = case.sample.mean(case.is_default * (who == -1))
    return [_bars("failed first", found)]


def shortfall_probability(case: Case, options: Options) -> Answer:
    """Probability that any payment falls short before or without an event of default."""
    if "first_shortfall" not in case.results.columns:
        raise NoAnswer("the record keeps the mean shortfall by month, not the first shortfall of each path")
    found = case.sample.mean((case.column("first_shortfall") > 0).astype(np.float64))
    return Answer(found.value, found.error, error_note(case))
