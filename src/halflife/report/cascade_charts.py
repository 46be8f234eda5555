"""The charts of the page about feedback: without it in grey, with it in rust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from halflife.foundation.axes import Floats
from halflife.foundation.words import usd
from halflife.metrics.feedback import (
    defaults_by_month,
    exceedance,
    is_cliff,
    most_lowered,
    smallest_that_stops,
    tails,
)
from halflife.metrics.sample import Estimated
from halflife.metrics.systemic import Backstop, Cascade, Cliff
from halflife.report.drawing import (
    BLUE,
    FAINT,
    GREY,
    INK,
    PALETTE,
    RED,
    RUST,
    TEAL,
    name_lines,
    note,
    percent_beside,
    svg,
    unit,
    usd_beside,
    years_below,
)
from halflife.report.network import MOST_NODES, RISK, WIDE, fitted
from halflife.report.numbers import share

CHANNELS = {
    "prices": "fire-sale prices",
    "rents": "falling rents",
    "refinancing": "shut refinancing",
    "funding": "withdrawn funding",
    "defaults": "linked defaults",
}
"""Groups of channels in words."""
MOST_LINES = 6
ROW = 0.185
"""Inches of a row of the heat map."""
QUARTER = 3
OFF, ON = "without feedback", "with feedback"
DASHES = (0, (3, 2))


def _months(cascade: Cascade) -> Floats:
    return np.arange(1.0, float(cascade.on.maturities.max()) + 1.0)


def _percent(axes: Axes) -> None:
    """Percent along the side, at steps that need no more digits than are shown."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    percent_beside(axes)


def _pair(axes: Axes, at: Floats, off: Floats, on: Floats, names: tuple[str, str] = (OFF, ON)) -> None:
    """Two lines and the gap between them."""
    axes.fill_between(at, off, on, color=RUST, alpha=0.14, linewidth=0)
    axes.plot(at, off, color=GREY)
    axes.plot(at, on, color=RUST)
    name_lines(axes, [(float(off[-1]), names[0], FAINT), (float(on[-1]), names[1], RUST)])


def losses(cascade: Cascade) -> str | None:
    """Probability of losing more than each size, without and with feedback."""
    if float(cascade.loss_on.max()) <= 0.0 and float(cascade.loss_off.max()) <= 0.0:
        return None
    sample, found = cascade.sample, tails(cascade)
    runs = ((OFF, cascade.loss_off, GREY, FAINT, 0.86), (ON, cascade.loss_on, RUST, RUST, 0.93))
    most = float(max(cascade.loss_off.max(), cascade.loss_on.max()))
    scale, word = (1e9, "bn") if most >= 2e9 else (1e6, "m")

    def draw(axes: Axes) -> None:
        axes.set_yscale("log")
        for label, loss, colour, ink, height in runs:
            sizes, beyond = exceedance(sample, loss)
            axes.step(sizes / scale, np.maximum(beyond, 1e-9), where="post", color=colour)
            axes.text(0.985, height, label, transform=axes.transAxes, color=ink, fontsize=8, ha="right", va="center")
        least = max(1.5 / sample.paths, 1e-5)
        axes.set_ylim(least, 1.15)
        axes.set_xlim(0.0, 1.02 * most / scale)
        ticks = [t for t in (1.0, 0.1, 0.01, 0.001, 0.0001) if t > least]
        axes.set_yticks(ticks, [f"{100 * t:g} %" for t in ticks])
        axes.minorticks_off()
        for value, colour in ((found.mean_off.value, GREY), (found.mean_on.value, RUST)):
            axes.axvline(value / scale, color=colour, linewidth=0.9, linestyle=DASHES, ymax=0.94)
        unit(axes, f"probability of losing more than so many USD {word}, present value")
        note(axes, "dashed: means")

    return svg(draw)


