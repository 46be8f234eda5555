"""From the words about debt to arrays, with the base case that fixes schedules and inferred prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, Ints, seal
from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import Written
from halflife.waterfall.balance import check_sources
from halflife.waterfall.base_debt import Accruals, Flows, Loan, service, settle_debt
from halflife.waterfall.check import check, target_of
from halflife.waterfall.spec import AccountSpec, DebtSpec, FacilitySpec, FixedSpec, PaymentStepSpec
from halflife.waterfall.table import (
    CURE_ADVANCE,
    DDTL,
    DISTRIBUTE,
    FEES,
    FILL,
    INTEREST,
    JUNIOR,
    LEASE,
    OPEX,
    PRINCIPAL,
    REVOLVER,
    SWEEP,
    TERM_LOAN,
    TRAP,
    WaterfallTable,
)

KINDS = {"term_loan": TERM_LOAN, "ddtl": DDTL, "revolver": REVOLVER, "lease": LEASE, "junior": JUNIOR}
Columns = dict[str, Any]
STEPS = {
    "opex": OPEX,
    "fees": FEES,
    "interest": INTEREST,
    "principal": PRINCIPAL,
    "fill": FILL,
    "cure_advance": CURE_ADVANCE,
    "sweep": SWEEP,
    "trap": TRAP,
    "distribute": DISTRIBUTE,
}


class Cash(NamedTuple):
    """The businesses' base case, ``[borrower, month]`` in USD; ``..._per_price`` per USD/h of inferred price.

    age : [borrower, month], months, mean over machines
    target_dscr : [borrower], 0 where nothing is inferred
    """

    cfads: Floats
    cfads_per_price: Floats
    opex: Floats
    opex_per_price: Floats
    capex: Floats
    age: Floats
    target_dscr: Floats


class BaseDebt(NamedTuple):
    """The base case of the debt; months as in the grid, column 0 empty, USD.

    loans : in the table's order
    senior_service : [borrower, month], interest and scheduled principal paid, junior facilities apart
    scheduled : [borrower, month], the same with interest as it accrues: what a DSCR looks back on
    price : [borrower], USD per machine-hour, 0 where none is inferred
    facilities, accounts, steps : (borrower, label), in the table's order
    """

    loans: tuple[Loan, ...]
    senior_service: Floats
    scheduled: Floats
    price: Floats
    facilities: tuple[tuple[str, str], ...]
    accounts: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str], ...]


def resolve(
    borrowers: Sequence[Written[DebtSpec]],
    *,
    grid: TimeGrid,
    curve: Floats,
    cash: Cash,
    fleets: Mapping[tuple[str, str], int],
    parties: Mapping[str, tuple[int, tuple[str, ...]]],
    findings: list[Finding],
) -> tuple[WaterfallTable, BaseDebt] | None:
    """Turn all debt into arrays.  `check` has been called for each borrower.

    Parameters
    ----------
    borrowers : in name order
    grid : the months
    curve : [month], expected SOFR
    cash : the businesses' base case
    fleets : (borrower, fleet name) -> position;  parties : party name -> (position, roles)
    findings : what is wrong is added here
    """
    before = len(findings)
    accruals = Accruals(grid)
    loans: list[tuple[int, Loan]] = []
    price = np.zeros(len(borrowers))
    for b, written in enumerate(borrowers):
        flows = Flows(cash.cfads[b], cash.cfads_per_price[b], cash.capex[b], float(cash.target_dscr[b]))
        ranked, price[b] = settle_debt(written, flows, curve, grid, accruals, findings)
        check_sources(written, ranked, cash.capex[b], findings)
        loans.extend((b, loan) for loan in sorted(ranked, key=lambda loan: loan.spec.name))
    if len(findings) > before:
        return None
    accounts = [
        (b, account)
        for b, written in enumerate(borrowers)
        for account in sorted(written.spec.accounts, key=lambda account: account.name)
    ]
    steps = [(b, step) for b, written in enumerate(borrowers) for step in written.spec.priority]
    opex = cash.opex + price[:, None] * cash.opex_per_price
    places = {(b, loan.spec.name): place for place, (b, loan) in enumerate(loans)}
    shares = _instalments([loan for _, loan in loans], grid.months)
    table = WaterfallTable(
        **_facility_columns(loans, grid, cash.age),
        **_lease_columns([(borrowers[b].name, loan.spec) for b, loan in loans], fleets, parties),
        instalment=shares,
        **_account_columns(accounts, places, [loan for _, loan in loans], loans, shares, opex),
        **_ranges([b for b, _ in loans], [b for b, _ in accounts], len(borrowers)),
        opening_cash=_floats(written.spec.cash for written in borrowers),
        **_step_columns(steps, borrowers, places, accounts),
    )
    names = [written.name for written in borrowers]
    return seal(table), BaseDebt(
        loans=tuple(loan for _, loan in loans),
        senior_service=_total(loans, len(borrowers), grid.months, is_accrued=False),
        scheduled=_total(loans, len(borrowers), grid.months, is_accrued=True),
        price=price,
        facilities=tuple((names[b], loan.spec.name) for b, loan in loans),
        accounts=tuple((names[b], account.name) for b, account in accounts),
        steps=tuple((names[b], label(borrowers[b].spec, step)) for b, step in steps),
    )


def label(spec: DebtSpec, step: PaymentStepSpec) -> str:
    """A payment step in the trustee's words: ``interest ddtl``."""
    target = target_of(spec, step)
    return step.pay.replace("_", " ") + (f" {target}" if target else "")


