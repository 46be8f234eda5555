"""Closed forms for what a forced sale does to the price and what it brings in.

A price is stated as a share of the price before the sale. Which form fits which asset is a finding, not a
law: square root for coins, bounded exponential for machines, whose floor is the value to the outside user.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.ratios.amount import Amount


def linear(sold: Amount, depth: Amount) -> Amount:
    """Price left after a sale under linear impact.

    Parameters
    ----------
    sold : units or USD, non-negative
    depth : same unit, positive
        Sale that would take the price to nothing [D].

    Returns
    -------
    fraction
        ``max(0, 1 - sold / D)``.

    References
    ----------
    Greenwood, Landier and Thesmar (2015), "Vulnerable banks", JFE 115.
    """
    return np.maximum(0.0, 1.0 - np.asarray(sold, dtype=float) / depth)


def exponential(share: Amount, alpha: Amount) -> Amount:
    """Price left after a sale under exponential impact.

    Parameters
    ----------
    share : fraction
        Sold, of all there is.
    alpha : non-negative
        Strength; `exponential_strength` finds it.

    Returns
    -------
    fraction
        ``exp(-alpha share)``.

    References
    ----------
    Cifuentes, Ferrucci and Shin (2005), "Liquidity risk and contagion", JEEA 3;
    tests/reference/m4-exp-impact-inet/SOURCE.md
    """
    return np.exp(-np.asarray(alpha, dtype=float) * share)


def exponential_strength(share: Amount, drop: Amount) -> Amount:
    """Strength of an exponential impact from one known sale.

    Parameters
    ----------
    share : fraction, positive
        Sold.
    drop : fraction, below 1
        Fall of the price that it caused.

    Returns
    -------
    number
        ``-ln(1 - drop) / share``: 1.0259 if selling 5 % costs 5 %, 1.0536 if 10 % costs 10 %.

    References
    ----------
    Caccioli, Shrestha, Moore and Farmer (2014), "Stability analysis of financial contagion due to overlapping
    portfolios", JBF 46; tests/reference/m4-exp-impact-caccioli/SOURCE.md
    """
    return -np.log1p(-np.asarray(drop, dtype=float)) / share


def exponential_proceeds(share: Amount, alpha: Amount) -> Amount:
    """Proceeds of selling along the path of an exponential impact.

    Parameters
    ----------
    share : fraction, non-negative
        Sold, piece by piece.
    alpha : positive

    Returns
    -------
    fraction of the whole stock's value before the sale
        ``(1 - exp(-alpha share)) / alpha``. Selling everything brings ``(1 - exp(-alpha)) / alpha``: 61.8 %
        at 1.0536, and no system can recover more.

    References
    ----------
    Our own: the integral of `exponential` over the share sold.
    """
    return -np.expm1(-np.asarray(alpha, dtype=float) * share) / alpha


def share_to_raise(proceeds: Amount, alpha: Amount) -> Amount:
    """Share to sell along the path of an exponential impact to raise given proceeds.

    Parameters
    ----------
    proceeds : fraction of the whole stock's value before the sale
    alpha : positive

    Returns
    -------
    fraction
        ``-ln(1 - alpha proceeds) / alpha``, above 1 if the whole stock does not raise it, infinity if no
        stock would.

    References
    ----------
    Our own: the inverse of `exponential_proceeds`.
    """
    left = np.maximum(0.0, 1.0 - np.asarray(alpha, dtype=float) * proceeds)
    with np.errstate(divide="ignore"):
        return -np.log(left) / alpha


def square_root(sold: Amount, volume: Amount, volatility: Amount, prefactor: Amount = 1.0) -> Amount:
    """Fall of the price under the square-root law.

    Parameters
    ----------
    sold : units or USD, non-negative
    volume : same unit per day, positive
        Market volume.
    volatility : per square root of a day
        Daily.
    prefactor : of order one
        [Y]

    Returns
    -------
    fraction
        ``Y volatility sqrt(sold / volume)``.

    References
    ----------
    Donier and Bonart (2015), "A million metaorder analysis of market impact on the Bitcoin", arXiv 1412.4503;
    tests/reference/m4-sqrt-impact/SOURCE.md
    """
    return prefactor * np.asarray(volatility) * np.sqrt(np.asarray(sold, dtype=float) / volume)


def bounded_exponential(sold: Amount, depth: Amount, floor: Amount) -> Amount:
    """Price left after a sale under an impact that stops at a floor.

    Parameters
    ----------
    sold : units or USD, non-negative
    depth : same unit, positive
        Slope of the first unit sold is ``1 / depth`` [D]; `market_depth` estimates it.
    floor : fraction, below 1
        What the next-best buyer pays, as a share of the price before the sale [B / S].

    Returns
    -------
    fraction
        ``1 - (1 - floor) (1 - exp(-sold / ((1 - floor) D)))``.

    References
    ----------
    Cont and Schaanning (2017), "Fire sales, indirect contagion and systemic stress testing", Norges Bank WP
    2/2017.
    """
    room = 1.0 - np.asarray(floor, dtype=float)
    return 1.0 + room * np.expm1(-np.asarray(sold, dtype=float) / (room * depth))


def market_depth(daily_volume: Amount, daily_volatility: Amount, days: Amount, scale: Amount = 1.0) -> Amount:
    """Depth of a market over a liquidation horizon.

    Parameters
    ----------
    daily_volume : units or USD per day
    daily_volatility : per square root of a day, positive
    days : days
        Over which the sale is spread.
    scale : of order one
        [c]

    Returns
    -------
    units or USD
        ``c volume sqrt(days) / volatility``.

    References
    ----------
    Cont and Schaanning (2017).
    """
    return scale * np.asarray(daily_volume, dtype=float) * np.sqrt(days) / daily_volatility


class Auction(NamedTuple):
    """Equilibrium of one auction with an insider."""

    impact: float
    """price per unit of order flow [lambda]"""
    aggression: float
    """insider's order per unit of mispricing [beta]"""
    variance_left: float
    """of the value, once the price is seen [Sigma1]"""
    insider_profit: float
    """mean, USD"""


