"""One claim at a time: nobody is paid more than is due or more than there is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from halflife.foundation.backend import twin
from halflife.waterfall.kernel import pay

amounts = st.floats(0.0, 1e12)


@given(amounts, amounts)
def test_no_cash_is_created_or_lost(cash, due):
    paid, left = (float(x) for x in twin(pay)(cash, due))
    np.testing.assert_allclose(paid + left, cash, rtol=1e-12, atol=1e-6)
    assert 0.0 <= paid <= due
    assert left >= 0.0


@given(amounts, amounts, amounts)
def test_junior_is_unpaid_until_senior_is_whole(cash, senior, junior):
    first, left = twin(pay)(cash, senior)
    second, _ = twin(pay)(left, junior)
    assert float(second) == 0.0 or float(first) == senior


def test_paying_in_two_steps_is_paying_once():
    cash, dues = 10.0, (4.0, 7.0)
    first, left = twin(pay)(cash, dues[0])
    second, left = twin(pay)(left, dues[1])
    assert (float(first), float(second), float(left)) == (4.0, 6.0, 0.0)
