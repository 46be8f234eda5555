"""Who may owe whom when only the totals are known: spread as evenly as they allow, or over as few links as they allow.

The two are bounds of a kind: even exposures spread a small loss thin, few links carry a large one whole. Neither is the
truth; run both.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from halflife.contagion.arrays import Flags, Reader
from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError

EXACT = 1e-13
"""Largest gap of a total, as a share of all claims, that counts as none."""
SWEEPS, STEPS = 500, 60
"""Proportional fittings, then Newton steps, before the pattern itself is doubted."""
DUST = 1e-14
"""Claim, as a share of all claims, that counts as nothing."""


class Totals(NamedTuple):
    """What is known of a network: ``[node], USD`` and who may owe whom."""

    assets: Floats
    """claims of every node on all others"""
    liabilities: Floats
    """debts of every node to all others"""
    allowed: Flags
    """``[creditor, debtor]``"""


def read_totals(assets: ArrayLike, liabilities: ArrayLike, no_claim: ArrayLike | None = None) -> Totals:
    """Check totals of claims and debts.

    Parameters
    ----------
    assets, liabilities : [node], USD
        Sums of rows and of columns of the unknown ``[creditor, debtor]``.
    no_claim : [creditor, debtor], flags
        Pairs known to have no claim; nobody has one on itself.

    Raises
    ------
    SpecError
        For negative totals, totals that do not add up, a node too large for the rest, and shapes that do not fit.
    """
    reader = Reader()
    rows, columns = reader.read("assets", assets, 1), reader.read("liabilities", liabilities, 1)
    nodes = rows.shape[1]
    empty = np.zeros((nodes, nodes)) if no_claim is None else np.asarray(no_claim, dtype=np.float64)
    pairs = reader.read("no_claim", empty, 2)
    reader.fit([("assets", rows, (nodes,)), ("liabilities", columns, (nodes,)), ("no_claim", pairs, (nodes, nodes))])
    for name, column in (("assets", rows), ("liabilities", columns)):
        reader.amounts(name, column, "state totals as positive amounts")
        if len(column) != 1:
            reader.report(name, f"{len(column)} scenarios", "one", "reconstruct one network at a time")
    if not reader.findings:
        _add_up(reader, rows[0], columns[0])
    reader.close()
    return Totals(rows[0], columns[0], (pairs[0] == 0.0) & ~np.eye(nodes, dtype=bool))


def _add_up(reader: Reader, assets: Floats, liabilities: Floats) -> None:
    """Hold all claims to all debts, and every node to what the others can owe it."""
    claims, debts = assets.sum(), liabilities.sum()
    if abs(claims - debts) > EXACT * max(claims, debts):
        found = f"{claims:.15g} of assets and {debts:.15g} of liabilities, {claims - debts:+.6g}"
        reader.report("totals", found, "one sum: every claim is a debt", "add a node for the rest, or correct a total")
        return
    for i, excess in enumerate(assets + liabilities - claims):
        if excess > EXACT * claims:
            found = f"assets {assets[i]:.15g} and liabilities {liabilities[i]:.15g} of {claims:.15g}"
            wanted = "together no more than all claims: nobody owes itself"
            reader.report(f"totals[{i}]", found, wanted, "add the counterparties that are missing")


def _no_network(found: str) -> SpecError:
    fix = "allow more pairs, or correct the totals"
    return SpecError([Finding("no_claim", found, "pairs that can carry the totals", fix)])


def _flow(totals: Totals, cost: Floats) -> Floats:
    """Return the cheapest claims that have these totals: a corner of all that do."""
    nodes = len(totals.assets)
    row, column = np.nonzero(totals.allowed)
    places = np.arange(len(row))
    sums: Any = csr_array(
        (np.ones(2 * len(row)), (np.concatenate([row, nodes + column]), np.tile(places, 2))),
        shape=(2 * nodes, len(row)),
    )
    whole = max(totals.assets.sum(), np.finfo(float).tiny)
    wanted = np.concatenate([totals.assets, totals.liabilities]) / whole
    found = linprog(cost[row, column], A_eq=sums, b_eq=wanted, method="highs-ds")
    if found.x is None:
        raise _no_network("no claims between the pairs left have these totals")
    claims = np.zeros((nodes, nodes))
    claims[row, column] = np.where(found.x > DUST, found.x, 0.0) * whole
    return claims


def _can_be_positive(totals: Totals) -> Flags:
    """Find the pairs that some network with these totals links.

    A pair without a claim in one network can have one in another only if claims can be passed around a circle through
    it: if its ends are strongly connected by allowed pairs forwards and present claims backwards.
    """
    nodes = len(totals.assets)
    claims = _flow(totals, np.zeros((nodes, nodes)))
    around = np.zeros((2 * nodes, 2 * nodes), dtype=bool)
    around[:nodes, nodes:] = totals.allowed
    around[nodes:, :nodes] = (claims > 1e-9 * totals.assets.sum()).T
    _, part = connected_components(csr_array(around), directed=True, connection="strong")
    return np.asarray(totals.allowed & ((part[:nodes, np.newaxis] == part[np.newaxis, nodes:]) | (claims > 0.0)))


def _gap(claims: Floats, totals: Totals) -> float:
    """Largest gap of a total, as a share of all claims."""
    rows = np.abs(claims.sum(axis=1) - totals.assets).max()
    columns = np.abs(claims.sum(axis=0) - totals.liabilities).max()
    return float(max(rows, columns) / max(totals.assets.sum(), np.finfo(float).tiny))


def _scale_to(wanted: Floats, found: Floats) -> Floats:
    return np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0.0)


def _fit_in_proportion(claims: Floats, totals: Totals) -> Floats:
    """Scale columns and rows to their totals by turns."""
    for _ in range(SWEEPS):
        claims = claims * _scale_to(totals.liabilities, claims.sum(axis=0))
        claims = claims * _scale_to(totals.assets, claims.sum(axis=1))[:, np.newaxis]
        if _gap(claims, totals) <= EXACT:
            break
    return claims


def _fit_by_newton(claims: Floats, totals: Totals) -> Floats:
    """Find the row and column factors at once: quick where fitting by turns is slow."""
    nodes = len(totals.assets)
    for _ in range(STEPS):
        gap = _gap(claims, totals)
        if gap <= EXACT:
            break
        rows, columns = claims.sum(axis=1), claims.sum(axis=0)
        slopes = np.block([[np.diag(rows), claims], [claims.T, np.diag(columns)]])
        wanted = np.concatenate([totals.assets - rows, totals.liabilities - columns])
        step = np.linalg.lstsq(slopes, wanted, rcond=None)[0]
        scale = 1.0
        trial = claims
        while scale > 1e-6:
            moved = np.clip(scale * (step[:nodes, np.newaxis] + step[np.newaxis, nodes:]), -30.0, 30.0)
            trial = claims * np.exp(moved)
            if _gap(trial, totals) < gap:
                break
            scale *= 0.5
        if scale <= 1e-6:
            break
        claims = trial
    return claims


def maximum_entropy(assets: ArrayLike, liabilities: ArrayLike, no_claim: ArrayLike | None = None) -> Floats:
    """Spread claims as evenly as their totals allow.

    Parameters
    ----------
    assets, liabilities, no_claim
        As for `read_totals`.

    Returns
    -------
    [creditor, debtor], USD
        Closest in relative entropy to ``assets x liabilities`` over the allowed pairs. Totals are met to 1e-12 of all
        claims.

    Notes
    -----
    RAS: columns and rows are scaled by turns; where that is slow, Newton steps on the logarithms of the same factors;
    where no factors exist because totals force some pairs to nothing, those pairs are found and taken out first.

    Raises
    ------
    SpecError
        As `read_totals`, and if no claims between the allowed pairs have these totals.

    References
    ----------
    Upper (2004), "Estimating bilateral exposures in the German interbank market", European Economic Review 48;
    tests/reference/m5-max-entropy-7bank/SOURCE.md
    """
    totals = read_totals(assets, liabilities, no_claim)
    prior = np.outer(totals.assets, totals.liabilities) * totals.allowed
    claims = _fit_by_newton(_fit_in_proportion(prior, totals), totals)
    if _gap(claims, totals) > EXACT:
        claims = _fit_by_newton(_fit_in_proportion(prior * _can_be_positive(totals), totals), totals)
    if _gap(claims, totals) > 10.0 * EXACT:
        raise _no_network(f"claims that miss a total by {_gap(claims, totals):.1e} of all claims")
    return claims


class Sparse(NamedTuple):
    """A network of few links."""

    exposures: Floats
    """``[creditor, debtor], USD``"""
    links: int
    fewest_possible: int
    """a bound that no network with these totals can beat; it need not be reached"""


def minimum_density(
    assets: ArrayLike, liabilities: ArrayLike, no_claim: ArrayLike | None = None, *, seed: int, tries: int = 64
) -> Sparse:
    """Carry the totals over as few links as a seeded search finds.

    Parameters
    ----------
    assets, liabilities, no_claim
        As for `read_totals`.
    seed : whole number
    tries : searches; the network with the fewest links is kept, the first of equals

    Returns
    -------
    Sparse

    Notes
    -----
    Each search draws one link after the other, pair ``(i, j)`` with weight ``max(a_i / l_j, l_j / a_i)`` in what is
    still to be placed, so that small nodes tend to deal with large ones, and loads it as far as both ends allow.
    Drawing and loading are those of Anand, Craig and von Peter; where they go on from one network by taking links out
    at random, we start again and keep the best. What is left on a pair that is not allowed is carried around another
    link. Should all searches get stuck, the corner of a linear programme with random costs is taken.

    Raises
    ------
    SpecError
        As `maximum_entropy`.

    References
    ----------
    Anand, Craig and von Peter (2015), "Filling in the blanks: network structure and interbank contagion", Quantitative
    Finance 15.
    """
    totals = read_totals(assets, liabilities, no_claim)
    best: Floats | None = None
    for attempt in range(tries):
        found = _search(totals, np.random.default_rng([seed, attempt]))
        if found is not None and (best is None or np.count_nonzero(found) < np.count_nonzero(best)):
            best = found
    if best is None:
        corner = _flow(totals, np.random.default_rng([seed, tries]).random(totals.allowed.shape))
        best = _fit_by_newton(_fit_in_proportion(corner, totals), totals)
        if _gap(best, totals) > 10.0 * EXACT:
            raise _no_network(f"claims that miss a total by {_gap(best, totals):.1e} of all claims")
    least = max(np.count_nonzero(totals.assets), np.count_nonzero(totals.liabilities))
    return Sparse(best, int(np.count_nonzero(best)), int(least))


def _search(totals: Totals, draws: np.random.Generator) -> Floats | None:
    """Place all claims link by link, or return nothing if the rest cannot be placed."""
    claims = np.zeros(totals.allowed.shape)
    rows, columns = totals.assets.copy(), totals.liabilities.copy()
    dust = DUST * rows.sum()
    while rows.max() > dust and columns.max() > dust:
        open_pairs = totals.allowed & (rows[:, np.newaxis] > dust) & (columns > dust)
        creditors, debtors = np.nonzero(open_pairs)
        if not len(creditors):
            break
        ratio = rows[creditors] / columns[debtors]
        reach = np.cumsum(np.maximum(ratio, 1.0 / ratio))
        pick = min(int(np.searchsorted(reach, draws.random() * reach[-1], side="right")), len(reach) - 1)
        i, j = creditors[pick], debtors[pick]
        _place(claims, rows, columns, i, j, min(rows[i], columns[j]))
    while rows.max() > dust and columns.max() > dust:
        if not _carry_around(totals, claims, rows, columns):
            return None
    return claims


def _place(claims: Floats, rows: Floats, columns: Floats, i: int, j: int, load: float) -> None:
    """Give a link a load; the end that is full is exactly full."""
    claims[i, j] += load
    rows[i] -= load
    columns[j] -= load


def _carry_around(totals: Totals, claims: Floats, rows: Floats, columns: Floats) -> bool:
    """Split one link to place what is left between a pair that is not allowed; false if no link can be split."""
    i, j = int(rows.argmax()), int(columns.argmax())
    usable = (claims > 0.0) & totals.allowed[i, :] & totals.allowed[:, j][:, np.newaxis]
    if not usable.any():
        return False
    load = np.minimum(claims, min(rows[i], columns[j]))
    new_links = (claims[i, :] == 0.0).astype(float) + (claims[:, j] == 0.0)[:, np.newaxis] - (claims <= load)
    k, m = np.unravel_index(np.argmin(np.where(usable, new_links - load / (2.0 * load.max()), np.inf)), claims.shape)
    moved = float(load[k, m])
    claims[k, m] -= moved
    claims[i, m] += moved
    claims[k, j] += moved
    rows[i] -= moved
    columns[j] -= moved
    return True
