"""What the lenders see of one month of one path: draws, tests, shortfalls, defaults, sales."""

from __future__ import annotations

from halflife.collateral import state as value
from halflife.counterparties import state as party
from halflife.covenants import explain as on_tests
from halflife.covenants import state as covenant
from halflife.covenants.resolve import CONSEQUENCES, TESTS
from halflife.default import explain as on_default
from halflife.default import state as standing
from halflife.liquidation import explain as on_sale
from halflife.liquidation import state as sale
from halflife.market import state as market
from halflife.operations import state as business
from halflife.study.scene import SOME, Scene, owned
from halflife.waterfall import explain as on_debt
from halflife.waterfall import state as debt
from halflife.waterfall.table import REVOLVER

TEST_NAMES = {code: name for name, code in TESTS.items()}
CONSEQUENCE_NAMES = {code: name for name, code in CONSEQUENCES.items()}

FULL = 0.9
"""Share of its target with which a reserve counts as full: targets move with every payment date."""


def purchases(scene: Scene, b: int) -> list[str]:
    """Tell who paid for the month's machines, and when deliveries stop."""
    facilities = owned(scene.deal.plan.waterfall.facility_borrower, b)
    now, before, pool = scene.now.facilities, scene.before.facilities, scene.now.pools[b]
    spent = float(scene.now.businesses[b, business.SPENT])
    lent = float(sum(now[f, debt.CAPEX_DRAWN] - before[f, debt.CAPEX_DRAWN] for f in facilities))
    equity = spent - lent
    stops = scene.change("pools", b, debt.IS_STOPPED) > 0 and not _is_complete(scene, b)
    told = [
        on_debt.purchase(spent, equity, is_stopped=False),
        on_debt.purchase(0.0, 0.0, is_stopped=True) if stops else None,
        on_debt.support(float(pool[debt.EQUITY]) - equity),
    ]
    return [words for words in told if words is not None]


def _is_complete(scene: Scene, b: int) -> bool:
    fleets = owned(scene.deal.plan.operations.fleet_borrower, b)
    return all(scene.now.fleets[f, business.SHARE] >= 1.0 for f in fleets)


def facilities(scene: Scene, b: int) -> list[str]:
    """Tell each facility when it draws or matures, what it repaid once a quarter, and once a year how it stands."""
    table, names, now = scene.deal.plan.waterfall, scene.deal.names, scene.now.facilities
    said, is_default = list[str](), scene.before.standing[b, standing.DEFAULTED] > 0.5
    for f in owned(table.facility_borrower, b):
        row, owed = now[f], float(scene.before.facilities[f, debt.BALANCE])
        is_told = scene.is_report and row[debt.PAID_PRINCIPAL] > SOME
        if row[debt.DRAW] > SOME or is_told or (scene.is_anniversary and owed > SOME and not scene.is_sold_out):
            figures = (float(row[field]) for field in (debt.DRAW, debt.PAID_PRINCIPAL, debt.BALANCE, debt.RATE))
            said.append(on_debt.facility(names.facilities[f], *figures))
        if scene.t == table.maturity[f] and owed > SOME and not is_default:
            unpaid = float(row[debt.BALANCE] + row[debt.ACCRUED])
            if unpaid > SOME or row[debt.REFINANCED] > SOME:
                said += _refinancing(scene, b)
            said.append(on_debt.maturity(names.facilities[f], unpaid, float(row[debt.REFINANCED])))
    return said


def _refinancing(scene: Scene, b: int) -> list[str]:
    """Tell whether a new lender would have taken out the debt, and why not."""
    table = scene.deal.plan.default
    if table.is_refinanceable[b] == 0:
        return []
    orderly = float(scene.now.values[b, value.ORDERLY])
    ltv = tested_debt(scene, b) / orderly if orderly > 0.0 else float("inf")
    return [
        on_default.refinancing(
            bool(scene.now.economy[0, market.IS_OPEN] > 0.5), ltv, float(table.most_ltv[b]),
            float(scene.now.triggers[b, covenant.DSCR_VALUE]), float(table.least_dscr[b]),
        )
    ]  # fmt: skip


def tested_debt(scene: Scene, b: int) -> float:
    """Debt as the tests saw it: after the month's draws, before its payments (USD)."""
    table, total = scene.deal.plan.waterfall, 0.0
    for f in owned(table.facility_borrower, b):
        row = scene.now.facilities[f]
        left = row[debt.BALANCE] + row[debt.ACCRUED] + row[debt.REFINANCED]
        drawn_later = row[debt.DRAW] if table.kind[f] == REVOLVER else 0.0
        total += float(left + row[debt.PAID_PRINCIPAL] + row[debt.PAID_INTEREST] - drawn_later)
    return total


