"""From a tree of words to a spec, or to every finding at once; and the JSON schema for editors."""

from typing import Annotated, Literal, Self

import jsonschema
import pytest
from pydantic import Field, ValidationError, model_validator

from halflife.foundation.document import read_document
from halflife.foundation.errors import Refusal, SpecError
from halflife.foundation.spec import Spec, json_schema, validate_tree
from halflife.foundation.units import Count, Date, Margin, Months, Rate, Share, Usd


class TermLoan(Spec):
    """A loan repaid over its term."""

    kind: Literal["term"]
    name: str
    term: Months
    """Months from first draw to maturity."""
    margin: Margin


class Revolver(Spec):
    """A line drawn and repaid at will."""

    kind: Literal["revolver"]
    name: str
    amount: Usd
    drawn: Share = 0.0

    @model_validator(mode="after")
    def _is_worth_having(self) -> Self:
        if self.amount == 0.0:
            raise Refusal("an amount of nothing", "a positive amount", "write how much", at=("amount",))
        return self


class Borrower(Spec):
    """Who owes."""

    name: str
    facilities: list[Annotated[TermLoan | Revolver, Field(discriminator="kind")]]
    curve: dict[str, Rate] = Field(default_factory=dict)
    rate: Rate | Literal["sofr"] = "sofr"
    style: Literal["level", "sculpted"] = "level"
    units: Count = 0
    years: int = 1
    is_shared: bool = False

    @model_validator(mode="after")
    def _owes_something(self) -> Self:
        if self.units > 10 and self.years > 10:
            raise ValueError("at most 10 units or at most 10 years")
        return self


class Deal(Spec):
    """The whole."""

    valuation: Date
    borrowers: list[Borrower]
    floor: Margin | None = None


GOOD = """\
valuation: 2026-03-31
floor: {value: 0 bp, source: "8-K"}
borrowers:
  - name: acme
    curve: {1y: 5 %, 2y: {assumed: 6 %, reason: flat}}
    years: {value: 5, source: "8-K"}
    style: {assumed: sculpted, reason: usual}
    facilities:
      - {kind: term, name: ddtl, margin: 225 bp,
         term: {assumed: {low: 48 months, high: 72 months}, reason: peers}}
      - {kind: revolver, name: line, amount: USD 5 m}
"""


def findings_of(text):
    document = read_document(text)
    with pytest.raises(SpecError) as caught:
        validate_tree(Deal, document.tree(), document)
    return caught.value.findings


def test_a_good_document_becomes_a_frozen_spec_with_plain_numbers():
    document = read_document(GOOD)
    deal = validate_tree(Deal, document.tree(), document)
    loan, line = deal.borrowers[0].facilities
    assert (loan.term, loan.margin, line.amount, line.drawn) == (60, 0.0225, 5e6, 0.0)
    assert deal.borrowers[0].curve == {"1y": 0.05, "2y": 0.06}
    with pytest.raises(ValidationError):
        loan.term = 3


def test_every_draw_of_a_good_range_is_accepted():
    document = read_document(GOOD)
    terms = [validate_tree(Deal, document.tree([u / 20]), document).borrowers[0].facilities[0].term for u in range(21)]
    assert terms == sorted(terms)
    assert (terms[0], terms[-1]) == (48, 72)


