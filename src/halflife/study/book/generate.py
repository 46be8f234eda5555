"""Synthetic systems: any number of borrowers and lenders with a concentration like that of the market.

Every figure is invented. The shape (few large loans, few customers with most contracts, shared sponsors, a few lenders
with most of the holdings) follows the assumptions of `recipe`, each with its reason.
"""

from __future__ import annotations

import datetime
import math
from statistics import NormalDist
from typing import Any

from halflife.engine.system import SystemSpec
from halflife.foundation.grid import add_months
from halflife.study.book.people import (
    MACHINES,
    contagion,
    economy,
    holders,
    lenders,
    offtaker,
    sponsor,
    weights,
)
from halflife.study.book.recipe import (
    OFFTAKER_POWER,
    SHORTEST,
    SIZE_LEAST,
    SIZE_MEDIAN,
    SIZE_MOST,
    SIZE_SPREAD,
    SPONSOR_POWER,
    WORKOUT,
    Dice,
    Recipe,
    million,
    zipf,
)
from halflife.study.book.writing import without_blanks, yaml_text

Tree = dict[str, Any]

MARGINS = {"AA-": 225, "A+": 240, "A": 260, "A-": 290, "BBB+": 330, "BBB": 370, "BBB-": 420, "BB+": 480, "BB": 550,
           "BB-": 620, "B+": 700, "B": 800}  # fmt: skip
"""Margin in bp by the offtaker's rating: from 225 (public, customer AA-) to the 500 to 960 behind weak ones."""
SOFR = 3.6
"""Per cent, put under the margin of a fixed coupon; a round figure for 2026-09."""
SHORTEST_TENOR = 36
"""Months from signing to maturity; loans on machines run three to five years."""
_SAID = ("borrowers", "lenders", "seed", "months", "rich", "channels", "offtakers", "sponsors", "valuation")
OPEN = 0.15
"""Share of simple borrowers with 5 to 30 % of their machines outside the contract, at market rent."""
_NAMES = (
    "size", "age", "machine", "cost", "advance", "left", "offtaker", "sponsor", "open", "tail", "dscr", "margin",
    "fixed", "amortisation", "balloon", "balloon size", "cushion", "ltv", "ltv level", "ltv consequence", "policy",
    "seize", "release", "use", "rich", "junior", "spot", "guarantee", "cap", "cross",
)  # fmt: skip


def generate(recipe: Recipe) -> Tree:
    """Make a synthetic system.

    Parameters
    ----------
    recipe : Recipe

    Returns
    -------
    tree
        Of a system file: `yaml_text` writes it, `SystemSpec.model_validate` reads it.

    Notes
    -----
    Every borrower is drawn from a stream of its own: more borrowers leave the earlier ones, their parties and the
    shares in which they are held as they are. Lenders' capital follows what they hold, so it grows with the system.
    """
    weighed = weights(recipe)
    borrowers: list[Tree] = []
    held: dict[int, list[tuple[str, str, int, float]]] = {}
    used: dict[tuple[str, int], Tree] = {}
    of_sponsor: dict[int, str] = {}
    for number in range(recipe.borrowers):
        draft = _Draft(recipe, number)
        used.setdefault(("offtaker", draft.offtaker), draft.customer)
        used.setdefault(("sponsor", draft.sponsor), sponsor(recipe, draft.sponsor))
        borrowers.append(draft.tree(of_sponsor.get(draft.sponsor)))
        of_sponsor[draft.sponsor] = draft.name
        for lender, cent in holders(recipe, number, draft.quantile, weighed):
            for name, usd in draft.facilities():
                held.setdefault(lender, []).append((draft.name, name, cent, usd * cent / 100.0))
    system: Tree = without_blanks({
        "name": f"Synthetic system of {recipe.borrowers:,} borrowers, seed {recipe.seed}",
        "about": "Invented borrowers, customers and lenders, to try methods on; nothing in it exists.",
        "valuation": recipe.valuation.isoformat(),
        "economy": economy(),
        "counterparties": [used[key] for key in sorted(used)],
        "borrowers": borrowers,
        "lenders": lenders(recipe, held),
        "contagion": contagion(recipe),
    })  # fmt: skip
    return system


def generate_spec(recipe: Recipe) -> SystemSpec:
    """Make a synthetic system, read."""
    return SystemSpec.model_validate(generate(recipe))


