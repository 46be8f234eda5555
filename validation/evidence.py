"""What was observed of prices, forced sales and recoveries, and which output of the model each is set against.

Rows that were interpolated or written from memory are refused, not skipped over. Series do not leave this file: of the
resale data only estimates with their standard errors do. Shares are of what is left: a fall of 70 % is 0.30.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from calibration.records import month_number, rows
from validation import outputs
from validation.outputs import DEFAULT, ONE_SERVER, Band

from halflife.facts import load_liquidation
from halflife.facts.leasing import lease_loss_rate

Rows = Sequence[dict[str, str]]
INDEX, EBAY = "Hashrate Index, via press", "Tom's Hardware eBay sold averages (buttke), estimate"
MERGE_MODELS_FALL = (("2021-11", "2022-10", True), ("2022-06", "2022-10", False), ("2022-10", "2023-11", False))
"""From, to, whether the window was picked because it was the worst."""


@dataclass(frozen=True)
class Observation:
    """One thing that happened.

    low, high : share left or USD, equal for one number;  error : its standard error, where it is an estimate
    kind : observed payoff, executed or quoted price, valuation, settled or planned on paper, study average, derived
    quality : as the collection grades it
    """

    what: str
    source: str
    when: str
    low: float
    high: float
    kind: str
    quality: str
    error: float = 0.0


@dataclass(frozen=True)
class Pair:
    """An observation, the output it is set against in words, and how that is computed."""

    seen: Observation
    against: str
    band: Callable[[], Band]
    beside: Callable[[], Band] | None = None
    """A second band that is printed but not judged."""


def only(table: Rows, **wanted: str) -> dict[str, str]:
    """The one row that begins with these words, and may be used.

    Raises
    ------
    SystemExit
        If there is not exactly one, or it is interpolated or an estimate of whoever collected it.
    """
    found = [row for row in table if all(row[key].startswith(words) for key, words in wanted.items())]
    if len(found) != 1:
        raise SystemExit(f"{len(found)} rows for {wanted}, wanted one")
    if found[0].get("kind") == "interpolated" or found[0].get("quality") == "estimated":
        raise SystemExit(f"{wanted} is interpolated or estimated: no evidence")
    return found[0]


def paid_share(row: dict[str, str]) -> float:
    """Recovery per dollar of claim.

    Raises
    ------
    SystemExit
        If it was written from memory.
    """
    if "recalled" in row["recovery_basis"]:
        raise SystemExit(f"{row['company']}: the recovery is recalled: no evidence")
    return float(row["recovery_musd"] or row["recovery_pct"]) / float(
        row["claim_musd"] if row["recovery_musd"] else 100
    )


def mean_with_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean and its standard error from the scatter of the values."""
    return statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values))


def falls(folder: Path) -> Iterator[Pair]:
    """Falls of whole markets against the model's appraised value, on which nobody has sold."""
    rigs, forced = rows(folder, "asic_price_monthly.csv"), rows(folder, "firesale_evidence.csv")
    yield _fall(_rig_classes(rigs), 20, is_picked=True)
    newer = [float(only(rigs, date=day)["under_25_jth_usd_per_th"]) for day in ("2022-06-30", "2023-07-26")]
    seen = Observation("rigs below 25 J/TH", "CoinDesk 2023-07-26", "2022-07 to 2023-07", newer[1] / newer[0],
                       newer[1] / newer[0], "quoted price", "reported")  # fmt: skip
    yield _fall(seen, 12, is_picked=False)
    yield _fall(_press(forced, "Antminer S19 class", "S19-class rigs"), 7, is_picked=True)
    yield _fall(_press(forced, "collateral rigs", "rigs behind loans"), 13, is_picked=True)
    yield _fall(_press(forced, "ASICs backing loans", "rigs behind loans on offer"), 12, is_picked=False)
    for first, last, is_picked in MERGE_MODELS_FALL:
        months = month_number(last) - month_number(first)
        yield _fall(_gpu_models(rows(folder, "gpu_resale_history.csv"), first, last), months, is_picked=is_picked)
    index = rows(folder, "gpu_resale_ebay_index.csv")
    for first, last, is_picked in (("2021-10", "2023-11", True), ("2022-08", "2023-09", False)):
        yield _fall(_gpu_index(index, first, last), month_number(last) - month_number(first), is_picked=is_picked)
    yield _fall(_press(forced, "RTX 3080 (China)", "RTX 3080, China"), 3, is_picked=False)
    yield _fall(_press(forced, "US-UK STM-1", "telecom capacity, US-UK circuit"), 24, is_picked=True)


