"""What may not be written about a business."""

from __future__ import annotations

from collections.abc import Mapping

from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import At, Written, report_twins, unknown
from halflife.operations.spec import BackstopSpec, ContractSpec, DscrPriceSpec, FleetSpec, OperationsSpec

HOURS = 730.0
"""Hours in a month: 8760 / 12."""

Parties = Mapping[str, tuple[int, tuple[str, ...]]]
"""Party name -> position and roles."""


def units_of(spec: OperationsSpec, contract: ContractSpec) -> int:
    """Machines under a contract: as written, or what the fleet's other contracts leave."""
    if contract.units is not None:
        return contract.units
    fleet = next(fleet for fleet in spec.fleets if fleet.name == contract.fleet)
    return fleet.units - _spoken_for(spec, fleet)


def open_units(spec: OperationsSpec, fleet: FleetSpec) -> int | None:
    """Machines of a fleet under no written contract; None if a contract takes all that is left.

    Zero where the contracts' units happen to add up to the fleet's: the row is kept, so that two draws of an
    assumed number of machines have tables of one shape.
    """
    takes_the_rest = any(c.units is None for c in spec.contracts if c.fleet == fleet.name)
    return None if takes_the_rest else fleet.units - _spoken_for(spec, fleet)


def _spoken_for(spec: OperationsSpec, fleet: FleetSpec) -> int:
    return sum(contract.units or 0 for contract in spec.contracts if contract.fleet == fleet.name)


def check(
    written: Written[OperationsSpec],
    *,
    machines: Mapping[str, int],
    parties: Parties,
    grid: TimeGrid,
    findings: list[Finding],
) -> None:
    """Report everything that is wrong with one business."""
    spec, at = written.spec, written.at
    report_twins([f.name for f in spec.fleets], "fleet", lambda place: at(f"fleets[{place}].name"), findings)
    names = [contract.name for contract in spec.contracts]
    names += [f"{fleet.name} open market" for fleet in spec.fleets if open_units(spec, fleet) is not None]
    report_twins(names, "contract", lambda place: at(f"contracts[{place}].name"), findings)
    if not spec.fleets:
        findings.append(Finding(at("fleets"), "no fleet", "at least one fleet", "say which machines are financed"))
    for fleet in spec.fleets:
        _check_fleet(written, fleet, machines, findings)
    for contract in spec.contracts:
        _check_contract(written, contract, parties, findings)
    _check_prices(written, findings)
    _check_backstops(written, parties, grid, findings)
    if spec.operator is not None:
        check_party(at, "operator", spec.operator, "operator", parties, findings)
    if spec.opex.pue < 1.0:
        found = f"a PUE of {spec.opex.pue:g}"
        findings.append(
            Finding(at("opex.pue"), found, "1 or more: site power over machine power", "write it like 1.25")
        )


def check_party(at: At, path: str, name: str, role: str, parties: Parties, findings: list[Finding]) -> None:
    """Report a party that nobody knows, or that does not have the role it plays."""
    if name not in parties:
        findings.append(unknown(at(path), role, name, [who for who, (_, roles) in parties.items() if role in roles]))
    elif role not in parties[name][1]:
        found = f"'{name}', whose roles are {', '.join(parties[name][1]) or 'none'}"
        findings.append(
            Finding(
                at(path),
                found,
                f"a counterparty with the role {role}",
                f"add '{role}' to the roles of '{name}', or name another",
            )
        )


def _check_fleet(
    written: Written[OperationsSpec], fleet: FleetSpec, machines: Mapping[str, int], findings: list[Finding]
) -> None:
    where = f"fleets[{fleet.name}]"
    if fleet.machine not in machines:
        findings.append(unknown(written.at(f"{where}.machine"), "machine", fleet.machine, machines))
    for key, value in (("units", fleet.units), ("book_life", fleet.book_life)):
        if value < 1:
            findings.append(Finding(written.at(f"{where}.{key}"), "0", "at least 1", f"write the true {key}"))
    if fleet.delivery is not None and fleet.age > 0:
        findings.append(
            Finding(
                written.at(f"{where}.age"),
                f"{fleet.age} months of age, and a delivery",
                "one of them",
                "delete `age`: delivery dates say how old the machines are",
            )
        )
    asked = [contract for contract in written.spec.contracts if contract.fleet == fleet.name]
    taken = sum(contract.units or 0 for contract in asked)
    if taken > fleet.units:
        parts = ", ".join(f"{contract.name} {contract.units:,}" for contract in asked if contract.units)
        where = written.at(f"contracts[{asked[-1].name}].units")
        findings.append(
            Finding(
                where,
                f"{taken:,} machines under contract ({parts})",
                f"at most the {fleet.units:,} machines of fleet '{fleet.name}'",
                "lower the contracts' units or raise the fleet's",
            )
        )
    rest = [contract for contract in asked if contract.units is None]
    if len(rest) > 1 or (rest and taken == fleet.units):
        found = f"{len(rest)} contracts without units, {max(fleet.units - taken, 0):,} machines left for them"
        findings.append(
            Finding(
                written.at(f"contracts[{rest[-1].name}]"),
                found,
                f"one contract for the machines left in '{fleet.name}'",
                "write `units:` on the contracts",
            )
        )


