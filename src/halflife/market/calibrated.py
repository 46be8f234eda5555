"""What the market facts entry supplies for the parts that a market leaves out."""

from __future__ import annotations

from typing import NamedTuple, get_args

from halflife.facts import MarketFacts
from halflife.facts.records import RegimeFacts
from halflife.market.spec import (
    ComputeSpec,
    CreditMarketSpec,
    Factor,
    MarketSpec,
    PowerSpec,
    RegimesSpec,
    ShortRateSpec,
)

FACTORS: tuple[str, ...] = get_args(Factor)
"""Order of the factors in the table."""

Pair = tuple[tuple[str, str], float]
"""Two factors and their correlation."""


class Parts(NamedTuple):
    """The whole market in words, nothing left out."""

    compute: ComputeSpec
    lone_drift: float
    """Yearly fall of the rent of a machine that lists no successors and names no drift."""
    short_rate: ShortRateSpec
    credit: CreditMarketSpec
    power: PowerSpec
    realisation: float
    correlations: tuple[Pair, ...]


def complete(spec: MarketSpec, facts: MarketFacts) -> Parts:
    """Fill the parts that the spec leaves out from a facts entry.

    Parameters
    ----------
    spec : MarketSpec
    facts : MarketFacts
        The entry that ``spec.facts`` names.

    Returns
    -------
    Parts
        Figures of the facts as a spec would hold them: decimals, per year.
    """
    compute = spec.compute or _compute(facts)
    lone = facts.compute.total_drift.value if spec.compute is None else spec.compute.age_drift
    if spec.correlations is not None:
        pairs: list[Pair] = [(item.between, item.correlation) for item in spec.correlations]
    else:
        pairs = [
            ((item.between[0], item.between[1]), item.used)
            for item in facts.correlations
            if set(item.between) <= set(FACTORS)
        ]
    return Parts(
        compute=compute,
        lone_drift=lone,
        short_rate=spec.short_rate or _short_rate(facts),
        credit=spec.credit or _credit(facts),
        power=spec.power or _power(facts),
        realisation=facts.realisation.value if spec.realisation is None else spec.realisation,
        correlations=tuple(pairs),
    )


def _compute(facts: MarketFacts) -> ComputeSpec:
    found = facts.compute
    return ComputeSpec.model_construct(
        speed=found.speed.value,
        volatility=found.volatility.value,
        start=found.start.value,
        age_drift=found.age_drift.value,
        idiosyncratic=found.idiosyncratic.value,
        regimes=None if found.regimes is None else _regimes(found.regimes),
    )


def _regimes(found: RegimeFacts) -> RegimesSpec:
    return RegimesSpec.model_construct(
        shortage_level=found.shortage_level.value,
        glut_level=found.glut_level.value,
        into_shortage=found.into_shortage.value,
        into_glut=found.into_glut.value,
        shortage_probability=found.shortage_probability.value,
    )


def _short_rate(facts: MarketFacts) -> ShortRateSpec:
    found = facts.short_rate
    return ShortRateSpec.model_construct(curve=found.curve, speed=found.speed.value, volatility=found.volatility.value)


def _credit(facts: MarketFacts) -> CreditMarketSpec:
    found = facts.credit
    return CreditMarketSpec.model_construct(
        level=found.level.value,
        start=found.start.value,
        speed=found.speed.value,
        volatility=found.volatility.value,
        shut_above=found.shut_above.value,
    )


def _power(facts: MarketFacts) -> PowerSpec:
    found = facts.power
    return PowerSpec.model_construct(
        price=found.price.value, speed=found.speed.value, volatility=found.volatility.value
    )
