"""Bad tapes, maps and bases: each case replaces some words of good ones; where it is found and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from halflife.foundation.errors import SpecError
from halflife.study.book import import_book

DATA = Path(__file__).resolve().parents[3] / "data"
BASE, MAP, TAPE = (
    (DATA / name).read_text(encoding="utf-8") for name in ("book_base.yaml", "book_map.yaml", "book_tape.csv")
)

ACME = 'Acme,A,,Sol,HGX H100,"1,000",35000,20.5,,450,,2029-06-30,Mega,AA-,48,Bank A,60,Fund B,40'

# name: words of the tape, what stands there instead, where it is found, what is said
IN_THE_TAPE = {
    "blank amount": ("35000,20.5", "35000,", "row 2, column 'size'", "none is guessed"),
    "blank name": ("Acme,A,", ",A,", "row 2, column 'Borrower'", "nothing"),
    "blank date": ("2029-06-30", "", "row 2, column 'due'", "nothing"),
    "negative units": (",500,50000", ",-500,50000", "row 4, column 'n'", "negative"),
    "half a machine": (",500,50000", ",500.5,50000", "row 4, column 'n'", "not a whole number"),
    "no machine": (",500,50000", ",0,50000", "row 4, column 'n'", "the machines"),
    "negative amount": ("35000,20.5", "35000,-20.5", "row 2, column 'size'", "negative"),
    "nothing lent": ("35000,20.5", "35000,0", "row 2, column 'size'", "0 USD"),
    "words for an amount": ("35000,20.5", "35000,twenty", "row 2, column 'size'", "twenty"),
    "comma for a point": ("35000,20.5", '35000,"20,5"', "row 2, column 'size'", "comma"),
    "a unit where the map gives one": ("35000,20.5", "35000,20.5 bn USD", "column 'size'", "the map gives the unit"),
    "an absurd amount": ("35000,20.5", "35000,9e30", "row 2, column 'size'", "cannot be meant"),
    "infinity": ("35000,20.5", "35000,inf", "row 2, column 'size'", "inf"),
    "not available": ("35000,20.5", "35000,#N/A", "row 2, column 'size'", "#N/A"),
    "more drawn than lent": ("15,12,500", "15,16,500", "row 4, column 'drawn'", "at most the commitment"),
    "both margin and coupon": ("20.5,,450,", "20.5,,450,0.09", "row 2, column 'coupon'", "one of them"),
    "neither margin nor coupon": ("20.5,,450,", "20.5,,,", "row 2, column 'bp'", "neither margin nor coupon"),
    "maturity in the past": ("2029-06-30", "2025-06-30", "row 2, column 'due'", "after the valuation date"),
    "a day that does not exist": ("2029-06-30", "2029-02-30", "row 2, column 'due'", "no such day"),
    "ambiguous date": ("2029-06-30", "06/07/2029", "row 2, column 'due'", "2026-03-31"),
    "a century late": ("2029-06-30", "2129-06-30", "row 2, column 'due'", "at most 600 months"),
    "unknown machine": ("HGX H100,\"1,000\"", "b20,\"1,000\"", "row 2, column 'GPU'", "did you mean 'b200'"),
    "unknown kind": ("M,junior", "M,mezz", "row 3, column 'kind'", "'mezz'"),
    "kind without a pattern": ("M,junior", "M,ddtl", "row 3, column 'kind'", "has a pattern for"),
    "unknown rating": ("Mega,AA-,48,Bank", "Mega,AAA-,48,Bank", "row 2, column 'rating'", "not on the scale"),
    "no term": ("Startup,,60", "Startup,,0", "row 4, column 'term'", "0 months"),
    "facility twice": ("Acme,M,", "Acme,A,", "row 3", "again (first in row 2)"),
    "one fleet in two sizes": ('Sol,HGX H100,1000', "Sol,HGX H100,900", "row 3, column 'n'", "as in row 2"),
    "one customer with two ratings": ("AA-,48,Fund", "BBB,48,Fund", "row 3, column 'rating'", "as in row 2"),
    "one owner in two rows": ("junior,Sol", "junior,Luna", "row 3, column 'owner'", "as in row 2"),
    "one name in two spellings": ("Startup", "MEGA", "row 4, column 'customer'", "'Mega', as in row 2"),
    "too little held": ("Bank A,60", "Bank A,50", "row 2", "90.0000% of 'A' of 'Acme', 2,050,000 USD missing"),
    "too much held": ("Bank A,100,,", "Bank A,100,Fund B,5", "row 4, column 's2'", "750,000 USD too much"),
    "share above the whole": ("Bank A,100", "Bank A,140", "row 4, column 's1'", "140 %"),
    "share without a lender": ("60,Fund B,40", "60,,40", "row 2, column 'l2'", "nothing"),
    "one lender twice in a facility": ("60,Fund B", "60,Bank A", "row 2", "again"),
    "a row too long": (ACME, ACME + ",7", "row 2", "20 cells"),
    "a row too short": (ACME, ACME[:-3], "row 2", "18 cells"),
    "a quotation mark that never ends": (ACME, ACME.replace("Acme", '"Acme'), "tape.csv", "CSV"),
    "a cell as long as a novel": ("Mega,AA-,48,Bank", f"{'M' * 5000},AA-,48,Bank", "row 2, column 'customer'", "1,000"),
    "a long name": ("Mega,AA-,48,Bank", f"{'M' * 500},AA-,48,Bank", "row 2, column 'customer'", "120 characters"),
    "a name that cannot be printed": ("Startup", "Start\x07up", "row 4, column 'customer'", "printable"),
    "a NUL": ("Startup", "Start\0up", "row 4", "NUL"),
    "a column gone": ("unit_cost,", "unitcost,", "row 1", "did you mean 'unitcost'"),
    "a column twice": (",rating,", ",due,", "row 1", "each name once"),
    "semicolons": (",", ";", "row 1", "delimiter: ';'"),
    "no rows": (TAPE.partition("\n")[2], "", "tape.csv", "no rows"),
    "an empty file": (TAPE, " \n", "tape.csv", "empty"),
}  # fmt: skip

HOLDERS = MAP[MAP.index("holders:") :]
IN_THE_MAP = {
    "a constant for a holding": (
        "{lender: {column: l1}", "{lender: {constant: Bank A, reason: all of it}", "holders", "`columns`"),
    "a size that may stand without its lender": (
        HOLDERS,
        '  lender: {column: l2, blank: leave_out}\n  share: {column: s1, unit: "%", blank: leave_out}\n',
        "row 3, column 's1'", "a size without its lender"),
    "an unknown field": ("  units:", "  unitz:", "columns.unitz", "did you mean 'units'"),
    "no maturity": ("  maturity: {column: due}\n", "", "columns", "no 'maturity'"),
    "neither column nor constant": ("{column: n}", "{unit: units}", "columns.units", "neither a column"),
    "a constant without a reason": (", reason: unrated firms", "", "sponsor_rating", "reason"),
    "a bad constant": ("constant: B+", "constant: D", "sponsor_rating.constant", "not on the scale"),
    "blanks left out of a needed column": (
        "{column: n}", "{column: n, blank: leave_out}", "columns.units", "every row"),
    "a unit for words": ("{column: Facility}", "{column: Facility, unit: USD}", "columns.facility", "words"),
    "an unknown key": ("{column: n}", "{colum: n}", "units", "did you mean 'column'"),
    "both rates in every row": ("bp, blank: leave_out", "bp", "columns.coupon", "one of them"),
    "a rating of nobody": ("  sponsor: {column: owner, blank: leave_out}\n", "", "columns", "'sponsor'"),
    "no unit": ("unit_cost, unit: USD", "unit_cost", "row 2, column 'unit_cost'", "`unit:`"),
    "a wrong unit": ("unit_cost, unit: USD", "unit_cost, unit: EUR", "row 2, column 'unit_cost'", "eur"),
    "a wrong way to write dates": (
        "{column: due}", '{column: due, dates: "%d.%m.%Y"}', "row 2, column 'due'", "%d.%m.%Y"),
    "a lender without capital": (
        "  lender_capital_ratio: {constant: 10 %, reason: typical}\n", "", "row 2", "'Fund B' without capital"),
}  # fmt: skip

BORROWER = BASE[BASE.index("  - name: Pattern") : BASE.index("lenders:")]
FACILITIES = BASE[BASE.index("      facilities:") : BASE.index("      accounts:")]
IN_THE_BASE = {
    "two borrowers": ("lenders:", BORROWER.replace("Pattern", "Second") + "lenders:", "borrowers", "one: the pattern"),
    "no facility": (FACILITIES, "      facilities: []\n", "facilities", "pattern of a facility"),
    "not a system": ("valuation:", "valuatoin:", "valuat", "valuation"),
    "two patterns of one kind": ("kind: junior", "kind: term_loan", "facilities", "one pattern for each kind"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "instead", "where", "said"), IN_THE_TAPE.values(), ids=IN_THE_TAPE)
def test_a_bad_tape(make, words, instead, where, said):
    assert words in TAPE
    with pytest.raises(SpecError) as refused:
        make(TAPE.replace(words, instead))
    assert any(where in finding.where and said in str(finding) for finding in refused.value.findings), str(
        refused.value
    )
    assert all(finding.found and finding.wanted and finding.fix for finding in refused.value.findings)


@pytest.mark.parametrize(("words", "instead", "where", "said"), IN_THE_MAP.values(), ids=IN_THE_MAP)
def test_a_bad_map(make, words, instead, where, said):
    assert words in MAP
    with pytest.raises(SpecError) as refused:
        make(map_text=MAP.replace(words, instead))
    assert any(where in finding.where and said in str(finding) for finding in refused.value.findings), str(
        refused.value
    )


@pytest.mark.parametrize(("words", "instead", "where", "said"), IN_THE_BASE.values(), ids=IN_THE_BASE)
def test_a_bad_base(make, words, instead, where, said):
    assert words in BASE
    with pytest.raises(SpecError) as refused:
        make(base=BASE.replace(words, instead))
    assert any(where in finding.where and said in str(finding) for finding in refused.value.findings), str(
        refused.value
    )


def test_all_bad_rows_are_told_at_once_in_the_order_of_the_rows(make):
    tape = (
        TAPE.replace("35000,20.5", "35000,x")
        .replace("1000,35000,4", "1000,35000,y")
        .replace("2030-03-31", "2020-03-31")
    )
    tape += "Gamma,too,short\n"
    with pytest.raises(SpecError) as refused:
        make(tape)
    assert [finding.where for finding in refused.value.findings] == [
        "tape.csv row 2, column 'size'", "tape.csv row 3, column 'size'", "tape.csv row 4, column 'due'",
        "tape.csv row 5"]  # fmt: skip


def test_a_bad_cell_is_not_held_against_the_rows_that_agree_with_each_other(make):
    with pytest.raises(SpecError) as refused:
        make(TAPE.replace('"1,000"', "many"))
    assert [finding.where for finding in refused.value.findings] == ["tape.csv row 2, column 'n'"]


def test_a_tape_that_is_not_there(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    with pytest.raises(SpecError, match="No such file"):
        import_book(tmp_path / "none.csv", tmp_path / "map.yaml", BASE)


def test_bytes_that_are_not_text(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "tape.csv").write_bytes(TAPE.encode().replace(b"Startup", b"Start\xffup"))
    with pytest.raises(SpecError, match=r"row 4[\s\S]*UTF-8"):
        import_book(tmp_path / "tape.csv", tmp_path / "map.yaml", BASE)
