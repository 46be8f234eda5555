"""Pages whose tables are written by a script and whose words are written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fill(page: Path, tables: Mapping[str, str], *, is_check: bool) -> int:
    """Put tables between their marks; with `is_check` only say whether they are there already.

    Parameters
    ----------
    page : a Markdown file
    tables : by the name in its marks ``<!-- table: name -->`` and ``<!-- end: name -->``

    Returns
    -------
    int
        0, or 1 if a check finds the page out of date.

    Raises
    ------
    SystemExit
        If a mark is missing.
    """
    old = fresh = page.read_text(encoding="utf-8")
    for name, text in tables.items():
        begin, end = f"<!-- table: {name} -->", f"<!-- end: {name} -->"
        if begin not in fresh or end not in fresh:
            raise SystemExit(f"{page.name} has no place for the table '{name}'")
        before, rest = fresh.split(begin, 1)
        fresh = before + begin + "\n" + text + "\n" + end + rest.split(end, 1)[1]
    if is_check:
        return int(fresh != old)
    page.write_text(fresh, encoding="utf-8")
    return 0
