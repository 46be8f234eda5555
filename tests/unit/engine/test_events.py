"""What happens when something goes wrong: one quiet path, and one event at a time."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.covenants import state as covenant
from halflife.default import state as standing
from halflife.engine import state as outcome
from halflife.operations import state as business
from halflife.waterfall import state as debt

B = "borrowers/0"
OPS, DEBT = f"{B}/operations", f"{B}/debt"
LOAN = f"{DEBT}/facilities/0"
OPERATED = {
    "counterparties/1": {"name": "Operator", "roles": ["operator", "sponsor"], "rating": "B+", "recovery": "30 %"},
    f"{OPS}/operator": "Operator",
    f"{OPS}/operator_failure": {"downtime": "1 month", "replacement_probability": "100 %", "cost_increase": "10 %"},
    f"{B}/sponsor": "Operator",
    f"{DEBT}/accounts": [{"name": "buffer", "amount": "8 m USD", "opening": "8 m USD"}],
    f"{DEBT}/priority": [
        {"pay": "opex"}, {"pay": "interest"}, {"pay": "principal"}, {"pay": "fill", "account": "buffer"},
        {"pay": "trap"}, {"pay": "distribute"},
    ],
}  # fmt: skip
BALLOON = {
    f"{LOAN}/amortisation": {"kind": "straight", "balloon": "60 %"},
    "economy/market/machines/0/rental": "8 USD/h",
    f"{B}/default/refinancing": {"most_ltv": "0.90x", "least_dscr": "1.20x"},
}
BULLET = {
    f"{LOAN}/amortisation": {"kind": "bullet"},
    f"{LOAN}/every": 3,
    f"{B}/default/refinancing": {"most_ltv": "5.00x", "least_dscr": "0.01x"},
    f"{OPS}/release": {"downtime": "3 months", "use": "0 %"},
    f"{OPS}/opex": {"pue": 1.25, "hosting": "0 USD/month", "maintenance": "0 USD/month"},
}
IDLE = {f"{OPS}/release": {"downtime": "3 months", "use": "0 %"}}
MATURITY = 36


@pytest.fixture
def base(quiet):
    """The quiet term loan, changed: ``base({...})``."""

    def make(changes=None, *, operator=False):
        parties = [{"name": "Acme AI", "roles": ["offtaker"], "rating": "BBB-", "recovery": "40 %"}]
        extra = dict(OPERATED) if operator else {}
        if operator:
            parties.append(extra.pop("counterparties/1"))
        return quiet("term_loan.yaml", {"counterparties": parties, **extra, **(changes or {})})

    return make


def default_of(story, b=0):
    """Month and cause of the default, (0, 0) without."""
    return int(story("default.standing", b, standing.MONTH)[-1]), int(story("default.standing", b, standing.CAUSE)[-1])


def test_without_events_the_loan_is_repaid(base, live):
    story = live(base())
    assert default_of(story) == (0, 0)
    assert story("waterfall.pools", 0, debt.DEBT)[MATURITY] == pytest.approx(0.0, abs=1e-6)
    assert story("outcome.claims", 0, outcome.REPAID)[-1] == pytest.approx(95e6, rel=1e-12)
    assert story("outcome.claims", 0, outcome.LOSS)[-1] == 0.0


def test_base_case_and_loop_agree(base, live):
    """The path without events is the base case: revenue, cost, scheduled service."""
    deal = base()
    story, months = live(deal), slice(1, MATURITY + 1)
    for field, wanted in ((business.REVENUE, deal.base.revenue), (business.OPEX, deal.base.opex)):
        np.testing.assert_allclose(story("operations.businesses", 0, field)[months], wanted[0, months], rtol=1e-12)
    np.testing.assert_allclose(
        story("waterfall.pools", 0, debt.SERVICE)[months], deal.base.scheduled[0, months], rtol=1e-12
    )


# --- refinancing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, 0),
        ({"economy/market/credit/start": "900 bp", "economy/market/credit/level": "900 bp"}, standing.MATURITY),
        ({f"{B}/default/refinancing/most_ltv": "0.10x"}, standing.MATURITY),
        ({f"{B}/default/refinancing/least_dscr": "9.00x"}, standing.MATURITY),
        ({f"{B}/default/refinancing": None}, standing.MATURITY),
    ],
    ids=["all pass", "market shut", "LTV too high", "DSCR too low", "no terms"],
)
def test_refinancing_needs_an_open_market_and_both_tests(base, live, changes, cause):
    story = live(base({**BALLOON, **changes}))
    assert default_of(story) == ((MATURITY if cause else 0), cause)
    taken_out = story("waterfall.facilities", 0, debt.REFINANCED)[MATURITY]
    assert (taken_out > 50e6) == (cause == 0)


def test_a_refinanced_lender_loses_nothing(base, live):
    story = live(base(BALLOON))
    assert story("outcome.claims", 0, outcome.REPAID)[-1] == pytest.approx(95e6, rel=1e-12)
    assert story("waterfall.pools", 0, debt.DEBT)[MATURITY] == 0.0


def test_a_refinanced_balloon_is_no_missed_payment(base, live):
    story = live(base(BALLOON))
    assert story("waterfall.pools", 0, debt.FIRST_SHORT)[MATURITY] == 0.0


def test_dscr_excludes_the_balloon(base, live):
    story = live(base(BALLOON))
    dscr = story("covenants.triggers", 0, covenant.DSCR_VALUE)
    assert dscr[MATURITY] > 0.98 * dscr[MATURITY - 1]


# --- grace and acceleration ------------------------------------------------------------------------------


@pytest.mark.parametrize("grace", [0, 1, 4])
def test_grace_counts_whole_months_of_shortfall(base, live, grace):
    story = live(base({**IDLE, f"{B}/default/payment_grace": f"{grace} months"}), {"Acme AI": 10})
    short = story("waterfall.pools", 0, debt.SHORTFALL) > 1.0
    assert default_of(story) == (int(short.argmax()) + grace, standing.PAYMENT)


def test_a_cured_shortfall_starts_the_grace_anew(base, live):
    """Downtime of one month is shorter than the grace: the shortfall is made good and nothing happens."""
    changes = {f"{OPS}/release": {"downtime": "1 month", "use": "100 %"}, f"{B}/default/payment_grace": "2 months",
               "economy/market/machines/0/rental": "12 USD/h"}  # fmt: skip
    story = live(base(changes), {"Acme AI": 10})
    assert (story("waterfall.pools", 0, debt.SHORTFALL) > 1.0).sum() >= 1
    assert default_of(story) == (0, 0)


def test_unpaid_operating_cost_is_no_payment_default(base, live):
    """No interest or principal is due before month 36; the idle machines' upkeep goes unpaid from month 4."""
    changes = {**BULLET, f"{OPS}/opex/fixed": "1 m USD/month", f"{LOAN}/rate/coupon": "0 %",
               f"{B}/default/refinancing": None}  # fmt: skip
    assert default_of(live(base(changes), {"Acme AI": 4})) == (MATURITY, standing.MATURITY)


