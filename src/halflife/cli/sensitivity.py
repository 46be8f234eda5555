"""The command that says what the answer hangs on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

List = list[str] | None


def sensitivity_command(
    spec: Annotated[Path, typer.Argument(help="Term sheet (YAML).", show_default=False)],
    of: Annotated[str, typer.Option(help="Quantity: el, pd, lgd, fair_spread, dscr, breach, rating, irr, ...")] = "el",
    lever: Annotated[List, typer.Option(help="Lever; may be repeated.", show_default="15 of them")] = None,
    bump: Annotated[List, typer.Option(help="'rent_decline=-5 %..10 %': amounts down and up.")] = None,
    grid: Annotated[List, typer.Option(help="'depth=0.25x,1x,4x', given twice: two levers together.")] = None,
    borrower: Annotated[str | None, typer.Option(help="Borrower, where there are several.")] = None,
    paths: Annotated[int, typer.Option(help="Paths of every run.")] = 4_096,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 7,
    draws: Annotated[int | None, typer.Option(help="Draws of the assumed ranges.", show_default=False)] = None,
    threads: Annotated[int | None, typer.Option(help="Worker threads.", show_default="all processors")] = None,
    html: Annotated[Path | None, typer.Option(help="File for the page with charts.", show_default=False)] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")] = False,
) -> None:
    """Tornado and grid: one lever at a time down and up, or two together, on the same paths, with standard errors."""
    from halflife.cli import refusals
    from halflife.cli.questions import read_bumps, read_grid, show
    from halflife.report.stress import grid_table, render_sensitivity, tornado_sentences, tornado_short
    from halflife.study.ground import ground_of
    from halflife.study.levers import levers_named
    from halflife.study.quantities import quantity_named
    from halflife.study.sensitivity import grid as grid_of
    from halflife.study.sensitivity import tornado
    from halflife.study.termsheet import load

    with refusals():
        quantity, amounts, axes = quantity_named(of), read_bumps(bump or []), read_grid(grid or [])
        levers = None if lever is None else levers_named(lever)
        ground = ground_of(load(spec), borrower=borrower, paths=paths, seed=seed, draws=draws, threads=threads)
        cells = grid_of(ground, quantity, *axes) if axes is not None else None
        is_tornado = axes is None or lever is not None
        found = tornado(ground, quantity, levers, amounts) if is_tornado else None
        tables = [tornado_short(found)] if found is not None else []
        tables += [grid_table(cells)] if cells is not None else []
        said = tornado_sentences(found) if found is not None else []
        page = None if html is None else render_sensitivity(found, cells)
        show(ground.sheet.spec.name, said, tables, {"tornado": found, "grid": cells}, html, page, is_json=is_json)
