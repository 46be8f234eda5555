"""Debt, equity and the moment of default that owners choose: Leland (1994) and Leland and Toft (1996).

Owners pay coupons out of their own pocket as long as hope is worth it; the barrier at which they stop is part of the
answer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.instruments.bounds import accept, outside, positive
from halflife.instruments.first_passage import passage_terms
from halflife.ratios.amount import Amount

_NOTHING = 1e-9  # share of the assets
_COUPONS = 400  # tried before the first that sells debt at par is bracketed


class Firm(NamedTuple):
    """Assets, and what the world takes of them."""

    assets: Amount
    """USD [V]"""
    volatility: Amount
    """1/sqrt(yr) [s]"""
    rate: Amount
    """1/yr, riskless, continuous, positive [r]"""
    tax: Amount
    """fraction of the coupons that the tax office gives back [tau]"""
    bankruptcy_cost: Amount
    """fraction of the assets lost in default [alpha]"""
    payout: Amount = 0.0
    """1/yr, share of the assets that leaves the firm each year [delta]"""


class RolledDebt(NamedTuple):
    """Debt of which an equal part falls due and is issued anew at every moment."""

    coupon: Amount
    """USD/yr, of all debt together [C]"""
    principal: Amount
    """USD, of all debt together [P]"""
    maturity: Amount
    """yr, at issue; the average debt has half of it left [T]"""


class CapitalStructure(NamedTuple):
    """What everybody with a claim on the firm holds, in USD."""

    coupon: Amount
    """USD/yr"""
    default_at: Amount
    """assets at which the firm defaults [VB]"""
    default_claim: Amount
    """value of a dollar paid at default, whenever it is [p]"""
    tax_benefit: Amount
    bankruptcy_cost: Amount
    firm: Amount
    """assets + tax benefit - bankruptcy cost"""
    debt: Amount
    equity: Amount
    leverage: Amount
    """debt / firm, fraction"""
    debt_yield: Amount
    """coupon / debt, 1/yr"""
    spread: Amount
    """debt yield - riskless rate, 1/yr"""


def _firm_findings(firm: Firm) -> list[Finding]:
    return [
        *positive("assets", firm.assets),
        *positive("volatility", firm.volatility),
        *positive("rate", firm.rate),
        *outside("tax", firm.tax, 0.0, 1.0, is_high_in=False),
        *outside("bankruptcy_cost", firm.bankruptcy_cost, 0.0, 1.0),
        *outside("payout", firm.payout, 0.0, is_high_in=False),
    ]


def _drift(firm: Firm) -> Floats:
    """Drift of the logarithm of the assets at the riskless rate."""
    return np.asarray(firm.rate - firm.payout - 0.5 * np.asarray(firm.volatility, dtype=float) ** 2)


def _exponent(firm: Firm) -> Floats:
    """``X`` in ``p = (VB / V)^X``; ``2 r / s^2`` without payout."""
    drift, variance = _drift(firm), np.asarray(firm.volatility, dtype=float) ** 2
    return np.asarray((drift + np.sqrt(drift**2 + 2.0 * variance * firm.rate)) / variance)


def _barrier_per_coupon(firm: Firm) -> Floats:
    power = _exponent(firm)
    return np.asarray((1.0 - np.asarray(firm.tax)) * power / ((1.0 + power) * firm.rate))


def _check_alive(firm: Firm, default_at: Amount) -> None:
    """Refuse a firm whose owners would walk away today, or never."""
    share = np.asarray(default_at) / firm.assets
    fix = "lower the coupon or the debt: owners of this firm walk away at once, or never"
    accept(outside("default_at / assets", share, 0.0, 1.0, is_low_in=False, is_high_in=False, fix=fix))


def _share_out(firm: Firm, coupon: Amount, default_at: Amount, claim: Amount, debt: Amount) -> CapitalStructure:
    """Add up a capital structure from its debt and its barrier."""
    benefit = np.asarray(firm.tax) * coupon / firm.rate * (1.0 - claim)
    cost = np.asarray(firm.bankruptcy_cost) * default_at * claim
    worth = firm.assets + benefit - cost
    coupons = coupon / debt
    return CapitalStructure(
        coupon, default_at, claim, benefit, cost, worth, debt, worth - debt, debt / worth, coupons, coupons - firm.rate
    )


def owners_barrier(firm: Firm, coupon: Amount) -> Amount:
    """Assets at which owners of a firm with perpetual debt stop paying.

    Parameters
    ----------
    firm : Firm
    coupon : USD/yr, positive
        [C]

    Returns
    -------
    USD
        ``(1 - tau) C / r * X / (1 + X)``, which is ``(1 - tau) C / (r + s^2 / 2)`` without payout.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Leland (1994), "Corporate debt value, bond covenants, and optimal capital structure", Journal of Finance 49,
    equation 14; tests/reference/m3-leland94-exogenous-coupon/SOURCE.md
    """
    accept(_firm_findings(firm), positive("coupon", coupon))
    return _barrier_per_coupon(firm) * coupon


def perpetual_debt(firm: Firm, coupon: Amount, default_at: Amount | None = None) -> CapitalStructure:
    """Share a firm out between owners and the lenders of a perpetual debt.

    Parameters
    ----------
    firm : Firm
    coupon : USD/yr, positive
    default_at : USD, positive and below the assets
        The owners' own choice if none is given.

    Returns
    -------
    CapitalStructure
        ``p = (VB / V)^X``, ``debt = C / r (1 - p) + (1 - alpha) VB p``.

    Raises
    ------
    SpecError
        If an input is outside its range, or the firm has defaulted already.

    References
    ----------
    Leland (1994), equations 7-13; tests/reference/m3-leland94-exogenous-coupon/SOURCE.md
    """
    accept(
        _firm_findings(firm),
        positive("coupon", coupon),
        [] if default_at is None else positive("default_at", default_at),
    )
    barrier = _barrier_per_coupon(firm) * coupon if default_at is None else default_at
    _check_alive(firm, barrier)
    claim = (barrier / np.asarray(firm.assets, dtype=float)) ** _exponent(firm)
    debt = np.asarray(coupon) / firm.rate * (1.0 - claim) + (1.0 - np.asarray(firm.bankruptcy_cost)) * barrier * claim
    return _share_out(firm, coupon, barrier, claim, debt)


def optimal_coupon(firm: Firm) -> Amount:
    """Coupon of perpetual, unprotected debt that makes the firm worth most.

    Parameters
    ----------
    firm : Firm
        Whose tax is positive: without it the best coupon is none.

    Returns
    -------
    USD/yr
        ``V / k (tau / ((1 + X) (tau + alpha k r)))^(1 / X)`` with ``k`` the barrier per coupon.

    Raises
    ------
    SpecError
        If an input is outside its range; all offenders are named.

    References
    ----------
    Leland (1994), equation 21; tests/reference/m3-leland94-optimal/SOURCE.md
    """
    accept(_firm_findings(firm), positive("tax", firm.tax))
    power, barrier = _exponent(firm), _barrier_per_coupon(firm)
    lost = np.asarray(firm.bankruptcy_cost) * barrier * firm.rate
    best = np.asarray(firm.tax) / ((1.0 + power) * (firm.tax + lost))
    return firm.assets / barrier * best ** (1.0 / power)


def protected_debt(firm: Firm, coupon: float) -> CapitalStructure:
    """Share a firm out when a covenant ends it once its assets are worth less than its debt was at issue.

    Parameters
    ----------
    firm : Firm, of numbers
    coupon : USD/yr, positive

    Returns
    -------
    CapitalStructure
        As `perpetual_debt` at the barrier that equals the debt.

    Raises
    ------
    SpecError
        If an input is outside its range, or no debt of that coupon is worth less than the assets.

    References
    ----------
    Leland (1994), section V; tests/reference/m3-leland94-protected/SOURCE.md
    """
    accept(_firm_findings(firm), positive("coupon", coupon))
    riskless, cost, power = coupon / firm.rate, firm.bankruptcy_cost, float(_exponent(firm))
    if cost == 0.0:  # the lenders get all they are owed
        return perpetual_debt(firm, coupon, riskless)

    def above_barrier(barrier: float) -> float:
        claim = (barrier / firm.assets) ** power
        return float(riskless * (1.0 - claim) + (1.0 - cost) * barrier * claim - barrier)

    barrier = brentq(above_barrier, 0.0, firm.assets, xtol=1e-13 * firm.assets, rtol=1e-14)
    return perpetual_debt(firm, coupon, barrier)


def _rolled_barrier(firm: Firm, debt: RolledDebt) -> Floats:
    """Assets at which owners who must roll their debt stop: the value of equity leaves zero without a slope."""
    s, t = np.asarray(firm.volatility, dtype=float), np.asarray(debt.maturity, dtype=float)
    a, x = _drift(firm) / s**2, _exponent(firm)
    z, root = x - a, s * np.sqrt(t)
    gone = np.exp(-np.asarray(firm.rate) * t)

    def bell(number: Floats) -> Floats:
        return np.asarray(np.exp(-0.5 * number**2) / np.sqrt(2.0 * np.pi))

    rolled = 2.0 * a * gone * ndtr(a * root) - 2.0 * z * ndtr(z * root) + (z - a)
    rolled = rolled + 2.0 / root * (gone * bell(a * root) - bell(z * root))
    lost = -(2.0 * z + 2.0 / (z * root**2)) * ndtr(z * root) - 2.0 / root * bell(z * root) + (z - a)
    lost = lost + 1.0 / (z * root**2)
    riskless, span, cost = np.asarray(debt.coupon) / firm.rate, firm.rate * t, np.asarray(firm.bankruptcy_cost)
    above = riskless * (rolled / span - lost) - rolled * debt.principal / span - firm.tax * riskless * x
    return np.asarray(above / (1.0 + cost * x - (1.0 - cost) * lost))


def rolled_debt(firm: Firm, debt: RolledDebt, default_at: Amount | None = None) -> CapitalStructure:
    """Share a firm out between owners and the lenders of a debt that rolls.

    Parameters
    ----------
    firm : Firm
    debt : RolledDebt
    default_at : USD, positive and not above the assets
        The owners' own choice if none is given: short debt makes them stop while the assets are worth more.

    Returns
    -------
    CapitalStructure
        ``debt = C / r + (P - C / r) ((1 - exp(-r T)) / (r T) - I) + ((1 - alpha) VB - C / r) J``.

    Raises
    ------
    SpecError
        If an input is outside its range, or the firm has defaulted already.

    References
    ----------
    Leland and Toft (1996), "Optimal capital structure, endogenous bankruptcy, and the term structure of credit
    spreads", Journal of Finance 51, equations 3-13. Held to its own conditions, not to printed numbers:
    tests/unit/instruments/test_leland.py
    """
    accept(
        _firm_findings(firm),
        [finding for name in RolledDebt._fields for finding in positive(name, getattr(debt, name))],
        [] if default_at is None else positive("default_at", default_at),
    )
    barrier = _rolled_barrier(firm, debt) if default_at is None else np.asarray(default_at, dtype=float)
    _check_alive(firm, barrier * (1.0 - 1e-12))
    return _rolled_structure(firm, debt, barrier)


def _rolled_structure(firm: Firm, debt: RolledDebt, barrier: Floats) -> CapitalStructure:
    s, t, rate = np.asarray(firm.volatility, dtype=float), np.asarray(debt.maturity, dtype=float), firm.rate
    distance, drift = np.log(np.asarray(firm.assets, dtype=float) / barrier), _drift(firm)
    down, up = passage_terms(distance, drift, s, t, rate)
    failed = sum(passage_terms(distance, drift, s, t))
    pull, gone = np.sqrt(drift**2 + 2.0 * rate * s**2), np.exp(-rate * t)
    repaid = (down + up - gone * failed) / (rate * t)
    seized = (up * (-distance + pull * t) - down * (-distance - pull * t)) / (pull * t)
    riskless, kept = np.asarray(debt.coupon) / rate, (1.0 - np.asarray(firm.bankruptcy_cost)) * barrier
    worth = riskless + (debt.principal - riskless) * ((1.0 - gone) / (rate * t) - repaid) + (kept - riskless) * seized
    claim = np.exp(-distance * _exponent(firm))
    return _share_out(firm, debt.coupon, barrier, claim, worth)


def par_coupon(firm: Firm, principal: float, maturity: float) -> float:
    """Find the least coupon at which rolled debt is worth its principal.

    Parameters
    ----------
    firm : Firm, of numbers
    principal : USD, positive
    maturity : yr, positive

    Returns
    -------
    USD/yr

    Raises
    ------
    SpecError
        If an input is outside its range, or the firm cannot carry that debt at any coupon.

    References
    ----------
    Leland and Toft (1996), section I.C.
    """
    accept(_firm_findings(firm), positive("principal", principal), positive("maturity", maturity))

    def above_par(coupon: Amount) -> Amount:
        debt = RolledDebt(coupon, principal, maturity)
        barrier = np.clip(_rolled_barrier(firm, debt), _NOTHING * firm.assets, firm.assets)
        return _rolled_structure(firm, debt, barrier).debt - principal

    coupons = firm.rate * principal * np.geomspace(1.0 - 1e-9, 100.0, _COUPONS)
    worth = np.asarray(above_par(coupons))
    reached = np.flatnonzero((worth[:-1] < 0.0) & (worth[1:] >= 0.0))
    if not reached.size:
        wanted = "debt that the assets can carry"
        raise SpecError([Finding("principal", f"{principal:g}", wanted, "borrow less, or for longer")])
    first = int(reached[0])
    return float(brentq(lambda coupon: float(above_par(coupon)), coupons[first], coupons[first + 1], xtol=1e-13))
