"""Commands on books of many loans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from halflife.engine.system import SystemSpec

book = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Books of many loans: import a loan tape, write one, or generate a synthetic system.",
)
Out = Annotated[Path, typer.Option(help="System file to write; an earlier one is replaced.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")]


@book.command("import")
def import_command(
    tape: Annotated[Path, typer.Argument(help="Loan tape: CSV, Parquet or Excel (.xlsx).", show_default=False)],
    map_file: Annotated[Path, typer.Option("--map", help="Column map (YAML).", show_default=False)],
    economy: Annotated[Path, typer.Option(help="Base: a system with one borrower, the pattern.", show_default=False)],
    out: Out,
    is_json: AsJson = False,
) -> None:
    """Turn a loan tape into a system file; every bad row is told, and nothing is written before all are right."""
    from halflife.cli import refusals
    from halflife.study.book import import_book, write_whole

    with refusals():
        made = import_book(tape, map_file, economy)
        write_whole(out, made.text)
        _say({"rows": made.rows, **_sizes(made.spec)}, out, is_json=is_json)


@book.command("export")
def export_command(
    spec: Annotated[Path, typer.Argument(help="System file (YAML).", show_default=False)],
    out: Annotated[Path, typer.Option(help="Tape to write (CSV); its map is written beside it.", show_default=False)],
) -> None:
    """Write a system as a loan tape with its column map: a form to fill in, or a book to edit in a spreadsheet."""
    from halflife.cli import refusals
    from halflife.engine.system import SystemSpec
    from halflife.foundation.document import read_document
    from halflife.foundation.spec import validate_tree
    from halflife.study.book import export_book, write_whole

    with refusals():
        document = read_document(spec)
        tape, map_text = export_book(validate_tree(SystemSpec, document.tree(), document))
        beside = out.with_name(f"{out.stem}.map.yaml")
        write_whole(out, tape)
        write_whole(beside, map_text)
    typer.echo(f"{out} and {beside}")


@book.command("generate")
def generate_command(
    out: Out,
    borrowers: Annotated[int, typer.Option(help="Borrowers.")] = 100,
    lenders: Annotated[int, typer.Option(help="Lenders.")] = 20,
    seed: Annotated[int, typer.Option(help="Seed of everything.")] = 7,
    months: Annotated[int, typer.Option(help="Longest horizon, 12 months of workout included.")] = 60,
    rich: Annotated[str, typer.Option(help="Share of borrowers with more than one facility: '20 %'.")] = "0 %",
    channels: Annotated[str, typer.Option(help="Strength of every contagion channel.")] = "100 %",
    is_json: AsJson = False,
) -> None:
    """Make a synthetic system with a concentration like that of the market; the same seed gives the same file."""
    from halflife.cli import refusals
    from halflife.engine.system import SystemSpec
    from halflife.study.book import Recipe, generate, system_text, write_whole

    with refusals():
        recipe = Recipe(borrowers, lenders, seed, months, _share("rich", rich), _share("channels", channels))
        tree = generate(recipe)
        sizes = _sizes(SystemSpec.model_validate(tree))
        write_whole(out, system_text(recipe, tree))
        _say(sizes, out, is_json=is_json)


def _share(name: str, written: str) -> float:
    """A share in %, or the refusal that names its option."""
    from typing import get_args

    from halflife.foundation.errors import Finding, Refusal, SpecError
    from halflife.foundation.units import Share

    figure = get_args(Share)[1]
    try:
        return float(figure.read(figure, written))
    except Refusal as refusal:
        raise SpecError([Finding(f"--{name}", refusal.found, refusal.wanted, refusal.fix)]) from None


def _sizes(spec: SystemSpec) -> dict[str, Any]:
    """How much a system is."""
    from halflife.study.book import concentration

    return concentration(spec)


def _say(sizes: dict[str, Any], out: Path, *, is_json: bool) -> None:
    if is_json:
        typer.echo(json.dumps(sizes, indent=2))
        return
    counts = ", ".join(
        f"{sizes[key]:,} {key}" for key in ("rows", "borrowers", "facilities", "lenders") if key in sizes
    )
    typer.echo(f"{out}: {counts}; {sizes['committed'] / 1e9:,.3f} bn USD committed")
    shares = (("ten largest borrowers", "ten_largest"), ("largest customer", "largest_customer"))
    parts = [f"{noun} {sizes[key]:.0%}" for noun, key in (*shares, ("largest lender", "largest_lender"))]
    typer.echo(f"shares of it: {', '.join(parts)}")
