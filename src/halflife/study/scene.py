"""One month of one path: what stood before, what stands now, and which entities belong to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from halflife.engine.resolve import Deal
from halflife.engine.state import State
from halflife.engine.system import BorrowerSpec
from halflife.engine.twin import rows
from halflife.foundation.axes import Floats, Ints
from halflife.operations.state import HELD, SHARE

EVERY = 3
"""Months between the reports of what has not changed much."""
SOME = 0.5
"""USD, or machines: less is not worth a sentence."""

NONE = 1e-9
"""Share of a fleet that is no machine."""


class Snapshot(NamedTuple):
    """The rooms' states of one path, copied: every array is ``[entity, field]``."""

    economy: Floats
    machines: Floats
    launches: Floats
    parties: Floats
    guarantees: Floats
    weights: Floats
    fleets: Floats
    contracts: Floats
    businesses: Floats
    worth: Floats
    values: Floats
    tests: Floats
    triggers: Floats
    facilities: Floats
    accounts: Floats
    pools: Floats
    flows: Floats
    standing: Floats
    sales: Floats
    claims: Floats
    equity: Floats
    coins: Floats
    network: Floats
    purses: Floats
    holdings: Floats
    loans: Floats


def look(state: State) -> Snapshot:
    """Copy the twin's state of its only path."""
    arrays = {name: array for room in state for name, array in room._asdict().items()}
    return Snapshot(*(rows(arrays[name], 1)[:, :, 0] for name in Snapshot._fields))


@dataclass(frozen=True, slots=True)
class Scene:
    """A month of a path.

    Parameters
    ----------
    deal : of the path's draw of the assumed ranges
    t : month
    before, now : at the end of month t - 1 and of month t
    """

    deal: Deal
    t: int
    before: Snapshot
    now: Snapshot

    @property
    def is_report(self) -> bool:
        """Whether standing facts are told this month, changed or not."""
        return self.t == 1 or self.t % EVERY == 0

    @property
    def is_anniversary(self) -> bool:
        """Whether slow facts are told this month."""
        return self.t % 12 == 0

    @property
    def is_sold_out(self) -> bool:
        """Whether the lenders had sold every machine before this month: nothing is earned any more."""
        held, share = self.before.fleets[:, HELD], self.before.fleets[:, SHARE]
        return bool((held < NONE).any() and (held * share < NONE).all())

    def change(self, array: str, entity: int, field: int) -> int:
        """Say how a flag moves this month: 1 up, -1 down, 0 not at all."""
        now, before = getattr(self.now, array), getattr(self.before, array)
        return int(now[entity, field] > 0.5) - int(before[entity, field] > 0.5)

    def borrower(self, b: int) -> BorrowerSpec:
        """Find what is written about a borrower."""
        return next(spec for spec in self.deal.spec.borrowers if spec.name == self.deal.names.borrowers[b])

    def machines_held(self, fleet: int) -> float:
        """Machines of a fleet delivered and not yet sold."""
        row = self.now.fleets[fleet]
        return float(self.deal.plan.operations.units[fleet] * row[SHARE] * row[HELD])


def owned(owners: Ints, borrower: int) -> list[int]:
    """Positions that belong to a borrower."""
    return [int(place) for place in (owners == borrower).nonzero()[0]]
