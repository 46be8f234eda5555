"""The same deal with more or less debt, another maturity, another repayment: words changed, prices held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from halflife.engine.resolve import Deal, resolve
from halflife.engine.system import BorrowerSpec, SystemSpec
from halflife.foundation.document import Document
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.grid import add_months
from halflife.foundation.spec import Spec
from halflife.operations.spec import ContractSpec, DscrPriceSpec
from halflife.waterfall.spec import (
    BulletSpec,
    CustomSpec,
    FacilitySpec,
    LevelSpec,
    SculptedSpec,
    StraightSpec,
)

Amortisation = Literal["as_written", "level", "straight", "sculpted", "bullet"]
AMORTISATIONS: tuple[Amortisation, ...] = ("as_written", "level", "straight", "sculpted", "bullet")
_KINDS: dict[str, type[Spec]] = {"level": LevelSpec, "straight": StraightSpec, "sculpted": SculptedSpec,
                                 "bullet": BulletSpec}  # fmt: skip


def amortisation_named(name: str) -> Amortisation:
    """Find a repayment.

    Raises
    ------
    SpecError
        For a name that is none.
    """
    for known in AMORTISATIONS:
        if name == known:
            return known
    raise SpecError([Finding("--amortisation", f"'{name}'", "one of " + ", ".join(AMORTISATIONS), "choose one")])


@dataclass(frozen=True)
class Size:
    """What is changed on one facility.

    debt : factor of the commitment and, with it, of what is drawn and of the advance rate
    months : added to the maturity;  amortisation : instead of what is written
    """

    debt: float = 1.0
    months: int = 0
    amortisation: Amortisation = "as_written"


def held(deal: Deal) -> SystemSpec:
    """Return the words of a resolved deal with every inferred contract price written out.

    A price that follows from a DSCR would rise with the debt, and no debt would ever be too large.
    """
    names = list(deal.names.borrowers)
    borrowers = tuple(_priced(one, float(deal.base.price[names.index(one.name)])) for one in deal.spec.borrowers)
    return deal.spec.model_copy(update={"borrowers": borrowers})


def _priced(borrower: BorrowerSpec, price: float) -> BorrowerSpec:
    def written(contract: ContractSpec) -> ContractSpec:
        is_inferred = isinstance(contract.price, DscrPriceSpec)
        return contract.model_copy(update={"price": price}) if is_inferred else contract

    contracts = tuple(written(contract) for contract in borrower.operations.contracts)
    operations = borrower.operations.model_copy(update={"contracts": contracts})
    return borrower.model_copy(update={"operations": operations})


def resized(spec: SystemSpec, borrower: str, facility: str, size: Size) -> SystemSpec:
    """Return the words with one facility changed.

    Parameters
    ----------
    spec : from `held`;  borrower, facility : names
    """

    def changed(one: BorrowerSpec) -> BorrowerSpec:
        if one.name != borrower:
            return one
        facilities = tuple(_resized(item, size) if item.name == facility else item for item in one.debt.facilities)
        return one.model_copy(update={"debt": one.debt.model_copy(update={"facilities": facilities})})

    return spec.model_copy(update={"borrowers": tuple(changed(one) for one in spec.borrowers)})


def _resized(facility: FacilitySpec, size: Size) -> FacilitySpec:
    changes: dict[str, object] = {
        "commitment": facility.commitment * size.debt,
        "maturity": add_months(facility.maturity, size.months),
    }
    if facility.drawn is not None:
        changes["drawn"] = facility.drawn * size.debt
    if facility.draws is not None:
        advance = min(1.0, facility.draws.advance_rate * size.debt)
        changes["draws"] = facility.draws.model_copy(update={"advance_rate": advance})
    if size.amortisation != "as_written":
        changes["amortisation"] = _KINDS[size.amortisation]()
    return facility.model_copy(update=changes)


def is_schedule_filed(facility: FacilitySpec) -> bool:
    """Say whether the repayment is a filed list of shares, which fits one maturity only."""
    return isinstance(facility.amortisation, CustomSpec)


def resolve_all(
    deals: Sequence[Deal], document: Document, borrower: str, facility: str, size: Size, at_least: int = 0
) -> list[Deal]:
    """Resolve every draw of a deal at another size.

    Parameters
    ----------
    deals : one per draw of the assumed ranges;  document : where the deal is written
    at_least : months of the grid

    Raises
    ------
    SpecError
        If a draw makes no deal at this size.
    """
    return [
        resolve(resized(held(deal), borrower, facility, size), document, reuse=deal,
                at_least=max(at_least, deal.plan.months))
        for deal in deals
    ]  # fmt: skip
