"""Loss distribution of a finite pool: binomial, by recursion, and by Fourier transform.

Losses live on a lattice of whole units. Given the common factor borrowers are independent; the answer is
the average over the factor's nodes (`copula`).
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from halflife.foundation.axes import Floats, Ints
from halflife.foundation.errors import Finding
from halflife.instruments.bounds import accept, outside, unlike
from halflife.instruments.copula import Conditioned
from halflife.instruments.recursion import mix
from halflife.ratios.amount import Amount


def units_of(losses: Amount, unit: float) -> Ints:
    """Losses given default as whole units of a lattice.

    Parameters
    ----------
    losses : [name], USD or fraction of the pool, non-negative
    unit : same unit, positive

    Returns
    -------
    [name], units
        Rounded to the nearest: a name is off by half a unit at most.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Our own.
    """
    accept(outside("losses", losses, 0.0), outside("unit", unit, 0.0, is_low_in=False))
    return np.rint(np.asarray(losses, dtype=float) / unit).astype(np.int64)


def binomial_pmf(count: int, pd: Amount) -> Floats:
    """Probability of every number of defaults among independent equals.

    Parameters
    ----------
    count : names
    pd : [...], probability

    Returns
    -------
    [..., default], probability
        From none to all.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Textbook; through logarithms, so that no power underflows early.
    """
    accept(outside("count", count, 1.0), outside("pd", pd, 0.0, 1.0))
    chance, failed = np.asarray(pd, dtype=float)[..., None], np.arange(count + 1)
    ways = gammaln(count + 1) - gammaln(failed + 1) - gammaln(count - failed + 1)
    return np.asarray(np.exp(ways + xlogy(failed, chance) + xlog1py(count - failed, -chance)))


def homogeneous_defaults(conditioned: Conditioned, count: int) -> Floats:
    """Probability of every number of defaults in a pool of equals.

    Parameters
    ----------
    conditioned : pd [..., 1, node]
        Of one name, as the functions of `copula` give it for ``pd [..., 1]``.
    count : names

    Returns
    -------
    [..., default], probability

    Raises
    ------
    SpecError
        If it holds more than one name, or `count` is below 1.

    References
    ----------
    Vasicek (1987), "Probability of loss on loan portfolio", KMV;
    tests/reference/m6-financepy-loss-distribution/SOURCE.md
    """
    names = conditioned.pd.shape[-2]
    accept(unlike("names in a homogeneous pool", names, 1, "condition one name and say how many there are"))
    pmf = binomial_pmf(count, conditioned.pd[..., 0, :])
    return np.asarray(np.einsum("...nd,n->...d", pmf, conditioned.weight))


def _lattice(conditioned: Conditioned, units: Amount | None) -> Ints:
    """Whole units by name, one each unless said otherwise."""
    names = conditioned.pd.shape[-2]
    if units is None:
        return np.ones(names, dtype=np.int64)
    lost = np.asarray(units)
    whole: list[Finding] = []
    if not np.issubdtype(lost.dtype, np.integer):
        whole = [Finding("units", f"numbers of type {lost.dtype}", "whole numbers", "round with `units_of`")]
    accept(whole, unlike("shape of units", lost.shape, (names,), "one for each name"), outside("units", lost, 0.0))
    return lost.astype(np.int64)


def pool_losses(conditioned: Conditioned, units: Amount | None = None, most: int | None = None) -> Floats:
    """Probability of every loss of a finite pool, by recursion over its names.

    Parameters
    ----------
    conditioned : pd [..., name, node]
        From `copula`.
    units : [name], whole numbers
        Lost if the name defaults; one each if not given.
    most : units
        Losses up to here are wanted; all if not given. Fewer cost less.

    Returns
    -------
    [..., loss], probability
        From no loss to `most`; greater losses are left out.

    Raises
    ------
    SpecError
        If units are not whole numbers, one for each name.

    References
    ----------
    Andersen, Sidenius and Basu (2003), "All your hedges in one basket", Risk 16;
    tests/reference/m6-tranche-expected-loss-5y/SOURCE.md
    """
    lost = _lattice(conditioned, units)
    total = int(lost.sum())
    states = 1 + (total if most is None else min(total, max(0, most)))
    shape = conditioned.pd.shape
    dates = np.ascontiguousarray(conditioned.pd.reshape(-1, *shape[-2:]))
    return mix(dates, conditioned.weight, lost, states).reshape(*shape[:-2], states)


def fourier_losses(conditioned: Conditioned, units: Amount | None = None) -> Floats:
    """Probability of every loss of a finite pool, by its characteristic function.

    Parameters
    ----------
    conditioned, units : as for `pool_losses`

    Returns
    -------
    [..., loss], probability
        As `pool_losses` to about 1e-16 absolutely: small probabilities have no relative accuracy.

    Raises
    ------
    SpecError
        If units are not whole numbers, one for each name.

    References
    ----------
    Laurent and Gregory (2005), "Basket default swaps, CDOs and factor copulas", Journal of Risk 7.
    """
    lost = _lattice(conditioned, units)
    states = int(lost.sum()) + 1
    turn = np.exp(-2j * np.pi * np.arange(states) / states)
    product = np.ones((*conditioned.pd.shape[:-2], conditioned.pd.shape[-1], states), dtype=complex)
    for name, unit in enumerate(lost):
        chance = conditioned.pd[..., name, :, None]
        product *= 1.0 + chance * (turn**unit - 1.0)
    mixed = np.einsum("...ns,n->...s", product, conditioned.weight)
    return np.asarray(np.fft.ifft(mixed, axis=-1).real)
