"""What a study of the two lenses leaves to read: lines, numbers for programs, and a page."""

from __future__ import annotations

from typing import Any

from halflife.facts import letter
from halflife.foundation.words import usd
from halflife.metrics.lens import Handover, Lens, Look
from halflife.metrics.sample import Estimated
from halflife.report.filling import fill
from halflife.report.found import Found
from halflife.report.lens_words import assumption, bp, headline, percent, ranked, sentences
from halflife.report.tables import Table, provenance_tables

FIGURES = ("pd", "el", "el_spread", "spread", "score")


def lens_lines(lens: Lens) -> list[str]:
    """What a terminal shows: the name, the headline and the sentences under it."""
    lines = [lens.reality.name]
    lines += [f"{title}: {value}" + (f" ({below})" if below else "") for title, value, below in headline(lens)]
    return lines + sentences(lens)


def lens_dict(lens: Lens) -> dict[str, Any]:
    """All numbers of the study, ready for JSON: estimates are ``{"value", "standard_error"}``."""
    made = lens.reality.provenance
    return {
        "name": lens.reality.name,
        "seed": made.seed,
        "paths": made.paths,
        "draws": made.draws,
        "digest": made.digest,
        "version": made.version,
        "unresolved": lens.reality.unresolved,
        "life_years": lens.life,
        "horizon_years": lens.horizon,
        "contract_spread_bp": lens.contract,
        "looks": [_look(look) for look in lens.looks],
        "gap": _row(lens.gap),
        "shares": {name: _row(part) for name, part in lens.shares.items()},
        "lead_bp": None if lens.lead is None else _plain(lens.lead),
        "founders": None if lens.handover is None else _handover(lens.handover),
    }


def _plain(one: Any) -> Any:
    """An estimate as a small dictionary; anything else as it is."""
    return {"value": float(one.value), "standard_error": float(one.error)} if isinstance(one, Estimated) else one


def _row(one: Any) -> dict[str, Any]:
    return {name: _plain(getattr(one, name)) for name in one.__dataclass_fields__}


def _look(look: Look) -> dict[str, Any]:
    ratings = {"rating_by_el": letter(look.score.value), "rating_by_pd": letter(look.by_pd)}
    return {**_row(look), "held": list(look.held), **ratings}


def _handover(found: Handover) -> dict[str, Any]:
    return {
        "grade": found.grade,
        "bound": found.bound,
        "at": None if found.at is None else _row(found.at),
        "equity_error": found.error,
        "is_monotone": found.is_monotone,
        "stakes": [_row(stake) for stake in found.stakes],
    }


def render_lens(lens: Lens) -> str:
    """One self-contained page: no script, no request, prints well."""
    from halflife.report import lens_charts as charts

    drawn = [
        ("From infrastructure to compute, in basis points", charts.spread_bridge(lens)),
        ("The same in ratings", charts.score_bridge(lens)),
        ("What lenders lose, by share of equity", charts.lenders_loss(lens)),
        ("Who loses, by share of equity", charts.who_loses(lens)),
    ]
    tables = [look_table(lens), share_table(lens), stake_table(lens)]
    return fill(
        "lens.html",
        "cascade.css",
        name=lens.reality.name,
        valuation=lens.reality.dates[0].isoformat(),
        made=lens.reality.provenance,
        headline=headline(lens),
        sentences=sentences(lens),
        charts=[chart for chart in drawn if chart[1]],
        tables=[table for table in tables if table.rows],
        provenance=[table for table in provenance_tables(Found(lens.reality, ())) if table.rows],
    )


def look_table(lens: Lens) -> Table:
    """All 16 combinations."""
    marks = {True: "held", False: "–"}
    rows = tuple(
        (*(marks[name in look.held] for name in lens.shares), percent(look.pd), percent(look.el),
         letter(look.by_pd), letter(look.score.value), f"{look.score.value:.1f}", bp(look.fair_spread))
        for look in lens.looks
    )  # fmt: skip
    columns = (*lens.shares, "PD", "expected loss", "rating by PD", "rating by EL", "score", "fair spread")
    return Table("The facility under every set of assumptions", columns, rows, frozenset(range(4, 10)),
                 "First row: the infrastructure lens. Last row: compute reality.")  # fmt: skip


def share_table(lens: Lens) -> Table:
    """What giving up each assumption adds."""
    named = [*((assumption(name, lens.life), lens.shares[name]) for name in ranked(lens)), ("all", lens.gap)]
    rows = tuple(
        (name, bp(one.spread), bp(one.el_spread), percent(one.pd), percent(one.el),
         f"{one.score.value:.2f}" + (f" (± {one.score.error:.2f})" if one.score.error > 0.0 else ""))
        for name, one in named
    )  # fmt: skip
    columns = ("given up", "fair spread", "of it expected loss", "PD", "expected loss", "notches")
    text = "Shapley shares: the mean over all orders in which the four can be given up; they add up to the gap."
    return Table("What each assumption carries", columns, rows, frozenset(range(1, 6)), text)


def stake_table(lens: Lens) -> Table:
    """The same project with less debt."""
    found = lens.handover
    if found is None:
        return Table("", (), ())
    stakes = {one.multiple: one for one in (*found.stakes, *([found.at] if found.at else []))}
    rows = tuple(
        (f"{100 * one.equity:.1f} %", f"{100 * multiple:.0f} %", percent(one.pd), f"{1e4 * one.el.value:.1f} bp",
         usd(one.lenders.value), percent(one.lenders_hit), usd(one.owners.value), percent(one.owners_hit))
        for multiple, one in sorted(stakes.items(), reverse=True)
    )  # fmt: skip
    columns = ("equity", "debt of the documents'", "PD", "lenders' loss", "lenders' loss in USD", "lenders lose",
               "owners' loss in USD", "owners lose")  # fmt: skip
    text = (
        "Compute reality. Losses in USD are expected present values at the riskless rate; the owners' is what they do "
        "not get back of what they paid in and of the paper value of machines in service at signing. Same contract, "
        "same machines, same reserves."
    )
    return Table("The same project with less debt", columns, rows, frozenset(range(8)), text)
