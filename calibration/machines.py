"""Facts of the machine types: specification, cost, rent, and the vendor's road map.

Run: ``python -m calibration.machines "$HALFLIFE_DATA"``. Writes ``machines.yaml``.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.records import Documents, assumed, estimate, main, quoted, rows

DATE = "2026-11-23"
EPOCH = "Epoch AI (epoch.ai, CC BY 4.0)"
RENT_FROM, RENT_TO = "2026-04", "2026-09"
TENORS = {
    "rent_on_demand": "raw_on_demand_median",
    "rent_reserved": "raw_reserved_median",
    "rent_spot": "raw_spot_median",
}
"""Kinds of quote; they are different goods and are never pooled."""
MEDIAN_FACTOR = 1.2533
"""Standard error of a median over that of a mean, for normal samples."""
HGX = "NVIDIA datasheet, DGX H100/H200 10.2 kW per 8 GPUs (via CCIR)"
ROW_NAMES = {
    "A100": "A100 SXM4 80GB", "H100": "H100 SXM5 80GB", "H200": "H200 SXM", "B200": "B200 SXM",
    "B300": "B300 SXM", "GB200": "GB200 (per GPU)", "GB300": "GB300 (per GPU)",
    "VR200": "VR200 / Rubin (per GPU)",
}  # fmt: skip


@dataclass(frozen=True)
class Power:
    """Power at the server's plug per GPU, and of a full rack."""

    server: dict[str, Any]
    rack: dict[str, Any] | None


def _rack(value: float, low: float, high: float, source: str, date: str, gpus: int) -> Power:
    shared = {"note": f"rack of {gpus} GPUs"}
    return Power(
        quoted(value / gpus, "kW", source, date, low=low / gpus, high=high / gpus, **shared),
        quoted(value, "kW", source, date, low=low, high=high, **shared),
    )


def _node(kilowatt: float, source: str, date: str, rack: dict[str, Any] | None = None) -> Power:
    return Power(quoted(kilowatt / 8, "kW", source, date, note="maximum of an 8-GPU node / 8"), rack)


POWER = {
    "A100": Power(
        assumed(0.73, 0.6, 0.9, "kW", DATE, "no datasheet at hand: TDP times the DGX H100 ratio 1.8"), None
    ),
    "H100": _node(10.2, HGX, "2023", quoted(40, "kW", "industry figure, 4 nodes", "2024", low=30, high=45)),
    "H200": _node(10.2, HGX, "2024"),
    "B200": _node(14.3, "NVIDIA DGX B200 user guide (docs.nvidia.com)", "2025"),
    "B300": _node(14.5, "NVIDIA DGX B300 documentation, via thedailyscout.com", "2026"),
    "GB200": _rack(132, 120, 142, "vendor and industry figures, GB200 NVL72", "2025", 72),
    "GB300": _rack(132, 120, 140, "vendor figures, GB300 NVL72 (Supermicro 132-140, others 120)", "2026", 72),
    "VR200": _rack(210, 190, 240, "secondary public source, VR200 NVL144 rack (72 packages)", "2026", 72),
}  # fmt: skip
ALL_IN = {
    "B200": (46_000, 54_000, "IREN disclosures, via secondary"),
    "B300": (
        46_600,
        60_000,
        "loan per GPU: Crucible 26.8 m USD / 576, Duos 98.1 m USD / 2,304 (a lower bound)",
    ),
    "GB200": (48_000, 56_000, "rack price 3.5-4.0 m USD / 72 (Morgan Stanley via buysellram.com)"),
    "GB300": (55_000, 60_000, "NVL72 rack about 4 m USD / 72"),
    "VR200": (
        95_000,
        120_000,
        "rack about 7.8 m USD / 72 = 108,000 (Morgan Stanley via buysellram.com); range is ours",
    ),
}
LIST_PRICES = {
    "A100": (24_875, "DGX A100 199,000 USD / 8 (CCIR launch-price table, 2026-08)", "2020-05"),
    "H100": (33_600, "server 269,000 USD / 8 (CCIR launch-price table, 2026-08)", "2023-05"),
    "H200": (31_500, "reseller guide midpoint (CCIR launch-price table, 2026-08)", "2024"),
    "B200": (64_426, "DGX B200 515,410 USD / 8 (CCIR launch-price table, 2026-08)", "2025"),
    "VR200": (55_000, "Morgan Stanley via buysellram.com, before volume", "2026"),
}
EPOCH_QUOTES = {
    "A100": "NVIDIA A100 SXM4 80 GB",
    "H100": "NVIDIA H100 SXM5 80GB",
    "H200": "NVIDIA H200 SXM",
    "B200": "NVIDIA B200",
}
GTC24, GTC25 = (
    "NVIDIA GTC keynote 2024-03-18 (press)",
    "NVIDIA GTC keynote 2025-03-18 (press); availability " + EPOCH,
)
ROADMAP = (
    ("H100", "2022-03-22", "2022-09-20", "A", "NVIDIA announcement; availability " + EPOCH),
    (
        "H200",
        "2023-11-13",
        "2024-11-18",
        "A",
        "NVIDIA at SC23 (press); availability " + EPOCH + "; first shipments 2024-Q2",
    ),
    ("B200", "2024-03-18", "2024-11-15", "A", GTC24 + "; availability " + EPOCH),
    ("GB200", "2024-03-18", "2025-02-15", "A", GTC24 + "; availability " + EPOCH),
    ("B300", "2025-03-18", "2025-08-22", "A", GTC25),
    ("GB300", "2025-03-18", "2025-08-22", "A", GTC25 + "; first unit July 2025 (Dell to CoreWeave)"),
    (
        "VR200",
        "2025-03-18",
        "2026-H2",
        "B",
        "NVIDIA GTC 2025 and CES 2026-01-05 (press); volume not confirmed in data at hand",
    ),
    (
        "VR300 (Rubin Ultra)",
        "2025-03-18",
        "2027-H2",
        "B",
        "NVIDIA GTC 2025 and GTC 2026 keynotes (press): a plan",
    ),
    (
        "Feynman",
        "2025-03-18",
        "2028",
        "C",
        "NVIDIA GTC 2025 and GTC 2026 keynotes (press): a plan; some press expects 2029",
    ),
)
SUCCESSORS = {
    "A100": ("H100", "B200", "B300"),
    "H100": ("H200", "B200", "B300", "VR200", "VR300 (Rubin Ultra)", "Feynman"),
    "H200": ("B200", "B300", "VR200", "VR300 (Rubin Ultra)", "Feynman"),
    "B200": ("B300", "VR200", "VR300 (Rubin Ultra)", "Feynman"),
    "B300": ("VR200", "VR300 (Rubin Ultra)", "Feynman"),
    "GB200": ("GB300", "VR200", "VR300 (Rubin Ultra)", "Feynman"),
    "GB300": ("VR200", "VR300 (Rubin Ultra)", "Feynman"),
    "VR200": ("VR300 (Rubin Ultra)", "Feynman"),
}


