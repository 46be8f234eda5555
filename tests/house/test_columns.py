"""Every column of every table names its axes and its unit."""

import pytest

from halflife.engine.plan import Plan
from halflife.foundation.axes import columns


@pytest.mark.parametrize("table", Plan.__annotations__.values(), ids=lambda table: table.__name__)
def test_every_column_has_axes_and_a_unit(table):
    found = columns(table)
    assert set(found) == set(table._fields)
    assert all(axes.names and unit.text for _, axes, unit in found.values())
