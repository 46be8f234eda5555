"""Reading a document: figures, sources, assumptions, lines; careless and hostile YAML."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from halflife.foundation.document import read_document
from halflife.foundation.errors import SpecError

DEAL = """\
valuation: 2026-03-31
borrowers:
  - name: acme
    facilities:
      - name: ddtl
        margin: {value: 225 bp, source: "8-K 2026-03-30", note: floor at zero}
        tenor:
          assumed: {low: 48 months, high: 72 months}
          reason: peers
        amount: {assumed: {low: USD 1 bn, high: USD 3 bn, mode: USD 2 bn}, reason: press range}
        closing: {assumed: {low: 2026-01-01, high: 2026-01-31}, reason: within the month}
        rating: {assumed: BBB, reason: two notches below the offtaker}
        steps: {value: [5 %, 6 %], source: indenture}
"""
DDTL = ("borrowers", 0, "facilities", 0)


def findings_of(text):
    with pytest.raises(SpecError) as caught:
        read_document(text)
    assert caught.value.exit_code == 2
    for finding in caught.value.findings:
        assert all((finding.where, finding.found, finding.wanted, finding.fix))
    return caught.value.findings


def test_wrappers_are_taken_off_and_ranges_stand_at_mode_or_middle():
    facility = read_document(DEAL).tree()["borrowers"][0]["facilities"][0]
    assert facility == {
        "name": "ddtl",
        "margin": "225 bp",
        "tenor": "60 months",
        "amount": "USD 2 bn",
        "closing": "2026-01-16",
        "rating": "BBB",
        "steps": ["5 %", "6 %"],
    }


def test_a_draw_puts_each_range_at_its_quantile():
    document = read_document(DEAL)
    assert [spread.path[-1] for spread in document.ranges] == ["tenor", "amount", "closing"]
    low = document.tree([0.0, 0.0, 0.0])["borrowers"][0]["facilities"][0]
    high = document.tree([1.0, 1.0, 1.0])["borrowers"][0]["facilities"][0]
    part = document.tree([0.26, 0.125, 0.5])["borrowers"][0]["facilities"][0]
    assert (low["tenor"], low["amount"], low["closing"]) == ("48 months", "USD 1 bn", "2026-01-01")
    assert (high["tenor"], high["amount"], high["closing"]) == ("72 months", "USD 3 bn", "2026-01-31")
    assert (part["tenor"], part["amount"], part["closing"]) == ("54 months", "USD 1.5 bn", "2026-01-16")
    assert document.tree()["borrowers"][0]["facilities"][0]["tenor"] == "60 months"


def test_a_draw_of_the_wrong_length_or_outside_the_unit_interval_is_our_own_mistake():
    document = read_document(DEAL)
    with pytest.raises(ValueError, match="shorter"):
        document.tree([0.5])
    with pytest.raises(ValueError, match="between 0 and 1"):
        document.tree([0.5, 1.5, 0.5])


def test_sources_and_assumptions_are_kept_with_their_lines():
    document = read_document(DEAL)
    source = document.sources[(*DDTL, "margin")]
    assert (source.value, source.text, source.note) == ("225 bp", "8-K 2026-03-30", "floor at zero")
    assert document.sources[(*DDTL, "steps")].value == ["5 %", "6 %"]
    tenor, amount, _closing, rating = document.assumptions
    assert (tenor.low, tenor.high, tenor.mode, tenor.reason) == ("48 months", "72 months", None, "peers")
    assert (tenor.is_range, tenor.line, amount.mode) == (True, 8, "USD 2 bn")
    assert (rating.is_range, rating.value) == (False, "BBB")


def test_a_figure_is_named_by_file_line_and_the_names_of_the_list_entries():
    document = read_document(DEAL)
    assert document.where((*DDTL, "margin")) == "document:6 borrowers[acme].facilities[ddtl].margin"
    assert document.where((*DDTL, "no such key")).startswith("document:5 ")
    assert document.line((*DDTL, "steps", 1)) == 13
    assert document.where(()) == "document:1"


def test_a_file_is_named_in_the_message(tmp_path):
    path = tmp_path / "deal.yaml"
    path.write_text("a: 1\na: 2\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"deal\.yaml:2:"):
        read_document(path)
    with pytest.raises(SpecError, match="No such file"):
        read_document(tmp_path / "other.yaml")
    with pytest.raises(SpecError, match="readable YAML file"):
        read_document(tmp_path)


def test_plain_words_are_read_as_yaml_12():
    tree = read_document(
        "a: yes\nb: 1:30\nc: 1e6\nd: 2026-03-31\ne: 007\nf: .nan\ng: 0x1F\nh: '5'\ni: 1_000\nj: ~\n"
    ).tree()
    assert tree == {
        "a": "yes", "b": "1:30", "c": 1e6, "d": "2026-03-31", "e": "007",
        "f": ".nan", "g": "0x1F", "h": "5", "i": 1000, "j": None,
    }  # fmt: skip


def test_true_and_false_are_booleans_and_a_percentage_is_text():
    assert read_document("a: true\nb: False\nc: 5 %\n").tree() == {"a": True, "b": False, "c": "5 %"}


def test_an_alias_repeats_words_and_each_place_is_a_range_of_its_own():
    document = read_document("a: &t {assumed: {low: 1 %, high: 3 %}, reason: x}\nb: *t\n")
    assert document.tree([0.0, 1.0]) == {"a": "1 %", "b": "3 %"}


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
TOWER = "a0: &a0 x\n" + "".join(f"a{i}: &a{i} [[[[*a{i - 1}]]]]\n" for i in range(1, 2000))

HOSTILE = [
    ("", "an empty document"),
    ("# only a comment\n", "an empty document"),
    ("---\n", "an empty document"),
    ("- 1\n- 2\n", "text or a list"),
    ("just words\nand more\n", "text or a list"),
    ("a: 1\nb: 2\na: 3\n", "the key 'a' again (first on line 1)"),
    ("a:\n\tb: 1\n", "a tab in the indentation"),
    ("a: [1, 2\n", "not readable as YAML"),
    ("a: b: c\n", "not readable as YAML"),
    ("a: @b\n", "not readable as YAML"),
    ("a: 'b\n", "not readable as YAML"),
    ("a: \x00\n", "a character that is not text"),
    ("a: \ud800\n", "bytes that are not UTF-8 text"),
    ("a: !!python/object/apply:os.system [ls]\n", "the tag"),
    ("a: !include other.yaml\n", "the tag"),
    ("? [a, b]\n: 1\n", "a key that is not a word"),
    ("<<: {a: 1}\nb: 2\n", "a merge key"),
    ("a: 1\n---\nb: 2\n", "a second document"),
    ("a: *b\n", "not there"),
    ("a: &a [*a]\n", "not finished"),
    ("a: " + "[" * 5000 + "\n", "more than 64 levels"),
    ("a: " + "{b: " * 5000 + "\n", "more than 64 levels"),
    (BOMB, "more than 100,000 entries"),
    (TOWER, "more than 64 levels"),
    ("a: " + "x" * 64_000_001 + "\n", "a very large file"),
    ("a\n" * 10, "text or a list"),
]


@pytest.mark.parametrize(("text", "found"), HOSTILE, ids=[found for _, found in HOSTILE])
def test_careless_or_hostile_yaml_is_refused_with_what_to_do(text, found):
    (finding,) = findings_of(text)
    assert found in finding.found


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path):
    path = tmp_path / "deal.yaml"
    path.write_bytes(b"a: 1\nb: \xff\xfe\n")
    with pytest.raises(SpecError, match=r"deal\.yaml:2"):
        read_document(path)


def test_a_byte_order_mark_is_no_obstacle(tmp_path):
    path = tmp_path / "deal.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_document(path).tree() == {"a": 1, "b": 2}


WRAPPERS = [
    ("{value: 225 bp, assumed: 5 %, reason: x}", "a", "both 'value' and 'assumed'"),
    ("{value: 225 bp, sorce: x}", "a.sorce", "unknown key 'sorce'"),
    ("{value: 225 bp, reason: x}", "a.reason", "unknown key 'reason'"),
    ("{value: 225 bp, source: }", "a.source", "nothing"),
    ("{value: 225 bp, source: [x]}", "a.source", "a list"),
    ("{value: }", "a", "nothing"),
    ("{value: {value: 1}}", "a", "a figure inside a figure"),
    ("{assumed: 57 months}", "a", "an assumption without a reason"),
    ("{assumed: 57 months, reason: ''}", "a.reason", "''"),
    ("{assumed: , reason: x}", "a", "nothing"),
    ("{assumed: {low: 5 %}, reason: x}", "a.assumed", "a range without 'high'"),
    ("{assumed: {low: 5 %, high: 4 %}, reason: x}", "a.assumed", "low '5 %', high '4 %'"),
    ("{assumed: {low: 5 %, high: 6 %, mode: 7 %}, reason: x}", "a.assumed", "mode '7 %'"),
    ("{assumed: {low: 5 %, high: 600 bp}, reason: x}", "a.assumed", "high '600 bp'"),
    ("{assumed: {low: 5 %, high: 2026-01-01}, reason: x}", "a.assumed", "high '2026-01-01'"),
    ("{assumed: {low: five, high: 6 %}, reason: x}", "a.assumed.low", "'five'"),
    ("{assumed: {low: [5], high: 6 %}, reason: x}", "a.assumed.low", "a list"),
    ("{assumed: {low: 5 %, high: 6 %, mod: 5 %}, reason: x}", "a.assumed.mod", "unknown key 'mod'"),
]


@pytest.mark.parametrize(("figure", "path", "found"), WRAPPERS, ids=[found for _, _, found in WRAPPERS])
def test_a_badly_written_source_or_assumption_is_a_finding_at_its_place(figure, path, found):
    (finding,) = findings_of(f"b: 1\na: {figure}\n")
    assert finding.where == f"document:2 {path}"
    assert found in finding.found


def test_all_findings_come_at_once():
    text = "\n".join(f"k{place}: {figure}" for place, (figure, _, _) in enumerate(WRAPPERS)) + "\n"
    assert len(findings_of(text)) == len(WRAPPERS)


PERCENT = st.integers(-10_000, 10_000)


@given(PERCENT, PERCENT, st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_a_range_is_walked_in_order_and_stays_inside(first, second, u, v, has_mode):
    low, high = sorted((first, second))
    mode = f", mode: {(low + high) // 2} %" if has_mode else ""
    document = read_document(f"a: {{assumed: {{low: {low} %, high: {high} %{mode}}}, reason: x}}\n")
    u, v = sorted((u, v))
    at_u, at_v = (float(document.tree([w])["a"].removesuffix(" %")) for w in (u, v))
    assert low <= at_u <= at_v <= high


# The writer follows YAML 1.1, where 1e6 is text: digits are left out of the words.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x000123456789"), min_size=1, max_size=12).filter(
    lambda word: word not in ("<<", "value", "assumed")
)
PLAIN_TREES = st.recursive(
    st.one_of(WORDS, st.integers(-(10**17), 10**17), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(WORDS, PLAIN_TREES, min_size=1, max_size=4))
def test_a_dump_reads_back_as_the_same_tree(tree):
    text = yaml.safe_dump(tree)
    assert read_document(text + "\n").written() == tree


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    try:
        read_document(text + "\n")
    except SpecError as error:
        found = error.findings
    else:
        found = ["a document"]
    assert found


def test_a_document_that_writes_out_too_much_is_refused(monkeypatch):
    monkeypatch.setattr("halflife.foundation.reading.MAX_WRITTEN", 10)
    with pytest.raises(SpecError, match="more than 10 entries"):
        read_document("a: [" + "x, " * 12 + "]\n")
