"""One path of a run, told month by month in plain words, with every payment."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import NamedTuple

from halflife.counterparties.state import WEIGHT
from halflife.engine import state as outcome
from halflife.engine.resolve import Deal
from halflife.engine.run import CHUNK
from halflife.engine.twin import replay
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.words import counted, usd
from halflife.liquidation import explain as on_sale
from halflife.study import chapters, lending, treasuries
from halflife.study.run import count_draws
from halflife.study.scene import Scene, Snapshot, look
from halflife.study.termsheet import TermSheet, latin_hypercube
from halflife.waterfall import state as debt

CENT = 0.01
"""A payment of less is rounding."""

Payments = tuple[tuple[str, float], ...]


class Month(NamedTuple):
    """What happened in the month up to a date: sentences, and payments as (step, USD) in their order."""

    date: datetime.date
    sentences: tuple[str, ...]
    payments: Payments


SHARED: tuple[Callable[[Scene], list[str]], ...] = (chapters.prices, treasuries.coins, chapters.people)
"""Told once a month, whoever borrows."""
OWN: tuple[Callable[[Scene, int], list[str]], ...] = (
    chapters.deliveries, lending.purchases, chapters.contracts, chapters.operations, chapters.values,
    chapters.leases, lending.enforcement, treasuries.treasury, lending.covenants, lending.facilities, lending.accounts,
    lending.defaults, chapters.guarantee,
)  # fmt: skip
"""Told of every borrower, in the order in which a payment month is lived."""


def tell(
    sheet: TermSheet, path: int, *, seed: int = 7, paths: int = 10_000, draws: int | None = None
) -> Iterator[Month]:
    """Replay one path of a run and tell its story.

    Parameters
    ----------
    sheet : from `load`
    path : number of the path, from 0
    seed, paths, draws : of the run it belongs to; they decide which draw of the assumed ranges it got

    Yields
    ------
    Month
        The valuation date with the path's assumptions, every month in which something happens, and the outcome.

    Raises
    ------
    SpecError
        If the run has no such path, or a draw of the ranges makes no deal.
    """
    if not 0 <= path < paths:
        raise SpecError([Finding(
            where="path", found=f"path {path:,} of a run of {paths:,} paths", wanted=f"a path from 0 to {paths - 1:,}",
            fix="name a path of the run, or the number of paths of the run it belongs to",
        )])  # fmt: skip
    count = count_draws(paths, draws)
    place = (path // CHUNK) % count
    opening = f"Path {path:,} of {paths:,}, seed {seed}"
    return _months(sheet.deal(place, count, seed), path, seed, opening, _drawn(sheet, place, count, seed))


def _drawn(sheet: TermSheet, place: int, count: int, seed: int) -> list[str]:
    """Say the values of the assumed ranges on this path."""
    ranges = sheet.document.ranges
    if not ranges:
        return []
    row = latin_hypercube(count, len(ranges), seed)[place]
    values = [
        f"Assumed: {sheet.document.path_text(spread.path)} = {spread.at(float(u))}."
        for spread, u in zip(ranges, row, strict=True)
    ]
    return [f"Draw {place + 1} of {count} of {counted(len(ranges), 'assumed range')}.", *values]


def _months(deal: Deal, path: int, seed: int, opening: str, drawn: list[str]) -> Iterator[Month]:
    """Walk the path to its end; what follows once nobody owes anything is not told."""
    before, over = None, None
    for t, state in replay(deal.plan, [path], seed):
        now = look(state)
        if before is None:
            weight = f"{opening}; it counts for {now.weights[0, WEIGHT]:.4g} ordinary paths."
            yield Month(deal.grid.dates[0], (weight, *drawn), ())
        elif over is None:
            month = _month(Scene(deal, t, before, now))
            if month.sentences or month.payments:
                yield month
        owes = bool((now.pools[:, debt.DEBT] > 0.0).any())
        if over is None and (t == deal.plan.months or (t >= deal.plan.last_maturity and not owes)):
            over = (t, now)
        before = now
    assert before is not None
    assert over is not None
    yield Month(deal.grid.dates[over[0]], tuple(_outcome(deal, before, over[1])), ())


def _month(scene: Scene) -> Month:
    """Ask every room for its news."""
    names, steps = scene.deal.names, scene.now.flows[:, debt.FLOW]
    said = [sentence for chapter in SHARED for sentence in chapter(scene)]
    for b, borrower in enumerate(names.borrowers):
        prefix = f"{borrower}: " if len(names.borrowers) > 1 else ""
        said += [prefix + sentence for chapter in OWN for sentence in chapter(scene, b)]
    payments = tuple((step, float(paid)) for step, paid in zip(names.steps, steps, strict=True) if paid >= CENT)
    return Month(scene.deal.grid.dates[scene.t], tuple(said), payments)


def _outcome(deal: Deal, last: Snapshot, over: Snapshot) -> Iterator[str]:
    """Say what the lenders and the owners were left with; the owners' flows end with the story."""
    for f, facility in enumerate(deal.names.facilities):
        claim, recovered = (float(last.claims[f, field]) for field in (outcome.EAD, outcome.RECOVERED))
        yield f"Outcome. {on_sale.outcome(facility, claim, recovered)}"
    for b, borrower in enumerate(deal.names.borrowers):
        fields = (outcome.PV_IN, outcome.PV_OUT, outcome.PV_SUPPORT)
        paid, taken, support = (float(over.equity[b, field]) for field in fields)
        said = f"Outcome. The owners of {borrower} paid in {usd(paid)} and took out {usd(taken)} (present values)"
        yield f"{said}; the guarantor paid {usd(support)}." if support > CENT else f"{said}."
