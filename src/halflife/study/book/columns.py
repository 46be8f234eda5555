"""The column map: which column of a loan tape is which field, in what unit, and what the tape does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from halflife.foundation.document import Document, close_match, read_document
from halflife.foundation.errors import Finding, Refusal, SpecError
from halflife.foundation.spec import Spec, validate_tree
from halflife.foundation.units import Count, Date
from halflife.study.book.fields import EITHER, FIELDS


class ColumnSpec(Spec):
    """Where a field comes from: a column, a constant with its reason, or a column whose blanks the constant fills."""

    column: str | None = None
    unit: str | None = None
    """Unit of bare numbers in the column, such as `m USD`, `bp`, `months`."""
    scale: float | None = None
    """Factor on bare numbers before the unit: 100 with unit `%` for shares written 0.35."""
    words: Mapping[str, str] = Field(default_factory=dict)
    """Words of the tape and what they mean here; an empty meaning makes the cell blank."""
    dates: str | None = None
    """How the tape writes dates if not as 2029-06-30, in the letters of strptime: `%d/%m/%Y`."""
    constant: str | int | float | None = None
    """For every row without a column, else for blank cells; it is written as an assumption."""
    reason: str | None = None
    """Why the constant is a fair guess."""
    blank: Literal["refuse", "leave_out"] = "refuse"
    """What a blank cell is without a constant: an error, or a key that is left out of the spec."""

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if self.column is None and self.constant is None:
            raise Refusal("neither a column nor a constant", "one of them", "add `column:`, or delete the field")
        if self.constant is not None and not (self.reason or "").strip():
            fix = "say in one sentence why it is a fair guess"
            raise Refusal("a constant without a reason", "`reason:` beside `constant:`", fix, at=("constant",))
        if self.constant is not None and self.blank == "leave_out":
            raise Refusal("blanks left out, and a constant for them", "one of them", "delete one", at=("blank",))
        if self.column is None and (self.unit or self.scale is not None or self.words or self.dates):
            raise Refusal("a unit without a column", "`column:`", "write the constant with its unit")
        if self.scale is not None and not 0.0 < self.scale < 1e12:
            raise Refusal(f"{self.scale:g}", "a factor above 0", "correct it, or delete it", at=("scale",))
        return self


class HolderSpec(Spec):
    """A pair of columns in a tape that has several lenders in one row."""

    lender: ColumnSpec
    share: ColumnSpec | None = None
    held: ColumnSpec | None = None

    @model_validator(mode="after")
    def _has_one_size(self) -> Self:
        if (self.share is None) == (self.held is None):
            raise Refusal("not one size", "exactly one of `share` and `held`", "say how much this lender holds")
        return self

    def asked(self) -> Iterator[tuple[str, ColumnSpec]]:
        """Its fields with their columns."""
        for name, column in (("lender", self.lender), ("share", self.share), ("held", self.held)):
            if column is not None:
                yield name, column


class TapeSpec(Spec):
    """How the tape is laid out."""

    sheet: str | None = None
    """Sheet of a workbook; left out, the only one."""
    delimiter: Literal[",", ";", "tab", "|"] = ","
    header: Count = 1
    """Row of the column names."""
    rows: Literal["facility", "holding"] = "facility"
    """facility: one row each; holding: one row for each lender of a facility, and its other columns repeat."""


class MapSpec(Spec):
    """A column map."""

    name: str
    about: str
    valuation: Date | None = None
    """Day on which the tape was cut; left out, that of the base."""
    tape: TapeSpec = TapeSpec()
    sources: Literal["none", "rows"] = "none"
    """rows: every figure of the system names the row it came from."""
    columns: dict[str, ColumnSpec]
    holders: tuple[HolderSpec, ...] = ()

    def asked(self) -> Iterator[tuple[str, ColumnSpec]]:
        """Every field with its column, the holders' among them."""
        yield from self.columns.items()
        for holder in self.holders:
            yield from holder.asked()


