"""What each path is remembered for: exposure, recoveries, losses, the life of the debt, the owners' money."""

from typing import Any

from halflife.default.state import DEFAULTED, IS_NEW
from halflife.engine.state import (
    ANNUITY,
    CLAIM_DISCOUNT,
    DEFAULT_DISCOUNT,
    EAD,
    LOSS,
    PV_IN,
    PV_LOSS,
    PV_OUT,
    PV_SUPPORT,
    RECOVERED,
    REPAID,
    REPAID_TIME,
    OutcomeState,
)
from halflife.foundation.backend import both, either, kernel, minimum, where
from halflife.waterfall.state import (
    ACCRUED,
    BACKED,
    BALANCE,
    DISTRIBUTED,
    EQUITY,
    OWED,
    PAID_INTEREST,
    PAID_PRINCIPAL,
    RATE,
    REFINANCED,
    RETURNED,
    SETTLED,
    SUPPORT,
)


@kernel
def remember_claim(
    outcome: OutcomeState, f: int, facilities: Any, standing: Any, owed: Any, years: float, discount: Any, t: int
) -> None:
    """Note what facility f was owed at default, what came back, and how long its money was out.

    Once the borrower owes nothing the account stands still, so that it does not matter how long a path is walked.

    Parameters
    ----------
    facilities : [facility, field, lane];  standing : [field, lane] of its borrower
    owed : [lane], USD that the borrower owed when the month began
    years : length of the month by the day count;  discount : [lane], riskless factor from month 0

    References
    ----------
    docs/glossary.md, *ead*, *lgd*, *wal*, *fair spread*, *residual guarantee*: leased machines that go back repay
    principal as far as they are worth it; what the lessor loses on them beyond the guarantee is no credit loss.
    """
    claims = outcome.claims
    for k in range(claims.shape[-1]):
        is_new = standing[IS_NEW, k] > 0.5
        in_workout = both(both(standing[DEFAULTED, k] > 0.5, standing[IS_NEW, k] < 0.5), owed[k] > 0.0)
        balance, paid = facilities[f, BALANCE, k], facilities[f, PAID_PRINCIPAL, k]
        claim = balance + facilities[f, ACCRUED, k]
        factor = claims[f, CLAIM_DISCOUNT, k] / (1.0 + facilities[f, RATE, k] * years)
        factor = where(is_new, 1.0, where(in_workout, factor, 0.0))
        settled = facilities[f, SETTLED, k]
        in_kind = minimum(settled, facilities[f, RETURNED, k] + facilities[f, BACKED, k])
        principal = paid + facilities[f, REFINANCED, k] + in_kind
        held = where(in_workout, 0.0, balance + paid + facilities[f, REFINANCED, k] + settled)
        claims[f, EAD, k] = where(is_new, claim, claims[f, EAD, k])
        claims[f, DEFAULT_DISCOUNT, k] = where(is_new, discount[k], claims[f, DEFAULT_DISCOUNT, k])
        claims[f, CLAIM_DISCOUNT, k] = factor
        received = where(in_workout, paid + facilities[f, PAID_INTEREST, k], 0.0)
        claims[f, RECOVERED, k] = claims[f, RECOVERED, k] + factor * received
        claims[f, ANNUITY, k] = claims[f, ANNUITY, k] + discount[k] * held * years
        claims[f, REPAID, k] = claims[f, REPAID, k] + principal
        claims[f, REPAID_TIME, k] = claims[f, REPAID_TIME, k] + principal * (t / 12.0)


@kernel
def remember_equity(outcome: OutcomeState, b: int, pools: Any, discount: Any, is_workout: bool) -> None:
    """Add the month's flows of borrower b's owners and guarantor, discounted; in the workout only while debt remains.

    References
    ----------
    docs/glossary.md, *equity loss*.
    """
    equity = outcome.equity
    for k in range(equity.shape[-1]):
        factor = where(either(pools[b, OWED, k] > 0.0, not is_workout), discount[k], 0.0)
        equity[b, PV_IN, k] = equity[b, PV_IN, k] + factor * pools[b, EQUITY, k]
        equity[b, PV_OUT, k] = equity[b, PV_OUT, k] + factor * pools[b, DISTRIBUTED, k]
        equity[b, PV_SUPPORT, k] = equity[b, PV_SUPPORT, k] + factor * pools[b, SUPPORT, k]


@kernel
def settle(
    outcome: OutcomeState,
    f: int,
    facilities: Any,
    share: float,
    recovery: float,
    liquidity: Any,
    cap: Any,
    is_bound: Any,
    alive: Any,
) -> None:
    """Close facility f's account: prove what is left against a failed guarantor, and book the loss.

    Parameters
    ----------
    facilities : [facility, field, lane]
    share : of the borrower's commitments, by which facilities share the guarantor
    recovery : of unsecured claims on the guarantor
    liquidity, cap : [lane], USD left behind the guarantee;  is_bound, alive : [lane], flags of the guarantor

    References
    ----------
    docs/glossary.md, *guarantee*, *lgd*.
    """
    claims = outcome.claims
    for k in range(claims.shape[-1]):
        left = facilities[f, BALANCE, k] + facilities[f, ACCRUED, k]
        proves = both(is_bound[k] > 0.5, alive[k] < 0.5)
        most = share * minimum(liquidity[k], cap[k])
        proved = where(proves, recovery * minimum(left, most), 0.0) * claims[f, CLAIM_DISCOUNT, k]
        recovered = claims[f, RECOVERED, k] + proved
        loss = claims[f, EAD, k] - recovered
        claims[f, RECOVERED, k] = recovered
        claims[f, LOSS, k] = loss
        claims[f, PV_LOSS, k] = loss * claims[f, DEFAULT_DISCOUNT, k]
