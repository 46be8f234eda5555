"""The corridor: one month through all the rooms, in the order in which a payment month is lived.

This is the only place that knows the rooms' order. The same source runs compiled, `LANES` paths abreast, and as the
NumPy twin (`halflife.engine.twin`), bit for bit.
"""

from typing import Any

from halflife.collateral import state as value
from halflife.collateral.kernel import add_up, appraise
from halflife.collateral.kernel import open_month as open_collateral
from halflife.collateral.state import Cycle, Stock
from halflife.contagion import state as between
from halflife.contagion.kernel import open_refinancing, press
from halflife.contagion.kernel import start as start_contagion
from halflife.contagion.kernel import step as step_contagion
from halflife.contagion.state import Capacity, Distress
from halflife.counterparties import state as party
from halflife.counterparties.kernel import fall, infect
from halflife.counterparties.kernel import start as start_parties
from halflife.counterparties.kernel import step as step_parties
from halflife.covenants import state as covenant
from halflife.covenants.kernel import start as start_covenants
from halflife.covenants.kernel import step as step_covenants
from halflife.covenants.state import Position
from halflife.default import state as standing
from halflife.default.kernel import join_traps, test_refinancing
from halflife.default.kernel import step as step_default
from halflife.default.state import Evidence
from halflife.engine.ledger import EVERY as FAN_EVERY
from halflife.engine.outcome import remember_claim, remember_equity, settle
from halflife.engine.plan import Plan
from halflife.engine.seizure import enforce
from halflife.engine.state import State
from halflife.engine.treasuries import count_liquidity, manage
from halflife.foundation.backend import kernel
from halflife.liquidation import state as sale
from halflife.liquidation.kernel import start as start_sales
from halflife.market import state as market
from halflife.market.kernel import start as start_market
from halflife.market.kernel import step as step_market
from halflife.operations import state as business
from halflife.operations.kernel import deliver, give_back
from halflife.operations.kernel import open_month as open_operations
from halflife.operations.kernel import start as start_operations
from halflife.operations.kernel import step as step_operations
from halflife.operations.life import look_ahead
from halflife.operations.state import Prices
from halflife.treasury.kernel import start as start_treasuries
from halflife.waterfall import state as debt
from halflife.waterfall.kernel import accrue, draw, end_lease, gather, test_draws
from halflife.waterfall.kernel import close_month as close_waterfall
from halflife.waterfall.kernel import open_month as open_waterfall
from halflife.waterfall.kernel import start as start_waterfall
from halflife.waterfall.program import add_debt
from halflife.waterfall.program import run as run_waterfall
from halflife.waterfall.state import Backing, Inflow, Triggers


@kernel
def start(plan: Plan, state: State, paths: Any, seed: Any) -> None:
    """Put every room at the valuation date.

    Parameters
    ----------
    plan : Plan
    state : State
        Filled in place.
    paths : [lane], path numbers;  seed : (low, high) words of the seed

    References
    ----------
    The rooms' own `start`.
    """
    start_market(plan.market, state.market, paths, seed)
    start_parties(plan.counterparties, state.counterparties, paths, seed)
    start_operations(plan.operations, state.operations, paths, seed)
    start_covenants(state.covenants)
    start_waterfall(plan.waterfall, state.waterfall)
    start_contagion(plan.contagion, state.contagion)
    start_sales(state.liquidation)
    start_treasuries(plan.treasury, state.treasury)


@kernel
def trade(plan: Plan, state: State, paths: Any, seed: Any, t: int) -> None:
    """Move prices and people, take deliveries and draws, run the businesses.

    References
    ----------
    `market.step`, `counterparties.step`, `operations.step`.
    """
    economy, machines, pools = state.market.economy, state.market.machines, state.waterfall.pools
    standings, businesses = state.default.standing, state.operations.businesses
    between_all = state.contagion
    step_market(plan.market, state.market, paths, seed, t)
    press(plan.contagion, between_all, machines[:, market.RENT], machines[:, market.DEVIATION])
    open_refinancing(plan.contagion, between_all, economy[0, market.IS_OPEN])
    is_open = between_all.system[0, between.IS_OPEN]
    step_parties(plan.counterparties, state.counterparties, economy[0, market.SCORE], is_open, paths, seed, t)
    open_operations(state.operations)
    open_waterfall(state.waterfall)
    for f in range(plan.operations.units.shape[0]):
        deliver(plan.operations, state.operations, f, pools[:, debt.IS_STOPPED], t)
    for f in range(plan.waterfall.commitment.shape[0]):
        accrue(plan.waterfall, state.waterfall, f, economy[0, market.RATE], standings[:, standing.DEFAULTED], t)
    available = between_all.exposures[:, between.AVAILABLE]
    draw(plan.waterfall, state.waterfall, businesses[:, business.SPENT], pools[:, debt.IS_REFUSED], available, t)
    prices = Prices(
        machines[:, market.RENT], economy[0, market.POWER], plan.market.power_price[0], plan.market.realisation
    )
    alive = state.counterparties.parties[:, party.ALIVE]
    step_operations(plan.operations, state.operations, alive, standings[:, standing.DEFAULTED], prices, paths, seed, t)
    if t % FAN_EVERY == 0:
        look_ahead(plan.life, plan.operations, state.operations, alive, prices, t)