def test_missed_quarterly_interest_defaults_after_the_grace(base, live):
    story = live(base({**BULLET, f"{B}/default/payment_grace": "1 month"}), {"Acme AI": 4})
    short = story("waterfall.pools", 0, debt.SHORTFALL) > 1.0
    assert default_of(story) == (int(short.argmax()) + 1, standing.PAYMENT)


def test_acceleration_makes_everything_due(base, live):
    """After a covenant default all cash of the month goes to the lenders, and nothing to the owners."""
    changes = {f"{B}/covenants/0/threshold": "9.00x", f"{B}/covenants/0/consequence": "default"}
    story = live(base({**changes, f"{B}/enforcement/time_to_seize": "12 months"}))
    month, cause = default_of(story)
    assert (month, cause) == (3, standing.COVENANT)
    cfads = story("operations.businesses", 0, business.CFADS)
    paid = story("waterfall.facilities", 0, debt.PAID_INTEREST) + story("waterfall.facilities", 0, debt.PAID_PRINCIPAL)
    assert paid[month + 1] >= cfads[month + 1] * (1.0 - 1e-12)
    owes = story("waterfall.pools", 0, debt.DEBT) > 0.01
    assert (story("waterfall.pools", 0, debt.DISTRIBUTED)[month + 1 :][owes[month + 1 :]] == 0.0).all()


def test_a_default_that_is_paid_off_from_cash_flow_has_no_loss(base, live):
    changes = {f"{B}/covenants/0/threshold": "9.00x", f"{B}/covenants/0/consequence": "default"}
    story = live(base({**changes, f"{B}/enforcement/time_to_seize": "17 months"}))
    ead, loss = (story("outcome.claims", 0, field)[-1] for field in (outcome.EAD, outcome.LOSS))
    assert ead > 80e6
    assert story("waterfall.pools", 0, debt.DEBT)[-1] == pytest.approx(0.0, abs=0.01)
    assert abs(loss) < 1e-9 * ead


def test_a_default_paid_off_late_has_no_loss(base, live):
    """Nothing comes in until the machines are sold; their price then covers claim and interest."""
    changes = {
        **IDLE,
        f"{LOAN}/commitment": "20 m USD",
        f"{B}/enforcement/time_to_seize": "12 months",
        "economy/market/machines/0/rental": "12 USD/h",
    }
    story = live(base(changes), {"Acme AI": 10})
    assert story("waterfall.pools", 0, debt.DEBT)[-1] == pytest.approx(0.0, abs=0.01)
    assert abs(story("outcome.claims", 0, outcome.LOSS)[-1]) < 1e-9 * story("outcome.claims", 0, outcome.EAD)[-1]


# --- people ----------------------------------------------------------------------------------------------


def test_replaced_operator_is_no_default(base, live):
    story = live(base(operator=True), {"Operator": 12})
    revenue = story("operations.businesses", 0, business.REVENUE)
    assert default_of(story) == (0, 0)
    assert revenue[12] == 0.0
    assert revenue[13] > 0.0
    assert (story("default.standing", 0, standing.TRAPS)[12:24] == 1.0).all()


