"""The command line: parse, call, print.  No finance, no arithmetic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from halflife.cli.book import book
from halflife.cli.breakeven import breakeven_command
from halflife.cli.cascade import cascade_command
from halflife.cli.compare import compare_command
from halflife.cli.lens import lens_command
from halflife.cli.liquidate import liquidate_command
from halflife.cli.pool import pool_command
from halflife.cli.sensitivity import sensitivity_command
from halflife.cli.size import size_command
from halflife.foundation.errors import HalflifeError

app = typer.Typer(
    name="halflife",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Halflife: how fast does the collateral die, and who is left holding the debt?",
)
SheetPath = Annotated[Path, typer.Argument(help="Term sheet (YAML).", show_default=False)]
Paths = Annotated[int, typer.Option(help="Paths to simulate.")]
Seed = Annotated[int, typer.Option(help="Seed of all random numbers.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")]


@contextmanager
def refusals() -> Iterator[None]:
    """Print what was refused and leave with its exit code; an interrupt leaves with 130 and nothing half-written."""
    try:
        yield
    except HalflifeError as error:
        typer.secho(str(error), err=True)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        typer.secho("interrupted; nothing was written", err=True)
        raise typer.Exit(130) from None


@app.command("run")
def run_command(
    spec: SheetPath,
    paths: Paths = 10_000,
    seed: Seed = 7,
    draws: Annotated[int | None, typer.Option(help="Draws of the assumed ranges.", show_default=False)] = None,
    threads: Annotated[int | None, typer.Option(help="Worker threads.", show_default="all processors")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report, JSON and Parquet.", show_default=False)] = None,
    is_json: AsJson = False,
) -> None:
    """Simulate a term sheet: PD, LGD, expected loss, covenants, implied rating, fair spread; writes a report."""
    from halflife.cli.printing import print_run, progress_bar
    from halflife.report import render_html
    from halflife.study.run import run
    from halflife.study.termsheet import load

    with refusals():
        sheet = load(spec)
        with progress_bar(paths, is_silent=is_json) as (notify, progress):
            made = run(sheet, paths=paths, seed=seed, draws=draws, threads=threads, notify=notify, progress=progress)
        measures = made.measures()
        if out is not None:
            made.write(out, {"report.html": render_html(made.results, measures)})
        print_run(made, measures, out, is_json=is_json)


@app.command("show")
def show_command(spec: SheetPath, is_json: AsJson = False) -> None:
    """Print the resolved deal: sources and uses, schedules, advance, inferred prices, sculpted principal."""
    from halflife.cli.printing import print_show
    from halflife.engine.show import show
    from halflife.study.termsheet import load

    with refusals():
        print_show(show(load(spec).base), is_json=is_json)


@app.command("explain")
def explain_command(
    spec: SheetPath,
    path: Annotated[int, typer.Option(help="Path to replay.")],
    seed: Seed = 7,
    paths: Annotated[int, typer.Option(help="Paths of the run it belongs to.")] = 10_000,
) -> None:
    """Replay one path and tell it month by month, with every payment."""
    from halflife.cli.printing import print_story
    from halflife.study.story import tell
    from halflife.study.termsheet import load

    with refusals():
        print_story(tell(load(spec), path, seed=seed, paths=paths))


@app.command("new")
def new_command(
    file: Annotated[Path, typer.Argument(help="File to write; it must not exist.", show_default=False)],
) -> None:
    """Write a commented template of a term sheet."""
    from importlib.resources import files

    from halflife.foundation.errors import Finding, SpecError

    with refusals():
        template = (files("halflife.study") / "template.yaml").read_text(encoding="utf-8")
        try:
            with file.open("x", encoding="utf-8") as written:
                written.write(template)
        except OSError as error:
            finding = Finding(str(file), error.strerror or "it cannot be written", "a new file", "choose another name")
            raise SpecError([finding]) from None
    typer.echo(f"{file}: edit it, then run `halflife run {file}`")


@app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the spec language, for editors."""
    from halflife.engine.system import SystemSpec
    from halflife.foundation.spec import json_schema

    typer.echo(json.dumps(json_schema(SystemSpec), indent=2))


app.command("liquidate")(liquidate_command)
app.command("cascade")(cascade_command)
app.command("lens")(lens_command)
app.command("pool")(pool_command)
app.command("sensitivity")(sensitivity_command)
app.command("breakeven")(breakeven_command)
app.command("size")(size_command)
app.command("compare")(compare_command)
app.add_typer(book, name="book")


def main() -> None:
    """Run the command line."""
    app()