def between_providers(data: Path) -> tuple[float, int]:
    """Log dispersion between providers of on-demand quotes for H100 and A100, and the number of quotes."""
    deviations, count = [], 0
    for chip in ("H100", "A100"):
        last: dict[str, float] = {}
        for row in rows(data, "gpu_rental/epoch_rental_prices.csv"):
            if chip in row["gpu_model"] and row["pricing"] == "on_demand" and row["date"] >= "2024-03":
                last[row["vendor"]] = float(row["usd_per_gpu_hour"])
        deviations.append(float(np.std(np.log(list(last.values())), ddof=1)))
        count += len(last)
    return sum(deviations) / len(deviations), count


def rents(data: Path, machine: str) -> dict[str, dict[str, Any]]:
    """Six-month mean of monthly medians by tenor, with the error of a median over so few providers."""
    dispersion, quotes = between_providers(data)
    table = rows(data, "gpu_rental/hz_index_monthly.csv")
    found = {}
    for name, series in TENORS.items():
        known = [
            row
            for row in table
            if row["gpu_model"] == machine and row["series"] == series and RENT_FROM <= row["month"] <= RENT_TO
        ]
        if len(known) < 3:
            continue
        medians = np.asarray([float(row["usd_per_gpu_hour"]) for row in known])
        value, last = float(medians.mean()), known[-1]
        sampling = value * MEDIAN_FACTOR * dispersion / math.sqrt(int(last["n_providers"]))
        sample = f"{len(known)} monthly medians; {last['n_obs']} quotes of {last['n_providers']} providers"
        found[name] = estimate(
            value,
            math.hypot(float(medians.std(ddof=1)), sampling),
            "USD per GPU-hour",
            f"{sample} in {last['month']}",
            "rate cards (list and ask quotes, no executed price)",
            RENT_TO,
            note=f"error: log dispersion {dispersion:.2f} of providers ({quotes} quotes, Epoch AI), months; "
            "clouds of the largest firms ask two to three times a neocloud; other tenors are other goods",
        )
    if machine == "H100":
        found["rent_contract_1y"] = contract_rent(data)
    if machine == "B300":
        found["rent_on_demand"] = scaled_rent(data, rents(data, "B200")["rent_on_demand"], dispersion)
    return found


