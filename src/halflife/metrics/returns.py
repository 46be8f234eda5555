"""What the lenders earn on the expected cash flows."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from halflife.foundation.axes import Floats
from halflife.foundation.grid import year_fraction
from halflife.metrics.case import Case, NoAnswer, Options
from halflife.metrics.defaults import Answer
from halflife.ratios import irr, moic
from halflife.waterfall.spec import FacilitySpec, FixedSpec

LOSS_ERROR = "error of the losses only, to first order: that of the mean present value of the loss over the annuity"


class LenderFlows(NamedTuple):
    """Expected flows of the lenders by month, USD: paid out (at the issue price) and received."""

    paid: Floats
    received: Floats


def flows(case: Case) -> LenderFlows:
    """Expected flows between the facilities and their lenders.

    Returns
    -------
    LenderFlows
        ``[month]``; interest that is capitalised is neither paid out nor received.

    Notes
    -----
    The debt drawn at the valuation date is what the first month's balance says. What is proved against a
    failed guarantor after the workout is not among the flows.
    """
    months = len(case.results.dates)
    paid, received = np.zeros(months), np.zeros(months)
    for f in case.facilities:
        name = case.axis.facilities[f]
        quantities = ("balance", "draw", "interest", "principal", "fees", "refinanced", "returned", "settled", "backed")
        one = {q: case.results.mean(q, name) for q in quantities}
        drawn = one["draw"].copy()
        opening = one["balance"][1] - drawn[1] + one["principal"][1] + one["refinanced"][1] + one["settled"][1]
        drawn = _cash_draws(case, name, drawn)
        drawn[0] = max(0.0, float(opening))
        price = case.terms.facilities[name].issue_price
        paid = paid + price * drawn
        received = received + one["interest"] + one["principal"] + one["fees"] + one["refinanced"]
        received = received + one["returned"] + one["backed"]
    return LenderFlows(paid, received)


def _cash_draws(case: Case, name: str, drawn: Floats) -> Floats:
    """Draws without the capitalised interest: capital expenditure that equity did not pay."""
    capitalising = [
        other
        for other, owner in zip(case.axis.facilities, case.axis.facility_borrower, strict=True)
        if owner == case.borrower and _capitalises(written_facility(case, other))
    ]
    if name not in capitalising:
        return drawn
    funded = np.maximum(0.0, case.mean("capex") - case.mean("equity"))
    others = [
        case.results.mean("draw", other)
        for other, owner in zip(case.axis.facilities, case.axis.facility_borrower, strict=True)
        if owner == case.borrower and other not in capitalising and case.terms.facilities[other].draws is not None
    ]
    funded = np.maximum(0.0, funded - sum(others, np.zeros(funded.size)))
    total = sum((case.results.mean("draw", other) for other in capitalising), np.zeros(funded.size))
    return np.minimum(drawn, drawn * np.divide(funded, total, out=np.zeros(funded.size), where=total > 0.0))


def _capitalises(facility: FacilitySpec) -> bool:
    return facility.draws is not None and facility.draws.interest == "capitalised"


def written_facility(case: Case, name: str) -> FacilitySpec:
    """The facility as written, or why it is not known."""
    if name not in case.terms.facilities:
        raise NoAnswer(case.terms.trouble or f"the term sheet in the record has no facility '{name}'")
    return case.terms.facilities[name]


def _known_flows(case: Case) -> LenderFlows:
    for f in case.facilities:
        written_facility(case, case.axis.facilities[f])
    found = flows(case)
    if found.paid.sum() <= 0.0:
        raise NoAnswer("nothing is drawn")
    return found


def _loss_error(case: Case) -> float:
    """Standard error of the yearly cost of losses, 1/yr."""
    found = case.sample.ratio(case.column("pv_loss"), case.column("annuity"))
    return 0.0 if found is None else found.error


def expected_yield(case: Case, options: Options) -> Answer:
    """Internal rate of return of the expected flows."""
    found = _known_flows(case)
    days = case.results.dates
    times = np.array([(day - days[0]).days / 365.25 for day in days])
    try:
        rate = irr(found.received - found.paid, times)
    except ValueError as error:
        raise NoAnswer(str(error)) from error
    return Answer(rate, _loss_error(case), f"after losses, at the issue price, compounded once a year; {LOSS_ERROR}")


def multiple(case: Case, options: Options) -> Answer:
    """Expected money back over expected money lent."""
    found = _known_flows(case)
    lent = float(found.paid.sum())
    lost = case.sample.mean(case.column("loss"))
    note = "after losses, undiscounted; error of the losses only"
    return Answer(float(moic(float(found.received.sum()), lent)), lost.error / lent, note)


def discount_margin(case: Case, options: Options) -> Answer:
    """Margin over the expected short rate at which the expected flows are worth what is lent."""
    found = _known_flows(case)
    days = case.results.dates
    lengths = np.array([year_fraction(a, b, "ACT/360") for a, b in pairwise(days)])
    index = economy_rate(case)[1:]
    net = found.received - found.paid

    def worth(margin: float) -> float:
        return float(net[0] + (net[1:] / np.cumprod(1.0 + (index + margin) * lengths)).sum())

    if worth(-0.9) * worth(10.0) > 0.0:
        raise NoAnswer("no margin prices the expected flows")
    margin = float(brentq(worth, -0.9, 10.0, xtol=1e-12))
    return Answer(
        margin * 1e4,
        _loss_error(case) * 1e4,
        f"after losses, over the mean short rate, ACT/360; {LOSS_ERROR}",
    )


def economy_rate(case: Case) -> Floats:
    """[month], mean short rate; what the record does not hold is the first or last value it has."""
    rate = case.results.mean("short_rate", "economy").copy()
    last = case.last_month
    rate[0] = rate[1]
    rate[last + 1 :] = rate[last]
    return rate


def loan_rate(case: Case) -> Floats:
    """[month], mean contract rate of the facilities by commitment, 1/yr."""
    total, weight = np.zeros(len(case.results.dates)), 0.0
    for f in case.facilities:
        facility = written_facility(case, case.axis.facilities[f])
        commitment, rate = float(case.results.commitments[f]), facility.rate
        if isinstance(rate, FixedSpec):
            total += commitment * rate.coupon
        else:
            total += commitment * (np.maximum(economy_rate(case), rate.floor) + rate.margin)
        weight += commitment
    return total / weight


def contract_spread(case: Case, options: Options) -> Answer:
    """Margin of the documents plus the discount at issue spread over the life of the debt."""
    if not case.facilities:
        raise NoAnswer("no facility")
    annuity = case.sample.mean(case.column("annuity")).value
    if annuity <= 0.0:
        raise NoAnswer("no debt is ever outstanding")
    margin, discount, weight = 0.0, 0.0, 0.0
    for f in case.facilities:
        facility = written_facility(case, case.axis.facilities[f])
        own = float(case.sample.mean(case.results.columns["annuity"][:, f]).value)
        margin += own * _margin(case, facility, case.axis.facilities[f])
        discount += (1.0 - facility.issue_price) * float(case.results.commitments[f])
        weight += own
    note = "as written, without error; the discount at issue counts on the whole commitment"
    return Answer(1e4 * (margin + discount) / weight, None, note)


def _margin(case: Case, facility: FacilitySpec, name: str) -> float:
    if not isinstance(facility.rate, FixedSpec):
        return facility.rate.margin
    balance = case.results.mean("balance", name)[: case.last_month + 1]
    if balance.sum() <= 0.0:
        raise NoAnswer("no debt is ever outstanding")
    rates = economy_rate(case)[: case.last_month + 1]
    return facility.rate.coupon - float((rates * balance).sum() / balance.sum())
