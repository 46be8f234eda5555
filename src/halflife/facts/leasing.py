"""What lessors lost on defaulted leases, by kind of asset: an anchor for loss given default before any fire sale."""

from __future__ import annotations

from types import MappingProxyType

SOURCE = "Leaseurope and Deloitte France, quoted at seedi.org/knowledge-point/what-is-the-expected-loss-on-leases"
DATE = "not stated; read on 2026-11-23"

_RATES = MappingProxyType(
    {
        "passenger cars": 0.1688,
        "machinery": 0.2113,
        "commercial vehicles": 0.2611,
        "computers & business machines": 0.2884,
    }
)


def lease_loss_rate(asset: str) -> float:
    """Average loss on defaulted leases of one kind of asset.

    Parameters
    ----------
    asset : "passenger cars", "machinery", "commercial vehicles" or "computers & business machines"

    Returns
    -------
    fraction of the exposure
        Quoted second hand, without sample or error; European leases, not forced sales.

    Raises
    ------
    KeyError
        For another kind.

    References
    ----------
    `SOURCE`; tests/reference/m4-leasing-loss-rates/SOURCE.md
    """
    return _RATES[asset]