BAD = """\
valuaton: 2026-03-31
floor: 3
borrowers:
  - name: 7
    stile: level
    style: levl
    rate: 5
    units: -1
    years: 1.5
    is_shared: perhaps
    curve: {a: 5 %, b: 5}
    facilities:
      - {kind: term, name: ddtl, term: 72, margin: x}
      - {kind: term, name: late}
      - {kind: trm}
      - {name: odd}
      - 5
      - {kind: revolver, name: line, amount: 0 USD}
      - {kind: revolver, name: other, amount: USD 1 m, drawn: 0.5}
  - facilities: none
    name: 8
  - {name: last, facilities: [], units: 11, years: 11}
"""
B = "borrowers[0]"
EXPECTED = [
    ("document:1 valuation", "no 'valuation'", "a day", "'2026-03-31'"),
    ("document:1 valuaton", "unknown key 'valuaton'", "valuation, borrowers, floor", "'valuation'"),
    ("document:2 floor", "3 (no unit)", "a margin", "225 bp"),
    (f"document:4 {B}.name", "7", "text", "quotes"),
    (f"document:5 {B}.stile", "unknown key 'stile'", "style", "'style'"),
    (f"document:6 {B}.style", "'levl'", "one of level, sculpted", "'level'"),
    (f"document:7 {B}.rate", "5 (no unit)", "sofr", "5.9 %"),
    (f"document:8 {B}.units", "-1 (negative)", "a whole number of units", "2304"),
    (f"document:9 {B}.years", "1.5", "a whole number", "fraction"),
    (f"document:10 {B}.is_shared", "'perhaps'", "true or false", "true"),
    (f"document:11 {B}.curve.b", "5 (no unit)", "a rate", "5.9 %"),
    (f"document:13 {B}.facilities[ddtl].term", "72 (no unit)", "months", "72 months"),
    (f"document:13 {B}.facilities[ddtl].margin", "'x'", "a margin", "225 bp"),
    (f"document:14 {B}.facilities[late].term", "no 'term'", "months", "72 months"),
    (f"document:14 {B}.facilities[late].margin", "no 'margin'", "a margin", "225 bp"),
    (f"document:15 {B}.facilities[2].kind", "'trm'", "one of term, revolver", "'term'"),
    (f"document:16 {B}.facilities[odd]", "no 'kind'", "term, revolver", "kind"),
    (f"document:17 {B}.facilities[4]", "5", "a group of keys", "key: value"),
    (f"document:18 {B}.facilities[line].amount", "an amount of nothing", "a positive amount", "how much"),
    (f"document:19 {B}.facilities[other].drawn", "0.5 (no unit)", "a share", "90 %"),
    ("document:20 borrowers[1].facilities", "'none'", "a list", "- "),
    ("document:21 borrowers[1].name", "8", "text", "quotes"),
    ("document:22 borrowers[last]", "figures that do not go together", "at most 10", "change"),
]


@pytest.mark.parametrize(("where", "found", "wanted", "fix"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_each_mistake_is_found_at_its_line_with_what_was_wanted_and_what_to_do(where, found, wanted, fix):
    (finding,) = [finding for finding in findings_of(BAD) if finding.where == where]
    assert found in finding.found
    assert wanted in finding.wanted
    assert fix in finding.fix


def test_all_mistakes_come_at_once_in_the_order_of_the_document():
    findings = findings_of(BAD)
    lines = [int(finding.where.split(":")[1].split()[0]) for finding in findings]
    assert lines == sorted(lines)
    wheres = {finding.where for finding in findings}
    assert wheres >= {row[0] for row in EXPECTED}
    assert len(wheres) == len(findings)


def test_a_message_reads_as_four_answers():
    text = str(SpecError(findings_of("valuation: 2026-03-31\nborrowers: []\nfloor: 3\n")))
    assert text == (
        "document:3 floor:\n"
        "    found  3 (no unit)\n"
        "    wanted a margin in bp or % per year, not negative\n"
        "    do     write it like '225 bp' or '2.25 %'"
    )


def test_a_tag_that_is_also_a_key_of_its_variant_does_not_confuse_the_path():
    loan = "{kind: term, name: b, term: 5 years,\n margin: 2}"
    text = f"valuation: 2026-03-31\nborrowers:\n  - {{name: a, facilities: [{loan}]}}\n"
    assert [finding.where for finding in findings_of(text)] == ["document:4 borrowers[a].facilities[b].margin"]


def test_a_spec_may_not_use_the_words_that_mark_a_figure():
    with pytest.raises(TypeError, match="value would be read as a figure"):

        class Bad(Spec):
            """Not possible."""

            value: int


def test_the_schema_accepts_what_we_accept_and_refuses_an_unexplained_guess():
    schema = json_schema(Deal)
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    assert not list(checker.iter_errors(read_document(GOOD).written()))
    for mistake in (
        ("225 bp", "225"),
        (", reason: flat", ""),
        ("name: acme", "nom: acme"),
        ("sculpted", "scalped"),
        ("low: 48 months, ", ""),
    ):
        try:
            written = read_document(GOOD.replace(*mistake)).written()
        except SpecError:
            continue
        assert list(checker.iter_errors(written)), mistake


def test_the_schema_tells_editors_what_a_figure_is():
    schema = json_schema(Deal)
    assert schema["$defs"]["Margin"]["description"] == "a margin in bp or % per year, not negative"
    assert schema["$defs"]["Margin"]["anyOf"][0]["examples"] == ["225 bp", "2.25 %"]
    term = schema["$defs"]["TermLoan"]["properties"]["term"]
    assert term == {"$ref": "#/$defs/Months", "description": "Months from first draw to maturity."}
    assert schema["$defs"]["TermLoan"]["properties"]["kind"]["const"] == "term"
