"""One facility under infrastructure assumptions and under compute reality: its figures, and who bears what is lost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from halflife.facts import cumulative_pd, load_rating_tables, notch
from halflife.foundation.axes import Floats, Ints
from halflife.metrics.grades import BEST, EL_TABLE, WEAKEST
from halflife.metrics.sample import Estimated
from halflife.metrics.spread import spreads
from halflife.results.record import Results

PD, EL, EL_SPREAD, FAIR_SPREAD, SCORE = range(5)
"""Figures of a look: decimals, bp, bp, numeric grade."""
STEPS_A_NOTCH = 10


@dataclass(frozen=True)
class Look:
    """The facility under some of the assumptions.

    Parameters
    ----------
    held : assumptions that are held; all of them is the infrastructure lens, none is compute reality
    pd : probability of default by the last maturity;  el : mean loss over the commitment
    el_spread, fair_spread : bp;  score : numeric grade by expected loss, AAA = 1
    by_pd : numeric grade by probability of default
    """

    held: tuple[str, ...]
    pd: Estimated
    el: Estimated
    el_spread: Estimated
    fair_spread: Estimated
    score: Estimated
    by_pd: float


@dataclass(frozen=True)
class Share:
    """What giving up one assumption adds, averaged over all orders of giving them up.

    Parameters
    ----------
    pd : probability;  el : of the commitment;  el_spread, spread : bp;  score : notches
    """

    pd: Estimated
    el: Estimated
    el_spread: Estimated
    spread: Estimated
    score: Estimated


@dataclass(frozen=True)
class Stake:
    """The same project with less debt: who loses.

    Parameters
    ----------
    multiple : debt over that of the documents;  equity : share of the project's cost that equity pays
    pd : probability of default;  el : lenders' mean loss over their commitment
    lenders, owners : mean loss, USD of present value at the riskless rate
    lenders_hit, owners_hit : probability of losing anything
    """

    multiple: float
    equity: float
    pd: Estimated
    el: Estimated
    lenders: Estimated
    owners: Estimated
    lenders_hit: Estimated
    owners_hit: Estimated


@dataclass(frozen=True)
class Handover:
    """Where the risk passes from lenders to owners.

    Parameters
    ----------
    grade : bound;  bound : expected loss of that grade over the average life, of the commitment
    stakes : in the order of the debt, the documents' first
    at : the most debt at which lenders lose no more than the bound; None if none tried is low enough
    error : standard error of the share of equity at that point; None where the documents' debt meets the bound
    is_monotone : every step to less debt lowered the lenders' loss, or left it within its error
    """

    grade: str
    bound: float
    stakes: tuple[Stake, ...]
    at: Stake | None
    error: float | None
    is_monotone: bool


@dataclass(frozen=True)
class Lens:
    """A facility seen through two lenses.

    Parameters
    ----------
    reality, infrastructure : records of the runs with no assumption and with all
    looks : all on/off combinations; the infrastructure lens first, compute reality last
    gap : compute reality less infrastructure lens;  shares : assumption -> its part of the gap
    lead : assumption with the largest share of the spread less the next, bp; None where there is no gap
    contract : spread of the documents, bp; None where it cannot be had
    life : years of the long economic life, None for the book life
    horizon : years at which expected losses are compared with the table of grades
    """

    reality: Results
    infrastructure: Results
    looks: tuple[Look, ...]
    gap: Share
    shares: Mapping[str, Share]
    lead: Estimated | None
    contract: float | None
    life: float | None
    horizon: float
    handover: Handover | None


class Scale:
    """A continuous rating score from expected loss.

    Parameters
    ----------
    years : time over which losses are compared, positive

    Notes
    -----
    The expected loss of a grade is the fitted cumulative PD over the years times the loss severity of the table.
    Between grades the score is linear in the log of the expected loss, on a grid of a tenth of a notch; at the ends
    of the scale it is held, so that no loss at all is a AAA.

    References
    ----------
    `facts.cumulative_pd`, table ``sp-fit-el``: the curve behind `implied_rating_by_el`.
    """

    def __init__(self, years: float) -> None:
        table = next(table for table in load_rating_tables().tables if table.name == EL_TABLE)
        severity = 1.0 - (table.recovery or 0.0)
        self.years = years
        self._grades = np.linspace(BEST, WEAKEST, round((WEAKEST - BEST) * STEPS_A_NOTCH) + 1)
        bounds = [severity * float(cumulative_pd(float(grade), np.asarray(years))) for grade in self._grades]
        self._logs = np.log(np.array(bounds))

    def score(self, loss: float) -> float:
        """Numeric grade of an expected loss, a decimal of the commitment."""
        return float(np.interp(math.log(loss), self._logs, self._grades)) if loss > 0.0 else BEST

    def bound(self, grade: str) -> float:
        """Expected loss of a grade over the years, a decimal."""
        return float(np.exp(np.interp(notch(grade), self._grades, self._logs)))


def year_of_default(month: Floats, last: int) -> tuple[Ints, Floats]:
    """Year of default of each path, survivors after the last; and the end of each year in years."""
    years = math.ceil(max(last, 1) / 12)
    place = np.where(month > 0.0, np.minimum((month - 1.0) // 12.0, years - 1.0), float(years)).astype(np.int64)
    return place, np.minimum(np.arange(1.0, years + 1.0), last / 12.0)


def tally(weights: Floats, columns: Mapping[str, Floats], place: Ints, group: Ints, size: int) -> Floats:
    """Weighted sums by group and year of default.

    Parameters
    ----------
    weights : [path];  columns : ``pv_loss``, ``annuity``, ``loss`` of the debt, [path], USD
    place : [path], from `year_of_default`;  size : years and one more
    group : [path], of a jackknife

    Returns
    -------
    [group, year, 4] : weight, present value of the loss, annuity, loss
    """
    cells, count = group * size + place, (int(group.max()) + 1) * size
    parts = (np.ones(weights.size), columns["pv_loss"], columns["annuity"], columns["loss"])
    sums = [np.bincount(cells, weights * part, minlength=count).reshape(-1, size) for part in parts]
    return np.stack(sums, axis=-1)


def figures(sums: Floats, ends: Floats, theta: float, commitment: float, scale: Scale) -> Floats:
    """All figures of a look from its sums.

    Parameters
    ----------
    sums : [year, 4], from `tally`;  ends : [year], years
    theta : market price of default risk, 1/sqrt(yr);  commitment : USD

    Returns
    -------
    [figure] : PD, expected loss, EL spread in bp, fair spread in bp, score

    References
    ----------
    `metrics.spread.spreads`; docs/glossary.md, *fair spread*.
    """
    total = float(sums[:, 0].sum())
    loss = float(sums[:, 3].sum()) / total / commitment
    plain, charged = spreads(sums[:, :3], ends, theta)
    defaulted = float(sums[:-1, 0].sum()) / total
    return np.array([defaulted, loss, 1e4 * plain, 1e4 * charged, scale.score(loss)])
