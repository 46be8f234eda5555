"""A pool as a smaller number of equal, independent bonds (Moody's binomial expansion), and rating factors.

The method hangs on the number of bonds. For compute-backed pools nearly every name is one industry, moved
by one rental price: count industries by what drives the cash, not by label, or take the number from
correlations (`matched_diversity`). Moody's own score by number of names is not printed here, since we
have not seen it at its source: `diversity_score` takes it from the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.instruments.bounds import accept, outside, probabilities, unlike
from halflife.instruments.pool_losses import binomial_pmf
from halflife.instruments.tranches import expected_tranche_loss
from halflife.ratios.amount import Amount

RATING_FACTORS: Mapping[str, int] = {
    "Aaa": 1,
    "Aa1": 10,
    "Aa2": 20,
    "Aa3": 40,
    "A1": 70,
    "A2": 120,
    "A3": 180,
    "Baa1": 260,
    "Baa2": 360,
    "Baa3": 610,
    "Ba1": 940,
    "Ba2": 1350,
    "Ba3": 1766,
    "B1": 2220,
    "B2": 2720,
    "B3": 3490,
    "Caa1": 4770,
    "Caa2": 6500,
    "Caa3": 8070,
    "Ca": 10000,
}
"""Moody's factor by grade, of 10,000: two public CLO codes print the same; tests/reference/m6-moodys-rating-factors"""


def weighted_rating_factor(balances: Amount, grades: Sequence[str]) -> float:
    """Average rating factor of a pool, by balance (WARF).

    Parameters
    ----------
    balances : [name], USD, non-negative
    grades : [name], as Moody's writes them, for example "Baa3"

    Returns
    -------
    of 10,000
        A single name's factor is its grade's.

    Raises
    ------
    SpecError
        If a grade is not known, a balance is negative, all are zero, or there is not a grade for each.

    References
    ----------
    tests/reference/m6-moodys-rating-factors/SOURCE.md
    """
    owed = np.atleast_1d(np.asarray(balances, dtype=float))
    unknown = sorted({grade for grade in grades if grade not in RATING_FACTORS})
    accept(
        [Finding("grades", ", ".join(unknown), "one of " + ", ".join(RATING_FACTORS), "map it first")]
        if unknown
        else [],
        outside("balances", owed, 0.0),
        unlike("number of grades", len(grades), len(owed), "one for each balance"),
        outside("sum of balances", owed.sum(), 0.0, is_low_in=False),
    )
    return float(owed @ [RATING_FACTORS[grade] for grade in grades] / owed.sum())


def matched_diversity(balances: Amount, pd: Amount, default_correlation: Amount) -> float:
    """Number of equal, independent bonds whose defaults vary as the pool's do.

    Parameters
    ----------
    balances : [name], USD, positive
    pd : [name], probability
    default_correlation : [name, name]
        Of default indicators, not of asset values; ones on the diagonal.

    Returns
    -------
    bonds
        ``(sum p F) (sum (1 - p) F) / sum rho sd_i F_i sd_j F_j``, ``sd = sqrt(p (1 - p))``; of n equals,
        ``n / (1 + (n - 1) rho)``. Round it for `default_distribution`.

    Raises
    ------
    SpecError
        If an input is outside its range or shapes differ.

    References
    ----------
    Cifuentes and Wilcox (1998), "The double binomial method and its application to a special case of CBO
    structures", Moody's (alternative diversity score).
    """
    owed, chance, link = (np.asarray(a, dtype=float) for a in (balances, pd, default_correlation))
    accept(
        outside("balances", owed, 0.0, is_low_in=False),
        probabilities("pd", chance),
        outside("default_correlation", link, -1.0, 1.0),
        unlike("shape of pd", chance.shape, owed.shape, "one for each name"),
        unlike("shape of default_correlation", link.shape, owed.shape * 2, "one row and column a name"),
    )
    spread = np.sqrt(chance * (1.0 - chance)) * owed
    variance = float(spread @ link @ spread)
    accept(outside("variance of defaults", variance, 0.0, is_low_in=False, fix="correlations contradict each other"))
    return float((chance @ owed) * ((1.0 - chance) @ owed) / variance)


def diversity_score(balances: Amount, industries: Sequence[str], score_by_units: Amount) -> float:
    """Diversity score of a pool from a table of scores by number of names in an industry.

    Parameters
    ----------
    balances : [name], USD, positive
    industries : [name]
        What drives the name's cash.
    score_by_units : [units]
        Score of an industry with 1, 2, 3, ... names of average size; the last holds for more.

    Returns
    -------
    bonds
        Sum over industries. A name counts as its balance over the average, at most as one; between whole
        numbers, and between none and one, the score is linear.

    Raises
    ------
    SpecError
        If an input is outside its range or lengths differ.

    References
    ----------
    Cifuentes and O'Connor (1996), "The binomial expansion method applied to CBO/CLO analysis", Moody's. The
    table is the caller's.
    """
    owed, score = np.asarray(balances, dtype=float), np.asarray(score_by_units, dtype=float)
    accept(
        outside("balances", owed, 0.0, is_low_in=False),
        unlike("number of industries", len(industries), len(owed), "one for each name"),
        outside("steps of score_by_units", np.diff(score, prepend=0.0), 0.0, fix="let scores rise with names"),
    )
    units = np.minimum(1.0, owed / owed.mean())
    held = [units[[one == industry for one in industries]].sum() for industry in sorted(set(industries))]
    return float(np.interp(held, np.arange(len(score) + 1), np.r_[0.0, score]).sum())


def default_distribution(diversity: int, pd: Amount) -> Floats:
    """Probability of every number of defaults among the equal bonds.

    Parameters
    ----------
    diversity : bonds, a whole number from 1
        Diversity score [D].
    pd : [...], probability
        At the pool's average rating and life.

    Returns
    -------
    [..., default], probability

    Raises
    ------
    SpecError
        If the score is not a whole number from 1, or a probability is outside its range.

    References
    ----------
    Cifuentes and O'Connor (1996); tests/reference/m6-bet-binomial/SOURCE.md
    """
    accept(unlike("diversity", float(diversity), float(int(diversity)), "round the score"))
    return binomial_pmf(int(diversity), pd)


def expected_loss(diversity: int, pd: float, recovery: float, attachment: float, detachment: float) -> float:
    """Mean loss of a tranche under the binomial expansion.

    Parameters
    ----------
    diversity, pd : as for `default_distribution`
    recovery : fraction
    attachment, detachment : fractions of the pool

    Returns
    -------
    fraction of the tranche
        ``k`` defaults lose ``k (1 - recovery) / D`` of the pool, first to last.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Cifuentes and O'Connor (1996); tests/reference/m6-bet-binomial/SOURCE.md
    """
    accept(outside("recovery", recovery, 0.0, 1.0, is_high_in=False))
    chance = default_distribution(diversity, pd)
    loss = (1.0 - recovery) * np.arange(diversity + 1) / diversity
    return float(expected_tranche_loss(chance, loss, attachment, detachment))
