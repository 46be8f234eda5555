"""How often the cash, the contracts or the collateral cover the debt."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from halflife.ratios.amount import Amount, present_value, quotient


def dscr(cfads: Amount, debt_service: Amount) -> Amount:
    """Debt service coverage: cash flow available for debt service over what is scheduled.

    Parameters
    ----------
    cfads : USD per look-back
        Revenue less operating cost and tax. Releases from reserves do not belong here.
    debt_service : USD per same look-back, non-negative
        Scheduled interest and amortisation. Balloons do not belong here.

    Returns
    -------
    number
        ``cfads / debt_service``; infinity where nothing is due.

    References
    ----------
    Yescombe (2013), "Principles of project finance", section 12.3; tests/reference/m2-sculpted-debt/SOURCE.md
    """
    return quotient(cfads, debt_service, when_nothing_below=np.inf)


def icr(earnings: Amount, interest: Amount) -> Amount:
    """Interest coverage: earnings over interest.

    Parameters
    ----------
    earnings : USD per look-back
        EBITDA, or CFADS where the documents say so.
    interest : USD per same look-back, non-negative

    Returns
    -------
    number
        ``earnings / interest``; infinity where no interest is due.

    References
    ----------
    Market practice; our own definition at zero interest.
    """
    return quotient(earnings, interest, when_nothing_below=np.inf)


def llcr(cfads: Amount, rate: Amount, balance: Amount, reserves: Amount = 0.0) -> Amount:
    """Loan life coverage: present value of CFADS to maturity over the debt.

    Parameters
    ----------
    cfads : [..., period], USD
        From the next period to the loan's maturity, at the periods' ends.
    rate : number or [period], 1/period
        The loan's own rate.
    balance : [...], USD, non-negative
        Outstanding today.
    reserves : [...], USD
        Cash in reserve accounts, only if the documents count it.

    Returns
    -------
    [...]
        ``(PV(cfads) + reserves) / balance``; infinity where no debt is left.

    Notes
    -----
    Under sculpting at one DSCR it equals that DSCR at every date.

    References
    ----------
    Yescombe (2013), section 12.3; tests/reference/m2-llcr-felix/SOURCE.md, m2-sculpted-debt/SOURCE.md
    """
    return quotient(present_value(cfads, rate) + reserves, balance, when_nothing_below=np.inf)


def plcr(cfads: Amount, rate: Amount, balance: Amount, reserves: Amount = 0.0) -> Amount:
    """Project life coverage: present value of CFADS to the end of the asset's life over the debt.

    Parameters
    ----------
    cfads : [..., period], USD
        From the next period to the end of the machines' **economic** life, at the periods' ends.
    rate, balance, reserves
        As for `llcr`.

    Returns
    -------
    [...]
        ``(PV(cfads) + reserves) / balance``; infinity where no debt is left.

    Notes
    -----
    Same arithmetic as `llcr` over a longer horizon. ``plcr - llcr`` is the tail: it is nothing where the loan
    outlives the machine.

    References
    ----------
    Yescombe (2013), section 12.3.
    """
    return llcr(cfads, rate, balance, reserves)


def contract_coverage(contracted_revenue: Amount, balance: Amount) -> Amount:
    """Contract coverage: revenue still to come under signed contracts over the debt.

    Parameters
    ----------
    contracted_revenue : USD, non-negative
        Remaining, not discounted, as GPU loan agreements count it.
    balance : USD, non-negative
        Debt outstanding.

    Returns
    -------
    number
        ``contracted_revenue / balance``; infinity where no debt is left.

    References
    ----------
    CoreWeave DDTL 2.0 credit agreement (2024-05-16), SEC exhibit 0001193125-25-227562: contract cash flows
    over debt, at least 1.40.
    """
    return quotient(contracted_revenue, balance, when_nothing_below=np.inf)


def contract_realisation(received: Amount, contracted: Amount) -> Amount:
    """Contract realisation: revenue received over revenue contracted in the look-back.

    Parameters
    ----------
    received, contracted : USD per look-back, non-negative

    Returns
    -------
    number
        ``received / contracted``; 1 where nothing was contracted, as nothing was missed.

    References
    ----------
    CoreWeave DDTL 3.0 credit agreement (2025-07-28), SEC exhibit 10.1 to 0001769628-25-000033: at least 0.85
    over three months.
    """
    return quotient(received, contracted, when_nothing_below=1.0)


def oc_ratio(adjusted_collateral: Amount, balance: Amount, senior_balance: Amount = 0.0) -> Amount:
    """Overcollateralisation: adjusted collateral over a tranche and all that ranks before it.

    Parameters
    ----------
    adjusted_collateral : USD
        After haircuts, with cash that is held for the noteholders.
    balance, senior_balance : USD, non-negative
        The tranche, and everything senior to it.

    Returns
    -------
    number
        ``adjusted_collateral / (balance + senior_balance)``; infinity where no debt is left.

    References
    ----------
    Market practice of CLO and ABS indentures; our own definition at zero debt.
    """
    return quotient(adjusted_collateral, np.add(balance, senior_balance), when_nothing_below=np.inf)


def ic_ratio(interest_proceeds: Amount, interest: Amount, senior_interest: Amount = 0.0) -> Amount:
    """Interest coverage of a tranche: interest proceeds over its interest and all senior interest.

    Parameters
    ----------
    interest_proceeds : USD per period
        After senior fees.
    interest, senior_interest : USD per same period, non-negative

    Returns
    -------
    number
        ``interest_proceeds / (interest + senior_interest)``; infinity where no interest is due.

    References
    ----------
    Market practice of CLO and ABS indentures; our own definition at zero interest.
    """
    return quotient(interest_proceeds, np.add(interest, senior_interest), when_nothing_below=np.inf)


def dsra_target(debt_service: Amount, months: float, months_per_period: int = 12) -> Amount:
    """Target of the debt service reserve account at the opening of each period.

    Parameters
    ----------
    debt_service : [period], USD
        Scheduled.
    months : months
        How much of the coming debt service the reserve holds; 6 in most term sheets.
    months_per_period : months
        Length of a period.

    Returns
    -------
    [period], USD
        The next `months` of debt service, a part of a period counted in proportion.

    References
    ----------
    tests/reference/m2-dsra/SOURCE.md
    """
    service = np.asarray(debt_service, dtype=float)
    ahead = np.arange(service.size)[None, :] - np.arange(service.size)[:, None]
    share = np.clip(months / months_per_period - ahead, 0.0, 1.0)
    return (np.where(ahead >= 0, share, 0.0) * service[None, :]).sum(axis=1)


def dsra_release(target: Amount) -> Amount:
    """Cash a full reserve gives back over each period, the whole remainder in the last.

    Parameters
    ----------
    target : [period], USD
        From `dsra_target`.

    Returns
    -------
    [period], USD
        Negative where the reserve must be topped up. The sum is the first target.

    References
    ----------
    tests/reference/m2-dsra/SOURCE.md
    """
    opening = np.asarray(target, dtype=float)
    return opening - np.append(opening[1:], 0.0)


def probability_below(threshold: Amount, cfads_median: Amount, log_sd: Amount, debt_service: Amount) -> Amount:
    """Probability that the DSCR falls below a threshold, with lognormal CFADS.

    Parameters
    ----------
    threshold : ratio, positive
        A DSCR.
    cfads_median : USD, positive
    log_sd : positive
        Standard deviation of the logarithm of CFADS.
    debt_service : USD, positive
        Known in advance.

    Returns
    -------
    probability
        ``Phi(ln(threshold * debt_service / cfads_median) / log_sd)``.

    References
    ----------
    Our own; tests/reference/m2-covenant-breach/SOURCE.md
    """
    return ndtr(np.log(np.asarray(threshold) * debt_service / cfads_median) / log_sd)[()]
