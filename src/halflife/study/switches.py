"""The four assumptions of infrastructure lending, each a switch on a plan that is already resolved.

The facility itself never changes: commitments, schedule, margin, covenants and the contract price stay those of the
documents.  What changes is the world in which it is paid.  Every switch says which numbers it changes and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from halflife.collateral.resolve import HOURS
from halflife.collateral.resolve import resolve as resolve_collateral
from halflife.collateral.spec import CollateralSpec
from halflife.collateral.table import CollateralTable
from halflife.engine.channels import ENDLESS
from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.foundation.axes import Floats
from halflife.foundation.errors import SpecError
from halflife.liquidation.table import SALE, STEP_IN
from halflife.operations.delivery import arrivals, book_and_age
from halflife.operations.table import SPOT, TAKE_OR_PAY, OperationsTable
from halflife.study.shapley import Coalition

CASH, LIFE, SUBSTITUTION, LIQUIDITY = "cash", "life", "substitution", "liquidity"
ASSUMPTIONS = (CASH, LIFE, SUBSTITUTION, LIQUIDITY)
"""Stable contracted cash; a long economic life; no technological substitution; liquid collateral at book."""
LAUNCHES = ("machine", "announcement", "availability", "deviation", "drop", "drop_deviation", "ramp", "stream")
NEVER_SHUT = 100.0
"""Log of a spread that no market reaches."""


@dataclass
class World:
    """One draw of a deal, in which assumptions can be held.

    Parameters
    ----------
    deal : as resolved, with none of them held
    life : years of economic life under the life assumption; None for the book life of the documents
    """

    deal: Deal
    life: float | None
    _tables: dict[tuple[bool, bool], CollateralTable] = field(default_factory=dict)
    _books: dict[tuple[bool, bool], CollateralTable] = field(default_factory=dict)

    def plan(self, held: Coalition) -> Plan:
        """Return the plan under some of the assumptions; with none, the deal's own."""
        plan = self.deal.plan
        if CASH in held:
            plan = stable_cash(plan)
        if LIFE in held:
            plan = long_life(plan, self.deal, self.life)
        if SUBSTITUTION in held:
            plan = no_substitution(plan)
        key = (LIFE in held, SUBSTITUTION in held)
        plan = plan._replace(collateral=self.values(*key))
        if LIQUIDITY not in held:
            return plan
        plan = liquid_collateral(plan, self._books.get(key), keeps_contract=CASH in held)
        self._books = {key: plan.collateral}
        return plan

    def values(self, has_life: bool, has_no_successors: bool) -> CollateralTable:
        """Return machine values under two of the assumptions, worked out once: the costly part of a switch."""
        key = (has_life, has_no_successors)
        if key not in self._tables:
            self._tables[key] = self.deal.plan.collateral if not any(key) else self._revalue(*key)
        return self._tables[key]

    def _revalue(self, has_life: bool, has_no_successors: bool) -> CollateralTable:
        """Value the machines as buyers would in the changed market."""
        plan, specs = self.deal.plan, list(self.deal.spec.economy.collateral)
        ages = {spec.machine: spec.hedonic_age for spec in specs}
        if has_life:
            caps = dict(zip(self.deal.names.machines, 12.0 * slow_drift(plan, self.deal, self.life), strict=True))
            ages = {machine: min(age, max(caps[machine], 0.0)) for machine, age in ages.items()}
            plan = long_life(plan, self.deal, self.life)
            specs = [_lasting(spec, max(_lives(self.deal, self.life, spec.machine))) for spec in specs]
        if has_no_successors:
            ages = dict.fromkeys(ages, 0.0)
            plan = no_substitution(plan)
        specs = [spec.model_copy(update={"hedonic_age": ages[spec.machine]}) for spec in specs]
        findings: list[Any] = []
        power = {machine.name: machine.draw for machine in self.deal.spec.economy.market.machines}
        ordered = {name: power[name] for name in self.deal.names.machines}
        table = resolve_collateral(specs, plan.market, ordered, self.deal.grid, findings, lambda path: path)
        if table is None:
            raise SpecError(findings)
        return table


def _lasting(spec: CollateralSpec, years: float) -> CollateralSpec:
    """The machine that neither wears out nor reaches its physical end before its economic life is over."""
    return spec.model_copy(update={"physical_decay": 0.0, "physical_life": max(spec.physical_life, years)})


