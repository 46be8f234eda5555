"""What treasuries refer to in other rooms, and the names along their axes."""

from __future__ import annotations

from collections.abc import Sequence

from halflife.engine.system import BorrowerSpec, SystemSpec
from halflife.market.spec import MarketSpec
from halflife.treasury.resolve import Around

Pairs = tuple[tuple[str, str], ...]


def around(spec: SystemSpec, borrowers: Sequence[BorrowerSpec], facilities: Sequence[tuple[str, str]]) -> Around:
    """Gather coins with a market, rigs, and facilities with their kinds.

    Parameters
    ----------
    borrowers : in name order
    facilities : (borrower, facility) in the table's order; empty where the debt is not resolved
    """
    market = spec.economy.market
    rigs = {machine.name for machine in market.machines if machine.kind == "asic"}
    return Around(
        coins=sorted(coin.name for coin in market.coins),
        traded={coin.name for coin in market.coins if coin.volume},
        facilities={one.name: {facility.name: facility.kind for facility in one.debt.facilities} for one in borrowers},
        places={pair: place for place, pair in enumerate(facilities)},
        miners={one.name for one in borrowers if any(fleet.machine in rigs for fleet in one.operations.fleets)},
    )


def treasury_labels(borrowers: Sequence[BorrowerSpec]) -> dict[str, Pairs]:
    """(borrower, name) of every holding and coin loan, in the table's order."""
    kept = [(one.name, one.treasury) for one in borrowers if one.treasury is not None]
    return {
        "holdings": tuple((name, coin) for name, own in kept for coin in sorted(one.coin for one in own.holdings)),
        "coin_loans": tuple((name, loan) for name, own in kept for loan in sorted(one.facility for one in own.loans)),
    }


def coin_names(market: MarketSpec, borrowers: Sequence[BorrowerSpec]) -> dict[str, tuple[str, ...]]:
    """Names of coins, networks and treasuries, in order."""
    return {
        "coins": tuple(sorted(coin.name for coin in market.coins)),
        "networks": () if market.network is None else ("Bitcoin",),
        "treasuries": tuple(one.name for one in borrowers if one.treasury is not None),
    }
