"""DSCR-sculpted debt of a GPU fleet, by SAM's Singleowner model and by ours."""

from __future__ import annotations

import numpy as np
import pytest

from halflife import ratios

NAME = "pysam_sculpted_debt"
HOURS = 8760


def our_schedule(units, utilisation, price_usd_per_gpu_hour, decline_per_year, opex_usd_per_year, years, rate, dscr):
    price = price_usd_per_gpu_hour * (1 - decline_per_year) ** np.arange(years)
    cfads = units * utilisation * HOURS * price - opex_usd_per_year
    return ratios.sculpted_debt(cfads, rate, dscr)._asdict()


def schedule_of_sam(units, utilisation, price_usd_per_gpu_hour, decline_per_year, opex_usd_per_year, years, rate, dscr):
    """Write the fleet as a power plant: a GPU-hour is a kilowatt-hour, the rent a power price."""
    sam = pytest.importorskip("PySAM.Singleowner", reason="NREL-PySAM is not installed (the oracles lock)")
    plant = sam.default("CustomGenerationProfileSingleOwner")
    kilowatts = units * utilisation
    settings = {
        "SystemOutput": {"gen": (kilowatts,) * HOURS, "degradation": (0,), "system_capacity": kilowatts},
        "Revenue": {
            "ppa_soln_mode": 1,
            "ppa_price_input": (price_usd_per_gpu_hour,),
            "ppa_escalation": -100 * decline_per_year,
            "ppa_multiplier_model": 1,
            "dispatch_factors_ts": (1.0,) * HOURS,
        },
        "SystemCosts": {
            "om_fixed": (opex_usd_per_year,),
            "om_capacity": (0,),
            "om_production": (0,),
            "om_fuel_cost": (0,),
            "total_installed_cost": 400e6,
        },
        "Lifetime": {"inflation_rate": 0},
        "FinancialParameters": {
            "analysis_period": years,
            "term_tenor": years,
            "term_int_rate": 100 * rate,
            "debt_option": 1,
            "dscr": dscr,
            "system_capacity": kilowatts,
            "federal_tax_rate": (0,),
            "state_tax_rate": (0,),
        }
        | dict.fromkeys(NOTHING, 0),
    }
    for group, values in settings.items():
        for field, value in values.items():
            setattr(getattr(plant, group), field, value)
    plant.execute(0)
    return {
        "debt": plant.Outputs.size_of_debt,
        "principal": plant.Outputs.cf_debt_payment_principal[1:],
        "interest": plant.Outputs.cf_debt_payment_interest[1:],
        "balance": plant.Outputs.cf_debt_balance[1:],
    }


NOTHING = (
    "cost_debt_closing",
    "cost_debt_fee",
    "cost_other_financing",
    "construction_financing_cost",
    "dscr_limit_debt_fraction",
    "dscr_reserve_months",
    "months_working_reserve",
    "months_receivables_reserve",
    "equip1_reserve_cost",
    "equip2_reserve_cost",
    "equip3_reserve_cost",
    "inflation_rate",
    "insurance_rate",
    "property_tax_rate",
    "salvage_percentage",
    "loan_moratorium",
    "reserves_interest",
)


def test_our_sculpted_debt_is_that_of_sam_to_the_cent(agrees):
    agrees(NAME, our_schedule)


@pytest.mark.oracle
def test_sam_still_says_so(agrees):
    agrees(NAME, schedule_of_sam)
