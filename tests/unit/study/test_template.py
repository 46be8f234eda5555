"""The term sheet that `halflife new` writes."""

from __future__ import annotations

from importlib.resources import files

import jsonschema
import pytest

import halflife as hl
from halflife.engine.system import SystemSpec
from halflife.foundation.spec import json_schema

TEXT = (files("halflife.study") / "template.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sheet() -> hl.TermSheet:
    return hl.load(TEXT)


def test_it_loads_without_findings_and_is_a_sound_loan(sheet):
    base, loan = sheet.base.base, sheet.base.base.debt.loans[0]
    assert base.cfads[0, 3:36].min() > 0.0
    service = base.scheduled[0, 3:36]
    assert (base.cfads[0, 3:36].sum() / service.sum()) > 1.2
    assert loan.walk.balance[-1] == pytest.approx(0.0, abs=1.0)


def test_every_combination_of_its_ranges_is_a_deal(sheet):
    assert len(sheet.deals(4, seed=1)) == 4


def test_it_shows_every_way_to_write_a_figure(sheet):
    assert sheet.document.sources
    assert any(found.is_range for found in sheet.document.assumptions)
    assert any(not found.is_range for found in sheet.document.assumptions)


def test_every_part_of_a_deal_is_in_it(sheet):
    assert set(sheet.document.written()) == set(SystemSpec.model_fields)
    borrower = sheet.document.written()["borrowers"][0]
    assert set(borrower) == set(type(sheet.spec.borrowers[0]).model_fields)


def test_editors_accept_it(sheet):
    jsonschema.Draft202012Validator(json_schema(SystemSpec)).validate(sheet.document.written())
