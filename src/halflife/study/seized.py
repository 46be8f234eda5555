"""A seized fleet from facts alone: its market, its worth, its buyers, and the ranges of what is not known."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from halflife.collateral.resolve import resolve as resolve_collateral
from halflife.collateral.spec import CollateralSpec
from halflife.collateral.table import CollateralTable
from halflife.facts import load_liquidation, load_machine, load_market, load_opex, load_useful_life
from halflife.facts.records import Estimate, MachineFacts, RoadmapStep
from halflife.foundation.axes import Floats
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.grid import TimeGrid
from halflife.foundation.words import counted
from halflife.market.resolve import resolve as resolve_market
from halflife.market.spec import MachineSpec, MarketSpec, SuccessorSpec
from halflife.market.table import MarketTable

RULE_10, RULE_17 = "rule 10 of docs/decisions/0002", "rule 17 of docs/decisions/0002"
ARCHITECTURES = ("H100", "B200", "VR200", "Feynman")
"""First machine of each architecture: a successor, where a refresh is none (rule 11)."""
SIBLINGS = {"GB200": "B200", "GB300": "B300"}
"""A rack-scale machine without rate cards rents like the board-level machine of the same chip (rule 10)."""
UNCERTAIN = {"A": 0, "B": 3, "C": 9}
"""Months of uncertainty of a launch by the confidence in its date (rule 11)."""
BUYER_RATE, BUYER_USE = 0.14, 0.805
"""Middles of rules 17 and 10: 10 to 18 %, 70 to 91 %."""
REALISATION = (0.40, 0.625, 0.85)
"""Share of the posted rent that buyers expect to realise (rule 10): low, middle, high."""

DEGREES: Final = 4
"""Of the market's Student-t shocks, as the market facts estimate them."""


class Span(NamedTuple):
    """A range that is integrated over; `low == high` is a number."""

    low: float
    mode: float
    high: float

    def at(self, u: Floats) -> Floats:
        """Draw at a quantile: uniform where the most likely value is the middle, triangular elsewhere.

        References
        ----------
        Kotz and van Dorp (2004), *Beyond Beta*, chapter 1.
        """
        width = self.high - self.low
        if width <= 0.0:
            return np.full_like(u, self.low)
        peak = (self.mode - self.low) / width
        if abs(peak - 0.5) < 1e-9:
            return self.low + width * u
        share = np.where(u < peak, np.sqrt(u * peak), 1.0 - np.sqrt((1.0 - u) * (1.0 - peak)))
        spread: Floats = self.low + width * share
        return spread


@dataclass(frozen=True)
class Known:
    """One figure and where it comes from."""

    span: Span
    unit: str
    source: str


@dataclass(frozen=True)
class Fleet:
    """What is sold.

    name, power : machine and kW at the plug;  rent : posted USD/h;  paper : USD per machine when new
    market, collateral : tables of one machine type, at the middle of what is drawn;  grid : months of the sale
    earning : figures that are drawn and scale what a machine earns
    sources : figures that are not drawn, in words;  notes : what stands in for a missing figure
    """

    name: str
    power: float
    rent: float
    paper: float
    market: MarketTable
    collateral: CollateralTable
    grid: TimeGrid
    earning: Mapping[str, Known]
    sources: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...]