def _fall(seen: Observation, months: int, *, is_picked: bool) -> Pair:
    one, worst = (lambda: outputs.left_from_today(months)), (lambda: outputs.left_in_worst_window(months))
    words = f"{'worst window of' if is_picked else 'from today,'} {months} months"
    return Pair(seen, words, *((worst, one) if is_picked else (one, worst)))


def _rig_classes(table: Rows) -> Observation:
    """The three classes of the index from its peak to the end of 2022."""
    peak, trough = only(table, date="2021-05-07"), only(table, date="2022-12-25")
    classes = [name for name, price in peak.items() if name.endswith("usd_per_th") and price]
    mean, error = mean_with_error([float(trough[name]) / float(peak[name]) for name in classes])
    words = f"rigs, mean of {len(classes)} efficiency classes"
    return Observation(words, INDEX, "2021-05 to 2022-12", mean, mean, "quoted price", "reported", error)


def _gpu_models(table: Rows, first: str, last: str) -> Observation:
    """Mean over the consumer models that were sold in both months."""
    prices = {(row["model"], row["date"]): float(row["usd_per_unit"]) for row in table if row["usd_per_unit"]}
    models = sorted({row["model"] for row in table if row["price_type"] == "executed_sold"})
    mean, error = mean_with_error([prices[one, last] / prices[one, first] for one in models])
    words = f"mining GPUs, mean of {len(models)} models"
    return Observation(words, EBAY, f"{first} to {last}", mean, mean, "executed price", "A", error)


def _gpu_index(table: Rows, first: str, last: str) -> Observation:
    """Index over the window; error from the scatter of its monthly changes, by the delta method."""
    changes = [float(row["dlog"]) for row in table if first < row["month"] <= last]
    left = math.exp(sum(changes))
    error = left * statistics.stdev(changes) * math.sqrt(len(changes))
    words = f"GPUs, index of 30 to 57 models, {len(changes)} monthly changes"
    return Observation(words, EBAY, f"{first} to {last}", left, left, "executed price", "A", error)


def _press(table: Rows, asset: str, name: str) -> Observation:
    row = only(table, asset=asset)
    left, when = 1.0 + float(row["change_pct"]) / 100.0, f"{row['start']} to {row['end']}"
    return Observation(name, row["source"], when, left, left, "quoted price", row["confidence"])


def sales(folder: Path) -> Iterator[Pair]:
    """One seller's price over the market's in the same month."""
    rigs = rows(folder, "asic_price_monthly.csv")
    index = {day: only(rigs, date=day) for day in ("2022-06-30", "2022-07-15", "2022-12-25")}
    market = sorted(float(index[day]["newgen_25_38_jth_usd_per_th"]) for day in ("2022-06-30", "2022-07-15"))
    batches = [float(only(rigs, date=day)["newgen_25_38_jth_usd_per_th"]) for day in ("2022-06-15", "2022-06-28")]
    for batch, (price, units, day) in enumerate(
        zip(batches, (6_000, 5_000), ("2022-06-15", "2022-06-28"), strict=True), start=1
    ):
        seen = Observation(f"Celsius, batch {batch} of S19-class rigs, over index and brokers' quotes", "CoinDesk "
                           "2022-07-15, via copy", day, price / market[1], price / market[0],
                           "executed price over quoted", "reported")  # fmt: skip
        yield _share(seen, units)
    ratio = batches[1] / batches[0]
    seen = Observation("Celsius, batch 2 over batch 1", "CoinDesk 2022-07-15, via copy", "2022-06", ratio, ratio,
                       "executed price", "reported")  # fmt: skip
    yield Pair(seen, "5,000 machines 13 days after 6,000, own impact alone",
               lambda: outputs.second_over_first(6_000, 5_000, 13.0 / 30.4))  # fmt: skip
    old = "midgen_38_68_jth_usd_per_th"
    ratio = float(only(rigs, date="2023-01-11")[old]) / float(index["2022-12-25"][old])
    seen = Observation("Celsius, 2,687 M30S at 86 TH each (assumed), over index", "press 2023-01-13", "2023-01-11",
                       ratio, ratio, "executed price over quoted", "reported")  # fmt: skip
    yield _share(seen, 2_687)
    yield from _aircraft()


