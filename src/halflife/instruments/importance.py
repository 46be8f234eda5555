"""Rare losses of a pool with many common factors, by importance sampling (Glasserman and Li).

Two twists: the factors' mean is moved to where large losses are likeliest, then, given the factors, default
probabilities are raised until the loss asked for is the mean. Along the moved mean, draws are stratified.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_ndtr, ndtr, ndtri

from halflife.foundation.axes import Floats
from halflife.instruments.bounds import accept, outside, probabilities, unlike
from halflife.ratios.amount import Amount

_BATCH = 512
_TWISTS = 30
_CLOSE = 1e-3  # any twist is unbiased: it need not be exact
_SMALLEST = 1e-300


class Estimate(NamedTuple):
    """What a simulation found, and how well."""

    probability: float
    standard_error: float


class _Pool(NamedTuple):
    threshold: Floats  # [name]
    loss: Floats  # [name], share of the greatest
    loadings: Floats  # [name, factor]
    own: Floats  # [name]: weight of the name's own luck

    def odds(self, factors: Floats) -> Floats:
        """Logarithm of the odds of default given the factors, exact at both ends: ``[draw, name]``."""
        place = (self.threshold + factors @ self.loadings.T) / self.own
        return np.asarray(np.log(np.maximum(ndtr(place), _SMALLEST) / np.maximum(ndtr(-place), _SMALLEST)))


def _twist(odds: Floats, loss: Floats, level: float) -> Floats:
    """Twist by draw under which the mean loss is `level`, none where it already is: Newton in the mean's logarithm."""
    low, high = np.zeros(len(odds)), np.full(len(odds), np.inf)
    twist = np.zeros(len(odds))
    for _ in range(_TWISTS):
        chance = expit(odds + twist[:, None] * loss)
        mean, slope = chance @ loss, (chance * (1.0 - chance)) @ loss**2
        is_done = (np.abs(mean - level) < _CLOSE * level) | ((twist == 0.0) & (mean > level))
        if is_done.all():
            break
        low, high = np.where(mean < level, twist, low), np.where(mean >= level, twist, high)
        aim = twist + np.log(level / mean) * mean / np.maximum(slope, _SMALLEST)
        halved = np.where(np.isfinite(high), 0.5 * (low + high), 2.0 * low + 1.0)
        twist = np.where(is_done, twist, np.where((aim > low) & (aim < high), aim, halved))
    return twist


def _likeliest(pool: _Pool, level: float) -> Floats:
    """Factors at which a loss of `level` and those factors together are likeliest: ``[factor]``."""

    def unlikeliness(factors: Floats) -> tuple[float, Floats]:
        place = (pool.threshold + pool.loadings @ factors) / pool.own
        log_chance, log_alive = log_ndtr(place), log_ndtr(-place)
        odds = log_chance - log_alive
        twist = float(_twist(odds[None], pool.loss, level)[0])
        bound = twist * level - np.logaddexp(log_alive, log_chance + twist * pool.loss).sum()
        raised = (expit(odds + twist * pool.loss) - expit(odds)) * np.exp(-log_alive)
        rise = raised * np.exp(-0.5 * place**2 - log_chance) / np.sqrt(2.0 * np.pi)
        return float(bound + 0.5 * factors @ factors), factors - (rise / pool.own) @ pool.loadings

    start = np.asarray(pool.loadings.mean(axis=0) * 2.0)
    return np.asarray(minimize(unlikeliness, start, jac=True, method="L-BFGS-B").x)


def _weights(pool: _Pool, factors: Floats, level: float, luck: np.random.Generator) -> Floats:
    """Likelihood ratio of the defaults' twist where the loss exceeds `level`, else nothing: ``[draw]``."""
    odds = pool.odds(factors)
    twist = _twist(odds, pool.loss, level)
    raised = odds + twist[:, None] * pool.loss
    cumulant = (np.logaddexp(0.0, raised) - np.logaddexp(0.0, odds)).sum(axis=1)
    lost = (luck.random(raised.shape) < expit(raised)) @ pool.loss
    return np.where(lost > level, np.exp(cumulant - twist * lost), 0.0)


def loss_tail(
    pd: Amount, loss: Amount, loadings: Amount, level: float, *, draws: int = 4096, seed: int = 1
) -> Estimate:
    """Probability that a pool loses more than a level.

    Parameters
    ----------
    pd : [name], probability
    loss : [name], USD, positive
        On default.
    loadings : [name, factor]
        Of asset values on independent normal factors; squares add up to less than 1 by name.
    level : USD
        Below the loss if all default.
    draws : even
        Of factors, two in each stratum.
    seed : of the random numbers

    Returns
    -------
    Estimate
        Unbiased; the standard error is from the pairs within strata.

    Raises
    ------
    SpecError
        If an input is outside its range or shapes differ.

    References
    ----------
    Glasserman and Li (2005), "Importance sampling for portfolio credit risk", Management Science 51;
    tests/reference/m6-glasserman-li-21-factor/SOURCE.md
    """
    chance, lost, link = (np.asarray(a, dtype=float) for a in (pd, loss, loadings))
    accept(
        probabilities("pd", chance),
        outside("loss", lost, 0.0, is_low_in=False),
        outside("squared loadings", (link**2).sum(axis=-1), 0.0, 1.0, is_high_in=False),
        unlike("number of losses", len(lost), len(chance), "one for each name"),
        unlike("rows of loadings", len(link), len(chance), "one for each name"),
        outside("level", level, 0.0, lost.sum(), is_low_in=False, is_high_in=False),
        outside("draws", draws, 4.0),
        unlike("odd draws", draws % 2, 0, "give an even number: two in each stratum"),
    )
    scale = float(lost.max())
    pool = _Pool(np.asarray(ndtri(chance)), lost / scale, link, np.sqrt(1.0 - (link**2).sum(axis=1)))
    mean = _likeliest(pool, level / scale)
    luck = np.random.Generator(np.random.Philox(seed))
    strata = draws // 2
    along = np.asarray(ndtri((np.repeat(np.arange(strata), 2) + luck.random(draws)) / strata))
    far = float(np.sqrt(mean @ mean))
    way = mean / far if far > 0.0 else np.eye(len(mean))[0]
    answers = []
    for first in range(0, draws, _BATCH):
        ahead = along[first : first + _BATCH]
        across = luck.standard_normal((len(ahead), len(mean)))
        factors = across + np.outer(ahead + far - across @ way, way)
        shift = np.exp(-far * ahead - 0.5 * far**2)
        answers.append(shift * _weights(pool, factors, level / scale, luck))
    pairs = np.concatenate(answers).reshape(strata, 2)
    error = np.sqrt(((pairs[:, 0] - pairs[:, 1]) ** 2).sum()) / draws
    return Estimate(float(pairs.mean()), float(error))
