"""The charts of the page about the two lenses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from halflife.facts import letter
from halflife.metrics.lens import Lens, Look, Share
from halflife.metrics.sample import Estimated
from halflife.report.drawing import BLUE, FAINT, GREY, INK, RUST, TEAL, name_lines, note, svg, unit
from halflife.report.lens_words import ends, has_gap

LABELS = {
    "cash": "cash not\nstable",
    "life": "life not\nlong",
    "substitution": "substitutes\narrive",
    "liquidity": "collateral\nilliquid",
}
"""What giving up an assumption means."""
NEAR = 1.6
"""The documents' spread is drawn where it is no further away than this, in heights of the highest bar."""
POINTS = 1e4
DASHES = (0, (3, 2))


def spread_bridge(lens: Lens) -> str | None:
    """From the fair spread of infrastructure to that of compute, assumption by assumption."""
    if not has_gap(lens):
        return None
    top = _top(lens, lambda look: look.fair_spread, lambda part: part.spread)
    contract = lens.contract

    def draw(axes: Axes) -> None:
        _bridge(axes, lens, lambda look: look.fair_spread, lambda part: part.spread, lambda x: f"{x:.0f}")
        high = 1.14 * max(top, contract if contract is not None and contract < NEAR * top else 0.0)
        least = min(0.0, *(part.spread.value for part in lens.shares.values()))
        axes.set_ylim(1.3 * least, high)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        unit(axes, "fair spread in bp; bars: two standard errors")
        if contract is not None and contract < high:
            axes.axhline(contract, color=INK, linewidth=0.9, linestyle=DASHES)
            axes.text(-0.42, contract + 0.015 * high, f"the documents pay {contract:.0f}", fontsize=7.5, color=INK)
        elif contract is not None:
            note(axes, f"the documents pay {contract:.0f} bp, far above this chart")

    return svg(draw)


def score_bridge(lens: Lens) -> str | None:
    """The same in notches of the rating score."""
    if lens.gap.score.value < 0.05:
        return None

    def draw(axes: Axes) -> None:
        _bridge(axes, lens, lambda look: look.score, lambda part: part.score, lambda x: f"{x:+.1f}", letters=True)
        most = _top(lens, lambda look: look.score, lambda part: part.score)
        axes.set_ylim(max(0.5 + 1.1 * most, 4.0), 0.4)
        step = 1 if most < 9 else 2 if most < 14 else 3
        grades = np.arange(1, round(1.1 * most) + 1, step)
        axes.set_yticks(grades, [letter(float(grade)) for grade in grades])
        unit(axes, "rating by expected loss; bars: two standard errors")

    return svg(draw)


def _top(lens: Lens, of: Callable[[Look], Estimated], part: Callable[[Share], Estimated]) -> float:
    """Highest end of a bar with its error, in the order in which the bars are drawn."""
    infra, reality = ends(lens)
    at, top = of(infra).value, of(reality).value + 2.0 * of(reality).error
    for one in sorted((part(share) for share in lens.shares.values()), key=lambda one: -one.value):
        at += one.value
        top = max(top, at + 2.0 * one.error)
    return top


def _bridge(
    axes: Axes,
    lens: Lens,
    of: Callable[[Look], Estimated],
    part: Callable[[Share], Estimated],
    said: Callable[[float], str],
    *,
    letters: bool = False,
) -> None:
    """Bars from one lens to the other; every step begins where the last ended."""
    infra, reality = (of(look) for look in ends(lens))
    names = sorted(lens.shares, key=lambda name: -part(lens.shares[name]).value)
    base, shift = (1.0, 6) if letters else (0.0, 3)
    axes.bar(0, infra.value - base, bottom=base, width=0.62, color=TEAL)
    at = infra.value
    for place, name in enumerate(names, start=1):
        one = part(lens.shares[name])
        axes.plot((place - 0.69, place + 0.31), (at, at), color=GREY, linewidth=0.7)
        axes.bar(place, one.value, bottom=at, width=0.62, color=RUST if one.value >= 0.0 else TEAL, alpha=0.85)
        at += one.value
        axes.errorbar(place, at, yerr=2.0 * one.error, ecolor=INK, elinewidth=0.9, capsize=2.5, fmt="none")
        _say(axes, place, at, 2.0 * one.error, said(one.value), letters=letters)
    last = len(names) + 1
    axes.plot((last - 0.69, last - 0.31), (at, at), color=GREY, linewidth=0.7)
    axes.bar(last, reality.value - base, bottom=base, width=0.62, color=BLUE)
    axes.errorbar(last, reality.value, yerr=2.0 * reality.error, ecolor=INK, elinewidth=0.9, capsize=2.5, fmt="none")
    for place, one in ((0, infra), (last, reality)):
        text = letter(one.value) if letters else f"{abs(one.value):.0f}"
        _say(axes, place, one.value, 2.0 * one.error, text, letters=letters)
    labels = ["infrastructure\nlens", *(LABELS[name] for name in names), "compute\nreality"]
    axes.set_xticks(range(last + 1), labels)
    axes.tick_params(axis="x", length=0, labelsize=7.5, labelcolor=INK)
    axes.set_xlim(-0.55, last + 0.55)
    axes.set_position((0.085, 0.15, 0.885, 0.765))
    axes.margins(y=0.02 * shift)


