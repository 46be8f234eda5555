"""Clearing of what is really owed: one payment of everybody, given everybody else's.

All functions take a leading axis of scenarios, solved each by itself; no bit depends on the threads.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from halflife.contagion.arrays import Flags, Reader, spread_out
from halflife.contagion.solver import in_parts, solve_some
from halflife.contagion.valuation import SOLVENT, Valuation, rogers_veraart
from halflife.foundation.axes import Floats, Ints


class Network(NamedTuple):
    """Who owes whom. Every column has a leading axis of scenarios, of length 1 where they share it."""

    liabilities: Floats
    """``[scenario, debtor, creditor], USD``"""
    outside_assets: Floats
    """``[scenario, node], USD``"""
    outside_debt: Floats
    """``[scenario, node], USD``: owed outside the network, at the rank of the claims inside"""
    senior_debt: Floats
    """``[scenario, node], USD``: owed outside the network and paid first"""

    @property
    def due(self) -> Floats:
        """All debt at the rank of the claims inside: ``[scenario, node], USD``."""
        return cast(Floats, self.liabilities.sum(axis=-1) + self.outside_debt)

    @property
    def scenarios(self) -> int:
        """How many scenarios there are."""
        return max(len(self.liabilities), len(self.outside_assets), len(self.outside_debt), len(self.senior_debt))


class Solution(NamedTuple):
    """What the solver found; the leading axis is the scenario."""

    share: Floats
    """``[scenario, node], fraction``: worth of one unit of face of the node's debt"""
    rounds: Ints
    """``[scenario]``"""
    settled: Flags
    """``[scenario]``: false if the rounds ran out"""


class Cleared(NamedTuple):
    """Who pays whom what; the leading axis is the scenario. For every node, assets are owners', creditors' or cost."""

    share: Floats
    """``[scenario, node], fraction``: paid of what is due"""
    paid: Floats
    """``[scenario, node], USD``: to creditors inside and outside, senior debt apart"""
    senior_paid: Floats
    """``[scenario, node], USD``"""
    received: Floats
    """``[scenario, node], USD``: from other nodes"""
    equity: Floats
    """``[scenario, node], USD``: assets less all debt at face; negative for a node in default"""
    cost: Floats
    """``[scenario, node], USD``: lost in bankruptcy"""
    defaulted: Flags
    """``[scenario, node]``"""
    settled: Flags
    """``[scenario]``: false if the solver's rounds ran out"""


class Range(NamedTuple):
    """Both ends of what may be paid when everybody's payment waits for everybody else's."""

    greatest: Cleared
    least: Cleared
    gap: Floats
    """``[scenario], USD``: paid in the best case and not in the worst, a measure of run risk"""


def build_network(
    liabilities: ArrayLike,
    outside_assets: ArrayLike,
    outside_debt: ArrayLike = 0.0,
    senior_debt: ArrayLike = 0.0,
) -> Network:
    """Check the obligations of a network and put them in columns.

    Parameters
    ----------
    liabilities : [(scenario,) debtor, creditor], USD
        Row owes column; nothing on the diagonal.
    outside_assets : [(scenario,) node], USD
    outside_debt, senior_debt : number or [(scenario,) node], USD
        Owed outside the network: beside the claims inside, and before them.

    Returns
    -------
    Network

    Raises
    ------
    SpecError
        For amounts that are negative or not finite, claims on oneself, and shapes that do not fit; all of them named.
    """
    reader = Reader()
    claims = reader.read("liabilities", liabilities, 2)
    nodes = claims.shape[-1]
    columns = {
        "outside_assets": reader.column("outside_assets", outside_assets, nodes),
        "outside_debt": reader.column("outside_debt", outside_debt, nodes),
        "senior_debt": reader.column("senior_debt", senior_debt, nodes),
    }
    reader.fit(
        [("liabilities", claims, (nodes, nodes)), *((name, column, (nodes,)) for name, column in columns.items())]
    )
    for name, column in {"liabilities": claims, **columns}.items():
        reader.amounts(name, column, "state a debt as what somebody owes, and let assets not fall below nothing")
    own = np.eye(claims.shape[-2], nodes, dtype=bool) & (claims != 0.0)
    reader.refuse("liabilities", claims, own, "nothing owed to oneself", "set the diagonal to zero")
    reader.close()
    return Network(claims, *columns.values())


