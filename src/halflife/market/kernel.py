"""Prices, one month at a time: compute cycle, rents, successors, power, SOFR, spread, coins, hashprice."""

from typing import Any

import numpy as np

from halflife.foundation.backend import kernel, maximum, minimum, sqrt, to_word, where
from halflife.foundation.elementary import exp, log
from halflife.foundation.streams import fill_chi_square_even, normal, normals, uniforms
from halflife.market.state import (
    ANNOUNCED,
    AVAILABLE,
    COIN_NOISE,
    COIN_RAW,
    COIN_SCALE,
    CYCLE,
    DEVIATION,
    DISCOUNT,
    DROP,
    FULL_DROP,
    GAP,
    HASHPRICE,
    IS_OPEN,
    LOG_DROP,
    LOG_HASH,
    LOG_PRICE,
    NOISE,
    PHASE,
    POWER,
    POWER_LOG,
    PRICE,
    RATE,
    RATE_GAP,
    RAW,
    REGIME,
    RENT,
    SCALE,
    SCORE,
    SHOCK,
    SPREAD,
    UNREST,
    MarketState,
)
from halflife.market.table import MarketTable

MONTH_0 = np.uint64(0)
MOST_SCORE = 6.0
"""Cycle scores beyond this many standard deviations tilt no further: Student-t tails would have no mean."""
MOST_DROP = 0.9
"""A launch never takes more than this share of the rent."""
BLOCKS = 144.0
"""Blocks that the network finds in a day, by the rule of its difficulty."""
MOST_UNREST = 2.0
"""Log volatility never leaves its median by more: seven times, or a seventh."""
MOST_MOVE = 12.0
"""The log of a price stays within this of its start, so that no number overflows."""


@kernel
def start(table: MarketTable, state: MarketState, paths: Any, seed: Any) -> None:
    """Put the market at the valuation date and draw each path's launch dates and sizes.

    Parameters
    ----------
    table : MarketTable
    state : MarketState
        Filled in place.
    paths : [lane], path numbers
    seed : (low, high) words of the seed

    References
    ----------
    Our own: dated launches with random size (THEORY of the project, section 1, successor launches).
    """
    economy, machines, launches = state.economy, state.machines, state.launches
    level, mean, deviation = table.cycle_start[0], table.cycle_mean[0], table.cycle_deviation[0]
    shortage, stream = table.cycle_shortage[0], to_word(table.regime_stream[0])
    spread, shut, rate, power = table.spread_start[0], table.spread_shut[0], table.rate_curve[0], table.power_price[0]
    for k in range(economy.shape[-1]):
        u, _ = uniforms(paths[k], MONTH_0, stream, seed[0], seed[1])
        economy[0, REGIME, k] = where(u < shortage, 1.0, 0.0)
        economy[0, CYCLE, k] = level
        economy[0, SCORE, k] = (level - mean) / deviation
        economy[0, SPREAD, k] = spread
        economy[0, IS_OPEN, k] = where(spread < shut, 1.0, 0.0)
        economy[0, RATE, k] = rate
        economy[0, POWER, k] = power
        economy[0, SCALE, k] = 1.0
        economy[0, DISCOUNT, k] = 1.0
    for e in range(table.launch_machine.shape[0]):
        stream, spread_months = to_word(table.launch_stream[e]), table.launch_deviation[e]
        announced, available = table.launch_announcement[e], table.launch_availability[e]
        drop, spread_drop = table.launch_drop[e], table.launch_drop_deviation[e]
        for k in range(launches.shape[-1]):
            shift, size = normals(paths[k], MONTH_0, stream, seed[0], seed[1])
            moved = announced + spread_months * shift
            launches[e, ANNOUNCED, k] = maximum(1.0, moved) if announced > 0.0 else announced
            launches[e, AVAILABLE, k] = maximum(1.0, available + spread_months * shift)
            launches[e, LOG_DROP, k] = log(1.0 - minimum(MOST_DROP, maximum(0.0, drop + spread_drop * size)))
    for g in range(table.rental.shape[0]):
        rental, loading = table.rental[g], table.loading[g]
        for k in range(machines.shape[-1]):
            machines[g, DEVIATION, k] = loading * economy[0, CYCLE, k]
            machines[g, RENT, k] = exp(rental + machines[g, DEVIATION, k])
    for c in range(table.coin_price.shape[0]):
        price = table.coin_price[c]
        for k in range(state.coins.shape[-1]):
            state.coins[c, LOG_PRICE, k] = price
            state.coins[c, PRICE, k] = exp(price + 0.0 * economy[0, CYCLE, k])
            state.coins[c, COIN_NOISE, k] = table.coin_noise[c]
    for n in range(table.fees.shape[0]):
        first = table.network_hash[n]
        for k in range(state.network.shape[-1]):
            state.network[n, LOG_HASH, k] = first
        price_hashes(table, state, n, 0)
    hash_machines(table, state)


