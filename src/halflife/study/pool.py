"""Notes on a pool of a system's loans: every month's cash of every path, shared out by seniority."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halflife.default.state import DEFAULTED
from halflife.engine.channels import with_channels
from halflife.engine.plan import Plan
from halflife.engine.run import CHUNK, Harvest
from halflife.engine.state import CLAIM_DISCOUNT, RECOVERED
from halflife.engine.twin import replay
from halflife.foundation.axes import Floats, Ints
from halflife.metrics.note_risk import companions, note_risks, pool_risk
from halflife.metrics.pool import PoolCash, share_out
from halflife.metrics.pooled import Loan, Pooled
from halflife.results.record import Results
from halflife.study.cascade import Field, Progress
from halflife.study.notes import Pool
from halflife.waterfall.state import (
    BACKED,
    PAID_INTEREST,
    PAID_PRINCIPAL,
    REFINANCED,
    RETURNED,
    SETTLED,
)

AGREE = 1e-9
"""Relative difference that summing in another order may leave between the replayed cash and the compiled run's."""

ROUNDING = 1e-12
"""Share of a loan up to which what was never repaid is rounding."""


@dataclass(frozen=True)
class Cash:
    """What some loans pay, month by month: ``[loan, month, path]``, USD of the whole facility.

    interest, principal : paid, refinanced and settled in kind
    written : balance of a lease that ends with its machines and is worth less than they were booked
    proved : [loan, path], paid by a failed guarantor's estate at the end
    defaulted : ``[loan, month, path]``, flag of its borrower
    """

    interest: Floats
    principal: Floats
    written: Floats
    proved: Floats
    defaulted: Floats


@dataclass(frozen=True)
class Split:
    """The same cash as a trustee books it: interest, principal and losses of the balance, ``[loan, month, path]``."""

    interest: Floats
    principal: Floats
    loss: Floats


def tranche(field: Field, pool: Pool, *, feedback: bool = True, progress: Progress | None = None) -> Pooled:
    """Walk a system and share the cash of some of its loans out to the holders of notes.

    Parameters
    ----------
    field : from `cascade.field_of`;  pool : from `notes.join`
    feedback : whether the channels of the term sheet are on
    progress : called with what is being done, chunks done and chunks in all

    Notes
    -----
    The compiled engine keeps sums only, so the paths are replayed by its twin; the replayed sums must be the compiled
    run's. In the month of its default a loan is written down to what it will bring on that path: the servicer is taken
    to know. What it brings counts as principal up to that, as interest beyond.
    """
    strengths = field.strengths if feedback else dict.fromkeys(field.strengths, 0.0)
    harvest = field.harvest(lambda plan: with_channels(plan, strengths))
    results = field.record(harvest)
    cash = _replay(field, pool, strengths, progress)
    _agree(cash, pool, results, harvest)
    split = book(cash, field.deals[0].plan.waterfall.opening[list(pool.facilities)])
    owners = field.deals[0].plan.waterfall.facility_borrower[list(pool.facilities)]
    return _measured(field, pool, split, cash.defaulted[:, -1], owners, results)


def _measured(field: Field, pool: Pool, split: Split, defaulted: Floats, owners: Ints, results: Results) -> Pooled:
    """Share the cash out, and measure what every holder risks."""
    shares, balance = np.array(pool.shares), float(sum(pool.balances))
    whole = {name: np.einsum("f,ftp->pt", shares, getattr(split, name)) for name in ("interest", "principal", "loss")}
    cash = PoolCash(balance, **whole)
    tranched, sample = share_out(pool.structure, cash), field.sample
    lost = (split.loss.sum(axis=1) * shares[:, np.newaxis]).T / balance
    borrowers = sorted(set(owners.tolist()))
    mine = np.array([[owner == b for b in borrowers] for owner in owners], dtype=np.float64)
    flags, by_borrower = (defaulted.T @ mine > 0.5).astype(np.float64), lost @ mine
    names, held = [field.axis.borrowers[b] for b in borrowers], np.array(pool.balances) @ mine / balance
    risks = note_risks(tranched, lost.sum(axis=1), sample)
    loans = tuple(
        Loan(field.axis.facilities[f], held, share, sample.mean(defaulted[place]),
             sample.mean(split.loss[place].sum(axis=0) * share / held))
        for place, (f, held, share) in enumerate(zip(pool.facilities, pool.balances, pool.shares, strict=True))
    )  # fmt: skip
    return Pooled(
        name=pool.spec.name,
        about=pool.spec.about,
        results=results,
        sample=sample,
        cash=cash,
        tranched=tranched,
        lost=by_borrower,
        loans=loans,
        notes=risks,
        pool=pool_risk(names, held, flags, by_borrower, sample),
        companions=companions(risks, held, flags, by_borrower, sample),
        assumptions=tuple((pool.document.path_text(one.path), one.words, one.reason)
                          for one in pool.document.assumptions),
        sources=tuple((pool.document.path_text(path), str(one.value), one.text)
                      for path, one in pool.document.sources.items()),
    )  # fmt: skip


