"""Which rating the numbers would have, as an interval, and the ratings of the people behind the deal."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from halflife.facts import cumulative_pd, letter, load_hazard, load_rating_tables, notch
from halflife.metrics import defaults, losses
from halflife.metrics.case import Case, NoAnswer, Options
from halflife.metrics.debt import wal
from halflife.metrics.defaults import Answer
from halflife.metrics.sample import Estimated

BEST, WEAKEST = 1.0, 19.0
EL_TABLE = "sp-fit-el"


def implied(default_probability: float, years: float) -> float:
    """Numeric grade whose fitted cumulative PD over the years is the one given; held at the scale's ends.

    Parameters
    ----------
    default_probability : decimal
    years : years, positive

    References
    ----------
    The curve behind the shipped rating tables: `facts.cumulative_pd`.
    """

    def excess(grade: float) -> float:
        return float(cumulative_pd(grade, np.asarray(years))) - default_probability

    if excess(BEST) >= 0.0:
        return BEST
    if excess(WEAKEST) <= 0.0:
        return WEAKEST
    return float(brentq(excess, BEST, WEAKEST, xtol=1e-6))


def _interval(point: float, low: float, high: float, years: float, what: str) -> Answer:
    """A grade with its interval, rounded outwards to whole notches."""
    grades = [implied(value, years) for value in (point, low, high)]
    best, worst = math.floor(grades[1] + 1e-9), math.ceil(grades[2] - 1e-9)
    text = letter(grades[0]) if best == worst else f"{letter(grades[0])} ({letter(best)} to {letter(worst)})"
    note = f"{what} over {years:.1f} years against the {load_hazard().source}"
    return Answer(grades[0], (grades[2] - grades[1]) / 4.0, note, float(best), float(worst), text)


def implied_by_pd(case: Case, options: Options) -> Answer:
    """Grade of a firm with the same probability of default to the horizon."""
    years, found = defaults.horizon(case, options), defaults.pd(case, options)
    error = found.error or 0.0
    low = max(found.value - 2.0 * error, 0.0)
    high = found.value + 2.0 * error if found.value > 0.0 else float(found.high or 0.0)
    return _interval(found.value, low, high, years, "PD")


def implied_by_el(case: Case, options: Options) -> Answer:
    """Grade of a senior unsecured bond with the same expected loss over the life of the debt."""
    years = float(options.get("years") or wal(case, options).value)
    found = losses.el(case, options)
    return grade_of_loss(Estimated(found.value, found.error or 0.0), years, case.sample.paths)


def grade_of_loss(el: Estimated, years: float, paths: int) -> Answer:
    """Grade of a senior unsecured bond with the same expected loss over so many years.

    Parameters
    ----------
    el : of the balance;  years : life of the debt;  paths : on which the loss was estimated

    References
    ----------
    The curve behind the shipped rating tables; without a loss on any path the interval reaches to the upper end of
    what so few paths can exclude.
    """
    table = next(table for table in load_rating_tables().tables if table.name == EL_TABLE)
    severity = 1.0 - (table.recovery or 0.0)
    high = el.value + 2.0 * el.error
    if el.value == 0.0:
        high = defaults.UPPER_WITHOUT_DEFAULTS / paths * severity
    point, low, high = (min(max(end, 0.0) / severity, 1.0) for end in (el.value, el.value - 2.0 * el.error, high))
    what = f"EL over a loss severity of {severity:.0%}, at the weighted average life,"
    return _interval(point, low, high, years, what)


def party_rating(case: Case, options: Options) -> Answer:
    """Rating of the party as the term sheet gives it, outlook included."""
    party = case.terms.parties.get(case.entity)
    if party is None:
        raise NoAnswer(case.terms.trouble or "the term sheet in the record has no party of this name")
    if party.rating is None:
        raise NoAnswer("unrated: its hazard comes from its cash, burn and the funding market")
    value = min(max(notch(party.rating) + (party.outlook_notches or 0.0), BEST), WEAKEST)
    roles = ", ".join(party.roles)
    return Answer(value, None, f"as written, not estimated; {roles}", text=str(party.rating))


def notches_below_offtaker(case: Case, options: Options) -> Answer:
    """Notches by which the deal's grade by PD lies below that of its weakest rated customer."""
    rated = [
        min(max(notch(party.rating) + (party.outlook_notches or 0.0), BEST), WEAKEST)
        for party in case.terms.parties.values()
        if party.rating is not None and "offtaker" in party.roles
    ]
    if not rated:
        raise NoAnswer(case.terms.trouble or "no offtaker is rated")
    found = implied_by_pd(case, options)
    note = f"customer {letter(max(rated))}, deal {letter(found.value)}; negative: the deal is better"
    return Answer(found.value - max(rated), found.error, note)
