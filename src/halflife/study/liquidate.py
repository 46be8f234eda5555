"""Sell a seized fleet of one machine type into a thin market: the engine's own rooms, from facts alone.

Every path has its own rents, successors and appraised values, from the market and the collateral room, and its own draw
of what is not known about the buyers. The sale itself is the liquidation room's, month by month.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from halflife.collateral import state as value
from halflife.collateral.kernel import appraise
from halflife.collateral.state import VALUE_FIELDS, WORTH_FIELDS, CollateralState, Cycle, Stock
from halflife.foundation.axes import Floats
from halflife.foundation.backend import empty_state, lane_of, twin, twin_rows
from halflife.foundation.streams import seed_words
from halflife.foundation.words import counted, percent
from halflife.liquidation import kernel as sales
from halflife.liquidation import state as sale
from halflife.liquidation.schedule import Buyers, Costs, best_months
from halflife.liquidation.state import (
    BACKSTOP_FIELDS,
    MARKET_FIELDS,
    SALE_FIELDS,
    SELLER_FIELDS,
    LiquidationState,
    Seized,
)
from halflife.liquidation.table import SALE, LiquidationTable
from halflife.market import state as market
from halflife.market.kernel import start as start_market
from halflife.market.kernel import step as step_market
from halflife.market.state import (
    COIN_FIELDS,
    ECONOMY_FIELDS,
    LAUNCH_FIELDS,
    MACHINE_FIELDS,
    NETWORK_FIELDS,
    SHOCK_FIELDS,
    MarketState,
)
from halflife.results.sale import Figure, Sale, Spread
from halflife.study.account import Walked, evidence, figures, over, pay, spread, words_of
from halflife.study.coins import Sold
from halflife.study.coins import sell as sell_coins
from halflife.study.question import Question, check
from halflife.study.seized import Fleet, Known, buyers, by_power, fleet, paper_value
from halflife.study.termsheet import latin_hypercube, one_blas_thread

AHEAD = 24
"""Months over which the lenders judge how fast the machines lose value, when they choose how long to sell."""
MADE = (sale.SOLD, sale.PRICE, sale.PROCEEDS, sale.COSTS)
MOST_PATHS = 200_000


def liquidate(question: Question) -> Sale:
    """Sell a fleet and say what it brings.

    Parameters
    ----------
    question : Question

    Returns
    -------
    Sale
        Same bits for the same question.

    Raises
    ------
    SpecError
        With everything that is wrong with the question.
    """
    unit, lot = check(question)
    seized = _fleet(question)
    known = {**(seized.earning if question.draws_rent else {}), **buyers(question.market, unit)}
    for name, span in (("depth", question.depth), ("absorption", question.absorption)):
        if span is not None:
            known[name] = Known(span, "units per month", "given")
    if question.installable is not None:
        known["absorption"] = by_power(question.machine, question.installable)
    drawn = _draw(known, question)
    prices = appraisals(question, seized, drawn)
    months = _months(question, seized, drawn, prices, lot)
    walked = walk(question, drawn, prices, lot=lot, months=months)
    outcome = _settle(question, walked, question.units * paper_value(seized.paper, question.age))
    return Sale(
        title=_title(question, seized, unit, lot),
        policy=_policy(question, months),
        valuation=seized.grid.valuation,
        seed=question.seed,
        paths=question.paths,
        debt=outcome.debt,
        units=question.units,
        spreads=_spreads(question, walked, outcome),
        steps=walked.steps(outcome.paper),
        claims=pay(outcome.claims, walked.net + outcome.coins.proceeds),
        fans=walked.fans(),
        figures=(
            *figures(known, drawn, outcome.debt / np.maximum(outcome.realised(walked), 1.0)),
            *_given(question, seized),
        ),
        notes=_notes(question, seized, walked),
    )


class Outcome(NamedTuple):
    """What is owed and what stands behind it: USD.

    claims : (name, owed) in order;  paper : book value of the machines;  pile : coins at today's price
    coins : what became of them
    """

    claims: tuple[tuple[str, float], ...]
    paper: float
    pile: float
    coins: Sold

    @property
    def debt(self) -> float:
        """Sum of the claims."""
        return sum(owed for _, owed in self.claims)

    def realised(self, walked: Walked) -> Floats:
        """What sale and coins bring, coins that were not needed included: ``[path]``, USD."""
        total: Floats = walked.net + self.coins.proceeds + self.coins.kept
        return total


def _settle(question: Question, walked: Walked, paper: float) -> Outcome:
    """Find what is owed, and sell the coins beside the machines."""
    coins, nothing = question.coins, np.zeros(question.paths)
    pile = 0.0 if coins is None else coins.worth
    claims = question.claims or (("debt", question.ltv * (paper + pile)),)
    if coins is None:
        return Outcome(claims, paper, pile, Sold(nothing, nothing))
    lacking = np.maximum(0.0, sum(owed for _, owed in claims) - walked.net)
    return Outcome(
        claims, paper, pile, sell_coins(coins, lacking, walked.sold / question.units, walked.last, question.seed)
    )


def _spreads(question: Question, walked: Walked, outcome: Outcome) -> dict[str, Spread]:
    """Name every result; units in `results.sale.UNITS`."""
    appraised, paper = question.units * walked.worth[0], np.full(question.paths, outcome.paper)
    coins = {"coins": outcome.coins.proceeds} if question.coins is not None else {}
    found = {
        "paper value": paper,
        "appraised value": appraised,
        "proceeds": walked.net,
        "present value of proceeds": walked.present_value(question.rate),
        **coins,
        "price received": walked.gross.sum(axis=0) / (walked.sold * walked.worth).sum(axis=0),
        "price per machine": walked.gross.sum(axis=0) / question.units,
        "months to the first sale": walked.first,
        "months to the last sale": walked.last,
        "loss": np.maximum(0.0, outcome.debt - walked.net - outcome.coins.proceeds),
        "rest sold at the end": walked.sold[-1] / question.units,
    }
    values = {
        "paper LTV": paper + outcome.pile,
        "appraised LTV": appraised + outcome.pile,
        "realisable LTV": outcome.realised(walked),
    }
    ltvs = {name: over(outcome.debt, spread(amounts)) for name, amounts in values.items()}
    return {name: spread(amounts) for name, amounts in found.items()} | ltvs


def _title(question: Question, seized: Fleet, unit: str, lot: int) -> str:
    lots_of = "" if lot == 1 else f", in {unit}s of {lot:,}"
    return f"{question.units:,} {seized.name}{lots_of}, sold to the {question.market} market"


def _policy(question: Question, months: int) -> str:
    """How it is sold, in words."""
    return {
        "dump": "dump: every month all that buyers can install",
        "orderly": f"orderly: even parts over {counted(months, 'month')}",
        "optimal": f"optimal under carry: even parts over {counted(months, 'month')}, set before the depth is known",
    }[question.policy]


def _given(question: Question, seized: Fleet) -> tuple[Figure, ...]:
    """Figures that are numbers, not ranges."""
    claims = "claims as given" if question.claims else f"{question.ltv:.0%} of paper value"
    earning = {name: (words_of(one, only_middle=True), one.source) for name, one in seized.earning.items()}
    own = {
        **({} if question.draws_rent else earning),
        "age of the machines": (counted(question.age, "month"), "assumed; --age"),
        "debt": (claims, "given" if question.claims else "assumed; --ltv or --claim"),
        "lenders' rate": (f"{question.rate:.1%} a year", "assumed; --rate"),
        "storage in the queue": (f"{question.storage:,.0f} USD per machine and month", "no source; --storage"),
        "workout": (counted(question.workout, "month"), "what is left then goes at once; --workout"),
    }
    return tuple(Figure(name, words, source) for name, (words, source) in {**seized.sources, **own}.items())


def _notes(question: Question, seized: Fleet, walked: Walked) -> tuple[str, ...]:
    """What a reader must know beside the numbers."""
    received = float(walked.gross.sum(axis=0).mean()) / question.units
    said = evidence(seized.name, question.units, float(walked.worth[0].mean()), received)
    rest = walked.sold[-1] > 0.0
    if rest.mean() >= 0.01:
        share = float((walked.sold[-1] / question.units)[rest].mean())
        said.append(
            f"On {percent(float(rest.mean()))} of the paths the buyers had not installed everything when the workout "
            f"ended: there {percent(share)} of the machines go in the last month, whatever they bring."
        )
    if not question.draws_rent:
        said.append("The appraisal takes rent and realisation as known; --draw-rent integrates over their ranges too.")
    return (*said, *seized.notes)


class Prices(NamedTuple):
    """What the market says, months 1 on: ``[month, path]``; appraised USD per machine, flag of a successor."""

    worth: Floats
    announced: Floats


def _fleet(question: Question) -> Fleet:
    with one_blas_thread():
        return fleet(question.machine, question.workout, rent=question.rent, paper=question.paper)


def _draw(known: Mapping[str, Known], question: Question) -> dict[str, Floats]:
    """One draw of every figure for every path; months are whole."""
    order = latin_hypercube(question.paths, len(known), question.seed).T
    drawn = {name: one.span.at(u) for (name, one), u in zip(known.items(), order, strict=True)}
    drawn["months to market"] = np.round(drawn["months to market"])
    return {"break-up": np.zeros(question.paths), **drawn}


def _months(question: Question, seized: Fleet, drawn: Mapping[str, Floats], prices: Prices, lot: int) -> int:
    """Months over which the sale is spread; the lenders choose before they know the draw."""
    if question.policy != "optimal":
        return question.months or 1
    mean, ahead = prices.worth.mean(axis=1), min(AHEAD, question.workout - 1)
    costs = Costs(
        decline=float(np.log(mean[0] / mean[ahead])) / ahead,
        discount=question.rate / 12.0,
        storage=question.storage / float(mean[0]),
        unit=float((drawn["dismantling"] + drawn["freight"]).mean() / mean[0]),
        share=float(drawn["commission"].mean()),
    )
    crowd = Buyers(
        depth=drawn["depth"] * np.where(prices.announced[0] > 0.5, drawn["depth after a successor"], 1.0),
        fading=1.0 - drawn["recovery"],
        absorption=drawn["absorption"],
        floor=drawn["floor"],
        lot=float(lot),
        whole=1.0 - drawn["break-up"],
    )
    last = question.workout - int(drawn["months to market"].max())
    return best_months(float(question.units), crowd, costs, max(last, 1))


def table_of(question: Question, drawn: Mapping[str, Floats], *, lot: int, months: int) -> LiquidationTable:
    """One seller's market as the room's table, with a row of paths for every figure that is drawn."""

    def one(number: float) -> Floats:
        return np.array([number])

    ones, place = np.ones((1, 1)), np.zeros(1, dtype=np.int64)
    return LiquidationTable(
        impact=one(0.0),
        is_marked=place,
        heard=one(1.0),
        backstop_price=one(0.0),
        backstop_size=one(0.0),
        depth=lane_of(drawn["depth"]),
        depth_after=lane_of(drawn["depth after a successor"]),
        depth_fall=one(0.0),
        fading=lane_of(1.0 - drawn["recovery"]),
        absorption=lane_of(drawn["absorption"]),
        floor=lane_of(drawn["floor"]),
        lot=one(float(lot)),
        whole=lane_of(1.0 - drawn["break-up"]),
        seller=place,
        seller_machine=place,
        forced_calm=ones,
        forced_announced=ones,
        forced_cost=one(0.0),
        forced_carry=one(0.0),
        months_calm=one(float(months)),
        months_announced=one(float(months)),
        policy=np.array([SALE]),
        seize=lane_of(drawn["months to market"]),
        step_in=one(0.0),
        sale_cost=lane_of(drawn["commission"]),
        unit_cost=lane_of(drawn["dismantling"] + drawn["freight"]),
        storage=one(question.storage),
        carry=one(0.0),
        orderly_share=one(0.0),
        contract_share=one(0.0),
    )


def appraisals(question: Question, seized: Fleet, drawn: Mapping[str, Floats]) -> Prices:
    """Live the months of the market on all paths at once, and appraise a machine in each.

    Where what a machine earns is drawn, the path moves along the value table's axis of log rent: rent and realisation
    are factors of one product.
    """
    shift = np.zeros(question.paths)
    for name, one in seized.earning.items() if question.draws_rent else ():
        shift = shift + np.log(drawn[name] / one.span.mode)
    paths, rows = np.arange(question.paths, dtype=np.uint64), list[tuple[Floats, Floats]]()
    with twin_rows(question.paths):
        state, collateral = _market_state(seized), CollateralState(_zeros(1, WORTH_FIELDS), _zeros(1, VALUE_FIELDS))
        seed, lanes, row = seed_words(question.seed), lane_of(paths), _as_fleet(np.ones(question.paths))
        twin(start_market)(seized.market, state, lanes, seed)
        for t in range(1, question.workout + 1):
            twin(step_market)(seized.market, state, lanes, seed, t)
            economy, machines = state.economy, state.machines
            cycle = Cycle(
                economy[0, market.REGIME],
                economy[0, market.POWER],
                machines[:, market.DEVIATION],
                _as_fleet(machines[0, market.FULL_DROP, 0] + shift),
                machines[:, market.PHASE],
            )
            age = _as_fleet(np.full(question.paths, float(question.age + t)))
            twin(appraise)(seized.collateral, collateral, 0, 0, 0.0, Stock(age, row, row, row), cycle, t)
            rows.append((collateral.worth[0, value.UNIT, 0].copy(), collateral.worth[0, value.IS_ANNOUNCED, 0].copy()))
    return Prices(*(np.array(column) for column in zip(*rows, strict=True)))


def walk(question: Question, drawn: Mapping[str, Floats], prices: Prices, *, lot: int, months: int) -> Walked:
    """Live the months of the sale on all paths at once; the fleet is seized at month 0."""
    table, units, shape = table_of(question, drawn, lot=lot, months=months), float(question.units), (question.paths,)
    rows = list[tuple[Floats, ...]]()
    with twin_rows(question.paths):
        widths = (SALE_FIELDS, SELLER_FIELDS, MARKET_FIELDS, BACKSTOP_FIELDS)
        state = LiquidationState(*(_zeros(1, width) for width in widths))
        ones, phase = lane_of(np.ones(shape)), _as_fleet(np.zeros(shape))
        held, start, owed = lane_of(np.ones(shape)), lane_of(np.zeros(shape)), lane_of(np.full(shape, np.inf))
        for t, (worth, announced) in enumerate(zip(*prices, strict=True), start=1):
            seized = Seized(ones[None], held[None], _as_fleet(worth), _as_fleet(worth), _as_fleet(announced))
            is_last = t == question.workout
            twin(sales.measure_since)(state.sales[0, sale.SINCE], ones, start, owed, t)
            twin(sales.open_month)(table, state)
            twin(sales.offer)(table, state, 0, 0, 0, units, seized, is_last)
            twin(sales.ration)(table, state, 0, 0, 0, is_last)
            twin(sales.sell)(table, state, 0, 0, 0, seized)
            twin(sales.deduct)(state, 0, held, ones, units)
            twin(sales.close_month)(table, state, phase)
            made = [np.broadcast_to(state.sales[0, field, 0], shape).copy() for field in MADE]
            rows.append((made[0], made[1], worth, made[2], made[3]))
    return Walked(*(np.array(column) for column in zip(*rows, strict=True)))


def _as_fleet(row: Floats) -> Any:
    """A row of paths as the kernels see one fleet: ``[fleet, lane]``."""
    return lane_of(row)[None]


def _zeros(entities: int, fields: int) -> Any:
    empty: Callable[[int, int], Any] = twin(empty_state)
    return empty(entities, fields)


def _market_state(seized: Fleet) -> MarketState:
    table = seized.market
    return MarketState(
        _zeros(1, ECONOMY_FIELDS),
        _zeros(1, MACHINE_FIELDS),
        _zeros(table.launch_machine.shape[0], LAUNCH_FIELDS),
        _zeros(table.factor_stream.shape[0], SHOCK_FIELDS),
        _zeros(table.coin_price.shape[0], COIN_FIELDS),
        _zeros(table.fees.shape[0], NETWORK_FIELDS),
    )
