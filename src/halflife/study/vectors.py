"""Monthly paths laid over a plan: rents, the short rate, hazards; and failures on a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from halflife.collateral.table import CollateralTable
from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.foundation.axes import Floats, Ints
from halflife.foundation.errors import Finding, SpecError
from halflife.market.table import MarketTable
from halflife.study.lever_moves import offtakers, operators, reread, sealed

NEVER = 1e9
"""Month in which an announcement is made that is none."""
CERTAIN = 1e6
"""Cumulative hazard that no threshold survives."""
LEAST_STEP = np.log(0.1)
"""Largest fall of a rent in a month, log: what one launch can take."""
_PARTS: Mapping[str, Fraction] = {"%": Fraction(1, 100), "x": Fraction(1), "": Fraction(1)}
_RATES: Mapping[str, Fraction] = {"%": Fraction(1, 100), "%/yr": Fraction(1, 100), "bp": Fraction(1, 10_000)}


@dataclass(frozen=True)
class Path:
    """A monthly path that can be laid over a plan.

    words, example : what a figure is;  units : accepted, with their size;  low (not included), high : of a figure
    lay : (plan, the deal it comes from, figures from month 1 on) -> another plan
    """

    words: str
    example: str
    units: Mapping[str, Fraction]
    low: float
    high: float
    lay: Callable[[Plan, Deal, Sequence[float]], Plan]


def by_month(figures: Sequence[float], months: int) -> Floats:
    """Figures of months 1 to the last; month 0 is written as month 1, and the last figure holds."""
    kept = np.asarray(figures, dtype=np.float64)[:months]
    row = np.concatenate([kept, np.full(months - kept.size, kept[-1])])
    return np.concatenate([row[:1], row])


def rent_over_trend(plan: Plan, deal: Deal, figures: Sequence[float]) -> Plan:
    """Multiply all rents by a path: trend, launches, cycle and noise stay as they are written."""
    log = np.log(by_month(figures, plan.months))
    return with_rent_path(plan, np.tile(log, (plan.market.rental.size, 1)))


def rent_index(plan: Plan, deal: Deal, figures: Sequence[float]) -> Plan:
    """Put a path, over today's posted rent, in the place of trend and launches; cycle and noise stay around it."""
    market = plan.market
    if market.launch_machine.size != deal.plan.market.launch_machine.size:
        found, fix = "rent_index over another rent path", "lay the index first, or leave one out"
        raise SpecError([Finding("paths.rent_index", found, "one path of rents that stands alone", fix)])
    nothing = sealed(np.zeros_like(market.launch_drop))
    plan = plan._replace(market=market._replace(launch_drop=nothing, launch_drop_deviation=nothing))
    trend = market.drift[:, None] * np.arange(plan.months + 1)
    return with_rent_path(plan, np.log(by_month(figures, plan.months)) + trend)


def with_rent_path(plan: Plan, log: Floats) -> Plan:
    """Add a path to the log rent of every machine.

    Parameters
    ----------
    log : [machine, month], added to the log of the rent; month 0 is not used

    Returns
    -------
    Plan
        The rise of the steepest month becomes the trend, and every month falls short of it by a launch of known date
        and size, which nobody announces. Buyers of machines see the rent of the day; how many successors they still
        expect follows the mean dates of the launches.

    Notes
    -----
    A launch that is imposed counts as a stage passed. The table of machine values is therefore read at the stage that
    the mean dates give, and a successor that was not announced when the path began takes no depth away.
    """
    market, steps = plan.market, np.diff(log[:, 1:], axis=1)
    rise = np.maximum(steps.max(axis=1), 0.0)
    falls = steps - rise[:, None]
    if float(falls.min()) < LEAST_STEP:
        found = f"a month that falls {1.0 - np.exp(float(falls.min())):.0%} short of the steepest rise"
        raise SpecError([Finding("paths", found, "no month that falls by more than 90 %", "spread it over two months")])
    taken = np.cumsum(np.hstack([falls, np.zeros((falls.shape[0], 1))]), axis=1)
    shift = np.hstack([np.zeros((falls.shape[0], 1)), log[:, 1:] - taken])
    moved = _launched(market, falls)._replace(
        rental=sealed(market.rental + log[:, 1] - rise), drift=sealed(market.drift - rise)
    )
    liquidation = plan.liquidation
    if not _is_announced(market):
        liquidation = liquidation._replace(
            depth_after=sealed(np.ones_like(liquidation.depth_after)),
            forced_announced=liquidation.forced_calm,
            months_announced=liquidation.months_calm,
        )
    table = reread(_at_stage(plan.collateral, market), shift)
    return plan._replace(market=moved, collateral=table, liquidation=liquidation)


def _is_announced(market: MarketTable) -> bool:
    """Whether every machine has a successor that is announced at the valuation date."""
    known = set(market.launch_machine[market.launch_announcement <= 0.0].tolist())
    return known >= set(range(market.rental.size))


