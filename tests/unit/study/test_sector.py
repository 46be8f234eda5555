"""The sector file: it resolves, says where every figure comes from, and is what its script writes."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halflife.foundation.document import Document, read_document
from halflife.study.termsheet import TermSheet, load

ROOT = Path(__file__).parents[3]
SHEET = ROOT / "examples" / "sector-2026.yaml"
WORDS = {
    "name", "about", "facts", "fact", "machine", "fleet", "offtaker", "operator", "sponsor", "guarantor", "borrower",
    "facility", "account", "pay", "kind", "test", "every", "roles", "acts_as", "cross_default", "announcement",
    "shock_degrees", "is_residual", "released_by_rating_of",
}  # fmt: skip
"""What is written without a source: names, the choice of a form, dates of keynotes that nobody disputes."""


@pytest.fixture(scope="module")
def sheet() -> TermSheet:
    return load(SHEET)


@pytest.fixture(scope="module")
def document() -> Document:
    return read_document(SHEET)


def leaves(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every bare word of the file with its key, and every figure as the group it stands in."""
    if isinstance(node, dict):
        if {"value", "assumed"} & set(node):
            yield key, node
            return
        for name, child in node.items():
            yield from leaves(child, name)
    elif isinstance(node, list):
        for child in node:
            yield from leaves(child, key)
    else:
        yield key, node


def test_it_resolves_to_the_public_record(sheet: TermSheet):
    names = sheet.base.names
    assert len(names.borrowers) == 35
    assert len(names.facilities) == 63
    assert len(names.lenders) == 18
    committed = sheet.base.plan.waterfall.commitment.sum()
    assert committed == pytest.approx(101.2e9, rel=0.01)


def test_every_figure_has_a_source_or_a_reason(document: Document):
    for key, leaf in leaves(document.written()):
        if isinstance(leaf, dict):
            words = leaf["source"] if "value" in leaf else leaf["reason"]
            assert len(words.strip()) > 5, (key, leaf)
        else:
            assert key in WORDS, f"{key}: {leaf} stands without source and reason"


def test_what_is_public_of_a_loan_is_its_size_or_balance(sheet: TermSheet, document: Document):
    """Sizes, coupons and maturities come from documents for most of the money, and the file says so."""
    written = document.written()["borrowers"]
    rows = [facility for borrower in written for facility in borrower["debt"]["facilities"]]
    sizes = {f.name: f.commitment for b in sheet.spec.borrowers for f in b.debt.facilities}
    public = sum(sizes[row["name"]] for row in rows if "value" in row["commitment"])
    assert public > 0.8 * sum(sizes[row["name"]] for row in rows)
    dated = Counter("value" in row["maturity"] for row in rows)
    assert dated[True] > 4 * dated[False]


def test_holdings_add_up_and_the_rest_is_with_the_residual_holder(sheet: TermSheet):
    table, names = sheet.base.plan.contagion, sheet.base.names
    total = np.bincount(table.holding_facility, table.holding_share, len(names.facilities))
    np.testing.assert_allclose(total, 1.0, atol=1e-9)
    rest = names.lenders.index("Other lenders")
    held = {names.facilities[f] for f in table.holding_facility[table.holding_lender == rest]}
    marketed = {name for name in names.facilities if ": notes" in name or ": conv" in name}
    assert marketed
    assert not held & marketed


def test_every_lender_starts_above_its_least_capital(sheet: TermSheet):
    table = sheet.base.plan.contagion
    assert (table.capital > table.least_capital * table.assets).all()
    assert (table.capital <= table.assets * (1 + 1e-9)).all()


def test_no_loan_breaks_its_schedule_on_paper(sheet: TermSheet):
    """A year of base-case cash flow covers the scheduled service of every borrower, whenever it begins."""
    base, months = sheet.base.base, 12
    for name, cash, due in zip(sheet.base.names.borrowers, base.cfads, base.scheduled, strict=True):
        flow, service = (np.convolve(row[1:], np.ones(months), "valid") for row in (cash, due))
        assert (flow[service > 0] >= 1.05 * service[service > 0]).all(), name


def test_the_rule_gives_the_published_coverage_of_ddtl_4(sheet: TermSheet):
    """Moody's and DBRS publish a base case of 1.20x; the closed form of rule 6 and the engine must agree with it."""
    place = sheet.base.names.borrowers.index("CoreWeave Compute Acquisition Co. VIII")
    cash, due = sheet.base.base.cfads[place], sheet.base.base.scheduled[place]
    amortising = slice(13, 66)
    assert cash[amortising].sum() / due[amortising].sum() == pytest.approx(1.20, abs=0.03)


def test_guaranteed_vehicles_reach_their_parent_and_ring_fenced_ones_nobody(sheet: TermSheet):
    borrowers = {borrower.name: borrower for borrower in sheet.spec.borrowers}
    parent = borrowers["CoreWeave Inc"]
    guaranteed = {name for name, one in borrowers.items() if one.guarantee.guarantor == "CoreWeave"}
    assert set(parent.cross_default) == guaranteed
    assert parent.acts_as == "CoreWeave"
    assert [name for name, one in borrowers.items() if one.cross_default] == ["CoreWeave Inc"]


def test_the_script_writes_the_file(data_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT))
    assert importlib.import_module("calibration.sector").text(data_folder) == SHEET.read_text(encoding="utf-8")


def test_every_deal_is_in_or_left_out_for_a_reason(data_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT))
    deals = importlib.import_module("calibration.sector_deals")
    figures = importlib.import_module("calibration.sector_figures")
    known = set(figures.Deals(data_folder).rows) - {"galaxy-133"}
    used = {loan.deal for firm in deals.FIRMS for loan in firm.loans}
    assert used | set(deals.LEFT_OUT) == known
    assert not used & set(deals.LEFT_OUT)
