"""Where coins and shares meet debt: pledges against facilities, needs against cash, free coins as liquidity."""

from typing import Any

from halflife.collateral import state as value
from halflife.default import state as standing
from halflife.engine.plan import Plan
from halflife.engine.state import State
from halflife.foundation.backend import kernel
from halflife.market import state as market
from halflife.operations import state as business
from halflife.treasury import state as purse
from halflife.treasury.kernel import call_margin, convert, cover, keep_mined, price_shares
from halflife.treasury.state import Books, Claims, Market
from halflife.waterfall import state as debt
from halflife.waterfall.program import add_debt, add_dues
from halflife.waterfall.state import Inflow


@kernel
def manage(plan: Plan, state: State, paths: Any, seed: Any, t: int) -> None:
    """Live the month of every treasury: shares priced, notes converted, pledges tested, needs covered.

    Comes after the sale of seized machines and before the covenants: its cash enters this month's priority of payments.

    References
    ----------
    `treasury.kernel`.
    """
    if plan.treasury.owner.shape[0] > 0:
        pools, facilities, coins = state.waterfall.pools, state.waterfall.facilities, state.market.coins
        values, businesses, owed = state.collateral.values, state.operations.businesses, pools[:, debt.OUTSTANDING]
        defaulted, table = state.default.standing[:, standing.DEFAULTED], plan.treasury
        now = Market(
            coins[:, market.PRICE],
            coins[:, market.COIN_NOISE],
            plan.market.coin_volume,
            state.market.economy[0, market.IS_OPEN],
        )
        claims = Claims(
            facilities[:, debt.BALANCE],
            facilities[:, debt.ACCRUED],
            facilities[:, debt.OVERDUE],
            facilities[:, debt.ARREARS],
            facilities[:, debt.DRAWN],
            facilities[:, debt.DRAW],
            facilities[:, debt.PAID_PRINCIPAL],
            facilities[:, debt.PAID_INTEREST],
            facilities[:, debt.SETTLED],
            facilities[:, debt.RETURNED],
            plan.waterfall.commitment,
            plan.waterfall.maturity,
        )
        inflow = Inflow(
            businesses[:, business.REVENUE],
            businesses[:, business.OPEX],
            pools[:, debt.PROCEEDS],
            values[:, value.PAPER],
            values[:, value.ORDERLY],
        )
        books = Books(
            businesses[:, business.MINED],
            pools[:, debt.AVAILABLE],
            pools[:, debt.DUES],
            values[:, value.APPRAISED],
            pools[:, debt.CASH],
            owed,
            defaulted,
        )
        add_debt(plan.waterfall, state.waterfall, owed)
        price_shares(table, state.treasury, now, books, paths, seed, t)
        convert(table, state.treasury, claims, books, t)
        keep_mined(table, state.treasury, now, books)
        for i in range(table.pledged.shape[0]):
            call_margin(table, state.treasury, now, claims, books, i, t)
        add_dues(plan.waterfall, state.waterfall, inflow, defaulted, t)
        for b in range(pools.shape[0]):
            for k in range(pools.shape[-1]):
                cash = pools[b, debt.CASH, k] + inflow.revenue[b, k] + inflow.proceeds[b, k]
                pools[b, debt.AVAILABLE, k] = cash
        cover(table, state.treasury, now, claims, books)
        hand_over(plan, state)


@kernel
def hand_over(plan: Plan, state: State) -> None:
    """Put the treasuries' cash before the waterfall, and the value of free coins before the borrowing base.

    References
    ----------
    Our own.
    """
    pools, purses, holdings, coins = (
        state.waterfall.pools,
        state.treasury.purses,
        state.treasury.holdings,
        state.market.coins,
    )
    for p in range(plan.treasury.owner.shape[0]):
        b = plan.treasury.owner[p]
        for k in range(pools.shape[-1]):
            pools[b, debt.TREASURY, k] = 1.0 * purses[p, purse.FLOW, k]
            pools[b, debt.EQUITY, k] = pools[b, debt.EQUITY, k] + purses[p, purse.ISSUED, k]
            pools[b, debt.COINS, k] = 0.0
    for h in range(plan.treasury.free.shape[0]):
        b, c = plan.treasury.owner[plan.treasury.holding_treasury[h]], plan.treasury.holding_coin[h]
        for k in range(pools.shape[-1]):
            worth = holdings[h, purse.FREE, k] * coins[c, market.PRICE, k]
            pools[b, debt.COINS, k] = pools[b, debt.COINS, k] + worth


@kernel
def count_liquidity(plan: Plan, state: State) -> None:
    """Add to a borrower's liquidity what the documents count of its free coins.

    References
    ----------
    docs/glossary.md, *liquidity*.
    """
    pools = state.waterfall.pools
    for p in range(plan.treasury.owner.shape[0]):
        b, share = plan.treasury.owner[p], plan.treasury.counted[p]
        for k in range(pools.shape[-1]):
            pools[b, debt.LIQUIDITY, k] = pools[b, debt.LIQUIDITY, k] + share * pools[b, debt.COINS, k]