def kyle_auction(value_variance: float, noise: float) -> Auction:
    """Price impact that a buyer who fears better-informed sellers must charge.

    Parameters
    ----------
    value_variance : (USD per unit)^2, positive
        What buyers do not know about the asset [Sigma0].
    noise : units, positive
        Standard deviation of orders that carry no information [sigma_u].

    Returns
    -------
    Auction
        ``lambda = sqrt(Sigma0) / (2 sigma_u)``, ``beta = 1 / (2 lambda)``, ``Sigma1 = Sigma0 / 2``, profit
        ``sqrt(Sigma0) sigma_u / 2``.

    References
    ----------
    Kyle (1985), "Continuous auctions and insider trading", Econometrica 53, theorem 1;
    tests/reference/m4-kyle-single-auction/SOURCE.md
    """
    spread = float(np.sqrt(value_variance))
    return Auction(spread / (2.0 * noise), noise / spread, 0.5 * value_variance, 0.5 * spread * noise)


def forced_sale_recovery(collateral: Amount, discount: Amount, cost: Amount, months: Amount, rate: Amount) -> Amount:
    """Present value of what a forced sale of collateral brings.

    Parameters
    ----------
    collateral : USD
        Value before the default.
    discount, cost : fractions
        Fire-sale discount; then cost of sale, as a share of the discounted price.
    months : months
        Until the money is there.
    rate : 1/yr, compounded yearly
        Of the lender.

    Returns
    -------
    USD
        ``collateral (1 - discount) (1 - cost) / (1 + rate)^(months / 12)``.

    References
    ----------
    Our own; tests/reference/m4-lgd-forced-sale/SOURCE.md
    """
    sold = collateral * (1.0 - np.asarray(discount, dtype=float)) * (1.0 - np.asarray(cost, dtype=float))
    return sold / (1.0 + np.asarray(rate, dtype=float)) ** (np.asarray(months) / 12.0)


def raw_discount(remaining: Amount, explained: Amount) -> Amount:
    """Discount of forced sales before quality is held equal.

    Parameters
    ----------
    remaining : fraction
        Discount left once quality is held equal.
    explained : fraction, below 1
        Share of the raw discount that quality explains.

    Returns
    -------
    fraction
        ``remaining / (1 - explained)``: 18 % for aircraft, half of it quality.

    References
    ----------
    Franks, Seth, Sussman and Vig (2021), ECGI WP 722; tests/reference/m4-franks-decomposition/SOURCE.md
    """
    return remaining / (1.0 - np.asarray(explained, dtype=float))
