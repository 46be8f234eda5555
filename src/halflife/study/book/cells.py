"""From a cell of the tape to a figure with its unit, or to the finding that says why it is none."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from halflife.foundation.document import close_match
from halflife.foundation.errors import Refusal
from halflife.foundation.quantity import parse_quantity, plain_number
from halflife.foundation.units import quote
from halflife.study.book.columns import ColumnSpec
from halflife.study.book.fields import CHOICES, Field
from halflife.study.book.tape import Cell, day_of
from halflife.study.book.workbook import Unreadable

MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of one row.

    text : as the system file writes it;  number : what it means, to compare rows by
    reason : why it is assumed, where it is a constant;  row, column : where it stands, None for a constant
    """

    text: str | int | float
    number: Any
    reason: str | None = None
    row: int | None = None
    column: str | None = None

    def written(self, source: str | None) -> object:
        """The figure with its reason or, if one is asked for, its source."""
        if self.reason is not None:
            return {"assumed": self.text, "reason": self.reason}
        return self.text if source is None else {"value": self.text, "source": f"{source}, row {self.row}"}


def constant(field: Field, column: ColumnSpec) -> Entry:
    """The constant of a column.

    Raises
    ------
    Refusal
        If it is not what the field takes.
    """
    written = column.constant if column.constant is not None else ""
    if field.figure is None:
        text = _words(field, str(written))
        return Entry(text, text, column.reason)
    return Entry(written, field.figure.read(field.figure, written), column.reason)


def read(field: Field, column: ColumnSpec, cell: Cell, row: int, day_zero: datetime.date | None) -> Entry | None:
    """What a cell says; None if it is blank.

    Raises
    ------
    Refusal
        If it is not what the field takes: wrong unit, negative, no date, an unknown word.
    """
    if isinstance(cell, Unreadable):
        raise Refusal(quote(str(cell)), "a figure or words", "mend the cell and save the file again")
    if isinstance(cell, str) and cell in column.words:
        cell = column.words[cell].strip() or None
    if cell is None:
        return None
    if field.figure is None:
        text: str | int | float = _words(field, _plain(cell))
        return Entry(text, text, None, row, column.column)
    if field.figure.name == "Date":
        text = _date(field, column, cell, day_zero)
    else:
        text = cell if field.figure.name == "Rating" and isinstance(cell, str) else _figure(field, column, cell)
    number = field.figure.read(field.figure, text)
    if field.figure.name in ("Rating", "Count"):
        text = number if isinstance(number, (str, int)) else text
    return Entry(text, number, None, row, column.column)


def _plain(cell: Cell) -> str:
    """A name that a spreadsheet took for a number keeps its digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def _words(field: Field, written: str) -> str:
    text = " ".join(written.split())
    if not text.isprintable():
        raise Refusal(quote(written), "printable text", "delete the character that cannot be printed")
    if len(text) > MAX_NAME:
        raise Refusal(quote(text), f"at most {MAX_NAME} characters", "shorten it")
    allowed = CHOICES.get(field.name)
    if allowed is not None and text not in allowed:
        match = close_match(text, allowed)
        fix = f"did you mean '{match}'?" if match else "translate it under `words:` in the map"
        raise Refusal(quote(text), "one of " + ", ".join(allowed), fix)
    return text


def _date(field: Field, column: ColumnSpec, cell: Cell, day_zero: datetime.date | None) -> str:
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, float) and day_zero is not None:
        day = day_of(cell, day_zero)
        if day is None:
            raise Refusal(quote(cell), "a date", "format the cell as a date in the workbook")
        return day.isoformat()
    text = str(cell)
    if column.dates is None:
        return text
    try:
        return datetime.datetime.strptime(text, column.dates).date().isoformat()
    except ValueError as error:
        raise Refusal(quote(text), f"a date written as {column.dates}", "correct it, or `dates:` in the map") from error


def _figure(field: Field, column: ColumnSpec, cell: Cell) -> str | int | float:
    """The cell's number with the unit of the map; a cell with a unit of its own keeps it."""
    if isinstance(cell, (bool, datetime.date)) or cell is None:
        raise Refusal(quote(str(cell)), "a figure", "correct the cell, or map another column")
    text = plain_number(cell) if isinstance(cell, float) and abs(cell) < 1e300 else str(cell)
    quantity = parse_quantity(text)
    if quantity is None:
        wanted = field.figure.wanted if field.figure is not None else "a figure"
        raise Refusal(f"{quote(text)} (no readable number; a comma only groups thousands)", wanted, "correct the cell")
    is_bare = quantity.unit == ""
    if not is_bare and column.unit is not None:
        raise Refusal(quote(text), f"a bare number, because the map gives the unit '{column.unit}'",
                      "take the unit out of the cell, or out of the map")  # fmt: skip
    if not is_bare:
        return text
    if column.unit is None and field.figure is not None and not field.figure.is_bare:
        examples = " or ".join(str(example) for example in field.figure.examples[:2])
        raise Refusal(f"{quote(text)} (no unit)", field.figure.wanted,
                      f"write `unit:` beside the column in the map; figures are written like {examples}")  # fmt: skip
    if column.scale is not None:
        text = plain_number(quantity.number * Fraction(str(column.scale)))
    return f"{text} {column.unit}" if column.unit is not None else text
