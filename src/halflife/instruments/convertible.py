"""Convertible notes on a tree that carries shares and cash apart: Tsiveriotis and Fernandes (1998).

What the holder may end up with in shares is discounted at the riskless rate, what can only come in cash at the riskless
rate and the issuer's spread. Shares are not hit by the default itself; where they would be, this is too generous.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import ceil, copysign, exp, expm1, inf, log, sqrt
from typing import Any, NamedTuple, TypeVar

import numba
import numpy as np
from scipy.special import ndtr

from halflife.foundation.axes import Floats
from halflife.foundation.compiled import folder
from halflife.foundation.errors import Finding, SpecError
from halflife.instruments.bounds import accept, finite, outside, positive

Function = TypeVar("Function", bound=Callable[..., Any])

STEPS, MOST_STEPS = 801, 20_001
_SAME_DAY = 1e-9  # years; dates closer than this are one

numba.config.CACHE_DIR = str(folder())  # before the kernel is declared
_compiled: Callable[[Function], Function] = numba.njit(cache=True, error_model="numpy", nogil=True)


class Call(NamedTuple):
    """The issuer's right to redeem; the holder may convert instead."""

    start: float
    """yr from today"""
    end: float
    """yr from today"""
    price: float
    """USD per note, without accrued interest, which is paid on top"""
    trigger: float = 0.0
    """USD per share, which the share must have reached: a soft call, seen on the day instead of 20 days of 30"""


class Put(NamedTuple):
    """The holder's right to be redeemed on a day."""

    date: float
    """yr from today"""
    price: float
    """USD per note, without accrued interest, which is paid on top"""


class Note(NamedTuple):
    """One convertible note."""

    face: float
    """USD"""
    conversion_price: float
    """USD of face per share"""
    maturity: float
    """yr from today"""
    coupon: float = 0.0
    """1/yr, of face; who holds on the day is paid, whether he converts then or not"""
    frequency: int = 2
    """coupons a year"""
    converts_from: float = 0.0
    """yr from today; at maturity conversion is possible in any case"""
    calls: tuple[Call, ...] = ()
    puts: tuple[Put, ...] = ()

    @property
    def ratio(self) -> float:
        """Shares per note."""
        return self.face / self.conversion_price


class Share(NamedTuple):
    """The share a note converts into."""

    price: float
    """USD"""
    volatility: float
    """1/sqrt(yr)"""
    dividend_yield: float = 0.0
    """1/yr, continuous"""


class Worth(NamedTuple):
    """Price of a note."""

    price: float
    """USD, accrued interest included"""
    cash_only: float
    """USD of it that can only come in cash"""
    delta: float
    """shares that move as the note does"""


class Lattice(NamedTuple):
    """A note laid on a tree; `layer` is a date, `node` counts rises of the share."""

    low: Floats
    """[layer], USD: share that has only fallen"""
    climb: Floats
    """[node]: share over the lowest of its layer"""
    cell: float
    """share that a node stands for, as the logarithm of its width"""
    chance: float
    """of a rise"""
    keep_shares: float
    """discount of a step at the riskless rate"""
    keep_cash: float
    """discount of a step at the riskless rate and the spread"""
    face: float
    """USD"""
    ratio: Floats
    """[layer], shares; 0 where the note cannot be converted"""
    coupon: Floats
    """[layer], USD at this layer for what is paid before the next"""
    call: Floats
    """[layer], USD; infinite where the issuer cannot call"""
    trigger: Floats
    """[layer], USD per share"""
    put: Floats
    """[layer], USD; 0 where the holder cannot put"""


