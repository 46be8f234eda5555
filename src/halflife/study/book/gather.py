"""From rows to things: borrowers, fleets, contracts, facilities, parties, lenders and what they hold.

Several rows may describe one thing (a borrower with two facilities, an offtaker of ten borrowers). What they say of
it must be the same in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from halflife.foundation.document import Document
from halflife.foundation.errors import Finding, Refusal, SpecError
from halflife.foundation.units import quote
from halflife.study.book.cells import Entry, constant, read
from halflife.study.book.columns import ColumnSpec, MapSpec
from halflife.study.book.fields import EITHER, FIELDS, KEYS
from halflife.study.book.tape import Row, Tape

Key = tuple[str, ...]
Said = dict[str, Entry]
"""What a row says: field -> entry."""
UNNAMED = ""
"""Fleet or contract of a tape that has one for each borrower and no column for its name."""


@dataclass(slots=True)
class Thing:
    """One borrower, facility, lender ...: the first row about it, and what is said of it."""

    row: int
    says: Said

    def number(self, name: str) -> Any:
        """Meaning of a field; None if it was left out."""
        found = self.says.get(name)
        return None if found is None else found.number

    def text(self, name: str) -> str | None:
        """Words of a field; None if it was left out."""
        found = self.says.get(name)
        return None if found is None else str(found.text)


@dataclass(slots=True)
class Findings:
    """What is wrong with a tape, told in the order of its rows."""

    tape: Tape
    spec: MapSpec
    found: list[tuple[int, Finding]] = field(default_factory=list)
    bad: set[tuple[int, str]] = field(default_factory=set)
    """Row and field of every cell that says nothing usable: other rows are not held against it."""

    def add(self, row: int, column: str | None, refusal: Refusal) -> None:
        """Note what is wrong with a cell, or with a row."""
        where = self.tape.where(row, column)
        self.found.append((row, Finding(where, refusal.found, refusal.wanted, refusal.fix)))

    def of(self, thing: Thing, name: str, refusal: Refusal) -> None:
        """Note what is wrong with a field of a thing, at the cell where it was said."""
        entry = thing.says.get(name)
        row = thing.row if entry is None or entry.row is None else entry.row
        self.add(row, None if entry is None else entry.column, refusal)

    def refuse(self) -> None:
        """Raise all of it, if there is anything."""
        if self.found:
            once = dict.fromkeys(finding for _, finding in sorted(self.found, key=lambda one: one[0]))
            raise SpecError(list(once))


@dataclass(slots=True)
class Things:
    """Everything a tape describes, by kind and key."""

    by_kind: dict[str, dict[Key, Thing]] = field(default_factory=lambda: {kind: {} for kind in KEYS})
    ordered: dict[tuple[str, Key], list[tuple[Key, Thing]]] = field(default_factory=dict)
    """Things of one kind whose key begins so, in the order of their names; made once by `order`."""

    def order(self) -> None:
        """Put everything into the order of its name."""
        for kind, things in self.by_kind.items():
            for key, thing in sorted(things.items()):
                for length in range(len(key) + 1):
                    self.ordered.setdefault((kind, key[:length]), []).append((key, thing))
                if kind == "holding":
                    self.ordered.setdefault(("held by", key[2:]), []).append((key, thing))

    def all(self, kind: str) -> list[tuple[Key, Thing]]:
        """Things of one kind."""
        return self.below(kind)

    def below(self, kind: str, *key: str) -> list[tuple[Key, Thing]]:
        """Things of one kind whose key begins so; of "held by", the holdings of a lender."""
        return self.ordered.get((kind, key), [])


def constants(spec: MapSpec, document: Document) -> Said:
    """Every constant of the map, read.

    Raises
    ------
    SpecError
        With every constant that is not what its field takes.
    """
    said: Said = {}
    findings: list[Finding] = []
    for name, column in spec.columns.items():
        if column.constant is None:
            continue
        try:
            said[name] = constant(FIELDS[name], column)
        except Refusal as refusal:
            path = ("columns", name, "constant")
            findings.append(document.finding(path, refusal.found, refusal.wanted, refusal.fix))
    if findings:
        raise SpecError(findings)
    return said


def gather(tape: Tape, spec: MapSpec, fill: Mapping[str, Entry], findings: Findings) -> Things:
    """Read every row and collect what the rows say of each thing.

    Parameters
    ----------
    fill : the constants;  findings : every bad cell, second name and contradiction is added here
    """
    things = Things()
    for row in tape.rows:
        says = _row(tape, row, spec.columns, fill, findings)
        holders = [_row(tape, row, dict(one.asked()), {}, findings, is_slot=True) for one in spec.holders]
        says.setdefault("fleet", Entry(UNNAMED, UNNAMED))
        says.setdefault("contract", Entry(UNNAMED, UNNAMED))
        _check_either(row.number, says, spec.columns, findings)
        for held in holders or [says]:
            _check_held(row.number, held, findings)
        for kind in KEYS:
            if kind in ("lender", "holding") and spec.holders:
                for slot in holders:
                    _place(things, kind, row.number, says | slot, spec, findings)
            else:
                _place(things, kind, row.number, says, spec, findings)
    things.order()
    _check_spellings(things, findings)
    return things


def _row(
    tape: Tape, row: Row, columns: Mapping[str, ColumnSpec], fill: Mapping[str, Entry], findings: Findings,
    *, is_slot: bool = False,
) -> Said:  # fmt: skip
    """What one row says; a pair of columns for a further lender may be blank as a whole."""
    says: Said = {}
    blank: list[ColumnSpec] = []
    for name, column in columns.items():
        if column.column is None:
            says[name] = fill[name]
            continue
        try:
            entry = read(FIELDS[name], column, tape.cell(row, column.column), row.number, tape.day_zero)
        except Refusal as refusal:
            findings.add(row.number, column.column, refusal)
            findings.bad.add((row.number, name))
            continue
        if entry is not None or name in fill:
            says[name] = entry if entry is not None else fill[name]
        elif column.blank == "refuse":
            blank.append(column)
            findings.bad.add((row.number, name))
    if not (is_slot and len(blank) == len(columns)):
        for column in blank:
            fix = "fill it in, or give the column a `constant:` with its `reason:` in the map"
            findings.add(row.number, column.column, Refusal("nothing", "a figure or a word: none is guessed", fix))
    return says


def _check_either(row: int, says: Said, columns: Mapping[str, ColumnSpec], findings: Findings) -> None:
    for first, second in EITHER:
        if first in says and second in says:
            found = f"{first} {says[first].text} and {second} {says[second].text}"
            column = says[second].column
            findings.add(row, column, Refusal(found, "one of them", "blank one of the two cells"))
        elif first in columns and second in columns and first not in says and second not in says:
            fix = "fill in one of the two cells"
            findings.add(row, columns[first].column, Refusal(f"neither {first} nor {second}", "one of them", fix))


def _check_held(row: int, says: Said, findings: Findings) -> None:
    """A lender says how much it holds, and what is held has a lender; constants alone say nothing."""
    if any((row, name) in findings.bad for name in ("lender", "share", "held")):
        return
    size = says.get("share") or says.get("held")
    lender = says.get("lender")
    if (lender is None) != (size is None):
        one = lender if lender is not None else size
        found = f"lender '{lender.text}' without a size" if lender is not None else "a size without its lender"
        findings.add(
            row, None if one is None else one.column, Refusal(found, "both, or neither", "fill in the other cell")
        )


def _place(things: Things, kind: str, row: int, says: Said, spec: MapSpec, findings: Findings) -> None:
    """Put what a row says of one thing beside what earlier rows said."""
    if any(name not in says for name in KEYS[kind]):
        return
    key = tuple(str(says[name].text) for name in KEYS[kind])
    own = {name: entry for name, entry in says.items() if FIELDS[name].of == kind or name == kind}
    known = things.by_kind[kind].get(key)
    if known is None:
        things.by_kind[kind][key] = Thing(row, own)
        return
    if (kind == "facility" and spec.tape.rows == "facility") or kind == "holding":
        _twin(kind, key, row, known, findings)
        return
    for name in sorted(own.keys() | known.says.keys()):
        _agree(kind, key, row, name, own.get(name), known, findings)


def _twin(kind: str, key: Key, row: int, known: Thing, findings: Findings) -> None:
    noun = f"facility '{key[1]}' of '{key[0]}'"
    if kind == "holding":
        noun = f"holding of '{key[2]}' in {noun}"
        fix = "add the two up, or rename one lender"
    else:
        fix = "rename one, delete one, or write `rows: holding` under `tape:` if each row is one lender's part"
    findings.add(row, None, Refusal(f"the {noun} again (first in row {known.row})", "each once", fix))


def _agree(kind: str, key: Key, row: int, name: str, entry: Entry | None, known: Thing, findings: Findings) -> None:
    before = known.says.get(name)
    if {(row, name), (known.row, name)} & findings.bad:
        return
    if entry is not None and before is not None and entry.number == before.number:
        if (len(str(entry.text)), str(entry.text)) < (len(str(before.text)), str(before.text)):
            known.says[name] = entry
        return
    at = entry if entry is not None and entry.column is not None else before
    found = f"{name} {'nothing' if entry is None else quote(str(entry.text))}"
    said = "nothing" if before is None else quote(str(before.text))
    noun = " of ".join(f"'{part}'" for part in reversed(key) if part) or kind
    more = {"fleet": ", or map `fleet` if these are different machines",
            "contract": ", or map `contract` if these are different contracts"}  # fmt: skip
    fix = f"make the rows of {kind} {noun} agree{more.get(kind, '')}"
    findings.add(row, None if at is None else at.column, Refusal(found, f"{said}, as in row {known.row}", fix))


def _check_spellings(things: Things, findings: Findings) -> None:
    """One name in two spellings is two borrowers to a program, and one to everybody else."""
    people = [("offtaker", "sponsor", "operator"), ("borrower",), ("lender",)]
    for kinds in people:
        seen: dict[str, tuple[str, int]] = {}
        named = sorted((one.row, key[-1], role) for role in kinds for key, one in things.all(role))
        for row, name, kind in named:
            first, where = seen.setdefault(" ".join(name.casefold().split()), (name, row))
            if first != name:
                wanted = f"'{first}', as in row {where}"
                column = things.by_kind[kind][name,].says.get(kind)
                fix = "write the name in one way; different people need names that differ by more than capitals"
                at = None if column is None else column.column
                findings.add(row, at, Refusal(f"{kind} '{name}'", wanted, fix))
