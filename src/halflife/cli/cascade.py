"""The command that switches feedback between borrowers off and on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def cascade_command(
    system: Annotated[Path, typer.Argument(help="System of borrowers and lenders (YAML).", show_default=False)],
    paths: Annotated[int, typer.Option(help="Paths to simulate in every run.")] = 2_048,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 7,
    draws: Annotated[int | None, typer.Option(help="Draws of the assumed ranges.", show_default=False)] = None,
    threads: Annotated[int | None, typer.Option(help="Worker threads.", show_default="all processors")] = None,
    ranking: Annotated[bool, typer.Option(help="Silence every entity in turn: one run for each.")] = True,
    cliff: Annotated[str, typer.Option(help="What to shock: rent, depth, both or none.")] = "both",
    backstop: Annotated[bool, typer.Option(help="Try buyers of last resort.")] = True,
    out: Annotated[Path | None, typer.Option(help="Folder for report, JSON and Parquet.", show_default=False)] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")] = False,
) -> None:
    """Losses with and without feedback: amplification, channels, who is systemic, where it jumps, what stops it."""
    from halflife.cli import refusals
    from halflife.cli.progress import told
    from halflife.report.cascade import cascade_dict, cascade_lines, render_cascade
    from halflife.results.store import write_results
    from halflife.study.cascade import cascade, field_of
    from halflife.study.cliff import find_cliff, levers, try_backstops
    from halflife.study.fabric import fabric_of
    from halflife.study.termsheet import load

    with refusals():
        shocked, sheet = levers(cliff), load(system)
        with told(is_silent=is_json) as progress:
            field = field_of(sheet, paths=paths, seed=seed, draws=draws, threads=threads)
            found = cascade(field, ranking=ranking, progress=progress)
            cliffs = [find_cliff(field, lever, progress=progress) for lever in shocked]
            stops = try_backstops(field, found.loss_off, progress=progress) if backstop else ()
            fabric = fabric_of(field)
        if out is not None:
            page = render_cascade(found, cliffs, stops, fabric)
            write_results(found.on, out, {"cascade.html": page})
        if is_json:
            typer.echo(json.dumps(cascade_dict(found, cliffs, stops, fabric), indent=2))
        else:
            for line in cascade_lines(found, cliffs, stops, fabric):
                typer.echo(line)
            if out is not None:
                typer.echo(f"report: {out / 'cascade.html'}")
