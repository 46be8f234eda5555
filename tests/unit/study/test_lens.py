"""One facility as infrastructure and as compute: the switches, the shares, and who loses with less debt."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from halflife.cli import app
from halflife.collateral.resolve import HOURS
from halflife.foundation.errors import SpecError
from halflife.metrics.lens import Scale
from halflife.report.lens import lens_dict, lens_lines, render_lens
from halflife.study.founders import founders, stake
from halflife.study.lens import EVERYBODY, NOBODY, bench_of, check_grade, lens
from halflife.study.run import run
from halflife.study.switches import ASSUMPTIONS, liquid_collateral, long_life, no_substitution, slow_drift
from halflife.study.termsheet import load

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
DDTL_4, DDTL_5 = EXAMPLES / "coreweave-ddtl-4.0.yaml", EXAMPLES / "coreweave-ddtl-5.0.yaml"
PATHS, DRAWS, CENT = 2_048, 2, 0.01


@pytest.fixture(scope="module")
def bench():
    return bench_of(load(DDTL_4), paths=PATHS, draws=DRAWS)


@pytest.fixture(scope="module")
def found(bench):
    return lens(bench)


@pytest.fixture(scope="module")
def balloon():
    return bench_of(load(DDTL_5), paths=PATHS, draws=DRAWS)


class Model:
    """A deterministic project-finance model of DDTL 4.0, written from its term sheet and the market's curve alone.

    Parameters
    ----------
    spec : the term sheet, read;  dates : month ends;  curve : SOFR by month;  power : USD/kWh
    """

    def __init__(self, spec, dates: list[datetime.date], curve: list[float], power: float) -> None:
        (borrower,) = spec.borrowers
        (facility,), (fleet,), (contract,) = (
            borrower.debt.facilities, borrower.operations.fleets, borrower.operations.contracts,
        )  # fmt: skip
        opex, machine = borrower.operations.opex, spec.economy.market.machines[0]
        self.last = next(t for t, day in enumerate(dates) if day >= facility.maturity)
        self.window = next(t for t, day in enumerate(dates) if day >= facility.draws.until)
        self.years = [0.0] + [(b - a).days / 360.0 for a, b in pairwise(dates)]
        share = [min(1.0, t / self.window) for t in range(self.last + 1)]
        self.opex_base = [
            fleet.units * s * (opex.hosting + opex.maintenance + machine.power * opex.pue * 730.0 * power)
            for s in share
        ]
        self.hours = [fleet.units * s * 730.0 for s in share]
        self.draw = [0.0] + [
            facility.draws.advance_rate * fleet.units * fleet.cost * (b - a) for a, b in pairwise(share)
        ]
        self.facility, self.curve, self.overhead = facility, curve, opex.overhead
        self.dscr = contract.price.dscr
        self._schedule()
        self._earn()

    def _schedule(self) -> None:
        """Interest on the opening balance, level payments after the window, the swap at the balance's own average."""
        rate, swap = self.facility.rate, sum(self.curve[1 : self.last + 1]) / self.last
        for _ in range(50):
            fixed = swap + rate.margin
            rates = [
                rate.hedged_share * fixed + (1.0 - rate.hedged_share) * (max(self.curve[t], rate.floor) + rate.margin)
                for t in range(self.last + 1)
            ]
            balance, drawn, discount, annuity = 0.0, 0.0, 1.0, 0.0
            for t in range(self.window + 1, self.last + 1):
                discount /= 1.0 + rates[t] * self.years[t]
                annuity += discount
            total = sum(self.draw[: self.window + 1])
            self.balance, self.interest, self.principal, self.fees = ([0.0] * (self.last + 1) for _ in range(4))
            weights = [0.0] * (self.last + 1)
            for t in range(1, self.last + 1):
                weights[t] = balance * self.years[t]
                self.interest[t] = balance * rates[t] * self.years[t]
                if t <= self.window:
                    undrawn = self.facility.commitment - drawn
                    self.fees[t] = self.facility.draws.commitment_fee * undrawn * self.years[t]
                    drawn += self.draw[t]
                    balance += self.draw[t]
                else:
                    self.principal[t] = total / annuity - self.interest[t]
                    balance -= self.principal[t]
                self.balance[t] = balance
            swap = sum(w * c for w, c in zip(weights, self.curve, strict=False)) / sum(weights)

    def _earn(self) -> None:
        """The price at which cash covers service as the documents say, and the cash at that price."""
        self.service = [a + b for a, b in zip(self.interest, self.principal, strict=True)]
        months = range(self.window + 1, self.last + 1)
        need = self.dscr * sum(self.service[t] for t in months) + sum(self.opex_base[t] for t in months)
        self.price = need / ((1.0 - self.overhead) * sum(self.hours[t] for t in months))
        self.revenue = [self.price * hours for hours in self.hours]
        self.opex = [base + self.overhead * r for base, r in zip(self.opex_base, self.revenue, strict=True)]
        self.cfads = [r - o for r, o in zip(self.revenue, self.opex, strict=True)]


