"""Reading a loan tape: CSV, Parquet or Excel, careless or hostile, into rows that remember their number."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.study.book.columns import TapeSpec
from halflife.study.book.workbook import Unreadable, read_sheet

MAX_BYTES = 64_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000
MAX_CELL = 1_000
"""Largest file, most rows and columns, longest cell of a tape."""
BATCH = 1_000
"""Rows of a Parquet file read at once, so that a long one is refused before it fills the memory."""

Cell = str | int | float | bool | datetime.date | Unreadable | None


class Row(NamedTuple):
    """One row: its number in the file, counted as a spreadsheet does, and its cells."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Tape:
    """A tape that has been read.

    label : name for messages;  header : column -> place
    day_zero : day 0 of dates written as numbers, None where a number is no date
    rows : those with anything in them;  bad : number and finding of every row that is none, kept out of `rows`
    """

    label: str
    header: dict[str, int]
    day_zero: datetime.date | None
    rows: list[Row] = field(default_factory=list)
    bad: list[tuple[int, Finding]] = field(default_factory=list)

    def where(self, row: int, column: str | None = None) -> str:
        """``tape.csv row 17, column 'size'``."""
        return f"{self.label} row {row}" + (f", column '{column}'" if column is not None else "")

    def cell(self, row: Row, column: str) -> Cell:
        """What stands in a column; blank text is nothing."""
        found = row.cells[self.header[column]]
        if isinstance(found, str) and not isinstance(found, Unreadable):
            return found.strip() or None
        return None if isinstance(found, float) and math.isnan(found) else found


def read_tape(path: Path, layout: TapeSpec, wanted: Iterable[str]) -> Tape:
    """Read a tape; what kind of file it is, its first bytes say.

    Parameters
    ----------
    wanted : columns that the map names; the others are ignored

    Raises
    ------
    SpecError
        Unreadable, too large, no such sheet or column.
    """
    label = path.name
    lines, day_zero = _lines(path, layout)
    below = (line for line in lines if line.number >= layout.header)
    first = next(below, None)
    header = [] if first is None else ["" if cell is None else str(cell).strip() for cell in first.cells]
    findings = list(_unfit_header(label, layout, header, wanted))
    if findings:
        raise SpecError(findings)
    tape = Tape(label, {name: place for place, name in enumerate(header)}, day_zero)
    for line in below:
        if any(cell not in (None, "") for cell in line.cells):
            row = line if day_zero is None else _even(line, len(header))
            bad = list(_unfit_row(label, row, header))
            tape.bad.extend((row.number, finding) for finding in bad)
            tape.rows.extend([] if bad else [row])
        if len(tape.rows) + len(tape.bad) > MAX_ROWS:
            raise _refusal(label, f"more than {MAX_ROWS:,} rows", "a smaller tape", "split it")
    if not tape.rows and not tape.bad:
        raise _refusal(label, "no rows below the header", "one row for each facility", "check `header` in the map")
    return tape


def _even(row: Row, width: int) -> Row:
    """Give a spreadsheet's row the width of the header, as far as only blank cells come or go."""
    cells = [*row.cells, *[None] * (width - len(row.cells))]
    while len(cells) > width and cells[-1] in (None, ""):
        cells.pop()
    return Row(row.number, cells)


