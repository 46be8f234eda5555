"""Who is paid from the cash of a pool of loans, period by period, and who is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.notes import TOLERANCE, Note, Paid, PoolCash, Structure, Tranched
from halflife.metrics.sample import Estimated, Sample
from halflife.ratios import ic_ratio, oc_ratio

__all__ = ["Note", "Paid", "PoolCash", "Standing", "Structure", "Tranched", "share_out", "standings"]


@dataclass
class _Till:
    """Where a waterfall stands: money at hand and what is owed, all ``[path]`` or ``[note, path]``, USD."""

    interest: Floats
    principal: Floats
    reserve: Floats
    pool: Floats
    owed: Floats
    late: Floats
    support: Floats
    drained: Floats
    entry: dict[str, Floats] = field(default_factory=dict)


def share_out(structure: Structure, cash: PoolCash) -> Tranched:
    """Pay notes and owners from the cash of a pool.

    Parameters
    ----------
    structure : notes, triggers, reserve and fee
    cash : interest, principal and losses of the pool

    Returns
    -------
    Tranched
        ``interest + principal + reserve before = fees + all that notes and owners get + reserve after``, in every
        period; and what notes and owners lose is the pool's loss, less `support`, plus `drained`.

    Notes
    -----
    Interest of the pool pays the fee, then the interest of the notes by seniority; what is missing comes from the
    reserve and, for the fee and the most senior note left, from principal. After the interest of each note its
    triggers are tested: collateral is the performing pool and principal at hand. What is left refills the
    reserve, in a turbo repays notes, and goes to the owners. Principal follows the mode. The reserve is released
    once no note is left. In the last period all that is at hand pays what is still owed. Our own reading of market
    practice; a failed interest test diverts all interest left, since what would cure it is known a period later.

    References
    ----------
    Fabozzi and Kothari (2008), "Introduction to securitization", chapters 3-5; Moody's (2000), "Cash-flow CDOs".
    """
    total = sum(note.balance for note in structure.notes)
    if total > cash.balance * (1.0 + TOLERANCE):
        fix = "issue fewer notes, or a larger pool"
        found = Finding("notes", f"USD {total:,.0f}", f"at most the pool's USD {cash.balance:,.0f}", fix)
        raise SpecError([found])
    paths, periods = cash.interest.shape
    count = len(structure.notes)
    till = _Till(
        interest=np.zeros(paths),
        principal=np.zeros(paths),
        reserve=np.full(paths, structure.reserve),
        pool=np.full(paths, cash.balance),
        owed=np.repeat([[note.balance] for note in structure.notes], paths, axis=1).astype(np.float64),
        late=np.zeros((count, paths)),
        support=np.zeros(paths),
        drained=np.zeros(paths),
    )
    kept: dict[str, list[Floats]] = {}
    ever_late = np.zeros((count, paths))
    for t in range(periods):
        _walk_period(structure, till, cash, t, is_last=t == periods - 1)
        ever_late = np.maximum(ever_late, till.late > TOLERANCE * max(cash.balance, 1.0) * structure.period)
        for name, entry in till.entry.items():
            kept.setdefault(name, []).append(entry)
    return _close(structure, cash, till, {name: np.stack(rows, axis=-1) for name, rows in kept.items()}, ever_late)


def _walk_period(structure: Structure, till: _Till, cash: PoolCash, t: int, *, is_last: bool) -> None:
    """Pay one period, and enter into the till who got what."""
    shape = till.owed.shape
    opening = till.pool
    till.interest, till.principal = cash.interest[:, t].copy(), cash.principal[:, t].copy()
    till.pool = np.maximum(opening - cash.principal[:, t] - cash.loss[:, t], 0.0)
    till.entry = {
        "interest": np.zeros(shape), "principal": np.zeros(shape), "fees": np.zeros(shape[1]),
        "tripped": np.zeros(shape[1]),
    }  # fmt: skip
    _pay_fee(till, structure.fee * structure.period * opening)
    _pay_interest(structure, till, cash.interest[:, t])
    if structure.mode == "turbo":
        _refill(structure, till)
        till.interest = _repay(till, till.interest, is_support=True)
    _pay_principal(structure, till, is_last=is_last)
    if structure.mode != "turbo":
        _refill(structure, till)
    _release(till, is_last=is_last)
    till.entry["owners_interest"], till.entry["owners_principal"] = till.interest, till.principal
    till.entry["reserve"] = till.reserve


def _take(source: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Pay what is wanted as far as the source goes: paid, and what the source has left."""
    paid = np.minimum(source, wanted)
    return paid, source - paid


