"""What the user writes about the tests a loan must pass."""

from typing import Literal

from halflife.foundation.spec import Spec
from halflife.foundation.units import Date, Months, Ratio, Usd


class StepSpec(Spec):
    """A threshold that changes on a date."""

    on: Date
    threshold: Ratio


class CovenantSpec(Spec):
    """One test, when it is taken, and what a breach does."""

    name: str
    test: Literal[
        "dscr",
        "ltv_paper",
        "ltv_appraised",
        "ltv_orderly",
        "loan_to_cost",
        "contract_coverage",
        "contract_realisation",
        "minimum_liquidity",
    ]
    """dscr: CFADS over scheduled interest and amortisation, balloons and reserve releases excluded;
    contract_coverage: remaining contracted revenue over debt; contract_realisation: revenue received
    over contracted; minimum_liquidity: cash in all accounts in USD (give `amount`)."""
    threshold: Ratio | None = None
    amount: Usd | None = None
    steps: tuple[StepSpec, ...] = ()
    look_back: Months = 3
    """Months over which flows are summed: 1, 3 or 12."""
    first_test: Date
    every: Months = 3
    """Months between tests."""
    grace: Months = 0
    """Months a breach may last before the consequence (the cure period)."""
    consequence: Literal["trap", "sweep", "default", "stop_draws"]
