"""The debt in the base case: rates, swap, schedules, and the contract price that a DSCR asks for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.foundation.grid import DayCount, TimeGrid
from halflife.foundation.names import Written
from halflife.waterfall.dates import draw_end_month, instalment_months, maturity_month, payment_months
from halflife.waterfall.schedule import (
    Terms,
    Walk,
    level,
    period_sums,
    sculpted,
    sculpting_dscr,
    straight,
    walk,
)
from halflife.waterfall.spec import (
    CustomSpec,
    DebtSpec,
    FacilitySpec,
    FixedSpec,
    LevelSpec,
    SculptedSpec,
    StraightSpec,
)

PASSES = 4
"""Swap rate and balance determine each other; so do principal and draws that overlap. Both settle fast."""


class Flows(NamedTuple):
    """One borrower's base case, ``[month]`` in USD; what each USD of an inferred price adds is apart."""

    cfads: Floats
    cfads_per_price: Floats
    capex: Floats
    target_dscr: float
    """0 where no price is inferred."""


class Loan(NamedTuple):
    """One facility's terms and base case.  rate : [month], 1/yr;  dscr : of the sculpting, 0 without."""

    spec: FacilitySpec
    terms: Terms
    walk: Walk
    rate: Floats
    coupon: float
    swap: float
    dscr: float


class Accruals:
    """Month lengths by day count, made once: ``[month], years`` with a zero for month 0."""

    def __init__(self, grid: TimeGrid) -> None:
        self.grid = grid
        self._made: dict[str, Floats] = {}

    def of(self, day_count: DayCount) -> Floats:
        """Lengths under one day count."""
        if day_count not in self._made:
            self._made[day_count] = np.concatenate((np.zeros(1), self.grid.year_fractions(day_count)))
        return self._made[day_count]


def terms_of(spec: FacilitySpec, grid: TimeGrid, accrual: Floats, capex: Floats) -> Terms:
    """A facility's terms as months and numbers."""
    draws, end = spec.draws, min(draw_end_month(spec, grid), grid.months)
    opening = spec.drawn if spec.drawn is not None else (0.0 if draws else spec.commitment)
    is_first = draws is not None and draws.equity == "first"
    share = draws.advance_rate if draws else 0.0
    return Terms(
        commitment=spec.commitment,
        opening=opening,
        accrual=accrual,
        payments=payment_months(spec, grid),
        instalments=instalment_months(spec, grid),
        maturity=maturity_month(spec, grid),
        draw_end=end,
        advance=1.0 if is_first else share,
        equity_first=(1.0 - share) * float(capex[: end + 1].sum()) if is_first else 0.0,
        is_capitalised=draws is not None and draws.interest == "capitalised",
    )


def by_rank(spec: DebtSpec) -> list[FacilitySpec]:
    """Facilities in the order in which their interest is paid, junior ones last."""
    order = [step.facility for step in spec.priority if step.pay == "interest" and step.facility is not None]
    rank = {name: place for place, name in reversed(list(enumerate(order)))}
    return sorted(spec.facilities, key=lambda f: (f.kind == "junior", rank.get(f.name, 0), f.name))


def service(loan: Loan) -> Floats:
    """Interest and scheduled principal actually paid, ``[month]`` in USD; balloons excluded."""
    return loan.walk.interest + loan.walk.principal


