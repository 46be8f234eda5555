"""Assemble the market entries: today's default, named alternatives, and what was known at past signings.

Run: ``python -m calibration.market "$HALFLIFE_DATA"``. Writes ``market/*.yaml``.
"""

from __future__ import annotations

import copy
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from calibration import rental
from calibration.blocks import correlation_block, credit_block, power_block, rate_block
from calibration.launches import DROP, launch_block, no_launches
from calibration.records import Documents, assumed, estimate, main, month_number, quoted, rows

DATE = "2026-11-23"
CARDS = "matched rate-card chains of A100, H100, H200, B200 (list and ask quotes, no executed price)"
LONG_TRENDS = {"V100 2018-2026": -0.21, "A100 2021-2026": -0.07, "H100 2024-2026": -0.13}
"""CCIR fits of posted rents over each chip's life (ccir.io, 2026-08), per year; quoted with attribution."""
CROSS_SECTION = -0.26
HISTORY = (0.3119, 0.27, 0.39, 0.0421)
"""Yearly falls published before 2023: BEA office and computing equipment, desktop PCs (Berndt,
Dulberger, Rappaport), MPU hedonic 2008-12 (Byrne, Oliner, Sichel), MPU PPI 2010-14 (BLS)."""
CONTRACT_SPAN, CONTRACT_YEARS = ("2025-10", "2026-08"), 10 / 12
"""Low and latest quote of the H100 one-year contract (SemiAnalysis; Silicon Data, secondary)."""
SIGNINGS = {"2023-07": "2023-06", "2025-07": "2025-06", "2026-03": "2026-02", "2026-05": "2026-04"}


@dataclass(frozen=True)
class Today:
    """Everything the default entry estimates from rents, in plain numbers."""

    quotes: rental.Quotes
    spread: rental.Spread
    drift: float
    drift_error: float
    cycle: rental.Cycle
    speeds: tuple[float, float]


def today(data: Path) -> Today:
    """Estimates with all the data."""
    quotes = rental.read_quotes(data, "2026-09")
    drift, error = long_trend(quotes)
    amplitude = contract_swing(data) + drift * CONTRACT_YEARS
    cycle, slow, fast = rental.speed_range(quotes, drift, amplitude)
    return Today(quotes, rental.volatility(quotes), drift, error, cycle, (slow, fast))


def long_trend(quotes: rental.Quotes) -> tuple[float, float]:
    """Yearly log fall over a whole cycle: CCIR's three chips and our own chain; error not shrunk."""
    falls = np.asarray([-math.log1p(change) for change in LONG_TRENDS.values()])
    mean, error = float(falls.mean()), float(falls.std(ddof=1) / math.sqrt(len(falls)))
    own, own_error, _ = rental.trend(quotes)
    weight = error**-2 / (error**-2 + own_error**-2)
    return weight * mean + (1 - weight) * own, error


def contract_swing(data: Path) -> float:
    """Log rise of the H100 one-year contract from its low to its latest quote (calibration only)."""
    quotes = {
        row["date"]: float(row["usd_per_gpu_hour"])
        for row in rows(data, "gpu_rental_history.csv")
        if row["model"] == "H100" and row["type"] == "contract"
    }
    first, last = CONTRACT_SPAN
    return math.log(quotes[last] / quotes[first])


def drift_entries(found: Today, sample: str) -> dict[str, Any]:
    """The trend of a machine's rent, with and without launches."""
    launch = launch_block("2026-09")
    per_year, drop_error = launch["per_year"]["value"], launch["rent_drop"]["standard_error"]
    net = found.drift + per_year * math.log1p(-DROP)
    return {
        "age_drift": estimate(
            net,
            math.hypot(found.drift_error, per_year * drop_error / (1 - DROP)),
            "1/yr (log)",
            sample,
            "total drift less launches per year times mean launch drop",
            DATE,
            high=-math.log1p(CROSS_SECTION),
            note="use with listed successors; CCIR cross-section -26 % a year of age (2026-08) is the upper "
            "end: it also holds the better quality of newer chips",
        ),
        "total_drift": estimate(
            found.drift,
            found.drift_error,
            "1/yr (log)",
            "posted rents: V100 2018-2026, A100 2021-2026, H100 2024-2026; own chain 44 months",
            f"CCIR (ccir.io, 2026-08) posted-rent trends -21, -7, -13 % a year, with {CARDS}",
            DATE,
            note="launches included; never use together with launch drops",
        ),
    }


