"""Signs of a system that can fall: who holds the same things, whose sale fails whom, and one number for both."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from halflife.contagion.arrays import Reader
from halflife.foundation.axes import Floats


def _holdings(reader: Reader, holdings: ArrayLike, **per_asset: ArrayLike) -> list[Floats]:
    """Read holdings and numbers per asset, and hold them to each other."""
    held = reader.read("holdings", holdings, 2)
    nodes, assets = held.shape[1:]
    columns = [reader.column(name, numbers, assets) for name, numbers in per_asset.items()]
    reader.fit(
        [
            ("holdings", held, (nodes, assets)),
            *((name, column, (assets,)) for name, column in zip(per_asset, columns, strict=True)),
        ]
    )
    reader.amounts("holdings", held, "leave out what is not held")
    return [held, *columns]


def overlap(holdings: ArrayLike, depth: ArrayLike) -> Floats:
    """Loss that one holder causes another by selling all it has, to first order.

    Parameters
    ----------
    holdings : [(scenario,) node, asset], USD
    depth : number or [(scenario,) asset], USD, positive

    Returns
    -------
    [scenario, node, node], USD
        ``sum over assets of H_i H_j / D``: symmetric; the diagonal is what a seller does to itself.

    Raises
    ------
    SpecError
        For negative holdings, depths that are not positive, and shapes that do not fit.

    References
    ----------
    Cont and Schaanning (2017), "Fire sales, indirect contagion and systemic stress testing", Norges Bank WP 2/2017:
    liquidity-weighted overlap.
    """
    reader = Reader()
    held, deep = _holdings(reader, holdings, depth=depth)
    reader.refuse("depth", deep, deep <= 0.0, "more than 0", "state the sale that would take the price down by e")
    reader.close()
    return np.asarray((held / deep[:, np.newaxis, :]) @ held.swapaxes(-1, -2))


def similarity(holdings: ArrayLike) -> Floats:
    """Cosine between the portfolios of every two holders: 1 for the same mix, 0 for nothing in common.

    Parameters
    ----------
    holdings : [(scenario,) node, asset], USD

    Returns
    -------
    [scenario, node, node], fraction
        0 with a node that holds nothing.

    References
    ----------
    Our own use of the cosine.
    """
    reader = Reader()
    (held,) = _holdings(reader, holdings)
    reader.close()
    length = np.sqrt((held * held).sum(axis=-1, keepdims=True))
    unit = np.divide(held, length, out=np.zeros_like(held), where=length > 0.0)
    return np.asarray(unit @ unit.swapaxes(-1, -2))


def failure_propagation(holdings: ArrayLike, equity: ArrayLike, strength: ArrayLike) -> Floats:
    """Say whose liquidation alone would fail whom.

    Parameters
    ----------
    holdings : [(scenario,) node, asset], USD
    equity : number or [(scenario,) node], USD
        Loss that fails the node.
    strength : number or [(scenario,) asset], non-negative
        Of the exponential impact of the share of all holdings sold [alpha].

    Returns
    -------
    [scenario, seller, node], 0 or 1
        1 if ``sum over assets of H (1 - exp(-alpha x))`` of the node reaches its equity, x the seller's share of all
        that is held. With k assets in equal weights at leverage L: if ``(L / k) (1 - exp(-alpha x)) >= 1``.

    Notes
    -----
    A largest eigenvalue (`spectral_radius`) above 1 means that one failure brings more than one other. The paper takes
    the mean over random networks; here it is this network's own matrix.

    Raises
    ------
    SpecError
        For negative holdings or strengths, and shapes that do not fit.

    References
    ----------
    Caccioli, Shrestha, Moore and Farmer (2014), "Stability analysis of financial contagion due to overlapping
    portfolios", JBF 46.
    """
    reader = Reader()
    held, alpha = _holdings(reader, holdings, strength=strength)
    nodes = held.shape[1]
    capital = reader.column("equity", equity, nodes)
    reader.fit([("holdings", held, held.shape[1:]), ("equity", capital, (nodes,)), ("strength", alpha, held.shape[2:])])
    reader.amounts("strength", alpha, "0 for an asset whose price sales do not move")
    reader.close()
    whole = held.sum(axis=1, keepdims=True)
    part = np.divide(held, whole, out=np.zeros_like(held), where=whole > 0.0)
    fall = -np.expm1(-alpha[:, np.newaxis, :] * part)
    loss = fall @ held.swapaxes(-1, -2)
    fails = loss >= capital[:, np.newaxis, :]
    return np.asarray(fails & ~np.eye(nodes, dtype=bool), dtype=np.float64)


def relative_exposures(exposures: ArrayLike, equity: ArrayLike) -> Floats:
    """Exposures as shares of the creditor's equity.

    Parameters
    ----------
    exposures : [(scenario,) creditor, debtor], USD
    equity : [(scenario,) node], USD, positive

    Returns
    -------
    [scenario, creditor, debtor]
        With a `spectral_radius` below 1, losses in linear DebtRank die out.

    Raises
    ------
    SpecError
        For negative exposures, equity that is not positive, and shapes that do not fit.

    References
    ----------
    Bardoscia et al. (2015): the matrix Lambda.
    """
    reader = Reader()
    claims = reader.read("exposures", exposures, 2)
    nodes = claims.shape[-1]
    capital = reader.column("equity", equity, nodes)
    reader.fit([("exposures", claims, (nodes, nodes)), ("equity", capital, (nodes,))])
    reader.amounts("exposures", claims, "state a claim in the row of its creditor")
    reader.refuse("equity", capital, ~(capital > 0.0), "more than 0", "leave out the insolvent")
    reader.close()
    return np.asarray(claims / capital[:, :, np.newaxis])


def spectral_radius(matrix: ArrayLike) -> Floats:
    """Largest absolute eigenvalue: above 1, what one node passes on grows from node to node.

    Parameters
    ----------
    matrix : [..., node, node], non-negative

    Returns
    -------
    [...]

    References
    ----------
    May (1972), "Will a large complex system be stable?", Nature 238, for its use as a test of stability.
    """
    return np.asarray(np.abs(np.linalg.eigvals(np.asarray(matrix, dtype=np.float64))).max(axis=-1))
