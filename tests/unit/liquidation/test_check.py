"""Everything that can be wrong with the words about selling machines, and all of it at once."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.foundation.names import Written
from halflife.liquidation.check import absorbed
from halflife.liquidation.resolve import Fleet, resolve
from halflife.liquidation.spec import EnforcementSpec, ResaleSpec

MARKET = {"machine": "m", "depth": 1000, "absorption": 500, "floor": "30 %"}
RULE = {"time_to_seize": "2 months", "sale_cost": "8 %", "workout": "14 months"}
POWER = {"power": "1320 kW", "rack_power": "132 kW", "machines_per_rack": 72}
CLOSE = {"months_to_close": "3 months", "orderly_share": "80 %"}


def resolved(market=None, rule=None, machines=("m",), markets=None):
    findings = []
    resale = [ResaleSpec.model_validate(words) for words in (markets or [MARKET | (market or {})])]
    table = resolve(
        resale,
        [Written("b", EnforcementSpec.model_validate(RULE | (rule or {})), "b.{}".format)],
        machines=machines,
        fleets=[Fleet(0, 0, 1000.0, 30_000.0, np.arange(4.0))],
        findings=findings,
        at="economy.{}".format,
    )
    return table, findings


MARKET_FAULTS = {
    "depth": ({"depth": 0}, "resale[0].depth", "0 machines"),
    "absorption": ({"absorption": 0}, "resale[0].absorption", "0 machines"),
    "no limit": ({"absorption": None}, "resale[0].absorption", "no limit to what buyers install"),
    "two limits": ({"installable": POWER}, "resale[0].installable", "a count of machines and a power"),
    "no power": (
        {"absorption": None, "installable": POWER | {"power": "0 kW"}}, "resale[0].installable.power", "0"
    ),
    "no rack": (
        {"absorption": None, "installable": POWER | {"rack_power": "0 kW"}}, "resale[0].installable.rack_power", "0"
    ),
    "empty rack": (
        {"absorption": None, "installable": POWER | {"machines_per_rack": 0}},
        "resale[0].installable.machines_per_rack", "0",
    ),
    "too little power": (
        {"absorption": None, "installable": POWER | {"power": "1 kW"}},
        "resale[0].installable.power", "1 kW a month at 132 kW a rack of 72: not one machine",
    ),
    "no lot": ({"lot": 0}, "resale[0].lot", "0 machines"),
    "chips in lots": ({"lot": 8}, "resale[0].lot", "chips in lots of 8"),
    "a rack of one": ({"unit_of_sale": "rack"}, "resale[0].lot", "a rack of 1 machine"),
    "all breaks": ({"break_up": "100 %"}, "resale[0].break_up", "100 %"),
    "other machine": ({"machine": "n"}, "resale[0].machine", "unknown machine 'n'"),
}  # fmt: skip


@pytest.mark.parametrize("name", MARKET_FAULTS)
def test_a_faulty_market_is_refused_where_it_is_written(name):
    words, where, found = MARKET_FAULTS[name]
    table, findings = resolved(market=words)
    assert table is None
    assert (f"economy.{where}", found) in [(one.where, one.found) for one in findings]
    assert all(one.wanted and one.fix for one in findings)


RULE_FAULTS = {
    "step-in of a sale": ({"step_in_months": "3 months"}, "step_in_months", "3 months with policy 'sale'"),
    "short workout": ({"workout": "2 months"}, "workout", "a workout of 2 months, 2 to seize"),
    "orderly over nothing": ({"pace": "orderly"}, "over", "an orderly sale over no time"),
    "months of a dump": ({"over": "3 months"}, "over", "3 months with pace 'dump'"),
    "longer than the workout": (
        {"pace": "orderly", "over": "13 months"}, "over", "a sale over 13 months, 12 of the workout left for it"
    ),
    "longer after a step-in": (
        {"policy": "step_in", "step_in_months": "10 months", "pace": "orderly", "over": "3 months"},
        "over", "a sale over 3 months, 2 of the workout left for it",
    ),
    "a rate of a dump": ({"discount_rate": "5 %"}, "discount_rate", "a rate with pace 'dump'"),
    "terms without the policy": (
        {"going_concern": CLOSE}, "going_concern", "terms of a going concern with policy 'sale'"
    ),
    "policy without terms": ({"policy": "going_concern"}, "going_concern", "a going concern without terms"),
    "late closing": (
        {"policy": "going_concern", "going_concern": CLOSE | {"months_to_close": "12 months"}},
        "going_concern.months_to_close", "12 months to close, 12 of the workout left",
    ),
    "a pace of a going concern": (
        {"policy": "going_concern", "going_concern": CLOSE, "pace": "optimal"},
        "pace", "pace 'optimal' for one sale of everything",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULE_FAULTS)
def test_a_faulty_rule_is_refused_where_it_is_written(name):
    words, where, found = RULE_FAULTS[name]
    table, findings = resolved(rule=words)
    assert table is None
    assert (f"b.{where}", found) in [(one.where, one.found) for one in findings]
    assert all(one.wanted and one.fix for one in findings)


def test_everything_wrong_is_said_at_once():
    _, findings = resolved({"depth": 0, "lot": 8}, {"pace": "orderly", "step_in_months": "1 month"})
    assert len(findings) == 4


def test_two_markets_of_one_machine_and_none_of_another_are_refused():
    _, findings = resolved(markets=[MARKET, MARKET], machines=("m", "n"))
    assert sorted(one.found for one in findings) == ["'m' twice", "no resale market for 'n'"]


def test_power_and_racks_are_a_number_of_machines():
    spec = ResaleSpec.model_validate(MARKET | {"absorption": None, "installable": POWER})
    assert absorbed(spec) == pytest.approx(720.0)
    assert resolved({"absorption": None, "installable": POWER})[0].absorption[0] == pytest.approx(720.0)


def test_costs_told_apart_add_up():
    table, _ = resolved(
        rule={"cost_per_machine": "100 USD", "dismantling": "300 USD", "freight": "50 USD", "carry": "12 %"}
    )
    assert table.unit_cost[0] == 450.0
    assert table.carry[0] == pytest.approx(0.01)
    assert table.forced_cost[0] == 450.0  # sold over two months: one month of 500 machines in the queue, carried below
    assert table.forced_carry[0] == pytest.approx(0.01 * 500 / 1000)


def test_defaults_are_single_machines_at_once_in_markets_of_their_own():
    table, findings = resolved()
    assert findings == []
    assert (table.impact[0], table.lot[0], table.whole[0], table.depth_fall[0]) == (0.0, 1.0, 1.0, 0.0)
    assert (table.months_calm[0], table.storage[0], table.carry[0], table.forced_carry[0]) == (1.0, 0.0, 0.0, 0.0)
    assert np.ptp(table.forced_calm) == 0.0
    assert table.forced_calm.shape == (1, 4)


def test_depth_that_falls_with_age_lowers_the_forced_value_month_by_month():
    table, _ = resolved({"depth_fall": "30 %"})
    assert (np.diff(table.forced_calm[0]) < 0.0).all()
