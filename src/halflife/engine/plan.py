"""Everything the month loop reads, as arrays."""

from typing import NamedTuple

from halflife.collateral.table import CollateralTable
from halflife.contagion.table import ContagionTable
from halflife.counterparties.table import PartyTable
from halflife.covenants.table import CovenantTable
from halflife.default.table import DefaultTable
from halflife.liquidation.table import LiquidationTable
from halflife.market.table import MarketTable
from halflife.operations.table import LifeTable, OperationsTable
from halflife.treasury.table import TreasuryTable
from halflife.waterfall.table import WaterfallTable


class Plan(NamedTuple):
    """The rooms' tables, in the order of a payment month.  No names, no dates."""

    market: MarketTable
    counterparties: PartyTable
    operations: OperationsTable
    life: LifeTable
    collateral: CollateralTable
    treasury: TreasuryTable
    covenants: CovenantTable
    waterfall: WaterfallTable
    default: DefaultTable
    liquidation: LiquidationTable
    contagion: ContagionTable

    @property
    def months(self) -> int:
        """Months simulated after month 0."""
        return int(self.market.rate_curve.shape[0]) - 1

    @property
    def last_maturity(self) -> int:
        """Month of the last maturity; what follows is workout."""
        return int(self.waterfall.maturity.max())
