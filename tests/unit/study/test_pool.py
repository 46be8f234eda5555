"""Notes on loans of a system: the cash is the compiled run's, every dollar is booked once, bad notes are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from halflife.cli import app
from halflife.foundation.errors import SpecError
from halflife.report.pool import pool_dict, pool_tables, render_pool, sentences
from halflife.study.cascade import field_of
from halflife.study.notes import join, read_notes
from halflife.study.pool import Cash, book, tranche
from halflife.study.termsheet import load

ROOT = Path(__file__).resolve().parents[3]
SYSTEM = ROOT / "tests" / "data" / "term_loan.yaml"
PATHS = 256
NOTES = """
name: Two notes
about: for the tests
mode: turbo
reserve: 1 %
fee: 0.2 %
loans:
  - {borrower: BORROWER, facility: FACILITY}
notes:
  - {name: A, size: 60 %, coupon: 5 %, oc_trigger: 1.5x, ic_trigger: 1.1x}
  - {name: B, size: 30 %, coupon: 8 %}
"""


@pytest.fixture(scope="module")
def field():
    return field_of(load(SYSTEM), paths=PATHS, seed=7, draws=1)


@pytest.fixture(scope="module")
def notes(field):
    borrower = field.sheet.spec.borrowers[0]
    return NOTES.replace("BORROWER", borrower.name).replace("FACILITY", borrower.debt.facilities[0].name)


@pytest.fixture(scope="module")
def pooled(field, notes):
    """`tranche` itself holds the replayed cash to the compiled run's sums."""
    spec, document = read_notes(notes)
    return tranche(field, join(spec, document, field.sheet.spec, field.deals[0]))


def test_what_is_repaid_and_lost_is_the_balance(pooled):
    gone = pooled.cash.principal.sum(axis=1) + pooled.cash.loss.sum(axis=1)
    np.testing.assert_allclose(gone, pooled.cash.balance, rtol=1e-9)


def test_the_cash_of_the_pool_is_the_cash_of_the_compiled_run(pooled):
    loan = pooled.loans[0]
    run = pooled.results
    told = sum(run.summary.sums[run.series[one, loan.name]][1:] for one in ("interest", "principal", "refinanced"))
    kept = pooled.sample.weights @ (pooled.cash.interest + pooled.cash.principal)
    proved = kept.sum() - told.sum()
    assert proved >= -1e-6 * told.sum()  # a failed guarantor's estate pays after the last month's waterfall
    np.testing.assert_allclose(kept[:-1], told[:-1], rtol=1e-9, atol=1.0)


def test_notes_and_owners_get_what_comes_in(pooled):
    everybody = (*pooled.tranched.notes, pooled.tranched.owners)
    paid = sum(one.interest + one.principal for one in everybody) + pooled.tranched.fees
    start = pooled.tranched.structure.reserve
    came = pooled.cash.interest + pooled.cash.principal
    np.testing.assert_allclose(paid.sum(axis=1), came.sum(axis=1) + start, rtol=1e-9)


def test_some_paths_default_and_the_senior_note_is_safer(pooled):
    assert 0.0 < pooled.pool.pd[0].value < 1.0
    el = [risk.el.value for risk in pooled.notes]
    assert el[0] <= el[1]
    assert pooled.notes[0].attachment == pytest.approx(0.4)
    assert pooled.notes[-1].name == "owners"


def test_with_one_loan_every_closed_form_keeps_its_expected_loss(pooled):
    for model in pooled.companions[:3]:
        mean = sum(one.value * risk.balance for one, risk in zip(model.el, pooled.notes, strict=True))
        assert mean / pooled.cash.balance == pytest.approx(pooled.pool.el.value, abs=1e-3)


def test_the_page_and_the_numbers_are_whole(pooled):
    page = render_pool(pooled)
    assert "<script" not in page
    assert page.count("<svg") >= 3
    assert json.dumps(pool_dict(pooled), allow_nan=False)
    assert all(sentences(pooled))
    assert next(iter(pool_tables(pooled))).title == "Notes"


