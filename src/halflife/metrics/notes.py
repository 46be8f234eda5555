"""Notes on a pool of loans and what their holders get, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError

Mode = Literal["sequential", "pro_rata", "turbo"]
TOLERANCE = 1e-9
"""Share of the pool up to which rounding in the cash flows is forgiven."""


@dataclass(frozen=True)
class Note:
    """One tranche of the notes.

    Parameters
    ----------
    name : of the tranche
    balance : USD at closing
    coupon : 1/yr; interest that is not paid is deferred and bears the coupon too
    oc_trigger : least collateral over this and all senior notes; below it, interest repays notes until it is met
    ic_trigger : least interest proceeds over interest due on this and all senior notes; below it, all interest
        left repays notes
    """

    name: str
    balance: float
    coupon: float
    oc_trigger: float | None = None
    ic_trigger: float | None = None


@dataclass(frozen=True)
class Structure:
    """How the cash of a pool is shared out.

    Parameters
    ----------
    notes : senior first; the owners hold what the pool has beyond them
    mode : sequential (principal repays the senior note first), pro_rata (notes and owners by what they have left;
        sequential in a period in which a trigger trips) or turbo (sequential, and interest left repays notes too)
    reserve : USD at closing, and the amount to which interest left refills it
    fee : 1/yr of the pool, before everything else
    period : years
    """

    notes: tuple[Note, ...]
    mode: Mode = "sequential"
    reserve: float = 0.0
    fee: float = 0.0
    period: float = 1.0 / 12.0

    def __post_init__(self) -> None:
        found = [
            Finding(f"notes[{note.name}]", f"a {what} of {number:g}", "0 or more", "check the sign")
            for note in self.notes
            for what, number in (("balance", note.balance), ("coupon", note.coupon))
            if not number >= 0.0
        ]
        if not self.notes:
            found.append(Finding("notes", "none", "at least one", "name the senior note first"))
        names = [note.name for note in self.notes]
        found += [
            Finding("notes", f"the name '{name}' twice", "names that differ", "rename one")
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        if not (self.reserve >= 0.0 and self.fee >= 0.0 and self.period > 0.0):
            numbers = f"reserve {self.reserve:g}, fee {self.fee:g}, period {self.period:g}"
            found.append(Finding("structure", numbers, "reserve and fee of 0 or more, a period above 0", ""))
        if found:
            raise SpecError(found)


@dataclass(frozen=True)
class PoolCash:
    """What the pool brings in.

    Parameters
    ----------
    balance : USD at closing
    interest, principal, loss : [path, period], USD; principal and loss together use up the balance
    """

    balance: float
    interest: Floats
    principal: Floats
    loss: Floats

    def __post_init__(self) -> None:
        arrays = {"interest": self.interest, "principal": self.principal, "loss": self.loss}
        found = []
        for name, array in arrays.items():
            if array.ndim != 2 or array.shape != self.interest.shape:
                wanted = f"[path, period], like interest: {self.interest.shape}"
                found.append(Finding(name, f"an array of shape {array.shape}", wanted, "pass arrays of one shape"))
            elif not np.isfinite(array).all() or (array < 0.0).any():
                found.append(Finding(name, "a negative or missing amount", "USD of 0 or more", "check the pool"))
        if not found:
            left = self.balance - self.principal.sum(axis=1) - self.loss.sum(axis=1)
            wrong = np.flatnonzero(np.abs(left) > TOLERANCE * self.balance)
            if wrong.size:
                where = f"path {wrong[0]}" + (f" and {wrong.size - 1} more" if wrong.size > 1 else "")
                fix = "run the pool until every loan is repaid or written off"
                found.append(Finding(where, f"USD {left[wrong[0]]:,.2f} neither repaid nor lost", "nothing left", fix))
        if found:
            raise SpecError(found)


@dataclass(frozen=True)
class Paid:
    """What one holder got.

    Parameters
    ----------
    name : of the note, or ``owners``
    balance : USD at closing
    interest, principal : [path, period], USD; for the owners, all cash they receive stands under `interest` but for
        the principal of the pool that reached them
    loss : [path], USD of the balance never repaid
    shortfall : [path], USD of interest never paid
    deferred : [path], whether interest was ever late
    """

    name: str
    balance: float
    interest: Floats
    principal: Floats
    loss: Floats
    shortfall: Floats
    deferred: Floats


@dataclass(frozen=True)
class Tranched:
    """A pool's cash, shared out.

    Parameters
    ----------
    structure : how
    notes : senior first;  owners : what is left
    fees : [path, period], USD
    reserve : [path, period], USD held at the end of each
    tripped : [path, period], whether a trigger diverted
    support : [path], USD of note principal paid from interest and the reserve
    drained : [path], USD of the pool's principal that paid fees and senior interest
    """

    structure: Structure
    notes: tuple[Paid, ...]
    owners: Paid
    fees: Floats
    reserve: Floats
    tripped: Floats
    support: Floats
    drained: Floats
