"""Tranches of a pool's loss and baskets: expected loss and par spread."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from halflife.instruments.bounds import accept, outside, unlike
from halflife.instruments.copula import Conditioned
from halflife.instruments.pool_losses import pool_losses
from halflife.ratios.amount import Amount


def tranche_loss(loss: Amount, attachment: Amount, detachment: Amount) -> Amount:
    """Loss of a tranche, given the pool's.

    Parameters
    ----------
    loss : fraction of the pool
    attachment, detachment : fractions of the pool, ``0 <= attachment < detachment``

    Returns
    -------
    fraction of the tranche
        ``min(max(loss - attachment, 0), detachment - attachment) / (detachment - attachment)``.

    Raises
    ------
    SpecError
        If the detachment is not above the attachment.

    References
    ----------
    Hull and White (2004), "Valuation of a CDO and an nth to default CDS without Monte Carlo simulation",
    Journal of Derivatives 12.
    """
    low, high = np.asarray(attachment, dtype=float), np.asarray(detachment, dtype=float)
    accept(
        outside("attachment", low, 0.0),
        outside("detachment - attachment", high - low, 0.0, is_low_in=False, fix="detach above the attachment"),
    )
    return np.clip((np.asarray(loss, dtype=float) - low) / (high - low), 0.0, 1.0)


def expected_tranche_loss(probability: Amount, loss: Amount, attachment: float, detachment: float) -> Amount:
    """Mean loss of a tranche under a distribution of the pool's loss.

    Parameters
    ----------
    probability : [..., state]
        May add up to less than 1: what is missing must be losses at or beyond the detachment.
    loss : [state], fraction of the pool
    attachment, detachment : fractions of the pool

    Returns
    -------
    [...], fraction of the tranche

    Raises
    ------
    SpecError
        If the tranche is not one, or probabilities and losses are not as many.

    References
    ----------
    Hull and White (2004); tests/reference/m6-tranche-expected-loss-5y/SOURCE.md,
    tests/reference/m6-bet-binomial/SOURCE.md
    """
    chance, lost = np.asarray(probability, dtype=float), np.asarray(loss, dtype=float)
    accept(unlike("number of probabilities", chance.shape[-1:], lost.shape, "give one for each loss"))
    left = 1.0 - tranche_loss(lost, attachment, detachment)
    return (1.0 - chance @ left)[()]


def pool_tranche_loss(
    conditioned: Conditioned, unit: float, attachment: float, detachment: float, units: Amount | None = None
) -> Amount:
    """Mean loss of a tranche on a finite pool, by recursion.

    Parameters
    ----------
    conditioned : pd [..., name, node]
        From `copula`.
    unit : fraction of the pool
        Of the lattice of losses; ``(1 - recovery) / names`` if all names are equal.
    attachment, detachment : fractions of the pool
    units : [name], whole numbers
        As for `pool_losses`.

    Returns
    -------
    [...], fraction of the tranche
        Exact on the lattice; losses beyond the detachment are never worked out one by one.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Andersen, Sidenius and Basu (2003); tests/reference/m6-tranche-expected-loss-5y/SOURCE.md
    """
    accept(outside("unit", unit, 0.0, is_low_in=False))
    below = int(np.ceil(detachment / unit * (1.0 - 1e-12))) - 1  # the greatest loss below the detachment
    chance = pool_losses(conditioned, units, most=below)
    return expected_tranche_loss(chance, unit * np.arange(chance.shape[-1]), attachment, detachment)


class Legs(NamedTuple):
    """Present value of both sides of a swap on a tranche or a basket, per unit of its notional."""

    protection: Amount
    """what the protection seller is expected to pay"""
    annuity: Amount
    """years: what a premium of 1 a year on the notional still alive is worth"""

    @property
    def par_spread(self) -> Amount:
        """Premium at which both sides are worth the same: 1/yr."""
        return self.protection / self.annuity


def legs(years: Amount, gone: Amount, lost: Amount, rate: float) -> Legs:
    """Value both sides of a swap whose notional disappears with losses.

    Parameters
    ----------
    years : [date], increasing
        When premiums are paid; the swap begins at 0.
    gone : [..., date], fraction of the notional
        Expected to have gone by then: the premium is paid on the rest.
    lost : [..., date], fraction of the notional
        Expected to have been paid by the protection seller by then. For a tranche the same as `gone`.
    rate : 1/yr, continuous
        Flat discount rate.

    Returns
    -------
    Legs
        Losses fall in the middle of their period; with them the premium accrued since its start is paid.

    Raises
    ------
    SpecError
        If dates do not increase from above 0 or do not match the losses.

    References
    ----------
    Hull and White (2004), section "Valuation"; tests/reference/m6-hull-white-cdo-gaussian/SOURCE.md
    """
    end = np.asarray(years, dtype=float)
    start = np.concatenate([[0.0], end[:-1]])
    share, paid = np.asarray(gone, dtype=float), np.asarray(lost, dtype=float)
    accept(
        outside("length of a period", end - start, 0.0, is_low_in=False, fix="let the dates increase from above 0"),
        unlike("dates of what is gone", share.shape[-1:], end.shape, "give one share for each date"),
        unlike("dates of what is lost", paid.shape[-1:], end.shape, "give one share for each date"),
    )
    at_end, at_middle = np.exp(-rate * end), np.exp(-0.5 * rate * (start + end))
    newly_gone, newly_paid = np.diff(share, prepend=0.0, axis=-1), np.diff(paid, prepend=0.0, axis=-1)
    premium = (1.0 - share) * at_end + 0.5 * newly_gone * at_middle
    return Legs((newly_paid * at_middle).sum(axis=-1), (premium * (end - start)).sum(axis=-1))


def tranche_legs(years: Amount, expected_loss: Amount, rate: float) -> Legs:
    """Value both sides of a swap on a tranche.

    Parameters
    ----------
    years : [date]
    expected_loss : [..., date], fraction of the tranche
        By that date.
    rate : 1/yr, continuous

    Returns
    -------
    Legs
        Losses alone shorten the tranche: recoveries are not used to pay down the most senior one.

    Raises
    ------
    SpecError
        As `legs`.

    References
    ----------
    Hull and White (2004), table 7; tests/reference/m6-hull-white-cdo-gaussian/SOURCE.md
    """
    return legs(years, expected_loss, expected_loss, rate)


def at_least_defaulted(conditioned: Conditioned, rank: int) -> Amount:
    """Probability that a number of names or more have defaulted.

    Parameters
    ----------
    conditioned : pd [..., name, node]
        From `copula`.
    rank : names, from 1

    Returns
    -------
    [...], probability

    Raises
    ------
    SpecError
        If there are fewer names.

    References
    ----------
    Hull and White (2004).
    """
    names = conditioned.pd.shape[-2]
    accept(outside("rank", rank, 1.0, names, fix=f"the basket holds {names} names"))
    chance = pool_losses(conditioned)
    fewer, rest = chance[..., :rank].sum(axis=-1), chance[..., rank:].sum(axis=-1)
    return np.where(fewer > 0.5, rest, 1.0 - fewer)[()]


def nth_to_default_legs(years: Amount, conditioned: Conditioned, rank: int, recovery: float, rate: float) -> Legs:
    """Value both sides of a swap that ends with the n-th default of a basket.

    Parameters
    ----------
    years : [date]
    conditioned : pd [date, name, node]
        Of default by each date.
    rank : names, from 1
        Which default is insured.
    recovery : fraction
        Of the name that defaults n-th; equal for all.
    rate : 1/yr, continuous

    Returns
    -------
    Legs
        Per unit of one name's notional.

    Raises
    ------
    SpecError
        If an input is outside its range.

    References
    ----------
    Hull and White (2004), tables 2 and 3; tests/reference/m6-hull-white-ntd-gaussian/SOURCE.md,
    tests/reference/hull_white_double_t_basket/SOURCE.md
    """
    accept(outside("recovery", recovery, 0.0, 1.0, is_high_in=False))
    gone = at_least_defaulted(conditioned, rank)
    return legs(years, gone, (1.0 - recovery) * gone, rate)
