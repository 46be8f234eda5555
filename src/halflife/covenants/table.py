"""Covenants as arrays."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit

DSCR, LTV_PAPER, LTV_APPRAISED, LTV_ORDERLY, LOAN_TO_COST, COVERAGE, REALISATION, LIQUIDITY = range(8)
TRAP, SWEEP, DEFAULT, STOP_DRAWS = range(4)


class CovenantTable(NamedTuple):
    """One row per covenant, in borrower order.  Loan-to-value tests breach above, all others below."""

    borrower: Annotated[Ints, Axes("covenant"), Unit("position in borrower")]
    test: Annotated[Ints, Axes("covenant"), Unit("DSCR ... LIQUIDITY")]
    threshold: Annotated[Floats, Axes("covenant", "month"), Unit("ratio, or USD for LIQUIDITY")]
    is_tested: Annotated[Ints, Axes("covenant", "month"), Unit("flag")]
    look_back: Annotated[Ints, Axes("covenant"), Unit("months: 1 to 12")]
    grace: Annotated[Floats, Axes("covenant"), Unit("months")]
    consequence: Annotated[Ints, Axes("covenant"), Unit("TRAP, SWEEP, DEFAULT or STOP_DRAWS")]
    reported_from: Annotated[Ints, Axes("borrower"), Unit("month from which the DSCR is reported")]
    reported_look_back: Annotated[Ints, Axes("borrower"), Unit("months: look-back of the reported DSCR")]