def compute_block(found: Today) -> dict[str, Any]:
    """The two-regime law of the default entry."""
    degrees, low, high, shocks = rental.tail_degrees(found.quotes)
    regimes, start = regime_block(found)
    cards, counts = CARDS, f"{len(found.quotes.pooled()[0])} months 2023-02..2026-09, at most 4 machines"
    return {
        **drift_entries(found, counts),
        "speed": estimate(
            found.cycle.speed,
            (found.speeds[1] - found.speeds[0]) / 4,
            "1/yr",
            counts + "; one cycle",
            cards,
            DATE,
            low=found.speeds[0],
            high=found.speeds[1],
            note="likelihood is flat from its search floor; only speed x gap is identified. The gap is "
            "set to the swing of H100 one-year contracts, 2025-10..2026-08 (SemiAnalysis, Silicon Data)",
        ),
        **volatility_entries(found.spread, "2023-02..2026-09"),
        "start": estimate(
            start,
            found.cycle.gap_error / 2,
            "log",
            counts,
            cards,
            DATE,
            note="factor at 2026-09 from the mean of the regimes; rents follow its change since then",
        ),
        "shock_degrees": estimate(
            degrees,
            (high - low) / 4,
            "degrees",
            f"{shocks} standardised monthly changes, 4 rate-card and 6 spot series",
            "rate-card chains and AWS spot by zone",
            DATE,
            low=low,
            high=high,
            note="most likely even number; the fat tail comes from rate cards that stand still "
            "and then jump, spot "
            "alone does not reject normal shocks",
        ),
        "regimes": regimes,
    }


def volatility_entries(spread: rental.Spread, sample: str) -> dict[str, Any]:
    """Common and own volatility from the geometric middle of rate cards and spot."""
    common, own = math.sqrt(spread.common_share), math.sqrt(1 - spread.common_share)
    source = "rate-card chains (low) and AWS spot by chip (high)"
    note = (
        f"geometric middle of rate cards ({spread.cards:.3f}, smoothed) and spot "
        f"({spread.spot:.3f}, interruptible); "
        f"common share of variance {spread.common_share:.2f} from {spread.pairs}"
    )

    def entry(share: float) -> dict[str, Any]:
        error = math.hypot(spread.error * share, spread.total * spread.common_error / (2 * share))
        low, high = spread.cards * share, spread.spot * share
        return estimate(spread.total * share, error, "1/sqrt(yr)", sample, source, DATE, low=low, high=high, note=note)

    return {
        "volatility": entry(common),
        "idiosyncratic": entry(own),
    }


