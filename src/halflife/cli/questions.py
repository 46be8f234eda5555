"""What the commands that ask one deal have in common: options read, answers shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from halflife.foundation.errors import Finding, ResourceError, SpecError

if TYPE_CHECKING:
    from halflife.report.tables import Table
    from halflife.study.levers import Lever


def read_bumps(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Read ``rent_decline=-5 %..10 %``; everything that is wrong is said at once."""
    found: dict[str, tuple[float, float]] = {}
    findings = list[Finding]()
    for text in texts:
        try:
            lever, amounts = _amounts(text, "--bump", "..")
            if len(amounts) != 2:
                wanted = "two amounts, down and up"
                raise SpecError([Finding("--bump", f"'{text}'", wanted, "write it like 'depth=0.5x..2x'")])
            found[lever.name] = (amounts[0], amounts[1])
        except SpecError as error:
            findings += error.findings
    if findings:
        raise SpecError(findings)
    return found


def read_grid(texts: Sequence[str]) -> tuple[tuple[Lever, list[float]], tuple[Lever, list[float]]] | None:
    """Read two of ``depth=0.25x,1x,4x``; None where there is none."""
    if not texts:
        return None
    if len(texts) != 2:
        fix = "write for example --grid 'depth=0.5x,1x,2x' --grid 'utilisation=-20 %,0 %'"
        raise SpecError([Finding("--grid", f"given {len(texts)} times", "twice: one lever down, one across", fix)])
    down, across = (_amounts(text, "--grid", ",") for text in texts)
    return down, across


def read_along(text: str) -> tuple[Lever, list[float]]:
    """Read ``offtaker_pd=1x,4x,16x``: a lever and the amounts along which another is solved for."""
    return _amounts(text, "--along", ",")


def _amounts(text: str, where: str, separator: str) -> tuple[Lever, list[float]]:
    from halflife.study.levers import lever_named, read_amount

    name, sign, written = text.partition("=")
    if not sign:
        fix = f"write it like 'depth=0.5x{separator}2x'"
        raise SpecError([Finding(where, f"'{text}'", f"lever=amount{separator}amount", fix)])
    lever = lever_named(name.strip(), where)
    return lever, [read_amount(lever, part.strip(), f"{where} {lever.name}") for part in written.split(separator)]


def show(
    title: str, sentences: Sequence[str], tables: Sequence[Table], answers: Mapping[str, object], html: Path | None,
    page: str | None, *, is_json: bool,
) -> None:  # fmt: skip
    """Write the page where one is asked for, and print the answer as text or JSON."""
    from halflife.cli.printing import print_grid, wide_console
    from halflife.report.stress_words import plain

    if html is not None and page is not None:
        try:
            html.write_text(page, encoding="utf-8")
        except OSError as error:
            raise ResourceError(f"{html}: {error.strerror}; nothing was written") from None
    if is_json:
        print(json.dumps({name: plain(one) for name, one in answers.items() if one is not None}, indent=2))
        return
    console = wide_console()
    console.print(title, style="bold", highlight=False, markup=False)
    for sentence in sentences:
        console.print(sentence, highlight=False, markup=False)
    for table in tables:
        print_grid(console, table.title, table.columns, table.rows, table.numeric)
    if html is not None:
        console.print(f"Page: {html}", highlight=False)
