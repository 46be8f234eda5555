"""Standing of the borrowers: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# standing[borrower, ...]
DEFAULTED, MONTH, CAUSE, SHORT_MONTHS, IS_NEW, MAY_REFINANCE, TRAPS = range(7)
STANDING_FIELDS = 7
PAYMENT, COVENANT, MATURITY, INSOLVENCY, OPERATOR_LOST, CROSS = range(1, 7)
CAUSES = ("none", "payment", "covenant", "maturity", "insolvency", "operator lost", "cross-default")


class DefaultState(NamedTuple):
    """Standing of every borrower.

    standing : DEFAULTED flag (accelerated), MONTH of default, CAUSE, SHORT_MONTHS in payment arrears,
    IS_NEW flag of this month's defaults, MAY_REFINANCE flag, TRAPS flag of any cash trap
    """

    standing: Any


class Evidence(NamedTuple):
    """What the agent looks at: ``[borrower, lane]`` views.

    shortfall : USD unpaid of what was due;  uncured : covenant default flag;  matured : USD unpaid past maturity
    lost : operator state (2 is lost);  crossed : flag of a cross-default;  debt, liquidity, orderly : USD
    """

    shortfall: Any
    uncured: Any
    matured: Any
    lost: Any
    crossed: Any
    debt: Any
    liquidity: Any
    orderly: Any
