"""Sales into one market, by hand and by plain iteration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from halflife.contagion import clearing, fire_sale
from halflife.contagion.valuation import rogers_veraart
from halflife.foundation.errors import SpecError
from halflife.instruments import impact


def alone(cash, debt):
    """One node that owes the outside only."""
    return clearing.build_network([[0.0]], [cash], [debt])


def test_a_seller_stops_where_its_capital_ratio_is_whole_again():
    # Equity 100 p - 93 must be 8 % of what is left at the marks, 100 p (1 - s); the price answers the sale.
    market, rule = fire_sale.build_market([[100.0]], 5000.0), fire_sale.sales_rule(0.08)
    sale = fire_sale.sell_together(alone(0.0, 93.0), market, rule)

    def price_after(sold):
        return impact.exponential(sold, 100.0 / 5000.0)

    def gap(sold):
        price = price_after(sold)
        return (100.0 * price - 93.0) - 0.08 * 100.0 * price * (1.0 - sold)

    sold = brentq(gap, 0.0, 0.5, xtol=1e-14)
    assert sale.sold[0, 0] == pytest.approx(sold, abs=1e-10)
    assert sale.price[0, 0] == pytest.approx(price_after(sold), abs=1e-12)
    assert sale.market_loss[0] == pytest.approx(100.0 * (1.0 - price_after(sold)))


def test_one_sale_fails_the_neighbour_who_holds_the_same():
    network = clearing.build_network(np.zeros((2, 2)), [0.0, 0.0], [120.0, 85.0])
    rule = fire_sale.sales_rule(0.0)
    holdings = [[100.0], [100.0]]
    deep = fire_sale.sell_together(network, fire_sale.build_market(holdings, 1000.0), rule)
    thin = fire_sale.sell_together(network, fire_sale.build_market(holdings, 500.0), rule)
    assert deep.cleared.defaulted.tolist() == [[True, False]]
    assert deep.price[0, 0] == pytest.approx(np.exp(-0.1))
    assert thin.cleared.defaulted.tolist() == [[True, True]]
    assert thin.price[0, 0] == pytest.approx(np.exp(-0.4))


def test_where_both_stand_if_both_hold_there_is_a_second_worse_price():
    network = clearing.build_network(np.zeros((2, 2)), [0.0, 0.0], [90.0, 90.0])
    market, rule = fire_sale.build_market([[100.0], [100.0]], 1000.0), fire_sale.sales_rule(0.0)
    high = fire_sale.sell_together(network, market, rule)
    low = fire_sale.sell_together(network, market, rule, least=True)
    assert high.price[0, 0] == 1.0
    assert not high.cleared.defaulted.any()
    assert low.price[0, 0] == pytest.approx(np.exp(-0.2))
    assert low.cleared.defaulted.all()


def test_the_floor_holds_however_much_is_sold():
    market = fire_sale.build_market([[100.0]], 1.0, 0.4)
    sale = fire_sale.sell_together(alone(0.0, 500.0), market, fire_sale.sales_rule(0.0))
    assert sale.price[0, 0] == pytest.approx(impact.bounded_exponential(100.0, 1.0, 0.4))
    assert sale.price[0, 0] == pytest.approx(0.4)
    whole = fire_sale.build_market([[100.0]], 1.0, 1.0)
    assert fire_sale.sell_together(alone(0.0, 500.0), whole, fire_sale.sales_rule(0.0)).price[0, 0] == 1.0


def test_a_higher_target_sells_more_once_triggered_and_nothing_before():
    market = fire_sale.build_market([[100.0]], np.inf)
    before = fire_sale.sell_together(alone(0.0, 90.0), market, fire_sale.sales_rule(0.05, 0.2))
    after = fire_sale.sell_together(alone(0.0, 96.0), market, fire_sale.sales_rule(0.05, 0.2))
    assert before.sold[0, 0] == 0.0
    assert after.sold[0, 0] == pytest.approx(1.0 - 0.04 / 0.2)


def test_scenarios_may_differ_in_any_column_and_agree_with_one_by_one():
    network = clearing.build_network([[0, 20], [5, 0]], [3.0, 1.0], [[70.0, 80.0], [90.0, 80.0], [95.0, 99.0]])
    holdings = np.array([[60.0, 20.0], [10.0, 60.0]])
    depth = np.array([[300.0, 200.0], [150.0, 200.0], [100.0, 100.0]])
    rule, kept = fire_sale.sales_rule(0.1), rogers_veraart(0.8, [0.9, 1.0])
    batch = fire_sale.sell_together(network, fire_sale.build_market(holdings, depth), rule, kept, threads=2)
    for s in range(3):
        one = clearing.build_network([[0, 20], [5, 0]], [3.0, 1.0], network.outside_debt[s])
        single = fire_sale.sell_together(one, fire_sale.build_market(holdings, depth[s]), rule, kept)
        assert single.price[0].tobytes() == batch.price[s].tobytes()
        assert single.cleared.paid[0].tobytes() == batch.cleared.paid[s].tobytes()
    assert batch.price[2].max() < 1.0


def test_everything_wrong_with_a_market_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        fire_sale.build_market([[-1.0, 2.0]], [0.0, 5.0], [0.2, 1.5])
    assert [finding.where for finding in refused.value.findings] == ["holdings[0][0]", "depth[0]", "floor[1]"]
    with pytest.raises(SpecError) as refused:
        fire_sale.sales_rule([0.1, 1.2], [0.05, 1.2])
    assert [finding.where for finding in refused.value.findings] == ["trigger[1]", "target[1]", "target[0]"]


def test_a_market_of_other_nodes_or_scenarios_is_refused():
    network = alone(0.0, 95.0)
    with pytest.raises(SpecError, match="shape"):
        fire_sale.sell_together(network, fire_sale.build_market([[1.0], [1.0]], 1.0), fire_sale.sales_rule(0.1))
    with pytest.raises(SpecError, match="one number of scenarios"):
        market = fire_sale.build_market(np.ones((2, 1, 1)), np.ones((3, 1)))
    market = fire_sale.build_market(np.ones((2, 1, 1)), 1.0)
    with pytest.raises(SpecError, match="one number of scenarios"):
        fire_sale.sell_together(network, market, fire_sale.sales_rule([[0.1], [0.1], [0.1]]))


def test_spillovers_add_up_over_causes_and_over_victims():
    assets, debt = np.array([100.0, 50.0, 80.0]), np.array([90.0, 40.0, 60.0])
    weights = np.array([[0.7, 0.3], [0.2, 0.8], [0.5, 0.5]])
    found = fire_sale.aggregate_vulnerability(assets, weights, debt, [1e-3, 2e-3], [[0.01, 0.0], [0.02, 0.0]])
    assert found.aggregate[0] == pytest.approx(found.systemicness[0].sum())
    assert found.aggregate[0] == pytest.approx((found.indirect[0] * (assets - debt)).sum() / (assets - debt).sum())
    np.testing.assert_allclose(found.aggregate[1], 2.0 * found.aggregate[0])
    leverage, moved = np.diag(debt / (assets - debt)), np.diag([1e-3, 2e-3])
    whole = np.ones(3) @ np.diag(assets) @ weights @ moved @ weights.T @ np.diag(assets) @ leverage @ weights
    assert found.aggregate[0] == pytest.approx(whole @ [0.01, 0.0] / (assets - debt).sum())


def test_a_small_shock_sells_as_the_linear_rule_says():
    # One holder at its leverage: after a small fall of the price it sells debt / equity times its loss.
    shock = 1e-5
    target = (100.0 - 90.0) / 100.0
    market = fire_sale.build_market([[100.0 * (1.0 - shock)]], 1e6)
    sale = fire_sale.sell_together(alone(0.0, 90.0), market, fire_sale.sales_rule(target))
    linear = fire_sale.aggregate_vulnerability([100.0], [[1.0]], [90.0], [1e-6], [shock])
    assert sale.sold[0, 0] * 100.0 == pytest.approx(9.0 * 100.0 * shock, rel=2e-3)
    assert sale.market_loss[0] / 10.0 == pytest.approx(linear.aggregate, rel=2e-3)


def test_nodes_without_equity_have_no_leverage():
    with pytest.raises(SpecError) as refused:
        fire_sale.aggregate_vulnerability([100.0, 50.0], [[1.0], [1.0]], [90.0, 50.0], [1e-3], [0.01])
    assert [finding.where for finding in refused.value.findings] == ["debt[1]"]