def _floats(numbers: Iterable[float]) -> Floats:
    return np.fromiter(numbers, dtype=np.float64)


def _ints(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64)


def _total(loans: Sequence[tuple[int, Loan]], count: int, months: int, *, is_accrued: bool) -> Floats:
    total = np.zeros((count, months + 1))
    for b, loan in loans:
        if loan.spec.kind != "junior":
            walk = loan.walk
            total[b] += walk.accrued - walk.capitalised + walk.principal if is_accrued else service(loan)
    return total


def _ranges(facilities: Sequence[int], accounts: Sequence[int], borrowers: int) -> Columns:
    """Where each borrower's facilities and accounts begin and end; both stand in borrower order."""
    each = np.arange(borrowers)
    return {
        "first_facility": np.searchsorted(facilities, each, side="left").astype(np.int64),
        "end_facility": np.searchsorted(facilities, each, side="right").astype(np.int64),
        "first_account": np.searchsorted(accounts, each, side="left").astype(np.int64),
        "end_account": np.searchsorted(accounts, each, side="right").astype(np.int64),
    }


def _instalments(loans: Sequence[Loan], months: int) -> Floats:
    """Principal due as a share of what has been drawn by then."""
    shares = np.zeros((len(loans), months + 1))
    for row, loan in zip(shares, loans, strict=True):
        drawn = loan.walk.drawn
        np.divide(loan.walk.principal, drawn, out=row, where=drawn > 0.0)
    return shares


def _facility_columns(loans: Sequence[tuple[int, Loan]], grid: TimeGrid, age: Floats) -> Columns:
    specs, terms = [loan.spec for _, loan in loans], [loan.terms for _, loan in loans]
    pays = np.zeros((len(loans), grid.months + 1), dtype=np.int64)
    base = np.zeros((len(loans), grid.months + 1))
    for row, (b, loan) in enumerate(loans):
        pays[row, loan.terms.payments] = 1
        if loan.spec.borrowing_base is not None:
            asked = loan.spec.borrowing_base
            base[row] = np.maximum(0.0, asked.advance_rate - asked.advance_fall * age[b] / 12.0)
    return {
        "facility_borrower": _ints(b for b, _ in loans),
        "kind": _ints(KINDS[spec.kind] for spec in specs),
        "commitment": _floats(spec.commitment for spec in specs),
        "opening": _floats(term.opening for term in terms),
        **_rate_columns(loans),
        "accrual": np.array([term.accrual for term in terms]),
        "is_payment": pays,
        "maturity": _ints(term.maturity for term in terms),
        "issue_price": _floats(spec.issue_price for spec in specs),
        "advance": _floats(term.advance for term in terms),
        "draw_end": _ints(term.draw_end for term in terms),
        "equity_first": _floats(term.equity_first for term in terms),
        "is_capitalised": _ints(int(term.is_capitalised) for term in terms),
        "fee": _floats(spec.draws.commitment_fee if spec.draws else 0.0 for spec in specs),
        "equity_pays": _ints(int(_equity_pays(spec)) for spec in specs),
        "maintenance": _floats(spec.maintenance_advance or 0.0 for spec in specs),
        "base_advance": base,
        "base_coins": _floats(s.borrowing_base.coins if s.borrowing_base else 0.0 for s in specs),
        "base_receivables": _floats(s.borrowing_base.receivables if s.borrowing_base else 0.0 for s in specs),
    }


