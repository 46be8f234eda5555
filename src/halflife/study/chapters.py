"""What each room has to tell of one month of one path: the rooms' own sentences, where there is news."""

from __future__ import annotations

import numpy as np

from halflife.collateral import explain as on_value
from halflife.collateral import state as value
from halflife.counterparties import explain as on_parties
from halflife.counterparties import state as party
from halflife.default import state as standing
from halflife.liquidation import state as sale
from halflife.market import explain as on_market
from halflife.market import state as market
from halflife.operations import explain as on_business
from halflife.operations import state as business
from halflife.operations.table import SPOT
from halflife.study.scene import SOME, Scene, owned
from halflife.waterfall import explain as on_debt
from halflife.waterfall import state as debt
from halflife.waterfall.table import JUNIOR


def prices(scene: Scene) -> list[str]:
    """Tell rents, regime and refinancing market once a quarter or when they turn; successors on their dates."""
    table, economy, t = scene.deal.plan.market, scene.now.economy[0], scene.t
    if scene.is_sold_out:
        return []
    said = []
    turned = any(scene.change("economy", 0, field) for field in (market.REGIME, market.IS_OPEN))
    if scene.is_report or turned:
        rents = tuple(
            on_market.rent(
                name, scene.now.machines[g, market.RENT], float(np.exp(table.rental[g] - table.drift[g] * t))
            )
            for g, name in enumerate(scene.deal.names.machines)
        )
        is_shortage = bool(economy[market.REGIME] > 0.5)
        said.append(on_market.month(rents, is_shortage, economy[market.SPREAD], float(table.spread_shut[0])))
    if t == 1 or scene.is_anniversary:
        said.append(on_market.rates_and_power(economy[market.RATE], economy[market.POWER]) + ".")
    return said + _successors(scene)


def _successors(scene: Scene) -> list[str]:
    machines = sorted(scene.deal.spec.economy.market.machines, key=lambda machine: machine.name)
    names = [f"{successor.name} (after {machine.name})" for machine in machines for successor in machine.successors]
    told = (
        on_market.successor(
            name, scene.t, row[market.ANNOUNCED], row[market.AVAILABLE], 1.0 - float(np.exp(row[market.LOG_DROP]))
        )
        for name, row in zip(names, scene.now.launches, strict=True)
    )
    return [f"{words}." for words in told if words is not None]


def people(scene: Scene) -> list[str]:
    """Tell who failed, who raised money, and once a year how the others stand."""
    table, now, said = scene.deal.plan.counterparties, scene.now.parties, list[str]()
    if scene.is_sold_out:
        return said
    written = sorted(scene.deal.spec.counterparties, key=lambda one: one.name)
    for c, spec in enumerate(written):
        if now[c, party.FAILED] == scene.t:
            said.append(on_parties.failure(spec.name, spec.roles, float(table.recovery[c])))
        elif now[c, party.ALIVE] > 0.5 and table.is_venture[c] == 1:
            said += _venture(scene, c)
        elif now[c, party.ALIVE] > 0.5 and scene.is_anniversary:
            said.append(on_parties.standing(spec.name, now[c, party.HAZARD], now[c, party.THRESHOLD]))
    return said


def _venture(scene: Scene, c: int) -> list[str]:
    table, name = scene.deal.plan.counterparties, scene.deal.names.parties[c]
    burn, cash = float(table.burn[c, scene.t]), float(scene.now.parties[c, party.CASH])
    left = float(scene.before.parties[c, party.CASH]) - burn
    is_open = bool(scene.now.economy[0, market.IS_OPEN] > 0.5)
    said = [on_parties.round_raised(name, left, cash)] if cash > left + SOME else []
    if said or scene.is_anniversary or (scene.is_report and cash < table.raise_below[c] * burn):
        said.append(on_parties.runway(name, cash, burn, is_open))
    return said