@kernel
def draw_shocks(table: MarketTable, state: MarketState, paths: Any, seed: Any, t: int) -> None:
    """Draw the month's factor shocks, correlated; Student-t by one common mixing variable per path.

    References
    ----------
    Glasserman (2003), section 2.3.3; t with even degrees of freedom by a sum of exponentials.
    """
    economy, shocks, month = state.economy, state.shocks, to_word(t)
    for f in range(table.factor_stream.shape[0]):
        stream = to_word(table.factor_stream[f])
        for k in range(shocks.shape[-1]):
            shocks[f, RAW, k] = normal(paths[k], month, stream, seed[0], seed[1])
    degrees, scale_row = table.degrees[0], economy[0, SCALE]
    if degrees > 0:
        stream = to_word(table.mixing_stream[0])
        fill_chi_square_even(scale_row, paths, month, stream, degrees // 2, seed[0], seed[1])
        for k in range(economy.shape[-1]):
            scale_row[k] = sqrt((degrees - 2.0) / scale_row[k])
    c = table.cholesky
    a00, a10, a11, a20, a21, a22 = c[0, 0], c[1, 0], c[1, 1], c[2, 0], c[2, 1], c[2, 2]
    a30, a31, a32, a33 = c[3, 0], c[3, 1], c[3, 2], c[3, 3]
    for k in range(shocks.shape[-1]):
        scale = economy[0, SCALE, k]
        z0, z1, z2, z3 = shocks[0, RAW, k], shocks[1, RAW, k], shocks[2, RAW, k], shocks[3, RAW, k]
        shocks[0, SHOCK, k] = scale * (a00 * z0)
        shocks[1, SHOCK, k] = scale * (a10 * z0 + a11 * z1)
        shocks[2, SHOCK, k] = scale * (a20 * z0 + a21 * z1 + a22 * z2)
        shocks[3, SHOCK, k] = scale * (a30 * z0 + a31 * z1 + a32 * z2 + a33 * z3)


@kernel
def step_economy(table: MarketTable, state: MarketState, paths: Any, seed: Any, t: int) -> None:
    """Move the common prices one month: regime and compute cycle, SOFR, spread, power.

    References
    ----------
    Ornstein-Uhlenbeck transitions, Glasserman (2003), section 3.3; Vasicek (1977) around a given curve;
    the two-state regime switches before the month's shock (our own order).
    """
    economy, shocks = state.economy, state.shocks
    glut, shortage, leave_glut, leave_shortage = (
        table.cycle_level[0],
        table.cycle_level[1],
        table.cycle_leave[0],
        table.cycle_leave[1],
    )
    pull, noise, mean, deviation = (
        table.cycle_pull[0],
        table.cycle_noise[0],
        table.cycle_mean[0],
        table.cycle_deviation[0],
    )
    curve, rate_pull, rate_noise = table.rate_curve[t], table.rate_pull[0], table.rate_noise[0]
    spread_level, spread_pull, spread_noise, shut = (
        table.spread_level[0],
        table.spread_pull[0],
        table.spread_noise[0],
        table.spread_shut[0],
    )
    power, power_pull, power_noise = table.power_price[0], table.power_pull[0], table.power_noise[0]
    stream, month = to_word(table.regime_stream[0]), to_word(t)
    for k in range(economy.shape[-1]):
        u, _ = uniforms(paths[k], month, stream, seed[0], seed[1])
        before = economy[0, REGIME, k]
        leaves = u < where(before > 0.5, leave_shortage, leave_glut)
        regime = where(leaves, 1.0 - before, before)
        level = where(regime > 0.5, shortage, glut)
        cycle = level + (economy[0, CYCLE, k] - level) * pull + noise * shocks[0, SHOCK, k]
        economy[0, REGIME, k] = regime
        economy[0, CYCLE, k] = cycle
        economy[0, SCORE, k] = minimum(MOST_SCORE, maximum(-MOST_SCORE, (cycle - mean) / deviation))
    for k in range(economy.shape[-1]):
        gap = economy[0, RATE_GAP, k] * rate_pull + rate_noise * shocks[1, SHOCK, k]
        above = economy[0, SPREAD, k] - spread_level
        spread = spread_level + above * spread_pull + spread_noise * shocks[2, SHOCK, k]
        power_log = economy[0, POWER_LOG, k] * power_pull + power_noise * shocks[3, SHOCK, k]
        economy[0, DISCOUNT, k] = economy[0, DISCOUNT, k] / (1.0 + (curve + gap) / 12.0)
        economy[0, RATE_GAP, k] = gap
        economy[0, RATE, k] = curve + gap
        economy[0, SPREAD, k] = spread
        economy[0, IS_OPEN, k] = where(spread < shut, 1.0, 0.0)
        economy[0, POWER_LOG, k] = power_log
        economy[0, POWER, k] = power * exp(power_log)


@kernel
def step_machines(table: MarketTable, state: MarketState, paths: Any, seed: Any, t: int) -> None:
    """Move every machine's rent one month: trend, cycle, own noise, and the launches of successors.

    References
    ----------
    Our own: log rent = trend + loading x cycle + own noise + launch drops over a linear ramp.
    """
    economy, machines, launches = state.economy, state.machines, state.launches
    pull, month = table.cycle_pull[0], to_word(t)
    for g in range(table.rental.shape[0]):
        for k in range(machines.shape[-1]):
            machines[g, DROP, k] = 0.0
            machines[g, FULL_DROP, k] = 0.0
            machines[g, PHASE, k] = 0.0
    for e in range(table.launch_machine.shape[0]):
        g, ramp = table.launch_machine[e], table.launch_ramp[e]
        for k in range(launches.shape[-1]):
            available = launches[e, AVAILABLE, k]
            ramped = minimum(1.0, maximum(0.0, (t - available) / ramp))
            machines[g, DROP, k] = machines[g, DROP, k] + ramped * launches[e, LOG_DROP, k]
            full = where(t >= available, launches[e, LOG_DROP, k], 0.0)
            machines[g, FULL_DROP, k] = machines[g, FULL_DROP, k] + full
            stages = where(t >= launches[e, ANNOUNCED, k], 1.0, 0.0) + where(t >= available, 1.0, 0.0)
            machines[g, PHASE, k] = machines[g, PHASE, k] + stages
    for g in range(table.rental.shape[0]):
        if table.hashrate[g] > 0.0:
            continue
        trend, loading, noise = table.rental[g] - table.drift[g] * t, table.loading[g], table.noise[g]
        stream = to_word(table.machine_stream[g])
        for k in range(machines.shape[-1]):
            z = normal(paths[k], month, stream, seed[0], seed[1])
            own = machines[g, NOISE, k] * pull + noise * economy[0, SCALE, k] * z
            deviation = loading * economy[0, CYCLE, k] + own
            machines[g, NOISE, k] = own
            machines[g, DEVIATION, k] = deviation
            machines[g, RENT, k] = exp(trend + deviation + machines[g, DROP, k])


@kernel
def draw_coin_shocks(table: MarketTable, state: MarketState, paths: Any, seed: Any, t: int) -> None:
    """Draw the coins' shocks and volatilities, and the scale of their tail: common with rents, or their own.

    References
    ----------
    Log volatility as an Ornstein-Uhlenbeck factor: Taylor (1986), Scott (1987).
    """
    economy, coins, month = state.economy, state.coins, to_word(t)
    degrees, row = table.degrees[0], coins[0, COIN_SCALE]
    for k in range(coins.shape[-1]):
        row[k] = 1.0 * economy[0, SCALE, k]
    if degrees > 0 and table.coin_mixing.shape[0] > 0:
        fill_chi_square_even(row, paths, month, to_word(table.coin_mixing[0]), degrees // 2, seed[0], seed[1])
        for k in range(coins.shape[-1]):
            row[k] = sqrt((degrees - 2.0) / row[k])
    for c in range(table.coin_price.shape[0]):
        stream, calm, unrest = to_word(table.coin_stream[c]), table.coin_calm[c], table.coin_unrest[c]
        median, worse = table.coin_noise[c], table.coin_glut_unrest[c]
        for k in range(coins.shape[-1]):
            raw, z = normals(paths[k], month, stream, seed[0], seed[1])
            moved = coins[c, UNREST, k] * calm + unrest * z
            moved = minimum(MOST_UNREST, maximum(0.0 - MOST_UNREST, moved))
            coins[c, COIN_RAW, k] = raw
            coins[c, UNREST, k] = moved
            coins[c, COIN_NOISE, k] = median * exp(moved) * (1.0 + worse * (1.0 - economy[0, REGIME, k]))


@kernel
def step_coins(table: MarketTable, state: MarketState, paths: Any, seed: Any, t: int) -> None:
    """Move the coins' prices one month: drift, a shock joint with the other factors, and at most one jump.

    References
    ----------
    Merton (1976) for the jumps, whose expected move the drift compensates; Glasserman (2003), section 3.5.
    """
    shocks, coins, month = state.shocks, state.coins, to_word(t)
    draw_coin_shocks(table, state, paths, seed, t)
    on, of, scale_row = table.coin_on_factor, table.coin_on_coin, coins[0, COIN_SCALE]
    for c in range(table.coin_price.shape[0]):
        drift, chance, first = table.coin_drift[c], table.coin_jumps[c], table.coin_price[c]
        mean, deviation = table.coin_jump[c], table.coin_jump_deviation[c]
        toss, size = to_word(table.coin_jump_stream[c]), to_word(table.coin_size_stream[c])
        glut = table.coin_glut_drift[c]
        a0, a1, a2, a3 = on[c, 0], on[c, 1], on[c, 2], on[c, 3]
        for k in range(coins.shape[-1]):
            joint = a0 * shocks[0, RAW, k] + a1 * shocks[1, RAW, k] + a2 * shocks[2, RAW, k] + a3 * shocks[3, RAW, k]
            for d in range(c + 1):
                joint = joint + of[c, d] * coins[d, COIN_RAW, k]
            u, _ = uniforms(paths[k], month, toss, seed[0], seed[1])
            z = normal(paths[k], month, size, seed[0], seed[1])
            jump = where(u < chance, mean + deviation * z, 0.0)
            noise = coins[c, COIN_NOISE, k]
            pushed = drift + glut * (1.0 - state.economy[0, REGIME, k])
            moved = coins[c, LOG_PRICE, k] + pushed - 0.5 * noise * noise + noise * (scale_row[k] * joint) + jump
            moved = minimum(first + MOST_MOVE, maximum(first - MOST_MOVE, moved))
            coins[c, LOG_PRICE, k] = moved
            coins[c, PRICE, k] = exp(moved)


@kernel
def price_hashes(table: MarketTable, state: MarketState, n: int, t: int) -> None:
    """Write the hashprice of month t, and how far it stands from what the network usually earns.

    References
    ----------
    docs/glossary.md, *hashprice*.
    """
    coins, network, c = state.coins, state.network, table.network_coin[n]
    reward, normal_price = BLOCKS * (table.subsidy[n, t] + table.fees[n]), table.network_normal[n, t]
    mean = table.network_mean[n]
    for k in range(network.shape[-1]):
        earned = log(reward + 0.0 * coins[c, PRICE, k]) + coins[c, LOG_PRICE, k] - network[n, LOG_HASH, k]
        network[n, HASHPRICE, k] = exp(earned)
        network[n, GAP, k] = earned - normal_price - mean


@kernel
def step_network(table: MarketTable, state: MarketState, paths: Any, seed: Any, t: int) -> None:
    """Let the network grow by last month's margins, and price its hashes.

    References
    ----------
    Our own: growth is linear in the log hashprice over its normal level.
    """
    network, month = state.network, to_word(t)
    for n in range(table.fees.shape[0]):
        growth, response, noise = table.network_growth[n], table.network_response[n], table.network_noise[n]
        stream, mean = to_word(table.network_stream[n]), table.network_mean[n]
        for k in range(network.shape[-1]):
            z = normal(paths[k], month, stream, seed[0], seed[1])
            grown = growth + response * (network[n, GAP, k] + mean) + noise * z
            network[n, LOG_HASH, k] = network[n, LOG_HASH, k] + grown
        price_hashes(table, state, n, t)


@kernel
def hash_machines(table: MarketTable, state: MarketState) -> None:
    """Write the rent of every rig: its share of what the network earns, per hour.

    References
    ----------
    docs/glossary.md, *hashprice*.
    """
    machines, network = state.machines, state.network
    for g in range(table.rental.shape[0]):
        if table.hashrate[g] > 0.0:
            per_hour = table.hashrate[g] / 24000.0
            for k in range(machines.shape[-1]):
                machines[g, DEVIATION, k] = 1.0 * network[0, GAP, k]
                machines[g, RENT, k] = per_hour * network[0, HASHPRICE, k]


@kernel
def step(table: MarketTable, state: MarketState, paths: Any, seed: Any, t: int) -> None:
    """Move all prices from month t - 1 to month t.

    References
    ----------
    The functions above.
    """
    draw_shocks(table, state, paths, seed, t)
    step_economy(table, state, paths, seed, t)
    step_machines(table, state, paths, seed, t)
    if table.coin_price.shape[0] > 0:
        step_coins(table, state, paths, seed, t)
        step_network(table, state, paths, seed, t)
        hash_machines(table, state)
