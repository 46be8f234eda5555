"""What each lever does to a plan.  Every function takes the plan, the deal it comes from, and an amount.

The deal stays as it was signed: contract prices, repayment schedules, swaps and covenants were fixed on the base case,
once. Buyers of machines see the rent of the day and go on expecting the written trend.
"""

from __future__ import annotations

import numpy as np

from halflife.collateral.table import CollateralTable
from halflife.counterparties.compensation import compensated
from halflife.engine.channels import with_depth
from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.facts import cumulative_hazard, notch
from halflife.foundation.axes import Floats
from halflife.foundation.lattice import settled_deviation

MOST_DROP, MOST_SHARE = 0.9, 1.0


def sealed(column: Floats) -> Floats:
    """Return a read-only copy, as tables hold them."""
    kept = np.ascontiguousarray(column, dtype=np.float64)
    kept = kept.copy() if kept is column else kept
    kept.flags.writeable = False
    return kept


def reread(table: CollateralTable, shift: Floats) -> CollateralTable:
    """Let buyers of machines see rents away from the trend on which the table was made.

    Parameters
    ----------
    table : values over month, launch phase, regime, rent multiple and cycle deviation
    shift : [machine, month], log of the rent over the trend that the table knows

    Returns
    -------
    CollateralTable
        The same values read `shift` further along the multiple axis; linear in between, the ends hold.
    """
    rows, columns = int(table.multiples[0]), int(table.deviations[0])
    months, value = shift.shape[1], np.empty_like(table.value)
    ends, at = [*table.first.tolist(), table.value.size], np.arange(rows)
    for g in range(shift.shape[0]):
        cells = table.value[ends[g] : ends[g + 1]].reshape(months, -1, rows, columns)
        moved = value[ends[g] : ends[g + 1]].reshape(cells.shape)
        place = np.clip(shift[g] / table.multiple_step[g], -2.0 * rows, 2.0 * rows)
        above = np.empty_like(cells[0])
        for t in range(months):
            left = int(np.floor(place[t]))
            np.take(cells[t], np.clip(at + left, 0, rows - 1), axis=1, out=moved[t], mode="clip")
            weight = float(place[t]) - left
            if weight > 0.0:
                np.take(cells[t], np.clip(at + left + 1, 0, rows - 1), axis=1, out=above, mode="clip")
                moved[t] *= 1.0 - weight
                above *= weight
                moved[t] += above
    value.flags.writeable = False
    return table._replace(value=value)


