"""How long the debt is out, and what stands behind it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.metrics.case import Case, NoAnswer, Options
from halflife.metrics.coverage import FAN_NOTE, median_fan
from halflife.metrics.defaults import Answer, Row
from halflife.metrics.returns import loan_rate
from halflife.ratios import dscr, llcr, ltv

NO_SCATTER = "no error: the record keeps the monthly mean of this amount, not its scatter over paths"
VALUES = {"paper": "paper", "orderly": "orderly", "realisable": "forced"}
"""The loan-to-value fans and the value under each."""


def wal(case: Case, options: Options) -> Answer:
    """Mean time until a dollar of principal is back."""
    found = case.sample.ratio(case.column("repaid_time"), case.column("repaid"))
    if found is None:
        raise NoAnswer("no principal is repaid on any path")
    return Answer(found.value, found.error, "from the valuation date; recoveries after default included")


def peak_debt(case: Case, options: Options) -> Answer:
    """Largest mean balance."""
    balance = case.facility_mean("balance")
    month = int(balance.argmax())
    return Answer(float(balance[month]), None, f"{NO_SCATTER}; reached on {case.results.dates[month]:%Y-%m-%d}")


def _half_month(case: Case) -> int:
    orderly = case.mean("orderly")[: case.last_month + 1]
    peak = int(orderly.argmax())
    below = np.flatnonzero(orderly[peak:] <= 0.5 * orderly[peak])
    if orderly[peak] <= 0.0 or below.size == 0:
        raise NoAnswer("the mean orderly value has not halved by the last maturity")
    return peak + int(below[0])


def collateral_half_life(case: Case, options: Options) -> Answer:
    """Time from the peak of the mean orderly value until half of it is left."""
    orderly, month = case.mean("orderly")[: case.last_month + 1], _half_month(case)
    return Answer(
        (month - int(orderly.argmax())) / 12.0, None, f"{NO_SCATTER}; sold machines count as gone",
        text=f"{case.results.dates[month]:%Y-%m-%d}",
    )  # fmt: skip


def debt_at_half(case: Case, options: Options) -> Answer:
    """Share of the peak debt still out when half of the collateral's value is gone."""
    debt, month = case.mean("debt"), _half_month(case)
    return Answer(float(debt[month] / debt.max()), None, f"{NO_SCATTER}; on {case.results.dates[month]:%Y-%m-%d}")


def maturity_to_life(case: Case, options: Options) -> Answer:
    """Time to the last maturity over the economic life of the machines."""
    life = options.get("economic_life_years")
    if life is None:
        raise NoAnswer("give `economic_life_years`: the economic life of the machines is not part of the record")
    return Answer(
        case.years / float(life),
        None,
        f"a ratio of two given times: {case.years:.3g} to {float(life):g} years",
    )


def average_dscr(case: Case, options: Options) -> Answer:
    """Expected CFADS over expected scheduled service, from the first service to the last maturity."""
    service = case.mean("service")[: case.last_month + 1]
    cfads = case.mean("cfads")[: case.last_month + 1]
    due = np.flatnonzero(service > 0.0)
    if due.size == 0:
        raise NoAnswer("no debt service is scheduled: all is due at maturity")
    value = dscr(float(cfads[due[0] :].sum()), float(service[due[0] :].sum()))
    return Answer(float(value), None, f"{NO_SCATTER}; paths in default count with what they earn")


def llcr_at_peak(case: Case, options: Options) -> Answer:
    """Value of the expected CFADS to maturity over the debt, at the peak of the debt."""
    debt, cfads = case.mean("debt")[: case.last_month + 1], case.mean("cfads")[: case.last_month + 1]
    peak = int(debt.argmax())
    if debt[peak] <= 0.0 or peak == case.last_month:
        raise NoAnswer("no debt is outstanding before the last maturity")
    rate = loan_rate(case)[peak + 1 : case.last_month + 1] / 12.0
    value = llcr(np.maximum(cfads[peak + 1 :], 0.0), rate, float(debt[peak]))
    return Answer(float(value), None, f"{NO_SCATTER}; on {case.results.dates[peak]:%Y-%m-%d}, reserves not counted")


def residual_result(case: Case, options: Options) -> Answer:
    """What the lessor gains (or, below zero, loses) on its residual when the machines have gone back."""
    name = case.entity
    returned, settled, backed = (
        case.results.mean(quantity, name)[: case.last_month + 1].sum() for quantity in ("returned", "settled", "backed")
    )
    if settled <= 0.0 and returned <= 0.0:
        raise NoAnswer("no leased machines go back")
    note = f"{NO_SCATTER}; on average machines worth USD {returned / 1e6:,.1f} m settle {settled / 1e6:,.1f} m"
    return Answer(float(returned + backed - settled) / case.commitment, None, note)


def peak_ltv(which: str) -> Callable[[Case, Options], Answer]:
    """Build the highest median loan to value over the fan dates."""

    def peak(case: Case, options: Options) -> Answer:
        months, medians, errors = median_fan(case, f"ltv_{which}")
        place = int(np.argmax(medians))
        when = case.results.dates[months[place]]
        note = f"highest median over the dates, on {when:%Y-%m-%d}; {FAN_NOTE}"
        if medians[place] >= case.results.edges[f"ltv_{which}"][-2]:
            note += "; at the end of the scale, so at least this"
        return Answer(float(medians[place]), float(errors[place]), note)

    return peak


def ltv_of_means(case: Case, options: Options) -> list[Row]:
    """Mean debt over mean paper, orderly and realisable value, by month."""
    months = _owing(case)
    rows = []
    for label, quantity in VALUES.items():
        ratio = ltv(case.mean("debt")[months], case.mean(quantity)[months])
        kept = np.isfinite(ratio)
        rows.append(Row(label, list(months[kept].astype(float)), list(ratio[kept]), [], NO_SCATTER))
    return rows


def balances(case: Case, options: Options) -> list[Row]:
    """Mean debt and mean paper, orderly and realisable value, by month."""
    months = np.arange(1, case.last_month + 1)
    quantities = {
        "debt": "debt",
        "paper value": "paper",
        "orderly value": "orderly",
        "realisable value": "forced",
    }
    return [
        Row(label, list(months.astype(float)), list(case.mean(quantity)[months]), [], NO_SCATTER)
        for label, quantity in quantities.items()
    ]


def waterfall(case: Case, options: Options) -> list[Row]:
    """Mean amount that each step of the priority of payments pays, by month."""
    months = np.arange(1, case.last_month + 1)
    rows = []
    for step, owner in zip(case.axis.steps, case.axis.step_borrower, strict=True):
        if owner == case.borrower:
            paid = case.results.mean("paid", step)[months]
            rows.append(Row(step, list(months.astype(float)), list(paid), [], NO_SCATTER))
    return rows


def cash(case: Case, options: Options) -> list[Row]:
    """Mean revenue, CFADS and scheduled debt service, by month."""
    months = np.arange(1, case.last_month + 1)
    labels = {"revenue": "revenue", "CFADS": "cfads", "scheduled debt service": "service"}
    return [
        Row(label, list(months.astype(float)), list(case.mean(quantity)[months]), [], NO_SCATTER)
        for label, quantity in labels.items()
    ]


def _owing(case: Case) -> Ints:
    debt: Floats = case.mean("debt")
    months = np.arange(1, case.last_month + 1)
    return np.asarray(months[debt[months] > 1e-6 * debt.max()], dtype=np.int64)
