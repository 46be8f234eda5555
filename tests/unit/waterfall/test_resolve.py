"""The debt as arrays."""

from __future__ import annotations

import copy
import functools
from pathlib import Path

import numpy as np
import pytest

from halflife.engine.resolve import Deal, resolve
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.waterfall import table as codes

DATA = Path(__file__).resolve().parents[2] / "data"
SIMPLE, FULL = (read_document(DATA / name).tree() for name in ("term_loan.yaml", "full_ddtl.yaml"))


@functools.cache
def first_deal(name: str) -> Deal:
    return resolve(SystemSpec.model_validate(SIMPLE if name == SIMPLE["name"] else FULL))


def deal_with(tree: dict, **facility: object) -> Deal:
    tree = copy.deepcopy(tree)
    first = tree["borrowers"][0]["debt"]["facilities"][0]
    first.update(facility)
    return resolve(SystemSpec.model_validate(tree), reuse=first_deal(tree["name"]))


@pytest.fixture(scope="module")
def full() -> Deal:
    return first_deal(FULL["name"])


def test_straight_loan_repays_in_equal_shares():
    table = deal_with(SIMPLE).plan.waterfall
    np.testing.assert_allclose(table.instalment[0, 1:37], 1 / 36, rtol=1e-12)
    assert table.instalment[0, 37:].sum() == 0.0
    assert table.is_payment[0].sum() == 36


def test_first_payment_date_postpones_principal_not_interest():
    table = deal_with(SIMPLE, first_payment="2027-03-31").plan.waterfall
    assert np.flatnonzero(table.instalment[0])[0] == 12
    assert table.is_payment[0, 1] == 1


def test_sculpted_loan_has_one_dscr_and_is_repaid():
    deal = deal_with(SIMPLE, amortisation={"kind": "sculpted", "balloon": "10 %"})
    (loan,) = deal.base.debt.loans
    service = (loan.walk.interest + loan.walk.principal)[1:37]
    np.testing.assert_allclose(deal.base.cfads[0, 1:37] / service, loan.dscr, rtol=1e-9)
    assert loan.walk.balloon.sum() == pytest.approx(9.5e6, rel=1e-9)


def test_sculpted_loan_with_an_inferred_price_has_the_dscr_asked_for():
    tree = copy.deepcopy(SIMPLE)
    tree["borrowers"][0]["operations"]["contracts"][0]["price"] = {"dscr": "1.30x"}
    rate = {"kind": "floating", "margin": "300 bp", "hedged_share": "80 %"}
    deal = deal_with(tree, amortisation={"kind": "sculpted"}, rate=rate)
    (loan,) = deal.base.debt.loans
    assert loan.dscr == pytest.approx(1.30, rel=1e-9)
    assert deal.base.price[0] > 0.0
    assert loan.walk.principal.sum() == pytest.approx(95e6, rel=1e-9)


def test_swap_rate_is_the_curve_weighted_by_the_balance(full):
    place = full.names.facilities.index("ddtl")
    loan, curve = full.base.debt.loans[place], full.plan.market.rate_curve
    weight = loan.walk.opening * loan.terms.accrual
    assert loan.swap == pytest.approx((curve * weight).sum() / weight.sum(), abs=1e-7)
    assert full.plan.waterfall.coupon[place] == pytest.approx(loan.swap + 0.0225, abs=1e-7)


def test_instalments_repay_what_was_drawn_less_the_balloon(full):
    sums = dict(zip(full.names.facilities, full.plan.waterfall.instalment.sum(axis=1), strict=True))
    assert sums == pytest.approx({"abl": 0.0, "ddtl": 0.9, "lease": 0.8, "mezzanine": 0.3}, rel=1e-9)


def test_principal_may_start_before_draws_end():
    loan = {"amortisation": {"kind": "straight"}, "first_payment": "2026-10-31"}
    deal = deal_with(FULL, **loan)
    walked = deal.base.debt.loans[deal.names.facilities.index("ddtl")].walk
    assert walked.balloon.sum() == pytest.approx(0.0, abs=1e-3 * walked.drawn[-1])
    assert walked.principal[7] > 0.0


def test_program_keeps_the_written_order(full):
    table = full.plan.waterfall
    assert full.names.steps[:3] == ("opex", "fees ddtl", "interest ddtl")
    assert table.step[:3].tolist() == [codes.OPEX, codes.FEES, codes.INTEREST]
    dsra = full.names.steps.index("fill dsra")
    assert full.names.accounts[table.step_target[dsra]] == "dsra"
    sweep = full.names.steps.index("sweep ddtl")
    assert table.step_share[sweep] == 0.5
    assert table.step_when[sweep] == 1


def test_reserve_looks_ahead_and_ends_with_the_debt(full):
    table, ddtl = full.plan.waterfall, full.names.facilities.index("ddtl")
    dsra, power = full.names.accounts.index("dsra"), full.names.accounts.index("power reserve")
    assert table.ahead[dsra, 20] == pytest.approx(table.instalment[ddtl, 21:27].sum(), rel=1e-12)
    assert table.target[power, 20] == pytest.approx(5e6 + full.base.opex[0, 21:23].sum(), rel=1e-12)
    assert table.target[power, 69:].sum() == 0.0
    assert table.ahead[dsra, 69] == 0.0


def test_borrowing_base_falls_with_age(full):
    table, abl = full.plan.waterfall, full.names.facilities.index("abl")
    assert np.all(np.diff(table.base_advance[abl, 10:36]) <= 0.0)
    assert table.base_advance[abl].min() == 0.0


def test_equity_first_funds_its_share_of_the_machines():
    draws = {"until": "2027-01-31", "advance_rate": "80 %", "equity": "first", "commitment_fee": "50 bp"}
    deal = deal_with(FULL, draws=draws)
    place = deal.names.facilities.index("ddtl")
    assert deal.plan.waterfall.equity_first[place] == pytest.approx(0.2 * 1.2e9, rel=1e-12)
    assert deal.base.debt.loans[place].walk.draws.sum() == pytest.approx(0.96e9, rel=1e-9)
