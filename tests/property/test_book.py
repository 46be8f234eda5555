"""A system that is written as a tape and imported again keeps its names, sizes and sums, in whatever order."""

from __future__ import annotations

import math
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halflife.engine.system import SystemSpec
from halflife.foundation.errors import SpecError
from halflife.study.book import Book, Recipe, export_book, generate, generate_spec, import_book, yaml_text

RECIPES = st.builds(
    Recipe,
    borrowers=st.integers(1, 25),
    lenders=st.integers(1, 12),
    seed=st.integers(0, 2**40),
    rich=st.sampled_from([0.0, 0.5, 1.0]),
)


def pattern(recipe: Recipe) -> str:
    """A base with the same economy: one borrower that has a senior and a junior facility, and no lenders."""
    tree = generate(Recipe(borrowers=1, lenders=1, seed=recipe.seed, rich=1.0))
    tree["borrowers"][0].pop("guarantee", None)
    return yaml_text({key: part for key, part in tree.items() if key != "lenders"})


def again(recipe: Recipe, tape: str, map_text: str) -> Book:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tape.csv"
        path.write_text(tape, encoding="utf-8")
        return import_book(path, map_text, pattern(recipe))


def loans(spec: SystemSpec) -> dict[tuple[str, str], tuple[object, ...]]:
    return {
        (one.name, loan.name): (loan.commitment, loan.maturity, loan.rate, loan.amortisation, loan.kind)
        for one in spec.borrowers
        for loan in one.debt.facilities
    }


def fleets(spec: SystemSpec) -> dict[str, tuple[object, ...]]:
    found = {}
    for one in spec.borrowers:
        fleet, contract = one.operations.fleets[0], one.operations.contracts[0]
        found[one.name] = (fleet.machine, fleet.units, fleet.cost, fleet.age, contract.offtaker, contract.price,
                           contract.term, contract.units, one.sponsor, one.operations.operator,
                           one.debt.cash)  # fmt: skip
    return found


def held(spec: SystemSpec) -> dict[tuple[str, str, str], float | None]:
    return {(one.name, part.borrower, part.facility): part.share for one in spec.lenders for part in one.holdings}


@settings(max_examples=25)
@given(RECIPES)
def test_names_sizes_and_sums_are_kept(recipe):
    spec = generate_spec(recipe)
    book = again(recipe, *export_book(spec))
    assert loans(book.spec) == loans(spec)
    assert fleets(book.spec) == fleets(spec)
    assert held(book.spec) == held(spec)
    assert book.committed == math.fsum(size[0] for size in loans(spec).values())
    capital = {one.name: one.capital for one in spec.lenders if one.holdings}
    assert {one.name: one.capital for one in book.spec.lenders} == capital
    used = {(one.name, one.rating) for one in spec.counterparties}
    assert {(one.name, one.rating) for one in book.spec.counterparties} == used


@settings(max_examples=10)
@given(RECIPES, st.integers(0, 1000))
def test_the_order_of_the_rows_changes_no_word(recipe, shuffle):
    tape, map_text = export_book(generate_spec(recipe))
    header, *rows = tape.splitlines()
    random.Random(shuffle).shuffle(rows)
    first, second = again(recipe, tape, map_text), again(recipe, "\n".join([header, *rows]) + "\n", map_text)
    assert first.text.partition("name:")[2] == second.text.partition("name:")[2]
    assert first.spec == second.spec


def test_a_borrower_with_several_fleets_does_not_fit_into_rows():
    tree = generate(Recipe(borrowers=2, lenders=2))
    operations = tree["borrowers"][1]["operations"]
    operations["fleets"].append({**operations["fleets"][0], "name": "second"})
    with pytest.raises(SpecError, match="several fleets"):
        export_book(SystemSpec.model_validate(tree))
