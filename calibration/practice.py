"""Running costs, the resale market, lenders' lives: single quoted facts with their sources.

Run: ``python -m calibration.practice "$HALFLIFE_DATA"``. Writes ``opex.yaml``, ``liquidation.yaml``,
``useful_life.yaml``.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

from calibration.machines import costs
from calibration.records import Documents, assumed, estimate, main, quoted, rows

DATE = "2026-11-23"
OPEX = {
    "pue": "PUE hyperscale",
    "colocation": "wholesale colocation",
    "power_price": "US industrial power",
    "cash_opex_per_tdp_kw_hour": "cash opex per TDP-kW-hour",
    "cash_opex_h100_hour": "cash opex per H100-hour",
    "power_only_per_tdp_kw_hour": "power-only cost per TDP-kW-hour",
    "realisation": "realised revenue share of posted on-demand",
    "overhead_share": "overhead share of revenue",
    "utilisation_marketplace": "vast.ai utilisation",
    "utilisation_rated_case": "Moody's utilisation in Lambda case",
    "rack_density_2025": "average rack density 2025",
}
"""Names in the facts file and in the source table."""
EBAY = "public eBay tally to July 2026"
RULE = "rule 17 of docs/decisions/0002"
MARSBIT = "Computing Power Subprime Crisis (MarsBit, 2025-12-18): 30-50 kW, air or liquid"


def opex(data: Path) -> dict[str, Any]:
    """Running costs as their sources give them."""
    table = {row["item"]: row for row in rows(data, "gpu_power_opex.csv")}
    figures = {}
    for name, item in OPEX.items():
        row = table[item]
        limits = {key: float(row[key]) for key in ("low", "high") if row[key]}
        note = "; ".join(part for part in (row["note"], f"quality {row['confidence']}") if part)
        figures[name] = quoted(float(row["value"]), row["unit"], row["source"], row["as_of"], **limits, note=note)
    figures["pue"] |= {
        "high": 1.4,
        "note": "1.2 in Moody's Lambda case; 1.4 in CCIR's cost build-up; quality B",
    }
    return {"as_of": DATE, "figures": figures}


def _ebay_fall(data: Path) -> dict[str, Any]:
    """Fall of used mining GPU prices after the Ethereum merge: three quoted models."""
    falls = [
        -float(row["change_pct"]) / 100
        for row in rows(data, "firesale_evidence.csv")
        if row["episode"] == "Ethereum merge 2022" and row["confidence"] == "A"
    ]
    mean = sum(falls) / len(falls)
    error = math.sqrt(sum((fall - mean) ** 2 for fall in falls) / (len(falls) - 1) / len(falls))
    return estimate(
        mean,
        error,
        "share",
        f"{len(falls)} consumer models, 10-11 months",
        "eBay sold averages (Tom's Hardware via GitHub buttke), estimate only",
        "2022-10",
        low=min(falls),
        high=max(falls),
        note="a glut after demand vanished: market fall, not a seller's own impact",
    )


def _stays_behind(data: Path) -> dict[str, Any]:
    """Network and installation as a share of all-in cost, from the one machine that has both quotes."""
    known = costs(data, "B200")
    system, low, high = (known[name]["value"] for name in ("price_low", "all_in_low", "all_in_high"))
    note = f"B200, the one machine with both: system quote {system:,.0f} USD, {low:,.0f} to {high:,.0f} USD all-in"
    return assumed(1.0 - 2.0 * system / (low + high), max(0.0, 1.0 - system / low), 1.0 - system / high, "share",
                   DATE, f"{note}; network and installation stay behind")  # fmt: skip


def _racks(data: Path) -> dict[str, Any]:
    """Power of a rack: what the average site carries, and what the machines ask for."""
    table = {row["item"]: row for row in rows(data, "gpu_power_opex.csv")}
    figures = {}
    for name, item, note in (
        ("rack_power_colocation", "average rack density 2025", ""),
        ("rack_power_h100", "H100 rack (4 nodes)", f"32 GPUs; {MARSBIT}"),
        ("rack_power_gb200", "GB200 NVL72 rack", "72 GPUs, liquid; 120-140 in most sources"),
    ):
        row = table[item]
        limits = {key: float(row[key]) for key in ("low", "high") if row[key]}
        if name == "rack_power_h100":
            limits["high"] = 50.0
        words = "; ".join(part for part in (note or row["note"], f"quality {row['confidence']}") if part)
        figures[name] = quoted(float(row["value"]), "kW", row["source"], row["as_of"], **limits, note=words)
    return figures


def liquidation(data: Path) -> dict[str, Any]:
    """Depth, discounts, costs of a forced sale."""
    figures = {
        "retail_units": quoted(15_155, "units in 3 years", EBAY, "2026-07", note="3,564 listings, 28.9 m USD, AI GPUs"),
        "retail_units_per_month": quoted(15_155 / 36, "units per month", EBAY, "2026-07"),
        "retail_value": quoted(28.9e6, "USD in 3 years", EBAY, "2026-07"),
        "ask_over_executed": quoted(
            1.6, "ratio", EBAY, "2026-07", low=1.2, high=2.0, note="asks against sold prices; middle is ours"
        ),
        "dealer_quote_h100": quoted(
            21_500,
            "USD",
            "computeforecast.com",
            "2026-06",
            low=15_000,
            high=28_000,
            note="range of dealer quotes for used H100, middle is ours; quality C; no executed price behind it",
        ),
        "dealer_quote_a100": quoted(
            11_000,
            "USD",
            "computeforecast.com",
            "2026-06",
            low=4_000,
            high=18_000,
            note="as for H100; quality C",
        ),
        "broker_floor_h100": quoted(14_000, "USD", "LEAP broker, secondary", "2026-04", note="quality C"),
        "fire_sale_discount": quoted(
            0.15,
            "share",
            "Pulvino 1998; Franks, Seth, Sussman, Vig 2021 (aircraft)",
            "2021",
            low=0.10,
            high=0.20,
            note="base; about half of a raw discount of 18 % is quality; Pulvino's size not re-checked at its source",
        ),
        "fire_sale_discount_stress": quoted(
            0.30, "share", "Pulvino 1998 (aircraft, weak market), not re-checked", "1998"
        ),
        "quality_haircut": assumed(
            0.15, 0.05, 0.30, "share", DATE, "under-maintenance: as large as the base discount (aircraft)"
        ),
        "lease_loss_computers": quoted(
            0.2884,
            "share",
            "Leaseurope/Deloitte via seedi.org",
            "not stated",
            note="loss rate of computer leases",
        ),
        "glut_fall": _ebay_fall(data),
        "dealer_depth_per_month": assumed(
            2_000,
            400,
            8_000,
            "units per month",
            DATE,
            "no tape of dealer trades exists: floor is the eBay rate of 421 a month, top is one cluster of 8,000",
        ),
        "dismantling": assumed(
            300,
            150,
            1_000,
            "USD per GPU",
            DATE,
            "no source with a price found (data-centre decommissioning guides give none): two "
            "technician-days an 8-GPU "
            "node, data wiping, crating",
        ),
        "freight": assumed(
            100,
            50,
            400,
            "USD per GPU",
            DATE,
            "no source with a price found: an 8-GPU node weighs 130-142 kg (NVIDIA); "
            "palletised and insured road freight",
        ),
        "absorption_per_month": assumed(
            4_500, 1_000, 8_000, "units per month", DATE, f"{RULE}: rack space and power that buyers have ready"
        ),
        "depth_after_successor": assumed(0.75, 0.50, 1.00, "share", DATE, RULE),
        "recovery": assumed(0.50, 0.25, 0.75, "share per month", DATE, f"{RULE}: price pressure that fades in a month"),
        "floor": assumed(
            0.50, 0.30, 0.70, "share", DATE, f"{RULE}: the glut of 2022 fell 70 %, a stressed aircraft sale 30 %"
        ),
        "commission": assumed(0.10, 0.05, 0.15, "share", DATE, RULE),
        "break_up_chip": assumed(
            0.15,
            0.05,
            0.30,
            "share",
            DATE,
            "no source: at least what stays behind when servers leave, at most the range of quality_haircut",
        ),
        "break_up_server": _stays_behind(data),
        **_racks(data),
        "months_to_market": quoted(
            3,
            "months",
            "cjdecycling.com (8-16 weeks), standardmobileco.com (6-18 months for a whole site)",
            "2026-04",
            low=2,
            high=12,
            note="decommissioning guides by service firms; quality C",
        ),
    }
    return {"as_of": DATE, "figures": figures}


def useful_life(data: Path) -> dict[str, Any]:
    """Accounting lives as reported."""
    practice = [
        {
            "who": row["company"],
            "years": row["years"],
            "method": row["method"] or "not stated",
            "effective": row["effective"],
            "confidence": row["confidence"],
            "source": row["source"],
            "note": "; ".join(part for part in (row["change"], row["context"]) if part),
        }
        for row in rows(data, "useful_life.csv")
        if row["confidence"] == "A" and "recalled" not in row["effective"]
    ]
    convention = quoted(
        6,
        "years",
        "CoreWeave credit agreements DDTL 2.0 to 5.0 (8-K 2025-10-02); CoreWeave S-1",
        "2025-10",
        low=4,
        high=6,
        note="straight line; DDTL 1.0 used 5.5 and 6.5 years; owners report 4 to 6",
    )
    return {"as_of": DATE, "convention": convention, "practice": practice}


def build(data: Path) -> Documents:
    """All three files."""
    return {
        "opex.yaml": opex(data),
        "liquidation.yaml": liquidation(data),
        "useful_life.yaml": useful_life(data),
    }


if __name__ == "__main__":
    main(build, "practice", sys.argv)
