"""Figures of the public record for the sector: rows, dates, balances, coupons, each with its citation."""

from __future__ import annotations

import calendar
import datetime
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlparse

from calibration.records import rows
from calibration.sector_deals import Loan
from calibration.term_sheet import Figure, guess, millions, public

VALUATION = datetime.date(2026, 9, 30)
TENOR = 60
"""Months: median of the published tenors of GPU loans (45 to 72)."""
WINDOW = 12
QUARTER = "CoreWeave 10-Q for 2026-06-30, filed 2026-08-12, as quoted by a secondary source"
Row = dict[str, str]


class Balance(NamedTuple):
    """What a facility is, in USD m: commitment, drawn today, size at signing, and how the file writes the commitment.

    drawn is None where nothing is left to draw;  until : end of the draw window
    """

    commitment: float
    size: float
    figure: Figure
    drawn: float | None = None
    drawn_figure: Figure | None = None
    until: datetime.date | None = None
    until_figure: Figure | None = None


class Deals:
    """The rows of the deals file by name, with three facilities that only balance-sheet facts record."""

    def __init__(self, data: Path) -> None:
        self.rows: dict[str, Row] = {row["deal_id"]: row for row in rows(data, "deals.csv")}
        self.facts = rows(data, "miners_facts_long.csv")
        terms = {"spread_bps": "", "drawn_usd_m": "", "effective_rate_pct": "", "amortization": "", "draw_end": ""}
        notes, coupon = self.fact("Applied Digital", "2025-11-30", "hy_notes_musd"), "interest_rate_pct"
        self.rows["apld-computeco-1"] = terms | {
            "sign_date": "2025-11-30",
            "size_usd_m": notes["value"],
            "coupon_pct": self.fact("Applied Digital", "2025-11-30", coupon)["value"],
            "maturity": f"{self.fact('Applied Digital', '2025-11-30', 'maturity')['value']}-11-30",
            "cited": f"reported: {notes['source']}, 2025-11-30",
        }
        loan = self.fact("IREN", "2025-12-31", "gpu_financing_musd")
        self.rows["iren-microsoft"] = terms | {
            "sign_date": "2026-02-05",
            "size_usd_m": loan["value"],
            "coupon_pct": self.fact("IREN", "2025-12-31", coupon)["value"],
            "maturity": "2031-02-05",
            "cited": f"filed: {loan['source']}: 5 years, full amortisation, under 6 %",
        }
        phase = self.fact("Galaxy", "2026-03-31", "ai_contract")
        if "133 MW" not in phase["value"]:
            raise ValueError("the size of Helios I is no longer in the facts")
        self.rows["galaxy-133"] = {"cited": f"filed: {phase['source']}"}

    def fact(self, company: str, as_of: str, field: str) -> Row:
        """One balance-sheet fact; those from memory are refused."""
        for row in self.facts:
            if (row["company"], row["as_of"], row["field"]) == (company, as_of, field):
                if row["recalled"] != "0" or row["quality"] not in ("filed", "reported"):
                    raise ValueError(f"{company} {field} is not a filed or reported fact")
                return row
        raise ValueError(f"no fact {field} of {company} on {as_of}")

    def says(self, words: str) -> str:
        """The citation of the row or fact that holds these words."""
        for row in self.facts:
            if words in row["value"] and row["recalled"] == "0":
                return f"{row['quality']}: {row['source']}"
        for deal, row in self.rows.items():
            if any(words in text for text in row.values()):
                return self.cite(deal)
        raise ValueError(f"nothing in the data says '{words}'")

    def cite(self, deal: str) -> str:
        """The document that a row rests on, in a few words."""
        row = self.rows[deal]
        if "cited" in row:
            return row["cited"]
        address = next(part for part in row["source_urls"].split(" | ") if part.startswith("http"))
        place = urlparse(address)
        if place.netloc == "www.sec.gov":
            parts = place.path.split("/")
            return f"SEC CIK {parts[4]}, {parts[5]}/{parts[-1]}, {row['source_date']}"
        return f"{address}, {row['source_date']}"

    def signed(self, loan: Loan) -> datetime.date:
        """Day of signing; a bare month is its first day."""
        found = re.match(r"\d{4}-\d{2}(-\d{2})?", self.rows[loan.deal]["sign_date"])
        if found is None:
            raise ValueError(f"{loan.deal} has no signing date")
        return datetime.date.fromisoformat(found[0] if found[1] else f"{found[0]}-01")

    def maturity(self, loan: Loan) -> tuple[datetime.date, Figure]:
        """Final maturity: published, or so many months after signing."""
        said, why = loan.matures or (self.rows[loan.deal]["maturity"], "")
        if isinstance(said, str) and re.match(r"\d{4}-\d{2}", said):
            day = _last_day(said)
            return day, guess(day, why) if why else public(day, self.cite(loan.deal))
        months = said if isinstance(said, int) else TENOR
        day = add_months(self.signed(loan), months)
        default = f"no maturity published: {TENOR} months, the median tenor of GPU loans, from signing"
        reason = why if loan.matures else default
        return day, guess(day, reason) if reason else public(day, self.cite(loan.deal))

    def window(self, loan: Loan) -> tuple[datetime.date, Figure] | None:
        """End of a draw window that is still open."""
        said, why = loan.window or (self.rows[loan.deal]["draw_end"], "")
        if isinstance(said, int):
            day = add_months(self.signed(loan), said)
        elif said:
            day = _last_day(said)
        else:
            return None
        figure = guess(day, f"no window published: {said} months {why}") if why else public(day, self.cite(loan.deal))
        return (day, figure) if day > VALUATION else None

    def balance(self, loan: Loan, rate: float) -> Balance:
        """What is committed and drawn on the valuation date.

        Notes
        -----
        A balance filed last stands. Without one, notes and convertibles owe all, an open loan has been drawn
        straight-line over its window, and any other loan owes what an annuity leaves.
        """
        row, source = self.rows[loan.deal], self.cite(loan.deal)
        family = row if row["size_usd_m"] else self.rows[loan.deal.replace("-nonig", "-ig")]
        share, why = loan.share or (1.0, "")
        size = float(family["size_usd_m"]) * share
        window = self.window(loan)
        if window is not None:
            return self._open(loan, size, window)
        if loan.stated is not None:
            words, amount = loan.stated
            if not any(words in text for text in row.values()):
                raise ValueError(f"{loan.deal} no longer says '{words}'")
            filed = QUARTER if loan.deal.startswith("crwv") else source
            return Balance(amount, amount, public(millions(amount), f"{filed}: {words}"))
        if family["drawn_usd_m"] and not loan.is_drawn:
            drawn = float(family["drawn_usd_m"]) * share
            base = size if loan.repays == "level" else drawn
            filed = QUARTER if family["drawn_asof"] == "2026-06-30" else source
            words = f"balance of {family['drawn_asof']}: {filed}"
            figure = guess(millions(drawn), f"{why}; {words}") if why else public(millions(drawn), words)
            return Balance(drawn, base, figure)
        if loan.repays != "level":
            return Balance(size, size, public(millions(size), source))
        if loan.is_drawn:
            return Balance(size, size, guess(millions(size), f"{loan.is_drawn}; size: {source}"))
        total = months_between(self.signed(loan), self.maturity(loan)[0])
        left = round(size * annuity_left(rate, total, months_between(self.signed(loan), VALUATION)), 1)
        return Balance(left, size, guess(millions(left), f"what an annuity leaves of {size:,.10g} m USD ({source})"))

    def _open(self, loan: Loan, size: float, window: tuple[datetime.date, Figure]) -> Balance:
        """A loan that still draws: the filed balance, in proportion to its tranches, or the share of the window."""
        source, (until, figure) = self.cite(loan.deal), window
        if loan.stated is not None:
            words = "2,837M at 2026-06-30"
            whole = sum(float(self.rows[f"crwv-ddtl-4.0-{kind}"]["size_usd_m"]) for kind in ("float", "fixed"))
            drawn = round(loan.stated[1] * size / whole, 1)
            said = guess(millions(drawn), f"{QUARTER}: {words}, both tranches together")
        else:
            since = datetime.date(2026, 3, 31) if "lightly" in str(self.rows[loan.deal]) else self.signed(loan)
            drawn = round(size * (VALUATION - since).days / (until - since).days, 1)
            said = guess(millions(drawn), f"no drawing published: straight line from {since} to the end of the window")
        return Balance(size, size, public(millions(size), source), drawn, said, until, figure)


def _last_day(said: str) -> datetime.date:
    """``2030-08`` is its last day."""
    found = re.match(r"\d{4}-\d{2}-\d{2}", said)
    if found:
        return datetime.date.fromisoformat(found[0])
    year, month = int(said[:4]), int(said[5:7])
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: datetime.date, end: datetime.date) -> int:
    """Whole months, rounded to the nearest."""
    return round((end - start).days / 30.4375)


def annuity(rate: float, months: int) -> float:
    """Monthly payment for one unit of debt."""
    monthly = rate / 12
    return monthly / (1 - (1 + monthly) ** -months) if monthly > 0 else 1 / months


def annuity_left(rate: float, months: int, gone: int) -> float:
    """Share of an annuity loan that is still owed after some months."""
    monthly = rate / 12
    if monthly == 0:
        return 1 - gone / months
    return (1 - (1 + monthly) ** -(months - gone)) / (1 - (1 + monthly) ** -months)