def regime_block(found: Today) -> tuple[dict[str, Any], float]:
    """Levels around a zero mean, switching from one cycle, and the factor's place today."""
    glut_years = (rental.SHORTAGE_FROM - rental.GLUT_FROM) / 12
    shortage_years = (rental.GLUT_FROM - month_number("2023-01") + month_number("2026-10") - rental.SHORTAGE_FROM) / 12
    into_shortage, into_glut = 1 / glut_years, 1 / shortage_years
    in_shortage = into_shortage / (into_shortage + into_glut)
    probability, noise = rental.shortage_probability(found.quotes, into_shortage, into_glut, found.drift)
    gap, error = found.cycle.gap, found.cycle.gap_error
    levels = "gap of the two levels, centred on zero mean"
    sample = "44 months, one cycle: glut 2023-07..2025-12, shortage 2026-01..2026-09"
    upper = float(stats.chi2.ppf(0.975, 2)) / 2
    lower = float(stats.chi2.ppf(0.025, 2)) / 2
    wide = float(stats.chi2.ppf(0.975, 4)) / 2
    return {
        "shortage_level": estimate(
            gap * (1 - in_shortage), error * (1 - in_shortage), "log", sample, CARDS, DATE, note=levels
        ),
        "glut_level": estimate(-gap * in_shortage, error * in_shortage, "log", sample, CARDS, DATE, note=levels),
        "into_shortage": estimate(
            into_shortage,
            into_shortage,
            "1/yr",
            f"1 switch in {glut_years:.2f} years of glut",
            "dating of the rate-card chains",
            DATE,
            low=lower / glut_years,
            high=upper / glut_years,
            note="one event: the standard error equals the value",
        ),
        "into_glut": estimate(
            into_glut,
            into_glut,
            "1/yr",
            f"1 switch in {shortage_years:.2f} years of shortage, the last one unfinished",
            "dating of the rate-card chains",
            DATE,
            low=lower / shortage_years,
            high=wide / shortage_years,
            note="one event: the standard error equals the value; the first shortage was under way when data begin",
        ),
        "shortage_probability": estimate(
            probability,
            math.sqrt(probability * (1 - probability) / 9),
            "share",
            "44 months, filtered with mirrored drifts",
            CARDS,
            "2026-09",
            low=0.5,
            high=1.0,
            note=f"two-state filter, monthly noise {noise:.3f}; error as of nine months of "
            "evidence; no quotes after 2026-09",
        ),
    }, found.cycle.last + gap * (0.5 - in_shortage)


def realisation(note: str = "utilisation times discount; H100 cohorts") -> dict[str, Any]:
    """Share of the posted rent really earned."""
    return quoted(0.5, "share", "CCIR (ccir.io)", "2026-08", low=0.3, high=0.8, note=note + "; range is ours")


def default_entry(data: Path) -> dict[str, Any]:
    """The two-regime default."""
    found = today(data)
    return {
        "name": "default",
        "as_of": "2026-09",
        "summary": "Two regimes of the common compute factor (one observed cycle), trend with age, launches apart.",
        "compute": compute_block(found),
        "launch": launch_block("2026-09"),
        "short_rate": rate_block(data, "2026-09"),
        "credit": credit_block(data, "2026-09"),
        "power": power_block("2026-09"),
        "realisation": realisation(),
        "correlations": correlation_block(data, found.quotes),
    }


def alternatives(default: dict[str, Any]) -> Documents:
    """Named variants of the default; each says what it changes."""
    made = {name: variant(default, name) for name in ("mean-reverting", "spot-volatile", "recovery-2026")}
    one = made["mean-reverting"]
    one["summary"] = "One regime: rents return to a falling trend; launches apart."
    one["compute"]["regimes"] = None
    spot = made["spot-volatile"]
    spot["summary"] = "The default with the volatility of AWS spot prices: for machines without contracts."
    for key in ("volatility", "idiosyncratic"):
        entry = spot["compute"][key]
        entry["value"] = entry["high"]
        entry["note"] = "upper end of the default: AWS spot by chip, 2022-11..2024-06; " + entry["note"]
    up = made["recovery-2026"]
    up["summary"] = "The shortage of 2026 lasts: switching back at the lower end of its interval; not a base case."
    regimes = up["compute"]["regimes"]
    regimes["into_glut"]["value"] = regimes["into_glut"]["low"]
    regimes["into_glut"]["note"] = "lower 95 % end of the default; rate cards 2026-01..09 rose 31 % a year [10, 57]"
    regimes["shortage_probability"] = assumed(1.0, 0.5, 1.0, "share", DATE, "the scenario starts in shortage")
    return made | {f"steady-{fall}": steady(default, fall) for fall in (20, 30, 40)}


def variant(default: dict[str, Any], name: str) -> dict[str, Any]:
    """A copy of the default under another name."""
    return copy.deepcopy(default) | {"name": name}


