"""Statistics over the paths of a run: each with its formula and standard error, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator

from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.case import Case, Kind, NoAnswer, entities, sample_of
from halflife.metrics.catalogue import BY_NAME, CURVE_BY_NAME, CURVES, MEASURES, CurveDefinition, Definition
from halflife.metrics.measure import Curve, Measure, NotApplicable
from halflife.metrics.terms import read_terms
from halflife.results import Results

__all__ = [
    "CURVES",
    "MEASURES",
    "Curve",
    "Measure",
    "NotApplicable",
    "curve",
    "curve_all",
    "measure",
    "measure_all",
]


def measure(
    results: Results, name: str, entity: str | None = None, **options: float | str | None
) -> Measure | NotApplicable:
    """Answer one question about a run.

    Parameters
    ----------
    results : Results
    name : a measure of docs/glossary.md, for example ``"pd"``
    entity : borrower, facility, covenant or party; the only borrower when left out
    options : ``years`` (horizon), ``illiquidity_bp`` and ``illiquidity_se_bp``, ``economic_life_years``,
        ``attachment`` and ``detachment``

    Raises
    ------
    SpecError
        For a name or an entity that does not exist.
    """
    definition = BY_NAME.get(name)
    if definition is None:
        raise SpecError([_unknown(name, list(BY_NAME), "measure")])
    return _answer(definition, Case(results, definition.kind, entity), options)


def measure_all(results: Results, **options: float | str | None) -> list[Measure | NotApplicable]:
    """Answer every question about every entity it is about; options as for `measure`."""
    cases = _Cases(results)
    return [_answer(definition, case, options) for definition in MEASURES for case in cases.of_kind(definition.kind)]


def curve(
    results: Results, name: str, entity: str | None = None, **options: float | str | None
) -> tuple[Curve, ...] | NotApplicable:
    """The curves of one name: PD by month, a fan with one curve a level, defaults by cause.

    Parameters
    ----------
    results, entity, options : as for `measure`
    name : a curve of docs/glossary.md, for example ``"dscr_fan"``
    """
    definition = CURVE_BY_NAME.get(name)
    if definition is None:
        raise SpecError([_unknown(name, list(CURVE_BY_NAME), "curve")])
    return _draw(definition, Case(results, definition.kind, entity), options)


def curve_all(results: Results, **options: float | str | None) -> dict[tuple[str, str], tuple[Curve, ...]]:
    """Every curve of every entity that has one, by name and entity."""
    cases, found = _Cases(results), {}
    for definition in CURVES:
        for case in cases.of_kind(definition.kind):
            drawn = _draw(definition, case, options)
            if not isinstance(drawn, NotApplicable):
                found[definition.name, case.entity] = drawn
    return found


class _Cases:
    """The entities of a run, sharing one sample, one reading of the terms and what each has worked out."""

    def __init__(self, results: Results) -> None:
        self._results, self._sample, self._terms = results, sample_of(results), read_terms(results)
        self._known: dict[tuple[str, str], Case] = {}

    def of_kind(self, kind: Kind) -> Iterator[Case]:
        for name in entities(self._results, kind):
            if (kind, name) not in self._known:
                self._known[kind, name] = Case(self._results, kind, name, self._sample, self._terms)
            yield self._known[kind, name]


def _answer(definition: Definition, case: Case, options: dict[str, float | str | None]) -> Measure | NotApplicable:
    try:
        found = definition.answer(case, options)
    except NoAnswer as reason:
        return NotApplicable(definition.name, case.entity, str(reason))
    return Measure(
        definition.name, case.entity, found.value, definition.unit, found.error, definition.formula,
        found.note, found.low, found.high, found.text,
    )  # fmt: skip


def _draw(
    definition: CurveDefinition, case: Case, options: dict[str, float | str | None]
) -> tuple[Curve, ...] | NotApplicable:
    try:
        rows = definition.answer(case, options)
    except NoAnswer as reason:
        return NotApplicable(definition.name, case.entity, str(reason))
    return tuple(
        Curve(
            definition.name, case.entity, row.label, tuple(map(float, row.at)), definition.at_unit,
            tuple(map(float, row.value)), definition.unit, tuple(map(float, row.error)), definition.formula,
            row.note, row.ticks,
        )
        for row in rows
    )  # fmt: skip


def _unknown(name: str, known: list[str], noun: str) -> Finding:
    match = close_match(name, known)
    fix = f"did you mean '{match}'?" if match else "docs/glossary.md has them all"
    return Finding(noun, f"'{name}'", "one of " + ", ".join(known), fix)