def covenants(scene: Scene, b: int) -> list[str]:
    """Tell the tests of the month with their thresholds, and what a breach leads to."""
    deal, t = scene.deal, scene.t
    table, now = deal.plan.covenants, scene.now.tests
    if scene.before.standing[b, standing.DEFAULTED] > 0.5 or tested_debt(scene, b) < SOME:
        return []
    said = []
    for v in owned(table.borrower, b):
        name, test = deal.names.covenants[v], TEST_NAMES[int(table.test[v])]
        is_breach, turned = bool(now[v, covenant.IS_BREACH] > 0.5), scene.change("tests", v, covenant.IS_BREACH)
        is_first = not table.is_tested[v, :t].any()
        if table.is_tested[v, t] == 1 and (is_breach or turned or is_first or scene.is_report):
            figures = (float(now[v, covenant.VALUE]), float(table.threshold[v, t]))
            said.append(on_tests.verdict(name, test, *figures, is_breach=is_breach))
        lasting, grace = float(now[v, covenant.LASTING]), float(table.grace[v])
        if turned > 0 or (is_breach and lasting == grace + 1.0):
            words = on_tests.breach(name, lasting, grace, CONSEQUENCE_NAMES[int(table.consequence[v])])
            said += [words] if words is not None else []
    if scene.is_report and not any(TEST_NAMES[int(table.test[v])] == "dscr" for v in owned(table.borrower, b)):
        dscr, months = float(scene.now.triggers[b, covenant.DSCR_VALUE]), int(table.reported_look_back[b])
        words = on_tests.reported(dscr, months)
        said += [words] if words is not None else []
    return said + _trap(scene, b)


def _trap(scene: Scene, b: int) -> list[str]:
    """Tell that cash is trapped from now on, and why, or that it is free again."""
    turned, table, row = scene.change("standing", b, standing.TRAPS), scene.deal.plan.default, scene.now.businesses[b]
    if turned == 0:
        return []
    reasons = {
        "a covenant is in breach": scene.now.triggers[b, covenant.TRAP_FLAG] > 0.5,
        "the operator has failed": row[business.TRAP_LEFT] > 0.0,
        "a customer has failed": table.traps_on_customer[b] == 1 and row[business.LOST_CUSTOMER] > 0.5,
        "the sponsor has failed": (
            table.traps_on_sponsor[b] == 1 and scene.now.guarantees[b, party.SPONSOR_ALIVE] < 0.5
        ),
    }
    return [on_default.trap(turned > 0, tuple(words for words, holds in reasons.items() if holds))]


def accounts(scene: Scene, b: int) -> list[str]:
    """Tell a reserve at the start, once a year, and when it falls short or is full again."""
    said = list[str]()
    if scene.before.standing[b, standing.DEFAULTED] > 0.5:
        return said
    for a in owned(scene.deal.plan.waterfall.account_borrower, b):
        held, target = (float(scene.now.accounts[a, field]) for field in (debt.RESERVE, debt.TARGET))
        held_before, target_before = (float(scene.before.accounts[a, field]) for field in (debt.RESERVE, debt.TARGET))
        is_short, was_short = held < FULL * target - SOME, held_before < FULL * target_before - SOME
        if scene.t == 1 or is_short != was_short or (scene.is_anniversary and held > SOME):
            said.append(on_debt.account(scene.deal.names.accounts[a], held, target))
    return said


def defaults(scene: Scene, b: int) -> list[str]:
    """Tell shortfalls, arrears, the event of default, and what is due at once."""
    row, pool = scene.now.standing[b], scene.now.pools[b]
    if scene.before.standing[b, standing.DEFAULTED] > 0.5:
        return []
    told = [on_debt.shortfall(float(pool[debt.SHORTFALL]))]
    if row[standing.IS_NEW] > 0.5:
        name = scene.deal.names.borrowers[b]
        told.append(on_default.event(name, int(row[standing.CAUSE]), float(pool[debt.DEBT])))
    else:
        grace = float(scene.deal.plan.default.grace[b])
        told.append(on_default.arrears(float(row[standing.SHORT_MONTHS]), grace))
    return [words for words in told if words is not None]


def enforcement(scene: Scene, b: int) -> list[str]:
    """Tell what the lenders do with what they have seized."""
    deal, now = scene.deal, scene.now.sales
    table, fleets = deal.plan.liquidation, owned(deal.plan.operations.fleet_borrower, b)
    since, seize, step_in = float(now[fleets[0], sale.SINCE]), float(table.seize[b]), float(table.step_in[b])
    said = []
    if since >= 1.0 and (since == 1.0 or since == seize + 1.0):
        words = on_sale.waiting(deal.names.borrowers[b], since, seize, step_in)
        said += [words] if words is not None else []
    for f in fleets:
        sold, price, proceeds = (float(now[f, field]) for field in (sale.SOLD, sale.PRICE, sale.PROCEEDS))
        unit = float(scene.now.worth[f, value.UNIT])
        words = on_sale.sale(deal.names.fleets[f], sold, price, unit, proceeds, scene.machines_held(f))
        said += [words] if words is not None else []
    return said
