"""The parts of a market entry that do not come from rents alone: rates, credit, power, correlations."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from calibration import macro, rental
from calibration.records import assumed, estimate, month_number, quoted, rounded, rows

DATE = "2026-11-23"
OVERNIGHT = "monthly effective fed funds 1990-2021, SOFR 2021- (Federal Reserve, NY Fed)"
TODAY = "2026-09"
TODAY_YIELDS = (0.0365, 0.0475, 0.0522)
"""SOFR 2026-08 (NY Fed); two- and ten-year Treasury 2026-10-08 (secondary)."""
QUOTED_ON = "2026-10-08"


def rate_block(data: Path, until: str) -> dict[str, Any]:
    """Vasicek parameters from the overnight rate, and a start curve from three yields."""
    last = month_number(until)
    fit = macro.fit_reversion(macro.short_rate(data, last))
    curve, source, date = _curve(data, until)
    sample = f"{fit.months} months to {until}"
    two_year = list(macro.changes(macro.column(data, "ust2y_pct", last)).values())
    return {
        "curve": curve,
        "curve_source": source,
        "curve_date": date,
        "speed": estimate(
            fit.speed,
            fit.speed_error,
            "1/yr",
            sample,
            OVERNIGHT,
            until,
            note="least squares is biased upwards in a sample of few rate cycles",
        ),
        "level": estimate(
            fit.level,
            fit.level_error,
            "decimal",
            sample,
            OVERNIGHT,
            until,
            note="shown for reference: the start curve carries the mean",
        ),
        "volatility": estimate(
            fit.volatility,
            fit.volatility_error,
            "decimal/sqrt(yr)",
            sample,
            OVERNIGHT,
            until,
            high=float(np.std(two_year, ddof=1)) / 100 * math.sqrt(12),
            note="policy rate moves in steps; upper end is the two-year Treasury yield, closer to what options price",
        ),
    }


def _curve(data: Path, until: str) -> tuple[list[float], str, str]:
    if until == TODAY:
        return (
            macro.start_curve(*TODAY_YIELDS),
            "Nelson-Siegel forwards through SOFR (NY Fed 2026-08) and 2- and 10-year Treasury "
            "yields (2026-10-08, "
            "secondary); no swap curve at hand, Treasury yields stand in for it",
            "2026-10-08",
        )
    last = month_number(until)
    overnight = float(macro.short_rate(data, last)[-1])
    two = macro.column(data, "ust2y_alt_pct", last) or macro.column(data, "ust2y_pct", last)
    two_year = two[max(two)] / 100
    ten = macro.column(data, "ust10y_pct", last)
    known = max(ten)
    if known == last:
        ten_year, how = ten[known] / 100, ""
    else:
        slope = ten[known] - macro.column(data, "ust2y_pct", last)[known]
        ten_year = two_year + slope / 100
        how = f"; 10-year missing, its distance from the 2-year taken from {known // 12}-{known % 12 + 1:02d}"
    source = (
        f"Nelson-Siegel forwards through overnight, 2- and 10-year Treasury yields, mean of {until} (Federal Reserve)"
    )
    return macro.start_curve(overnight, two_year, ten_year), source + how, until


def credit_block(data: Path, until: str) -> dict[str, Any]:
    """Log high-yield spread, refinancing market, and what it does to defaults."""
    spread = macro.high_yield(data, month_number(until))
    fit, shut = macro.fit_reversion(np.log(spread)), macro.shut_market(spread)
    now = _high_yield_today(data) if until == TODAY else None
    start, rank = macro.rank_matched(fit, spread, now)
    level = math.exp(fit.level)
    source = (
        "US high-yield option-adjusted spread, monthly means from 1996-12 (estimates only; the index is not shipped)"
    )
    seen = min(until, "2025-12")
    sample = f"{len(spread)} months to {seen}"
    others = ", ".join(f"{100 * share:.0f} % above {100 * at:.0f} %" for at, share in shut.others.items())
    slope, slope_error, years = macro.default_loading(data)
    return {
        "level": estimate(
            level, level * fit.level_error, "decimal", sample, source, seen, note="median of the fitted law"
        ),
        "start": estimate(
            start,
            start * fit.volatility / math.sqrt(12),
            "decimal",
            sample,
            source,
            "2026-10-08" if now else seen,
            note=f"rank {rank:.2f} of history, placed under the fitted law; not an index level; error of one month",
        ),
        "speed": estimate(fit.speed, fit.speed_error, "1/yr", sample, source, seen),
        "volatility": estimate(fit.volatility, fit.volatility_error, "1/sqrt(yr)", sample, source, seen),
        "shut_above": assumed(
            macro.SHUT_ABOVE,
            0.07,
            0.10,
            "decimal",
            seen,
            "no issuance series at hand to date closures; 8 % marks 2000-03, 2008-09, 2016-02 "
            "and 2020-04. Shares: " + others,
        ),
        "shut_share": estimate(
            shut.share,
            shut.error,
            "share",
            f"{sample}, {shut.spells} spells",
            source,
            seen,
            low=0.0,
            note="months above the threshold; error allows for spells",
        ),
        "shut_months": estimate(
            float(shut.months),
            float(shut.months) / math.sqrt(shut.spells),
            "months",
            f"{shut.spells} spells",
            source,
            seen,
        ),
        "default_loading": estimate(
            slope,
            slope_error,
            "number",
            f"{years} years 1997-2003",
            "log-log fit of Altman (NYU Stern) default rates",
            seen,
            note="one default cycle; the year's own mean spread",
        ),
        "funding_loading": assumed(
            1.0,
            0.5,
            1.5,
            "number",
            seen,
            "no series of venture rounds at hand; taken to move one for one with the credit factor",
        ),
    }


def _high_yield_today(data: Path) -> float:
    """High-yield spread on the quotation day (calibration only)."""
    known = rows(data, "spreads_by_rating.csv")
    level = next(row for row in known if row["date"] == QUOTED_ON and row["rating"] == "HY index")
    return float(level["spread_bps"]) / 10_000


def power_block(until: str) -> dict[str, Any]:
    """US industrial retail price and how it moves."""
    value, error, moves = macro.power_volatility(int(until[:4]))
    prices = {"2023-06": (0.083, "EIA, year 2022"), "2025-06": (0.0806, "EIA, year 2023")}
    price, source = prices.get(until, (0.0866, "EIA, 2025-26, via CCIR (ccir.io)"))
    return {
        "price": quoted(price, "USD/kWh", source, until, note="US industrial average; a site's tariff differs"),
        "speed": assumed(
            0.25, 0.05, 1.0, "1/yr", until, "yearly retail averages are too few to tell the speed from zero"
        ),
        "volatility": estimate(
            value,
            error,
            "1/sqrt(yr)",
            f"{moves} changes of the yearly average, 2002-2011 and from 2022",
            "EIA Electric Power Monthly table 5.3; EIA via Statista",
            min(until, "2024-03"),
            high=rounded(0.15),
            note="regulated retail average; a merchant buyer's price is several times as volatile (upper end is ours)",
        ),
    }


def correlation_block(data: Path, quotes: rental.Quotes) -> list[dict[str, Any]]:
    """Correlations of monthly changes; used where the interval excludes zero, else zero."""
    months, moves, _ = quotes.pooled()
    compute = dict(zip(months, (float(move) for move in moves), strict=True))
    two_year = macro.column(data, "ust2y_pct", quotes.until)
    two_year |= {
        month: rate
        for month, rate in macro.column(data, "ust2y_alt_pct", quotes.until).items()
        if month not in two_year
    }
    rates = macro.changes(two_year)
    credit = macro.changes(macro.column(data, "ice_bofa_hy_oas_pct", quotes.until), in_logs=True)
    pairs = (
        ("compute", "rates", compute, rates),
        ("compute", "credit", compute, credit),
        ("rates", "credit", rates, credit),
    )
    found = [_correlation(one, other, macro.correlate(x, y)) for one, other, x, y in pairs]
    silent = "no power price series at hand: set to zero, not estimated"
    return found + [
        {"between": [name, "energy"], "used": 0.0, "measured": None, "reason": silent}
        for name in ("compute", "rates", "credit")
    ]


def _correlation(one: str, other: str, link: macro.Link | None) -> dict[str, Any]:
    if link is None:
        short = "fewer than twelve common months: set to zero, not estimated"
        return {"between": [one, other], "used": 0.0, "measured": None, "reason": short}
    measured = estimate(
        link.value,
        (link.high - link.low) / 3.92,
        "number",
        f"{link.months} months",
        "monthly changes: pooled rate cards, two-year Treasury yield, log high-yield spread",
        DATE,
        low=link.low,
        high=link.high,
    )
    reason = (
        "zero lies outside the 95 % interval" if link.is_clear else "zero lies inside the 95 % interval: zero is used"
    )
    return {
        "between": [one, other],
        "used": round(link.value, 2) if link.is_clear else 0.0,
        "measured": measured,
        "reason": reason,
    }
