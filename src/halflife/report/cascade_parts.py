"""Whose the tail of a system's loss is, and how closely its entities are tied: a table and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from halflife.foundation.words import usd
from halflife.metrics.breakdown import Part
from halflife.metrics.feedback import SURE
from halflife.metrics.systemic import Indicators
from halflife.report.cascade_words import error_beside, money
from halflife.report.numbers import number_of, share
from halflife.report.tables import Table

MOST_PARTS = 10
"""Groups of one kind that are shown; the JSON holds all."""
WHOSE = {
    "borrower": "the debt of",
    "machine": "machines of the type",
    "offtaker": "machines rented to",
    "lender": "the lender",
}


def parts_table(parts: Sequence[Part]) -> Table:
    """Mean, value at risk and expected shortfall of the loss with feedback, shared out four ways."""
    rows = [
        (part.kind, part.name, usd(part.el.value), error_beside(part.el), usd(part.var.value), error_beside(part.var),
         usd(part.es.value), error_beside(part.es), "–" if part.share is None else share(part.share))
        for kept in largest_parts(parts)
        for part in kept
    ]  # fmt: skip
    note = (
        f"Euler contributions: those of one kind add up to the whole system's. The {MOST_PARTS} largest of each kind; "
        "the JSON holds all. A facility's loss is shared by the cost of its borrower's machines among machine types, "
        "and among those who rent them; by holdings among lenders."
    )
    columns = ("by", "name", "mean loss", "error", "in the 99 % value at risk", "error",
               "in the 99 % expected shortfall", "error", "share")  # fmt: skip
    return Table("Whose the worst losses are", columns, tuple(rows), frozenset(range(2, 9)), note)


def largest_parts(parts: Sequence[Part]) -> list[list[Part]]:
    """Return the largest parts of every kind."""
    return [list(group)[:MOST_PARTS] for _, group in groupby(parts, key=lambda part: part.kind)]


def fabric_sentences(parts: Sequence[Part], found: Indicators | None) -> list[str]:
    """Who bears the worst losses, and what the ties say before anything is simulated."""
    return [text for text in (_bearers(parts), _tied(found)) if text]


def _bearers(parts: Sequence[Part]) -> str:
    named = []
    for kept in largest_parts(parts):
        first = kept[0]
        if first.share is None or first.es.value <= SURE * first.es.error:
            continue
        named.append(f"{WHOSE.get(first.kind, first.kind)} {first.name} {share(first.share)} ({money(first.es)})")
    if not named:
        return ""
    return f"Of the mean of the worst 1 % of paths, {'; '.join(named)}. Each is the largest part of its kind (Euler)."


def _tied(found: Indicators | None) -> str:
    if found is None or not found.fails.size:
        return ""
    reach = found.fails.sum(axis=1)
    first = int(np.argmax(reach))
    if reach[first] < 1.0:
        text = "No borrower alone, selling all its machines, would take another's below its debt"
    else:
        others = number_of(int(reach[first]), "other borrower")
        text = (
            f"If {found.borrowers[first]} alone sold all its machines, {others} would owe more than theirs are worth "
        )
        text += "at the prices of that sale"
    text += f"; the spectral radius of that matrix is {found.failure_radius:.1f}"
    if found.radius_range is not None:
        text += f" (between {found.radius_range[0]:.1f} and {found.radius_range[1]:.1f} over the assumed ranges)"
    text += (
        ": above one, a failure can bring more than one other."
        if found.failure_radius > 1.0
        else ": at most one, so such failures die out."
    )
    if found.under_water:
        text += f" {number_of(len(found.under_water), 'borrower').capitalize()} owe more than that from the start."
    return text