def system_text(recipe: Recipe, tree: Tree) -> str:
    """A synthetic system as the text of a file that says what it is and how it was made."""
    made = ", ".join(f"{name} {getattr(recipe, name)}" for name in _SAID)
    said = "SYNTHETIC. Nobody in this file exists: every figure is invented, for tests and benchmarks."
    return yaml_text(tree, f"{said}\nMade by `halflife book generate`: {made}.")


class _Draft:
    """One borrower while it is being drawn."""

    def __init__(self, recipe: Recipe, number: int) -> None:
        self.recipe, self.name = recipe, f"Borrower {number + 1:05}"
        dice = self.dice = Dice(recipe.seed, "borrower", number, _NAMES)
        size = math.log(SIZE_MEDIAN) + SIZE_SPREAD * dice.normal("size")
        self.commitment = _round(min(max(math.exp(size), SIZE_LEAST), SIZE_MOST))
        self.quantile = NormalDist().cdf((math.log(self.commitment / SIZE_MEDIAN)) / SIZE_SPREAD)
        self.left = SHORTEST + int((recipe.months - WORKOUT - SHORTEST + 1) * dice["left"] ** 0.7)
        self.age = max(int(31.0 * dice["age"] ** 1.8), SHORTEST_TENOR - self.left)
        self.offtaker = dice.pick("offtaker", zipf(recipe.offtakers, OFFTAKER_POWER))
        self.sponsor = dice.pick("sponsor", zipf(recipe.sponsors, SPONSOR_POWER))
        self.customer = offtaker(recipe, self.offtaker)
        self.dscr = dice.between("dscr", 1.40 if self._balloon() else 1.25, 1.65)
        self.machine = self._machine()
        self.is_rich = dice["rich"] < recipe.rich
        self.junior = _round(self.commitment * dice.between("junior", 0.1, 0.25)) if self.is_rich else 0.0

    def facilities(self) -> list[tuple[str, float]]:
        """Names and commitments."""
        return [("loan", self.commitment), *([("junior", self.junior)] if self.is_rich else [])]

    def tree(self, sibling: str | None) -> Tree:
        """The borrower; a rich one defaults with its sponsor's last borrower before it."""
        dice = self.dice
        is_backed = self.is_rich and dice["guarantee"] < 0.5
        guarantee = {"kind": "limited", "guarantor": f"Sponsor {self.sponsor + 1:03}",
                     "cap": million(self.commitment * dice.between("cap", 0.1, 0.3)),
                     "liquidity": million(self.commitment * 0.5)}  # fmt: skip
        crosses = [sibling] if sibling is not None and self.is_rich and dice["cross"] < 0.5 else None
        is_step_in = dice["policy"] < 0.5
        return {
            "name": self.name,
            "sponsor": f"Sponsor {self.sponsor + 1:03}",
            "guarantee": guarantee if is_backed else None,
            "operations": self._operations(),
            "debt": self._debt(),
            "covenants": self._covenants(),
            "default": self._default(),
            "enforcement": {
                "policy": "step_in" if is_step_in else "sale",
                "time_to_seize": f"{round(dice.between('seize', 3.0, 9.0))} months",
                "step_in_months": "12 months" if is_step_in else None,
                "sale_cost": "8 %",
                "cost_per_machine": "500 USD",
                "workout": f"{WORKOUT} months",
            },
            "cross_default": crosses,
        }

    def _machine(self) -> str:
        """Newest generation of the day of signing; every third loan takes the one before it."""
        signed = add_months(self.recipe.valuation, -self.age)
        known = [name for name, row in MACHINES.items() if datetime.date(*row[1], 1) <= signed] or ["h100"]
        return known[-1] if self.dice["machine"] < 0.65 or len(known) == 1 else known[-2]

    def _operations(self) -> Tree:
        dice, row = self.dice, MACHINES[self.machine]
        cost = round(row[4] * dice.between("cost", 0.94, 1.06), -2)
        repaid = self.age / (self.age + self.left)
        lent = dice.between("advance", 0.60, 0.90) * (1.0 - repaid)
        units = max(8 * round((self.commitment + self.junior) / (cost * lent) / 8.0), 8)
        is_open = units > 8 and (self.is_rich or dice["open"] < OPEN)
        contract: Tree = {
            "name": "contract",
            "fleet": "fleet",
            "units": max(8 * int(units * dice.between("spot", 0.7, 0.95) / 8.0), 8) if is_open else None,
            "offtaker": self.customer["name"],
            "price": {"dscr": f"{self.dscr:.2f}x"},
            "term": f"{self.age + self.left + int(dice.between('tail', 0.0, 6.99))} months",
        }
        fleet = {"name": "fleet", "machine": self.machine, "units": units, "cost": f"{cost:.0f} USD",
                 "book_life": "72 months", "age": f"{self.age} months" if self.age else None}  # fmt: skip
        return {
            "fleets": [fleet],
            "contracts": [contract],
            "release": {"downtime": f"{round(dice.between('release', 1.0, 6.0))} months",
                        "use": f"{round(dice.between('use', 70.0, 91.0))} %"},
            "opex": {"pue": "1.25x", "hosting": f"{row[5]} USD/month", "maintenance": "0 USD/month", "overhead": "5 %"},
            "operator": f"Sponsor {self.sponsor + 1:03}",
            "operator_failure": {"downtime": "1 month", "replacement_probability": "90 %", "cost_increase": "20 %"},
        }  # fmt: skip

    def _debt(self) -> Tree:
        dice = self.dice
        margin = max(5 * round((MARGINS[self.customer["rating"]] + 60.0 * dice.normal("margin")) / 5.0), 100)
        fixed, floating = (
            {"kind": "fixed", "coupon": f"{SOFR + margin / 100.0:.2f} %"},
            {"kind": "floating", "margin": f"{margin} bp"},
        )
        maturity = add_months(self.recipe.valuation, self.left).isoformat()
        loan = {
            "name": "loan",
            "kind": "term_loan",
            "commitment": million(self.commitment),
            "rate": fixed if dice["fixed"] < 0.5 else floating,
            "maturity": maturity,
            "amortisation": self._amortisation(),
        }
        junior = {**loan, "name": "junior", "kind": "junior", "commitment": million(self.junior),
                  "rate": {"kind": "fixed", "coupon": f"{SOFR + margin / 100.0 + 3.0:.2f} %"},
                  "amortisation": {"kind": "bullet"}}  # fmt: skip
        reserve = [{"name": "dsra", "months_of_service": "3 months", "facility": "loan"}]
        senior = [{"pay": "interest", "facility": "loan"}, {"pay": "principal", "facility": "loan"}]
        last = [
            {"pay": "fill", "account": "dsra"},
            {"pay": "interest", "facility": "junior"},
            {"pay": "principal", "facility": "junior"},
        ]
        short = [{"pay": "interest"}, {"pay": "principal"}]
        middle = [*senior, *last] if self.is_rich else short
        return {
            "cash": million(0.01 * self.commitment),
            "facilities": [loan, junior] if self.is_rich else [loan],
            "accounts": reserve if self.is_rich else None,
            "priority": [{"pay": "opex"}, *middle, {"pay": "trap"}, {"pay": "distribute"}],
        }

    def _balloon(self) -> int:
        """Per cent left for maturity."""
        is_left = self.dice["balloon"] < 0.3
        return 5 * round(self.dice.between("balloon size", 10.0, 40.0) / 5.0) if is_left else 0

    def _amortisation(self) -> Tree:
        kind = "level" if self.dice["amortisation"] < 0.6 else "straight"
        return {"kind": kind, "balloon": f"{self._balloon()} %" if self._balloon() else None}

    def _covenants(self) -> list[Tree]:
        dice = self.dice
        first = add_months(self.recipe.valuation, 3).isoformat()
        threshold = max(self.dscr - dice.between("cushion", 0.15, 0.35), 1.05)
        covenants: list[Tree] = [
            {
                "name": "lock-up",
                "test": "dscr",
                "threshold": f"{threshold:.2f}x",
                "first_test": first,
                "consequence": "trap",
            }
        ]
        if dice["ltv"] < 0.4:
            is_hard = dice["ltv consequence"] < 0.4
            covenants.append({
                "name": "value", "test": "ltv_orderly", "threshold": f"{dice.between('ltv level', 1.0, 1.3):.2f}x",
                "first_test": first, "grace": "6 months" if is_hard else None,
                "consequence": "default" if is_hard else "trap",
            })  # fmt: skip
        return covenants

    def _default(self) -> Tree:
        has_balloon = bool(self._balloon()) or self.is_rich
        refinancing = {"most_ltv": "0.75x", "least_dscr": "1.20x"} if has_balloon else None
        return {"payment_grace": "1 month", "refinancing": refinancing, "traps_on_customer_default": True}


def _round(usd: float) -> float:
    """An amount as `million` writes it."""
    return float(f"{usd:.4g}")