def stable_cash(plan: Plan) -> Plan:
    """Hold assumption 1: contracted cash is certain for the life of the debt.

    It changes, and nothing else:

    - contracts run for as long as debt is owed, a workout included, at their price, and are neither renegotiated nor
      ended by the borrower's default; machines without one are let at today's realised market rent and use
    - deliveries come on the day (no delay)
    - no party fails: operator, offtaker, sponsor, guarantor, vendor
    - SOFR stays on its curve and power at its price; the refinancing market is open, and asks no cover beyond what
      the contract gives

    Rents and machine values keep moving: they no longer reach the cash, but they reach the collateral.
    """
    market, parties, tests = plan.market, plan.counterparties, plan.default
    return plan._replace(
        market=market._replace(
            rate_noise=sealed([0.0]),
            power_noise=sealed([0.0]),
            spread_noise=sealed([0.0]),
            spread_shut=sealed([NEVER_SHUT]),
        ),
        counterparties=parties._replace(
            hazard=sealed(0.0 * parties.hazard),
            base=sealed(0.0 * parties.base),
            distress=sealed(0.0 * parties.distress),
            cash=sealed(np.where(parties.is_venture > 0, ENDLESS, parties.cash)),
        ),
        operations=_contracted(plan),
        default=tests._replace(least_dscr=sealed(0.0 * tests.least_dscr)),
    )


def _contracted(plan: Plan) -> OperationsTable:
    """Every machine under contract from its delivery for as long as debt may be owed."""
    table, fleet, owner = plan.operations, plan.operations.contract_fleet, plan.operations.contract_borrower
    is_open, in_term = table.kind == SPOT, table.delivered[fleet]
    posted = np.exp(plan.market.rental + plan.market.deviation_start)
    rent = (plan.market.realisation * posted)[table.fleet_machine[fleet]]
    price = np.where(is_open[:, None], rent[:, None], table.price)
    use = np.where(is_open, table.release_use[owner], table.use)
    committed = np.where(is_open, table.release_use[owner], table.committed)
    cash = price * in_term * (HOURS * table.contract_units * committed * table.cash_share)[:, None]
    later = np.cumsum(cash[:, :0:-1], axis=1)[:, ::-1]
    return table._replace(
        kind=_counts(np.where(is_open, TAKE_OR_PAY, table.kind)),
        price=sealed(price),
        committed=sealed(committed),
        use=sealed(use),
        in_term=sealed(in_term),
        released=sealed(0.0 * in_term),
        remaining=sealed(np.concatenate((later, np.zeros((later.shape[0], 1))), axis=1)),
        terminates=_counts(0 * table.terminates),
        renegotiate_chance=sealed(0.0 * table.renegotiate_chance),
        delay=sealed(0.0 * table.delay),
        delay_deviation=sealed(0.0 * table.delay_deviation),
    )


def long_life(plan: Plan, deal: Deal, years: float | None) -> Plan:
    """Hold assumption 2: the machines have an economic life of decades.

    Economic life is the time for which rent covers running cost.  So the assumption is about rents, and it changes:

    - the fall of the rent with age is at most the one at which the trend of a buyer's rent meets running cost at the
      end of that life; successors still launch and take what they take
    - the paper value is written off over that life, unless the documents give it longer
    - machines do not wear out (physical decay), and buyers count on them for that long

    Parameters
    ----------
    years : of economic life; None for the book life of the documents
    """
    grid, drift = deal.grid, slow_drift(plan, deal, years)
    specs = [(b, f) for b in sorted(deal.spec.borrowers, key=lambda b: b.name)
             for f in sorted(b.operations.fleets, key=lambda f: f.name)]  # fmt: skip
    book = [
        book_and_age(arrivals(fleet, grid), max(fleet.book_life, _months(years, fleet.book_life)), grid.months)[0]
        for _, fleet in specs
    ]
    return plan._replace(
        market=plan.market._replace(drift=sealed(drift)),
        operations=plan.operations._replace(book=sealed(np.array(book)), decay=sealed(0.0 * plan.operations.decay)),
    )


def slow_drift(plan: Plan, deal: Deal, years: float | None) -> Floats:
    """Fall of the log rent per month, ``[machine]``, at most the one that a life of so many years allows."""
    specs, drift = {spec.machine: spec for spec in deal.spec.economy.collateral}, plan.market.drift.copy()
    for g, machine in enumerate(deal.names.machines):
        spec = specs[machine]
        rent = HOURS * spec.use * spec.realisation * float(np.exp(plan.market.rental[g]))
        ahead = max(float(np.log(rent / deal.plan.collateral.cost[g])), 0.0)
        drift[g] = min(drift[g], ahead / (12.0 * min(_lives(deal, years, machine))))
    return np.asarray(drift, dtype=np.float64)


def _lives(deal: Deal, years: float | None, machine: str) -> list[float]:
    """Economic lives in years of the fleets of one machine type; those nobody owns live by the longest book."""
    fleets = [fleet for borrower in deal.spec.borrowers for fleet in borrower.operations.fleets]
    own = [fleet.book_life for fleet in fleets if fleet.machine == machine] or [fleet.book_life for fleet in fleets]
    return [_months(years, months) / 12.0 for months in own]


