"""From the words about selling machines to arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, seal
from halflife.foundation.errors import Finding
from halflife.foundation.names import At, Written
from halflife.liquidation.check import absorbed, check_enforcement, check_resale
from halflife.liquidation.schedule import EVEN, Buyers, Costs, Path, best_months, even_parts, months_waited, walk
from halflife.liquidation.spec import EnforcementSpec, ResaleSpec
from halflife.liquidation.table import GOING_CONCERN, SALE, STEP_IN, LiquidationTable

POLICIES = {"sale": SALE, "step_in": STEP_IN, "going_concern": GOING_CONCERN}


class Fleet(NamedTuple):
    """What is sold.

    machine, borrower : positions;  units : machines;  price : USD per machine when new
    age : [month], months, mean of the delivered machines
    """

    machine: int
    borrower: int
    units: float
    price: float
    age: Floats


class Forced(NamedTuple):
    """Columns of one fleet.

    calm, announced : [month], average price share before and after the announcement of a successor
    cost : USD per machine;  carry : share of value;  months : over which it is sold, calm and announced
    """

    calm: Floats
    announced: Floats
    cost: float
    carry: float
    months: tuple[int, int]


def resolve(
    resale: Sequence[ResaleSpec],
    borrowers: Sequence[Written[EnforcementSpec]],
    *,
    machines: Sequence[str],
    fleets: Sequence[Fleet] | None,
    findings: list[Finding],
    at: At,
    drift: Floats | None = None,
    impact: float = 0.0,
) -> LiquidationTable | None:
    """Turn resale markets and enforcement into arrays.

    Parameters
    ----------
    resale : one for each machine type, in any order
    borrowers : in name order
    machines : names, in the order of the machine axis
    fleets : in the order of the fleet axis; None if they could not be resolved
    findings : what is wrong is added here
    at : path below ``economy`` -> where it is written
    drift : [machine], log fall of the rent per month, for markets that name no `decline`
    impact : 0 to 1
        How much borrowers feel of each other's selling.
    """
    before = len(findings)
    check_resale(resale, machines, findings, at)
    for written in borrowers:
        check_enforcement(written, findings)
    if len(findings) > before or fleets is None:
        return None
    by_machine = {spec.machine: spec for spec in resale}
    markets = [by_machine[name] for name in machines]
    rules = [written.spec for written in borrowers]
    trend = np.zeros(len(markets)) if drift is None else drift
    forced = [
        force(fleet, markets[fleet.machine], rules[fleet.borrower], float(trend[fleet.machine])) for fleet in fleets
    ]
    sellers = {pair: s for s, pair in enumerate(dict.fromkeys((one.borrower, one.machine) for one in fleets))}
    return seal(
        LiquidationTable(
            impact=_column([impact] * len(markets)),
            is_marked=np.full(len(markets), int(impact > 0.0)),
            heard=np.ones(len(sellers)),
            backstop_price=np.zeros(1),
            backstop_size=np.zeros(1),
            depth=_column([spec.depth for spec in markets]),
            depth_after=_column([spec.depth_after_successor for spec in markets]),
            depth_fall=_column([spec.depth_fall / 12.0 for spec in markets]),
            fading=_column([1.0 - spec.recovery for spec in markets]),
            absorption=_column([absorbed(spec) for spec in markets]),
            floor=_column([spec.floor for spec in markets]),
            lot=_column([spec.lot for spec in markets]),
            whole=_column([1.0 - spec.break_up for spec in markets]),
            seller=np.array([sellers[one.borrower, one.machine] for one in fleets], dtype=np.int64),
            seller_machine=np.array([machine for _, machine in sellers], dtype=np.int64),
            forced_calm=np.array([one.calm for one in forced]),
            forced_announced=np.array([one.announced for one in forced]),
            forced_cost=_column([one.cost for one in forced]),
            forced_carry=_column([one.carry for one in forced]),
            months_calm=_column([one.months[0] for one in forced]),
            months_announced=_column([one.months[1] for one in forced]),
            **_enforcement(rules),
        )
    )


def _enforcement(rules: Sequence[EnforcementSpec]) -> dict[str, Any]:
    """Columns by borrower."""
    terms = [rule.going_concern for rule in rules]
    return {
        "policy": np.array([POLICIES[rule.policy] for rule in rules], dtype=np.int64),
        "seize": _column([rule.time_to_seize for rule in rules]),
        "step_in": _column([months_operated(rule) for rule in rules]),
        "sale_cost": _column([rule.sale_cost for rule in rules]),
        "unit_cost": _column([unit_cost(rule) for rule in rules]),
        "storage": _column([rule.storage for rule in rules]),
        "carry": _column([rule.carry / 12.0 for rule in rules]),
        "orderly_share": _column([0.0 if one is None else one.orderly_share for one in terms]),
        "contract_share": _column([0.0 if one is None else one.contract_share for one in terms]),
    }


def months_operated(rule: EnforcementSpec) -> int:
    """Months in which the business runs for the lenders between seizure and sale."""
    return rule.step_in_months if rule.going_concern is None else rule.going_concern.months_to_close


def unit_cost(rule: EnforcementSpec) -> float:
    """USD per machine sold."""
    return rule.cost_per_machine + rule.dismantling + rule.freight


def buyers(market: ResaleSpec, *, after: float = 1.0) -> Buyers:
    """A market as numbers; `after` is the share of its depth that is left."""
    return Buyers(
        depth=market.depth * after,
        fading=1.0 - market.recovery,
        absorption=absorbed(market),
        floor=market.floor,
        lot=float(market.lot),
        whole=1.0 - market.break_up,
    )


def force(fleet: Fleet, market: ResaleSpec, rule: EnforcementSpec, drift: float) -> Forced:
    """Price share and cost of a whole fleet if the lenders sell it machine by machine, from each month on.

    Notes
    -----
    The number of months of an optimal sale is found at the fleet's depth when new and with storage and unit cost
    against its price when new.
    """
    months = _spread(fleet, market, rule, drift)
    shrunk = np.exp(-market.depth_fall * np.asarray(fleet.age) / 12.0)
    shares = {
        float(left): forced_shares(fleet.units, market, rule, months, left=float(left)) for left in np.unique(shrunk)
    }
    calm, announced = np.array([shares[float(left)] for left in shrunk]).T
    waits = rule.storage > 0.0 or rule.carry > 0.0
    waited = months_waited(_sale(fleet.units, buyers(market), months[0], _last(rule))) if waits else 0.0
    return Forced(
        np.ascontiguousarray(calm),
        np.ascontiguousarray(announced),
        unit_cost(rule) + rule.storage * waited,
        rule.carry / 12.0 * waited,
        months,
    )


def _spread(fleet: Fleet, market: ResaleSpec, rule: EnforcementSpec, drift: float) -> tuple[int, int]:
    """Months over which a fleet is sold: before and after the announcement of a successor."""
    if rule.pace == "dump":
        return 1, 1
    if rule.pace == "orderly":
        return rule.over, rule.over
    price = max(fleet.price, 1.0)
    costs = Costs(
        decline=drift if market.decline is None else market.decline / 12.0,
        discount=rule.discount_rate / 12.0,
        carry=rule.carry / 12.0,
        storage=rule.storage / price,
        unit=unit_cost(rule) / price,
        share=rule.sale_cost,
    )
    calm, announced = (
        best_months(fleet.units, buyers(market, after=after), costs, _last(rule))
        for after in (1.0, market.depth_after_successor)
    )
    return calm, announced


def _last(rule: EnforcementSpec) -> int:
    """Months from the first sale to the end of the workout of a default at maturity."""
    return max(rule.workout - rule.time_to_seize - (months_operated(rule) if rule.pace == "optimal" else 0), 1)


def _sale(units: float, market: Buyers, months: float, last: int) -> Path:
    return walk(units, market, months, last) if market.lot > EVEN else even_parts(units, market, months, last)


def forced_shares(
    units: float,
    market: ResaleSpec,
    rule: EnforcementSpec,
    months: tuple[int, int] = (1, 1),
    *,
    left: float = 1.0,
) -> tuple[float, float]:
    """Average price, as a share of the appraised value, if a whole fleet is sold by the lenders' schedule.

    Parameters
    ----------
    months : over which it is sold before and after the announcement of a successor
    left : share of the depth that the age of the machines leaves

    Returns
    -------
    calm, announced : before and after the announcement

    Notes
    -----
    The schedule is that of `liquidation.kernel` with an appraised value that stands still: even parts, no more
    than buyers absorb each month, and in the last month of the workout all that is left.
    """
    last, shares = _last(rule), []
    for after, spread in zip((1.0, market.depth_after_successor), months, strict=True):
        path = _sale(units, buyers(market, after=after * left), spread, last)
        shares.append(float((path.price * path.sold).sum() / units))
    return shares[0], shares[1]


def _column(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)
