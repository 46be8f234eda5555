"""What the user writes about coins and shares: holdings, coin-backed loans, issuance, conversion."""

from typing import Literal, Self

from pydantic import model_validator

from halflife.foundation.spec import Spec
from halflife.foundation.units import Coins, Count, Intensity, Months, Ratio, Share, Usd, Volatility

Coin = Literal["BTC", "ETH"]


class HoldingSpec(Spec):
    """Coins owned, and what is done with those that are not pledged."""

    coin: Coin
    amount: Coins
    """All coins owned at the valuation date, pledged ones included."""
    policy: Literal["hold", "sell_to_cover", "sell_all", "pledge"] = "sell_to_cover"
    """hold: never sold, only posted when a coin loan calls; sell_to_cover: sold for what is due and not in cash;
    sell_all: sold in the first month, and whatever is mined with it; pledge: what is due is borrowed on them, up to the
    target of the coin loan. After a default every free coin is sold for the creditors."""


class CoinLoanSpec(Spec):
    """Coins behind one facility: when the lender calls for more of them, and when it sells them."""

    facility: str
    """The facility that they secure: a term loan, or a revolver that lends on them."""
    coin: Coin
    pledged: Coins
    margin_call: Share
    """Loan to value of the pledge from which the lender calls for more coins."""
    target: Share
    """Loan to value to which the borrower must bring the loan after a call."""
    liquidation: Share
    """Loan to value from which the lender sells the pledge and pays itself."""
    cure: Months = 0
    """Months that a call may stand unmet; then the lender sells down to the target."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not 0.0 < self.target < self.margin_call < self.liquidation:
            raise ValueError("thresholds out of order: `target` below `margin_call` below `liquidation`")
        return self


class IssuanceSpec(Spec):
    """New shares sold at the market."""

    programme: Usd
    """Most that may still be raised, before cost."""
    monthly: Share
    """Most in a month, as a share of the market value of all shares."""
    least_premium: Ratio
    """Market access: nothing is issued below this multiple of net asset value, nor while the debt market is shut."""
    cost: Share = 0.0
    """Discount and commission."""
    use: Literal["needed", "always"] = "needed"
    """needed: only for what is due and not in cash, before coins are sold; always: as much as the limits allow."""


class EquitySpec(Spec):
    """Shares: price = net asset value per share x a premium that returns to its level.

    Net asset value: coins, appraised machines and cash, less debt.
    """

    shares: Count
    premium: Ratio
    """Share price over net asset value per share at the valuation date."""
    level: Ratio
    """Multiple to which the premium returns."""
    speed: Intensity
    volatility: Volatility
    issuance: IssuanceSpec | None = None


class ConversionSpec(Spec):
    """The right to take shares instead of money at the maturity of a facility."""

    facility: str
    price: Usd
    """Conversion price per share."""


class TreasurySpec(Spec):
    """Coins and shares of one borrower."""

    holdings: tuple[HoldingSpec, ...] = ()
    mined_kept: Share = 0.0
    """Share of the mining revenue that is kept in BTC instead of cash."""
    counted_as_liquidity: Share = 0.0
    """Share of the value of free coins that the documents count as liquidity."""
    loans: tuple[CoinLoanSpec, ...] = ()
    equity: EquitySpec | None = None
    conversions: tuple[ConversionSpec, ...] = ()