@kernel
def appraise_all(plan: Plan, state: State, t: int) -> None:
    """Value a machine of every fleet, send leased machines home whose lease ends, and add up what stays by borrower.

    References
    ----------
    `collateral.appraise`, `collateral.add_up`.
    """
    economy, machines, fleets = state.market.economy, state.market.machines, state.operations.fleets
    cycle = Cycle(
        economy[0, market.REGIME],
        economy[0, market.POWER],
        machines[:, market.DEVIATION],
        machines[:, market.FULL_DROP],
        machines[:, market.PHASE],
    )
    stock = Stock(
        fleets[:, business.AGE], fleets[:, business.BOOK], fleets[:, business.SHARE], fleets[:, business.HELD]
    )
    open_collateral(state.collateral)
    for f in range(plan.operations.units.shape[0]):
        g = plan.operations.fleet_machine[f]
        appraise(plan.collateral, state.collateral, f, g, plan.operations.decay[f], stock, cycle, t)
    end_leases(plan, state, t)
    for f in range(plan.operations.units.shape[0]):
        g, b = plan.operations.fleet_machine[f], plan.operations.fleet_borrower[f]
        units, price = plan.operations.units[f], plan.operations.cost[f]
        sale_cost, carry = plan.liquidation.sale_cost[b], plan.liquidation.forced_carry[f]
        forced = (
            plan.liquidation.forced_calm[f, t] * (1.0 - sale_cost) - carry,
            plan.liquidation.forced_announced[f, t] * (1.0 - sale_cost) - carry,
            plan.liquidation.forced_cost[f],
        )
        discount, marked = plan.collateral.orderly_discount[g], state.contagion.capacity[g, between.MARKED]
        add_up(state.collateral, f, b, units * price, units, discount, forced, marked, stock)


@kernel
def end_leases(plan: Plan, state: State, t: int) -> None:
    """Send leased machines home at the end of their lease, against its residual.

    References
    ----------
    `waterfall.end_lease`, `operations.give_back`.
    """
    fleets, worth, standings = state.operations.fleets, state.collateral.worth, state.default.standing
    parties = state.counterparties.parties
    for f in range(plan.waterfall.commitment.shape[0]):
        fleet, guarantor = plan.waterfall.lease_fleet[f], plan.waterfall.residual_party[f]
        if fleet >= 0 and t == plan.waterfall.maturity[f]:
            b, units = plan.waterfall.facility_borrower[f], plan.operations.units[fleet]
            discount = plan.collateral.orderly_discount[plan.operations.fleet_machine[fleet]]
            defaulted, returned = standings[b, standing.DEFAULTED], state.waterfall.facilities[f, debt.RETURNED]
            for k in range(returned.shape[-1]):
                machines = units * fleets[fleet, business.SHARE, k] * fleets[fleet, business.HELD, k]
                returned[k] = machines * worth[fleet, value.UNIT, k] * (1.0 - discount)
            alive = parties[guarantor, party.ALIVE] if guarantor >= 0 else defaulted
            recovery = plan.counterparties.recovery[guarantor] if guarantor >= 0 else 0.0
            end_lease(plan.waterfall, state.waterfall, f, returned, defaulted, alive, recovery, t)
            give_back(state.operations, fleet, defaulted)


@kernel
def test(plan: Plan, state: State, t: int) -> None:
    """Take the covenant tests, join the traps, and ask whether the debt could be refinanced.

    The tests see last month's closing debt, moved by this month's draws.

    References
    ----------
    `covenants.step`, `default.test_refinancing`.
    """
    pools, values, businesses = state.waterfall.pools, state.collateral.values, state.operations.businesses
    triggers = state.covenants.triggers
    guarantees = state.counterparties.guarantees
    owed = pools[:, debt.OUTSTANDING]
    add_debt(plan.waterfall, state.waterfall, owed)
    position = Position(
        businesses[:, business.CFADS],
        pools[:, debt.SERVICE],
        businesses[:, business.CONTRACTED],
        businesses[:, business.EXPECTED],
        owed,
        values[:, value.PAPER],
        values[:, value.APPRAISED],
        values[:, value.ORDERLY],
        values[:, value.COST],
        businesses[:, business.REMAINING],
        pools[:, debt.LIQUIDITY],
    )
    step_covenants(plan.covenants, state.covenants, position, t)
    join_traps(
        plan.default,
        state.default,
        triggers[:, covenant.TRAP_FLAG],
        businesses[:, business.TRAP_LEFT],
        businesses[:, business.LOST_CUSTOMER],
        guarantees[:, party.SPONSOR_ALIVE],
    )
    for b in range(pools.shape[0]):
        test_refinancing(
            plan.default,
            state.default,
            b,
            state.contagion.system[0, between.IS_OPEN],
            owed[b],
            values[b, value.ORDERLY],
            triggers[b, covenant.DSCR_VALUE],
        )


