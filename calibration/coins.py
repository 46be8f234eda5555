"""Laws of BTC, ETH and the Bitcoin network, today and as they were known at past dates.

Run: ``python -m calibration.coins "$HALFLIFE_DATA"``. Writes ``coins/*.yaml``; daily and monthly rows do not ship.
"""

from __future__ import annotations

import datetime
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.records import Documents, assumed, estimate, main, quoted, rows

Floats = NDArray[np.float64]
WINDOWS = {"default": "2026-08-21", "known-2021-12": "2021-12-31", "known-2022-06": "2022-06-30"}
FIRST = "2018-01-01"
"""Start of the price windows: before it, BTC was another market (no futures until 2017-12)."""
JUMP = 5.0
"""A day is a jump when its log return exceeds this many standard deviations of the sixty days before."""
YEAR = 12
LOOK_BACK, SEED, REDRAWS, BLOCK = 60, 7, 2000, 6
PRICES = "daily closes of BTC and ETH in USD (public price files, UTC days); rows do not ship"
CHAIN = "difficulty and fees of the Bitcoin chain by month, 2019-01 on; rows do not ship"
PROTOCOL = (
    "Bitcoin protocol: the subsidy halves every 210,000 blocks; dates of blocks 210,000, 420,000, 630,000, 840,000"
)
HALVINGS = ("2012-11-28", "2016-07-09", "2020-05-11", "2024-04-20")


class Moves(NamedTuple):
    """One coin: month and log realised volatility without jumps; jumps; monthly log changes; years observed."""

    volatility: Floats
    jumps: Floats
    monthly: dict[str, float]
    years: float


def moves(data: Path, column: str, until: str) -> Moves:
    """Split daily log returns into jumps and the volatility of the other days, month by month."""
    prices = [
        (row["date"], float(row[column]))
        for row in rows(data, "crypto_daily.csv")
        if row[column] and FIRST <= row["date"] <= until
    ]
    days, levels = [day for day, _ in prices], np.log([price for _, price in prices])
    returns = np.diff(levels)
    is_jump = np.zeros(returns.size, dtype=bool)
    for i in range(LOOK_BACK, returns.size):
        before = returns[i - LOOK_BACK : i][~is_jump[i - LOOK_BACK : i]]
        is_jump[i] = abs(returns[i]) > JUMP * before.std()
    months = np.array([day[:7] for day in days[1:]])
    ends = {day[:7]: level for day, level in zip(days, levels, strict=True)}
    names = sorted(ends)
    kept = [month for month in names if (months == month).sum() >= 25]
    calm = [float(np.log(np.sqrt((returns[(months == m) & ~is_jump] ** 2).mean() * 365.25 / 12))) for m in kept]
    monthly = {b: ends[b] - ends[a] for a, b in pairwise(names)}
    return Moves(np.array(calm), returns[is_jump], monthly, returns.size / 365.25)


def persistence(log_volatility: Floats) -> tuple[float, float, float]:
    """Median volatility per root year, monthly persistence, and long-run deviation of the log volatility.

    The measured volatility of a month carries the noise of thirty days: lags one and two are free of it.
    """
    gap = log_volatility - log_volatility.mean()
    one, two = float((gap[1:] * gap[:-1]).mean()), float((gap[2:] * gap[:-2]).mean())
    pull = min(max(two / one, 0.05), 0.98) if one > 0.0 else 0.05
    variance = min(max(one, 1e-6) / pull, float((gap**2).mean()))
    return float(np.exp(log_volatility.mean()) * math.sqrt(12)), pull, math.sqrt(variance)


