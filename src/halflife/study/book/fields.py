"""What a loan tape can say: the fields a column may be, which thing each describes, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from halflife.foundation import units
from halflife.foundation.units import Figure


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column can be.

    name : key in the column map;  of : what it describes;  path : where it stands in that thing's spec
    figure : how it is written, None for words;  is_needed : whether every book must have it
    """

    name: str
    of: str
    path: tuple[str, ...]
    about: str
    figure: Figure | None = None
    is_needed: bool = False


KEYS: dict[str, tuple[str, ...]] = {
    "borrower": ("borrower",),
    "fleet": ("borrower", "fleet"),
    "contract": ("borrower", "fleet", "contract"),
    "facility": ("borrower", "facility"),
    "offtaker": ("offtaker",),
    "sponsor": ("sponsor",),
    "operator": ("operator",),
    "lender": ("lender",),
    "holding": ("borrower", "facility", "lender"),
}
"""What a row describes, and the fields by which each of these things is known."""

EITHER = (("margin", "coupon"), ("price", "dscr"), ("share", "held"), ("lender_capital", "lender_capital_ratio"))
"""Fields of which a row has at most one."""


def _figure(kind: Any) -> Figure:
    """The figure behind an annotated type."""
    found: Figure = next(mark for mark in get_args(kind) if isinstance(mark, Figure))
    return found


def _fields() -> tuple[Field, ...]:
    usd, share, date = _figure(units.Usd), _figure(units.Share), _figure(units.Date)
    rate, ratio, months = _figure(units.Rate), _figure(units.Ratio), _figure(units.Months)
    margin, count, rating = _figure(units.Margin), _figure(units.Count), _figure(units.Rating)
    hourly, monthly = _figure(units.UsdPerHour), _figure(units.UsdPerMonth)

    def of(thing: str, *rows: tuple[str, str, Figure | None, str], is_needed: bool = False) -> list[Field]:
        return [Field(name, thing, tuple(path.split(".")), about, figure, is_needed)
                for name, path, figure, about in rows]  # fmt: skip

    return (
        *of("borrower", ("borrower", "name", None, "who borrows"), is_needed=True),
        *of("borrower",
            ("sponsor", "sponsor", None, "who owns the borrower"),
            ("operator", "operations.operator", None, "who runs its machines"),
            ("acts_as", "acts_as", None, "the counterparty that the borrower is"),
            ("cash", "debt.cash", usd, "operating cash"),
            ("fixed_cost", "operations.opex.fixed", monthly, "running cost of the borrower as a whole"),
            ("hosting", "operations.opex.hosting", monthly, "space and cooling of one machine"),
            ("maintenance", "operations.opex.maintenance", monthly, "upkeep of one machine"),
            ("pue", "operations.opex.pue", ratio, "site power over machine power")),
        *of("fleet", ("fleet", "name", None, "a borrower's machines of one kind; needed where it has several")),
        *of("fleet",
            ("machine", "machine", None, "machine type, as the economy calls it"),
            ("units", "units", count, "machines financed"),
            ("cost", "cost", usd, "all-in cost of one machine"), is_needed=True),
        *of("fleet",
            ("age", "age", months, "age of the machines at the valuation date"),
            ("book_life", "book_life", months, "straight-line life of the loan documents"),
            ("delivery_first", "delivery.first", date, "first delivery of machines not yet there"),
            ("delivery_last", "delivery.last", date, "last delivery")),
        *of("contract",
            ("contract", "name", None, "a fleet's contract; needed where it has several"),
            ("offtaker", "offtaker", None, "who rents the machines"),
            ("contract_kind", "kind", None, "take_or_pay, reserved or spot"),
            ("contract_units", "units", count, "machines under this contract"),
            ("price", "price", hourly, "price of a machine-hour"),
            ("dscr", "price.dscr", ratio, "or the coverage from which the price follows"),
            ("term", "term", months, "months from delivery of each machine")),
        *of("offtaker", ("offtaker_rating", "rating", rating, "rating of the offtaker")),
        *of("sponsor", ("sponsor_rating", "rating", rating, "rating of the sponsor")),
        *of("operator", ("operator_rating", "rating", rating, "rating of the operator")),
        *of("facility",
            ("facility", "name", None, "name of the facility, each once for a borrower"),
            ("commitment", "commitment", usd, "amount lent or promised"),
            ("maturity", "maturity", date, "day on which all is due"), is_needed=True),
        *of("facility",
            ("kind", "kind", None, "kind of the base's facility that is this one's pattern"),
            ("drawn", "drawn", usd, "drawn at the valuation date"),
            ("margin", "rate.margin", margin, "margin over SOFR"),
            ("coupon", "rate.coupon", rate, "or the fixed coupon"),
            ("issue_price", "issue_price", share, "price paid by the lender per unit of face"),
            ("amortisation", "amortisation.kind", None, "level, straight, sculpted or bullet"),
            ("balloon", "amortisation.balloon", share, "share of the loan left for maturity"),
            ("first_payment", "first_payment", date, "first date on which principal is due"),
            ("draw_until", "draws.until", date, "end of the draw window"),
            ("advance_rate", "draws.advance_rate", share, "share of capital expenditure a draw may fund")),
        *of("lender",
            ("lender", "name", None, "who holds it"),
            ("lender_capital", "capital", usd, "own funds of the lender"),
            ("lender_capital_ratio", "capital", share, "or own funds as a share of its assets"),
            ("lender_other_assets", "other_assets", usd, "its assets beside this book"),
            ("lender_least_capital", "least_capital", share, "capital ratio below which it funds no draw")),
        *of("holding",
            ("share", "share", share, "share of the commitment held"),
            ("held", "amount", usd, "or the amount held")),
    )  # fmt: skip


FIELDS: dict[str, Field] = {field.name: field for field in _fields()}
"""Every field, by the key it has in a column map."""

CHOICES: dict[str, tuple[str, ...]] = {
    "contract_kind": ("take_or_pay", "reserved", "spot"),
    "amortisation": ("level", "straight", "sculpted", "bullet"),
    "kind": ("term_loan", "ddtl", "revolver", "lease", "junior"),
}
"""Words of which a field is one."""
