"""What may not stand in a tape: figures that are well written, but cannot be true together."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from typing import Any

from halflife.contagion.resolve import ROUNDING
from halflife.engine.check import MOST_MONTHS
from halflife.foundation.document import close_match
from halflife.foundation.errors import Refusal
from halflife.foundation.grid import TimeGrid
from halflife.study.book.base import Base
from halflife.study.book.gather import Findings, Thing, Things

ROLES = {"offtaker": "offtaker", "sponsor": "sponsor", "operator": "operator"}
"""Field that names a party -> role that this gives it."""


def check(things: Things, base: Base, valuation: datetime.date, findings: Findings) -> None:
    """Add everything that is wrong with the things of a tape, against each other and against the base."""
    for key, fleet in things.all("fleet"):
        _check_fleet(fleet, base, findings)
        _check_contracts(things, key, fleet, findings)
    for key, facility in things.all("facility"):
        _check_amounts(facility, findings)
        _check_dates(facility, base, valuation, findings)
        _check_kind(facility, base, findings)
        _check_holdings(things, key, facility, base, findings)
    for _, borrower in things.all("borrower"):
        _check_people(borrower, base, findings)
    _check_parties(things, base, findings)
    for (name,), lender in things.all("lender"):
        _check_lender(things, name, lender, base, findings)


def _unknown(noun: str, name: str, known: Iterable[str]) -> Refusal:
    names = sorted(known)
    match = close_match(name, names)
    fix = (
        f"did you mean '{match}'?"
        if match
        else f"translate it under `words:` in the map, or add this {noun} to the base"
    )
    return Refusal(f"unknown {noun} '{name}'", f"one of {', '.join(names)}", fix)


def _check_fleet(fleet: Thing, base: Base, findings: Findings) -> None:
    machine = fleet.text("machine")
    if machine is not None and machine not in base.machines:
        findings.of(fleet, "machine", _unknown("machine", machine, base.machines))
    for name, noun in (("units", "machines"), ("cost", "price of a machine")):
        if fleet.number(name) == 0:
            findings.of(fleet, name, Refusal("0", f"the {noun}", "write it, or delete the row"))
    first, last = fleet.number("delivery_first"), fleet.number("delivery_last")
    if first is not None and last is not None and last < first:
        found, wanted = f"last delivery {last}", f"a day from the first, {first}, on"
        findings.of(fleet, "delivery_last", Refusal(found, wanted, "correct one of the two dates"))


def _check_contracts(things: Things, key: tuple[str, ...], fleet: Thing, findings: Findings) -> None:
    contracts = things.below("contract", *key)
    units, taken = fleet.number("units"), 0
    for _, contract in contracts:
        taken += contract.number("contract_units") or 0
        if units is not None and taken > units:
            found, wanted = f"{taken:,} machines under contract", f"at most the {units:,} machines of the fleet"
            findings.of(contract, "contract_units", Refusal(found, wanted, "lower the contract, or raise `units`"))
            break
    for _, contract in contracts:
        if contract.number("term") == 0:
            findings.of(contract, "term", Refusal("0 months", "a term", "write it like '60 months'"))


def _check_amounts(facility: Thing, findings: Findings) -> None:
    commitment, drawn = facility.number("commitment"), facility.number("drawn")
    if commitment == 0.0:
        findings.of(facility, "commitment", Refusal("0 USD", "the amount lent", "write it, or delete the row"))
    if drawn is not None and commitment is not None and drawn > commitment:
        found, wanted = f"{drawn:,.0f} USD drawn", f"at most the commitment, {commitment:,.0f} USD"
        findings.of(facility, "drawn", Refusal(found, wanted, "lower `drawn` or raise `commitment`"))
    if facility.number("issue_price") == 0.0:
        findings.of(facility, "issue_price", Refusal("0 %", "a price", "write it like '99 %'"))
    if facility.number("balloon") and facility.text("amortisation") == "bullet":
        found, wanted = "a balloon beside bullet", "no balloon: all is due at maturity"
        findings.of(facility, "balloon", Refusal(found, wanted, "blank the cell, or correct the amortisation"))


def _check_dates(facility: Thing, base: Base, valuation: datetime.date, findings: Findings) -> None:
    maturity = facility.number("maturity")
    if maturity is None:
        return
    if maturity <= valuation:
        found, wanted = f"maturity {maturity}", f"a day after the valuation date {valuation}"
        fix = "delete a loan that is repaid, or correct the date (also `valuation` of the map)"
        findings.of(facility, "maturity", Refusal(found, wanted, fix))
        return
    months = TimeGrid(valuation, 1).month_of(maturity) + base.borrower.enforcement.workout
    if months > MOST_MONTHS:
        found, wanted = f"{maturity}: {months} months with the workout", f"at most {MOST_MONTHS} months"
        findings.of(facility, "maturity", Refusal(found, wanted, "correct the date"))
    for name in ("first_payment", "draw_until"):
        day = facility.number(name)
        if day is not None and (day > maturity or (name == "draw_until" and day == maturity)):
            found, wanted = f"{name} {day}", f"a day before maturity, {maturity}"
            findings.of(facility, name, Refusal(found, wanted, "correct one of the two dates"))


def _check_kind(facility: Thing, base: Base, findings: Findings) -> None:
    kind, patterns = facility.text("kind"), base.facilities
    if kind is None and len(patterns) > 1:
        found = f"no kind, and patterns for {', '.join(sorted(patterns))}"
        findings.of(facility, "kind", Refusal(found, "the kind of this facility", "map `kind`"))
    elif kind is not None and kind not in patterns:
        wanted = f"one of {', '.join(sorted(patterns))}: the kinds that the base has a pattern for"
        fix = f"add a facility of kind {kind} to the base, and its steps to the priority of payments"
        findings.of(facility, "kind", Refusal(f"kind {kind}", wanted, fix))
    elif kind_of(facility, base) != "ddtl":
        for name in ("draw_until", "advance_rate"):
            if facility.number(name) is not None:
                found, wanted = f"{name} of a {kind_of(facility, base)}", "draws of a ddtl only"
                findings.of(facility, name, Refusal(found, wanted, "blank the cell, or correct `kind`"))


def kind_of(facility: Thing, base: Base) -> str:
    """The pattern of a facility: its kind, or the only kind there is."""
    return facility.text("kind") or next(iter(base.facilities))


def _check_holdings(things: Things, key: tuple[str, ...], facility: Thing, base: Base, findings: Findings) -> None:
    commitment = facility.number("commitment")
    holdings = things.below("holding", *key)
    if (
        not commitment
        or findings.tape.bad
        or not things.by_kind["lender"]
        or any((facility.row, name) in findings.bad for name in HELD)
    ):
        return
    for (_, _, lender), holding in holdings:
        if (holding.number("held") or 0.0) > commitment * (1.0 + ROUNDING):
            found, wanted = (
                f"{holding.number('held'):,.0f} USD held by {lender}",
                f"at most the {commitment:,.0f} USD lent",
            )
            findings.of(holding, "held", Refusal(found, wanted, "correct the holding or the commitment"))
            return
    total = math.fsum(share_of(holding, commitment) for _, holding in holdings)
    missing = 1.0 - total
    has_residual = any(lender.is_residual for lender in base.spec.lenders)
    if missing < -ROUNDING or (missing > ROUNDING and not has_residual):
        word = "missing" if missing > 0.0 else "too much"
        found = f"holdings of {total:.4%} of '{key[1]}' of '{key[0]}', {abs(missing) * commitment:,.0f} USD {word}"
        more = ", or give the base a lender with `is_residual: true`" if missing > 0.0 else ""
        name = "share" if holdings and holdings[0][1].number("share") is not None else "held"
        at = holdings[-1][1] if holdings else facility
        findings.of(at, name, Refusal(found, "holdings that add up to the commitment", f"correct them{more}"))


HELD = ("lender", "share", "held", "commitment")
"""Fields without which nobody can say whether holdings add up."""


def share_of(holding: Thing, commitment: float) -> float:
    """Share of a commitment that is held."""
    share: float | None = holding.number("share")
    return share if share is not None else float(holding.number("held") or 0.0) / commitment


def _check_people(borrower: Thing, base: Base, findings: Findings) -> None:
    """A guarantee needs its guarantor."""
    pattern = base.borrower
    is_guaranteed = pattern.guarantee.kind != "none" and pattern.guarantee.guarantor == pattern.sponsor
    if is_guaranteed and borrower.text("sponsor") is None:
        found, wanted = "no sponsor, and a guarantee in the base", "the sponsor that gives it"
        findings.of(borrower, "sponsor", Refusal(found, wanted, "name the sponsor, or use a base without guarantee"))


def _check_parties(things: Things, base: Base, findings: Findings) -> None:
    """Somebody new must have a rating, and one only."""
    ratings: dict[str, tuple[Any, str, int]] = {}
    for role in ROLES:
        for (name,), party in things.all(role):
            rating = party.number(f"{role}_rating")
            if rating is None:
                continue
            known, said, row = ratings.setdefault(name, (rating, role, party.row))
            if known != rating:
                found, wanted = f"'{name}' rated {rating} as {role}", f"{known}, as {said} in row {row}"
                findings.of(party, f"{role}_rating", Refusal(found, wanted, "make the ratings of one party agree"))
    for role in ROLES:
        for (name,), party in things.all(role):
            is_known = name in ratings or base.party(name) is not None
            if not is_known and (party.row, f"{role}_rating") not in findings.bad:
                fix = f"map `{role}_rating` and fill it in, or add '{name}' to the counterparties of the base"
                findings.of(party, role, Refusal(f"{role} '{name}' without a rating", "its rating", fix))
    people = {name for role in ROLES for (name,), _ in things.all(role)}
    for _, borrower in things.all("borrower"):
        acted = borrower.text("acts_as")
        if acted is not None and acted not in people:
            findings.of(borrower, "acts_as", _unknown("counterparty", acted, people))


def _check_lender(things: Things, name: str, lender: Thing, base: Base, findings: Findings) -> None:
    """A lender needs capital, and no more of it than it has assets."""
    known = next((one for one in base.spec.lenders if one.name == name), None)
    capital, ratio = lender.number("lender_capital"), lender.number("lender_capital_ratio")
    if any((lender.row, field) in findings.bad for field in ("lender_capital", "lender_capital_ratio")):
        return
    if capital is None and ratio is None and known is not None:
        return
    if not capital and not ratio:
        fix = "map `lender_capital` or `lender_capital_ratio`, or list the lender with its capital in the base"
        findings.of(lender, "lender_capital", Refusal(f"'{name}' without capital", "more than 0 USD", fix))
        return
    other = lender.number("lender_other_assets")
    assets = (known.other_assets if other is None and known is not None else other or 0.0) + holdings_of(things, name)
    has_claims = known is not None and bool(known.claims)
    if capital is not None and capital > assets * (1.0 + ROUNDING) and not has_claims:
        found, wanted = f"capital of {capital:,.0f} USD, assets of {assets:,.0f} USD", "no more capital than assets"
        findings.of(
            lender, "lender_capital", Refusal(found, wanted, "map `lender_other_assets`, or correct the capital")
        )


def holdings_of(things: Things, name: str) -> float:
    """What a lender holds in this book, USD."""
    held = [(things.by_kind["facility"].get(key[:2]), holding) for key, holding in things.below("held by", name)]
    return math.fsum(
        share_of(holding, facility.number("commitment")) * facility.number("commitment")
        for facility, holding in held
        if facility is not None and facility.number("commitment")
    )
