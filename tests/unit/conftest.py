"""A made-up record of a run, so that statistics, files and pages are tested without the engine.

Nothing here is a result: the paths follow a few lines of arithmetic, not a deal.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from halflife.engine.ledger import BINS, TOP, edges, fan_months, fans_of, series_of
from halflife.foundation.grid import add_months
from halflife.results import Axis, Provenance, Results, Summary

TERM_SHEET = """\
name: made-up loan
about: a record for tests
valuation: "2026-03-31"
counterparties:
  - name: customer
    roles: [offtaker]
    rating: {value: A-, source: agency release}
    recovery: 40 %
  - name: neocloud
    roles: [operator, sponsor]
    rating: B+
    recovery: 30 %
borrowers:
  - name: spv
    covenants:
      - {name: advance, test: ltv_orderly, threshold: 0.95, first_test: "2026-09-30", consequence: sweep}
      - {name: coverage, test: dscr, threshold: 1.15, first_test: "2026-09-30", consequence: trap,
         steps: [{on: "2028-03-31", threshold: 1.25}]}
    debt:
      facilities:
        - name: ddtl
          kind: ddtl
          commitment: 800 m USD
          rate: {kind: floating, margin: 225 bp}
          issue_price: 99 %
          maturity: "2032-03-31"
          amortisation: {kind: straight}
          draws: {until: "2026-12-31", advance_rate: 80 %}
        - name: junior
          kind: junior
          commitment: 100 m USD
          rate: {kind: fixed, coupon: 9 %}
          maturity: "2032-03-31"
          amortisation: {kind: bullet}
      priority: []
"""
MATURITY, WORKOUT = 72, 12
MONTHS = MATURITY + WORKOUT
COMMITMENTS = np.array([8e8, 1e8])
AXIS = Axis(
    borrowers=("spv",),
    facilities=("ddtl", "junior"),
    covenants=("advance", "coverage"),
    machines=("h100",),
    parties=("customer", "neocloud"),
    fleets=("fleet",),
    accounts=("dsra",),
    steps=("running cost", "interest ddtl", "principal ddtl", "interest junior", "distribution"),
    facility_borrower=(0, 0),
    covenant_borrower=(0, 0),
    step_borrower=(0, 0, 0, 0, 0),
)


def hazard_month(rng: np.random.Generator, paths: int, yearly: float) -> np.ndarray:
    """Month of failure under a constant hazard, 0 if after the horizon."""
    month = np.ceil(rng.exponential(12.0 / yearly, paths))
    return np.where(month <= MONTHS, month, 0.0)


def story(paths: int, seed: int) -> dict[str, Any]:
    """Arrays ``[path]`` and ``[path, month]`` of a loan that sometimes goes wrong."""
    rng = np.random.default_rng(seed)
    t = np.arange(MONTHS + 1)
    noise = np.cumsum(rng.normal(0.0, 0.07, (paths, MONTHS + 1)), axis=1)
    rent = np.exp(-0.018 * t + noise - noise[:, :1])
    failed = np.stack([hazard_month(rng, paths, 0.012), hazard_month(rng, paths, 0.06)], axis=1)
    lost = (failed[:, :1] > 0) & (t >= failed[:, :1])
    revenue = np.where(lost, 22e6 * rent * 0.8, 24e6) * np.minimum(1.0, t / 8)
    opex = 5e6 * np.minimum(1.0, t / 8) * np.ones((paths, 1))
    schedule = COMMITMENTS[0] * np.where(t <= 9, t / 9, np.maximum(0.0, 1 - (t - 9) / 63.0))
    service = np.where(t > 9, COMMITMENTS[0] / 63.0 + schedule * 0.06 / 12, 0.0)
    service = np.where(t > MATURITY, 0.0, service)
    cash = revenue - opex
    reserve = 3 * service + np.cumsum(0.4 * (cash - service), axis=1)
    short = (reserve < 0) & (t > 9) & (t <= MATURITY)
    month = np.where(short.any(axis=1), short.argmax(axis=1), 0).astype(float)
    is_late = (month == 0) & (rng.random(paths) < 0.004)
    month = np.where(is_late, MATURITY, month)
    cause = np.where(is_late, 3.0, np.where(month > 0, 1.0, 0.0))
    return {"t": t, "rent": rent, "failed": failed, "revenue": revenue, "opex": opex, "schedule": schedule,
            "service": service, "cash": cash, "month": month, "cause": cause, "rng": rng}  # fmt: skip


def balances(told: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Balances by path and month: as scheduled until default, then nine months of workout."""
    t, month = told["t"], told["month"][:, None]
    gone = (month > 0) & (t >= month)
    left = np.clip(1.0 - (t - month) / 9.0, 0.0, 1.0)
    at_default = told["schedule"][told["month"].astype(int)][:, None]
    senior = np.where(gone, at_default * left, told["schedule"])
    junior = np.where(gone, COMMITMENTS[1] * left, np.where(t < MATURITY, COMMITMENTS[1], 0.0))
    return senior, junior


