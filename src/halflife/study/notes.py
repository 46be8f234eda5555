"""What is written about notes on a pool: which loans of a system, who is paid first, and what protects whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from halflife.engine.resolve import Deal
from halflife.engine.system import SystemSpec
from halflife.foundation.axes import Floats
from halflife.foundation.document import Document, close_match, read_document
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.spec import Spec, validate_tree
from halflife.foundation.units import Rate, Ratio, Share, Usd
from halflife.metrics.notes import Note, Structure

STILL_DRAW = ("ddtl", "revolver")


class PooledLoanSpec(Spec):
    """One loan of the pool: all of it unless said otherwise."""

    borrower: str
    facility: str
    share: Share | None = None
    """Part of its balance that the pool buys."""
    amount: Usd | None = None
    """The same in USD; all of it where it owes less."""

    @model_validator(mode="after")
    def _has_one_size(self) -> Self:
        if self.share is not None and self.amount is not None:
            raise ValueError("give at most one of `share` and `amount`")
        return self


class NoteSpec(Spec):
    """One note, senior first."""

    name: str
    size: Share
    """Of the pool at closing."""
    coupon: Rate
    """Fixed; interest that is late bears it too."""
    oc_trigger: Ratio | None = None
    """Least collateral over this and all senior notes; below it, interest left repays notes until it is met."""
    ic_trigger: Ratio | None = None
    """Least interest proceeds over interest due on this and all senior notes; below it all left repays notes."""


class NotesSpec(Spec):
    """Notes on a pool of loans; what the notes leave of the pool belongs to the owners."""

    name: str
    about: str
    loans: tuple[PooledLoanSpec, ...]
    notes: tuple[NoteSpec, ...]
    mode: Literal["sequential", "pro_rata", "turbo"] = "sequential"
    """Who gets principal: the senior note first; all by what they have left, until a trigger trips; or the senior note
    first, with all interest left on top."""
    reserve: Share = 0.0
    """Of the pool: cash held from closing on, and refilled from interest left."""
    fee: Rate = 0.0
    """Of the performing pool, before everything else."""


@dataclass(frozen=True)
class Pool:
    """Notes that have met their system.

    Parameters
    ----------
    spec : as written;  document : where
    facilities : [loan], position of the facility;  shares : [loan], part of its balance that the pool holds
    balances : [loan], USD that the pool holds at closing;  structure : of the notes
    """

    spec: NotesSpec
    document: Document
    facilities: tuple[int, ...]
    shares: tuple[float, ...]
    balances: tuple[float, ...]
    structure: Structure


def read_notes(source: Path | str) -> tuple[NotesSpec, Document]:
    """Read a file of notes.

    Raises
    ------
    SpecError
        With all findings.
    """
    document = read_document(source)
    spec = validate_tree(NotesSpec, document.tree(), document)
    findings = [
        document.finding(spread.path, "a range", "one figure", "choose one; ranges belong into the system")
        for spread in document.ranges
    ]
    if findings:
        raise SpecError(findings)
    return spec, document


def join(spec: NotesSpec, document: Document, system: SystemSpec, deal: Deal) -> Pool:
    """Find the loans of a pool in a system.

    Parameters
    ----------
    spec, document : from `read_notes`
    system, deal : the system, as written and resolved

    Raises
    ------
    SpecError
        With everything that does not fit.
    """
    known = _facilities(deal)
    opening = deal.plan.waterfall.opening
    kinds = {(b.name, f.name): f.kind for b in system.borrowers for f in b.debt.facilities}
    findings, found = list[Finding](), dict[tuple[str, str], tuple[int, float]]()
    for place, loan in enumerate(spec.loans):
        key, path = (loan.borrower, loan.facility), ("loans", place)
        trouble = _trouble(key, known, kinds, found, opening)
        if trouble is not None:
            findings.append(document.finding(path, *trouble))
            continue
        owed = float(opening[known[key]])
        part = loan.share if loan.share is not None else 1.0 if loan.amount is None else min(loan.amount / owed, 1.0)
        found[key] = known[key], part
    if not spec.loans:
        findings.append(document.finding(("loans",), "no loans", "at least one", "name the loans of the pool"))
    total = sum(note.size for note in spec.notes)
    if total > 1.0 + 1e-9:
        findings.append(
            document.finding(("notes",), f"notes of {total:.2%} of the pool", "at most 100 %", "issue fewer notes")
        )
    if findings:
        raise SpecError(findings)
    pairs = list(found.values())
    balances = tuple(float(opening[f]) * share for f, share in pairs)
    pool = sum(balances)
    notes = tuple(
        Note(note.name, note.size * pool, note.coupon, note.oc_trigger, note.ic_trigger) for note in spec.notes
    )
    structure = Structure(notes, spec.mode, spec.reserve * pool, spec.fee)
    return Pool(spec, document, tuple(f for f, _ in pairs), tuple(share for _, share in pairs), balances, structure)


def _facilities(deal: Deal) -> dict[tuple[str, str], int]:
    """Position of each facility by the names of borrower and facility."""
    names, owners = deal.names, deal.plan.waterfall.facility_borrower
    return {
        (names.borrowers[owner], name.removeprefix(f"{names.borrowers[owner]}: ")): place
        for place, (name, owner) in enumerate(zip(names.facilities, owners, strict=True))
    }


def _trouble(
    key: tuple[str, str], known: Mapping[tuple[str, str], int], kinds: Mapping[tuple[str, str], str],
    taken: Mapping[tuple[str, str], tuple[int, float]], opening: Floats,
) -> tuple[str, str, str] | None:  # fmt: skip
    """Found, wanted and fix where a loan cannot be pooled."""
    borrower, facility = key
    said = f"'{borrower}: {facility}'"
    if key not in known:
        own = [name for owner, name in known if owner == borrower]
        match = close_match(facility, own) if own else close_match(borrower, sorted({owner for owner, _ in known}))
        wanted = f"a facility of {borrower}: {', '.join(own)}" if own else "a borrower of the system"
        return f"unknown loan {said}", wanted, f"did you mean '{match}'?" if match else "correct the name"
    if key in taken:
        return f"{said} twice", "each loan once", "delete one, and say its share"
    if kinds[key] in STILL_DRAW:
        wanted = "a loan that is fully drawn: what draws later has no balance at closing"
        return f"{said}, a {kinds[key]} that still draws", wanted, "leave it out"
    if not opening[known[key]] > 0.0:
        return f"{said} with nothing outstanding", "a loan that owes something", "leave it out"
    return None
