"""What may not be written about the debt."""

from __future__ import annotations

from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import Written, report_twins, unknown
from halflife.waterfall.dates import draw_end_month, instalment_months, payment_months
from halflife.waterfall.spec import (
    CustomSpec,
    DebtSpec,
    FacilitySpec,
    LevelSpec,
    PaymentStepSpec,
    StraightSpec,
)

OF_FACILITY = ("fees", "interest", "principal", "cure_advance", "sweep")
OF_ACCOUNT = ("fill",)


def check(written: Written[DebtSpec], grid: TimeGrid, findings: list[Finding]) -> None:
    """Report everything that is wrong with one borrower's debt, cash flows apart."""
    spec, at = written.spec, written.at
    names = [facility.name for facility in spec.facilities]
    report_twins(names, "facility", lambda place: at(f"facilities[{place}].name"), findings)
    accounts = [account.name for account in spec.accounts]
    report_twins(accounts, "account", lambda place: at(f"accounts[{place}].name"), findings)
    if not names:
        findings.append(Finding(at("facilities"), "no facility", "at least one", "say what is owed"))
    for facility in spec.facilities:
        _check_amounts(written, facility, findings)
        _check_dates(written, facility, grid, findings)
        _check_steps_of(written, facility, findings)
    for account in spec.accounts:
        where = f"accounts[{account.name}].facility"
        if account.facility is not None and account.facility not in names:
            findings.append(unknown(at(where), "facility", account.facility, names))
        if account.months_of_service > 0 and account.facility is None:
            findings.append(
                Finding(
                    at(f"accounts[{account.name}]"),
                    "months of service of no facility",
                    "the facility whose service is reserved",
                    "add `facility:`",
                )
            )
    for place, step in enumerate(spec.priority):
        _check_step(written, place, step, findings)
    if not any(step.pay == "opex" for step in spec.priority):
        findings.append(
            Finding(
                at("priority"),
                "no step 'opex'",
                "running cost paid at some step",
                "add '- pay: opex', usually first",
            )
        )
    funded = [facility.draws for facility in spec.facilities if facility.draws]
    if sum(draws.advance_rate for draws in funded) > 1.0 + 1e-9:
        findings.append(
            Finding(
                at("facilities"),
                "advance rates that add up to more than 100 %",
                "at most 100 % of capital expenditure",
                "lower an `advance_rate`",
            )
        )
    if sum(draws.equity == "first" for draws in funded) > 1:
        findings.append(
            Finding(
                at("facilities"),
                "several facilities behind the same equity",
                "one at most",
                "write 'pro_rata' on the others",
            )
        )


def target_of(spec: DebtSpec, step: PaymentStepSpec) -> str | None:
    """Facility or account a step is about; the only one there is when none is named."""
    if step.pay in OF_FACILITY:
        named, names = step.facility, [facility.name for facility in spec.facilities]
    elif step.pay in OF_ACCOUNT:
        named, names = step.account, [account.name for account in spec.accounts]
    else:
        return None
    return names[0] if named is None and len(names) == 1 else named


def _check_step(written: Written[DebtSpec], place: int, step: PaymentStepSpec, findings: list[Finding]) -> None:
    spec, at, path = written.spec, written.at, f"priority[{place}]"
    facilities = [facility.name for facility in spec.facilities]
    accounts = [account.name for account in spec.accounts]
    if step.facility is not None and step.facility not in facilities:
        findings.append(unknown(at(path), "facility", step.facility, facilities))
    if step.account is not None and step.account not in accounts:
        findings.append(unknown(at(path), "account", step.account, accounts))
    noun = "facility" if step.pay in OF_FACILITY else "account" if step.pay in OF_ACCOUNT else ""
    if noun and target_of(spec, step) is None:
        findings.append(Finding(at(path), f"'{step.pay}' without {noun}", f"the {noun} it is about", f"add `{noun}:`"))
    for key, value in (("facility", step.facility), ("account", step.account)):
        if value is not None and key != noun:
            findings.append(
                Finding(
                    at(path),
                    f"'{step.pay}' with `{key}`",
                    f"no {key} on this step",
                    f"delete `{key}: {value}`",
                )
            )
    if step.pay != "sweep" and (step.share != 1.0 or step.when != "always"):
        findings.append(
            Finding(at(path), f"`share` or `when` on '{step.pay}'", "they belong to a sweep", "delete them")
        )


