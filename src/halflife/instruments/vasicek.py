"""Loss of a very large pool whose borrowers share one Gaussian factor (Vasicek; asymptotic single risk factor).

A loss is the share of the pool that defaults; times a loss given default it is a share of the pool's money.
The formulas forget the luck of single names: a pool of 100 has fatter tails, which `pool_losses` keeps.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri, owens_t

from halflife.foundation.errors import Finding
from halflife.instruments.bivariate import bivariate_normal
from halflife.instruments.bounds import accept, outside, probabilities
from halflife.ratios.amount import Amount


def _correlations(correlation: Amount, *, is_zero_in: bool) -> list[Finding]:
    return outside("correlation", correlation, 0.0, 1.0, is_low_in=is_zero_in, is_high_in=False)


def conditional_pd(pd: Amount, correlation: Amount, factor: Amount) -> Amount:
    """Probability of default once the state of the economy is known.

    Parameters
    ----------
    pd : probability
        Whatever the state.
    correlation : in [0, 1)
        Of two borrowers' asset values [rho].
    factor : standard deviations
        State of the economy; negative is bad [M].

    Returns
    -------
    probability
        ``N((Ni(pd) - sqrt(rho) M) / sqrt(1 - rho))``.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Vasicek (2002), "Loan portfolio value", Risk 15.
    """
    accept(probabilities("pd", pd), _correlations(correlation, is_zero_in=True))
    rho = np.asarray(correlation, dtype=float)
    return ndtr((ndtri(pd) - np.sqrt(rho) * np.asarray(factor, dtype=float)) / np.sqrt(1.0 - rho))


def loss_quantile(pd: Amount, correlation: Amount, level: Amount) -> Amount:
    """Share of the pool that defaults at most, with a given confidence.

    Parameters
    ----------
    pd, correlation : as for `conditional_pd`
    level : probability
        Confidence, for example 0.999.

    Returns
    -------
    fraction
        ``N((Ni(pd) + sqrt(rho) Ni(level)) / sqrt(1 - rho))``.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Vasicek (2002); tests/reference/m6-vasicek-table/SOURCE.md
    """
    accept(probabilities("pd", pd), _correlations(correlation, is_zero_in=True), probabilities("level", level))
    return conditional_pd(pd, correlation, -ndtri(level))


def loss_cdf(loss: Amount, pd: Amount, correlation: Amount) -> Amount:
    """Probability that no more than a share of the pool defaults.

    Parameters
    ----------
    loss : fraction
        Share of the pool.
    pd : probability
    correlation : in (0, 1)

    Returns
    -------
    probability
        ``N((sqrt(1 - rho) Ni(loss) - Ni(pd)) / sqrt(rho))``; 0 below no loss, 1 above all.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Vasicek (2002).
    """
    accept(probabilities("pd", pd), _correlations(correlation, is_zero_in=False))
    rho, share = np.asarray(correlation, dtype=float), np.clip(np.asarray(loss, dtype=float), 0.0, 1.0)
    return ndtr((np.sqrt(1.0 - rho) * ndtri(share) - ndtri(pd)) / np.sqrt(rho))


def loss_density(loss: Amount, pd: Amount, correlation: Amount) -> Amount:
    """Density of the share of the pool that defaults.

    Parameters
    ----------
    loss : fraction, strictly between 0 and 1
    pd, correlation : as for `loss_cdf`

    Returns
    -------
    per unit of loss
        Derivative of `loss_cdf`.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Vasicek (2002).
    """
    accept(probabilities("loss", loss), probabilities("pd", pd), _correlations(correlation, is_zero_in=False))
    rho, y = np.asarray(correlation, dtype=float), ndtri(loss)
    distance = (np.sqrt(1.0 - rho) * y - ndtri(pd)) / np.sqrt(rho)
    return np.sqrt((1.0 - rho) / rho) * np.exp(0.5 * (y**2 - distance**2))


def loss_variance(pd: Amount, correlation: Amount) -> Amount:
    """Variance of the share of a very large pool that defaults.

    Parameters
    ----------
    pd : probability
    correlation : in [0, 1)

    Returns
    -------
    fraction squared
        ``N2(Ni(pd), Ni(pd), rho) - pd^2``.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Vasicek (2002); Owen (1956) for two equal thresholds; tests/reference/m6-vasicek-table/SOURCE.md
    """
    accept(probabilities("pd", pd), _correlations(correlation, is_zero_in=True))
    rho, chance = np.asarray(correlation, dtype=float), np.asarray(pd, dtype=float)
    both = chance - 2.0 * owens_t(ndtri(chance), np.sqrt((1.0 - rho) / (1.0 + rho)))
    return both - chance**2


def expected_excess(threshold: Amount, pd: Amount, correlation: Amount) -> Amount:
    """Mean of what defaults beyond a threshold.

    Parameters
    ----------
    threshold : fraction
        Share of the pool [K].
    pd : probability
    correlation : in [0, 1)

    Returns
    -------
    fraction
        ``E max(0, L - K) = N2(-Ni(K), Ni(pd), -sqrt(1 - rho))``; `pd` at 0, nothing from 1 up.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Kalemanova, Schmid and Werner (2007), "The normal inverse Gaussian distribution for synthetic CDO
    pricing", Journal of Derivatives 14, Gaussian case.
    """
    accept(probabilities("pd", pd), _correlations(correlation, is_zero_in=True))
    level = np.clip(np.asarray(threshold, dtype=float), 0.0, 1.0)
    return bivariate_normal(-ndtri(level), ndtri(pd), -np.sqrt(1.0 - np.asarray(correlation, dtype=float)))


def expected_tranche_loss(
    attachment: Amount, detachment: Amount, pd: Amount, correlation: Amount, lgd: Amount = 1.0
) -> Amount:
    """Mean loss of a tranche on a very large pool.

    Parameters
    ----------
    attachment, detachment : fractions of the pool, ``0 <= attachment < detachment <= 1``
    pd : probability
    correlation : in [0, 1)
    lgd : fraction, in (0, 1]

    Returns
    -------
    fraction of the tranche
        ``lgd (excess(attachment / lgd) - excess(detachment / lgd)) / (detachment - attachment)``.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Kalemanova, Schmid and Werner (2007).
    """
    low, high, loss = (np.asarray(a, dtype=float) for a in (attachment, detachment, lgd))
    accept(
        outside("attachment", low, 0.0, 1.0, is_high_in=False),
        outside("detachment", high, 0.0, 1.0, is_low_in=False),
        outside("detachment - attachment", high - low, 0.0, is_low_in=False, fix="detach above the attachment"),
        outside("lgd", loss, 0.0, 1.0, is_low_in=False),
    )
    excess = expected_excess(low / loss, pd, correlation) - expected_excess(high / loss, pd, correlation)
    return loss * excess / (high - low)