def shapley(cascade: Cascade) -> str | None:
    """What each group of channels adds to the loss."""
    if not any(one.value or one.error for one in cascade.shares.values()):
        return None
    rows = sorted(cascade.shares.items(), key=lambda item: item[1].value)
    scale, word = (1e9, "bn") if max(abs(one.value) for _, one in rows) >= 2e8 else (1e6, "m")

    def draw(axes: Axes) -> None:
        values = np.array([one.value for _, one in rows]) / scale
        errors = np.array([one.error for _, one in rows]) / scale
        axes.barh(range(len(rows)), values, height=0.55, color=[RUST if v >= 0.0 else TEAL for v in values], alpha=0.85)
        axes.errorbar(values, range(len(rows)), xerr=2.0 * errors, fmt="none", ecolor=INK, elinewidth=1.0, capsize=3.0)
        axes.set_yticks(range(len(rows)), [CHANNELS.get(name, name.replace("_", " ")) for name, _ in rows])
        axes.tick_params(axis="y", labelsize=8, labelcolor=INK)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        low, high = min(0.0, float((values - 2 * errors).min())), max(0.0, float((values + 2 * errors).max()))
        axes.set_xlim(1.05 * low, 1.2 * high or 1.0)
        for place, (value, error) in enumerate(zip(values, errors, strict=True)):
            axes.annotate(f"{value:,.2f}", (max(value + 2 * error, 0.0), place), xytext=(6, 0), fontsize=8, color=INK,
                          textcoords="offset points", va="center")  # fmt: skip
        axes.axvline(0.0, color=INK, linewidth=0.7)
        axes.set_position((0.235, 0.095, 0.72, 0.82))
        unit(axes, f"USD {word} of mean loss; bars: two standard errors")

    return svg(draw)


def defaults(cascade: Cascade) -> str:
    """Share of the borrowers that have defaulted by each month."""
    at = _months(cascade)
    off, on = (defaults_by_month(run, cascade.sample).mean(axis=1)[1:] for run in (cascade.off, cascade.on))

    def draw(axes: Axes) -> None:
        axes.set_ylim(0.0, 1.12 * max(float(off.max()), float(on.max())) or 1.0)
        years_below(axes, cascade.on.dates, at.tolist())
        _percent(axes)
        _pair(axes, at, off, on)
        unit(axes, "mean share of the borrowers that have defaulted")

    return svg(draw)


def weak_lenders(cascade: Cascade) -> str | None:
    """Share of the lenders that are short of capital, by month."""
    lenders, at = cascade.on.axis.lenders, _months(cascade)
    if not lenders:
        return None
    off, on = (np.mean([run.mean("weak", name)[1 : at.size + 1] for name in lenders], axis=0)
               for run in (cascade.off, cascade.on))  # fmt: skip
    if float(max(off.max(), on.max())) <= 0.0:
        return None

    def draw(axes: Axes) -> None:
        axes.set_ylim(0.0, 1.12 * max(float(off.max()), float(on.max())))
        years_below(axes, cascade.on.dates, at.tolist())
        _percent(axes)
        _pair(axes, at, off, on)
        unit(axes, "mean share of the lenders below their own least capital")

    return svg(draw)


