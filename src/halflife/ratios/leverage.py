"""How much debt stands on the asset, and what a default costs."""

from __future__ import annotations

import numpy as np

from halflife.ratios.amount import Amount, quotient


def _debt_over(debt: Amount, asset: Amount) -> Amount:
    ratio = quotient(debt, asset, when_nothing_below=np.inf)
    return np.where(np.asarray(debt) == 0.0, 0.0, ratio)[()]


def ltv(debt: Amount, value: Amount) -> Amount:
    """Loan to value. Say which value: paper, appraised, orderly or forced.

    Parameters
    ----------
    debt : USD, non-negative
    value : USD, non-negative

    Returns
    -------
    number
        ``debt / value``; 0 without debt, infinity for debt on nothing.

    References
    ----------
    Market practice; our own definition at zero value.
    """
    return _debt_over(debt, value)


def ltc(debt: Amount, cost: Amount) -> Amount:
    """Loan to cost: debt over what was spent, at the invoice.

    Parameters
    ----------
    debt : USD, non-negative
    cost : USD, non-negative
        Purchase price and capitalised cost.

    Returns
    -------
    number
        ``debt / cost``; 0 without debt, infinity for debt on nothing.

    References
    ----------
    Market practice; our own definition at zero cost.
    """
    return _debt_over(debt, cost)


def advance_rate(debt: Amount, eligible_cost: Amount) -> Amount:
    """Advance rate: debt over **eligible** cost, written down as the agreement says.

    Parameters
    ----------
    debt : USD, non-negative
    eligible_cost : USD, non-negative
        For GPU loans commonly capital expenditure net of straight-line depreciation over six years.

    Returns
    -------
    number
        ``debt / eligible_cost``; 0 without debt, infinity for debt on nothing.

    References
    ----------
    CoreWeave DDTL 3.0 credit agreement (2025-07-28), SEC 0001769628-25-000033: 80 % at funding, a
    maintenance test at 85 %.
    """
    return _debt_over(debt, eligible_cost)


def lgd(recovery: Amount, ead: Amount) -> Amount:
    """Loss given default: the part of the exposure that does not come back.

    Parameters
    ----------
    recovery : USD, non-negative
        Discounted to the default; more than the exposure goes to the borrower.
    ead : USD, non-negative
        Exposure at default.

    Returns
    -------
    fraction
        ``1 - min(recovery, ead) / ead``; 0 where nothing was exposed.

    References
    ----------
    tests/reference/m4-lgd-forced-sale/SOURCE.md
    """
    return 1.0 - quotient(np.minimum(recovery, ead), ead, when_nothing_below=1.0)
