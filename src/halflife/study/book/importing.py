"""The book importer: a loan tape, a column map and a base become a system file."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from halflife.engine.system import SystemSpec
from halflife.foundation.document import Document, read_document
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.spec import validate_tree
from halflife.study.book.assemble import Assembly, valuation_of
from halflife.study.book.base import Base, read_base
from halflife.study.book.checks import check
from halflife.study.book.columns import MapSpec, read_map
from halflife.study.book.gather import Findings, Things, constants, gather
from halflife.study.book.tape import read_tape
from halflife.study.book.writing import yaml_text


@dataclass(frozen=True, slots=True)
class Book:
    """A book that has been imported: the system file's text, what it means, and how much it is.

    text : of the system file;  spec : what it says;  rows : of the tape
    """

    text: str
    spec: SystemSpec
    rows: int

    @property
    def committed(self) -> float:
        """Commitments of all facilities, USD."""
        return math.fsum(one.commitment for borrower in self.spec.borrowers for one in borrower.debt.facilities)


def import_book(tape: Path | str, map_file: Path | str, economy: Path | str) -> Book:
    """Make a system out of a loan tape.

    Parameters
    ----------
    tape : path of a CSV, Parquet or Excel (.xlsx) file
        One row for each facility, or for each lender of a facility.
    map_file : path of the column map, or its text
    economy : path of a system file, or its text
        Its economy is that of the book; its only borrower is the pattern of all; its counterparties and lenders are
        known people.

    Returns
    -------
    Book
        In the order of names: the order of rows and columns of the tape changes nothing.

    Raises
    ------
    SpecError
        With everything that is wrong: bad cells by row and column, contradictions between rows, holdings that do not
        add up. No number is guessed: what neither tape, map nor base says is an error.
    """
    spec, document = read_map(map_file)
    base = read_base(economy)
    _refuse(_at_odds(spec, document, base))
    fill = constants(spec, document)
    path = Path(tape)
    wanted = [column.column for _, column in spec.asked() if column.column is not None]
    read = read_tape(path, spec.tape, wanted)
    findings = Findings(read, spec, list(read.bad))
    things = gather(read, spec, fill, findings)
    check(things, base, valuation_of(spec, base), findings)
    findings.refuse()
    source = path.name if spec.sources == "rows" else None
    text = yaml_text(Assembly(things, base, spec, source).system(), _comment(path, spec, base, len(read.rows)))
    return Book(text, _validated(text, things, path.name), len(read.rows))


def _refuse(findings: Iterator[Finding]) -> None:
    found = list(findings)
    if found:
        raise SpecError(found)


def _at_odds(spec: MapSpec, document: Document, base: Base) -> Iterator[Finding]:
    """What the map must say because the base's pattern has it, or cannot say because it has not."""
    borrower, asked = base.borrower, {name for name, _ in spec.asked()}
    for name, known, part in (
        ("sponsor", borrower.sponsor, ""),
        ("operator", borrower.operations.operator, "`operator` and `operator_failure`"),
        ("offtaker", next((one.offtaker for one in borrower.operations.contracts), None), "a contract"),
    ):
        if known is not None and name not in asked:
            found = f"no '{name}', and the base's borrower has one"
            fix = f"map `{name}` (`blank: leave_out` where a borrower has none); borrowers do not share one by chance"
            yield document.finding(("columns",), found, f"the {name} of each borrower", fix)
        elif known is None and part and name in asked:
            found = f"'{name}', and a base whose borrower has none"
            fix = f"add {part} to the base's borrower as a pattern"
            yield document.finding(("columns", name), found, f"a pattern for {name}s in the base", fix)


def _comment(tape: Path, spec: MapSpec, base: Base, rows: int) -> str:
    digest = hashlib.sha256(tape.read_bytes()).hexdigest()[:16]
    return (
        f"Made by `halflife book import` from {tape.name} ({rows:,} rows, sha256 {digest}...).\n"
        f"Economy, and whatever the tape does not say of a borrower: {Path(base.document.label).name}.\n"
        "Change the tape or its map and import again, rather than this file."
    )


def _validated(text: str, things: Things, label: str) -> SystemSpec:
    """Read the text back as anybody will; what is still wrong is told with the rows it came from."""
    document = read_document(text)
    try:
        return validate_tree(SystemSpec, document.tree(), document)
    except SpecError as error:
        raise SpecError([_with_row(finding, things, label) for finding in error.findings]) from error


def _with_row(finding: Finding, things: Things, label: str) -> Finding:
    facilities = [(key, thing) for key, thing in things.all("facility") if f"[{key[0]}]" in finding.where]
    exact = [(key, thing) for key, thing in facilities if f"[{key[1]}]" in finding.where]
    rows = sorted(thing.row for _, thing in exact or facilities)
    if not rows:
        return finding
    path = finding.where.partition(" ")[2] or finding.where
    return Finding(f"{label} row {rows[0]}: {path}", finding.found, finding.wanted, finding.fix)
