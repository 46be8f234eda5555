"""A firm's equity as a call on its assets: Merton (1974), with prices at the riskless rate and PD at the real drift."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import elementwise
from scipy.special import ndtr

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.instruments.bounds import accept, finite, positive
from halflife.ratios.amount import Amount

_ROUNDS = 200  # of Newton's rule; it falls towards the root from above and stops long before
_CLOSE = 1e-15


class Claims(NamedTuple):
    """What the owners and the lenders of a firm with one zero-coupon debt hold."""

    equity: Amount
    """USD: the call; what the assets pay out before the debt is due comes on top"""
    debt: Amount
    """USD"""
    spread: Amount
    """1/yr, continuous, above the riskless rate"""


class Assets(NamedTuple):
    """What a firm's equity says about its assets."""

    worth: Amount
    """USD"""
    volatility: Amount
    """1/sqrt(yr)"""


def _sizes(debt: Amount, years: Amount, **sizes: Amount) -> list[Finding]:
    named = {**sizes, "debt": debt, "years": years}
    return [finding for name, size in named.items() for finding in positive(name, size)]


def _moneyness(
    assets: Amount, debt: Amount, growth: Amount, volatility: Amount, years: Amount
) -> tuple[Floats, Floats]:
    """Return ``d1`` and ``d2``."""
    deviation = np.asarray(volatility, dtype=float) * np.sqrt(years)
    upper = (np.log(np.asarray(assets, dtype=float) / debt) + np.asarray(growth) * years) / deviation + 0.5 * deviation
    return upper, upper - deviation


def distance_to_default(assets: Amount, debt: Amount, drift: Amount, volatility: Amount, years: Amount) -> Amount:
    """Standard deviations between a firm's assets and its debt on the day the debt is due.

    Parameters
    ----------
    assets, debt : USD, positive
        Worth of the assets today; face of the debt [V, D].
    drift : 1/yr
        Real, not riskless: of machines their fall in price and wear, a negative number [mu].
    volatility : 1/sqrt(yr), positive
        Of the assets [s].
    years : yr, positive
        To maturity [T].

    Returns
    -------
    standard deviations
        ``(ln(V / D) + (mu - s^2 / 2) T) / (s sqrt T)``.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Merton (1974), "On the pricing of corporate debt", Journal of Finance 29;
    tests/reference/m3-merton-5firms/SOURCE.md
    """
    accept(_sizes(debt, years, assets=assets, volatility=volatility), finite("drift", drift))
    return _moneyness(assets, debt, drift, volatility, years)[1]


def default_probability(assets: Amount, debt: Amount, drift: Amount, volatility: Amount, years: Amount) -> Amount:
    """Probability that the assets are worth less than the debt on the day it is due.

    Parameters
    ----------
    assets, debt, drift, volatility, years : as for `distance_to_default`

    Returns
    -------
    probability
        ``N(-distance to default)``.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Merton (1974); tests/reference/m3-merton-140/SOURCE.md
    """
    return ndtr(-distance_to_default(assets, debt, drift, volatility, years))


def price(
    assets: Amount, debt: Amount, rate: Amount, volatility: Amount, years: Amount, payout: Amount = 0.0
) -> Claims:
    """Split a firm's assets between its owners and its lenders.

    Parameters
    ----------
    assets, debt, volatility, years : as for `distance_to_default`
    rate : 1/yr
        Riskless, continuous [r].
    payout : 1/yr
        Share of the assets that leaves the firm each year: rent paid out, wear [q].

    Returns
    -------
    Claims
        ``equity = V exp(-q T) N(d1) - D exp(-r T) N(d2)``, debt ``V exp(-q T) N(-d1) + D exp(-r T) N(d2)``,
        ``spread = -ln(debt / D) / T - r``.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Merton (1974); tests/reference/m3-merton-140/SOURCE.md
    """
    accept(_sizes(debt, years, assets=assets, volatility=volatility), finite("rate", rate), finite("payout", payout))
    upper, lower = _moneyness(assets, debt, np.asarray(rate, dtype=float) - payout, volatility, years)
    held, riskless = assets * np.exp(-np.asarray(payout, dtype=float) * years), np.exp(-np.asarray(rate) * years)
    lent = held * ndtr(-upper) + debt * riskless * ndtr(lower)
    equity = held * ndtr(upper) - debt * riskless * ndtr(lower)
    return Claims(equity, lent, -np.log(lent / (debt * riskless)) / years)


def _assets_worth(volatility: Floats, equity: Floats, owed: Floats, deviation_per_volatility: Floats) -> Floats:
    """Find the assets, net of payout, behind an equity: Newton's rule falls on a convex function from above."""
    deviation, worth = volatility * deviation_per_volatility, equity + owed
    for _ in range(_ROUNDS):
        upper = np.log(worth / owed) / deviation + 0.5 * deviation
        share = ndtr(upper)
        step = (worth * share - owed * ndtr(upper - deviation) - equity) / share
        worth = worth - step
        if np.all(np.abs(step) <= _CLOSE * worth):
            break
    return worth


def calibrate(
    equity: Amount, equity_volatility: Amount, debt: Amount, rate: Amount, years: Amount, payout: Amount = 0.0
) -> Assets:
    """Find the assets whose call is worth the equity and moves as the equity does.

    Parameters
    ----------
    equity : USD, positive
        Market capitalisation [E].
    equity_volatility : 1/sqrt(yr), positive
        [sE]
    debt, rate, years, payout : as for `price`

    Returns
    -------
    Assets
        Solves ``E = price(V, ...).equity`` and ``sE E = exp(-q T) N(d1) s V`` together. The volatility lies
        between ``sE E / (E + D exp(-r T))`` and ``sE``, which bracket it.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Jones, Mason and Rosenfeld (1984), "Contingent claims analysis of corporate capital structures", Journal of
    Finance 39; tests/reference/m3-merton-5firms/SOURCE.md
    """
    accept(
        _sizes(debt, years, equity=equity, equity_volatility=equity_volatility),
        finite("rate", rate),
        finite("payout", payout),
    )
    given = np.broadcast_arrays(equity, equity_volatility, debt, rate, years, payout)
    owned, wanted, face, riskless, horizon, leak = (np.asarray(number, dtype=float) for number in given)
    owed, root = face * np.exp(-riskless * horizon), np.sqrt(horizon)

    def excess(volatility: Floats, /, *firm: Any) -> Floats:
        owned, wanted, owed, root = firm
        worth = _assets_worth(volatility, owned, owed, root)
        upper = np.log(worth / owed) / (volatility * root) + 0.5 * volatility * root
        return np.asarray(ndtr(upper) * volatility * worth / owned - wanted)

    bracket = (wanted * owned / (owned + owed) * (1.0 - 1e-12), wanted * (1.0 + 1e-12))
    found = elementwise.find_root(
        excess,
        bracket,
        args=(owned, wanted, owed, root),
        tolerances={"xatol": 0.0, "xrtol": 1e-15, "fatol": 0.0, "frtol": 0.0},
    )
    volatility = np.asarray(found.x, dtype=float)
    return Assets((_assets_worth(volatility, owned, owed, root) * np.exp(leak * horizon))[()], volatility[()])