def _at_stage(table: CollateralTable, market: MarketTable) -> CollateralTable:
    """The table of machine values with one launch stage: in each month the one that the mean dates give."""
    rows, columns = int(table.multiples[0]), int(table.deviations[0])
    ends, parts = [*table.first.tolist(), table.value.size], list[Floats]()
    for g, phases in enumerate(table.phases.tolist()):
        cells = table.value[ends[g] : ends[g + 1]].reshape(-1, phases, 2, rows, columns)
        mine = market.launch_machine == g
        dates = np.concatenate([market.launch_announcement[mine], market.launch_availability[mine]])
        months = np.arange(cells.shape[0])
        stage = np.minimum((dates[None, :] <= months[:, None]).sum(axis=1), phases - 1)
        parts.append(cells[months, stage].ravel())
    first = np.cumsum([0, *(part.size for part in parts)])[:-1]
    return table._replace(value=sealed(np.concatenate(parts)), first=_whole(first), phases=_whole(table.phases * 0 + 1))


def _launched(market: MarketTable, falls: Floats) -> MarketTable:
    """The market with a launch for every month of a path: ``[machine, month]``, log falls."""
    machines, count = falls.shape
    who = np.repeat(np.arange(machines), count)
    months = np.tile(np.arange(1.0, count + 1.0), machines)
    zeros = np.zeros(who.size)

    def joined(old: Floats, new: Floats) -> Floats:
        return sealed(np.concatenate([old, new]))

    return market._replace(
        launch_machine=_whole(np.concatenate([market.launch_machine, who])),
        launch_announcement=joined(market.launch_announcement, zeros + NEVER),
        launch_availability=joined(market.launch_availability, months),
        launch_deviation=joined(market.launch_deviation, zeros),
        launch_drop=joined(market.launch_drop, -np.expm1(falls.ravel())),
        launch_drop_deviation=joined(market.launch_drop_deviation, zeros),
        launch_ramp=joined(market.launch_ramp, zeros + 1.0),
        launch_stream=_whole(np.concatenate([market.launch_stream, market.machine_stream[who]])),
    )


def _whole(column: Ints) -> Ints:
    kept: Ints = np.ascontiguousarray(column).astype(np.int64)
    kept.flags.writeable = False
    return kept


def short_rate(plan: Plan, deal: Deal, figures: Sequence[float]) -> Plan:
    """Put a path in the place of the expected short rate; swaps and fixed coupons stay."""
    return plan._replace(market=plan.market._replace(rate_curve=sealed(by_month(figures, plan.months))))


def _hazards(plan: Plan, places: Sequence[int], figures: Sequence[float]) -> Plan:
    hazard = plan.counterparties.hazard.copy()
    hazard[list(places)] *= by_month(figures, plan.months)
    return plan._replace(counterparties=plan.counterparties._replace(hazard=sealed(hazard)))


def customer_hazard(plan: Plan, deal: Deal, figures: Sequence[float]) -> Plan:
    """Multiply the rated customers' hazard month by month."""
    return _hazards(plan, offtakers(plan), figures)


def operator_hazard(plan: Plan, deal: Deal, figures: Sequence[float]) -> Plan:
    """Multiply the hazard of rated operators and sponsors month by month."""
    return _hazards(plan, operators(plan), figures)


def fail(plan: Plan, who: str, after: int) -> Plan:
    """Let parties fail on every path in a month, if they have not before.

    Parameters
    ----------
    who : customers, or operator (and sponsor);  after : months from the valuation date, at least 1
    """
    places = offtakers(plan) if who == "customers" else operators(plan)
    hazard, cash = plan.counterparties.hazard.copy(), plan.counterparties.burn.copy()
    month = min(max(after, 1), plan.months)
    hazard[places, month] += CERTAIN
    for place in places:
        if plan.counterparties.is_venture[place] == 1:
            cash[place, month] += CERTAIN * max(1.0, float(plan.counterparties.cash[place]))
    parties = plan.counterparties._replace(hazard=sealed(hazard), burn=sealed(cash))
    return plan._replace(counterparties=parties)


PATHS = {
    "rent_over_trend": Path("rent over what the term sheet expects", "90 %", _PARTS, 0.0, 100.0, rent_over_trend),
    "rent_index": Path("rent over today's, in the place of trend and launches", "90 %", _PARTS, 0.0, 100.0,
                       rent_index),
    "short_rate": Path("expected short rate", "4.5 %", _RATES, -0.05, 1.0, short_rate),
    "customer_hazard": Path("multiple of the customers' hazard", "2x", _PARTS, 0.0, 1e6, customer_hazard),
    "operator_hazard": Path("multiple of operator's and sponsor's hazard", "2x", _PARTS, 0.0, 1e6, operator_hazard),
}  # fmt: skip
"""Paths by name."""
