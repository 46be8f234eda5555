"""Treasuries, month by month: mined coins, margin calls, issuance, sales, conversion."""

from typing import Any

from halflife.foundation.backend import Number, both, either, kernel, maximum, minimum, sqrt, to_word, where
from halflife.foundation.elementary import exp
from halflife.foundation.streams import normal
from halflife.treasury.state import (
    ASSETS,
    CONVERTED,
    FLOW,
    FREE,
    IMPACT,
    ISSUED,
    KEPT,
    LEFT,
    LENT,
    LTV,
    NEED,
    PLEDGED,
    PREMIUM,
    RAISED,
    REPAID,
    SEIZED,
    SHARE_PRICE,
    SHARES,
    SOLD,
    STANDS,
    Books,
    Claims,
    Market,
    TreasuryState,
)
from halflife.treasury.table import PLEDGE, SELL_ALL, SELL_TO_COVER, TreasuryTable

DAYS = 30.4375
"""Days of a month: coins trade on every one of them."""
AVERAGE = 2.0 / 3.0
"""A sale under the square-root law pays, on average over its parts, two thirds of its final impact."""
CENT = 0.01
ROUNDING = 1e-9
"""Share of a pledge that is no shortfall of it."""
ITERATIONS = 6


@kernel
def raise_by(amount: Number, impact: Number) -> Number:
    """USD that a sale of coins worth `amount` brings.

    Parameters
    ----------
    impact : average fall of the price per root USD sold

    References
    ----------
    Donier and Bonart (2015), arXiv 1412.4503: the square root.
    """
    return amount * maximum(0.0, 1.0 - impact * sqrt(amount))


@kernel
def amount_for(wanted: Number, worth: Number, impact: Number) -> Number:
    """Worth of the coins to sell so that the sale brings `wanted`; all of them, or what brings most, if it cannot.

    Notes
    -----
    Newton's method for ``s^2 - impact s^3 = wanted`` in the root s of the amount, kept between ``sqrt(wanted)`` and
    the peak.

    References
    ----------
    `raise_by`.
    """
    peak = 2.0 / (3.0 * maximum(impact, 1e-15))
    least = minimum(sqrt(wanted), peak)
    s = 1.0 * least
    for _ in range(ITERATIONS):
        left = wanted - s * s * (1.0 - impact * s)
        s = minimum(peak, maximum(least, s + left / maximum(1e-6, s * (2.0 - 3.0 * impact * s))))
    return minimum(worth, s * s)


@kernel
def measure_impact(market: Market, c: int, k: int) -> Number:
    """Average fall of coin c's price per root USD sold within the month.

    References
    ----------
    Donier and Bonart (2015): fall = daily volatility x root of (sold / turnover of a day).
    """
    return AVERAGE * market.noise[c, k] / sqrt(DAYS * market.volume[c] * market.price[c, k])


@kernel
def start(table: TreasuryTable, state: TreasuryState) -> None:
    """Put holdings, pledges and shares at the valuation date.

    References
    ----------
    Our own.
    """
    purses, holdings, loans = state.purses, state.holdings, state.loans
    for p in range(table.owner.shape[0]):
        for k in range(purses.shape[-1]):
            purses[p, SHARES, k] = table.shares[p]
            purses[p, PREMIUM, k] = table.premium[p]
            purses[p, LEFT, k] = table.programme[p]
    for h in range(table.free.shape[0]):
        for k in range(holdings.shape[-1]):
            holdings[h, FREE, k] = table.free[h]
    for i in range(table.pledged.shape[0]):
        for k in range(loans.shape[-1]):
            loans[i, PLEDGED, k] = table.pledged[i]


