"""Dated reference data: every number with its error, sample, source and date.

The files beside this module are written by the scripts in ``calibration/``; ``docs/calibration.md`` says how.
"""

from __future__ import annotations

from functools import cache

from halflife.facts.hazard import average_hazard, cumulative_hazard, cumulative_pd, load_hazard
from halflife.facts.ratings import implied_notch, letter, notch
from halflife.facts.reading import document, entries, one_of, read
from halflife.facts.records import (
    CoinMarketFacts,
    Estimate,
    Figures,
    HazardFacts,
    MachineFacts,
    MarketFacts,
    RatingTable,
    RatingTables,
    RoadmapStep,
    SpreadFacts,
    UsefulLifeFacts,
)

__all__ = [
    "CoinMarketFacts",
    "Estimate",
    "Figures",
    "HazardFacts",
    "MachineFacts",
    "MarketFacts",
    "RatingTable",
    "RatingTables",
    "RoadmapStep",
    "SpreadFacts",
    "UsefulLifeFacts",
    "average_hazard",
    "coin_entries",
    "cumulative_hazard",
    "cumulative_pd",
    "implied_notch",
    "letter",
    "load_coins",
    "load_hazard",
    "load_liquidation",
    "load_machine",
    "load_market",
    "load_opex",
    "load_rating_tables",
    "load_roadmap",
    "load_spreads",
    "load_useful_life",
    "machine_names",
    "market_names",
    "notch",
]


def market_names() -> tuple[str, ...]:
    """Names of the calibrated market entries."""
    return entries("market")


@cache
def load_market(name: str = "default") -> MarketFacts:
    """One calibrated entry for the market room; an unknown name is a `SpecError`."""
    path = f"market/{one_of(name, market_names(), 'economy.facts')}.yaml"
    return read(MarketFacts, document(path), path)


def coin_entries() -> tuple[str, ...]:
    """Names of the calibrated entries for coins."""
    return entries("coins")


@cache
def load_coins(name: str = "default") -> CoinMarketFacts:
    """One calibrated entry for coins and the Bitcoin network; an unknown name is a `SpecError`."""
    path = f"coins/{one_of(name, coin_entries(), 'economy.market.coin_facts')}.yaml"
    return read(CoinMarketFacts, document(path), path)


def machine_names() -> tuple[str, ...]:
    """Names of the machine types that have facts."""
    return tuple(document("machines.yaml")["machines"])


@cache
def load_machine(name: str) -> MachineFacts:
    """Facts of one machine type; an unknown name is a `SpecError`."""
    known = one_of(name, machine_names(), "machines.fact")
    raw = document("machines.yaml")["machines"][known]
    return read(MachineFacts, {"name": known, **raw}, f"machines.yaml: {known}")


@cache
def load_roadmap() -> tuple[RoadmapStep, ...]:
    """Successors announced or planned by the vendor, in order of availability."""
    return read(tuple[RoadmapStep, ...], document("machines.yaml")["roadmap"], "machines.yaml: roadmap")


@cache
def load_rating_tables() -> RatingTables:
    """Tables that turn a PD or an expected loss into a grade."""
    return read(RatingTables, document("rating_tables.yaml"), "rating_tables.yaml")


@cache
def load_spreads() -> SpreadFacts:
    """Quoted deal spreads, base rates, spread curve by rating, market price of default risk."""
    return read(SpreadFacts, document("spreads.yaml"), "spreads.yaml")


@cache
def load_opex() -> Figures:
    """Power and running costs."""
    return read(Figures, document("opex.yaml"), "opex.yaml")


@cache
def load_liquidation() -> Figures:
    """Depth, discounts and costs of selling machines."""
    return read(Figures, document("liquidation.yaml"), "liquidation.yaml")


@cache
def load_useful_life() -> UsefulLifeFacts:
    """Accounting and lender lives of servers."""
    return read(UsefulLifeFacts, document("useful_life.yaml"), "useful_life.yaml")
