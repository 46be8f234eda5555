"""What studies of one deal leave to read: lines for a terminal, tables, and a page without scripts."""

from __future__ import annotations

from collections.abc import Sequence

from halflife.foundation.words import counted
from halflife.metrics.sample import Estimated
from halflife.metrics.stress import Asked, Breakeven, Frontier, Grid, Tornado
from halflife.report.filling import fill
from halflife.report.stress_words import (
    amount_words,
    change_words,
    error_words,
    label,
    level_number,
    level_words,
    number,
    number_error,
)
from halflife.report.tables import Table

Figures = Sequence[tuple[str, str | None, bool]]
Cells = Sequence[tuple[str, str, str]]


def page(
    kicker: str, title: str, below: str, headline: Cells, sentences: Sequence[str], figures: Figures,
    tables: Sequence[Table], table_class: str = "",
) -> str:  # fmt: skip
    """Write one self-contained page.

    Parameters
    ----------
    kicker, title, below : above the page;  headline : (title, value, what stands beneath it)
    figures : (title, chart, whether it takes the whole width); those without a chart are left out
    tables : those without rows are left out;  table_class : of the style
    """
    return fill(
        "study.html",
        kicker=kicker, title=title, below=below, headline=headline, sentences=sentences, table_class=table_class,
        figures=[figure for figure in figures if figure[1]], tables=[table for table in tables if table.rows],
    )  # fmt: skip


def run_words(paths: int, draws: int, seed: int) -> str:
    """With what numbers every run was made."""
    drawn = f" in {counted(draws, 'draw')} of the assumed ranges" if draws > 1 else ""
    return f"{paths:,} paths{drawn}, seed {seed}, the same in every run"


def _made(asked: Asked) -> str:
    return run_words(asked.paths, asked.draws, asked.seed)


def _base(asked: Asked) -> str:
    return f"{asked.words} {number(asked.unit, asked.base)} ({number_error(asked.unit, asked.base)})"


def _is_clear(change: Estimated) -> bool:
    """Whether a change is told from zero."""
    return change.value != 0.0 and abs(change.value) > 2.0 * change.error


def tornado_sentences(found: Tornado) -> list[str]:
    """What the answer hangs on."""
    said = [f"As written: {_base(found.asked)}; {_made(found.asked)}."]
    clear = [bar for bar in found.bars if _is_clear(bar.change_down) or _is_clear(bar.change_up)]
    if clear:
        tops = " and ".join(
            f"{label(bar.up.lever)} ({amount_words(bar.down.kind, bar.down.amount)}: "
            f"{change_words(found.asked.unit, bar.change_down)}; {amount_words(bar.up.kind, bar.up.amount)}: "
            f"{change_words(found.asked.unit, bar.change_up)})"
            for bar in clear[:2]
        )
        said.append(f"It hangs most on {tops}.")
    weak = [label(bar.up.lever) for bar in found.bars if bar not in clear]
    if weak:
        said.append(f"Not told from zero by more than two standard errors: {', '.join(weak)}.")
    said += [f"{label(name).capitalize()}: left out, {reason}." for name, reason in found.left_out.items()]
    said.append(
        "The deal stays as it was signed: prices of contracts, repayments and covenants do not follow the lever, and "
        "buyers of machines see the rent of the day but go on expecting the written trend."
    )
    return said


def tornado_table(found: Tornado) -> Table:
    """Every bar."""
    rows = tuple(
        (label(bar.up.lever), bar.up.words, amount_words(bar.down.kind, bar.down.amount),
         change_words(found.asked.unit, bar.change_down), amount_words(bar.up.kind, bar.up.amount),
         change_words(found.asked.unit, bar.change_up), level_words(bar.up), bar.why)
        for bar in found.bars
    )  # fmt: skip
    columns = ("lever", "what it does", "down", "change", "up", "change", "then stands at", "bump from")
    return Table(f"Change of the {found.asked.words}", columns, rows, frozenset({2, 3, 4, 5}))


def tornado_short(found: Tornado) -> Table:
    """Every bar, as narrow as a terminal."""
    rows = tuple(
        (label(bar.up.lever), level_number(bar.down), change_words(found.asked.unit, bar.change_down),
         level_number(bar.up), change_words(found.asked.unit, bar.change_up),
         f"{amount_words(bar.down.kind, bar.down.amount)}, {amount_words(bar.up.kind, bar.up.amount)}")
        for bar in found.bars
    )  # fmt: skip
    columns = ("lever", "down to", "change", "up to", "change", "moved by")
    return Table(f"Change of the {found.asked.words}", columns, rows, frozenset({1, 2, 3, 4}))


def grid_table(found: Grid) -> Table:
    """Every cell with its error."""
    rows = tuple(
        (amount_words(down.kind, down.amount),
         *(f"{number(found.asked.unit, cell)} {number_error(found.asked.unit, cell)}" for cell in row))
        for down, row in zip(found.down, found.cells, strict=True)
    )  # fmt: skip
    columns = (label(found.down[0].lever), *(amount_words(one.kind, one.amount) for one in found.across))
    title = (
        f"{found.asked.words.capitalize()}: {label(found.down[0].lever)} down, {label(found.across[0].lever)} across"
    )
    return Table(title, columns, rows, frozenset(range(1, len(columns))))


