"""Survival of counterparties, and the weights of paths on which a rare default was made frequent."""

from typing import Any

import numpy as np

from halflife.counterparties.state import (
    ALIVE,
    BACKER_ALIVE,
    CALLED,
    CAP,
    CASH,
    FAILED,
    HAZARD,
    IS_BOUND,
    LIQUIDITY,
    SPONSOR_ALIVE,
    STRESS,
    THRESHOLD,
    WEIGHT,
    PartiesState,
)
from halflife.counterparties.table import PartyTable
from halflife.foundation.backend import both, kernel, maximum, minimum, to_word, where
from halflife.foundation.elementary import exp, log
from halflife.foundation.streams import uniforms

MONTH_0 = np.uint64(0)
NOMINAL = 0.5
"""Share of paths drawn from the true law; the rest makes one party's default likely."""


@kernel
def start(table: PartyTable, state: PartiesState, paths: Any, seed: Any) -> None:
    """Draw default thresholds and weigh each path.

    Every second path is drawn from the true law (unit exponential thresholds); on the others one
    party of ``table.forced``, in turn, draws its threshold from an exponential law with a higher rate.
    The weight is the balance heuristic of this deterministic mixture: never above ``1 / NOMINAL``.

    References
    ----------
    Owen and Zhou (2000), "Safe and effective importance sampling", JASA 95; Veach and Guibas (1995).
    """
    parties, guarantees, weights = state.parties, state.guarantees, state.weights
    forced = table.forced.shape[0]
    two, most = np.uint64(2), np.uint64(max(forced, 1))
    for c in range(table.hazard.shape[0]):
        stream, cash = to_word(table.party_stream[c]), table.cash[c]
        for k in range(parties.shape[-1]):
            u, _ = uniforms(paths[k], MONTH_0, stream, seed[0], seed[1])
            parties[c, ALIVE, k] = 1.0
            parties[c, STRESS, k] = 1.0
            parties[c, CASH, k] = cash
            parties[c, THRESHOLD, k] = -log(u)
    for k in range(weights.shape[-1]):
        weights[0, WEIGHT, k] = NOMINAL if forced > 0 else 1.0
    if forced > 0:
        for j in range(forced):
            c, rate, turn = table.forced[j], table.forced_rate[j], np.uint64(j)
            for k in range(parties.shape[-1]):
                path = paths[k]
                is_forced = both(path % two == np.uint64(1), (path // two) % most == turn)
                threshold = parties[c, THRESHOLD, k]
                threshold = where(is_forced, threshold / rate, threshold)
                parties[c, THRESHOLD, k] = threshold
                ratio = rate * exp((1.0 - rate) * threshold)
                weights[0, WEIGHT, k] = weights[0, WEIGHT, k] + (1.0 - NOMINAL) / forced * ratio
        for k in range(weights.shape[-1]):
            weights[0, WEIGHT, k] = 1.0 / weights[0, WEIGHT, k]
    for b in range(table.guarantor.shape[0]):
        liquidity, cap = table.guarantee_liquidity[b], table.guarantee_cap[b]
        bound = 1.0 if table.guarantor[b] >= 0 else 0.0
        for k in range(guarantees.shape[-1]):
            guarantees[b, LIQUIDITY, k] = liquidity
            guarantees[b, CAP, k] = cap
            guarantees[b, IS_BOUND, k] = bound


@kernel
def step_rated(table: PartyTable, state: PartiesState, c: int, score: Any, t: int) -> None:
    """Add the month's tilted hazard of a rated party; it fails when the sum passes its threshold.

    References
    ----------
    Lando (1998), Cox-process default times; the compensation is made in `resolve`.
    """
    parties = state.parties
    hazard, tilt = table.hazard[c, t], table.tilt[c]
    for k in range(parties.shape[-1]):
        month = hazard * parties[c, STRESS, k] * exp(-tilt * score[k])
        parties[c, HAZARD, k] = parties[c, HAZARD, k] + month


@kernel
def step_venture(table: PartyTable, state: PartiesState, c: int, is_open: Any, t: int) -> None:
    """Burn cash, raise a round if the market is open, and add the hazard of a short runway.

    Out of cash means default: the hazard of the month is then larger than any threshold.

    References
    ----------
    Our own: a funding-run model with runway as the state; docs/glossary.md, *runway*.
    """
    parties = state.parties
    burn, below, upto = table.burn[c, t], table.raise_below[c], table.raise_to[c]
    base, distress = table.base[c], table.distress[c]
    for k in range(parties.shape[-1]):
        cash = parties[c, CASH, k] - burn
        raises = both(is_open[k] > 0.5, cash < below * burn)
        cash = where(both(raises, parties[c, ALIVE, k] > 0.5), upto * burn, cash)
        short = minimum(1.0, maximum(0.0, 1.0 - cash / (below * burn)))
        month = (base + distress * short) * parties[c, STRESS, k] + where(cash < 0.0, 1e6, 0.0)
        parties[c, CASH, k] = cash
        parties[c, HAZARD, k] = parties[c, HAZARD, k] + month


@kernel
def step(table: PartyTable, state: PartiesState, score: Any, is_open: Any, paths: Any, seed: Any, t: int) -> None:
    """Let counterparties live or fail through month t, and release guarantees.

    Parameters
    ----------
    score : [lane], standard deviations of the compute cycle from its mean
    is_open : [lane], flag of the refinancing market

    References
    ----------
    The functions above.
    """
    parties, guarantees, month = state.parties, state.guarantees, to_word(t)
    for c in range(table.hazard.shape[0]):
        if table.is_venture[c] == 1:
            step_venture(table, state, c, is_open, t)
        else:
            step_rated(table, state, c, score, t)
        for k in range(parties.shape[-1]):
            survives = parties[c, HAZARD, k] < parties[c, THRESHOLD, k]
            fails = both(parties[c, ALIVE, k] > 0.5, parties[c, HAZARD, k] >= parties[c, THRESHOLD, k])
            parties[c, FAILED, k] = where(fails, 1.0 * t, parties[c, FAILED, k])
            parties[c, ALIVE, k] = where(survives, 1.0, 0.0)
    for b in range(table.guarantor.shape[0]):
        backer, sponsor = table.guarantor[b], table.sponsor[b]
        for k in range(guarantees.shape[-1]):
            guarantees[b, BACKER_ALIVE, k] = 1.0 * parties[backer, ALIVE, k] if backer >= 0 else 1.0
            guarantees[b, SPONSOR_ALIVE, k] = 1.0 * parties[sponsor, ALIVE, k] if sponsor >= 0 else 1.0
        end, chance, stream, party = (
            table.guarantee_end[b],
            table.release_rate[b],
            to_word(table.release_stream[b]),
            table.release_party[b],
        )
        for k in range(guarantees.shape[-1]):
            guarantees[b, CALLED, k] = 0.0
            guarantees[b, IS_BOUND, k] = where(t < end, guarantees[b, IS_BOUND, k], 0.0)
        if chance > 0.0:
            for k in range(guarantees.shape[-1]):
                u, _ = uniforms(paths[k], month, stream, seed[0], seed[1])
                upgraded = both(u < chance, parties[party, ALIVE, k] > 0.5)
                guarantees[b, IS_BOUND, k] = where(upgraded, 0.0, guarantees[b, IS_BOUND, k])


@kernel
def fall(state: PartiesState, c: int, new_default: Any, strength: float) -> None:
    """Let party c, which is a borrower, fail with it: at once at full strength, else with a hazard.

    Parameters
    ----------
    new_default : [lane], flag;  strength : 0 to 1; the hazard added is ``strength / (1 - strength)``

    References
    ----------
    Our own.
    """
    parties, added = state.parties, strength / (1.0 - strength + 1e-9)
    for k in range(parties.shape[-1]):
        hazard = parties[c, HAZARD, k]
        parties[c, HAZARD, k] = where(new_default[k] > 0.5, hazard + added, hazard)


@kernel
def infect(table: PartyTable, state: PartiesState, b: int, new_default: Any) -> None:
    """Raise the sponsor's hazard in the months after its borrower has failed.

    References
    ----------
    Our own: proportional intensities, `contagion` of the party's spec.
    """
    parties, sponsor = state.parties, table.sponsor[b]
    if sponsor >= 0:
        multiple = table.contagion[sponsor]
        for k in range(parties.shape[-1]):
            stress = parties[sponsor, STRESS, k]
            parties[sponsor, STRESS, k] = where(new_default[b, k] > 0.5, stress * multiple, stress)
