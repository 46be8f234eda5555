"""The levers: what can be moved on a resolved deal, in which unit, how far, and which way hurts the lenders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from halflife.engine.plan import Plan
from halflife.engine.resolve import Deal
from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.quantity import parse_quantity
from halflife.metrics.stress import Kind, Moved
from halflife.study import lever_moves as by
from halflife.study import lever_readings as at

NEUTRAL = {"rate": 0.0, "share": 0.0, "change": 0.0, "multiple": 1.0, "months": 0.0}
"""Amounts that change nothing, by kind."""
_UNITS: dict[Kind, dict[str, Fraction]] = {
    "rate": {"%": Fraction(1, 100), "%/yr": Fraction(1, 100), "pp": Fraction(1, 100), "bp": Fraction(1, 10_000)},
    "share": {"%": Fraction(1, 100), "pp": Fraction(1, 100)},
    "change": {"%": Fraction(1, 100)},
    "multiple": {"x": Fraction(1), "": Fraction(1)},
    "months": {"month": Fraction(1), "yr": Fraction(12)},
}
_EXAMPLES: dict[Kind, str] = {
    "rate": "5 %/yr",
    "share": "10 %",
    "change": "-30 %",
    "multiple": "1.5x",
    "months": "6 months",
}


@dataclass(frozen=True)
class Lever:
    """One thing that can be moved.

    Parameters
    ----------
    name, words : as the user names it, and what it does
    kind : what an amount is;  low, high : range that is searched
    worse : 1 if more of it hurts the lenders, -1 if less
    bump : amounts of a tornado, the milder first;  why : where they come from
    move : (plan, the deal it comes from, amount) -> another plan of the same shape
    missing : why the deal has nothing to move, empty if it has
    level, level_words, level_unit : reads off a plan what the amount made of it
    reads : a cheaper move that is enough for `level`
    """

    name: str
    words: str
    kind: Kind
    low: float
    high: float
    worse: int
    bump: tuple[float, float]
    why: str
    move: Callable[[Plan, Deal, float], Plan]
    missing: Callable[[Deal], str] = at.always
    level: Callable[[Plan, Deal], float] | None = None
    level_words: str = ""
    level_unit: str = ""
    reads: Callable[[Plan, Deal, float], Plan] | None = None

    @property
    def neutral(self) -> float:
        """Amount that changes nothing."""
        return NEUTRAL[self.kind]

    def moved(self, deals: Sequence[Deal], amount: float) -> Moved:
        """Say what an amount makes of the deals."""
        level = None
        if self.level is not None:
            move = self.reads or self.move
            level = float(np.mean([self.level(move(deal.plan, deal, amount), deal) for deal in deals]))
        return Moved(self.name, self.words, self.kind, amount, level, self.level_words, self.level_unit)


_TREND = "trend of the rents, fall a year"
_PD = "cumulative PD to the last maturity"
LEVERS = (
    Lever("rent_decline", "all rents fall faster by so much a year (continuous)", "rate", -0.25, 1.5, 1, (-0.05, 0.05),
          "one standard error of the trend in the default market facts, rounded", by.rent_decline,
          level=at.rent_decline, level_words=_TREND, level_unit="share", reads=by.rent_trend),
    Lever("rent_level", "all rents change by this share at once and for good", "change", -0.9, 1.0, -1, (0.3, -0.3),
          "ours", by.rent_level, level=at.rent_level, level_words="mean posted rent", level_unit="USD/h"),
    Lever("rent_volatility", "shocks of rents are larger", "multiple", 0.0, 4.0, 1, (0.75, 1.25),
          "one standard error of the volatility in the default market facts, rounded", by.rent_volatility,
          level=at.rent_volatility, level_words="volatility of the compute factor a year", level_unit="share"),
    Lever("successor_date", "every successor still to come is later (negative: earlier)", "months", -48.0, 48.0, -1,
          (6.0, -6.0), "ours", by.successor_date, at.no_successor,
          at.successor_date, "first availability, months from the valuation date", "months"),
    Lever("successor_size", "every successor takes more of the rent", "share", -0.3, 0.8, 1, (-0.05, 0.05),
          "one standard error of the launch effect in the default market facts, rounded", by.successor_size,
          at.no_successor, at.successor_size, "mean fall of the rent at a launch", "share"),
    Lever("depth", "resale markets are deeper and absorb more", "multiple", 0.02, 20.0, -1, (2.0, 0.5), "ours",
          by.depth, level=at.depth, level_words="depth, machines a month", level_unit="machines"),
    Lever("resale_floor", "the value to an outside user, share of the appraisal, is higher", "share", -0.6, 0.5, -1,
          (0.1, -0.1), "ours", by.resale_floor, level=at.resale_floor, level_words="floor of resale prices",
          level_unit="share"),
    Lever("offtaker_pd", "hazard of the customers", "multiple", 0.0, 300.0, 1, (0.5, 2.0),
          "about two notches either way", by.offtaker_pd, at.no_offtaker, at.offtaker_pd,
          f"customers' mean {_PD}", "share"),
    Lever("operator_pd", "hazard of operator and sponsor", "multiple", 0.0, 50.0, 1, (0.5, 2.0),
          "about two notches either way", by.operator_pd, at.no_operator, at.operator_pd,
          f"operator's and sponsor's mean {_PD}", "share"),
    Lever("dependence", "how strongly the parties' hazards lean on the compute cycle (their mean survival stays)",
          "share", -1.0, 2.0, 1, (-0.3, 0.3), "ours", by.dependence, at.no_rated_party, at.dependence,
          "mean tilt of the log hazard per standard deviation of the cycle", "number", by.tilted),
    Lever("recovery", "recovery of claims on parties", "share", -0.4, 0.4, -1, (0.1, -0.1), "ours", by.recovery,
          at.no_party, at.recovery, "mean recovery", "share"),
    Lever("utilisation", "use of machines in the open market", "share", -0.9, 0.3, -1, (0.1, -0.1), "ours",
          by.utilisation, level=at.utilisation, level_words="use in the open market", level_unit="share"),
    Lever("realisation", "what the operator gets of the posted rent", "multiple", 0.0, 2.0, -1, (1.2, 0.8), "ours",
          by.realisation, level=at.realisation, level_words="share of the posted rent", level_unit="share"),
    Lever("contract_price", "prices of all contracts", "multiple", 0.0, 1.5, -1, (1.05, 0.95), "ours",
          by.contract_price, at.no_contract, at.contract_price, "mean contract price", "USD/h"),
    Lever("power_price", "price of power; hedges and pass-through are struck at the new price", "multiple", 0.0, 20.0,
          1, (0.8, 1.25), "ours", by.power_price, level=at.power_price, level_words="price of power",
          level_unit="USD/kWh"),
    Lever("upkeep", "hosting and maintenance of a machine", "multiple", 0.0, 8.0, 1, (0.9, 1.1), "ours", by.upkeep,
          level=at.upkeep, level_words="upkeep, USD a machine and month", level_unit="USD"),
    Lever("construction_delay", "every delivery is later", "months", 0.0, 24.0, 1, (0.0, 3.0), "ours",
          by.construction_delay, at.no_delivery, at.construction_delay, "mean delay", "months"),
    Lever("interest_rate", "the short rate is higher at every date", "rate", -0.05, 0.25, 1, (-0.01, 0.01), "ours",
          by.interest_rate, level=at.interest_rate, level_words="expected short rate, mean", level_unit="share"),
    Lever("credit_spread", "high-yield spreads, and with them the time in which refinancing is shut", "multiple", 0.2,
          6.0, 1, (0.8, 1.25), "ours", by.credit_spread, level=at.credit_spread,
          level_words="high-yield spread today", level_unit="share"),
    Lever("time_to_seize", "months before anything can be sold", "months", -12.0, 36.0, 1, (-2.0, 2.0), "ours",
          by.time_to_seize, level=at.time_to_seize, level_words="months to seize", level_unit="months"),
    Lever("sale_cost", "dismantling, freight and brokerage, share of the price", "share", -0.2, 0.6, 1, (-0.05, 0.05),
          "ours", by.sale_cost, level=at.sale_cost, level_words="cost of a sale", level_unit="share"),
)  # fmt: skip
BY_NAME = {lever.name: lever for lever in LEVERS}
FIRST = (
    "rent_decline", "rent_level", "successor_size", "successor_date", "depth", "resale_floor", "offtaker_pd",
    "operator_pd", "dependence", "utilisation", "contract_price", "power_price", "upkeep", "interest_rate",
    "construction_delay",
)  # fmt: skip
"""Levers of a tornado when none are named."""


def lever_named(name: str, where: str = "--lever") -> Lever:
    """Find a lever.

    Raises
    ------
    SpecError
        For a name that is none, with all names.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    match = close_match(name, BY_NAME)
    fix = f"did you mean '{match}'?" if match else "choose one of these"
    raise SpecError([Finding(where, f"unknown lever '{name}'", "one of " + ", ".join(BY_NAME), fix)])


