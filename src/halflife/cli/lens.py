"""The command that looks at one facility as infrastructure and as compute."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

BOOK = "book"


def lens_command(
    spec: Annotated[Path, typer.Argument(help="Term sheet (YAML).", show_default=False)],
    paths: Annotated[int, typer.Option(help="Paths to simulate under each set of assumptions.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 7,
    draws: Annotated[int | None, typer.Option(help="Draws of the assumed ranges.", show_default="up to 16")] = None,
    threads: Annotated[int | None, typer.Option(help="Worker threads.", show_default="all processors")] = None,
    life: Annotated[str, typer.Option(help="Years of a long economic life, or 'book'.")] = "25",
    grade: Annotated[str, typer.Option(help="Grade whose expected loss lenders are to have.")] = "BBB-",
    founders: Annotated[bool, typer.Option(help="Finance the project with less and less debt.")] = True,
    out: Annotated[Path | None, typer.Option(help="Folder for report, JSON and Parquet.", show_default=False)] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")] = False,
) -> None:
    """The facility under infrastructure assumptions and under compute reality: the gap, and what carries it."""
    from halflife.cli import refusals
    from halflife.cli.progress import told
    from halflife.report.lens import lens_dict, lens_lines, render_lens
    from halflife.results.store import write_results
    from halflife.study.founders import founders as find_founders
    from halflife.study.lens import bench_of, check_grade, lens
    from halflife.study.termsheet import load

    with refusals():
        check_grade(grade)
        years, sheet = _years(life), load(spec)
        with told(is_silent=is_json) as progress:
            bench = bench_of(sheet, paths=paths, seed=seed, draws=draws, threads=threads, life=years)
            found = lens(bench, progress=progress)
            if founders:
                found = replace(found, handover=find_founders(bench, found, grade, progress=progress))
        if out is not None:
            write_results(found.reality, out, {"lens.html": render_lens(found)})
        if is_json:
            typer.echo(json.dumps(lens_dict(found), indent=2))
        else:
            for line in lens_lines(found):
                typer.echo(line)
            if out is not None:
                typer.echo(f"report: {out / 'lens.html'}")


def _years(life: str) -> float | None:
    """Read the economic life: a number of years, or None for the book life."""
    from halflife.foundation.errors import Finding, SpecError

    if life.strip().lower() == BOOK:
        return None
    try:
        return float(life.lower().removesuffix("years").strip())
    except ValueError:
        finding = Finding("--life", f"'{life}'", "a number of years, or 'book'", "write for example --life 25")
        raise SpecError([finding]) from None
