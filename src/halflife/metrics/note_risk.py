"""What the holders of notes on a pool risk, beside what closed forms make of the same pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.instruments import vasicek
from halflife.instruments.copula import Conditioned, gaussian, student
from halflife.instruments.implied_correlation import implied_correlation, implied_severity, rarer
from halflife.instruments.pool_losses import pool_losses, units_of
from halflife.instruments.tranches import expected_tranche_loss, tranche_loss
from halflife.metrics.grades import grade_of_loss
from halflife.metrics.notes import TOLERANCE, Tranched
from halflife.metrics.pool import standings
from halflife.metrics.sample import Distribution, Estimated, Sample
from halflife.ratios.amount import Amount

LEVEL = 0.99
STATES = 1_000
"""Units into which a pool is cut for the recursion over its names."""
DEGREES = 4.0
"""Degrees of freedom of the t copula: the default of the market's shocks."""
ALMOST_SURE, ALMOST_NEVER = 1.0 - 1e-9, 1e-9
NODES, SCALES = 48, 32
"""Points over the factor and the scale of the t copula."""


@dataclass(frozen=True)
class NoteRisk:
    """One note, or what the owners hold.

    Parameters
    ----------
    name : of the note, or ``owners``;  balance : USD at closing;  coupon : 1/yr, None for the owners
    attachment, detachment : shares of the pool
    el : of the balance, with all cash flows;  loss_alone : the same if losses were simply tranched, without any
        interest left, reserve or trigger to catch them
    loss_probability : that any of the balance is lost
    unpaid_probability : that interest stays unpaid for good;  late_probability : that it was ever late
    wal : years; None where no principal is ever repaid
    es : mean of the worst 1 % of its losses, share of the balance
    grade : by expected loss over the average life, with its interval; empty for the owners
    """

    name: str
    balance: float
    coupon: float | None
    attachment: float
    detachment: float
    el: Estimated
    loss_alone: Estimated
    loss_probability: Estimated
    unpaid_probability: Estimated
    late_probability: Estimated
    wal: Estimated | None
    es: Estimated
    grade: str


@dataclass(frozen=True)
class Companion:
    """A closed form of the same pool.

    Parameters
    ----------
    name : of the model
    correlation : at which the variance of its loss is the one simulated
    severity : multiple of the mean losses given default, probabilities divided by it
    is_met : whether both variances are met; else one of the two stands at the end of its range
    el : [note or owners], of the balance
    es : mean of the worst 1 % of the pool's losses, share of the pool
    """

    name: str
    correlation: Estimated
    severity: Estimated
    is_met: bool
    el: tuple[Estimated, ...]
    es: Estimated


@dataclass(frozen=True)
class PoolRisk:
    """The pool itself: shares of its balance, and probabilities.

    names : of the borrowers;  held, pd, lost : of each: part of the pool, probability of default, mean loss given it
    el, es : of the pool, simulated;  default_deviation : standard deviation of the loss with losses given default fixed
    """

    names: tuple[str, ...]
    held: tuple[float, ...]
    pd: tuple[Estimated, ...]
    lost: tuple[float, ...]
    el: Estimated
    es: Estimated
    default_deviation: float


def note_risks(tranched: Tranched, loss: Floats, sample: Sample) -> tuple[NoteRisk, ...]:
    """Estimate what every holder risks, senior first, the owners last.

    Parameters
    ----------
    tranched : from `pool.share_out`;  loss : [path], share of the pool;  sample : weights and draws of the paths
    """
    pool = sum(paid.balance for paid in (*tranched.notes, tranched.owners))
    coupons = [note.coupon for note in tranched.structure.notes]
    found, below = [], pool
    for place, (paid, stand) in enumerate(
        zip((*tranched.notes, tranched.owners), standings(tranched, sample), strict=True)
    ):
        detachment, below = below / pool, below - paid.balance
        attachment = max(below, 0.0) / pool
        if stand.el is None:
            continue
        share, floor = paid.loss / paid.balance, TOLERANCE * max(paid.balance, 1.0)
        years = tranched.structure.period * paid.principal.shape[1] if stand.wal is None else stand.wal.value
        is_note = place < len(coupons)
        alone = np.asarray(tranche_loss(loss, attachment, detachment))
        found.append(
            NoteRisk(
                name=paid.name,
                balance=paid.balance,
                coupon=coupons[place] if is_note else None,
                attachment=attachment,
                detachment=detachment,
                el=stand.el,
                loss_alone=sample.mean(alone),
                loss_probability=stand.loss_probability,
                unpaid_probability=sample.mean((paid.shortfall > floor).astype(np.float64)),
                late_probability=stand.late_probability,
                wal=stand.wal,
                es=Distribution(sample, share).tail_mean(LEVEL),
                grade=str(grade_of_loss(stand.el, years, sample.paths).text) if is_note else "",
            )
        )
    return tuple(found)


