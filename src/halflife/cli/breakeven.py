"""The command that asks how far things must go before a line is crossed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

List = list[str] | None
LEVERS = (
    "rent_decline", "rent_level", "successor_date", "successor_size", "depth", "offtaker_pd", "utilisation",
    "power_price", "dependence", "interest_rate",
)  # fmt: skip
"""Asked when none is named."""


def breakeven_command(
    spec: Annotated[Path, typer.Argument(help="Term sheet (YAML).", show_default=False)],
    aim: Annotated[List, typer.Option(
        help="Line: dscr=1.0x, breach=50 %, loss=1 %, pd=10 %, irr=0 %, equity=1x, rating=BBB-; may be repeated.",
        show_default="loss",
    )] = None,
    lever: Annotated[List, typer.Option(help="Lever; may be repeated.", show_default="ten of them")] = None,
    low: Annotated[str | None, typer.Option(help="Search from this amount of the only lever.")] = None,
    high: Annotated[str | None, typer.Option(help="Search up to this amount of the only lever.")] = None,
    along: Annotated[str | None, typer.Option(
        help="'offtaker_pd=1x,4x,16x': frontier, the only lever solved for at each amount."
    )] = None,
    borrower: Annotated[str | None, typer.Option(help="Borrower, where there are several.")] = None,
    paths: Annotated[int, typer.Option(help="Paths of every run.")] = 4_096,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 7,
    draws: Annotated[int | None, typer.Option(help="Draws of the assumed ranges.", show_default=False)] = None,
    threads: Annotated[int | None, typer.Option(help="Worker threads.", show_default="all processors")] = None,
    html: Annotated[Path | None, typer.Option(help="File for the page with charts.", show_default=False)] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")] = False,
) -> None:  # fmt: skip
    """Reverse stress: the amount of a lever at which DSCR, covenants, loss, IRR or rating cross a line."""
    from halflife.cli import refusals
    from halflife.cli.questions import read_along, show
    from halflife.foundation.errors import Finding, SpecError
    from halflife.report.stress import breakeven_lines, breakeven_table, frontier_table, render_breakeven
    from halflife.study.aims import read_aim
    from halflife.study.breakeven import breakeven, frontier
    from halflife.study.ground import ground_of
    from halflife.study.levers import levers_named, read_amount
    from halflife.study.termsheet import load

    with refusals():
        levers = levers_named(lever or LEVERS)
        if len(levers) != 1 and (low is not None or high is not None or along is not None):
            found, fix = f"{len(levers)} levers", "name the one that is meant with --lever"
            raise SpecError([Finding("--lever", found, "one lever with --low, --high or --along", fix)])
        ends = [None if text is None else read_amount(levers[0], text, option)
                for option, text in (("--low", low), ("--high", high))]  # fmt: skip
        row = None if along is None else read_along(along)
        ground = ground_of(load(spec), borrower=borrower, paths=paths, seed=seed, draws=draws, threads=threads)
        aims = [read_aim(text, ground) for text in aim or ["loss"]]
        named = levers if lever is not None else [one for one in levers if not one.missing(ground.deals[0])]
        found_all = [breakeven(ground, one, line, low=ends[0], high=ends[1]) for line in aims for one in named]
        edge = None if row is None else frontier(ground, row, levers[0], aims[0])
        tables = [breakeven_table(found_all), *([] if edge is None else [frontier_table(edge)])]
        page = None if html is None else render_breakeven(found_all, edge)
        answers = {"breakeven": found_all, "frontier": edge}
        show(ground.sheet.spec.name, breakeven_lines(found_all), tables, answers, html, page, is_json=is_json)
