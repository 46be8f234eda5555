"""From measures to something to read: sentences, tables and a page. Rounds and labels; computes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from halflife.metrics import Measure, NotApplicable, curve_all
from halflife.report.found import Found
from halflife.report.sentences import sentences
from halflife.report.tables import Table, covenant_table, headline, measure_tables, people_table
from halflife.results import Results

__all__ = ["Table", "render_html", "summary_lines", "text_tables"]


def summary_lines(results: Results, measures: Sequence[Measure | NotApplicable]) -> list[str]:
    """What a terminal shows first: the headline of each borrower and the sentences under it."""
    found, lines = Found(results, measures), []
    for borrower, name in enumerate(results.axis.borrowers):
        lines.append(f"{results.name}: {name}" if len(results.axis.borrowers) > 1 else results.name)
        lines += [f"{title}: {value}" + (f" ({below})" if below else "") for title, value, below in
                  headline(found, borrower)]  # fmt: skip
        lines += sentences(found, borrower)
    return lines


def text_tables(results: Results, measures: Sequence[Measure | NotApplicable]) -> list[Table]:
    """The tables a terminal shows: the measures without formulas, the covenants, the people."""
    found, curves = Found(results, measures), curve_all(results)
    short = []
    for table in measure_tables(found):
        until = table.columns.index("formula")
        rows = tuple(row[:until] for row in table.rows if "n/a" not in row)
        short.append(Table(table.title, table.columns[:until], rows, table.numeric))
    return [*short, covenant_table(found, curves), people_table(found, curves)]


def render_html(results: Results, measures: Sequence[Measure | NotApplicable]) -> str:
    """One self-contained page: no script, no request, prints well.

    Parameters
    ----------
    results : Results
    measures : as `halflife.metrics.measure_all` gives them
    """
    from halflife.report.page import render  # the drawing library takes half a second to load

    return render(results, measures)