def machines(cascade: Cascade, quantity: str) -> str | None:
    """Price under pressure (``mark``) or rent of each machine type, without and with feedback."""
    names, at = cascade.on.axis.machines, _months(cascade)
    if not names:
        return None
    off, on = (np.stack([run.mean(quantity, name)[1 : at.size + 1] for name in names], axis=1)
               for run in (cascade.off, cascade.on))  # fmt: skip
    if quantity == "rent":
        first = np.where(off[0] > 0.0, off[0], 1.0)
        off, on = off / first, on / first
    chosen = most_lowered(off, on, MOST_LINES)
    text = "rent over the first month's" if quantity == "rent" else "price over the price without sellers' pressure"

    def draw(axes: Axes) -> None:
        for place, machine in enumerate(chosen):
            colour = PALETTE[place]
            axes.plot(at, off[:, machine], color=colour, linewidth=1.0, linestyle=DASHES, alpha=0.8)
            axes.plot(at, on[:, machine], color=colour)
        values = np.concatenate([off[:, chosen], on[:, chosen]])
        low, high = float(values.min()), float(values.max())
        room = max(0.08 * (high - low), 0.01)
        axes.set_ylim(max(0.0, low - room), high + room)
        years_below(axes, cascade.on.dates, at.tolist())
        _percent(axes)
        name_lines(axes, [(float(on[-1, m]), names[m], PALETTE[place]) for place, m in enumerate(chosen)])
        unit(axes, f"{text}, mean; dashed: {OFF}")
        if len(names) > len(chosen):
            note(axes, f"the {len(chosen)} most lowered of {len(names)} types")

    return svg(draw)


def heat_map(cascade: Cascade) -> str | None:
    """Probability of having defaulted, borrower by borrower and quarter by quarter, with feedback."""
    by_month = defaults_by_month(cascade.on, cascade.sample)
    last, names = by_month[-1], cascade.on.axis.borrowers
    worst = float(last.max())
    if worst <= 0.0:
        return None
    chosen = np.argsort(-last, kind="stable")[:MOST_NODES][::-1]
    edges = np.append(np.arange(0, by_month.shape[0] - 1, QUARTER), by_month.shape[0] - 1)
    cells = by_month[edges[1:]][:, chosen].T
    height = 0.62 + ROW * chosen.size

    def draw(axes: Axes) -> None:
        figure = axes.get_figure(root=True)
        assert figure is not None
        figure.set_size_inches(WIDE, height)
        axes.set_position((0.145, 0.28 / height, 0.8, ROW * chosen.size / height))
        axes.pcolormesh(edges, np.arange(chosen.size + 1), cells, cmap=RISK, vmin=0.0, vmax=worst, edgecolors="white",
                        linewidth=0.35)  # fmt: skip
        axes.set_yticks(np.arange(chosen.size) + 0.5, [fitted(names[b]) for b in chosen])
        axes.tick_params(axis="y", labelsize=7.5, labelcolor=INK)
        axes.grid(visible=False)
        years_below(axes, cascade.on.dates, edges.tolist())
        for place, borrower in enumerate(chosen):
            axes.annotate(share(float(last[borrower])), (edges[-1], place + 0.5), xytext=(5, 0), fontsize=7.5,
                          color=INK, textcoords="offset points", va="center", annotation_clip=False)  # fmt: skip
        y = 1.0 + 0.07 / (ROW * chosen.size)
        text = "probability of having defaulted; at the right, by the last maturity"
        text += f"; the {chosen.size} likeliest of {len(names):,}" if len(names) > chosen.size else ""
        axes.text(0.0, y, text, transform=axes.transAxes, fontsize=7.5, color=FAINT, va="bottom")

    return svg(draw)