def fill_fans(told: dict[str, Any], weights: np.ndarray, ratios: dict[str, np.ndarray]) -> np.ndarray:
    """Histograms on the fan dates."""
    months, rows = fan_months(MATURITY), fans_of(AXIS)
    fans = np.zeros((len(rows), months.size, BINS))
    for (quantity, _), row in rows.items():
        for date, m in enumerate(months):
            x = ratios[quantity][:, m]
            here = np.isfinite(x)
            place = np.minimum(x[here] * (BINS - 1) / TOP[quantity], BINS - 1).astype(int)
            fans[row, date] = np.bincount(place, weights[here], minlength=BINS)
    return fans


def make(paths: int = 2000, seed: int = 1, draws: int = 1, weighted: bool = False) -> Results:
    """One made-up record."""
    told = story(paths, seed)
    t, month, rng = told["t"], told["month"], told["rng"]
    senior, junior = balances(told)
    weights = rng.gamma(4.0, 0.25, paths) if weighted else np.ones(paths)
    ead = np.stack([np.where(month > 0, told["schedule"][month.astype(int)], 0.0),
                    np.where(month > 0, COMMITMENTS[1], 0.0)], axis=1)  # fmt: skip
    worth = 1.1e9 * told["rent"] ** 0.5 * np.maximum(0.02, 1 - t / 96.0) * np.minimum(1.0, (t + 1) / 10)
    recovered = worth[np.arange(paths), month.astype(int)] * rng.uniform(0.5, 0.8, paths)
    senior_back = np.minimum(recovered, ead[:, 0])
    back = np.stack([senior_back, np.minimum(recovered - senior_back, ead[:, 1])], axis=1)
    loss = ead - np.where(month[:, None] > 0, back, 0.0)
    discount = np.exp(-0.04 * np.arange(MONTHS + 1) / 12)
    held = np.stack([senior, junior], axis=2)
    annuity = (held * (discount / 12)[:, None]).sum(axis=1)
    columns = {
        "weight": weights,
        "draw": np.arange(paths) // 50 % draws * 1.0,
        "default_month": month[:, None],
        "cause": told["cause"][:, None],
        "least_dscr": (told["cash"] / np.where(told["service"] > 0, told["service"], np.nan))[:, 10:MATURITY].min(
            axis=1
        )[:, None],
        "equity_in": np.full((paths, 1), 2e8),
        "equity_out": rng.lognormal(np.log(2.6e8), 0.4, (paths, 1)) * (month == 0)[:, None],
        "support": np.where(month > 0, 1e6, 0.0)[:, None],
        "ead": ead,
        "loss": loss,
        "pv_loss": loss * discount[month.astype(int)][:, None],
        "annuity": annuity,
        "repaid": COMMITMENTS - loss,
        "repaid_time": (COMMITMENTS - loss) * np.array([3.2, 5.9]),
        "first_breach": np.stack([np.where(month > 6, month - 6, 0.0), np.where(month > 9, month - 9, 0.0)], axis=1),
        "party_failed": told["failed"],
    }
    ratios = record_ratios(told, senior + junior, worth)
    summary = Summary(float(weights.sum()), fill_series(told, weights, senior, junior, worth),
                      fill_fans(told, weights, ratios))  # fmt: skip
    start = datetime.date(2026, 3, 31)
    return Results(
        name="made-up loan",
        dates=tuple(add_months(start, m) for m in range(MONTHS + 1)),
        axis=AXIS,
        provenance=Provenance(
            spec=TERM_SHEET, digest="0123456789abcdef", seed=seed, paths=paths, draws=draws, version="0.1.0",
            facts=(("market/default", "2026-10-08"), ("hazard", "2026-11-23")),
            assumptions=(("borrowers[spv].operations.opex.pue", "1.2 to 1.35", "range of hyperscale sites"),),
            sources=(("counterparties[customer].rating", "A-", "agency release"),),
        ),
        series=series_of(AXIS),
        fans=fans_of(AXIS),
        fan_months=fan_months(MATURITY),
        edges={quantity: edges(quantity) for quantity in TOP},
        summary=summary,
        columns=columns,
        commitments=COMMITMENTS,
        maturities=np.array([MATURITY, MATURITY]),
        unresolved=0,
    )  # fmt: skip


def record_ratios(told: dict[str, Any], debt: np.ndarray, worth: np.ndarray) -> dict[str, np.ndarray]:
    """The ratios the fans keep; NaN where a path has none."""
    t, month = told["t"], told["month"][:, None]
    live = (debt > 1.0) & ((month == 0) | (t < month))
    paper = 1.15e9 * np.maximum(0.02, 1 - t / 90.0) * np.ones_like(worth)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(told["service"] > 0, told["cash"] / told["service"], np.nan)
    return {
        "dscr": np.where(live, np.maximum(ratio, 0.0), np.nan),
        "ltv_paper": np.where(live, debt / paper, np.nan),
        "ltv_orderly": np.where(live, debt / worth, np.nan),
        "ltv_realisable": np.where(live, debt / (0.65 * worth), np.nan),
        "collateral": worth / COMMITMENTS.sum(),
        "llcr": np.where(live, np.maximum(_ahead(told["cash"]), 0.0) / np.maximum(debt, 1.0), np.nan),
        "rent": told["rent"],
    }


