"""The same facility under infrastructure assumptions and under compute reality, and what lies between the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from halflife.engine.plan import Plan
from halflife.engine.run import Harvest, refuse_if_too_large, walk
from halflife.facts import load_spreads
from halflife.foundation.axes import Floats
from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.units import RATING_SCALE
from halflife.metrics import Measure, measure
from halflife.metrics.grades import implied
from halflife.metrics.lens import FAIR_SPREAD, Lens, Look, Scale, Share, figures, tally, year_of_default
from halflife.metrics.sample import Estimated, Sample
from halflife.metrics.spread import BUMP
from halflife.results.record import Axis, Results
from halflife.study.run import axis_of, count_draws, record
from halflife.study.shapley import Coalition, coalitions, shapley
from halflife.study.switches import ASSUMPTIONS, CASH, World
from halflife.study.termsheet import RESOLVERS, TermSheet, one_blas_thread

DRAWS = 16
"""Draws of the assumed ranges, where a run makes up to 32: each is valued under three further sets of assumptions."""
YEARS = 25.0
"""Economic life of infrastructure: the middle of 20 to 30 years."""
SHORTEST, LONGEST = 1.0, 60.0
FIGURES = 5
NOBODY, EVERYBODY = Coalition(), Coalition(ASSUMPTIONS)
Progress = Callable[[str, int, int], None]
"""Told what is being done, runs done and runs in all."""


@dataclass
class Bench:
    """A deal on which assumptions can be held and given up: the same paths, under changed plans.

    Parameters
    ----------
    sheet : the term sheet;  worlds : one per draw of its assumed ranges
    paths, seed, threads : numbers of every run
    """

    sheet: TermSheet
    worlds: Sequence[World]
    paths: int
    seed: int
    threads: int | None = None
    _kept: dict[Coalition, Harvest] = field(default_factory=dict)

    @cached_property
    def axis(self) -> Axis:
        """Names of the entities."""
        return axis_of(self.worlds[0].deal)

    @property
    def last(self) -> int:
        """Month of the last maturity."""
        return max(world.deal.plan.last_maturity for world in self.worlds)

    @cached_property
    def commitment(self) -> float:
        """USD committed by the facilities; the record's, so that of the first draw."""
        return float(self.worlds[0].deal.plan.waterfall.commitment.sum())

    def harvest(self, plans: Sequence[Plan]) -> Harvest:
        """Walk every path, a plan for each draw."""
        return walk(plans, self.axis, paths=self.paths, seed=self.seed, threads=self.threads)

    def look(self, held: Coalition) -> Harvest:
        """Walk every path with some assumptions held; the two ends are kept."""
        if held in self._kept:
            return self._kept[held]
        harvest = self.harvest([world.plan(held) for world in self.worlds])
        if held in (NOBODY, EVERYBODY):
            self._kept[held] = harvest
        return harvest

    def sample(self, harvest: Harvest) -> Sample:
        """The weights of the paths, and the draw that each belongs to."""
        return Sample(harvest.columns.weight[0], harvest.draw if len(self.worlds) > 1 else None)

    def record(self, held: Coalition) -> Results:
        """Label what the walk with some assumptions brought home."""
        deals = [world.deal for world in self.worlds]
        return record(self.sheet, deals, self.axis, self.look(held), paths=self.paths, seed=self.seed)


def bench_of(
    sheet: TermSheet,
    *,
    paths: int = 20_000,
    seed: int = 7,
    draws: int | None = None,
    threads: int | None = None,
    life: float | None = YEARS,
) -> Bench:
    """Resolve a deal and value its machines under every set of assumptions.

    Parameters
    ----------
    sheet : from `load`
    paths, seed, draws, threads : as for `run`; left out, there are `DRAWS` draws
    life : years of economic life when a long one is assumed; None for the book life of the documents

    Raises
    ------
    SpecError
        For a system of several borrowers, a life that is none, or too many paths.
    """
    findings = list(_trouble(sheet, life))
    if findings:
        raise SpecError(findings)
    refuse_if_too_large(sheet.base.plan, paths)
    deals = sheet.deals(count_draws(paths, draws or DRAWS), seed)
    worlds = [World(deal, life) for deal in deals]
    with one_blas_thread(), ThreadPoolExecutor(max_workers=RESOLVERS) as pool:
        for done in [pool.submit(_value, world) for world in worlds]:
            done.result()
    return Bench(sheet, worlds, paths, seed, threads)


def _value(world: World) -> None:
    for has_life in (True, False):
        for has_no_successors in (True, False):
            world.values(has_life, has_no_successors)


def _trouble(sheet: TermSheet, life: float | None) -> list[Finding]:
    count, found = len(sheet.spec.borrowers), list[Finding]()
    if count > 1:
        wanted = "one borrower: a lens looks at one facility at a time"
        found.append(Finding("borrowers", f"{count} borrowers", wanted, "cut the others, or use `halflife cascade`"))
    if life is not None and not SHORTEST <= life <= LONGEST:
        wanted = f"{SHORTEST:g} to {LONGEST:g} years, or 'book'"
        found.append(Finding("--life", f"{life:g} years", wanted, "infrastructure is lent on for 20 to 30 years"))
    return found