def _check_amounts(written: Written[DebtSpec], facility: FacilitySpec, findings: list[Finding]) -> None:
    where = f"facilities[{facility.name}]"
    if facility.commitment == 0.0:
        findings.append(Finding(written.at(f"{where}.commitment"), "0 USD", "the amount lent", "write it"))
    if facility.drawn is not None and facility.drawn > facility.commitment:
        findings.append(
            Finding(
                written.at(f"{where}.drawn"),
                f"{facility.drawn:,.0f} USD drawn",
                f"at most the commitment, {facility.commitment:,.0f} USD",
                "lower `drawn` or raise `commitment`",
            )
        )
    if facility.issue_price == 0.0:
        findings.append(Finding(written.at(f"{where}.issue_price"), "0 %", "a price", "write it like '99 %'"))
    lease, loan = facility.lease, facility.amortisation
    balloon = loan.balloon if isinstance(loan, (LevelSpec, StraightSpec)) else 0.0
    if lease is not None and balloon > 0.0 and abs(balloon - lease.booked) > 1e-9:
        findings.append(
            Finding(
                written.at(f"{where}.amortisation.balloon"),
                f"{balloon:.2%}",
                f"the residual of the lease, {lease.booked:.2%}",
                "delete `balloon`: a lease amortises to its residual",
            )
        )


def _check_dates(written: Written[DebtSpec], facility: FacilitySpec, grid: TimeGrid, findings: list[Finding]) -> None:
    where = f"facilities[{facility.name}]"
    if facility.maturity <= grid.valuation:
        findings.append(
            Finding(
                written.at(f"{where}.maturity"),
                f"maturity {facility.maturity}",
                f"a day after the valuation date {grid.valuation}",
                "correct one of the two dates",
            )
        )
        return
    if facility.first_payment is not None and facility.first_payment > facility.maturity:
        findings.append(
            Finding(
                written.at(f"{where}.first_payment"),
                f"first payment {facility.first_payment}",
                f"a day up to maturity, {facility.maturity}",
                "correct one of the two dates",
            )
        )
        return
    ends, due = payment_months(facility, grid), instalment_months(facility, grid)
    loan = facility.amortisation
    if loan.kind != "bullet" and len(due) == 0:
        findings.append(
            Finding(
                written.at(f"{where}.amortisation"),
                f"{loan.kind} amortisation, no date for it",
                "a payment date between the end of draws and maturity",
                "write 'kind: bullet', or move a date",
            )
        )
    elif loan.kind in ("level", "sculpted") and due[0] <= draw_end_month(facility, grid):
        findings.append(
            Finding(
                written.at(f"{where}.first_payment"),
                f"{loan.kind} principal while draws go on",
                f"a first payment after {facility.draws.until if facility.draws else ''}",
                "move `first_payment`, or use straight or custom amortisation",
            )
        )
    if isinstance(loan, CustomSpec) and len(loan.shares) > len(due):
        findings.append(
            Finding(
                written.at(f"{where}.amortisation.shares"),
                f"{len(loan.shares)} shares",
                f"at most {len(due)}, one per payment date (of {len(ends)} interest dates)",
                "shorten the list, or set `first_payment` and `every`",
            )
        )


def _check_steps_of(written: Written[DebtSpec], facility: FacilitySpec, findings: list[Finding]) -> None:
    """Every facility needs the steps that pay what it may be owed."""
    spec = written.spec
    paid = {step.pay for step in spec.priority if target_of(spec, step) == facility.name}
    needed = ["interest", "principal"]
    if facility.draws is not None and facility.draws.commitment_fee > 0.0:
        needed.append("fees")
    if facility.maintenance_advance is not None or facility.kind == "revolver":
        needed.append("cure_advance")
    findings.extend(
        Finding(
            written.at("priority"),
            f"no step '{step}' for facility '{facility.name}'",
            "a step for everything a facility may be owed",
            f"add '- {{pay: {step}, facility: {facility.name}}}'",
        )
        for step in needed
        if step not in paid
    )
    is_tested = facility.maintenance_advance is not None or facility.kind == "revolver"
    if "cure_advance" in paid and not is_tested:
        findings.append(
            Finding(
                written.at(f"facilities[{facility.name}]"),
                "a step 'cure_advance', no advance test",
                "`maintenance_advance` or a borrowing base",
                "add the test, or delete the step",
            )
        )
