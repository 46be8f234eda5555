"""Stress that travels before anybody defaults: DebtRank, as published and linear, and paths of default."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm

from halflife.contagion.arrays import Flags, Reader
from halflife.contagion.clearing import Network, solve
from halflife.contagion.valuation import in_step
from halflife.foundation.axes import Floats, Ints


class Stress(NamedTuple):
    """Losses of equity when claims lose value in step with their debtors' equity; the leading axis is the scenario."""

    lost: Floats
    """``[scenario, node], fraction`` of equity [h]"""
    equity: Floats
    """``[scenario, node], USD`` left"""
    rounds: Ints
    """``[scenario]``"""
    settled: Flags
    """``[scenario]``: false if the solver's rounds ran out"""


def linear_debtrank(exposures: ArrayLike, equity: ArrayLike, shock: ArrayLike, *, threads: int = 1) -> Stress:
    """Spread losses of equity through claims that lose value in step with their debtor's equity.

    Parameters
    ----------
    exposures : [(scenario,) creditor, debtor], USD
    equity : [(scenario,) node], USD, positive
        Before the shock.
    shock : [(scenario,) node], USD, non-negative
        First loss of equity, from outside.
    threads : worker threads; no bit depends on them

    Returns
    -------
    Stress
        The least ``h = min(1, shock / equity + Lambda h)``, ``Lambda = exposures / equity`` of the creditor;
        ``(I - Lambda)^-1 shock / equity`` while nobody is wiped out.

    Raises
    ------
    SpecError
        For negative exposures or shocks, equity that is not positive, exposures to oneself, shapes that do not fit.

    References
    ----------
    Bardoscia, Battiston, Caccioli and Caldarelli (2015), "DebtRank: a microscopic foundation for shock propagation",
    PLoS ONE 10; tests/reference/m5-linear-debtrank-3cycle/SOURCE.md
    """
    reader = Reader()
    claims = reader.read("exposures", exposures, 2)
    nodes = claims.shape[-1]
    capital, first = reader.column("equity", equity, nodes), reader.column("shock", shock, nodes)
    reader.fit([("exposures", claims, (nodes, nodes)), ("equity", capital, (nodes,)), ("shock", first, (nodes,))])
    reader.amounts("exposures", claims, "state a claim in the row of its creditor")
    reader.amounts("shock", first, "state a loss as a positive number")
    reader.refuse("equity", capital, ~(capital > 0.0) | np.isinf(capital), "more than 0", "leave out the insolvent")
    own = np.eye(claims.shape[-2], nodes, dtype=bool) & (claims != 0.0)
    reader.refuse("exposures", claims, own, "nothing to oneself", "set the diagonal to zero")
    reader.close()
    count = max(len(claims), len(capital), len(first))
    liabilities = np.ascontiguousarray(claims.swapaxes(-1, -2))
    # Equity before contagion less all claims at face: what the solver adds the claims' worth back to.
    outside = np.broadcast_to(capital - first - liabilities.sum(axis=-2), (count, nodes))
    nothing = np.zeros((1, nodes))
    # The rule looks at equity alone: the debts' face would only move money outside the network.
    network = Network(liabilities, outside + liabilities.sum(axis=-1), nothing, nothing)
    found = solve(network, in_step(capital), threads=threads)
    lost = 1.0 - found.share
    return Stress(lost, capital * found.share, found.rounds, found.settled)


class DebtRank(NamedTuple):
    """Distress when every node passes its distress on once; the leading axes are those of the start."""

    distress: Floats
    """``[..., node], fraction`` [h]"""
    debtrank: Floats
    """``[...], fraction`` of all economic value, beyond the distress at the start"""


