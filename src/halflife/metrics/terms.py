"""What a measure needs beside arrays: thresholds, ratings and margins, from the term sheet in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from halflife.counterparties.spec import PartySpec
from halflife.covenants.spec import CovenantSpec
from halflife.foundation.document import read_document
from halflife.foundation.errors import SpecError
from halflife.results import Results
from halflife.waterfall.spec import FacilitySpec

CEILINGS = ("ltv_paper", "ltv_appraised", "ltv_orderly", "loan_to_cost")
"""Tests that are breached above their threshold; all others are breached below."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The written terms by the names of the record's axes; ranges at their most likely value.

    Parameters
    ----------
    parties, covenants, facilities : name on its axis -> what was written
    trouble : why there are none, empty if there are
    """

    parties: Mapping[str, PartySpec] = field(default_factory=dict)
    covenants: Mapping[str, CovenantSpec] = field(default_factory=dict)
    facilities: Mapping[str, FacilitySpec] = field(default_factory=dict)
    trouble: str = ""


def read_terms(results: Results) -> Terms:
    """Read the term sheet that a record carries.

    Returns
    -------
    Terms
        Empty, with its `trouble`, if the record's term sheet cannot be read.
    """
    try:
        tree = read_document(results.provenance.spec + "\n").tree()
        parties = [PartySpec.model_validate(party) for party in tree["counterparties"]]
        covenants: dict[str, CovenantSpec] = {}
        facilities: dict[str, FacilitySpec] = {}
        for borrower in tree["borrowers"]:
            prefix = "" if len(tree["borrowers"]) == 1 else f"{borrower['name']}: "
            for written in borrower.get("covenants", ()):
                covenant = CovenantSpec.model_validate(written)
                covenants[prefix + covenant.name] = covenant
            for written in borrower["debt"]["facilities"]:
                facility = FacilitySpec.model_validate(written)
                facilities[prefix + facility.name] = facility
    except (SpecError, ValidationError, KeyError, TypeError, AttributeError) as error:
        return Terms(trouble=f"the term sheet in the record cannot be read: {_short(error)}")
    return Terms({party.name: party for party in parties}, covenants, facilities)


def threshold_on(covenant: CovenantSpec, day: date) -> float:
    """Threshold of a covenant on a day, after the steps it takes; USD for a minimum liquidity."""
    level = covenant.amount if covenant.threshold is None else covenant.threshold
    for step in sorted(covenant.steps, key=lambda step: step.on):
        if step.on <= day:
            level = step.threshold
    return float(level or 0.0)


def _short(error: Any) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 120 else text[:117] + "..."
