"""One borrower of the sector, from its loans to a business, its debt and its terms."""

from __future__ import annotations

import datetime
from typing import Any

from calibration.sector_business import ADVANCE, COUPON, PROJECT_COUPON, Business, Part
from calibration.sector_deals import FIRMS, Firm, Loan
from calibration.sector_economy import HOSTING, OVERHEAD, PUE, upkeep
from calibration.sector_figures import VALUATION, Balance, months_between
from calibration.term_sheet import count, guess, millions, percent, public

MACHINE_LTV = "rule 16, middle of 0.60x to 0.90x"
SPACE_LTV = "rule 16, top: 80 % of cost (Helios I), on an orderly value 15 % below the appraisal"
LEAST_DSCR = "rule 16, low end: at the middle a loan sized between 1.20x and 1.30x would be refused on every path"


class Writer:
    """Borrowers as the file writes them; `rule` numbers are those of decision record 2."""

    def __init__(self, business: Business) -> None:
        self.business, self.deals = business, business.deals

    def borrower(self, firm: Firm) -> dict[str, Any]:
        """The whole borrower as the file writes it."""
        out: dict[str, Any] = {"name": firm.name}
        if not firm.acts_as:
            out["sponsor"] = firm.sponsor
        recourse = self.deals.rows[firm.loans[0].deal].get("recourse", "")
        if firm.guarantor:
            out["guarantee"] = self._guarantee(firm)
        elif recourse.startswith("non-recourse"):
            out["guarantee"] = {"kind": public("none", f"{recourse}: {self.deals.cite(firm.loans[0].deal)}")}
        elif firm.unpriced_guarantee:
            out["guarantee"] = {"kind": guess("none", firm.unpriced_guarantee)}
        parts = self.business.parts(firm)
        out["operations"] = self._operations(firm, parts)
        out["debt"] = self._debt(firm)
        if firm.tests:
            out["covenants"] = self._covenants(firm)
        out["default"] = {
            "payment_grace": guess("0 months", "rule 16"),
            "refinancing": {
                "most_ltv": guess("0.90x", SPACE_LTV) if firm.machine == HOSTING else guess("0.75x", MACHINE_LTV),
                "least_dscr": guess("1.20x", LEAST_DSCR),
            },
        }
        if firm.traps:
            trap = public(
                "true", f"cash trap on customer breach or parent bankruptcy: {self.deals.cite(firm.loans[0].deal)}"
            )
            out["default"] |= {"traps_on_customer_default": trap, "traps_on_sponsor_default": trap}
        out["enforcement"] = _enforcement(firm)
        if firm.acts_as:
            out["acts_as"] = firm.acts_as
        if firm.cross:
            out["cross_default"] = firm.cross
        return out

    def _guarantee(self, firm: Firm) -> dict[str, Any]:
        parent = next(one for one in FIRMS if one.acts_as == firm.guarantor)
        revolver = next(loan for loan in parent.loans if loan.deal == "crwv-rcf")
        drawn = self.business.balance(revolver, parent).commitment
        undrawn, flow = float(self.deals.rows[revolver.deal]["size_usd_m"]) - drawn, self.business.cash_flow(parent)
        paid = (
            f"0008: a year of the parent's cash flow after running cost, interest and instalments in this file, "
            f"{flow:,.0f} m USD, and {undrawn:,.0f} m USD of its revolver undrawn"
        )
        out: dict[str, Any] = {
            "kind": public("full", self.deals.cite(firm.loans[0].deal)),
            "guarantor": firm.guarantor,
            "liquidity": guess(millions(round(flow + undrawn)), paid),
            "other_guarantees": guess("0 USD", "the other guaranteed loans of this file share in it anyway"),
        }
        if firm.contract.offtaker == "OpenAI":
            out["released_by_rating_of"] = "OpenAI"
            words = "no data: yearly odds that an unrated firm reaches investment grade twice, middle of 2 to 10 %"
            out["release_probability"] = guess("6 %", words)
        return out

    def _operations(self, firm: Firm, parts: list[Part]) -> dict[str, Any]:
        fleets, contracts = [], []
        for part in parts:
            name = f"{part.machine.name}{' to come' if part.is_coming else ''}"
            fleets.append(_fleet(name, part, firm))
            contracts.append(self._contract(name, part, firm, parts))
        is_space = firm.machine == HOSTING
        release = {
            "downtime": guess("12 months" if is_space else "3 months", "a campus finds one tenant; no data" if is_space
                              else "rule 10, middle of 1 to 6 months"),
            "use": guess("95 %", "single tenant") if is_space else guess("80.5 %", "rule 10, middle of 70 to 91 %"),
        }  # fmt: skip
        out = {"fleets": fleets, "contracts": contracts, "release": release, "opex": _opex(firm, parts)}
        out["operator"] = firm.sponsor
        out["operator_failure"] = {
            "downtime": guess("0 months", "rule 15: most likely none"),
            "replacement_probability": guess("90 %", "rule 15, middle of 80 to 100 %"),
            "cost_increase": guess("20 %", "rule 15, middle of 10 to 30 %"),
            "trap_months": guess("12 months", "rule 15"),
        }
        return out

    def _contract(self, fleet: str, part: Part, firm: Firm, parts: list[Part]) -> dict[str, Any]:
        asked = firm.contract
        term, words = self.business.term(firm, part)
        price, why = self.business.price(firm, part, parts, term)
        return {
            "name": f"{asked.offtaker} {fleet}",
            "fleet": fleet,
            "offtaker": asked.offtaker,
            "price": guess(f"{price:.4f} USD/h", why),
            "term": public(f"{term} months", words[1:]) if words[0] == "!" else guess(f"{term} months", words),
        }

    def _debt(self, firm: Firm) -> dict[str, Any]:
        facilities, steps = [], [{"pay": "opex"}]
        names = [loan.name for loan in firm.loans]
        written = [(loan, self.business.balance(loan, firm)) for loan in firm.loans]
        fees = [loan.name for loan, balance in written if balance.drawn is not None]
        for loan, balance in written:
            facilities.append(self._facility(loan, balance, firm, sum(b.size for _, b in written)))
        for step, asked in (("fees", fees), ("interest", names), ("principal", names)):
            steps += [{"pay": step, "facility": name} for name in asked]
        out: dict[str, Any] = {"facilities": facilities}
        if not firm.is_parent:
            reserve = guess(
                millions(round(0.01 * sum(b.commitment for _, b in written), 2)), "rule 16: 1 % of the debt"
            )
            out["accounts"] = [{"name": "liquidity reserve", "amount": reserve, "opening": reserve}]
            steps += [{"pay": "fill", "account": "liquidity reserve"}, {"pay": "trap"}, {"pay": "distribute"}]
        out["priority"] = steps
        return out

    def _facility(self, loan: Loan, balance: Balance, firm: Firm, total: float) -> dict[str, Any]:
        day, matures = self.deals.maturity(loan)
        out: dict[str, Any] = {
            "name": loan.name,
            "kind": "term_loan" if balance.drawn is None else "ddtl",
            "commitment": balance.figure,
        }
        if balance.drawn_figure is not None:
            out["drawn"] = balance.drawn_figure
        out |= {"rate": self._rate(loan, firm), "maturity": matures}
        out["every"] = "1" if loan.repays == "level" and loan.deal != "crwv-ddtl-1.0" else "3"
        out["amortisation"] = self._amortisation(loan, day, balance)
        if balance.until_figure is not None:
            share = (loan.advance or ADVANCE) * balance.size / total
            rule = "rule 3" if loan.advance is None else "filed"
            words = f"{rule}: {percent(loan.advance or ADVANCE, 4)} of capital expenditure, by tranche in proportion"
            out["draws"] = {
                "until": balance.until_figure,
                "advance_rate": guess(percent(share), words),
                "interest": guess("paid", "rule 8"),
                "commitment_fee": guess("50 bp", "rule 8"),
            }
        return out

    def _amortisation(self, loan: Loan, matures: datetime.date, balance: Balance) -> dict[str, Any]:
        if loan.repays == "bullet":
            return {"kind": "bullet"}
        if loan.repays == "yearly":
            yearly, words = self.business.yearly(loan)
            share = yearly * months_between(balance.until or VALUATION, matures) / 12
            return {"kind": "straight", "balloon": guess(percent(1 - share, 4), words)}
        out: dict[str, Any] = {"kind": guess("level", "rule 7: the schedule is not in our data")}
        if loan.balloon is not None:
            out["balloon"] = guess(percent(loan.balloon[0]), loan.balloon[1])
        return out

    def _rate(self, loan: Loan, firm: Firm) -> dict[str, Any]:
        row, source = self.deals.rows[loan.deal], self.deals.cite(loan.deal)
        if row["spread_bps"] and not row["coupon_pct"]:
            is_hedged = loan.deal == "crwv-ddtl-4.0-float"
            hedge = (
                public("95 %", f"{source}: at least 95 % hedged") if is_hedged else guess("47.5 %", "rule 8, middle")
            )
            return {"kind": "floating", "margin": public(f"{row['spread_bps']} bp", source), "hedged_share": hedge}
        for column, word in (("coupon_pct", ""), ("effective_rate_pct", "effective rate: ")):
            if row[column]:
                return {"kind": "fixed", "coupon": public(f"{float(row[column]):g} %", f"{word}{source}")}
        if firm.machine == HOSTING:
            return {
                "kind": "fixed",
                "coupon": guess(percent(PROJECT_COUPON), "not published: mean of the notes on data centres here"),
            }
        return {"kind": "fixed", "coupon": guess(percent(COUPON), "rule 8: not published, middle of 9.5 to 15 %")}

    def _covenants(self, firm: Firm) -> list[dict[str, Any]]:
        out = []
        for test in firm.tests:
            for consequence in test.consequences:
                one: dict[str, Any] = {
                    "name": f"{test.name} {consequence}",
                    "test": test.test,
                    "threshold": public(test.threshold, self.deals.cite(firm.loans[0].deal)),
                    "first_test": guess(test.first, "rule 16, or filed"),
                }
                if consequence == "default":
                    one["grace"] = guess("8 months", "rule 16, middle of 3 to 12 months: cures and waivers")
                out.append(one | {"consequence": guess(consequence, "rule 16")})
        return out


