"""From the words about fleets and contracts to arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, Ints, seal
from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import Written
from halflife.foundation.streams import stream_id
from halflife.operations.check import HOURS, backstop_of, check, open_units, units_of
from halflife.operations.delivery import Arrivals, arrivals, book_and_age, delivered, in_term, released
from halflife.operations.spec import ContractSpec, DscrPriceSpec, FleetSpec, OperationsSpec
from halflife.operations.table import RESERVED, SPOT, TAKE_OR_PAY, OperationsTable

KINDS = {"take_or_pay": TAKE_OR_PAY, "reserved": RESERVED, "spot": SPOT}
Columns = dict[str, Any]
OPEN_MARKET = "{fleet} open market"


class Draft(NamedTuple):
    """The businesses with every price but the inferred ones, which stand at 1 USD per machine-hour.

    table : OperationsTable, not yet sealed
    is_inferred : [contract], 1 where the price is to be inferred from a DSCR
    target_dscr : [borrower], 0 where nothing is inferred
    prepayment : [contract], share of the revenue paid up front
    fleets, contracts : names, in the table's order
    """

    table: OperationsTable
    is_inferred: Floats
    target_dscr: Floats
    prepayment: Floats
    fleets: tuple[tuple[str, str], ...]
    contracts: tuple[tuple[str, str], ...]


class _Fleet(NamedTuple):
    borrower: int
    owner: str
    spec: FleetSpec
    came: Arrivals


class _Row(NamedTuple):
    """One contract row; `spec` is None for machines under no contract."""

    borrower: int
    owner: str
    name: str
    fleet: int
    units: int
    spec: ContractSpec | None


def resolve(
    borrowers: Sequence[Written[OperationsSpec]],
    *,
    grid: TimeGrid,
    machines: Mapping[str, int],
    power: Sequence[float],
    parties: Mapping[str, tuple[int, tuple[str, ...]]],
    findings: list[Finding],
    power_price: float = 0.0,
    rigs: Collection[int] = (),
) -> Draft | None:
    """Turn all businesses into arrays.

    Parameters
    ----------
    borrowers : in name order
    grid : the months
    machines : machine name -> position
    power : [machine], kW
    parties : party name -> (position, roles)
    findings : what is wrong is added here
    power_price : USD/kWh, the market's at month 0;  rigs : positions of the machines that mine

    Returns
    -------
    Draft, or None if something is wrong
        `settle` makes the table of it once the inferred prices are known.
    """
    before = len(findings)
    for written in borrowers:
        check(written, machines=machines, parties=parties, grid=grid, findings=findings)
    if len(findings) > before:
        return None
    fleets = [
        _Fleet(place, written.name, spec, arrivals(spec, grid))
        for place, written in enumerate(borrowers)
        for spec in sorted(written.spec.fleets, key=lambda spec: spec.name)
    ]
    rows = _rows(borrowers, fleets)
    columns = {
        **_fleet_columns(fleets, grid, machines, power),
        **_contract_columns(rows, fleets, borrowers, grid, parties),
        "mines": _ints(int(machines[fleets[row.fleet].spec.machine] in rigs) for row in rows),
        **_borrower_columns(borrowers, parties, power_price),
    }
    inferred = [row.spec is not None and isinstance(row.spec.price, DscrPriceSpec) for row in rows]
    return Draft(
        table=OperationsTable(**columns),
        is_inferred=np.array(inferred, dtype=np.float64),
        target_dscr=np.array([_target(written.spec) for written in borrowers]),
        prepayment=_floats(row.spec.prepayment if row.spec else 0.0 for row in rows),
        fleets=tuple((fleet.owner, fleet.spec.name) for fleet in fleets),
        contracts=tuple((row.owner, row.name) for row in rows),
    )


def settle(draft: Draft, price: Floats) -> OperationsTable:
    """Put the inferred prices in and seal the table.

    Parameters
    ----------
    price : [borrower], USD per machine-hour at month 0, before escalation and service credits
    """
    scale = np.where(draft.is_inferred > 0, price[draft.table.contract_borrower], 1.0)[:, None]
    table = draft.table._replace(price=draft.table.price * scale, remaining=draft.table.remaining * scale)
    return seal(table)


def _target(spec: OperationsSpec) -> float:
    wanted = [contract.price.dscr for contract in spec.contracts if isinstance(contract.price, DscrPriceSpec)]
    return wanted[0] if wanted else 0.0


def _rows(borrowers: Sequence[Written[OperationsSpec]], fleets: Sequence[_Fleet]) -> list[_Row]:
    """Contracts and open-market remainders, by borrower and name."""
    place_of = {(fleet.owner, fleet.spec.name): place for place, fleet in enumerate(fleets)}
    rows: list[_Row] = []
    for place, written in enumerate(borrowers):
        own: list[_Row] = []
        for contract in written.spec.contracts:
            fleet = place_of[written.name, contract.fleet]
            own.append(_Row(place, written.name, contract.name, fleet, units_of(written.spec, contract), contract))
        for fleet_spec in written.spec.fleets:
            left = open_units(written.spec, fleet_spec)
            if left is not None:
                name = OPEN_MARKET.format(fleet=fleet_spec.name)
                own.append(_Row(place, written.name, name, place_of[written.name, fleet_spec.name], left, None))
        rows.extend(sorted(own, key=lambda row: row.name))
    return rows


def _floats(numbers: Iterable[float]) -> Floats:
    return np.fromiter(numbers, dtype=np.float64)


def _ints(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64)


def _stacked(rows: Sequence[Floats], months: int) -> Floats:
    return np.array(rows) if rows else np.zeros((0, months + 1))


def _fleet_columns(
    fleets: Sequence[_Fleet], grid: TimeGrid, machines: Mapping[str, int], power: Sequence[float]
) -> Columns:
    specs = [fleet.spec for fleet in fleets]
    paper = [book_and_age(fleet.came, fleet.spec.book_life, grid.months) for fleet in fleets]
    return {
        "fleet_borrower": _ints(fleet.borrower for fleet in fleets),
        "fleet_machine": _ints(machines[spec.machine] for spec in specs),
        "units": _floats(spec.units for spec in specs),
        "cost": _floats(spec.cost for spec in specs),
        "power": _floats(power[machines[spec.machine]] for spec in specs),
        "decay": _floats(spec.physical_decay / 12.0 for spec in specs),
        "delay": _floats(spec.delivery.delay if spec.delivery else 0.0 for spec in specs),
        "delay_deviation": _floats(spec.delivery.delay_uncertainty if spec.delivery else 0.0 for spec in specs),
        "fleet_stream": _ints(stream_id(f"delivery/{fleet.owner}/{fleet.spec.name}") for fleet in fleets),
        "delivered": _stacked([delivered(fleet.came, grid.months) for fleet in fleets], grid.months),
        "book": _stacked([book for book, _ in paper], grid.months),
        "age": _stacked([age for _, age in paper], grid.months),
    }


def _terms(row: _Row, fleet: _Fleet, downtime: int, grid: TimeGrid) -> tuple[Floats, Floats, Floats, Floats]:
    """Price, share in term, share released and cash still to come of one contract row."""
    if row.spec is None or row.spec.kind == "spot":
        nothing = np.zeros(grid.months + 1)
        given = 0.0 if row.spec is None or isinstance(row.spec.price, DscrPriceSpec) else row.spec.price
        return nothing + given, nothing, delivered(fleet.came, grid.months), nothing
    spec = row.spec
    start = 1.0 if isinstance(spec.price, DscrPriceSpec) else spec.price
    price = start * (1.0 - spec.service_credit) * (1.0 + spec.escalation) ** grid.years
    term = in_term(fleet.came, spec.term, grid.months)
    cash = price * term * (HOURS * row.units * spec.committed_share * (1.0 - spec.prepayment))
    remaining = np.append(np.cumsum(cash[:0:-1])[::-1], 0.0)
    return price, term, released(fleet.came, spec.term + downtime, grid.months), remaining


def _contract_columns(
    rows: Sequence[_Row],
    fleets: Sequence[_Fleet],
    borrowers: Sequence[Written[OperationsSpec]],
    grid: TimeGrid,
    parties: Mapping[str, tuple[int, tuple[str, ...]]],
) -> Columns:
    terms = [_terms(row, fleets[row.fleet], borrowers[row.borrower].spec.release.downtime, grid) for row in rows]
    specs = [row.spec for row in rows]
    options = [spec.renegotiation if spec else None for spec in specs]
    is_open = [spec is None or spec.kind == "spot" for spec in specs]
    offtakers = [
        parties[spec.offtaker][0] if spec and not is_spot else -1 for spec, is_spot in zip(specs, is_open, strict=True)
    ]
    return {
        "contract_borrower": _ints(row.borrower for row in rows),
        "contract_fleet": _ints(row.fleet for row in rows),
        "offtaker": _ints(offtakers),
        "kind": _ints(KINDS[spec.kind] if spec else SPOT for spec in specs),
        "contract_units": _floats(row.units for row in rows),
        "price": _stacked([term[0] for term in terms], grid.months),
        "cash_share": _floats(1.0 - spec.prepayment if spec else 1.0 for spec in specs),
        "committed": _floats(spec.committed_share if spec else 0.0 for spec in specs),
        "use": _floats(spec.use if spec else 0.0 for spec in specs),
        "in_term": _stacked([term[1] for term in terms], grid.months),
        "released": _stacked([term[2] for term in terms], grid.months),
        "remaining": _stacked([term[3] for term in terms], grid.months),
        "terminates": _ints(int(spec is not None and spec.terminates_on_borrower_default) for spec in specs),
        "renegotiate_below": _floats(option.below if option else 0.0 for option in options),
        "renegotiate_to": _floats(option.to if option else 1.0 for option in options),
        "renegotiate_floor": _floats(option.floor if option else 1.0 for option in options),
        "renegotiate_chance": _floats(option.probability if option else 0.0 for option in options),
        **_backstop_columns(rows, fleets, borrowers, grid, parties),
        "contract_stream": _ints(stream_id(f"contract/{row.owner}/{row.name}") for row in rows),
    }


def _backstop_columns(
    rows: Sequence[_Row],
    fleets: Sequence[_Fleet],
    borrowers: Sequence[Written[OperationsSpec]],
    grid: TimeGrid,
    parties: Mapping[str, tuple[int, tuple[str, ...]]],
) -> Columns:
    found = [backstop_of(borrowers[row.borrower].spec, fleets[row.fleet].spec.name) for row in rows]
    return {
        "vendor": _ints(parties[one.vendor][0] if one else -1 for one in found),
        "vendor_price": _floats(one.price if one else 0.0 for one in found),
        "vendor_share": _floats(one.share if one else 0.0 for one in found),
        "vendor_until": _ints(min(grid.month_of(one.until), grid.months) if one else 0 for one in found),
    }


def _borrower_columns(
    borrowers: Sequence[Written[OperationsSpec]],
    parties: Mapping[str, tuple[int, tuple[str, ...]]],
    power_price: float,
) -> Columns:
    specs = [written.spec for written in borrowers]
    failures = [spec.operator_failure for spec in specs]
    return {
        "release_downtime": _floats(spec.release.downtime for spec in specs),
        "release_use": _floats(spec.release.use for spec in specs),
        "pue": _floats(spec.opex.pue * _own_power(spec, power_price) for spec in specs),
        "upkeep": _floats(spec.opex.hosting + spec.opex.maintenance for spec in specs),
        "fixed": _floats(spec.opex.fixed for spec in specs),
        "overhead": _floats(spec.opex.overhead for spec in specs),
        "pass_through": _floats(spec.opex.power_pass_through for spec in specs),
        "operator": _ints(parties[spec.operator][0] if spec.operator else -1 for spec in specs),
        "operator_downtime": _floats(failure.downtime if failure else 0.0 for failure in failures),
        "operator_replaced": _floats(failure.replacement_probability if failure else 1.0 for failure in failures),
        "operator_cost": _floats(failure.cost_increase if failure else 0.0 for failure in failures),
        "operator_trap": _floats(failure.trap_months if failure else 0.0 for failure in failures),
        "operator_stream": _ints(stream_id(f"operator/{written.name}") for written in borrowers),
    }


def _own_power(spec: OperationsSpec, market: float) -> float:
    """The borrower's power price over the market's."""
    own = spec.opex.power_price
    return 1.0 if own is None or market == 0.0 else own / market
