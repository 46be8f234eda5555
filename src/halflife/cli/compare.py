"""The command that sets deals and scenarios side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def compare_command(
    specs: Annotated[list[Path], typer.Argument(help="Term sheets (YAML).", show_default=False)],
    scenario: Annotated[list[str] | None, typer.Option(
        help="Scenario by name or file, 'glut+funding_freeze' for one over the other; may be repeated.",
        show_default="all for one deal, baseline for several",
    )] = None,
    paths: Annotated[int, typer.Option(help="Paths of every run.")] = 4_096,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 7,
    draws: Annotated[int | None, typer.Option(help="Draws of the assumed ranges.", show_default=False)] = None,
    threads: Annotated[int | None, typer.Option(help="Worker threads.", show_default="all processors")] = None,
    html: Annotated[Path | None, typer.Option(help="File for the page with charts.", show_default=False)] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")] = False,
) -> None:  # fmt: skip
    """Up to a dozen deals or scenarios side by side; scenarios are dated overlays with sources, and compose."""
    from halflife.cli import refusals
    from halflife.cli.questions import show
    from halflife.report.sizing import render_comparison, terminal_table
    from halflife.study.compare import compare
    from halflife.study.termsheet import load

    with refusals():
        found = compare([load(spec) for spec in specs], scenario or (), paths=paths, seed=seed, draws=draws,
                        threads=threads)  # fmt: skip
        page = None if html is None else render_comparison(found)
        title = ", ".join(dict.fromkeys(one.deal for one in found.columns))
        show(title, found.notes, [terminal_table(found)], {"comparison": found}, html, page, is_json=is_json)
