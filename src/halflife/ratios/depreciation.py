"""How fast an asset is used up, and what a year of it costs its owner."""

from __future__ import annotations

import numpy as np

from halflife.ratios.amount import Amount


def user_cost(price: Amount, discount: Amount, physical_decay: Amount, price_decline: Amount) -> Amount:
    """Cost of owning a machine for a year, due at the year's end: interest, wear and price decline.

    Parameters
    ----------
    price : USD
        New, at the start of the year.
    discount, physical_decay, price_decline : 1/yr, as fractions of a year's opening
        Required return, share of capacity worn out, fall of the price of a new machine.

    Returns
    -------
    USD per year
        ``price * ((1 + discount) - (1 - physical_decay) * (1 - price_decline))``. Discounted over a machine's
        shrinking life these add up to its price.

    References
    ----------
    Jorgenson (1963), "Capital theory and investment behavior", AER 53;
    tests/reference/m1-jorgenson-user-cost/SOURCE.md
    """
    kept = (1.0 - np.asarray(physical_decay)) * (1.0 - np.asarray(price_decline))
    return price * ((1.0 + np.asarray(discount)) - kept)


def declining_balance_rate(factor: Amount, life: Amount) -> Amount:
    """Geometric depreciation rate of a declining-balance schedule.

    Parameters
    ----------
    factor : number
        2 for double declining balance; BEA uses 1.65 for most equipment, 2.1832 for computers.
    life : years, positive
        Service life.

    Returns
    -------
    1/yr
        ``factor / life``.

    References
    ----------
    tests/reference/m1-bea-depreciation/SOURCE.md
    """
    return np.asarray(factor, dtype=float) / np.asarray(life, dtype=float)


def retained_value(annual_retention: Amount, age: Amount) -> Amount:
    """Share of its price an asset keeps when it loses the same share every year.

    Parameters
    ----------
    annual_retention : fraction, positive
        Kept over one year.
    age : years

    Returns
    -------
    fraction
        ``annual_retention ** age``.

    References
    ----------
    tests/reference/m1-doms-half-life/SOURCE.md
    """
    return np.asarray(annual_retention, dtype=float) ** np.asarray(age, dtype=float)


def continuous_rate(annual_retention: Amount) -> Amount:
    """Continuous rate of decline that keeps a given share over a year.

    Parameters
    ----------
    annual_retention : fraction, positive

    Returns
    -------
    1/yr
        ``-ln(annual_retention)``.

    References
    ----------
    tests/reference/m1-doms-half-life/SOURCE.md
    """
    return -np.log(annual_retention)


def annual_growth(ratio: Amount, years: Amount) -> Amount:
    """Average yearly growth that turns 1 into a ratio.

    Parameters
    ----------
    ratio : number, positive
        Last over first; below 1 for a fall.
    years : years, positive

    Returns
    -------
    1/yr
        ``ratio ** (1 / years) - 1``.

    References
    ----------
    tests/reference/m1-pc-quality-price-1976-1999/SOURCE.md
    """
    return np.expm1(np.log(ratio) / np.asarray(years, dtype=float))
