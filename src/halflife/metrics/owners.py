"""What the owners and the guarantor put in and get back."""

from __future__ import annotations

import numpy as np

from halflife.metrics.case import Case, NoAnswer, Options
from halflife.metrics.defaults import Answer, error_note

AT_RISKLESS = "present values at the riskless rate"


def equity_loss(case: Case, options: Options) -> Answer:
    """Expected shortfall of what the owners get back below what they paid in, over what they paid in."""
    paid, back = case.column("equity_in"), case.column("equity_out")
    found = case.sample.ratio(np.maximum(paid - back, 0.0), paid)
    if found is None:
        raise NoAnswer("the owners pay nothing in")
    return Answer(found.value, found.error, AT_RISKLESS)


def equity_multiple(case: Case, options: Options) -> Answer:
    """Expected value taken out over expected value paid in."""
    found = case.sample.ratio(case.column("equity_out"), case.column("equity_in"))
    if found is None:
        raise NoAnswer("the owners pay nothing in")
    return Answer(found.value, found.error, AT_RISKLESS)


def equity_loss_probability(case: Case, options: Options) -> Answer:
    """Probability that the owners get back less than they paid in."""
    paid, back = case.column("equity_in"), case.column("equity_out")
    if not paid.any():
        raise NoAnswer("the owners pay nothing in")
    found = case.sample.mean((back < paid).astype(np.float64))
    return Answer(found.value, found.error, f"{AT_RISKLESS}; {error_note(case)}".removesuffix("; "))


def support(case: Case, options: Options) -> Answer:
    """Expected payments of the guarantor."""
    found = case.sample.mean(case.column("support"))
    return Answer(found.value, found.error, f"{AT_RISKLESS}; {error_note(case)}".removesuffix("; "))
