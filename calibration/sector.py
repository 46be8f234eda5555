"""Write `examples/sector-2026.yaml`: the public record of compute debt as one system.

Run: ``python -m calibration.sector "$HALFLIFE_DATA"``. The rules are those of
docs/decisions/0002-inferring-what-is-not-public.md and 0008-a-sector-from-public-figures.md.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from calibration.sector_business import Business
from calibration.sector_deals import ASSUMED_RATINGS, FIRMS, NAMED, RATED, STRONG, VENTURES, Firm
from calibration.sector_economy import contagion, economy, machines, shipments
from calibration.sector_figures import VALUATION, Deals
from calibration.sector_firms import Writer
from calibration.term_sheet import Figure, guess, lines, millions, percent, public

SHEET = Path(__file__).resolve().parents[1] / "examples" / "sector-2026.yaml"
HEAD = """\
# Compute debt as one system on 2026-09-30: neoclouds, their ring-fenced vehicles, and miners that became AI hosts.
# Written by calibration/sector.py; do not edit by hand. Which deals are in, which are out, and why:
# docs/decisions/0008-a-sector-from-public-figures.md.
#
# How to read this file. A figure with `source:` is public. A figure under `assumed:` is not; it follows from a
# numbered rule of docs/decisions/0002-inferring-what-is-not-public.md (at the middle of its range) or from 0008.
# A range (low, high) is integrated over: rents, depth, absorption, floor and elasticity, which matter to everybody,
# and two lenders' capital.
#
# Left out: miners' coins, rigs and coin-backed loans (older than the treasury), conversion of convertibles (they are
# bullet loans), cash that vehicles pay up to their parents, and building risk (a campus counts as finished).
# Parents pay nothing out while they owe: their cash stays to meet the bullets. Claims of one rank are paid in the order
# of this file. Machines of parents are what their debt would have bought: nobody publishes them.
# The unit of the machine `hosting` is one kW of data-centre space, let without power.
"""
FUND_HOLDERS = {"bullet": "Convertible funds", "yearly": "High-yield funds"}
RESIDUAL = "Other lenders"
KINDS = {
    # total assets over holdings, capital over assets, least capital over assets, reason
    "credit fund": (5.0, 0.50, 1 / 3, "20 % of the book, a BDC's usual limit for one industry; debt equal to capital"),
    "specialist": (2.0, 0.50, 1 / 3, "half of the book, since it lends to little else; debt equal to capital"),
    "vendor": (20.0, 0.12, 0.08, "5 % of a vendor's finance arm, capital as at a bank with a margin"),
    "bond fund": (10.0, 1.0, 0.0, "10 % of the book of funds without debt"),
}  # fmt: skip
JPMORGAN = ("SEC CIK 19617, 10-K for 2025-12-31", 4_424_900.0, 362_438.0)
"""Balance sheet: total assets, and total assets less liabilities of 4,062,462; USD m."""


def sector(data: Path) -> dict[str, Any]:
    """The whole system as a tree of figures."""
    deals, types = Deals(data), machines()
    shipped = shipments(data, types)
    business = Business(deals, types)
    writer = Writer(business)
    return {
        "name": "Compute debt, autumn 2026",
        "about": '"The public record of debt on AI machines and their space, as one system of borrowers and lenders."',
        "valuation": guess(VALUATION, "the end of the quarter in which the last deal known to us was signed"),
        "economy": economy(types, shipped),
        "counterparties": parties(deals),
        "borrowers": [writer.borrower(firm) for firm in FIRMS],
        "lenders": lenders(business),
        "contagion": contagion(shipped),
    }


def parties(deals: Deals) -> list[dict[str, Any]]:
    """Everybody who operates, sponsors or rents, in name order, with the roles that the borrowers give them."""
    roles: dict[str, set[str]] = {}
    for firm in FIRMS:
        roles.setdefault(firm.sponsor, set()).update(("operator", "sponsor"))
        roles.setdefault(firm.contract.offtaker, set()).add("offtaker")
    return [_party(name, tuple(sorted(roles[name])), deals) for name in sorted(roles)]


def _party(name: str, roles: tuple[str, ...], deals: Deals) -> dict[str, Any]:
    out: dict[str, Any] = {"name": name, "roles": roles}
    if name in VENTURES:
        out["venture"] = {
            "cash": guess("20 bn USD", "rule 13, middle of 10 to 30"),
            "burn": guess("13.6 bn USD/yr", "rule 13: 8.5 in mid 2025, grown at 40 % a year to the valuation date"),
            "burn_growth": guess("40 %/yr", "rule 13, middle of 20 to 60 %"),
            "raise_below": guess("12 months", "rule 13"),
            "raise_to": guess("24 months", "rule 13, middle of 18 to 30"),
            "base_intensity": guess("1.3 %/yr", "rule 13, middle of 0.6 to 2 %"),
            "distress_intensity": guess("100 %/yr", "rule 13, middle of 50 to 150 %"),
        }
    elif name in RATED:
        letter, _, deal, words = RATED[name]
        deals.says(words)
        out["rating"] = public(letter, f"{words}: {deals.cite(deal)}")
    elif name in ASSUMED_RATINGS:
        letter, _, why = ASSUMED_RATINGS[name]
        out["rating"] = guess(letter, why)
    elif "sponsor" in roles:
        out["rating"] = guess("B+", "rule 12: unrated, B+ to CCC+")
        out["outlook_notches"] = guess("1.5x", "rule 12: middle of the band")
    else:
        out["rating"] = guess("BBB-", "rule 12: unknown customers, BBB- to B")
        out["outlook_notches"] = guess("2.5x", "rule 12: middle of the band")
    out["recovery"] = guess("40 %", "rule 12, middle of 20 to 60 %")
    tilt = ("0.15", "rule 12, middle of 0 to 0.3") if name in STRONG else ("0.6", "rule 12, middle of 0.3 to 0.9")
    out["cycle_tilt"] = guess(*tilt)
    if "sponsor" in roles:
        out["contagion"] = guess("4x", "rule 12, middle of 2x to 6x")
    return out


def holder(firm: Firm, deal: str, repays: str) -> str | None:
    """Holders of marketed paper: by kind of paper; None for loans."""
    if repays == "bullet" and "notes" in deal:
        return "High-yield funds"
    if repays == "bullet" and "rcf" in deal:
        return None
    return FUND_HOLDERS.get(repays) if deal != "glxy-helios1" else None


def lenders(business: Business) -> list[dict[str, Any]]:
    """Named lenders by rule, funds for marketed paper, and one holder of all the rest."""
    loans = {loan.deal: (firm, loan) for firm in FIRMS for loan in firm.loans}
    left = dict.fromkeys(loans, 1.0)
    out = []
    for name, kind, held, why in NAMED:
        for deal, share in held:
            left[deal] -= share
        out.append(_lender(business, loans, name, kind, dict(held), why))
    for name in ("Convertible funds", "High-yield funds"):
        held_by = {deal: 1.0 for deal, (firm, loan) in loans.items() if holder(firm, deal, loan.repays) == name}
        left |= dict.fromkeys(held_by, 0.0)
        out.append(_lender(business, loans, name, "bond fund", held_by, "marketed paper: holders are not public"))
    rest = {deal: share for deal, share in left.items() if share > 1e-9}
    out.append(_lender(business, loans, RESIDUAL, "credit fund", rest, ""))
    return sorted(out, key=lambda lender: str(lender["name"]))


def _lender(
    business: Business, loans: Mapping[str, tuple[Firm, Any]], name: str, kind: str, held: Mapping[str, float], why: str
) -> dict[str, Any]:
    amounts = {
        deal: share * business.balance(loans[deal][1], loans[deal][0]).commitment for deal, share in held.items()
    }
    total = sum(amounts.values())
    out: dict[str, Any] = {"name": name} | _books(name, kind, total)
    if name == RESIDUAL:
        return out | {"is_residual": "true"}
    out["holdings"] = [
        {"borrower": loans[deal][0].name, "facility": loans[deal][1].name, "share": guess(percent(share), why)}
        for deal, share in held.items()
    ]
    return out


def _books(name: str, kind: str, held: float) -> dict[str, Figure]:
    """Capital, assets elsewhere and the capital below which nothing more is lent."""
    source, assets, capital = JPMORGAN
    if kind == "JPMorgan":
        words = f"{source}: total assets of {assets:,.0f} m USD, less the holdings here"
        own, other = public(millions(capital), source), guess(millions(round(assets - held, 1)), words)
        return {"capital": own, "other_assets": other, "least_capital": _floor()}
    if kind == "bank":
        size = 1_000_000.0 if name != "Landsbankinn" else 10_000.0
        ratio = capital / assets
        words = (
            f"no balance sheet in our data: {size / 1000:,.0f} bn USD of assets, capital as at JPMorgan ({ratio:.1%})"
        )
        own = guess(millions(round(ratio * size)), words)
        return {"capital": own, "other_assets": guess(millions(size), words), "least_capital": _floor()}
    times, ratio, least, words = KINDS[kind]
    other = guess(millions(round((times - 1) * held, 1)), f"holdings here are {words.split(';')[0]}")
    own = guess(millions(round(ratio * times * held, 1)), words)
    if name in (RESIDUAL, "Blackstone"):
        ends = (f"{round(end * times * held)} m USD" for end in (0.4, 0.6))
        low, high = ends
        own = Figure(f'{{assumed: {{low: {low}, high: {high}}}, reason: "40 to 60 % of assets: {words}"}}')
    law = "asset coverage of 150 % for business development companies (Investment Company Act 1940, section 61)"
    floor = guess(percent(least, 4), law if least == 1 / 3 else "no debt, no test" if least == 0 else "as for banks")
    return {"capital": own, "other_assets": other, "least_capital": floor}


def _floor() -> Figure:
    return guess(
        "5.5 %",
        "median leverage ratio of 48 European banks (EBA stress test 2018; error 0.3): below it a bank stops lending",
    )


def text(data: Path) -> str:
    """The file as it is written."""
    return HEAD + "\n" + "\n".join(lines(sector(data))) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m calibration.sector FOLDER   (the folder that HALFLIFE_DATA names)\n")
        raise SystemExit(2)
    SHEET.write_text(text(Path(sys.argv[1])), encoding="utf-8")
    sys.stdout.write(f"wrote {SHEET.name}\n")