def pool_risk(names: Sequence[str], held: Floats, defaulted: Floats, lost: Floats, sample: Sample) -> PoolRisk:
    """Estimate defaults and losses of the pool's borrowers.

    Parameters
    ----------
    names : [borrower];  held : [borrower], shares of the pool
    defaulted : [path, borrower], flag;  lost : [path, borrower], share of the pool
    sample : weights and draws of the paths
    """
    pd = tuple(sample.mean(defaulted[:, place]) for place in range(len(names)))
    given = _lost_given_default(np.array([one.value for one in pd]), sample.weights @ lost / sample.total)
    total = lost.sum(axis=1)
    return PoolRisk(
        tuple(names), tuple(float(one) for one in held), pd, tuple(float(one) for one in given), sample.mean(total),
        Distribution(sample, total).tail_mean(LEVEL), sample.spread(defaulted @ given).value,
    )  # fmt: skip


def _lost_given_default(pd: Floats, mean: Floats) -> Floats:
    return np.divide(mean, pd, out=np.zeros_like(pd), where=pd > 0.0)


def companions(
    risks: Sequence[NoteRisk], held: Floats, defaulted: Floats, lost: Floats, sample: Sample
) -> tuple[Companion, ...]:
    """Set closed forms beside the simulation: large pool, Gaussian and t copula of its own names.

    Parameters
    ----------
    risks : where each note attaches and detaches;  held : [borrower], shares of the pool
    defaulted, lost, sample : as for `pool_risk`

    Notes
    -----
    *By defaults*: names default with their simulated probability and lose their mean loss given default; one flat
    correlation meets the variance of ``sum l_i 1{default_i}`` over the paths. *By losses*: a mean over many mild
    defaults hides the severe ones, so at that correlation losses are made larger and defaults rarer, by one multiple
    that keeps every name's expected loss, until the variance of the pool's own loss is met too. The t copula is matched
    in both steps for itself; the large pool takes the Gaussian figures. Losses are tranched by size alone: no interest
    left, reserve or trigger. Errors by leaving out one group of paths at a time, matching and all.

    References
    ----------
    Vasicek (2002); Hull and White (2004); Demarta and McNeil (2005) for the t copula.
    """
    slices = [(risk.attachment, risk.detachment) for risk in risks]
    pairs = defaulted[:, :, np.newaxis] * defaulted[:, np.newaxis, :]
    square = lost.sum(axis=1, keepdims=True) ** 2
    each = [np.ones((sample.paths, 1)), square, defaulted, lost, pairs.reshape(sample.paths, -1)]
    columns = sample.weights[:, np.newaxis] * np.concatenate(each, axis=1)

    def totals(group: Ints, count: int) -> Floats:
        sums = np.zeros((count, columns.shape[1]))
        np.add.at(sums, group, columns)
        return sums

    whole = columns.sum(axis=0)
    errors = sample.jackknife(totals, lambda sums: _flat(_models(sums, held, slices)[0]))
    found, is_met = _models(whole, held, slices)
    flat = _flat(found)
    wide = 3 + len(slices)
    answers = []
    for place, name in enumerate(MODELS):
        part = [Estimated(flat[k], float(errors[k])) for k in range(place * wide, (place + 1) * wide)]
        answers.append(Companion(name, part[0], part[1], is_met[place], tuple(part[3:]), part[2]))
    return tuple(answers)


MODELS = (
    "Gaussian copula, by defaults",
    "Gaussian copula, by losses",
    f"t copula of {DEGREES:g} degrees, by losses",
    "Vasicek's large pool, by losses",
)
Model = tuple[float, float, float, list[float]]
"""Correlation, multiple of the losses, mean of the worst 1 % of the pool's losses, and expected loss of each note."""
Copula = Callable[[Amount, Amount], Conditioned]


