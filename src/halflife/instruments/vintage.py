"""Closed forms for a machine whose rent only falls: its life, its value by age, its scrap option.

Rent falls at ``decline + decay`` a year (new machines get better; this one wears out), the cash cost of
running it stays. So the value is not geometric: with a fixed cost it falls faster with age, and reaches
nothing when the quasi-rent does, not when the machine breaks. Symbols of the formulas stand in brackets.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln, ndtr, xlogy

from halflife.ratios.amount import Amount


def _annuity(rate: Amount, years: Amount) -> Amount:
    """Value of 1 a year, paid continuously for some years."""
    rate, years = np.broadcast_arrays(np.asarray(rate, dtype=float), np.asarray(years, dtype=float))
    flat = rate == 0.0
    safe = np.where(flat, 1.0, rate)
    return np.where(flat, years, -np.expm1(-safe * years) / safe)[()]


def economic_life(rental: Amount, cash_cost: Amount, decline: Amount, decay: Amount = 0.0) -> Amount:
    """Age at which a machine no longer earns its running cost.

    Parameters
    ----------
    rental : USD per year, positive
        Rent of the machine when new [R0].
    cash_cost : USD per year, non-negative
        Power, cooling and hosting of the machine [k].
    decline : 1/yr, continuous
        Fall of the rent of constant quality [g].
    decay : 1/yr, continuous
        Wear of this machine [delta].

    Returns
    -------
    years
        ``ln(R0 / k) / (g + delta)``; 0 if it never earns its cost, infinity if it always will.

    References
    ----------
    Salter (1960), "Productivity and technical change"; tests/reference/m1-vintage-pv/SOURCE.md
    """
    rate = np.asarray(decline, dtype=float) + decay
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = np.log(np.asarray(rental, dtype=float) / np.asarray(cash_cost, dtype=float))
        life = margin / rate
    return np.where(margin <= 0.0, 0.0, np.where(rate <= 0.0, np.inf, life))[()]


def vintage_value(
    rental: Amount, cash_cost: Amount, decline: Amount, decay: Amount, discount: Amount, age: Amount
) -> Amount:
    """Value of a machine by age: present value of rent less running cost until it is scrapped.

    Parameters
    ----------
    rental, cash_cost, decline, decay
        As for `economic_life`.
    discount : 1/yr, continuous, non-negative
        Required return [r].
    age : years

    Returns
    -------
    USD
        ``R(a) A(r + g + delta, s) - k A(r, s)``, ``s`` the life left, ``A(x, s) = (1 - e^(-x s)) / x``;
        nothing after the economic life.

    References
    ----------
    Our own derivation in the vintage model of Salter (1960); tests/reference/m1-vintage-pv/SOURCE.md
    """
    rate = np.asarray(decline, dtype=float) + decay
    left = np.maximum(economic_life(rental, cash_cost, decline, decay) - np.asarray(age, dtype=float), 0.0)
    rent = np.asarray(rental, dtype=float) * np.exp(-rate * np.asarray(age, dtype=float))
    cost = np.asarray(cash_cost, dtype=float)
    running = np.where(cost > 0.0, cost * _annuity(discount, np.where(cost > 0.0, left, 0.0)), 0.0)
    return (rent * _annuity(np.asarray(discount) + rate, left) - running)[()]


def zero_profit_rental(price: float, cash_cost: float, decline: float, decay: float, discount: float) -> float:
    """Rent of a new machine at which buying one is worth exactly its price.

    Parameters
    ----------
    price : USD, positive
        Of a new machine.
    cash_cost, decline, decay, discount
        As for `vintage_value`.

    Returns
    -------
    USD per year
        ``R0`` with ``vintage_value(R0, ..., age=0) == price``: the entry condition of new supply.

    Raises
    ------
    ValueError
        If the price is not positive or ``discount + decline + decay`` is not.

    References
    ----------
    Our own; inverse of tests/reference/m1-vintage-pv/SOURCE.md
    """
    rate = discount + decline + decay
    if not (price > 0.0 and rate > 0.0 and decline + decay > 0.0):
        raise ValueError(f"price {price}, decline {decline + decay} and total rate {rate} must be positive")

    def profit(rental: float) -> float:
        return float(vintage_value(rental, cash_cost, decline, decay, discount, 0.0)) - price

    low = cash_cost
    high = 2.0 * (price * rate + cash_cost)
    while profit(high) < 0.0:
        high = 2.0 * high
    return float(brentq(profit, low, high, xtol=1e-12 * high, rtol=8.9e-16))


def expected_price_with_launches(
    price: Amount, decline: Amount, intensity: Amount, drop: Amount, years: Amount
) -> Amount:
    """Mean price of a machine that steadily declines and drops at every successor's launch.

    Parameters
    ----------
    price : USD, today
    decline : 1/yr, continuous
        Between launches [g].
    intensity : 1/yr
        Launches come as a Poisson process [lambda].
    drop : fraction
        Fall of the price at a launch [J].
    years : years

    Returns
    -------
    USD
        ``P0 exp(-(g + lambda J) t)``.

    References
    ----------
    Merton (1976), "Option pricing when underlying stock returns are discontinuous", JFE 3;
    tests/reference/m1-jump-obsolescence/SOURCE.md
    """
    rate = np.asarray(decline, dtype=float) + np.asarray(intensity) * np.asarray(drop)
    return price * np.exp(-rate * years)


def probability_below_with_launches(
    level: float, price: float, decline: float, intensity: float, drop: float, volatility: float, years: float
) -> float:
    """Probability that the price with launches is below a level.

    Parameters
    ----------
    level, price : USD, positive
    decline, intensity, drop, years
        As for `expected_price_with_launches`.
    volatility : 1/sqrt(yr), positive
        Of the log price between launches; it leaves the mean price alone.

    Returns
    -------
    probability
        Poisson mixture of normals: ``n`` launches move the log price by ``n ln(1 - J)``.

    References
    ----------
    Merton (1976); tests/reference/m1-jump-obsolescence/SOURCE.md
    """
    mean = intensity * years
    launches = np.arange(int(mean + 12.0 * np.sqrt(mean)) + 40)  # leaves out less than 1e-17
    weight = np.exp(xlogy(launches, mean) - mean - gammaln(launches + 1))
    drift = -(decline + 0.5 * volatility**2) * years + launches * np.log1p(-drop)
    below = ndtr((np.log(level / price) - drift) / (volatility * np.sqrt(years)))
    return float((weight * below).sum())


class ScrapOption(NamedTuple):
    """When a machine with an uncertain rent is switched off for good."""

    threshold: Amount
    """USD per year: scrap at the first rent at or below it [R*]"""
    exponent: Amount
    """negative root of the fundamental quadratic [beta]"""
    weight: Amount
    """value of the right to scrap is ``weight * rent ** exponent`` [A]"""


def scrap_option(
    cash_cost: Amount, scrap_value: Amount, decline: Amount, volatility: Amount, discount: Amount
) -> ScrapOption:
    """Best rent at which to scrap a machine whose rent is a geometric Brownian motion.

    Parameters
    ----------
    cash_cost : USD per year, non-negative
        Saved by scrapping [k].
    scrap_value : USD, non-negative; not zero together with `cash_cost`
        Received on scrapping [S].
    decline : 1/yr, continuous
        Mean fall of this machine's rent, wear included [mu]; ``discount + decline`` positive.
    volatility : 1/sqrt(yr), positive
        [sigma]
    discount : 1/yr, continuous, positive
        [r]

    Returns
    -------
    ScrapOption
        ``R* = beta / (beta - 1) (r + mu) (k / r + S)``, below the rent ``k + r S`` at which a machine with a
        certain rent is scrapped: waiting is worth something. It tends to ``k + r S`` as the volatility
        vanishes, if rents fall.

    References
    ----------
    Dixit and Pindyck (1994), "Investment under uncertainty", chapter 7.
    """
    variance = np.asarray(volatility, dtype=float) ** 2
    lean = 0.5 + np.asarray(decline) / variance
    exponent = lean - np.sqrt(lean**2 + 2.0 * np.asarray(discount) / variance)
    yielded = np.asarray(discount) + decline
    threshold = exponent / (exponent - 1.0) * yielded * (np.asarray(cash_cost) / discount + scrap_value)
    return ScrapOption(threshold, exponent, -(threshold ** (1.0 - exponent)) / (exponent * yielded))


def machine_value_with_scrap_option(
    rental: Amount,
    cash_cost: Amount,
    scrap_value: Amount,
    decline: Amount,
    volatility: Amount,
    discount: Amount,
) -> Amount:
    """Value of a machine whose rent is uncertain and which may be scrapped at any time.

    Parameters
    ----------
    rental : USD per year, positive
        Now.
    cash_cost, scrap_value, decline, volatility, discount
        As for `scrap_option`.

    Returns
    -------
    USD
        ``R / (r + mu) - k / r + A R^beta`` above the threshold, the scrap value at or below it.

    References
    ----------
    Dixit and Pindyck (1994), chapter 7.
    """
    option = scrap_option(cash_cost, scrap_value, decline, volatility, discount)
    rent = np.maximum(np.asarray(rental, dtype=float), option.threshold)
    kept = rent / (np.asarray(discount) + decline) - np.asarray(cash_cost) / discount
    alive = kept + option.weight * rent**option.exponent
    return np.where(np.asarray(rental) <= option.threshold, scrap_value, alive)[()]
