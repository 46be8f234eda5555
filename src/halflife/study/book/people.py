"""The economy, offtakers, sponsors and lenders of a synthetic system."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from halflife.contagion.spec import CHANNELS
from halflife.study.book.recipe import HOLDERS, LENDER_SPREAD, Dice, Recipe, million

Tree = dict[str, Any]
Parts = Sequence[tuple[int, int]]
"""(lender, whole per cent) of one facility."""

MACHINES = {
    # name: fact, from (year, month), rent USD/h, power kW, cost USD, hosting USD/month, at work anywhere, depth a month
    "h100": ("H100", (2022, 9), 3.54, 1.275, 38_000, 274, 3_000_000, 4_000),
    "h200": ("H200", (2024, 11), 4.20, 1.275, 40_000, 274, 1_500_000, 3_000),
    "b200": ("B200", (2024, 11), 6.78, 1.7875, 50_000, 384, 3_000_000, 2_500),
    "b300": ("B300", (2025, 8), 8.99, 1.8125, 53_000, 390, 3_000_000, 2_000),
}
"""Posted rent, power and all-in cost follow `facts/machines.yaml` (2026-09), hosting 215 USD a kW (`facts/opex.yaml`).
Machines at work are round figures of the order of what has been shipped; the depth lies inside 400 to 8,000 a month, as
in docs/decisions/0002. Both are assumptions."""
SUCCESSORS = (
    {"name": "rubin", "announcement": "2025-03-18", "availability": "2027-01-01", "date_uncertainty": "3 months",
     "rent_drop": "9 %", "rent_drop_uncertainty": "12 %", "ramp": "6 months"},
    {"name": "feynman", "announcement": "2025-03-18", "availability": "2028-07-01", "date_uncertainty": "9 months",
     "rent_drop": "9 %", "rent_drop_uncertainty": "12 %", "ramp": "6 months"},
)  # fmt: skip
STRONG = ("AA-", "A+", "A", "A-", "BBB+")
WEAK = ("BBB", "BBB-", "BB+", "BB", "BB-", "B+", "B")
SPONSORS = ("BB", "BB-", "B+", "B+", "B", "B", "B-", "B-", "CCC+")
BANKS = 0.35
"""Share of lenders that are banks; the others are private credit funds."""
OWED_TO_BANKS = 0.6
"""Share of a fund's debt that it owes to banks of the system."""


def economy() -> Tree:
    """Four generations of machines with two successors each."""
    machines, collateral, resale = [], [], []
    for name, (fact, _, rent, power, _, hosting, _, depth) in MACHINES.items():
        machines.append({"name": name, "fact": fact, "rental": f"{rent} USD/h", "power": f"{power} kW",
                         "successors": list(SUCCESSORS)})  # fmt: skip
        buyer = {
            "discount_rate": "14 %",
            "use": "80 %",
            "realisation": "62 %",
            "pue": "1.25x",
            "orderly_discount": "15 %",
        }
        collateral.append({"machine": name, "operating_cost": f"{hosting} USD/month", **buyer})
        resale.append({"machine": name, "depth": depth, "depth_after_successor": "75 %", "recovery": "50 %",
                       "absorption": depth, "floor": "40 %"})  # fmt: skip
    market = {"facts": "default", "machines": machines, "shock_degrees": 4, "realisation": "0.62x"}
    return {"market": market, "collateral": collateral, "resale": resale}


def contagion(recipe: Recipe) -> Tree:
    """Every channel at one strength."""
    strength = f"{100.0 * recipe.channels:.12g} %"
    capacity = [{"machine": name, "installed": row[6], "elasticity": "1.5x"} for name, row in MACHINES.items()]
    return {**dict.fromkeys(CHANNELS, strength), "capacity": capacity}


def offtaker(recipe: Recipe, number: int) -> Tree:
    """An offtaker; the first, who have most contracts, are the strong ones."""
    dice = Dice(recipe.seed, "offtaker", number, ("strength", "rating", "recovery", "tilt"))
    is_strong = dice["strength"] < 0.9 - 0.06 * number
    grades = STRONG if is_strong else WEAK
    tilt = dice.between("tilt", 0.0, 0.3) if is_strong else dice.between("tilt", 0.3, 0.9)
    return {
        "name": f"Offtaker {number + 1:03}",
        "roles": ["offtaker"],
        "rating": grades[dice.pick("rating", [1.0] * len(grades))],
        "recovery": f"{round(dice.between('recovery', 20.0, 60.0))} %",
        "cycle_tilt": round(tilt, 2),
    }


