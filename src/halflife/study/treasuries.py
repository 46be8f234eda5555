"""The month of coins, network and treasuries on one path, for the story."""

from __future__ import annotations

from halflife.market import explain as on_market
from halflife.market import state as market
from halflife.study.scene import Scene, owned
from halflife.treasury import explain as on_treasury
from halflife.treasury import state as purse


def coins(scene: Scene) -> list[str]:
    """Tell coin prices and the hashprice once a quarter."""
    names = scene.deal.names
    if not scene.is_report or not names.coins:
        return []
    prices = [(name, float(row[market.PRICE])) for name, row in zip(names.coins, scene.now.coins, strict=True)]
    hashprice = float(scene.now.network[0, market.HASHPRICE]) if names.networks else None
    return [on_market.coins(prices, hashprice)]


def treasury(scene: Scene, b: int) -> list[str]:
    """Tell margin calls, sales, shares issued and debt converted."""
    table, names, now, said = scene.deal.plan.treasury, scene.deal.names, scene.now, list[str | None]()
    for p in owned(table.owner, b):
        mine = owned(table.holding_treasury, p)
        for i in (i for i in range(table.pledged.size) if int(table.loan_holding[i]) in mine):
            call, liquidation = float(table.margin_call[i]), float(table.liquidation[i])
            said.append(on_treasury.margin(names.coin_loans[i], float(now.loans[i, purse.LTV]), call, liquidation))
        for h in mine:
            coin = names.coins[int(table.holding_coin[h])]
            said.append(
                on_treasury.sale(coin, float(now.holdings[h, purse.SOLD]), float(now.holdings[h, purse.RAISED]))
            )
        price = float(now.purses[p, purse.SHARE_PRICE])
        said.append(on_treasury.issuance(float(now.purses[p, purse.ISSUED]), price))
        said.append(on_treasury.conversion(float(now.purses[p, purse.CONVERTED]), price))
    return [f"{words}." for words in said if words is not None]
