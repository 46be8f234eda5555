"""The charts of studies of one deal: milder in teal, harder in rust, the deal as written in ink."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from halflife.facts import letter
from halflife.foundation.axes import Floats
from halflife.foundation.words import usd
from halflife.metrics.sample import Estimated
from halflife.metrics.stress import Breakeven, Frontier, Grid, Sized, Sizing, Stack, Tornado
from halflife.report.drawing import BLUE, FAINT, GREY, INK, PALETTE, RED, RUST, TEAL, note, svg, unit
from halflife.report.stress_words import POINTS, amount_words, label, number

MOST_BARS = 16
BAND = 2.0
"""Standard errors drawn on either side."""
DASHES = (0, (3, 2))
WIDE = 9.6
"""Inches of a chart over the whole width of the page."""
MOST_MARKS = 9
BEFORE, AFTER = 3, 2
"""Amounts tried that are shown before and after a root."""


def _scaled(name: str) -> tuple[float, str]:
    """What a quantity is multiplied by on an axis, and the unit that is written."""
    if name in POINTS:
        return 100.0, "%"
    return (
        (1.0, "notches, AAA = 1")
        if name.startswith("notch")
        else (1.0, {"ratio": "x", "multiple": "x"}.get(name, name))
    )


def _side(axes: Axes, name: str) -> None:
    """Numbers of a quantity along the side: letters of a rating, else at most as many digits as needed."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10], integer=name.startswith("notch")))
    if name.startswith("notch"):
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: letter(value) if 1.0 <= value <= 19.0 else ""))
    else:
        ending = " %" if name in POINTS else "x" if name in ("ratio", "multiple") else ""
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.4g}{ending}"))


def _amounts_below(axes: Axes, kind: str) -> None:
    """Amounts of a lever along the bottom."""
    if kind == "multiple":
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:g}"))
    elif kind == "months":
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}" if value else "0"))
    else:
        ending = " %" if kind == "change" else " pp"
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{100 * v:+g}{ending}" if v else "0"))


def tornado_chart(found: Tornado) -> str | None:
    """Each lever down and up, with two standard errors."""
    bars = found.bars[:MOST_BARS][::-1]
    if not bars or not any(bar.swing for bar in bars):
        return None
    scale, word = _scaled(found.asked.unit)

    def draw(axes: Axes) -> None:
        ends = [0.0]
        for place, bar in enumerate(bars):
            for moved, change, height in ((bar.down, bar.change_down, 0.19), (bar.up, bar.change_up, -0.19)):
                value, error = scale * change.value, BAND * scale * change.error
                colour = RUST if (value > 0.0) == _worse(found) else TEAL
                axes.barh(place + height, value, height=0.34, color=colour, alpha=0.85)
                axes.errorbar(value, place + height, xerr=error, fmt="none", ecolor=INK, elinewidth=0.8, capsize=1.8)
                edge = value + error if value >= 0.0 else value - error
                axes.annotate(amount_words(moved.kind, moved.amount), (edge, place + height), xytext=(4 if value >= 0.0
                              else -4, 0), textcoords="offset points", va="center", fontsize=6.5, color=FAINT,
                              ha="left" if value >= 0.0 else "right")  # fmt: skip
                ends.append(edge)
        low, high = min(ends), max(ends)
        room = 0.2 * (high - low)
        axes.set_xlim(low - room, high + room)
        axes.set_ylim(-0.6, len(bars) - 0.4)
        axes.set_yticks(range(len(bars)), [label(bar.up.lever) for bar in bars])
        axes.tick_params(axis="y", labelsize=8, labelcolor=INK)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.axvline(0.0, color=INK, linewidth=0.8)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}" if value else "0"))
        height = 0.75 + 0.3 * len(bars)
        resize(axes, WIDE, height)
        axes.set_position((0.17, 0.3 / height, 0.8, 1.0 - 0.6 / height))
        ending = "pp" if word == "%" else word
        axes.text(0.0, 1.0 + 0.06 / (height - 0.6), f"change of the {found.asked.words}, {ending}; "
                  f"as written {number(found.asked.unit, found.asked.base)}; whiskers: two standard errors",
                  transform=axes.transAxes, fontsize=7.5, color=FAINT, va="bottom")  # fmt: skip

    return svg(draw)


