"""From the words about lenders and channels to arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from halflife.contagion.spec import CHANNELS, ContagionSpec, LenderSpec
from halflife.contagion.table import ContagionTable
from halflife.foundation.axes import Floats, Ints, seal
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.names import At, report_twins, unknown

LEAST_CLAIM = 1.0
"""USD below which a claim between lenders is rounding."""
SPREADING_SEED = 7
"""Of the random starts from which the sparsest spread of unknown claims is sought."""
ROUNDING = 1e-9
"""Shares of one facility may miss or exceed the whole by this."""


class Exposed(NamedTuple):
    """What the other rooms know about the system, in the order of their tables.

    multiples : [party], of its hazard after a borrower it sponsors has failed
    facilities : (borrower, facility) names;  commitments : [facility], USD
    owner : [facility], position in borrower;  is_junior : [facility], flag
    fleet_machine, contract_fleet, contract_units : of operations
    """

    borrowers: Sequence[str]
    machines: Sequence[str]
    parties: Sequence[str]
    facilities: Sequence[tuple[str, str]]
    multiples: Floats
    commitments: Floats
    owner: Ints
    is_junior: Ints
    fleet_machine: Ints
    contract_fleet: Ints
    contract_units: Floats


class Links(NamedTuple):
    """What a borrower's default reaches: its name, the party it is, and whose default is its own."""

    name: str
    acts_as: str | None
    cross_default: tuple[str, ...]


def resolve(
    lenders: Sequence[LenderSpec],
    spec: ContagionSpec,
    links: Sequence[Links],
    exposed: Exposed,
    findings: list[Finding],
    at: At,
) -> ContagionTable | None:
    """Turn lenders, holdings and channels into arrays.

    Parameters
    ----------
    lenders : in any order; they are put into name order
    links : [borrower], in name order
    findings : what is wrong is added here
    at : path from the top of the system -> where it is written

    Returns
    -------
    ContagionTable or None
        None if anything was found.
    """
    known, lenders = len(findings), sorted(lenders, key=lambda lender: lender.name)
    report_twins([lender.name for lender in lenders], "lender", lambda place: at(f"lenders[{place}].name"), findings)
    holdings = _holdings(lenders, exposed, findings, at)
    claims = _claims(lenders, findings, at) + _unknown_claims(lenders, spec, findings, at)
    _check_capital(lenders, findings, at)
    pressure = _pressure(spec, exposed.machines, findings, at)
    crosses, roles = _links(links, exposed, findings, at)
    if len(findings) > known:
        return None
    loans = np.zeros(len(lenders))
    for i, f, share in holdings:
        loans[i] += share * exposed.commitments[f]
    for i, _, amount in claims:
        loans[i] += amount
    _check_balance_sheets(lenders, loans, claims, findings, at)
    if len(findings) > known:
        return None
    is_watched = bool(lenders) or any(spec.strengths[name] > 0.0 for name in CHANNELS if name != "sponsors")
    return seal(
        ContagionTable(
            **strength_columns(spec.strengths, len(exposed.machines)),
            shock=np.zeros(len(exposed.machines)),
            heard=np.ones(len(exposed.facilities)),
            is_watched=_ints([int(is_watched)]),
            pressure=pressure,
            commitments=_floats([exposed.commitments.sum()]),
            refinancing_loss=_floats([spec.refinancing_loss]),
            forgetting=_floats([math.exp(-1.0 / spec.loss_memory) if spec.loss_memory else 0.0]),
            kept_in_bankruptcy=_floats([1.0 - spec.bankruptcy_cost]),
            multiple=_floats(exposed.multiples),
            committed=np.bincount(exposed.owner, exposed.commitments, len(exposed.borrowers)).astype(np.float64),
            owner=_ints(exposed.owner),
            is_junior=_ints(exposed.is_junior),
            fleet_machine=_ints(exposed.fleet_machine),
            contract_fleet=_ints(exposed.contract_fleet),
            contract_units=_floats(exposed.contract_units),
            capital=_floats([lender.capital for lender in lenders]),
            assets=_floats([lender.other_assets for lender in lenders]) + loans,
            least_capital=_floats([lender.least_capital for lender in lenders]),
            holding_lender=_ints([holding[0] for holding in holdings]),
            holding_facility=_ints([holding[1] for holding in holdings]),
            holding_share=_floats([holding[2] for holding in holdings]),
            claim_creditor=_ints([claim[0] for claim in claims]),
            claim_debtor=_ints([claim[1] for claim in claims]),
            claim_amount=_floats([claim[2] for claim in claims]),
            cross_from=_ints([cross[0] for cross in crosses]),
            cross_to=_ints([cross[1] for cross in crosses]),
            actor=_ints([role[0] for role in roles]),
            acts_as=_ints([role[1] for role in roles]),
        )
    )