def test_with_all_four_assumptions_the_engine_is_a_deterministic_project_finance_model_to_the_cent():
    bench = bench_of(load(DDTL_4), paths=512, draws=1)
    results, deal = bench.record(EVERYBODY), bench.worlds[0].deal
    curve, power = deal.plan.market.rate_curve.tolist(), float(deal.plan.market.power_price[0])
    model, name = Model(deal.spec, list(results.dates), curve, power), results.axis.borrowers[0]
    months = slice(1, model.last + 1)
    for quantity in ("draw", "balance", "interest", "principal", "fees"):
        np.testing.assert_allclose(
            results.mean(quantity, "ddtl")[months], getattr(model, quantity)[months], rtol=0.0, atol=CENT
        )
    for quantity in ("revenue", "opex", "cfads"):
        np.testing.assert_allclose(
            results.mean(quantity, name)[months], getattr(model, quantity)[months], rtol=0.0, atol=CENT
        )
    after = slice(model.window + 1, model.last + 1)
    dscr = results.mean("cfads", name)[after] / results.mean("service", name)[after]
    wanted = np.array(model.cfads[after]) / np.array(model.service[after])
    np.testing.assert_allclose(dscr, wanted, rtol=1e-12)
    assert model.balance[-1] == pytest.approx(0.0, abs=CENT)
    assert results.columns["loss"].max() == 0.0
    assert results.columns["default_month"].max() == 0.0
    for column in ("annuity", "equity_out", "least_dscr"):
        assert np.ptp(results.columns[column]) == 0.0, f"{column} differs between paths"


def test_compute_reality_is_the_run_itself(bench, found):
    made = run(load(DDTL_4), paths=PATHS, draws=DRAWS)
    borrower, reality = made.results.axis.borrowers[0], found.looks[-1]
    assert reality.held == ()
    for name, value in (("pd", reality.pd), ("el", reality.el), ("el_spread", reality.el_spread),
                        ("fair_spread", reality.fair_spread)):  # fmt: skip
        assert value.value == pytest.approx(made.measure(name, borrower).value, rel=1e-12)
    assert reality.fair_spread.error == pytest.approx(made.measure("fair_spread", borrower).standard_error, rel=1e-6)
    assert reality.score.value == pytest.approx(
        made.measure("implied_rating_by_el", borrower, years=found.horizon).value, abs=0.01
    )


def test_the_shares_add_up_to_the_gap(found):
    for figure in ("pd", "el", "el_spread", "spread", "score"):
        total = sum(getattr(part, figure).value for part in found.shares.values())
        assert total == pytest.approx(getattr(found.gap, figure).value, abs=1e-9)
    assert len(found.looks) == 16
    assert {look.held for look in found.looks} == {
        tuple(n for n, on in zip(ASSUMPTIONS, f"{i:04b}", strict=True) if on == "1") for i in range(16)
    }
    assert found.gap.spread.value == found.looks[-1].fair_spread.value - found.looks[0].fair_spread.value > 0.0
    assert all(part.spread.error > 0.0 for part in found.shares.values())


def test_stable_cash_lets_nobody_fail_and_fixes_what_cash_depends_on(bench):
    harvest = bench.look(EVERYBODY - {"life", "substitution", "liquidity"})
    assert harvest.columns.party_failed.max() == 0.0
    plan = bench.worlds[0].plan(EVERYBODY & {"cash"})
    assert plan.operations.released.max() == 0.0
    np.testing.assert_array_equal(plan.operations.in_term[0], plan.operations.delivered[0])
    assert plan.market.rate_noise[0] == plan.market.power_noise[0] == plan.operations.delay_deviation[0] == 0.0
    np.testing.assert_array_equal(plan.market.noise, bench.worlds[0].deal.plan.market.noise)
    np.testing.assert_array_equal(plan.operations.price, bench.worlds[0].deal.plan.operations.price)


def test_a_long_life_is_one_over_which_rent_covers_running_cost(bench):
    deal = bench.worlds[0].deal
    (spec,), (drift,) = deal.spec.economy.collateral, slow_drift(deal.plan, deal, 25.0)
    rent = HOURS * spec.use * spec.realisation * np.exp(deal.plan.market.rental[0])
    assert drift < deal.plan.market.drift[0]
    assert rent * np.exp(-drift * 300) == pytest.approx(deal.plan.collateral.cost[0], rel=1e-12)
    plan = long_life(deal.plan, deal, 25.0)
    age = plan.operations.age[0, 60]
    assert plan.operations.book[0, 60] == pytest.approx(1.0 - age / 300.0, rel=1e-12)
    assert plan.operations.decay[0] == 0.0
    np.testing.assert_array_equal(long_life(deal.plan, deal, None).operations.book, deal.plan.operations.book)


def test_without_substitution_no_successor_is_left_and_rents_do_not_fall(bench):
    plan = no_substitution(bench.worlds[0].deal.plan)
    assert plan.market.launch_machine.size == 0
    assert plan.market.drift.max() == 0.0
    table = bench.worlds[0].values(False, True)
    assert table.phases.tolist() == [1]


