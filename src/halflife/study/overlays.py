"""Scenarios: dated overlays of levers, failures and monthly paths, each figure with its source, that compose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import Field

from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.facts.reading import entries, one_of
from halflife.foundation.document import Document, close_match, read_document
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.quantity import parse_quantity
from halflife.foundation.spec import Spec, validate_tree
from halflife.foundation.units import Date, Months
from halflife.study import vectors
from halflife.study.levers import Lever, apply, lever_named, read_amount

BASELINE = "baseline"
FIRST = (BASELINE, "glut", "successor_shock", "offtaker_failure", "operator_failure", "funding_freeze", "crypto_winter")
"""Scenarios that are listed first, in this order; those that combine several things follow."""
Written = str | int | float


class FailureSpec(Spec):
    """A failure on a date: it happens on every path."""

    who: Literal["customers", "operator"]
    """customers: everybody with a contract; operator: operator and sponsor."""
    after: Months
    """Months from the valuation date."""


class OverlaySpec(Spec):
    """A scenario: what it moves on a deal, and why so far."""

    name: str
    title: str
    about: str
    severity: Literal["none", "moderate", "severe", "extreme"]
    as_of: Date
    moves: Mapping[str, Written] = Field(default_factory=dict)
    """Lever -> amount with its unit."""
    failures: tuple[FailureSpec, ...] = ()
    paths: Mapping[str, tuple[Written, ...]] = Field(default_factory=dict)
    """Path -> one figure a month from month 1 on; the last one holds."""


@dataclass(frozen=True)
class Overlay:
    """A scenario that has been read.

    Parameters
    ----------
    spec : as written;  moves : (lever, amount);  paths : name -> figures by month
    sources : (scenario, figure, written, source or reason)
    """

    spec: OverlaySpec
    moves: tuple[tuple[Lever, float], ...]
    paths: tuple[tuple[str, tuple[float, ...]], ...]
    sources: tuple[tuple[str, str, str, str], ...]

    def apply(self, plan: Plan, deal: Deal) -> Plan:
        """Lay the scenario over a plan, which another one may have changed before; what does not apply is left out."""
        plan = apply(plan, deal, [(lever, amount) for lever, amount in self.moves if not lever.missing(deal)])
        for name, figures in self.paths:
            plan = vectors.PATHS[name].lay(plan, deal, figures)
        for failure in self.spec.failures:
            plan = vectors.fail(plan, failure.who, failure.after)
        return plan

    def left_out(self, deal: Deal) -> list[str]:
        """Say what of the scenario the deal does not have."""
        return [f"{lever.name}: {reason}" for lever, _ in self.moves if (reason := lever.missing(deal))]


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that come with Halflife, the baseline first."""
    names = entries("scenarios")
    return (*(name for name in FIRST if name in names), *(name for name in names if name not in FIRST))


def load_overlay(source: str | Path) -> Overlay:
    """Read a scenario by its name, or from a file.

    Raises
    ------
    SpecError
        For an unknown scenario, lever or path, and for amounts that cannot be read: all at once.
    """
    text = str(source)
    if isinstance(source, Path) or text.endswith((".yaml", ".yml")) or "\n" in text:
        document = read_document(source if "\n" in text else Path(text))
    else:
        name = one_of(text, scenario_names(), "--scenario")
        words = files("halflife.facts").joinpath("scenarios", f"{name}.yaml").read_text(encoding="utf-8")
        document = read_document(words)
    spec = validate_tree(OverlaySpec, document.tree(), document)
    findings = list[Finding]()
    moves = tuple(_move(document, name, amount, findings) for name, amount in spec.moves.items())
    paths = tuple((name, _path(document, name, row, findings)) for name, row in spec.paths.items())
    if findings:
        raise SpecError(findings)
    return Overlay(spec, tuple(move for move in moves if move is not None), paths, _sources(document, spec.name))


def composed(names: str) -> list[Overlay]:
    """Read scenarios laid one over the other: ``glut+funding_freeze``."""
    findings, found = list[Finding](), list[Overlay]()
    for name in names.split("+"):
        try:
            found.append(load_overlay(name.strip()))
        except SpecError as error:
            findings += error.findings
    if findings:
        raise SpecError(findings)
    return found


def _move(document: Document, name: str, amount: Written, findings: list[Finding]) -> tuple[Lever, float] | None:
    where = document.where(("moves", name))
    try:
        lever = lever_named(name, where)
        return lever, read_amount(lever, str(amount), where)
    except SpecError as error:
        findings += error.findings
        return None


def _path(document: Document, name: str, row: Sequence[Written], findings: list[Finding]) -> tuple[float, ...]:
    where = document.where(("paths", name))
    path = vectors.PATHS.get(name)
    if path is None:
        match = close_match(name, vectors.PATHS)
        fix = f"did you mean '{match}'?" if match else "choose one of these"
        findings.append(Finding(where, f"unknown path '{name}'", "one of " + ", ".join(vectors.PATHS), fix))
        return ()
    if not row:
        findings.append(Finding(where, "no figure", "one figure a month", "write a list, such as [100 %, 98 %]"))
    return tuple(_figure(path, text, f"{where}[{month}]", findings) for month, text in enumerate(row, start=1))


def _figure(path: vectors.Path, written: Written, where: str, findings: list[Finding]) -> float:
    quantity = parse_quantity(str(written))
    amount = (
        None if quantity is None or quantity.unit not in path.units else quantity.number * path.units[quantity.unit]
    )
    if amount is None or not path.low < amount <= path.high:
        wanted = f"{path.words}, like '{path.example}'"
        findings.append(Finding(where, f"'{written}'", wanted, "write the number with its unit"))
        return 1.0
    return float(amount)


def _sources(document: Document, name: str) -> tuple[tuple[str, str, str, str], ...]:
    cited = [(name, document.path_text(path), str(one.value), one.text) for path, one in document.sources.items()]
    guessed = [(name, document.path_text(one.path), one.words, one.reason) for one in document.assumptions]
    return tuple(sorted(cited + guessed, key=lambda row: row[1]))


def laid(overlays: Sequence[Overlay], plan: Plan, deal: Deal) -> Plan:
    """Lay scenarios over a plan, one after the other."""
    for overlay in overlays:
        plan = overlay.apply(plan, deal)
    return plan
