"""Fit the rating-to-default curve to the S&P cumulative default rates.

Run: ``python -m calibration.hazard "$HALFLIFE_DATA"``. Writes ``hazard.yaml`` and ``rating_tables.yaml``.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from calibration.records import Documents, estimate, main, rounded, rows
from halflife.facts.hazard import cumulative_pd, grade_hazard
from halflife.foundation.units import RATING_SCALE

Floats = NDArray[np.float64]
SOURCE = "fit to S&P average cumulative default rates 1981-2020 as printed in Hull, RMFI, Table 17.1"
WEAKEST_SOURCE = "extrapolation: one third of the step from B to CCC in each log parameter; no data"
WEAK_SOURCE = "extrapolation: fitted B curve times the CCC/C-to-B hazard ratio of the S&P transition tables 1981-2016"
DATE = "2026-11-23"
ROUNDING = 5e-5 / math.sqrt(3)
"""The table prints two decimals of a percent: standard deviation of what rounding hides."""
MODEL_ERROR = 0.02
LEAST_GAP = 0.05
NOTCHES = {"AAA": 1.0, "AA": 3.0, "A": 6.0, "BBB": 9.0, "BB": 12.0, "B": 15.0, "CCC": 18.0, "CCC-": 19.0}
MOODYS_SOURCE = (
    "Moody's rating factors (10-year idealised default rate in basis points), verified against two public "
    "sources; shorter horizons of that table are unverified and not shipped"
)


@dataclass(frozen=True)
class Fit:
    """Log-parameters of one grade with their standard errors."""

    parameters: Floats
    errors: Floats

    def pd(self, years: Floats) -> Floats:
        """Cumulative default probability."""
        ceiling, midpoint, steepness = np.exp(self.parameters)
        result: Floats = -np.expm1(-grade_hazard(ceiling, midpoint, steepness, years))
        return result


def table(data: Path) -> tuple[Floats, dict[str, Floats]]:
    """Tenors and cumulative default probabilities by grade."""
    cases = json.loads((data / "reference" / "reference_cases.json").read_text(encoding="utf-8"))
    case = next(item for item in cases if item["id"] == "m6-sp-cumulative-default-1981-2020")
    years = np.asarray(case["inputs"]["years"], dtype=np.float64)
    return years, {grade: np.asarray(values) / 100 for grade, values in case["expected"].items()}


def issuer_years(data: Path) -> dict[str, float]:
    """Obligor-years 1981-2000 by grade: a lower bound on the sample behind the table."""
    counts = rows(data, "sp_default_counts_1981_2000.csv")
    return {grade: sum(float(row[f"{grade}obligors"]) for row in counts) for grade in ("A", "BBB", "BB", "B")}


def weak_grade(data: Path, years: Floats, strong: Floats) -> Floats:
    """Cumulative PD of CCC/C at the tenors of the table, from its hazard relative to B in another sample."""
    default = {
        (row["from_rating"], float(row["horizon_years"])): float(row["probability_pct"]) / 100
        for row in rows(data, "sp_transition_1981_2016.csv")
        if row["to_rating"] == "D"
    }
    tenors = [year for year in years if ("CCC/C", year) in default]
    ratio = np.interp(years, tenors, [math.log1p(-default["CCC/C", y]) / math.log1p(-default["B", y]) for y in tenors])
    result: Floats = -np.expm1(ratio * np.log1p(-strong))
    return result


def fit_grade(years: Floats, pd: Floats, sample: float) -> Fit:
    """Weighted least squares on log hazard: sampling, rounding and model error in the weights."""
    years, pd = years[pd > 0], pd[pd > 0]
    hazard = -np.log1p(-pd)
    spread = np.sqrt((1 - pd) / (sample * pd) + (ROUNDING / pd) ** 2 + MODEL_ERROR**2)

    def misfit(logs: Floats) -> Floats:
        ceiling, midpoint, steepness = np.exp(logs)
        result: Floats = (np.log(grade_hazard(ceiling, midpoint, steepness, years)) - np.log(hazard)) / spread
        return result

    found = least_squares(misfit, [math.log(2 * hazard[-1]), math.log(8.0), math.log(1.4)])
    scale = max(1.0, float(found.fun @ found.fun) / max(len(years) - 3, 1))
    slopes = np.asarray(found.jac)
    covariance = np.linalg.inv(slopes.T @ slopes) * scale
    return Fit(np.asarray(found.x), np.sqrt(np.diag(covariance)))


def fit_all(data: Path) -> dict[str, Fit]:
    """All grades. AAA and AA share one shape: the table crosses between them and cannot tell them apart."""
    years, pds = table(data)
    counts = issuer_years(data)
    typical = float(np.mean(list(counts.values())))
    fits = {grade: fit_grade(years, pds[grade], counts[grade]) for grade in ("A", "BBB", "BB", "B")}
    both = fit_grade(np.tile(years, 2), np.concatenate([pds["AAA"], pds["AA"]]), typical)
    use = pds["AAA"] > 0
    gap = max(2 * LEAST_GAP, -float(np.average(np.log(pds["AAA"][use] / pds["AA"][use]), weights=pds["AA"][use])))
    half = np.array([gap / 2, 0.0, 0.0])
    fits["AAA"], fits["AA"] = (
        Fit(both.parameters - half, both.errors),
        Fit(both.parameters + half, both.errors),
    )
    weak, strong = fit_grade(years, weak_grade(data, years, pds["B"]), _weak_sample(data)), fits["B"]
    fits["CCC"] = weak
    step = (weak.parameters - strong.parameters) / 3
    fits["CCC-"] = Fit(weak.parameters + step, np.hypot(weak.errors, np.abs(step)))
    return {grade: fits[grade] for grade in NOTCHES}


def _weak_sample(data: Path) -> float:
    return sum(float(row["CCCobligors"]) for row in rows(data, "sp_default_counts_1981_2000.csv"))


def _knot(data: Path, grade: str, fit: Fit) -> dict[str, Any]:
    years, pds = table(data)
    weak = grade in ("CCC", "CCC-")
    seen = weak_grade(data, years, pds["B"]) if weak else pds[grade]
    use = seen > 0
    relative = fit.pd(years[use]) / seen[use] - 1
    counts = issuer_years(data)
    in_errors = None
    if grade in counts:
        noise = np.sqrt(seen[use] * (1 - seen[use]) / counts[grade] + ROUNDING**2)
        in_errors = rounded(float(np.max(np.abs(relative) * seen[use] / noise)), 3)
    values = np.exp(fit.parameters)
    source = {"CCC": WEAK_SOURCE, "CCC-": WEAKEST_SOURCE}.get(grade, SOURCE)
    sample = "none" if grade == "CCC-" else f"{int(use.sum())} tenors, 1 to 15 years"
    parts = zip(("ceiling", "midpoint", "steepness"), ("number", "years", "number"), values, fit.errors, strict=True)
    shaped = {name: estimate(v, v * e, unit, sample, source, DATE) for name, unit, v, e in parts}
    return {
        "grade": grade,
        "notch": NOTCHES[grade],
        **shaped,
        "rms_error": None if grade == "CCC-" else rounded(float(np.sqrt(np.mean(relative**2))), 3),
        "worst_error": None if grade == "CCC-" else rounded(float(np.max(np.abs(relative))), 3),
        "worst_in_standard_errors": in_errors,
    }


def _hazard(data: Path) -> dict[str, Any]:
    return {
        "as_of": DATE,
        "source": SOURCE,
        "form": "H(t) = ceiling / (1 + (midpoint/t)^steepness) per grade; ln H monotone cubic "
        "in the notch (AAA=1..CCC-=19)",
        "extrapolation": (
            "CCC is anchored on the S&P 1981-2016 transition tables (bucket CCC/C, defaults not adjusted for "
            "withdrawals), placed at notch 18; CCC- continues the step from B to CCC without "
            "data; tenors beyond 15 years follow "
            "the fitted form. AAA and AA share one shape with a gap of at least 5 % a notch, "
            "because the table "
            "crosses between them."
        ),
        "knots": [_knot(data, grade, fit) for grade, fit in fit_all(data).items()],
    }


def _rating_tables(data: Path) -> dict[str, Any]:
    horizons = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0]
    recovery = 0.4
    pds = [[rounded(float(v)) for v in cumulative_pd(grade, horizons)] for grade in RATING_SCALE]
    losses = [[rounded(value * (1 - recovery)) for value in row] for row in pds]
    cases = json.loads((data / "reference" / "reference_cases.json").read_text(encoding="utf-8"))
    factors = next(item for item in cases if item["id"] == "m6-moodys-rating-factors")["expected"]
    shared = {"horizons": horizons, "grades": list(RATING_SCALE)}
    fitted = {"kind": "estimated", "source": SOURCE, "date": DATE}
    return {
        "as_of": DATE,
        "tables": [
            {"name": "sp-fit-pd", "measure": "pd", **shared, "values": pds, "recovery": None, **fitted},
            {
                "name": "sp-fit-el",
                "measure": "el",
                **shared,
                "values": losses,
                "recovery": recovery,
                **fitted,
                "note": "PD times (1 - recovery); recovery 40 % is the market convention for senior unsecured claims",
            },
            {
                "name": "moodys-factor-10y",
                "measure": "pd",
                "horizons": [10.0],
                "grades": list(RATING_SCALE),
                "values": [[factor / 10_000] for factor in factors[: len(RATING_SCALE)]],
                "recovery": None,
                "kind": "quoted",
                "source": MOODYS_SOURCE,
                "date": "2026-11",
                "note": "Aaa..Caa3 shown on the S&P scale",
            },
        ],
    }


def build(data: Path) -> Documents:
    """The hazard curve."""
    return {"hazard.yaml": _hazard(data)}


def build_tables(data: Path) -> Documents:
    """Rating tables, from the hazard curve as shipped."""
    return {"rating_tables.yaml": _rating_tables(data)}


if __name__ == "__main__":
    main(build, "hazard", sys.argv)
    main(build_tables, "hazard", sys.argv)
