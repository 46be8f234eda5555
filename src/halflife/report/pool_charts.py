"""Charts of the page about notes on a pool."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from halflife.foundation.axes import Floats
from halflife.instruments.copula import gaussian
from halflife.instruments.implied_correlation import rarer
from halflife.instruments.vasicek import loss_cdf
from halflife.metrics.feedback import exceedance
from halflife.metrics.note_risk import ALMOST_NEVER, ALMOST_SURE, loss_law
from halflife.metrics.pooled import Pooled
from halflife.report.drawing import (
    BLUE,
    FAINT,
    GOLD,
    GREY,
    INK,
    PALETTE,
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
from halflife.report.network import fitted

LEAST = 1e-6
"""Smallest expected loss that the chart of the notes shows."""
MOST_BARS = 11
DASHES = (0, (3, 2))


def _log_percent(axes: Axes, low: float, high: float, *, is_across: bool) -> None:
    """Percent in powers of ten."""
    powers = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    ticks = [t for t in 10.0**powers if low <= t <= high]
    words = [f"{100.0 * t:g} %" for t in ticks]
    if is_across:
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        axes.set_xticks(ticks, words)
    else:
        axes.set_yscale("log")
        axes.set_ylim(low, high)
        axes.set_yticks(ticks, words)
    axes.minorticks_off()


def notes_chart(pooled: Pooled) -> str:
    """Expected loss of every note: with all cash flows, by size alone, and by the closed forms."""
    rows = len(pooled.notes)
    kinds = [
        ("all cash flows", RUST, [risk.el for risk in pooled.notes]),
        ("losses alone", GREY, [risk.loss_alone for risk in pooled.notes]),
        *((one.name, colour, list(one.el)) for one, colour in zip(pooled.companions, COLOURS, strict=True)),
    ]

    def draw(axes: Axes) -> None:
        _log_percent(axes, LEAST, 1.0, is_across=True)
        for lane, (name, colour, answers) in enumerate(kinds):
            at = np.array([-place + 0.33 - 0.13 * lane for place in range(rows)])
            values = np.array([max(one.value, LEAST) for one in answers])
            low = np.array([max(one.value - 2.0 * one.error, LEAST) for one in answers])
            high = np.array([max(one.value + 2.0 * one.error, LEAST) for one in answers])
            axes.hlines(at, low, high, color=colour, linewidth=1.1, alpha=0.7)
            is_small = values <= LEAST
            axes.plot(values[~is_small], at[~is_small], "o", color=colour, markersize=4.5, label=name)
            axes.plot(values[is_small], at[is_small], "<", color=colour, markersize=4.0, alpha=0.6, clip_on=False)
        axes.set_yticks([-place for place in range(rows)], [risk.name for risk in pooled.notes])
        axes.tick_params(axis="y", labelsize=8.5, labelcolor=INK, pad=7)
        axes.set_ylim(-rows + 0.45, 0.55)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.set_position((0.085, 0.22, 0.86, 0.70))
        axes.legend(loc="upper center", bbox_to_anchor=(0.47, -0.09), ncols=3, frameon=False, fontsize=7,
                    handletextpad=0.2, columnspacing=1.2)  # fmt: skip
        unit(axes, "expected loss, share of the balance; lines: two standard errors; triangles: less than shown")

    return svg(draw)


COLOURS = (TEAL, BLUE, GOLD, "#6a5a8c")


def loss_chart(pooled: Pooled) -> str | None:
    """Probability that the pool loses more than each share, simulated and by closed forms."""
    lost: Floats = pooled.lost.sum(axis=1)
    if float(lost.max()) <= 0.0:
        return None
    law, wide = _laws(pooled)
    most = 1.25 * max(float(lost.max()), pooled.pool.es.value)

    def draw(axes: Axes) -> None:
        least = max(1.0 / pooled.sample.paths, 1e-5)
        _log_percent(axes, 0.5 * least, 1.2, is_across=False)
        sizes, beyond = exceedance(pooled.sample, lost)
        axes.step(sizes, np.maximum(beyond, 1e-9), where="post", color=RUST)
        words = [("simulated", RUST)]
        for (at, chance), name, colour in zip(
            law, ("Gaussian, by defaults", "Gaussian, by losses"), COLOURS, strict=False
        ):
            axes.step(at, np.maximum(chance, 1e-12), where="post", color=colour, linewidth=1.2)
            words.append((name, colour))
        axes.plot(*wide, color=COLOURS[3], linewidth=1.0, linestyle=DASHES)
        words.append(("Vasicek, by losses", COLOURS[3]))
        axes.set_xlim(0.0, most)
        for risk in pooled.notes:
            if 0.0 < risk.attachment < most:
                axes.axvline(risk.attachment, color=FAINT, linewidth=0.8, linestyle=DASHES)
                axes.annotate(risk.name, (risk.attachment, 0.6 * least), xytext=(3, 0), textcoords="offset points",
                              fontsize=8, color=INK, va="bottom")  # fmt: skip
        axes.xaxis.set_major_formatter(lambda size, _: f"{100 * size:g} %")
        for place, (name, colour) in enumerate(words):
            axes.text(0.99, 0.93 - 0.075 * place, name, transform=axes.transAxes, color=colour, fontsize=8, ha="right",
                      va="center", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0})  # fmt: skip
        unit(axes, "probability that the pool loses more than this share")
        note(axes, "dashed: where each note begins to lose")

    return svg(draw)


def _laws(pooled: Pooled) -> tuple[list[tuple[Floats, Floats]], tuple[Floats, Floats]]:
    """Exceedance under the two Gaussian copulas, and in the large pool."""
    pd = np.array([one.value for one in pooled.pool.pd])
    lost, held = np.array(pooled.pool.lost), np.array(pooled.pool.held)
    can = (pd > ALMOST_NEVER) & (lost > 0.0)
    pd, lost, held = np.minimum(pd[can], ALMOST_SURE), lost[can], held[can]
    found = []
    for one in pooled.companions[:2]:
        rare, large = rarer(pd, lost, held, one.severity.value)
        sizes, chance = loss_law(gaussian(rare, one.correlation.value), large)
        beyond: Floats = np.clip(1.0 - np.cumsum(chance), 0.0, 1.0)
        found.append((sizes, beyond))
    one = pooled.companions[3]
    rare, large = (np.asarray(array) for array in rarer(pd, lost, held, one.severity.value))
    lgd, rho = min(float(large.sum()), 1.0), max(one.correlation.value, ALMOST_NEVER)
    at = np.linspace(0.0, 1.0, 400)[1:]
    beyond = 1.0 - np.asarray(loss_cdf(at, float(large @ rare / large.sum()), rho))
    return found, (lgd * at, np.maximum(beyond, 1e-12))


def balance_chart(pooled: Pooled) -> str:
    """Mean balance of the notes and of what the owners hold, by month."""
    paid = [pooled.over_paths(one.principal) for one in (*pooled.tranched.notes, pooled.tranched.owners)]
    names = [one.name for one in (*pooled.tranched.notes, pooled.tranched.owners)]
    starts = [one.balance for one in (*pooled.tranched.notes, pooled.tranched.owners)]
    left = np.array(
        [np.concatenate(([start], start - np.cumsum(row))) for start, row in zip(starts, paid, strict=True)]
    )
    last = _last(pooled)
    left = np.maximum(left[:, : last + 1], 0.0)

    def draw(axes: Axes) -> None:
        at, base = np.arange(last + 1.0), np.zeros(last + 1)
        for place, (name, row) in enumerate(zip(names, left, strict=True)):
            colour = GREY if name == "owners" else PALETTE[place]
            axes.fill_between(at, base, base + row, color=colour, alpha=0.75, linewidth=0)
            axes.text(0.99, 0.5 + 0.085 * place, name, transform=axes.transAxes, color=colour, fontsize=8, ha="right")
            base = base + row
        most = float(left.sum(axis=0).max())
        axes.set_ylim(0.0, 1.04 * most)
        years_below(axes, pooled.results.dates, at.tolist())
        usd_beside(axes, most)
        axes.texts[-1].remove()
        unit(axes, f"mean balance, USD {'bn' if most >= 2e9 else 'm'}; what is never repaid stays")

    return svg(draw)


def _last(pooled: Pooled) -> int:
    """Last month that is worth showing: a year after the last maturity of the pool's loans, or the end."""
    axis = pooled.results.axis
    places = [axis.facilities.index(loan.name) for loan in pooled.loans]
    last = int(pooled.results.maturities[places].max()) + 12
    return min(last, int(pooled.cash.interest.shape[1]))


