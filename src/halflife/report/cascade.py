"""What a study of feedback leaves to read: lines, numbers for programs, and a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from halflife.metrics.breakdown import Part, parts_of
from halflife.metrics.feedback import (
    facility_rows,
    is_cliff,
    lender_rows,
    share_defaulted,
    smallest_that_stops,
    tails,
)
from halflife.metrics.sample import Estimated
from halflife.metrics.systemic import Backstop, Cascade, Cliff, Fabric, Indicators
from halflife.report.cascade_parts import fabric_sentences, parts_table
from halflife.report.cascade_tables import (
    backstop_table,
    cliff_table,
    facility_table,
    gathered,
    lender_table,
    rank_table,
)
from halflife.report.cascade_words import headline, sentences
from halflife.report.filling import fill
from halflife.report.found import Found
from halflife.report.tables import Table, provenance_tables

NO_FABRIC = Fabric()


def cascade_lines(
    cascade: Cascade, cliffs: Sequence[Cliff] = (), backstops: Sequence[Backstop] = (), fabric: Fabric = NO_FABRIC
) -> list[str]:
    """What a terminal shows: the name, the headline and the sentences under it.

    Parameters
    ----------
    cascade, cliffs, backstops, fabric : as the studies of a system give them
    """
    lines = [cascade.on.name]
    lines += [f"{title}: {value}" + (f" ({below})" if below else "")
              for title, value, below in headline(cascade, cliffs, backstops)]  # fmt: skip
    return lines + _sentences(cascade, cliffs, backstops, fabric, parts_of(cascade, fabric.groupings))


def _sentences(
    cascade: Cascade, cliffs: Sequence[Cliff], backstops: Sequence[Backstop], fabric: Fabric, parts: Sequence[Part]
) -> list[str]:
    """What the studies found, and before the last words how the system hangs together."""
    said = sentences(cascade, cliffs, backstops)
    return [*said[:-1], *fabric_sentences(parts, fabric.indicators), said[-1]]


def cascade_dict(
    cascade: Cascade, cliffs: Sequence[Cliff] = (), backstops: Sequence[Backstop] = (), fabric: Fabric = NO_FABRIC
) -> dict[str, Any]:
    """All numbers of a study of feedback, ready for JSON: estimates are ``{"value", "standard_error"}``.

    Parameters
    ----------
    cascade, cliffs, backstops, fabric : as the studies of a system give them
    """
    made, found = cascade.on.provenance, tails(cascade)
    best = smallest_that_stops(backstops)
    return {
        "name": cascade.on.name,
        "seed": made.seed,
        "paths": made.paths,
        "draws": made.draws,
        "digest": made.digest,
        "version": made.version,
        "unresolved": cascade.on.unresolved,
        "amplification": _plain(cascade.amplification),
        "loss": {name: _plain(getattr(found, name)) for name in found.__dataclass_fields__},
        "defaulted": {
            "off": _plain(share_defaulted(cascade.off, cascade.sample)),
            "on": _plain(share_defaulted(cascade.on, cascade.sample)),
        },
        "channels": {name: _plain(one) for name, one in cascade.shares.items()},
        "ranks": [_row(one) for one in cascade.ranks],
        "lenders": [_row(row) for row in lender_rows(cascade)],
        "facilities": [_row(row) for row in facility_rows(cascade)],
        "cliffs": [
            {**_row(cliff), "points": [_row(point) for point in cliff.points], "is_cliff": is_cliff(cliff)}
            for cliff in cliffs
        ],
        "backstops": [{**_row(one), "stops": one == best} for one in backstops],
        "contributions": [_row(part) for part in parts_of(cascade, fabric.groupings)],
        "indicators": None if fabric.indicators is None else _plain_indicators(fabric.indicators),
    }


def _plain_indicators(found: Indicators) -> dict[str, Any]:
    """Names, matrices as lists of rows, and radii."""
    return {
        name: one.tolist() if hasattr(one, "tolist") else one
        for name, one in ((name, getattr(found, name)) for name in found.__dataclass_fields__)
    }


def _plain(one: Any) -> Any:
    """An estimate as a small dictionary; anything else as it is."""
    return {"value": float(one.value), "standard_error": float(one.error)} if isinstance(one, Estimated) else one


def _row(one: Any) -> dict[str, Any]:
    return {name: _plain(getattr(one, name)) for name in one.__dataclass_fields__}


def render_cascade(
    cascade: Cascade,
    cliffs: Sequence[Cliff] = (),
    backstops: Sequence[Backstop] = (),
    fabric: Fabric = NO_FABRIC,
) -> str:
    """One self-contained page: no script, no request, prints well.

    Parameters
    ----------
    cascade, cliffs, backstops, fabric : as the studies of a system give them; without holdings there is no network
    """
    parts = parts_of(cascade, fabric.groupings)
    narrow, wide = _charts(cascade, cliffs, backstops, fabric, parts)
    tables = [
        rank_table(cascade),
        parts_table(parts),
        backstop_table(backstops),
        lender_table(cascade),
        facility_table(cascade),
    ]
    return fill(
        "cascade.html",
        "cascade.css",
        name=cascade.on.name,
        valuation=cascade.on.dates[0].isoformat(),
        made=cascade.on.provenance,
        headline=headline(cascade, cliffs, backstops),
        sentences=_sentences(cascade, cliffs, backstops, fabric, parts),
        narrow=[chart for chart in narrow if chart[1]],
        wide=[chart for chart in wide if chart[1]],
        tables=_non_empty(tables),
        shocks=_non_empty([cliff_table(cliff) for cliff in cliffs]),
        provenance=_non_empty([gathered(table) for table in provenance_tables(Found(cascade.on, ()))]),
    )


def _charts(
    cascade: Cascade,
    cliffs: Sequence[Cliff],
    backstops: Sequence[Backstop],
    fabric: Fabric,
    parts: Sequence[Part],
) -> tuple[list[tuple[str, str | None]], list[tuple[str, str | None]]]:
    """Titles and charts, of half the page and of its whole width."""
    from halflife.report import cascade_charts as charts
    from halflife.report.cascade_fabric import ties, worst
    from halflife.report.network import network

    axis = cascade.on.axis
    owner = {name: axis.borrowers[b] for name, b in zip(axis.facilities, axis.facility_borrower, strict=True)}
    narrow = [
        ("What is lost, with and without feedback", charts.losses(cascade)),
        ("Which channel carries it", charts.shapley(cascade)),
        ("Defaults", charts.defaults(cascade)),
        ("Prices of the machines", charts.machines(cascade, "mark")),
        ("Rents of the machines", charts.machines(cascade, "rent")),
        ("Lenders short of capital", charts.weak_lenders(cascade)),
        *(("Where it jumps: " + ("rents" if cliff.lever == "rent" else "depth"), charts.cliff_chart(cliff))
          for cliff in cliffs),
        ("What would stop it", charts.backstop_grid(backstops)),
    ]  # fmt: skip
    wide = [
        ("Who lends to whom, and on what it stands", network(fabric.holdings, fabric.links, owner, _risks(cascade))),
        ("Whose the worst losses are", worst(parts)),
        ("Who defaults when, with feedback", charts.heat_map(cascade)),
        ("Who is tied to whom", None if fabric.indicators is None else ties(fabric.indicators)),
    ]
    return narrow, wide


def _risks(cascade: Cascade) -> dict[str, float]:
    """Probability of failure with feedback of every borrower, lender and partner."""
    axis, columns, sample = cascade.on.axis, cascade.on.columns, cascade.sample
    found: dict[str, float] = {}
    for names, column in ((axis.parties, "party_failed"), (axis.lenders, "lender_failed"),
                          (axis.borrowers, "default_month")):  # fmt: skip
        for place, name in enumerate(names):
            found[name] = sample.mean((columns[column][:, place] > 0.0).astype(float)).value
    return found


def _non_empty(tables: Sequence[Table]) -> list[Table]:
    return [table for table in tables if table.rows]
