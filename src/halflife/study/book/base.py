"""The base of a book: a system file with one borrower, which is the pattern of all the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halflife.engine.system import BorrowerSpec, SystemSpec
from halflife.foundation.document import Document, read_document
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.spec import validate_tree

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """A base that has been read: what it means, and what it says with its sources and assumptions."""

    document: Document
    spec: SystemSpec
    written: Mapping[str, Any]

    @property
    def borrower(self) -> BorrowerSpec:
        """The pattern of every borrower."""
        return self.spec.borrowers[0]

    @property
    def pattern(self) -> Tree:
        """The pattern as written."""
        found: Tree = self.written["borrowers"][0]
        return found

    @property
    def machines(self) -> tuple[str, ...]:
        """Machine types of the economy."""
        return tuple(machine.name for machine in self.spec.economy.market.machines)

    @property
    def facilities(self) -> dict[str, Tree]:
        """Pattern of each kind of facility, as written."""
        written = self.pattern["debt"]["facilities"]
        pairs = zip(self.borrower.debt.facilities, written, strict=True)
        return {facility.kind: tree for facility, tree in pairs}

    def party(self, name: str) -> Tree | None:
        """A counterparty as written; None if there is none of this name."""
        return _named(self.spec.counterparties, self.written["counterparties"], name)

    def lender(self, name: str) -> Tree | None:
        """A lender as written; None if there is none of this name."""
        return _named(self.spec.lenders, self.written.get("lenders", []), name)


def _named(specs: tuple[Any, ...], written: list[Tree], name: str) -> Tree | None:
    pairs = zip(specs, written, strict=True)
    return next((tree for spec, tree in pairs if spec.name == name), None)


def read_base(source: Path | str) -> Base:
    """Read the base of a book.

    Raises
    ------
    SpecError
        With all findings: not a system file, or one that is no pattern.
    """
    document = read_document(source)
    spec = validate_tree(SystemSpec, document.tree(), document)
    findings = list(_unfit(spec, document))
    if findings:
        raise SpecError(findings)
    return Base(document, spec, document.written())


def _unfit(spec: SystemSpec, document: Document) -> Iterator[Finding]:
    """Why this system is no pattern."""
    if len(spec.borrowers) > 1:
        found, wanted = f"{len(spec.borrowers)} borrowers", "one: the pattern of all"
        yield document.finding(("borrowers",), found, wanted, "keep the one that is most like those of the tape")
    path, borrower = ("borrowers", 0), spec.borrowers[0]
    for part, key, most in ((borrower.operations.fleets, "fleets", 1), (borrower.operations.contracts, "contracts", 1)):
        if len(part) > most:
            found = f"{len(part)} {key}"
            fix = "keep one; the tape says how many each borrower has"
            yield document.finding((*path, "operations", key), found, f"one pattern of {key}", fix)
    if not borrower.operations.fleets:
        yield document.finding((*path, "operations", "fleets"), "no fleet", "the pattern of a fleet", "add one")
    kinds = [facility.kind for facility in borrower.debt.facilities]
    if not kinds:
        yield document.finding((*path, "debt", "facilities"), "no facility", "the pattern of a facility", "add one")
    for kind in sorted({kind for kind in kinds if kinds.count(kind) > 1}):
        found, wanted = f"several facilities of kind {kind}", "one pattern for each kind"
        yield document.finding((*path, "debt", "facilities"), found, wanted, "keep one of them")
