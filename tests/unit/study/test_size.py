"""The largest debt, the longest tenor, and tranches of a pool."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from halflife.facts import cumulative_pd, notch
from halflife.foundation.errors import SpecError
from halflife.metrics.sample import Estimated
from halflife.report.sizing import render_size, render_stack, size_sentences
from halflife.study.aims import read_aim
from halflife.study.ground import ground_of
from halflife.study.quantities import BY_QUANTITY
from halflife.study.resize import Size, held, resized, resolve_all
from halflife.study.run import run
from halflife.study.size import size_of
from halflife.study.termsheet import load
from halflife.study.tranche_stack import stack

ROOT = Path(__file__).resolve().parents[3]
TERM_LOAN = ROOT / "tests" / "data" / "term_loan.yaml"
DDTL = ROOT / "examples" / "coreweave-ddtl-4.0.yaml"
PATHS = 1_024


@pytest.fixture(scope="module")
def ground():
    return ground_of(load(TERM_LOAN), paths=PATHS)


@pytest.fixture(scope="module")
def drawn():
    return ground_of(load(DDTL), paths=PATHS)


def test_resized_debt_keeps_the_contract_price(drawn):
    deal = drawn.deals[0]
    spec = held(deal)
    price = spec.borrowers[0].operations.contracts[0].price
    assert price == pytest.approx(float(deal.base.price[0]))
    doubled = resized(spec, drawn.borrower, "ddtl", Size(debt=0.5, months=6))
    facility = doubled.borrowers[0].debt.facilities[0]
    assert facility.commitment == pytest.approx(4.25e9)
    assert facility.draws is not None
    assert facility.draws.advance_rate == pytest.approx(0.45)
    assert facility.maturity.isoformat() == "2032-09-30"
    same = resolve_all([deal], drawn.sheet.document, drawn.borrower, "ddtl", Size())[0]
    np.testing.assert_allclose(same.base.cfads, deal.base.cfads, rtol=1e-9)
    np.testing.assert_allclose(same.plan.waterfall.instalment, deal.plan.waterfall.instalment, rtol=1e-9)


def test_the_largest_debt_keeps_the_line_and_a_little_more_crosses_it(ground):
    aim = read_aim("dscr=1.5x", ground)
    found = size_of(ground, [aim], amortisations=("as_written", "level"))
    quantity = BY_QUANTITY["dscr"]
    for one, kind in zip(found.sizes, ("straight", "level"), strict=True):
        assert one.amortisation == kind
        assert one.binding == aim
        assert one.found["dscr"].value >= aim.level
        assert one.found["dscr"].value == pytest.approx(aim.level, abs=0.01)
        assert one.debt == pytest.approx(one.amount * 95e6)
    straight, level = found.sizes
    assert level.debt > straight.debt  # equal payments ask less of the first years
    deals = resolve_all(ground.deals, ground.sheet.document, ground.borrower, "loan", Size(debt=straight.amount * 1.02))
    assert ground.walked([deal.plan for deal in deals], deals).read(quantity) < aim.level
    assert "stopped by" in size_sentences(found)[1]
    assert "<svg" in render_size(found)


def test_sculpted_debt_at_a_dscr_is_cash_over_dscr(ground):
    """Sculpting identity, case m2-sculpted-debt: debt is the present value of CFADS over the DSCR."""
    deal = resolve_all(ground.deals, ground.sheet.document, ground.borrower, "loan", Size(amortisation="sculpted"))[0]
    months = slice(1, 37)
    cfads, service = deal.base.cfads[0, months], deal.base.scheduled[0, months]
    dscr = float(cfads[0] / service[0])
    np.testing.assert_allclose(cfads / service, dscr, rtol=1e-6)
    worth = float((cfads * (1.0 + 0.09 / 12.0) ** -np.arange(1.0, 37.0)).sum())
    assert worth / dscr == pytest.approx(95e6, rel=1e-3)


def test_tenor_is_a_whole_number_of_months_on_the_safe_side(ground):
    aim = read_aim("dscr=1.2x", ground)
    one = size_of(ground, [aim], knob="tenor").sizes[0]
    assert one.amount == round(one.amount)
    assert one.found["dscr"].value >= aim.level or one.reason


def test_nothing_to_keep_and_unknown_facilities_are_refused(ground):
    with pytest.raises(SpecError, match="at least one line"):
        size_of(ground, [])
    with pytest.raises(SpecError, match="'lona'"):
        size_of(ground, [read_aim("dscr", ground)], facility="lona")


@pytest.mark.parametrize("by", ["pd", "el"])
def test_tranches_keep_their_ratings_and_add_up_to_the_pool(by):
    results = run(load(DDTL), paths=PATHS, seed=7).results
    found = stack(results, ["A", "BBB", "BB"], by)
    assert sum(one.size for one in found.slices) == pytest.approx(found.pool)
    assert found.slices[0].detachment == 1.0
    assert found.slices[-1].attachment == 0.0
    whole = sum((one.el or Estimated(0.0, 0.0)).value * one.size for one in found.slices)
    assert whole == pytest.approx(found.el.value * found.pool, rel=1e-6)
    for one in found.slices[:-1]:
        if by == "pd":
            assert one.pd.value <= one.allowed
        elif one.el is not None and one.attachment > 0.0:
            assert one.el.value == pytest.approx(one.allowed, rel=1e-3)
    years = float(results.maturities.max()) / 12.0
    if by == "pd":
        assert found.slices[0].allowed == pytest.approx(float(cumulative_pd(notch("A"), np.asarray(years))))
    assert "<svg" in render_stack(found)


def test_tranches_out_of_order_are_refused():
    results = run(load(TERM_LOAN), paths=PATHS, seed=7).results
    with pytest.raises(SpecError, match="best to the weakest"):
        stack(results, ["BB", "A"])
    with pytest.raises(SpecError, match="AAAA"):
        stack(results, ["AAAA"])
