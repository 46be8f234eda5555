"""The term sheet as a whole: one spec type from a single loan to a system of borrowers."""

from typing import Self

from pydantic import model_validator

from halflife.collateral.spec import CollateralSpec
from halflife.contagion.spec import ContagionSpec, LenderSpec
from halflife.counterparties.spec import GuaranteeSpec, PartySpec
from halflife.covenants.spec import CovenantSpec
from halflife.default.spec import DefaultSpec
from halflife.foundation.spec import Spec
from halflife.foundation.units import Date
from halflife.liquidation.spec import EnforcementSpec, ResaleSpec
from halflife.market.spec import MarketSpec
from halflife.operations.spec import OperationsSpec
from halflife.treasury.spec import TreasurySpec
from halflife.waterfall.spec import DebtSpec


class EconomySpec(Spec):
    """What all borrowers share: prices, the worth of machines, and who buys them second-hand."""

    market: MarketSpec
    collateral: tuple[CollateralSpec, ...]
    resale: tuple[ResaleSpec, ...]


class BorrowerSpec(Spec):
    """One borrower: its business, its debt, and what happens when things go wrong."""

    name: str
    sponsor: str | None = None
    guarantee: GuaranteeSpec = GuaranteeSpec()
    operations: OperationsSpec
    debt: DebtSpec
    treasury: TreasurySpec | None = None
    covenants: tuple[CovenantSpec, ...] = ()
    default: DefaultSpec
    enforcement: EnforcementSpec
    acts_as: str | None = None
    """The counterparty that this borrower is, if it is one: it fails when the borrower defaults."""
    cross_default: tuple[str, ...] = ()
    """Borrowers whose default is an event of default here; a ring-fenced borrower names none."""


class SystemSpec(Spec):
    """A system of counterparties, borrowers and an economy; a deal is a system with one borrower."""

    name: str
    about: str
    valuation: Date
    economy: EconomySpec
    counterparties: tuple[PartySpec, ...]
    borrowers: tuple[BorrowerSpec, ...]
    lenders: tuple[LenderSpec, ...] = ()
    contagion: ContagionSpec = ContagionSpec()

    @model_validator(mode="after")
    def _has_a_borrower(self) -> Self:
        if not self.borrowers:
            raise ValueError("a system needs at least one borrower")
        return self