def debtrank(impact: ArrayLike, weights: ArrayLike, start: ArrayLike) -> DebtRank:
    """Spread distress, every node passing on what it has the first time it has any.

    Parameters
    ----------
    impact : [from, to], fraction
        Share of a node's equity lost if another fails [W]; above 1 counts as 1.
    weights : [node], fractions that add up to 1
        Economic value of every node [v].
    start : [..., node], fraction
        Distress from outside.

    Returns
    -------
    DebtRank

    Raises
    ------
    SpecError
        For negative impacts, weights or distress, weights that do not add up, and shapes that do not fit.

    References
    ----------
    Battiston, Puliga, Kaushik, Tasca and Caldarelli (2012), "DebtRank: too central to fail?", Scientific Reports 2;
    tests/reference/m5-debtrank-original/SOURCE.md
    """
    reader = Reader()
    passed, value = reader.read("impact", impact, 2), reader.read("weights", weights, 1)
    first = np.asarray(start, dtype=np.float64)
    rows = first.reshape(-1, first.shape[-1])
    nodes = passed.shape[-1]
    reader.fit([("impact", passed, (nodes, nodes)), ("weights", value, (nodes,)), ("start", rows[:1], (nodes,))])
    reader.within("impact", passed, 0.0, np.inf, "state a loss as a positive share of the receiver's equity")
    reader.within("weights", value, 0.0, 1.0, "state shares of the whole")
    reader.refuse("start", rows, ~((rows >= 0.0) & (rows <= 1.0)), "from 0 to 1", "state a share of equity")
    if abs(value.sum() - 1.0) > 1e-9:
        reader.report("weights", f"a sum of {value.sum():.12g}", "a sum of 1", "divide them by their sum")
    reader.close()
    capped = np.minimum(1.0, passed[0])
    distress, passing = rows.copy(), rows > 0.0
    spent = np.zeros_like(passing)
    while passing.any():
        arrived = np.where(passing, distress, 0.0) @ capped
        spent |= passing
        distress = np.minimum(1.0, distress + arrived)
        passing = (distress > 0.0) & ~spent
    return DebtRank(distress.reshape(first.shape), ((distress - rows) @ value[0]).reshape(first.shape[:-1]))


class Susceptibility(NamedTuple):
    """How much further than to their neighbours defaults can reach."""

    by_node: Floats
    """``[node]``: paths of default that end here over those of one step; above 1, the node is hit from afar"""
    fluidity: float
    """mean over the nodes"""


def impact_susceptibility(exposures: ArrayLike, buffer: ArrayLike) -> Susceptibility:
    """Count the paths along which one default after the other can reach a node.

    Parameters
    ----------
    exposures : [creditor, debtor], USD
    buffer : [node], USD, positive
        Loss that fails the node.

    Returns
    -------
    Susceptibility
        Rows of ``exp(V)`` off the diagonal over rows of ``V``, where ``V`` is 1 if the debtor's default alone uses up
        the creditor's buffer; 0 for a node that no single default can fail.

    Raises
    ------
    SpecError
        For negative exposures, buffers that are not positive, and shapes that do not fit.

    References
    ----------
    Silva, Souza and Tabak (2015), "Monitoring vulnerability and impact diffusion in financial networks", Central Bank
    of Brazil WP 392; tests/reference/m5-impact-susceptibility/SOURCE.md
    """
    reader = Reader()
    claims, capital = reader.read("exposures", exposures, 2), reader.read("buffer", buffer, 1)
    nodes = claims.shape[-1]
    reader.fit([("exposures", claims, (nodes, nodes)), ("buffer", capital, (nodes,))])
    reader.amounts("exposures", claims, "state a claim in the row of its creditor")
    reader.refuse("buffer", capital, ~(capital > 0.0), "more than 0", "leave out the insolvent")
    reader.close()
    fails = (claims[0] >= capital[0][:, np.newaxis]).astype(np.float64)
    paths = expm(fails)
    np.fill_diagonal(paths, 0.0)
    direct = fails.sum(axis=1)
    by_node = np.divide(paths.sum(axis=1), direct, out=np.zeros(nodes), where=direct > 0.0)
    return Susceptibility(by_node, float(by_node.mean()))