@kernel
def settle_month(plan: Plan, state: State, t: int) -> None:
    """Run the priority of payments, declare defaults, and note the outcome.

    References
    ----------
    `waterfall.run`, `default.step`, `engine.outcome`.
    """
    pools, values, businesses = state.waterfall.pools, state.collateral.values, state.operations.businesses
    triggers, standings = state.covenants.triggers, state.default.standing
    guarantees, discount = state.counterparties.guarantees, state.market.economy[0, market.DISCOUNT]
    flags = Triggers(
        standings[:, standing.TRAPS],
        triggers[:, covenant.SWEEP_FLAG],
        triggers[:, covenant.STOP_FLAG],
        standings[:, standing.DEFAULTED],
        standings[:, standing.MAY_REFINANCE],
    )
    inflow = Inflow(
        businesses[:, business.REVENUE],
        businesses[:, business.OPEX],
        pools[:, debt.PROCEEDS],
        values[:, value.PAPER],
        values[:, value.ORDERLY],
    )
    backing = Backing(
        guarantees[:, party.LIQUIDITY],
        guarantees[:, party.CAP],
        guarantees[:, party.IS_BOUND],
        guarantees[:, party.CALLED],
        guarantees[:, party.BACKER_ALIVE],
        guarantees[:, party.SPONSOR_ALIVE],
    )
    gather(plan.waterfall, state.waterfall, inflow, flags, t)
    run_waterfall(plan.waterfall, state.waterfall, inflow, flags, backing, t)
    close_waterfall(plan.waterfall, state.waterfall, flags, t)
    count_liquidity(plan, state)
    evidence = Evidence(
        pools[:, debt.SHORTFALL],
        triggers[:, covenant.DEFAULT_FLAG],
        pools[:, debt.MATURED],
        businesses[:, business.OPERATOR],
        state.contagion.links[:, between.CROSSED],
        pools[:, debt.DEBT],
        pools[:, debt.LIQUIDITY],
        values[:, value.ORDERLY],
    )
    step_default(plan.default, state.default, evidence, t)
    test_draws(plan.waterfall, state.waterfall, flags, guarantees[:, party.SPONSOR_ALIVE])
    for f in range(plan.waterfall.commitment.shape[0]):
        b, years = plan.waterfall.facility_borrower[f], plan.waterfall.accrual[f, t]
        remember_claim(
            state.outcome, f, state.waterfall.facilities, standings[b], pools[b, debt.OWED], years, discount, t
        )
    is_workout = True
    for f in range(plan.waterfall.commitment.shape[0]):
        is_workout = is_workout and t > plan.waterfall.maturity[f]
    for b in range(pools.shape[0]):
        remember_equity(state.outcome, b, pools, discount, is_workout)
        infect(plan.counterparties, state.counterparties, b, standings[:, standing.IS_NEW])


@kernel
def spread(plan: Plan, state: State, t: int) -> None:
    """Carry the month's failures to lenders, to the parties that borrowers are, and to next month's prices.

    References
    ----------
    `contagion.step`, `counterparties.fall`.
    """
    pools, standings = state.waterfall.pools, state.default.standing
    facilities, operations = state.waterfall.facilities, state.operations
    distress = Distress(
        standings[:, standing.DEFAULTED],
        pools[:, debt.DEBT],
        state.collateral.values[:, value.FORCED],
        facilities[:, debt.BALANCE],
        facilities[:, debt.ACCRUED],
    )
    capacity = Capacity(operations.contracts[:, business.IS_LIVE], operations.fleets[:, business.SHARE])
    step_contagion(plan.contagion, state.contagion, distress, capacity, state.liquidation.markets[:, sale.MARK], t)
    strength = plan.contagion.parties[0]
    if strength > 0.0:
        for r in range(plan.contagion.actor.shape[0]):
            b, c = plan.contagion.actor[r], plan.contagion.acts_as[r]
            fall(state.counterparties, c, standings[b, standing.IS_NEW], strength)


@kernel
def step(plan: Plan, state: State, paths: Any, seed: Any, t: int) -> None:
    """Live month t.

    References
    ----------
    The functions above, in this order.
    """
    trade(plan, state, paths, seed, t)
    appraise_all(plan, state, t)
    enforce(plan, state, t)
    manage(plan, state, paths, seed, t)
    test(plan, state, t)
    settle_month(plan, state, t)
    spread(plan, state, t)


@kernel
def finish(plan: Plan, state: State) -> None:
    """Close the accounts after the last month.

    References
    ----------
    `engine.outcome.settle`.
    """
    guarantees = state.counterparties.guarantees
    for f in range(plan.waterfall.commitment.shape[0]):
        b = plan.waterfall.facility_borrower[f]
        total = plan.contagion.committed[b]
        guarantor = plan.counterparties.guarantor[b]
        recovery = plan.counterparties.recovery[guarantor] if guarantor >= 0 else 0.0
        settle(
            state.outcome,
            f,
            state.waterfall.facilities,
            plan.waterfall.commitment[f] / total,
            recovery,
            guarantees[b, party.LIQUIDITY],
            guarantees[b, party.CAP],
            guarantees[b, party.IS_BOUND],
            guarantees[b, party.BACKER_ALIVE],
        )
