"""What must hold for every network, whatever is owed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import linprog

from halflife.contagion import clearing, debtrank, fire_sale, reconstruction
from halflife.contagion.valuation import black_cox, furfine, merton, rogers_veraart

CONSERVED = 1e-12
amount = st.one_of(st.just(0.0), st.floats(0.01, 100.0))
share = st.floats(0.0, 1.0)


def vector(nodes, elements=amount):
    return arrays.arrays(np.float64, nodes, elements=elements)


@st.composite
def networks(draw, assets=amount, outside=amount):
    nodes = draw(st.integers(2, 7))
    liabilities = draw(arrays.arrays(np.float64, (nodes, nodes), elements=amount)) * (1.0 - np.eye(nodes))
    columns = (draw(vector(nodes, assets)), draw(vector(nodes, outside)), draw(vector(nodes, outside)))
    return clearing.build_network(liabilities, *columns)


@st.composite
def markets(draw):
    network = draw(networks())
    nodes, assets = network.outside_assets.shape[1], draw(st.integers(1, 3))
    holdings = draw(arrays.arrays(np.float64, (nodes, assets), elements=amount))
    floor = draw(vector(assets, st.floats(0.0, 0.9)))
    depth = draw(vector(assets, st.floats(1.0, 1000.0)))
    trigger = draw(vector(nodes, st.floats(0.0, 0.3)))
    target = trigger + draw(vector(nodes, st.one_of(st.just(0.0), st.floats(0.0, 0.2))))
    return network, fire_sale.build_market(holdings, depth, floor), fire_sale.sales_rule(trigger, target)


def by_fictitious_default(network):
    """Payments of Eisenberg and Noe: let default sets grow, solving for those in them."""
    liabilities, outside, due = network.liabilities[0], network.outside_assets[0], network.due[0]
    relative = np.divide(liabilities, due[:, None], out=np.zeros_like(liabilities), where=due[:, None] > 0.0)
    failed, paid = np.zeros(len(due), dtype=bool), due
    while True:
        fresh = failed | (outside + relative.T @ paid < due - 1e-11 * due)
        if (fresh == failed).all():
            return paid
        failed = fresh
        inside = np.eye(failed.sum()) - relative[np.ix_(failed, failed)].T
        paid = due.copy()
        paid[failed] = np.linalg.solve(inside, outside[failed] + relative[np.ix_(~failed, failed)].T @ due[~failed])


def by_linear_programme(network):
    """Payments of Eisenberg and Noe: the largest sum that nobody lacks the assets for."""
    liabilities, due = network.liabilities[0], network.due[0]
    relative = np.divide(liabilities, due[:, None], out=np.zeros_like(liabilities), where=due[:, None] > 0.0)
    bounds = np.column_stack([np.zeros_like(due), due])
    rows = np.eye(len(due)) - relative.T
    return linprog(-np.ones(len(due)), A_ub=rows, b_ub=network.outside_assets[0], bounds=bounds).x


def by_plain_iteration(network, alpha, beta, start):
    """Shares paid under costs of bankruptcy, by as many rounds as it takes."""
    liabilities, outside = network.liabilities[0], network.outside_assets[0]
    senior, due = network.senior_debt[0], network.due[0]
    found = np.full(len(due), start)
    for _ in range(20_000):
        received = liabilities.T @ found
        left = np.maximum(0.0, alpha * outside + beta * received - senior)
        is_whole = (outside + received >= (senior + due) * (1.0 - 1e-11)) | (due == 0.0)
        fresh = np.where(is_whole, 1.0, np.divide(left, due, out=np.ones_like(due), where=due > 0.0))
        if np.abs(fresh - found).max() < 1e-15:
            return fresh
        found = fresh
    return None


def total_of(network, extra=0.0):
    return 1.0 + network.outside_assets.sum() + network.due.sum() + network.senior_debt.sum() + extra


def unsold(network):
    """Without senior debt, whose place oracles do not know."""
    return network._replace(senior_debt=np.zeros_like(network.senior_debt))


@given(networks(), share, share, st.booleans())
def test_what_debtors_lose_creditors_lose(network, alpha, beta, least):
    cleared = clearing.clear(network, alpha, beta, least=least)
    assert cleared.settled.all()
    debtors_lose = (network.due - cleared.paid).sum()
    inside = (network.liabilities.sum(axis=1) - cleared.received).sum()
    outside = (network.outside_debt * (1.0 - cleared.share)).sum()
    assert abs(debtors_lose - inside - outside) <= CONSERVED * total_of(network)


@given(networks(), share, share, st.booleans())
def test_every_asset_goes_to_a_creditor_an_owner_or_the_costs(network, alpha, beta, least):
    cleared = clearing.clear(network, alpha, beta, least=least)
    owners = np.where(cleared.defaulted, 0.0, cleared.equity)
    creditors = (network.outside_debt * cleared.share + cleared.senior_paid).sum()
    gone = creditors + owners.sum() + cleared.cost.sum()
    assert abs(network.outside_assets.sum() - gone) <= CONSERVED * total_of(network)


@given(networks(), share, share, st.booleans())
def test_senior_creditors_come_first(network, alpha, beta, least):
    cleared = clearing.clear(network, alpha, beta, least=least)
    is_short = cleared.senior_paid < network.senior_debt * (1.0 - 1e-9) - 1e-9
    assert (cleared.paid[is_short] <= 1e-9).all()


@given(networks(), share, share)
def test_the_least_payments_are_no_more_than_the_greatest(network, alpha, beta):
    both = clearing.clear_both(network, alpha, beta)
    assert (both.least.share <= both.greatest.share + 1e-12).all()
    assert both.gap[0] >= -CONSERVED * total_of(network)


@given(networks(), share, share, st.floats(0.0, 50.0), st.integers(0, 6), st.booleans())
def test_more_outside_assets_never_lower_a_payment(network, alpha, beta, more, node, least):
    richer = network.outside_assets.copy()
    richer[0, node % richer.shape[1]] += more
    before = clearing.clear(network, alpha, beta, least=least)
    after = clearing.clear(network._replace(outside_assets=richer), alpha, beta, least=least)
    assert (after.share >= before.share - 1e-11).all()


@given(networks(assets=st.floats(0.01, 100.0)))
def test_the_solver_agrees_with_fictitious_default_and_with_the_linear_programme(network):
    network = unsold(network)
    paid = clearing.clear(network).paid[0]
    scale = total_of(network)
    np.testing.assert_allclose(paid, by_fictitious_default(network), atol=1e-11 * scale, rtol=0.0)
    np.testing.assert_allclose(paid, by_linear_programme(network), atol=1e-6 * scale, rtol=0.0)
    iterated = by_plain_iteration(network, 1.0, 1.0, 1.0)
    if iterated is not None:
        np.testing.assert_allclose(paid, network.due[0] * iterated, atol=1e-9 * scale, rtol=0.0)


@given(networks())
def test_without_costs_payments_are_the_largest_feasible_even_where_many_solutions_exist(network):
    network = unsold(network)
    found = clearing.clear(network, 1.0, 1.0).paid.sum()
    assert found == pytest.approx(by_linear_programme(network).sum(), abs=1e-6 * total_of(network))


@given(networks(), share, st.floats(0.0, 0.95), st.sampled_from([1.0, 0.0]))
def test_the_solver_agrees_with_plain_iteration_under_costs_and_seniority(network, alpha, beta, start):
    expected = by_plain_iteration(network, alpha, beta, start)
    assume(expected is not None)
    found = clearing.clear(network, alpha, beta, least=start == 0.0).share[0]
    np.testing.assert_allclose(found, expected, atol=1e-10)


@given(networks(), st.floats(0.0, 1.0), st.floats(0.01, 1.0))
def test_a_value_before_maturity_falls_with_uncertainty_to_the_rules_at_maturity(network, kept, volatility):
    calm, risky = (clearing.solve(network, merton(v, 1.0, kept)).share for v in (0.0, volatility))
    cleared = clearing.solve(network, rogers_veraart(kept, kept)).share
    np.testing.assert_allclose(calm, cleared, atol=1e-9)
    assert ((risky >= 0.0) & (risky <= 1.0)).all()
    still, moving = (clearing.solve(network, black_cox(v, 1.0, kept)).share for v in (0.0, volatility))
    fixed = clearing.solve(network, furfine(kept)).share
    assert (moving <= still + 1e-12).all()
    assert (still <= fixed + 1e-12).all()


@given(networks(), share, share, st.integers(2, 5))
def test_no_bit_depends_on_the_batch_or_on_the_threads(network, alpha, beta, threads):
    shocks = np.linspace(1.0, 0.0, 5)[:, np.newaxis]
    batch = clearing.clear(network._replace(outside_assets=network.outside_assets * shocks), alpha, beta)
    spread = clearing.clear(
        network._replace(outside_assets=network.outside_assets * shocks), alpha, beta, threads=threads
    )
    assert batch.share.tobytes() == spread.share.tobytes()
    for s, shock in enumerate(shocks):
        alone = clearing.clear(network._replace(outside_assets=network.outside_assets * shock), alpha, beta)
        assert alone.share[0].tobytes() == batch.share[s].tobytes()


@given(markets(), share, share, st.booleans())
def test_a_fire_sale_loses_no_money_but_in_the_market_and_in_bankruptcy(case, alpha, beta, least):
    network, market, rule = case
    sale = fire_sale.sell_together(network, market, rule, rogers_veraart(alpha, beta), least=least)
    cleared = sale.cleared
    assert cleared.settled.all()
    owners = np.where(cleared.defaulted, 0.0, cleared.equity).sum()
    creditors = (network.outside_debt * cleared.share + cleared.senior_paid).sum()
    gone = creditors + owners + cleared.cost.sum() + sale.market_loss[0]
    whole = network.outside_assets.sum() + market.holdings.sum()
    assert abs(whole - gone) <= CONSERVED * total_of(network, market.holdings.sum())


@given(markets(), share, share)
def test_prices_sales_and_payments_agree_at_both_ends(case, alpha, beta):
    network, market, rule = case
    ends = [
        fire_sale.sell_together(network, market, rule, rogers_veraart(alpha, beta), least=least)
        for least in (False, True)
    ]
    for sale in ends:
        sold = (sale.sold[0][:, np.newaxis] * market.holdings[0]).sum(axis=0)
        room = 1.0 - market.floor[0]
        price = 1.0 - room * -np.expm1(-sold / (room * market.depth[0]))
        np.testing.assert_allclose(sale.price[0], price, atol=1e-9)
        assert (sale.sold[sale.cleared.defaulted] == 1.0).all()
    assert (ends[1].price <= ends[0].price + 1e-9).all()
    assert (ends[1].cleared.share <= ends[0].cleared.share + 1e-9).all()


@given(markets(), share, share, st.floats(1.0, 10.0), st.booleans())
def test_a_deeper_market_never_lowers_a_price_under_one_sales_rule(case, alpha, beta, deeper, least):
    network, market, rule = case
    kept = rogers_veraart(alpha, beta)
    thin = fire_sale.sell_together(network, market, rule, kept, least=least)
    deep = fire_sale.sell_together(network, market._replace(depth=market.depth * deeper), rule, kept, least=least)
    assert (deep.price >= thin.price - 1e-9).all()
    assert (deep.cleared.share >= thin.cleared.share - 1e-9).all()


@given(markets(), share, share, st.booleans())
def test_a_market_that_sales_do_not_move_feeds_nothing_back(case, alpha, beta, least):
    network, market, rule = case
    still = market._replace(depth=np.full_like(market.depth, np.inf))
    sale = fire_sale.sell_together(network, still, rule, rogers_veraart(alpha, beta), least=least)
    assert (sale.price == 1.0).all()
    assert sale.market_loss[0] == 0.0
    cash = network.outside_assets.copy()
    for asset in range(market.holdings.shape[2]):
        cash += market.holdings[:, :, asset]
    alone = clearing.clear(network._replace(outside_assets=cash), alpha, beta, least=least)
    assert sale.cleared.share.tobytes() == alone.share.tobytes()


@given(networks(), st.floats(1.0, 100.0), st.data())
def test_stress_is_the_least_that_agrees_with_itself(network, size, data):
    exposures = network.liabilities[0].T
    nodes = len(exposures)
    equity = data.draw(vector(nodes, st.floats(1.0, 100.0))) + size
    shock = data.draw(vector(nodes, st.floats(0.0, 50.0)))
    stress = debtrank.linear_debtrank(exposures, equity, shock)
    relative, first = exposures / equity[:, np.newaxis], shock / equity
    expected = np.zeros(nodes)
    for _ in range(50_000):
        fresh = np.minimum(1.0, first + relative @ expected)
        if np.abs(fresh - expected).max() < 1e-16:
            break
        expected = fresh
    else:
        assume(False)
    np.testing.assert_allclose(stress.lost[0], expected, atol=1e-9)
    assert (stress.lost[0] >= np.minimum(1.0, first) - 1e-12).all()


@given(networks(), st.data())
def test_reconstructed_claims_have_the_totals_they_were_given(network, data):
    claims = network.liabilities[0]
    no_claim = np.zeros_like(claims, dtype=bool)
    row, column = (data.draw(st.integers(0, len(claims) - 1)) for _ in range(2))
    no_claim[row, column] = claims[row, column] == 0.0
    totals = claims.sum(axis=1), claims.sum(axis=0)
    even = reconstruction.maximum_entropy(*totals, no_claim)
    few = reconstruction.minimum_density(*totals, no_claim, seed=7, tries=4)
    for found in (even, few.exposures):
        assert (found >= 0.0).all()
        assert (found[no_claim] == 0.0).all()
        assert (np.diag(found) == 0.0).all()
        scale = CONSERVED * max(claims.sum(), 1.0)
        np.testing.assert_allclose(found.sum(axis=1), totals[0], atol=scale, rtol=0.0)
        np.testing.assert_allclose(found.sum(axis=0), totals[1], atol=scale, rtol=0.0)
    assert few.fewest_possible <= few.links
