"""Whose the tail of a system's loss is, and how closely its entities are tied: charts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from halflife.foundation.axes import Floats
from halflife.metrics.breakdown import Part
from halflife.metrics.systemic import Indicators
from halflife.report.cascade_parts import largest_parts
from halflife.report.drawing import FAINT, GREY, INK, RUST, svg
from halflife.report.network import RISK, WIDE, fitted
from halflife.report.numbers import share

MOST_TIED = 40
"""Rows of a heat map that are drawn."""
KINDS = {"borrower": "Borrowers", "machine": "Machine types", "offtaker": "Offtakers", "lender": "Lenders"}
BAR, CELL = 0.24, 0.168
"""Inches of a bar, and of a row of a heat map."""


def worst(parts: Sequence[Part]) -> str | None:
    """Contributions to the expected shortfall, one panel a kind; a tick marks the share of the mean loss."""
    panels = largest_parts(parts)
    if not panels or max(part.es.value for part in parts) <= 0.0:
        return None
    scale, word = (1e9, "bn") if max(part.es.value for part in parts) >= 2e8 else (1e6, "m")
    whole_es, whole_el = (sum(getattr(part, one).value for part in parts if part.kind == parts[0].kind)
                          for one in ("es", "el"))  # fmt: skip
    height = 1.0 + BAR * max(len(panel) for panel in panels)
    room = 1.0 / len(panels)

    def draw(axes: Axes) -> None:
        figure = axes.get_figure(root=True)
        assert figure is not None
        figure.set_size_inches(WIDE, height)
        for place, panel in enumerate(panels):
            own = axes if place == 0 else figure.add_axes((0.0, 0.0, 1.0, 1.0))
            tall = BAR * len(panel) / height
            own.set_position((room * place + 0.55 * room, 1.0 - 0.45 / height - tall, 0.38 * room, tall))
            _bars(own, panel, scale, whole_es / whole_el if whole_el > 0.0 else 0.0)
            own.text(-1.4, 1.0 + 0.1 / (BAR * len(panel)), KINDS.get(panel[0].kind, panel[0].kind), fontsize=8.5,
                     fontweight="bold", color=INK, transform=own.transAxes, va="bottom")  # fmt: skip
        text = f"USD {word} of the mean of the worst 1 % of paths; whiskers: two standard errors; tick: what the same "
        text += "share of the mean loss would be"
        figure.text(0.012, 0.02, text, fontsize=7.5, color=FAINT)

    return svg(draw)


def _bars(axes: Axes, panel: Sequence[Part], scale: float, stretch: float) -> None:
    """Bars of one kind, largest on top."""
    at = -np.arange(len(panel))
    values = np.array([part.es.value for part in panel]) / scale
    errors = np.array([part.es.error for part in panel]) / scale
    axes.barh(at, values, height=0.62, color=RUST, alpha=0.85)
    axes.errorbar(values, at, xerr=2.0 * errors, fmt="none", ecolor=INK, elinewidth=0.8, capsize=2.0)
    means = stretch * np.array([part.el.value for part in panel]) / scale
    axes.vlines(means, at - 0.42, at + 0.42, color=GREY, linewidth=2.0)
    axes.set_yticks(at, [fitted(part.name, 26) for part in panel])
    axes.tick_params(axis="y", labelsize=7.5, labelcolor=INK)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_ylim(-len(panel) + 0.5, 0.5)
    axes.set_xlim(0.0, 1.05 * float(max((values + 2.0 * errors).max(), means.max())) or 1.0)
    axes.locator_params(axis="x", nbins=4)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")


def ties(found: Indicators) -> str | None:
    """Heat maps: how alike lenders' holdings are, and what each borrower's sale takes from every other."""
    order = _by_reach(found.lost, MOST_TIED)
    hurt = found.lost[np.ix_(order, order)]
    if not hurt.size or float(hurt.max()) <= 0.0:
        return None
    lenders = _by_reach(found.similarity, MOST_TIED)
    alike = found.similarity[np.ix_(lenders, lenders)]
    tallest = max(order.size, lenders.size)
    height = 2.35 + CELL * tallest

    def draw(axes: Axes) -> None:
        figure = axes.get_figure(root=True)
        assert figure is not None
        figure.set_size_inches(WIDE, height)
        wide = CELL * order.size / WIDE
        axes.set_position((0.995 - wide, 1.0 - (0.42 + CELL * order.size) / height, wide, CELL * order.size / height))
        fails = found.fails[np.ix_(order, order)]
        _cells(axes, hurt.T, [found.borrowers[b] for b in order], fails.T, float(hurt.max()))
        most = share(float(hurt.max()))
        title = (
            f"Loss of the borrower in the row, if the one in the column sells all: 0 to {most} of its machines' value"
        )
        _heading(axes, f"{title}; dot: it then owes more than they are worth", order.size)
        if lenders.size:
            own, wide = figure.add_axes((0.0, 0.0, 1.0, 1.0)), CELL * lenders.size / WIDE
            box = (0.14, 1.0 - (0.42 + CELL * lenders.size) / height, wide, CELL * lenders.size / height)
            own.set_position(box)
            _cells(own, alike, [found.lenders[i] for i in lenders], np.zeros_like(alike), 1.0)
            _heading(own, "Likeness of lenders' holdings: 0 to 1", lenders.size)

    return svg(draw)


def _by_reach(matrix: Floats, most: int) -> np.ndarray:
    """Rows that reach furthest first."""
    return np.argsort(-matrix.sum(axis=1), kind="stable")[:most]


def _cells(axes: Axes, cells: Floats, names: Sequence[str], dots: Floats, most: float) -> None:
    """One square heat map with names on both sides."""
    size = len(names)
    axes.pcolormesh(np.arange(size + 1), np.arange(size + 1), cells[::-1], cmap=RISK, vmin=0.0, vmax=most,
                    edgecolors="white", linewidth=0.3)  # fmt: skip
    down, across = np.nonzero(dots[::-1] > 0.5)
    axes.plot(across + 0.5, down + 0.5, ".", color="white", markersize=3.2)
    short = [fitted(name, 26) for name in names]
    axes.set_yticks(np.arange(size) + 0.5, short[::-1])
    axes.set_xticks(np.arange(size) + 0.5, short, rotation=90)
    axes.tick_params(axis="both", labelsize=7, labelcolor=INK, length=0)
    axes.grid(visible=False)


def _heading(axes: Axes, text: str, size: int) -> None:
    axes.text(1.0, 1.0 + 0.07 / (CELL * size), text, transform=axes.transAxes, fontsize=7.5, color=FAINT, va="bottom",
              ha="right")  # fmt: skip