def strength_columns(strengths: Mapping[str, float], machines: int) -> dict[str, Floats]:
    """Columns of the channels' strengths; what acts on prices has one number for each machine type."""
    by_machine = {"machine_prices", "marks"}
    return {name: _floats([one] * (machines if name in by_machine else 1)) for name, one in strengths.items()}


def _floats(numbers: Sequence[float] | Floats) -> Floats:
    return np.array(numbers, dtype=np.float64)


def _ints(numbers: Sequence[int] | Ints) -> Ints:
    return np.array(numbers, dtype=np.int64)


def _holdings(
    lenders: Sequence[LenderSpec], exposed: Exposed, findings: list[Finding], at: At
) -> list[tuple[int, int, float]]:
    """(lender, facility, share), by facility; what nobody is said to hold goes to the residual holder."""
    if not lenders:
        return []
    places = {names: f for f, names in enumerate(exposed.facilities)}
    held: list[tuple[int, int, float]] = []
    for i, lender in enumerate(lenders):
        for j, holding in enumerate(lender.holdings):
            f = places.get((holding.borrower, holding.facility))
            where = f"lenders[{lender.name}].holdings[{j}]"
            if f is None:
                findings.append(_unknown_facility(at(where), holding.borrower, holding.facility, exposed))
                continue
            whole = float(exposed.commitments[f])
            share = holding.share if holding.share is not None else (holding.amount or 0.0) / whole
            if share > 1.0 + ROUNDING:
                found = f"{share * whole:,.0f} USD of '{holding.facility}'"
                wanted = f"at most its commitment of {whole:,.0f} USD"
                findings.append(Finding(at(where), found, wanted, "correct the holding or the commitment"))
            held.append((i, f, share))
    return _complete(held, lenders, exposed, findings, at)


def _unknown_facility(where: str, borrower: str, facility: str, exposed: Exposed) -> Finding:
    if borrower not in exposed.borrowers:
        return unknown(where, "borrower", borrower, exposed.borrowers)
    return unknown(where, "facility", facility, [name for owner, name in exposed.facilities if owner == borrower])


def _complete(
    held: list[tuple[int, int, float]],
    lenders: Sequence[LenderSpec],
    exposed: Exposed,
    findings: list[Finding],
    at: At,
) -> list[tuple[int, int, float]]:
    """Give the rest of every facility to the residual holder; without one, holdings must add up."""
    residual = [i for i, lender in enumerate(lenders) if lender.is_residual]
    if len(residual) > 1:
        names = ", ".join(lenders[i].name for i in residual)
        fix = "leave `is_residual` to one of them"
        findings.append(Finding(at("lenders"), f"several residual holders: {names}", "at most one", fix))
        return held
    total = np.zeros(len(exposed.commitments))
    for _, f, share in held:
        total[f] += share
    for f, (borrower, facility) in enumerate(exposed.facilities):
        missing, whole = 1.0 - float(total[f]), float(exposed.commitments[f])
        if missing < -ROUNDING or (missing > ROUNDING and not residual):
            word = "missing" if missing > 0.0 else "too much"
            found = f"holdings of {total[f]:.4%} of '{borrower}: {facility}', {abs(missing) * whole:,.0f} USD {word}"
            fix = "correct the holdings" + (", or name one lender `is_residual: true`" if missing > 0.0 else "")
            findings.append(Finding(at("lenders"), found, "holdings that add up to the commitment", fix))
        elif missing > ROUNDING:
            held.append((residual[0], f, missing))
    return sorted(held, key=lambda holding: (holding[1], holding[0]))


def _claims(lenders: Sequence[LenderSpec], findings: list[Finding], at: At) -> list[tuple[int, int, float]]:
    """(creditor, debtor, USD) between lenders; what a lender owes to others must fit into its debt."""
    places = {lender.name: i for i, lender in enumerate(lenders)}
    claims: list[tuple[int, int, float]] = []
    for i, lender in enumerate(lenders):
        for j, claim in enumerate(lender.claims):
            where = at(f"lenders[{lender.name}].claims[{j}].debtor")
            if claim.debtor not in places:
                findings.append(unknown(where, "lender", claim.debtor, places))
            elif claim.debtor == lender.name:
                fix = "delete it, or name the lender that owes it"
                findings.append(Finding(where, f"'{lender.name}', a claim on itself", "another lender", fix))
            else:
                claims.append((i, places[claim.debtor], claim.amount))
    return claims


