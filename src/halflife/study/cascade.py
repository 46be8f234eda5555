"""The same paths with the channels between borrowers off and on: what feedback adds, and what it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from halflife.engine.channels import silence, with_channels
from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.engine.run import CHUNK, Harvest, refuse_if_too_large, walk
from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.sample import Estimated, Sample
from halflife.metrics.systemic import Cascade, Kind, Rank
from halflife.results.record import Axis, Results
from halflife.study.run import axis_of, count_draws, record
from halflife.study.shapley import Coalition, shapley, worths
from halflife.study.termsheet import TermSheet

GROUPS: Mapping[str, tuple[str, ...]] = {
    "prices": ("machine_prices", "marks"),
    "rents": ("rents",),
    "refinancing": ("refinancing",),
    "funding": ("funding", "interlender"),
    "defaults": ("cross_default", "parties", "sponsors"),
}
"""Channels that are switched together when the feedback is shared out among them."""
Progress = Callable[[str, int, int], None]
"""Told what is being done, runs done and runs in all."""


@dataclass(frozen=True)
class Field:
    """A system ready to be walked again and again: the same paths, under changed plans.

    Parameters
    ----------
    sheet : the term sheet;  deals : one per draw of its assumed ranges
    paths, seed, threads : numbers of every run
    """

    sheet: TermSheet
    deals: Sequence[Deal]
    paths: int
    seed: int
    threads: int | None = None

    @cached_property
    def axis(self) -> Axis:
        """Names of the entities."""
        return axis_of(self.deals[0])

    @cached_property
    def sample(self) -> Sample:
        """The paths, which all weigh the same, and the draw of the ranges that each belongs to."""
        chunks = -(-self.paths // CHUNK)
        draw = np.repeat(np.arange(chunks) % len(self.deals), CHUNK)[: self.paths]
        return Sample(np.ones(self.paths), draw.astype(np.float64))

    @property
    def strengths(self) -> dict[str, float]:
        """Strength of every channel when feedback is on."""
        return self.sheet.spec.contagion.strengths

    def harvest(self, change: Callable[[Plan], Plan]) -> Harvest:
        """Walk every path on changed plans."""
        plans = [change(deal.plan) for deal in self.deals]
        return walk(plans, self.axis, paths=self.paths, seed=self.seed, threads=self.threads)

    def loss(self, change: Callable[[Plan], Plan]) -> Floats:
        """Present value of what all lenders lose, ``[path]``, USD."""
        return total_loss(self.harvest(change))

    def record(self, harvest: Harvest) -> Results:
        """Label what a walk brought home."""
        return record(self.sheet, self.deals, self.axis, harvest, paths=self.paths, seed=self.seed)


def field_of(
    sheet: TermSheet, *, paths: int = 2_048, seed: int = 7, draws: int | None = None, threads: int | None = None
) -> Field:
    """Resolve a system for walking.

    Parameters
    ----------
    sheet : from `load`
    paths, seed, draws, threads : as for `run`

    Raises
    ------
    SpecError
        If a draw makes no deal, or the paths would not fit into memory.
    """
    refuse_if_too_large(sheet.base.plan, paths)
    return Field(sheet, sheet.deals(count_draws(paths, draws), seed, is_natural=True), paths, seed, threads)


def total_loss(harvest: Harvest) -> Floats:
    """Present value of what all lenders lose, ``[path]``, USD."""
    total: Floats = harvest.columns.pv_loss.sum(axis=0)
    return total


def cascade(field: Field, *, ranking: bool = True, progress: Progress | None = None) -> Cascade:
    """Walk a system with its channels off and on, share out the difference, and rank who causes it.

    Parameters
    ----------
    field : from `field_of`; the term sheet's `contagion` says which channels are on, and how strongly
    ranking : silence every borrower, lender, machine type and party in turn; one run for each
    progress : called with what is being done, runs done and runs in all

    Raises
    ------
    SpecError
        If no channel is on.
    """
    groups, kept = players(field.strengths), dict[Coalition, Harvest]()

    def play(chosen: Coalition) -> Floats:
        harvest = field.harvest(lambda plan: with_channels(plan, only(field.strengths, chosen)))
        if len(chosen) in (0, len(groups)):
            kept[chosen] = harvest
        return total_loss(harvest)

    def tell(done: int, of: int) -> None:
        if progress is not None:
            progress("channels", done, of)

    worth, sample = worths(groups, play, tell), field.sample
    nobody, everybody = Coalition(), Coalition(groups)
    return Cascade(
        off=field.record(kept[nobody]),
        on=field.record(kept[everybody]),
        sample=sample,
        loss_off=worth[nobody],
        loss_on=worth[everybody],
        amplification=sample.ratio(worth[everybody], worth[nobody]),
        shares={name: sample.mean(share) for name, share in shapley(groups, worth).items()},
        ranks=rank(field, kept[everybody], progress) if ranking else (),
    )


def players(strengths: Mapping[str, float]) -> list[str]:
    """Return the groups with a channel that is on.

    Raises
    ------
    SpecError
        If there is none.
    """
    found = [group for group, names in GROUPS.items() if any(strengths[name] > 0.0 for name in names)]
    if not found:
        fix = "write for example `contagion: {machine_prices: 100 %, marks: 100 %}`"
        raise SpecError([Finding("contagion", "no channel that is on", "a strength above 0 %", fix)])
    return found


def only(strengths: Mapping[str, float], groups: Coalition) -> dict[str, float]:
    """Keep the strengths of some groups and switch the others off."""
    return {name: strengths[name] if group in groups else 0.0 for group, names in GROUPS.items() for name in names}


def rank(field: Field, on: Harvest, progress: Progress | None = None) -> tuple[Rank, ...]:
    """Silence every entity in turn and compare; see `Rank`."""
    axis, sample, whole = field.axis, field.sample, total_loss(on)
    entities: list[tuple[Kind, int, str]] = [
        *(("borrower", place, name) for place, name in enumerate(axis.borrowers)),
        *(("lender", place, name) for place, name in enumerate(axis.lenders)),
        *(("machine", place, name) for place, name in enumerate(axis.machines)),
        *(("party", place, name) for place, name in enumerate(axis.parties)),
    ]
    ranks = []
    for done, (kind, place, name) in enumerate(entities):
        without = field.loss(partial(silence, kind=kind, place=place))
        failed = _failed(on, kind, place)
        ranks.append(
            Rank(
                kind,
                name,
                None if failed is None else sample.mean(failed),
                sample.mean(whole - without),
                None if failed is None else _difference(sample, whole - _own_loss(field.axis, on, kind, place), failed),
            )
        )
        if progress is not None:
            progress("ranking", done + 1, len(entities))
    return tuple(sorted(ranks, key=lambda one: -one.marginal.value))


def _failed(on: Harvest, kind: Kind, place: int) -> Floats | None:
    """Flag by path that an entity failed; None where failing means nothing."""
    columns = {
        "borrower": on.columns.default_month,
        "lender": on.columns.lender_failed,
        "party": on.columns.party_failed,
    }
    return None if kind == "machine" else (columns[kind][place] > 0.0).astype(np.float64)


def _own_loss(axis: Axis, on: Harvest, kind: Kind, place: int) -> Floats:
    """What is lost on the entity's own debt, ``[path]``, USD: nothing unless it is a borrower."""
    mine = np.array(axis.facility_borrower) == place if kind == "borrower" else np.zeros(len(axis.facilities), bool)
    own: Floats = on.columns.pv_loss[mine].sum(axis=0)
    return own


def _difference(sample: Sample, loss: Floats, failed: Floats) -> Estimated | None:
    """Mean loss on paths with a failure less the mean on paths without, and its error."""
    hit, spared = sample.ratio(loss * failed, failed), sample.ratio(loss * (1.0 - failed), 1.0 - failed)
    if hit is None or spared is None:
        return None
    chance = sample.mean(failed).value
    influence = failed / chance * (loss - hit.value) - (1.0 - failed) / (1.0 - chance) * (loss - spared.value)
    return Estimated(hit.value - spared.value, sample.error(influence))
