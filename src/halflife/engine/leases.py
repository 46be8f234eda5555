"""Where a lease meets the fleet it finances: whose machines go back, when, and what may not be promised beyond that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from halflife.engine.places import Places
from halflife.engine.system import BorrowerSpec
from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import At, unknown
from halflife.operations.resolve import Draft
from halflife.waterfall.spec import FacilitySpec, LeaseSpec

Parties = Mapping[str, tuple[int, tuple[str, ...]]]


def held_until_returned(borrowers: Sequence[BorrowerSpec], draft: Draft, grid: TimeGrid) -> Floats:
    """Share of the delivered machines still held in the base case, ``[fleet, month]``: 1 to the end of a lease, then 0.

    Machines earn in the month their lease ends, and go back at its end.
    """
    held, places = np.ones((len(draft.fleets), grid.months + 1)), fleet_places(draft)
    for borrower in borrowers:
        for facility, lease in _leases(borrower):
            place = places.get((borrower.name, lease.fleet))
            if place is not None:
                held[place, max(grid.month_of(facility.maturity), 0) + 1 :] = 0.0
    return held


def fleet_places(draft: Draft) -> dict[tuple[str, str], int]:
    """Return (borrower, fleet name) -> position."""
    return {pair: place for place, pair in enumerate(draft.fleets)}


def check_leases(
    borrowers: Sequence[BorrowerSpec],
    draft: Draft,
    grid: TimeGrid,
    parties: Parties,
    places: Places,
    findings: list[Finding],
) -> None:
    """Report leases of no fleet or of another's, unknown guarantors, and machines promised beyond their lease."""
    for borrower in borrowers:
        at, seen = places.below(f"borrowers[{borrower.name}].debt"), set[str]()
        fleets = [fleet.name for fleet in borrower.operations.fleets]
        for facility, lease in _leases(borrower):
            where = f"facilities[{facility.name}].lease"
            if lease.guarantor is not None and lease.guarantor not in parties:
                findings.append(unknown(at(f"{where}.guarantor"), "counterparty", lease.guarantor, parties))
            if lease.fleet not in fleets:
                findings.append(unknown(at(f"{where}.fleet"), "fleet", lease.fleet, fleets))
                continue
            if lease.fleet in seen:
                findings.append(
                    Finding(
                        at(f"{where}.fleet"),
                        f"a second lease of fleet '{lease.fleet}'",
                        "one lessor for each machine",
                        "split the fleet",
                    )
                )
            seen.add(lease.fleet)
            if 0 < grid.month_of(facility.maturity) <= grid.months:
                _check_promises(borrower, facility, lease, draft, grid, at, findings)


def _leases(borrower: BorrowerSpec) -> list[tuple[FacilitySpec, LeaseSpec]]:
    return [(facility, facility.lease) for facility in borrower.debt.facilities if facility.lease is not None]


def _check_promises(
    borrower: BorrowerSpec,
    facility: FacilitySpec,
    lease: LeaseSpec,
    draft: Draft,
    grid: TimeGrid,
    at: At,
    findings: list[Finding],
) -> None:
    """Machines must have come, and firm contracts must have ended, when the lease does."""
    table, end = draft.table, grid.month_of(facility.maturity)
    place = fleet_places(draft)[borrower.name, lease.fleet]
    where = at(f"facilities[{facility.name}].maturity")
    if table.delivered[place, end] < 1.0:
        findings.append(
            Finding(
                where,
                f"a lease that ends on {facility.maturity}, before all machines of '{lease.fleet}' have come",
                "a lease that outlasts the delivery",
                "correct one of the dates",
            )
        )
    late = (table.contract_fleet == place) & (table.in_term[:, end + 1 :] > 0.0).any(axis=1)
    findings.extend(
        Finding(
            where,
            f"contract '{draft.contracts[c][1]}' on machines that go back on {facility.maturity}",
            "firm contracts that end with the lease at the latest",
            "shorten the contract's `term`, or lengthen the lease",
        )
        for c in np.flatnonzero(late)
    )
