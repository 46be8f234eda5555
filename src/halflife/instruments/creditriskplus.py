"""Credit losses like insurance claims (CreditRisk+): Poisson defaults whose rates sectors move together.

Losses live on a lattice of whole units; exposures are rounded up to it and default rates lowered so that
each borrower keeps its expected loss. A sector's rate is gamma distributed with a mean of one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.signal import fftconvolve
from scipy.special import log1p

from halflife.foundation.axes import Floats, Ints
from halflife.instruments.bounds import accept, outside, unlike
from halflife.ratios.amount import Amount

NEGLIGIBLE = 1e-15
MOST_POINTS = 1 << 22
_CERTAIN = 1e-12  # a rate that varies less does not vary


class Lattice(NamedTuple):
    """A pool as CreditRisk+ sees it."""

    unit: float
    """USD lost per step [L]"""
    frequency: Floats
    """expected defaults by sector and loss: ``[sector, band], 1/horizon``"""
    variance: Floats
    """of the sector's rate, its mean being one: ``[sector]``; zero for a sector without common risk"""


def on_lattice(exposure: Amount, pd: Amount, unit: float, variance: Amount, weights: Amount | None = None) -> Lattice:
    """Round a pool to a lattice of losses and sort it into sectors.

    Parameters
    ----------
    exposure : [name], USD, positive
        Lost on default, net of recovery [E].
    pd : [name], probability
        Over the horizon [p].
    unit : USD
        Of the lattice [L].
    variance : [sector]
        Of each sector's rate relative to its mean.
    weights : [name, sector], fractions that add up to 1 by name
        May be left out for a single sector.

    Returns
    -------
    Lattice
        ``v = ceil(E / L)`` units, with the default rate ``p E / (v L)``.

    Raises
    ------
    SpecError
        If an input is outside its range or lengths differ.

    References
    ----------
    Credit Suisse First Boston (1997), "CreditRisk+: a credit risk management framework", sections A3.3, A4.2.
    """
    owed, chance, spread = (np.atleast_1d(np.asarray(a, dtype=float)) for a in (exposure, pd, variance))
    shares = np.ones((len(owed), 1)) if weights is None else np.asarray(weights, dtype=float)
    accept(
        outside("exposure", owed, 0.0, is_low_in=False, is_high_in=False, fix="leave out names that owe nothing"),
        outside("pd", chance, 0.0, 1.0),
        outside("unit", unit, 0.0, is_low_in=False),
        outside("variance", spread, 0.0),
        outside("weights", shares, 0.0, 1.0),
        unlike("number of default probabilities", len(chance), len(owed), "one for each name"),
        unlike("shape of weights", shares.shape, (len(owed), len(spread)), "one row a name, one column a sector"),
        outside("sum of weights", shares.sum(axis=-1), 1.0 - 1e-9, 1.0 + 1e-9, fix="let each name's add up to 1"),
    )
    band = np.ceil(owed / unit * (1.0 - 1e-14)).astype(np.int64)
    rate = chance * owed / (band * unit)
    frequency = np.zeros((len(spread), int(band.max()) + 1))
    for sector in range(len(spread)):
        np.add.at(frequency[sector], band, rate * shares[:, sector])
    return Lattice(unit, frequency, np.where(spread < _CERTAIN, 0.0, spread))


def expected_loss(lattice: Lattice) -> float:
    """Mean loss of the pool.

    Parameters
    ----------
    lattice : from `on_lattice`

    Returns
    -------
    USD

    References
    ----------
    Credit Suisse First Boston (1997), section A12; tests/reference/m6-creditriskplus-1A/SOURCE.md
    """
    return float(lattice.unit * (lattice.frequency @ np.arange(lattice.frequency.shape[1])).sum())


def loss_variance(lattice: Lattice, correlation: Amount | None = None) -> float:
    """Variance of the pool's loss.

    Parameters
    ----------
    lattice : from `on_lattice`
    correlation : [sector, sector]
        Of the sectors' rates; independent if not given.

    Returns
    -------
    USD squared
        Chance of single defaults ``sum of frequency v^2 L^2`` and common rates ``EL' cov EL``.

    Raises
    ------
    SpecError
        If the correlation is not square by sector.

    References
    ----------
    Buergisser, Kurth, Wagner and Wolf (1999), "Integrating correlations", Risk 12;
    tests/reference/m6-integrating-correlations/SOURCE.md
    """
    sectors, bands = lattice.frequency.shape
    link = np.eye(sectors) if correlation is None else np.asarray(correlation, dtype=float)
    accept(unlike("shape of correlation", link.shape, (sectors, sectors), "one row and column a sector"))
    lost = lattice.unit * np.arange(bands)
    own = float((lattice.frequency @ lost**2).sum())
    common = (lattice.frequency @ lost) * np.sqrt(lattice.variance)
    return own + float(common @ link @ common)


def single_sector(lattice: Lattice, correlation: Amount) -> Lattice:
    """Put correlated sectors into one whose rate gives the pool's loss the same variance.

    Parameters
    ----------
    lattice : from `on_lattice`
    correlation : [sector, sector]
        Of the sectors' rates.

    Returns
    -------
    Lattice
        Of one sector with relative variance ``sum EL_k EL_l cov_kl / EL^2``.

    Raises
    ------
    SpecError
        If the correlation is not square by sector.

    References
    ----------
    Buergisser, Kurth, Wagner and Wolf (1999); tests/reference/m6-integrating-correlations/SOURCE.md
    """
    total = lattice.frequency.sum(axis=0, keepdims=True)
    alone = lattice._replace(frequency=total, variance=np.zeros(1))
    common = loss_variance(lattice, correlation) - loss_variance(alone)
    return alone._replace(variance=np.array([common / expected_loss(lattice) ** 2]))


