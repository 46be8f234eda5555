"""Coins, network and rigs: their laws, their dependence on compute, and what is refused."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from pydantic import ValidationError

from halflife import ratios
from halflife.facts import load_coins
from halflife.foundation.backend import empty_state, lane_of, twin, twin_rows
from halflife.foundation.grid import TimeGrid
from halflife.foundation.streams import seed_words
from halflife.market import state as market
from halflife.market.coins import subsidies, trend_of_hashprice
from halflife.market.kernel import start, step
from halflife.market.resolve import resolve
from halflife.market.spec import MarketSpec
from halflife.market.state import MarketState

GRID = TimeGrid(datetime.date(2026, 6, 30), 36)
PATHS, SEED = 20_000, 7
COINS = [
    {"name": "BTC", "price": "60_000 USD", "volume": "20 bn USD"},
    {"name": "ETH", "price": "1_600 USD", "volume": "10 bn USD"},
]
NETWORK = {"hashrate": "900 EH/s", "subsidy": "3.125 BTC", "halvings": ["2028-04-20"]}
RIG = {"name": "rig", "kind": "asic", "hashrate": "200 TH/s", "efficiency": "17.5 J/TH"}
GPU = {"name": "gpu", "rental": "3.00 USD/h", "power": "1.4 kW"}
NO_JUMPS = {"intensity": "0 /yr", "mean": 0, "deviation": "0 %"}
QUIET = {"volatility": "0 %", "volatility_of_volatility": "0 %", "drift": "10 %/yr"}


def table(grid=GRID, **changes):
    tree = {"machines": [GPU, RIG], "coins": COINS, "network": NETWORK, **changes}
    findings = []
    made = resolve(MarketSpec.model_validate(tree), grid, findings, lambda path: path)
    return made, findings


def walk(made, months=36, paths=PATHS):
    """Log coin prices ``[month, coin, path]``, cycle ``[month, path]``, network ``[month, field, path]``, rents."""
    lanes, words, kept = lane_of(np.arange(paths, dtype=np.uint64)), seed_words(SEED), []
    with twin_rows(paths):
        make = twin(empty_state)
        state = MarketState(
            make(1, market.ECONOMY_FIELDS), make(made.rental.size, market.MACHINE_FIELDS),
            make(made.launch_machine.size, market.LAUNCH_FIELDS), make(4, market.SHOCK_FIELDS),
            make(made.coin_price.size, market.COIN_FIELDS), make(made.fees.size, market.NETWORK_FIELDS),
        )  # fmt: skip
        twin(start)(made, state, lanes, words)
        for t in range(months + 1):
            if t > 0:
                twin(step)(made, state, lanes, words, t)
            kept.append(
                {
                    "price": np.array([np.broadcast_to(row, paths) for row in state.coins[:, market.LOG_PRICE, 0]]),
                    "cycle": np.broadcast_to(state.economy[0, market.CYCLE, 0], paths),
                    "hash": np.broadcast_to(state.network[0, market.LOG_HASH, 0], paths),
                    "hashprice": np.broadcast_to(state.network[0, market.HASHPRICE, 0], paths),
                    "rent": np.array([np.broadcast_to(row, paths) for row in state.machines[:, market.RENT, 0]]),
                    "noise": np.array([np.broadcast_to(row, paths) for row in state.coins[:, market.COIN_NOISE, 0]]),
                }
            )
    return {name: np.array([month[name] for month in kept]) for name in kept[0]}


@pytest.fixture(scope="module")
def default():
    made, findings = table()
    assert findings == []
    return made, walk(made)


def test_the_expected_price_grows_at_the_drift(default):
    _, seen = default
    for coin in range(2):
        ratio = np.exp(seen["price"][12, coin] - seen["price"][0, coin])
        error = ratio.std() / np.sqrt(PATHS)
        assert abs(ratio.mean() - 1.0) < 4.0 * error


def test_volatility_wanders_about_its_median(default):
    made, seen = default
    for coin in range(2):
        noise = seen["noise"][24, coin]
        assert np.median(noise) == pytest.approx(made.coin_noise[coin], rel=0.02)
        spread = made.coin_unrest[coin] / np.sqrt(1 - made.coin_calm[coin] ** 2)
        assert np.log(noise).std() == pytest.approx(spread, rel=0.05)


def correlation(seen, coin=0):
    moves = np.diff(seen["price"], axis=0)[:, coin] / seen["noise"][1:, coin]
    cycle = np.diff(seen["cycle"], axis=0)
    return np.corrcoef(moves.ravel(), cycle.ravel())[0, 1]


def joint_tail(seen):
    """Share of months in which the coin is among its worst 2 % when rents are among theirs."""
    moves, cycle = np.diff(seen["price"], axis=0)[:, 0].ravel(), np.diff(seen["cycle"], axis=0).ravel()
    worst = cycle < np.quantile(cycle, 0.02)
    return float((moves[worst] < np.quantile(moves, 0.02)).mean())


def test_dependence_has_three_names_and_leaves_each_margin_as_it_is():
    still = {"speed": "0.8 /yr", "volatility": "20 %", "age_drift": "15 %/yr", "idiosyncratic": "10 %"}
    coins = [{**coin, "jumps": NO_JUMPS, "volatility_of_volatility": "0 %"} for coin in COINS]
    found = {}
    for name in ("independent", "estimated", "stressed"):
        made, findings = table(compute=still, coins=coins, dependence=name, shock_degrees=4)
        assert findings == []
        found[name] = walk(made, months=24)
    assert abs(correlation(found["independent"])) < 0.01
    assert abs(correlation(found["estimated"]) - load_coins().on_compute.used) < 0.01
    assert correlation(found["stressed"]) == pytest.approx(load_coins().stressed.value, abs=0.03)
    assert joint_tail(found["independent"]) == pytest.approx(0.02, abs=0.006)
    assert joint_tail(found["stressed"]) > 0.2
    np.testing.assert_array_equal(found["independent"]["cycle"], found["stressed"]["cycle"])
    for name in ("independent", "stressed"):
        move = np.diff(found[name]["price"], axis=0)[:, 0]
        assert move.std() == pytest.approx(load_coins().coins["BTC"].volatility.value / np.sqrt(12), rel=0.03)


def test_both_coins_move_together_as_estimated():
    made, _ = table(coins=[{**coin, "jumps": NO_JUMPS} for coin in COINS])
    seen = walk(made, months=12)
    moves = np.diff(seen["price"], axis=0) / seen["noise"][1:]
    found = np.corrcoef(moves[:, 0].ravel(), moves[:, 1].ravel())[0, 1]
    assert found == pytest.approx(load_coins().between_coins.value, abs=0.01)


def test_hashprice_is_the_ratio_by_that_name(default):
    made, seen = default
    for t in (0, 7, 30):
        wanted = ratios.hashprice(
            np.exp(seen["price"][t, 0]), made.subsidy[0, t], made.fees[0], np.exp(seen["hash"][t])
        )
        np.testing.assert_allclose(seen["hashprice"][t], wanted, rtol=1e-12)
        np.testing.assert_allclose(seen["rent"][t, 1], 200.0 / 1000.0 * wanted / 24.0, rtol=1e-12)


def test_the_network_grows_with_margins_and_shrinks_without():
    made, _ = table(
        coins=[{**COINS[0], **QUIET}, COINS[1]], network={**NETWORK, "response": "2 /yr", "volatility": "0 %"}
    )
    seen = walk(made, months=12, paths=2)
    gap = np.log(seen["hashprice"][:-1, 0]) - made.network_normal[0, :12]
    wanted = made.network_growth[0] + 2.0 / 12.0 * gap
    np.testing.assert_allclose(np.diff(seen["hash"][:, 0]), wanted, rtol=1e-9, atol=1e-12)
    assert gap[0] < 0.0 < gap[-1]
    rich, _ = table(
        coins=[{**COINS[0], **QUIET, "price": "120_000 USD"}, COINS[1]],
        network={**NETWORK, "response": "2 /yr", "volatility": "0 %"},
    )
    assert walk(rich, months=1, paths=2)["hash"][1, 0] > seen["hash"][1, 0]


def test_the_trend_is_the_path_without_noise():
    made, _ = table(coins=[{**COINS[0], **QUIET}, COINS[1]], network={**NETWORK, "volatility": "0 %"})
    seen = walk(made, paths=2)
    np.testing.assert_allclose(trend_of_hashprice(made, 36), seen["hashprice"][:, 0], rtol=1e-10)


def test_a_halving_halves_the_subsidy_on_its_day():
    paid = subsidies(table()[0] and MarketSpec.model_validate({"machines": [RIG], "network": NETWORK}).network, GRID)
    assert paid[21] == 3.125
    assert paid[23] == paid[36] == 1.5625
    whole, half = 20 / 30, 10 / 30
    assert paid[22] == pytest.approx(3.125 * (whole + 0.5 * half), rel=0.02)


def test_naming_coins_moves_no_rent_of_a_gpu():
    without, findings = table(machines=[GPU], coins=[], network=None)
    assert findings == []
    assert without.coin_price.size == without.fees.size == without.subsidy.shape[0] == 0
    made, _ = table()
    paths = 200

    def rents(of):
        lanes, words = lane_of(np.arange(paths, dtype=np.uint64)), seed_words(SEED)
        with twin_rows(paths):
            make = twin(empty_state)
            state = MarketState(
                make(1, market.ECONOMY_FIELDS), make(of.rental.size, market.MACHINE_FIELDS), make(0, 3),
                make(4, market.SHOCK_FIELDS), make(of.coin_price.size, market.COIN_FIELDS),
                make(of.fees.size, market.NETWORK_FIELDS),
            )  # fmt: skip
            twin(start)(of, state, lanes, words)
            for t in range(1, 13):
                twin(step)(of, state, lanes, words, t)
        return state.machines[0, market.RENT, 0]

    np.testing.assert_array_equal(rents(without), rents(made))


@pytest.mark.parametrize(
    ("change", "where", "found"),
    [
        ({"network": {**NETWORK, "halvings": []}}, "network.halvings", "no halving between 2024-04-20"),
        ({"network": {**NETWORK, "halvings": ["2024-04-20"]}}, "network.halvings", "2024-04-20 after"),
        ({"network": {**NETWORK, "halvings": ["2029-04-20"]}}, "network.halvings", "no halving between"),
        ({"network": None}, "machines[rig].kind", "without a network"),
        ({"coins": COINS[1:]}, "network", "no coin BTC"),
        ({"coins": [COINS[0], COINS[0]]}, "coins[BTC].name", "twice"),
        ({"coins": [{**COINS[0], "price": "0 USD"}]}, "coins[BTC].price", "zero"),
        ({"network": {**NETWORK, "subsidy": 0}}, "network.subsidy", "no subsidy"),
        ({"coin_facts": "yesterday"}, "coin_facts", "yesterday"),
        (
            {"coins": [{**COINS[0], "compute_correlation": 0.9}, {**COINS[1], "compute_correlation": -0.9}]},
            "coins",
            "cannot hold together",
        ),
    ],
)
def test_what_cannot_be_is_refused(change, where, found):
    made, findings = table(**change)
    assert made is None
    assert (findings[0].where, found in findings[0].found) == (where, True), findings


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"network": {**NETWORK, "hashrate": "0 EH/s"}}, "zero"),
        ({"network": {"hashrate": "900 EH/s", "subsidy": "3.125 BTC"}}, "halvings"),
        ({"machines": [{**RIG, "rental": "1 USD/h"}]}, "rental"),
        ({"machines": [{"name": "gpu", "rental": "1 USD/h"}]}, "power"),
        ({"machines": [{**RIG, "idiosyncratic": "10 %"}]}, "network's"),
    ],
)
def test_what_is_not_a_network_or_a_machine_is_refused_on_reading(tree, said):
    with pytest.raises(ValidationError) as caught:
        MarketSpec.model_validate({"machines": [RIG], "coins": COINS, "network": NETWORK, **tree})
    assert said in str(caught.value)