def _fleet(name: str, part: Part, firm: Firm) -> dict[str, Any]:
    is_space = part.machine.name == HOSTING
    why = part.machine.cost_source if part.cost == part.machine.cost else "no less than the debt and its equity"
    out: dict[str, Any] = {
        "name": name,
        "machine": part.machine.name,
        "units": public(count(part.units), part.words) if part.is_public else guess(count(part.units), part.words),
        "cost": guess(f"{part.cost:,.0f} USD".replace(",", "_"), why),
        "book_life": guess("240 months" if is_space else "72 months", "20 years, building and power" if is_space
                           else "6 years straight line: filed for DDTL 2.0 to 5.0"),
    }  # fmt: skip
    if part.is_coming or not is_space:
        why = "rule 4: straight line over the draw window, or from first to last signing"
        out["delivery"] = {"first": guess(part.first, why), "last": guess(part.last, why)}
        if part.is_coming:
            out["delivery"] |= {"delay": guess("1 month", "rule 4"), "delay_uncertainty": guess("1 month", "rule 4")}
    if not is_space:
        out["physical_decay"] = guess("2.5 %/yr", "rule 10, middle")
    return out


def _opex(firm: Firm, parts: list[Part]) -> dict[str, Any]:
    if firm.machine == HOSTING or firm.contract.is_net:
        low = firm.machine == HOSTING
        return {
            "pue": guess("1.0x" if low else f"{PUE}x", "the tenant pays the power"),
            "hosting": guess("6 USD/month" if low else "0 USD/month", "3 % of the rent, as Hut 8 reports" if low
                             else "triple-net lease (Apollo release, 2026-01-07)"),
            "maintenance": guess("0 USD/month", "rule 9"),
            "overhead": guess("3 %", "rule 9, low end: a lease needs little"),
            "power_pass_through": guess("100 %", "the tenant pays the power"),
        }  # fmt: skip
    units = sum(part.units for part in parts)
    hosting = sum(part.units * upkeep(part.machine) for part in parts) / units
    return {
        "pue": guess(f"{PUE}x", "rule 9, middle of 1.1x to 1.4x"),
        "hosting": guess(f"{hosting:.0f} USD/month", "rule 9: 215 USD per kW and month"),
        "maintenance": guess("0 USD/month", "rule 9: part of the overhead"),
        "overhead": guess(percent(OVERHEAD), "rule 9, middle of 3 to 20 %"),
    }


def _enforcement(firm: Firm) -> dict[str, Any]:
    is_space = firm.machine == HOSTING
    return {
        "policy": guess("step_in", "rule 17"),
        "time_to_seize": guess("6 months", "rule 17, middle"),
        "step_in_months": guess("24 months", "rule 17, middle"),
        "sale_cost": guess("10 %", "rule 17, middle"),
        "cost_per_machine": guess(
            "0 USD" if is_space else "800 USD", "sold where it stands" if is_space else "rule 17, middle"
        ),
        "workout": guess("36 months", "rule 17"),
    }
