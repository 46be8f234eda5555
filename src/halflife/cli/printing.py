"""What the command line prints: text for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from halflife.metrics import Measure, NotApplicable
from halflife.report import summary_lines, text_tables
from halflife.study.run import Run

if TYPE_CHECKING:
    from halflife.study.story import Month

MANY = 100_000
"""Runs of more paths than this show a progress bar."""
ROWS = 60
"""Rows of a schedule printed in full; longer ones show every third month."""
CARDS = 2
"""Tables of at most so many rows are printed as cards, one line a field."""
PAGE = 120
"""Characters of a line when nobody is looking at a terminal."""
MILLION = 1e6
PER_CENT = {"rate", "margin", "floor", "share", "swap", "coupon", "advance"}
"""Words in a key that say: a decimal to be read in per cent."""

Notify = Callable[[str], None]
Advance = Callable[[int], None] | None


@contextmanager
def progress_bar(paths: int, *, is_silent: bool) -> Iterator[tuple[Notify | None, Advance]]:
    """Say on standard error what takes long, and show a bar for long runs."""
    if is_silent:
        yield None, None
        return
    console = Console(stderr=True)
    if paths <= MANY:
        yield console.print, None
        return
    columns = (TextColumn("paths"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("paths", total=paths)
        yield console.print, lambda done: bar.update(task, completed=done)


def print_run(made: Run, measures: Sequence[Measure | NotApplicable], out: Path | None, *, is_json: bool) -> None:
    """Print the summary of a run, or its measures as JSON."""
    if is_json:
        provenance = made.results.provenance
        print(json.dumps({
            "name": made.results.name,
            "seed": provenance.seed, "paths": provenance.paths, "draws": provenance.draws,
            "digest": provenance.digest, "version": provenance.version,
            "measures": [asdict(found) for found in measures],
        }, indent=2, default=str))  # fmt: skip
        return
    console = wide_console()
    for line in summary_lines(made.results, measures):
        console.print(line, highlight=False)
    for table in text_tables(made.results, measures):
        print_grid(console, table.title, table.columns, table.rows, table.numeric)
    if out is not None:
        console.print(f"Report, JSON and Parquet: {out}", highlight=False)


def wide_console() -> Console:
    """Return the terminal, or a page wide enough for our tables where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=PAGE)


def print_grid(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int]
) -> None:
    """Print one table."""
    right = set(numeric)
    grid = Grid(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_header=any(columns))
    for place, column in enumerate(columns):
        grid.add_column(column, justify="right" if place in right else "left")
    for row in rows:
        grid.add_row(*row)
    console.print(grid)


def print_show(tables: Mapping[str, Sequence[Mapping[str, Any]]], *, is_json: bool) -> None:
    """Print the resolved deal: short tables as cards, long ones as grids."""
    if is_json:
        print(json.dumps(tables, indent=2, default=str))
        return
    console = wide_console()
    for name, rows in tables.items():
        title = name.replace("_", " ").capitalize()
        if rows and len(rows) <= CARDS:
            for row in rows:
                cells = [[key.replace("_", " "), _cell(key, value)] for key, value in row.items()]
                print_grid(console, title, ("", ""), cells, ())
        elif rows:
            print_grid(console, *_grid(title, rows))


def _grid(
    title: str, rows: Sequence[Mapping[str, Any]]
) -> tuple[str, Sequence[str], Sequence[Sequence[str]], Sequence[int]]:
    """Lay out a long table: what is the same in every row goes into the title."""
    same = [key for key, value in rows[0].items() if isinstance(value, str) and all(r[key] == value for r in rows)]
    columns = [key for key in rows[0] if key not in same]
    shown = rows if len(rows) <= ROWS else rows[::3]
    cells = [[_cell(key, row[key]) for key in columns] for row in shown]
    numeric = [place for place, key in enumerate(columns) if isinstance(rows[0][key], (int, float))]
    heading = ", ".join([title, *(str(rows[0][key]) for key in same)])
    return heading, [key.replace("_", " ") for key in columns], cells, numeric


def _cell(key: str, value: Any) -> str:
    """Round a value for people: money in millions, rates and shares in per cent."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: ""}[value]
    if isinstance(value, float):
        if abs(value) >= MILLION:
            return f"{value / MILLION:,.1f} m"
        return f"{value:.2%}" if set(key.split("_")) & PER_CENT else f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def print_story(months: Iterable[Month]) -> None:
    """Print a path, month by month."""
    console = wide_console()
    for month in months:
        console.print(f"[bold]{month.date}[/bold]", highlight=False)
        for sentence in month.sentences:
            console.print(f"  {sentence}", highlight=False, markup=False)
        for label, amount in month.payments:
            console.print(f"    {label:<34}{amount:>18,.0f} USD", highlight=False, markup=False)