def fleet(machine: str, months: int, *, rent: float | None = None, paper: float | None = None) -> Fleet:
    """Make the market and the worth of one machine type from the dated facts.

    Parameters
    ----------
    machine : name in the facts, or the same in other letters
    months : of the market
    rent : posted USD per machine-hour;  paper : USD per machine when new
        Left out, the facts decide; a machine whose facts have neither is refused.

    Raises
    ------
    SpecError
        For an unknown machine (with those that exist) and for one without a rent or a price.
    """
    known, findings, notes = load_machine(machine), list[Finding](), list[str]()
    posted = _rent(known, rent, findings, notes)
    rent = posted.span.mode
    paper, paper_source = _paper(known, paper, findings)
    if findings:
        raise SpecError(findings)
    grid = TimeGrid(datetime.date.fromisoformat(load_liquidation().as_of), months)
    power = known.figures["server_power"].value
    spec = MarketSpec.model_construct(
        shock_degrees=DEGREES,
        machines=(
            MachineSpec.model_construct(
                name=machine, fact=known.name, rental=rent, power=power, successors=_successors(known, grid)
            ),
        ),
    )
    market = resolve_market(spec, grid, findings, lambda place: f"market {place}")
    assert market is not None, findings
    worth = resolve_collateral([_worth(machine, power)], market, {machine: power}, grid, findings, lambda place: place)
    assert worth is not None, findings
    opex = load_opex().figures
    sources = {
        "price when new": (f"{paper:,.0f} USD", paper_source),
        "buyers' discount rate": (f"{BUYER_RATE:.0%} a year", f"{RULE_17}: middle of 10 to 18 %"),
        "buyers' use": (f"{BUYER_USE:.1%}", f"{RULE_10}: middle of 70 to 91 %"),
        "buyers' hosting": (f"{opex['colocation'].value:.0f} USD per kW and month", opex["colocation"].source),
        "path of the rent": ("market facts 'default'", f"calibration of {load_market().as_of}"),
    }
    realisation = Known(Span(*REALISATION), "share", f"assumed: {RULE_10}: as for released machines")
    earning = {"posted rent": posted, "buyers' realisation": realisation}
    return Fleet(known.name, power, rent, paper, market, worth, grid, earning, sources, tuple(notes))


def _rent(known: MachineFacts, rent: float | None, findings: list[Finding], notes: list[str]) -> Known:
    """Posted rent, give or take one standard error (rule 10)."""
    if rent is not None:
        return Known(Span(rent, rent, rent), "USD/h", "given")
    for name in (known.name, SIBLINGS.get(known.name, known.name)):
        quote = load_machine(name).figures.get("rent_on_demand")
        if quote is not None:
            if name != known.name:
                notes.append(f"{known.name} has no rate cards: the posted rent is that of {name} ({RULE_10}).")
            error = quote.standard_error or 0.0
            span = Span(quote.value - error, quote.value, quote.value + error)
            return Known(span, "USD/h", f"{quote.source}, {quote.date}; give or take one standard error")
    fix = "give one with --rent, such as --rent '5 USD/h'"
    findings.append(Finding("--machine", f"{known.name}, for which no rent is known", "a machine with a rent", fix))
    return Known(Span(1.0, 1.0, 1.0), "USD/h", "")


def _paper(known: MachineFacts, paper: float | None, findings: list[Finding]) -> tuple[float, str]:
    """All-in cost, or from the server at launch to the dearest dated quote (rule 3): the middle."""
    if paper is not None:
        return paper, "given"
    for low, high in (("all_in_low", "all_in_high"), ("price_at_launch", "price_high")):
        ends = [known.figures[name] for name in (low, high) if name in known.figures]
        if len(ends) == 2:
            middle = 0.5 * (ends[0].value + ends[1].value)
            return middle, f"rule 3 of docs/decisions/0002: {ends[0].value:,.0f} to {ends[1].value:,.0f} USD"
    fix = "give one with --paper, such as --paper '40_000 USD'"
    findings.append(Finding("--machine", f"{known.name}, for which no price is known", "a machine with a price", fix))
    return 0.0, ""


def _successors(known: MachineFacts, grid: TimeGrid) -> tuple[SuccessorSpec, ...]:
    """Launches still to come, one for each architecture, in the middle of what is left of their window."""
    launch, found = load_market().launch, []
    for step in known.successors:
        first, last = _window(step)
        if step.name not in ARCHITECTURES or last <= grid.valuation:
            continue
        begin = max(first, grid.valuation + datetime.timedelta(days=1))
        found.append(
            SuccessorSpec.model_construct(
                name=step.name.lower(),
                announcement=datetime.date.fromisoformat(step.announced),
                availability=begin + (last - begin) / 2,
                date_uncertainty=UNCERTAIN[step.confidence],
                rent_drop=launch.rent_drop.value,
                rent_drop_uncertainty=launch.rent_drop_uncertainty.value,
                ramp=round(launch.ramp.value),
            )
        )
    return tuple(found)


