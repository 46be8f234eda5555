"""Selling seized machines into a thin market, month by month.

Every month: what each fleet offers is summed by seller and by machine type, buyers take what they can install, and all
who sell one type in one month get that month's average price, as far as they share a market.
"""

from typing import Any

from halflife.foundation.backend import Number, both, floor, kernel, maximum, minimum, where
from halflife.foundation.elementary import exp
from halflife.liquidation.state import (
    AT_HAND,
    COSTS,
    CREDIT,
    DEPTH,
    MARK,
    OFFER,
    OFFERED,
    OVERPAID,
    PRESSURE,
    PRICE,
    PROCEEDS,
    SINCE,
    SOLD,
    SPENT,
    TAKEN,
    UNPAID,
    LiquidationState,
    Seized,
)
from halflife.liquidation.table import GOING_CONCERN, LiquidationTable

EVERYTHING = 1e18
"""Machines: more than anybody has."""


@kernel
def average_price(pressure: Number, units: Number, depth: Number, floor: Number) -> Number:
    """Average price share while `units` are sold on top of the pressure of earlier sales.

    The marginal price is ``floor + (1 - floor) exp(-q / ((1 - floor) depth))``, q the units already sold.

    References
    ----------
    Cont and Schaanning (2017), bounded exponential impact with an outside user's value as floor.
    """
    room = 1.0 - floor
    scale = room * depth + 1e-9
    steps = units / scale
    mean = where(steps > 1e-6, (1.0 - exp(-steps)) / where(steps > 1e-6, steps, 1.0), 1.0 - 0.5 * steps)
    return floor + room * exp(-pressure / scale) * mean


@kernel
def marginal_price(pressure: Number, depth: Number, floor: Number) -> Number:
    """Price share of one more machine under the pressure of earlier sales; exactly 1 without any.

    References
    ----------
    As `average_price`; `instruments.impact.bounded_exponential`.
    """
    room = 1.0 - floor
    return 1.0 - room * (1.0 - exp(-pressure / (room * depth + 1e-9)))


@kernel
def felt(own: Number, heard: float, everybody: Number, strength: float) -> Number:
    """What a seller feels of its own and of others' selling: ``own + strength (everybody - heard x own)``.

    `heard` says whether its own selling counts in everybody's; 0 only where a study asks what it does to others.

    References
    ----------
    Our own: 0 is a market of its own, 1 a market shared by all.
    """
    return own + strength * (everybody - own)


@kernel
def measure_since(since: Any, defaulted: Any, month: Any, owed: Any, t: int) -> None:
    """Write the months since acceleration while debt is outstanding, -1 otherwise.

    Parameters
    ----------
    since : [lane], written;  defaulted : [lane], flag;  month : [lane], of default;  owed : [lane], USD

    References
    ----------
    Our own.
    """
    for k in range(since.shape[-1]):
        since[k] = where(both(defaulted[k] > 0.5, owed[k] > 0.01), t - month[k], -1.0)


@kernel
def start(state: LiquidationState) -> None:
    """Begin with markets on which nobody has sold.

    References
    ----------
    Our own.
    """
    markets = state.markets
    for g in range(markets.shape[0]):
        for k in range(markets.shape[-1]):
            markets[g, MARK, k] = 1.0


@kernel
def open_month(table: LiquidationTable, state: LiquidationState) -> None:
    """Let the pressure of earlier sales fade and clear the month's sums.

    References
    ----------
    Our own: a constant share of the pressure fades each month.
    """
    sellers, markets = state.sellers, state.markets
    for s in range(sellers.shape[0]):
        fading = table.fading[table.seller_machine[s]]
        for k in range(sellers.shape[-1]):
            sellers[s, PRESSURE, k] = sellers[s, PRESSURE, k] * fading
            sellers[s, OFFERED, k] = 0.0
            sellers[s, TAKEN, k] = 0.0
    for g in range(markets.shape[0]):
        fading = table.fading[g]
        for k in range(markets.shape[-1]):
            markets[g, PRESSURE, k] = markets[g, PRESSURE, k] * fading
            markets[g, OFFERED, k] = 0.0
            markets[g, TAKEN, k] = 0.0


@kernel
def offer(
    table: LiquidationTable,
    state: LiquidationState,
    f: int,
    g: int,
    b: int,
    units: float,
    seized: Seized,
    is_last: bool,
) -> None:
    """Offer what is due of fleet f this month, if the lenders are selling: even parts of what is left.

    Parameters
    ----------
    units : machines of the fleet
    is_last : the workout ends with this month, and everything goes

    References
    ----------
    The schedule is our own; the number of months is found in `liquidation.schedule`.
    """
    sales, sellers, markets, s = state.sales, state.sellers, state.markets, table.seller[f]
    wait, heard = table.seize[b] + table.step_in[b], table.heard[s]
    calm, announced = table.months_calm[f], table.months_announced[f]
    is_whole = table.policy[b] == GOING_CONCERN
    weight, most = 0.0 if is_whole else 1.0, 1.0 if is_whole or is_last else EVERYTHING
    for k in range(sales.shape[-1]):
        machines = units * seized.delivered[f, k] * seized.held[f, k]
        since = sales[f, SINCE, k]
        months = where(seized.announced[f, k] > 0.5, announced, calm)
        left = minimum(most, maximum(1.0, months - (since - wait - 1.0)))
        offered = where(since > wait, machines / left, 0.0)
        sales[f, AT_HAND, k] = machines
        sales[f, OFFER, k] = offered
        sellers[s, OFFERED, k] = sellers[s, OFFERED, k] + weight * offered
        markets[g, OFFERED, k] = markets[g, OFFERED, k] + weight * heard * offered