def _months(years: float | None, book: int) -> int:
    return book if years is None else round(12.0 * years)


def no_substitution(plan: Plan) -> Plan:
    """Hold assumption 3: nothing newer makes the machine cheaper to do without.

    No successor is announced or launched, and the trend of rents does not fall.  The cycle of the market, its
    noise and the law of its shocks stay: they are price risk, not substitution.
    """
    market = plan.market
    gone: dict[str, Any] = {f"launch_{name}": getattr(market, f"launch_{name}")[:0] for name in LAUNCHES}
    return plan._replace(market=market._replace(drift=sealed(np.minimum(market.drift, 0.0)), **gone))


def liquid_collateral(plan: Plan, made: CollateralTable | None = None, *, keeps_contract: bool = False) -> Plan:
    """Hold assumption 4: whatever is seized is sold at once, for no less than its book value.

    A machine is worth its straight-line paper value, on the undelayed calendar, or what a buyer appraises it at where
    that is more: an assumption that lenders rely on must not hurt them.  Buyers take any number in the month after
    acceleration, at no discount, cost or price impact, and nobody waits: no time to seize, no step-in.  A refinancing
    looks at the same value.  Fleets of one machine type share one book value, their mean; running cost in the
    appraisal stays at today's power price, so that a book value does not move with power.

    Parameters
    ----------
    made : machine values that an earlier call made of the same plan, if they are at hand
    keeps_contract : contracted cash is certain, so that lenders do not give it away with the machines: where the
        documents say step-in or going concern they hold on as long as the documents say, and sell then
    """
    table, market = plan.operations, plan.liquidation
    machines, months = plan.collateral.cost.size, table.book.shape[1]
    none, one, many = (np.full(machines, x) for x in (0.0, 1.0, ENDLESS))
    fleets, owners = table.units.size, table.fixed.size
    sells = market.policy == SALE if keeps_contract else np.ones(owners, dtype=bool)
    return plan._replace(
        collateral=_at_book(plan) if made is None else made,
        liquidation=market._replace(
            depth=sealed(many), depth_after=sealed(one), depth_fall=sealed(none), fading=sealed(none),
            absorption=sealed(many), floor=sealed(one), lot=sealed(one), whole=sealed(one),
            forced_calm=sealed(np.ones((fleets, months))), forced_announced=sealed(np.ones((fleets, months))),
            forced_cost=sealed(np.zeros(fleets)), forced_carry=sealed(np.zeros(fleets)),
            months_calm=sealed(np.ones(fleets)), months_announced=sealed(np.ones(fleets)),
            policy=_counts(np.where(sells, SALE, STEP_IN)), seize=sealed(np.zeros(owners)),
            step_in=sealed(np.where(sells, 0.0, market.step_in)),
            sale_cost=sealed(np.zeros(owners)), unit_cost=sealed(np.zeros(owners)),
            storage=sealed(np.zeros(owners)), carry=sealed(np.zeros(owners)),
        ),
    )  # fmt: skip


def _at_book(plan: Plan) -> CollateralTable:
    """Machine values without discount or power, and with the book value as their floor."""
    nothing = sealed(np.zeros(plan.collateral.cost.size))
    return plan.collateral._replace(
        value=_at_least_book(plan), power=nothing, upkeep=plan.collateral.cost, orderly_discount=nothing
    )


def _at_least_book(plan: Plan) -> Floats:
    """The table of machine values with the book value of each month as its floor: ``[cell], USD per machine``."""
    table, values = plan.operations, plan.collateral
    ends, months = np.append(values.first[1:], values.value.size), table.book.shape[1]
    worth = np.empty_like(values.value)
    for g, (first, end) in enumerate(zip(values.first, ends, strict=True)):
        mine = table.fleet_machine == g
        here = (table.units[mine][:, None] * table.delivered[mine]).sum(axis=0)
        book = ((table.units * table.cost)[mine][:, None] * table.book[mine]).sum(axis=0)
        unit = np.divide(book, here, out=np.zeros(months), where=here > 0.0)
        rows = values.value[first:end].reshape(months, -1)
        np.maximum(rows, unit[:, None], out=worth[first:end].reshape(months, -1))
    worth.flags.writeable = False
    return worth


def sealed(numbers: Any) -> Floats:
    """Return a read-only copy for a table."""
    column = np.array(numbers, dtype=np.float64, order="C")
    column.flags.writeable = False
    return column


def _counts(numbers: Any) -> Any:
    counts = np.array(numbers, dtype=np.int64)
    counts.flags.writeable = False
    return counts