def _window(step: RoadmapStep) -> tuple[datetime.date, datetime.date]:
    """First and last day of ``2026-10-01``, ``2026-H2`` or ``2028``."""
    year, _, half = step.available.partition("-")
    if not half:
        return datetime.date(int(year), 1, 1), datetime.date(int(year), 12, 31)
    if half.startswith("H"):
        return (
            (datetime.date(int(year), 1, 1), datetime.date(int(year), 6, 30))
            if half == "H1"
            else (datetime.date(int(year), 7, 1), datetime.date(int(year), 12, 31))
        )
    day = datetime.date.fromisoformat(step.available)
    return day, day


def _worth(machine: str, power: float) -> CollateralSpec:
    opex, discount = load_opex().figures, load_liquidation().figures["fire_sale_discount"]
    return CollateralSpec.model_construct(
        machine=machine,
        discount_rate=BUYER_RATE,
        use=BUYER_USE,
        realisation=REALISATION[1],
        operating_cost=opex["colocation"].value * power,
        pue=0.5 * ((opex["pue"].low or 0.0) + (opex["pue"].high or 0.0)),
        orderly_discount=discount.value,
    )


MARKETS = ("dealer", "retail")
"""dealer: dealers and brokers, whose volume nobody publishes; retail: what public auctions cleared, one by one."""


def buyers(market: str, unit_of_sale: str) -> dict[str, Known]:
    """Everything about the buyers that is drawn anew for every path.

    Parameters
    ----------
    market : one of `MARKETS`
    unit_of_sale : chip, server, rack or cluster

    Raises
    ------
    SpecError
        For an unknown market, with those that exist.
    """
    figures = load_liquidation().figures
    if market not in MARKETS:
        fix = "choose one, or give the depth yourself with --depth"
        raise SpecError([Finding("--market", f"'{market}'", f"one of {', '.join(MARKETS)}", fix)])
    depth = figures["dealer_depth_per_month" if market == "dealer" else "retail_units_per_month"]
    absorption = figures["absorption_per_month"] if market == "dealer" else depth
    known = {
        "depth": _known(depth),
        "absorption": _known(absorption),
        "floor": _known(figures["floor"]),
        "recovery": _known(figures["recovery"]),
        "depth after a successor": _known(figures["depth_after_successor"]),
        "commission": _known(figures["commission"]),
        "dismantling": _known(figures["dismantling"]),
        "freight": _known(figures["freight"]),
        "months to market": _known(figures["months_to_market"]),
    }
    if unit_of_sale != "cluster":
        known["break-up"] = _known(figures["break_up_chip" if unit_of_sale == "chip" else "break_up_server"])
    return known


def by_power(machine: str, power: float) -> Known:
    """Machines a month that buyers can install who connect so many kW a month: power over that of a full rack.

    Where no rack is known, the power of a server stands in for it.
    """
    figures = load_machine(machine).figures
    server, racks = figures["server_power"], lots(machine).get("rack", 1)
    rack = figures.get("rack_power", server)
    low, high = (rack.value if end is None else end for end in (rack.low, rack.high))
    each = f"{rack.value:g} kW for {counted(racks, 'machine')} ({rack.source}, {rack.date})"
    span = Span(racks * power / high, racks * power / rack.value, racks * power / low)
    return Known(span, "units per month", f"{power:,.0f} kW a month, given; {each}")


def _known(figure: Estimate) -> Known:
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    kind = {"assumed": "assumed: ", "quoted": "", "estimated": "estimate: "}[figure.kind]
    words = figure.note if figure.kind == "assumed" else f"{figure.source}, {figure.date}"
    return Known(Span(low, figure.value, high), figure.unit, f"{kind}{words}")


def lots(machine: str) -> dict[str, int]:
    """Machines in a chip, a server and a rack of a machine type; a rack only where its power is known."""
    figures = load_machine(machine).figures
    found = {"chip": 1, "server": 8}
    if "rack_power" in figures:
        found["rack"] = 8 * round(figures["rack_power"].value / figures["server_power"].value / 8)
    if "rack of" in figures["server_power"].note:
        del found["server"]
    return found


def paper_value(price: float, age: int) -> float:
    """Book value of one machine: straight line over the convention of lenders (facts, useful_life)."""
    life = 12.0 * load_useful_life().convention.value
    return price * max(0.0, 1.0 - age / life)
