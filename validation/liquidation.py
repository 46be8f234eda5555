"""Set the default liquidation model beside what was observed, and write the tables of docs/validation/liquidation.md.

Which output is compared with which observation is written in `validation.evidence`, and how a comparison is judged in
`verdict`, before anything is computed; nothing in the model is changed by the answer.

    python -m validation.liquidation FOLDER [--check]

FOLDER holds ``data/``: the folder that HALFLIFE_DATA names.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from validation import evidence
from validation.evidence import Observation, Pair
from validation.outputs import Band, Number
from validation.page import fill, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "validation" / "liquidation.md"
HEAD = ["observation", "source", "date", "observed", "kind", "quality", "set against", "model mean", "model 5 to 95 %"]
MINE: dict[str, Callable[[Path], Iterator[Pair]]] = {
    "falls": evidence.falls, "sales": evidence.sales, "floors": evidence.floors,
    "settlements": evidence.settlements, "averages": evidence.averages, "today": evidence.today,
}  # fmt: skip
CERTAIN = 2.0
"""Standard errors by which a number must clear the edge of a band."""


def verdict(seen: Observation, band: Band) -> str:
    """Say where an observation lies in the model's band; more is kinder, so a band above it is too kind.

    Notes
    -----
    Inside or outside only where it clears the edge by two standard errors, of the edge and of the observation.
    """
    low, high = (CERTAIN * (edge.error**2 + seen.error**2) ** 0.5 for edge in (band.low, band.high))
    bottom, top = band.low.value, band.high.value
    if seen.high < bottom - low:
        return "**outside**: too kind"
    if seen.low > top + high:
        return "**outside**: too harsh"
    if seen.low >= bottom + low and seen.high <= top - high:
        return "inside"
    if seen.low < seen.high:
        ends = [words for is_out, words in ((seen.low < bottom, "below"), (seen.high > top, "above")) if is_out]
        if ends:
            return f"partly: reaches {' and '.join(ends)} the band"
    return "on the edge"


def beside(seen: Observation, band: Band) -> str:
    """Say how far the model's mean lies from a study average; nothing for a single case, which has no mean."""
    if seen.kind != "study average":
        return ""
    gap = 100.0 * (band.mean.value - min(max(band.mean.value, seen.low), seen.high))
    if gap == 0.0:
        return "; its mean within"
    return f"; its mean {abs(gap):.0f} points {'higher' if gap > 0.0 else 'lower'}"


def _shown(number: Number, *, is_share: bool) -> str:
    if not is_share:
        return f"{number.value:,.0f} ± {number.error:,.0f}"
    if number.error == 0.0:
        return f"{100 * number.value:.0f}"
    return f"{100 * number.value:.1f} ± {100 * number.error:.2f}"


def _seen(one: Observation, *, is_share: bool) -> str:
    ends = [f"{100 * x:.0f}" if is_share else f"{x:,.0f}" for x in (one.low, one.high)]
    if one.error > 0.0:
        return f"{100 * one.low:.1f} ± {100 * one.error:.1f}"
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def draw(name: str, pairs: Iterator[Pair]) -> str:
    """One table; shares in per cent, USD where it is about today's quotes."""
    is_share, lines, head = name != "today", [], [*HEAD]
    if name == "falls":
        head.append("the other window, 5 to 95 %")
    for pair in pairs:
        one, band = pair.seen, pair.band()
        bands = [band] if pair.beside is None else [band, pair.beside()]
        spans = [" to ".join(_shown(edge, is_share=is_share) for edge in (one.low, one.high)) for one in bands]
        lines.append([
            one.what, one.source, one.when, _seen(one, is_share=is_share), one.kind, one.quality, pair.against,
            _shown(band.mean, is_share=is_share), *spans, verdict(one, band) + beside(one, band),
        ])  # fmt: skip
    return table([*head, "the model is"], lines)


def main() -> int:
    """Write the tables; with ``--check`` say whether the page is up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds data/; the folder that HALFLIFE_DATA names")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    tables = {name: draw(name, pairs(asked.folder)) for name, pairs in MINE.items()}
    return fill(PAGE, tables, is_check=asked.check)


if __name__ == "__main__":
    sys.exit(main())