def _aircraft() -> Iterator[Pair]:
    facts = load_liquidation().figures
    base, stress = facts["fire_sale_discount"], facts["fire_sale_discount_stress"]
    assert base.low is not None
    assert base.high is not None
    raw, left = "Franks, Seth, Sussman, Vig 2021, abstract", 1.0 - 0.09 / 0.5
    seen = Observation("aircraft, raw discount 18 %", raw, "2021", left, left, "study average", "A")
    yield _share(seen, ONE_SERVER)
    equal = Observation("aircraft, quality held equal (row added later)", raw, "2021", 0.91, 0.91, "study average", "A")
    yield _share(equal, ONE_SERVER)
    ranged = Observation("aircraft, constrained sellers", base.source, "1998, 2021", 1.0 - base.high, 1.0 - base.low,
                         "study average", "size not re-checked")  # fmt: skip
    weak = Observation("aircraft, weak market", "Pulvino 1998", "1998", 1.0 - stress.value, 1.0 - stress.value,
                       "study average", "size not re-checked")  # fmt: skip
    for seen in (ranged, weak):
        for units in (ONE_SERVER, DEFAULT.units):
            yield _share(seen, units)


def _share(seen: Observation, units: int) -> Pair:
    return Pair(seen, f"price received, {units:,} machines", lambda: outputs.price_share(units))


def floors(folder: Path) -> Iterator[Pair]:
    """How far whole markets fell against the floor of the sale price."""
    facts = load_liquidation().figures["glut_fall"]
    left, when = 1.0 - facts.value, "2021-11 to 2022-10"
    gpu = Observation(
        "mining GPUs, 3 models", EBAY, when, left, left, "executed price", "A", facts.standard_error or 0.0
    )
    circuit = _press(rows(folder, "firesale_evidence.csv"), "US-UK STM-1", "telecom capacity, US-UK circuit")
    for seen in (gpu, _rig_classes(rows(folder, "asic_price_monthly.csv")), circuit):
        yield Pair(seen, "floor, share of appraised value", outputs.floor_share)


def settlements(folder: Path) -> Iterator[Pair]:
    """What lenders got per dollar of claim."""
    cases, rigs = rows(folder, "miner_outcomes.csv"), rows(folder, "asic_price_monthly.csv")
    row = only(cases, company="Bitfarms (Backbone")
    claim, mark, machines = float(row["claim_musd"]), 5.0, 6_100
    paid = Observation("Bitfarms' Backbone SPV / BlockFi, one cash payment for the loan",
                       "Bitfarms release 2023-02-09, via copy", row["event_date"], paid_share(row), paid_share(row),
                       "observed payoff", row["quality"])  # fmt: skip
    yield _claim(paid, machines)
    yield _claim(paid, machines, claim / mark)
    marked = Observation("the same: mark of the collateral, 6,100 rigs and site assets", "The Market Herald 2023-01-13",
                         "2023-01-13", mark / claim, mark / claim, "valuation", "reported")  # fmt: skip
    yield _claim(marked, machines)
    row = only(cases, company="Iris Energy SPVs")
    prices = [float(only(rigs, date=day)["newgen_25_38_jth_usd_per_th"]) for day in ("2022-12-25", "2022-11-25")]
    claim, hashrate = float(row["claim_musd"]), float(row["collateral_hashrate_ehs"])
    left = [hashrate * price / claim for price in prices]
    spv = Observation("Iris Energy SPVs / NYDIG, 3.6 EH/s at the index", "SEC 6-K 2022-11-21; " + INDEX,
                      "2022-11 to 2022-12", *left, "derived from rig prices", "own estimate")  # fmt: skip
    yield _claim(spv, DEFAULT.units)
    yield _claim(spv, DEFAULT.units, 1.0 / left[1])
    for company, words, source, kind in (
        ("Argo", "Argo / NYDIG, from the sale of a site and a new loan", "company release 2022-12-28",
         "observed payoff"),
        ("Compute North", "Compute North / Generate and others, 13 asset sales, credit bids",
         "The Block and others, via press", "settled, part credit bid"),
        ("Core Scientific", "Core Scientific, all classes, in equity, new debt, reinstatement",
         "Prospect News 2023-06-21, 2024-01-23", "plan terms"),
    ):  # fmt: skip
        row = only(cases, company=company, recovery_pct="100")
        share = paid_share(row)
        yield _claim(Observation(words, source, row["event_date"], share, share, kind, row["quality"]), DEFAULT.units)


