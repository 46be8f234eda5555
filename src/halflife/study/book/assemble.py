"""From the things of a tape and the pattern of the base to the tree of a system file."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from halflife.foundation.quantity import plain_number
from halflife.study.book.base import Base, Tree
from halflife.study.book.checks import ROLES, holdings_of, kind_of
from halflife.study.book.columns import MapSpec
from halflife.study.book.fields import FIELDS
from halflife.study.book.gather import UNNAMED, Key, Thing, Things
from halflife.study.book.writing import without_blanks
from halflife.waterfall.check import target_of


@dataclass(frozen=True, slots=True)
class Assembly:
    """What a system is put together from; `source` names the tape where every figure is to name its row."""

    things: Things
    base: Base
    spec: MapSpec
    source: str | None

    def system(self) -> Tree:
        """The whole system, everything in the order of its name."""
        valuation = self.base.written["valuation"] if self.spec.valuation is None else self.spec.valuation.isoformat()
        system: Tree = without_blanks({
            "name": self.spec.name,
            "about": self.spec.about,
            "valuation": valuation,
            "economy": self.base.written["economy"],
            "counterparties": self._parties(),
            "borrowers": [self._borrower(key, thing) for key, thing in self.things.all("borrower")],
            "lenders": self._lenders() or None,
            "contagion": self.base.written.get("contagion"),
        })  # fmt: skip
        return system

    def _fill(self, tree: Tree, thing: Thing, kind: str, but: Iterable[str] = ()) -> Tree:
        """A copy of a pattern with everything that the tape says in its place; what a row leaves out is left out."""
        for name, column in self.spec.columns.items():
            if FIELDS[name].of == kind and name not in thing.says and column.blank == "leave_out":
                tree = _without(tree, FIELDS[name].path)
        for name, entry in sorted(thing.says.items()):
            field = FIELDS[name]
            if name not in but and field.path != ("name",):
                tree = _put(tree, field.path, entry.written(self.source))
        return tree

    def _borrower(self, key: Key, thing: Thing) -> Tree:
        pattern, base = self.base.pattern, self.base.borrower
        tree: Tree = {**pattern, "name": key[0], "sponsor": None, "cross_default": None, "acts_as": None}
        operations = {**pattern["operations"], "fleets": [], "contracts": []}
        if "operator" not in thing.says:
            operations |= {"operator": None, "operator_failure": None}
        for own, fleet in self.things.below("fleet", key[0]):
            operations["fleets"].append(self._fleet(own, fleet))
            for full, contract in self.things.below("contract", *own):
                operations["contracts"].extend(self._contract(full, contract, operations["fleets"][-1]["name"]))
        debt = {**pattern["debt"], **self._debt(key[0])}
        tree = self._fill({**tree, "operations": operations, "debt": debt}, thing, "borrower")
        last = max(facility.number("maturity") for _, facility in self.things.below("facility", key[0]))
        covenants = zip(base.covenants, pattern.get("covenants", []), strict=True)
        tree["covenants"] = [written for spec, written in covenants if spec.first_test <= last]
        if base.guarantee.kind != "none":
            tree["guarantee"] = self._guarantee(thing, operations["contracts"])
        return tree

    def _guarantee(self, thing: Thing, contracts: list[Tree]) -> Tree:
        """The pattern's guarantee, given by this borrower's sponsor."""
        guarantee, base = dict(self.base.pattern["guarantee"]), self.base.borrower
        if base.guarantee.guarantor == base.sponsor:
            guarantee["guarantor"] = thing.text("sponsor")
        customers = [contract.offtaker for contract in base.operations.contracts]
        if base.guarantee.released_by_rating_of in customers and contracts:
            guarantee["released_by_rating_of"] = _plain(contracts[0]["offtaker"])
        return guarantee

    def _fleet(self, key: Key, thing: Thing) -> Tree:
        pattern: Tree = self.base.pattern["operations"]["fleets"][0]
        tree = self._fill({**pattern, "name": pattern["name"] if key[1] == UNNAMED else key[1]}, thing, "fleet")
        if "delivery_first" in thing.says and "age" not in thing.says:
            tree.pop("age", None)
        elif "age" in thing.says and "delivery_first" not in thing.says:
            tree.pop("delivery", None)
        return tree

    def _contract(self, key: Key, thing: Thing, fleet: str) -> list[Tree]:
        patterns = self.base.pattern["operations"].get("contracts", [])
        if not patterns or "offtaker" not in thing.says:
            return []
        own = key[2] or patterns[0]["name"]
        name = f"{own} {key[1]}" if key[1] != UNNAMED and key[2] == UNNAMED else own
        return [self._fill({**patterns[0], "name": name, "fleet": fleet, "units": None}, thing, "contract")]

    def _debt(self, borrower: str) -> Tree:
        """Facilities, and accounts and steps for each of them."""
        facilities = self.things.below("facility", borrower)
        by_kind: dict[str, list[str]] = {}
        for (_, name), facility in facilities:
            by_kind.setdefault(kind_of(facility, self.base), []).append(name)
        names = {tree["name"]: by_kind.get(kind, []) for kind, tree in self.base.facilities.items()}
        accounts = self._accounts(names)
        spec, written = self.base.borrower.debt, self.base.pattern["debt"]
        steps: list[Tree] = []
        for step, tree in zip(spec.priority, written["priority"], strict=True):
            target = target_of(spec, step)
            if target is None:
                steps.append(tree)
                continue
            key = "facility" if target in names and step.account is None and step.pay != "fill" else "account"
            meant = names[target] if key == "facility" else [account["name"] for account in accounts[target]]
            is_alone = len(spec.facilities) == len(facilities) == 1 if key == "facility" else False
            steps.extend(tree if is_alone and key not in tree else {**tree, key: name} for name in meant)
        return {
            "facilities": [self._facility(key, thing) for key, thing in facilities],
            "accounts": [account for group in accounts.values() for account in group] or None,
            "priority": steps,
        }

    def _accounts(self, names: Mapping[str, list[str]]) -> dict[str, list[Tree]]:
        """The pattern's accounts; one that serves a facility stands once for each facility of that kind."""
        found: dict[str, list[Tree]] = {}
        written = self.base.pattern["debt"].get("accounts", [])
        for account, tree in zip(self.base.borrower.debt.accounts, written, strict=True):
            meant = [None] if account.facility is None else names[account.facility]
            found[account.name] = [
                tree if one is None else {**tree, "facility": one,
                                          "name": account.name if len(meant) == 1 else f"{account.name} {one}"}
                for one in meant
            ]  # fmt: skip
        return found

    def _facility(self, key: Key, thing: Thing) -> Tree:
        tree: Tree = {**self.base.facilities[kind_of(thing, self.base)], "name": key[1]}
        if "drawn" not in thing.says:
            tree["drawn"] = None
        if "first_payment" not in thing.says:
            tree["first_payment"] = None
        for name, kind in (("margin", "floating"), ("coupon", "fixed")):
            if name in thing.says and _plain(tree["rate"].get("kind")) != kind:
                tree["rate"] = {"kind": kind}
        amortisation = thing.text("amortisation")
        if amortisation is not None and _plain(tree["amortisation"].get("kind")) != amortisation:
            tree["amortisation"] = {"kind": amortisation}
        return self._fill(tree, thing, "facility", but=("kind",))

    def _parties(self) -> list[Tree]:
        """Everybody whom the book names, with the habits of the base's party in the same role."""
        roles: dict[str, dict[str, Thing]] = {}
        for role in ROLES:
            for (name,), thing in self.things.all(role):
                roles.setdefault(name, {})[role] = thing
        return [self._party(name, roles[name]) for name in sorted(roles)]

    def _party(self, name: str, roles: Mapping[str, Thing]) -> Tree:
        known, borrower = self.base.party(name), self.base.borrower
        patterns = {
            "offtaker": next((contract.offtaker for contract in borrower.operations.contracts), None),
            "sponsor": borrower.sponsor,
            "operator": borrower.operations.operator,
        }
        meant = patterns[next(iter(roles))]
        tree: Tree = dict(known or (self.base.party(meant) if meant is not None else None) or {})
        named = list(known["roles"]) if known is not None else []
        tree |= {"name": name, "roles": sorted({*named, *roles})}
        for role, thing in roles.items():
            rating = thing.says.get(f"{role}_rating")
            if rating is not None and (known is None or rating.reason is None):
                tree |= {"rating": rating.written(self.source), "venture": None, "outlook_notches": None}
        return tree

    def _lenders(self) -> list[Tree]:
        """Lenders of the tape and of the base; without holdings in the tape only if one holds all the rest."""
        named = {key[0]: thing for key, thing in self.things.all("lender")}
        if not named and not any(lender.is_residual for lender in self.base.spec.lenders):
            return []
        names = sorted({*named, *(lender.name for lender in self.base.spec.lenders)})
        return [self._lender(name, named.get(name)) for name in names]

    def _lender(self, name: str, thing: Thing | None) -> Tree:
        known = self.base.lender(name) or {}
        tree: Tree = {"name": name, **known, "holdings": None}
        if thing is None:
            return tree
        own = [
            field for field, said in thing.says.items() if said.reason is not None and FIELDS[field].path[0] in known
        ]
        tree = self._fill(tree, thing, "lender", but=("lender_capital_ratio", *own))
        ratio = thing.says.get("lender_capital_ratio")
        if ratio is not None and "lender_capital_ratio" not in own:
            other = None if "lender_other_assets" in own else thing.number("lender_other_assets")
            spec = next((lender for lender in self.base.spec.lenders if lender.name == name), None)
            beside = other if other is not None else spec.other_assets if spec is not None else 0.0
            capital = f"{plain_number(ratio.number * (beside + holdings_of(self.things, name)))} USD"
            reason = ratio.reason or "in the tape"
            tree["capital"] = {"assumed": capital, "reason": f"{ratio.text} of its assets here: {reason}"}
        held = self.things.below("held by", name)
        tree["holdings"] = [self._fill({"borrower": key[0], "facility": key[1]}, one, "holding") for key, one in held]
        return tree


def _plain(written: Any) -> Any:
    """A figure without its source or reason."""
    return written.get("value", written.get("assumed")) if isinstance(written, Mapping) else written


def _put(tree: Tree, path: tuple[str, ...], written: object) -> Tree:
    """A copy of a tree with one figure in it; groups on the way are made or copied."""
    if len(path) == 1:
        return {**tree, path[0]: written}
    below = tree.get(path[0])
    is_group = isinstance(below, Mapping) and not {"value", "assumed"} & below.keys()
    return {**tree, path[0]: _put(dict(below) if is_group and below is not None else {}, path[1:], written)}


def _without(tree: Tree, path: tuple[str, ...]) -> Tree:
    """A copy of a tree without one figure, and without the group that it leaves empty."""
    below = tree.get(path[0])
    if len(path) > 1 and isinstance(below, Mapping):
        rest = {key: one for key, one in _without(dict(below), path[1:]).items() if one is not None}
        return {**tree, path[0]: rest or None}
    return {**tree, path[0]: None} if len(path) == 1 else tree


def valuation_of(spec: MapSpec, base: Base) -> datetime.date:
    """Day from which the book is seen."""
    return base.spec.valuation if spec.valuation is None else spec.valuation
