"""The charts of the page, each from curves that `halflife.metrics` has made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from matplotlib.axes import Axes

from halflife.metrics import Curve, Measure
from halflife.report.drawing import (
    BLUE,
    FAINT,
    GREY,
    INK,
    PALETTE,
    RED,
    RUST,
    TEAL,
    band,
    multiple_beside,
    name_lines,
    note,
    percent_beside,
    svg,
    unit,
    usd_beside,
    years_below,
)
from halflife.report.tables import Curves

CLIP_DSCR, CLIP_LTV = 3.0, 2.5
SMALL = 0.004
"""Payment steps below this share of everything paid are not drawn, and named instead."""
AFTER = 2.0
"""Months drawn after the last maturity, so that a default on that day can be seen."""
Drawn = tuple[Curve, ...]


def _since(curve: Curve, first: float) -> Curve:
    """The curve from a month on, or all of it if little is left: before its first test a ratio is idle."""
    kept = [place for place, month in enumerate(curve.at) if month >= first]
    if len(kept) < 2:
        return curve
    return replace(
        curve,
        at=tuple(curve.at[place] for place in kept),
        value=tuple(curve.value[place] for place in kept),
        standard_error=(),
        note="errors are in the record",
    )


class Gallery:
    """All charts of one run.

    Parameters
    ----------
    curves : as `halflife.metrics.curve_all` gives them
    dates : [month]
    """

    def __init__(self, curves: Curves, dates: tuple[date, ...]) -> None:
        self.curves, self.dates = curves, dates

    def _get(self, name: str, entity: str) -> Drawn:
        return self.curves.get((name, entity), ())

    def dscr(self, borrower: str, covenants: list[str]) -> str | None:
        """Coverage against its covenants."""
        fan = self._get("dscr_fan", borrower)
        if not fan:
            return None
        tests = [(name, c[0]) for name in covenants if (c := self._get("threshold", name)) and c[0].label == "dscr"]
        first = min((test.at[0] for _, test in tests), default=0.0)
        by_level = {curve.label: _since(curve, first) for curve in fan}

        def draw(axes: Axes) -> None:
            band(axes, by_level, BLUE)
            for _, test in tests:
                axes.step(test.at, test.value, where="post", color=RED, linewidth=1.1, linestyle=(0, (4, 2)))
            top = max([*by_level["75 %"].value, *(v for _, test in tests for v in test.value), 1.2])
            axes.set_ylim(0.0, min(CLIP_DSCR, 1.25 * top))
            years_below(axes, self.dates, by_level["50 %"].at)
            multiple_beside(axes)
            names = [
                (by_level["50 %"].value[-1], "median", BLUE),
                (by_level["5 %"].value[-1], "worst 5 %", FAINT),
            ]
            name_lines(axes, [*names, *((test.value[-1], name, RED) for name, test in tests)])
            unit(axes, "DSCR as reported; bands: 50 % and 90 % of paths not in default")

        return svg(draw)

    def llcr(self, borrower: str, covenants: list[str]) -> str | None:
        """Value of what is still expected over the senior debt, from the first DSCR test on."""
        fan = self._get("llcr_fan", borrower)
        if not fan:
            return None
        tests = [c[0] for name in covenants if (c := self._get("threshold", name)) and c[0].label == "dscr"]
        by_level = {curve.label: _since(curve, min((test.at[0] for test in tests), default=0.0)) for curve in fan}

        def draw(axes: Axes) -> None:
            band(axes, by_level, TEAL)
            axes.axhline(1.0, color=INK, linewidth=0.7)
            axes.set_ylim(0.0, min(CLIP_DSCR, 1.25 * max([*by_level["75 %"].value, 1.2])))
            years_below(axes, self.dates, by_level["50 %"].at)
            multiple_beside(axes)
            names = ((by_level["50 %"].value[-1], "median", TEAL), (by_level["5 %"].value[-1], "worst 5 %", FAINT))
            name_lines(axes, list(names))
            unit(axes, "LLCR given each path's state; bands: 50 % and 90 % of paths not in default")

        return svg(draw)

    def leverage(self, borrower: str, covenants: list[str]) -> str | None:
        """Paper against orderly against realisable loan to value."""
        kinds = (
            ("paper", "on paper", GREY),
            ("orderly", "orderly sale", TEAL),
            ("realisable", "forced sale", RUST),
        )
        fans = [(label, colour, {c.label: c for c in fan}) for kind, label, colour in kinds
                if (fan := self._get(f"ltv_{kind}_fan", borrower))]  # fmt: skip
        if not fans:
            return None
        tests = [(name, c[0]) for name in covenants
                 if (c := self._get("threshold", name)) and c[0].label.startswith("ltv")]  # fmt: skip

        def draw(axes: Axes) -> None:
            for _, colour, fan in fans:
                inner = fan["25 %"]
                axes.fill_between(inner.at, inner.value, fan["75 %"].value, color=colour, alpha=0.18, linewidth=0)
                axes.plot(inner.at, fan["50 %"].value, color=colour)
            for _, test in tests:
                axes.step(test.at, test.value, where="post", color=RED, linewidth=1.1, linestyle=(0, (4, 2)))
            top = max(max(fan["75 %"].value) for _, _, fan in fans)
            axes.set_ylim(0.0, min(CLIP_LTV, max(1.1, 1.08 * top)))
            axes.axhline(1.0, color=INK, linewidth=0.7)
            years_below(axes, self.dates, fans[0][2]["50 %"].at)
            percent_beside(axes)
            names = [(fan["50 %"].value[-1], label, colour) for label, colour, fan in fans]
            name_lines(axes, [*names, *((test.value[-1], name, RED) for name, test in tests)])
            unit(axes, "debt over value; medians, bands: 50 % of paths not in default")

        return svg(draw)

    def balances(self, borrower: str, commitment: float) -> str | None:
        """Debt against what stands behind it."""
        lines = {curve.label: curve for curve in self._get("balances", borrower)}
        if not lines:
            return None
        fan = {curve.label: curve for curve in self._get("collateral_fan", borrower)}
        colours = {"debt": INK, "paper value": GREY, "orderly value": TEAL, "realisable value": RUST}

        def draw(axes: Axes) -> None:
            if fan:
                low, high = ([commitment * v for v in fan[level].value] for level in ("5 %", "95 %"))
                axes.fill_between(fan["5 %"].at, low, high, color=TEAL, alpha=0.14, linewidth=0)
            for label, line in lines.items():
                axes.plot(line.at, line.value, color=colours[label], linewidth=2.2 if label == "debt" else 1.5)
            most = max(max(line.value) for line in lines.values())
            highest = commitment * max(fan["95 %"].value) if fan else 0.0
            axes.set_ylim(0.0, max(1.08 * most, min(1.04 * highest, 1.6 * most)))
            years_below(axes, self.dates, lines["debt"].at)
            usd_beside(axes, most)
            name_lines(axes, [(line.value[-1], label, colours[label]) for label, line in lines.items()])

        return svg(draw)

    def losses(self, claim: str, marks: list[tuple[str, Measure]]) -> str | None:
        """Distribution of the loss on the paths that lose."""
        drawn = self._get("loss_histogram", claim)
        if not drawn:
            return None
        bars = drawn[0]
        width = bars.at[1] - bars.at[0] if len(bars.at) > 1 else 2 * bars.at[0]

        def draw(axes: Axes) -> None:
            at = [100 * middle for middle in bars.at]
            axes.bar(at, bars.value, width=92 * width, color=BLUE, alpha=0.85)
            top = max(bars.value)
            axes.set_ylim(0.0, 1.3 * top)
            axes.set_xlim(0.0, 100 * (bars.at[-1] + 0.5 * width))
            for place, (label, mark) in enumerate(marks):
                axes.axvline(100 * mark.value, color=RED, linewidth=1.0, ymax=0.97 - 0.09 * place)
                spot = (100 * mark.value, top * (1.235 - 0.115 * place))
                axes.annotate(f" {label} {spot[0]:.1f} %", spot, color=RED, fontsize=8, va="center")
            percent_beside(axes)
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
            spared = 100 * (1 - sum(bars.value))
            unit(
                axes,
                f"probability of a loss in the range (over commitment); {spared:.1f} % of paths lose nothing",
            )

        return svg(draw)

    def defaults(self, borrower: str) -> str | None:
        """Cumulative probability of default by cause."""
        causes = self._get("pd_by_cause", borrower)
        whole = self._get("pd_by_month", borrower)
        if not causes or not whole:
            return None

        def draw(axes: Axes) -> None:
            points = whole[0]
            end, last, error = points.at[-1] + AFTER, points.value[-1], points.standard_error[-1]
            names = self._stack(axes, causes, PALETTE, end)
            axes.errorbar([end - 1.0], [last], yerr=[2 * error], color=INK, linewidth=1.0, capsize=2.5)
            axes.set_ylim(0.0, 1.12 * (last + 2 * error))
            years_below(axes, self.dates, (points.at[0], end))
            percent_beside(axes)
            name_lines(axes, names)
            unit(axes, "cumulative probability of default by cause; bar: two standard errors")

        return svg(draw)

    def _stack(
        self, axes: Axes, rows: Drawn, palette: tuple[str, ...], end: float | None = None
    ) -> list[tuple[float, str, str]]:
        """Areas on top of each other, held to the end given; names and middles of the right ends."""
        floor = [0.0] * len(rows[0].at)
        names = []
        for place, row in enumerate(rows):
            colour = palette[place % len(palette)]
            top = [low + value for low, value in zip(floor, row.value, strict=True)]
            at, low, high = ([*line, line[-1] if end is None else last] for line, last in
                             ((row.at, end), (floor, floor[-1]), (top, top[-1])))  # fmt: skip
            axes.fill_between(at, low, high, color=colour, alpha=0.85, linewidth=0)
            names.append((0.5 * (floor[-1] + top[-1]), row.label, colour))
            floor = top
        return names

    def waterfall(self, borrower: str) -> str | None:
        """What each step of the priority of payments pays, month by month."""
        steps = [curve for curve in self._get("waterfall", borrower) if sum(curve.value) > 0.0]
        if not steps:
            return None
        total = sum(sum(step.value) for step in steps)
        large = [step for step in steps if sum(step.value) >= SMALL * total]
        names = ", ".join(step.label for step in steps if step not in large)

        def draw(axes: Axes) -> None:
            self._stack(axes, tuple(large), PALETTE)
            heights = [sum(values) for values in zip(*(step.value for step in large), strict=True)]
            most = sorted(heights)[-2] if len(heights) > 2 else max(heights)
            axes.set_ylim(0.0, 1.08 * most)
            years_below(axes, self.dates, large[0].at)
            usd_beside(axes, most)
            top = 1.08 * most * (0.94 - 0.085 * len(large))
            name_lines(axes, [(top + 0.09 * most * place, step.label, PALETTE[place % len(PALETTE)])
                              for place, step in enumerate(large)])  # fmt: skip
            if names:
                note(axes, f"too small to show: {names}")

        return svg(draw)

    def rents(self) -> str | None:
        """Rents of all machines over their rents today."""
        fans = [(entity, {c.label: c for c in drawn}) for (name, entity), drawn in self.curves.items()
                if name == "rent_fan"]  # fmt: skip
        if not fans:
            return None

        def draw(axes: Axes) -> None:
            for place, (_, fan) in enumerate(fans):
                colour = PALETTE[place % len(PALETTE)]
                if place == 0:
                    band(axes, fan, colour)
                else:
                    axes.plot(fan["50 %"].at, fan["50 %"].value, color=colour)
            axes.set_ylim(0.0, min(3.0, 1.05 * max(max(fan["95 %"].value) for _, fan in fans)))
            axes.axhline(1.0, color=INK, linewidth=0.7)
            years_below(axes, self.dates, fans[0][1]["50 %"].at)
            percent_beside(axes)
            name_lines(axes, [(fan["50 %"].value[-1], name, PALETTE[place % len(PALETTE)])
                              for place, (name, fan) in enumerate(fans)])  # fmt: skip
            unit(axes, f"market rent over today's; bands: 50 % and 90 % of paths for {fans[0][0]}")

        return svg(draw)

    def people(self) -> str | None:
        """Survival of the counterparties."""
        lines = [(entity, drawn[0]) for (name, entity), drawn in self.curves.items() if name == "party_survival"]
        if not lines:
            return None

        def draw(axes: Axes) -> None:
            for place, (_, line) in enumerate(lines):
                axes.plot(line.at, line.value, color=PALETTE[place % len(PALETTE)])
            least = min(line.value[-1] for _, line in lines)
            axes.set_ylim(max(0.0, 1.0 - 1.15 * (1.0 - least)), 1.0)
            years_below(axes, self.dates, lines[0][1].at)
            percent_beside(axes)
            name_lines(axes, [(line.value[-1], name, PALETTE[place % len(PALETTE)])
                              for place, (name, line) in enumerate(lines)])  # fmt: skip
            unit(axes, "probability of not having failed")

        return svg(draw)

    def breaches(self, covenants: list[str]) -> str | None:
        """When covenants break for the first time."""
        lines = [(name, c[0]) for name in covenants if (c := self._get("breach_by_month", name))]
        lines = [(name, line) for name, line in lines if line.value[-1] > 0.0]
        if not lines:
            return None

        def draw(axes: Axes) -> None:
            for place, (_, line) in enumerate(lines):
                axes.plot(line.at, line.value, color=PALETTE[place % len(PALETTE)])
            axes.set_ylim(0.0, 1.1 * max(line.value[-1] for _, line in lines))
            years_below(axes, self.dates, lines[0][1].at)
            percent_beside(axes)
            name_lines(axes, [(line.value[-1], name, PALETTE[place % len(PALETTE)])
                              for place, (name, line) in enumerate(lines)])  # fmt: skip
            unit(axes, "probability that the covenant has been breached")

        return svg(draw)
