"""A deal ready to be walked again and again: the same paths and draws, under changed plans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.engine.run import refuse_if_too_large, walk
from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.case import sample_of
from halflife.metrics.stress import Asked, Moved
from halflife.metrics.terms import Terms, read_terms
from halflife.results.record import Axis, Results
from halflife.study.levers import Lever, apply
from halflife.study.quantities import Look, Quantity
from halflife.study.run import axis_of, count_draws, record
from halflife.study.termsheet import TermSheet, one_blas_thread

PATHS = 4_096
"""Paths of every run of these studies: differences are taken on the same paths, and need fewer than levels do."""
LEAST_PATHS = 256
MOVERS = 2
"""Threads that move plans."""
Moves = Iterable[tuple[Lever, float]]


@dataclass(frozen=True)
class Ground:
    """A deal that stays the same but for what is moved on it.

    Parameters
    ----------
    sheet : the term sheet;  deals : one per draw of its assumed ranges
    borrower : who is looked at;  paths, seed, threads : numbers of every run
    """

    sheet: TermSheet
    deals: Sequence[Deal]
    borrower: str
    paths: int
    seed: int
    threads: int | None = None

    @cached_property
    def axis(self) -> Axis:
        """Names of the entities."""
        return axis_of(self.deals[0])

    @cached_property
    def base(self) -> Look:
        """The deal as written."""
        return Look(self._written, self.borrower, sample_of(self._written), self._terms)

    def look(self, moves: Moves) -> Look:
        """Walk every path on moved plans.

        Parameters
        ----------
        moves : (lever, amount)

        Raises
        ------
        SpecError
            If the deal has nothing that a lever moves.
        """
        kept = [(lever, amount) for lever, amount in moves if amount != lever.neutral or lever.missing(self.deals[0])]
        if not kept:
            return self.base
        with one_blas_thread(), ThreadPoolExecutor(max_workers=MOVERS) as pool:
            plans = list(pool.map(lambda deal: apply(deal.plan, deal, kept), self.deals))
        return self.walked(plans)

    def walked(self, plans: Sequence[Plan], deals: Sequence[Deal] | None = None) -> Look:
        """Walk every path on any plans of these entities."""
        results = self._record(plans, deals or self.deals)
        return Look(results, self.borrower, sample_of(results), self._terms)

    def asked(self, quantity: Quantity) -> Asked:
        """Say what is asked, of whom, with what numbers."""
        return Asked(
            self.sheet.spec.name, quantity.name, quantity.words, quantity.unit, self.base.estimate(quantity),
            self.borrower, self.paths, len(self.deals), self.seed,
        )  # fmt: skip

    def moved(self, lever: Lever, amount: float) -> Moved:
        """Say what an amount of a lever makes of the deal."""
        return lever.moved(self.deals, amount)

    @cached_property
    def _written(self) -> Results:
        return self._record([deal.plan for deal in self.deals], self.deals)

    @cached_property
    def _terms(self) -> Terms:
        return read_terms(self._written)

    def _record(self, plans: Sequence[Plan], deals: Sequence[Deal]) -> Results:
        harvest = walk(plans, self.axis, paths=self.paths, seed=self.seed, threads=self.threads)
        return record(self.sheet, deals, self.axis, harvest, paths=self.paths, seed=self.seed)


def ground_of(
    sheet: TermSheet,
    *,
    borrower: str | None = None,
    paths: int = PATHS,
    seed: int = 7,
    draws: int | None = None,
    threads: int | None = None,
) -> Ground:
    """Resolve a deal for walking again and again.

    Parameters
    ----------
    sheet : from `load`
    borrower : who is looked at; the only one when left out
    paths, seed, draws, threads : as for `run`

    Raises
    ------
    SpecError
        If a draw makes no deal, the borrower does not exist, or the paths are too few or would not fit into memory.
    """
    names = sheet.base.names.borrowers
    findings = list[Finding]()
    if paths < LEAST_PATHS:
        wanted = f"at least {LEAST_PATHS:,}"
        findings.append(Finding("--paths", f"{paths:,} paths", wanted, "ask for more: errors need several groups"))
    if borrower is None and len(names) > 1:
        findings.append(Finding("--borrower", f"{len(names)} borrowers", "one of " + ", ".join(names), "name one"))
    if borrower is not None and borrower not in names:
        match = close_match(borrower, names)
        fix = f"did you mean '{match}'?" if match else "choose one of these"
        findings.append(Finding("--borrower", f"'{borrower}'", "one of " + ", ".join(names), fix))
    if findings:
        raise SpecError(findings)
    refuse_if_too_large(sheet.base.plan, paths)
    deals = sheet.deals(count_draws(paths, draws), seed)
    return Ground(sheet, deals, borrower or names[0], paths, seed, threads)