@_compiled
def roll_back(lattice: Lattice) -> Floats:
    """Roll a note back from maturity to today.

    Parameters
    ----------
    lattice : Lattice

    Returns
    -------
    [4], USD
        Part in shares and part in cash today; whole price at the lower and the upper node one step on.

    Notes
    -----
    At a node the issuer calls what is worth more than the call price, the holder puts what is worth less than the
    put price, and converts whenever the shares are worth no less. Conversion leaves nothing in cash; redemption
    nothing in shares. Where a call makes the two worth the same, a node takes of each what its cell has of each:
    the price is untouched, but the split between shares and cash would otherwise hang on where the nodes happen to lie.

    References
    ----------
    Tsiveriotis and Fernandes (1998), "Valuing convertible bonds with credit risk", Journal of Fixed Income 8.
    """
    steps = len(lattice.low) - 1
    shares, cash = np.empty(steps + 1), np.empty(steps + 1)
    for j in range(steps + 1):
        parity = lattice.ratio[steps] * lattice.low[steps] * lattice.climb[j]
        converts = parity >= lattice.face
        shares[j] = parity if converts else 0.0
        cash[j] = 0.0 if converts else lattice.face
    fall = 1.0 - lattice.chance
    share_up, share_down = lattice.keep_shares * lattice.chance, lattice.keep_shares * fall
    cash_up, cash_down = lattice.keep_cash * lattice.chance, lattice.keep_cash * fall
    answer = np.empty(4)
    for i in range(steps - 1, -1, -1):
        if i == 0:
            answer[2], answer[3] = shares[0] + cash[0], shares[1] + cash[1]
        low, ratio, coupon = lattice.low[i], lattice.ratio[i], lattice.coupon[i]
        call, trigger, put = lattice.call[i], lattice.trigger[i], lattice.put[i]
        for j in range(i + 1):
            in_shares = share_up * shares[j + 1] + share_down * shares[j]
            in_cash = cash_up * cash[j + 1] + cash_down * cash[j] + coupon
            share = low * lattice.climb[j]
            parity, kept = ratio * share, in_shares + in_cash
            uncalled = max(kept, put)
            converts, holds = parity >= uncalled, uncalled == kept
            in_shares = parity if converts else (in_shares if holds else 0.0)
            in_cash = 0.0 if converts else (in_cash if holds else uncalled)
            if kept > call:
                redeemed = max(call, put)
                taken = max(redeemed, parity)
                hit = min(max(0.5 + (share / trigger - 1.0) / lattice.cell, 0.0), 1.0)
                above = min(max(0.5 + (parity / redeemed - 1.0) / lattice.cell, 0.0), 1.0)
                in_shares = (1.0 - hit) * in_shares + hit * above * taken
                in_cash = (1.0 - hit) * in_cash + hit * (1.0 - above) * taken
            shares[j], cash[j] = in_shares, in_cash
    answer[0], answer[1] = shares[0], cash[0]
    return answer


def _right_findings(note: Note) -> list[Finding]:
    found = []
    for i, call in enumerate(note.calls):
        found += outside(f"calls[{i}].start", call.start, 0.0, note.maturity)
        found += outside(f"calls[{i}].end", call.end, call.start, note.maturity, fix="end it after it starts")
        found += positive(f"calls[{i}].price", call.price)
        found += outside(f"calls[{i}].trigger", call.trigger, 0.0, is_high_in=False)
    for i, put in enumerate(note.puts):
        found += outside(f"puts[{i}].date", put.date, 0.0, note.maturity, is_high_in=False)
        found += positive(f"puts[{i}].price", put.price)
    ends = sorted((call.start, call.end) for call in note.calls)
    for (_, end), (start, _) in pairwise(ends):
        if start < end:
            found.append(Finding("calls", f"two at {start:g} years", "one call at a time", "end one first"))
    return found


def _findings(note: Note, share: Share, rate: float, spread: float) -> list[Finding]:
    return [
        *positive("note.face", note.face),
        *positive("note.conversion_price", note.conversion_price, fix="state USD of face per share"),
        *positive("note.maturity", note.maturity),
        *outside("note.coupon", note.coupon, 0.0, is_high_in=False),
        *outside("note.frequency", note.frequency, 1.0, 366.0, fix="count the coupons of a year"),
        *outside("note.converts_from", note.converts_from, 0.0, is_high_in=False),
        *_right_findings(note),
        *positive("share.price", share.price),
        *positive("share.volatility", share.volatility),
        *outside("share.dividend_yield", share.dividend_yield, 0.0, is_high_in=False),
        *finite("rate", rate),
        *outside("spread", spread, 0.0, is_high_in=False),
    ]


