"""A liquidation as a page and as plain tables: what seized machines bring, and what that makes of the loan."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from halflife.foundation.words import percent, usd
from halflife.report.drawing import (
    BLUE,
    FAINT,
    GREY,
    INK,
    RED,
    RUST,
    TEAL,
    name_lines,
    svg,
    unit,
    usd_beside,
)
from halflife.report.filling import fill
from halflife.report.tables import Table
from halflife.results.sale import UNITS, Sale, Spread

COLUMNS = ("", "mean", "± one standard error", "5 %", "median", "95 %")


def render_sale(sale: Sale) -> str:
    """Write the page: one file, no network."""
    charts = (
        ("Price of a machine, month by month", price_chart(sale)),
        ("Cash collected", cash_chart(sale)),
        ("From paper to cash", steps_chart(sale)),
        ("Loan to value", leverage_chart(sale)),
    )
    return fill(
        "sale.html",
        sale=sale,
        headline=headline(sale),
        sentences=sentences(sale),
        figures=charts,
        tables=sale_tables(sale),
    )


def headline(sale: Sale) -> list[tuple[str, str, str]]:
    """The numbers at the top: (title, value, what stands beneath it)."""
    get = sale.spreads
    cells = (
        ("Paper LTV", "paper LTV", ""),
        ("Realisable LTV", "realisable LTV", "median; 5 to 95 %: {band}"),
        ("Proceeds", "proceeds", "after cost; 5 to 95 %: {band}"),
        ("Price received", "price received", "of the appraised value; 5 to 95 %: {band}"),
        ("Months to the last sale", "months to the last sale", "5 to 95 %: {band}"),
    )
    return [
        (title, shown(name, get[name].middle), beneath.format(band=band(name, get[name])))
        for title, name, beneath in cells
    ]


def sentences(sale: Sale) -> list[str]:
    """What the numbers say, and what a reader must know beside them."""
    get = sale.spreads
    lost, cash, price = get["loss"], get["proceeds"], get["price received"]
    paper, realisable = get["paper LTV"], get["realisable LTV"]
    coins = get.get("coins")
    beside = "" if coins is None else f", and coins sold beside them {usd(coins.mean)} (± {usd(coins.standard_error)})"
    first = (
        f"On paper the debt of {usd(sale.debt)} is {percent(paper.middle)} of {usd(sale.debt / paper.middle)}. "
        f"Sold, the machines bring {usd(cash.mean)} on average (± {usd(cash.standard_error)}), between "
        f"{usd(cash.low)} and {usd(cash.high)} on nine paths of ten{beside}: the realisable loan to value is "
        f"{percent(realisable.middle)} on the median path and above {percent(realisable.high)} on one in twenty."
    )
    second = (
        f"Buyers pay {percent(price.mean)} of the appraised value of the month (± {percent(price.standard_error)}). "
        f"The first machine is sold after {get['months to the first sale'].middle:.0f} months, the last after "
        f"{get['months to the last sale'].middle:.0f} (medians). "
        f"The lenders lose {usd(lost.mean)} on average (± {usd(lost.standard_error)})."
    )
    return [first, second, *sale.notes]


def shown(name: str, amount: float) -> str:
    """A result with its unit."""
    kind = UNITS[name]
    if kind.startswith("USD"):
        return f"{amount:,.0f} USD" if kind != "USD" else usd(amount)
    if kind == "months":
        return f"{amount:,.1f}".removesuffix(".0")
    return percent(amount)


def band(name: str, spread: Spread) -> str:
    """The range of nine paths of ten."""
    return f"{shown(name, spread.low)} to {shown(name, spread.high)}"


def _error(name: str, spread: Spread) -> str:
    return "–" if spread.standard_error == 0.0 else shown(name, spread.standard_error)


def sale_tables(sale: Sale) -> list[Table]:
    """Results, claims, the way from paper to cash, and every figure behind them."""
    results = [
        (name, shown(name, one.mean), _error(name, one), *(shown(name, x) for x in (one.low, one.middle, one.high)))
        for name, one in sale.spreads.items()
    ]
    claims = [
        (
            claim.name,
            usd(claim.owed),
            f"{usd(claim.paid.mean)} ± {usd(claim.paid.standard_error)}",
            usd(claim.paid.low),
            usd(claim.paid.high),
            f"{percent(claim.whole[0])} ± {percent(claim.whole[1])}",
        )
        for claim in sale.claims
    ]
    known = [
        (
            figure.name,
            figure.words,
            "" if figure.low_third is None else percent(figure.low_third),
            "" if figure.high_third is None else percent(figure.high_third),
            figure.source,
        )
        for figure in sale.figures
    ]
    numbers = frozenset(range(1, 6))
    return [
        Table("Results", COLUMNS, tuple(results), numbers, "mean of a loan to value: debt over the mean of the value"),
        Table(
            "Claims, in order of priority",
            ("claim", "owed", "paid, mean", "paid, 5 %", "paid, 95 %", "paid in full"),
            tuple(claims),
            numbers,
        ),
        Table(
            "Figures behind the answer",
            ("figure", "used", "LTV if low", "LTV if high", "source"),
            tuple(known),
            frozenset({2, 3}),
            "LTV if low, if high: middle of the realisable loan to value over the paths whose figure lies in the "
            "lowest, in the highest third of its range. A figure without a range is the same on all paths.",
        ),
    ]


def _months_below(axes: Axes, last: int) -> None:
    step = 1 if last <= 8 else 3 if last <= 36 else 12
    axes.set_xticks(range(0, last + 1, step))
    axes.set_xlim(0, last)


def _fan(axes: Axes, rows: np.ndarray, colour: str) -> None:
    """5 to 95 % faint, 25 to 75 % stronger, the middle as a line."""
    at = np.arange(rows.shape[1])
    axes.fill_between(at, rows[0], rows[4], color=colour, alpha=0.13, linewidth=0)
    axes.fill_between(at, rows[1], rows[3], color=colour, alpha=0.22, linewidth=0)
    axes.plot(at, rows[2], color=colour)


def price_chart(sale: Sale) -> str:
    """What a machine is appraised at, and what it fetches in the months in which machines are sold."""
    worth, received = sale.fans["appraised"], sale.fans["price received"]

    def draw(axes: Axes) -> None:
        _fan(axes, worth, TEAL)
        _fan(axes, received, RUST)
        axes.set_ylim(0.0, 1.08 * float(np.nanmax(worth[4])))
        _months_below(axes, worth.shape[1] - 1)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value / 1e3:,.0f}")
        sold = np.flatnonzero(np.isfinite(received[2]))
        names = [(float(worth[2, -1]), "appraised", TEAL)]
        if sold.size:
            names.append((float(received[2, sold[-1]]), "price received", RUST))
        name_lines(axes, names)
        unit(axes, "USD thousand a machine, by months after the seizure; bands: 50 % and 90 % of paths")

    return svg(draw)


def cash_chart(sale: Sale) -> str:
    """Cash from the machines against the debt."""
    rows = sale.fans["proceeds"]

    def draw(axes: Axes) -> None:
        _fan(axes, rows, BLUE)
        axes.axhline(sale.debt, color=RED, linewidth=1.2)
        most = max(float(rows[4, -1]), sale.debt)
        axes.set_ylim(0.0, 1.08 * most)
        _months_below(axes, rows.shape[1] - 1)
        usd_beside(axes, most)
        axes.texts[-1].remove()
        scale = "bn" if most >= 2e9 else "m"
        name_lines(axes, [(sale.debt, "debt", RED), (float(rows[2, -1]), "cash so far", BLUE)])
        unit(axes, f"USD {scale}, machines only, by months after the seizure; bands: 50 % and 90 % of paths")

    return svg(draw)


def steps_chart(sale: Sale) -> str:
    """Where the paper value goes, mean over the paths."""
    rows = sale.steps
    most = max(np.cumsum([amount for _, amount in rows[:-1]]))
    scale, name = (1e9, "bn") if most >= 2e9 else (1e6, "m")

    def draw(axes: Axes) -> None:
        level = 0.0
        for place, (_, amount) in enumerate(rows):
            is_end = place in (0, len(rows) - 1)
            begin = 0.0 if is_end else level
            colour = INK if place == 0 else BLUE if is_end else RUST if amount < 0.0 else GREY
            axes.barh(-place, amount, left=begin, height=0.62, color=colour, alpha=0.9)
            level = begin + amount
            sign = "" if is_end else "−" if amount < 0.0 else "+"
            axes.annotate(
                f"{sign}{abs(amount) / scale:,.{0 if scale == 1e6 else 2}f}",
                (max(begin, level), -place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8,
            )  # fmt: skip
        axes.axvline(sale.debt, color=RED, linewidth=1.2)
        axes.annotate("debt", (sale.debt, 0.55), color=RED, fontsize=8, ha="center", va="bottom", annotation_clip=False)
        axes.set_yticks([-place for place in range(len(rows))], [label for label, _ in rows])
        axes.tick_params(axis="y", labelsize=8)
        axes.set_xlim(0.0, 1.15 * max(most, sale.debt))
        axes.grid(axis="y", visible=False)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value / scale:,.{0 if scale == 1e6 else 1}f}")
        left = 0.25
        axes.set_position((left, 0.095, 0.97 - left, 0.77))
        axes.text(0.0, 1.09, f"USD {name}, means over the paths", transform=axes.transAxes, fontsize=7.5, color=FAINT)

    return svg(draw)


def leverage_chart(sale: Sale) -> str:
    """Loan to value on paper, by appraisal and in the sale."""
    rows = (
        ("on paper", "paper LTV", INK),
        ("appraised", "appraised LTV", TEAL),
        ("realisable", "realisable LTV", RUST),
    )

    def draw(axes: Axes) -> None:
        for place, (_, name, colour) in enumerate(rows):
            one = sale.spreads[name]
            axes.plot(
                [one.low, one.high], [-place, -place], color=colour, linewidth=7, alpha=0.28, solid_capstyle="butt"
            )
            axes.plot([one.middle], [-place], "o", color=colour, markersize=8)
            words = percent(one.middle) if one.high - one.low < 0.005 else f"{percent(one.middle)}  ({band(name, one)})"
            axes.annotate(
                words, (one.low, -place), xytext=(0, 11), textcoords="offset points", fontsize=8, color=colour,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            )  # fmt: skip
        axes.axvline(1.0, color=RED, linewidth=1.2)
        axes.set_yticks([0, -1, -2], [label for label, _, _ in rows])
        axes.set_ylim(-2.5, 0.6)
        axes.set_xlim(0.0, 1.1 * max(sale.spreads[name].high for _, name, _ in rows))
        axes.grid(axis="y", visible=False)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        left = 0.16
        axes.set_position((left, 0.095, 0.97 - left, 0.82))
        unit(axes, "debt over value: median and the range of nine paths in ten; red: debt equals value")

    return svg(draw)