def _sector_by_recursion(frequency: Floats, variance: float, points: int) -> Floats:
    """Panjer's recursion: Poisson if the rate is certain, negative binomial if it is gamma."""
    mean = frequency.sum()
    answer = np.zeros(points)
    bands: Ints = np.flatnonzero(frequency)
    if not len(bands):
        answer[0] = 1.0
        return answer
    severity = frequency[bands] / mean
    if variance == 0.0:
        a, b, answer[0] = 0.0, mean, np.exp(-mean)
    else:
        a = mean * variance / (1.0 + mean * variance)
        b, answer[0] = (1.0 - variance) * mean / (1.0 + mean * variance), np.exp(-np.log1p(mean * variance) / variance)
    for n in range(1, points):
        back = n - bands
        seen = back >= 0
        answer[n] = ((a + b * bands[seen] / n) * severity[seen]) @ answer[back[seen]]
    return answer


def by_recursion(lattice: Lattice, points: int) -> Floats:
    """Probability of every loss on the lattice, by recursion.

    Parameters
    ----------
    lattice : from `on_lattice`
    points : losses wanted, from none up

    Returns
    -------
    [loss], probability
        Every term is positive, so each keeps its relative accuracy; sectors are convolved.

    Raises
    ------
    SpecError
        If no points are asked for, or so many defaults are expected that the recursion would start at nothing.

    References
    ----------
    Panjer (1981), "Recursive evaluation of a family of compound distributions", ASTIN Bulletin 12;
    tests/reference/m6-creditriskplus-1A/SOURCE.md
    """
    none_defaults = np.exp(-lattice.frequency.sum(axis=1))
    accept(
        outside("points", points, 1.0),
        outside("chance of no default in a sector", none_defaults, 1e-300, fix="use `loss_distribution`"),
    )
    answer = _sector_by_recursion(lattice.frequency[0], float(lattice.variance[0]), points)
    for sector in range(1, len(lattice.variance)):
        other = _sector_by_recursion(lattice.frequency[sector], float(lattice.variance[sector]), points)
        answer = np.maximum(fftconvolve(answer, other)[:points], 0.0)
    return answer


def _reach(lattice: Lattice) -> float:
    """Steps beyond which less than `NEGLIGIBLE` lies: Chernoff's bound, the best of many twists."""
    bands = np.flatnonzero(lattice.frequency.sum(axis=0))
    if not len(bands):
        return 0.0
    twists = np.geomspace(1e-7, 30.0, 400) / bands[-1]
    excess = np.expm1(np.outer(twists, bands)) @ lattice.frequency[:, bands].T
    room = 1.0 - lattice.variance * excess
    is_finite = (room > 0.0).all(axis=1)
    spread = np.where(lattice.variance > 0.0, lattice.variance, 1.0)
    gamma = -np.log(room[is_finite]) / spread
    log_pgf = np.where(lattice.variance > 0.0, gamma, excess[is_finite]).sum(axis=1)
    return float(((log_pgf - np.log(NEGLIGIBLE)) / twists[is_finite]).min())


def _by_fourier(lattice: Lattice, points: int) -> Floats:
    """Probability of every loss by the generating function on a circle of `points`."""
    mean = lattice.frequency.sum(axis=1)
    excess = np.fft.rfft(lattice.frequency, n=points, axis=1) - mean[:, None]
    log_pgf = np.zeros(excess.shape[1], dtype=complex)
    for sector, variance in enumerate(lattice.variance):
        log_pgf += excess[sector] if variance == 0.0 else -log1p(-variance * excess[sector]) / variance
    return np.asarray(np.fft.irfft(np.exp(log_pgf), n=points))


def loss_distribution(lattice: Lattice) -> Floats:
    """Probability of every loss on the lattice, by Fourier transform of the generating function.

    Parameters
    ----------
    lattice : from `on_lattice`

    Returns
    -------
    [loss], probability
        From none up, as far as the distribution reaches: what lies beyond, and folds back, is below 1e-15.

    Raises
    ------
    SpecError
        If the tail is too heavy for four million points.

    References
    ----------
    Melchiori (2004), "CreditRisk+ by fast Fourier transform"; tests/reference/m6-creditriskplus-1A/SOURCE.md
    """
    reach = max(_reach(lattice), lattice.frequency.shape[1])
    accept(outside("points on the lattice", reach, 1.0, MOST_POINTS, fix="take a larger unit"))
    return np.maximum(_by_fourier(lattice, 1 << int(np.ceil(np.log2(reach + 1.0)))), 0.0)


def loss_quantile(probability: Amount, unit: float, level: Amount) -> Amount:
    """Loss that is not exceeded with a given confidence, between the points of the lattice.

    Parameters
    ----------
    probability : [loss]
        From `loss_distribution` or `by_recursion`.
    unit : USD
    level : [...], probability
        Confidence.

    Returns
    -------
    [...], USD
        Linear between the cumulated probabilities, as the manual prints it; no loss where that is already
        likely enough.

    Raises
    ------
    SpecError
        If a level is not reached by the distribution.

    References
    ----------
    Credit Suisse First Boston (1997), section B3; tests/reference/m6-creditriskplus-1A/SOURCE.md
    """
    cumulated = np.cumsum(np.asarray(probability, dtype=float))
    accept(outside("level", level, 0.0, cumulated[-1], is_low_in=False, fix="carry the distribution further"))
    return unit * np.interp(level, cumulated, np.arange(len(cumulated)))