def redrawn(sample: Floats) -> Floats:
    """`persistence` of block-bootstrap samples: ``[draw, figure]``."""
    generator = np.random.default_rng(SEED)
    count = -(-sample.size // BLOCK)
    starts = generator.integers(0, sample.size - BLOCK + 1, (REDRAWS, count))
    return np.array([persistence(np.concatenate([sample[s : s + BLOCK] for s in draw])) for draw in starts])


def coin_block(found: Moves, until: str) -> dict[str, Any]:
    """The law of one coin."""
    sample = f"{FIRST[:7]}..{until[:7]}, {found.volatility.size} months"
    level, pull, deviation = persistence(found.volatility)
    draws = redrawn(found.volatility)
    speeds, errors = -12 * np.log(draws[:, 1]), draws.std(axis=0, ddof=1)
    speed = -12 * math.log(pull)
    unrest = deviation * math.sqrt(2 * speed)
    growth = np.array(list(found.monthly.values())) * 12
    error, count = float(growth.std(ddof=1) / math.sqrt(growth.size)), found.jumps.size
    low, high = np.percentile(speeds, [2.5, 97.5])
    width = float(found.jumps.std(ddof=1)) if count > 1 else 0.0
    days = f"{count} days beyond {JUMP:g} standard deviations of the {LOOK_BACK} days before, {found.years:.1f} years"
    return {
        "drift": assumed(
            0.0, growth.mean() - 1.96 * error, growth.mean() + 1.96 * error, "1/yr", until,
            f"the mean log growth of {growth.mean():+.2f} a year has a standard error of {error:.2f}: not usable",
        ),
        "volatility": estimate(
            level, float(errors[0]), "1/sqrt(yr)", sample, PRICES, until, note="median, jumps apart"
        ),
        "volatility_speed": estimate(
            speed, float(speeds.std(ddof=1)), "1/yr", sample, PRICES, until, low=float(low), high=float(high),
            note="from lags one and two of the monthly log volatility, which its measurement noise leaves alone",
        ),
        "volatility_of_volatility": estimate(
            unrest, float((draws[:, 2] * np.sqrt(2 * speeds)).std(ddof=1)), "1/sqrt(yr)", sample, PRICES, until,
            low=0.0,
        ),
        "jump_intensity": estimate(count / found.years, math.sqrt(count) / found.years, "1/yr", days, PRICES, until),
        "jump_mean": estimate(
            float(found.jumps.mean()), width / math.sqrt(count), "log", days, PRICES, until
        ),
        "jump_deviation": estimate(width, width / math.sqrt(2 * count), "log", days, PRICES, until),
    }  # fmt: skip


def correlation(x: Floats, y: Floats) -> tuple[float, float]:
    """Correlation and its standard error in Fisher's scale, carried back."""
    r = float(np.corrcoef(x, y)[0, 1])
    return r, (1 - r**2) / math.sqrt(x.size - 3)


def between(btc: Moves, eth: Moves, until: str) -> dict[str, Any]:
    """How the two coins move together."""
    common = sorted(set(btc.monthly) & set(eth.monthly))
    r, error = correlation(np.array([btc.monthly[m] for m in common]), np.array([eth.monthly[m] for m in common]))
    return estimate(r, error, "1", f"{len(common)} months to {until[:7]}", PRICES, until, note="monthly log changes")


def on_compute(data: Path, until: str) -> dict[str, Any]:
    """Correlation of BTC with AI rents: measured, and what is used."""
    found = next(
        row
        for row in rows(data, "calib_crypto_gpu_corr.csv")
        if (row["series"], row["gpu"], row["coin"], row["lag"]) == ("ratecard_chain", "H100", "btc_usd", "lag0")
    )
    r, low, high = float(found["r"]), float(found["lo95"]), float(found["hi95"])
    if until < "2026-01":
        reason = "no AI rents were quoted then: zero, and not measured"
        return {"between": ["BTC", "compute"], "used": 0.0, "measured": None, "reason": reason}
    measured = estimate(
        r, (high - low) / 3.92, "1", f"{found['n']} months of H100 rate cards", "list quotes of H100 hours; BTC closes",
        until, low=low, high=high,
    )  # fmt: skip
    reason = "the interval contains zero" if low < 0.0 < high else "the interval excludes zero"
    used = 0.0 if low < 0.0 < high else r
    return {"between": ["BTC", "compute"], "used": used, "measured": measured, "reason": reason}


def stress(data: Path, btc: Moves, until: str) -> dict[str, Any]:
    """Correlation of BTC with used graphics cards in the mining bust: what AI hardware might share in a stress."""
    index = [(row["month"], float(row["dlog"])) for row in rows(data, "gpu_resale_ebay_index.csv") if row["dlog"]]
    names = sorted(btc.monthly)
    pairs = [
        (change, sum(btc.monthly[m] for m in names[names.index(month) - 2 : names.index(month) + 1]))
        for month, change in index
        if month in btc.monthly
    ]
    if until < "2023-12":
        return assumed(
            0.5, 0.0, 0.8, "1", until, "no index of used graphics cards was known; a named stress, no estimate"
        )
    r, error = correlation(*np.array(pairs).T)
    return estimate(
        r, error, "1", f"{len(pairs)} months 2021-11..2023-11", "index of used graphics-card prices; BTC closes",
        until, note="index change against BTC's last three months, which overlap: the error is a lower bound; a stress "
        "figure for AI hardware, not an estimate of it",
    )  # fmt: skip


class Chain(NamedTuple):
    """The network by month: log of EH/s, log hashprice, BTC of fees per block, years since the first month."""

    growth: Floats
    price: Floats
    fees: Floats
    years: Floats


def chain(data: Path, until: str) -> Chain:
    """Months of the chain up to a date."""
    kept = [row for row in rows(data, "crypto_monthly.csv") if row["network_hashrate_eh"] and row["date"] <= until]
    share = np.array([float(row["fee_share_pct"]) / 100 for row in kept])
    subsidy = np.array([float(row["block_subsidy_btc"]) for row in kept])
    return Chain(
        np.log([float(row["network_hashrate_eh"]) for row in kept]),
        np.log([float(row["hashprice_month_avg_usd_per_ph_day"]) for row in kept]),
        subsidy * share / (1 - share),
        np.arange(len(kept)) / 12.0,
    )


def network_block(data: Path, until: str) -> dict[str, Any]:
    """How the hash rate follows the hashprice: growth of the year after on the hashprice over its trend."""
    found = chain(data, until)
    years = found.years - found.years[-1]
    design = np.column_stack([np.ones(years.size), years])
    (level, slope), *_ = np.linalg.lstsq(design, found.price, rcond=None)
    gap = found.price - level - slope * years
    ahead = found.growth[YEAR:] - found.growth[:-YEAR]
    matrix = np.column_stack([np.ones(ahead.size), gap[:-YEAR]])
    (usual, response), *_ = np.linalg.lstsq(matrix, ahead, rcond=None)
    answer = _newey_west(matrix, ahead - matrix @ [usual, response])
    steps = np.diff(found.growth) - (usual + response * gap[:-1]) / YEAR
    noise, trend = float(steps.std(ddof=2)), _newey_west(design, gap)
    sample, last = f"{years.size} months 2019-01..{min(until, '2026-06')[:7]}", f"{CHAIN}; last month with difficulty"
    recent = found.fees[-12:]
    return {
        "fees": estimate(
            float(recent.mean()), float(recent.std(ddof=1) / math.sqrt(12)), "BTC per block", "last 12 months", last,
            until,             low=0.0, note="held constant: share of reward below 2 % in most months",
        ),
        "growth": estimate(usual, answer[0], "1/yr (log)", sample, CHAIN, until),
        "response": estimate(
            response, answer[1], "1/yr per unit of log hashprice", sample, CHAIN, until,
            note="growth of the next twelve months (rigs are delivered late) on the log hashprice over its trend; "
            "errors allow for the overlap",
        ),
        "volatility": estimate(
            noise * math.sqrt(12), noise * math.sqrt(12) / math.sqrt(2 * steps.size), "1/sqrt(yr)", sample, CHAIN, until
        ),
        "normal_hashprice": estimate(
            float(np.exp(level)), float(np.exp(level)) * trend[0], "USD/PH/day", sample, CHAIN, until,
            note="on the fitted trend, at the last month of the sample",
        ),
        "normal_fall": estimate(
            -float(slope), trend[1], "1/yr (log)", sample, CHAIN, until, note="errors allow for twelve months of memory"
        ),
        "normal_date": until if until < "2026-07" else "2026-06-30",
    }  # fmt: skip


def _newey_west(design: Floats, residual: Floats, memory: int = 12) -> tuple[float, float]:
    """Standard errors of a regression whose residuals remember a year."""
    scores = design * residual[:, None]
    middle = scores.T @ scores
    for lag in range(1, memory + 1):
        cross = scores[lag:].T @ scores[:-lag]
        middle = middle + (1 - lag / (memory + 1)) * (cross + cross.T)
    inverse = np.linalg.inv(design.T @ design)
    spread = inverse @ middle @ inverse
    return math.sqrt(spread[0, 0]), math.sqrt(spread[1, 1])


def entry(data: Path, name: str, until: str) -> dict[str, Any]:
    """One facts file."""
    btc, eth = moves(data, "btc_usd", until), moves(data, "eth_usd", until)
    past = [day for day in HALVINGS if day <= until]
    return {
        "name": name,
        "as_of": until,
        "summary": "jump-diffusion with stochastic volatility; hash rate answers the hashprice; no later row is used",
        "coins": {"BTC": coin_block(btc, until), "ETH": coin_block(eth, until)},
        "between_coins": between(btc, eth, until),
        "on_compute": on_compute(data, until),
        "stressed": stress(data, btc, until),
        "network": network_block(data, until),
        "past_halvings": past,
        "halving_interval": quoted(
            1458.33, "days", PROTOCOL, until, note="210,000 blocks of ten minutes; past ones took 1,319 to 1,440 days"
        ),
    }


def build(data: Path) -> Documents:
    """Every entry."""
    for until in WINDOWS.values():
        datetime.date.fromisoformat(until)
    return {f"coins/{name}.yaml": entry(data, name, until) for name, until in WINDOWS.items()}


if __name__ == "__main__":
    main(build, "coins", sys.argv)