def _ahead(cash: np.ndarray) -> np.ndarray:
    """Cash of the later months up to maturity, discounted at half a per cent a month."""
    worth = np.zeros_like(cash)
    for m in range(MATURITY - 1, -1, -1):
        worth[:, m] = (worth[:, m + 1] + cash[:, m + 1]) / 1.005
    return worth


def fill_series(
    told: dict[str, Any], weights: np.ndarray, senior: np.ndarray, junior: np.ndarray, worth: np.ndarray
) -> np.ndarray:
    """Weighted sums by month."""
    t, month = told["t"], told["month"][:, None]
    rows = series_of(AXIS)
    sums = np.zeros((len(rows), MONTHS + 1))
    ones = np.ones_like(worth)
    interest = senior * 0.06 / 12
    principal = np.maximum(0.0, -np.diff(senior, axis=1, prepend=0.0))
    draw = np.where(t <= 9, np.maximum(0.0, np.diff(senior, axis=1, prepend=0.0)), 0.0)
    spread_out = np.maximum(0.0, told["cash"] - told["service"])
    made = {
        ("revenue", "spv"): told["revenue"], ("opex", "spv"): told["opex"], ("cfads", "spv"): told["cash"],
        ("capex", "spv"): draw / 0.8, ("equity", "spv"): draw / 0.8 - draw, ("debt", "spv"): senior + junior,
        ("distributed", "spv"): spread_out, ("service", "spv"): told["service"] * ones,
        ("proceeds", "spv"): np.where((month > 0) & (t > month), principal * 0.5, 0.0),
        ("paper", "spv"): 1.15e9 * np.maximum(0.02, 1 - t / 90.0) * ones, ("appraised", "spv"): worth * 1.1,
        ("orderly", "spv"): worth, ("forced", "spv"): 0.65 * worth,
        ("defaulted", "spv"): (month > 0) & (t >= month),
        ("balance", "ddtl"): senior, ("draw", "ddtl"): draw, ("interest", "ddtl"): interest,
        ("principal", "ddtl"): principal,
        ("balance", "junior"): junior, ("interest", "junior"): junior * 0.09 / 12,
        ("principal", "junior"): np.maximum(0.0, -np.diff(junior, axis=1, prepend=0.0)),
        ("paid", "running cost"): told["opex"], ("paid", "interest ddtl"): interest,
        ("paid", "principal ddtl"): principal, ("paid", "interest junior"): junior * 0.09 / 12,
        ("paid", "distribution"): spread_out,
        ("alive", "customer"): (told["failed"][:, :1] == 0) | (t < told["failed"][:, :1]),
        ("alive", "neocloud"): (told["failed"][:, 1:] == 0) | (t < told["failed"][:, 1:]),
        ("rent", "h100"): 2.5 * told["rent"], ("short_rate", "economy"): 0.04 * ones,
    }  # fmt: skip
    for key, values in made.items():
        sums[rows[key], 1:] = (weights[:, None] * values)[:, 1:].sum(axis=0)
    return sums


@pytest.fixture(scope="session")
def make_results() -> Callable[..., Results]:
    """Make a made-up record: ``make_results(paths=..., seed=..., draws=..., weighted=...)``."""
    return make


@pytest.fixture(scope="session")
def made_up() -> Results:
    """A weighted record of 2,000 made-up paths."""
    return make(weighted=True)


@pytest.fixture
def without_terms(made_up: Results) -> Results:
    """The same record with a term sheet that cannot be read."""
    return replace(made_up, provenance=replace(made_up.provenance, spec="not a term sheet"))


@pytest.fixture
def two_borrowers(made_up: Results) -> Results:
    """The same loan twice over, as a system of two borrowers."""
    owners = ("east", "west")

    def twice(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{owner}: {name}" for owner in owners for name in names)

    axis = replace(
        AXIS, borrowers=owners, facilities=twice(AXIS.facilities), covenants=twice(AXIS.covenants),
        steps=twice(AXIS.steps), facility_borrower=(0, 0, 1, 1), covenant_borrower=(0, 0, 1, 1),
        step_borrower=(0,) * 5 + (1,) * 5,
    )  # fmt: skip
    old = {**dict(zip(twice(("spv",)), owners, strict=True))}

    def rows(known: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
        found = dict(known)
        for (quantity, entity), row in known.items():
            for owner in owners:
                name = f"{owner}: {entity}"
                found[quantity, old.get(name, name)] = row
        return found

    shared = ("weight", "draw", "party_failed")
    columns = {name: c if name in shared else np.hstack([c, c]) for name, c in made_up.columns.items()}
    return replace(
        made_up, axis=axis, series=rows(dict(made_up.series)), fans=rows(dict(made_up.fans)), columns=columns,
        commitments=np.tile(COMMITMENTS, 2), maturities=np.full(4, MATURITY),
    )  # fmt: skip
