"""One self-contained page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from halflife.metrics import Measure, NotApplicable, curve_all
from halflife.report.charts import Gallery
from halflife.report.filling import fill
from halflife.report.found import Found
from halflife.report.sentences import sentences
from halflife.report.tables import (
    Table,
    causes_table,
    covenant_table,
    headline,
    measure_tables,
    people_table,
    provenance_tables,
    term_table,
)
from halflife.results import Results


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with what it says above it."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Section:
    """One borrower on the page."""

    name: str
    headline: list[tuple[str, str, str]]
    sentences: list[str]
    figures: list[Figure]


def render(results: Results, measures: Sequence[Measure | NotApplicable]) -> str:
    """Write the page."""
    found, curves = Found(results, measures), curve_all(results)
    gallery = Gallery(curves, results.dates)
    sections = [_section(found, gallery, borrower) for borrower in range(len(results.axis.borrowers))]
    shared = _figures([("Rent of the machines", gallery.rents()), ("Who is still alive", gallery.people())])
    numbers, provenance = measure_tables(found), provenance_tables(found)
    return fill(
        "page.html",
        name=results.name,
        valuation=results.dates[0].isoformat(),
        sections=sections,
        shared=shared,
        findings=_non_empty([
            covenant_table(found, curves), people_table(found, curves), causes_table(curves),
            term_table(curves, results.dates),
        ]),
        numbers=_non_empty(numbers),
        provenance=_non_empty(provenance),
        made=results.provenance,
    )  # fmt: skip


def _section(found: Found, gallery: Gallery, borrower: int) -> Section:
    axis = found.results.axis
    name, claim = axis.borrowers[borrower], found.claim(borrower)
    covenants = [c for c, owner in zip(axis.covenants, axis.covenant_borrower, strict=True) if owner == borrower]
    commitment = sum(
        float(amount)
        for amount, owner in zip(found.results.commitments, axis.facility_borrower, strict=True)
        if owner == borrower
    )
    marks = [(label, one) for label, measure in (("mean", "el"), ("VaR 99 %", "var_99"), ("ES 99 %", "es_99"))
             if (one := found.get(measure, claim)) is not None]  # fmt: skip
    charts = [
        ("Debt service coverage", gallery.dscr(name, covenants)),
        ("Loan life coverage", gallery.llcr(name, covenants)),
        (
            "Loan to value, on paper and in a sale",
            gallery.leverage(name, covenants),
        ),
        ("Debt against collateral, means over all paths", gallery.balances(name, commitment)),
        ("When it defaults, and why", gallery.defaults(name)),
        ("What is lost", gallery.losses(claim, marks)),
        ("First covenant breach", gallery.breaches(covenants)),
        ("Where the cash goes: mean payments a month", gallery.waterfall(name)),
    ]
    return Section(name, headline(found, borrower), sentences(found, borrower), _figures(charts))


def _figures(charts: list[tuple[str, str | None]]) -> list[Figure]:
    return [Figure(title, svg) for title, svg in charts if svg is not None]


def _non_empty(tables: list[Table]) -> list[Table]:
    return [table for table in tables if table.rows]