def steady(default: dict[str, Any], fall: int) -> dict[str, Any]:
    """Constant deflation, launches inside it: the claim under test."""
    made = variant(default, f"steady-{fall}")
    made["summary"] = f"Constant deflation of {fall} % a year, launches included; noise as in the default; no regimes."
    claim = (
        "the claim under test (20-40 % a year, attributed to SemiAnalysis and Epoch AI, "
        f"2025-12): {fall} %; rate cards "
        "reject a constant rate"
    )
    drift = assumed(-math.log1p(-fall / 100), -math.log(0.8), -math.log(0.6), "1/yr (log)", DATE, claim)
    made["compute"] |= {"age_drift": drift, "total_drift": dict(drift), "regimes": None}
    made["compute"]["start"] = assumed(0.0, 0.0, 0.0, "log", DATE, "a constant decline has no cycle to be in")
    made["launch"] = no_launches(made["launch"], "launches are inside the constant decline")
    return made


def at_signing(data: Path, signed: str, until: str) -> dict[str, Any]:
    """The entry an analyst could have estimated at a past signing: one regime, launches inside."""
    quotes = rental.read_quotes(data, until)
    spread = rental.volatility(quotes)
    drift, error, sample, source = _known_trend(quotes, until)
    months = len(quotes.pooled()[0])
    trend = estimate(drift, error, "1/yr (log)", sample, source, until, note="launches included")
    speed = assumed(0.5, 0.1, 2.0, "1/yr", until, "no full cycle observed: memory of half a year to ten years")
    inside = "no launch effect could be told from the trend at this date; the trend carries it"
    degrees = assumed(6, 4, 30, "degrees", until, "fewer than sixty machine-months: not estimated")
    if months >= 24:
        best, low, high, _ = rental.tail_degrees(quotes)
        degrees = estimate(
            best,
            (high - low) / 4,
            "degrees",
            f"{months} months",
            "rate cards and AWS spot",
            until,
            low=low,
            high=high,
        )
    later = "published after this date; nothing earlier found"
    return {
        "name": f"known-{signed}",
        "as_of": until,
        "summary": f"Only data up to {until}, as known at a signing in {signed}: one regime, "
        "because no cycle had closed.",
        "compute": {
            "age_drift": trend,
            "total_drift": dict(trend),
            "speed": speed,
            **volatility_entries(spread, f"{months} months to {until}"),
            "start": assumed(0.0, -0.3, 0.3, "log", until, "the trend is measured to this date"),
            "shock_degrees": degrees,
            "regimes": None,
        },
        "launch": no_launches(launch_block(until), inside),
        "short_rate": rate_block(data, until),
        "credit": credit_block(data, until),
        "power": power_block(until),
        "realisation": realisation(later),
        "correlations": correlation_block(data, quotes),
    }


def _known_trend(quotes: rental.Quotes, until: str) -> tuple[float, float, str, str]:
    drift, error, months = rental.trend(quotes)
    if months >= 24:
        return drift, error, f"{months} months to {until}", CARDS + "; random-walk error of the common factor"
    years = months / 12
    spread = rental.volatility(quotes)
    spot, between, chips = rental.spot_trend(quotes)
    spot_error = math.hypot(between, spread.spot * math.sqrt(spread.common_share / years))
    past = np.asarray([-math.log1p(-fall) for fall in HISTORY])
    parts = ((drift, error), (spot, spot_error), (float(past.mean()), float(past.std(ddof=1))))
    weights = np.asarray([error**-2 for _, error in parts])
    value = float(np.dot(weights, [mean for mean, _ in parts]) / weights.sum())
    sample = f"{months} months of rate cards, {chips} spot chips, 4 published declines: window too short, error widened"
    source = (
        "precision-weighted: rate cards, AWS spot, and earlier declines (BEA SCB 1997; Berndt, "
        "Dulberger, Rappaport; "
        "Byrne, Oliner, Sichel 2014; BLS 2018)"
    )
    return value, float(weights.sum() ** -0.5), sample, source


def build(data: Path) -> Documents:
    """All market entries."""
    default = default_entry(data)
    entries = {"default": default} | alternatives(default)
    entries |= {f"known-{signed}": at_signing(data, signed, until) for signed, until in SIGNINGS.items()}
    return {f"market/{name}.yaml": entry for name, entry in entries.items()}


if __name__ == "__main__":
    main(build, "market", sys.argv)
