"""Capital by the internal-ratings formulas of Basel II: a Vasicek quantile with the supervisor's correlations.

No scaling factor of 1.06 is applied. A probability of default is used as given: the floor of 0.03 % is the
caller's affair.
"""

from __future__ import annotations

import numpy as np

from halflife.instruments.bounds import accept, outside, probabilities
from halflife.instruments.vasicek import loss_quantile
from halflife.ratios.amount import Amount

MORTGAGE_CORRELATION = 0.15
"""Retail exposures secured by residential property."""
REVOLVING_CORRELATION = 0.04
"""Qualifying revolving retail exposures."""
CONFIDENCE = 0.999
CAPITAL_RATIO = 0.08
STANDARD_MATURITY = 2.5
"""Years: the effective maturity under the foundation approach."""


def _between(low: float, high: float, pd: Amount, speed: float) -> Amount:
    """Correlation that falls from `high` to `low` as default becomes likelier."""
    weight = np.expm1(-speed * np.asarray(pd, dtype=float)) / np.expm1(-speed)
    return low * weight + high * (1.0 - weight)


def corporate_correlation(pd: Amount, sales_eur_million: Amount = 50.0) -> Amount:
    """Asset correlation of corporate, bank and sovereign exposures.

    Parameters
    ----------
    pd : probability
    sales_eur_million : EUR million per year
        Of the borrower's group; small firms get up to 0.04 less below 50, no less than at 5.

    Returns
    -------
    number
        ``0.12 w + 0.24 (1 - w) - 0.04 (1 - (S - 5) / 45)``, ``w = (1 - e^(-50 pd)) / (1 - e^(-50))``.

    Raises
    ------
    SpecError
        If a probability or sales are outside their range.

    References
    ----------
    Basel Committee (June 2006), "International convergence of capital measurement and capital standards",
    paragraphs 272 and 273; tests/reference/m6-basel2-irb-annex5/SOURCE.md
    """
    accept(probabilities("pd", pd), outside("sales_eur_million", sales_eur_million, 0.0))
    sales = np.clip(np.asarray(sales_eur_million, dtype=float), 5.0, 50.0)
    return _between(0.12, 0.24, pd, 50.0) - 0.04 * (1.0 - (sales - 5.0) / 45.0)


def other_retail_correlation(pd: Amount) -> Amount:
    """Asset correlation of retail exposures that are neither mortgages nor revolving.

    Parameters
    ----------
    pd : probability

    Returns
    -------
    number
        ``0.03 w + 0.16 (1 - w)``, ``w = (1 - e^(-35 pd)) / (1 - e^(-35))``.

    Raises
    ------
    SpecError
        If a probability is outside its range.

    References
    ----------
    Basel Committee (June 2006), paragraph 330.
    """
    accept(probabilities("pd", pd))
    return _between(0.03, 0.16, pd, 35.0)


def maturity_adjustment(pd: Amount, maturity: Amount = STANDARD_MATURITY) -> Amount:
    """Factor by which a longer loan needs more capital than one of a year.

    Parameters
    ----------
    pd : probability
    maturity : years, in [1, 5]
        Effective [M].

    Returns
    -------
    number
        ``(1 + (M - 2.5) b) / (1 - 1.5 b)``, ``b = (0.11852 - 0.05478 ln pd)^2``; 1 at one year.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Basel Committee (June 2006), paragraph 272.
    """
    accept(probabilities("pd", pd), outside("maturity", maturity, 1.0, 5.0, fix="cap the effective maturity"))
    slope = (0.11852 - 0.05478 * np.log(np.asarray(pd, dtype=float))) ** 2
    return (1.0 + (np.asarray(maturity, dtype=float) - STANDARD_MATURITY) * slope) / (1.0 - 1.5 * slope)


def capital_requirement(pd: Amount, lgd: Amount, correlation: Amount) -> Amount:
    """Unexpected loss of a loan at 99.9 % in a year, before any maturity adjustment.

    Parameters
    ----------
    pd : probability
    lgd : fraction, in [0, 1]
        In a downturn.
    correlation : in [0, 1)

    Returns
    -------
    fraction of exposure
        ``lgd (quantile(pd, correlation, 0.999) - pd)``.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Basel Committee (June 2006), paragraphs 272 and 328.
    """
    accept(outside("lgd", lgd, 0.0, 1.0))
    loss = np.asarray(lgd, dtype=float)
    return loss * (loss_quantile(pd, correlation, CONFIDENCE) - np.asarray(pd, dtype=float))


def risk_weight(capital: Amount) -> Amount:
    """Weight at which a capital requirement enters risk-weighted assets.

    Parameters
    ----------
    capital : fraction of exposure

    Returns
    -------
    fraction of exposure
        ``12.5 capital``.

    References
    ----------
    Basel Committee (June 2006), paragraph 272; tests/reference/m6-basel2-irb-annex5/SOURCE.md
    """
    return np.asarray(capital, dtype=float) / CAPITAL_RATIO