def _step_findings(steps: int) -> list[Finding]:
    if steps % 2 == 1 and 3 <= steps <= MOST_STEPS:
        return []
    wanted = f"an odd number from 3 to {MOST_STEPS}"
    return [Finding("steps", str(steps), wanted, "take an odd number: the conversion price lies between two nodes")]


def _coupon_dates(note: Note) -> Floats:
    """Years until every coupon to come; one that falls today is paid already."""
    count = ceil(note.maturity * note.frequency - _SAME_DAY)
    return note.maturity - np.arange(count - 1, -1, -1) / note.frequency


def _accrued(note: Note, years: Floats) -> Floats:
    """USD of interest earned and not yet paid at given dates."""
    periods = (note.maturity - years) * note.frequency
    since = np.ceil(periods - _SAME_DAY) - periods
    return note.face * note.coupon / note.frequency * np.maximum(since, 0.0)


def _lay_coupons(note: Note, step: float, yearly: float, layers: int) -> Floats:
    """Hand every coupon to the layer before it, discounted to there."""
    laid: Floats = np.zeros(layers)
    for date in _coupon_dates(note):
        layer = max(0, ceil(date / step - _SAME_DAY) - 1)
        laid[layer] += note.face * note.coupon / note.frequency * exp(-yearly * (date - layer * step))
    return laid


def _chance(deviations: float, steps: int) -> float:
    """Chance of a rise for which more than half of the steps rise with probability ``N(deviations)``."""
    steep = (deviations / (steps + 1.0 / 3.0 + 0.1 / (steps + 1.0))) ** 2 * (steps + 1.0 / 6.0)
    return 0.5 + copysign(0.5 * sqrt(-expm1(-steep)), deviations)


def _grow(note: Note, share: Share, rate: float, steps: int) -> tuple[float, float, float]:
    """Chance of a rise, share after a rise and after a fall, with the conversion price between the middle nodes."""
    upper, lower = _deviations(note, share, rate)
    far = max(abs(upper), abs(lower))
    fix = "give more steps; so far away the note is all shares or all debt"
    accept(outside("share.price, standard deviations from the conversion price", far, 0.0, sqrt(steps), fix=fix))
    chance, weighted = _chance(lower, steps), _chance(upper, steps)
    growth = exp((rate - share.dividend_yield) * note.maturity / steps)
    return chance, growth * weighted / chance, growth * (1.0 - weighted) / (1.0 - chance)


def _lay(note: Note, share: Share, rate: float, spread: float, steps: int) -> Lattice:
    """Lay a note on the tree of its share."""
    step = note.maturity / steps
    chance, up, down = _grow(note, share, rate, steps)
    layers = np.arange(steps + 1)
    years: Floats = np.linspace(0.0, note.maturity, steps + 1)
    accrued = _accrued(note, years)
    call, trigger, put = np.full(steps + 1, inf), np.zeros(steps + 1), np.zeros(steps + 1)
    for right in note.calls:
        is_open = (years >= right.start - _SAME_DAY) & (years <= right.end + _SAME_DAY)
        call[is_open], trigger[is_open] = right.price + accrued[is_open], right.trigger
    for due in note.puts:
        layer = min(round(due.date / step), steps - 1)
        put[layer] = max(put[layer], due.price + accrued[layer])
    ratio = np.where((years >= note.converts_from - _SAME_DAY) | (layers == steps), note.ratio, 0.0)
    return Lattice(
        low=share.price * np.exp(layers * log(down)),
        climb=np.exp(layers * log(up / down)),
        cell=log(up / down),
        chance=chance,
        keep_shares=exp(-rate * step),
        keep_cash=exp(-(rate + spread) * step),
        face=note.face,
        ratio=ratio,
        coupon=_lay_coupons(note, step, rate + spread, steps + 1),
        call=call,
        trigger=trigger,
        put=put,
    )


