"""The charts of deals and scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from halflife.facts import letter
from halflife.metrics.stress import Column, Comparison
from halflife.report.drawing import BLUE, INK, PALETTE, name_lines, svg, unit
from halflife.report.stress_charts import WIDE, resize
from halflife.report.stress_words import POINTS, change_words, number

BAND = 2.0
WEAKEST = 19.5
"""End of the scale of grades, half a notch below CCC-."""
COLOURS = (*PALETTE, "#b06a9a", "#5b6f3a", "#3a3a3a", "#d28f7a")


def names(found: Comparison) -> list[str]:
    """A name for each column: the scenario where all are of one deal, the deal where all are of one scenario."""
    deals, scenarios = {one.deal for one in found.columns}, {one.scenario for one in found.columns}
    if len(deals) == 1:
        return [_said(one.scenario) for one in found.columns]
    if len(scenarios) == 1:
        return [one.deal for one in found.columns]
    return [f"{one.deal}: {_said(one.scenario)}" for one in found.columns]


def _said(scenario: str) -> str:
    return scenario.replace("_", " ").replace("+", " + ")


def bars(found: Comparison, row: str) -> str | None:
    """One number of every column with two standard errors."""
    kept = [(name, one.numbers[row]) for name, one in zip(names(found), found.columns, strict=True)]
    known = [(name, one) for name, one in kept if one is not None][::-1]
    if len(known) < 2:
        return None
    name = found.units[row]
    scale = 100.0 if name in POINTS else 1.0

    def draw(axes: Axes) -> None:
        values = scale * np.array([one.value for _, one in known])
        errors = BAND * scale * np.array([one.error for _, one in known])
        if name.startswith("notch"):
            errors = np.minimum(errors, WEAKEST - values)
            axes.errorbar(values, range(len(known)), xerr=errors, fmt="o", color=BLUE, ecolor=INK, elinewidth=0.9,
                          capsize=2.5, markersize=6.0)  # fmt: skip
            low, high = max(0.5, float((values - errors).min()) - 1.0), float((values + errors).max()) + 2.0
            axes.set_xlim(low, high)
            ticks = [tick for tick in range(1, 20, 3) if low <= tick <= high]
            axes.set_xticks(ticks, [letter(tick) for tick in ticks])
        else:
            axes.barh(range(len(known)), values, height=0.62, color=BLUE, alpha=0.85)
            axes.errorbar(values, range(len(known)), xerr=errors, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2.5)
            low, high = min(0.0, float((values - errors).min())), max(0.0, float((values + errors).max()))
            axes.set_xlim(1.1 * low, high + 0.17 * (high - low))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}{' %' if name in POINTS else ''}"))
            axes.axvline(0.0, color=INK, linewidth=0.7)
        for place, (value, error) in enumerate(zip(values, errors, strict=True)):
            edge = max(value + error, 0.0)
            axes.annotate(number(name, known[place][1]), (edge, place), xytext=(5, 0), textcoords="offset points",
                          va="center", fontsize=7.5, color=INK)  # fmt: skip
        axes.set_yticks(range(len(known)), [one for one, _ in known])
        axes.tick_params(axis="y", labelsize=8, labelcolor=INK)
        axes.set_ylim(-0.6, len(known) - 0.4)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        left = 0.05 + 0.0108 * max(len(one) for one, _ in known)
        axes.set_position((left, 0.095, 0.97 - left, 0.82))
        unit(axes, f"{found.titles[row]}; whiskers: two standard errors")

    return svg(draw)


def _lines(found: Comparison, rows: Sequence[Sequence[float]], text: str, *, is_first_black: bool = True) -> str | None:
    if not rows or max(len(row) for row in rows) < 2:
        return None

    def draw(axes: Axes) -> None:
        ends = []
        for place, (name, row) in enumerate(zip(names(found), rows, strict=True)):
            is_base = is_first_black and place == 0
            colour = INK if is_base else COLOURS[place % len(COLOURS)]
            axes.plot(range(len(row)), row, color=colour, linewidth=2.0 if is_base else 1.3)
            ends.append((float(row[-1]), name, colour))
        last = max(len(row) for row in rows) - 1
        axes.set_xlim(0, last)
        axes.set_xticks(range(0, last + 1, 12), [str(month // 12) for month in range(0, last + 1, 12)])
        axes.set_ylim(0.0, 1.06 * max(max(row) for row in rows) or 1.0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
        resize(axes, WIDE, 3.8)
        name_lines(axes, ends)
        axes.set_position((0.055, 0.09, 0.77, 0.83))
        unit(axes, text)

    return svg(draw)


def pd_lines(found: Comparison) -> str | None:
    """When each column defaults."""
    rows = [one.pd_by_month for one in found.columns]
    is_one_deal = len({one.deal for one in found.columns}) == 1
    words = "cumulative probability of default, by years from the valuation date"
    return _lines(found, rows, words, is_first_black=is_one_deal)


def debt_lines(found: Comparison) -> str | None:
    """How the debt runs off; one line a deal where scenarios hardly move it."""
    kept: list[Column] = [one for place, one in enumerate(found.columns)
                          if one.deal not in {other.deal for other in found.columns[:place]}]  # fmt: skip
    if len(kept) < 2:
        return None
    few = Comparison(tuple(kept), found.units, found.titles, (), found.seed, ())
    ends = [max(len(one.pd_by_month), 2) for one in kept]
    rows = [one.debt[:end] for one, end in zip(kept, ends, strict=True)]
    return _lines(few, rows, "mean debt over the commitment, by years from the valuation date", is_first_black=False)


def cells(found: Comparison, row: str) -> list[str]:
    """One row of the table: the number, and below it the change."""
    shown = []
    for one in found.columns:
        value, change = one.numbers[row], one.changes[row]
        text = "–" if value is None else number(found.units[row], value)
        shown.append(text if change is None else f"{text}  {change_words(found.units[row], change)}")
    return shown