@kernel
def price_shares(
    table: TreasuryTable, state: TreasuryState, market: Market, books: Books, paths: Any, seed: Any, t: int
) -> None:
    """Price the shares: net asset value per share times this month's premium.

    References
    ----------
    Our own; the premium is an Ornstein-Uhlenbeck factor in logs.
    """
    purses, month = state.purses, to_word(t)
    for p in range(table.owner.shape[0]):
        b = table.owner[p]
        for k in range(purses.shape[-1]):
            purses[p, ASSETS, k] = books.appraised[b, k] + books.liquidity[b, k] - books.debt[b, k]
    for h in range(table.free.shape[0]):
        p, c = table.holding_treasury[h], table.holding_coin[h]
        for k in range(purses.shape[-1]):
            purses[p, ASSETS, k] = purses[p, ASSETS, k] + state.holdings[h, FREE, k] * market.price[c, k]
    for i in range(table.pledged.shape[0]):
        h = table.loan_holding[i]
        p, c = table.holding_treasury[h], table.holding_coin[h]
        for k in range(purses.shape[-1]):
            purses[p, ASSETS, k] = purses[p, ASSETS, k] + state.loans[i, PLEDGED, k] * market.price[c, k]
    for p in range(table.owner.shape[0]):
        level, pull, noise = table.premium_level[p], table.premium_pull[p], table.premium_noise[p]
        stream = to_word(table.premium_stream[p])
        for k in range(purses.shape[-1]):
            z = normal(paths[k], month, stream, seed[0], seed[1])
            premium = level + (purses[p, PREMIUM, k] - level) * pull + noise * z
            assets = maximum(0.0, purses[p, ASSETS, k])
            purses[p, PREMIUM, k] = premium
            purses[p, ASSETS, k] = assets
            purses[p, SHARE_PRICE, k] = assets * exp(premium) / maximum(1.0, purses[p, SHARES, k])
            purses[p, CONVERTED, k] = 0.0 * premium


@kernel
def convert(table: TreasuryTable, state: TreasuryState, claims: Claims, books: Books, t: int) -> None:
    """Let holders take shares at maturity where these are worth more than the money.

    References
    ----------
    docs/glossary.md, *conversion*.
    """
    purses = state.purses
    for v in range(table.conversion_price.shape[0]):
        f, p, price = table.conversion_facility[v], table.conversion_treasury[v], table.conversion_price[v]
        b = table.owner[p]
        if t == claims.maturity[f]:
            for k in range(purses.shape[-1]):
                takes = both(purses[p, SHARE_PRICE, k] > price, books.defaulted[b, k] < 0.5)
                turned = where(takes, claims.balance[f, k], 0.0)
                claims.balance[f, k] = claims.balance[f, k] - turned
                claims.arrears[f, k] = where(takes, 0.0, claims.arrears[f, k])
                claims.settled[f, k] = claims.settled[f, k] + turned
                claims.returned[f, k] = claims.returned[f, k] + turned * purses[p, SHARE_PRICE, k] / price
                purses[p, SHARES, k] = purses[p, SHARES, k] + turned / price
                purses[p, CONVERTED, k] = purses[p, CONVERTED, k] + turned


@kernel
def keep_mined(table: TreasuryTable, state: TreasuryState, market: Market, books: Books) -> None:
    """Keep the stated share of the month's mining revenue in coins, at the month's price.

    References
    ----------
    Our own.
    """
    purses, holdings = state.purses, state.holdings
    for p in range(table.owner.shape[0]):
        b, share = table.owner[p], table.kept[p]
        for k in range(purses.shape[-1]):
            purses[p, KEPT, k] = where(books.defaulted[b, k] > 0.5, 0.0, share * books.mined[b, k])
            purses[p, ISSUED, k] = 0.0 * purses[p, KEPT, k]
    for h in range(table.free.shape[0]):
        p, c, goes = table.holding_treasury[h], table.holding_coin[h], table.mined[h]
        for k in range(holdings.shape[-1]):
            holdings[h, FREE, k] = holdings[h, FREE, k] + goes * purses[p, KEPT, k] / market.price[c, k]
            holdings[h, SOLD, k] = 0.0 * holdings[h, FREE, k]
            holdings[h, RAISED, k] = 0.0 * holdings[h, FREE, k]


