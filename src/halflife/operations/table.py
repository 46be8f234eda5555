"""Fleets, contracts and running cost as arrays."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit

TAKE_OR_PAY, RESERVED, SPOT = 0, 1, 2


class OperationsTable(NamedTuple):
    """The businesses of all borrowers; fleets and contracts stand in borrower order.

    Every machine of a fleet belongs to exactly one contract row: units under no written contract form a
    row of kind SPOT.  Delivery schedules are those without delay; a path's delay shifts them.
    A contract machine is in exactly one state: not delivered, ``in_term``, off the contract but still in
    its downtime (``delivered - in_term - released``), or ``released`` to the open market.
    """

    fleet_borrower: Annotated[Ints, Axes("fleet"), Unit("position in borrower")]
    fleet_machine: Annotated[Ints, Axes("fleet"), Unit("position in machine")]
    units: Annotated[Floats, Axes("fleet"), Unit("machines")]
    cost: Annotated[Floats, Axes("fleet"), Unit("USD per machine")]
    power: Annotated[Floats, Axes("fleet"), Unit("kW per machine")]
    decay: Annotated[Floats, Axes("fleet"), Unit("log output per month of age")]
    delay: Annotated[Floats, Axes("fleet"), Unit("months, mean")]
    delay_deviation: Annotated[Floats, Axes("fleet"), Unit("months")]
    fleet_stream: Annotated[Ints, Axes("fleet"), Unit("stream id")]
    delivered: Annotated[Floats, Axes("fleet", "month"), Unit("share of units delivered by month t")]
    book: Annotated[Floats, Axes("fleet", "month"), Unit("straight-line paper value, share of total fleet cost")]
    age: Annotated[Floats, Axes("fleet", "month"), Unit("months, mean over delivered machines")]
    contract_borrower: Annotated[Ints, Axes("contract"), Unit("position in borrower")]
    contract_fleet: Annotated[Ints, Axes("contract"), Unit("position in fleet")]
    offtaker: Annotated[Ints, Axes("contract"), Unit("position in party, -1 for open-market rows")]
    kind: Annotated[Ints, Axes("contract"), Unit("TAKE_OR_PAY, RESERVED or SPOT")]
    contract_units: Annotated[Floats, Axes("contract"), Unit("machines")]
    price: Annotated[Floats, Axes("contract", "month"), Unit("USD per machine-hour, after service credits")]
    cash_share: Annotated[Floats, Axes("contract"), Unit("share of invoices not prepaid")]
    committed: Annotated[Floats, Axes("contract"), Unit("share of hours paid whatever is used")]
    use: Annotated[Floats, Axes("contract"), Unit("share of hours used")]
    in_term: Annotated[Floats, Axes("contract", "month"), Unit("share of contract units within their term")]
    released: Annotated[Floats, Axes("contract", "month"), Unit("share of contract units past term and downtime")]
    remaining: Annotated[Floats, Axes("contract", "month"), Unit("USD of contracted cash revenue after month t")]
    terminates: Annotated[Ints, Axes("contract"), Unit("flag: ends on borrower default")]
    renegotiate_below: Annotated[Floats, Axes("contract"), Unit("share, 0 without the option")]
    renegotiate_to: Annotated[Floats, Axes("contract"), Unit("share")]
    renegotiate_floor: Annotated[Floats, Axes("contract"), Unit("share of the old price")]
    renegotiate_chance: Annotated[Floats, Axes("contract"), Unit("probability per path")]
    vendor: Annotated[Ints, Axes("contract"), Unit("position in party, -1 without a backstop")]
    vendor_price: Annotated[Floats, Axes("contract"), Unit("USD per machine-hour")]
    vendor_share: Annotated[Floats, Axes("contract"), Unit("share of the machines without a customer")]
    vendor_until: Annotated[Ints, Axes("contract"), Unit("last month of the backstop, 0 without")]
    mines: Annotated[Ints, Axes("contract"), Unit("flag: rigs that mine for their owner when off contract")]
    contract_stream: Annotated[Ints, Axes("contract"), Unit("stream id")]
    release_downtime: Annotated[Floats, Axes("borrower"), Unit("months")]
    release_use: Annotated[Floats, Axes("borrower"), Unit("share of hours")]
    pue: Annotated[Floats, Axes("borrower"), Unit("1, times its own power price over the market's at month 0")]
    upkeep: Annotated[Floats, Axes("borrower"), Unit("USD per machine-month: hosting and maintenance")]
    fixed: Annotated[Floats, Axes("borrower"), Unit("USD per month")]
    overhead: Annotated[Floats, Axes("borrower"), Unit("share of revenue")]
    pass_through: Annotated[Floats, Axes("borrower"), Unit("share of the power bill hedged at the month-0 price")]
    operator: Annotated[Ints, Axes("borrower"), Unit("position in party, -1 without")]
    operator_downtime: Annotated[Floats, Axes("borrower"), Unit("months")]
    operator_replaced: Annotated[Floats, Axes("borrower"), Unit("probability")]
    operator_cost: Annotated[Floats, Axes("borrower"), Unit("share added to upkeep")]
    operator_trap: Annotated[Floats, Axes("borrower"), Unit("months")]
    operator_stream: Annotated[Ints, Axes("borrower"), Unit("stream id")]


class LifeTable(NamedTuple):
    """What the business is expected to bring from a month to the last maturity of the senior debt.

    Every figure of month u is a sum over the later months up to that maturity, each discounted at the debt's base-case
    rate to month 0; multiplied by ``back`` it is a value in month u. The axis *standing* is 0 while the contract
    lives (its machines come free by its schedule) and 1 once it is broken (all delivered machines are free).
    Rents are carried along the trend: ``rent[u] * back_rent[u] * ..._rent[u]``. The three ways to use free machines
    are the market as in the base case (``open``), vendor or market month by month as in the base case (``mixed``),
    and the vendor to its last month with the market after it (``vendor``).
    """

    back: Annotated[Floats, Axes("borrower", "month"), Unit("1: a dollar of month 0 in dollars of the month")]
    back_rent: Annotated[Floats, Axes("fleet", "month"), Unit("1: the same, over the rent's trend since month 0")]
    fixed: Annotated[Floats, Axes("borrower", "month"), Unit("USD of fixed cost")]
    care: Annotated[Floats, Axes("fleet", "month"), Unit("USD of upkeep")]
    firm: Annotated[Floats, Axes("contract", "month"), Unit("USD of contracted cash after overhead")]
    firm_power: Annotated[Floats, Axes("contract", "month"), Unit("kWh under contract")]
    open_rent: Annotated[Floats, Axes("contract", "standing", "month"), Unit("USD after overhead per USD/h of rent")]
    open_power: Annotated[Floats, Axes("contract", "standing", "month"), Unit("kWh")]
    mixed_rent: Annotated[Floats, Axes("contract", "standing", "month"), Unit("USD after overhead per USD/h of rent")]
    mixed_power: Annotated[Floats, Axes("contract", "standing", "month"), Unit("kWh")]
    mixed_paid: Annotated[Floats, Axes("contract", "standing", "month"), Unit("USD from the vendor after overhead")]
    vendor_rent: Annotated[Floats, Axes("contract", "standing", "month"), Unit("USD after overhead per USD/h of rent")]
    vendor_power: Annotated[Floats, Axes("contract", "standing", "month"), Unit("kWh")]
    vendor_paid: Annotated[Floats, Axes("contract", "standing", "month"), Unit("USD from the vendor after overhead")]
