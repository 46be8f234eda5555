"""Pledges, sales, issuance and conversion, one month at a time on scripted prices."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from halflife.foundation.backend import twin
from halflife.treasury import state as purse
from halflife.treasury.kernel import (
    amount_for,
    borrow_on_coins,
    call_margin,
    convert,
    issue,
    keep_mined,
    raise_by,
    sell_coins,
)
from halflife.treasury.state import Books, Claims, Market, TreasuryState
from halflife.treasury.table import HOLD, PLEDGE, SELL_ALL, SELL_TO_COVER

PRICE, CLAIM = 50_000.0, 20e6
CALL, TARGET, LIQUIDATION = 0.7, 0.6, 0.8
MATURITY = 24


def table(**changes):
    """One borrower with one holding, one coin loan and one conversion right."""
    one = {
        "owner": 0, "kept": 0.0, "shares": 1e6, "monthly": 0.05, "least_premium": 0.0, "issue_cost": 0.02, "always": 0,
        "free": 100.0, "holding_treasury": 0, "holding_coin": 0, "mined": 1.0, "policy": SELL_TO_COVER, "lender": 0,
        "pledged": 500.0, "loan_facility": 0, "loan_holding": 0, "margin_call": CALL, "target": TARGET,
        "liquidation": LIQUIDATION, "cure": 0.0,
        "conversion_price": 10.0, "conversion_treasury": 0, "conversion_facility": 0,
    }  # fmt: skip
    return SimpleNamespace(**{name: np.array([changes.get(name, value)]) for name, value in one.items()})


class Scene:
    """The state before one month, every figure a lane of one."""

    def __init__(self, *, price=PRICE, pledged=500.0, free=100.0, claim=CLAIM, defaulted=0.0, volume=1e9, **more):
        def field(value):
            return np.array([[float(value)]])

        self.purses = np.zeros((1, purse.PURSE_FIELDS, 1))
        self.purses[0, purse.SHARES], self.purses[0, purse.SHARE_PRICE] = 1e6, more.get("share_price", 20.0)
        self.purses[0, purse.LEFT], self.purses[0, purse.PREMIUM] = more.get("left", 1e9), more.get("premium", 0.1)
        self.purses[0, purse.NEED] = more.get("need", 0.0)
        self.holdings = np.zeros((1, purse.HOLDING_FIELDS, 1))
        self.holdings[0, purse.FREE] = free
        self.loans = np.zeros((1, purse.LOAN_FIELDS, 1))
        self.loans[0, purse.PLEDGED], self.loans[0, purse.STANDS] = pledged, more.get("stands", 0.0)
        self.state = TreasuryState(self.purses, self.holdings, self.loans)
        self.market = Market(field(price), field(0.15), np.array([volume]), np.array([more.get("is_open", 1.0)]))
        claims = {name: field(0.0) for name in Claims._fields if name not in ("commitment", "maturity")}
        claims |= {"balance": field(claim), "accrued": field(more.get("accrued", 0.0)), "drawn": field(claim)}
        self.claims = Claims(**claims, commitment=np.array([1e12]), maturity=np.array([MATURITY]))
        figures = {name: field(more.get(name, 0.0)) for name in Books._fields if name != "defaulted"}
        self.books = Books(**figures, defaulted=field(defaulted))

    def margin(self, t=3, **changes):
        with np.errstate(all="ignore"):
            twin(call_margin)(table(**changes), self.state, self.market, self.claims, self.books, 0, t)
        return self

    @property
    def free(self):
        return self.holdings[0, purse.FREE, 0]

    @property
    def pledged(self):
        return self.loans[0, purse.PLEDGED, 0]

    @property
    def balance(self):
        return self.claims.balance[0, 0]


def price_at(ltv, pledged=500.0):
    return CLAIM / (pledged * ltv)


def test_below_the_call_nothing_moves():
    seen = Scene(price=price_at(CALL) * 1.000001).margin()
    assert (seen.free, seen.pledged, seen.balance) == (100.0, 500.0, CLAIM)


def test_at_the_call_free_coins_bring_the_pledge_to_its_target():
    price = price_at(CALL) * 0.999999
    seen = Scene(price=price).margin()
    assert seen.balance / (seen.pledged * price) == pytest.approx(TARGET, rel=1e-12)
    assert seen.free + seen.pledged == pytest.approx(600.0, rel=1e-12)
    assert seen.balance == CLAIM
    assert seen.loans[0, purse.STANDS, 0] == 0.0


def test_an_unmet_call_stands_for_its_cure_and_then_the_lender_sells_down_to_the_target():
    price = price_at(0.75)
    first = Scene(price=price, free=10.0).margin(cure=1.0)
    assert first.loans[0, purse.STANDS, 0] == 1.0
    assert (first.free, first.pledged, first.balance) == (0.0, 510.0, CLAIM)
    then = Scene(price=price, free=0.0, pledged=510.0, stands=1.0).margin(cure=1.0)
    assert then.balance / (then.pledged * price) == pytest.approx(TARGET, rel=1e-9)
    assert 0.0 < then.balance < CLAIM
    assert then.loans[0, purse.SEIZED, 0] == 3.0


def test_a_call_that_is_met_in_time_forgets_the_month_it_stood():
    seen = Scene(price=price_at(0.75), free=1000.0, stands=1.0).margin(cure=1.0)
    assert seen.loans[0, purse.STANDS, 0] == 0.0
    assert seen.balance == CLAIM


@pytest.mark.parametrize(("above", "is_sold"), [(1.000001, False), (0.999999, True)])
def test_the_lender_sells_exactly_from_the_liquidation_threshold_on(above, is_sold):
    seen = Scene(price=price_at(LIQUIDATION) * above, free=0.0, accrued=0.0).margin(cure=9.0)
    assert (seen.balance < 1e-6) == is_sold
    assert (seen.loans[0, purse.SEIZED, 0] == 3.0) == is_sold


def test_the_liquidation_pays_interest_first_and_hands_back_what_is_left():
    price = price_at(0.85)
    seen = Scene(price=price, free=0.0, accrued=1e5).margin()
    assert seen.claims.paid_interest[0, 0] == 1e5
    assert seen.claims.paid_principal[0, 0] == pytest.approx(CLAIM, rel=1e-12)
    sold = (500.0 - seen.free) * price
    assert seen.pledged == 0.0
    assert twin(raise_by)(sold, seen.loans[0, purse.IMPACT, 0]) == pytest.approx(CLAIM + 1e5, rel=1e-12)


def test_a_pledge_below_its_debt_leaves_the_rest_owed():
    price = price_at(1.25)
    seen = Scene(price=price, free=7.0).margin()
    assert seen.pledged == 0.0
    assert seen.free == 7.0
    assert seen.balance > CLAIM - 500.0 * price


def test_after_a_default_the_lender_sells_whatever_the_ratio():
    seen = Scene(price=price_at(0.3), defaulted=1.0).margin()
    assert seen.balance < 1e-6
    assert seen.free > 100.0


def test_at_maturity_the_pledge_repays_and_the_rest_is_free():
    seen = Scene(price=price_at(0.3)).margin(t=MATURITY)
    assert seen.balance < 1e-6
    assert seen.pledged == 0.0
    assert seen.loans[0, purse.SEIZED, 0] == 0.0


def test_a_repaid_loan_frees_its_pledge():
    seen = Scene(claim=0.0).margin()
    assert (seen.free, seen.pledged) == (600.0, 0.0)


@pytest.mark.parametrize("wanted", [0.0, 1.0, 1e6, 3e7, 2e8])
def test_a_sale_brings_what_is_wanted_under_the_square_root(wanted):
    impact = 2.0 / 3.0 * 0.03 / np.sqrt(2e9)
    amount = twin(amount_for)(np.array([wanted]), np.array([1e12]), impact)
    assert twin(raise_by)(amount, impact)[0] == pytest.approx(wanted, rel=1e-12, abs=1e-9)
    assert amount[0] >= wanted


def test_nobody_sells_beyond_what_brings_most():
    impact = 1e-3
    amount = twin(amount_for)(np.array([1e12]), np.array([1e12]), impact)
    assert amount[0] == pytest.approx((2.0 / (3.0 * impact)) ** 2)


def sold(policy, *, need, defaulted=0.0, free=100.0):
    seen = Scene(need=need, free=free, defaulted=defaulted, volume=1e6)
    with np.errstate(all="ignore"):
        twin(sell_coins)(table(policy=policy), seen.state, seen.market, seen.books, 0)
    return seen


def test_to_cover_sells_the_need_and_no_more():
    seen = sold(SELL_TO_COVER, need=1e6)
    assert seen.holdings[0, purse.RAISED, 0] == pytest.approx(1e6, rel=1e-10)
    assert seen.purses[0, purse.NEED, 0] < 1e-3
    assert sold(SELL_TO_COVER, need=0.0).free == 100.0


def test_hold_sells_nothing_while_alive_and_everything_after_a_default():
    assert sold(HOLD, need=1e6).free == 100.0
    seen = sold(HOLD, need=0.0, defaulted=1.0)
    assert seen.free == 0.0
    assert seen.holdings[0, purse.RAISED, 0] > 0.99 * 100.0 * PRICE


def test_sell_all_sells_all():
    assert sold(SELL_ALL, need=0.0).free == 0.0


def test_a_pledge_borrows_the_need_at_the_target_and_within_it():
    seen = Scene(need=1e6, free=100.0, pledged=700.0)
    with np.errstate(all="ignore"):
        twin(borrow_on_coins)(table(policy=PLEDGE), seen.state, seen.market, seen.claims, seen.books, 0)
    assert seen.balance == pytest.approx(CLAIM + 1e6)
    assert seen.pledged == pytest.approx(max(700.0, (CLAIM + 1e6) / (TARGET * PRICE)))
    assert seen.free + seen.pledged == pytest.approx(800.0)
    most = Scene(need=1e9, free=100.0, pledged=700.0)
    with np.errstate(all="ignore"):
        twin(borrow_on_coins)(table(policy=PLEDGE), most.state, most.market, most.claims, most.books, 0)
    assert most.balance == pytest.approx(TARGET * 800.0 * PRICE)
    assert most.free == pytest.approx(0.0, abs=1e-9)


def issued(**more):
    seen = Scene(dues=1.5e6, cash=1e6, **more)
    with np.errstate(all="ignore"):
        twin(issue)(table(), seen.state, seen.market, seen.books)
    return seen.purses[0, :, 0]


def test_shares_are_issued_for_what_is_lacking_and_dilute():
    found = issued()
    assert found[purse.ISSUED] == pytest.approx(5e5)
    assert found[purse.SHARES] == pytest.approx(1e6 + 5e5 / 0.98 / 20.0)
    assert found[purse.NEED] == 0.0
    assert found[purse.FLOW] == pytest.approx(5e5)


@pytest.mark.parametrize(
    "shut", [{"is_open": 0.0}, {"premium": -0.001}, {"defaulted": 1.0}, {"left": 0.0}, {"share_price": 0.0}]
)
def test_no_share_is_issued_without_market_access(shut):
    found = issued(**shut)
    assert found[purse.ISSUED] == 0.0
    assert found[purse.NEED] == pytest.approx(5e5)


def test_a_month_takes_no_more_than_its_share_of_the_market_value():
    assert issued(share_price=1.0)[purse.ISSUED] == pytest.approx(0.05 * 1e6 * 0.98)


@pytest.mark.parametrize(("share_price", "is_taken"), [(10.01, True), (10.0, False), (9.0, False)])
def test_notes_convert_only_in_the_money_and_only_at_maturity(share_price, is_taken):
    for t in (MATURITY - 1, MATURITY):
        seen = Scene(share_price=share_price)
        twin(convert)(table(), seen.state, seen.claims, seen.books, t)
        assert (seen.balance == 0.0) == (is_taken and t == MATURITY)
        if is_taken and t == MATURITY:
            assert seen.purses[0, purse.SHARES, 0] == pytest.approx(1e6 + CLAIM / 10.0)
            assert seen.claims.settled[0, 0] == CLAIM


def test_what_is_mined_and_kept_becomes_coins_at_the_months_price():
    seen = Scene(mined=2e6)
    twin(keep_mined)(table(kept=0.25), seen.state, seen.market, seen.books)
    assert seen.free == pytest.approx(100.0 + 5e5 / PRICE)
    assert seen.purses[0, purse.KEPT, 0] == 5e5


def test_rounding_never_leaves_less_than_no_coin():
    generator = np.random.Generator(np.random.Philox(key=7))
    for ratio, pledged in zip(generator.uniform(0.3, 3.0, 400), generator.uniform(1.0, 2_000.0, 400), strict=True):
        seen = Scene(price=price_at(ratio, pledged), pledged=pledged, free=0.0).margin(t=MATURITY)
        assert seen.free >= 0.0
        with np.errstate(all="ignore"):
            twin(sell_coins)(table(policy=SELL_ALL), seen.state, seen.market, seen.books, 0)
        assert seen.holdings[0, purse.RAISED, 0] >= 0.0
        assert seen.free == 0.0