def _worse(found: Tornado) -> bool:
    return found.asked.name not in ("dscr", "dscr_p05", "irr", "equity_multiple")


def grid_chart(found: Grid) -> str | None:
    """Two levers: a cell for each pair, darker where it is worse."""
    values = np.array([[cell.value for cell in row] for row in found.cells])
    if values.size < 4:
        return None
    scale, word = _scaled(found.asked.unit)
    is_better_high = found.asked.name in ("dscr", "dscr_p05", "irr", "equity_multiple")

    def draw(axes: Axes) -> None:
        shown = -values if is_better_high else values
        axes.imshow(shown, cmap="OrRd", aspect="auto", alpha=0.85)
        middle = 0.5 * (float(shown.min()) + float(shown.max()))
        for (row, column), value in np.ndenumerate(values):
            text = letter(value) if found.asked.unit.startswith("notch") else f"{scale * value:.3g}"
            light = shown[row, column] > middle + 0.2 * (float(shown.max()) - middle)
            axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color="white" if light else INK)
        axes.set_xticks(range(len(found.across)), [amount_words(one.kind, one.amount) for one in found.across])
        axes.set_yticks(range(len(found.down)), [amount_words(one.kind, one.amount) for one in found.down])
        axes.tick_params(labelsize=7.5, labelcolor=INK, length=0)
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        resize(axes, WIDE, 1.2 + 0.42 * len(found.down))
        axes.set_position((0.1, 0.14, 0.87, 0.74))
        unit(axes, f"{found.asked.words}, {word}; down: {label(found.down[0].lever)}, across: "
             f"{label(found.across[0].lever)}")  # fmt: skip

    return svg(draw)


def _ruled(axes: Axes, name: str, level: float, words: str, scale: float) -> None:
    """The line that is not to be crossed."""
    axes.axhline(scale * level, color=RED, linewidth=1.1, linestyle=DASHES)
    note(axes, f"red: {words}")


def _line(
    axes: Axes, tried: Sequence[tuple[float, Estimated]], scale: float, colour: str, *, errors: bool = True
) -> Floats:
    at = np.array([amount for amount, _ in tried])
    values = scale * np.array([one.value for _, one in tried])
    spread = BAND * scale * np.array([one.error for _, one in tried])
    if errors:
        axes.fill_between(at, values - spread, values + spread, color=colour, alpha=0.14, linewidth=0)
    axes.plot(at, values, color=colour, marker="o", markersize=3.0)
    return np.asarray(np.concatenate([values - spread, values + spread]))


def _near(found: Breakeven) -> Sequence[tuple[float, Estimated]]:
    """Amounts tried near the root, the deal as written among them; all where there is no root."""
    if found.root is None:
        return found.tried
    at, written = found.root.moved.amount, found.lever.amount
    below = [amount for amount, _ in found.tried if amount < at][-BEFORE:]
    above = [amount for amount, _ in found.tried if amount > at][:AFTER]
    low, high = min([*below, at, written]), max([*above, at, written])
    return [one for one in found.tried if low <= one[0] <= high]


