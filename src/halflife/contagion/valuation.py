"""What a claim on a debtor is worth, as a function of the debtor's state: the part of the solver one can exchange.

Every way in which distress travels through claims is such a function: full payment or what is left
(Eisenberg and Noe), the same after costs of bankruptcy (Rogers and Veraart), a fixed recovery (Furfine), in step with
the equity (linear DebtRank), or by the odds of a default to come (Merton, Black and Cox). All never fall when the
debtor's equity rises, so greatest and least solutions exist. A node's rule is an integer, its parameters are
two columns, and nodes of one network may follow different rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import ArrayLike

from halflife.contagion.arrays import Reader
from halflife.foundation.axes import Floats, Ints
from halflife.foundation.backend import Number
from halflife.foundation.elementary import log, normal_cdf

CLEARING, FIXED_RECOVERY, IN_STEP, FIRST_PASSAGE, AT_HORIZON = range(5)

SOLVENT = 1e-13
"""Deficit, as a share of all that is owed, that counts as rounding: who is worth exactly what he owes must not fail."""

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function of arrays; kept on disk, without fast-math, free of Python's lock."""
    return cast(Function, numba.njit(cache=True, error_model="numpy", nogil=True, fastmath=False)(function))


class Valuation(NamedTuple):
    """A rule and its two parameters, each a number, ``[node]`` or ``[scenario, node]``."""

    kind: Ints
    first: Floats
    second: Floats


def _rule(
    kind: int, first: tuple[str, ArrayLike], second: tuple[str, ArrayLike], bounds: tuple[float, float]
) -> Valuation:
    """Check both parameters; `bounds` are the largest numbers each may be."""
    reader = Reader()
    columns = []
    for (where, numbers), most in zip((first, second), bounds, strict=True):
        array = np.array(numbers, dtype=np.float64)
        reader.refuse(where, array, ~(array >= 0.0) | (array > most), f"from 0 to {most:g}", "correct the parameter")
        columns.append(array)
    reader.close()
    return Valuation(np.array(kind, dtype=np.int64), columns[0], columns[1])


def rogers_veraart(assets_kept: ArrayLike = 1.0, claims_kept: ArrayLike = 1.0) -> Valuation:
    """Full payment, or what is left after the costs of bankruptcy; without costs the rule of Eisenberg and Noe.

    Parameters
    ----------
    assets_kept, claims_kept : fractions
        Of outside assets [alpha] and of claims on other nodes [beta] that survive a bankruptcy.

    Returns
    -------
    Valuation
        1 for a solvent debtor, else ``(alpha outside + beta received - senior) / due``, at least 0.

    References
    ----------
    Eisenberg and Noe (2001), "Systemic risk in financial systems", Management Science 47; Rogers and Veraart (2013),
    "Failure and rescue in an interbank network", Management Science 59.
    """
    return _rule(CLEARING, ("assets_kept", assets_kept), ("claims_kept", claims_kept), (1.0, 1.0))


def furfine(recovery: ArrayLike) -> Valuation:
    """Full payment, or a fixed share of face.

    Parameters
    ----------
    recovery : fraction

    References
    ----------
    Furfine (2003), "Interbank exposures: quantifying the risk of contagion", JMCB 35.
    """
    return _rule(FIXED_RECOVERY, ("recovery", recovery), ("unused", 0.0), (1.0, 1.0))


def in_step(equity: ArrayLike) -> Valuation:
    """A claim loses the share of face that its debtor lost of its equity: the rule of linear DebtRank.

    Parameters
    ----------
    equity : USD, positive
        Of every node before the shock.

    References
    ----------
    Bardoscia, Battiston, Caccioli and Caldarelli (2015), "DebtRank: a microscopic foundation for shock propagation",
    PLoS ONE 10.
    """
    return _rule(IN_STEP, ("equity", equity), ("unused", 0.0), (np.inf, 1.0))


def black_cox(volatility: ArrayLike, years: float, recovery: ArrayLike) -> Valuation:
    """Value before maturity when default comes the first day that outside assets no longer cover the rest.

    Parameters
    ----------
    volatility : per square root of a year
        Of outside assets, lognormal without drift.
    years : years
        To maturity.
    recovery : fraction
        Of face, on default.

    Returns
    -------
    Valuation
        ``1 - (1 - R) PD``, ``PD = N((s^2 / 2 - b) / s) + (A / K) N(-(s^2 / 2 + b) / s)`` with outside assets ``A``,
        barrier ``K = A - equity``, ``b = ln(A / K)``, ``s = volatility sqrt(years)``.

    References
    ----------
    Black and Cox (1976), "Valuing corporate securities", JF 31; Barucca et al. (2020), "Network valuation in financial
    systems", Mathematical Finance 30.
    """
    spread = np.asarray(volatility, dtype=np.float64) * np.sqrt(years)
    return _rule(FIRST_PASSAGE, ("volatility", spread), ("recovery", recovery), (np.inf, 1.0))


