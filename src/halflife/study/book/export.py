"""A system as a loan tape: one row for each holding, every figure with its unit, and the map that reads it back."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping

from halflife.contagion.spec import HoldingSpec, LenderSpec
from halflife.engine.system import BorrowerSpec, SystemSpec
from halflife.foundation.errors import Finding, SpecError
from halflife.operations.spec import DscrPriceSpec
from halflife.study.book.fields import EITHER, FIELDS
from halflife.study.book.writing import yaml_text
from halflife.waterfall.spec import FacilitySpec, FloatingSpec

EXPORTED = (
    "borrower", "sponsor", "sponsor_rating", "operator", "operator_rating", "cash", "machine", "units", "cost", "age",
    "offtaker", "offtaker_rating", "contract_kind", "contract_units", "price", "dscr", "term", "facility", "kind",
    "commitment", "drawn", "margin", "coupon", "issue_price", "maturity", "amortisation", "balloon", "lender",
    "lender_capital", "lender_other_assets", "lender_least_capital", "share", "held",
)  # fmt: skip
"""Columns of an exported tape."""
_OPTIONAL = frozenset({"drawn", "balloon", "contract_units", *(name for pair in EITHER[:3] for name in pair)})


def export_book(spec: SystemSpec) -> tuple[str, str]:
    """Write a system as a tape.

    Parameters
    ----------
    spec : SystemSpec
        Each borrower with one fleet and at most one contract; what a tape has no column for (covenants, priority of
        payments, enforcement ...) is left to the base with which it is imported again.

    Returns
    -------
    tape, map : text
        CSV and YAML.

    Raises
    ------
    SpecError
        If a borrower does not fit into rows of facilities.
    """
    findings = [
        Finding(
            f"borrowers[{one.name}]",
            "several fleets or contracts",
            "one of each",
            "a tape of facilities cannot say more",
        )
        for one in spec.borrowers
        if len(one.operations.fleets) != 1 or len(one.operations.contracts) > 1
    ]
    if findings:
        raise SpecError(findings)
    rows = list(_rows(spec))
    used = [name for name in EXPORTED if any(row.get(name) for row in rows)]
    file = io.StringIO()
    writer = csv.DictWriter(file, used, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    is_full = {name: all(row.get(name) for row in rows) for name in used}
    columns = {
        name: {"column": name} if is_full[name] else {"column": name, "blank": "leave_out"}
        for name in used
        if is_full[name] or name in _OPTIONAL or not FIELDS[name].is_needed
    }
    layout = {"name": spec.name, "about": spec.about, "valuation": spec.valuation.isoformat(),
              "tape": {"rows": "holding" if spec.lenders else "facility"}, "columns": columns}  # fmt: skip
    return file.getvalue(), yaml_text(layout, "Reads the tape that was exported beside it.")


def _said(name: str, number: object) -> str:
    """A figure as its field writes it; nothing for None."""
    figure = FIELDS[name].figure
    return "" if number is None else str(number if figure is None else figure.write(number))


def _rows(spec: SystemSpec) -> Iterator[dict[str, str]]:
    ratings = {party.name: party.rating for party in spec.counterparties}
    held: dict[tuple[str, str], list[tuple[LenderSpec, HoldingSpec]]] = {}
    for lender in spec.lenders:
        for holding in lender.holdings:
            held.setdefault((holding.borrower, holding.facility), []).append((lender, holding))
    for borrower in spec.borrowers:
        own = _business(borrower, ratings)
        for facility in borrower.debt.facilities:
            row = own | _facility(facility)
            for lender, holding in held.get((borrower.name, facility.name), []):
                yield row | _holding(lender, holding)
            if not held:
                yield row


def _business(borrower: BorrowerSpec, ratings: Mapping[str, str | None]) -> dict[str, str]:
    operations = borrower.operations
    fleet, contract = operations.fleets[0], next(iter(operations.contracts), None)
    row: dict[str, object] = {
        "borrower": borrower.name,
        "sponsor": borrower.sponsor,
        "operator": operations.operator,
        "cash": borrower.debt.cash,
        "machine": fleet.machine,
        "units": fleet.units,
        "cost": fleet.cost,
        "age": fleet.age,
    }
    if contract is not None:
        row |= {"offtaker": contract.offtaker, "contract_kind": contract.kind, "contract_units": contract.units,
                "term": contract.term}  # fmt: skip
        row |= {"dscr": contract.price.dscr} if isinstance(contract.price, DscrPriceSpec) else {"price": contract.price}
    for role in ("sponsor", "operator", "offtaker"):
        name = row.get(role)
        row[f"{role}_rating"] = ratings.get(name) if isinstance(name, str) else None
    return {name: _said(name, number) for name, number in row.items()}


def _facility(facility: FacilitySpec) -> dict[str, str]:
    rate, loan = facility.rate, facility.amortisation
    row: dict[str, object] = {
        "facility": facility.name,
        "kind": facility.kind,
        "commitment": facility.commitment,
        "drawn": facility.drawn,
        "issue_price": facility.issue_price,
        "maturity": facility.maturity,
        "amortisation": loan.kind,
        "balloon": getattr(loan, "balloon", None),
    }
    row |= {"margin": rate.margin} if isinstance(rate, FloatingSpec) else {"coupon": rate.coupon}
    return {name: _said(name, number) for name, number in row.items()}


def _holding(lender: LenderSpec, holding: HoldingSpec) -> dict[str, str]:
    row = {
        "lender": lender.name,
        "lender_capital": lender.capital,
        "lender_other_assets": lender.other_assets + math.fsum(claim.amount for claim in lender.claims),
        "lender_least_capital": lender.least_capital,
        "share": holding.share,
        "held": holding.amount,
    }
    return {name: _said(name, number) for name, number in row.items()}
