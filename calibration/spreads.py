"""What lenders are paid: deal spreads as filed, a curve by rating, the market price of default risk.

Run after ``calibration.hazard``: ``python -m calibration.spreads "$HALFLIFE_DATA"``. Writes ``spreads.yaml``.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import norm

from calibration.records import Documents, estimate, main, quoted, rows
from halflife.facts.hazard import cumulative_pd
from halflife.facts.ratings import notch

QUOTED_ON = "2026-10-08"
CURVE_SOURCE = f"fit to US corporate index levels by rating quoted {QUOTED_ON} (secondary); the levels are not shipped"
RECOVERY = 0.4
HORIZONS = (3.0, 5.0, 7.0)
PRICED = ("BBB", "BB", "B")
"""Grades whose default risk is priced; CCC is shown but left out of the mean (quoted as distressed)."""


def index_levels(data: Path) -> dict[str, float]:
    """Spreads by grade on the quotation day, decimal (calibration only)."""
    return {
        row["rating"]: float(row["spread_bps"]) / 10_000
        for row in rows(data, "spreads_by_rating.csv")
        if row["date"] == QUOTED_ON and row["segment"] == "market" and row["rating"] in (*PRICED, "CCC")
    }


def deals(data: Path) -> list[dict[str, Any]]:
    """Compute-backed loans whose spread is in a filing; the first one also as it was signed."""
    signed = {
        "deal": "CoreWeave DDTL 1.0 (at signing)",
        "signed": "2023-07-30",
        "spread_bps": 875.0,
        "base": "SOFR",
        "rating": "unrated",
        "source": "CoreWeave S-1 (CIK 1769628)",
    }
    return [signed] + [
        {
            "deal": row["instrument"],
            "signed": row["date"],
            "spread_bps": float(row["spread_bps"]),
            "base": row["base"],
            "rating": row["rating"],
            "source": "CoreWeave " + row["source"] + " (CIK 1769628)",
        }
        for row in rows(data, "spreads_by_rating.csv")
        if row["segment"] == "GPU" and row["confidence"] == "A"
    ]


def curve(levels: dict[str, float]) -> dict[str, Any]:
    """Quadratic of the log spread in the distance from BBB, in notches: four points."""
    at = np.asarray([notch(grade) - 9 for grade in levels])
    design = np.column_stack([np.ones_like(at), at, at**2])
    target = np.log(list(levels.values()))
    found, *_ = np.linalg.lstsq(design, target, rcond=None)
    misfit = target - design @ found
    variance = float(misfit @ misfit) / (len(at) - 3)
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    sample = f"{len(at)} grades, one day, one degree of freedom"
    names = ("log_spread_intercept", "log_spread_slope", "log_spread_curvature")
    units = ("ln(decimal)", "1/notch", "1/notch^2")
    return {
        name: estimate(float(v), float(e), unit, sample, CURVE_SOURCE, QUOTED_ON)
        for name, v, e, unit in zip(names, found, errors, units, strict=True)
    }


def price_of_risk(levels: dict[str, float]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """theta by grade and its mean: PD_Q(T) = Phi(Phi^-1(PD_P(T)) + theta sqrt(T)), PD_Q from the spread."""
    by_grade = {}
    for grade, spread in levels.items():
        values = []
        for years in HORIZONS:
            neutral = -math.expm1(-spread * years / (1 - RECOVERY))
            real = float(cumulative_pd(grade, years))
            values.append((norm.ppf(neutral) - norm.ppf(real)) / math.sqrt(years))
        mean, error = float(np.mean(values)), float(np.std(values, ddof=1))
        by_grade[grade] = estimate(
            mean,
            error,
            "1/sqrt(yr)",
            "horizons of 3, 5 and 7 years",
            CURVE_SOURCE,
            QUOTED_ON,
            note="error is the spread between horizons",
        )
    priced = [by_grade[grade]["value"] for grade in PRICED]
    whole = estimate(
        float(np.mean(priced)),
        float(np.std(priced, ddof=1)),
        "1/sqrt(yr)",
        "BBB, BB, B on one day",
        CURVE_SOURCE,
        QUOTED_ON,
        note="error is the dispersion between grades, not of the mean; holds index liquidity and tax effects as well",
    )
    return whole, by_grade


def base_rates(data: Path) -> dict[str, Any]:
    """Reference rates, decimal."""
    names = {"SOFR monthly mean NY Fed / FRED": "sofr", "UST 2Y": "ust_2y", "UST 10Y": "ust_10y"}
    return {
        names[row["rate"]]: quoted(
            float(row["pct"]) / 100,
            "decimal",
            row["source"],
            row["date"],
            note=f"quality {row['confidence']}",
        )
        for row in rows(data, "base_rates.csv")
        if row["rate"] in names
    }


def build(data: Path) -> Documents:
    """The spreads file."""
    levels = index_levels(data)
    whole, by_grade = price_of_risk(levels)
    document = {
        "as_of": QUOTED_ON,
        "deals": deals(data),
        "base_rates": base_rates(data),
        **curve(levels),
        "curve_note": "ln spread = intercept + slope x + curvature x^2, x = notch - 9 (BBB = "
        "0); use from BBB to CCC only",
        "recovery": quoted(RECOVERY, "share", "market convention for senior unsecured claims", QUOTED_ON),
        "price_of_risk": whole,
        "price_of_risk_by_grade": by_grade,
    }
    return {"spreads.yaml": document}


if __name__ == "__main__":
    main(build, "spreads", sys.argv)
