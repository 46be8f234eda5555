"""Notes on a pool, measured: what a page about them shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halflife.foundation.axes import Floats
from halflife.metrics.note_risk import LEVEL, Companion, NoteRisk, PoolRisk
from halflife.metrics.notes import PoolCash, Tranched
from halflife.metrics.portfolio import Contribution, Portfolio
from halflife.metrics.sample import Estimated, Sample
from halflife.results.record import Results

Written = tuple[tuple[str, str, str], ...]
"""(figure, what is written, source or reason)."""


@dataclass(frozen=True)
class Loan:
    """One loan of a pool.

    Parameters
    ----------
    name : of the facility;  balance : USD held by the pool at closing;  share : of the facility
    pd : probability of default;  el : of the balance, undiscounted
    """

    name: str
    balance: float
    share: float
    pd: Estimated
    el: Estimated


@dataclass(frozen=True)
class Pooled:
    """Notes on a pool of a system's loans.

    Parameters
    ----------
    name, about : of the notes;  results : the run of the system
    sample : weights and draws of the paths;  cash, tranched : of the pool, and shared out
    lost : [path, borrower], share of the pool
    loans, notes, pool, companions : what is measured; the owners stand last among the notes
    assumptions, sources : of the file of notes
    """

    name: str
    about: str
    results: Results
    sample: Sample
    cash: PoolCash
    tranched: Tranched
    lost: Floats
    loans: tuple[Loan, ...]
    notes: tuple[NoteRisk, ...]
    pool: PoolRisk
    companions: tuple[Companion, ...]
    assumptions: Written
    sources: Written

    @property
    def tail(self) -> tuple[Contribution, ...]:
        """Euler contributions of the borrowers to the worst 1 % of the pool, shares of the pool."""
        return Portfolio(self.sample, self.lost, self.pool.names).es_contributions(LEVEL)

    def over_paths(self, by_path: Floats) -> Floats:
        """Weighted mean over paths of ``[path, period]`` numbers."""
        means: Floats = self.sample.weights @ np.asarray(by_path, dtype=np.float64) / self.sample.total
        return means
