"""Draws, tests of the debt, and the sale of what was seized: one quiet path, and one event at a time."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.collateral import state as value
from halflife.covenants import state as covenant
from halflife.default import state as standing
from halflife.engine import state as outcome
from halflife.liquidation import state as sale
from halflife.market import state as market
from halflife.operations import state as business
from halflife.waterfall import state as debt

B = "borrowers/0"
OPS, DEBT = f"{B}/operations", f"{B}/debt"
DDTL, DRAWS = f"{DEBT}/facilities/0", f"{DEBT}/facilities/0/draws"
STOP = {f"{B}/covenants/3/threshold": "0.10x", f"{B}/covenants/3/first_test": "2026-06-30"}
FORECLOSED = {f"{B}/covenants/0/threshold": "9.00x", f"{B}/covenants/0/consequence": "default"}
FREE = {f"{B}/covenants/3/threshold": "5.00x"}
PUNCTUAL = {f"{OPS}/fleets/0/delivery": {"first": "2026-04-30", "last": "2026-12-31"}}


@pytest.fixture
def full(quiet):
    """The invented deal with everything, quiet and punctual: ``full({...})``."""
    return lambda changes=None: quiet("full_ddtl.yaml", {**PUNCTUAL, **(changes or {})})


@pytest.fixture
def loan(quiet):
    """The quiet term loan: ``loan({...})``."""
    return lambda changes=None: quiet("term_loan.yaml", changes or {})


def place(story, kind, name):
    return getattr(story.deal.names, kind).index(name)


# --- draws -----------------------------------------------------------------------------------------------


def test_draws_stay_within_advance_rate_and_commitment(full, live):
    story = live(full(FREE))
    f = place(story, "facilities", "ddtl")
    spent = story("operations.businesses", 0, business.SPENT).cumsum()
    drawn = story("waterfall.facilities", f, debt.CAPEX_DRAWN)
    assert spent[-1] == pytest.approx(20_000 * 60_000)
    assert (drawn <= 0.80 * spent * (1.0 + 1e-12)).all()
    assert drawn[-1] == pytest.approx(0.80 * spent[-1], rel=1e-9)


def test_equity_first_spends_before_the_lenders(full, live):
    story = live(full({**FREE, f"{DRAWS}/equity": "first", f"{DDTL}/commitment": "979 m USD"}))
    f = place(story, "facilities", "ddtl")
    drawn = np.diff(story("waterfall.facilities", f, debt.CAPEX_DRAWN), prepend=0.0)
    equity = story("operations.businesses", 0, business.SPENT) - drawn
    first = int((drawn > 0.0).argmax())
    assert first > 1
    assert equity[first + 1 :].max() == pytest.approx(0.0, abs=1.0)


def test_refused_draws_stop_deliveries(full, live):
    story = live(full(STOP))
    f, spent = place(story, "facilities", "ddtl"), story("operations.businesses", 0, business.SPENT)
    stops = int((story("covenants.triggers", 0, covenant.STOP_FLAG) > 0.5).argmax())
    assert stops == 3
    assert spent[2 : stops + 1].min() > 0.0
    assert (spent[stops + 1 :] == 0.0).all()
    assert (np.diff(story("waterfall.facilities", f, debt.CAPEX_DRAWN))[stops:] == 0.0).all()


def test_equity_pays_for_refused_draws_where_documented(full, live):
    story = live(full({**STOP, f"{DRAWS}/when_stopped": "equity_pays"}))
    spent = story("operations.businesses", 0, business.SPENT)
    equity = story("waterfall.pools", 0, debt.EQUITY)
    assert spent.sum() == pytest.approx(20_000 * 60_000)
    assert (equity[4:10] >= spent[4:10] * (1.0 - 1e-12)).all()


# --- advance tests ---------------------------------------------------------------------------------------


def test_over_advance_is_cured_from_cash(full, live):
    """Debt above the maintenance test is prepaid as far as cash goes, and owners wait."""
    story = live(full({f"{DDTL}/maintenance_advance": "60 %"}))
    f = place(story, "facilities", "ddtl")
    over = story("waterfall.facilities", f, debt.BALANCE) - 0.60 * story("collateral.values", 0, value.PAPER)
    alive = story("default.standing", 0, standing.DEFAULTED) < 0.5
    distributed = story("waterfall.pools", 0, debt.DISTRIBUTED)
    assert (alive & (over > 1.0)).any()
    assert (distributed[alive & (over > 1.0)] == 0.0).all()


def test_borrowing_base_is_redetermined_every_month(full, live):
    """The base follows this month's orderly value and revenue; what exceeds it is repaid before owners get a cent."""
    story = live(full({f"{DEBT}/facilities/1/drawn": "50 m USD"}))
    f = place(story, "facilities", "abl")
    table = story.deal.plan.waterfall
    base = table.base_advance[f] * story("collateral.values", 0, value.ORDERLY)
    base = base + table.base_receivables[f] * story("operations.businesses", 0, business.REVENUE)
    over = story("waterfall.facilities", f, debt.BALANCE) - base
    months = np.arange(1, table.maturity[f])
    healthy = story("default.standing", 0, standing.DEFAULTED)[months] < 0.5
    distributed = story("waterfall.pools", 0, debt.DISTRIBUTED)[months]
    assert (distributed[healthy & (over[months] > 1.0)] == 0.0).all()
    assert np.unique(base[months]).size == months.size