def check_grade(grade: str) -> None:
    """Refuse a grade that is not on the scale.

    Raises
    ------
    SpecError
    """
    if grade not in RATING_SCALE:
        match = close_match(grade, RATING_SCALE)
        fix = f"did you mean '{match}'?" if match else "BBB- is the weakest investment grade"
        raise SpecError([Finding("--grade", f"'{grade}'", "one of " + ", ".join(RATING_SCALE), fix)])


def lens(bench: Bench, *, progress: Progress | None = None) -> Lens:
    """Walk the deal under all sets of assumptions, and share the gap out among them.

    Parameters
    ----------
    bench : from `bench_of`
    progress : called with what is being done, runs done and runs in all

    Returns
    -------
    Lens
        Without its handover: that is `study.founders`.

    Notes
    -----
    All runs share their random numbers and the draws of the assumed ranges, so that a difference between two of them
    has little noise.  A coalition of the Shapley shares is a set of assumptions *given up*.  Errors by the jackknife
    over draws; those of the fair spread hold that of the price of risk.

    References
    ----------
    `study.shapley`; Shao and Tu (1995), section 2.3.
    """
    sets = coalitions(ASSUMPTIONS)
    sums, sample, ends = _walk_all(bench, sets, progress)
    scale, price = Scale(_horizon(bench)), load_spreads().price_of_risk

    def answer(sums: Floats, theta: float = price.value) -> Floats:
        found = {given: figures(sums[i], ends, theta, bench.commitment, scale) for i, given in enumerate(sets)}
        shares = shapley(ASSUMPTIONS, found)
        gap, parts = found[EVERYBODY] - found[NOBODY], [shares[name] for name in ASSUMPTIONS]
        order = np.argsort([-part[FAIR_SPREAD] for part in whole_shares]) if whole_shares else range(2)
        lead = parts[order[0]] - parts[order[1]]
        return np.concatenate([*found.values(), gap, *parts, lead])

    whole_shares: list[Floats] = []
    first = answer(sums.sum(axis=0)).reshape(-1, FIGURES)
    whole_shares.extend(first[len(sets) + 1 : len(sets) + 1 + len(ASSUMPTIONS)])
    whole = answer(sums.sum(axis=0))
    noise = sample.jackknife(lambda _group, _count: sums, lambda kept: list(answer(kept)))
    slope = np.abs(answer(sums.sum(axis=0), price.value + BUMP) - whole) / BUMP
    error = np.hypot(noise, slope * (price.standard_error or 0.0))
    rows = [_estimates(values, errors) for values, errors in zip(whole.reshape(-1, FIGURES),
                                                                  error.reshape(-1, FIGURES), strict=True)]  # fmt: skip
    looks, gap = [_look(given, row, bench.last / 12.0) for given, row in zip(sets, rows, strict=False)], rows[len(sets)]
    parts = rows[len(sets) + 1 : -1]
    reality = bench.record(NOBODY)
    contract = measure(reality, "contract_spread", bench.axis.borrowers[0])
    return Lens(
        reality=reality,
        infrastructure=bench.record(EVERYBODY),
        looks=tuple(looks),
        gap=Share(*gap),
        shares={name: Share(*part) for name, part in zip(ASSUMPTIONS, parts, strict=True)},
        lead=rows[-1][FAIR_SPREAD] if gap[FAIR_SPREAD].value > 0.0 else None,
        contract=contract.value if isinstance(contract, Measure) else None,
        life=bench.worlds[0].life,
        horizon=scale.years,
        handover=None,
    )


def _walk_all(bench: Bench, sets: Sequence[Coalition], progress: Progress | None) -> tuple[Floats, Sample, Floats]:
    """Sums ``[group, set, year, 4]`` of every run, the sample they share, and the ends of the years."""
    sums, ends, sample, group = dict[Coalition, Floats](), np.zeros(0), None, np.zeros(0, dtype=np.int64)
    for given in sorted(sets, key=lambda given: sorted(given - {CASH})):
        harvest = bench.look(EVERYBODY - given)
        if sample is None:
            sample = bench.sample(harvest)
            group = sample.groups()
        place, ends = year_of_default(harvest.columns.default_month[0], bench.last)
        sums[given] = tally(sample.weights, debt_columns(harvest), place, group, ends.size + 1)
        if progress is not None:
            progress("assumptions", len(sums), len(sets))
    assert sample is not None
    return np.stack([sums[given] for given in sets], axis=1), sample, ends


def debt_columns(harvest: Harvest) -> Mapping[str, Floats]:
    """Outcomes of all facilities together, ``[path]``, USD."""
    names = ("pv_loss", "annuity", "loss")
    return {name: getattr(harvest.columns, name).sum(axis=0) for name in names}


def _horizon(bench: Bench) -> float:
    """Average life of the debt under the infrastructure lens, where it is paid as scheduled."""
    columns = bench.look(EVERYBODY).columns
    weights, repaid = columns.weight[0], columns.repaid.sum(axis=0)
    time = float((weights * columns.repaid_time.sum(axis=0)).sum() / max(float((weights * repaid).sum()), 1.0))
    return max(time, 1.0 / 12.0)


def _estimates(values: Floats, errors: Floats) -> list[Estimated]:
    return [Estimated(float(value), float(error)) for value, error in zip(values, errors, strict=True)]


def _look(given: Coalition, row: Sequence[Estimated], years: float) -> Look:
    held, (pd, el, el_spread, fair_spread, score) = tuple(name for name in ASSUMPTIONS if name not in given), row
    return Look(held, pd, el, el_spread, fair_spread, score, by_pd=implied(pd.value, years))
