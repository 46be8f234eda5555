"""How much a system is, and how concentrated."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from halflife.engine.system import SystemSpec

TOP = 10


def concentration(spec: SystemSpec) -> dict[str, Any]:
    """Counts, commitments in USD, and shares of them.

    Returns
    -------
    borrowers, facilities, lenders : counts
    committed : USD
    ten_largest, largest_customer, largest_lender : shares of the commitments
        Of a borrower with several customers, by machines; a residual lender's part counts as nobody's.
    """
    size = {(one.name, loan.name): loan.commitment for one in spec.borrowers for loan in one.debt.facilities}
    owed = {one.name: math.fsum(loan.commitment for loan in one.debt.facilities) for one in spec.borrowers}
    total = math.fsum(owed.values())
    customers: dict[str, list[float]] = {}
    for borrower in spec.borrowers:
        units = math.fsum(fleet.units for fleet in borrower.operations.fleets)
        for contract in borrower.operations.contracts:
            taken = contract.units if contract.units is not None else units
            customers.setdefault(contract.offtaker, []).append(owed[borrower.name] * min(taken / units, 1.0))
    held = [
        math.fsum(
            one.amount if one.amount is not None else (one.share or 0.0) * size.get((one.borrower, one.facility), 0.0)
            for one in lender.holdings
        )
        for lender in spec.lenders
    ]
    return {
        "borrowers": len(owed),
        "facilities": len(size),
        "lenders": len(spec.lenders),
        "committed": total,
        "ten_largest": _top(owed.values(), TOP) / total,
        "largest_customer": _top((math.fsum(parts) for parts in customers.values()), 1) / total,
        "largest_lender": _top(held, 1) / total,
    }


def _top(amounts: Iterable[float], number: int) -> float:
    return math.fsum(sorted(amounts, reverse=True)[:number])