def guarantee(scene: Scene, b: int) -> list[str]:
    """Tell calls and the end of a borrower's guarantee, and what its failure does to its sponsor."""
    table, names, row = scene.deal.plan.counterparties, scene.deal.names, scene.now.guarantees[b]
    said = []
    if row[party.CALLED] > SOME:
        left = float(min(row[party.LIQUIDITY], row[party.CAP]))
        said.append(on_parties.guarantee(names.parties[table.guarantor[b]], float(row[party.CALLED]), left))
    if scene.change("guarantees", b, party.IS_BOUND) < 0:
        is_dated = bool(scene.t >= table.guarantee_end[b])
        said.append(on_parties.released(names.parties[table.guarantor[b]], is_dated=is_dated))
    sponsor = int(table.sponsor[b])
    if sponsor >= 0 and scene.now.standing[b, standing.IS_NEW] > 0.5:
        stress = scene.now.parties[sponsor, party.STRESS] / scene.before.parties[sponsor, party.STRESS]
        if stress > 1.0 and scene.now.parties[sponsor, party.ALIVE] > 0.5:
            said.append(on_parties.stressed(names.parties[sponsor], names.borrowers[b], float(stress)))
    return said


def deliveries(scene: Scene, b: int) -> list[str]:
    """Tell the month's machines."""
    table, said = scene.deal.plan.operations, []
    for f in owned(table.fleet_borrower, b):
        share = float(scene.now.fleets[f, business.SHARE])
        arrived = float(table.units[f]) * (share - float(scene.before.fleets[f, business.SHARE]))
        spent = float(scene.now.fleets[f, business.CAPEX])
        if arrived > SOME or (scene.t == 1 and share < 1.0):
            said.append(on_business.delivery(scene.deal.names.fleets[f], arrived, share, spent))
    return said


def contracts(scene: Scene, b: int) -> list[str]:
    """Tell a borrower's contracts when one begins, breaks, is cut or runs out, and once a year."""
    table, said = scene.deal.plan.operations, []
    for c in owned(table.contract_borrower, b):
        now, then = _contract(scene, c), _contract(scene, c, is_before=True)
        news = (
            now.is_live != then.is_live
            or now.repriced < then.repriced
            or (now.in_term < SOME) != (then.in_term < SOME)
            or (now.released < SOME) != (then.released < SOME)
        )
        has_machines = scene.machines_held(int(table.contract_fleet[c])) > SOME and table.contract_units[c] > 0.0
        if has_machines and (news or scene.t == 1 or scene.is_anniversary):
            is_spot = table.kind[c] == SPOT
            said.append(on_business.open_market(now) if is_spot else on_business.contract(now))
        turned = (now.rented < SOME) != (then.rented < SOME)
        if turned or (scene.is_anniversary and now.rented >= SOME):
            vendor = scene.deal.names.parties[table.vendor[c]]
            said.append(on_business.backstop(now, vendor, float(table.vendor_price[c])))
    return said


def _contract(scene: Scene, c: int, *, is_before: bool = False) -> on_business.Contract:
    """Machines of one contract row: in term, and earning the market rent."""
    deal, table, seen = scene.deal, scene.deal.plan.operations, scene.before if is_before else scene.now
    f, row = int(table.contract_fleet[c]), seen.contracts[c]
    fleet, is_live = seen.fleets[f], bool(row[business.IS_LIVE] > 0.5)
    held = float(table.contract_units[c]) * float(fleet[business.HELD])
    broken = float(fleet[business.SHARE]) if row[business.DOWNTIME] <= 0.0 else 0.0
    t = scene.t - 1 if is_before else scene.t
    return on_business.Contract(
        name=deal.names.contracts[c],
        customer=deal.names.parties[table.offtaker[c]] if table.offtaker[c] >= 0 else "the market",
        is_live=is_live,
        in_term=held * float(row[business.IN_TERM]),
        released=held * (float(row[business.RELEASED]) if is_live else broken) * (1.0 - float(row[business.LEANING])),
        price=float(table.price[c, t] * row[business.REPRICED]),
        repriced=float(row[business.REPRICED]),
        rented=float(row[business.RENTED]),
    )


