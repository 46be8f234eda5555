"""A miner without chance is a spreadsheet; coins are conserved; what is ring-fenced stays where it is."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from halflife.default import state as standing
from halflife.engine.resolve import resolve
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.foundation.errors import SpecError
from halflife.market import state as market
from halflife.operations import state as business
from halflife.treasury import state as purse
from halflife.waterfall import state as debt
from halflife.waterfall.table import FEES, INTEREST, OPEX, PRINCIPAL

DATA = Path(__file__).resolve().parents[1] / "data"
STILL = {"volatility": "0 %", "volatility_of_volatility": "0 %"}
HOURS, RIGS, TERA, JOULE, PUE, UPTIME, POOL = 730.0, 20_000, 200.0, 17.5, 1.05, 0.95, 0.99


def words(name):
    return read_document(DATA / f"{name}.yaml").tree()


def deal_of(tree):
    return resolve(SystemSpec.model_validate(tree), is_natural=True)


def quiet(tree, drift="-20 %/yr"):
    """The same document without any noise in coins, network, power and premium."""
    written = tree["economy"]["market"]
    written["shock_degrees"] = "gaussian"
    written["power"] = {"price": "0.045 USD/kWh", "speed": "0.25 /yr", "volatility": "0 %"}
    written["coins"] = [{**coin, **STILL, "drift": drift} for coin in written["coins"]]
    written["network"] |= {
        "volatility": "0 %", "growth": "30 %/yr", "response": "0.5 /yr", "normal_hashprice": "35 USD/PH/day",
        "normal_fall": "25 %/yr", "fees": 0.02,
    }  # fmt: skip
    return tree


def spreadsheet(months, price=60_000.0, drift=-0.20, network=900_000.0):
    """Price, hashprice, revenue and operating cost of each month, from the words of the term sheet alone."""
    rows, gap = [], 0.0
    for t in range(months + 1):
        if t > 0:
            price *= np.exp(drift / 12.0)
            network *= np.exp((0.30 + 0.5 * gap) / 12.0)
        per_petahash = price * (3.125 + 0.02) * 144.0 / network
        gap = np.log(per_petahash / (35.0 * np.exp(-0.25 * t / 12.0)))
        kwh = TERA * JOULE / 1000.0 * PUE
        earned = per_petahash * TERA / 1000.0 / 24.0 * POOL
        runs = earned > kwh * 0.045
        hours = HOURS * UPTIME * RIGS * runs
        rows.append((price, per_petahash, hours * earned, hours * kwh * 0.045 + RIGS * 20.0))
    return np.array(rows[1:])


def test_without_chance_a_miners_cash_flow_is_a_spreadsheet(retell):
    tree = quiet(words("miner"), "10 %/yr")
    tree["borrowers"][0]["debt"]["cash"] = "15 m USD"
    tree["borrowers"][0]["debt"]["priority"].pop()
    tale = retell(deal_of(tree), range(3))
    wanted = spreadsheet(21, drift=0.10)
    np.testing.assert_allclose(tale["market.coins"][1:22, 0, market.PRICE, 0], wanted[:, 0], rtol=1e-10)
    np.testing.assert_allclose(tale["market.network"][1:22, 0, market.HASHPRICE, 0], wanted[:, 1], rtol=1e-10)
    books = tale["operations.businesses"][1:22, 0]
    np.testing.assert_allclose(books[:, business.REVENUE, 0], wanted[:, 2], rtol=1e-10)
    np.testing.assert_allclose(books[:, business.OPEX, 0], wanted[:, 3], rtol=1e-10)
    cash, owed = 15e6, 20e6
    for t in range(21):
        days = {8: 28, 9: 33, 20: 29, 21: 32}.get(t + 1, 30)  # to the end of February, and from there, by 30/360
        cash += wanted[t, 2] - wanted[t, 3] - owed * 0.10 * days / 360.0 - 20e6 / 24.0
        owed -= 20e6 / 24.0
        assert tale["waterfall.facilities"][t + 1, 0, debt.BALANCE, 0] == pytest.approx(owed, rel=1e-10)
        assert tale["waterfall.pools"][t + 1, 0, debt.CASH, 0] == pytest.approx(cash, rel=1e-9)
    np.testing.assert_array_equal(tale["waterfall.pools"][..., 0], tale["waterfall.pools"][..., 2])


def test_the_base_case_is_the_same_spreadsheet():
    deal = deal_of(quiet(words("miner")))
    wanted = spreadsheet(21)
    np.testing.assert_allclose(deal.base.revenue[0, 1:22], wanted[:, 2], rtol=1e-10)
    np.testing.assert_allclose(deal.base.opex[0, 1:22], wanted[:, 3], rtol=1e-10)


def lonely(drift, holdings=1_000, cure="1 months"):
    """A coin loan on a price that falls as scripted, and a business that pays everything else."""
    tree = quiet(words("treasury"), drift)
    borrower = tree["borrowers"][0]
    borrower["debt"]["cash"] = "400 m USD"
    own = borrower["treasury"]
    own["holdings"] = [{"coin": "BTC", "amount": holdings, "policy": "hold"}]
    own["mined_kept"] = "0 %"
    own["loans"][0]["cure"] = cure
    borrower["debt"]["priority"].insert(0, borrower["debt"]["priority"].pop())
    borrower["debt"]["priority"] = [s for s in borrower["debt"]["priority"] if s["pay"] != "distribute"]
    del borrower["covenants"]
    return tree


def scripted(drift, holdings, cure):
    """Months of call and sale, and the pledge, from the thresholds of the document and the script alone."""
    free, pledged, stands, events = holdings - 800.0, 800.0, 0, {}
    for t in range(1, 24):
        price, claim = 60_000.0 * np.exp(drift * t / 12.0), 30e6 * (1.0 + 0.09 / 12.0)
        ltv = claim / (pledged * price)
        if ltv >= 0.80:
            events["sold"] = t
            return events
        if ltv >= 0.70:
            events.setdefault("called", t)
            lacking = claim / (0.60 * price) - pledged
            posted = min(free, lacking)
            free, pledged = free - posted, pledged + posted
            stands = stands + 1 if posted < lacking * (1 - 1e-9) else 0
            if stands > cure:
                events["sold down"] = t
                return events
        else:
            stands = 0
    return events


@pytest.mark.parametrize(
    ("drift", "holdings", "cure"),
    [(-0.30, 1_000, 1), (-0.60, 800, 12), (-0.30, 800, 1), (-0.10, 800, 1), (-0.6, 2_000, 1)],
)
def test_a_coin_loan_is_called_and_sold_exactly_at_its_thresholds(retell, drift, holdings, cure):
    tree = lonely(f"{100 * drift:g} %/yr", holdings, f"{cure} months")
    tale = retell(deal_of(tree), range(2))
    found, wanted = tale["treasury.loans"][:24, 0, :, 0], scripted(drift, float(holdings), cure)
    called = np.flatnonzero(found[:, purse.LTV] >= 0.70)
    sold = np.flatnonzero(found[:, purse.REPAID] > 0.0)
    assert (called[0] if called.size else None) == wanted.get("called", wanted.get("sold"))
    assert (sold[0] if sold.size else None) == wanted.get("sold", wanted.get("sold down"))
    if "sold" in wanted:
        t, f = wanted["sold"], tale.deal.plan.treasury.loan_facility[0]
        assert tale["waterfall.facilities"][t, f, debt.BALANCE, 0] < 1e-6
        assert found[t, purse.PLEDGED] == 0.0


def test_coins_are_neither_made_nor_lost(tales):
    tale = tales["treasury"]
    holdings, loans = tale["treasury.holdings"], tale["treasury.loans"]
    coins, purses = tale["market.coins"][:, :, market.PRICE], tale["treasury.purses"]
    impact = loans[:, 0, purse.IMPACT]
    mined = purses[1:, 0, purse.KEPT] / coins[1:, 0]
    had = holdings[:-1, 0, purse.FREE] + loans[:-1, 0, purse.PLEDGED] + mined - holdings[1:, 0, purse.SOLD]
    gone = had - holdings[1:, 0, purse.FREE] - loans[1:, 0, purse.PLEDGED]
    sold = gone * coins[1:, 0]
    assert gone.min() >= -1e-6
    brought = sold * np.maximum(0.0, 1.0 - impact[1:] * np.sqrt(np.maximum(sold, 0.0)))
    np.testing.assert_allclose(brought, loans[1:, 0, purse.REPAID], rtol=1e-6, atol=1.0)
    np.testing.assert_allclose(
        holdings[:-1, 1, purse.FREE] - holdings[1:, 1, purse.SOLD], holdings[1:, 1, purse.FREE], rtol=1e-12, atol=1e-9
    )


def test_what_is_due_is_covered_while_coins_and_market_last(tales):
    """Whoever still holds free coins to sell pays what was due; an over-advance of the line is no due of theirs."""
    tale = tales["treasury"]
    steps = np.isin(tale.deal.plan.waterfall.step, (OPEX, FEES, INTEREST, PRINCIPAL))
    paid = tale["waterfall.flows"][:, steps, debt.FLOW].sum(axis=1)
    short = paid < tale["waterfall.pools"][:, 0, debt.DUES] - 1.0
    before = np.roll(tale["default.standing"][:, 0, standing.DEFAULTED], 1, axis=0) < 0.5
    has_coins = tale["treasury.holdings"][:, 0, purse.FREE] > 1.0
    assert not (short & before & has_coins).any()
    assert (short & before).any()


def rich():
    """The miner with cash enough for its loan."""
    tree = words("miner")
    tree["borrowers"][0]["debt"]["cash"] = "60 m USD"
    tree["borrowers"][0]["debt"]["priority"].pop()
    return tree


def family(cross_default=False):
    """A miner and its ring-fenced subsidiary, whose rigs cost more to run than they earn."""
    tree = rich()
    parent = tree["borrowers"][0]
    child = copy.deepcopy(parent)
    child["name"] = "Subsidiary"
    child["operations"]["opex"]["maintenance"] = "300 USD/month"
    child["debt"]["cash"] = "0 USD"
    tree["borrowers"].append(child)
    if cross_default:
        parent["cross_default"] = ["Subsidiary"]
        tree["contagion"] = {"cross_default": "100 %"}
    return tree


def test_the_default_of_a_ring_fenced_subsidiary_leaves_the_parents_waterfall_alone(retell):
    alone = retell(deal_of(rich()), range(64))
    both = retell(deal_of(family()), range(64))
    parent, child = (both.deal.names.borrowers.index(name) for name in ("Miner", "Subsidiary"))
    assert both["default.standing"][-1, child, standing.DEFAULTED].mean() > 0.9
    f = np.flatnonzero(both.deal.plan.waterfall.facility_borrower == parent)
    s = np.flatnonzero(both.deal.plan.waterfall.step_borrower == parent)
    np.testing.assert_array_equal(both["waterfall.pools"][:, parent], alone["waterfall.pools"][:, 0])
    np.testing.assert_array_equal(both["waterfall.facilities"][:, f], alone["waterfall.facilities"])
    np.testing.assert_array_equal(both["waterfall.flows"][:, s], alone["waterfall.flows"])


def test_a_cross_default_does_not(retell):
    alone = retell(deal_of(rich()), range(64))
    both = retell(deal_of(family(cross_default=True)), range(64))
    parent = both.deal.names.borrowers.index("Miner")
    before, after = (tale["default.standing"][-1, b, standing.DEFAULTED] for tale, b in ((alone, 0), (both, parent)))
    assert after.mean() > before.mean()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"loans": [{"pledged": 1_001}]}, "coins pledged twice"),
        ({"loans": [{"facility": "notes"}]}, "kind junior"),
        ({"loans": [{"facility": "nobody"}]}, "unknown facility"),
        ({"conversions": [{"price": "0 USD"}]}, "a price of zero"),
        ({"conversions": [{"facility": "line"}]}, "kind revolver"),
        ({"equity": None}, "shares of unknown price"),
        ({"mined_kept": "10 %", "holdings": [{"coin": "ETH", "amount": 1}], "loans": []}, "no holding of BTC"),
        (
            {"holdings": [{"coin": "BTC", "amount": 900}, {"coin": "ETH", "amount": 1, "policy": "pledge"}]},
            "lends on it",
        ),
    ],
)
def test_what_cannot_be_owned_or_owed_is_refused(change, said):
    tree = words("treasury")
    own = tree["borrowers"][0]["treasury"]
    for key, value in change.items():
        if isinstance(value, list) and value and key in ("loans", "conversions"):
            own[key] = [{**own[key][0], **value[0]}]
        elif value is None:
            del own[key]
        else:
            own[key] = value
    with pytest.raises(SpecError) as caught:
        deal_of(tree)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("conversions", 0, "price"), "-3 USD", "negative"),
        (("loans", 0, "target"), "75 %", "out of order"),
        (("loans", 0, "liquidation"), "65 %", "out of order"),
    ],
)
def test_figures_that_cannot_be_meant_are_refused_on_reading(path, value, said):
    tree = words("treasury")
    node = tree["borrowers"][0]["treasury"]
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    with pytest.raises(ValueError, match=said):
        SystemSpec.model_validate(tree)
