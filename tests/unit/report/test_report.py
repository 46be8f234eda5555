"""The page and the lines are whole, legible as text and need nothing from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from halflife.metrics import MEASURES, Measure, measure_all
from halflife.report import render_html, summary_lines, text_tables
from halflife.report.numbers import amount, decimals, error_of, shown
from halflife.report.titles import GROUPS, TITLES
from halflife.results import Results


def measured(value: float, unit: str, error: float | None) -> Measure:
    return Measure("pd", "spv", value, unit, error, "formula", "why" if error is None else "")


@pytest.fixture(scope="module")
def page(made_up: Results) -> str:
    return render_html(made_up, measure_all(made_up))


class Balance(HTMLParser):
    """Counts tags that are opened and not closed."""

    void = frozenset({"meta", "path", "use", "br", "hr", "img", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.trouble: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag in self.void:
            return
        if not self.open or self.open.pop() != tag:
            self.trouble.append(tag)


def test_the_page_asks_nothing_from_outside(page):
    assert "<script" not in page
    assert "<link" not in page
    assert "@import" not in page
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert re.findall(r"url\((?!#)[^)]*\)", page) == []


def test_the_page_is_well_formed(page):
    balance = Balance()
    balance.feed(page)
    assert balance.trouble == []
    assert balance.open == []


def test_the_page_holds_every_chart_and_keeps_its_words_as_text(page):
    assert page.count("<svg") == 10
    for words in ("worst 5 %", "forced sale", "orderly value", "running cost", "neocloud", "h100", "2030"):
        assert re.search(rf"<text[^>]*>[^<]*{re.escape(words)}", page), words


def test_the_page_lists_assumptions_sources_and_provenance(page):
    for words in ("range of hyperscale sites", "agency release", "0123456789abcdef", "2026-10-08", "n/a"):
        assert words in page, words


def test_no_number_on_the_page_is_nan(page):
    assert not re.search(r"\bnan\b|\binf\b", page)


def test_what_a_user_wrote_cannot_become_markup(made_up):
    hostile = "<script>alert(1)</script>"
    made = replace(made_up.provenance, assumptions=((hostile, "1", hostile),))
    record = replace(made_up, name=hostile, provenance=made)
    assert "<script" not in render_html(record, measure_all(record))


def test_the_same_record_gives_the_same_page(made_up, page):
    assert render_html(made_up, measure_all(made_up)) == page


def test_a_record_without_terms_or_defaults_still_gives_a_page(made_up, without_terms):
    columns = dict(made_up.columns)
    for name in ("default_month", "cause", "ead", "loss", "pv_loss", "first_breach"):
        columns[name] = np.zeros_like(columns[name])
    safe = replace(without_terms, columns=columns)
    text = render_html(safe, measure_all(safe))
    assert "No path defaults" in text
    assert "No covenant is breached on any path" in text


def test_two_borrowers_get_a_section_each(two_borrowers):
    measures = measure_all(two_borrowers)
    page = render_html(two_borrowers, measures)
    assert "<h2>east</h2>" in page
    assert "<h2>west</h2>" in page
    assert page.count("<svg") == 18
    assert {one.entity for one in measures if one.name == "pd"} == {"east", "west"}
    assert len(summary_lines(two_borrowers, measures)) > 10


def test_the_summary_says_the_numbers_and_their_limits(made_up):
    lines = summary_lines(made_up, measure_all(made_up))
    text = " ".join(lines)
    assert lines[0] == "made-up loan"
    for words in (
        "Implied rating",
        "probability of default within 6 years",
        "the deal leans on customer",
        "assumed",
    ):
        assert words in text, words


def test_the_terminal_tables_hold_words_only(made_up):
    for table in text_tables(made_up, measure_all(made_up)):
        for row in table.rows:
            assert len(row) == len(table.columns)
            assert all(isinstance(cell, str) for cell in row)


def test_every_measure_has_one_title():
    listed = [name for _, rows in GROUPS for name, _ in rows]
    assert sorted(listed) == sorted(definition.name for definition in MEASURES)
    assert len(TITLES) == len(listed)


@pytest.mark.parametrize(
    ("value", "unit", "error", "said", "error_said"),
    [
        (0.0458, "probability", 0.0023, "4.58 %", "± 0.23 pp"),
        (0.3816, "fraction", 0.0097, "38.2 %", "± 1.0 pp"),
        (133.45, "bp", 73.3, "133 bp", "± 73"),
        (3.49126, "years", 0.00047, "3.49 years", "± <0.01"),
        (1.1418, "ratio", 0.0, "1.14x", "± 0"),
        (3.76e8, "USD", 1.0e7, "USD 376.00 m", "± 10.00 m"),
        (0.5, "fraction", None, "50 %", "–"),
    ],
)
def test_numbers_are_rounded_to_what_their_error_bears(value, unit, error, said, error_said):
    one = measured(value, unit, error)
    assert (shown(one), error_of(one)) == (said, error_said)


def test_decimals_show_one_digit_of_the_error_or_two():
    assert [decimals(error, 1) for error in (0.21, 0.31, 4.0, 12.0, None)] == [2, 1, 0, 0, 1]
    assert amount(0.0, "USD") == "nothing"
