from __future__ import annotations

from halflife.collateral import explain


def test_worth_says_where_the_books_differ():
    assert explain.worth(2304, 69e6, 62e6, 40e6, 80e6) == (
        "2,304 machines appraised at USD 69.00 m; orderly sale USD 62.00 m, forced sale USD 40.00 m, "
        "books USD 80.00 m; the books are 2.0 times the forced value."
    )
    assert explain.worth(1, 0.0, 0.0, 0.0, 8e6) == (
        "The machines are not worth running; the books still say USD 8.00 m."
    )


def test_a_change_of_value_is_told_once_it_is_news():
    assert explain.change("new", 20e3, 18e3) == "new: the value of one machine is down 10.0 % to USD 18.00 k."
    assert explain.change("new", 100.0, 100.01) is None
    assert explain.change("new", 0.0, 0.0) is None
    assert explain.change("new", 0.0, 5.0) == "new: the machines are worth running again, USD 5 each."
