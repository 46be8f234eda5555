"""The measures of a run, to be looked up by name and entity."""

from __future__ import annotations

from collections.abc import Sequence

from halflife.metrics import Measure, NotApplicable
from halflife.results import Results


class Found:
    """Measures by name and entity.

    Parameters
    ----------
    results : Results
    measures : as `halflife.metrics.measure_all` gives them
    """

    def __init__(self, results: Results, measures: Sequence[Measure | NotApplicable]) -> None:
        self.results = results
        self.all = {(one.name, one.entity): one for one in measures}

    def get(self, name: str, entity: str) -> Measure | None:
        """The measure, or None where it is missing or not applicable."""
        one = self.all.get((name, entity))
        return one if isinstance(one, Measure) else None

    def reason(self, name: str, entity: str) -> str:
        """Why a measure is not applicable."""
        one = self.all.get((name, entity))
        return one.reason if isinstance(one, NotApplicable) else ""

    def claim(self, borrower: int) -> str:
        """The entity that stands for the borrower's whole debt: itself, or its only facility."""
        axis = self.results.axis
        own = [f for f, owner in enumerate(axis.facility_borrower) if owner == borrower]
        return axis.facilities[own[0]] if len(own) == 1 else axis.borrowers[borrower]

    def named(self, name: str) -> list[Measure | NotApplicable]:
        """All measures of one name."""
        return [one for (known, _), one in self.all.items() if known == name]