def render_sensitivity(found: Tornado | None, grid: Grid | None = None) -> str:
    """The page of a tornado, a grid, or both."""
    from halflife.report.stress_charts import grid_chart, tornado_chart

    asked = found.asked if found is not None else grid.asked if grid is not None else None
    assert asked is not None
    figures: list[tuple[str, str | None, bool]] = []
    tables = []
    sentences = tornado_sentences(found) if found is not None else [f"As written: {_base(asked)}; {_made(asked)}."]
    if found is not None:
        figures.append((f"What the {asked.words} hangs on", tornado_chart(found), True))
        tables.append(tornado_table(found))
    if grid is not None:
        figures.append(("Two levers together", grid_chart(grid), True))
        tables.append(grid_table(grid))
    return page("sensitivity", asked.deal, _made(asked), (), sentences, figures, tables)


def breakeven_sentence(found: Breakeven) -> str:
    """Where the line is crossed, or that it is not."""
    asked, root, kind = found.asked, found.root, found.lever.kind
    reach = f"{amount_words(kind, found.low)} to {amount_words(kind, found.high)}"
    if root is None:
        ends = (found.tried[0][1], found.tried[-1][1])
        values = f"{number(asked.unit, ends[0])} to {number(asked.unit, ends[1])}"
        is_over = (asked.base.value > found.aim.level) == found.aim.is_crossed_above
        where = "crossed as written and everywhere" if is_over else "none"
        return f"{label(found.lever.lever)}: {where} within {reach}; there the {asked.words} goes from {values}."
    at = f", {level_words(root.moved)} (as written {level_number(found.lever)})" if root.moved.level is not None else ""
    said = (
        f"{label(found.lever.lever)}: {amount_words(kind, root.moved.amount)} "
        f"({error_words(kind, root.error)}){at}; {asked.words} there {number(asked.unit, root.found)} "
        f"({number_error(asked.unit, root.found)})."
    )
    if not root.is_monotone:
        further = ", ".join(amount_words(kind, other) for other in root.others)
        said += " Not monotone over the range: this is the crossing next to the deal as written"
        said += f"; others near {further}." if further else "."
    return said


def breakeven_table(found: Sequence[Breakeven]) -> Table:
    """Every lever and line."""
    rows = []
    for one in found:
        root, kind = one.root, one.lever.kind
        reach = f"{amount_words(kind, one.low)} to {amount_words(kind, one.high)}"
        if root is None:
            rows.append((one.aim.words, label(one.lever.lever), "none in range", "", level_number(one.lever), "", reach,
                         f"{len(one.tried)}"))  # fmt: skip
            continue
        rows.append((one.aim.words, label(one.lever.lever), amount_words(kind, root.moved.amount),
                     error_words(kind, root.error), level_number(one.lever), level_number(root.moved), reach,
                     f"{len(one.tried) + 2}" + ("" if root.is_monotone else ", not monotone")))  # fmt: skip
    columns = ("line", "lever", "break-even", "error", "as written", "there", "searched", "runs")
    return Table("Where the line is crossed", columns, tuple(rows), frozenset({2, 3, 4, 5}))


def frontier_table(found: Frontier) -> Table:
    """Every point of a frontier."""
    rows = []
    for along, root, crossed in zip(found.along, found.roots, found.is_crossed, strict=True):
        first = amount_words(along.kind, along.amount)
        if root is None:
            rows.append((first, "crossed everywhere" if crossed else "none in range", "", ""))
        else:
            kind = found.across.kind
            rows.append((first, amount_words(kind, root.moved.amount), error_words(kind, root.error),
                         level_number(root.moved)))  # fmt: skip
    columns = (label(found.along[0].lever), label(found.across.lever), "error", "there")
    return Table(f"Frontier: {found.aim.words}", columns, tuple(rows), frozenset({1, 2, 3}))


def render_breakeven(found: Sequence[Breakeven], frontier: Frontier | None = None) -> str:
    """The page of break-evens."""
    from halflife.report.stress_charts import breakeven_chart, frontier_chart

    asked = found[0].asked if found else frontier.asked if frontier is not None else None
    assert asked is not None
    figures: list[tuple[str, str | None, bool]] = [
        (f"{label(one.lever.lever).capitalize()}: {one.aim.words}", breakeven_chart(one), False) for one in found
    ]
    tables = [breakeven_table(found)] if found else []
    if frontier is not None:
        figures.append(("Two levers together", frontier_chart(frontier), True))
        tables.append(frontier_table(frontier))
    sentences = [*breakeven_lines(found)]
    return page("break-even", asked.deal, _made(asked), (), sentences, figures, tables)


def breakeven_lines(found: Sequence[Breakeven]) -> list[str]:
    """Sentences by line: first the deal as written, then every lever."""
    said = list[str]()
    for aim in dict.fromkeys(one.aim for one in found):
        mine = [one for one in found if one.aim == aim]
        said.append(f"{aim.words[0].upper()}{aim.words[1:]}. As written: {_base(mine[0].asked)}.")
        said += [breakeven_sentence(one) for one in mine]
    return said
