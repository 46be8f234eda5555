"""What the whole sector shares: machine types, their rents, values and second-hand markets, and the channels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from calibration.records import FACTS, rows
from calibration.term_sheet import Figure, count, guess, percent, public, span

HOURS = 730
POWER_PRICE, PUE, OVERHEAD, COLOCATION = 0.0866, 1.25, 0.115, (165.0, 265.0)
"""USD/kWh (EIA via CCIR); middles of rule 9; USD per kW and month (CBRE via CCIR)."""
HOSTING = "hosting"
SIBLING = {"gb200": "B200", "gb300": "B300"}
"""Rule 10: a rack-scale machine without rate cards takes the rent of the same chip on a board."""
RENT_ERROR = {"h100": 0.34, "b200": 0.35, "b300": 0.47, "gb200": 0.36, "gb300": 0.47}
"""Rule 10: standard error of the rent, that of the cost included where the cost is a single figure."""
COUNTED = {
    "h100": ("H100", 1.0),
    "b200": ("B200", 0.5),
    "gb200": ("B200", 0.5),
    "b300": ("B300", 0.5),
    "gb300": ("B300", 0.5),
}
"""Epoch counts boards and racks of one chip together; half each."""
LAST_FULL, EXTRA_QUARTERS = "12/31/2025", 3
CAMPUS = (70_000, 430_000)
"""kW: smallest and largest campus of the deals in the file (Stingray, Meridian Arc)."""
STRENGTHS = {
    "machine_prices": "all lenders of one machine type sell to the same buyers",
    "marks": "a thin market marks everybody's collateral; auditors and agents use the last sale",
    "rents": "machines without their contract look for work in the same market",
    "refinancing": "lenders in private credit and high yield are the same few houses",
    "funding": "draws of lenders short of capital are the first thing they can withhold",
    "interlender": "full strength, though no claims between lenders are public and none are written",
    "cross_default": "customary in indentures; only where one borrower names another",
    "parties": "a neocloud in default is the operator, tenant and sponsor of others",
    "sponsors": "as in the single deals",
}


@dataclass(frozen=True)
class Machine:
    """One machine type.  rent : USD/h posted today;  power : kW;  cost : USD all in, and why"""

    name: str
    rent: float
    power: float
    cost: float
    cost_source: str


def machines() -> dict[str, Machine]:
    """Machine types from the shipped facts, with rule 3's cost and rule 10's rent."""
    facts = yaml.safe_load((FACTS / "machines.yaml").read_text(encoding="utf-8"))["machines"]
    out = {}
    for name in COUNTED:
        own, sibling = facts[name.upper()]["figures"], facts[SIBLING.get(name, name.upper())]["figures"]
        if "all_in_low" in own:
            low, high, why = own["all_in_low"]["value"], own["all_in_high"]["value"], "all-in cost"
        else:
            low, high, why = (
                own["price_at_launch"]["value"],
                own["price_high"]["value"],
                "server at launch, dearest quote",
            )
        words = f"rule 3: middle of {low:,.0f} and {high:,.0f} USD ({why})"
        rent, power = sibling["rent_on_demand"]["value"], own["server_power"]["value"]
        out[name] = Machine(name, rent, power, round((low + high) / 2), words)
    kilowatt = round(1400e6 / 0.80 / 133_000)
    words = "Helios I: 1,400 m USD at 80 % of cost for 133 MW (company releases)"
    out[HOSTING] = Machine(HOSTING, sum(COLOCATION) / 2 / HOURS, 0.0, kilowatt, words)
    return out


def upkeep(machine: Machine) -> float:
    """Hosting in USD a month: rule 9, middle."""
    return sum(COLOCATION) / 2 * machine.power


def power_bill(machine: Machine) -> float:
    """Power in USD a month."""
    return machine.power * PUE * POWER_PRICE * HOURS


def economy(types: dict[str, Machine], shipped: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """Market, machine values and resale.  shipped : machine -> (installed, best month)"""
    return {
        "market": {
            "facts": "default",
            "machines": [_priced(machine) for machine in types.values()],
            "shock_degrees": "4",
            "realisation": span("0.40x", "0.85x", "rule 10: share of the posted rent realised on the open market"),
        },
        "collateral": [_valued(machine) for machine in types.values()],
        "resale": [_sold(machine, shipped) for machine in types.values()],
    }


def _priced(machine: Machine) -> dict[str, Any]:
    if machine.name == HOSTING:
        low, high = (f"{price / HOURS:.4f} USD/h" for price in COLOCATION)
        return {
            "name": HOSTING,
            "rental": span(
                low, high, "165 to 265 USD per kW and month of wholesale colocation (CBRE via CCIR, 2025-26)"
            ),
            "power": guess("0 kW", "the tenant pays the power of a leased data centre"),
            "age_drift": guess("0 %/yr", "buildings with power do not age as chips do; leases run 10 to 25 years"),
            "compute_loading": guess("0.5", "space follows the demand for compute, and is let long; no estimate known"),
        }
    fact, error = SIBLING.get(machine.name, machine.name.upper()), RENT_ERROR[machine.name]
    low, high = (f"{machine.rent * (1 + sign * error):.2f} USD/h" for sign in (-1, 1))
    reason = f"rule 10: {machine.rent:.2f}, {fact} on demand in 2026-09, standard error {error:.0%}"
    return {
        "name": machine.name,
        "fact": machine.name.upper(),
        "rental": span(low, high, reason),
        "power": public(f"{machine.power:g} kW", "server power at the plug, facts/machines.yaml"),
        "successors": [
            _successor("rubin", "2026-10-01", "NVIDIA GTC 2025: VR200 in the second half of 2026", "3 months"),
            _successor("feynman", "2028-07-01", "NVIDIA GTC 2025: 2028; some press expects 2029", "9 months"),
        ],
    }


def _successor(name: str, day: str, source: str, error: str) -> dict[str, Any]:
    return {
        "name": name,
        "announcement": "2025-03-18",
        "availability": public(day, source),
        "date_uncertainty": guess(error, "rule 11"),
        "rent_drop": guess("9 %", "facts, launch: mean of the cases"),
        "rent_drop_uncertainty": guess("12 %", "facts, launch"),
        "ramp": guess("6 months", "facts, launch"),
    }


def _valued(machine: Machine) -> dict[str, Any]:
    if machine.name == HOSTING:
        return {
            "machine": HOSTING,
            "discount_rate": guess("10 %", "above the 6 to 9.875 % coupons of the notes in this file"),
            "use": guess("95 %", "single tenant"),
            "realisation": guess("85 %", "top of rule 10: let whole, not by the hour"),
            "operating_cost": guess(
                "6 USD/month", "3 % of the rent: Hut 8 reports 454 of 467 m USD a year as operating income"
            ),
            "pue": guess("1.0x", "the tenant pays the power"),
            "physical_life": guess("20x", "leases run 10 to 25 years"),
            "orderly_discount": guess("15 %", "rule 17, middle"),
        }
    return {
        "machine": machine.name,
        "discount_rate": guess("14 %", "rule 17, middle of 10 to 18 %"),
        "use": guess("80.5 %", "rule 10, middle of 70 to 91 %"),
        "realisation": guess("62.5 %", "rule 10, middle of 40 to 85 %"),
        "operating_cost": guess(f"{upkeep(machine):.0f} USD/month", "rule 9, middle: 215 USD per kW and month"),
        "pue": guess(f"{PUE}x", "rule 9, middle"),
        "orderly_discount": guess("15 %", "rule 17, middle"),
    }


def _sold(machine: Machine, shipped: dict[str, tuple[int, int]]) -> dict[str, Any]:
    if machine.name == HOSTING:
        one = "from the smallest to the largest campus of this file changes hands in a month: 70 to 430 MW"
        depth = absorption = span(f"{CAMPUS[0]} units", f"{CAMPUS[1]} units", one)
        after = guess("100 %", "no successor")
    else:
        best = shipped[machine.name][1]
        depth = span("400 units", "8000 units", "rule 17: from public auctions to one cluster a month")
        tenth = (
            f"rule 17 at the low end; a tenth of the new machines of the type installed in its best month ({best:,})"
        )
        absorption = span("1000 units", f"{best // 10} units", tenth)
        after = guess("75 %", "rule 17, middle of 50 to 100 %")
    return {
        "machine": machine.name,
        "depth": depth,
        "depth_after_successor": after,
        "recovery": guess("50 %", "rule 17, middle of 25 to 75 %"),
        "absorption": absorption,
        "floor": span("30 %", "70 %", "rule 17: the glut of 2022 fell 70 %, a stressed aircraft sale 30 %"),
    }


def shipments(data: Path, types: dict[str, Machine]) -> dict[str, tuple[int, int]]:
    """Machines installed today, and new ones in the best month, by type.

    Notes
    -----
    Epoch AI's medians of full quarters, plus three quarters at the pace of the last. Data-centre space is
    what the counted chips draw.
    """
    table = [row for row in rows(data, "gpu_shipments_quarterly.csv") if row["incomplete"] == "False"]
    out: dict[str, tuple[int, int]] = {}
    for name, (chip, part) in COUNTED.items():
        units = {row["quarter_end"]: float(row["units_median"]) for row in table if row["chip"] == chip}
        installed = sum(units.values()) + EXTRA_QUARTERS * units[LAST_FULL]
        out[name] = (round(part * installed), round(part * max(units.values()) / 3))
    out[HOSTING] = (round(sum(types[name].power * installed for name, (installed, _) in out.items())), 0)
    return out


PREFIXES = {HOSTING: "kW that the machines counted here draw: ", "h100": ""}


def contagion(shipped: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """Channels at full strength, and how rents give way."""
    strengths: dict[str, Figure] = {name: guess(percent(1.0), reason) for name, reason in STRENGTHS.items()}
    source = "Epoch AI chip counts (MIT) of full quarters to 2025-12, and three quarters at the pace of the last"
    why = "inverse of a price elasticity of demand of 0.5 to 2; no estimate for rented GPUs is known"
    return {
        **strengths,
        "capacity": [
            {
                "machine": name,
                "installed": guess(count(units), PREFIXES.get(name, "boards and racks half each: ") + source),
                "elasticity": span("0.5x", "2x", why),
            }
            for name, (units, _) in shipped.items()
        ],
        "refinancing_loss": guess("5 %", "the worst high-yield years lost 6 to 8 % (Altman); lenders stop earlier"),
        "loss_memory": guess(
            "12 months", "books are marked yearly; closures last 5 months at the median (market facts)"
        ),
        "bankruptcy_cost": guess(
            "10 %", "no data on credit funds: direct and fire-sale cost of a failed lender's books"
        ),
    }
