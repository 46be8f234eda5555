"""How many systems a second clear, alone and while they sell into one market.  Prints; never fails a build.

``python benchmarks/clearing.py`` after ``make test``. The systems are drawn, seeded; the shares of nodes that fail are
printed beside the speeds, for more failures take longer.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from time import perf_counter
from typing import Any

import llvmlite.binding
import numpy as np

from halflife.contagion import clearing, fire_sale
from halflife.contagion.valuation import Valuation, rogers_veraart

NODES, ASSETS, SCENARIOS, SEED, ROUNDS, THREADS = 50, 3, 4_000, 7, 5, 2
LINKS = 0.2
"""Share of all pairs with a claim."""


def draw(
    nodes: int, scenarios: int, seed: int = SEED
) -> tuple[clearing.Network, fire_sale.Market, fire_sale.SalesRule]:
    """Draw a network of heavy-tailed claims, holdings in common, and a shock to cash for every scenario."""
    draws = np.random.default_rng(seed)
    linked = (draws.random((nodes, nodes)) < LINKS) & ~np.eye(nodes, dtype=bool)
    liabilities = draws.lognormal(0.0, 1.0, (nodes, nodes)) * linked
    size = liabilities.sum(axis=0) + liabilities.sum(axis=1) + 1.0
    holdings = 0.5 * size[:, np.newaxis] * draws.dirichlet(np.ones(ASSETS), nodes)
    debt = 0.4 * size
    needed = liabilities.sum(axis=1) + debt - liabilities.sum(axis=0) - holdings.sum(axis=1) + 0.15 * size
    cash = np.maximum(0.0, needed + size * draws.normal(-0.05, 0.2, (scenarios, nodes)))
    depth = holdings.sum(axis=0) / 0.3
    return (
        clearing.build_network(liabilities, cash, debt),
        fire_sale.build_market(holdings, depth, 0.4),
        fire_sale.sales_rule(0.05),
    )


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least wall seconds of some rounds, and the last answer."""
    walls, answer = [], None
    for _ in range(ROUNDS):
        begun = perf_counter()
        answer = work()
        walls.append(perf_counter() - begun)
    return min(walls), answer


def compare(nodes: int, scenarios: int, kept: Valuation) -> None:
    """Print solves a second of one size of system, on one thread and on two."""
    network, market, rule = draw(nodes, scenarios)
    unsold = network._replace(outside_assets=network.outside_assets + market.holdings.sum(axis=-1))
    for threads in (1, THREADS):
        wall, cleared = seconds(lambda threads=threads: clearing.solve(unsold, kept, threads=threads))
        print(f"  clearing,             {threads} thread(s) {scenarios / wall:10,.0f} solves/s")
    print(f"    {(cleared.share < 1.0).mean():.0%} of nodes fail, {cleared.rounds.max()} rounds at most")
    for least in (False, True):
        for threads in (1, THREADS):
            wall, sale = seconds(
                lambda threads=threads, least=least: fire_sale.sell_together(
                    network, market, rule, kept, least=least, threads=threads
                )
            )
            name = "lowest price, " if least else "highest price,"
            print(f"  sales, {name} {threads} thread(s) {scenarios / wall:10,.0f} solves/s")
        print(
            f"    {sale.cleared.defaulted.mean():.0%} of nodes fail, prices fall to {sale.price.mean():.2f}, "
            f"{sale.rounds.mean():.0f} prices set ({sale.rounds.max()} at most), "
            f"{(~sale.cleared.settled).sum()} systems not settled"
        )


def main() -> None:
    """Print the machine and the speed of three sizes."""
    print(f"{llvmlite.binding.get_host_cpu_name()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    for nodes, scenarios in ((10, SCENARIOS), (NODES, SCENARIOS), (200, SCENARIOS // 20)):
        for name, kept in (("no costs", rogers_veraart()), ("costs of 30 % and 10 %", rogers_veraart(0.7, 0.9))):
            print(f"\n{nodes} nodes, {ASSETS} assets, {scenarios} scenarios, bankruptcy at {name}")
            compare(nodes, scenarios, kept)


if __name__ == "__main__":
    main()