def _check_contract(
    written: Written[OperationsSpec], contract: ContractSpec, parties: Parties, findings: list[Finding]
) -> None:
    where = f"contracts[{contract.name}]"
    fleets = [fleet.name for fleet in written.spec.fleets]
    if contract.fleet not in fleets:
        findings.append(unknown(written.at(f"{where}.fleet"), "fleet", contract.fleet, fleets))
    check_party(written.at, f"{where}.offtaker", contract.offtaker, "offtaker", parties, findings)
    if contract.units == 0:
        findings.append(Finding(written.at(f"{where}.units"), "0", "at least 1", "delete the contract"))
    if contract.kind != "spot" and contract.term == 0:
        findings.append(Finding(written.at(f"{where}.term"), "0 months", "a term", "write it like '60 months'"))
    if contract.renegotiation is not None and contract.renegotiation.to == 0:
        findings.append(
            Finding(
                written.at(f"{where}.renegotiation.to"),
                "0 %",
                "a share above zero",
                "the new price is the market rent divided by it",
            )
        )


def backstop_of(spec: OperationsSpec, fleet: str) -> BackstopSpec | None:
    """Return the promise that covers a fleet, if any."""
    return next((one for one in spec.release.backstops if one.fleet in (None, fleet)), None)


def _check_backstops(
    written: Written[OperationsSpec], parties: Parties, grid: TimeGrid, findings: list[Finding]
) -> None:
    """A backstop needs a vendor, machines, a price and time left; each fleet has one at most."""
    at, fleets = written.at, [fleet.name for fleet in written.spec.fleets]
    seen = set[str]()
    for place, one in enumerate(written.spec.release.backstops):
        where = f"release.backstops[{place}]"
        check_party(at, f"{where}.vendor", one.vendor, "vendor", parties, findings)
        if one.fleet is not None and one.fleet not in fleets:
            findings.append(unknown(at(f"{where}.fleet"), "fleet", one.fleet, fleets))
        if one.price == 0.0:
            findings.append(Finding(at(f"{where}.price"), "0 USD/h", "a price", "write it like '1.50 USD/h'"))
        if grid.month_of(one.until) < 1:
            findings.append(
                Finding(
                    at(f"{where}.until"),
                    f"a backstop that ended on {one.until}",
                    f"a day after the valuation date {grid.valuation}",
                    "correct the date, or delete the backstop",
                )
            )
        covered = set(fleets) if one.fleet is None else {one.fleet}
        findings.extend(
            Finding(
                at(where),
                f"a second backstop for fleet '{fleet}'",
                "one vendor for each fleet",
                "name the fleet each is given for",
            )
            for fleet in sorted(covered & seen)
        )
        seen |= covered


def _check_prices(written: Written[OperationsSpec], findings: list[Finding]) -> None:
    """Inferred prices need firm contracts, one common DSCR, and invoices that are paid in cash."""
    inferred = [contract for contract in written.spec.contracts if isinstance(contract.price, DscrPriceSpec)]
    wanted = {contract.price.dscr for contract in inferred if isinstance(contract.price, DscrPriceSpec)}
    if len(wanted) > 1:
        found = "DSCRs of " + ", ".join(f"{dscr:g}x" for dscr in sorted(wanted))
        findings.append(
            Finding(
                written.at(f"contracts[{inferred[-1].name}].price.dscr"),
                found,
                "one DSCR for the borrower",
                "write the same on every contract",
            )
        )
    for contract in inferred:
        where = f"contracts[{contract.name}]"
        if contract.kind == "spot":
            findings.append(
                Finding(
                    written.at(f"{where}.price"),
                    "a DSCR for a spot contract",
                    "a price per hour",
                    "a spot contract earns the market rent; nothing can be inferred",
                )
            )
        if contract.prepayment == 1.0 or contract.service_credit == 1.0:
            findings.append(
                Finding(
                    written.at(f"{where}.price"),
                    "a DSCR where no invoice brings cash",
                    "a share below 100 % prepaid or credited",
                    "write the price itself",
                )
            )