def _lease_columns(
    specs: Sequence[tuple[str, FacilitySpec]],
    fleets: Mapping[tuple[str, str], int],
    parties: Mapping[str, tuple[int, tuple[str, ...]]],
) -> Columns:
    leases = [(owner, spec.lease) for owner, spec in specs]
    guarantors = [lease.guarantor if lease else None for _, lease in leases]
    return {
        "lease_fleet": _ints(fleets[owner, lease.fleet] if lease else -1 for owner, lease in leases),
        "residual": _floats(lease.booked if lease else 0.0 for _, lease in leases),
        "guaranteed": _floats(lease.residual_guarantee if lease else 0.0 for _, lease in leases),
        "residual_party": _ints(parties[name][0] if name else -1 for name in guarantors),
        "residual_cap": _floats((lease.cap or 0.0) if lease else 0.0 for _, lease in leases),
    }


def _equity_pays(spec: FacilitySpec) -> bool:
    return spec.draws is not None and spec.draws.when_stopped == "equity_pays"


def _rate_columns(loans: Sequence[tuple[int, Loan]]) -> Columns:
    rates = [loan.spec.rate for _, loan in loans]
    return {
        "is_floating": _floats(float(not isinstance(rate, FixedSpec)) for rate in rates),
        "coupon": _floats(loan.coupon for _, loan in loans),
        "hedged": _floats(1.0 if isinstance(rate, FixedSpec) else rate.hedged_share for rate in rates),
        "margin": _floats(0.0 if isinstance(rate, FixedSpec) else rate.margin for rate in rates),
        "floor": _floats(0.0 if isinstance(rate, FixedSpec) else rate.floor for rate in rates),
    }


def _account_columns(
    accounts: Sequence[tuple[int, AccountSpec]],
    places: dict[tuple[int, str], int],
    all_loans: Sequence[Loan],
    loans: Sequence[tuple[int, Loan]],
    shares: Floats,
    opex: Floats,
) -> Columns:
    """Reserves; a target ends with the last maturity it can serve."""
    months = shares.shape[1]
    ahead, target = np.zeros((len(accounts), months)), np.zeros((len(accounts), months))
    served = [places[b, account.facility] if account.facility else -1 for b, account in accounts]
    for row, ((b, account), facility) in enumerate(zip(accounts, served, strict=True)):
        own = [all_loans[facility]] if facility >= 0 else [loan for owner, loan in loans if owner == b]
        last = max(loan.terms.maturity for loan in own)
        if facility >= 0:
            ahead[row] = _coming(shares[facility], account.months_of_service)
        target[row] = account.amount + _coming(opex[b], account.months_of_opex)
        target[row, last:] = 0.0
    return {
        "account_borrower": _ints(b for b, _ in accounts),
        "account_facility": _ints(served),
        "ahead": ahead,
        "months_ahead": _floats(account.months_of_service for _, account in accounts),
        "target": target,
        "opening_reserve": _floats(account.opening for _, account in accounts),
    }


def _coming(figures: Floats, months: int) -> Floats:
    """Sum over the next `months` months, the present one apart."""
    total = np.concatenate((np.cumsum(figures), np.full(months, figures.sum())))
    return np.asarray(total[months : months + len(figures)] - total[: len(figures)])


def _step_columns(
    steps: Sequence[tuple[int, PaymentStepSpec]],
    borrowers: Sequence[Written[DebtSpec]],
    places: dict[tuple[int, str], int],
    accounts: Sequence[tuple[int, AccountSpec]],
) -> Columns:
    reserves = {(b, account.name): place for place, (b, account) in enumerate(accounts)}
    targets = []
    for b, step in steps:
        name = target_of(borrowers[b].spec, step)
        where = reserves if step.pay == "fill" else places
        targets.append(-1 if name is None else where[b, name])
    return {
        "step_borrower": _ints(b for b, _ in steps),
        "step": _ints(STEPS[step.pay] for _, step in steps),
        "step_target": _ints(targets),
        "step_share": _floats(step.share for _, step in steps),
        "step_when": _ints(int(step.when == "triggered") for _, step in steps),
    }


__all__ = ["BaseDebt", "Cash", "check", "label", "resolve"]