def settle_debt(
    written: Written[DebtSpec],
    flows: Flows,
    curve: Floats,
    grid: TimeGrid,
    accruals: Accruals,
    findings: list[Finding],
) -> tuple[list[Loan], float]:
    """Schedule one borrower's facilities and infer its contract price.

    Returns
    -------
    loans in rank, price in USD per machine-hour (0 where none is inferred)

    Notes
    -----
    With a sculpted facility: ``PV(CFADS after senior service) / (debt - PV(balloon))`` is the DSCR wanted.
    Without: CFADS over the scheduled service of all senior facilities is, both summed from the first
    principal period of the largest of them to its maturity. CFADS is linear in the price, so one division
    infers it.
    """
    price, is_open = 0.0, flows.target_dscr > 0.0
    senior, unfunded, loans = np.zeros_like(flows.cfads), flows.capex.copy(), list[Loan]()
    ranked = by_rank(written.spec)
    waits = is_open and not any(isinstance(f.amortisation, SculptedSpec) for f in ranked)
    for facility in ranked:
        terms = terms_of(facility, grid, accruals.of(facility.day_count), flows.capex)
        if isinstance(facility.amortisation, SculptedSpec) and is_open:
            price, is_open = _price_of_sculpting(facility, terms, flows, senior, unfunded, curve), False
        net = flows.cfads + price * flows.cfads_per_price - senior
        loan = _settle(facility, terms, net, flows.capex, unfunded, curve)
        if isinstance(facility.amortisation, SculptedSpec):
            _check_sculpting(written, loan, net, grid, findings)
        unfunded = unfunded - loan.walk.draws
        if facility.kind != "junior":
            senior = senior + service(loan)
        loans.append(loan)
    if waits:
        price = _price_of_coverage(loans, flows, senior)
    if flows.target_dscr > 0.0 and not (np.isfinite(price) and price > 0.0):
        findings.append(
            Finding(
                written.at("facilities"),
                f"an inferred contract price of {price:.4g} USD/h",
                f"a positive price at a DSCR of {flows.target_dscr:g}x",
                "the contracts end before the debt is served, or other cash flow covers it alone; "
                "check `term`, dates and amounts",
            )
        )
        price = 0.0
    return loans, price


def _rate(spec: FacilitySpec, curve: Floats, swap: float) -> tuple[Floats, float]:
    """Rate of each month, and the fixed part: coupon, or swap plus margin."""
    if isinstance(spec.rate, FixedSpec):
        return np.full(len(curve), spec.rate.coupon), spec.rate.coupon
    fixed = swap + spec.rate.margin
    floating = np.maximum(curve, spec.rate.floor) + spec.rate.margin
    return spec.rate.hedged_share * fixed + (1.0 - spec.rate.hedged_share) * floating, fixed


def _settle(spec: FacilitySpec, terms: Terms, net: Floats, capex: Floats, unfunded: Floats, curve: Floats) -> Loan:
    """Iterate rate, draws and principal until they agree."""
    is_hedged = not isinstance(spec.rate, FixedSpec) and spec.rate.hedged_share > 0.0
    overlaps = len(terms.instalments) > 0 and terms.instalments[0] <= terms.draw_end
    swap = float(curve[1 : terms.maturity + 1].mean())
    principal, dscr = np.zeros_like(curve), 0.0
    for _ in range(PASSES if is_hedged or overlaps else 1):
        rate, coupon = _rate(spec, curve, swap)
        if not overlaps:
            principal = np.zeros_like(curve)
        free = walk(terms, rate, capex, unfunded, principal)
        principal, dscr = _principal(spec, terms, rate, free, net)
        done = walk(terms, rate, capex, unfunded, principal)
        swap = _swap(terms, done, curve)
    return Loan(spec, terms, done, rate, coupon, swap, dscr)


def _swap(terms: Terms, done: Walk, curve: Floats) -> float:
    """Average of the base curve over the life of the balance: the fixed rate of an amortising swap.

    Undiscounted, and without the floor; weighted by balance and month length.
    """
    weight = done.opening * terms.accrual
    total = float(weight.sum())
    return float((curve * weight).sum() / total) if total > 0.0 else float(curve[1 : terms.maturity + 1].mean())


def _periods(terms: Terms, rate: Floats, free: Walk, every: int) -> tuple[Floats, float]:
    """Interest of each principal period per unit of the balance at its start, and that first balance."""
    first = int(terms.instalments[0])
    debt = float(free.drawn[-1] - free.principal[:first].sum())
    rates = period_sums(rate * terms.accrual, terms.instalments, every)
    if debt > 0.0:
        rates[0] = free.interest[first] / debt
    return rates, debt