def columns_of(network: Network, valuation: Valuation) -> Floats:
    """What the solver reads of every node: ``[column, scenario, node]``."""
    columns = {
        "outside_assets": network.outside_assets,
        "senior_debt": network.senior_debt,
        "due": network.due,
        "first parameter of the valuation": valuation.first,
        "second parameter of the valuation": valuation.second,
    }
    return spread_out(columns, network.outside_assets.shape[-1])


def solve(network: Network, valuation: Valuation, *, least: bool = False, threads: int = 1) -> Solution:
    """Value all claims at once.

    Parameters
    ----------
    network : Network
        As `build_network` returns it.
    valuation : Valuation
        How a debtor's state sets the worth of claims on it; `halflife.contagion.valuation` has the rules.
    least : flag
        Climb to the least solution instead of coming down to the greatest.
    threads : worker threads; no bit depends on them

    Returns
    -------
    Solution

    Raises
    ------
    SpecError
        If the nodes or scenarios of the two do not fit.

    References
    ----------
    Barucca et al. (2020), "Network valuation in financial systems", Mathematical Finance 30: existence of the greatest
    and the least solution; Rogers and Veraart (2013), section 3, for the greatest clearing vector algorithm.
    """
    nodes = network.outside_assets.shape[-1]
    table = columns_of(network, valuation)
    scenarios = max(network.scenarios, table.shape[1])
    kind = np.ascontiguousarray(np.broadcast_to(valuation.kind, (nodes,)))
    share, rounds = np.empty((scenarios, nodes)), np.empty(scenarios, np.int64)
    settled = np.empty(scenarios, np.bool_)
    in_parts(
        lambda first, end: solve_some(network.liabilities, table, kind, share, rounds, settled, first, end, least),
        scenarios,
        threads,
    )
    return Solution(share, rounds, settled)


def account(network: Network, kept: Valuation, share: Floats, settled: Flags) -> Cleared:
    """Say where every dollar went, given the shares of a clearing solution.

    Parameters
    ----------
    kept : Valuation
        The clearing rule: shares of outside assets and of claims that survive a bankruptcy.
    share : [scenario, node], fraction

    Returns
    -------
    Cleared
    """
    outside, senior, due = network.outside_assets, network.senior_debt, network.due
    received = np.einsum("sji,sj->si", np.broadcast_to(network.liabilities, (len(share), *share.shape[1:] * 2)), share)
    equity = outside + received - (senior + due)
    defaulted = ~np.asarray(equity >= -SOLVENT * (senior + due))
    left = kept.first * outside + kept.second * received
    lost = (1.0 - kept.first) * outside + (1.0 - kept.second) * received
    return Cleared(
        share,
        share * due,
        np.where(defaulted, np.minimum(senior, left), senior),
        received,
        equity,
        np.where(defaulted, lost, 0.0),
        defaulted,
        settled,
    )


def clear(
    network: Network,
    assets_kept: ArrayLike = 1.0,
    claims_kept: ArrayLike = 1.0,
    *,
    least: bool = False,
    threads: int = 1,
) -> Cleared:
    """Clear what is owed: everybody pays in full, or all that is left.

    Parameters
    ----------
    network : Network
    assets_kept, claims_kept : fractions, number or [(scenario,) node]
        What a bankruptcy leaves of outside assets and of claims on others; 1 and 1 for Eisenberg and Noe.
    least, threads
        As for `solve`.

    Returns
    -------
    Cleared

    References
    ----------
    Eisenberg and Noe (2001); Rogers and Veraart (2013); tests/reference/m5-eisenberg-noe-systemicrisk/SOURCE.md
    """
    rule = rogers_veraart(assets_kept, claims_kept)
    found = solve(network, rule, least=least, threads=threads)
    return account(network, rule, found.share, found.settled)


def clear_both(
    network: Network, assets_kept: ArrayLike = 1.0, claims_kept: ArrayLike = 1.0, *, threads: int = 1
) -> Range:
    """Clear at the greatest and at the least solution: costs of bankruptcy can make them differ.

    Parameters
    ----------
    network, assets_kept, claims_kept, threads
        As for `clear`.

    Returns
    -------
    Range

    References
    ----------
    Rogers and Veraart (2013); tests/reference/m5-rv-multiple-vectors/SOURCE.md
    """
    greatest = clear(network, assets_kept, claims_kept, threads=threads)
    least = clear(network, assets_kept, claims_kept, least=True, threads=threads)
    gap = greatest.paid + greatest.senior_paid - least.paid - least.senior_paid
    return Range(greatest, least, gap.sum(axis=-1))
