"""Sums of expected cash flow to the last senior maturity, by month: what `life` multiplies on each path."""

from __future__ import annotations

import numpy as np

from halflife.foundation.axes import Floats, Ints, seal
from halflife.operations.base_case import Trend, Uses, uses
from halflife.operations.check import HOURS
from halflife.operations.table import LifeTable, OperationsTable


def tabulate(table: OperationsTable, trend: Trend, *, rate: Floats, last: Ints) -> LifeTable:
    """Add up what each contract, fleet and borrower brings from every month to the last senior maturity.

    Parameters
    ----------
    table : OperationsTable, with inferred prices put in
    trend : Trend
    rate : [borrower, month], interest of the month per unit of senior debt, base case
    last : [borrower], month of the last senior maturity

    Notes
    -----
    Every figure of month u is ``sum(D(s) * flow(s) for s in u+1 ... last)``, D the discount factor from month 0.
    """
    owner, fleet = table.contract_borrower, table.contract_fleet
    back = np.asarray(np.cumprod(1.0 + rate, axis=1), dtype=np.float64)
    months = np.arange(rate.shape[1])
    counts = (1.0 / back) * (months <= last[:, None])
    slope = (trend.rent / trend.rent[:, :1])[table.fleet_machine]
    use, paid = uses(table, trend), (table.committed + (1.0 - table.committed) * table.use)[:, None]
    hours = HOURS * table.contract_units[:, None] * use.held * counts[owner]
    net = 1.0 - table.overhead[owner][:, None]
    firm, delivered = hours * table.in_term, table.delivered[fleet]
    free = np.stack([table.released, delivered], axis=1)
    waiting = np.maximum(0.0, delivered - table.in_term - table.released)
    waits = np.stack([waiting, np.zeros_like(waiting)], axis=1)
    upkeep = (table.units * table.upkeep[table.fleet_borrower])[:, None] * table.delivered * trend.held
    return seal(
        LifeTable(
            back=back,
            back_rent=np.ascontiguousarray(back[table.fleet_borrower] / slope),
            fixed=_after(table.fixed[:, None] * counts),
            care=_after(upkeep * counts[table.fleet_borrower]),
            firm=_after(firm * paid * table.price * table.cash_share[:, None] * net),
            firm_power=_after(firm * table.use[:, None] * use.kwh),
            **_open(table, trend, use, hours, net * slope[fleet], free),
            **_backed(table, trend, use, hours, net, net * slope[fleet], free, waits),
        )
    )


def _after(flow: Floats) -> Floats:
    """Sum over the months after each month, the last axis."""
    later = np.cumsum(flow[..., :0:-1], axis=-1)[..., ::-1]
    return np.concatenate((later, np.zeros((*flow.shape[:-1], 1))), axis=-1)


def _rent_and_power(
    table: OperationsTable, trend: Trend, use: Uses, hours: Floats, per_rent: Floats, share: Floats
) -> tuple[Floats, Floats]:
    """USD per USD/h of posted rent, and kWh, of machines in the market: ``[contract, standing, month]``."""
    sold = (hours * use.works * table.release_use[table.contract_borrower][:, None])[:, None] * share
    realisation = trend.realisation[table.fleet_machine[table.contract_fleet]][:, None]
    return sold * (realisation * use.output * per_rent)[:, None], sold * use.kwh[:, None]


def _open(
    table: OperationsTable, trend: Trend, use: Uses, hours: Floats, per_rent: Floats, free: Floats
) -> dict[str, Floats]:
    rent, power = _rent_and_power(table, trend, use, hours, per_rent, free)
    return {"open_rent": _after(rent), "open_power": _after(power)}


def _backed(
    table: OperationsTable,
    trend: Trend,
    use: Uses,
    hours: Floats,
    net: Floats,
    per_rent: Floats,
    free: Floats,
    waits: Floats,
) -> dict[str, Floats]:
    """The two ways with a vendor: month by month whichever pays more along the trend, or the vendor to its end."""
    columns = dict[str, Floats]()
    for way, leans in (("mixed", use.leans), ("vendor", use.pays)):
        lean = leans[:, None]
        rented = hours[:, None] * (lean * free + use.pays[:, None] * waits)
        rent, power = _rent_and_power(table, trend, use, hours, per_rent, free * (1.0 - lean))
        paid = rented * (use.output * table.vendor_price[:, None] * net)[:, None]
        columns |= {
            f"{way}_rent": _after(rent),
            f"{way}_power": _after(power + rented * use.kwh[:, None]),
            f"{way}_paid": _after(paid),
        }
    return columns