def _pay_fee(till: _Till, due: Floats) -> None:
    """Pay the fee from interest, then from principal; what both cannot pay is waived."""
    paid, till.interest = _take(till.interest, due)
    rest, till.principal = _take(till.principal, due - paid)
    till.entry["fees"] = paid + rest
    till.drained = till.drained + rest


def _pay_interest(structure: Structure, till: _Till, proceeds: Floats) -> None:
    """Pay the interest of the notes by seniority, and test each note's triggers after it."""
    coupons = np.array([[note.coupon] for note in structure.notes]) * structure.period
    due = coupons * (till.owed + till.late) + till.late
    after_fee = np.maximum(proceeds - till.entry["fees"], 0.0)
    senior_is_left = np.ones(due.shape[1], dtype=bool)
    for place, note in enumerate(structure.notes):
        paid, till.interest = _take(till.interest, due[place])
        rest, till.reserve = _take(till.reserve, due[place] - paid)
        may_drain = np.where(senior_is_left & (till.owed[place] > 0.0), due[place] - paid - rest, 0.0)
        last, till.principal = _take(till.principal, may_drain)
        till.drained = till.drained + last
        till.entry["interest"][place] = paid + rest + last
        till.late[place] = np.maximum(due[place] - (paid + rest + last), 0.0)
        senior_is_left &= till.owed[place] <= 0.0
        _test(note, till, place, after_fee, due[: place + 1].sum(axis=0))


def _test(note: Note, till: _Till, place: int, proceeds: Floats, due: Floats) -> None:
    """Divert interest to principal where a note's coverage is too small."""
    diverted = np.zeros_like(till.interest)
    senior = till.owed[: place + 1].sum(axis=0)
    collateral = till.pool + till.principal
    if note.oc_trigger is not None:
        fails = np.asarray(oc_ratio(collateral, senior)) < note.oc_trigger
        cure = np.maximum(senior - collateral / note.oc_trigger, 0.0)
        diverted = np.where(fails, np.minimum(cure, till.interest), diverted)
        till.entry["tripped"] = np.maximum(till.entry["tripped"], fails)
    if note.ic_trigger is not None:
        fails = np.asarray(ic_ratio(proceeds, due)) < note.ic_trigger
        diverted = np.where(fails, till.interest, diverted)
        till.entry["tripped"] = np.maximum(till.entry["tripped"], fails)
    left = _repay(till, diverted, is_support=True)
    till.interest = till.interest - (diverted - left)


def _repay(till: _Till, money: Floats, *, is_support: bool) -> Floats:
    """Repay notes by seniority: what is left of the money."""
    for place in range(till.owed.shape[0]):
        paid, money = _take(money, till.owed[place])
        till.owed[place] = till.owed[place] - paid
        till.entry["principal"][place] += paid
        if is_support:
            till.support = till.support + paid
    return money


def _pay_principal(structure: Structure, till: _Till, *, is_last: bool) -> None:
    """Share out principal, by seniority or by what each has left; owners wait for interest that is late."""
    if structure.mode == "pro_rata" and not is_last:
        for_owners, in_order = _pay_evenly(till)
    else:
        for_owners, in_order = np.zeros_like(till.principal), till.principal
    left = _repay(till, in_order, is_support=False)
    after_late = _pay_late(till, left, till.owed.sum(axis=0) <= 0.0)
    till.drained = till.drained + (left - after_late)
    till.principal = for_owners + after_late


def _pay_evenly(till: _Till) -> tuple[Floats, Floats]:
    """Repay notes by what they have left where no trigger has tripped: the owners' part, and what is to be shared."""
    even = till.entry["tripped"] < 0.5
    base = np.maximum(till.pool + till.principal, till.owed.sum(axis=0))
    shares = np.divide(till.owed, base, out=np.zeros_like(till.owed), where=base > 0.0)
    paid = np.where(even, np.minimum(till.principal * shares, till.owed), 0.0)
    till.owed = till.owed - paid
    till.entry["principal"] = till.entry["principal"] + paid
    for_owners = np.where(even, np.maximum(till.principal - paid.sum(axis=0), 0.0), 0.0)
    return for_owners, np.where(even, 0.0, till.principal)


