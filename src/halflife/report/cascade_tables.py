"""Tables of what feedback does, as plain rows of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from halflife.foundation.words import usd
from halflife.metrics.feedback import facility_rows, lender_rows
from halflife.metrics.sample import Estimated
from halflife.metrics.systemic import Backstop, Cascade, Cliff
from halflife.report.cascade_words import KINDS, error_beside, size_of
from halflife.report.numbers import share, share_error
from halflife.report.tables import Table

MOST_ROWS = 60
"""Rows of a table that are printed; the record and the JSON hold all."""

ROUNDING = 5e-5
"""Shares that are negative by less are shown as zero, not as minus zero."""


def _usd(amount: Estimated) -> tuple[str, str]:
    return usd(amount.value), error_beside(amount)


def _share(amount: Estimated) -> tuple[str, str]:
    value = 0.0 if -ROUNDING < amount.value < 0.0 else amount.value
    return share(value, amount.error), share_error(value, amount.error)


def _cut(rows: Sequence[tuple[str, ...]], said: str = "") -> tuple[tuple[tuple[str, ...], ...], str]:
    """The first rows, and a note that says how many more there are."""
    more = f"The first {MOST_ROWS} of {len(rows):,} rows; the JSON holds all." if len(rows) > MOST_ROWS else ""
    return tuple(rows[:MOST_ROWS]), " ".join(text for text in (said, more) if text)


def rank_table(cascade: Cascade) -> Table:
    """Who matters to the others."""
    rows = []
    for one in sorted(cascade.ranks, key=lambda one: -one.marginal.value):
        failure = ("–", "") if one.failure is None else _share(one.failure)
        conditional = ("–", "") if one.conditional is None else _usd(one.conditional)
        rows.append((KINDS[one.kind], one.name, *failure, *_usd(one.marginal), *conditional))
    kept, note = _cut(
        rows,
        "Marginal: what the system loses less when nobody feels its trouble. Conditional: what the others lose more on "
        "paths on which it fails than on the rest. A dash: it never or always fails, or cannot.",
    )
    columns = ("kind", "name", "fails", "error", "marginal loss", "error", "conditional loss", "error")
    return Table("Who is systemic", columns, kept, frozenset(range(2, 8)), note)


def lender_table(cascade: Cascade) -> Table:
    """Lenders without and with feedback."""
    rows = [
        (row.name, share(row.ratio_start), share(row.ratio_off), share(row.ratio_on), share(row.weak_off),
         share(row.weak_on), *_share(row.failed_off), *_share(row.failed_on))
        for row in lender_rows(cascade)
    ]  # fmt: skip
    kept, note = _cut(rows, "Lowest: least of the monthly means. Weak: largest monthly share of paths on which it is "
                            "below its own least capital; errors of monthly shares are not recorded.")  # fmt: skip
    columns = ("lender", "capital ratio at first", "lowest without", "lowest with", "weak without", "weak with",
               "fails without", "error", "fails with", "error")  # fmt: skip
    return Table("Lenders", columns, kept, frozenset(range(1, 10)), note)


def facility_table(cascade: Cascade) -> Table:
    """Facilities without and with feedback."""
    rows = [
        (row.name, usd(row.commitment), *_share(row.el_off), *_share(row.el_on), *_usd(row.added), *_usd(row.tail))
        for row in facility_rows(cascade)
    ]
    kept, note = _cut(rows, "Expected loss: present value over commitment. The last columns share out the system's "
                            "expected shortfall at 99 % (Euler); they add up to it.")  # fmt: skip
    columns = ("facility", "commitment", "EL without", "error", "EL with", "error", "feedback adds", "error",
               "part of the worst 1 %", "error")  # fmt: skip
    return Table("Facilities", columns, kept, frozenset(range(1, 10)), note)


def cliff_table(cliff: Cliff) -> Table:
    """Losses by size of the shock."""
    rows = tuple(
        (size_of(cliff, point.size), *_usd(point.off), *_usd(point.on),
         "–" if point.amplification is None else f"{point.amplification.value:.2f}x",
         "" if point.amplification is None else f"± {point.amplification.error:.2f}")
        for point in cliff.points
    )  # fmt: skip
    title = "Shock to all rents" if cliff.lever == "rent" else "Depth of all resale markets"
    first = "fall" if cliff.lever == "rent" else "depth"
    columns = (first, "loss without", "error", "loss with", "error", "factor", "error")
    return Table(title, columns, rows, frozenset(range(7)))


def backstop_table(backstops: Sequence[Backstop]) -> Table:
    """Buyers of last resort."""
    rows = tuple(
        (share(one.price), usd(one.size), *_share(one.used), *_usd(one.spent), usd(one.worst), *_usd(one.cost),
         *_usd(one.loss), "–" if one.amplification is None else f"{one.amplification.value:.2f}x",
         "" if one.amplification is None else f"± {one.amplification.error:.2f}")
        for one in backstops
    )  # fmt: skip
    columns = ("price", "size", "buys on", "error", "spends", "error", "worst 1 % spends", "costs", "error",
               "lenders lose", "error", "factor", "error")  # fmt: skip
    note = "Price: of the appraised value. Costs: spent, less what the market would have paid on the day."
    return Table("Buyers of last resort", columns, rows, frozenset(range(13)), note)


def gathered(table: Table) -> Table:
    """A long table of written figures with what is said alike of several names in one row, counted."""
    if len(table.rows) <= MOST_ROWS:
        return table
    alike: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for row in table.rows:
        alike.setdefault((re.sub(r"\[[^\]]*\]", "[…]", row[0]), *row[1:]), []).append(row)
    rows = tuple(rows[0] if len(rows) == 1 else (f"{key[0]} × {len(rows)}", *key[1:]) for key, rows in alike.items())
    said = f"{len(table.rows):,} figures; those written alike for several names stand in one row, with their number."
    return replace(table, rows=rows, note=" ".join(text for text in (table.note, said) if text))
