"""One entity of one run: what every measure looks at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.sample import Distribution, Estimated, Sample
from halflife.metrics.terms import Terms, read_terms
from halflife.results import Results

Options = Mapping[str, float | str | None]
Kind = Literal["claim", "borrower", "facility", "covenant", "party", "machine"]
"""claim: a facility, or a borrower for all its facilities together."""


class NoAnswer(Exception):
    """Raised inside a measure that cannot be had from this run; becomes `NotApplicable` with its reason."""


class Case:
    """A run as seen by one entity.

    Parameters
    ----------
    results : Results
    kind : what the entity is
    entity : str, optional
        Its name; the only one of its kind when left out.
    sample, terms : shared between the cases of one run
    """

    def __init__(
        self,
        results: Results,
        kind: Kind = "borrower",
        entity: str | None = None,
        sample: Sample | None = None,
        terms: Terms | None = None,
    ) -> None:
        axis = results.axis
        self.results, self.axis, self.kind = results, axis, kind
        self.entity = _entity(results, kind, entity)
        self.sample = sample_of(results) if sample is None else sample
        self.terms = read_terms(results) if terms is None else terms
        self.borrower = self._borrower()
        owned = [f for f, owner in enumerate(axis.facility_borrower) if owner == self.borrower]
        self.facilities = [axis.facilities.index(self.entity)] if self.is_facility else owned

    @property
    def is_facility(self) -> bool:
        """Whether this is one facility and not all of a borrower's."""
        return self.kind in ("claim", "facility") and self.entity in self.axis.facilities

    def _borrower(self) -> int:
        axis, entity = self.axis, self.entity
        if self.is_facility:
            return axis.facility_borrower[axis.facilities.index(entity)]
        if self.kind == "covenant":
            return axis.covenant_borrower[axis.covenants.index(entity)]
        return axis.borrowers.index(entity) if self.kind in ("claim", "borrower") else 0

    @property
    def borrower_name(self) -> str:
        """Name of the borrower that owes, is tested, or depends on the party."""
        return self.axis.borrowers[self.borrower]

    @cached_property
    def last_month(self) -> int:
        """Last maturity among the facilities; what follows is workout."""
        return int(max(self.results.maturities[f] for f in self.facilities))

    @cached_property
    def years(self) -> float:
        """Time to the last maturity, in model years of twelve months."""
        return self.last_month / 12.0

    @cached_property
    def commitment(self) -> float:
        """USD committed by the facilities."""
        return float(sum(self.results.commitments[f] for f in self.facilities))

    def column(self, name: str) -> Floats:
        """Outcome by path of this borrower, ``[path]``; of the facilities, their sum."""
        column = np.asarray(self.results.columns[name], dtype=np.float64)
        if column.ndim == 1:
            return column
        if name in BY_FACILITY:
            if len(self.facilities) == 1:
                return np.ascontiguousarray(column[:, self.facilities[0]])
            return np.asarray(column[:, self.facilities].sum(axis=1))
        return np.ascontiguousarray(column[:, self.borrower])

    def own_column(self, name: str, names: tuple[str, ...]) -> Floats:
        """Outcome by path of this entity, which stands on the axis `names`."""
        return np.ascontiguousarray(self.results.columns[name][:, names.index(self.entity)])

    @cached_property
    def default_month(self) -> Floats:
        """[path], month of the borrower's default, 0 without."""
        return self.column("default_month")

    @cached_property
    def is_default(self) -> Floats:
        """[path], 1 where the borrower defaulted before the debt was repaid."""
        return (self.default_month > 0.0).astype(np.float64)

    @cached_property
    def losses(self) -> Distribution:
        """Loss as a share of the commitment, over all paths."""
        return Distribution(self.sample, self.column("loss") / self.commitment)

    def mean(self, quantity: str) -> Floats:
        """[month], mean of a quantity of the borrower, USD."""
        return self.results.mean(quantity, self.borrower_name)

    def facility_mean(self, quantity: str) -> Floats:
        """[month], mean of a quantity summed over the facilities, USD."""
        means = [self.results.mean(quantity, self.axis.facilities[f]) for f in self.facilities]
        return np.asarray(np.sum(means, axis=0))

    def default_probability(self, month: float) -> Estimated:
        """Probability of default up to a month."""
        by_then = (self.default_month > 0.0) & (self.default_month <= month)
        return self.sample.mean(by_then.astype(np.float64))


BY_FACILITY = ("ead", "loss", "pv_loss", "annuity", "repaid", "repaid_time")


def sample_of(results: Results) -> Sample:
    """The weights and draws of a run's paths."""
    columns = results.columns
    draw = np.ravel(columns["draw"]) if results.provenance.draws > 1 else None
    return Sample(np.ravel(columns["weight"]), draw)


def entities(results: Results, kind: Kind) -> tuple[str, ...]:
    """Names a kind of measure is asked of: claims are the facilities, and borrowers that have several."""
    axis = results.axis
    shared = tuple(name for b, name in enumerate(axis.borrowers) if axis.facility_borrower.count(b) > 1)
    names = {
        "claim": (*shared, *axis.facilities), "borrower": axis.borrowers, "facility": axis.facilities,
        "covenant": axis.covenants, "party": axis.parties, "machine": axis.machines,
    }  # fmt: skip
    return names[kind]


def _entity(results: Results, kind: Kind, entity: str | None) -> str:
    axis = results.axis
    names = entities(results, kind)
    allowed = (*names, *axis.borrowers) if kind == "claim" else names
    if entity is None and kind == "claim" and len(axis.borrowers) == 1:
        return axis.borrowers[0]
    if entity is None and len(names) == 1:
        return names[0]
    if entity is None or entity not in allowed:
        noun = "facility or borrower" if kind == "claim" else kind
        found = f"no {noun} named" if entity is None else f"'{entity}'"
        match = close_match(entity or "", allowed)
        fix = f"did you mean '{match}'?" if match else f"name the {noun} that is meant"
        raise SpecError([Finding("entity", found, "one of " + ", ".join(allowed) if allowed else f"a {noun}", fix)])
    return entity
