"""Holdings, pledges and shares as arrays; every axis has length zero where nobody has any."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit

HOLD, SELL_TO_COVER, SELL_ALL, PLEDGE = range(4)


class TreasuryTable(NamedTuple):
    """One row per borrower with a treasury, per holding, per coin loan and per conversion right."""

    owner: Annotated[Ints, Axes("treasury"), Unit("position in borrower")]
    kept: Annotated[Floats, Axes("treasury"), Unit("share of mining revenue kept in coins")]
    counted: Annotated[Floats, Axes("treasury"), Unit("share of free coins that is liquidity")]
    shares: Annotated[Floats, Axes("treasury"), Unit("shares at month 0, 0 without")]
    premium: Annotated[Floats, Axes("treasury"), Unit("log, share price over net asset value per share at month 0")]
    premium_level: Annotated[Floats, Axes("treasury"), Unit("log")]
    premium_pull: Annotated[Floats, Axes("treasury"), Unit("1 per month")]
    premium_noise: Annotated[Floats, Axes("treasury"), Unit("log per month")]
    premium_stream: Annotated[Ints, Axes("treasury"), Unit("stream id")]
    programme: Annotated[Floats, Axes("treasury"), Unit("USD that may be issued")]
    monthly: Annotated[Floats, Axes("treasury"), Unit("share of market value that may be issued in a month")]
    least_premium: Annotated[Floats, Axes("treasury"), Unit("log")]
    issue_cost: Annotated[Floats, Axes("treasury"), Unit("share of what is issued")]
    always: Annotated[Ints, Axes("treasury"), Unit("flag: issues whatever is allowed")]
    holding_treasury: Annotated[Ints, Axes("holding"), Unit("position in treasury")]
    holding_coin: Annotated[Ints, Axes("holding"), Unit("position in coin")]
    free: Annotated[Floats, Axes("holding"), Unit("coins at month 0, pledged ones apart")]
    mined: Annotated[Floats, Axes("holding"), Unit("1 where mined coins go, else 0")]
    policy: Annotated[Ints, Axes("holding"), Unit("HOLD ... PLEDGE")]
    lender: Annotated[Ints, Axes("holding"), Unit("position in loan that the policy PLEDGE draws on, -1 without")]
    loan_facility: Annotated[Ints, Axes("loan"), Unit("position in facility")]
    loan_holding: Annotated[Ints, Axes("loan"), Unit("position in holding")]
    pledged: Annotated[Floats, Axes("loan"), Unit("coins at month 0")]
    margin_call: Annotated[Floats, Axes("loan"), Unit("loan to value")]
    target: Annotated[Floats, Axes("loan"), Unit("loan to value")]
    liquidation: Annotated[Floats, Axes("loan"), Unit("loan to value")]
    cure: Annotated[Floats, Axes("loan"), Unit("months")]
    conversion_treasury: Annotated[Ints, Axes("conversion"), Unit("position in treasury")]
    conversion_facility: Annotated[Ints, Axes("conversion"), Unit("position in facility")]
    conversion_price: Annotated[Floats, Axes("conversion"), Unit("USD per share")]