def levers_named(names: Iterable[str], where: str = "--lever") -> list[Lever]:
    """Find several levers; everything that is wrong with the names is said at once."""
    found, findings = list[Lever](), list[Finding]()
    for name in names:
        try:
            found.append(lever_named(name, where))
        except SpecError as error:
            findings += error.findings
    if findings:
        raise SpecError(findings)
    return found


def read_amount(lever: Lever, text: str, where: str) -> float:
    """Read an amount of a lever with its unit: ``5 %/yr``, ``1.5x``, ``6 months``.

    Raises
    ------
    SpecError
        If it is no amount of this lever, or lies outside its range.
    """
    quantity, units = parse_quantity(text), _UNITS[lever.kind]
    wanted = f"an amount of {lever.name} like '{_EXAMPLES[lever.kind]}'"
    if quantity is None or quantity.unit not in units:
        raise SpecError([Finding(where, f"'{text}'", wanted, "write the number with its unit")])
    amount = float(quantity.number * units[quantity.unit])
    if not lever.low <= amount <= lever.high:
        low, high = (f"{100 * end:g} %" if lever.kind in ("rate", "share", "change") else f"{end:g}"
                     for end in (lever.low, lever.high))  # fmt: skip
        raise SpecError([Finding(where, f"'{text}'", f"{low} to {high}, the range of {lever.name}", "stay inside it")])
    return amount


def apply(plan: Plan, deal: Deal, moves: Iterable[tuple[Lever, float]]) -> Plan:
    """Move several levers one after the other.

    Parameters
    ----------
    plan : of the deal, perhaps moved before;  deal : where it comes from
    moves : (lever, amount)

    Raises
    ------
    SpecError
        If the deal has nothing that a lever moves.
    """
    findings = list[Finding]()
    for lever, amount in moves:
        reason = lever.missing(deal)
        if reason:
            found, fix = f"{lever.name} cannot be moved: {reason}", "leave it out for this deal"
            findings.append(Finding(f"lever {lever.name}", found, "a deal to which it applies", fix))
        elif amount != lever.neutral:
            plan = lever.move(plan, deal, amount)
    if findings:
        raise SpecError(findings)
    return plan