def test_replaced_operator_costs_more(base, live):
    opex = [
        live(base(operator=True), fails)("operations.businesses", 0, business.OPEX)[20]
        for fails in ({}, {"Operator": 12})
    ]
    upkeep = 2304 * (120 + 60)  # USD a month
    assert opex[1] - opex[0] == pytest.approx(0.1 * upkeep, rel=1e-9)


def test_lost_operator_ends_the_business(base, live):
    story = live(base({f"{OPS}/operator_failure/replacement_probability": "0 %"}, operator=True), {"Operator": 12})
    assert default_of(story) == (12, standing.OPERATOR_LOST)


def test_a_failed_sponsor_leaves_the_ring_fence_alone(base, live):
    """The operator is somebody else: the death of the sponsor moves no dollar of the borrower."""
    parties = [
        {"name": "Acme AI", "roles": ["offtaker"], "rating": "BBB-", "recovery": "40 %"},
        {"name": "Parent", "roles": ["sponsor"], "rating": "B", "recovery": "30 %"},
    ]
    deal = base({"counterparties": parties, f"{B}/sponsor": "Parent"})
    alone, orphan = live(deal), live(deal, {"Parent": 6})
    assert default_of(orphan) == (0, 0)
    for field in (debt.DEBT, debt.DISTRIBUTED):
        np.testing.assert_array_equal(
            alone("waterfall.pools", 0, field)[: MATURITY + 1], orphan("waterfall.pools", 0, field)[: MATURITY + 1]
        )


def test_machines_age_after_the_sponsor_has_failed(base, live):
    story = live(base(operator=True), {"Operator": 12})
    age = story("operations.fleets", 0, business.AGE)
    assert age[30] == pytest.approx(age[12] + 18)


def test_machines_age_and_contracts_run_out_after_default(base, live):
    changes = {f"{B}/covenants/0/threshold": "9.00x", f"{B}/covenants/0/consequence": "default",
               f"{B}/enforcement/time_to_seize": "17 months", f"{OPS}/contracts/0/term": "8 months"}  # fmt: skip
    story = live(base(changes))
    assert default_of(story)[0] == 3
    assert story("operations.businesses", 0, business.CONTRACTED)[9] == 0.0
    assert story("operations.fleets", 0, business.AGE)[9] == pytest.approx(9.0)


def test_a_former_customer_may_fail_without_harm(base, live):
    rich = {"economy/market/machines/0/rental": "12 USD/h", f"{OPS}/contracts/0/term": "12 months"}
    deal = base({**rich, f"{OPS}/release": {"downtime": "1 month", "use": "90 %"}}, operator=True)
    assert default_of(live(deal)) == (0, 0)
    revenue = [
        live(deal, fails)("operations.businesses", 0, business.REVENUE)[: MATURITY + 1]
        for fails in ({}, {"Acme AI": 20})
    ]
    np.testing.assert_array_equal(*revenue)


GUARANTEE = {
    "kind": "limited", "guarantor": "Operator", "cap": "10 m USD", "liquidity": "30 m USD",
}  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "fails", "most"),
    [
        ({}, {}, 10e6),
        ({"liquidity": "4 m USD"}, {}, 4e6),
        ({"liquidity": "8 m USD", "other_guarantees": "95 m USD"}, {}, 4e6),
        ({"kind": "full", "cap": None}, {}, 30e6),
        ({}, {"Operator": 8}, 0.0),
        ({"release": "2026-12-31"}, {}, 0.0),
    ],
    ids=["cap", "liquidity", "pari passu", "full", "dead", "released"],
)
def test_guarantor_pays_within_cap_and_liquidity_while_alive(base, live, terms, fails, most):
    deal = base({**IDLE, f"{B}/guarantee": {**GUARANTEE, **terms}}, operator=True)
    story = live(deal, {"Acme AI": 10, **fails})
    assert story("waterfall.pools", 0, debt.SUPPORT).sum() == pytest.approx(most, abs=1e-6)


def test_guarantor_is_not_called_for_a_balloon_that_is_refinanced(base, live):
    story = live(base({**BALLOON, f"{B}/guarantee": GUARANTEE}, operator=True))
    assert story("waterfall.facilities", 0, debt.REFINANCED)[MATURITY] > 0.0
    assert story("waterfall.pools", 0, debt.SUPPORT).sum() == 0.0


@pytest.mark.parametrize(("is_trap", "kept"), [(False, False), (True, True)])
def test_cash_is_trapped_for_a_failed_customer_where_documented(base, live, is_trap, kept):
    changes = {f"{B}/default/traps_on_customer_default": is_trap, "economy/market/machines/0/rental": "12 USD/h",
               f"{OPS}/release": {"downtime": "0 months", "use": "90 %"}}  # fmt: skip
    story = live(base(changes, operator=True), {"Acme AI": 10})
    assert default_of(story) == (0, 0)
    distributed = story("waterfall.pools", 0, debt.DISTRIBUTED)[15:MATURITY]
    assert (distributed == 0.0).all() == kept
