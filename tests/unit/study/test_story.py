"""The story of a path tells the twin's numbers, and the path is the run's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import halflife as hl
from halflife.default.explain import BECAUSE
from halflife.default.state import CAUSE, CAUSES, DEFAULTED
from halflife.engine.run import CHUNK
from halflife.engine.state import EAD, RECOVERED
from halflife.engine.twin import replay, rows
from halflife.foundation.errors import SpecError
from halflife.foundation.words import usd
from halflife.operations.state import CFADS
from halflife.study.story import Month, tell
from halflife.waterfall.state import FLOW

DATA = Path(__file__).resolve().parents[2] / "data"
SEED, PATHS = 7, 96
WITH_A_RANGE = "rental: {assumed: {low: 2.00 USD/h, high: 6.00 USD/h}, reason: invented for this test}"


@pytest.fixture(scope="module")
def full() -> hl.TermSheet:
    return hl.load(DATA / "full_ddtl.yaml")


@pytest.fixture(scope="module")
def ranged() -> hl.TermSheet:
    text = (DATA / "term_loan.yaml").read_text(encoding="utf-8")
    return hl.load(text.replace("rental: 4.00 USD/h", WITH_A_RANGE))


@pytest.fixture(scope="module")
def defaulted(full: hl.TermSheet) -> tuple[int, int, np.ndarray]:
    """A path on which something was lost: its number, the cause, and the facilities' claims."""
    for _, last in replay(full.base.plan, range(PATHS), SEED):
        state = last
    standing, claims = rows(state.default.standing, PATHS), rows(state.outcome.claims, PATHS)
    lost = claims[:, EAD].sum(axis=0) - claims[:, RECOVERED].sum(axis=0)
    path = int(np.argmax(lost))
    assert standing[0, DEFAULTED, path] == 1.0
    return path, int(standing[0, CAUSE, path]), claims[:, :, path]


def words(months: list[Month]) -> str:
    return "\n".join(sentence for month in months for sentence in month.sentences)


def test_every_payment_told_is_the_twins(full):
    by_date = {month.date: month for month in tell(full, 5, seed=SEED, paths=PATHS) if month.payments}
    deal, last = full.base, max(by_date)
    for t, state in replay(deal.plan, [5], SEED):
        month, is_told = by_date.get(deal.grid.dates[t]), t > 0 and deal.grid.dates[t] <= last
        flows = rows(state.waterfall.flows, 1)[:, FLOW, 0]
        if month is not None:
            paid = zip(deal.names.steps, flows, strict=True)
            assert month.payments == tuple((step, float(x)) for step, x in paid if x >= 0.01)
            cfads = float(rows(state.operations.businesses, 1)[0, CFADS, 0])
            assert any(f"CFADS {usd(cfads)}." in sentence for sentence in month.sentences)
        elif is_told:
            assert (flows < 0.01).all()


def test_a_default_is_told_with_its_cause_and_what_the_lenders_got(full, defaulted):
    path, cause, claims = defaulted
    months = list(tell(full, path, seed=SEED, paths=PATHS))
    story = words(months)
    assert f"SPV defaults: {BECAUSE[CAUSES[cause]]}" in story
    assert "falls due at once" in story
    assert " sold at " in story
    ending = "\n".join(months[-1].sentences)
    for facility, claim in zip(full.base.names.facilities, claims, strict=True):
        if claim[EAD] > 0.5:
            assert f"{facility}: exposure at default {usd(claim[EAD])}, recovered {usd(claim[RECOVERED])}" in ending
        else:
            assert f"{facility}: the lenders are paid in full." in ending


def test_tests_are_told_with_threshold_and_verdict(full):
    story = words(list(tell(full, 5, seed=SEED, paths=PATHS)))
    for covenant in full.spec.borrowers[0].covenants:
        verdicts = [line for line in story.splitlines() if line.startswith(f"{covenant.name}: ")]
        assert verdicts
        assert all(" wanted: " in line for line in verdicts)


def test_the_story_opens_with_weight_and_assumptions_and_ends_with_the_outcome(ranged):
    months = list(tell(ranged, 0, seed=SEED, paths=PATHS))
    opening = months[0].sentences
    assert opening[0].startswith("Path 0 of 96, seed 7; it counts for ")
    assert opening[1:] == (
        "Draw 1 of 1 of 1 assumed range.",
        "Assumed: economy.market.machines[b300].rental = 4 USD/h.",
    )
    assert all(sentence.startswith("Outcome. ") for sentence in months[-1].sentences)


def test_a_story_is_that_of_the_run(ranged):
    paths = 2 * CHUNK
    run = hl.run(ranged, paths=paths, seed=SEED)
    columns = run.results.columns
    late = np.arange(CHUNK, paths)
    path = int(late[np.argmax(columns["loss"][late, 0])])
    told = list(tell(ranged, path, seed=SEED, paths=paths))
    assert told[0].sentences[1] == "Draw 2 of 2 of 1 assumed range."
    assert f"counts for {columns['weight'][path]:.4g} " in told[0].sentences[0]
    ead, loss = columns["ead"][path, 0], columns["loss"][path, 0]
    assert f"exposure at default {usd(ead)}, recovered {usd(ead - loss)}" in told[-1].sentences[0]


@pytest.mark.parametrize("path", [-1, PATHS])
def test_a_path_that_the_run_has_not_is_refused(full, path):
    with pytest.raises(SpecError, match="a path from 0 to 95"):
        tell(full, path, paths=PATHS)


def test_a_miners_story_tells_coins_calls_sales_and_shares():
    sheet = hl.load(DATA / "treasury.yaml")
    said = " ".join(
        sentence for path in range(12) for month in tell(sheet, path, paths=100) for sentence in month.sentences
    )
    for words in ("BTC at", "hashprice", "margin call at", "the lender sells them", "sells", "issues shares at"):
        assert words in said, words
