"""Many balance sheets, one market: forced sales lower the price at which everybody else is marked.

Prices start at 1; holdings and depth are in USD at that price. Sellers are paid the price after all sales, as in the
paper of Cifuentes, Ferrucci and Shin; nothing here knows months.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from halflife.contagion.arrays import Flags, Reader, spread_out
from halflife.contagion.clearing import Cleared, Network, account, columns_of
from halflife.contagion.solver import MOST_ROUNDS, STILL, climb, descend, fill, in_parts
from halflife.contagion.valuation import Valuation, compiled, is_solvent, rogers_veraart
from halflife.foundation.axes import Floats, Ints
from halflife.foundation.backend import Number
from halflife.foundation.elementary import exp


class Market(NamedTuple):
    """What the nodes hold in common. Every column has a leading axis of scenarios, of length 1 where they share it."""

    holdings: Floats
    """``[scenario, node, asset], USD`` at the price before any sale"""
    depth: Floats
    """``[scenario, asset], USD``: slope of the first dollar sold is ``1 / depth``; infinite for no impact"""
    floor: Floats
    """``[scenario, asset], fraction``: what the next-best buyer pays"""


class SalesRule(NamedTuple):
    """When a node sells, and how far: ``[(scenario,) node]``, equity as a fraction of assets with risk."""

    trigger: Floats
    target: Floats


class FireSale(NamedTuple):
    """Where prices, sales and payments agree; the leading axis is the scenario."""

    price: Floats
    """``[scenario, asset], fraction`` of the price before any sale"""
    sold: Floats
    """``[scenario, node], fraction``: of every asset the node holds"""
    market_loss: Floats
    """``[scenario], USD``: fall of the price on all that is held"""
    cleared: Cleared
    """Payments at these prices"""
    rounds: Ints
    """``[scenario]``: times the price was set"""


def build_market(holdings: ArrayLike, depth: ArrayLike, floor: ArrayLike = 0.0) -> Market:
    """Check what is held in common and put it in columns.

    Parameters
    ----------
    holdings : [(scenario,) node, asset], USD at the price before any sale
    depth : number or [(scenario,) asset], USD, positive
        Infinity for a market that sales do not move.
    floor : number or [(scenario,) asset], fraction
        0 for the exponential impact of Cifuentes, Ferrucci and Shin, with ``alpha = total / depth``.

    Raises
    ------
    SpecError
        For negative holdings, depths that are not positive, floors outside 0 to 1, and shapes that do not fit.
    """
    reader = Reader()
    held = reader.read("holdings", holdings, 2)
    assets = held.shape[-1]
    deep, low = reader.column("depth", depth, assets), reader.column("floor", floor, assets)
    nodes = held.shape[1]
    reader.fit([("holdings", held, (nodes, assets)), ("depth", deep, (assets,)), ("floor", low, (assets,))])
    reader.amounts("holdings", held, "leave out what is not held")
    reader.refuse("depth", deep, deep <= 0.0, "more than 0", "state the sale that would take the price down by e")
    reader.within("floor", low, 0.0, 1.0, "state it as a share of the price before the sale")
    reader.close()
    return Market(held, deep, low)


def sales_rule(trigger: ArrayLike, target: ArrayLike | None = None) -> SalesRule:
    """State the capital ratio below which a node sells, and the one it sells up to.

    Parameters
    ----------
    trigger : number or [(scenario,) node], fraction
        Least equity over marked holdings and claims; 0 for nodes that sell only in default.
    target : as `trigger`, not below it
        The same as `trigger` when left out: sales that just repair the ratio. Above it, sales start with a step.

    Raises
    ------
    SpecError
        For ratios outside 0 to 1, targets below their trigger, and shapes that do not fit.
    """
    reader = Reader()
    low, high = (
        np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (trigger, trigger if target is None else target)
    )
    for where, array in (("trigger", low), ("target", high)):
        reader.within(where, array, 0.0, 1.0, "state it as a share of assets")
    try:
        lows, highs = np.broadcast_arrays(low, high)
    except ValueError:
        reader.report("target", f"shape {high.shape}", f"shape {low.shape}, as the trigger", "give both for all nodes")
    else:
        reader.refuse("target", highs, highs < lows, "the trigger or more", "raise the target or lower the trigger")
    reader.close()
    return SalesRule(lows, highs)


@compiled
def share_to_sell(
    equity: Number, owed: Number, held: Number, claims: Number, trigger: Number, target: Number
) -> Number:
    """Share of its holdings that a node sells at these marks: all in default, else what repairs its capital ratio."""
    if not is_solvent(equity, owed):
        return 1.0
    if held <= 0.0 or target <= 0.0 or equity >= trigger * (held + claims):
        return 0.0
    return min(1.0, max(0.0, (held + claims - equity / target) / held))


@compiled
def price_after(sold: Number, depth: Number, floor: Number) -> Number:
    """Price after a sale, as `halflife.instruments.impact.bounded_exponential`; exactly 1 where nothing moves it."""
    room = 1.0 - floor
    if room <= 0.0:
        return 1.0
    return 1.0 - room * (1.0 - exp(-sold / (room * depth)))


@compiled
def mark(columns: Any, cash: Any, holdings: Any, price: Any) -> None:
    """Write every node's outside assets at these prices."""
    for i in range(cash.shape[0]):
        total = cash[i]
        for m in range(price.shape[0]):
            total += holdings[i, m] * price[m]
        columns[0, i] = total


