"""The command that sells seized machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from halflife.foundation.errors import Finding, ResourceError, SpecError

if TYPE_CHECKING:
    from halflife.results.sale import Sale

Text = str | None


def liquidate_command(
    machine: Annotated[str, typer.Option(help="Machine type, as in the facts.")] = "H100",
    units: Annotated[int, typer.Option(help="Machines to sell.")] = 10_000,
    unit_of_sale: Annotated[Text, typer.Option(help="chip, server, rack or cluster.", show_default="server")] = None,
    lot: Annotated[int | None, typer.Option(help="Machines in one unit of sale.", show_default=False)] = None,
    market: Annotated[str, typer.Option(help="dealer or retail: whose depth.")] = "dealer",
    depth: Annotated[Text, typer.Option(help="Depth instead: '2000' or '400-8000' a month.")] = None,
    absorption: Annotated[Text, typer.Option(help="Most that buyers install: '1000-8000' a month.")] = None,
    installable: Annotated[Text, typer.Option(help="The same by power: '40 MW' connected a month.")] = None,
    policy: Annotated[str, typer.Option(help="dump, orderly or optimal.")] = "dump",
    months: Annotated[int | None, typer.Option(help="Months of an orderly sale.", show_default=False)] = None,
    age: Annotated[int, typer.Option(help="Age of the machines in months.")] = 24,
    ltv: Annotated[str, typer.Option(help="Debt over paper value, where no claim is given.")] = "80 %",
    claim: Annotated[list[str] | None, typer.Option(help="'senior=150 m USD', in order of priority.")] = None,
    coins: Annotated[Text, typer.Option(help="Worth of coins pledged beside: '100 m USD'.")] = None,
    coin_volume: Annotated[Text, typer.Option(help="What their market turns over a day, in USD.")] = None,
    coin_volatility: Annotated[Text, typer.Option(help="Daily volatility of their price: '3 %'.")] = None,
    coin_order: Annotated[str, typer.Option(help="machines_first, coins_first or pro_rata.")] = "machines_first",
    rate: Annotated[str, typer.Option(help="The lenders' discount rate.")] = "10 %",
    storage: Annotated[str, typer.Option(help="A machine in the queue: '20 USD/month'.")] = "0 USD/month",
    rent: Annotated[Text, typer.Option(help="Posted rent instead of the facts': '2.50 USD/h'.")] = None,
    paper: Annotated[Text, typer.Option(help="Price when new instead of the facts': '40_000 USD'.")] = None,
    draws_rent: Annotated[bool, typer.Option("--draw-rent", help="Draw what a machine earns as well.")] = False,
    workout: Annotated[int, typer.Option(help="Months after which all that is left goes.")] = 36,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 7,
    paths: Annotated[int, typer.Option(help="Paths to simulate.")] = 2_000,
    html: Annotated[Path | None, typer.Option(help="File for the page with charts.", show_default=False)] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")] = False,
) -> None:
    """Sell seized machines into a thin market: price path, months, proceeds by claim, paper against realisable LTV."""
    from halflife.cli import refusals
    from halflife.foundation import units as unit
    from halflife.study.coins import Coins
    from halflife.study.liquidate import liquidate
    from halflife.study.question import Question

    with refusals():
        read = _Reader()
        pledged = None
        if coins is not None:
            pledged = Coins(
                worth=read.figure(unit.Usd, "--coins", coins) or 0.0,
                volume=read.figure(unit.Usd, "--coin-volume", coin_volume) or 0.0,
                volatility=read.figure(unit.Rate, "--coin-volatility", coin_volatility) or 0.0,
                order=coin_order,
            )
        question = Question(
            machine=machine, units=units, unit_of_sale=unit_of_sale, lot=lot, market=market,
            depth=read.span("--depth", depth),
            absorption=read.span("--absorption", absorption),
            installable=read.figure(unit.Kilowatt, "--installable", installable),
            policy=policy, months=months, age=age,
            ltv=read.figure(unit.Rate, "--ltv", ltv) or 0.0,
            claims=tuple(read.claim(text) for text in claim or ()),
            coins=pledged,
            rate=read.figure(unit.Rate, "--rate", rate) or 0.0,
            storage=read.figure(unit.UsdPerMonth, "--storage", storage) or 0.0,
            rent=read.figure(unit.UsdPerHour, "--rent", rent),
            paper=read.figure(unit.Usd, "--paper", paper),
            draws_rent=draws_rent, workout=workout, seed=seed, paths=paths,
        )  # fmt: skip
        read.close()
        _show(liquidate(question), html, is_json=is_json)


class _Reader:
    """Reads options as term sheets read figures, and reports everything that is wrong at once."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def figure(self, kind: Any, option: str, text: str | None) -> float | None:
        """A figure with its unit, or None where the option was left out."""
        from pydantic import TypeAdapter, ValidationError

        from halflife.foundation.errors import Refusal

        if text is None:
            return None
        try:
            return float(TypeAdapter(kind).validate_python(text))
        except ValidationError as error:
            cause = error.errors()[0].get("ctx", {}).get("error")
            said = (cause.found, cause.wanted, cause.fix) if isinstance(cause, Refusal) else (text, "a figure", "")
            self.findings.append(Finding(option, *said))
            return None

    def span(self, option: str, text: str | None) -> Any:
        """``400-8000`` or ``2000``."""
        from halflife.study.seized import Span

        if text is None:
            return None
        try:
            ends = [float(part.replace(",", "").replace("_", "")) for part in text.split("-")]
            low, high = ends if len(ends) == 2 else (ends[0], *ends)
        except ValueError:
            self.findings.append(Finding(option, f"'{text}'", "a number or low-high", "write it like 400-8000"))
            return None
        return Span(low, 0.5 * (low + high), high)

    def claim(self, text: str) -> tuple[str, float]:
        """``senior=150 m USD``."""
        from halflife.foundation.units import Usd

        name, sign, amount = text.partition("=")
        if not sign:
            self.findings.append(Finding("--claim", f"'{text}'", "name=amount", "write it like 'senior=150 m USD'"))
        return name.strip(), self.figure(Usd, f"--claim {name.strip()}", amount.strip() if sign else None) or 0.0

    def close(self) -> None:
        """Refuse if anything could not be read."""
        if self.findings:
            raise SpecError(self.findings)


def _show(sale: Sale, html: Path | None, *, is_json: bool) -> None:
    """Write the page, and print the rest."""
    from halflife.cli.printing import print_grid, wide_console
    from halflife.report.liquidation import render_sale, sale_tables, sentences

    if html is not None:
        try:
            html.write_text(render_sale(sale), encoding="utf-8")
        except OSError as error:
            raise ResourceError(f"{html}: {error.strerror}; nothing was written") from None
    if is_json:
        fans = {name: [[None if x != x else x for x in row] for row in fan.tolist()] for name, fan in sale.fans.items()}
        print(json.dumps(asdict(sale) | {"fans": fans}, indent=2, default=str))
        return
    console = wide_console()
    console.print(f"[bold]{sale.title}[/bold]", highlight=False)
    console.print(f"{sale.policy}; {sale.paths:,} paths, seed {sale.seed}, from {sale.valuation}", highlight=False)
    for sentence in sentences(sale):
        console.print(sentence, highlight=False, markup=False)
    for table in sale_tables(sale):
        print_grid(console, table.title, table.columns, table.rows, table.numeric)
    if html is not None:
        console.print(f"Page: {html}", highlight=False)