def breakeven_chart(found: Breakeven) -> str | None:
    """The quantity over the lever, the line, and the root with two standard errors."""
    tried = _near(found)
    if len(tried) < 2:
        return None
    scale, _ = _scaled(found.asked.unit)

    def draw(axes: Axes) -> None:
        ends = _line(axes, tried, scale, BLUE)
        level = scale * found.aim.level
        _ruled(axes, found.asked.unit, found.aim.level, found.aim.words, scale)
        neutral = found.lever.amount
        axes.plot([neutral], [scale * found.asked.base.value], "o", color=INK, markersize=6)
        axes.annotate("as written", (neutral, scale * found.asked.base.value), xytext=(6, 7), fontsize=8, color=INK,
                      textcoords="offset points")  # fmt: skip
        if found.root is not None:
            amount, error = found.root.moved.amount, found.root.error
            if np.isfinite(error):
                axes.errorbar([amount], [level], xerr=BAND * error, color=RUST, capsize=3.0, elinewidth=1.4)
            axes.plot([amount], [level], "o", color=RUST, markersize=7)
        low, high = min(float(ends.min()), level), max(float(ends.max()), level)
        room = 0.08 * (high - low) or 1.0
        floor = 0.0 if low >= 0.0 else -np.inf
        axes.set_ylim(max(low - room, floor), high + room)
        axes.set_xlim(tried[0][0], tried[-1][0])
        if found.lever.kind == "multiple":
            _on_multiples(axes)
        _side(axes, found.asked.unit)
        _amounts_below(axes, found.lever.kind)
        axes.set_position((0.1, 0.1, 0.86, 0.8))
        unit(axes, f"{found.asked.words}, by {label(found.lever.lever)}")

    return svg(draw)