@kernel
def ration(table: LiquidationTable, state: LiquidationState, f: int, g: int, b: int, is_last: bool) -> None:
    """Give fleet f its share of what buyers can install, in whole units of sale.

    References
    ----------
    Our own: pro rata of the offers; room that does not make a whole unit is kept for next month.
    """
    sales, sellers, markets, s = state.sales, state.sellers, state.markets, table.seller[f]
    is_whole = table.policy[b] == GOING_CONCERN
    weight, most, strength, lot = 0.0 if is_whole else 1.0, EVERYTHING, table.impact[g], table.lot[g]
    heard = table.heard[s]
    absorbs = most if is_whole or is_last else table.absorption[g]
    for k in range(sales.shape[-1]):
        offered, own = sales[f, OFFER, k], sellers[s, OFFERED, k]
        asked = felt(own, heard, markets[g, OFFERED, k], strength)
        sales[f, SOLD, k] = where(asked <= absorbs, offered, absorbs * (offered / maximum(asked, 1e-9)))
    if lot > 1.0:
        for k in range(sales.shape[-1]):
            machines = sales[f, AT_HAND, k]
            credit = where(sales[f, OFFER, k] > 0.0, sales[f, CREDIT, k] + sales[f, SOLD, k], 0.0)
            in_lots = minimum(machines, floor(credit / lot + 1e-9) * lot)
            sold = where(credit >= machines, machines, in_lots)
            sales[f, CREDIT, k] = credit - sold
            sales[f, SOLD, k] = sold
    for k in range(sales.shape[-1]):
        sold = weight * sales[f, SOLD, k]
        sellers[s, TAKEN, k] = sellers[s, TAKEN, k] + sold
        markets[g, TAKEN, k] = markets[g, TAKEN, k] + heard * sold


@kernel
def measure_depth(table: LiquidationTable, state: LiquidationState, f: int, g: int, age: Any, announced: Any) -> None:
    """Write the depth that fleet f meets: less after a successor's announcement, and less with age.

    Parameters
    ----------
    age : [lane], months;  announced : [lane], flag

    References
    ----------
    Our own: an exponential fall with age.
    """
    sales, depth, after, fall = state.sales, table.depth[g], table.depth_after[g], table.depth_fall[g]
    for k in range(sales.shape[-1]):
        sales[f, DEPTH, k] = where(announced[k] > 0.5, depth * after, depth)
    if fall > 0.0:
        for k in range(sales.shape[-1]):
            sales[f, DEPTH, k] = sales[f, DEPTH, k] * exp(-fall * age[k])


@kernel
def sell(table: LiquidationTable, state: LiquidationState, f: int, g: int, b: int, seized: Seized) -> None:
    """Price what fleet f has sold and take the cost of the sale and of the queue out of it.

    References
    ----------
    `average_price`. Proceeds, costs and discount add up to the appraised value sold; cost beyond the price is not
    paid, and storage beyond the month's proceeds is owed.
    """
    measure_depth(table, state, f, g, seized.age[f], seized.announced[f])
    sales, sellers, markets, s = state.sales, state.sellers, state.markets, table.seller[f]
    strength, heard, least, whole = table.impact[g], table.heard[s], table.floor[g], table.whole[g]
    cost, unit_cost, storage, carry = table.sale_cost[b], table.unit_cost[b], table.storage[b], table.carry[b]
    wait = table.seize[b] + table.step_in[b]
    for k in range(sales.shape[-1]):
        pressure = felt(sellers[s, PRESSURE, k], heard, markets[g, PRESSURE, k], strength)
        taken = felt(sellers[s, TAKEN, k], heard, markets[g, TAKEN, k], strength)
        price = average_price(pressure, taken, sales[f, DEPTH, k], least) * whole
        worth, sold = seized.worth[f, k], sales[f, SOLD, k]
        queue = where(sales[f, SINCE, k] > wait, sales[f, AT_HAND, k] - sold, 0.0)
        bill = sales[f, UNPAID, k] + (storage + carry * worth) * queue
        earned = sold * maximum(0.0, worth * price * (1.0 - cost) - unit_cost)
        paid = minimum(bill, earned)
        sales[f, PRICE, k] = price
        sales[f, PROCEEDS, k] = earned - paid
        sales[f, COSTS, k] = sold * minimum(worth * price, worth * price * cost + unit_cost) + paid
        sales[f, UNPAID, k] = bill - paid


