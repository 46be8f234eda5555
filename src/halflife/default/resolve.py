"""From the words about events of default to arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from halflife.default.spec import DefaultSpec
from halflife.default.table import DefaultTable
from halflife.foundation.axes import seal
from halflife.foundation.names import Written


def resolve(borrowers: Sequence[Written[DefaultSpec]]) -> DefaultTable:
    """Turn all events of default into arrays; the spec's own units leave nothing to refuse.

    Parameters
    ----------
    borrowers : in name order
    """
    specs = [written.spec for written in borrowers]
    terms = [spec.refinancing for spec in specs]
    return seal(
        DefaultTable(
            grace=np.array([spec.payment_grace for spec in specs], dtype=np.float64),
            is_refinanceable=np.array([term is not None for term in terms], dtype=np.int64),
            most_ltv=np.array([term.most_ltv if term else 0.0 for term in terms], dtype=np.float64),
            least_dscr=np.array([term.least_dscr if term else 0.0 for term in terms], dtype=np.float64),
            traps_on_customer=np.array([spec.traps_on_customer_default for spec in specs], dtype=np.int64),
            traps_on_sponsor=np.array([spec.traps_on_sponsor_default for spec in specs], dtype=np.int64),
            is_insolvency_default=np.array([spec.is_insolvency_default for spec in specs], dtype=np.int64),
        )
    )