def rent_trend(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Let the trend of all rents fall faster, and nobody notice."""
    return plan._replace(market=plan.market._replace(drift=sealed(plan.market.drift + amount / 12.0)))


def rent_decline(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Let the trend of all rents fall faster."""
    shift = np.tile(-amount / 12.0 * np.arange(plan.months + 1), (plan.market.drift.size, 1))
    return rent_trend(plan, deal, amount)._replace(collateral=reread(plan.collateral, shift))


def rent_level(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Move all posted rents at once; value is homogeneous in rent and cost, so that its axis moves along."""
    log = float(np.log1p(amount)) if amount > -1.0 else -50.0
    first = sealed(plan.collateral.multiple_first - log)
    return plan._replace(
        market=plan.market._replace(rental=sealed(plan.market.rental + log)),
        collateral=plan.collateral._replace(multiple_first=first),
    )


def rent_volatility(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale the shocks of the compute factor and the machines' own; parties feel the cycle in its own deviations."""
    market = plan.market
    noise = market.cycle_noise * amount
    swing = float(market.cycle_level[1] - market.cycle_level[0])
    deviation = settled_deviation(float(market.cycle_pull[0]), float(noise[0]), swing, market.cycle_leave)
    wide = np.array([deviation if deviation > 0.0 else 1.0])
    market = market._replace(
        cycle_noise=sealed(noise), noise=sealed(market.noise * amount), cycle_deviation=sealed(wide)
    )
    return plan._replace(market=market)


def successor_date(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Put off every successor; one that is announced stays announced."""
    market = plan.market
    available = np.maximum(market.launch_availability + amount, 1.0)
    announced = market.launch_announcement
    moved = np.where(announced > 0.0, np.maximum(announced + amount, 1.0), announced)
    return plan._replace(
        market=market._replace(launch_availability=sealed(available), launch_announcement=sealed(moved))
    )


def successor_size(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Let every successor take more of the old machines' rent."""
    drop = np.clip(plan.market.launch_drop + amount, 0.0, MOST_DROP)
    return plan._replace(market=plan.market._replace(launch_drop=sealed(drop)))


def depth(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale depth and absorption of the resale markets."""
    return with_depth(plan, amount)


def resale_floor(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Raise the floor of resale prices."""
    floor = np.clip(plan.liquidation.floor + amount, 0.0, MOST_SHARE)
    return plan._replace(liquidation=plan.liquidation._replace(floor=sealed(floor)))


def offtakers(plan: Plan) -> list[int]:
    """Positions of the customers that have a contract."""
    return sorted({int(place) for place in plan.operations.offtaker if place >= 0})


def operators(plan: Plan) -> list[int]:
    """Positions of operators and sponsors."""
    places = (*plan.operations.operator, *plan.counterparties.sponsor)
    return sorted({int(place) for place in places if place >= 0})


def _hazard(plan: Plan, places: list[int], amount: float) -> Plan:
    parties = plan.counterparties
    scale = np.ones(parties.tilt.size)
    scale[places] = amount
    return plan._replace(
        counterparties=parties._replace(
            hazard=sealed(parties.hazard * scale[:, None]),
            base=sealed(parties.base * scale),
            distress=sealed(parties.distress * scale),
        )
    )


def offtaker_pd(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale the hazard of every customer."""
    return _hazard(plan, offtakers(plan), amount)


def operator_pd(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale the hazard of operator and sponsor."""
    return _hazard(plan, operators(plan), amount)


def rated(deal: Deal) -> Floats:
    """Flag the rated counterparties: ``[party]``."""
    specs = sorted(deal.spec.counterparties, key=lambda party: party.name)
    return np.array([float(party.rating is not None) for party in specs])


def tilted(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Tilt the rated parties' hazards, without the compensation."""
    tilt = plan.counterparties.tilt + amount * rated(deal)
    return plan._replace(counterparties=plan.counterparties._replace(tilt=sealed(tilt)))


def dependence(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Tilt the rated parties' hazards more with the cycle, and compensate them anew: mean survival stays."""
    parties, years = plan.counterparties, deal.grid.years
    specs = sorted(deal.spec.counterparties, key=lambda party: party.name)
    curves = np.zeros((len(specs), years.size))
    for place, party in enumerate(specs):
        if party.rating is not None:
            grade = notch(party.rating) + (party.outlook_notches or 0.0)
            curves[place] = cumulative_hazard(grade, years)
    tilt = parties.tilt + amount * rated(deal)
    after, written = compensated(curves, tilt, plan.market), deal.plan.counterparties.hazard
    scale = np.divide(parties.hazard, written, out=np.ones_like(after), where=written > 0.0)
    return plan._replace(counterparties=parties._replace(tilt=sealed(tilt), hazard=sealed(after * scale)))


def recovery(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Raise the recovery of unsecured claims on parties."""
    found = np.clip(plan.counterparties.recovery + amount, 0.0, MOST_SHARE)
    return plan._replace(counterparties=plan.counterparties._replace(recovery=sealed(found)))


def utilisation(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Raise the use of machines that have no contract."""
    use = np.clip(plan.operations.release_use + amount, 0.0, MOST_SHARE)
    return plan._replace(operations=plan.operations._replace(release_use=sealed(use)))


def realisation(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale what the operator gets of the posted rent."""
    return plan._replace(market=plan.market._replace(realisation=sealed(plan.market.realisation * amount)))


def contract_price(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale the prices of all contracts, and the revenue they still promise."""
    table = plan.operations
    table = table._replace(price=sealed(table.price * amount), remaining=sealed(table.remaining * amount))
    return plan._replace(operations=table)


def power_price(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale the price of power; hedges are struck at the new price."""
    return plan._replace(market=plan.market._replace(power_price=sealed(plan.market.power_price * amount)))


def upkeep(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale hosting and maintenance."""
    return plan._replace(operations=plan.operations._replace(upkeep=sealed(plan.operations.upkeep * amount)))


def construction_delay(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Delay every delivery."""
    return plan._replace(operations=plan.operations._replace(delay=sealed(plan.operations.delay + amount)))


def interest_rate(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Raise the expected short rate at every date; swaps and fixed coupons stay."""
    return plan._replace(market=plan.market._replace(rate_curve=sealed(plan.market.rate_curve + amount)))


def credit_spread(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Scale high-yield spreads, today's and the level to which they revert."""
    market, log = plan.market, float(np.log(amount))
    market = market._replace(
        spread_level=sealed(market.spread_level + log), spread_start=sealed(market.spread_start + log)
    )
    return plan._replace(market=market)


def time_to_seize(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Lengthen the months before anything can be sold."""
    months = np.maximum(np.round(plan.liquidation.seize + amount), 0.0)
    return plan._replace(liquidation=plan.liquidation._replace(seize=sealed(months)))


def sale_cost(plan: Plan, deal: Deal, amount: float) -> Plan:
    """Raise the cost of a sale."""
    cost = np.clip(plan.liquidation.sale_cost + amount, 0.0, MOST_DROP)
    return plan._replace(liquidation=plan.liquidation._replace(sale_cost=sealed(cost)))