def _deviations(note: Note, share: Share, rate: float) -> tuple[float, float]:
    """Return ``d1`` and ``d2`` of the right to convert at maturity."""
    deviation = share.volatility * sqrt(note.maturity)
    drift = (rate - share.dividend_yield) * note.maturity
    upper = (log(share.price / note.conversion_price) + drift) / deviation + 0.5 * deviation
    return upper, upper - deviation


def split_tree(note: Note, share: Share, rate: float, spread: float, steps: int = STEPS) -> Worth:
    """Price a convertible note with the rights of issuer and holder.

    Parameters
    ----------
    note : Note
    share : Share
    rate : 1/yr, continuous
        Riskless.
    spread : 1/yr, continuous, non-negative
        Of the issuer's straight debt.
    steps : of the tree, odd
        A put falls on the nearest layer. The error of a note converted at maturity falls with the square of the
        steps. That of a hard call does not settle below some 0.3 %: the model's split jumps where the holder of a
        called note may as well convert.

    Returns
    -------
    Worth

    Raises
    ------
    SpecError
        If an input is outside its range, the steps are even, or the share is beyond their reach;
        all offenders are named.

    References
    ----------
    Tsiveriotis and Fernandes (1998); Leisen and Reimer (1996), "Binomial models for option valuation", Applied
    Mathematical Finance 3 (the tree, with the inversion of Peizer and Pratt);
    tests/reference/m3-convert-tf-european/SOURCE.md
    """
    accept(_findings(note, share, rate, spread), _step_findings(steps))
    lattice = _lay(note, share, rate, spread, steps)
    in_shares, in_cash, lower, upper = (float(part) for part in roll_back(lattice))
    delta = (upper - lower) / float(lattice.low[1] * (lattice.climb[1] - 1.0))
    return Worth(in_shares + in_cash, in_cash, delta)


def at_maturity(note: Note, share: Share, rate: float, spread: float) -> Worth:
    """Price a note that can be converted at maturity only, and that nobody can call or put.

    Parameters
    ----------
    note, share, rate, spread : as for `split_tree`

    Returns
    -------
    Worth
        ``ratio S exp(-q T) N(d1) + F exp(-(r + c) T) N(-d2)`` and the coupons at ``r + c``: the limit that the tree
        is held against.

    Raises
    ------
    SpecError
        If an input is outside its range, or the note has rights before maturity.

    References
    ----------
    The split of Tsiveriotis and Fernandes (1998) in closed form; tests/reference/m3-convert-tf-european/SOURCE.md
    """
    accept(_findings(note, share, rate, spread))
    if note.calls or note.puts or note.converts_from < note.maturity - _SAME_DAY:
        wanted = "no calls, no puts, conversion from maturity"
        raise SpecError([Finding("note", "rights before maturity", wanted, "price it by split_tree")])
    years, leak = note.maturity, share.dividend_yield
    upper, lower = _deviations(note, share, rate)
    coupons = note.face * note.coupon / note.frequency * np.exp(-(rate + spread) * _coupon_dates(note)).sum()
    in_shares = note.ratio * share.price * exp(-leak * years) * float(ndtr(upper))
    redeemed = note.face * exp(-(rate + spread) * years)
    in_cash = redeemed * float(ndtr(-lower)) + float(coupons)
    steep = note.ratio * exp(-leak * years) * exp(-0.5 * upper**2) - redeemed / share.price * exp(-0.5 * lower**2)
    delta = note.ratio * exp(-leak * years) * float(ndtr(upper)) + steep / (
        share.volatility * sqrt(2.0 * np.pi * years)
    )
    return Worth(in_shares + in_cash, in_cash, delta)