# --- ratios ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look_back", [1, 3, 12])
def test_dscr_looks_back_over_whole_months(loan, live, look_back):
    story = live(loan({f"{B}/covenants/0/look_back": f"{look_back} months"}))
    cfads = story("operations.businesses", 0, business.CFADS)
    service = story("waterfall.pools", 0, debt.SERVICE)
    found = story("covenants.tests", 0, covenant.VALUE)
    for t in (3, 13, 14, 27, 36):
        months = slice(max(1, t - look_back + 1), t + 1)
        assert found[t] == pytest.approx(cfads[months].sum() / service[months].sum(), rel=1e-9)


def test_dscr_leaves_out_balloon_and_reserve_releases(loan, live):
    reserve = {
        f"{DEBT}/accounts": [{"name": "buffer", "amount": "20 m USD", "opening": "40 m USD"}],
        f"{DEBT}/facilities/0/amortisation": {"kind": "straight", "balloon": "50 %"},
    }
    plain = {f"{DEBT}/facilities/0/amortisation": {"kind": "straight", "balloon": "50 %"}}
    one, other = live(loan(reserve)), live(loan(plain))
    f = slice(1, 37)
    np.testing.assert_array_equal(
        one("covenants.triggers", 0, covenant.DSCR_VALUE)[f], other("covenants.triggers", 0, covenant.DSCR_VALUE)[f]
    )
    assert one("waterfall.pools", 0, debt.DISTRIBUTED)[1] > other("waterfall.pools", 0, debt.DISTRIBUTED)[1] + 15e6
    assert one("waterfall.pools", 0, debt.SERVICE)[36] < 2.0 * 95e6 * 0.5 / 36


@pytest.mark.parametrize(("first_test", "month"), [("2026-06-30", 3), ("2027-03-31", 12), ("2028-12-31", 33)])
def test_nothing_is_breached_before_the_first_test(loan, live, first_test, month):
    story = live(loan({f"{B}/covenants/0/threshold": "9.00x", f"{B}/covenants/0/first_test": first_test}))
    assert int(story("covenants.tests", 0, covenant.FIRST_BREACH)[36]) == month


@pytest.mark.parametrize("grace", [0, 2, 5])
def test_covenant_consequence_waits_for_the_cure_period(loan, live, grace):
    story = live(loan({**FORECLOSED, f"{B}/covenants/0/grace": f"{grace} months"}))
    assert int(story("default.standing", 0, standing.MONTH)[-1]) == 3 + grace


def test_a_threshold_steps_up_on_its_date(loan, live):
    steps = [{"on": "2027-12-31", "threshold": "9.00x"}]
    story = live(loan({f"{B}/covenants/0/threshold": "0.10x", f"{B}/covenants/0/steps": steps}))
    assert int(story("covenants.tests", 0, covenant.FIRST_BREACH)[36]) == 21


# --- enforcement -----------------------------------------------------------------------------------------


def machines_left(story, f=0):
    share = story("operations.fleets", f, business.SHARE) * story("operations.fleets", f, business.HELD)
    return story.deal.plan.operations.units[f] * share


