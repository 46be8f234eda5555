"""Moments of the simulated prices against closed forms, within four standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from halflife.foundation.backend import empty_state, lane_of, twin, twin_rows
from halflife.foundation.streams import seed_words
from halflife.market import state as market
from halflife.market.kernel import start, step
from halflife.market.state import MarketState

PATHS, MONTHS, SEED = 40_000, 60, 11
AT = (1, 12, 36, 60)
pytestmark = pytest.mark.slow


def rows_of(array, count):
    copied = np.empty((*array.shape[:2], count))
    for entity in range(array.shape[0]):
        for field in range(array.shape[1]):
            copied[entity, field] = array[entity, field, 0]
    return copied


def prices(table, paths=PATHS, months=MONTHS, seed=SEED):
    """``{month: (economy, machines, launches)}`` of the market room alone."""
    lanes, words, kept = lane_of(np.arange(paths, dtype=np.uint64)), seed_words(seed), {}
    with twin_rows(paths):
        make = twin(empty_state)
        state = MarketState(
            make(1, market.ECONOMY_FIELDS), make(table.rental.size, market.MACHINE_FIELDS),
            make(table.launch_machine.size, market.LAUNCH_FIELDS),
            make(table.factor_stream.size, market.SHOCK_FIELDS),
            make(table.coin_price.size, market.COIN_FIELDS), make(table.fees.size, market.NETWORK_FIELDS),
        )  # fmt: skip
        twin(start)(table, state, lanes, words)
        for t in range(1, months + 1):
            twin(step)(table, state, lanes, words, t)
            kept[t] = tuple(
                rows_of(part, paths) for part in (state.economy, state.machines, state.launches, state.shocks)
            )
    return kept


def assert_mean(sample, wanted, what):
    error = sample.std(ddof=1) / np.sqrt(sample.size)
    assert abs(sample.mean() - wanted) <= 4.0 * error + 1e-12, f"{what}: {sample.mean()} +- {error}, wanted {wanted}"


def assert_variance(sample, wanted, what):
    """Standard error of a variance from the sample's own fourth moment."""
    apart = (sample - sample.mean()) ** 2
    error = apart.std(ddof=1) / np.sqrt(sample.size)
    assert abs(apart.mean() - wanted) <= 4.0 * error + 1e-15, f"{what}: {apart.mean()} +- {error}, wanted {wanted}"


def returned(pull, noise, t):
    """Variance of a mean-reverting factor after t months: ``noise^2 (1 - pull^2t) / (1 - pull^2)``."""
    return noise**2 * (1.0 - pull ** (2 * t)) / (1.0 - pull**2)


@pytest.fixture(scope="module")
def deal(change):
    return change("examples/full-feature.yaml", {"economy/market/shock_degrees": "gaussian"})


@pytest.fixture(scope="module")
def simulated(deal):
    return prices(deal.plan.market)


@pytest.mark.parametrize("t", AT)
def test_short_rate_is_vasicek_around_the_curve(deal, simulated, t):
    table, rate = deal.plan.market, simulated[t][0][0, market.RATE]
    assert_mean(rate, table.rate_curve[t], "SOFR")
    assert_variance(rate, returned(table.rate_pull[0], table.rate_noise[0], t), "SOFR")


@pytest.mark.parametrize("t", AT)
def test_spread_reverts_in_logs(deal, simulated, t):
    table, spread = deal.plan.market, simulated[t][0][0, market.SPREAD]
    level, pull = table.spread_level[0], table.spread_pull[0]
    assert_mean(spread, level + (table.spread_start[0] - level) * pull**t, "spread")
    assert_variance(spread, returned(pull, table.spread_noise[0], t), "spread")
    np.testing.assert_array_equal(simulated[t][0][0, market.IS_OPEN] > 0.5, spread < table.spread_shut[0])


@pytest.mark.parametrize("t", AT)
def test_power_price_is_lognormal(deal, simulated, t):
    table, power = deal.plan.market, simulated[t][0][0, market.POWER]
    variance = returned(table.power_pull[0], table.power_noise[0], t)
    assert_mean(np.log(power / table.power_price[0]), 0.0, "log power")
    assert_variance(np.log(power), variance, "log power")
    assert_mean(power, table.power_price[0] * np.exp(variance / 2.0), "power")


def cycle_moments(table, t):
    """Mean and variance of the cycle, by carrying (regime, mean, second moment) forward exactly."""
    share = np.array([1.0 - table.cycle_shortage[0], table.cycle_shortage[0]])
    first = np.full(2, table.cycle_start[0]) * share
    second = np.full(2, table.cycle_start[0] ** 2) * share
    leave, pull, noise = table.cycle_leave, table.cycle_pull[0], table.cycle_noise[0]
    switch = np.array([[1.0 - leave[0], leave[0]], [leave[1], 1.0 - leave[1]]])
    for _ in range(t):
        share, first, second = share @ switch, first @ switch, second @ switch
        shift = table.cycle_level * (1.0 - pull)
        second = second * pull**2 + 2.0 * shift * pull * first + (shift**2 + noise**2) * share
        first = pull * first + shift * share
    return share, first.sum(), second.sum() - first.sum() ** 2


@pytest.mark.parametrize("t", AT)
def test_cycle_and_regime_follow_their_law(deal, simulated, t):
    table, economy = deal.plan.market, simulated[t][0]
    share, mean, variance = cycle_moments(table, t)
    assert_mean(economy[0, market.REGIME], share[1], "shortage")
    assert_mean(economy[0, market.CYCLE], mean, "cycle")
    assert_variance(economy[0, market.CYCLE], variance, "cycle")


