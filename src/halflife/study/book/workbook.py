"""Reading one sheet of an Excel workbook (.xlsx) cell by cell, without trusting anything it says about its size.

The format is Office Open XML, ECMA-376 part 1, section 18 (SpreadsheetML): a zip archive with one XML file a sheet
and one table of shared texts. Formats of cells are not read: the column map knows what is a date and what a share.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any
from xml.etree import ElementTree

from halflife.foundation.errors import Finding, SpecError

MAX_UNPACKED = 200_000_000
"""Bytes that one part of a workbook may unpack to."""
MAX_TEXTS = 1_000_000
"""Entries of the table of shared texts."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Unreadable(str):
    """A cell that holds no figure: an error such as #N/A, or a formula that was never worked out."""

    __slots__ = ()


SheetCell = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows with their numbers, and the day that its dates count from."""

    rows: Iterator[tuple[int, list[SheetCell]]]
    day_zero: datetime.date


def read_sheet(label: str, raw: bytes, name: str | None, *, most_rows: int, most_columns: int) -> Sheet:
    """Open a workbook and find a sheet.

    Parameters
    ----------
    name : of the sheet; None takes the only one
    most_rows, most_columns : largest sheet; a cell outside is refused before anything is filled up to it

    Raises
    ------
    SpecError
        Not a workbook, no such sheet; while rows are taken: damaged or too large.
    """
    book = _Workbook(label, raw)
    sheets = book.sheets()
    if name is None and len(sheets) != 1:
        found = "no sheet is named, and the workbook has " + (", ".join(sheets) or "none")
        raise book.refuse(found, "the sheet with the tape", "add `sheet:` under `tape:` in the map")
    chosen = next(iter(sheets)) if name is None else name
    if chosen not in sheets:
        raise book.refuse(f"no sheet '{chosen}'", f"one of {', '.join(sheets)}", "correct `sheet:` in the map")
    rows = _rows(book, sheets[chosen], book.texts(), most_rows, most_columns)
    return Sheet(rows, book.day_zero)


class _Workbook:
    """The parts of one workbook."""

    def __init__(self, label: str, raw: bytes) -> None:
        self.label = label
        self.day_zero = datetime.date(1899, 12, 30)
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(raw))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise self.refuse("a damaged archive", "an Excel workbook (.xlsx)", "save it again") from error

    def refuse(self, found: str, wanted: str, fix: str) -> SpecError:
        return SpecError([Finding(self.label, found, wanted, fix)])

    def elements(self, part: str) -> Iterator[tuple[str, Any]]:
        """Every element of a part once it is complete, as (name without its namespace, element)."""
        try:
            with self.archive.open(part) as file:
                for _, element in ElementTree.iterparse(_Counted(self, part, file)):
                    yield element.tag.rpartition("}")[2], element
        except KeyError as error:
            raise self.refuse(f"no part '{part}'", "an Excel workbook (.xlsx)", "save it again from Excel") from error
        except (ElementTree.ParseError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
            said = " ".join(str(error).split())[:120]
            found = f"a part '{part}' that cannot be read ({said})"
            raise self.refuse(found, "an undamaged workbook without a password", "save it again") from error

    def sheets(self) -> dict[str, str]:
        """Sheet name -> its part, in the order of the tabs."""
        targets: dict[str, str] = {}
        for tag, element in self.elements("xl/_rels/workbook.xml.rels"):
            if tag == "Relationship":
                target = element.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
                targets[element.get("Id", "")] = path
        found: dict[str, str] = {}
        for tag, element in self.elements("xl/workbook.xml"):
            if tag == "sheet" and element.get(_RELATION) in targets:
                found[element.get("name", "")] = targets[element.get(_RELATION)]
            elif tag == "workbookPr" and element.get("date1904") in ("1", "true"):
                self.day_zero = datetime.date(1904, 1, 1)
        return {name: part for name, part in found.items() if "worksheets" in part}

    def texts(self) -> list[str]:
        """The table of shared texts; empty if the workbook has none."""
        found: list[str] = []
        if "xl/sharedStrings.xml" not in self.archive.namelist():
            return found
        for tag, element in self.elements("xl/sharedStrings.xml"):
            if tag == "si":
                found.append(_text(element))
                element.clear()
            if len(found) > MAX_TEXTS:
                raise self.refuse(f"more than {MAX_TEXTS:,} texts", "a loan tape", "keep one sheet in the workbook")
        return found


class _Counted:
    """A part that is refused once it has unpacked to more than it may."""

    def __init__(self, book: _Workbook, part: str, file: IO[bytes]) -> None:
        self.book, self.part, self.file, self.left = book, part, file, MAX_UNPACKED

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(size)
        self.left -= len(chunk)
        if self.left < 0:
            found = f"a part '{self.part}' of more than {MAX_UNPACKED // 10**6} MB"
            raise self.book.refuse(found, "a loan tape", "keep one sheet in the workbook")
        return chunk


def _text(element: Any) -> str:
    """Text of a cell or shared entry: its runs together, without the phonetic ones."""
    runs = [child for child in element if child.tag == _MAIN + "r"]
    holders = runs or [element]
    return "".join(part.text or "" for holder in holders for part in holder if part.tag == _MAIN + "t")


def _rows(
    book: _Workbook, part: str, texts: list[str], most_rows: int, most_columns: int
) -> Iterator[tuple[int, list[SheetCell]]]:
    """Rows of a sheet, each up to its last cell."""
    number, place, seen = 0, -1, 0
    cells: list[SheetCell] = []
    for tag, element in book.elements(part):
        if tag == "c":
            place, seen = _place(element.get("r", ""), place), seen + 1
            if place >= most_columns or seen > most_columns:
                raise _outside(book, number + 1, place + 1, most_rows, most_columns)
            cells.extend([None] * (place + 1 - len(cells)))
            cells[place] = _cell(element, texts)
            element.clear()
        elif tag == "row":
            written = element.get("r", "")
            number = int(written) if written.isascii() and written.isdigit() and len(written) < 9 else number + 1
            if number > most_rows and cells:
                raise _outside(book, number, 1, most_rows, most_columns)
            element.clear()
            yield number, cells
            place, seen, cells = -1, 0, []


def _outside(book: _Workbook, row: int, column: int, most_rows: int, most_columns: int) -> SpecError:
    found, wanted = (
        f"a cell in row {row:,}, column {column:,}",
        f"at most {most_rows:,} rows and {most_columns:,} columns",
    )
    return book.refuse(found, wanted, "delete what stands far outside the tape, or split it")


def _place(reference: str, before: int) -> int:
    """Column of a cell from its reference, such as ``AB12``; without one it follows the cell before it."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return before + 1
    place = 0
    for letter in match[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _shown(cell: Any) -> str | None:
    """The stored text of a cell; None if it has none."""
    found: str | None = cell.findtext(_MAIN + "v")
    return found


def _cell(cell: Any, texts: list[str]) -> SheetCell:
    """What a cell holds."""
    kind: str = cell.get("t", "n")
    inline, content = cell.find(_MAIN + "is"), _shown(cell)
    if inline is not None:
        return _text(inline)
    if not content:
        return Unreadable("a formula without its result") if cell.find(_MAIN + "f") is not None else None
    if kind == "s":
        return texts[int(content)] if content.isdigit() and int(content) < len(texts) else Unreadable("a lost text")
    if kind == "b":
        return content == "1"
    if kind == "e":
        return Unreadable(content)
    if kind == "n":
        try:
            return float(content)
        except ValueError:
            return Unreadable(content)
    return content
