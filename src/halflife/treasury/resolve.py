"""From the words about coins and shares to arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, Ints, seal
from halflife.foundation.errors import Finding
from halflife.foundation.lattice import monthly
from halflife.foundation.names import Written, report_twins, unknown
from halflife.foundation.streams import stream_id
from halflife.treasury.spec import CoinLoanSpec, HoldingSpec, TreasurySpec
from halflife.treasury.table import HOLD, PLEDGE, SELL_ALL, SELL_TO_COVER, TreasuryTable

POLICIES = {"hold": HOLD, "sell_to_cover": SELL_TO_COVER, "sell_all": SELL_ALL, "pledge": PLEDGE}
SECURED = ("term_loan", "revolver")


class Around(NamedTuple):
    """What treasuries refer to.

    coins : in the market, in order;  traded : those whose turnover is given
    facilities : borrower -> facility -> kind
    places : (borrower, facility) -> position, empty where debt is not resolved
    miners : borrowers with rigs
    """

    coins: Sequence[str]
    traded: Collection[str]
    facilities: Mapping[str, Mapping[str, str]]
    places: Mapping[tuple[str, str], int]
    miners: Collection[str]


class _Row(NamedTuple):
    """A holding, coin loan or conversion with its treasury."""

    treasury: int
    owner: str
    spec: Any


def resolve(
    borrowers: Sequence[Written[TreasurySpec | None]], around: Around, findings: list[Finding]
) -> TreasuryTable | None:
    """Turn all treasuries into arrays.

    Parameters
    ----------
    borrowers : in name order; those without a treasury hold None
    around : what they refer to
    findings : what is wrong is added here

    Returns
    -------
    TreasuryTable, or None if something is wrong or the debt is not resolved
    """
    before = len(findings)
    kept = [(b, one.name, one.spec, one.at) for b, one in enumerate(borrowers) if one.spec is not None]
    for _, name, spec, at in kept:
        _check(Written(name, spec, at), around, findings)
    if len(findings) > before or (kept and not around.places):
        return None
    specs = [spec for _, _, spec, _ in kept]
    holdings = [
        _Row(p, name, one)
        for p, (_, name, spec, _) in enumerate(kept)
        for one in sorted(spec.holdings, key=lambda one: one.coin)
    ]
    loans = [
        _Row(p, name, one)
        for p, (_, name, spec, _) in enumerate(kept)
        for one in sorted(spec.loans, key=lambda one: one.facility)
    ]
    rights = [
        _Row(p, name, one)
        for p, (_, name, spec, _) in enumerate(kept)
        for one in sorted(spec.conversions, key=lambda one: one.facility)
    ]
    return seal(
        TreasuryTable(
            owner=_ints(b for b, *_ in kept),
            kept=_floats(spec.mined_kept for spec in specs),
            counted=_floats(spec.counted_as_liquidity for spec in specs),
            **_share_columns([name for _, name, *_ in kept], specs),
            **_holding_columns(holdings, loans, around),
            **_loan_columns(loans, holdings, around),
            conversion_treasury=_ints(row.treasury for row in rights),
            conversion_facility=_ints(around.places[row.owner, row.spec.facility] for row in rights),
            conversion_price=_floats(row.spec.price for row in rights),
        )
    )


def _share_columns(names: Sequence[str], specs: Sequence[TreasurySpec]) -> dict[str, Any]:
    shares = [spec.equity for spec in specs]
    issues = [one.issuance if one else None for one in shares]
    laws = [monthly(one.speed, one.volatility) if one else (1.0, 0.0) for one in shares]
    return {
        "shares": _floats(one.shares if one else 0.0 for one in shares),
        "premium": np.log(_floats(one.premium if one else 1.0 for one in shares)),
        "premium_level": np.log(_floats(one.level if one else 1.0 for one in shares)),
        "premium_pull": _floats(pull for pull, _ in laws),
        "premium_noise": _floats(noise for _, noise in laws),
        "premium_stream": _ints(stream_id(f"treasury/{name}/premium") for name in names),
        "programme": _floats(one.programme if one else 0.0 for one in issues),
        "monthly": _floats(one.monthly if one else 0.0 for one in issues),
        "least_premium": np.log(_floats(one.least_premium if one else 1.0 for one in issues)),
        "issue_cost": _floats(one.cost if one else 0.0 for one in issues),
        "always": _ints(int(one is not None and one.use == "always") for one in issues),
    }


def _holding_columns(rows: Sequence[_Row], loans: Sequence[_Row], around: Around) -> dict[str, Any]:
    pledged = [_pledged(row.spec, [one.spec for one in loans if one.treasury == row.treasury]) for row in rows]
    lender = [
        next(
            (i for i, one in enumerate(loans) if (one.treasury, one.spec.coin) == (row.treasury, row.spec.coin)),
            -1,
        )
        for row in rows
    ]
    return {
        "holding_treasury": _ints(row.treasury for row in rows),
        "holding_coin": _ints(around.coins.index(row.spec.coin) for row in rows),
        "free": _floats(row.spec.amount - gone for row, gone in zip(rows, pledged, strict=True)),
        "mined": _floats(float(row.spec.coin == "BTC") for row in rows),
        "policy": _ints(POLICIES[row.spec.policy] for row in rows),
        "lender": _ints(lender),
    }


def _loan_columns(rows: Sequence[_Row], holdings: Sequence[_Row], around: Around) -> dict[str, Any]:
    place = {(row.treasury, row.spec.coin): h for h, row in enumerate(holdings)}
    return {
        "loan_facility": _ints(around.places[row.owner, row.spec.facility] for row in rows),
        "loan_holding": _ints(place[row.treasury, row.spec.coin] for row in rows),
        "pledged": _floats(row.spec.pledged for row in rows),
        "margin_call": _floats(row.spec.margin_call for row in rows),
        "target": _floats(row.spec.target for row in rows),
        "liquidation": _floats(row.spec.liquidation for row in rows),
        "cure": _floats(row.spec.cure for row in rows),
    }


def _pledged(holding: HoldingSpec, loans: Iterable[CoinLoanSpec]) -> float:
    return sum(loan.pledged for loan in loans if loan.coin == holding.coin)


def _check(written: Written[TreasurySpec], around: Around, findings: list[Finding]) -> None:
    spec, at = written.spec, written.at
    names = [one.coin for one in spec.holdings]
    report_twins(names, "holding of", lambda place: at(f"holdings[{place}].coin"), findings)
    for place, holding in enumerate(spec.holdings):
        _check_holding(written, holding, f"holdings[{place}]", around, findings)
    for place, loan in enumerate(spec.loans):
        _check_facility(written, loan.facility, f"loans[{place}].facility", around, SECURED, findings)
        if loan.coin not in names:
            findings.append(unknown(at(f"loans[{place}].coin"), "holding", loan.coin, names))
    secured = [loan.facility for loan in spec.loans]
    report_twins(secured, "pledge for", lambda place: at(f"loans[{place}].facility"), findings)
    for place, right in enumerate(spec.conversions):
        where = f"conversions[{place}]"
        _check_facility(written, right.facility, f"{where}.facility", around, ("term_loan", "junior"), findings)
        if right.price == 0.0:
            fix = "write the conversion price per share"
            findings.append(Finding(at(f"{where}.price"), "a price of zero", "a positive price", fix))
        if spec.equity is None:
            fix = "add `equity` with shares and premium"
            findings.append(Finding(at(where), "conversion into shares of unknown price", "`equity`", fix))
    if spec.equity is not None and spec.equity.shares == 0:
        findings.append(Finding(at("equity.shares"), "no share", "shares outstanding", "write their number"))
    if spec.equity is not None and spec.equity.issuance is not None and spec.equity.issuance.cost == 1.0:
        findings.append(Finding(at("equity.issuance.cost"), "100 %", "less than 100 %", "write the commission"))
    if spec.mined_kept > 0.0 and ("BTC" not in names or written.name not in around.miners):
        found = "mined coins kept without rigs" if "BTC" in names else "mined coins kept, but no holding of BTC"
        findings.append(
            Finding(at("mined_kept"), found, "rigs, and a holding of BTC (0 will do)", "add what is missing")
        )


def _check_holding(
    written: Written[TreasurySpec], holding: HoldingSpec, where: str, around: Around, findings: list[Finding]
) -> None:
    """A coin has a market that can take it, and is pledged once."""
    spec, at = written.spec, written.at
    if holding.coin not in around.coins:
        findings.append(unknown(at(f"{where}.coin"), "coin", holding.coin, around.coins))
    elif holding.coin not in around.traded:
        found, fix = f"{holding.coin} without a turnover", "add `volume` to the coin in `economy.market.coins`"
        findings.append(Finding(at(f"{where}.coin"), found, "the market's turnover of a day", fix))
    pledged = _pledged(holding, spec.loans)
    if pledged > holding.amount:
        lenders = ", ".join(loan.facility for loan in spec.loans if loan.coin == holding.coin)
        findings.append(
            Finding(
                at(f"{where}.amount"),
                f"{pledged:g} {holding.coin} pledged ({lenders}), {holding.amount:g} held: coins pledged twice",
                "each coin pledged once",
                "correct the holding, or what is pledged",
            )
        )
    if holding.policy == "pledge" and holding.coin not in [loan.coin for loan in spec.loans]:
        fix = "add a loan on this coin (0 pledged will do), or choose another policy"
        findings.append(Finding(at(f"{where}.policy"), "nobody who lends on it", "a coin loan", fix))


def _check_facility(
    written: Written[TreasurySpec], name: str, where: str, around: Around, kinds: Sequence[str], findings: list[Finding]
) -> None:
    known = around.facilities[written.name]
    if name not in known:
        findings.append(unknown(written.at(where), "facility", name, known))
    elif known[name] not in kinds:
        found, wanted = f"'{name}' of kind {known[name]}", f"a facility of kind {' or '.join(kinds)}"
        findings.append(Finding(written.at(where), found, wanted, "name another facility"))


def _floats(numbers: Iterable[float]) -> Floats:
    return np.fromiter(numbers, dtype=np.float64)


def _ints(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64)