@kernel
def call_margin(
    table: TreasuryTable, state: TreasuryState, market: Market, claims: Claims, books: Books, i: int, t: int
) -> None:
    """Test the pledge of coin loan i: call for more coins, sell down to the target, or sell it all.

    From `liquidation` on, and after a default, the lender sells what repays the loan with its interest and hands the
    rest back; at maturity the pledge repays the loan in the same way. What is pledged for a loan that is repaid is free
    again. From `margin_call` on free coins of the borrower are posted up to the target; a call that stays unmet for
    longer than the cure lets the lender sell down to the target.

    References
    ----------
    docs/glossary.md, *margin call*.
    """
    loans, holdings, f, h = state.loans, state.holdings, table.loan_facility[i], table.loan_holding[i]
    c, b = table.holding_coin[h], table.owner[table.holding_treasury[h]]
    call, target, most, cure = table.margin_call[i], table.target[i], table.liquidation[i], table.cure[i]
    is_due = t >= claims.maturity[f]
    for k in range(loans.shape[-1]):
        price, pledged, free = market.price[c, k], loans[i, PLEDGED, k], holdings[h, FREE, k]
        claim, worth, impact = (
            claims.balance[f, k] + claims.accrued[f, k],
            pledged * price,
            measure_impact(market, c, k),
        )
        owes = both(claim > CENT, pledged > 0.0)
        ltv = where(owes, claim / where(owes, worth, 1.0), 0.0)
        forced = both(owes, either(ltv >= most, books.defaulted[b, k] > 0.5))
        seizes = owes if is_due else forced
        calls = both(both(owes, ltv >= call), both(ltv < most, books.defaulted[b, k] < 0.5))
        lacking = (
            where(calls, 0.0 * worth, 0.0)
            if is_due
            else where(calls, maximum(0.0, claim / (target * price) - pledged), 0.0)
        )
        posted = minimum(free, lacking)
        unmet = posted < lacking * (1.0 - ROUNDING)
        stands = where(both(calls, unmet), loans[i, STANDS, k] + 1.0, 0.0)
        sells_down = stands > cure
        worth = worth + posted * price
        wanted = (claim - target * worth) / (1.0 - target)
        for _ in range(ITERATIONS):
            sold = minimum(worth, maximum(0.0, wanted))
            wanted = (claim - target * worth + sold * impact * sqrt(sold)) / (1.0 - target)
        sold = where(sells_down, minimum(worth, maximum(0.0, wanted)), 0.0)
        sold = where(seizes, amount_for(claim, worth, impact), sold)
        repaid = minimum(claim, raise_by(sold, impact))
        ends = either(seizes, claim <= CENT)
        released = where(ends, maximum(0.0, pledged + posted - sold / price), 0.0)
        interest = minimum(repaid, claims.accrued[f, k])
        principal = repaid - interest
        loans[i, LTV, k] = ltv
        loans[i, STANDS, k] = where(sells_down, 0.0, stands)
        loans[i, REPAID, k] = repaid
        loans[i, LENT, k] = 0.0 * repaid
        loans[i, IMPACT, k] = impact
        first = both(either(forced, sells_down), loans[i, SEIZED, k] < 0.5)
        loans[i, SEIZED, k] = where(first, 1.0 * t, loans[i, SEIZED, k])
        loans[i, PLEDGED, k] = where(ends, 0.0, maximum(0.0, pledged + posted - sold / price))
        holdings[h, FREE, k] = maximum(0.0, free - posted) + released
        claims.accrued[f, k] = claims.accrued[f, k] - interest
        claims.overdue[f, k] = minimum(claims.overdue[f, k], claims.accrued[f, k])
        claims.balance[f, k] = claims.balance[f, k] - principal
        claims.arrears[f, k] = minimum(claims.arrears[f, k], claims.balance[f, k])
        claims.paid_interest[f, k] = claims.paid_interest[f, k] + interest
        claims.paid_principal[f, k] = claims.paid_principal[f, k] + principal


@kernel
def issue(table: TreasuryTable, state: TreasuryState, market: Market, books: Books) -> None:
    """Find what is needed beyond cash, and sell new shares for it while the market takes them.

    References
    ----------
    Our own.
    """
    purses = state.purses
    for p in range(table.owner.shape[0]):
        b, monthly, least, cost = table.owner[p], table.monthly[p], table.least_premium[p], table.issue_cost[p]
        is_always = table.always[p] == 1
        for k in range(purses.shape[-1]):
            need = maximum(0.0, books.dues[b, k] - (books.cash[b, k] - purses[p, KEPT, k]))
            most = monthly * purses[p, SHARE_PRICE, k] * purses[p, SHARES, k]
            wanted = most if is_always else need / (1.0 - cost)
            takes = both(market.is_open[k] > 0.5, purses[p, PREMIUM, k] >= least)
            takes = both(takes, books.defaulted[b, k] < 0.5)
            gross = where(takes, minimum(minimum(wanted, most), purses[p, LEFT, k]), 0.0)
            new = gross / maximum(1e-9, purses[p, SHARE_PRICE, k])
            net = gross * (1.0 - cost)
            purses[p, SHARES, k] = purses[p, SHARES, k] + new
            purses[p, LEFT, k] = purses[p, LEFT, k] - gross
            purses[p, ISSUED, k] = net
            purses[p, FLOW, k] = net - purses[p, KEPT, k]
            purses[p, NEED, k] = maximum(0.0, need - net)