@compiled
def sell_all(columns: Any, received: Any, cash: Any, rule: Any, sold: Any) -> None:
    """Write the share of its holdings that every node sells at its present marks."""
    for i in range(cash.shape[0]):
        owed = columns[1, i] + columns[2, i]
        equity = columns[0, i] + received[i] - owed
        sold[i] = share_to_sell(equity, owed, columns[0, i] - cash[i], received[i], rule[0, i], rule[1, i])


@compiled
def set_price(holdings: Any, sold: Any, market: Any, goal: Any) -> None:
    """Write the prices after these sales."""
    for m in range(goal.shape[0]):
        total = 0.0
        for i in range(sold.shape[0]):
            total += sold[i] * holdings[i, m]
        goal[m] = price_after(total, market[0, m], market[1, m])


@compiled
def settle_prices(
    liabilities: Any,
    columns: Any,
    kind: Any,
    cash: Any,
    holdings: Any,
    market: Any,
    rule: Any,
    share: Any,
    price: Any,
    sold: Any,
    work: Any,
    matrix: Any,
    index: Any,
    rising: bool,
) -> tuple[int, bool]:
    """Find where prices, sales and payments agree; return how often prices were set and whether they came to rest."""
    goal = np.empty_like(price)
    sold[:] = 1.0
    price[:] = 1.0
    share[:] = 0.0 if rising else 1.0
    work[6, :] = -1.0
    if rising:
        set_price(holdings, sold, market, price)
    for rounds in range(MOST_ROUNDS):
        mark(columns, cash, holdings, price)
        if rising:
            _, settled = climb(liabilities, columns, kind, share, work, matrix, index)
        else:
            _, settled = descend(liabilities, columns, kind, share, work, matrix, index)
        sell_all(columns, work[0], cash, rule, sold)
        set_price(holdings, sold, market, goal)
        moved = 0.0
        for m in range(price.shape[0]):
            moved = max(moved, goal[m] - price[m] if rising else price[m] - goal[m])
        if moved <= STILL or not settled:
            return rounds + 1, settled
        for m in range(price.shape[0]):
            price[m] = max(price[m], goal[m]) if rising else min(price[m], goal[m])
    return MOST_ROUNDS, False


class Answers(NamedTuple):
    """Where the solver writes: ``[scenario, ...]``."""

    share: Floats
    price: Floats
    sold: Floats
    rounds: Ints
    settled: Flags


@compiled
def sell_some(
    liabilities: Any,
    table: Any,
    kind: Any,
    holdings: Any,
    market: Any,
    rule: Any,
    answers: Answers,
    first: int,
    end: int,
    rising: bool,
) -> None:
    """Settle scenarios ``first`` to ``end - 1``, each by itself."""
    nodes, assets = answers.share.shape[1], answers.price.shape[1]
    columns, work, ratios = np.empty((5, nodes)), np.empty((7, nodes)), np.empty((2, nodes))
    matrix, index, prices = np.empty((nodes, nodes + 1)), np.empty(nodes, np.int64), np.empty((2, assets))
    for s in range(first, end):
        fill(columns, table, min(s, table.shape[1] - 1))
        fill(prices, market, min(s, market.shape[1] - 1))
        fill(ratios, rule, min(s, rule.shape[1] - 1))
        cash = columns[0].copy()
        answers.rounds[s], answers.settled[s] = settle_prices(
            liabilities[min(s, liabilities.shape[0] - 1)],
            columns,
            kind,
            cash,
            holdings[min(s, holdings.shape[0] - 1)],
            prices,
            ratios,
            answers.share[s],
            answers.price[s],
            answers.sold[s],
            work,
            matrix,
            index,
            rising,
        )


