"""Everything that moves in one block of paths."""

from typing import Any, NamedTuple

from halflife.collateral.state import VALUE_FIELDS, WORTH_FIELDS, CollateralState
from halflife.contagion.state import (
    CAPACITY_FIELDS,
    EXPOSURE_FIELDS,
    LENDER_FIELDS,
    LINK_FIELDS,
    SYSTEM_FIELDS,
    ContagionState,
)
from halflife.counterparties.state import GUARANTEE_FIELDS, PARTY_FIELDS, PartiesState
from halflife.covenants.state import HISTORY_FIELDS, TEST_FIELDS, TRIGGER_FIELDS, CovenantState
from halflife.default.state import STANDING_FIELDS, DefaultState
from halflife.engine.plan import Plan
from halflife.foundation.backend import empty_state, kernel
from halflife.liquidation.state import BACKSTOP_FIELDS, MARKET_FIELDS, SALE_FIELDS, SELLER_FIELDS, LiquidationState
from halflife.market.state import (
    COIN_FIELDS,
    ECONOMY_FIELDS,
    LAUNCH_FIELDS,
    MACHINE_FIELDS,
    NETWORK_FIELDS,
    SHOCK_FIELDS,
    MarketState,
)
from halflife.operations.state import BUSINESS_FIELDS, CONTRACT_FIELDS, FLEET_FIELDS, OperationsState
from halflife.treasury.state import HOLDING_FIELDS, LOAN_FIELDS, PURSE_FIELDS, TreasuryState
from halflife.waterfall.state import ACCOUNT_FIELDS, FACILITY_FIELDS, POOL_FIELDS, WaterfallState

# claims[facility, ...]
EAD, RECOVERED, CLAIM_DISCOUNT, DEFAULT_DISCOUNT, LOSS, PV_LOSS, ANNUITY, REPAID, REPAID_TIME = range(9)
CLAIM_FIELDS = 9
# equity[borrower, ...]
PV_IN, PV_OUT, PV_SUPPORT = range(3)
EQUITY_FIELDS = 3


class OutcomeState(NamedTuple):
    """What each path will be remembered for.

    claims : EAD at default; RECOVERED discounted to default at the contract rate (CLAIM_DISCOUNT);
        riskless DEFAULT_DISCOUNT at default; LOSS at default and PV_LOSS at month 0; ANNUITY, the riskless value of
        a yearly payment of one per dollar outstanding; REPAID principal and REPAID_TIME, principal x years
    equity : riskless present values paid in (PV_IN), taken out (PV_OUT) and paid by the guarantor (PV_SUPPORT)
    """

    claims: Any
    equity: Any


class State(NamedTuple):
    """The rooms' states, in the order of a payment month."""

    market: MarketState
    counterparties: PartiesState
    operations: OperationsState
    collateral: CollateralState
    treasury: TreasuryState
    covenants: CovenantState
    waterfall: WaterfallState
    default: DefaultState
    liquidation: LiquidationState
    contagion: ContagionState
    outcome: OutcomeState


@kernel
def new_state(plan: Plan) -> State:
    """Make the state of one block, all zero.

    References
    ----------
    Our own.
    """
    borrowers, facilities = plan.default.grace.shape[0], plan.waterfall.commitment.shape[0]
    fleets = plan.operations.units.shape[0]
    return State(
        MarketState(
            empty_state(1, ECONOMY_FIELDS),
            empty_state(plan.market.rental.shape[0], MACHINE_FIELDS),
            empty_state(plan.market.launch_machine.shape[0], LAUNCH_FIELDS),
            empty_state(plan.market.factor_stream.shape[0], SHOCK_FIELDS),
            empty_state(plan.market.coin_price.shape[0], COIN_FIELDS),
            empty_state(plan.market.fees.shape[0], NETWORK_FIELDS),
        ),
        PartiesState(
            empty_state(plan.counterparties.hazard.shape[0], PARTY_FIELDS),
            empty_state(borrowers, GUARANTEE_FIELDS),
            empty_state(1, 1),
        ),
        OperationsState(
            empty_state(fleets, FLEET_FIELDS),
            empty_state(plan.operations.contract_units.shape[0], CONTRACT_FIELDS),
            empty_state(borrowers, BUSINESS_FIELDS),
        ),
        CollateralState(empty_state(fleets, WORTH_FIELDS), empty_state(borrowers, VALUE_FIELDS)),
        TreasuryState(
            empty_state(plan.treasury.owner.shape[0], PURSE_FIELDS),
            empty_state(plan.treasury.free.shape[0], HOLDING_FIELDS),
            empty_state(plan.treasury.pledged.shape[0], LOAN_FIELDS),
        ),
        CovenantState(
            empty_state(plan.covenants.test.shape[0], TEST_FIELDS),
            empty_state(borrowers, TRIGGER_FIELDS),
            empty_state(borrowers, HISTORY_FIELDS),
        ),
        WaterfallState(
            empty_state(facilities, FACILITY_FIELDS),
            empty_state(plan.waterfall.opening_reserve.shape[0], ACCOUNT_FIELDS),
            empty_state(borrowers, POOL_FIELDS),
            empty_state(plan.waterfall.step.shape[0], 1),
        ),
        DefaultState(empty_state(borrowers, STANDING_FIELDS)),
        LiquidationState(
            empty_state(fleets, SALE_FIELDS),
            empty_state(plan.liquidation.seller_machine.shape[0], SELLER_FIELDS),
            empty_state(plan.market.rental.shape[0], MARKET_FIELDS),
            empty_state(1, BACKSTOP_FIELDS),
        ),
        ContagionState(
            empty_state(plan.contagion.capital.shape[0], LENDER_FIELDS),
            empty_state(plan.market.rental.shape[0], CAPACITY_FIELDS),
            empty_state(facilities, EXPOSURE_FIELDS),
            empty_state(borrowers, LINK_FIELDS),
            empty_state(1, SYSTEM_FIELDS),
        ),
        OutcomeState(empty_state(facilities, CLAIM_FIELDS), empty_state(borrowers, EQUITY_FIELDS)),
    )