def test_step_in_keeps_the_revenue_and_sells_later(loan, live):
    sold = {}
    for policy, months in (("sale", {}), ("step_in", {f"{B}/enforcement/step_in_months": "6 months"})):
        story = live(loan({**FORECLOSED, f"{B}/enforcement/policy": policy, **months}))
        month = int(story("default.standing", 0, standing.MONTH)[-1])
        sold[policy] = int((story("liquidation.sales", 0, sale.SOLD) > 0.0).argmax()) - month
        revenue = story("operations.businesses", 0, business.REVENUE)
        assert revenue[month + 1 : month + sold[policy]].min() > 0.9 * revenue[month]
    assert sold["step_in"] == sold["sale"] + 6


def test_first_sale_follows_the_months_of_seizure(loan, live):
    """Four whole months go by after the month of default; the machines are sold in the fifth."""
    story = live(loan({**FORECLOSED, f"{B}/enforcement/time_to_seize": "4 months"}))
    month = int(story("default.standing", 0, standing.MONTH)[-1])
    assert int((story("liquidation.sales", 0, sale.SOLD) > 0.0).argmax()) == month + 5


def test_sale_queue_respects_absorption_and_floor(loan, live):
    story = live(loan({**FORECLOSED, f"{OPS}/contracts/0/terminates_on_borrower_default": True,
                       f"{OPS}/release": {"downtime": "3 months", "use": "0 %"}}))  # fmt: skip
    sold, price = story("liquidation.sales", 0, sale.SOLD), story("liquidation.sales", 0, sale.PRICE)
    selling = sold > 0.0
    assert selling.sum() > 3
    assert sold[:-1].max() <= 500.0 * (1.0 + 1e-12)
    assert (price[selling] >= 0.30).all()
    assert (price[selling] <= 1.0).all()
    assert sold.sum() == pytest.approx(2304.0)


def test_proceeds_are_price_less_costs(loan, live):
    story = live(loan({**FORECLOSED, f"{B}/enforcement/cost_per_machine": "500 USD"}))
    unit = story("collateral.worth", 0, value.UNIT)
    sold, price = story("liquidation.sales", 0, sale.SOLD), story("liquidation.sales", 0, sale.PRICE)
    wanted = sold * np.maximum(0.0, unit * price * (1.0 - 0.08) - 500.0)
    np.testing.assert_allclose(story("liquidation.sales", 0, sale.PROCEEDS), wanted, rtol=1e-12)


def test_the_end_of_the_workout_sells_what_is_left(loan, live):
    """A buyer of ten machines a month: the rest goes in the last month, or the debt is gone."""
    slow = {"economy/resale/0/absorption": 10, f"{OPS}/release": {"downtime": "3 months", "use": "0 %"},
            f"{OPS}/contracts/0/terminates_on_borrower_default": True}  # fmt: skip
    story = live(loan({**FORECLOSED, **slow}))
    assert machines_left(story)[-2] > 1000.0
    assert machines_left(story)[-1] == pytest.approx(0.0, abs=1e-9)


def test_nothing_is_sold_once_the_debt_is_paid(loan, live):
    story = live(loan({**FORECLOSED, "economy/market/machines/0/rental": "40 USD/h"}))
    gone = story("waterfall.pools", 0, debt.DEBT) < 0.01
    gone[: int(story("default.standing", 0, standing.MONTH)[-1]) + 1] = False
    assert gone.any()
    assert story("liquidation.sales", 0, sale.SOLD)[int(gone.argmax()) + 1 :].max() == 0.0
    assert machines_left(story)[-1] > 0.0


def test_recoveries_are_riskless_discounted_once(loan, live):
    """PV of the loss is the loss at default times the riskless factor of that month."""
    story = live(loan({**FORECLOSED, f"{OPS}/release": {"downtime": "3 months", "use": "0 %"},
                       f"{OPS}/contracts/0/terminates_on_borrower_default": True}))  # fmt: skip
    month = int(story("default.standing", 0, standing.MONTH)[-1])
    loss = story("outcome.claims", 0, outcome.LOSS)[-1]
    assert loss > 0.0
    wanted = loss * story("market.economy", 0, market.DISCOUNT)[month]
    assert story("outcome.claims", 0, outcome.PV_LOSS)[-1] == pytest.approx(wanted, rel=1e-12)
