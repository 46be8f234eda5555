"""Whether sources and uses balance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding
from halflife.foundation.names import Written
from halflife.foundation.words import usd
from halflife.waterfall.base_debt import Loan
from halflife.waterfall.schedule import walk
from halflife.waterfall.spec import DebtSpec

TOLERANCE = 0.02
"""Largest misfit between commitment and need, as a share of either."""


def check_sources(written: Written[DebtSpec], loans: Sequence[Loan], capex: Floats, findings: list[Finding]) -> None:
    """Report draws that can never be made in full, and machines the commitment cannot fund.

    Notes
    -----
    The undrawn commitment may be sized on capital expenditure alone, or on capital expenditure and
    capitalised interest: anything from one to the other is in balance.
    """
    for loan in loans:
        draws = loan.spec.draws
        if draws is None:
            continue
        spent = float(capex[: loan.terms.draw_end + 1].sum())
        need = draws.advance_rate * spent
        free = walk(loan.terms._replace(commitment=np.inf), loan.rate, capex, capex, np.zeros_like(capex))
        interest = float(free.capitalised.sum())
        room = loan.terms.commitment - loan.terms.opening
        if need * (1.0 - TOLERANCE) <= room <= (need + interest) * (1.0 + TOLERANCE):
            continue
        found = (
            f"{usd(room)} to be drawn; capital expenditure until {draws.until} is {usd(spent)}, of which "
            f"{draws.advance_rate:.2%} is {usd(need)}, and {usd(interest)} interest is capitalised"
        )
        findings.append(
            Finding(
                written.at(f"facilities[{loan.spec.name}].commitment"),
                found,
                f"sources that balance uses: {usd(need)} to {usd(need + interest)}",
                "correct commitment, advance rate, number or cost of machines, or delivery dates",
            )
        )