def _marks(vmin: float, vmax: float) -> list[float]:
    """Round multiples between two ends: the finest set that leaves room."""
    inside = list[float]()
    for steps in ((1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 7.0), (1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        marks = [0.0, *(m * 10.0**k for k in range(-2, 4) for m in steps)]
        inside = [mark for mark in marks if vmin * 0.999 <= mark <= vmax * 1.001]
        if len(inside) <= MOST_MARKS:
            break
    return inside


def _on_multiples(axes: Axes) -> None:
    """Put multiples along the bottom on a logarithmic scale that holds zero."""
    axes.set_xscale("symlog", linthresh=0.1)
    low, high = sorted(axes.get_xlim())
    axes.set_xticks(_marks(float(low), float(high)))
    axes.minorticks_off()


def resize(axes: Axes, width: float, height: float) -> None:
    """Draw on another size of paper: what takes the whole width of a page keeps the size of its letters."""
    figure = axes.get_figure(root=True)
    if figure is not None:
        figure.set_size_inches(width, height)


def frontier_chart(found: Frontier) -> str | None:
    """Where two levers cross a line together."""
    points = [(one.amount, root) for one, root in zip(found.along, found.roots, strict=True) if root is not None]
    if len(points) < 2:
        return None

    def draw(axes: Axes) -> None:
        at = np.array([amount for amount, _ in points])
        across = np.array([root.moved.amount for _, root in points])
        errors = np.array([root.error if np.isfinite(root.error) else 0.0 for _, root in points])
        axes.errorbar(at, across, yerr=BAND * errors, color=BLUE, marker="o", markersize=4.0, capsize=2.5,
                      elinewidth=0.9)  # fmt: skip
        axes.plot([_neutral(found.along[0].kind)], [found.across.amount], "o", color=INK, markersize=6)
        axes.annotate("as written", (_neutral(found.along[0].kind), found.across.amount), xytext=(6, -11), fontsize=8,
                      color=INK, textcoords="offset points")  # fmt: skip
        kind = found.across.kind
        axes.yaxis.set_major_formatter(FuncFormatter(
            lambda v, _: f"×{v:g}" if kind == "multiple" else f"{v:+g}" if kind == "months" else f"{100 * v:+g} pp"
        ))  # fmt: skip
        axes.margins(x=0.06, y=0.12)
        if kind == "multiple":
            axes.set_ylim(max(0.0, axes.get_ylim()[0]), min(axes.get_ylim()[1], 2.0 * float(across.max()) + 1.0))
        if found.along[0].kind == "multiple":
            axes.set_xlim(0.8 * min(float(at.min()), 1.0), 1.25 * max(float(at.max()), 1.0))
            _on_multiples(axes)
        _amounts_below(axes, found.along[0].kind)
        resize(axes, WIDE, 3.6)
        axes.set_position((0.07, 0.09, 0.9, 0.83))
        unit(axes, f"{label(found.across.lever)}, by {label(found.along[0].lever)}; bars: two standard errors")
        note(axes, f"line: {found.aim.words}")

    return svg(draw)


def _neutral(kind: str) -> float:
    return 1.0 if kind == "multiple" else 0.0


def size_chart(found: Sizing, one: Sized) -> str | None:
    """The quantity that binds over the size."""
    if one.binding is None or len(one.tried) < 2:
        return None
    aim = one.binding
    scale, _ = _scaled(aim.unit)
    is_debt = found.knob == "debt"

    def draw(axes: Axes) -> None:
        tried = [(found.written * amount / 1e9 if is_debt else amount, value) for amount, value in one.tried]
        _line(axes, tried, scale, BLUE)
        _ruled(axes, aim.unit, aim.level, aim.words, scale)
        at = found.written * one.amount / 1e9 if is_debt else one.amount
        axes.axvline(at, color=RUST, linewidth=1.2)
        words = f"{usd(one.debt)}" if is_debt else one.maturity
        axes.annotate(words, (at, 0.93), xycoords=("data", "axes fraction"), xytext=(-5, 0), ha="right", fontsize=8,
                      textcoords="offset points", color=RUST)  # fmt: skip
        near = [abs(amount - at) for amount, _ in tried]
        close = sorted(zip(near, tried, strict=True), key=lambda pair: pair[0])[:6]
        values = [scale * value.value for _, (_, value) in close] + [scale * aim.level]
        room = 0.25 * (max(values) - min(values)) or 1.0
        reach = max(abs(amount - at) for _, (amount, _) in close)
        axes.set_xlim(max(tried[0][0], at - 1.3 * reach), min(tried[-1][0], at + 1.3 * reach))
        axes.set_ylim(min(values) - room, max(values) + room)
        _side(axes, aim.unit)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.3g}" if is_debt else f"{v:+g}" if v else "0"))
        axes.set_position((0.1, 0.1, 0.86, 0.8))
        below = "commitment, USD bn" if is_debt else "months added to the tenor"
        unit(axes, f"{aim.quantity.replace('_', ' ')} by {below}; {one.amortisation} repayment")

    return svg(draw)


def stack_chart(found: Stack) -> str | None:
    """Losses of the pool and the tranches that they reach."""
    if len(found.losses) < 2 or found.losses[-1][0] <= 0.0:
        return None

    def draw(axes: Axes) -> None:
        at = np.array([100.0 * loss for loss, _ in found.losses])
        beyond = np.array([max(chance, 1e-9) for _, chance in found.losses])
        top = 1.25 * max(float(at[-1]), 100.0 * max(one.attachment for one in found.slices))
        least = max(1.0 / found.paths, 1e-5)
        for place, one in enumerate(found.slices):
            low, high = 100.0 * one.attachment, min(100.0 * one.detachment, top)
            if high <= low:
                continue
            colour = PALETTE[place % len(PALETTE)] if one.rating != "equity" else GREY
            axes.axvspan(low, high, color=colour, alpha=0.22, linewidth=0)
            if high - low > 0.04 * top:
                axes.annotate(one.rating, (0.5 * (low + high), 0.93), xycoords=("data", "axes fraction"), ha="center",
                              fontsize=8, color=INK)  # fmt: skip
        axes.step(at, beyond, where="post", color=RUST)
        axes.set_yscale("log")
        axes.set_ylim(least, 1.6)
        ticks = [tick for tick in (1.0, 0.1, 0.01, 0.001, 0.0001) if tick >= least]
        axes.set_yticks(ticks, [f"{100 * tick:g} %" for tick in ticks])
        axes.minorticks_off()
        axes.set_xlim(0.0, top)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
        resize(axes, WIDE, 3.6)
        axes.set_position((0.07, 0.09, 0.9, 0.83))
        unit(axes, "probability that the pool loses more than so much of its commitments")

    return svg(draw)
