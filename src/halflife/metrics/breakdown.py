"""Whose the losses of a system are: the tail shared out among borrowers, machine types, offtakers and lenders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from halflife.metrics.feedback import LEVEL
from halflife.metrics.portfolio import Grouping, Portfolio
from halflife.metrics.sample import Estimated
from halflife.metrics.systemic import Cascade


@dataclass(frozen=True)
class Part:
    """What one borrower, machine type, offtaker or lender bears of the loss of a system.

    Parameters
    ----------
    kind : of grouping, for example ``lender``;  name : of the group
    el : mean loss, USD present value
    var, es : its Euler contribution to the 99 % value at risk and expected shortfall, USD
    share : of the expected shortfall; None where that is zero
    """

    kind: str
    name: str
    el: Estimated
    var: Estimated
    es: Estimated
    share: float | None


def parts_of(cascade: Cascade, groupings: Mapping[str, Grouping], level: float = LEVEL) -> tuple[Part, ...]:
    """Share out the tail of the loss with feedback, once for every grouping.

    Parameters
    ----------
    cascade : with the losses of every facility by path
    groupings : kind -> who each facility belongs to, in the order of the facilities
    level : of the value at risk and the expected shortfall

    Returns
    -------
    tuple of Part
        By kind in the order given, then by contribution to the expected shortfall. The parts of one kind add up to
        mean, value at risk and expected shortfall of the whole.

    References
    ----------
    Tasche (1999), "Risk contributions and performance measurement"; see `Portfolio`.
    """
    portfolio = Portfolio(cascade.sample, cascade.on.columns["pv_loss"], cascade.on.axis.facilities)
    found: list[Part] = []
    for kind, grouping in groupings.items():
        losses = portfolio.losses @ grouping.shares
        rows = zip(
            portfolio.var_contributions(level, grouping), portfolio.es_contributions(level, grouping), strict=True
        )
        parts = [
            Part(kind, es.name, cascade.sample.mean(losses[:, place]), var.amount, es.amount, es.share)
            for place, (var, es) in enumerate(rows)
        ]
        found += sorted(parts, key=lambda part: (-part.es.value, part.name))
    return tuple(found)


def shares_by(weights: Mapping[str, Mapping[str, float]], owners: tuple[str, ...], rest: str) -> Grouping:
    """Share facilities out in proportion to weights of their borrower.

    Parameters
    ----------
    weights : borrower -> group -> weight, of any unit
    owners : [facility], its borrower
    rest : name of the group for borrowers without weights

    Returns
    -------
    Grouping
        Groups by name; `rest` last, only where it is needed.

    References
    ----------
    Our own.
    """
    known = sorted({group for groups in weights.values() for group, weight in groups.items() if weight > 0.0})
    names = [name for name in known if name != rest]
    shares = np.zeros((len(owners), len(names) + 1))
    for place, owner in enumerate(owners):
        groups = weights.get(owner, {})
        total = sum(groups.values())
        for group, weight in groups.items():
            if weight > 0.0:
                column = len(names) if group == rest else names.index(group)
                shares[place, column] += weight / total
        if total <= 0.0:
            shares[place, -1] = 1.0
    is_needed = bool((shares[:, -1] > 0.0).any())
    return Grouping((*names, rest), shares) if is_needed else Grouping(tuple(names), shares[:, :-1])