def _unknown_claims(
    lenders: Sequence[LenderSpec], spec: ContagionSpec, findings: list[Finding], at: At
) -> list[tuple[int, int, float]]:
    """Spread claims of which only the totals are known: (creditor, debtor, USD)."""
    lent = np.array([lender.lent_to_lenders for lender in lenders])
    owed = np.array([lender.borrowed_from_lenders for lender in lenders])
    if not (lent.any() or owed.any()):
        return []
    from halflife.contagion.reconstruction import maximum_entropy, minimum_density  # brings SciPy's optimiser with it

    try:
        if spec.unknown_claims == "minimum_density":
            matrix = minimum_density(lent, owed, seed=SPREADING_SEED).exposures
        else:
            matrix = maximum_entropy(lent, owed)
    except SpecError as error:
        fix = "correct `lent_to_lenders` or `borrowed_from_lenders`"
        findings.extend(Finding(at("lenders"), found.found, found.wanted, fix) for found in error.findings)
        return []
    creditors, debtors = np.nonzero(matrix > LEAST_CLAIM)
    return [(int(i), int(j), float(matrix[i, j])) for i, j in zip(creditors, debtors, strict=True)]


def _check_capital(lenders: Sequence[LenderSpec], findings: list[Finding], at: At) -> None:
    for lender in lenders:
        if lender.capital <= 0.0:
            fix = "write its own funds; losses come out of them first"
            where = at(f"lenders[{lender.name}].capital")
            findings.append(Finding(where, f"'{lender.name}' without capital", "more than 0 USD", fix))


def _check_balance_sheets(
    lenders: Sequence[LenderSpec],
    loans: Floats,
    claims: Sequence[tuple[int, int, float]],
    findings: list[Finding],
    at: At,
) -> None:
    """Own funds are no more than assets, and what lenders owe each other is no more than their debt."""
    for i, lender in enumerate(lenders):
        assets = lender.other_assets + float(loans[i])
        owed = sum(amount for _, debtor, amount in claims if debtor == i)
        if lender.capital > assets * (1.0 + ROUNDING):
            found = f"capital of {lender.capital:,.0f} USD, assets of {assets:,.0f} USD"
            fix = "add `other_assets`, or correct the capital"
            findings.append(Finding(at(f"lenders[{lender.name}].capital"), found, "no more capital than assets", fix))
        elif owed > (assets - lender.capital) * (1.0 + ROUNDING):
            found = f"{owed:,.0f} USD owed to lenders, debt of {assets - lender.capital:,.0f} USD in all"
            fix = "add `other_assets`, or correct the claims of its lenders"
            where = at(f"lenders[{lender.name}].capital")
            findings.append(Finding(where, found, "claims that fit into the debt (assets less capital)", fix))


def _pressure(spec: ContagionSpec, machines: Sequence[str], findings: list[Finding], at: At) -> Floats:
    """Log fall of the rent for one idle machine, by machine type."""
    pressure = np.zeros(len(machines))
    names = [capacity.machine for capacity in spec.capacity]
    report_twins(names, "machine", lambda place: at(f"contagion.capacity[{place}].machine"), findings)
    for place, capacity in enumerate(spec.capacity):
        if capacity.machine not in machines:
            where = at(f"contagion.capacity[{place}].machine")
            findings.append(unknown(where, "machine", capacity.machine, machines))
        elif capacity.installed == 0:
            where = at(f"contagion.capacity[{place}].installed")
            findings.append(Finding(where, "0 machines", "the machines at work in the whole market", "count them"))
        else:
            pressure[list(machines).index(capacity.machine)] = capacity.elasticity / capacity.installed
    missing = [name for name in machines if name not in names]
    if spec.rents > 0.0 and missing:
        found = f"no `capacity` for {', '.join(missing)}"
        fix = "add installed machines and elasticity, or set `rents: 0`"
        findings.append(Finding(at("contagion.rents"), found, "capacity of every machine type", fix))
    return pressure


def _links(
    links: Sequence[Links], exposed: Exposed, findings: list[Finding], at: At
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Cross-defaults (from, to) and roles (borrower, party)."""
    places: Mapping[str, int] = {name: b for b, name in enumerate(exposed.borrowers)}
    parties: Mapping[str, int] = {name: c for c, name in enumerate(exposed.parties)}
    crosses: list[tuple[int, int]] = []
    roles: list[tuple[int, int]] = []
    for b, link in enumerate(links):
        for name in link.cross_default:
            where = at(f"borrowers[{link.name}].cross_default")
            if name == link.name:
                fix = "delete it: a borrower's own default needs no clause"
                findings.append(Finding(where, f"'{name}' itself", "another borrower", fix))
            elif name not in places:
                findings.append(unknown(where, "borrower", name, places))
            else:
                crosses.append((places[name], b))
        if link.acts_as is not None and link.acts_as not in parties:
            findings.append(unknown(at(f"borrowers[{link.name}].acts_as"), "counterparty", link.acts_as, parties))
        elif link.acts_as is not None:
            roles.append((b, parties[link.acts_as]))
    return crosses, roles