def _say(axes: Axes, place: int, at: float, error: float, text: str, *, letters: bool) -> None:
    """Write a number beyond the end of its error bar."""
    axes.annotate(text, (place, at + error), xytext=(0, -4 if letters else 4), textcoords="offset points", fontsize=8,
                  color=INK, ha="center", va="top" if letters else "bottom")  # fmt: skip


def lenders_loss(lens: Lens) -> str | None:
    """Lenders' expected loss against the share of equity, with the bound of the grade."""
    found = lens.handover
    if found is None or max(one.el.value for one in found.stakes) <= 0.0:
        return None
    equity = np.array([one.equity for one in found.stakes])
    loss = POINTS * np.array([one.el.value for one in found.stakes])
    error = POINTS * np.array([one.el.error for one in found.stakes])
    bound = POINTS * found.bound

    def draw(axes: Axes) -> None:
        axes.fill_between(equity, np.maximum(loss - 2 * error, 0.0), loss + 2 * error, color=RUST, alpha=0.14, lw=0)
        axes.plot(equity, loss, color=RUST, marker="o", markersize=3)
        axes.axhline(bound, color=INK, linewidth=0.9, linestyle=DASHES)
        axes.set_ylim(0.0, 1.1 * max(float((loss + 2 * error).max()), bound))
        _equity_below(axes, equity)
        low, high = axes.get_xlim()
        is_left = found.at is not None and found.at.equity > 0.5 * (low + high)
        axes.annotate(f"{found.grade}: {bound:.0f} bp", (low if is_left else high, bound), fontsize=7.5, color=INK,
                      xytext=(3 if is_left else -3, 3), textcoords="offset points",
                      ha="left" if is_left else "right", va="bottom")  # fmt: skip
        if found.at is not None and found.at is not found.stakes[0]:
            axes.plot([found.at.equity], [POINTS * found.at.el.value], "o", color=INK, markersize=6)
            axes.annotate(f"{100 * found.at.equity:.0f} %", (found.at.equity, POINTS * found.at.el.value),
                          xytext=(5, 7), textcoords="offset points", fontsize=9, color=INK)  # fmt: skip
        unit(axes, "lenders' expected loss, bp of their debt")
        note(axes, "first point: the documents; band: two standard errors")

    return svg(draw)


def who_loses(lens: Lens) -> str | None:
    """Expected loss of lenders and owners in USD against the share of equity."""
    found = lens.handover
    if found is None:
        return None
    equity = np.array([one.equity for one in found.stakes])
    lenders, owners = (np.array([getattr(one, name).value for one in found.stakes]) for name in ("lenders", "owners"))
    most = float(max(lenders.max(), owners.max()))
    if most <= 0.0:
        return None
    scale, word = (1e9, "bn") if most >= 2e9 else (1e6, "m")

    def draw(axes: Axes) -> None:
        axes.plot(equity, owners / scale, color=BLUE, marker="o", markersize=3)
        axes.plot(equity, lenders / scale, color=RUST, marker="o", markersize=3)
        axes.set_ylim(0.0, 1.1 * most / scale)
        _equity_below(axes, equity)
        name_lines(axes, [(owners[-1] / scale, "owners", BLUE), (lenders[-1] / scale, "lenders", RUST)])
        axes.set_position((0.085, 0.15, 0.8, 0.765))
        unit(axes, f"expected loss, USD {word} of present value")

    return svg(draw)


def _equity_below(axes: Axes, equity: np.ndarray) -> None:
    """Share of equity along the bottom."""
    axes.set_xlim(float(equity.min()) - 0.02, float(equity.max()) + 0.02)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    axes.text(0.0, -0.105, "equity, share of the project's cost", transform=axes.transAxes, fontsize=7.5, color=FAINT,
              va="top")  # fmt: skip
    axes.set_position((0.085, 0.15, 0.885, 0.765))
