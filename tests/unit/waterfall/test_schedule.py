"""Schedules against closed forms and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halflife.waterfall.schedule import Terms, level, period_sums, sculpted, sculpting_dscr, straight, walk


def terms(months: int, **changes: object) -> Terms:
    accrual = np.full(months + 1, 1 / 12)
    accrual[0] = 0.0
    ends = np.arange(1, months + 1)
    base = Terms(100.0, 100.0, accrual, ends, ends, months, 0, 0.0, 0.0, is_capitalised=False)
    return base._replace(**changes)


def test_annuity_of_the_textbook():
    instalments = level(np.full(5, 0.1), 0.0)
    opening = 1.0 - np.concatenate(([0.0], np.cumsum(instalments)[:-1]))
    np.testing.assert_allclose(100 * (instalments + 0.1 * opening), 26.3797480795, rtol=1e-11)
    assert instalments.sum() == pytest.approx(1.0, rel=1e-14)


@given(
    st.lists(st.floats(0.0, 0.05), min_size=1, max_size=60),
    st.floats(0.0, 0.9),
)
def test_level_payments_are_equal_and_leave_the_balloon(rates, balloon):
    paid = level(np.array(rates), balloon)
    opening = 1.0 - np.concatenate(([0.0], np.cumsum(paid)[:-1]))
    payments = paid + np.array(rates) * opening
    np.testing.assert_allclose(payments, payments[0], rtol=1e-9, atol=1e-12)
    assert 1.0 - paid.sum() == pytest.approx(balloon, abs=1e-9)


def test_straight_leaves_the_balloon():
    assert straight(4, 0.2).tolist() == [0.2] * 4


def test_sculpted_debt_of_the_reference_case():
    cfads, rates = np.array([120.0, 102.0, 86.7, 73.695, 62.64075]), np.full(5, 0.08)
    assert sculpting_dscr(cfads, rates, 260.1322807, 0.0) == pytest.approx(1.4, rel=1e-9)
    principal = sculpted(cfads, rates, 260.1322807, 1.4)
    expected = [64.9037032583, 57.2388566618, 50.8893937662, 45.6712595532, 41.4290674603]
    np.testing.assert_allclose(principal, expected, rtol=1e-7)


@given(st.lists(st.floats(50.0, 150.0), min_size=2, max_size=40), st.floats(0.0, 0.03), st.floats(0.0, 0.6))
def test_sculpting_leaves_the_balloon_and_a_constant_dscr(cash, rate, balloon):
    cfads, rates, debt = np.array(cash), np.full(len(cash), rate), 1000.0
    dscr = sculpting_dscr(cfads, rates, debt, balloon)
    principal = sculpted(cfads, rates, debt, dscr)
    opening = debt - np.concatenate(([0.0], np.cumsum(principal)[:-1]))
    np.testing.assert_allclose(cfads / (principal + rates * opening), dscr, rtol=1e-9)
    assert debt - principal.sum() == pytest.approx(balloon * debt, abs=1e-6)


def test_quarterly_interest_is_three_months_of_accrual():
    ends = np.array([3, 6])
    loan = terms(6, payments=ends, instalments=ends)
    nothing = np.zeros(7)
    done = walk(loan, np.full(7, 0.12), nothing, nothing, nothing)
    np.testing.assert_allclose(done.interest, [0, 0, 0, 3.0, 0, 0, 3.0], rtol=1e-14)
    assert done.balloon.tolist() == [0, 0, 0, 0, 0, 0, 100.0]
    assert done.balance[-1] == 0.0


def test_capitalised_interest_is_drawn_and_stops_at_the_commitment():
    capex = np.array([0.0, 80.0, 40.0, 0.0, 0.0])
    loan = terms(4, commitment=100.0, opening=0.0, draw_end=4, advance=0.8, is_capitalised=True)
    done = walk(loan, np.full(5, 0.12), capex, capex, np.zeros(5))
    np.testing.assert_allclose(done.draws, [0.0, 64.0, 32.0, 0.0, 0.0])
    np.testing.assert_allclose(done.capitalised[:4], [0.0, 0.0, 0.64, 0.9664], rtol=1e-12)
    assert done.drawn[-1] <= 100.0
    np.testing.assert_allclose(done.interest + done.capitalised, done.accrued, atol=1e-12)


def test_equity_pays_first_and_debt_the_whole_rest():
    capex = np.array([0.0, 30.0, 30.0, 40.0])
    loan = terms(3, commitment=75.0, opening=0.0, draw_end=3, advance=1.0, equity_first=25.0)
    done = walk(loan, np.zeros(4), capex, capex, np.zeros(4))
    assert done.draws.tolist() == [0.0, 5.0, 30.0, 40.0]


def test_period_sums_add_up_each_period_and_leave_month_zero_out():
    flow = np.array([99.0, 1.0, 2.0, 3.0, 4.0])
    assert period_sums(flow, np.array([2, 4]), 2).tolist() == [3.0, 7.0]
    assert period_sums(flow, np.array([1, 4]), 3).tolist() == [1.0, 9.0]
