"""CSV, Parquet and Excel say the same; damaged, foreign and hostile files are refused before they cost anything."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from halflife.foundation.errors import SpecError
from halflife.study.book import import_book

DATA = Path(__file__).resolve().parents[3] / "data"
BASE, MAP, TAPE = (
    (DATA / name).read_text(encoding="utf-8") for name in ("book_base.yaml", "book_map.yaml", "book_tape.csv")
)

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def column_letters(place: int) -> str:
    letters = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        letters, place = chr(ord("A") + rest) + letters, place - 1
    return letters


def sheet_xml(rows: Sequence[Sequence[object]], texts: list[str]) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for place, cell in enumerate(row):
            at = f'r="{column_letters(place)}{number}"'
            if isinstance(cell, str):
                texts.append(cell)
                cells.append(f'<c {at} t="s"><v>{len(texts) - 1}</v></c>')
            elif cell is not None:
                cells.append(f"<c {at}><v>{cell!r}</v></c>")
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f"<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>"


def write_workbook(
    path: Path, sheets: dict[str, Sequence[Sequence[object]]], *, is_1904: bool = False, **parts: str
) -> Path:
    """Sheets by name; `parts` replaces whole parts: ``sheet1="<worksheet ...>"``, ``strings=...``."""
    texts: list[str] = []
    pages = [parts.get(f"sheet{k}") or sheet_xml(rows, texts) for k, rows in enumerate(sheets.values(), start=1)]
    tabs = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{k}" r:id="rId{k}"/>' for k, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{k}" Type="t" Target="worksheets/sheet{k}.xml"/>' for k in range(1, len(sheets) + 1)
    )
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    settings = '<workbookPr date1904="1"/>' if is_1904 else ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml", f"<workbook {MAIN} {RELATIONS}>{settings}<sheets>{tabs}</sheets></workbook>"
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        archive.writestr("xl/sharedStrings.xml", parts.get("strings") or f"<sst {MAIN}>{shared}</sst>")
        for k, page in enumerate(pages, start=1):
            archive.writestr(f"xl/worksheets/sheet{k}.xml", page)
    return path


NUMBERS = {"n", "unit_cost", "size", "drawn", "bp", "coupon", "term", "s1", "s2"}
DAY_ZERO = {False: datetime.date(1899, 12, 30), True: datetime.date(1904, 1, 1)}


def records():
    """Rows of the tape with numbers as numbers and dates as dates."""
    for row in csv.DictReader(io.StringIO(TAPE)):
        made = {}
        for name, text in row.items():
            plain = text.replace(",", "") if name in NUMBERS else text
            made[name] = None if not text else float(plain) if name in NUMBERS else text
        made["due"] = datetime.date.fromisoformat(row["due"])
        yield made


def sheet(day_zero):
    rows = [{**row, "due": float((row["due"] - day_zero).days)} for row in records()]
    return [list(rows[0]), *([*row.values()] for row in rows)]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


def take(files, name, map_text=MAP):
    (files / "map.yaml").write_text(map_text, encoding="utf-8")
    return import_book(files / name, files / "map.yaml", files / "base.yaml")


def refusal(files, name, map_text=MAP):
    with pytest.raises(SpecError) as refused:
        take(files, name, map_text)
    return str(refused.value)


def test_parquet_says_what_csv_says(files, make):
    pq.write_table(pa.Table.from_pylist(list(records())), files / "tape.parquet")
    assert take(files, "tape.parquet").spec == make().spec


def test_parquet_with_stamps_for_days_and_nothing_for_blanks(files, make):
    rows = [{**row, "due": datetime.datetime.combine(row["due"], datetime.time())} for row in records()]
    rows = [
        {key: float("nan") if cell is None and key in NUMBERS else cell for key, cell in row.items()} for row in rows
    ]
    pq.write_table(pa.Table.from_pylist(rows), files / "tape.parquet")
    assert take(files, "tape.parquet").spec == make().spec


@pytest.mark.parametrize("is_1904", [False, True])
def test_a_workbook_says_what_csv_says(files, make, is_1904):
    write_workbook(files / "tape.xlsx", {"Loans": sheet(DAY_ZERO[is_1904])}, is_1904=is_1904)
    assert take(files, "tape.xlsx").spec == make().spec


def test_a_bad_row_of_a_workbook_has_the_number_that_the_workbook_shows(files):
    rows = sheet(DAY_ZERO[False])
    rows[1][5] = -1.0
    write_workbook(files / "tape.xlsx", {"Notes": [["read me"]], "Loans": [["a title"], [], *rows]})
    chosen = MAP + "tape: {sheet: Loans, header: 3}\n"
    assert "tape.xlsx row 4, column 'n'" in refusal(files, "tape.xlsx", chosen)
    assert "the workbook has Notes, Loans" in refusal(files, "tape.xlsx")
    assert "no sheet 'Loan'" in refusal(files, "tape.xlsx", MAP + "tape: {sheet: Loan}\n")


@pytest.mark.parametrize(
    ("cell", "said"),
    [('t="e"><v>#N/A</v>', "#N/A"), ("><f>A1*2</f>", "a formula without its result"), ("><v>1..2</v>", "1..2")],
)
def test_a_cell_of_a_workbook_that_holds_no_figure(files, cell, said):
    rows = sheet(DAY_ZERO[False])
    write_workbook(files / "tape.xlsx", {"Loans": rows})
    with zipfile.ZipFile(files / "tape.xlsx") as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    broken = page.replace('<c r="H2"><v>20.5</v>', f'<c r="H2" {cell}' if cell.startswith("t=") else f'<c r="H2"{cell}')
    assert broken != page
    write_workbook(files / "tape.xlsx", {"Loans": rows}, sheet1=broken, strings=strings(files))
    told = refusal(files, "tape.xlsx")
    assert "row 2, column 'size'" in told
    assert said in told


def strings(files):
    with zipfile.ZipFile(files / "tape.xlsx") as archive:
        return archive.read("xl/sharedStrings.xml").decode()


def test_a_workbook_with_one_cell_far_away_is_refused_without_filling_the_space_between(files):
    far = f'<worksheet {MAIN}><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    write_workbook(files / "tape.xlsx", {"Loans": []}, sheet1=far)
    assert "at most" in refusal(files, "tape.xlsx")


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(files, monkeypatch):
    monkeypatch.setattr("halflife.study.book.workbook.MAX_UNPACKED", 100_000)
    blank = f"<worksheet {MAIN}><sheetData>{' ' * 10_000_000}</sheetData></worksheet>"
    write_workbook(files / "tape.xlsx", {"Loans": []}, sheet1=blank)
    assert (files / "tape.xlsx").stat().st_size < 20_000
    assert "of more than" in refusal(files, "tape.xlsx")


def test_a_workbook_whose_entities_multiply_is_refused(files):
    laughs = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    strings = f'<!DOCTYPE sst [<!ENTITY l0 "lol">{laughs}]><sst {MAIN}><si><t>&l9;</t></si></sst>'
    write_workbook(files / "tape.xlsx", {"Loans": [["a"]]}, strings=strings)
    assert "cannot be read" in refusal(files, "tape.xlsx")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PAR1 and then nothing", "not readable as Parquet"),
        (b"PK\x03\x04 and then nothing", "a damaged archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel file of the old kind"),
        (b"", "an empty file"),
    ],
)
def test_a_damaged_or_foreign_file(files, raw, said):
    (files / "tape.xlsx").write_bytes(raw)
    assert said in refusal(files, "tape.xlsx")


def test_an_archive_that_is_no_workbook(files):
    with zipfile.ZipFile(files / "tape.xlsx", "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert "no part 'xl/_rels/workbook.xml.rels'" in refusal(files, "tape.xlsx")


def test_too_many_rows_or_bytes(files, monkeypatch):
    monkeypatch.setattr("halflife.study.book.tape.MAX_ROWS", 2)
    (files / "tape.csv").write_text(TAPE, encoding="utf-8")
    assert "more than 2 rows" in refusal(files, "tape.csv")
    pq.write_table(pa.Table.from_pylist(list(records())), files / "tape.parquet")
    assert "at most 2" in refusal(files, "tape.parquet")
    monkeypatch.setattr("halflife.study.book.tape.MAX_BYTES", 100)
    assert "a very large file" in refusal(files, "tape.csv")


def test_one_long_text_in_every_row_of_a_parquet_file_is_not_copied_into_every_row(files):
    rows = [{**row, "customer": "x" * 10_000} for row in records()]
    pq.write_table(pa.Table.from_pylist(rows), files / "tape.parquet")
    assert "column 'customer'" in refusal(files, "tape.parquet")


def test_a_list_in_a_parquet_cell_is_no_figure(files):
    rows = [{**row, "n": [1, 2]} for row in records()]
    pq.write_table(pa.Table.from_pylist(rows), files / "tape.parquet")
    assert "a list" in refusal(files, "tape.parquet")


def test_a_time_of_day_is_no_date(files):
    rows = [{**row, "due": datetime.datetime.combine(row["due"], datetime.time(13, 30))} for row in records()]
    pq.write_table(pa.Table.from_pylist(rows), files / "tape.parquet")
    assert "a time of day" in refusal(files, "tape.parquet")


def test_other_delimiters_and_a_mark_at_the_beginning(files, make):
    rows = list(csv.reader(io.StringIO(TAPE)))
    file = io.StringIO()
    csv.writer(file, delimiter="\t").writerows(rows)
    (files / "tape.tsv").write_text("\ufeff" + file.getvalue(), encoding="utf-8")
    assert take(files, "tape.tsv", MAP + "tape: {delimiter: tab}\n").spec == make().spec
