"""What a lever stands at on a plan, and why a deal may have nothing that it moves."""

from __future__ import annotations

import numpy as np

from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.foundation.axes import Floats
from halflife.study.lever_moves import offtakers, operators


def _mean(column: Floats) -> float:
    return float(np.mean(column)) if column.size else 0.0


def rent_decline(plan: Plan, deal: Deal) -> float:
    """Fall of the rents' trend in a year, mean over the machine types."""
    return _mean(-np.expm1(-12.0 * plan.market.drift))


def rent_level(plan: Plan, deal: Deal) -> float:
    """Posted rent at the valuation date without the cycle, mean over the machine types: USD/h."""
    return _mean(np.exp(plan.market.rental + plan.market.loading * plan.market.cycle_start[0]))


def rent_volatility(plan: Plan, deal: Deal) -> float:
    """Standard deviation of the compute factor's shocks, per square root of a year."""
    return float(plan.market.cycle_noise[0] * np.sqrt(12.0))


def successor_date(plan: Plan, deal: Deal) -> float:
    """Months to the first availability."""
    return float(plan.market.launch_availability.min())


def successor_size(plan: Plan, deal: Deal) -> float:
    """Mean fall of the rent at a launch."""
    return _mean(plan.market.launch_drop)


def depth(plan: Plan, deal: Deal) -> float:
    """Depth of the resale markets, mean over the machine types."""
    return _mean(plan.liquidation.depth)


def resale_floor(plan: Plan, deal: Deal) -> float:
    """Floor of resale prices."""
    return _mean(plan.liquidation.floor)


def _pd(plan: Plan, places: list[int]) -> float:
    total = plan.counterparties.hazard[places, : plan.last_maturity + 1].sum(axis=1)
    return _mean(-np.expm1(-total))


def offtaker_pd(plan: Plan, deal: Deal) -> float:
    """Customers' probability of default to the last maturity, at the cycle's mean."""
    return _pd(plan, offtakers(plan))


def operator_pd(plan: Plan, deal: Deal) -> float:
    """Operator's and sponsor's probability of default to the last maturity, at the cycle's mean."""
    return _pd(plan, operators(plan))


def dependence(plan: Plan, deal: Deal) -> float:
    """Tilt of the parties' log hazards."""
    return _mean(plan.counterparties.tilt)


def recovery(plan: Plan, deal: Deal) -> float:
    """Recovery of unsecured claims on parties."""
    return _mean(plan.counterparties.recovery)


def utilisation(plan: Plan, deal: Deal) -> float:
    """Use in the open market."""
    return _mean(plan.operations.release_use)


def realisation(plan: Plan, deal: Deal) -> float:
    """Share of the posted rent that an operator gets."""
    return float(plan.market.realisation[0])


def contract_price(plan: Plan, deal: Deal) -> float:
    """Price of the contracts at the valuation date, weighted by machines: USD/h."""
    table = plan.operations
    is_written = table.offtaker >= 0
    return float(np.average(table.price[is_written, 0], weights=table.contract_units[is_written]))


def power_price(plan: Plan, deal: Deal) -> float:
    """Price of power at the valuation date: USD/kWh."""
    return float(plan.market.power_price[0])


def upkeep(plan: Plan, deal: Deal) -> float:
    """Hosting and maintenance of a machine and month: USD."""
    return _mean(plan.operations.upkeep)


def construction_delay(plan: Plan, deal: Deal) -> float:
    """Mean delay of deliveries: months."""
    return _mean(plan.operations.delay)


def interest_rate(plan: Plan, deal: Deal) -> float:
    """Expected short rate, mean to the last maturity."""
    return _mean(plan.market.rate_curve[: plan.last_maturity + 1])


def credit_spread(plan: Plan, deal: Deal) -> float:
    """High-yield spread at the valuation date."""
    return float(np.exp(plan.market.spread_start[0]))


def time_to_seize(plan: Plan, deal: Deal) -> float:
    """Months to seize."""
    return _mean(plan.liquidation.seize)


def sale_cost(plan: Plan, deal: Deal) -> float:
    """Cost of a sale, share of the price."""
    return _mean(plan.liquidation.sale_cost)


def always(deal: Deal) -> str:
    """Every deal has it."""
    return ""


def no_successor(deal: Deal) -> str:
    """Say that no successor is listed."""
    return "" if deal.plan.market.launch_machine.size else "no machine lists a successor"


def no_offtaker(deal: Deal) -> str:
    """Say that no customer has a contract."""
    return "" if offtakers(deal.plan) else "no customer has a contract"


def no_contract(deal: Deal) -> str:
    """Say that no machine is under contract."""
    return no_offtaker(deal)


def no_operator(deal: Deal) -> str:
    """Say that there is neither operator nor sponsor."""
    return "" if operators(deal.plan) else "there is neither operator nor sponsor"


def no_party(deal: Deal) -> str:
    """Say that there is no counterparty."""
    return "" if deal.plan.counterparties.tilt.size else "there is no counterparty"


def no_rated_party(deal: Deal) -> str:
    """Say that no counterparty is rated."""
    return "" if (deal.plan.counterparties.is_venture == 0).any() else "no counterparty is rated"


def no_delivery(deal: Deal) -> str:
    """Say that every machine is in service."""
    return "" if (deal.plan.operations.delivered[:, 0] < 1.0).any() else "every machine is in service"
