"""Rules that several rooms meet in: names of people, dates against each other, consequences against steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from halflife.engine.places import Places
from halflife.engine.system import BorrowerSpec, SystemSpec
from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import report_twins, unknown

MOST_MONTHS = 600
"""Longest horizon: fifty years."""

Parties = Mapping[str, tuple[int, tuple[str, ...]]]


def horizon(spec: SystemSpec, places: Places, findings: list[Finding], at_least: int = 0) -> TimeGrid:
    """Months until the last maturity and the longest workout after it; usable even if a date is wrong.

    Parameters
    ----------
    at_least : months
        Lengthens the grid, so that several deals have one.
    """
    one = TimeGrid(spec.valuation, 1)
    latest, where = 1, "valuation"
    for borrower in spec.borrowers:
        for facility in borrower.debt.facilities:
            month = one.month_of(facility.maturity)
            if month > latest:
                latest = month
                where = f"borrowers[{borrower.name}].debt.facilities[{facility.name}].maturity"
    months = latest + max((borrower.enforcement.workout for borrower in spec.borrowers), default=0)
    if months > MOST_MONTHS:
        findings.append(
            Finding(
                places.where(where),
                f"a horizon of {months} months (maturity and workout)",
                f"at most {MOST_MONTHS} months",
                "shorten maturity or workout",
            )
        )
    return TimeGrid(spec.valuation, min(max(months, at_least), MOST_MONTHS))


def check_system(spec: SystemSpec, parties: Parties, places: Places, findings: list[Finding]) -> None:
    """Report what no single room can see."""
    names = [borrower.name for borrower in spec.borrowers]
    report_twins(names, "borrower", lambda place: places.where(f"borrowers[{place}].name"), findings)
    for borrower in spec.borrowers:
        _check_people(borrower, parties, places, findings)
        _check_circle(borrower, spec.borrowers, places, findings)
        _check_consequences(borrower, places, findings)


def _check_people(borrower: BorrowerSpec, parties: Parties, places: Places, findings: list[Finding]) -> None:
    at = places.below(f"borrowers[{borrower.name}]")
    guarantee = borrower.guarantee
    if borrower.default.traps_on_sponsor_default and borrower.sponsor is None:
        findings.append(
            Finding(
                at("default.traps_on_sponsor_default"),
                "a trap on the default of no sponsor",
                "a sponsor",
                "add `sponsor:` to the borrower, or delete the trap",
            )
        )
    for path, name, role in (
        ("sponsor", borrower.sponsor, "sponsor"),
        ("guarantee.guarantor", guarantee.guarantor, "sponsor"),
        ("guarantee.released_by_rating_of", guarantee.released_by_rating_of, None),
    ):
        if name is None:
            continue
        if name not in parties:
            able = [who for who, (_, roles) in parties.items() if role is None or role in roles]
            findings.append(unknown(at(path), role or "counterparty", name, able))
        elif role is not None and role not in parties[name][1]:
            roles = ", ".join(parties[name][1]) or "none"
            findings.append(
                Finding(
                    at(path),
                    f"'{name}', whose roles are {roles}",
                    f"a counterparty with the role {role}",
                    f"add '{role}' to the roles of '{name}', or name another",
                )
            )


def _check_circle(
    borrower: BorrowerSpec, borrowers: Sequence[BorrowerSpec], places: Places, findings: list[Finding]
) -> None:
    """Follow a guarantee from guarantor to guarantor: who stands behind a borrower must not be the borrower itself."""
    acting = {one.acts_as: one for one in borrowers if one.acts_as is not None}
    seen, one = [borrower.name], borrower
    while one.guarantee.kind != "none" and one.guarantee.guarantor in acting:
        one = acting[one.guarantee.guarantor]
        seen.append(one.name)
        if one.name == borrower.name:
            where = places.where(f"borrowers[{borrower.name}].guarantee.guarantor")
            found = "a circle of guarantees: " + " is guaranteed by ".join(seen)
            fix = "name a guarantor outside the circle, or write `kind: none`"
            findings.append(Finding(where, found, "a guarantor with means of its own", fix))
            return
        if one.name in seen[:-1]:
            return


def _check_consequences(borrower: BorrowerSpec, places: Places, findings: list[Finding]) -> None:
    """A consequence needs the step or the draws on which it acts."""
    at = places.below(f"borrowers[{borrower.name}]")
    steps = {step.pay for step in borrower.debt.priority}
    has_draws = any(f.draws is not None or f.kind == "revolver" for f in borrower.debt.facilities)
    for covenant in borrower.covenants:
        where = f"covenants[{covenant.name}].consequence"
        if covenant.consequence == "sweep" and "sweep" not in steps:
            findings.append(
                Finding(
                    at(where),
                    "a sweep, but no step 'sweep' in the priority of payments",
                    "a step that takes the cash",
                    "add '- {pay: sweep, facility: ..., when: triggered}'",
                )
            )
        if covenant.consequence == "stop_draws" and not has_draws:
            findings.append(
                Finding(
                    at(where),
                    "a stop of draws, but no facility that draws",
                    "a facility with draws",
                    "choose another consequence",
                )
            )