def _principal(spec: FacilitySpec, terms: Terms, rate: Floats, free: Walk, net: Floats) -> tuple[Floats, float]:
    """Scheduled principal by month in USD, and the DSCR if it is sculpted."""
    principal, loan, count = np.zeros_like(rate), spec.amortisation, len(terms.instalments)
    drawn = float(free.drawn[-1])
    if loan.kind == "bullet" or count == 0 or drawn <= 0.0:
        return principal, 0.0
    balloon = _balloon(spec)
    if isinstance(loan, CustomSpec):
        principal[terms.instalments[: len(loan.shares)]] = np.array(loan.shares) * drawn
    elif isinstance(loan, StraightSpec):
        principal[terms.instalments] = straight(count, balloon) * drawn
    elif isinstance(loan, LevelSpec):
        rates, debt = _periods(terms, rate, free, spec.every)
        principal[terms.instalments] = level(rates, balloon) * debt
    else:
        rates, debt = _periods(terms, rate, free, spec.every)
        cash = period_sums(net, terms.instalments, spec.every)
        dscr = sculpting_dscr(cash, rates, debt, balloon)
        if dscr <= 0.0:
            return principal, dscr
        principal[terms.instalments] = sculpted(cash, rates, debt, dscr)
        return principal, dscr
    return principal, 0.0


def _balloon(spec: FacilitySpec) -> float:
    """Share left for maturity; a lease amortises to its residual."""
    if spec.lease is not None:
        return spec.lease.booked
    return getattr(spec.amortisation, "balloon", 0.0)


def _price_of_sculpting(
    spec: FacilitySpec, terms: Terms, flows: Flows, senior: Floats, unfunded: Floats, curve: Floats
) -> float:
    """Price at which a sculpted facility has the DSCR wanted."""
    price, swap = 0.0, float(curve[1 : terms.maturity + 1].mean())
    is_hedged = not isinstance(spec.rate, FixedSpec) and spec.rate.hedged_share > 0.0
    for _ in range(PASSES if is_hedged else 1):
        rate, _ = _rate(spec, curve, swap)
        free = walk(terms, rate, flows.capex, unfunded, np.zeros_like(curve))
        rates, debt = _periods(terms, rate, free, spec.every)
        discount = 1.0 / np.cumprod(1.0 + rates)
        given = period_sums(flows.cfads - senior, terms.instalments, spec.every) @ discount
        per_price = period_sums(flows.cfads_per_price, terms.instalments, spec.every) @ discount
        if per_price <= 0.0:
            return float("nan")
        need = flows.target_dscr * debt * (1.0 - _balloon(spec) * float(discount[-1]))
        price = float((need - given) / per_price)
        net = flows.cfads + price * flows.cfads_per_price - senior
        principal, _ = _principal(spec, terms, rate, free, net)
        swap = _swap(terms, walk(terms, rate, flows.capex, unfunded, principal), curve)
    return price


def _price_of_coverage(loans: list[Loan], flows: Flows, senior: Floats) -> float:
    """Price at which CFADS covers senior service as wanted, over the life of the largest senior facility."""
    own = [loan for loan in loans if loan.spec.kind != "junior"]
    if not own:
        return float("nan")
    main = max(own, key=lambda loan: (loan.spec.commitment, loan.spec.name))
    due = main.terms.instalments if len(main.terms.instalments) else main.terms.payments
    months = slice(max(int(due[0]) - main.spec.every + 1, 1), main.terms.maturity + 1)
    per_price = float(flows.cfads_per_price[months].sum())
    if per_price <= 0.0:
        return float("nan")
    need = flows.target_dscr * float(senior[months].sum())
    return (need - float(flows.cfads[months].sum())) / per_price


def _check_sculpting(
    written: Written[DebtSpec], loan: Loan, net: Floats, grid: TimeGrid, findings: list[Finding]
) -> None:
    """Sculpting needs positive cash flow in every period, and enough of it to leave principal positive."""
    where = written.at(f"facilities[{loan.spec.name}].amortisation")
    months = loan.terms.instalments
    cash = period_sums(net, months, loan.spec.every)
    bad = months[cash <= 0.0]
    if len(bad):
        first = grid.dates[bad[0]]
        found = f"sculpting on negative CFADS in {len(bad)} of {len(months)} periods, first on {first}"
        findings.append(
            Finding(
                where,
                f"{found} ({cash[cash <= 0.0][0]:,.0f} USD)",
                "positive CFADS in every period",
                "shorten the debt to the contract, or use another amortisation",
            )
        )
        return
    principal = loan.walk.principal[months]
    bad = months[principal < -0.5]
    if len(bad):
        found = f"negative sculpted principal on {grid.dates[bad[0]]} ({principal.min():,.0f} USD)"
        findings.append(
            Finding(
                where,
                found,
                "CFADS over the DSCR above the interest of every period",
                "raise early CFADS, lower the debt, or use a balloon",
            )
        )