def _flat(models: Sequence[Model]) -> list[float]:
    return [number for correlation, multiple, es, el in models for number in (correlation, multiple, es, *el)]


def _models(sums: Floats, held: Floats, slices: Sequence[tuple[float, float]]) -> tuple[list[Model], list[bool]]:
    """Match and work out the models from sums over paths: weight, squared loss, defaults, losses, pairs of defaults."""
    names = _count_of(sums.size)
    means = sums[1:] / sums[0]
    square, pd, mean = means[0], means[1 : names + 1], means[names + 1 : 2 * names + 1]
    given, pairs = _lost_given_default(pd, mean), means[2 * names + 1 :].reshape(names, names)
    by_defaults = max(float(given @ pairs @ given - (given @ pd) ** 2), 0.0)
    by_losses = max(float(square - mean.sum() ** 2), 0.0)
    can = (pd > ALMOST_NEVER) & (given > 0.0)
    pd, given, most = np.minimum(pd[can], ALMOST_SURE), given[can], held[can]
    if not can.any():
        return [(0.0, 1.0, 0.0, [0.0] * len(slices))] * len(MODELS), [False] * len(MODELS)
    normal, fat = (implied_correlation(pd, given, by_defaults, copula) for copula in (gaussian, _student))
    models: list[Model] = [(normal.number, 1.0, *_finite(gaussian(pd, normal.number), given, slices))]
    is_met = [normal.is_met]
    for copula, rho in ((gaussian, normal), (_student, fat)):
        scale = implied_severity(pd, given, most, by_losses, partial(_at, copula, rho.number))
        rare, large = rarer(pd, given, most, scale.number)
        models.append((rho.number, scale.number, *_finite(copula(rare, rho.number), large, slices)))
        is_met.append(rho.is_met and scale.is_met)
    scale_up = models[1][1]
    models.append(_large_pool(*rarer(pd, given, most, scale_up), normal.number, scale_up, slices))
    return models, [*is_met, is_met[1]]


def _at(copula: Copula, correlation: float, pd: Amount) -> Conditioned:
    return copula(pd, correlation)


def _count_of(size: int) -> int:
    """Names behind so many sums: ``2 + 2 n + n^2``."""
    return round(float(np.sqrt(size - 1))) - 1


def _student(pd: Amount, correlation: Amount) -> Conditioned:
    return student(pd, correlation, DEGREES, NODES, SCALES)


def _large_pool(pd: Amount, lost: Amount, rho: float, scale: float, slices: Sequence[tuple[float, float]]) -> Model:
    """Vasicek's pool of the same mean: every name lends its loss given default to one mean probability."""
    chance, given = np.asarray(pd), np.asarray(lost)
    lgd = min(float(given.sum()), 1.0)
    mean = float(given @ chance / given.sum())
    el = [float(vasicek.expected_tranche_loss(low, high, mean, rho, lgd)) for low, high in slices]
    edge = float(vasicek.loss_quantile(mean, rho, LEVEL))
    es = lgd * (edge + float(vasicek.expected_excess(edge, mean, rho)) / (1.0 - LEVEL))
    return rho, scale, es, el


def _finite(
    conditioned: Conditioned, given: Amount, slices: Sequence[tuple[float, float]]
) -> tuple[float, list[float]]:
    """Worst 1 % of the pool and expected loss of each note, by recursion over the names."""
    sizes, chance = loss_law(conditioned, given)
    above = np.cumsum(chance[::-1])[::-1]
    worst = np.clip(above, 0.0, 1.0 - LEVEL)
    part = -np.diff(np.append(worst, 0.0))
    es = float(part @ sizes) / (1.0 - LEVEL)
    return es, [float(expected_tranche_loss(chance, sizes, low, high)) for low, high in slices]


def loss_law(conditioned: Conditioned, given: Amount) -> tuple[Floats, Floats]:
    """Losses as shares of the pool and their probabilities, on a lattice.

    Parameters
    ----------
    conditioned : pd [name, node], from `copula`;  given : [name], loss given default, share of the pool

    References
    ----------
    Andersen, Sidenius and Basu (2003).
    """
    unit = 1.0 / STATES
    chance = pool_losses(conditioned, units_of(given, unit))
    sizes: Floats = unit * np.arange(chance.size, dtype=np.float64)
    return sizes, chance
