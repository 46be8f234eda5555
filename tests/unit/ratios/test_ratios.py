"""Ratios at their edges, and against each other."""

from __future__ import annotations

import numpy as np
import pytest

from halflife import ratios

CFADS = np.array([120.0, 102.0, 86.7, 73.695])


@pytest.mark.parametrize(
    ("ratio", "without_denominator"),
    [
        (ratios.dscr, np.inf),
        (ratios.icr, np.inf),
        (ratios.contract_coverage, np.inf),
        (ratios.contract_realisation, 1.0),
        (ratios.oc_ratio, np.inf),
        (ratios.ic_ratio, np.inf),
        (ratios.moic, np.inf),
        (ratios.ltv, np.inf),
        (ratios.ltc, np.inf),
        (ratios.advance_rate, np.inf),
    ],
)
def test_a_ratio_divides_and_says_what_it_is_without_denominator(ratio, without_denominator):
    assert ratio(3.0, 2.0) == 1.5
    np.testing.assert_array_equal(ratio(np.array([3.0, 3.0]), np.array([2.0, 0.0])), [1.5, without_denominator])
    with pytest.raises(ValueError, match="negative"):
        ratio(3.0, -2.0)


def test_no_debt_on_nothing_is_no_leverage():
    assert ratios.ltv(0.0, 0.0) == 0.0


def test_senior_debt_counts_before_a_tranche():
    assert ratios.oc_ratio(150.0, 40.0, 60.0) == 1.5
    assert ratios.ic_ratio(15.0, 4.0, 6.0) == 1.5


def test_coverage_of_the_loan_ends_with_the_loan_and_of_the_project_with_the_machine():
    loan = ratios.llcr(CFADS[:2], 0.08, 150.0)
    project = ratios.plcr(CFADS, 0.08, 150.0)
    assert project - loan == pytest.approx(ratios.llcr(np.append([0.0, 0.0], CFADS[2:]), 0.08, 150.0))
    assert ratios.llcr(CFADS, 0.08, 150.0, reserves=15.0) == pytest.approx(project + 0.1)


def test_coverage_of_many_paths_is_the_coverage_of_each():
    paths = np.stack([CFADS, 2 * CFADS])
    np.testing.assert_allclose(
        ratios.llcr(paths, 0.08, np.array([100.0, 100.0])),
        [ratios.llcr(CFADS, 0.08, 100.0), ratios.llcr(2 * CFADS, 0.08, 100.0)],
    )


def test_sculpting_leaves_the_target_in_every_period_at_changing_rates():
    rate, target = np.array([0.05, 0.06, 0.07, 0.08]), np.array([1.2, 1.3, 1.4, 1.5])
    schedule = ratios.sculpted_debt(CFADS, rate, target)
    np.testing.assert_allclose(ratios.dscr(CFADS, schedule.principal + schedule.interest), target)
    assert schedule.balance[-1] == pytest.approx(0.0, abs=1e-11)
    assert schedule.principal.sum() == pytest.approx(schedule.debt)


@pytest.mark.parametrize(
    ("cfads", "rate", "dscr", "complaint"),
    [
        ([10.0, -1.0], 0.05, 1.3, "period 2 is negative"),
        ([10.0, 10.0], 0.05, 0.0, "DSCR 0.0 is not positive"),
        ([10.0, 10.0], -1.0, 1.3, "rate -1.0"),
    ],
)
def test_what_cannot_be_sculpted_is_refused(cfads, rate, dscr, complaint):
    with pytest.raises(ValueError, match=complaint):
        ratios.sculpted_debt(cfads, rate, dscr)


def test_a_loan_without_interest_is_repaid_in_equal_parts():
    assert ratios.annuity_payment(100.0, 0.0, 4) == 25.0
    with pytest.raises(ValueError, match="number of payments 0"):
        ratios.annuity_payment(100.0, 0.1, 0)


def test_a_level_loan_ends_at_nothing():
    schedule = ratios.level_debt(100.0, 0.1, 5)
    service = schedule.principal + schedule.interest
    np.testing.assert_allclose(service, service[0])
    assert schedule.balance[-1] == pytest.approx(0.0, abs=1e-12)


def test_the_weighted_average_life_of_a_bullet_is_its_term():
    assert ratios.wal([0.0, 0.0, 100.0], [1.0, 2.0, 3.0]) == 3.0
    assert ratios.wal([50.0, 50.0], [1.0, 2.0]) == 1.5
    assert ratios.wal([0.0], [1.0]) == 0.0


def test_a_reserve_may_look_across_several_periods():
    quarterly = [10.0, 20.0, 30.0, 40.0]
    np.testing.assert_allclose(ratios.dsra_target(quarterly, 6, months_per_period=3), [30.0, 50.0, 70.0, 40.0])
    np.testing.assert_allclose(ratios.dsra_target(quarterly, 4, months_per_period=3)[0], 10.0 + 20.0 / 3)


def test_the_rate_of_return_of_a_par_loan_is_its_rate():
    schedule = ratios.level_debt(100.0, 0.1, 5)
    flows = np.append(-100.0, schedule.principal + schedule.interest)
    assert ratios.irr(flows) == pytest.approx(0.1, abs=1e-13)
    assert ratios.irr(flows, np.arange(6) / 12) == pytest.approx(1.1**12 - 1, abs=1e-12)


@pytest.mark.parametrize(("rate"), [-0.9, -0.2, 0.0, 3.0, 5e4])
def test_a_loss_and_a_windfall_have_a_rate_too(rate):
    assert ratios.irr([-1.0, 1.0 + rate]) == pytest.approx(rate, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("flows", [[1.0, 2.0], [-1.0, -2.0], [-100.0, 230.0, -132.0]])
def test_flows_without_exactly_one_rate_of_return_are_refused(flows):
    with pytest.raises(ValueError, match="rates of return fit"):
        ratios.irr(flows)


def test_the_discount_margin_at_par_is_the_quoted_margin():
    index, length, balance = np.array([0.04, 0.035, 0.03]), np.array([0.25, 0.26, 0.25]), 100.0
    flows = balance * (index + 0.0225) * length + np.array([0.0, 0.0, balance])
    assert ratios.discount_margin(100.0, flows, index, length) == pytest.approx(0.0225, abs=1e-13)
    assert ratios.discount_margin(98.0, flows, index, length) > 0.0225
    with pytest.raises(ValueError, match="no margin"):
        ratios.discount_margin(-1.0, flows, index, length)


def test_survival_undoes_the_average_hazard():
    assert ratios.survival(ratios.average_hazard(0.2, 7.0), 7.0) == pytest.approx(0.8)


def test_recovery_beyond_the_claim_belongs_to_the_borrower():
    np.testing.assert_allclose(ratios.lgd([0.0, 60.0, 130.0], 100.0), [1.0, 0.4, 0.0])
    assert ratios.lgd(0.0, 0.0) == 0.0


def test_a_present_value_uses_the_rate_of_each_period():
    assert ratios.present_value([0.0, 110.0], [0.0, 0.1]) == pytest.approx(100.0)