def leases(scene: Scene, b: int) -> list[str]:
    """Tell what goes back to a lessor when its lease ends."""
    table, names, said = scene.deal.plan.waterfall, scene.deal.names, list[str]()
    for f in owned(table.facility_borrower, b):
        fleet, row = int(table.lease_fleet[f]), scene.now.facilities[f]
        if fleet < 0 or scene.t != table.maturity[f] or scene.before.standing[b, standing.DEFAULTED] > 0.5:
            continue
        before, guarantor = scene.before.fleets[fleet], int(table.residual_party[f])
        drawn, worth = float(row[debt.DRAWN]), float(row[debt.RETURNED])
        guaranteed = min(float(table.guaranteed[f]) * drawn, float(scene.before.facilities[f, debt.BALANCE]))
        end = on_debt.Return(
            machines=float(scene.deal.plan.operations.units[fleet] * before[business.SHARE] * before[business.HELD]),
            fleet=names.fleets[fleet],
            worth=worth,
            guaranteed=guaranteed,
            settled=float(row[debt.SETTLED]),
            owed=0.0 if guarantor >= 0 else max(0.0, guaranteed - worth),
            backed=float(row[debt.BACKED]),
        )
        said.append(on_debt.lease_end(names.facilities[f], end, names.parties[guarantor] if guarantor >= 0 else None))
    return said


def operations(scene: Scene, b: int) -> list[str]:
    """Tell revenue, cost and CFADS, and what becomes of the operator."""
    row, was, table = scene.now.businesses[b], scene.before.businesses[b], scene.deal.plan.operations
    is_contracted = row[business.CONTRACTED] > SOME or was[business.CONTRACTED] > SOME
    month = on_business.Business(
        revenue=float(row[business.REVENUE]),
        contracted=float(row[business.CONTRACTED]),
        expected=float(row[business.EXPECTED]) if is_contracted else 0.0,
        opex=float(row[business.OPEX]),
        cfads=float(row[business.CFADS]),
        operator=int(row[business.OPERATOR]),
        idle=float(row[business.IDLE]),
        backed=float(row[business.BACKED]),
    )
    is_idle = scene.is_sold_out or max(month.revenue, month.opex, month.expected) < SOME
    said = [] if is_idle else [on_business.business(month)]
    starts_again = month.operator == 1 and was[business.IDLE] > 0.0 and month.idle == 0.0
    if month.operator != int(was[business.OPERATOR]) or starts_again:
        words = on_business.operator(month, scene.deal.names.parties[table.operator[b]])
        said += [words] if words is not None else []
    return said + _life(scene, b)


def _life(scene: Scene, b: int) -> list[str]:
    """Tell loan life coverage once a year, on the senior debt at the month's end."""
    table = scene.deal.plan.waterfall
    own = owned(table.facility_borrower, b)
    senior = [f for f in own if table.kind[f] != JUNIOR] or own
    owed = float(sum(scene.now.facilities[f, debt.BALANCE] + scene.now.facilities[f, debt.ACCRUED] for f in senior))
    is_default = scene.now.standing[b, standing.DEFAULTED] > 0.5
    if not scene.is_anniversary or owed < SOME or is_default:
        return []
    return [on_business.life(float(scene.now.businesses[b, business.LIFE]), owed)]


def values(scene: Scene, b: int) -> list[str]:
    """Tell what the machines are worth once a quarter, and large moves at once."""
    fleets, row = owned(scene.deal.plan.operations.fleet_borrower, b), scene.now.values[b]
    held = sum(scene.machines_held(f) + float(scene.now.sales[f, sale.SOLD]) for f in fleets)
    if held < SOME:
        return []
    if scene.is_report:
        worths = (float(row[field]) for field in (value.APPRAISED, value.ORDERLY, value.FORCED, value.PAPER))
        return [on_value.worth(held, *worths)]
    told = (
        on_value.change(
            scene.deal.names.fleets[f], float(scene.before.worth[f, value.UNIT]), float(scene.now.worth[f, value.UNIT])
        )
        for f in fleets
        if scene.machines_held(f) > SOME
    )
    return [words for words in told if words is not None]