def test_after_a_default_receipts_repay_the_balance_first_and_the_rest_is_lost_at_once():
    """One loan of 100: 10 repaid, default in month 2, then 5 + 40 and 20, and 3 proved at the end."""

    def row(*numbers: float) -> np.ndarray:
        return np.array(numbers, dtype=float)[np.newaxis, :, np.newaxis]

    none = row(0, 0, 0, 0)
    cash = Cash(row(1, 1, 5, 0), row(10, 0, 40, 20), none, np.array([[3.0]]), row(0, 1, 1, 1))
    split = book(cash, np.array([100.0]))
    assert split.principal[0, :, 0].tolist() == [10.0, 0.0, 45.0, 23.0]
    assert split.interest[0, :, 0].tolist() == [1.0, 1.0, 0.0, 0.0]
    assert split.loss[0, :, 0].tolist() == [0.0, 22.0, 0.0, 0.0]


def test_what_comes_back_beyond_the_balance_is_interest():
    def row(*numbers: float) -> np.ndarray:
        return np.array(numbers, dtype=float)[np.newaxis, :, np.newaxis]

    cash = Cash(row(0, 30, 5), row(0, 80, 0), row(0, 0, 0), np.array([[0.0]]), row(1, 1, 1))
    split = book(cash, np.array([100.0]))
    assert split.principal[0, :, 0].tolist() == [0.0, 100.0, 0.0]
    assert split.interest[0, :, 0].tolist() == [0.0, 10.0, 5.0]
    assert split.loss.sum() == 0.0


def read_and_join(text, field):
    spec, document = read_notes(text)
    return join(spec, document, field.sheet.spec, field.deals[0])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("size: 30 %", "size: 50 %", "110.00% of the pool"),
        ("facility: ", "facility: not ", "unknown loan"),
        ("borrower: ", "borrower: not ", "a borrower of the system"),
        ("reserve: 1 %", "reserve: {assumed: {low: 1 %, high: 2 %}, reason: unsure}", "one figure"),
        ("size: 60 %", "amount: 60 %", "unknown key 'amount'"),
        ("mode: turbo", "mode: fast", "one of"),
    ],
)  # fmt: skip
def test_bad_notes_are_refused(field, notes, old, new, words):
    with pytest.raises(SpecError) as refused:
        read_and_join(notes.replace(old, new, 1), field)
    assert words in str(refused.value)


def test_a_loan_twice_and_an_unknown_loan_are_told_together(field, notes):
    line = next(line for line in notes.splitlines() if "borrower:" in line)
    doubled = notes.replace(line, f"{line}\n{line}\n  - {{borrower: Nobody, facility: loan}}")
    spec, document = read_notes(doubled)
    with pytest.raises(SpecError) as refused:
        join(spec, document, field.sheet.spec, field.deals[0])
    assert len(refused.value.findings) == 2


def test_the_example_joins_its_system():
    spec, document = read_notes(ROOT / "examples" / "pool-notes.yaml")
    sheet = load(ROOT / "examples" / "sector-2026.yaml")
    pool = join(spec, document, sheet.spec, sheet.base)
    assert len(pool.facilities) == 35
    assert sum(note.size for note in spec.notes) == pytest.approx(0.9)


def test_a_loan_that_still_draws_cannot_be_pooled():
    text = (ROOT / "examples" / "pool-notes.yaml").read_text(encoding="utf-8")
    text = text.replace(
        "borrower: CoreWeave Inc, facility: vendor finance", "borrower: IREN Microsoft vehicle, facility: ddtl"
    )
    sheet = load(ROOT / "examples" / "sector-2026.yaml")
    spec, document = read_notes(text)
    with pytest.raises(SpecError, match="still draws"):
        join(spec, document, sheet.spec, sheet.base)


def test_the_command_writes_its_page(tmp_path, notes):
    file, out = tmp_path / "notes.yaml", tmp_path / "out"
    file.write_text(notes, encoding="utf-8")
    words = ["pool", str(SYSTEM), "--notes", str(file), "--paths", "64", "--draws", "1", "--out", str(out)]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    assert (out / "pool.html").exists()
    assert json.loads((out / "pool.json").read_text(encoding="utf-8"))["notes"][0]["name"] == "A"
