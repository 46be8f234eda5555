"""One run of a term sheet: many paths, integrated over the assumed ranges, with its measures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from halflife.engine.ledger import FAN_QUANTITIES, edges, fan_months, fans_of, series_of
from halflife.engine.resolve import Deal
from halflife.engine.run import CHUNK, Harvest, refuse_if_too_large, walk
from halflife.facts import load_market
from halflife.foundation.axes import Floats
from halflife.foundation.compiled import digest as digest_of_kernels
from halflife.foundation.compiled import is_warm
from halflife.metrics import Measure, NotApplicable, measure, measure_all
from halflife.results import Axis, Provenance, Results
from halflife.results.store import columns_table, fans_table, series_table, write_results
from halflife.study.termsheet import TermSheet

if TYPE_CHECKING:
    import pyarrow

MOST_DRAWS = 32
"""Draws of the assumed ranges in a large run; a small one has a draw for every chunk of paths."""


@dataclass(frozen=True)
class Run:
    """A finished run: the record and the questions it answers."""

    results: Results

    def measure(self, name: str, entity: str | None = None, **options: float | str | None) -> Measure | NotApplicable:
        """Answer one question, for example ``run.measure("pd")``; see docs/glossary.md for the names."""
        return measure(self.results, name, entity, **options)

    def measures(self) -> list[Measure | NotApplicable]:
        """Answer all questions that apply."""
        return measure_all(self.results)

    def tables(self) -> Mapping[str, pyarrow.Table]:
        """Return the record as Arrow tables: outcomes by path, series by month, histograms by date."""
        return {
            "columns": columns_table(self.results),
            "series": series_table(self.results),
            "fans": fans_table(self.results),
        }

    def write(self, folder: Path, pages: Mapping[str, str] | None = None) -> Path:
        """Write the record as JSON and Parquet, and `pages` (name -> text) beside it; whole or not at all."""
        return write_results(self.results, folder, pages)


def run(
    sheet: TermSheet,
    *,
    paths: int = 10_000,
    seed: int = 7,
    draws: int | None = None,
    threads: int | None = None,
    notify: Callable[[str], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Run:
    """Simulate a term sheet.

    Parameters
    ----------
    sheet : from `load`
    paths, seed : numbers of the run; the same spec, facts, seed and version give the same bits
    draws : of the assumed ranges; left out, one for each chunk of paths up to `MOST_DRAWS`
    threads : as many as there are processors when left out; they change nothing but the time
    notify : called with a sentence when something takes long
    progress : called with the number of paths done

    Raises
    ------
    SpecError
        If a draw of the ranges makes no deal, or the paths would not fit into memory.
    """
    refuse_if_too_large(sheet.base.plan, paths)
    deals = sheet.deals(count_draws(paths, draws), seed)
    if notify is not None and not is_warm():
        notify("compiling the engine for this machine; this happens once and takes about a minute")
    axis = axis_of(deals[0])
    harvest = walk([deal.plan for deal in deals], axis, paths=paths, seed=seed, threads=threads, progress=progress)
    return Run(record(sheet, deals, axis, harvest, paths=paths, seed=seed))


def count_draws(paths: int, draws: int | None = None) -> int:
    """Return how many draws of the assumed ranges a run makes: those asked for, and at most one for each chunk."""
    return max(1, min(draws or MOST_DRAWS, -(-paths // CHUNK)))


def axis_of(deal: Deal) -> Axis:
    """Name the axes of a deal's record."""
    names, plan = deal.names, deal.plan
    return Axis(
        borrowers=names.borrowers,
        facilities=names.facilities,
        covenants=names.covenants,
        machines=names.machines,
        parties=names.parties,
        fleets=names.fleets,
        accounts=names.accounts,
        steps=names.steps,
        facility_borrower=tuple(plan.waterfall.facility_borrower.tolist()),
        covenant_borrower=tuple(plan.covenants.borrower.tolist()),
        step_borrower=tuple(plan.waterfall.step_borrower.tolist()),
        lenders=names.lenders,
        coins=names.coins,
        networks=names.networks,
        holdings=names.holdings,
        coin_loans=names.coin_loans,
        treasuries=names.treasuries,
    )


def record(sheet: TermSheet, deals: Sequence[Deal], axis: Axis, harvest: Harvest, *, paths: int, seed: int) -> Results:
    """Label what a walk brought home."""
    base, last = deals[0], deals[0].plan.last_maturity
    columns: dict[str, Floats] = {name: column.T for name, column in harvest.columns._asdict().items()}
    columns["weight"], columns["draw"] = harvest.columns.weight[0], harvest.draw
    finite = np.ones(paths, dtype=bool)
    for column in harvest.columns:
        finite &= np.isfinite(column).all(axis=0)
    return Results(
        name=sheet.spec.name,
        dates=tuple(base.grid.dates),
        axis=axis,
        provenance=_provenance(sheet, paths=paths, seed=seed, draws=len(deals)),
        series=series_of(axis),
        fans=fans_of(axis),
        fan_months=fan_months(last),
        edges={quantity: edges(quantity) for quantity in (*FAN_QUANTITIES, "rent")},
        summary=harvest.summary,
        columns=columns,
        commitments=base.plan.waterfall.commitment.copy(),
        maturities=base.plan.waterfall.maturity.copy(),
        unresolved=int(paths - finite.sum()),
    )


def _provenance(sheet: TermSheet, *, paths: int, seed: int, draws: int) -> Provenance:
    """Say where the numbers come from."""
    document, market = sheet.document, sheet.spec.economy.market.facts
    digest = hashlib.blake2b(f"{document.text}\0{digest_of_kernels()}".encode(), digest_size=12).hexdigest()
    return Provenance(
        spec=document.text,
        digest=digest,
        seed=seed,
        paths=paths,
        draws=draws,
        version=version("halflife"),
        facts=((f"market {market}", load_market(market).as_of),),
        assumptions=tuple(
            (document.path_text(found.path), found.words, found.reason) for found in document.assumptions
        ),
        sources=tuple(
            (document.path_text(path), str(found.value), found.text) for path, found in document.sources.items()
        ),
    )
