"""Lenders, holdings and the strength of the channels as arrays."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit


class ContagionTable(NamedTuple):
    """Who holds what, and how trouble travels."""

    marks: Annotated[Floats, Axes("machine"), Unit("strength, 0 to 1")]
    rents: Annotated[Floats, Axes("economy"), Unit("strength, 0 to 1")]
    refinancing: Annotated[Floats, Axes("economy"), Unit("strength, 0 to 1")]
    funding: Annotated[Floats, Axes("economy"), Unit("strength, 0 to 1")]
    interlender: Annotated[Floats, Axes("economy"), Unit("strength, 0 to 1")]
    cross_default: Annotated[Floats, Axes("economy"), Unit("strength, 0 to 1")]
    parties: Annotated[Floats, Axes("economy"), Unit("strength, 0 to 1")]
    sponsors: Annotated[Floats, Axes("economy"), Unit("strength, 0 to 1")]
    machine_prices: Annotated[Floats, Axes("machine"), Unit("strength, 0 to 1")]
    is_watched: Annotated[Ints, Axes("economy"), Unit("flag: there are lenders or a channel that looks at losses")]
    pressure: Annotated[Floats, Axes("machine"), Unit("log fall of the rent per idle machine")]
    shock: Annotated[Floats, Axes("machine"), Unit("log fall of the rent from month 1 on, under study")]
    heard: Annotated[Floats, Axes("facility"), Unit("flag: others hear of its losses")]
    commitments: Annotated[Floats, Axes("economy"), Unit("USD of all facilities")]
    refinancing_loss: Annotated[Floats, Axes("economy"), Unit("share of commitments")]
    forgetting: Annotated[Floats, Axes("economy"), Unit("share of the recent losses kept each month")]
    kept_in_bankruptcy: Annotated[Floats, Axes("economy"), Unit("share of a failed lender's assets")]
    multiple: Annotated[Floats, Axes("party"), Unit("of the hazard after a sponsored borrower has failed")]
    committed: Annotated[Floats, Axes("borrower"), Unit("USD of the borrower's facilities")]
    owner: Annotated[Ints, Axes("facility"), Unit("position in borrower")]
    is_junior: Annotated[Ints, Axes("facility"), Unit("flag")]
    fleet_machine: Annotated[Ints, Axes("fleet"), Unit("position in machine")]
    contract_fleet: Annotated[Ints, Axes("contract"), Unit("position in fleet")]
    contract_units: Annotated[Floats, Axes("contract"), Unit("machines")]
    capital: Annotated[Floats, Axes("lender"), Unit("USD")]
    assets: Annotated[Floats, Axes("lender"), Unit("USD, holdings at commitment, claims and other assets")]
    least_capital: Annotated[Floats, Axes("lender"), Unit("share of assets")]
    holding_lender: Annotated[Ints, Axes("holding"), Unit("position in lender")]
    holding_facility: Annotated[Ints, Axes("holding"), Unit("position in facility")]
    holding_share: Annotated[Floats, Axes("holding"), Unit("share of the facility")]
    claim_creditor: Annotated[Ints, Axes("claim"), Unit("position in lender")]
    claim_debtor: Annotated[Ints, Axes("claim"), Unit("position in lender")]
    claim_amount: Annotated[Floats, Axes("claim"), Unit("USD")]
    cross_from: Annotated[Ints, Axes("link"), Unit("position in borrower: its default")]
    cross_to: Annotated[Ints, Axes("link"), Unit("position in borrower: an event of default here")]
    actor: Annotated[Ints, Axes("role"), Unit("position in borrower")]
    acts_as: Annotated[Ints, Axes("role"), Unit("position in party")]