def _lines(path: Path, layout: TapeSpec) -> tuple[Iterable[Row], datetime.date | None]:
    """Rows of the file, header included, and its day 0."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise _refusal(str(path), reason, "a readable tape", "check the name and the folder") from error
    label = path.name
    if len(raw) > MAX_BYTES:
        raise _refusal(
            label, "a very large file", f"at most {MAX_BYTES // 10**6} MB", "keep only columns that are used"
        )
    if not raw.strip():
        raise _refusal(label, "an empty file", "a header and rows", "export the tape again")
    if raw[:4] == b"PAR1":
        return _guarded(label, "Parquet", _parquet(label, raw)), None
    if raw[:4] == b"PK\x03\x04":
        sheet = read_sheet(label, raw, layout.sheet, most_rows=MAX_ROWS + layout.header, most_columns=MAX_COLUMNS)
        return (Row(number, cells) for number, cells in sheet.rows), sheet.day_zero
    if raw[:4] == b"\xd0\xcf\x11\xe0":
        raise _refusal(
            label, "an Excel file of the old kind, or one with a password", "a plain .xlsx", "save it as .xlsx"
        )
    return _guarded(label, "CSV", _csv(label, raw, layout)), None


def _refusal(label: str, found: str, wanted: str, fix: str) -> SpecError:
    return SpecError([Finding(label, found, wanted, fix)])


def _guarded(label: str, kind: str, rows: Iterator[Row]) -> Iterator[Row]:
    """Turn what a damaged file makes its reader say into a refusal."""
    try:
        yield from rows
    except (csv.Error, pa.ArrowException, OSError, UnicodeError) as error:
        said = " ".join(str(error).split())[:200]
        fix = "export the tape again, and check quotation marks and encoding"
        raise _refusal(label, f"not readable as {kind} ({said})", f"a whole {kind} file", fix) from error


def _csv(label: str, raw: bytes, layout: TapeSpec) -> Iterator[Row]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"{label} row {raw.count(bytes([10]), 0, error.start) + 1}"
        raise _refusal(where, "bytes that are not UTF-8 text", "UTF-8", "save the tape as CSV in UTF-8") from error
    if "\0" in text:
        where = f"{label} row {text.count(chr(10), 0, text.index(chr(0))) + 1}"
        raise _refusal(where, "a NUL character", "text", "this is not a CSV file: export the tape again")
    delimiter = "\t" if layout.delimiter == "tab" else layout.delimiter
    reader, before = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 0
    for cells in reader:
        yield Row(before + 1, cells)
        before = reader.line_num


def _parquet(label: str, raw: bytes) -> Iterator[Row]:
    file = pq.ParquetFile(pa.BufferReader(raw), buffer_size=1 << 20)
    names, rows = file.schema_arrow.names, file.metadata.num_rows
    if rows > MAX_ROWS or len(names) > MAX_COLUMNS:
        found, wanted = f"{rows:,} rows of {len(names):,} columns", f"at most {MAX_ROWS:,} of {MAX_COLUMNS:,}"
        raise _refusal(label, found, wanted, "split it")
    texts = [
        one.name for one in file.schema_arrow if pa.types.is_string(one.type) or pa.types.is_large_string(one.type)
    ]
    file = pq.ParquetFile(pa.BufferReader(raw), read_dictionary=texts)
    yield Row(1, names)
    number = 1
    for batch in file.iter_batches(batch_size=BATCH):
        columns = [_column(label, name, column) for name, column in zip(names, batch.columns, strict=True)]
        for cells in zip(*columns, strict=True):
            number += 1
            yield Row(number, cells)


def _column(label: str, name: str, column: Any) -> list[Cell]:
    """Cells of one Parquet column; long texts are refused before they are copied into every row."""
    if pa.types.is_dictionary(column.type):
        words = column.dictionary
        is_text = pa.types.is_string(words.type) or pa.types.is_large_string(words.type)
        if is_text and len(words) and pc.max(pc.binary_length(words)).as_py() > 4 * MAX_CELL:
            found = f"a cell of more than {MAX_CELL:,} characters"
            raise _refusal(f"{label} column '{name}'", found, "words and figures", "check that this is the right file")
    return [_plain(cell) for cell in column.to_pylist()]


def _plain(cell: object) -> Cell:
    if isinstance(cell, datetime.datetime):
        midnight = datetime.time()
        return cell.date() if cell.time() == midnight else Unreadable(f"{cell.isoformat(' ')} (a time of day)")
    if cell is None or isinstance(cell, (str, bool, int, float, datetime.date)):
        return cell
    if isinstance(cell, decimal.Decimal):
        return str(cell)
    return Unreadable(f"a {type(cell).__name__}")


def _unfit_header(label: str, layout: TapeSpec, header: list[str], wanted: Iterable[str]) -> Iterator[Finding]:
    """What is wrong with the names of the columns."""
    where = f"{label} row {layout.header}"
    if len(header) > MAX_COLUMNS:
        yield Finding(where, f"{len(header):,} columns", f"at most {MAX_COLUMNS:,}", "drop the unused ones")
        return
    others = [mark for mark in (",", ";", "\t", "|") if len(header) == 1 and mark in header[0]]
    if others:
        name = "tab" if others[0] == "\t" else others[0]
        fix = f"write `delimiter: '{name}'` under `tape:` in the map"
        yield Finding(where, f"one column, with '{name}' in its name", "several columns", fix)
        return
    for name in sorted(set(wanted)):
        if name not in header:
            match = close_match(name, header)
            fix = f"did you mean '{match}'?" if match else "correct the map; `header:` says which row has the names"
            shown = ", ".join(one for one in header[:40] if one)
            yield Finding(where, f"no column '{name}'", f"one of {shown}", fix)
        elif header.count(name) > 1:
            places = " and ".join(str(place + 1) for place, one in enumerate(header) if one == name)
            yield Finding(where, f"the column '{name}' at {places}", "each name once", "rename one of them")


def _unfit_row(label: str, row: Row, header: Sequence[str]) -> Iterator[Finding]:
    """A row of another width than the header, or with a cell that cannot be meant."""
    if len(row.cells) != len(header):
        fix = "add or delete a cell; text with a comma stands in quotation marks"
        yield Finding(f"{label} row {row.number}", f"{len(row.cells)} cells", f"{len(header)}, as in the header", fix)
    for name, cell in zip(header, row.cells, strict=False):
        if isinstance(cell, str) and len(cell) > MAX_CELL:
            where = f"{label} row {row.number}, column '{name}'"
            found = f"a cell of {len(cell):,} characters"
            yield Finding(where, found, f"at most {MAX_CELL:,}", "look for a quotation mark that never ends")


def day_of(number: float, day_zero: datetime.date) -> datetime.date | None:
    """The day behind a spreadsheet's number; None if it is no whole day between 1950 and 2150."""
    if not number.is_integer() or not 0 < number < 100_000:
        return None
    return day_zero + datetime.timedelta(days=int(number))
