"""From the words about the people in the deal to their table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from halflife.counterparties.compensation import compensated
from halflife.counterparties.spec import GuaranteeSpec, PartySpec, VentureSpec
from halflife.counterparties.table import PartyTable
from halflife.facts import cumulative_hazard, notch
from halflife.foundation.axes import Floats, Ints, seal
from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid
from halflife.foundation.lattice import Cycle
from halflife.foundation.streams import stream_ids
from halflife.foundation.units import RATING_SCALE

RARE_BELOW = 0.7
"""A party with less cumulative hazard to the horizon is made to default more often on some paths."""
MOST_FORCED_RATE = 1e5
UNLIMITED = 1e18
"""Stands for "no cap" in USD and for "no end" in months."""

At = Callable[[str], str]
Columns = dict[str, Any]


class Backing(NamedTuple):
    """Who stands behind one borrower, as its spec says."""

    borrower: str
    sponsor: str | None
    guarantee: GuaranteeSpec
    committed: float
    """USD of debt commitments that a guarantee would cover."""


def resolve(
    parties: Sequence[PartySpec],
    backings: Sequence[Backing],
    cycle: Cycle,
    grid: TimeGrid,
    findings: list[Finding],
    at: At,
    *,
    is_natural: bool = False,
) -> PartyTable | None:
    """Turn the written counterparties into arrays; parties and borrowers keep their order.

    Parameters
    ----------
    parties : [party]
    backings : [borrower]
    cycle : the market's table
    grid : TimeGrid
    findings : list
        Everything that is wrong is appended.
    at : path from the top of the system -> where it is written
        For example ``at("counterparties[Meta].rating")`` or ``at("borrowers[SPV].guarantee.guarantor")``.
    is_natural : every path from the true law; else rare defaults of a lone borrower's parties are sampled more often

    Returns
    -------
    PartyTable or None
        None if anything was found.
    """
    known = len(findings)
    places = {party.name: place for place, party in enumerate(parties)}
    _check_parties(parties, findings, at)
    for backing in backings:
        _check_backing(backing, places, grid, findings, at)
    streams = _streams(parties, backings, findings, at)
    if len(findings) > known or streams is None:
        return None
    cumulative = _cumulative(parties, grid)
    tilt = np.array([0.0 if party.rating is None else party.cycle_tilt for party in parties], dtype=np.float64)
    return seal(
        PartyTable(
            hazard=np.ascontiguousarray(compensated(cumulative, tilt, cycle)),
            tilt=tilt,
            recovery=_column(party.recovery for party in parties),
            contagion=_column(party.contagion for party in parties),
            party_stream=streams[: len(parties)],
            release_stream=streams[len(parties) :],
            **_ventures(parties, grid),
            **_forced(parties, [] if is_natural else backings, cumulative[:, -1]),
            **_guarantees(backings, places, grid),
        )
    )


def _column(values: Any) -> Floats:
    return np.array(list(values), dtype=np.float64)


def _integers(values: Any) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _check_parties(parties: Sequence[PartySpec], findings: list[Finding], at: At) -> None:
    names = [party.name for party in parties]
    for name in sorted({name for name in names if names.count(name) > 1}):
        where = at(f"counterparties[{name}].name")
        findings.append(Finding(where, f"'{name}' twice", "one entry for each party", "rename or merge them"))
    for party in parties:
        base = f"counterparties[{party.name}]"
        if party.outlook_notches is not None and (party.rating is None or _grade(party) > len(RATING_SCALE)):
            wanted = "a rating that stays on the scale, to which the notches are added"
            found = f"{party.outlook_notches:g} notches on {party.rating or 'an unrated party'}"
            findings.append(Finding(at(f"{base}.outlook_notches"), found, wanted, "remove or shrink it"))
        venture = party.venture
        if venture is not None and venture.burn == 0.0:
            fix = "write the yearly burn, or give the party a rating"
            findings.append(Finding(at(f"{base}.venture.burn"), "no burn", "a positive burn", fix))
        if venture is not None and venture.raise_below == 0:
            fix = "write for example '12 months'"
            findings.append(Finding(at(f"{base}.venture.raise_below"), "0 months", "at least 1 month", fix))
        if venture is not None and venture.raise_to < venture.raise_below:
            found = f"raise to {venture.raise_to} months, below {venture.raise_below} months"
            fix = "raise `raise_to` or lower `raise_below`"
            findings.append(Finding(at(f"{base}.venture.raise_to"), found, "a round that lengthens the runway", fix))


def _check_backing(
    backing: Backing, places: Mapping[str, int], grid: TimeGrid, findings: list[Finding], at: At
) -> None:
    base, guarantee = f"borrowers[{backing.borrower}]", backing.guarantee
    named = [
        (f"{base}.sponsor", backing.sponsor),
        (f"{base}.guarantee.guarantor", guarantee.guarantor),
        (f"{base}.guarantee.released_by_rating_of", guarantee.released_by_rating_of),
    ]
    wanted = f"one of {', '.join(places)}" if places else "a party listed under `counterparties`"
    findings += [
        Finding(at(path), f"'{name}'", wanted, "correct the name or add the party")
        for path, name in named
        if name is not None and name not in places
    ]
    if guarantee.release is not None and grid.month_of(guarantee.release) <= 0:
        found = f"{guarantee.release}, not after the valuation date {grid.valuation}"
        fix = "write `kind: none` if the guarantee has ended"
        findings.append(Finding(at(f"{base}.guarantee.release"), found, "a date still to come", fix))


def _streams(parties: Sequence[PartySpec], backings: Sequence[Backing], findings: list[Finding], at: At) -> Ints | None:
    names = [f"party/{party.name}" for party in parties]
    names += [f"guarantee/{backing.borrower}" for backing in backings]
    if len(set(names)) < len(names):
        return None
    try:
        return stream_ids(names).astype(np.int64)
    except ValueError as error:
        where = at("counterparties")
        findings.append(Finding(where, str(error), "names with different random streams", "rename one"))
        return None


def _grade(party: PartySpec) -> float:
    """Numeric grade with the outlook added."""
    assert party.rating is not None
    return notch(party.rating) + (party.outlook_notches or 0.0)


def _cumulative(parties: Sequence[PartySpec], grid: TimeGrid) -> Floats:
    """Cumulative hazard at the end of each month, zero for the unrated: ``[party, month]``."""
    unrated = np.zeros(grid.months + 1)
    rows = [unrated if party.rating is None else cumulative_hazard(_grade(party), grid.years) for party in parties]
    return np.array(rows, dtype=np.float64).reshape(len(parties), grid.months + 1)


def _ventures(parties: Sequence[PartySpec], grid: TimeGrid) -> Columns:
    """Cash, burn and rounds of the unrated; neutral numbers for the rated."""
    idle = VentureSpec.model_construct(
        cash=0.0,
        burn=0.0,
        burn_growth=0.0,
        raise_below=1,
        raise_to=1,
        base_intensity=0.0,
        distress_intensity=0.0,
    )
    firms = [party.venture or idle for party in parties]
    growth = _column(firm.burn_growth for firm in firms)
    burn = _column(firm.burn for firm in firms)
    return {
        "is_venture": _integers(party.venture is not None for party in parties),
        "cash": _column(firm.cash for firm in firms),
        "burn": burn[:, None] / 12.0 * np.exp(growth[:, None] * grid.years),
        "raise_below": _column(firm.raise_below for firm in firms),
        "raise_to": _column(firm.raise_to for firm in firms),
        "base": _column(firm.base_intensity for firm in firms) / 12.0,
        "distress": _column(firm.distress_intensity for firm in firms) / 12.0,
    }


def _forced(parties: Sequence[PartySpec], backings: Sequence[Backing], total: Floats) -> Columns:
    """Rated parties whose rare default matters, and the rate that makes it likely within the horizon.

    They are those of one deal: among many borrowers the turns would be too few for anybody, and everybody's paths
    would hang on who else is there.
    """
    named = {backing.guarantee.guarantor for backing in backings} | {backing.sponsor for backing in backings}
    forced = [
        place
        for place, party in enumerate(parties)
        if len(backings) == 1
        and party.rating is not None
        and 0.0 < total[place] < RARE_BELOW
        and (party.name in named or set(party.roles) & {"offtaker", "operator", "sponsor"})
    ]
    return {
        "forced": _integers(forced),
        "forced_rate": _column(min(1.0 / total[place], MOST_FORCED_RATE) for place in forced),
    }


def _guarantees(backings: Sequence[Backing], places: Mapping[str, int], grid: TimeGrid) -> Columns:
    """What each borrower's guarantee is worth and when it ends."""
    offered = [backing.guarantee for backing in backings]
    chance = _column(guarantee.release_probability or 0.0 for guarantee in offered)
    return {
        "sponsor": _integers(-1 if backing.sponsor is None else places[backing.sponsor] for backing in backings),
        "guarantor": _integers(_place(guarantee, guarantee.guarantor, places) for guarantee in offered),
        "guarantee_cap": _column(_cap(guarantee) for guarantee in offered),
        "guarantee_liquidity": _column(_liquidity(backing, backings) for backing in backings),
        "guarantee_end": _column(
            UNLIMITED if guarantee.release is None else float(grid.month_of(guarantee.release)) for guarantee in offered
        ),
        "release_rate": -np.expm1(np.log1p(-np.minimum(chance, 1.0 - 1e-15)) / 12.0),
        "release_party": _integers(_place(item, item.released_by_rating_of, places) for item in offered),
    }


def _place(guarantee: GuaranteeSpec, name: str | None, places: Mapping[str, int]) -> int:
    return -1 if guarantee.kind == "none" or name is None else places[name]


def _cap(guarantee: GuaranteeSpec) -> float:
    if guarantee.kind == "none":
        return 0.0
    return UNLIMITED if guarantee.cap is None else guarantee.cap


def _liquidity(backing: Backing, backings: Sequence[Backing]) -> float:
    """Liquidity left for this borrower when all debt that the guarantor has guaranteed is served pari passu.

    Debt of other borrowers of the system with the same guarantor counts beside `other_guarantees`.
    """
    guarantee = backing.guarantee
    if guarantee.kind == "none" or guarantee.liquidity is None:
        return 0.0
    inside = sum(
        other.committed
        for other in backings
        if other.guarantee.kind != "none" and other.guarantee.guarantor == guarantee.guarantor
    )
    claims = inside + guarantee.other_guarantees
    return guarantee.liquidity * min(1.0, backing.committed / claims) if claims > 0.0 else guarantee.liquidity
