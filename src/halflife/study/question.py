"""What is asked about a liquidation, and everything that can be wrong with the question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from halflife.facts import load_liquidation, load_useful_life
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.words import counted
from halflife.study.coins import ORDERS, Coins
from halflife.study.seized import MARKETS, Span, lots

POLICIES = ("dump", "orderly", "optimal")
MOST_MONTHS, LEAST_PATHS, MOST_PATHS = 240, 100, 200_000


@dataclass(frozen=True)
class Question:
    """What is to be sold, to whom, how, and who is owed.

    machine : name in the facts;  units : machines;  unit_of_sale, lot : what buyers take, machines in it
    market : named;  depth, absorption : ranges instead of the market's, machines per month
    installable : kW that buyers connect in a month, instead of absorption
    policy, months : dump, orderly over so many months, or optimal
    age : months, of the machines;  ltv : debt over paper value, where no claims are given
    claims : (name, USD) in order of priority
    rate : the lenders', per year;  storage : USD per machine and month in the queue
    rent : posted USD/h and paper : USD per machine when new, instead of the facts'
    draws_rent : integrate over what a machine earns as well, instead of taking the appraisal as known
    workout : months after which everything left goes at once
    """

    machine: str = "H100"
    units: int = 10_000
    unit_of_sale: str | None = None
    lot: int | None = None
    market: str = "dealer"
    depth: Span | None = None
    absorption: Span | None = None
    installable: float | None = None
    policy: str = "dump"
    months: int | None = None
    age: int = 24
    ltv: float = 0.8
    claims: tuple[tuple[str, float], ...] = ()
    coins: Coins | None = None
    rate: float = 0.10
    storage: float = 0.0
    rent: float | None = None
    paper: float | None = None
    draws_rent: bool = False
    workout: int = 36
    seed: int = 7
    paths: int = 2_000


def check(question: Question) -> tuple[str, int]:
    """Find the unit of sale and the machines in it.

    Raises
    ------
    SpecError
        With everything that is wrong with the question.
    """
    findings = [Finding(*words) for words in _trouble(question)]
    sizes: dict[str, int] = {}
    try:
        sizes = lots(question.machine)
    except SpecError as error:
        findings += [Finding("--machine", one.found, one.wanted, one.fix) for one in error.findings]
    unit = question.unit_of_sale or next((name for name in ("server", "rack") if name in sizes), "chip")
    lot = sizes.get(unit, 1) if question.lot is None else question.lot
    if sizes and unit not in sizes and (unit != "cluster" or question.lot is None):
        wanted = f"one of {', '.join(sizes)}, or cluster with --lot"
        findings.append(Finding("--unit-of-sale", f"'{unit}' of {question.machine}", wanted, "choose one of these"))
    elif (lot > 1) != (unit != "chip") or lot < 1:
        findings.append(Finding("--lot", f"a {unit} of {lot:,}", "1 for a chip, more for the rest", "correct --lot"))
    if findings:
        raise SpecError(findings)
    return unit, lot


def _trouble(question: Question) -> Iterator[tuple[str, str, str, str]]:
    """Where, found, wanted, fix."""
    if question.units < 1:
        yield "--units", f"{question.units:,} machines", "at least 1", "say how many are sold"
    if question.market not in MARKETS:
        yield "--market", f"'{question.market}'", f"one of {', '.join(MARKETS)}", "choose one, and --depth for another"
    if question.policy not in POLICIES:
        yield "--policy", f"'{question.policy}'", f"one of {', '.join(POLICIES)}", "choose one"
    if question.policy == "orderly" and not question.months:
        yield "--months", "an orderly sale over no time", "months to spread it over", "add --months, such as 6"
    if question.policy != "orderly" and question.months is not None:
        yield "--months", f"months with policy '{question.policy}'", "months only when orderly", "delete it"
    if question.installable is not None and (question.installable <= 0.0 or question.absorption is not None):
        wanted = "a positive power, and no --absorption beside it"
        yield "--installable", f"{question.installable:,.0f} kW a month", wanted, "give one of the two"
    yield from _size_trouble(question)
    yield from _money_trouble(question)


def _size_trouble(question: Question) -> Iterator[tuple[str, str, str, str]]:
    if not LEAST_PATHS <= question.paths <= MOST_PATHS:
        yield "--paths", f"{question.paths:,}", f"{LEAST_PATHS:,} to {MOST_PATHS:,}", "ask for a number in between"
    slow = round(load_liquidation().figures["months_to_market"].high or 0.0)
    least = slow + max(question.months or 1, 1)
    if not least <= question.workout <= MOST_MONTHS:
        wanted = f"{least} to {MOST_MONTHS} months: reaching the market alone may take {slow}"
        yield "--workout", counted(question.workout, "month"), wanted, "lengthen it, or sell faster"
    if not 0 <= question.age < 12 * load_useful_life().convention.value:
        yield "--age", counted(question.age, "month"), "machines with a paper value left", "give a lower age"
    for name, span in (("--depth", question.depth), ("--absorption", question.absorption)):
        if span is not None and not 1.0 <= span.low <= span.mode <= span.high:
            yield name, f"{span.low:g} to {span.high:g}", "a range from at least 1 a month upwards", "put it in order"


def _money_trouble(question: Question) -> Iterator[tuple[str, str, str, str]]:
    names = [name for name, _ in question.claims]
    for name in sorted(set(names)):
        if names.count(name) > 1:
            yield "--claim", f"'{name}' twice", "each claim once", "rename one"
    if any(owed <= 0.0 for _, owed in question.claims) or not (question.ltv > 0.0 or question.claims):
        yield "--claim", "a debt of nothing", "positive amounts", "say what is owed"
    coins = question.coins
    if coins is None:
        return
    if coins.order not in ORDERS:
        yield "--coin-order", f"'{coins.order}'", f"one of {', '.join(ORDERS)}", "choose one"
    for name, number in (
        ("--coins", coins.worth),
        ("--coin-volume", coins.volume),
        ("--coin-volatility", coins.volatility),
    ):
        if number <= 0.0:
            yield name, "nothing", "a positive figure", "there is no default: look it up for the day of the sale"