def _pay_late(till: _Till, money: Floats, where: NDArray[np.bool_]) -> Floats:
    """Pay interest that is late, by seniority: what is left of the money."""
    for place in range(till.late.shape[0]):
        paid, money = _take(money, np.where(where, till.late[place], 0.0))
        till.late[place] = till.late[place] - paid
        till.entry["interest"][place] += paid
    return money


def _refill(structure: Structure, till: _Till) -> None:
    """Refill the reserve from interest left, as long as notes are."""
    target = np.where(till.owed.sum(axis=0) > 0.0, structure.reserve, 0.0)
    added, till.interest = _take(till.interest, np.maximum(target - till.reserve, 0.0))
    till.reserve = till.reserve + added


def _release(till: _Till, *, is_last: bool) -> None:
    """Release the reserve to the owners once no note is left; in the last period, first pay what is still owed."""
    is_over = till.owed.sum(axis=0) + till.late.sum(axis=0) <= 0.0
    released = till.reserve if is_last else np.where(is_over, till.reserve, 0.0)
    till.reserve = till.reserve - released
    till.interest = till.interest + released
    if is_last:
        till.interest = _repay(till, _pay_late(till, till.interest, ~is_over), is_support=True)


def _close(
    structure: Structure, cash: PoolCash, till: _Till, kept: Mapping[str, Floats], ever_late: Floats
) -> Tranched:
    """Label what every holder got."""
    notes = tuple(
        Paid(note.name, note.balance, kept["interest"][place], kept["principal"][place], till.owed[place],
             till.late[place], ever_late[place])
        for place, note in enumerate(structure.notes)
    )  # fmt: skip
    none = np.zeros(cash.interest.shape[0])
    own = cash.balance - sum(note.balance for note in structure.notes)
    reached = kept["owners_principal"]
    owners = Paid("owners", own, kept["owners_interest"], reached, own - reached.sum(axis=1), none, none)
    return Tranched(
        structure, notes, owners, kept["fees"], kept["reserve"], kept["tripped"], till.support, till.drained
    )


@dataclass(frozen=True)
class Standing:
    """What a holder may expect.

    Parameters
    ----------
    name : of the note, or ``owners``
    el : expected loss over the balance at closing; the owners' counts their part of the pool only, not the interest
        left that they receive, and is below zero where notes were repaid from interest
    loss_probability : that any of the balance is lost
    shortfall : mean interest never paid over the balance;  late_probability : that interest was ever late
    wal : years, mean life of the principal that is repaid; None where none is
    """

    name: str
    el: Estimated | None
    loss_probability: Estimated
    shortfall: Estimated | None
    late_probability: Estimated
    wal: Estimated | None


def standings(tranched: Tranched, sample: Sample) -> tuple[Standing, ...]:
    """Estimate what notes and owners may expect.

    Parameters
    ----------
    tranched : from `share_out`
    sample : weights and draws of its paths

    Returns
    -------
    tuple of Standing
        Notes, senior first, then the owners. ``el = E[loss] / balance``;
        ``wal = E[sum t principal] / E[sum principal]``.

    References
    ----------
    Market practice; the errors are those of ratio estimators, see `Sample`.
    """
    found = []
    for paid in (*tranched.notes, tranched.owners):
        years = (np.arange(paid.principal.shape[1]) + 1.0) * tranched.structure.period
        floor = TOLERANCE * max(paid.balance, 1.0)
        found.append(
            Standing(
                paid.name,
                _over(sample.mean(paid.loss), paid.balance),
                sample.mean((paid.loss > floor).astype(np.float64)),
                _over(sample.mean(paid.shortfall), paid.balance),
                sample.mean(np.asarray(paid.deferred, dtype=np.float64)),
                sample.ratio(paid.principal @ years, paid.principal.sum(axis=1)),
            )
        )
    return tuple(found)


def _over(amount: Estimated, balance: float) -> Estimated | None:
    return Estimated(amount.value / balance, amount.error / balance) if balance > 0.0 else None
