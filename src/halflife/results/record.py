"""The record of a run: labelled arrays and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.results.summary import Summary


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is needed to make the same numbers again.

    Parameters
    ----------
    spec : text of the term sheet as it was read;  digest : of the spec, the facts and the code's numbers
    seed, paths, draws : of the run; `draws` counts the draws of the assumed ranges
    version : of Halflife;  facts : names and dates of the facts entries used
    assumptions : (where, written value, reason) of every figure that is not public
    sources : (where, written value, source) of every figure that cites one
    """

    spec: str
    digest: str
    seed: int
    paths: int
    draws: int
    version: str
    facts: tuple[tuple[str, str], ...]
    assumptions: tuple[tuple[str, str, str], ...]
    sources: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """Names along the axes of the record, in the order of the arrays."""

    borrowers: tuple[str, ...]
    facilities: tuple[str, ...]
    covenants: tuple[str, ...]
    machines: tuple[str, ...]
    parties: tuple[str, ...]
    fleets: tuple[str, ...]
    accounts: tuple[str, ...]
    steps: tuple[str, ...]
    facility_borrower: tuple[int, ...]
    covenant_borrower: tuple[int, ...]
    step_borrower: tuple[int, ...]
    lenders: tuple[str, ...] = ()
    coins: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    holdings: tuple[str, ...] = ()
    coin_loans: tuple[str, ...] = ()
    treasuries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """One run.

    Parameters
    ----------
    name : of the system;  dates : [month], month 0 is the valuation date
    axis : names;  provenance : how it was made
    series : (quantity, entity) -> row of ``summary.sums``: quantities as in `engine.ledger.QUANTITIES`
    fans : (quantity, entity) -> row of ``summary.fans``;  fan_months : [date], month of each fan date
    edges : quantity -> [bin + 1], lower edge of every bin; the last bin is open upwards
    summary : weighted sums and histograms over paths
    columns : outcome by path, ``[path]`` or ``[path, entity]``: ``weight``, ``draw`` (which draw of the assumed
        ranges), ``default_month`` and ``cause`` [path, borrower] (0: none), ``least_dscr`` [path, borrower],
        ``first_shortfall`` [path, borrower] month (0: none),
        ``equity_in``, ``equity_out``, ``support`` [path, borrower] USD present value; ``ead``, ``loss``, ``pv_loss``,
        ``annuity``, ``repaid``, ``repaid_time`` [path, facility]; ``first_breach`` [path, covenant] month (0: none);
        ``party_failed`` [path, party] and ``lender_failed`` [path, lender] month (0: none)
    commitments : [facility], USD;  maturities : [facility], month
    unresolved : paths on which a number was not finite; counted, never dropped silently
    """

    name: str
    dates: tuple[date, ...]
    axis: Axis
    provenance: Provenance
    series: Mapping[tuple[str, str], int]
    fans: Mapping[tuple[str, str], int]
    fan_months: Ints
    edges: Mapping[str, Floats]
    summary: Summary
    columns: Mapping[str, Floats]
    commitments: Floats
    maturities: Ints
    unresolved: int

    def mean(self, quantity: str, entity: str) -> Floats:
        """Return the mean over paths of a recorded quantity, by month.

        Parameters
        ----------
        quantity, entity : names as in `series`

        Returns
        -------
        [month], in the quantity's unit
        """
        means: Floats = self.summary.sums[self.series[quantity, entity]] / self.summary.weight
        return means

    def fan(self, quantity: str, entity: str, levels: tuple[float, ...]) -> Floats:
        """Return quantiles over the paths on which the quantity exists, by fan date.

        Parameters
        ----------
        quantity, entity : names as in `fans`
        levels : in (0, 1)

        Returns
        -------
        [level, date]; NaN on dates where no path has it (the reader shows a gap)

        Notes
        -----
        Linear inside a bin, so the error is below one bin width; what lies in the open last bin is given as its edge.
        """
        counts = self.summary.fans[self.fans[quantity, entity]]
        edges = self.edges[quantity]
        quantiles = np.full((len(levels), counts.shape[0]), np.nan)
        for j, row in enumerate(counts):
            total = row.sum()
            if total > 0.0:
                below = np.concatenate(([0.0], np.cumsum(row)))
                wanted = np.asarray(levels) * total
                quantiles[:, j] = np.interp(wanted, below, np.append(edges[:-1], edges[-1]))
        return quantiles
