"""Convertible notes: the exact limit, a slow tree of another make, rights that can only help their owner."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halflife.foundation.errors import SpecError
from halflife.instruments import convertible, merton
from halflife.instruments.convertible import Call, Note, Put, Share

RATE, SPREAD = 0.05, 0.04
SHARE = Share(50.0, 0.3, 0.02)
NOTE = Note(100.0, 62.5, 5.0, coupon=0.03)
LAST = NOTE._replace(converts_from=5.0)
rights = st.builds(
    lambda start, price, trigger, date, put: NOTE._replace(
        calls=(Call(start, 5.0, price, trigger),), puts=(Put(date, put),)
    ),
    st.floats(0.0, 4.0),
    st.floats(95.0, 130.0),
    st.floats(0.0, 90.0),
    st.floats(0.5, 4.5),
    st.floats(80.0, 105.0),
)


def price(note, share=SHARE, spread=SPREAD, steps=convertible.STEPS):
    return convertible.split_tree(note, share, RATE, spread, steps).price


@pytest.mark.parametrize(
    ("stock", "volatility", "dividend", "spread"), [(50, 0.3, 0.02, 0.04), (100, 0.6, 0.0, 0.1), (20, 0.9, 0.05, 0.0)]
)
def test_the_tree_approaches_the_closed_form_with_the_square_of_its_steps(stock, volatility, dividend, spread):
    terms = (LAST, Share(stock, volatility, dividend), RATE, spread)
    exact = convertible.at_maturity(*terms)
    errors = [abs(convertible.split_tree(*terms, steps).price - exact.price) for steps in (101, 201, 401)]
    assert errors[0] < 1e-5 * exact.price
    np.testing.assert_allclose(np.array(errors[:-1]) / errors[1:], 4.0, rtol=0.1)
    tree = convertible.split_tree(*terms)
    assert tree.cash_only == pytest.approx(exact.cash_only, rel=1e-5)
    assert tree.delta == pytest.approx(exact.delta, abs=1e-3)


def test_the_delta_is_the_slope_of_the_price():
    def moved(by):
        return convertible.at_maturity(LAST, SHARE._replace(price=50.0 + by), RATE, SPREAD).price

    assert convertible.at_maturity(LAST, SHARE, RATE, SPREAD).delta == pytest.approx(
        (moved(1e-3) - moved(-1e-3)) / 2e-3
    )


def test_conversion_at_maturity_is_what_a_simulation_gives():
    draws = np.random.default_rng(3).standard_normal(400_000)
    stock = 50 * np.exp((0.05 - 0.02 - 0.3**2 / 2) * 5 + 0.3 * np.sqrt(5) * draws)
    worth = np.where(stock >= 62.5, np.exp(-0.05 * 5) * 1.6 * stock, np.exp(-0.09 * 5) * 100)
    found = convertible.split_tree(LAST._replace(coupon=0.0), SHARE, RATE, SPREAD).price
    assert abs(worth.mean() - found) < 4 * worth.std() / np.sqrt(len(draws))


def straight(rate):
    return 1.5 * np.exp(-rate * np.arange(1, 11) / 2).sum() + 100 * np.exp(-rate * 5)


def test_a_note_far_from_its_shares_is_straight_debt():
    found = convertible.split_tree(NOTE, SHARE._replace(price=1.0), RATE, SPREAD)
    assert found.price == pytest.approx(straight(0.09), rel=1e-6)
    assert found.cash_only == pytest.approx(straight(0.09), rel=1e-6)


def test_a_note_deep_in_its_shares_is_its_shares_and_the_safe_part_of_its_coupons():
    found = convertible.split_tree(NOTE._replace(coupon=0.0), SHARE._replace(price=2_000.0), RATE, SPREAD)
    assert found == pytest.approx((3_200.0, 0.0, 1.6), abs=1e-6)


def test_without_spread_and_dividends_nobody_converts_early():
    share = SHARE._replace(dividend_yield=0.0)
    assert price(NOTE, share, 0.0) == pytest.approx(price(LAST, share, 0.0), rel=1e-12)
    assert price(NOTE, SHARE._replace(dividend_yield=0.15)) > price(LAST, SHARE._replace(dividend_yield=0.15)) + 0.1


def test_without_spread_a_note_is_a_bond_and_a_call_and_also_shares_and_a_put():
    call = convertible.at_maturity(LAST, SHARE, RATE, 0.0).price - straight(0.05)
    firm = merton.price(80.0, 100.0, RATE, 0.3, 5.0, 0.02)  # 1.6 shares, 100 owed: equity is the call
    assert call == pytest.approx(firm.equity, rel=1e-12)
    put = 100 * np.exp(-0.05 * 5) - firm.debt
    assert call - put == pytest.approx(80 * np.exp(-0.02 * 5) - 100 * np.exp(-0.05 * 5), rel=1e-12)


@settings(max_examples=30)
@given(rights)
def test_a_call_never_helps_the_holder_nor_a_put_the_issuer(note):
    plain, called, put = price(NOTE), price(note._replace(puts=())), price(note._replace(calls=()))
    assert called <= plain + 1e-9
    assert put >= plain - 1e-9
    assert price(note) <= put + 1e-9
    assert price(note) >= max(called, 80.0) - 1e-9


def test_conversion_is_never_worth_more_than_the_note():
    for stock in (20.0, 50.0, 80.0, 150.0):
        assert price(NOTE, SHARE._replace(price=stock)) >= 1.6 * stock - 1e-9


def test_a_soft_call_lies_between_a_hard_one_and_none():
    hard, none = price(NOTE._replace(calls=(Call(1.0, 5.0, 100.0),))), price(NOTE)
    prices = [price(NOTE._replace(calls=(Call(1.0, 5.0, 100.0, trigger),))) for trigger in (60.0, 81.25, 120.0, 1e6)]
    assert (np.diff([hard, *prices]) >= -1e-9).all()
    assert hard < prices[1] < none
    assert prices[-1] == pytest.approx(none, rel=1e-12)


def test_a_note_called_now_is_worth_what_the_holder_then_takes():
    now = (Call(0.0, 5.0, 100.0),)
    assert price(NOTE._replace(calls=now), SHARE._replace(price=70.0)) == pytest.approx(112.0)
    dear = NOTE._replace(coupon=0.08, calls=now)
    redeemed = convertible.split_tree(dear, SHARE._replace(price=40.0), RATE, 0.0)
    assert redeemed[:2] == pytest.approx((100.0, 100.0))


def test_a_put_soon_holds_the_note_up():
    early = price(NOTE._replace(puts=(Put(1e-3, 105.0),)), SHARE._replace(price=10.0))
    assert early == pytest.approx(105.0, rel=1e-3)


def test_accrued_interest_is_paid_with_the_call():
    note = NOTE._replace(maturity=4.75, coupon=0.08, calls=(Call(0.0, 4.75, 100.0),))
    assert price(note, SHARE._replace(price=55.0), spread=0.0) == pytest.approx(102.0)


def slow_tree(note, share, steps):
    """Cox, Ross and Rubinstein, whole layers at a time, coupons and rights on the nearest layer."""
    step = note.maturity / steps
    up = np.exp(share.volatility * np.sqrt(step))
    chance = (np.exp((RATE - share.dividend_yield) * step) - 1 / up) / (up - 1 / up)
    coupons = {round((note.maturity - k / note.frequency) / step) for k in range(int(note.maturity * note.frequency))}
    paid = note.face * note.coupon / note.frequency
    stock = share.price * up ** np.arange(-steps, steps + 1, 2.0)
    shares = np.where(note.ratio * stock >= note.face, note.ratio * stock, 0.0)
    cash = np.where(shares > 0, 0.0, note.face)
    for i in range(steps - 1, -1, -1):
        cash = cash + (paid if i + 1 in coupons else 0.0)
        shares = np.exp(-RATE * step) * (chance * shares[1:] + (1 - chance) * shares[:-1])
        cash = np.exp(-(RATE + SPREAD) * step) * (chance * cash[1:] + (1 - chance) * cash[:-1])
        stock = share.price * up ** np.arange(-i, i + 1, 2.0)
        accrued = paid * (1 - round((note.maturity - i * step) * note.frequency, 9) % 1) % paid
        for call in note.calls:
            hit = (call.start <= i * step) & (stock >= call.trigger) & (shares + cash > call.price + accrued)
            shares, cash = np.where(hit, 0.0, shares), np.where(hit, call.price + accrued, cash)
        for put in note.puts:
            hit = (round(put.date / step) == i) & (shares + cash < put.price + accrued)
            shares, cash = np.where(hit, 0.0, shares), np.where(hit, put.price + accrued, cash)
        hit = note.ratio * stock >= shares + cash
        shares, cash = np.where(hit, note.ratio * stock, shares), np.where(hit, 0.0, cash)
    return shares[0] + cash[0]


@pytest.mark.parametrize(
    ("note", "tolerance"),
    [
        (NOTE, 0.02),
        (NOTE._replace(calls=(Call(2.0, 5.0, 103.0, 75.0),)), 0.03),
        (NOTE._replace(puts=(Put(3.0, 98.0),)), 0.1),  # days apart: its layers are not ours
        (NOTE._replace(calls=(Call(1.0, 5.0, 105.0),), puts=(Put(2.5, 99.0),), coupon=0.05, frequency=4), 0.5),
    ],
)
def test_a_tree_of_another_make_agrees(note, tolerance):
    assert price(note) == pytest.approx(slow_tree(note, SHARE, 1_500), abs=tolerance)


@pytest.mark.parametrize(
    ("calls", "tolerance"), [((), 2e-5), ((Call(2.0, 5.0, 103.0, 75.0),), 2e-4), ((Call(2.0, 5.0, 103.0),), 5e-3)]
)
def test_more_steps_change_little(calls, tolerance):
    note = NOTE._replace(calls=calls)
    for steps in (601, 1_601, 4_001):
        assert price(note, steps=steps) == pytest.approx(price(note), rel=tolerance)


def test_everything_wrong_is_named_at_once():
    note = Note(0.0, -62.5, -1.0, -0.1, 0, -1.0)
    with pytest.raises(SpecError) as refused:
        convertible.split_tree(note, Share(0.0, -0.3, -0.1), np.nan, -0.1, 800)
    assert [finding.where for finding in refused.value.findings] == [
        "note.face",
        "note.conversion_price",
        "note.maturity",
        "note.coupon",
        "note.frequency",
        "note.converts_from",
        "share.price",
        "share.volatility",
        "share.dividend_yield",
        "rate",
        "spread",
        "steps",
    ]


def test_rights_that_cannot_be_are_refused():
    crossed = NOTE._replace(calls=(Call(1.0, 3.0, 100.0), Call(2.0, 5.0, 100.0)), puts=(Put(6.0, -1.0),))
    with pytest.raises(SpecError) as refused:
        price(crossed)
    assert [finding.where for finding in refused.value.findings] == ["puts[0].date", "puts[0].price", "calls"]
    with pytest.raises(SpecError, match=r"calls\[0\].end"):
        price(NOTE._replace(calls=(Call(3.0, 1.0, 100.0),)))
    with pytest.raises(SpecError, match="split_tree"):
        convertible.at_maturity(NOTE, SHARE, RATE, SPREAD)
    with pytest.raises(SpecError, match="standard deviations"):
        price(NOTE, SHARE._replace(volatility=1e-3))
