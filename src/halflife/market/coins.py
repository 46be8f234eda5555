"""Coins and the Bitcoin network, from words and facts to columns of the market's table."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from halflife.facts import CoinMarketFacts, load_coins
from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.grid import TimeGrid, add_months
from halflife.foundation.lattice import monthly
from halflife.foundation.streams import stream_id
from halflife.market.spec import CoinSpec, JumpsSpec, MarketSpec, NetworkSpec

At = Callable[[str], str]
Columns = dict[str, Any]
BLOCKS = 144.0
"""Blocks a day."""
LATEST_HALVING = 1550
"""Days after a halving within which the next has come, with room: the rule is 1,458."""
_LEAST_EIGENVALUE = 1e-9


class Mining(NamedTuple):
    """The law of a rig's rent: normal hashprice as its trend, the gap over it as its deviation, per month.

    rental : log of USD/PH/day at month 0, on the long-run path
    """

    rental: float
    drift: float
    noise: float
    pull: float
    deviation_start: float


def check(spec: MarketSpec, grid: TimeGrid, findings: list[Finding], at: At) -> CoinMarketFacts | None:
    """Report what is wrong with coins, network and rigs; return the facts that complete them."""
    try:
        facts = load_coins(spec.coin_facts)
    except SpecError as error:
        findings += [Finding(at("coin_facts"), one.found, one.wanted, one.fix) for one in error.findings]
        return None
    names = [coin.name for coin in spec.coins]
    for coin in spec.coins:
        where = f"coins[{coin.name}]"
        if names.count(coin.name) > 1:
            findings.append(Finding(at(f"{where}.name"), f"'{coin.name}' twice", "each coin once", "remove one"))
        if coin.price == 0.0:
            findings.append(Finding(at(f"{where}.price"), "a price of zero", "a positive price", "write today's price"))
    rigs = [machine.name for machine in spec.machines if machine.kind == "asic"]
    if rigs and spec.network is None:
        where = at(f"machines[{rigs[0]}].kind")
        findings.append(Finding(where, "a rig without a network", "`network`", "write `network` beside `machines`"))
    if spec.network is not None:
        if "BTC" not in names:
            findings.append(Finding(at("network"), "no coin BTC", "the price of what is mined", "add BTC to `coins`"))
        _check_halvings(spec.network, facts, grid, findings, at)
    return facts


def _check_halvings(
    network: NetworkSpec, facts: CoinMarketFacts, grid: TimeGrid, findings: list[Finding], at: At
) -> None:
    """Every halving up to the horizon is written, in order, none too far from the last."""
    past = [datetime.date.fromisoformat(day) for day in facts.past_halvings]
    before = max((day for day in past if day <= grid.valuation), default=grid.valuation)
    where = at("network.halvings")
    for day in network.halvings:
        if day <= before:
            fix = "write the dates to come, in order; today's `subsidy` holds the others"
            findings.append(Finding(where, f"{day} after {before}", "dates after the valuation date", fix))
            return
        if (day - before).days > LATEST_HALVING:
            break
        before = day
    end = add_months(grid.valuation, grid.months)
    if (end - before).days > LATEST_HALVING:
        found = f"no halving between {before} and {before + datetime.timedelta(days=LATEST_HALVING)}"
        wanted = f"all halvings up to {end}: they come every 210,000 blocks, about 1,458 days"
        findings.append(Finding(where, found, wanted, "add the expected date"))
    if network.subsidy == 0.0:
        fix = "write new coins per block, such as '3.125 BTC'"
        findings.append(Finding(at("network.subsidy"), "no subsidy", "a positive one", fix))


def columns(
    spec: MarketSpec,
    facts: CoinMarketFacts | None,
    factors: Floats,
    grid: TimeGrid,
    findings: list[Finding],
    at: At,
) -> Columns | None:
    """Columns of coins and network; of length zero without them.

    Parameters
    ----------
    factors : [factor, factor], Cholesky root of the other factors' correlations
    """
    if facts is None:
        return None
    coins = sorted(spec.coins, key=lambda coin: coin.name)
    root = _root(spec, coins, facts, factors, findings, at)
    if root is None:
        return None
    laws = [_law(coin, facts) for coin in coins]
    has_own_tail = bool(coins) and spec.dependence != "stressed"
    count = factors.shape[0]
    found: Columns = {
        "coin_price": np.log(_column([coin.price for coin in coins])),
        "coin_volume": _column([(coin.volume or 0.0) / coin.price for coin in coins]),
        **{f"coin_{name}": _column([law[name] for law in laws]) for name in _LAW},
        "coin_on_factor": np.ascontiguousarray(root[count:, :count]),
        "coin_on_coin": np.ascontiguousarray(root[count:, count:]),
        "coin_stream": _streams([f"market/coin/{coin.name}" for coin in coins]),
        "coin_jump_stream": _streams([f"market/coin/{coin.name}/jump" for coin in coins]),
        "coin_size_stream": _streams([f"market/coin/{coin.name}/size" for coin in coins]),
        "coin_mixing": _streams(["market/coins/mixing"] if has_own_tail else []),
    }
    names = [coin.name for coin in coins]
    return found | _network(spec.network, facts, grid, found, names.index("BTC") if "BTC" in names else -1)


_LAW = ("drift", "noise", "calm", "unrest", "jumps", "jump", "jump_deviation", "glut_drift", "glut_unrest")


def _law(coin: CoinSpec, facts: CoinMarketFacts) -> dict[str, float]:
    """Monthly figures of one coin; the drift is that of the expected price, jumps taken off."""
    known = facts.coins[coin.name]

    def given(written: float | None, name: str) -> float:
        return float(getattr(known, name).value) if written is None else written

    speed = given(coin.volatility_speed, "volatility_speed")
    calm, unrest = monthly(speed, given(coin.volatility_of_volatility, "volatility_of_volatility"))
    jumps = coin.jumps or JumpsSpec.model_construct(
        intensity=known.jump_intensity.value, mean=known.jump_mean.value, deviation=known.jump_deviation.value
    )
    if coin.volatility == 0.0 and coin.jumps is None:  # a coin written without noise jumps as little
        jumps = JumpsSpec.model_construct(intensity=0.0, mean=0.0, deviation=0.0)
    chance = float(-np.expm1(-jumps.intensity / 12.0))
    lift = chance * float(np.expm1(jumps.mean + 0.5 * jumps.deviation**2))
    return {
        "drift": given(coin.drift, "drift") / 12.0 - float(np.log1p(lift)),
        "glut_drift": 0.0 if coin.in_glut is None else coin.in_glut.drift / 12.0,
        "glut_unrest": 0.0 if coin.in_glut is None else coin.in_glut.volatility - 1.0,
        "noise": given(coin.volatility, "volatility") / float(np.sqrt(12.0)),
        "calm": calm,
        "unrest": unrest,
        "jumps": chance,
        "jump": jumps.mean,
        "jump_deviation": jumps.deviation,
    }


def _root(
    spec: MarketSpec, coins: list[CoinSpec], facts: CoinMarketFacts, factors: Floats, findings: list[Finding], at: At
) -> Floats | None:
    """Cholesky root of factors and coins together."""
    count, size = factors.shape[0], factors.shape[0] + len(coins)
    matrix = np.eye(size)
    matrix[:count, :count] = factors @ factors.T
    default = {"independent": 0.0, "estimated": facts.on_compute.used, "stressed": facts.stressed.value}
    for i, coin in enumerate(coins):
        given = default[spec.dependence] if coin.compute_correlation is None else coin.compute_correlation
        matrix[count + i, 0] = matrix[0, count + i] = given
    if len(coins) == 2:
        matrix[count, count + 1] = matrix[count + 1, count] = facts.between_coins.value
    if np.linalg.eigvalsh(matrix)[0] < _LEAST_EIGENVALUE:
        fix = "bring `compute_correlation` of the coins nearer to each other"
        findings.append(Finding(at("coins"), "correlations that cannot hold together", "a positive matrix", fix))
        return None
    return np.asarray(np.linalg.cholesky(matrix))


def _network(spec: NetworkSpec | None, facts: CoinMarketFacts, grid: TimeGrid, coins: Columns, coin: int) -> Columns:
    """Columns of the network, of length zero without one.

    Unless growth is written, the network grows as fast as keeps the median hashprice on its normal path: by the fall of
    what rigs need and by what the reward grows, halvings included.
    """
    months, known = grid.months, facts.network
    if spec is None or coin < 0:
        nothing, path = np.zeros(0), np.zeros((0, months + 1))
        whole = np.zeros(0, dtype=np.int64)
        return {
            **{f"network_{name}": nothing for name in ("hash", "growth", "response", "noise", "mean")},
            "subsidy": path, "fees": nothing, "network_normal": path, "network_coin": whole, "network_stream": whole,
        }  # fmt: skip
    fall = known.normal_fall.value if spec.normal_fall is None else spec.normal_fall
    normal = spec.normal_hashprice
    if normal is None:
        years = (grid.valuation - datetime.date.fromisoformat(known.normal_date)).days / 365.25
        normal = known.normal_hashprice.value * float(np.exp(-fall * years))
    fees = known.fees.value if spec.fees is None else spec.fees
    subsidy = subsidies(spec, grid)
    response = (known.response.value if spec.response is None else spec.response) / 12.0
    change = float(np.log((subsidy[-1] + fees) / (subsidy[0] + fees))) / months
    usual = median_growth(coins, coin) + fall / 12.0 + change
    growth = usual if spec.growth is None else spec.growth / 12.0
    lasting = (usual - growth) / response if response > 0.0 else 0.0
    noise = known.volatility.value if spec.volatility is None else spec.volatility
    return {
        "subsidy": subsidy[None, :],
        "fees": _column([fees]),
        "network_coin": np.array([coin], dtype=np.int64),
        "network_hash": np.log(_column([spec.hashrate / 1000.0])),
        "network_growth": _column([growth]),
        "network_response": _column([response]),
        "network_noise": _column([noise / float(np.sqrt(12.0))]),
        "network_normal": (np.log(normal) - fall / 12.0 * np.arange(months + 1))[None, :],
        "network_mean": _column([lasting]),
        "network_stream": _streams(["market/network"]),
    }


def median_growth(coins: Columns, coin: int) -> float:
    """Monthly growth of the log price, its noise taken at its mean square."""
    calm, unrest = float(coins["coin_calm"][coin]), float(coins["coin_unrest"][coin])
    spread = unrest**2 / (1.0 - calm**2) if calm < 1.0 else 0.0
    noise = float(coins["coin_noise"][coin]) ** 2 * float(np.exp(2.0 * min(spread, 1.0)))
    return float(coins["coin_drift"][coin]) - 0.5 * noise + float(coins["coin_jumps"][coin] * coins["coin_jump"][coin])


def subsidies(spec: NetworkSpec, grid: TimeGrid) -> Floats:
    """New coins per block in each month, by days where a halving falls into it: ``[month]``."""
    paid = np.full(grid.months + 1, spec.subsidy)
    for t in range(1, grid.months + 1):
        first, last = add_months(grid.valuation, t - 1), add_months(grid.valuation, t)
        days = (last - first).days
        for day in spec.halvings:
            after = min(max((last - day).days, 0), days) / days
            paid[t] *= 1.0 - 0.5 * after
    return paid


def mining(columns: Columns) -> Mining | None:
    """Law of a rig's rent, from the columns of coins and network; None without a network."""
    if columns["fees"].size == 0:
        return None
    coin, response = int(columns["network_coin"][0]), float(columns["network_response"][0])
    reward = BLOCKS * float(columns["subsidy"][0, 0] + columns["fees"][0])
    today = np.log(reward) + columns["coin_price"][coin] - columns["network_hash"][0]
    level = float(columns["network_normal"][0, 0] + columns["network_mean"][0])
    jumps, mean = float(columns["coin_jumps"][coin]), float(columns["coin_jump"][coin])
    jumpy = jumps * (mean**2 + float(columns["coin_jump_deviation"][coin]) ** 2)
    noise = float(columns["coin_noise"][coin]) ** 2 + float(columns["network_noise"][0]) ** 2 + jumpy
    fall = float(columns["network_normal"][0, 0] - columns["network_normal"][0, 1])
    return Mining(level, fall, float(np.sqrt(noise)), 1.0 - response, float(today) - level)


def trend_of_hashprice(table: Any, months: int) -> Floats:
    """Hashprice without noise, the price at its median: ``[month], USD/PH/day``."""
    coin = int(table.network_coin[0])
    moved = {name: getattr(table, name) for name in table._fields if name.startswith("coin_")}
    price = table.coin_price[coin] + median_growth(moved, coin) * np.arange(months + 1)
    growth, response = float(table.network_growth[0]), float(table.network_response[0])
    hashes, earned = float(table.network_hash[0]), np.zeros(months + 1)
    for t in range(months + 1):
        if t > 0:
            hashes += growth + response * (earned[t - 1] - table.network_normal[0, t - 1])
        reward = BLOCKS * (table.subsidy[0, t] + table.fees[0])
        earned[t] = np.log(reward) + price[t] - hashes
    return np.asarray(np.exp(earned))


def _column(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _streams(names: list[str]) -> Any:
    return np.array([stream_id(name) for name in names], dtype=np.int64)