def merton(volatility: ArrayLike, years: float, kept: ArrayLike = 1.0) -> Valuation:
    """Value before maturity when default is tested at maturity only; at zero volatility the rule of Rogers and Veraart.

    Parameters
    ----------
    volatility, years
        As for `black_cox`.
    kept : fraction
        Of all assets that survives a bankruptcy.

    Returns
    -------
    Valuation
        Mean payment per unit of face over lognormal outside assets without drift: the odds of full payment and a
        difference of two calls.

    References
    ----------
    Merton (1974), "On the pricing of corporate debt", JF 29; Barucca et al. (2020).
    """
    spread = np.asarray(volatility, dtype=np.float64) * np.sqrt(years)
    return _rule(AT_HORIZON, ("volatility", spread), ("kept", kept), (np.inf, 1.0))


@compiled
def is_solvent(equity: Number, owed: Number) -> Any:
    """Say whether assets cover all that is owed, but for rounding."""
    return equity >= -SOLVENT * owed


@compiled
def first_passage_value(equity: Number, outside: Number, spread: Number, recovery: Number) -> Number:
    """Worth of one unit of face under `black_cox`."""
    barrier = outside - equity
    if barrier <= 0.0:
        return 1.0
    if equity <= 0.0:
        return recovery
    if spread <= 0.0:
        return 1.0
    distance = log(outside / barrier)
    half = 0.5 * spread * spread
    odds = normal_cdf((half - distance) / spread) + outside / barrier * normal_cdf(-(half + distance) / spread)
    return 1.0 - (1.0 - recovery) * min(1.0, odds)


@compiled
def call(outside: Number, strike: Number, spread: Number) -> Number:
    """Mean of what lognormal outside assets without drift exceed a strike by."""
    if strike <= 0.0:
        return outside - strike
    if spread <= 0.0 or outside <= 0.0:
        return max(0.0, outside - strike)
    above = log(outside / strike) / spread + 0.5 * spread
    return outside * normal_cdf(above) - strike * normal_cdf(above - spread)


@compiled
def value_at_horizon(
    outside: Number, received: Number, senior: Number, due: Number, spread: Number, kept: Number
) -> Number:
    """Worth of one unit of face under `merton`.

    Outside assets above `whole` pay in full; below it, creditors get ``kept (assets - nothing)``, senior debt paid.
    """
    whole = senior + due - received
    if whole <= 0.0 or due <= 0.0:
        return 1.0
    if spread <= 0.0 or outside <= 0.0:
        odds = 1.0 if is_solvent(outside - whole, senior + due) else 0.0
    else:
        odds = normal_cdf(log(outside / whole) / spread - 0.5 * spread)
    nothing = senior / kept - received if kept > 0.0 else whole
    if nothing >= whole or odds >= 1.0:
        return odds
    left = call(outside, nothing, spread) - call(outside, whole, spread) - (whole - nothing) * odds
    return min(1.0, odds + kept * max(0.0, left) / due)


@compiled
def worth(
    kind: int,
    equity: Number,
    outside: Number,
    received: Number,
    senior: Number,
    due: Number,
    first: Number,
    second: Number,
) -> tuple[Number, Number]:
    """Worth of one unit of face of a debtor's claims, and its slope in what the debtor receives from other nodes.

    The slope is that of the straight piece the debtor is on; 0 on a flat or a curved one.
    """
    if kind == IN_STEP:
        if equity <= 0.0 or equity >= first:
            return (0.0, 0.0) if equity <= 0.0 else (1.0, 0.0)
        return equity / first, 1.0 / first
    if kind == FIRST_PASSAGE:
        return first_passage_value(equity, outside, first, second), 0.0
    if kind == AT_HORIZON:
        return value_at_horizon(outside, received, senior, due, first, second), 0.0
    if due <= 0.0 or is_solvent(equity, senior + due):
        return 1.0, 0.0
    if kind == FIXED_RECOVERY:
        return first, 0.0
    left = first * outside + second * received - senior
    return (0.0, 0.0) if left <= 0.0 else (min(1.0, left / due), second / due)
