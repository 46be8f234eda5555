"""What lenders do with the machines of a defaulted borrower, fleet by fleet in one market."""

from halflife.collateral import state as value
from halflife.default import state as standing
from halflife.engine.plan import Plan
from halflife.engine.state import State
from halflife.foundation.backend import kernel
from halflife.liquidation import state as sale
from halflife.liquidation.kernel import close_month as close_sales
from halflife.liquidation.kernel import deduct, measure_since, offer, ration, sell, sell_to_backstop, sell_whole
from halflife.liquidation.kernel import open_month as open_sales
from halflife.liquidation.state import Seized
from halflife.liquidation.table import GOING_CONCERN
from halflife.market import state as market
from halflife.operations import state as business
from halflife.waterfall import state as debt


@kernel
def enforce(plan: Plan, state: State, t: int) -> None:
    """Sell what the lenders of defaulted borrowers have seized; the proceeds enter this month's waterfall.

    References
    ----------
    `liquidation.offer`, `ration` and `sell`: all offers of the month are known before any is priced.
    """
    fleets, worth, pools = state.operations.fleets, state.collateral.worth, state.waterfall.pools
    standings, sales = state.default.standing, state.liquidation.sales
    values, businesses = state.collateral.values, state.operations.businesses
    is_last = t == plan.market.rate_curve.shape[0] - 1
    seized = Seized(
        fleets[:, business.SHARE],
        fleets[:, business.HELD],
        fleets[:, business.AGE],
        worth[:, value.UNIT],
        worth[:, value.IS_ANNOUNCED],
    )
    for b in range(pools.shape[0]):
        for k in range(pools.shape[-1]):
            pools[b, debt.PROCEEDS, k] = 0.0
    open_sales(plan.liquidation, state.liquidation)
    for f in range(plan.operations.units.shape[0]):
        g, b, units = plan.operations.fleet_machine[f], plan.operations.fleet_borrower[f], plan.operations.units[f]
        since, owed = sales[f, sale.SINCE], pools[b, debt.DEBT]
        measure_since(since, standings[b, standing.DEFAULTED], standings[b, standing.MONTH], owed, t)
        offer(plan.liquidation, state.liquidation, f, g, b, units, seized, is_last)
    for f in range(plan.operations.units.shape[0]):
        g, b = plan.operations.fleet_machine[f], plan.operations.fleet_borrower[f]
        ration(plan.liquidation, state.liquidation, f, g, b, is_last)
    for f in range(plan.operations.units.shape[0]):
        g, b, units = plan.operations.fleet_machine[f], plan.operations.fleet_borrower[f], plan.operations.units[f]
        if plan.liquidation.policy[b] == GOING_CONCERN:
            sell_whole(
                plan.liquidation,
                state.liquidation,
                f,
                b,
                seized,
                plan.collateral.orderly_discount[g],
                values[b, value.APPRAISED],
                businesses[b, business.REMAINING],
            )
        else:
            sell(plan.liquidation, state.liquidation, f, g, b, seized)
            if plan.liquidation.backstop_price[0] > 0.0:
                sell_to_backstop(plan.liquidation, state.liquidation, f, g, b, seized.worth[f])
        deduct(state.liquidation, f, fleets[f, business.HELD], fleets[f, business.SHARE], units)
        for k in range(pools.shape[-1]):
            pools[b, debt.PROCEEDS, k] = pools[b, debt.PROCEEDS, k] + sales[f, sale.PROCEEDS, k]
    close_sales(plan.liquidation, state.liquidation, state.market.machines[:, market.PHASE])
