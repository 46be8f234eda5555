"""What a successor does to the rent of older machines, and how often successors come."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from calibration.records import assumed, estimate, month_number

DATE = "2026-11-23"
DROP, DROP_RANGE, DROP_CASES = 0.09, (0.0, 0.30), 6
RANGE_TO_DEVIATION = 2.534
"""Expected range of six normal draws in standard deviations."""
LAUNCHES = (("2022-03", "2022-09-20"), ("2023-11-13", "2024-11-18"), ("2024-03-18", "2024-11-15"),
            ("2024-03-18", "2025-02-15"), ("2025-03-18", "2025-08-22"))  # fmt: skip
"""Announced and available: H100, H200, B200, GB200, B300 (NVIDIA events; Epoch AI)."""
GENERATIONS = ("2022-09-20", "2024-11-15", "2025-08-22")
"""Hopper; Blackwell with the Hopper refresh; Blackwell Ultra: availability since Ampere (Epoch AI)."""
AMPERE = "2020-05-14"


def launch_block(until: str) -> dict[str, Any]:
    """What a successor does to older rents, from the launches up to a month."""
    deviation = (DROP_RANGE[1] - DROP_RANGE[0]) / RANGE_TO_DEVIATION
    cases, source = (
        f"{DROP_CASES} rate-card launch cases",
        "rate-card event windows of two quarters, 2023-2026",
    )
    seen = sum(date[:7] <= until for date in GENERATIONS)
    years = _years(until) - _years(AMPERE)
    return {
        "rent_drop": estimate(
            DROP,
            deviation / math.sqrt(DROP_CASES),
            "share",
            cases,
            source,
            DATE,
            low=0.0,
            high=DROP_RANGE[1],
            note="cases -9 % on average, range 0 to -30 %; not separable from the trend of -7 "
            "% in two quarters; "
            "one spot event (A100 when H100 arrived) about -27 % against controls",
        ),
        "rent_drop_uncertainty": estimate(
            deviation,
            deviation / math.sqrt(2 * (DROP_CASES - 1)),
            "share",
            cases,
            "range of six cases / 2.534",
            DATE,
        ),
        "ramp": assumed(6, 3, 12, "months", DATE, "the cases were measured over two quarters; shape inside unknown"),
        "announcement_lead": _lead(until),
        "per_year": estimate(
            seen / years,
            math.sqrt(seen) / years,
            "1/yr",
            f"{seen} generations in {years:.1f} years since Ampere",
            "Epoch AI launch dates (CC BY 4.0)",
            until,
            low=0.1,
            high=1.0,
            note="counts what has launched; the vendor's published cadence since 2024 is one a year (upper end)",
        ),
    }


def _lead(until: str) -> dict[str, Any]:
    """Years from announcement to availability in the launches seen."""
    known = [(announced, available) for announced, available in LAUNCHES if available[:7] <= until]
    leads = np.asarray([_years(available) - _years(announced) for announced, available in known])
    mean = float(leads.mean())
    if len(leads) < 3:
        return assumed(mean, 0.25, 1.5, "years", until, f"mean of {len(leads)} launch seen: too few for an error")
    error = float(leads.std(ddof=1) / math.sqrt(len(leads)))
    source = "NVIDIA announcements; Epoch AI availability dates (CC BY 4.0)"
    return estimate(mean, error, "years", f"{len(leads)} launches from H100 on", source, until)


def _years(date: str) -> float:
    day = int(date[8:10]) if len(date) > 7 else 15
    return (month_number(date) + (day - 1) / 30.4) / 12


def no_launches(launch: dict[str, Any], why: str) -> dict[str, Any]:
    """Launch facts with no drop of their own."""
    none = {"rent_drop": 0.0, "rent_drop_uncertainty": 0.0}
    return launch | {key: assumed(value, 0.0, DROP_RANGE[1], "share", DATE, why) for key, value in none.items()}