def triggers_chart(pooled: Pooled) -> str | None:
    """Share of the paths on which a trigger diverts, and on which interest of each note is late, by month."""
    last = _last(pooled)
    tripped = pooled.over_paths(pooled.tranched.tripped)[:last]
    pool = 1.0 - np.cumsum(pooled.over_paths(pooled.cash.loss))[:last] / pooled.cash.balance
    if float(tripped.max()) <= 0.0 and float(pool[-1]) >= 1.0:
        return None

    def draw(axes: Axes) -> None:
        at = np.arange(1.0, last + 1.0)
        axes.set_ylim(0.0, 1.15 * max(float(tripped.max()), float(1.0 - pool[-1])))
        years_below(axes, pooled.results.dates, at.tolist())
        percent_beside(axes)
        axes.plot(at, tripped, color=BLUE)
        axes.plot(at, 1.0 - pool, color=RUST)
        name_lines(axes, [(float(tripped[-1]), "trigger diverts", BLUE), (float(1.0 - pool[-1]), "pool lost", RUST)])
        unit(axes, "share of paths on which a trigger diverts; mean share of the pool lost so far")

    return svg(draw)


def borrowers_chart(pooled: Pooled) -> str | None:
    """Expected loss and part of the worst 1 % by borrower, share of the pool's."""
    el = pooled.sample.weights @ pooled.lost / pooled.sample.total
    if float(el.sum()) <= 0.0:
        return None
    parts = pooled.tail
    chosen = sorted(range(len(parts)), key=lambda place: -parts[place].amount.value)[:MOST_BARS]

    def draw(axes: Axes) -> None:
        at = -np.arange(len(chosen))
        values = np.array([parts[b].amount.value for b in chosen])
        errors = np.array([parts[b].amount.error for b in chosen])
        axes.barh(at, values, height=0.6, color=RUST, alpha=0.85)
        axes.errorbar(values, at, xerr=2.0 * errors, fmt="none", ecolor=INK, elinewidth=0.8, capsize=2.0)
        axes.plot(el[chosen], at, "|", color=BLUE, markersize=11, markeredgewidth=2.2)
        axes.set_yticks(at, [fitted(pooled.pool.names[b], 26) for b in chosen])
        axes.tick_params(axis="y", labelsize=7.5, labelcolor=INK)
        axes.set_ylim(-len(chosen) + 0.4, 0.6)
        axes.set_xlim(0.0, 1.1 * float((values + 2.0 * errors).max()))
        axes.xaxis.set_major_formatter(lambda size, _: f"{100 * size:g} %")
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.set_position((0.27, 0.095, 0.70, 0.82))
        unit(axes, "share of the pool in the worst 1 % of paths (bars), and on average (ticks)")

    return svg(draw)