def _replay(field: Field, pool: Pool, strengths: dict[str, float], progress: Progress | None) -> Cash:
    """Replay all paths, chunk by chunk, each on the plan of its draw."""
    chunks = -(-field.paths // CHUNK)
    parts = []
    for i in range(chunks):
        plan = with_channels(field.deals[i % len(field.deals)].plan, strengths)
        parts.append(_collect(plan, pool, range(i * CHUNK, min((i + 1) * CHUNK, field.paths)), field.seed))
        if progress is not None:
            progress("cash of the pool", i + 1, chunks)
    return Cash(**{
        name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in Cash.__dataclass_fields__
    })  # fmt: skip


def _collect(plan: Plan, pool: Pool, paths: range, seed: int) -> Cash:
    """Replay some paths and keep what the pool's loans pay."""
    table, shape = plan.contagion.owner, (len(pool.facilities), plan.months, len(paths))
    interest, principal, written, defaulted = (np.zeros(shape) for _ in range(4))
    proved, before = np.zeros((shape[0], shape[2])), np.zeros((shape[0], shape[2]))
    for t, state in replay(plan, paths, seed):
        for place, f in enumerate(pool.facilities):
            if t == 0:
                continue
            row, claim = state.waterfall.facilities[f], state.outcome.claims[f]
            settled = row[SETTLED, 0]
            in_kind = np.minimum(settled, row[RETURNED, 0] + row[BACKED, 0])
            interest[place, t - 1] = row[PAID_INTEREST, 0]
            principal[place, t - 1] = row[PAID_PRINCIPAL, 0] + row[REFINANCED, 0] + in_kind
            written[place, t - 1] = settled - in_kind
            defaulted[place, t - 1] = state.default.standing[table[f]][DEFAULTED, 0]
            if t == plan.months:
                factor = claim[CLAIM_DISCOUNT, 0]
                own = (row[PAID_INTEREST, 0] + row[PAID_PRINCIPAL, 0]) * factor
                proved[place] = np.where(factor > 0.0, (claim[RECOVERED, 0] - before[place] - own) / np.where(
                    factor > 0.0, factor, 1.0), 0.0)  # fmt: skip
            before[place] = claim[RECOVERED, 0]
    return Cash(interest, principal, written, np.maximum(proved, 0.0), defaulted)


def _agree(cash: Cash, pool: Pool, results: Results, harvest: Harvest) -> None:
    """Hold the replayed cash to the compiled run's sums."""
    weight = harvest.columns.weight[0]
    for place, f in enumerate(pool.facilities):
        name = results.axis.facilities[f]
        told = {one: harvest.summary.sums[results.series[one, name]][1:]
                for one in ("interest", "principal", "refinanced", "settled")}  # fmt: skip
        kept = ((cash.interest, told["interest"]),
                (cash.principal + cash.written, told["principal"] + told["refinanced"] + told["settled"]))  # fmt: skip
        for array, wanted in kept:
            gap = np.abs(array[place] @ weight - wanted).max()
            assert gap <= AGREE * max(float(np.abs(wanted).max()), 1.0), f"{name}: replay and run differ by USD {gap}"


def book(cash: Cash, opening: Floats) -> Split:
    """Turn what loans pay into interest, principal and losses of their balance.

    Parameters
    ----------
    cash : from the replay;  opening : [loan], USD owed at closing

    Returns
    -------
    Split
        Interest and principal add up to the cash; principal and losses to the opening balance.

    Notes
    -----
    After a default all receipts repay the balance first and are interest once it is repaid; the part that they never
    repay is lost in the month of the default.
    """
    after = np.zeros_like(cash.defaulted)
    after[:, 1:] = cash.defaulted[:, :-1]
    alive = 1.0 - after
    received = after * (cash.interest + cash.principal)
    received[:, -1] += cash.proved
    paid = alive * cash.principal
    written = alive * cash.written
    left = opening[:, np.newaxis] - paid.sum(axis=1) - written.sum(axis=1)
    so_far = np.cumsum(received, axis=1)
    repaid = np.diff(np.minimum(so_far, left[:, np.newaxis]), axis=1, prepend=0.0)
    shortfall = left - repaid.sum(axis=1)
    shortfall = np.where(shortfall > ROUNDING * opening[:, np.newaxis], shortfall, 0.0)
    first = cash.defaulted - after
    first[:, -1] += 1.0 - cash.defaulted[:, -1]
    loss = first * shortfall[:, np.newaxis] + written
    interest = alive * cash.interest + (received - repaid)
    return Split(np.maximum(interest, 0.0), np.maximum(paid + repaid, 0.0), loss)
