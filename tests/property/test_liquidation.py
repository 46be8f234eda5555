"""Selling into thin markets: nothing is made or lost, deeper is never worse, and sharing is what it says."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halflife.engine.channels import with_channels
from halflife.engine.resolve import resolve as resolve_deal
from halflife.engine.run import walk
from halflife.engine.state import LOSS
from halflife.engine.system import SystemSpec
from halflife.foundation.backend import empty_state, lane_of, twin, twin_rows
from halflife.foundation.document import read_document
from halflife.foundation.names import Written
from halflife.instruments.impact import bounded_exponential, exponential_proceeds
from halflife.liquidation import kernel
from halflife.liquidation import state as sale
from halflife.liquidation.resolve import Fleet, resolve
from halflife.liquidation.schedule import average
from halflife.liquidation.spec import EnforcementSpec, ResaleSpec
from halflife.liquidation.state import (
    BACKSTOP_FIELDS,
    MARKET_FIELDS,
    SALE_FIELDS,
    SELLER_FIELDS,
    LiquidationState,
    Seized,
)
from halflife.liquidation.table import GOING_CONCERN
from halflife.study.run import axis_of

DATA = Path(__file__).resolve().parents[1] / "data"
MONTHS = 24
MARKET = {"machine": "m", "depth": 1000, "absorption": 500, "floor": "30 %", "recovery": "50 %"}
RULE = {"time_to_seize": "2 months", "sale_cost": "8 %", "cost_per_machine": "400 USD", "workout": "24 months"}


class Told(NamedTuple):
    """``[month, fleet]``, months 1 on; `mark` by month."""

    sold: np.ndarray
    price: np.ndarray
    proceeds: np.ndarray
    costs: np.ndarray
    worth: np.ndarray
    mark: np.ndarray


def table_of(fleets, market=None, rule=None, impact=0.0):
    """Fleets as (borrower, units), all of machine m; borrowers in name order."""
    findings = []
    count = 1 + max(b for b, _ in fleets)
    made = resolve(
        [ResaleSpec.model_validate(MARKET | (market or {}))],
        [Written(f"b{b}", EnforcementSpec.model_validate(RULE | (rule or {})), str) for b in range(count)],
        machines=["m"],
        fleets=[Fleet(0, b, float(units), 30_000.0, np.zeros(MONTHS + 1)) for b, units in fleets],
        findings=findings,
        at=str,
        impact=impact,
    )
    assert not findings, findings
    return made


def tell(fleets, *, worth=20_000.0, decline=0.0, months=MONTHS, table=None, **words):
    """Walk one path with the twin; every borrower defaults at month 0."""
    table, rows = table_of(fleets, **words) if table is None else table, []
    with twin_rows(1):
        empty = twin(empty_state)
        state = LiquidationState(
            empty(len(fleets), SALE_FIELDS),
            empty(len(table.seller_machine), SELLER_FIELDS),
            empty(1, MARKET_FIELDS),
            empty(1, BACKSTOP_FIELDS),
        )
        twin(kernel.start)(state)
        held = [lane_of(np.ones(1)) for _ in fleets]
        one, zero = lane_of(np.ones(1)), lane_of(np.zeros(1))
        for t in range(1, months + 1):
            value = np.array([worth * np.exp(-decline * (t - 1) / 12.0)])
            units = [float(number) for _, number in fleets]
            every = np.stack([one for _ in fleets])
            priced = np.stack([lane_of(value) for _ in fleets])
            seized = Seized(every, np.stack(held), priced, priced, np.stack([zero for _ in fleets]))
            twin(kernel.open_month)(table, state)
            for f, (b, _) in enumerate(fleets):
                twin(kernel.measure_since)(state.sales[f, sale.SINCE], one, zero, one, t)
                twin(kernel.offer)(table, state, f, 0, b, units[f], seized, t == months)
            for f, (b, _) in enumerate(fleets):
                twin(kernel.ration)(table, state, f, 0, b, t == months)
            for f, (b, _) in enumerate(fleets):
                if table.policy[b] == GOING_CONCERN:
                    appraised = lane_of(sum(units) * value)
                    contracted = lane_of(np.array([1e7]))
                    twin(kernel.sell_whole)(table, state, f, b, seized, 0.15, appraised, contracted)
                else:
                    twin(kernel.sell)(table, state, f, 0, b, seized)
                twin(kernel.deduct)(state, f, held[f], one, units[f])
            twin(kernel.close_month)(table, state, np.stack([zero]))
            fields = (sale.SOLD, sale.PRICE, sale.PROCEEDS, sale.COSTS)
            row = [[float(np.ravel(state.sales[f, x, 0])[0]) for f in range(len(fleets))] for x in fields]
            rows.append((*row, [float(value[0])] * len(fleets), float(np.ravel(state.markets[0, sale.MARK, 0])[0])))
    return Told(*(np.array(column) for column in zip(*rows, strict=True)))


fleets_of = st.lists(st.integers(1, 20_000), min_size=1, max_size=4).map(lambda units: list(enumerate(units)))
buyers = {
    "depth": st.integers(10, 50_000),
    "absorption": st.integers(5, 20_000),
    "floor": st.integers(0, 90).map("{} %".format),
    "recovery": st.integers(0, 100).map("{} %".format),
    "break_up": st.integers(0, 40).map("{} %".format),
}
single = st.fixed_dictionaries(buyers)
markets = single | st.fixed_dictionaries(buyers | {"unit_of_sale": st.just("server"), "lot": st.integers(2, 64)})
rules = st.fixed_dictionaries(
    {
        "storage": st.integers(0, 500).map("{} USD/month".format),
        "carry": st.integers(0, 20).map("{} %".format),
        "pace": st.sampled_from(["dump", "optimal"]),
        "dismantling": st.integers(0, 30_000).map("{} USD".format),
    }
)
strengths = st.sampled_from([0.0, 0.3, 1.0])


@settings(max_examples=40)
@given(fleets_of, markets, rules, strengths)
def test_proceeds_costs_and_discount_are_the_appraised_value_sold(fleets, market, rule, impact):
    told = tell(fleets, decline=0.3, market=market, rule=rule, impact=impact)
    appraised = told.sold * told.worth
    found = told.proceeds + told.costs + appraised * (1.0 - told.price)
    np.testing.assert_allclose(found, appraised, rtol=1e-12, atol=1e-12 * appraised.max())
    assert (told.proceeds >= 0.0).all()
    np.testing.assert_allclose(told.sold.sum(axis=0), [units for _, units in fleets], rtol=1e-9)


def test_a_going_concern_conserves_value_too():
    terms = {"months_to_close": "3 months", "orderly_share": "80 %", "contract_share": "5 %"}
    rule = {"policy": "going_concern", "going_concern": terms}
    told = tell([(0, 600), (0, 400)], rule=rule)
    assert np.flatnonzero(told.sold[:, 0]).tolist() == [5]  # seized after 2 months, closed 3 later: month 6
    appraised = 1000 * 20_000.0
    gross = 0.8 * 0.85 * appraised + 0.05 * 1e7
    assert told.proceeds.sum() == pytest.approx(gross * 0.92, rel=1e-12)
    assert (told.proceeds + told.costs).sum() == pytest.approx(gross, rel=1e-12)


@given(
    st.lists(st.floats(0.0, 1e5), min_size=1, max_size=12),
    st.floats(10.0, 1e5),
    st.floats(1.0, 50.0),
    st.floats(0.0, 0.95),
    st.floats(0.0, 1.0),
)
def test_for_a_given_sequence_of_sales_deeper_markets_never_lower_proceeds(sales, depth, deeper, floor, fading):
    def proceeds(scale):
        pressure, total = 0.0, 0.0
        for sold in sales:
            pressure *= fading
            with twin_rows(1):
                total += sold * float(twin(kernel.average_price)(pressure, np.array([sold]), scale, floor)[0])
            pressure += sold
        return total

    assert proceeds(depth * deeper) >= proceeds(depth) * (1.0 - 1e-9)


@given(st.floats(0.001, 20.0), st.floats(10.0, 1e5), st.floats(0.0, 0.95))
def test_prices_are_the_closed_forms(depths, depth, floor):
    sold = depths * depth
    with twin_rows(1):
        marginal = float(twin(kernel.marginal_price)(np.array([sold]), depth, floor)[0])
        mean = float(twin(kernel.average_price)(0.0, np.array([sold]), depth, floor)[0])
        no_floor = float(twin(kernel.average_price)(0.0, np.array([sold]), depth, 0.0)[0])
    assert marginal == pytest.approx(float(bounded_exponential(sold, depth, floor)), rel=1e-7)
    grid = (np.arange(20_000) + 0.5) / 20_000 * sold
    assert mean == pytest.approx(float(bounded_exponential(grid, depth, floor).mean()), rel=1e-4)
    assert mean == pytest.approx(float(average(0.0, sold, depth, floor)), rel=1e-12)
    assert no_floor == pytest.approx(float(exponential_proceeds(1.0, sold / depth)), rel=1e-7)


@settings(max_examples=30)
@given(fleets_of, markets, rules)
def test_at_strength_zero_every_borrower_has_a_market_of_its_own(fleets, market, rule):
    together = tell(fleets, market=market, rule=rule, impact=0.0)
    assert (together.mark == 1.0).all()
    for f, (_, units) in enumerate(fleets):
        alone = tell([(0, units)], market=market, rule=rule, impact=0.0)
        for name in ("sold", "price", "proceeds", "costs"):
            np.testing.assert_array_equal(getattr(together, name)[:, f], getattr(alone, name)[:, 0], err_msg=name)


def test_fleets_of_one_borrower_share_its_market():
    two, one = tell([(0, 3000), (0, 1000)]), tell([(0, 4000)])
    np.testing.assert_allclose(two.sold.sum(axis=1), one.sold[:, 0], rtol=1e-12)
    np.testing.assert_allclose(two.proceeds.sum(axis=1), one.proceeds[:, 0], rtol=1e-12)


@settings(max_examples=30)
@given(fleets_of, single)
def test_one_market_for_all_takes_no_more_than_it_absorbs_and_pays_all_alike(fleets, market):
    told = tell(fleets, market=market, impact=1.0)
    assert (told.sold[:-1].sum(axis=1) <= market["absorption"] * (1.0 + 1e-9)).all()
    some = told.sold > 0.0
    for t in range(MONTHS):
        np.testing.assert_allclose(told.price[t][some[t]], told.price[t][some[t]][:1].repeat(some[t].sum()), rtol=1e-12)
    whole = tell([(0, sum(units for _, units in fleets))], market=market)
    np.testing.assert_allclose(told.proceeds.sum(axis=1), whole.proceeds[:, 0], rtol=1e-9, atol=1.0)


@settings(max_examples=20)
@given(st.integers(1, 5000), st.integers(1, 5000), strengths)
def test_the_order_of_two_borrowers_changes_no_bit(first, second, impact):
    one = tell([(0, first), (1, second)], impact=impact)
    other = tell([(0, second), (1, first)], impact=impact)
    np.testing.assert_array_equal(one.sold[:, 0], other.sold[:, 1])
    np.testing.assert_array_equal(one.proceeds[:, 0], other.proceeds[:, 1])
    np.testing.assert_array_equal(one.mark, other.mark)


def test_what_others_sell_lowers_the_price_the_more_the_stronger_it_is_felt():
    fleets = [(0, 300), (1, 400)]
    told = [tell(fleets, market={"absorption": 10_000}, impact=impact) for impact in (0.0, 0.2, 0.6, 1.0)]
    prices = [one.price[2, 0] for one in told]
    assert prices == sorted(prices, reverse=True)
    assert len(set(prices)) == 4
    assert told[0].mark[2] == 1.0  # nobody's values follow it
    for one in told[1:]:
        assert one.mark[2] == pytest.approx(float(bounded_exponential(700, 1000, 0.3)), rel=1e-9)


@pytest.mark.parametrize("units", [200, 2_000, 9_000])
@pytest.mark.parametrize("decline", [0.0, 0.3, 1.5])
@pytest.mark.parametrize("lot", [1, 72])
def test_the_optimal_sale_is_never_worse_than_a_dump_or_an_orderly_one(units, decline, lot):
    """A value that falls as the lenders expect; proceeds discounted at their rate, continuously, to the first sale."""
    market = {"decline": f"{100 * decline} %", "lot": lot, "unit_of_sale": "chip" if lot == 1 else "rack"}
    rule = {"storage": "40 USD/month", "carry": "3 %"}

    def worth(**pace):
        first = 30_000.0 * np.exp(decline * 2 / 12.0)  # the first sale, in month 3, is at the price when new
        told = tell([(0, units)], worth=first, decline=decline, market=market, rule=rule | pace)
        return float((told.proceeds[:, 0] * np.exp(-0.1 * (np.arange(MONTHS) - 2) / 12.0)).sum())

    best = worth(pace="optimal", discount_rate="10 %")
    others = [worth()] + [worth(pace="orderly", over=f"{n} months") for n in range(1, 23)]
    assert best >= max(others) * (1.0 - 1e-9)
    if decline == 0.0 and lot == 1 and units > 1000:
        assert best > 1.05 * others[0]


VARIED = {
    "lots, storage, an optimal pace": {
        "resale": {"unit_of_sale": "server", "lot": 8, "break_up": "5 %", "depth_fall": "10 %"},
        "rule": {"pace": "optimal", "discount_rate": "10 %", "storage": "30 USD/month", "carry": "2 %"},
    },
    "a going concern": {
        "resale": {},
        "rule": {
            "policy": "going_concern",
            "going_concern": {"months_to_close": "4 months", "orderly_share": "80 %", "contract_share": "3 %"},
        },
    },
}


@pytest.mark.parametrize("name", VARIED)
def test_compiled_sales_are_the_twins_bits(name, retell):
    """Two borrowers, one market for all, and what the shared deals of these tests do not switch on."""
    words = read_document(DATA / "full_ddtl.yaml").tree()
    for market in words["economy"]["resale"]:
        market.update(VARIED[name]["resale"])
    first = words["borrowers"][0]
    for key in ("policy", "step_in_months"):
        first["enforcement"].pop(key, None)
    first["enforcement"].update(VARIED[name]["rule"])
    other = read_document(DATA / "full_ddtl.yaml").tree()["borrowers"][0]
    other["name"] = "Zeta"
    for key in ("guarantee", "sponsor"):
        other.pop(key, None)
    words["borrowers"].append(other)
    deal = resolve_deal(SystemSpec.model_validate(words))
    deal = type(deal)(**{**vars(deal), "plan": with_channels(deal.plan, {"machine_prices": 1.0})})
    tale = retell(deal, range(256))
    assert (tale["liquidation.sales"][:, :, sale.SOLD] > 0.0).any()
    assert (tale["liquidation.markets"][:, :, sale.MARK] < 1.0).any()
    found = walk([deal.plan], axis_of(deal), paths=256, seed=7, threads=1)
    np.testing.assert_array_equal(found.columns.loss, tale["outcome.claims"][-1, :, LOSS])