def cliff_chart(cliff: Cliff) -> str | None:
    """Loss against the size of a shock, without and with feedback."""
    if len(cliff.points) < 2:
        return None
    is_depth = cliff.lever == "depth"
    at = np.array([-np.log2(p.size) if is_depth else p.size for p in cliff.points])
    start, end = ((-np.log2(s) if is_depth else s) for s in (cliff.start, cliff.end))
    most = max(max(point.off.value, point.on.value) for point in cliff.points)

    def draw(axes: Axes) -> None:
        found = is_cliff(cliff)
        axes.axvspan(start, end, color=RED if found else GREY, alpha=0.10, linewidth=0)
        for which, colour in (("off", GREY), ("on", RUST)):
            rows: list[Estimated] = [getattr(point, which) for point in cliff.points]
            values, errors = np.array([r.value for r in rows]), np.array([r.error for r in rows])
            axes.errorbar(at, values, yerr=2.0 * errors, color=colour, marker="o", markersize=3.2, capsize=2.0,
                          elinewidth=0.8)  # fmt: skip
        axes.set_ylim(0.0, 1.2 * most or 1.0)
        axes.set_xlim(at[0], at[-1])
        shown = [p for p in range(len(at)) if _is_round(cliff.points[p].size, is_depth=is_depth)]
        axes.set_xticks(at[shown], [_size(cliff.points[p].size, is_depth=is_depth) for p in shown])
        words = f"cliff: +{usd(cliff.jump.value)}" if found else "steepest step; no cliff"
        is_late = 0.5 * (start + end) > 0.5 * (at[0] + at[-1])
        axes.annotate(words, (start if is_late else end, 1.13 * most), fontsize=8, color=RED if found else FAINT,
                      xytext=(-4 if is_late else 4, 0), textcoords="offset points", va="center",
                      ha="right" if is_late else "left")  # fmt: skip
        usd_beside(axes, most)
        last = cliff.points[-1]
        name_lines(axes, [(last.off.value, OFF, FAINT), (last.on.value, ON, RUST)])
        note(axes, "depth of resale markets" if is_depth else "fall of all rents")

    return svg(draw)


def _is_round(size: float, *, is_depth: bool) -> bool:
    """Say whether a size deserves a tick: those tried first, not those between."""
    number = np.log2(size) if is_depth else 10.0 * size
    return bool(abs(number - round(number)) < 1e-9)


def _size(size: float, *, is_depth: bool) -> str:
    if not is_depth:
        return f"{100 * size:.0f} %"
    return f"{size:g}x" if size >= 1.0 else f"1/{1.0 / size:g}"


def backstop_grid(backstops: Sequence[Backstop]) -> str | None:
    """Amplification left under buyers of last resort of several prices and sizes."""
    known: Mapping[tuple[float, float], Backstop] = {(one.price, one.size): one for one in backstops}
    if not known:
        return None
    prices, sizes = (sorted({key[side] for key in known}) for side in (0, 1))
    best = smallest_that_stops(backstops)
    factors = np.array([[_factor(known.get((price, size))) for size in sizes] for price in prices])
    high = float(np.nanmax(factors)) if np.isfinite(factors).any() else 1.0

    def draw(axes: Axes) -> None:
        top = max(1.0 + 2.2 * (high - 1.0), 1.02)
        axes.pcolormesh(np.arange(len(sizes) + 1), np.arange(len(prices) + 1), factors, cmap=RISK, vmin=1.0, vmax=top,
                        alpha=0.75, edgecolors="white", linewidth=1.5)  # fmt: skip
        for (price, size), one in known.items():
            spot = (sizes.index(size) + 0.5, prices.index(price) + 0.5)
            factor = "" if one.amplification is None else f"{one.amplification.value:.2f}x"
            axes.annotate(
                factor, spot, xytext=(0, 5), textcoords="offset points", ha="center", va="center", fontsize=9.5
            )
            axes.annotate(f"spends {usd(one.spent.value)}", spot, xytext=(0, -7), textcoords="offset points",
                          ha="center", va="center", fontsize=7.5, color=INK)  # fmt: skip
        if best is not None:
            x, y = sizes.index(best.size), prices.index(best.price)
            axes.plot([x, x + 1, x + 1, x, x], [y, y, y + 1, y + 1, y], color=BLUE, linewidth=2.4, clip_on=False)
        axes.set_xticks(np.arange(len(sizes)) + 0.5, [usd(size) for size in sizes])
        axes.set_yticks(np.arange(len(prices)) + 0.5, [share(price) for price in prices])
        axes.grid(visible=False)
        unit(axes, "loss with feedback over loss without; side: price offered, below: size")
        note(axes, "framed: cheapest that stops it" if best else "none stops it")

    return svg(draw)


def _factor(one: Backstop | None) -> float:
    return np.nan if one is None or one.amplification is None else one.amplification.value
