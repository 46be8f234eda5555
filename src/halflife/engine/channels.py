"""The channels between borrowers, switched on a plan that is already resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from halflife.contagion.resolve import strength_columns
from halflife.contagion.spec import CHANNELS
from halflife.contagion.table import ContagionTable
from halflife.engine.plan import Plan
from halflife.foundation.axes import Floats, Ints
from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.liquidation.table import LiquidationTable

NEVER_WEAK = -2.0
"""Least capital over assets that no lender falls below."""
ENDLESS = 1e18
"""USD that no burn exhausts."""


def with_channels(plan: Plan, strengths: Mapping[str, float]) -> Plan:
    """Return the plan with other strengths of its channels; nothing else of it changes.

    Parameters
    ----------
    strengths : name of `contagion.spec.CHANNELS` -> 0 (off) to 1 (full); channels left out stay as they are

    Raises
    ------
    SpecError
        For a channel that does not exist, or a strength outside 0 to 1.
    """
    findings = [finding for name, strength in strengths.items() for finding in _check(name, strength)]
    if findings:
        raise SpecError(findings)
    columns = strength_columns(strengths, plan.market.rental.shape[0])
    sealed: dict[str, Any] = {name: _sealed(column) for name, column in columns.items()}
    contagion = plan.contagion._replace(**sealed)
    share, multiple = float(contagion.sponsors[0]), contagion.multiple
    stressed = multiple if share == 1.0 else 1.0 + share * (multiple - 1.0)
    return plan._replace(
        contagion=contagion,
        counterparties=plan.counterparties._replace(contagion=_sealed(stressed)),
        liquidation=_joined(plan.liquidation, contagion),
    )


Kind = Literal["borrower", "lender", "machine", "party"]


def silence(plan: Plan, kind: Kind, place: int) -> Plan:
    """Return the plan with one entity whose troubles nobody else feels; what it suffers itself stays.

    Parameters
    ----------
    kind, place : which entity, by its position on its axis.  A silent borrower's losses, idle machines, sales and
        clauses reach nobody; a silent lender funds every draw and pays its lenders; the price and rent of a silent
        machine type give way to nobody; a silent party does not fail
    """
    table = plan.contagion
    if kind == "borrower":
        fleets = plan.operations.fleet_borrower[table.contract_fleet]
        mine, heard = table.owner == place, table.heard.copy()
        heard[mine] = 0.0
        links, roles = table.cross_from != place, table.actor != place
        table = table._replace(
            heard=_sealed(heard),
            holding_share=_sealed(np.where(mine[table.holding_facility], 0.0, table.holding_share)),
            contract_units=_sealed(np.where(fleets == place, 0.0, table.contract_units)),
            cross_from=_kept(table.cross_from, links),
            cross_to=_kept(table.cross_to, links),
            actor=_kept(table.actor, roles),
            acts_as=_kept(table.acts_as, roles),
        )
        sellers = plan.liquidation.heard.copy()
        sellers[np.unique(plan.liquidation.seller[plan.operations.fleet_borrower == place])] = 0.0
        return plan._replace(contagion=table, liquidation=plan.liquidation._replace(heard=_sealed(sellers)))
    if kind == "lender":
        least, owed = table.least_capital.copy(), np.where(table.claim_debtor == place, 0.0, table.claim_amount)
        least[place] = NEVER_WEAK
        return plan._replace(contagion=table._replace(least_capital=_sealed(least), claim_amount=_sealed(owed)))
    if kind == "machine":
        columns = {name: np.array(getattr(table, name)) for name in ("machine_prices", "marks", "pressure")}
        for column in columns.values():
            column[place] = 0.0
        muted: dict[str, Any] = {name: _sealed(column) for name, column in columns.items()}
        table = table._replace(**muted)
        return plan._replace(contagion=table, liquidation=_joined(plan.liquidation, table))
    parties = plan.counterparties
    hazard, base, distress, cash = (
        np.array(column) for column in (parties.hazard, parties.base, parties.distress, parties.cash)
    )
    hazard[place], base[place], distress[place] = 0.0, 0.0, 0.0
    cash[place] = np.where(parties.is_venture[place], ENDLESS, cash[place])
    roles = table.acts_as != place
    return plan._replace(
        counterparties=parties._replace(
            hazard=_sealed(hazard), base=_sealed(base), distress=_sealed(distress), cash=_sealed(cash)
        ),
        contagion=table._replace(actor=_kept(table.actor, roles), acts_as=_kept(table.acts_as, roles)),
    )


def with_shock(plan: Plan, fall: float) -> Plan:
    """Return the plan with all rents lower by a share from month 1 on.

    Parameters
    ----------
    fall : share of the rent, below 1; a deviation from the market's trend that does not revert
    """
    shock = np.full(plan.market.rental.shape[0], -np.log1p(-fall))
    return plan._replace(contagion=plan.contagion._replace(shock=_sealed(shock), is_watched=_ones()))


def with_depth(plan: Plan, multiple: float) -> Plan:
    """Return the plan with resale markets of another depth and absorption.

    Parameters
    ----------
    multiple : of what the term sheet says, positive
    """
    table = plan.liquidation
    return plan._replace(
        liquidation=table._replace(
            depth=_sealed(table.depth * multiple), absorption=_sealed(table.absorption * multiple)
        )
    )


def with_backstop(plan: Plan, price: float, size: float) -> Plan:
    """Return the plan with a buyer of last resort.

    Parameters
    ----------
    price : share of the appraised value it pays wherever the market pays less;  size : USD it can spend in all
    """
    table = plan.liquidation._replace(backstop_price=_sealed([price]), backstop_size=_sealed([size]))
    return plan._replace(liquidation=table)


def _joined(table: LiquidationTable, contagion: ContagionTable) -> LiquidationTable:
    """Resale markets as far as sellers share them, and marked where values follow them."""
    is_marked = ((contagion.machine_prices > 0.0) | (contagion.marks > 0.0)).astype(np.int64)
    is_marked.flags.writeable = False
    return table._replace(impact=contagion.machine_prices, is_marked=is_marked)


def _ones() -> Ints:
    ones = np.ones(1, dtype=np.int64)
    ones.flags.writeable = False
    return ones


def _kept(column: Ints, keep: NDArray[np.bool_]) -> Ints:
    kept = np.ascontiguousarray(column[keep])
    kept.flags.writeable = False
    return kept


def _check(name: str, strength: float) -> list[Finding]:
    if name not in CHANNELS:
        match = close_match(name, CHANNELS)
        fix = f"did you mean '{match}'?" if match else "correct the name"
        return [Finding("channels", f"unknown channel '{name}'", f"one of {', '.join(CHANNELS)}", fix)]
    if not 0.0 <= strength <= 1.0:
        return [Finding(f"channels.{name}", f"{strength}", "a strength from 0 (off) to 1 (full)", "correct it")]
    return []


def _sealed(numbers: Floats | list[float]) -> Floats:
    sealed = np.array(numbers, dtype=np.float64)
    sealed.flags.writeable = False
    return sealed
