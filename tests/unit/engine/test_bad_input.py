"""Bad term sheets from their words to the refusal: file, line, path, found, wanted, and what to do.

Each case replaces some words of a good file.  `test_refusals` changes good trees; here the file itself is bad.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from halflife.engine.resolve import resolve
from halflife.engine.run import refuse_if_too_large
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.foundation.errors import SpecError
from halflife.foundation.spec import validate_tree

DATA = Path(__file__).resolve().parents[2] / "data"
LOAN, FULL = ((DATA / name).read_text() for name in ("term_loan.yaml", "full_ddtl.yaml"))
RATE = "rate: {kind: fixed, coupon: 9 %}"
TERM = "term: 40 months}"
CORRELATED = """correlations:
      - {between: [compute, rates], correlation: 0.9}
      - {between: [compute, credit], correlation: 0.9}
      - {between: [rates, credit], correlation: -0.9}
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

# name: file, words, what stands there instead, where it is found, what is said
CASES = {
    # units
    "price in the wrong unit": (
        LOAN, "price: 3.50 USD/h", "price: 3.50 USD/month", "contracts[lease].price", "USD/month"),
    "price without a unit": (LOAN, "price: 3.50 USD/h", "price: 3.50", "contracts[lease].price", "USD/h"),
    "price in euro": (LOAN, "price: 3.50 USD/h", "price: 3.50 EUR/h", "contracts[lease].price", "EUR"),
    "power in megawatt-hours": (LOAN, "power: 1.9 kW", "power: 1.9 MWh", "machines[b300].power", "MWh"),
    "coupon without a unit": (LOAN, "coupon: 9 %", "coupon: 9", "loan].rate.coupon", "%"),
    "coupon as a share of a year": (LOAN, "coupon: 9 %", "coupon: 9 months", "loan].rate.coupon", "months"),
    "rent in words": (LOAN, "rental: 4.00 USD/h", "rental: four dollars", "machines[b300].rental", "four dollars"),
    "term in dollars": (LOAN, TERM, "term: 40 USD}", "contracts[lease].term", "months"),
    "depth in per cent": (LOAN, "depth: 2000", "depth: 20 %", "resale", "20 %"),
    "half a machine": (LOAN, "units: 2304", "units: 2304.5", "fleets[main].units", "2304.5"),
    "half a month": (LOAN, TERM, "term: 40.5 months}", "contracts[lease].term", "40.5"),
    "threshold in dollars": (
        LOAN, "threshold: 1.10x", "threshold: 1.10 USD", "covenants[coverage].threshold", "1.10 USD"),
    "ambiguous date": (LOAN, "maturity: 2029-03-31", "maturity: 03/04/2029", "loan].maturity", "03/04/2029"),
    "a day that does not exist": (LOAN, "maturity: 2029-03-31", "maturity: 2029-02-30", "loan].maturity", "2029-02-30"),
    # signs and sizes
    "negative units": (LOAN, "units: 2304", "units: -5", "fleets[main].units", "-5"),
    "negative cost": (LOAN, "cost: 55_000 USD", "cost: -1 USD", "fleets[main].cost", "-1 USD"),
    "negative coupon": (LOAN, "coupon: 9 %", "coupon: -9 %", "loan].rate.coupon", "-9 %"),
    "share above the whole": (LOAN, "recovery: 40 %", "recovery: 140 %", "Acme AI].recovery", "140 %"),
    "infinite commitment": (LOAN, "commitment: 95 m USD", "commitment: .inf", "loan].commitment", "inf"),
    "not a number": (LOAN, "pue: 1.25, hosting", "pue: .nan, hosting", "opex.pue", "nan"),
    "absurd number": (LOAN, "cost: 55_000 USD", "cost: 1e40 USD", "fleets[main].cost", "1e40"),
    "nothing lent": (LOAN, "commitment: 95 m USD", "commitment: 0 USD", "loan].commitment", "0 USD"),
    "issued for nothing": (LOAN, "commitment: 95 m USD", "commitment: 95 m USD\n          issue_price: 0 %",
                           "loan].issue_price", "0 %"),
    "free machine rent": (LOAN, "rental: 4.00 USD/h", "rental: 0 USD/h", "machines[b300].rental", "zero"),
    # keys and words
    "unknown key": (LOAN, "day_count: 30/360", "day_cuont: 30/360", "day_cuont", "did you mean 'day_count'"),
    "unknown key at the top": (LOAN, "valuation:", "valuatoin:", "valuat", "valuation"),
    "unknown word": (LOAN, "kind: straight", "kind: straigth", "amortisation.kind", "did you mean 'straight'"),
    "unknown day count": (LOAN, "day_count: 30/360", "day_count: ACT/ACT", "loan].day_count", "ACT/360"),
    "unknown payment step": (LOAN, "{pay: distribute}", "{pay: dividends}", "priority[3].pay", "distribute"),
    "unknown covenant test": (LOAN, "test: dscr", "test: dcsr", "covenants[coverage].test", "dscr"),
    "unknown rating": (LOAN, "rating: BBB-", "rating: BBB--", "Acme AI].rating", "BBB--"),
    "unknown market facts": (LOAN, "facts: steady-30", "facts: steady-31", "economy.market.facts", "steady-30"),
    "payment twice a month": (LOAN, "day_count: 30/360", "every: 2", "loan].every", "2"),
    "text for a list": (LOAN, "roles: [offtaker]", "roles: offtaker", "Acme AI].roles", "list"),
    "number for a flag": (LOAN, "payment_grace: 1 month", "payment_grace: 1 month, is_insolvency_default: 3",
                          "is_insolvency_default", "true"),
    # what is missing
    "missing rate": (LOAN, RATE, "", "loan].rate", "no 'rate'"),
    "missing coupon": (LOAN, RATE, "rate: {kind: fixed}", "loan].rate.coupon", "no 'coupon'"),
    "missing kind of rate": (LOAN, RATE, "rate: {coupon: 9 %}", "loan].rate", "kind"),
    "missing maturity": (LOAN, "          maturity: 2029-03-31\n", "", "loan].maturity", "no 'maturity'"),
    "no borrower": (LOAN, LOAN[LOAN.index("borrowers:"):], "borrowers: []\n", "", "at least one borrower"),
    "no way to fail": (LOAN, "rating: BBB-, ", "", "counterparties[Acme AI]", "rating"),
    "two ways to fail": (
        FULL, "venture: {cash", "rating: B\n    venture: {cash", "counterparties[Startup]", "exactly one"),
    "revolver without its base": (
        FULL, "borrowing_base: {advance_rate: 50 %, advance_fall: 10 %, receivables: 80 %}", "",
                                  "facilities[abl]", "borrowing_base"),
    "guarantee without liquidity": (FULL, ", liquidity: 500 m USD", "", "borrowers[SPV].guarantee", "liquidity"),
    "limited guarantee without cap": (FULL, " cap: 100 m USD,", "", "borrowers[SPV].guarantee", "cap"),
    "operator without a plan for its failure": (FULL, "      operator: Operator\n", "", "operations", "go together"),
    # dates and amounts against each other
    "maturity before the draws end": (FULL, "until: 2027-01-31", "until: 2032-01-31", "facilities[ddtl]", "before"),
    "deliveries that run backwards": (
        FULL, "first: 2026-04-30, last: 2026-12-31", "first: 2026-12-31, last: 2026-04-30",
                                      "fleets[new].delivery", "before"),
    "successor available before it is announced": (FULL, "availability: 2027-06-30", "availability: 2026-06-30",
                                                   "successors[rubin].availability", "announcement first"),
    "custom shares above the loan": (FULL, "shares: [10 %, 10 %, 10 %]", "shares: [50 %, 50 %, 10 %]",
                                     "mezzanine].amortisation", "more than the loan"),
    "contract for a machine the fleet lacks": (FULL, "fleet: old, offtaker", "fleet: older, offtaker",
                                               "contracts[tail].fleet", "old"),
    "step naming an unknown account": (FULL, "{pay: fill, account: dsra}", "{pay: fill, account: dsar}",
                                       "priority[8]", "dsra"),
    "correlations that cannot hold together": (
        LOAN, "    facts: steady-30\n", "    facts: steady-30\n    " + CORRELATED,
                                               "economy.market.correlations", "positive definite"),
    "correlation above one": (LOAN, "    facts: steady-30\n",
      "    facts: steady-30\n    correlations: [{between: [compute, rates], correlation: 12}]\n",
                              "correlations[0].correlation", "12"),
    "five degrees of freedom": (LOAN, "    facts: steady-30\n", "    facts: steady-30\n    shock_degrees: 5\n",
                                "economy.market.shock_degrees", "gaussian"),
    "funded party that burns nothing": (FULL, "burn: 1 bn USD/yr", "burn: 0 USD/yr", "Startup].venture.burn", "burn"),
    # figures that carry a source or an assumption
    "assumption without a reason": (LOAN, "pue: 1.25, hosting", "pue: {assumed: 1.25}, hosting", "opex.pue", "reason"),
    "source that says nothing": (
        LOAN, "coupon: 9 %", 'coupon: {value: 9 %, source: ""}', "loan].rate.coupon", "source"),
    "range the wrong way round": (
        LOAN, "pue: 1.25, hosting", "pue: {assumed: {low: 1.4x, high: 1.1x}, reason: test}, hosting",
                                  "opex.pue", "low"),
    "range in two units": (LOAN, TERM, "term: {assumed: {low: 10 months, high: 4 years}, reason: test}}",
                           "contracts[lease].term", "unit"),
    # YAML
    "key twice": (LOAN, "day_count: 30/360", "day_count: 30/360\n          day_count: ACT/360", "", "once"),
    "tabs": (LOAN, "    debt:\n", "\tdebt:\n", "", ""),
    "unbalanced braces": (LOAN, TERM, "term: 40 months", "", ""),
    "object of a program": (LOAN, "pue: 1.25, hosting", "pue: !!python/object:os.system x, hosting", "", "tag"),
    "alias bomb": (LOAN, LOAN, BOMB, "", ""),
    "endless depth": (LOAN, LOAN, "a: " + "[" * 5000 + "]" * 5000, "", ""),
    "alias of nothing": (LOAN, "rating: BBB-", "rating: *missing", "", ""),
    "two documents": (LOAN, "borrowers:", "---\nborrowers:", "", ""),
    "a list instead of a deal": (LOAN, LOAN, "- one: 1\n- two: 2\n", "", ""),
    "an empty file": (LOAN, LOAN, "# nothing:\n", "", ""),
}  # fmt: skip


