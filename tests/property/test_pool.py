"""Notes on simulated pools: cash is conserved, seniority holds, and correlation moves loss from owners to seniors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from halflife.metrics.notes import Note, PoolCash, Structure
from halflife.metrics.pool import share_out, standings
from halflife.metrics.portfolio import Grouping, Portfolio
from halflife.metrics.sample import Sample

EXACT = 1e-12
POOL = 1e8


def simulated(paths: int, seed: int, periods: int = 12, coupon: float = 0.09, rate: float = 0.3) -> PoolCash:
    """A pool that pays down evenly and now and then loses part of what is left."""
    rng = np.random.default_rng(seed)
    left, rows = np.full(paths, POOL), []
    for t in range(periods):
        lost = left * np.where(rng.random(paths) < rate, rng.uniform(0.0, 0.25, paths), 0.0)
        paid = (left - lost) / (periods - t)
        rows.append((left * coupon / 4 * rng.uniform(0.4, 1.0, paths), paid, lost))
        left = left - lost - paid
    interest, principal, loss = (np.stack(column, axis=1) for column in zip(*rows, strict=True))
    return PoolCash(POOL, interest, principal, loss)


triggers = st.one_of(st.none(), st.floats(1.01, 1.6))
structures = st.builds(
    lambda mode, sizes, oc, ic, reserve, fee: Structure(
        (
            Note("A", POOL * sizes[0], 0.05, oc[0], ic),
            Note("B", POOL * sizes[1], 0.08, oc[1]),
            Note("C", POOL * sizes[2], 0.12),
        ),
        mode,
        reserve=POOL * reserve,
        fee=fee,
        period=0.25,
    ),
    st.sampled_from(["sequential", "pro_rata", "turbo"]),
    st.tuples(st.floats(0.3, 0.7), st.floats(0.0, 0.2), st.floats(0.0, 0.1)),
    st.tuples(triggers, triggers),
    triggers,
    st.sampled_from([0.0, 0.03]),
    st.sampled_from([0.0, 0.02]),
)


@given(structures, st.integers(0, 2**31), st.floats(0.0, 0.9))
@settings(max_examples=60)
def test_no_cash_is_made_or_lost_in_any_period(structure, seed, rate):
    cash = simulated(16, seed, rate=rate)
    found = share_out(structure, cash)
    before = np.concatenate([np.full((16, 1), structure.reserve), found.reserve[:, :-1]], axis=1)
    paid = sum(one.interest + one.principal for one in (*found.notes, found.owners))
    came = cash.interest + cash.principal + before
    np.testing.assert_allclose(found.fees + paid + found.reserve, came, rtol=0.0, atol=EXACT * POOL)
    for one in (*found.notes, found.owners):
        assert (one.interest >= 0.0).all()
        assert (one.principal >= 0.0).all()
    assert (found.reserve >= 0.0).all()
    assert (found.reserve[:, -1] == 0.0).all()


@given(structures, st.integers(0, 2**31), st.floats(0.0, 0.9))
@settings(max_examples=60)
def test_losses_of_notes_and_owners_add_up_to_the_pools(structure, seed, rate):
    cash = simulated(16, seed, rate=rate)
    found = share_out(structure, cash)
    lost = sum(note.loss for note in found.notes) + found.owners.loss
    np.testing.assert_allclose(lost, cash.loss.sum(axis=1) - found.support + found.drained, rtol=0.0, atol=EXACT * POOL)


@given(structures, st.integers(0, 2**31), st.floats(0.0, 0.9))
@settings(max_examples=60)
def test_a_junior_is_unpaid_until_its_senior_is_whole(structure, seed, rate):
    found = share_out(structure, simulated(16, seed, rate=rate))
    for senior, junior in zip(found.notes, (*found.notes[1:], found.owners), strict=True):
        hurt = senior.loss > EXACT * POOL
        if structure.mode != "pro_rata":
            owed = senior.balance - np.cumsum(senior.principal, axis=1)
            assert (junior.principal[owed > EXACT * POOL] <= EXACT * POOL).all()
            assert (junior.principal.sum(axis=1)[hurt] <= EXACT * POOL).all()
        assert (junior.principal[:, -1][hurt] <= EXACT * POOL).all()


@given(st.integers(0, 2**31), st.floats(0.1, 0.9))
@settings(max_examples=30)
def test_junior_interest_waits_for_senior_interest(seed, rate):
    notes = (Note("A", 0.6 * POOL, 0.06), Note("B", 0.2 * POOL, 0.2))
    cash = simulated(32, seed, coupon=0.05, rate=rate)
    found = share_out(Structure(notes, period=0.25), cash)
    owed = 0.6 * POOL - np.concatenate([np.zeros((32, 1)), np.cumsum(found.notes[0].principal, axis=1)[:, :-1]], axis=1)
    late = found.notes[0].interest < 0.015 * owed - EXACT * POOL
    assert (found.notes[1].interest[late] == 0.0).all()


def gaussian_pool(rho: float, seed: int = 5, paths: int = 4000, names: int = 100) -> PoolCash:
    """Loans of equal size that default within a year with probability 5 % and lose 60 %; the same draws for any rho."""
    rng = np.random.default_rng(seed)
    factor, own = rng.standard_normal((paths, 1)), rng.standard_normal((paths, names))
    fails = ndtr(np.sqrt(rho) * factor + np.sqrt(1.0 - rho) * own) < 0.05
    loss = 0.6 * POOL / names * fails.sum(axis=1, keepdims=True)
    return PoolCash(POOL, np.zeros_like(loss), POOL - loss, loss)


def test_correlation_moves_losses_from_the_owners_to_the_senior_note():
    structure = Structure((Note("senior", 0.88 * POOL, 0.0), Note("mezzanine", 0.06 * POOL, 0.0)), period=1.0)
    found = [standings(share_out(structure, gaussian_pool(rho)), Sample(np.ones(4000))) for rho in (0.05, 0.2, 0.5)]
    senior, owners = [f[0].el for f in found], [f[2].el for f in found]
    for less, more in pairwise(senior):
        assert more.value > less.value + 2.0 * (more.error**2 + less.error**2) ** 0.5
    for less, more in pairwise(owners):
        assert more.value < less.value - 2.0 * (more.error**2 + less.error**2) ** 0.5


def test_slices_of_a_gaussian_pool_agree_with_the_large_pool_limit_of_their_conditional_losses():
    """Binomial given the factor, Gauss-Hermite over it: another way to the same expected losses."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    given_factor = ndtr((ndtri(0.05) - np.sqrt(0.3) * nodes) / np.sqrt(0.7))
    lost = 0.6 * np.arange(101) / 100
    pmf = np.ones((nodes.size, 1))
    for _ in range(100):
        p = given_factor[:, None]
        pmf = np.pad(pmf, ((0, 0), (0, 1))) * (1 - p) + np.pad(pmf, ((0, 0), (1, 0))) * p
    law = weights @ pmf / weights.sum()
    exact = [law @ np.clip(lost - low, 0.0, high - low) / (high - low) for low, high in
             ((0.10, 1.0), (0.03, 0.10), (0.0, 0.03))]  # fmt: skip
    structure = Structure((Note("senior", 0.9 * POOL, 0.0), Note("mezzanine", 0.07 * POOL, 0.0)), period=1.0)
    found = standings(share_out(structure, gaussian_pool(0.3, paths=8000)), Sample(np.ones(8000)))
    for one, wanted in zip(found, exact, strict=True):
        assert abs(one.el.value - wanted) < 4.0 * one.el.error, (one.name, one.el, wanted)


@given(st.integers(0, 2**31), st.sampled_from([0.9, 0.95, 0.99]), st.booleans())
@settings(max_examples=40)
def test_contributions_add_up_whatever_the_weights_and_ties(seed, level, is_coarse):
    rng = np.random.default_rng(seed)
    losses = rng.lognormal(0.0, 1.0, (500, 6)) * (rng.random((500, 6)) < 0.3)
    losses = np.round(losses) if is_coarse else losses
    portfolio = Portfolio(Sample(rng.gamma(2.0, 0.5, 500)), losses, list("abcdef"))
    held = rng.dirichlet(np.ones(3), 6)
    for grouping in (None, Grouping(("x", "y", "z"), held)):
        for whole, parts in (
            (portfolio.es(level), portfolio.es_contributions(level, grouping)),
            (portfolio.var(level), portfolio.var_contributions(level, grouping)),
        ):
            assert sum(part.amount.value for part in parts) == pytest.approx(whole.value, rel=1e-12)