def _claim(seen: Observation, units: int, ltv: float | None = None) -> Pair:
    words = "claim at the default LTV" if ltv is None else f"claim of {ltv:.1f}x the appraised value, as here"
    return Pair(seen, f"recovery, {units:,} machines, {words}", lambda: outputs.recovered(units, ltv))


def averages(folder: Path) -> Iterator[Pair]:
    """Average recoveries of whole classes of debt."""
    loans = rows(folder, "project_finance_default_recovery.csv")
    moody = "Moody's, via secondary"

    def recovery(metric: str, *definitions: str) -> list[float]:
        return sorted(float(only(loans, metric=metric, definition=one)["value_pct"]) / 100.0 for one in definitions)

    found = (
        ("project-finance bank loans, two definitions", moody, "1983-2021", "A",
         recovery("average ultimate recovery", "Basel", "Moody's")),
        ("the same, defaults in construction", moody, "1983-2021", "A", recovery("construction-phase", "Basel")),
        ("the same, defaults in operations", moody, "1983-2021", "A", recovery("operations-phase", "Basel")),
        ("senior secured corporate bank loans", moody, "1987-2021", "A", recovery("senior secured", "Moody's")),
        ("leases of computers", "Leaseurope/Deloitte via seedi.org", "not stated", "sample not stated",
         [1.0 - lease_loss_rate("computers & business machines")]),
    )  # fmt: skip
    seen = [
        Observation(what, source, when, shares[0], shares[-1], "study average", quality)
        for what, source, when, quality, shares in found
    ]
    cycle = rows(folder, "historical_credit_cycles.csv")
    bonds = [only(cycle, metric="telecom bond recovery", year=year) for year in ("1999-2000", "2001H1")]
    cents = np.array(sorted(float(row["value"]) for row in bonds)) / 100.0
    seen.append(Observation("telecom bonds, unsecured", bonds[0]["source"], "1999 to 2001", float(cents[0]),
                            float(cents[1]), "study average", bonds[0]["confidence"]))  # fmt: skip
    for one in seen:
        yield _claim(one, DEFAULT.units)
        if one.what.startswith("leases"):
            yield _claim(dataclasses.replace(one, what=f"{one.what} (row added later)"), ONE_SERVER)


def today(folder: Path) -> Iterator[Pair]:
    """Quotes for used H100 against what the model says one is worth and brings, USD."""
    facts = load_liquidation().figures
    floor, asks, gap = facts["broker_floor_h100"], facts["dealer_quote_h100"], facts["ask_over_executed"]
    ends = [end for figure in (asks, gap) for end in (figure.low, figure.high) if end is not None]
    asked = Observation("dealers' asks", asks.source, asks.date, ends[0], ends[1], "quoted price", "C")
    yield Pair(asked, "appraised value", outputs.appraised_usd)
    sold = Observation("dealers' asks over the ratio of asks to sales, 1.2 to 2.0", f"{asks.source}; {gap.source}",
                       asks.date, ends[0] / ends[3], ends[1] / ends[2], "derived", "C")  # fmt: skip
    yield _usd(sold, ONE_SERVER)
    broker = Observation("a broker's floor", floor.source, floor.date, floor.value, floor.value, "quoted price", "C")
    yield _usd(broker, ONE_SERVER)
    yield _usd(broker, DEFAULT.units)
    row = only(rows(folder, "firesale_evidence.csv"), asset="H100 SXM eBay median")
    price = float(row["price_end"])
    listed = Observation("eBay median, 6 to 7 listings", row["source"], row["end"], price, price, "quoted price",
                         row["confidence"])  # fmt: skip
    yield _usd(listed, ONE_SERVER)


def _usd(seen: Observation, units: int) -> Pair:
    return Pair(seen, f"price per machine, {units:,} sold", lambda: outputs.price_usd(units))
