from __future__ import annotations

from halflife.collateral import explain


def test_worth_says_where_the_books_differ():
    assert explain.worth("B300", 2304, 30_000, 62e6, 40e6, 80e6) == (
        "B300: 2,304 machines at 30,000 USD each; orderly sale 62.0 m USD, forced sale 40.0 m USD, "
        "books 80.0 m USD; the books are 2.0 times the forced value."
    )
    assert explain.worth("B300", 1, 0.0, 0.0, 0.0, 8e6) == (
        "B300: not worth running; the books still say 8.0 m USD."
    )


def test_a_change_of_value_is_told_once_it_can_be_seen():
    assert explain.change("B300", 100.0, 92.0) == "B300: value of one machine down 8.0%."
    assert explain.change("B300", 100.0, 100.01) == "B300: value of one machine unchanged."
    assert explain.change("B300", 0.0, 0.0) == "B300: worthless before and now."
    assert explain.change("B300", 0.0, 5.0) == "B300: worth running again."
