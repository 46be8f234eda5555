"""From the term sheet to arrays: names become positions, dates become months, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from halflife.collateral.resolve import resolve as resolve_collateral
from halflife.collateral.table import CollateralTable
from halflife.contagion.resolve import Exposed, Links
from halflife.contagion.resolve import resolve as resolve_contagion
from halflife.contagion.table import ContagionTable
from halflife.counterparties.resolve import Backing
from halflife.counterparties.resolve import resolve as resolve_counterparties
from halflife.covenants.resolve import labels as covenant_labels
from halflife.covenants.resolve import resolve as resolve_covenants
from halflife.default.resolve import resolve as resolve_default
from halflife.engine.channels import with_channels
from halflife.engine.check import check_system, horizon
from halflife.engine.coins import around, coin_names, treasury_labels
from halflife.engine.coverage import senior_rates
from halflife.engine.leases import check_leases, fleet_places, held_until_returned
from halflife.engine.places import Places
from halflife.engine.plan import Plan
from halflife.engine.system import BorrowerSpec, SystemSpec
from halflife.foundation.axes import Floats
from halflife.foundation.document import Document
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.grid import TimeGrid
from halflife.foundation.names import Written
from halflife.liquidation.resolve import Fleet
from halflife.liquidation.resolve import resolve as resolve_liquidation
from halflife.market.coins import trend_of_hashprice
from halflife.market.resolve import resolve as resolve_market
from halflife.market.table import MarketTable
from halflife.operations.base_case import Trend, base_case
from halflife.operations.resolve import Draft, settle
from halflife.operations.resolve import resolve as resolve_operations
from halflife.operations.tabulate import tabulate
from halflife.treasury.resolve import resolve as resolve_treasuries
from halflife.waterfall.check import check as check_debt
from halflife.waterfall.resolve import BaseDebt, Cash
from halflife.waterfall.resolve import resolve as resolve_waterfall
from halflife.waterfall.table import JUNIOR, WaterfallTable

PartT = TypeVar("PartT")
Parties = Mapping[str, tuple[int, tuple[str, ...]]]


class Names(NamedTuple):
    """What stands at each position of each axis; where there are several borrowers, ``borrower: name``."""

    borrowers: tuple[str, ...]
    facilities: tuple[str, ...]
    accounts: tuple[str, ...]
    steps: tuple[str, ...]
    covenants: tuple[str, ...]
    fleets: tuple[str, ...]
    contracts: tuple[str, ...]
    machines: tuple[str, ...]
    parties: tuple[str, ...]
    lenders: tuple[str, ...]
    coins: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    holdings: tuple[str, ...] = ()
    coin_loans: tuple[str, ...] = ()
    treasuries: tuple[str, ...] = ()


class Base(NamedTuple):
    """The base case: the market on its trend, nobody fails, nothing is late.  ``[borrower, month]``, USD.

    scheduled : senior interest as it accrues and principal, balloons apart;  paper : straight-line value
    price : [borrower], inferred contract price, USD per machine-hour at month 0, 0 where every price is given
    prepaid : [borrower];  debt : schedules of the facilities, in table order
    """

    revenue: Floats
    opex: Floats
    cfads: Floats
    capex: Floats
    paper: Floats
    scheduled: Floats
    price: Floats
    prepaid: Floats
    debt: BaseDebt


@dataclass(frozen=True)
class Deal:
    """A term sheet that has become arrays, with the names and dates to read them by."""

    spec: SystemSpec
    plan: Plan
    grid: TimeGrid
    names: Names
    base: Base


def resolve(
    spec: SystemSpec,
    document: Document | None = None,
    *,
    reuse: Deal | None = None,
    at_least: int = 0,
    is_natural: bool = False,
) -> Deal:
    """Resolve a system.

    Parameters
    ----------
    spec : SystemSpec
    document : Document, optional
        Where the spec is written, for the messages.
    reuse : Deal, optional
        A deal whose table of machine values is taken over if market, collateral, valuation date and horizon
        are the same: most of the time of a resolution goes into that table.
    at_least : months
        Least length of the grid: draws of an assumed maturity get tables of one shape.
    is_natural : flag
        Draw every path from the true law, as every system of several borrowers does; else the rare defaults of a
        lone borrower's parties are sampled more often, and weighed.

    Raises
    ------
    SpecError
        With everything that was found, in the order of the document.
    """
    places, findings = Places(document), list[Finding]()
    parties = {
        party.name: (place, tuple(party.roles))
        for place, party in enumerate(sorted(spec.counterparties, key=lambda party: party.name))
    }
    grid = horizon(spec, places, findings, at_least)
    check_system(spec, parties, places, findings)
    deal = _Resolution(spec, grid, parties, places, findings, is_natural).run(reuse)
    if findings or deal is None:
        raise SpecError(_in_order(findings, places))
    return deal


def _in_order(findings: list[Finding], places: Places) -> list[Finding]:
    """Every finding by line; what two rooms found wrong with one name at one place is said once."""
    once: dict[tuple[str, tuple[str, ...]], Finding] = {}
    for finding in findings:
        names = tuple(finding.found.split("'")[1::2]) or (finding.found,)
        once.setdefault((finding.where, names), finding)
    return sorted(once.values(), key=lambda finding: places.lines.get(finding.where, 0))


class _Resolution:
    """One pass over the rooms; what each finds wrong is collected, and the pass goes on as far as it can."""

    def __init__(
        self,
        spec: SystemSpec,
        grid: TimeGrid,
        parties: Parties,
        places: Places,
        findings: list[Finding],
        is_natural: bool,
    ) -> None:
        self.spec, self.grid, self.parties, self.places, self.findings = spec, grid, parties, places, findings
        self.is_natural = is_natural
        self.borrowers = sorted(spec.borrowers, key=lambda borrower: borrower.name)
        machines = sorted(spec.economy.market.machines, key=lambda machine: machine.name)
        self.market_spec = spec.economy.market.model_copy(update={"machines": tuple(machines)})
        self.power = {machine.name: machine.draw for machine in machines}

    def run(self, reuse: Deal | None) -> Deal | None:
        """Resolve every room; None if anything was found."""
        at = self.places.below
        market = resolve_market(self.market_spec, self.grid, self.findings, at("economy.market"))
        draft = self._operations(market)
        settled = self._debt(market, draft)
        covenants = resolve_covenants(
            self._written("covenants", lambda borrower: borrower.covenants),
            grid=self.grid,
            last_maturity=[self._last_maturity(borrower) for borrower in self.borrowers],
            first_principal=_first_principal(settled, len(self.borrowers)),
            findings=self.findings,
        )
        treasury = resolve_treasuries(
            self._written("treasury", lambda borrower: borrower.treasury),
            around(self.spec, self.borrowers, () if settled is None else settled[1].debt.facilities),
            self.findings,
        )
        liquidation = resolve_liquidation(
            self.spec.economy.resale,
            self._written("enforcement", lambda borrower: borrower.enforcement),
            machines=list(self.power),
            fleets=None if draft is None else _fleets(draft),
            findings=self.findings,
            at=at("economy"),
            drift=None if market is None else market.drift,
        )
        if market is None:
            return None
        counterparties = resolve_counterparties(
            sorted(self.spec.counterparties, key=lambda party: party.name),
            [_backing(borrower) for borrower in self.borrowers],
            market,
            self.grid,
            self.findings,
            at(""),
            is_natural=self.is_natural,
        )
        collateral = self._collateral(market, reuse)
        if draft is None or settled is None or covenants is None or self.findings:
            return None
        if liquidation is None or counterparties is None or collateral is None or treasury is None:
            return None
        waterfall, base = settled
        contagion = self._contagion(waterfall, base.debt, draft, counterparties.contagion)
        if contagion is None:
            return None
        operations = settle(draft, base.price)
        rate, last = senior_rates(waterfall, base.debt.loans)
        plan = Plan(
            market=market,
            counterparties=counterparties,
            operations=operations,
            life=tabulate(operations, self._trend(market, draft), rate=rate, last=last),
            collateral=collateral,
            treasury=treasury,
            covenants=covenants,
            waterfall=waterfall,
            default=resolve_default(self._written("default", lambda borrower: borrower.default)),
            liquidation=liquidation,
            contagion=contagion,
        )
        plan = with_channels(plan, self.spec.contagion.strengths)
        return Deal(self.spec, plan, self.grid, self._names(draft, base.debt), base)

    def _written(self, part: str, take: Callable[[BorrowerSpec], PartT]) -> list[Written[PartT]]:
        """One part of every borrower, with the words for its places."""
        return [
            Written(borrower.name, take(borrower), self.places.below(f"borrowers[{borrower.name}].{part}"))
            for borrower in self.borrowers
        ]

    def _last_maturity(self, borrower: BorrowerSpec) -> int:
        return max((self.grid.month_of(facility.maturity) for facility in borrower.debt.facilities), default=0)

    def _operations(self, market: MarketTable | None) -> Draft | None:
        return resolve_operations(
            self._written("operations", lambda borrower: borrower.operations),
            grid=self.grid,
            machines={name: place for place, name in enumerate(self.power)},
            power=list(self.power.values()),
            parties=self.parties,
            findings=self.findings,
            power_price=0.0 if market is None else float(market.power_price[0]),
            rigs=() if market is None else np.flatnonzero(market.hashrate).tolist(),
        )

    def _debt(self, market: MarketTable | None, draft: Draft | None) -> tuple[WaterfallTable, Base] | None:
        """Check the debt; then, if there is cash flow to schedule it on, resolve it."""
        written, before = self._written("debt", lambda borrower: borrower.debt), len(self.findings)
        for one in written:
            check_debt(one, self.grid, self.findings)
        if draft is not None:
            check_leases(self.borrowers, draft, self.grid, self.parties, self.places, self.findings)
        is_sound = len(self.findings) == before and self.grid.months >= max(map(self._last_maturity, self.borrowers))
        if market is None or draft is None or not is_sound:
            return None
        flows = base_case(draft, self._trend(market, draft))
        cash = Cash(
            flows.cfads,
            flows.cfads_per_price,
            flows.opex,
            flows.opex_per_price,
            flows.capex,
            flows.age,
            draft.target_dscr,
        )
        settled = resolve_waterfall(
            written,
            grid=self.grid,
            curve=market.rate_curve,
            cash=cash,
            fleets=fleet_places(draft),
            parties=self.parties,
            findings=self.findings,
        )
        if settled is None:
            return None
        table, debt = settled
        price = debt.price[:, None]
        return table, Base(
            revenue=flows.revenue + price * flows.revenue_per_price,
            opex=flows.opex + price * flows.opex_per_price,
            cfads=flows.cfads + price * flows.cfads_per_price,
            capex=flows.capex,
            paper=flows.paper,
            scheduled=debt.scheduled,
            price=debt.price,
            prepaid=flows.prepaid + debt.price * flows.prepaid_per_price,
            debt=debt,
        )

    def _contagion(
        self, table: WaterfallTable, debt: BaseDebt, draft: Draft, multiples: Floats
    ) -> ContagionTable | None:
        """Lenders, holdings and channels."""
        exposed = Exposed(
            borrowers=[borrower.name for borrower in self.borrowers],
            machines=list(self.power),
            parties=list(self.parties),
            facilities=debt.facilities,
            multiples=multiples,
            commitments=table.commitment,
            owner=table.facility_borrower,
            is_junior=(table.kind == JUNIOR).astype(np.int64),
            fleet_machine=draft.table.fleet_machine,
            contract_fleet=draft.table.contract_fleet,
            contract_units=draft.table.contract_units,
        )
        links = [Links(one.name, one.acts_as, one.cross_default) for one in self.borrowers]
        return resolve_contagion(
            self.spec.lenders, self.spec.contagion, links, exposed, self.findings, self.places.below("")
        )

    def _trend(self, market: MarketTable, draft: Draft) -> Trend:
        """The market on its trend, and the machines that leases leave."""
        rent = np.exp(market.rental[:, None] - market.drift[:, None] * np.arange(self.grid.months + 1))
        for g in np.flatnonzero(market.hashrate):
            rent[g] = market.hashrate[g] / 24000.0 * trend_of_hashprice(market, self.grid.months)
        return Trend(
            rent=rent,
            power_price=float(market.power_price[0]),
            realisation=market.realisation,
            held=held_until_returned(self.borrowers, draft, self.grid),
        )

    def _collateral(self, market: MarketTable, reuse: Deal | None) -> CollateralTable | None:
        """Machine values: the one costly table, taken over where nothing it depends on has changed."""
        if (
            reuse is not None
            and reuse.grid == self.grid
            and reuse.spec.economy.market == self.spec.economy.market
            and reuse.spec.economy.collateral == self.spec.economy.collateral
        ):
            return reuse.plan.collateral
        specs, grid = self.spec.economy.collateral, self.grid
        if self.findings:  # nothing will be run: tables of short-lived machines find what is wrong as well
            specs = tuple(one.model_copy(update={"physical_life": 1.0 / 12.0}) for one in specs)
            grid = TimeGrid(self.spec.valuation, 1)
        return resolve_collateral(specs, market, self.power, grid, self.findings, self.places.below("economy"))

    def _names(self, draft: Draft, debt: BaseDebt) -> Names:
        def labelled(pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
            is_alone = len(self.borrowers) == 1
            return tuple(name if is_alone else f"{borrower}: {name}" for borrower, name in pairs)

        return Names(
            borrowers=tuple(borrower.name for borrower in self.borrowers),
            facilities=labelled(debt.facilities),
            accounts=labelled(debt.accounts),
            steps=labelled(debt.steps),
            covenants=labelled(covenant_labels(self._written("covenants", lambda borrower: borrower.covenants))),
            fleets=labelled(draft.fleets),
            contracts=labelled(draft.contracts),
            machines=tuple(self.power),
            parties=tuple(self.parties),
            lenders=tuple(sorted(lender.name for lender in self.spec.lenders)),
            **{name: labelled(pairs) for name, pairs in treasury_labels(self.borrowers).items()},
            **coin_names(self.spec.economy.market, self.borrowers),
        )


def _fleets(draft: Draft) -> list[Fleet]:
    table = draft.table
    machine, borrower = table.fleet_machine.tolist(), table.fleet_borrower.tolist()
    columns = (machine, borrower, table.units.tolist(), table.cost.tolist(), list(table.age))
    return [Fleet(*row) for row in zip(*columns, strict=True)]


def _backing(borrower: BorrowerSpec) -> Backing:
    committed = sum(facility.commitment for facility in borrower.debt.facilities)
    return Backing(borrower.name, borrower.sponsor, borrower.guarantee, committed)


def _first_principal(settled: tuple[WaterfallTable, Base] | None, borrowers: int) -> list[int]:
    """Month of each borrower's first scheduled instalment; 0 where none is known."""
    if settled is None:
        return [0] * borrowers
    table = settled[0]
    months = [np.flatnonzero(table.instalment[table.facility_borrower == b].sum(axis=0)) for b in range(borrowers)]
    return [int(found[0]) if found.size else 0 for found in months]
