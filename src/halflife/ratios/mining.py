"""What a hash earns: hashprice from price, subsidy, fees and the network's size."""

from __future__ import annotations

from halflife.ratios.amount import Amount

BLOCKS = 144.0
"""Blocks a day at the network's difficulty."""
SECONDS = 86_400.0
HASHES_PER_DIFFICULTY = 2.0**32
"""Expected hashes for a block, per unit of difficulty."""
PETA = 1e15


def network_hashrate(difficulty: Amount) -> Amount:
    """Hash rate at which blocks come every ten minutes: PH/s.

    Parameters
    ----------
    difficulty : as the chain states it

    Returns
    -------
    PH/s

    Notes
    -----
    ``difficulty x 2^32 x 144 / 86,400 s``.

    References
    ----------
    Bitcoin protocol: a target of difficulty 1 is met once in ``2^32`` hashes.
    """
    return difficulty * (HASHES_PER_DIFFICULTY * BLOCKS / SECONDS / PETA)


def hashprice(price: Amount, subsidy: Amount, fees: Amount, hashrate: Amount) -> Amount:
    """Hashprice: what one PH/s earns in a day.

    Parameters
    ----------
    price : USD per coin;  subsidy, fees : coins per block;  hashrate : of the network, PH/s, positive

    Returns
    -------
    USD per PH/s and day

    References
    ----------
    tests/reference/hashprice-yearly-means/SOURCE.md
    """
    return price * (subsidy + fees) * BLOCKS / hashrate


def fees_of_share(subsidy: Amount, share: Amount) -> Amount:
    """Fees per block from their share of the whole reward: coins.

    References
    ----------
    ``share = fees / (subsidy + fees)``.
    """
    return subsidy * share / (1.0 - share)
