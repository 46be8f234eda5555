"""The spread that pays for the risk: expected loss, the price of bearing it, and illiquidity if given."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from halflife.facts import load_spreads
from halflife.foundation.axes import Floats, Ints
from halflife.metrics.case import Case, NoAnswer, Options
from halflife.metrics.defaults import Answer
from halflife.metrics.returns import contract_spread

BUMP = 1e-3


class SpreadParts(NamedTuple):
    """Spreads in bp and their errors; those of premium and whole hold that of the price of risk."""

    loss: float
    loss_error: float
    premium: float
    premium_error: float
    whole_error: float


def shift(real: Floats, years: Floats, theta: float) -> Floats:
    """Turn real-world cumulative PDs into those the market charges for.

    Parameters
    ----------
    real : [any], probability
    years : [any], years
    theta : market price of default risk, 1/sqrt(yr)

    Returns
    -------
    [any], probability
        ``Phi(Phi^-1(real) + theta sqrt(years))``; 0 and 1 stay.

    References
    ----------
    Kealhofer (2003), "Quantifying credit risk II", FAJ 59(3); Wang (2000), J. Risk and Insurance 67.
    """
    inside = np.clip(real, 1e-300, 1.0 - 1e-16)
    shifted = ndtr(ndtri(inside) + theta * np.sqrt(years))
    return np.where(real <= 0.0, 0.0, np.where(real >= 1.0, 1.0, shifted))


def spreads(sums: Floats, ends: Floats, theta: float) -> tuple[float, float]:
    """Break-even spreads for the expected loss, and for the loss under the shifted PD.

    Parameters
    ----------
    sums : [bucket, 3]
        Weight, present value of the loss and annuity of the paths that default in each year; survivors last.
    ends : [bucket - 1], years
        End of each year.
    theta : market price of default risk, 1/sqrt(yr)

    Returns
    -------
    spread for the expected loss, spread under the shifted PD : 1/yr

    Notes
    -----
    The paths that default in a year are reweighted by shifted over real probability of that year, the
    survivors by what is left. Severities within a year are not shifted. Years without a default keep none.
    """
    weight, loss, annuity = sums[:, 0], sums[:, 1], sums[:, 2]
    held = annuity.sum()
    if held <= 0.0:
        return 0.0, 0.0
    real = weight / weight.sum()
    shifted = np.diff(shift(np.cumsum(real[:-1]), ends, theta), prepend=0.0)
    has_default = real[:-1] > 0.0
    shifted = np.where(has_default, shifted, 0.0)
    tilt = np.ones(real.size)
    np.divide(shifted, real[:-1], out=tilt[:-1], where=has_default)
    tilt[-1] = (1.0 - shifted.sum()) / real[-1] if real[-1] > 0.0 else 1.0
    return float(loss.sum() / held), float((tilt * loss).sum() / (tilt * annuity).sum())


def _buckets(case: Case) -> tuple[Ints, Floats]:
    """Year of default of each path, survivors after the last; and the end of each year."""
    years = math.ceil(max(case.last_month, 1) / 12)
    place = np.where(case.default_month > 0, np.minimum((case.default_month - 1) // 12, years - 1), years)
    ends = np.minimum(np.arange(1.0, years + 1.0), case.last_month / 12.0)
    return place.astype(np.int64), ends


def parts(case: Case) -> SpreadParts:
    """Both parts of the fair spread, with errors by the jackknife and from the price of risk."""
    place, ends = _buckets(case)
    columns = (np.ones(case.sample.paths), case.column("pv_loss"), case.column("annuity"))
    if case.sample.mean(columns[2]).value <= 0.0:
        raise NoAnswer("no debt is ever outstanding")
    price = load_spreads().price_of_risk
    size = ends.size + 1

    def totals(group: Ints, count: int) -> Floats:
        cells = group * size + place
        summed = [np.bincount(cells, case.sample.weights * x, minlength=count * size) for x in columns]
        return np.stack([one.reshape(count, size) for one in summed], axis=-1)

    def answer(sums: Floats) -> list[float]:
        plain, charged = spreads(sums, ends, price.value)
        return [plain, charged - plain, charged]

    whole = totals(np.zeros(case.sample.paths, dtype=np.int64), 1)[0]
    plain, premium, charged = answer(whole)
    errors = case.sample.jackknife(totals, answer)
    slope = (spreads(whole, ends, price.value + BUMP)[1] - charged) / BUMP
    of_price = abs(slope) * (price.standard_error or 0.0)
    return SpreadParts(
        1e4 * plain,
        1e4 * float(errors[0]),
        1e4 * premium,
        1e4 * math.hypot(float(errors[1]), of_price),
        1e4 * math.hypot(float(errors[2]), of_price),
    )


def el_spread(case: Case, options: Options) -> Answer:
    """Yearly spread that pays for the expected loss."""
    found = parts(case)
    return Answer(found.loss, found.loss_error, "error by the jackknife")


def risk_premium(case: Case, options: Options) -> Answer:
    """Spread for bearing default risk, from the market price of risk in corporate bonds."""
    found, price = parts(case), load_spreads().price_of_risk
    note = (
        f"price of risk {price.value:.2f} ± {price.standard_error or 0.0:.2f} per root year "
        f"({price.sample}, {price.date}), its error included; severities are not shifted"
    )
    return Answer(found.premium, found.premium_error, note)


def illiquidity_premium(case: Case, options: Options) -> Answer:
    """Spread for holding a loan that can hardly be sold, as given."""
    given, error = options.get("illiquidity_bp"), options.get("illiquidity_se_bp")
    if given is None:
        raise NoAnswer("not given: it is estimated from quoted deals with this deal left out, by calibration")
    note = "given, estimated from quoted deals" + ("" if error is not None else "; given without an error")
    return Answer(float(given), None if error is None else float(error), note)


def fair_spread(case: Case, options: Options) -> Answer:
    """Expected loss, risk premium and, if given, illiquidity premium together."""
    found = parts(case)
    given, error = options.get("illiquidity_bp"), options.get("illiquidity_se_bp")
    value = found.loss + found.premium + float(given or 0.0)
    whole = math.hypot(found.whole_error, float(error or 0.0))
    note = "with the illiquidity premium given" if given is not None else "no illiquidity premium is given"
    return Answer(value, whole, note)


def spread_cushion(case: Case, options: Options) -> Answer:
    """Contract spread less fair spread: what the lenders are paid beyond the risk."""
    fair, contract = fair_spread(case, options), contract_spread(case, options)
    return Answer(contract.value - fair.value, fair.error, fair.note)
