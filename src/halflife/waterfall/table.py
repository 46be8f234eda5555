"""Facilities, accounts and the payment program as arrays."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit

TERM_LOAN, DDTL, REVOLVER, LEASE, JUNIOR = range(5)
OPEX, FEES, INTEREST, PRINCIPAL, FILL, CURE_ADVANCE, SWEEP, TRAP, DISTRIBUTE = range(9)


class WaterfallTable(NamedTuple):
    """The liabilities of all borrowers; facilities, accounts and steps stand in borrower order."""

    facility_borrower: Annotated[Ints, Axes("facility"), Unit("position in borrower")]
    kind: Annotated[Ints, Axes("facility"), Unit("TERM_LOAN ... JUNIOR")]
    commitment: Annotated[Floats, Axes("facility"), Unit("USD")]
    opening: Annotated[Floats, Axes("facility"), Unit("USD drawn at month 0")]
    is_floating: Annotated[Floats, Axes("facility"), Unit("0 or 1")]
    coupon: Annotated[Floats, Axes("facility"), Unit("1/yr: fixed coupon, or the swap rate plus margin")]
    hedged: Annotated[Floats, Axes("facility"), Unit("share of the balance at `coupon` (1 when fixed)")]
    margin: Annotated[Floats, Axes("facility"), Unit("1/yr")]
    floor: Annotated[Floats, Axes("facility"), Unit("1/yr")]
    accrual: Annotated[Floats, Axes("facility", "month"), Unit("years in month t by the day count")]
    is_payment: Annotated[Ints, Axes("facility", "month"), Unit("flag: interest is due")]
    instalment: Annotated[Floats, Axes("facility", "month"), Unit("share of the drawn amount due, balloon excluded")]
    maturity: Annotated[Ints, Axes("facility"), Unit("month")]
    issue_price: Annotated[Floats, Axes("facility"), Unit("share of face")]
    advance: Annotated[Floats, Axes("facility"), Unit("share of capital expenditure drawn")]
    draw_end: Annotated[Ints, Axes("facility"), Unit("last month with draws, 0 without")]
    equity_first: Annotated[Floats, Axes("facility"), Unit("USD of capital expenditure equity pays first")]
    is_capitalised: Annotated[Ints, Axes("facility"), Unit("flag: interest is drawn during the window")]
    fee: Annotated[Floats, Axes("facility"), Unit("1/yr on the undrawn commitment")]
    equity_pays: Annotated[Ints, Axes("facility"), Unit("flag: equity funds purchases when draws stop")]
    maintenance: Annotated[Floats, Axes("facility"), Unit("most debt over paper value, 0 without the test")]
    lease_fleet: Annotated[Ints, Axes("facility"), Unit("position in fleet of the leased machines, -1 without")]
    residual: Annotated[Floats, Axes("facility"), Unit("share of the drawn amount the machines are to settle")]
    guaranteed: Annotated[Floats, Axes("facility"), Unit("guaranteed part of it, share of the drawn amount")]
    residual_party: Annotated[Ints, Axes("facility"), Unit("position in party of its guarantor, -1 for the lessee")]
    residual_cap: Annotated[Floats, Axes("facility"), Unit("USD, most that party pays")]
    base_advance: Annotated[Floats, Axes("facility", "month"), Unit("advance on orderly value (revolver)")]
    base_receivables: Annotated[Floats, Axes("facility"), Unit("advance on a month of revenue (revolver)")]
    base_coins: Annotated[Floats, Axes("facility"), Unit("advance on free coins (revolver)")]
    account_borrower: Annotated[Ints, Axes("account"), Unit("position in borrower")]
    account_facility: Annotated[Ints, Axes("account"), Unit("position in facility, -1 without")]
    ahead: Annotated[Floats, Axes("account", "month"), Unit("instalments of the next months, share of drawn amount")]
    months_ahead: Annotated[Floats, Axes("account"), Unit("months of interest reserved")]
    target: Annotated[Floats, Axes("account", "month"), Unit("USD, fixed part of the target")]
    opening_reserve: Annotated[Floats, Axes("account"), Unit("USD")]
    first_facility: Annotated[Ints, Axes("borrower"), Unit("position in facility: its first")]
    end_facility: Annotated[Ints, Axes("borrower"), Unit("one past the position in facility of its last")]
    first_account: Annotated[Ints, Axes("borrower"), Unit("position in account: its first")]
    end_account: Annotated[Ints, Axes("borrower"), Unit("one past the position in account of its last")]
    opening_cash: Annotated[Floats, Axes("borrower"), Unit("USD")]
    step_borrower: Annotated[Ints, Axes("step"), Unit("position in borrower")]
    step: Annotated[Ints, Axes("step"), Unit("OPEX ... DISTRIBUTE")]
    step_target: Annotated[Ints, Axes("step"), Unit("position in facility or account, -1 without")]
    step_share: Annotated[Floats, Axes("step"), Unit("share")]
    step_when: Annotated[Ints, Axes("step"), Unit("0 always, 1 when triggered")]