def test_the_cycle_settles_to_the_long_run_it_is_scored_by(deal):
    table = deal.plan.market
    _, mean, variance = cycle_moments(table, 2000)
    assert mean == pytest.approx(table.cycle_mean[0], rel=1e-9, abs=1e-12)
    assert np.sqrt(variance) == pytest.approx(table.cycle_deviation[0], rel=1e-9)


@pytest.mark.parametrize("t", AT)
def test_rents_are_trend_cycle_noise_and_launches(deal, simulated, t):
    table, (_, machines, _, _) = deal.plan.market, simulated[t]
    _, mean, variance = cycle_moments(table, t)
    for g, name in enumerate(deal.names.machines):
        log_rent = np.log(machines[g, market.RENT]) - machines[g, market.DROP]
        loading = table.loading[g]
        assert_mean(log_rent, table.rental[g] - table.drift[g] * t + loading * mean, name)
        own = returned(table.cycle_pull[0], table.noise[g], t)
        assert_variance(log_rent, loading**2 * variance + own, name)


def test_rents_start_where_they_are_quoted(deal):
    table = deal.plan.market
    quoted = {machine.name: machine.rental for machine in deal.spec.economy.market.machines}
    start_rent = np.exp(table.rental + table.loading * table.cycle_start[0])
    np.testing.assert_allclose(start_rent, [quoted[name] for name in deal.names.machines], rtol=1e-12)


def test_launches_come_when_and_as_large_as_written(deal, simulated):
    table, launches = deal.plan.market, simulated[1][2]
    for e in range(table.launch_machine.size):
        shift = launches[e, market.AVAILABLE]
        deviation = table.launch_deviation[e]
        if table.launch_availability[e] > 1.0 + 5.0 * deviation:  # the floor at month 1 does not bind
            assert_mean(shift, table.launch_availability[e], "availability")
            assert_variance(shift, deviation**2, "availability")
            if table.launch_announcement[e] > 1.0 + 5.0 * deviation:
                together = launches[e, market.AVAILABLE] - launches[e, market.ANNOUNCED]
                assert np.ptp(together) < 1e-9
        drop = -np.expm1(launches[e, market.LOG_DROP])
        assert (drop >= 0.0).all()
        assert (drop <= 0.9 + 1e-12).all()
        mean, spread = table.launch_drop[e], table.launch_drop_deviation[e]
        cut, density = normal_parts(mean / spread)
        assert_mean(drop, mean * cut + spread * density, "drop, never below zero")


def normal_parts(x):
    """Distribution function and density of the standard normal law."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0))), math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)


def test_launch_drops_ramp_linearly_to_their_full_size(deal, simulated):
    table = deal.plan.market
    for t in (12, 36, 60):
        _, machines, launches, _ = simulated[t]
        for g in range(table.rental.size):
            wanted = 0.0
            for e in np.flatnonzero(table.launch_machine == g):
                ramp = np.clip((t - launches[e, market.AVAILABLE]) / table.launch_ramp[e], 0.0, 1.0)
                wanted = wanted + ramp * launches[e, market.LOG_DROP]
            np.testing.assert_allclose(machines[g, market.DROP], wanted, rtol=1e-12, atol=1e-15)


def test_factors_are_correlated_as_written(deal, simulated):
    table = deal.plan.market
    wanted = table.cholesky @ table.cholesky.T
    shocks = np.stack([simulated[t][3][:, market.SHOCK] for t in range(1, 25)], axis=1).reshape(4, -1)
    for i in range(4):
        assert_mean(shocks[i], 0.0, f"factor {i}")
        for j in range(i, 4):
            assert_mean(shocks[i] * shocks[j], wanted[i, j], f"factors {i} and {j}")


@pytest.mark.parametrize("degrees", [6, 8, 12])
def test_student_shocks_keep_the_variance_and_have_the_tails(deal, degrees):
    """Variance 1; excess kurtosis ``6 / (degrees - 4)``, tested where its own moments exist."""
    table = deal.plan.market._replace(degrees=np.array([degrees]))
    kept = prices(table, paths=20_000, months=24)
    shocks = np.concatenate([kept[t][3][0, market.SHOCK] for t in kept])
    assert_mean(shocks, 0.0, "shock")
    assert_mean(shocks**2, 1.0, "variance")
    if degrees == 12:
        assert_mean(shocks**4, 3.0 + 6.0 / (degrees - 4.0), "fourth moment")


def test_student_shocks_share_one_mixing_variable(deal):
    """Large months are large for every factor: squares of independent factors are correlated."""
    table = deal.plan.market._replace(degrees=np.array([12]), cholesky=np.eye(4))
    kept = prices(table, paths=20_000, months=24)
    squares = np.concatenate([kept[t][3][:2, market.SHOCK] ** 2 for t in kept], axis=1)
    assert_mean(squares[0] * squares[1], 10.0 / 8.0, "joint squares: (degrees - 2) / (degrees - 4)")


def test_riskless_discount_is_the_product_of_the_path_rates(deal, simulated):
    factor = np.ones(PATHS)
    for t in range(1, MONTHS + 1):
        factor = factor / (1.0 + simulated[t][0][0, market.RATE] / 12.0)
    np.testing.assert_allclose(simulated[MONTHS][0][0, market.DISCOUNT], factor, rtol=1e-12)
