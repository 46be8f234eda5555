"""The same project with less debt: at what share of equity the loss is the owners' and no longer the lenders'."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.engine.run import Harvest
from halflife.foundation.axes import Floats
from halflife.metrics.lens import Handover, Lens, Scale, Stake
from halflife.study.lens import Bench, Progress
from halflife.study.switches import sealed
from halflife.waterfall.table import REVOLVER

GRADE = "BBB-"
"""The weakest investment grade."""
MULTIPLES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
"""Debts tried, as multiples of the documents'."""
HALVINGS = 5
SURE = 2.0
"""Standard errors by which a loss must rise to be called a rise."""


def founders(bench: Bench, found: Lens, grade: str = GRADE, *, progress: Progress | None = None) -> Handover:
    """Finance the project with less and less debt under compute reality, until lenders lose no more than a grade does.

    Parameters
    ----------
    bench, found : from `bench_of` and `lens`
    grade : whose expected loss over the average life of the debt is the bound
    progress : called with what is being done, runs done and runs in all

    Notes
    -----
    All runs share their random numbers.  The point at which the loss equals the bound is found by halving between the
    two neighbouring debts; the error of the share of equity there is that of the loss over its slope.
    """
    bound, stakes = Scale(found.horizon).bound(grade), list[Stake]()
    for multiple in MULTIPLES:
        stakes.append(stake(bench, multiple))
        if progress is not None:
            progress("less debt", len(stakes), len(MULTIPLES))
    is_monotone = all(
        below.el.value <= above.el.value + SURE * max(above.el.error, below.el.error)
        for above, below in pairwise(stakes)
    )
    low = next((place for place, one in enumerate(stakes) if one.el.value <= bound), None)
    if low is None or low == 0:
        return Handover(grade, bound, tuple(stakes), None if low is None else stakes[0], None, is_monotone)
    above, at = _halve(bench, stakes[low - 1], stakes[low], bound)
    rise = (above.el.value - at.el.value) / (at.equity - above.equity)
    return Handover(grade, bound, tuple(stakes), at, at.el.error / rise if rise > 0.0 else None, is_monotone)


def _halve(bench: Bench, above: Stake, at: Stake, bound: float) -> tuple[Stake, Stake]:
    """Close in on the debt at which the loss meets the bound: the last one too high, and the first low enough."""
    first = above
    for _ in range(HALVINGS):
        middle = stake(bench, 0.5 * (above.multiple + at.multiple))
        if middle.el.value <= bound:
            at = middle
        else:
            above = middle
    return first if above.el.value <= at.el.value else above, at


def stake(bench: Bench, multiple: float) -> Stake:
    """Walk every path under compute reality with another debt, and see who loses.

    Owners have in the project what they pay in and, at the valuation date, the paper value of the machines in service
    less the debt drawn on them; they lose what they do not get back, in present value at the riskless rate.
    """
    deals = [world.deal for world in bench.worlds]
    harvest = bench.harvest([with_debt(deal, multiple) for deal in deals])
    sample, columns = bench.sample(harvest), harvest.columns
    lost, pv = columns.loss.sum(axis=0), columns.pv_loss.sum(axis=0)
    short = _owners_loss(deals, harvest, multiple)
    return Stake(
        multiple=multiple,
        equity=float(np.mean([1.0 - multiple * _debt(deal) / _cost(deal) for deal in deals])),
        pd=sample.mean((columns.default_month[0] > 0.0).astype(np.float64)),
        el=sample.mean(lost / (multiple * bench.commitment)),
        lenders=sample.mean(pv),
        owners=sample.mean(short),
        lenders_hit=sample.mean((pv > 1.0).astype(np.float64)),
        owners_hit=sample.mean((short > 1.0).astype(np.float64)),
    )


def _owners_loss(deals: Sequence[Deal], harvest: Harvest, multiple: float) -> Floats:
    """What owners do not get back, ``[path]``, USD."""
    opening = np.array([
        max(0.0, float(deal.base.paper[:, 0].sum()) - multiple * float(deal.plan.waterfall.opening.sum()))
        for deal in deals
    ])  # fmt: skip
    paid = harvest.columns.equity_in.sum(axis=0) + opening[harvest.draw.astype(np.int64)]
    return np.asarray(np.maximum(paid - harvest.columns.equity_out.sum(axis=0), 0.0))


def _debt(deal: Deal) -> float:
    """USD that finances machines: commitments without revolvers."""
    table = deal.plan.waterfall
    return float(table.commitment[table.kind != REVOLVER].sum())


def _cost(deal: Deal) -> float:
    table = deal.plan.operations
    return float((table.units * table.cost).sum())


def with_debt(deal: Deal, multiple: float) -> Plan:
    """Return a draw's plan with less debt on the same project; equity pays what the facilities no longer do.

    Commitments, what is drawn at month 0 and advance rates shrink together; the contract price, schedules in shares of
    the debt, covenants and reserves in USD stay.

    Parameters
    ----------
    multiple : of every facility, above 0, at most 1
    """
    plan, table = deal.plan, deal.plan.waterfall
    draws = {f.name: f.draws for borrower in deal.spec.borrowers for f in borrower.debt.facilities}
    advance, first = table.advance.copy(), table.equity_first.copy()
    for f, name in enumerate(deal.names.facilities):
        terms = draws[name]
        if terms is None:
            continue
        if terms.equity == "first":
            spent = first[f] / (1.0 - terms.advance_rate) if terms.advance_rate < 1.0 else _spent(deal)
            first[f] = spent * (1.0 - multiple * terms.advance_rate)
        else:
            advance[f] *= multiple
    return plan._replace(
        waterfall=table._replace(
            commitment=sealed(multiple * table.commitment),
            opening=sealed(multiple * table.opening),
            advance=sealed(advance),
            equity_first=sealed(first),
        ),
        contagion=plan.contagion._replace(committed=sealed(multiple * plan.contagion.committed)),
    )


def _spent(deal: Deal) -> float:
    """Capital expenditure still to come, USD."""
    return float(deal.base.capex.sum())