@kernel
def sell_coins(table: TreasuryTable, state: TreasuryState, market: Market, books: Books, h: int) -> None:
    """Sell free coins of holding h as its policy says; after a default all of them.

    References
    ----------
    `amount_for`.
    """
    holdings, purses, p, c = state.holdings, state.purses, table.holding_treasury[h], table.holding_coin[h]
    b, policy = table.owner[p], table.policy[h]
    covers, sells_all = policy == SELL_TO_COVER, policy == SELL_ALL
    for k in range(holdings.shape[-1]):
        price, impact = market.price[c, k], measure_impact(market, c, k)
        worth = holdings[h, FREE, k] * price
        cover = amount_for(purses[p, NEED, k], worth, impact)
        amount = worth if sells_all else (cover if covers else 0.0 * cover)
        amount = where(books.defaulted[b, k] > 0.5, worth, amount)
        raised = raise_by(amount, impact)
        holdings[h, FREE, k] = where(amount >= worth, 0.0, maximum(0.0, holdings[h, FREE, k] - amount / price))
        holdings[h, SOLD, k] = amount / price
        holdings[h, RAISED, k] = raised
        purses[p, FLOW, k] = purses[p, FLOW, k] + raised
        purses[p, NEED, k] = maximum(0.0, purses[p, NEED, k] - raised)


@kernel
def borrow_on_coins(
    table: TreasuryTable, state: TreasuryState, market: Market, claims: Claims, books: Books, h: int
) -> None:
    """Borrow what is needed on free coins of holding h, at the target loan to value, within the commitment.

    References
    ----------
    Our own.
    """
    holdings, purses, loans, i = state.holdings, state.purses, state.loans, table.lender[h]
    p, c, f, target = table.holding_treasury[h], table.holding_coin[h], table.loan_facility[i], table.target[i]
    b, commitment = table.owner[p], claims.commitment[f]
    for k in range(holdings.shape[-1]):
        price, free = market.price[c, k], holdings[h, FREE, k]
        claim = claims.balance[f, k] + claims.accrued[f, k]
        worth = (free + loans[i, PLEDGED, k]) * price
        room = maximum(0.0, minimum(target * worth - claim, commitment - claims.balance[f, k]))
        lent = where(books.defaulted[b, k] > 0.5, 0.0, minimum(purses[p, NEED, k], room))
        lent = where(loans[i, SEIZED, k] > 0.5, 0.0, lent)
        posted = minimum(free, maximum(0.0, (claim + lent) / (target * price) - loans[i, PLEDGED, k]))
        posted = where(lent > 0.0, posted, 0.0)
        claims.balance[f, k] = claims.balance[f, k] + lent
        claims.drawn[f, k] = claims.drawn[f, k] + lent
        claims.draw[f, k] = claims.draw[f, k] + lent
        loans[i, PLEDGED, k] = loans[i, PLEDGED, k] + posted
        loans[i, LENT, k] = lent
        holdings[h, FREE, k] = maximum(0.0, free - posted)
        purses[p, FLOW, k] = purses[p, FLOW, k] + lent
        purses[p, NEED, k] = maximum(0.0, purses[p, NEED, k] - lent)


@kernel
def cover(table: TreasuryTable, state: TreasuryState, market: Market, claims: Claims, books: Books) -> None:
    """Raise what the month needs: new shares first, then coins, holding by holding.

    References
    ----------
    The functions above.
    """
    issue(table, state, market, books)
    for h in range(table.free.shape[0]):
        if table.policy[h] == PLEDGE:
            borrow_on_coins(table, state, market, claims, books, h)
        sell_coins(table, state, market, books, h)
