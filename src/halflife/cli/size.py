"""The command that sizes a facility, or cuts a pool into tranches."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

List = list[str] | None
CHOICES = ("debt", "tenor", "tranches")


def size_command(
    spec: Annotated[Path, typer.Argument(help="Term sheet (YAML).", show_default=False)],
    what: Annotated[str, typer.Option(help="debt (and advance rate), tenor, or tranches of the pool.")] = "debt",
    keep: Annotated[List, typer.Option(
        help="Line not to be crossed: rating=BBB-, dscr=1.2x, loss=1 %; may be repeated.", show_default="rating",
    )] = None,
    amortisation: Annotated[List, typer.Option(
        help="as_written, level, straight, sculpted or bullet; may be repeated.", show_default="as_written, sculpted",
    )] = None,
    facility: Annotated[str | None, typer.Option(help="Facility.", show_default="the largest")] = None,
    ratings: Annotated[str, typer.Option(help="Ratings of the tranches, best first.")] = "A,BBB,BB",
    by: Annotated[str, typer.Option(help="pd or el: what a tranche's rating limits.")] = "pd",
    borrower: Annotated[str | None, typer.Option(help="Borrower, where there are several.")] = None,
    paths: Annotated[int | None, typer.Option(help="Paths of every run.", show_default="4096; 20,000 for tranches")]
    = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 7,
    draws: Annotated[int | None, typer.Option(help="Draws of the assumed ranges.", show_default=False)] = None,
    threads: Annotated[int | None, typer.Option(help="Worker threads.", show_default="all processors")] = None,
    html: Annotated[Path | None, typer.Option(help="File for the page with charts.", show_default=False)] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")] = False,
) -> None:  # fmt: skip
    """Largest debt, advance rate or tenor that keeps a rating, a DSCR or a loss; or the tranches of a pool."""
    from halflife.cli import refusals
    from halflife.cli.questions import show
    from halflife.foundation.errors import Finding, SpecError
    from halflife.report.sizing import (
        render_size,
        render_stack,
        size_sentences,
        size_table,
        stack_sentences,
        stack_table,
    )
    from halflife.study.aims import read_aim
    from halflife.study.ground import PATHS, ground_of
    from halflife.study.resize import amortisation_named
    from halflife.study.run import run
    from halflife.study.size import knob_named, size_of
    from halflife.study.termsheet import load
    from halflife.study.tranche_stack import MANY_PATHS, stack

    with refusals():
        if what not in CHOICES:
            raise SpecError([Finding("--what", f"'{what}'", "one of " + ", ".join(CHOICES), "choose one")])
        sheet = load(spec)
        if what == "tranches":
            made = run(sheet, paths=paths or MANY_PATHS, seed=seed, draws=draws, threads=threads)
            cut = stack(made.results, [name.strip() for name in ratings.split(",")], by)
            page = None if html is None else render_stack(cut)
            show(cut.deal, stack_sentences(cut), [stack_table(cut)], {"stack": cut}, html, page, is_json=is_json)
            return
        kinds = [amortisation_named(name) for name in amortisation or ("as_written", "sculpted")]
        ground = ground_of(sheet, borrower=borrower, paths=paths or PATHS, seed=seed, draws=draws, threads=threads)
        aims = [read_aim(text, ground, "--keep") for text in keep or ["rating"]]
        sized = size_of(ground, aims, knob=knob_named(what), facility=facility, amortisations=kinds)
        page = None if html is None else render_size(sized)
        show(sized.deal, size_sentences(sized), [size_table(sized)], {"size": sized}, html, page, is_json=is_json)
