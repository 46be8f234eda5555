"""From the words about tests to arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from halflife.covenants.spec import CovenantSpec
from halflife.covenants.table import (
    COVERAGE,
    DEFAULT,
    DSCR,
    LIQUIDITY,
    LOAN_TO_COST,
    LTV_APPRAISED,
    LTV_ORDERLY,
    LTV_PAPER,
    REALISATION,
    STOP_DRAWS,
    SWEEP,
    TRAP,
    CovenantTable,
)
from halflife.foundation.axes import Floats, Ints, seal
from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import At, Written, report_twins

TESTS = {
    "dscr": DSCR,
    "ltv_paper": LTV_PAPER,
    "ltv_appraised": LTV_APPRAISED,
    "ltv_orderly": LTV_ORDERLY,
    "loan_to_cost": LOAN_TO_COST,
    "contract_coverage": COVERAGE,
    "contract_realisation": REALISATION,
    "minimum_liquidity": LIQUIDITY,
}
CONSEQUENCES = {"trap": TRAP, "sweep": SWEEP, "default": DEFAULT, "stop_draws": STOP_DRAWS}
REPORTED_LOOK_BACK = 3
"""Months of the reported DSCR where no covenant says."""


def resolve(
    borrowers: Sequence[Written[tuple[CovenantSpec, ...]]],
    *,
    grid: TimeGrid,
    last_maturity: Sequence[int],
    first_principal: Sequence[int],
    findings: list[Finding],
) -> CovenantTable | None:
    """Turn all covenants into arrays, by borrower and name.

    Parameters
    ----------
    borrowers : in name order; ``at("[dscr].threshold")`` is a path below the borrower's covenants
    grid : the months
    last_maturity : [borrower], month in which the borrower's last facility matures
    first_principal : [borrower], month of the first scheduled instalment
    findings : what is wrong is added here
    """
    before = len(findings)
    for written, last in zip(borrowers, last_maturity, strict=True):
        _check_all(written, grid, last, findings)
    if len(findings) > before:
        return None
    rows = [
        (b, covenant)
        for b, written in enumerate(borrowers)
        for covenant in sorted(written.spec, key=lambda covenant: covenant.name)
    ]
    shape = (len(rows), grid.months + 1)
    threshold, is_tested = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    for row, (b, covenant) in enumerate(rows):
        threshold[row] = _thresholds(covenant, grid)
        is_tested[row, _test_months(covenant, grid, last_maturity[b])] = 1
    return seal(
        CovenantTable(
            borrower=_ints(b for b, _ in rows),
            test=_ints(TESTS[covenant.test] for _, covenant in rows),
            threshold=threshold,
            is_tested=is_tested,
            look_back=_ints(covenant.look_back for _, covenant in rows),
            grace=np.fromiter((float(covenant.grace) for _, covenant in rows), dtype=np.float64),
            consequence=_ints(CONSEQUENCES[covenant.consequence] for _, covenant in rows),
            reported_from=_ints(
                reported_from(written.spec, grid, first)
                for written, first in zip(borrowers, first_principal, strict=True)
            ),
            reported_look_back=_ints(reported_look_back(written.spec) for written in borrowers),
        )
    )


def reported_look_back(covenants: Sequence[CovenantSpec]) -> int:
    """Months over which the reported DSCR looks back: those of the first DSCR covenant written."""
    return next((covenant.look_back for covenant in covenants if covenant.test == "dscr"), REPORTED_LOOK_BACK)


def reported_from(covenants: Sequence[CovenantSpec], grid: TimeGrid, first_principal: int) -> int:
    """Month from which the DSCR is reported: the first test, or a full look-back on scheduled principal."""
    tests = [grid.month_of(covenant.first_test) for covenant in covenants if covenant.test == "dscr"]
    return tests[0] if tests else first_principal + reported_look_back(covenants) - 1


def labels(borrowers: Sequence[Written[tuple[CovenantSpec, ...]]]) -> tuple[tuple[str, str], ...]:
    """(borrower, covenant) in the table's order."""
    return tuple((w.name, name) for w in borrowers for name in sorted(covenant.name for covenant in w.spec))


def _ints(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64)


def _thresholds(covenant: CovenantSpec, grid: TimeGrid) -> Floats:
    first = covenant.amount if covenant.threshold is None else covenant.threshold
    row = np.full(grid.months + 1, first, dtype=np.float64)
    for step in sorted(covenant.steps, key=lambda step: step.on):
        row[min(max(grid.month_of(step.on), 0), grid.months + 1) :] = step.threshold
    return row


def _test_months(covenant: CovenantSpec, grid: TimeGrid, last: int) -> Ints:
    months = np.arange(grid.month_of(covenant.first_test), min(last, grid.months) + 1, covenant.every)
    return months[months >= 1]


def _check_all(written: Written[tuple[CovenantSpec, ...]], grid: TimeGrid, last: int, findings: list[Finding]) -> None:
    names = [covenant.name for covenant in written.spec]
    report_twins(names, "covenant", lambda place: written.at(f"[{place}].name"), findings)
    for covenant in written.spec:
        _check(covenant, written.at, grid, last, findings)


def _check(covenant: CovenantSpec, at: At, grid: TimeGrid, last: int, findings: list[Finding]) -> None:
    where = f"[{covenant.name}]"
    in_usd = covenant.test == "minimum_liquidity"
    if in_usd and (covenant.amount is None or covenant.threshold is not None or covenant.steps):
        findings.append(
            Finding(
                at(where),
                "a minimum liquidity that is not one amount in USD",
                "`amount` alone",
                "write 'amount: 50 m USD', without `threshold` and `steps`",
            )
        )
    if not in_usd and (covenant.threshold is None or covenant.amount is not None):
        findings.append(
            Finding(
                at(where),
                f"a {covenant.test} test without a ratio as its threshold",
                "`threshold`, and no `amount`",
                "write it like 'threshold: 1.15x'",
            )
        )
    if not 1 <= covenant.look_back <= 12:
        findings.append(
            Finding(
                at(f"{where}.look_back"),
                f"{covenant.look_back} months",
                "1 to 12 months",
                "write what the agreement says, usually 3 or 12",
            )
        )
    if covenant.every < 1:
        findings.append(Finding(at(f"{where}.every"), "0 months", "at least 1 month", "write it like '3 months'"))
    if grid.month_of(covenant.first_test) > last:
        findings.append(
            Finding(
                at(f"{where}.first_test"),
                f"first test on {covenant.first_test}",
                f"a day up to the last maturity, {grid.dates[min(last, grid.months)]}",
                "correct one of the two dates",
            )
        )
    days = [step.on for step in covenant.steps]
    if len(set(days)) < len(days):
        findings.append(
            Finding(
                at(f"{where}.steps"),
                "two thresholds from the same day",
                "each day once",
                "delete one of the steps",
            )
        )
