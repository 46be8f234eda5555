"""The deals of the property tests, replayed by the twin and walked by the compiled engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from halflife.engine.resolve import Deal, resolve
from halflife.engine.run import Harvest
from halflife.engine.run import walk as walk_compiled
from halflife.engine.system import SystemSpec
from halflife.engine.twin import replay, rows
from halflife.foundation.document import read_document
from halflife.foundation.spec import validate_tree
from halflife.study.run import axis_of

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "ddtl-4": ROOT / "examples" / "coreweave-ddtl-4.0.yaml",
    "invented": ROOT / "tests" / "data" / "full_ddtl.yaml",
    "full": ROOT / "examples" / "full-feature.yaml",
    "treasury": ROOT / "tests" / "data" / "treasury.yaml",
}
PATHS, SEED = 256, 7


@dataclass(frozen=True)
class Tale:
    """Everything that moved: ``tale["waterfall.pools"][month, entity, field, path]``."""

    deal: Deal
    arrays: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]


def tell(deal: Deal, paths: range = range(PATHS), seed: int = SEED) -> Tale:
    """Replay paths and keep every month."""
    kept: dict[str, list[np.ndarray]] = {}
    for _, state in replay(deal.plan, paths, seed):
        for room, part in zip(state._fields, state, strict=True):
            for name, array in zip(part._fields, part, strict=True):
                kept.setdefault(f"{room}.{name}", []).append(rows(array, len(paths)))
    return Tale(deal, {name: np.array(months) for name, months in kept.items()})


def resolve_file(name: str) -> Deal:
    document = read_document(FILES[name])
    return resolve(validate_tree(SystemSpec, document.tree(), document), document)


@pytest.fixture(scope="session")
def deals() -> dict[str, Deal]:
    """The deals, each at the middle of its assumed ranges."""
    return {name: resolve_file(name) for name in FILES}


@pytest.fixture(scope="session")
def tales(deals: dict[str, Deal]) -> dict[str, Tale]:
    """The twin's replay of paths 0 to 255 of every deal."""
    return {name: tell(deal) for name, deal in (*deals.items(), ("stressed", stressed(deals["full"])))}


def stressed(deal: Deal) -> Deal:
    """The same deal with half the rent and five times the hazard: every claim goes short somewhere."""
    plan = deal.plan
    market = plan.market._replace(rental=plan.market.rental - np.log(2.0))
    parties = plan.counterparties._replace(hazard=plan.counterparties.hazard * 5.0)
    return replace(deal, plan=plan._replace(market=market, counterparties=parties))


@pytest.fixture(scope="session", params=[*FILES, "stressed"])
def tale(request: pytest.FixtureRequest, tales: dict[str, Tale]) -> Tale:
    """One replayed deal after another."""
    return tales[request.param]


@pytest.fixture(scope="session")
def retell() -> Callable[..., Tale]:
    """Replay another deal: ``retell(deal, range(64), seed=7)``."""
    return tell


@pytest.fixture(scope="session")
def harvests(deals: dict[str, Deal]) -> dict[str, Harvest]:
    """The compiled walk over the same paths; the first ever takes a minute to compile."""
    return {
        name: walk_compiled([deal.plan], axis_of(deal), paths=PATHS, seed=SEED, threads=1)
        for name, deal in deals.items()
    }
