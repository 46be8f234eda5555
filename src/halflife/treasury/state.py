"""What moves in the treasuries: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# purses[treasury, ...]
NEED, KEPT, ISSUED, LEFT, SHARES, PREMIUM, ASSETS, SHARE_PRICE, FLOW, CONVERTED = range(10)
PURSE_FIELDS = 10
# holdings[holding, ...]
FREE, SOLD, RAISED = range(3)
HOLDING_FIELDS = 3
# loans[loan, ...]
PLEDGED, LTV, STANDS, SEIZED, REPAID, LENT, IMPACT = range(7)
LOAN_FIELDS = 7


class TreasuryState(NamedTuple):
    """Coins, pledges and shares.

    purses : NEED USD due this month and not in cash; KEPT mining revenue kept in coins, ISSUED net of cost, FLOW net
        cash into the waterfall, all USD this month; LEFT USD of the programme; SHARES; PREMIUM log; ASSETS net asset
        value, USD, never negative; SHARE_PRICE USD; CONVERTED USD of debt turned into shares this month
    holdings : FREE coins; SOLD coins and RAISED USD this month
    loans : PLEDGED coins; LTV of the pledge this month; STANDS months an unmet call has stood; SEIZED month in which
        the lender first sold (0: none yet); REPAID USD this month by its sale, LENT USD this month on more of it;
        IMPACT of a sale: average fall per root USD
    """

    purses: Any
    holdings: Any
    loans: Any


class Market(NamedTuple):
    """What coins are worth this month: ``[coin, lane]``.

    price : USD;  noise : log volatility of the month, standard deviation;  volume : [coin], coins traded in a day
    is_open : [lane], flag of the debt market
    """

    price: Any
    noise: Any
    volume: Any
    is_open: Any


class Claims(NamedTuple):
    """The debt that coins and shares meet: ``[facility, lane]`` views, USD; written by the treasuries too.

    balance, accrued, drawn, draw, paid_principal, paid_interest, settled, returned : of each facility
    commitment : [facility], USD;  maturity : [facility], month
    """

    balance: Any
    accrued: Any
    overdue: Any
    arrears: Any
    drawn: Any
    draw: Any
    paid_principal: Any
    paid_interest: Any
    settled: Any
    returned: Any
    commitment: Any
    maturity: Any


class Books(NamedTuple):
    """The borrowers as their treasurers see them: ``[borrower, lane]`` views, USD.

    mined : mining revenue of the month;  cash : at hand before the priority of payments
    dues : what it owes this month
    appraised : machines;  liquidity : cash in all accounts;  debt : owed;  defaulted : flag of acceleration
    """

    mined: Any
    cash: Any
    dues: Any
    appraised: Any
    liquidity: Any
    debt: Any
    defaulted: Any