@kernel
def sell_to_backstop(table: LiquidationTable, state: LiquidationState, f: int, g: int, b: int, worth: Any) -> None:
    """Let the buyer of last resort take what fleet f offers, where the market pays less than its price.

    It buys at once whatever is offered, as long as its money lasts, so that less reaches the market.

    Parameters
    ----------
    worth : [lane], appraised USD per machine

    References
    ----------
    Our own, after the lender of last resort of Bagehot (1873): at a stated price, and up to a stated amount.
    """
    sales, sellers, markets, backstop = state.sales, state.sellers, state.markets, state.backstop
    s, floor_price, size = table.seller[f], table.backstop_price[0], table.backstop_size[0]
    heard, cost, unit_cost = table.heard[s], table.sale_cost[b], table.unit_cost[b]
    for k in range(sales.shape[-1]):
        price, sold = sales[f, PRICE, k], sales[f, SOLD, k]
        each, market = worth[k] * floor_price, worth[k] * price
        most = maximum(0.0, size - backstop[0, SPENT, k]) / maximum(each, 1e-9)
        bought = where(price < floor_price, minimum(sales[f, OFFER, k], most), 0.0)
        spared = minimum(bought, sold)
        gained = bought * maximum(0.0, each * (1.0 - cost) - unit_cost)
        missed = spared * maximum(0.0, market * (1.0 - cost) - unit_cost)
        borne = bought * minimum(each, each * cost + unit_cost) - spared * minimum(market, market * cost + unit_cost)
        total = sold - spared + bought
        mixed = (price * (sold - spared) + floor_price * bought) / maximum(total, 1e-9)
        backstop[0, SPENT, k] = backstop[0, SPENT, k] + bought * each
        backstop[0, OVERPAID, k] = backstop[0, OVERPAID, k] + bought * (each - market)
        sales[f, PRICE, k] = where(bought > 0.0, mixed, price)
        sales[f, PROCEEDS, k] = sales[f, PROCEEDS, k] + gained - missed
        sales[f, COSTS, k] = sales[f, COSTS, k] + borne
        sales[f, SOLD, k] = total
        sellers[s, TAKEN, k] = sellers[s, TAKEN, k] - spared
        markets[g, TAKEN, k] = markets[g, TAKEN, k] - heard * spared


@kernel
def sell_whole(
    table: LiquidationTable,
    state: LiquidationState,
    f: int,
    b: int,
    seized: Seized,
    discount: float,
    appraised: Any,
    contracted: Any,
) -> None:
    """Price fleet f as part of a going concern: a share of its orderly value and of the contracts it serves.

    Parameters
    ----------
    discount : of an orderly sale
    appraised : [lane], USD, value of all the borrower's machines
    contracted : [lane], USD, contracted revenue still to come

    References
    ----------
    Our own: nothing is dismantled and nothing reaches the second-hand market, so neither depth nor floor enters.
    """
    sales, cost = state.sales, table.sale_cost[b]
    paid, premium = table.orderly_share[b] * (1.0 - discount), table.contract_share[b]
    for k in range(sales.shape[-1]):
        sold, worth = sales[f, SOLD, k], seized.worth[f, k]
        price = paid + premium * contracted[k] / maximum(appraised[k], 1.0)
        gross = sold * worth * price
        sales[f, PRICE, k] = price
        sales[f, PROCEEDS, k] = gross * (1.0 - cost)
        sales[f, COSTS, k] = gross * cost


@kernel
def deduct(state: LiquidationState, f: int, held: Any, delivered: Any, units: float) -> None:
    """Take the machines sold out of the share held.

    Parameters
    ----------
    held, delivered : [lane], shares;  units : machines of the fleet

    References
    ----------
    Our own.
    """
    sales = state.sales
    for k in range(sales.shape[-1]):
        machines, sold = units * delivered[k], sales[f, SOLD, k]
        held[k] = where(sold > 0.0, maximum(0.0, held[k] - sold / maximum(machines, 1e-9)), held[k])


@kernel
def close_month(table: LiquidationTable, state: LiquidationState, phase: Any) -> None:
    """Add the month's sales to the pressure and mark each market to it.

    Parameters
    ----------
    phase : [machine, lane], launch stages passed; the first is an announcement

    References
    ----------
    `marginal_price`.
    """
    sellers, markets, backstop = state.sellers, state.markets, state.backstop
    for s in range(sellers.shape[0]):
        for k in range(sellers.shape[-1]):
            sellers[s, PRESSURE, k] = sellers[s, PRESSURE, k] + sellers[s, TAKEN, k]
    for g in range(markets.shape[0]):
        for k in range(markets.shape[-1]):
            markets[g, PRESSURE, k] = markets[g, PRESSURE, k] + markets[g, TAKEN, k]
        if table.is_marked[g] == 1:
            depth, after, least = table.depth[g], table.depth_after[g], table.floor[g]
            for k in range(markets.shape[-1]):
                room = where(phase[g, k] > 0.5, depth * after, depth)
                price = marginal_price(markets[g, PRESSURE, k], room, least)
                rescue = where(backstop[0, SPENT, k] < table.backstop_size[0], 1.0 * table.backstop_price[0], 0.0)
                markets[g, MARK, k] = maximum(price, rescue)
