"""The house style of a chart: one palette, dates along the bottom, names at the lines instead of a legend."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

INK, FAINT, GRID = "#1d2a35", "#6d7984", "#e3e7ea"
BLUE, TEAL, RUST, GOLD, GREY, RED = "#1f4e79", "#2a8c82", "#c2572b", "#c79a2e", "#8d99a5", "#a3262a"
PALETTE = (BLUE, TEAL, GOLD, RUST, "#6a5a8c", "#7fa35b", GREY, "#4a90b8")
WIDTH, HEIGHT = 6.3, 3.05
"""Inches; the page scales the chart to its column."""
LEFT, BOTTOM, TOP = 0.085, 0.095, 0.915
LONGEST_NAME, LETTER = 26, 0.0108
"""Most letters of a name beside a chart, and the share of the width that one takes."""
STYLE: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "halflife", "font.family": "DejaVu Sans", "font.size": 8.5,
    "text.color": INK, "axes.edgecolor": FAINT, "axes.labelcolor": FAINT, "xtick.color": FAINT,
    "ytick.color": FAINT,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.grid.axis": "y",
    "grid.color": GRID, "grid.linewidth": 0.7, "axes.linewidth": 0.7, "axes.axisbelow": True,
    "xtick.major.width": 0.7, "ytick.major.size": 0, "lines.linewidth": 1.6,
}  # fmt: skip
FONT = "DejaVu Sans"
PAGE_FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
_GROUP_NAME = re.compile(r'<g id="[^"]*">')


def svg(draw: Callable[[Axes], None], right: float = 0.97) -> str:
    """Draw one chart as SVG to stand inside a page: text stays text, ids do not clash."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHT))
        axes = figure.add_axes((LEFT, BOTTOM, right - LEFT, TOP - BOTTOM))
        draw(axes)
        out = io.StringIO()
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = _GROUP_NAME.sub("<g>", text[text.index("<svg") :])
    text = re.sub(r'(<svg [^>]*?) width="[^"]*"', r'\1 role="img"', text, count=1)
    text = re.sub(r'(<svg [^>]*?) height="[^"]*"', r"\1", text, count=1)
    return text.replace(f"'{FONT}'", PAGE_FONT).replace(FONT, PAGE_FONT)


def years_below(axes: Axes, dates: Sequence[date], months: Sequence[float]) -> None:
    """Put the years under a chart whose positions are months."""
    first, last = int(min(months)), int(max(months))
    marks = [(month, dates[month].year) for month in range(first, last + 1) if dates[month].month == 1]
    step = max(1, round(len(marks) / 8))
    axes.set_xticks([month for month, _ in marks[::step]], [str(year) for _, year in marks[::step]])
    axes.set_xlim(first, last)


def percent_beside(axes: Axes) -> None:
    """Percent along the side."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.{_places(axes)}f} %"))


def _places(axes: Axes) -> int:
    low, high = axes.get_ylim()
    span = 100 * (high - low)
    return 0 if span > 5 else 1 if span > 0.5 else 2


def multiple_beside(axes: Axes) -> None:
    """Multiples along the side."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}x"))


def usd_beside(axes: Axes, most: float) -> None:
    """Amounts along the side, in millions or billions, said at the top."""
    scale, name = (1e9, "bn") if most >= 2e9 else (1e6, "m")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / scale:,.{0 if scale == 1e6 else 1}f}"))
    unit(axes, f"USD {name}")


def unit(axes: Axes, text: str) -> None:
    """Say the unit of the side above it."""
    axes.text(0.0, 1.015, text, transform=axes.transAxes, fontsize=7.5, color=FAINT, ha="left", va="bottom")


def note(axes: Axes, text: str) -> None:
    """Say something at the right, above the chart."""
    axes.text(1.0, 1.015, text, transform=axes.transAxes, fontsize=7, color=FAINT, ha="right", va="bottom")


def name_lines(axes: Axes, names: Sequence[tuple[float, str, str]]) -> None:
    """Write each name to the right of where its line ends, kept apart: (height, name, colour)."""
    low, high = axes.get_ylim()
    gap = (high - low) * 0.068
    heights: list[float] = []
    ordered = sorted(names)
    for height, _, _ in ordered:
        wanted = min(max(height, low + 0.2 * gap), high)
        heights.append(max(wanted, heights[-1] + gap) if heights else wanted)
    for place in range(len(heights) - 1, -1, -1):
        heights[place] = min(heights[place], high if place == len(heights) - 1 else heights[place + 1] - gap)
    shown = [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for _, name, _ in ordered]
    right = axes.get_xlim()[1]
    for at, name, (_, _, colour) in zip(heights, shown, ordered, strict=True):
        axes.annotate(name, (right, at), xytext=(5, 0), textcoords="offset points", color=colour, fontsize=8,
                      va="center", annotation_clip=False)  # fmt: skip
    edge = 0.97 - LETTER * max(map(len, shown), default=0)
    axes.set_position((LEFT, BOTTOM, edge - LEFT, TOP - BOTTOM))


def band(axes: Axes, curves: dict[str, Any], colour: str, dashes: str = "-") -> None:
    """A fan: 5 to 95 % faint, 25 to 75 % stronger, the median as a line."""
    outer, inner, middle = (curves[key] for key in ("5 %", "25 %", "50 %"))
    axes.fill_between(outer.at, outer.value, curves["95 %"].value, color=colour, alpha=0.13, linewidth=0)
    axes.fill_between(inner.at, inner.value, curves["75 %"].value, color=colour, alpha=0.22, linewidth=0)
    axes.plot(middle.at, middle.value, dashes, color=colour)
