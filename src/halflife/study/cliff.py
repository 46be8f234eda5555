"""Where losses jump, and what buyer of last resort would stop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from halflife.engine.channels import with_backstop, with_channels, with_depth, with_shock
from halflife.engine.plan import Plan
from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.systemic import Backstop, Cliff, Lever, Point
from halflife.study.cascade import Field, Progress, only, total_loss
from halflife.study.shapley import Coalition

FALLS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Falls of all rents tried by default."""
MULTIPLES = (4.0, 2.0, 1.0, 0.5, 0.25, 0.125)
"""Multiples of depth and absorption tried by default, from deep to thin."""
PRICES = (0.5, 0.7, 0.9)
"""Prices of a buyer of last resort tried by default, shares of the appraised value."""
SIZES = (0.01, 0.03, 0.1)
"""Sizes tried by default, shares of all commitments."""
HALVINGS = 3
"""How often the steepest step is halved."""


def find_cliff(
    field: Field,
    lever: Lever = "rent",
    sizes: Sequence[float] | None = None,
    progress: Progress | None = None,
) -> Cliff:
    """Walk the system under growing shocks, without and with feedback, and look closer where the loss rises fastest.

    Parameters
    ----------
    field : from `cascade.field_of`
    lever : what is shocked;  sizes : tried first, in the order of the shock
    progress : called with what is being done, runs done and runs in all
    """
    first = list(sizes or (FALLS if lever == "rent" else MULTIPLES))
    total, losses = len(first) + HALVINGS, dict[float, tuple[Floats, Floats]]()

    def measure(size: float) -> None:
        losses[size] = _losses(field, lever, size)
        if progress is not None:
            progress(f"cliff in {lever}", len(losses), total)

    for size in first:
        measure(size)
    for _ in range(HALVINGS):
        start, end = _steepest(lever, losses)
        measure(_middle(lever, start, end))
    start, end = _steepest(lever, losses)
    sample = field.sample
    order = _ordered(lever, losses)
    mean = {size: float(losses[size][1].mean()) for size in order}
    slope = (mean[end] - mean[start]) / _distance(lever, start, end)
    overall = (mean[order[-1]] - mean[order[0]]) / _distance(lever, order[0], order[-1])
    return Cliff(
        lever,
        tuple(
            Point(size, sample.mean(losses[size][0]), sample.mean(losses[size][1]), sample.ratio(*losses[size][::-1]))
            for size in order
        ),
        start,
        end,
        sample.mean(losses[end][1] - losses[start][1]),
        slope / overall if overall > 0.0 else 1.0,
    )


def _losses(field: Field, lever: Lever, size: float) -> tuple[Floats, Floats]:
    """Loss by path without and with feedback at one size of the shock."""

    def shocked(plan: Plan) -> Plan:
        return with_shock(plan, size) if lever == "rent" else with_depth(plan, size)

    silent = only(field.strengths, Coalition())
    off = field.loss(lambda plan: with_channels(shocked(plan), silent))
    return off, field.loss(lambda plan: with_channels(shocked(plan), field.strengths))


def _ordered(lever: Lever, losses: Mapping[float, object]) -> list[float]:
    return sorted(losses, reverse=lever == "depth")


def _distance(lever: Lever, start: float, end: float) -> float:
    """Size of a step: shares of rent, or doublings of depth."""
    return end - start if lever == "rent" else float(np.log2(start / end))


def _middle(lever: Lever, start: float, end: float) -> float:
    return 0.5 * (start + end) if lever == "rent" else float(np.sqrt(start * end))


def _steepest(lever: Lever, losses: Mapping[float, tuple[Floats, Floats]]) -> tuple[float, float]:
    """Neighbouring sizes between which the loss with feedback rises fastest."""
    order = _ordered(lever, losses)
    steps = list(pairwise(order))
    rises = [float((losses[end][1] - losses[start][1]).mean()) / _distance(lever, start, end) for start, end in steps]
    return steps[int(np.argmax(rises))]


def levers(word: str) -> tuple[Lever, ...]:
    """Read which levers to shock: ``rent``, ``depth``, ``both`` or ``none``.

    Raises
    ------
    SpecError
        For any other word.
    """
    found: dict[str, tuple[Lever, ...]] = {
        "rent": ("rent",),
        "depth": ("depth",),
        "both": ("rent", "depth"),
        "none": (),
    }
    if word not in found:
        raise SpecError([Finding("--cliff", f"'{word}'", f"one of {', '.join(found)}", "choose one of them")])
    return found[word]


def try_backstops(
    field: Field,
    loss_off: Floats,
    prices: Sequence[float] = PRICES,
    sizes: Sequence[float] | None = None,
    progress: Progress | None = None,
) -> tuple[Backstop, ...]:
    """Walk the system with buyers of last resort of several prices and sizes.

    Parameters
    ----------
    field : from `cascade.field_of`
    loss_off : [path], USD, loss without feedback
    prices : shares of the appraised value;  sizes : USD; `SIZES` of all commitments when left out
    """
    sample, found = field.sample, list[Backstop]()
    whole = float(field.deals[0].plan.waterfall.commitment.sum())
    sizes = [share * whole for share in SIZES] if sizes is None else sizes
    for price in prices:
        for size in sizes:
            harvest = field.harvest(partial(with_backstop, price=price, size=size))
            loss, spent = total_loss(harvest), harvest.columns.backstop_spent[0]
            found.append(
                Backstop(
                    price=price,
                    size=size,
                    spent=sample.mean(spent),
                    worst=float(np.quantile(spent, 0.99)),
                    used=sample.mean((spent > 0.0).astype(np.float64)),
                    cost=sample.mean(harvest.columns.backstop_cost[0]),
                    loss=sample.mean(loss),
                    amplification=sample.ratio(loss, loss_off),
                )
            )
            if progress is not None:
                progress("backstop", len(found), len(prices) * len(sizes))
    return tuple(found)
