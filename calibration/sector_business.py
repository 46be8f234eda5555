"""What a borrower of the sector owns and earns: machines by rule 3, contracts by rules 5 and 6."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import yaml

from calibration.records import FACTS
from calibration.sector_deals import Firm, Loan
from calibration.sector_economy import HOSTING, HOURS, OVERHEAD, Machine, power_bill, upkeep
from calibration.sector_figures import VALUATION, Balance, Deals, annuity, months_between
from calibration.term_sheet import percent

ADVANCE, PROJECT_ADVANCE = 0.78, 0.80
"""Rule 3: mean of the published advance rates of the family; Helios I: loan to cost of a data centre."""
COUPON, PROJECT_COUPON = 0.1225, 0.075
"""Rule 8: middle of 9.5 to 15 %; mean of the coupons of notes on data centres here."""
YEARLY, LEAST_YEARLY = 0.075, 0.04
"""Principal a year, of notes on data centres: mean and least of the published 4, 7 and 11.5 %."""
NEWEST_UNTIL = datetime.date(2025, 8, 22)
"""Rule 2: GB200 before this day, GB300 from it."""
LONGEST = 75
"""Months: the longest published compute contracts run 6 years (rule 5 adds the middle of six months)."""
LEASE_MONTHS = 180
CONTRACTS = (("CoreWeave 400 MW 11bn 15y", 11_000.0, 400, 15), ("hyperscaler 200 MW 5bn 15y", 5000.0, 200, 15),
             ("245 MW, 15y, 7bn base", 7000.0, 245, 15), ("AMD 25 MW, 10y, about 311m", 311.0, 25, 10))  # fmt: skip
"""Hosting contracts of which capacity, term and revenue are public: words in the data, USD m, MW, years."""


@dataclass(frozen=True)
class Part:
    """Machines of one type that one borrower bought: units, cost, when, and what is still to come."""

    machine: Machine
    units: int
    cost: float
    first: datetime.date
    last: datetime.date
    is_coming: bool
    words: str
    is_public: bool = False


class Business:
    """Machines, contracts and prices of the borrowers; `rule` numbers are those of decision record 2."""

    def __init__(self, deals: Deals, types: dict[str, Machine]) -> None:
        self.deals, self.types = deals, types
        facts = yaml.safe_load((FACTS / "market" / "default.yaml").read_text(encoding="utf-8"))
        self.sofr: float = sum(facts["short_rate"]["curve"][:5]) / 5
        for words, *_ in CONTRACTS:
            deals.says(words)
        total = sum(amount for _, amount, _, _ in CONTRACTS)
        months = sum(1000 * megawatt * years * 12 for _, _, megawatt, years in CONTRACTS)
        self.lease = total * 1e6 / months

    def rate(self, loan: Loan, firm: Firm) -> float:
        """All-in yearly rate at which a loan is priced."""
        row = self.deals.rows[loan.deal]
        for column in ("coupon_pct", "effective_rate_pct"):
            if row[column] and not row["spread_bps"]:
                return float(row[column]) / 100
        if row["spread_bps"]:
            return self.sofr + float(row["spread_bps"]) / 1e4
        return PROJECT_COUPON if firm.machine == HOSTING else COUPON

    def balance(self, loan: Loan, firm: Firm) -> Balance:
        """What one facility is today."""
        return self.deals.balance(loan, self.rate(loan, firm))

    def parts(self, firm: Firm) -> list[Part]:
        """Machines by type: what each loan bought at its advance rate, together; rule 3."""
        groups: dict[tuple[str, bool], list[tuple[Loan, Balance]]] = {}
        for loan in firm.loans:
            balance, machine = self.balance(loan, firm), self.machine_of(loan, firm)
            groups.setdefault((machine, False), []).append((loan, balance))
            if balance.drawn is not None:
                groups.setdefault((machine, True), []).append((loan, balance))
        return [self._part(firm, *key, members) for key, members in groups.items()]

    def machine_of(self, loan: Loan, firm: Firm) -> str:
        if loan.machine or firm.machine:
            return loan.machine or firm.machine
        return "gb200" if self.deals.signed(loan) < NEWEST_UNTIL else "gb300"

    def _part(self, firm: Firm, name: str, is_coming: bool, members: list[tuple[Loan, Balance]]) -> Part:
        machine, capital, debt = self.types[name], 0.0, 0.0
        for loan, balance in members:
            advance = loan.advance or (PROJECT_ADVANCE if name == HOSTING else ADVANCE)
            share = 1.0 if balance.drawn is None else balance.drawn / balance.size
            capital += balance.size * (1 - share if is_coming else share) / advance
            debt += balance.size
        whole = sum(balance.size / (loan.advance or (PROJECT_ADVANCE if name == HOSTING else ADVANCE))
                    for loan, balance in members)  # fmt: skip
        days = [self.deals.signed(loan) for loan, _ in members]
        ends = [balance.until or self._closed(loan) for loan, balance in members]
        first, last = (VALUATION, max(ends)) if is_coming else (min(days), min(max(ends), VALUATION))
        if firm.units is None:
            words = f"rule 3: {whole:,.0f} m USD of funded capital expenditure at {machine.cost:,.0f} USD"
            if whole != capital:
                words += f", {percent(capital / whole, 3)} of it {'to come' if is_coming else 'drawn'}"
            return Part(machine, round(capital * 1e6 / machine.cost), machine.cost, first, last, is_coming, words)
        units = round(firm.units[0] * capital / whole)
        cost = max(
            machine.cost,
            round(whole * 1e6 / firm.units[0]) if name == HOSTING else 0,
            round(debt * 1e6 / firm.units[0]),
        )
        if firm.units[1] == "apld-computeco-1":
            words = "400 MW for CoreWeave (reported) less the 150 MW of ComputeCo 3"
        else:
            words = f"{'MW' if name == HOSTING else 'units'} published: {self.deals.cite(firm.units[1])}"
        is_public = units == firm.units[0] and "less" not in words
        return Part(machine, units, cost, first, last, is_coming, words, is_public)

    def _closed(self, loan: Loan) -> datetime.date:
        """When the machines of a loan were all there: end of its window, else signing."""
        said = self.deals.rows[loan.deal]["draw_end"] or ("2025-09-29" if "2.0" in loan.deal else "")
        return datetime.date.fromisoformat(said) if len(said) == 10 else self.deals.signed(loan)

    def term(self, firm: Firm, part: Part) -> tuple[int, str]:
        """Months of contract from delivery; words that begin with ! name a source."""
        asked = firm.contract
        if asked.years is not None:
            source = self.deals.says(asked.source) if asked.source else self.deals.cite(firm.loans[0].deal)
            return round(12 * asked.years), f"!{source}"
        if part.machine.name == HOSTING:
            return LEASE_MONTHS, "15 years: the middle of the published leases of 10 to 25"
        last = max(
            self.deals.maturity(loan)[0] for loan in firm.loans if self.machine_of(loan, firm) == part.machine.name
        )
        months = months_between(part.first if not part.is_coming else self.deals.signed(firm.loans[0]), last) + 3
        return min(months, LONGEST), f"rule 5: first delivery to maturity and three months, at most {LONGEST}"

    def price(self, firm: Firm, part: Part, parts: list[Part], term: int) -> tuple[float, str]:
        """USD per machine-hour, and how it was found."""
        asked = firm.contract
        if asked.total is not None and asked.years is not None:
            units = asked.units or sum(one.units for one in parts)
            price = asked.total * 1e6 / (units * asked.years * 12 * HOURS)
            unit = "kW" if firm.machine == HOSTING else "machines"
            said = f"{asked.total:,.0f} m USD over {asked.years:g} years on {units:,.0f} {unit}"
            return price, f"{said}: {self.deals.says(asked.source)}"
        if part.machine.name == HOSTING:
            return self._lease_price(firm, parts)
        loans = [loan for loan in firm.loans if self.machine_of(loan, firm) == part.machine.name]
        sizes = [self.balance(loan, firm).size for loan in loans]
        total = sum(sizes)
        rate = sum(size * self.rate(loan, firm) for size, loan in zip(sizes, loans, strict=True)) / total
        advance = total / sum(size / (loan.advance or ADVANCE) for size, loan in zip(sizes, loans, strict=True))
        served = sum(size * self._served(loan, term) for size, loan in zip(sizes, loans, strict=True)) / total
        cover, why = asked.coverage
        running = 0.0 if asked.is_net else upkeep(part.machine) + power_bill(part.machine)
        balloon = sum(size * loan.balloon[0] for size, loan in zip(sizes, loans, strict=True) if loan.balloon) / total
        paid = 1 - balloon * (1 + rate / 12) ** -served
        service = paid * annuity(rate, round(served)) * advance * part.cost
        price = (cover * service + running) / (1 - OVERHEAD) / HOURS
        words = (
            f"rule 6 in closed form: DSCR {cover:g}x ({why}), {advance:.0%} of cost served over {served:.0f} months at "
            f"{rate:.1%}, running cost of rule 9"
        )
        return price, words

    def _served(self, loan: Loan, term: int) -> int:
        """Months over which a loan was to be paid back; bullets are saved for over the contract."""
        if loan.repays == "bullet":
            return term
        window = self.deals.window(loan)
        return months_between(self._closed(loan) if window is None else window[0], self.deals.maturity(loan)[0])

    def _lease_price(self, firm: Firm, parts: list[Part]) -> tuple[float, str]:
        """The mean published lease, or what covers the first year of debt 1.20 times if that is more."""
        units, service = sum(part.units for part in parts), 0.0
        for loan in firm.loans:
            yearly = 0.0 if loan.repays == "bullet" else self.yearly(loan)[0]
            service += self.balance(loan, firm).size * (self.rate(loan, firm) + yearly)
        needed = (1.20 * service * 1e6 / units / 12 + 6.0) / 0.97
        price, words = (
            self.lease,
            "mean of four published leases, 150 USD per kW and month (Applied Digital, Hut 8, Riot)",
        )
        if needed > price:
            price, words = needed, "rule 6: 1.20x of the first year's debt service, more than the mean published lease"
        return price / HOURS, words

    def cash_flow(self, firm: Firm) -> float:
        """A year's contract revenue less running cost, interest and instalments, USD m; bullets apart."""
        parts, flow = self.parts(firm), 0.0
        for part in parts:
            price, _ = self.price(firm, part, parts, self.term(firm, part)[0])
            month = price * HOURS * (1 - OVERHEAD) - upkeep(part.machine) - power_bill(part.machine)
            flow += 12 * part.units * month / 1e6
        for loan in firm.loans:
            balance, rate = self.balance(loan, firm).commitment, self.rate(loan, firm)
            left = months_between(VALUATION, self.deals.maturity(loan)[0])
            flow -= balance * (rate if loan.repays == "bullet" else 12 * annuity(rate, left))
        return flow

    def yearly(self, loan: Loan) -> tuple[float, str]:
        """Principal a year of notes on a data centre."""
        if loan.yearly is not None:
            return loan.yearly, f"published: {loan.yearly:.1%} a year ({self.deals.cite(loan.deal)})"
        if self.deals.rows[loan.deal]["amortization"]:
            return YEARLY, "amortises, by how much is not published: mean of the published 4, 7 and 11.5 % a year"
        return LEAST_YEARLY, "nothing published: the least of the published 4, 7 and 11.5 % a year"