def sell_together(
    network: Network,
    market: Market,
    rule: SalesRule,
    kept: Valuation | None = None,
    *,
    least: bool = False,
    threads: int = 1,
) -> FireSale:
    """Clear what is owed while everybody marks to one market and sells into it.

    Parameters
    ----------
    network : Network
        Its outside assets are those without a price: cash, and what is never sold.
    market : Market
        Holdings that are sold in proportion.
    rule : SalesRule
    kept : Valuation
        Clearing rule; without costs of bankruptcy when left out.
    least : flag
        Climb from the lowest price and no payments, instead of coming down from the price before any sale.
    threads : worker threads; no bit depends on them

    Returns
    -------
    FireSale
        At the highest price at which prices, sales and payments agree; at the lowest if `least`.

    Raises
    ------
    SpecError
        If nodes or scenarios of the arguments do not fit.

    References
    ----------
    Cifuentes, Ferrucci and Shin (2005), "Liquidity risk and contagion", JEEA 3; with targets above triggers, the
    thresholds of Cont and Schaanning (2017), Norges Bank WP 2/2017.
    """
    kept = kept or rogers_veraart()
    nodes, assets = market.holdings.shape[1:]
    reader = Reader()
    held = market.holdings
    reader.fit([("outside_assets", network.outside_assets, (nodes,)), ("holdings", held, (nodes, assets))])
    reader.close()
    table = columns_of(network, kept)
    prices = spread_out({"depth": market.depth, "floor": market.floor}, assets)
    levels = spread_out({"trigger": rule.trigger, "target": rule.target}, nodes)
    longest = [("cash", table), ("prices", prices), ("rule", levels), ("liabilities", network.liabilities[np.newaxis])]
    reader.fit([(name, table[0], table.shape[2:]) for name, table in longest] + [("holdings", held, held.shape[1:])])
    reader.close()
    count = max(table.shape[1], prices.shape[1], levels.shape[1], len(network.liabilities), len(held))
    answers = Answers(
        np.empty((count, nodes)),
        np.empty((count, assets)),
        np.empty((count, nodes)),
        np.empty(count, np.int64),
        np.empty(count, np.bool_),
    )
    kind = np.ascontiguousarray(np.broadcast_to(kept.kind, (nodes,)))
    in_parts(
        lambda first, end: sell_some(
            network.liabilities, table, kind, held, prices, levels, answers, first, end, least
        ),
        count,
        threads,
    )
    worth = np.einsum("sia,sa->si", np.broadcast_to(held, (count, nodes, assets)), answers.price)
    marked = network._replace(outside_assets=network.outside_assets + worth)
    lost = np.broadcast_to(held.sum(axis=1), (count, assets)) * (1.0 - answers.price)
    cleared = account(marked, kept, answers.share, answers.settled)
    return FireSale(answers.price, answers.sold, lost.sum(axis=-1), cleared, answers.rounds)


class Vulnerability(NamedTuple):
    """First-round spillovers of a shock, linear in it; the leading axes are those of the shock."""

    aggregate: Floats
    """``[...], fraction`` of all equity lost through others' sales"""
    systemicness: Floats
    """``[..., node], fraction``: part of the aggregate that the node's sales cause; they add up to it"""
    indirect: Floats
    """``[..., node], fraction`` of the node's own equity lost through all sales"""


def aggregate_vulnerability(
    assets: ArrayLike, weights: ArrayLike, debt: ArrayLike, impact: ArrayLike, shock: ArrayLike
) -> Vulnerability:
    """Spillovers when everybody sells in proportion to go back to its leverage: a linear check on `sell_together`.

    Parameters
    ----------
    assets, debt : [node], USD
        Debt below assets; leverage is debt over the rest [B].
    weights : [node, asset], fractions of the node's assets [M]
    impact : [asset], 1/USD
        Fall of the price by a dollar sold [L].
    shock : [..., asset], fraction
        Fall of the prices at the start [F].

    Returns
    -------
    Vulnerability
        ``AV = 1' A M L M' A B M F / E``.

    Raises
    ------
    SpecError
        For negative amounts, debt that reaches the assets, and shapes that do not fit.

    References
    ----------
    Greenwood, Landier and Thesmar (2015), "Vulnerable banks", JFE 115.
    """
    reader = Reader()
    held, owed = reader.read("assets", assets, 1), reader.read("debt", debt, 1)
    mix, slope = reader.read("weights", weights, 2), reader.read("impact", impact, 1)
    fall = np.asarray(shock, dtype=np.float64)
    nodes, kinds = held.shape[1], slope.shape[1]
    shapes = [("assets", held, (nodes,)), ("debt", owed, (nodes,)), ("weights", mix, (nodes, kinds))]
    reader.fit([*shapes, ("impact", slope, (kinds,)), ("shock", fall.reshape(1, -1, fall.shape[-1])[:, 0], (kinds,))])
    for name, column in (("assets", held), ("debt", owed), ("weights", mix), ("impact", slope)):
        reader.amounts(name, column, "state amounts and shares as positive numbers")
    if not reader.findings:
        reader.refuse("debt", owed, owed >= held, "less than the assets", "leave out nodes without equity")
    reader.close()
    held, owed, mix, slope = held[0], owed[0], mix[0], slope[0]
    equity = held - owed
    sold = held * (owed / equity) * (fall @ mix.T)
    exposed = held[:, np.newaxis] * mix
    caused = sold * (mix @ (slope * exposed.sum(axis=0))) / equity.sum()
    felt = (sold @ mix * slope) @ exposed.T / equity
    return Vulnerability(caused.sum(axis=-1), caused, felt)