def deal_of(text):
    document = read_document(text)
    return resolve(validate_tree(SystemSpec, document.tree(), document), document)


def refusal(text):
    with pytest.raises(SpecError) as refused:
        deal_of(text)
    return refused.value


@pytest.mark.parametrize("case", CASES)
def test_is_refused_with_place_and_way_out(case):
    text, words, instead, where, says = CASES[case]
    assert words in text
    error = refusal(text.replace(words, instead, 1))
    assert error.exit_code == 2
    told = "\n".join(map(str, error.findings))
    for finding in error.findings:
        assert finding.where, told
        assert finding.found, told
        assert finding.wanted, told
        assert finding.fix, told
    assert any(
        where in finding.where and says in f"{finding.where} {finding.found} {finding.wanted} {finding.fix}"
        for finding in error.findings
    ), told
    assert "Traceback" not in str(error)
    assert "pydantic" not in str(error)
    assert len(str(error)) < 4000


@pytest.mark.parametrize(
    "case",
    [case for case, (text, words, _, where, _) in CASES.items() if where and words != text and "\n" not in words],
)
def test_the_line_is_that_of_the_words(case):
    text, words, instead, where, _ = CASES[case]
    bad = text.replace(words, instead, 1)
    first = 1 + text[: text.index(words)].count("\n")
    last = first + max(1, instead.count("\n"))
    lines = [int(f.where.split(":")[1].split()[0]) for f in refusal(bad).findings if where in f.where]
    near = [line for line in lines if first - 9 <= line <= last]
    assert near, (first, lines)


@pytest.mark.parametrize("paths", [10**9, 10**15, 0, -1])
def test_too_many_paths_are_refused_with_the_memory_they_need(paths):
    plan = deal_of(LOAN).plan
    with pytest.raises(SpecError) as refused:
        refuse_if_too_large(plan, paths)
    (finding,) = refused.value.findings
    assert finding.where == "paths"
    assert f"{paths:,}" in finding.found
    assert "GB" in finding.found
    assert finding.wanted
    assert finding.fix


def test_mistakes_of_every_kind_are_said_at_once():
    bad = LOAN
    for case in ("price in the wrong unit", "negative units", "unknown key", "unknown rating", "missing coupon"):
        bad = bad.replace(CASES[case][1], CASES[case][2], 1)
    assert len(refusal(bad).findings) >= 5


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    for path in (tmp_path / "nowhere.yaml", tmp_path):
        with pytest.raises(SpecError) as refused:
            read_document(path)
        (finding,) = refused.value.findings
        assert path.name in finding.where
        assert finding.found
        assert finding.wanted
        assert finding.fix
