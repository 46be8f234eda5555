"""One pure function per ratio a term sheet, an indenture or a rating report names.

All take numbers or arrays elementwise; amounts are USD and positive, rates are decimals. A ratio whose
denominator is zero says in its docstring what it then is; none of them returns NaN for it.
"""

from halflife.ratios.amount import present_value
from halflife.ratios.coverage import (
    contract_coverage,
    contract_realisation,
    dscr,
    dsra_release,
    dsra_target,
    ic_ratio,
    icr,
    llcr,
    oc_ratio,
    plcr,
    probability_below,
)
from halflife.ratios.debt import DebtSchedule, annuity_payment, level_debt, sculpted_debt, wal
from halflife.ratios.depreciation import (
    annual_growth,
    continuous_rate,
    declining_balance_rate,
    retained_value,
    user_cost,
)
from halflife.ratios.hazard import average_hazard, survival
from halflife.ratios.leverage import advance_rate, lgd, ltc, ltv
from halflife.ratios.mining import fees_of_share, hashprice, network_hashrate
from halflife.ratios.returns import discount_margin, irr, moic

__all__ = [
    "DebtSchedule",
    "advance_rate",
    "annual_growth",
    "annuity_payment",
    "average_hazard",
    "continuous_rate",
    "contract_coverage",
    "contract_realisation",
    "declining_balance_rate",
    "discount_margin",
    "dscr",
    "dsra_release",
    "dsra_target",
    "fees_of_share",
    "hashprice",
    "ic_ratio",
    "icr",
    "irr",
    "level_debt",
    "lgd",
    "llcr",
    "ltc",
    "ltv",
    "moic",
    "network_hashrate",
    "oc_ratio",
    "plcr",
    "present_value",
    "probability_below",
    "retained_value",
    "sculpted_debt",
    "survival",
    "user_cost",
    "wal",
]