def contract_rent(data: Path) -> dict[str, Any]:
    """Mean of the one-year contract quotes for H100 in 2026."""
    quotes = np.asarray(
        [
            float(row["usd_per_gpu_hour"])
            for row in rows(data, "gpu_rental_history.csv")
            if row["model"] == "H100" and row["type"] == "contract" and row["date"] >= "2026"
        ]
    )
    return estimate(
        float(quotes.mean()),
        float(quotes.std(ddof=1)),
        "USD per GPU-hour",
        f"{len(quotes)} quotes, 2026-03..2026-08",
        "one-year contract quotes of SemiAnalysis and Silicon Data (secondary)",
        "2026-08",
        note="market rose through the window; error is the spread between quotes",
    )


def scaled_rent(data: Path, base: dict[str, Any], dispersion: float) -> dict[str, Any]:
    """B300 rent: the B200 estimate times the ratio of the two on one marketplace on one day."""
    market = {
        row["model"]: float(row["usd_per_gpu_hour"])
        for row in rows(data, "gpu_rental_history.csv")
        if row["type"] == "marketplace_median"
    }
    ratio = market["B300"] / market["B200"]
    value = base["value"] * ratio
    own = base["standard_error"] / base["value"]
    return estimate(
        value,
        value * math.hypot(own, dispersion / 2),
        "USD per GPU-hour",
        "B200 rate cards; one marketplace ratio of 2026-08-11",
        "rate cards, and vast.ai medians via ARA Research (secondary)",
        RENT_TO,
        note="no rate cards of its own; error adds half the dispersion between providers for the ratio",
    )


def costs(data: Path, machine: str) -> dict[str, dict[str, Any]]:
    """Purchase quotes for 8-GPU systems, all-in cost, launch list price: USD per GPU."""
    found = {}
    known = [
        (float(row["price_usd"]), row["date"])
        for row in rows(data, "gpu_rental/epoch_purchase_prices.csv")
        if row["gpu_model"] == EPOCH_QUOTES.get(machine) and row["n_gpus"] == "8.0"
    ]
    if known:
        prices = [price for price, _ in known]
        shared = {
            "sample": f"{len(known)} quotes for 8-GPU systems",
            "note": "per GPU; reseller and vendor quotes",
        }
        span = f"{min(date for _, date in known)}..{max(date for _, date in known)}"
        found["price_low"] = quoted(min(prices), "USD", EPOCH, span, **shared)
        found["price_high"] = quoted(max(prices), "USD", EPOCH, span, **shared)
    if machine in ALL_IN:
        low, high, source = ALL_IN[machine]
        note = "server, network and installation share; quality C"
        found["all_in_low"] = quoted(low, "USD", source, "2026", note=note)
        found["all_in_high"] = quoted(high, "USD", source, "2026", note=note)
    if machine in LIST_PRICES:
        price, source, date = LIST_PRICES[machine]
        found["price_at_launch"] = quoted(price, "USD", source, date)
    return found


def missing(figures: dict[str, Any]) -> list[str]:
    """What was looked for and not found."""
    wanted = {
        "rent_on_demand": "no on-demand rate cards",
        "rent_reserved": "no reserved rate cards",
        "rent_spot": "no spot quotes",
        "all_in_low": "no all-in cost; quotes for systems stand in for it",
        "price_low": "no dated system quotes",
        "rack_power": "no rack figure",
    }
    return [f"{name}: {why}" for name, why in wanted.items() if name not in figures]


def machine_facts(data: Path, machine: str) -> dict[str, Any]:
    """One entry."""
    spec = next(row for row in rows(data, "gpu_hardware.csv") if row["model"] == ROW_NAMES[machine])
    power = POWER[machine]
    source, launched = f"{EPOCH} hardware table", spec["launch_date"]
    figures: dict[str, Any] = {"tdp": quoted(float(spec["tdp_w"]) / 1000, "kW", source, launched)}
    figures["server_power"] = power.server
    if power.rack is not None:
        figures["rack_power"] = power.rack
    figures["memory"] = quoted(float(spec["memory_gb"]), "GB", source, launched)
    if spec["fp16_bf16_dense_tflops"]:
        figures["fp16"] = quoted(float(spec["fp16_bf16_dense_tflops"]), "TFLOP/s dense", source, launched)
    figures |= costs(data, machine) | rents(data, machine)
    steps = {step[0]: step for step in ROADMAP}
    return {
        "vendor": "NVIDIA",
        "launched": launched,
        "spec_source": source,
        "confidence": spec["confidence"],
        "figures": figures,
        "missing": missing(figures),
        "successors": [_step(steps[name]) for name in SUCCESSORS[machine]],
    }


def _step(step: tuple[str, str, str, str, str]) -> dict[str, str]:
    return dict(zip(("name", "announced", "available", "confidence", "source"), step, strict=True))


def build(data: Path) -> Documents:
    """All machine types and the road map."""
    machines = {machine: machine_facts(data, machine) for machine in ROW_NAMES}
    return {"machines.yaml": {"as_of": DATE, "roadmap": [_step(step) for step in ROADMAP], "machines": machines}}


if __name__ == "__main__":
    main(build, "machines", sys.argv)
