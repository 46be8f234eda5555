"""The command that puts notes on a pool of a system's loans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def pool_command(
    system: Annotated[Path, typer.Argument(help="System of borrowers (YAML).", show_default=False)],
    notes: Annotated[Path, typer.Option(help="Notes and the loans behind them (YAML).", show_default=False)],
    paths: Annotated[int, typer.Option(help="Paths to simulate.")] = 2_048,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 7,
    draws: Annotated[int | None, typer.Option(help="Draws of the assumed ranges.", show_default=False)] = None,
    feedback: Annotated[bool, typer.Option(help="Leave the channels between borrowers on.")] = True,
    out: Annotated[Path | None, typer.Option(help="Folder for report, JSON and Parquet.", show_default=False)] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")] = False,
) -> None:
    """ABS or CLO on compute loans: who is paid, expected loss, life and grade of every note, beside closed forms."""
    from halflife.cli import refusals
    from halflife.cli.printing import print_grid, wide_console
    from halflife.cli.progress import told
    from halflife.report.pool import pool_dict, render_pool, sentences, short_table
    from halflife.results.store import write_results
    from halflife.study.cascade import field_of
    from halflife.study.notes import join, read_notes
    from halflife.study.pool import tranche
    from halflife.study.termsheet import load

    with refusals():
        spec, document = read_notes(notes)
        field = field_of(load(system), paths=paths, seed=seed, draws=draws)
        pool = join(spec, document, field.sheet.spec, field.deals[0])
        with told(is_silent=is_json) as progress:
            found = tranche(field, pool, feedback=feedback, progress=progress)
        numbers = json.dumps(pool_dict(found), indent=2)
        if out is not None:
            write_results(found.results, out, {"pool.html": render_pool(found), "pool.json": numbers})
        if is_json:
            typer.echo(numbers)
            return
        console = wide_console()
        console.print(f"[bold]{found.name}[/bold]", highlight=False)
        for sentence in sentences(found):
            console.print(sentence, highlight=False, markup=False)
        table = short_table(found)
        print_grid(console, table.title, table.columns, table.rows, table.numeric)
        if out is not None:
            console.print(f"report: {out / 'pool.html'}", highlight=False)