def sponsor(recipe: Recipe, number: int) -> Tree:
    """A sponsor, who also operates."""
    dice = Dice(recipe.seed, "sponsor", number, ("rating", "recovery", "tilt", "contagion"))
    return {
        "name": f"Sponsor {number + 1:03}",
        "roles": ["operator", "sponsor"],
        "rating": SPONSORS[dice.pick("rating", [1.0] * len(SPONSORS))],
        "recovery": f"{round(dice.between('recovery', 20.0, 50.0))} %",
        "cycle_tilt": round(dice.between("tilt", 0.3, 0.9), 2),
        "contagion": f"{dice.between('contagion', 2.0, 6.0):.1f}x",
    }


def weights(recipe: Recipe) -> list[float]:
    """How likely each lender is to be asked: log-normal, so that a few hold most."""
    return [math.exp(LENDER_SPREAD * _lender(recipe, number).normal("weight")) for number in range(recipe.lenders)]


def holders(recipe: Recipe, borrower: int, quantile: float, weighed: Sequence[float]) -> list[tuple[int, int]]:
    """Lenders of one facility and their whole per cents.

    Parameters
    ----------
    quantile : 0 to 1, of the loan among all sizes: large loans are shared by more
    weighed : [lender], from `weights`

    Notes
    -----
    Drawn one by one without replacement in proportion to weight, by an exponential race: Efraimidis and Spirakis
    (2006), Information Processing Letters 97.
    """
    names = ["number", *(f"part {k}" for k in range(HOLDERS)), *(f"race {i}" for i in range(recipe.lenders))]
    dice = Dice(recipe.seed, "holders", borrower, names)
    number = min(recipe.lenders, 1 + int(HOLDERS * (0.7 * quantile + 0.3 * dice["number"])), HOLDERS)
    race = sorted((-math.log(dice[f"race {i}"]) / weight, i) for i, weight in enumerate(weighed))
    parts = [0.2 + dice[f"part {k}"] for k in range(number)]
    cents = [int(100.0 * part / math.fsum(parts)) for part in parts]
    cents[0] += 100 - sum(cents)
    return [(i, cent) for (_, i), cent in zip(race, cents, strict=False)]


def lenders(recipe: Recipe, held: Mapping[int, Sequence[tuple[str, str, int, float]]]) -> list[Tree]:
    """Balance sheets: funds first, then the banks that lend to them.

    Parameters
    ----------
    held : lender -> (borrower, facility, per cent, USD)

    Notes
    -----
    Assumptions, with no data on these lenders. Banks have 9 to 14 % of capital, this book is 1 to 6 % of their assets,
    and they stop lending below 7 %. Funds have 35 to 60 % of capital, the book is 30 to 90 % of their assets, and they
    stop at 33 %: a business development company in the United States may not borrow beyond an asset coverage of 150 %
    (Small Business Credit Availability Act of 2018).
    """
    dice = [_lender(recipe, number) for number in range(recipe.lenders)]
    banks = [number for number in range(recipe.lenders) if dice[number]["kind"] < BANKS]
    claims: dict[int, list[tuple[int, float]]] = {}
    trees: dict[int, Tree] = {}
    for number in sorted(range(recipe.lenders), key=lambda number: number in banks):
        is_bank, own = number in banks, dice[number]
        book = math.fsum(usd for *_, usd in held.get(number, ()))
        part = own.between("book", 0.01, 0.06) if is_bank else own.between("book", 0.3, 0.9)
        ratio = own.between("ratio", 0.09, 0.14) if is_bank else own.between("ratio", 0.35, 0.60)
        other = max(book / part - book, 50e6)
        assets = book + other + math.fsum(usd for _, usd in claims.get(number, ()))
        if banks and not is_bank:
            creditor = banks[own.pick("creditor", [1.0] * len(banks))]
            claims.setdefault(creditor, []).append((number, OWED_TO_BANKS * (1.0 - ratio) * assets))
        trees[number] = {
            "name": f"{'Bank' if is_bank else 'Fund'} {number + 1:03}",
            "capital": million(ratio * assets),
            "other_assets": million(other),
            "least_capital": "7 %" if is_bank else "33 %",
            "holdings": [{"borrower": borrower, "facility": facility, "share": f"{cent} %"}
                         for borrower, facility, cent, _ in held.get(number, ())] or None,
        }  # fmt: skip
    for creditor, owed in claims.items():
        trees[creditor]["claims"] = [{"debtor": trees[i]["name"], "amount": million(usd)} for i, usd in owed]
    return [trees[number] for number in range(recipe.lenders)]


def _lender(recipe: Recipe, number: int) -> Dice:
    return Dice(recipe.seed, "lender", number, ("kind", "weight", "book", "ratio", "creditor"))
