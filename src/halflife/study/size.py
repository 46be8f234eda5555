"""How much debt, or how long a tenor, the deal bears before a line is crossed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from halflife.engine.resolve import Deal
from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.grid import add_months
from halflife.metrics.stress import Aim, Knob, Sized, Sizing
from halflife.study.ground import Ground
from halflife.study.quantities import BY_QUANTITY, Look
from halflife.study.resize import Amortisation, Size, is_schedule_filed, resolve_all
from halflife.study.search import Crossing, Search
from halflife.study.termsheet import one_blas_thread
from halflife.waterfall.spec import FacilitySpec

KNOBS: tuple[Knob, ...] = ("debt", "tenor")
LEAST_DEBT, MOST_DEBT = 0.1, 3.0
MOST_MONTHS = 60
TRIES = 6
"""Halvings of a range whose end makes no deal."""
LEAST_LIFE = 12
"""Months that must be left between the end of draws, or the valuation date, and the maturity."""
Progress = Callable[[int, int], None]


def knob_named(name: str) -> Knob:
    """Find what is sized.

    Raises
    ------
    SpecError
        For a name that is none.
    """
    for known in KNOBS:
        if name == known:
            return known
    raise SpecError([Finding("--what", f"'{name}'", "one of " + ", ".join(KNOBS), "choose one")])


class _Bench:
    """A facility that is resized again and again; every size is resolved and run once."""

    def __init__(self, ground: Ground, facility: FacilitySpec, knob: Knob, amortisation: Amortisation) -> None:
        self.ground, self.facility, self.knob, self.amortisation = ground, facility, knob, amortisation
        self.low, self.high = _range(ground, facility, knob)
        longest = ground.deals[0].plan.months + (int(self.high) if knob == "tenor" else 0)
        with one_blas_thread():
            self.deals = self._resolved(ground.deals, Size(amortisation=amortisation), longest)
        self.looks: dict[float, Look] = {}
        self.resized: dict[float, list[Deal]] = {}
        self.limit = ""
        self._shorten()

    def _shorten(self) -> None:
        """Bring the end of the range in to sizes that make a deal: a schedule may need cash that never comes."""
        low, high = min(max(1.0 if self.knob == "debt" else 0.0, self.low), self.high), self.high
        for _ in range(TRIES):
            try:
                self.at(high)
            except SpecError as error:
                self.limit = f"{error.findings[0].found}, where there must be {error.findings[0].wanted}"
                self.high = high
                high = low + 0.5 * (high - low)
                high = float(round(high)) if self.knob == "tenor" else high
            else:
                break
        self.high = high

    def _resolved(self, deals: Sequence[Deal], size: Size, at_least: int) -> list[Deal]:
        sheet, ground = self.ground.sheet, self.ground
        return resolve_all(deals, sheet.document, ground.borrower, self.facility.name, size, at_least)

    def size(self, amount: float) -> Size:
        if self.knob == "debt":
            return Size(debt=amount, amortisation=self.amortisation)
        return Size(months=round(amount), amortisation=self.amortisation)

    def at(self, amount: float) -> list[Deal]:
        """The deals at a size."""
        if amount not in self.resized:
            change = replace(self.size(amount), amortisation="as_written")
            with one_blas_thread():
                self.resized[amount] = self._resolved(self.deals, change, self.deals[0].plan.months)
        return self.resized[amount]

    def run(self, amount: float) -> Look:
        deals = self.at(amount)
        return self.ground.walked([deal.plan for deal in deals], deals)

    def search(self, aim: Aim) -> Search:
        start = 1.0 if self.knob == "debt" else 0.0
        return Search(
            self.run, aim, self.low, self.high, min(max(start, self.low), self.high), 1,
            is_whole=self.knob == "tenor", stays_safe=True, looks=self.looks,
        )  # fmt: skip


def size_of(
    ground: Ground,
    aims: Sequence[Aim],
    *,
    knob: Knob = "debt",
    facility: str | None = None,
    amortisations: Sequence[Amortisation] = ("as_written",),
    progress: Progress | None = None,
) -> Sizing:
    """Find the largest debt or the longest tenor that crosses none of several lines.

    Parameters
    ----------
    ground : from `ground_of`;  aims : lines, from `aims.read_aim`
    knob : debt (commitment, draws and advance rate together) or tenor
    facility : by name; the largest of the borrower when left out
    amortisations : repayments that are tried: as written, or another
    progress : called with repayments done and repayments in all

    Returns
    -------
    Sizing
        Contract prices stay what the deal as written makes them: a price inferred from a DSCR would follow the debt.

    Raises
    ------
    SpecError
        If there is no such facility, nothing to keep, or a filed schedule would have to fit another maturity.
    """
    spec = next(one for one in ground.sheet.spec.borrowers if one.name == ground.borrower)
    chosen = _facility(spec.debt.facilities, facility)
    findings = [] if aims else [Finding("--keep", "nothing to keep", "at least one line", "add --keep rating=BBB-")]
    if knob == "tenor" and "as_written" in amortisations and is_schedule_filed(chosen):
        fix = "add --amortisation level, straight or sculpted"
        findings.append(Finding("--what tenor", "a filed schedule of shares", "a rule that fits any maturity", fix))
    if findings:
        raise SpecError(findings)
    sizes, low, high = list[Sized](), 0.0, 0.0
    for done, amortisation in enumerate(amortisations):
        bench = _Bench(ground, chosen, knob, amortisation)
        low, high = bench.low, bench.high
        sizes.append(_sized(bench, aims))
        if progress is not None:
            progress(done + 1, len(amortisations))
    return Sizing(
        ground.sheet.spec.name, chosen.name, knob, chosen.commitment, chosen.maturity.isoformat(), tuple(aims),
        tuple(sizes), low, high, ground.paths, len(ground.deals), ground.seed,
    )  # fmt: skip


def _facility(facilities: Sequence[FacilitySpec], name: str | None) -> FacilitySpec:
    """The facility meant."""
    names = [one.name for one in facilities]
    if name is not None and name not in names:
        match = close_match(name, names)
        fix = f"did you mean '{match}'?" if match else "choose one of these"
        raise SpecError([Finding("--facility", f"'{name}'", "one of " + ", ".join(names), fix)])
    return next((one for one in facilities if one.name == name), max(facilities, key=lambda one: one.commitment))


def _range(ground: Ground, facility: FacilitySpec, knob: Knob) -> tuple[float, float]:
    """Sizes that make sense: no more than all capital expenditure; no maturity before the debt has lived a year."""
    if knob == "debt":
        specs = [one for deal in ground.deals for b in deal.spec.borrowers for one in b.debt.facilities
                 if b.name == ground.borrower and one.name == facility.name]  # fmt: skip
        advances = [one.draws.advance_rate for one in specs if one.draws is not None]
        return LEAST_DEBT, min(MOST_DEBT, 1.0 / max(advances)) if advances else MOST_DEBT
    start = facility.draws.until if facility.draws is not None else ground.sheet.spec.valuation
    grid = ground.deals[0].grid
    life = grid.month_of(facility.maturity) - max(grid.month_of(start), 0)
    return float(min(0, LEAST_LIFE - life)), float(MOST_MONTHS)


def _sized(bench: _Bench, aims: Sequence[Aim]) -> Sized:
    """The smallest of the sizes at which the lines are crossed."""
    found = list[tuple[Crossing, Search]]()
    free = list[Search]()
    for aim in aims:
        search = bench.search(aim)
        crossing = search.find()
        if crossing is None and search.beyond(bench.low) > 0.0:
            return _none(bench, aim, search)
        if crossing is None:
            free.append(search)
        else:
            found.append((crossing, search))
    if not found:
        return _told(bench, aims, bench.high, math.inf, None, free[0], is_monotone=free[0].is_monotone())
    crossing, search = min(found, key=lambda pair: pair[0].amount)
    return _told(bench, aims, crossing.amount, crossing.error, search.aim, search, is_monotone=crossing.is_monotone)


def _told(
    bench: _Bench, aims: Sequence[Aim], amount: float, error: float, binding: Aim | None, search: Search, *,
    is_monotone: bool,
) -> Sized:  # fmt: skip
    look, deals, size = search.look(amount), bench.at(amount), bench.size(amount)
    draws = bench.facility.draws
    numbers = {aim.name: look.estimate(BY_QUANTITY[aim.quantity]) for aim in aims}
    kind = bench.facility.amortisation.kind if bench.amortisation == "as_written" else bench.amortisation
    return Sized(
        kind, amount, error, bench.facility.commitment * size.debt,
        None if draws is None else min(1.0, draws.advance_rate * size.debt),
        add_months(bench.facility.maturity, size.months).isoformat(), binding, numbers, _base_dscr(bench, deals),
        is_monotone, search.tried(), top=bench.high, limit=bench.limit,
    )  # fmt: skip


def _none(bench: _Bench, aim: Aim, search: Search) -> Sized:
    told = _told(bench, (aim,), bench.low, math.inf, aim, search, is_monotone=search.is_monotone())
    least = "the smallest debt tried" if bench.knob == "debt" else "the shortest tenor tried"
    return replace(told, reason=f"even {least} crosses the line: {aim.words}")


def _base_dscr(bench: _Bench, deals: Sequence[Deal]) -> float:
    """Average DSCR of the base case: CFADS over senior service in the months that have any, mean over the draws."""
    ratios = []
    for deal in deals:
        place = deal.names.borrowers.index(bench.ground.borrower)
        service, cash = deal.base.scheduled[place], deal.base.cfads[place]
        due = service > 0.0
        ratios.append(float(cash[due].sum() / service[due].sum()))
    return float(np.mean(ratios))