def test_liquid_collateral_is_worth_its_book_at_least_and_sells_at_once(bench):
    plan = bench.worlds[0].deal.plan
    liquid, operations = liquid_collateral(plan), plan.operations
    months = operations.book.shape[1]
    values = liquid.collateral.value.reshape(months, -1)
    book = operations.cost[0] * operations.book[0] / np.where(operations.delivered[0] > 0, operations.delivered[0], 1.0)
    assert (values >= book[:, None] * (1.0 - 1e-12)).all()
    assert values[60].min() == pytest.approx(book[60], rel=1e-12)
    assert (values >= plan.collateral.value.reshape(months, -1)).all()
    assert liquid.liquidation.seize[0] == liquid.liquidation.step_in[0] == liquid.liquidation.sale_cost[0] == 0.0
    assert liquid_collateral(plan, keeps_contract=True).liquidation.step_in[0] == plan.liquidation.step_in[0] > 0.0


def test_without_any_assumption_the_plan_is_the_deals_own(bench):
    world = bench.worlds[0]
    for own, seen in zip(world.deal.plan, world.plan(NOBODY), strict=True):
        for column, same in zip(own, seen, strict=True):
            assert column is same


def test_the_score_finds_the_grade_whose_expected_loss_it_is():
    scale = Scale(4.0)
    for number, grade in ((1.0, "AAA"), (6.0, "A"), (10.0, "BBB-"), (19.0, "CCC-")):
        assert scale.score(scale.bound(grade)) == pytest.approx(number, abs=1e-9)
    assert scale.score(0.0) == scale.score(-1e-12) == 1.0
    assert scale.score(0.9) == 19.0


def test_less_debt_moves_the_loss_from_lenders_to_owners(balloon):
    found = lens(balloon)
    handover = founders(balloon, found)
    first, last = handover.stakes[0], handover.stakes[-1]
    assert first.el == pytest.approx(found.looks[-1].el, rel=1e-12, abs=1.0)
    assert first.el.value == pytest.approx(found.looks[-1].el.value, rel=1e-12)
    assert last.lenders.value < first.lenders.value
    assert last.owners.value > first.owners.value
    assert [one.equity for one in handover.stakes] == sorted(one.equity for one in handover.stakes)
    assert first.equity < handover.at.equity < last.equity
    assert handover.at.el.value <= handover.bound < first.el.value
    assert stake(balloon, 1.04 * handover.at.multiple).el.value > handover.bound


def test_a_grade_that_lenders_have_already_asks_for_no_more_equity_and_one_out_of_reach_says_so(bench, found):
    easy = founders(bench, found, "CCC-")
    assert easy.at is easy.stakes[0]
    assert easy.error is None
    assert "as it is" in " ".join(lens_lines(replace(found, handover=easy)))
    hard = replace(easy, grade="AAA", at=None)
    assert "not in range" in " ".join(lens_lines(replace(found, handover=hard)))


def test_what_is_asked_wrongly_is_refused_with_the_remedy():
    with pytest.raises(SpecError) as refused:
        bench_of(load(EXAMPLES / "sector-2026.yaml"), life=400.0)
    assert [finding.where for finding in refused.value.findings] == ["borrowers", "--life"]
    with pytest.raises(SpecError, match="did you mean 'BBB-'"):
        check_grade("BBB--")


def test_the_page_and_the_lines_say_what_was_found(bench, found):
    whole = replace(found, handover=founders(bench, found))
    page, told = render_lens(whole), lens_dict(whole)
    assert page.count("<svg") == 4
    assert "Halflife lens report" in page
    assert json.loads(json.dumps(told))["looks"][-1]["rating_by_el"] in page
    assert len(told["looks"]) == 16
    assert "No single assumption" in page or "The assumption that carries" in page


def test_a_deal_that_loses_nothing_says_that_no_assumption_carries_it(found):
    calm = replace(found.looks[0], held=())
    looks = tuple(replace(calm, held=look.held) for look in found.looks)
    gap = replace(found.gap, spread=found.gap.spread._replace(value=0.0), score=found.gap.score._replace(value=0.0))
    told = " ".join(lens_lines(replace(found, looks=looks, gap=gap)))
    assert "No assumption carries the deal" in told
    assert render_lens(replace(found, looks=looks, gap=gap)).count("<svg") == 0


def test_the_command_prints_numbers_for_programs_and_refuses_an_unknown_grade():
    asked = ["lens", str(DDTL_4), "--paths", "512", "--draws", "1", "--no-founders", "--json"]
    answered = CliRunner().invoke(app, asked)
    assert answered.exit_code == 0, answered.output
    told = json.loads(answered.stdout)
    assert told["founders"] is None
    assert told["looks"][0]["pd"]["value"] == 0.0
    for wrong in (["--grade", "junk"], ["--life", "long"]):
        refused = CliRunner().invoke(app, ["lens", str(DDTL_4), *wrong])
        assert refused.exit_code == 2
        assert wrong[0] in refused.output
