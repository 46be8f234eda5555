"""What the user writes about events of default and refinancing."""

from halflife.foundation.spec import Spec
from halflife.foundation.units import Months, Ratio


class RefinancingSpec(Spec):
    """When a balloon can be refinanced at maturity: the market is open and both tests pass."""

    most_ltv: Ratio
    """Orderly loan-to-value a new lender accepts."""
    least_dscr: Ratio
    """Look-back DSCR a new lender wants."""


class DefaultSpec(Spec):
    """Events of default beside the covenants."""

    payment_grace: Months = 0
    """Months a shortfall of scheduled interest or principal may stand before it is an event of default."""
    refinancing: RefinancingSpec | None = None
    """Left out, whatever is unpaid at maturity is a default."""
    traps_on_customer_default: bool = False
    """Cash is trapped once a customer has defaulted."""
    traps_on_sponsor_default: bool = False
    """Cash is trapped once the sponsor has defaulted."""
    is_insolvency_default: bool = False
    """True where negative net cash with collateral worth less than the debt is an event of default."""
