"""Names a user wrote: what to say when one is unknown or written twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding

At = Callable[[str], str]
"""From a path such as ``fleets[h100].units`` to the words that say where it is written."""

SpecT = TypeVar("SpecT")


class Written(NamedTuple, Generic[SpecT]):
    """One borrower's part of the document: whose it is, what it says, and where."""

    name: str
    spec: SpecT
    at: At


def unknown(where: str, noun: str, name: str, known: Iterable[str]) -> Finding:
    """A name that nothing in the document carries."""
    names = sorted(known)
    match = close_match(name, names)
    wanted = f"one of {', '.join(names)}" if names else f"a {noun}, but the document has none"
    fix = f"did you mean '{match}'?" if match else f"correct the name, or add this {noun}"
    return Finding(where, f"unknown {noun} '{name}'", wanted, fix)


def report_twins(names: Sequence[str], noun: str, where: Callable[[int], str], findings: list[Finding]) -> None:
    """Report every name that an earlier entry of the list already has."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            fix = f"rename one of the two, and what refers to it: a {noun} is found by its name"
            findings.append(Finding(where(place), f"a second {noun} '{name}'", "each name once", fix))
        seen.add(name)