def read_map(source: Path | str) -> tuple[MapSpec, Document]:
    """Read a column map.

    Raises
    ------
    SpecError
        With all findings: not a map, unknown fields, fields a book cannot do without.
    """
    document = read_document(source)
    spec = validate_tree(MapSpec, document.tree(), document)
    findings = [*_unknown(spec, document), *_missing(spec, document), *_conflicts(spec, document)]
    findings += _holder_conflicts(spec, document)
    if findings:
        raise SpecError(findings)
    return spec, document


def _unknown(spec: MapSpec, document: Document) -> Iterator[Finding]:
    for name, column in spec.columns.items():
        path = ("columns", name)
        if name not in FIELDS:
            match = close_match(name, FIELDS)
            fix = f"did you mean '{match}'?" if match else "delete it; no spec has such a field"
            yield document.finding(path, f"unknown field '{name}'", "one of " + ", ".join(FIELDS), fix)
            continue
        figure = FIELDS[name].figure
        if figure is None and (column.unit is not None or column.scale is not None):
            yield document.finding(path, f"a unit for '{name}'", "words, which have none", "delete `unit` and `scale`")
        if column.dates is not None and (figure is None or figure.name != "Date"):
            yield document.finding(path, f"`dates` for '{name}'", "a field that is a date", "delete `dates`")
        if name in ("borrower", "facility") and (column.constant is not None or column.blank == "leave_out"):
            yield document.finding(path, f"no name of its own for each {name}", "a column", "name the column alone")


def _missing(spec: MapSpec, document: Document) -> Iterator[Finding]:
    for field in FIELDS.values():
        if field.is_needed and field.name not in spec.columns:
            fix = f"add '{field.name}: {{column: ...}}', or a constant with its reason"
            yield document.finding(("columns",), f"no '{field.name}' ({field.about})", "a column for it", fix)
        elif field.is_needed and spec.columns[field.name].blank == "leave_out":
            wanted = "a figure in every row"
            yield document.finding(
                ("columns", field.name), "blanks left out", wanted, "delete `blank`, or give a constant"
            )
    if "margin" not in spec.columns and "coupon" not in spec.columns:
        wanted = "what the loan pays"
        yield document.finding(("columns",), "neither 'margin' nor 'coupon'", wanted, "add the column of one of them")


def _conflicts(spec: MapSpec, document: Document) -> Iterator[Finding]:
    for pair in EITHER:
        both = [spec.columns[name] for name in pair if name in spec.columns]
        if len(both) == 2 and any(column.blank == "refuse" for column in both):
            found, wanted = f"'{pair[0]}' and '{pair[1]}' in every row", "one of them in each row"
            yield document.finding(
                ("columns", pair[1]), found, wanted, "write `blank: leave_out` on both, or delete one"
            )
    for name, keys in (("offtaker_rating", "offtaker"), ("sponsor_rating", "sponsor"), ("operator_rating", "operator")):
        if name in spec.columns and keys not in spec.columns:
            yield document.finding(("columns", name), f"a rating without '{keys}'", f"'{keys}'", f"map `{keys}`")


def _holder_conflicts(spec: MapSpec, document: Document) -> Iterator[Finding]:
    is_held = "share" in spec.columns or "held" in spec.columns
    if ("lender" in spec.columns) != is_held:
        fix = "map `lender` and one of `share` and `held`"
        yield document.finding(("columns",), "holdings without their lender or size", "both columns", fix)
    for place, holder in enumerate(spec.holders):
        if any(column.constant is not None for _, column in holder.asked()):
            path = ("holders", place)
            yield document.finding(
                path, "a constant for a holding", "columns", "a lender in every row goes into `columns`"
            )
    if spec.holders and "lender" in spec.columns:
        yield document.finding(("holders",), "lenders in two places", "one of them", "delete `holders`, or `lender`")
    if spec.holders and spec.tape.rows == "holding":
        yield document.finding(
            ("holders",), "several lenders in a row of one holding", "one lender", "delete `holders`"
        )
    if spec.tape.rows == "holding" and "lender" not in spec.columns:
        yield document.finding(("tape", "rows"), "rows of holdings without 'lender'", "the lender", "map it")
