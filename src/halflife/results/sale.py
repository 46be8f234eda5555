"""The record of a liquidation study: what a seized fleet brings, with bands and where its figures come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from halflife.foundation.axes import Floats


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over the paths: its mean with standard error, and what 5, 50 and 95 % of the paths stay below."""

    mean: float
    standard_error: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim on the proceeds.

    name, owed : USD;  paid : USD;  whole : share of paths on which it is paid in full, with standard error
    """

    name: str
    owed: float
    paid: Spread
    whole: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure behind the answer.

    name, words : what it is and what was used
    source : where it comes from, or why it is assumed
    low_third, high_third : middle of the realisable loan to value where the figure lies in its lowest and in its
        highest third; None where it is not a range
    """

    name: str
    words: str
    source: str
    low_third: float | None = None
    high_third: float | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """A liquidation.

    Parameters
    ----------
    title : what is sold;  policy : how, in words;  valuation : the day before the first month
    seed, paths : of the run
    spreads : named results: USD, shares, months or multiples as `UNITS` says
    steps : from paper to cash, (what is lost or left, mean USD), in order
    claims : in order of priority
    fans : by name, ``[level, month]``, levels 5, 25, 50, 75 and 95 %; month 0 first; NaN where nobody sells
    figures : behind the answer
    notes : sentences that a reader must know
    """

    title: str
    policy: str
    valuation: date
    seed: int
    paths: int
    debt: float
    units: int
    spreads: dict[str, Spread]
    steps: tuple[tuple[str, float], ...]
    claims: tuple[Claim, ...]
    fans: dict[str, Floats]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]


UNITS = {
    "paper value": "USD", "appraised value": "USD", "proceeds": "USD", "present value of proceeds": "USD",
    "coins": "USD",
    "price received": "share of appraised", "price per machine": "USD per machine",
    "months to the first sale": "months", "months to the last sale": "months",
    "paper LTV": "multiple", "appraised LTV": "multiple", "realisable LTV": "multiple",
    "loss": "USD", "rest sold at the end": "share of machines",
}  # fmt: skip
"""Unit of every spread."""
LEVELS = (5.0, 25.0, 50.0, 75.0, 95.0)
"""Per cent: rows of a fan."""
